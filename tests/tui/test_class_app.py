"""The instructor's screen: who is where, whom things go to, and a wall that says what most are stuck at."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest
from textual import events

from hvlab.classroom.view import ClassView, Goal, Row
from hvlab.course import library
from hvlab.course.classes import Trouble
from hvlab.course.polls import Tally, free
from hvlab.course.teams import Lost
from hvlab.session.log import Entry
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.class_app import DEMO, ClassApp
from hvlab.tui.class_plan import plan_page
from hvlab.tui.class_rows import DIGITS, list_rows, wall_rows
from hvlab.tui.console_pane import ConsolePane

GOALS = ["A machine exists", "It boots from its disk", "It runs over the VMBus", "It is off again"]
WRONG = "Start-VM web1"


def learner(number: int, goal: int, seconds: int, command: str = "", here: bool = True) -> Row:
    error = f"No machine is called {command.split()[-1]}." if command else ""
    title = GOALS[goal] if goal < len(GOALS) else ""
    return Row(
        f"Learner {number:02}",
        here,
        9,
        goal * 25,
        100,
        min(4, goal + 1),
        4,
        title,
        seconds,
        9,
        1,
        error,
        command,
        "",
    )


def a_class() -> ClassView:
    """Thirty learners; eight are stuck at the second check, five of them by the same wrong command, three elsewhere."""
    rows = [learner(n, n % 4, 60) for n in range(17)]
    rows += [learner(20 + n, 1, 400 + 60 * n, WRONG if n < 5 else f"Get-VM x{n}") for n in range(8)]
    rows += [learner(30 + n, 2, 900, "Stop-VM db") for n in range(3)]
    rows += [learner(40, 4, 900), learner(41, 0, 60, here=False)]
    goals = [
        Goal(
            title,
            sum(row.points > 25 * place for row in rows),
            sum(row.goal == title for row in rows),
            sum(row.goal == title and row.stuck for row in rows),
        )
        for place, title in enumerate(GOALS)
    ]
    return ClassView("A lesson", rows, goals)


class Room:
    """A class that notes what it is told."""

    def __init__(self, view: ClassView) -> None:
        self.view = view
        self.pushed: list[tuple[str, str, list[str]]] = []
        self.polled: list[tuple[str, str]] = []
        self.grouped: list[tuple[str, str, list[str], str, str]] = []
        self.trouble = ""

    def look(self, language: str) -> ClassView:
        return self.view

    def poll(self, act: Literal["open", "again", "show"], words: str = "") -> None:
        self.polled.append((act, words))

    def group(
        self, act: Literal["make", "rule"], name: str, members: list[str], lesson: str, lost: Lost
    ) -> None:
        self.grouped.append((act, name, members, lesson, lost))

    def push(self, kind: str, text: str, to: list[str]) -> None:
        if self.trouble:
            raise Trouble(self.trouble)
        self.pushed.append((kind, text, to))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(120, 38), (200, 56), (80, 22)])
def test_the_top_of_the_wall_says_what_most_are_stuck_at(language: str, width: int, height: int) -> None:
    view = a_class()
    assert view.hardest() == (GOALS[1], 8, WRONG) and len(view.rows) == 30
    rows = [plain(row) for row in wall_rows(view, Text(language), width, height)]
    assert len(rows) <= height and max(len(row) for row in rows) <= width
    top = rows[:5]
    for row, strokes in zip(top[1:4], DIGITS["8"], strict=True):
        assert strokes in row
    assert any(GOALS[1] in row for row in top) and any(WRONG in row for row in top)
    everybody = "\n".join(rows)
    assert everybody.count("▲ Learner") == 11 and everybody.count("✓ Learner") == 1
    assert sum(everybody.count(f"{row.name}") for row in view.rows) == 30


def test_a_class_in_which_nobody_is_stuck_has_a_calm_wall() -> None:
    text = Text("en")
    rows = wall_rows(ClassView("A lesson", [learner(1, 0, 10)], [Goal(GOALS[0], 0, 1, 0)]), text, 80, 22)
    assert text("tui.class.wall.calm") in "\n".join(plain(row) for row in rows)
    assert "▲" not in "".join(plain(row) for row in rows)


def test_the_list_fits_its_width_and_tells_the_last_error() -> None:
    head, rows = list_rows(a_class().rows, {"Learner 20"}, Text("en"), 100)
    assert max(len(plain(row)) for row in (head, *rows)) <= 100
    (row,) = [plain(row) for row in rows if "Learner 20" in plain(row)]
    assert row.startswith("+▲") and WRONG in row and "6 min" in row


async def test_words_go_to_all_or_to_those_who_are_marked() -> None:
    room = Room(a_class())
    app = ClassApp(room, "en", looks=False)
    async with app.run_test(size=(120, 40)) as pilot:
        app.take(room.view)
        await pilot.press("m", *"hello", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("space", "space", "c", *"Get-VM", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("f", *"HungGuest web01", "enter", "p")
        await app.workers.wait_for_complete()
    longest = ["Learner 30", "Learner 31"]  # 15 minutes, the longest of those who are stuck
    assert room.pushed == [
        ("message", "hello", []),
        ("command", "Get-VM", longest),
        ("command", "Add-LabFault HungGuest web01", longest),
        ("pause", "", []),
    ]


async def test_nothing_is_sent_by_a_key_of_a_word_nor_by_empty_words() -> None:
    room = Room(a_class())
    app = ClassApp(room, "en", looks=False)
    async with app.run_test(size=(80, 24)) as pilot:
        app.take(room.view)
        await pilot.press("m", "p", "w", "escape", "c", "enter", "f", "enter")
        await app.workers.wait_for_complete()
        assert room.pushed == [] and not app.screen.has_class("walled")
        room.trouble = "classroom.refused.database"
        await pilot.press("p")
        await app.workers.wait_for_complete()
        await pilot.pause()
        said = app.query_one("#said").shown  # type: ignore[attr-defined]
        assert Text("en")("classroom.refused.database") in plain(said[0])


async def test_enter_opens_the_lab_of_whoever_is_meant() -> None:
    room = Room(a_class())
    app = ClassApp(room, "de", looks=False)
    async with app.run_test(size=(120, 40)) as pilot:
        app.take(room.view)
        await pilot.press("s", "s", "end", "enter")
    assert app.return_value == "Learner 41"


class Far:
    """A lab elsewhere in which things are done."""

    name = "Ana"
    over = False

    def __init__(self) -> None:
        self.session = Session()
        self._told = 0

    def more(self) -> list[Entry]:
        fresh = self.session.log.entries[self._told :]
        self._told += len(fresh)
        return fresh


async def test_a_copy_goes_on_as_the_lab_does_until_one_does_something_of_ones_own() -> None:
    far, mine, text = Far(), Session(), Text("en")
    app = HvlabApp(mine, followed=far, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        far.session.run("New-VM web01 512MB -NoVHD")
        app.keep_up()
        far.session.run("Start-VM web01")
        app.keep_up()
        assert mine.world.digest() == far.session.world.digest()
        assert "Start-VM web01" in "\n".join(words for words, _ in app.query_one(ConsolePane).logical)
        app.desk.submit("Stop-VM web01 -TurnOff -Force")
        app.desk.finish()
        app.frame(1)
        far.session.run("New-VM web02 512MB -NoVHD")
        app.keep_up()
        app.keep_up()
        said = "\n".join(words for words, _ in app.query_one(ConsolePane).logical)
        assert text("tui.class.own_way", name="Ana") in said
    assert mine.world.digest() != far.session.world.digest() and "web02" not in said


async def test_a_poll_is_written_or_chosen_and_its_distribution_stays_until_it_is_put_away() -> None:
    ballot = free("How many? | one | two")
    assert ballot is not None
    room = Room(msgspec.structs.replace(a_class(), questions=[("first", "?"), ("second", "?")]))
    app = ClassApp(room, "en", looks=False)
    async with app.run_test(size=(120, 40)) as pilot:
        app.take(room.view)
        await pilot.press("v", "q", "down", "enter")
        room.view = msgspec.structs.replace(room.view, poll=Tally(ballot, [[3, 9]], True))
        app.take(room.view)
        await pilot.pause()
        shown = "\n".join(plain(row) for row in app.query_one("#poll").shown)  # type: ignore[attr-defined]
        assert "How many?" in shown and "75%" in shown
        await pilot.press("v", "x")
        await app.workers.wait_for_complete()
        await pilot.press("escape")
        assert not app.query_one("#poll").has_class("shown")
        room.view = msgspec.structs.replace(room.view, lessons=["first", "second"])
        app.take(room.view)
        await pilot.press("l", "down", "enter")
        await app.workers.wait_for_complete()
    assert room.pushed == [("lesson", "second", [])]
    assert sorted(room.polled) == [("again", ""), ("open", "second"), ("show", "")]


async def test_those_who_are_marked_share_a_lab_or_are_given_a_scenario() -> None:
    room = Room(msgspec.structs.replace(a_class(), scenarios=["one-host", "two-nodes"]))
    app = ClassApp(room, "en", looks=False)
    async with app.run_test(size=(120, 40)) as pilot:
        app.take(room.view)
        await pilot.press("space", "space", "g", "enter")
        await app.workers.wait_for_complete()
        await pilot.press("e", "down", "enter")
        await app.workers.wait_for_complete()
    members = ["Learner 30=host", "Learner 31=storage"]
    assert room.grouped == [("make", "Group 1", members, "", "pause")]
    assert room.pushed == [("scenario", "two-nodes", ["Learner 30", "Learner 31"])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_has_minutes_notes_the_demo_and_what_comes_next(language: str) -> None:
    lesson = library.first()
    rows = [msgspec.structs.replace(learner(n, 1, 5), steps=len(lesson.plan.step), step=2) for n in range(3)]
    view = msgspec.structs.replace(a_class(), rows=rows, lesson_id=lesson.id, minutes=lesson.minutes + 1)
    text = Text(language)
    page = plan_page(view, text)
    assert lesson.title[language] in page and str(lesson.minutes) in page
    assert text("tui.plan.here", count=3) in page
    assert lesson.notes[language]["aim"] in page
    assert "`Wait-Lab web01 -For Heartbeat`" in page
    assert library.find(library.ids()[1]).title[language] in page
    over = text(
        "tui.plan.over", minutes=lesson.minutes, passed=lesson.minutes + 1, steps=len(lesson.plan.step)
    )
    assert over in page


async def test_the_plan_leads_to_the_projector() -> None:
    room = Room(msgspec.structs.replace(a_class(), lesson_id=library.first().id))
    app = ClassApp(room, "en", looks=False)
    async with app.run_test(size=(80, 24)) as pilot:
        app.take(room.view)
        await pilot.press("n", "pagedown", "d")
        await pilot.pause()
    assert app.return_value == DEMO


async def test_what_is_typed_in_one_burst_is_all_written_and_sent() -> None:
    room = Room(a_class())
    app = ClassApp(room, "en", looks=False)
    async with app.run_test(size=(120, 40)) as pilot:
        app.take(room.view)
        await pilot.pause()
        bursts = {
            "message": ["m", *"helo", "backspace", *"lo", "enter"],
            "command": ["f", "ctrl+u", *"Add-LabFault", "space", "x", "enter"],
        }
        for keys in bursts.values():
            for key in keys:  # all before the screen has had time for anything
                character = {"space": " "}.get(key, key if len(key) == 1 else None)
                app.post_message(events.Key(key, character))
            await pilot.pause()
            await app.workers.wait_for_complete()
        assert room.pushed == [("message", "hello", []), ("command", "Add-LabFault x", [])]
