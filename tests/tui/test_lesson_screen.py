"""A lesson on the screen: its panes at every size, its guess before its commands, its next command, its words."""

from __future__ import annotations

import pytest

from hvlab.course import library
from hvlab.course.model import PANES
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.layout import VIEWS
from hvlab.tui.lesson_pane import LessonPane
from hvlab.tui.preferences import Preferences, load
from tests.tui.conftest import CREATE, PlainLesson, run

SIZES = [(80, 24), (96, 30), (100, 50), (112, 30), (120, 40), (160, 45), (200, 60), (250, 70)]


def app_with(panes: list[str] | None = None, preferences: Preferences | None = None) -> HvlabApp:
    def lesson(session: Session) -> PlainLesson:
        made = PlainLesson(session)
        made.wanted_panes = panes or []
        return made

    return HvlabApp(Session(), lesson, frames=False, preferences=preferences)


def output(app: HvlabApp) -> str:
    return "\n".join(text for text, _ in app.query_one(ConsolePane).logical)


# -- panes ------------------------------------------------------------------------------------------


def test_a_lesson_may_ask_for_every_view_and_no_other_pane() -> None:
    assert set(PANES) == {"lesson", "picture", "events", "console", *VIEWS}


def test_the_first_chapters_open_with_at_most_three_panes() -> None:
    for lesson in library.all_lessons():
        if lesson.folder.parent.name[:2] in ("01", "02", "03"):
            assert 0 < len(lesson.plan.panes) <= 3, lesson.id


@pytest.mark.parametrize("size", SIZES)
async def test_the_panes_of_a_lesson_at_every_size(size: tuple[int, int]) -> None:
    app = app_with(["lesson", "picture", "console"])
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        seen = app.panes_in_sight()
        assert "console" in seen and "lesson" in seen and len(seen) <= 3
        if size[0] >= 112:
            assert set(seen) == {"lesson", "picture", "console"}
            assert seen["picture"].region.width >= 60 and seen["picture"].region.height >= 13
        for name, pane in seen.items():
            assert pane.region.width >= 28 and pane.region.height >= 5, name
        regions = [pane.region for pane in seen.values()]
        assert all(not a.intersection(b).area for a in regions for b in regions if a is not b)
        await pilot.press("f4")
        await pilot.pause()
        assert "events" in app.panes_in_sight(), "by hand any pane is opened"


async def test_a_view_of_a_lesson_opens_beside_it_and_leaves_the_keys_at_the_prompt() -> None:
    app = app_with(["lesson", "storage", "console"])
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert set(app.panes_in_sight()) == {"lesson", "view", "console"}
        assert app.query_one(ConsolePane).prompt.has_focus
        assert app.desk is not None and app.desk.views.name == "storage"
        await pilot.press("escape")
        await pilot.pause()
        assert set(app.panes_in_sight()) == {"lesson", "picture", "console"}


async def test_what_was_closed_by_hand_stays_closed_and_0_leads_to_the_lesson_s_own() -> None:
    preferences = Preferences(closed={"lesson"})
    app = app_with(["lesson", "picture", "console"], preferences)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert set(app.panes_in_sight()) == {"picture", "console"}
        await pilot.press("f4", "alt+j", "0", "escape", "escape")
        await pilot.pause()
        assert set(app.panes_in_sight()) == {"lesson", "picture", "console"}
        assert preferences.closed == set(), "what a lesson does without is not kept as the learner's wish"


# -- what to do next ----------------------------------------------------------------------------------


async def test_enter_alone_brings_the_page_s_next_command() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        app.query_one(LessonPane).lesson.asked.given.append("196")  # type: ignore[union-attr,attr-defined]
        app.query_one(LessonPane).lesson.is_ready = lambda: False  # type: ignore[union-attr,method-assign]
        app.query_one(LessonPane).redraw()
        await pilot.pause()
        assert console.prompt.placeholder.startswith(f"Enter brings: {CREATE[:40]}")
        await pilot.press("enter")
        await pilot.pause()
        assert console.prompt.value == CREATE and "web01" not in output(app), "it waits for its own Enter"
        await pilot.press("enter")
        await pilot.pause()
        assert "web01" in output(app)
        assert app.query_one(LessonPane).next_command() == ""


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ("Get-VM", "Get-VM"),
        ("2", f"{CREATE}2" if CREATE[-1].isdigit() else "2"),
        (" -NoVHD", f"{CREATE} -NoVHD"),
        ("|", f"{CREATE}|"),
        ("←x", f"{CREATE[:-1]}x{CREATE[-1]}"),
        ("\bx", f"{CREATE[:-1]}x"),
    ],
)
async def test_a_word_typed_right_after_a_line_was_brought_takes_its_place(keys: str, left: str) -> None:
    app = HvlabApp(Session(), PlainLesson, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        console.offer(CREATE)
        named = {"←": "left", "\b": "backspace", " ": "space", "-": "minus", "|": "vertical_line"}
        await pilot.press(*(named.get(key, key) for key in keys))
        assert console.prompt.value == left
        console.prompt.replace_all(CREATE)
        await pilot.press("x")
        assert console.prompt.value == f"{CREATE}x", "what one has typed oneself is gone on with"


async def test_a_done_step_still_brings_its_looks_each_as_often_as_it_stands_there() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        pane.lesson.asked.given.append("196")  # type: ignore[union-attr,attr-defined]
        pane.redraw()
        pane._page.commands = {1: "Get-VM", 3: "Start-VM a", 4: "Start-VM a", 5: "Get-VM", 6: "Get-VMHost"}
        brought = []
        while command := pane.next_command():
            assert not pane.is_ready
            brought.append(command)
            pane.note_command(command)
        assert pane.is_ready and brought == ["Get-VM", "Get-VM", "Get-VMHost"], "nothing is done twice"


async def test_a_done_step_still_brings_what_is_left_to_whoever_follows_the_page() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        pane.lesson.asked.given.append("196")  # type: ignore[union-attr,attr-defined]
        pane.redraw()
        pane._page.commands = {1: "New-VM a", 3: "Start-VM a", 5: "Get-VM", 7: "Stop-VM a", 8: "Start-VM a"}
        pane.note_command("New-VM a -Generation 1")
        assert pane.next_command() == "Get-VM", "the machine was made in another way"
        pane.note_command("New-VM a")
        brought = []
        while command := pane.next_command():
            assert not pane.is_ready
            brought.append(command)
            pane.note_command(command)
        assert pane.is_ready and brought == ["Start-VM a", "Get-VM", "Stop-VM a", "Start-VM a"]


async def test_a_command_that_stands_in_two_places_is_brought_for_each_of_them() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        pane.lesson.asked.given.append("196")  # type: ignore[union-attr,attr-defined]
        pane.lesson.is_ready = lambda: False  # type: ignore[union-attr,method-assign]
        pane._page.commands = {9: "Get-VM", 2: "Get-VM", 5: "New-VM long", 6: "New-VM long"}
        brought = []
        while command := pane.next_command():
            brought.append(command)
            pane.note_command(command)
        assert brought == ["Get-VM", "New-VM long", "Get-VM"]


async def test_a_guess_stands_before_the_commands_that_answer_it() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        pane.lesson.asked.guess = True  # type: ignore[union-attr,attr-defined]
        pane.redraw()
        rows = [plain(row) for row in pane.shown]
        asked = next(n for n, row in enumerate(rows) if "How many bytes" in row)
        command = next(n for n, row in enumerate(rows) if "New-VM web01" in row)
        assert asked < command
        assert pane.next_command() == "", "the guess comes first"
        assert pane._page.commands[command] == CREATE, "a click still meets its command"
        pane.lesson.asked.given.append("196")  # type: ignore[union-attr,attr-defined]
        pane.redraw()
        rows = [plain(row) for row in pane.shown]
        assert next(n for n, row in enumerate(rows) if "How many bytes" in row) < next(
            n for n, row in enumerate(rows) if "New-VM web01" in row
        ), "answered, it stays in its place"


# -- what is told ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phase_of_a_boot_has_a_sentence(language: str) -> None:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    phases = {str(event.get("phase")) for event in session.world.trace if event.kind == "guest.phase"}
    assert len(phases) == 7
    assert all(Text(language).has(f"tui.guide.phase.{phase}") for phase in phases)


async def test_the_first_offer_of_all_stands_still_and_enter_goes_on(tmp_path: object) -> None:
    preferences = Preferences(seen_offer=False)
    app = app_with(preferences=preferences)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        app.desk.submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        frames = 0
        while not app.desk.runner.paused and frames < 1200:
            run(app, 1)
            frames += 1
        trace = app.desk.session.world.trace
        assert any(e.get("name") == "OFFER_CHANNEL" for e in trace)
        assert all(e.get("state") == "offered" for e in trace if e.kind == "vmbus.channel"), (
            "none is open yet"
        )
        assert "The first offers" in output(app) and preferences.seen_offer
        length = len(trace)
        run(app, 30)
        assert len(trace) == length
        await pilot.press("enter")
        assert not app.desk.runner.paused
        while app.desk.runner.busy and frames < 2000:
            run(app, 1)
            frames += 1
        assert 20 <= frames / 30 <= 40, "a first boot takes 20 to 40 seconds"
        assert output(app).count("The first offers") == 1
        assert output(app).count("· ") == 7, "a sentence a phase"


async def test_in_a_small_window_the_picture_comes_while_a_command_works_and_goes_again() -> None:
    app = app_with()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.desk is not None and app.stage == "lesson"
        app.desk.submit(CREATE)
        run(app, 5)
        assert app.stage == "lesson", "what takes no time shows its result alone"
        app.desk.submit("Start-VM web01; Wait-Lab web01")
        run(app, 30)
        await pilot.pause()
        assert "picture" in app.panes_in_sight() and app.query_one(ConsolePane).prompt.has_focus
        await pilot.press("f2")
        run(app, 30)
        assert app.stage == "lesson", "who wants the lesson keeps it"
        await pilot.press("escape", "f9")
        run(app, 400)
        assert not app.desk.runner.busy and app.stage == "lesson"
        app.desk.submit("Stop-VM web01")
        run(app, 20)
        assert app.stage == "picture"
        await pilot.press("f9")
        run(app, 400)
        assert not app.desk.runner.busy and app.stage == "lesson"


async def test_who_hurries_is_not_held_up_at_the_offer() -> None:
    app = app_with(preferences=Preferences(seen_offer=False))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        app.desk.submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        await pilot.press("f9")
        for _ in range(500):
            run(app, 1)
        assert not app.desk.runner.busy and not app.desk.runner.paused


def test_only_a_file_that_says_so_has_seen_the_offer(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "screen.json"
    file.write_text('{"still": true}', encoding="utf-8")
    assert not load(file).seen_offer
    known = load(file)
    known.seen_offer = known.toured = True
    known.language = "de"
    known.save()
    assert (load(file).seen_offer, load(file).toured, load(file).language) == (True, True, "de")


async def test_in_a_small_window_enter_shows_the_step_that_it_goes_on_to() -> None:
    app = app_with()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        pane.lesson.asked.given.append("196")  # type: ignore[union-attr,attr-defined]
        pane.redraw()
        await pilot.press("f3", "escape")
        await pilot.pause()
        assert not pane.display
        await pilot.press("enter")
        await pilot.pause()
        assert pane.display and "The second step." in "\n".join(map(plain, pane.shown))


async def test_while_a_command_is_at_work_the_prompt_offers_no_other() -> None:
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        assert console.prompt.placeholder
        console.type_command(f"{CREATE}; Start-VM web01; Wait-Lab web01", run=True)
        await pilot.pause()
        run(app, 3)
        assert console.prompt.placeholder == ""
        await pilot.press("f6")
        run(app, 1)
        assert console.prompt.placeholder == "Enter goes on"
        await pilot.press("f6", "f9")
        for _ in range(500):
            app.frame()
            if app.desk is not None and not app.desk.runner.busy:
                break
        await pilot.pause()
        assert console.prompt.placeholder not in ("", "Enter goes on")


async def test_the_answer_s_key_says_so_where_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlainLesson, "question", lambda self: None)
    app = app_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        pane.focus()
        await pilot.press("a")
        await pilot.pause()
        assert Text("en")("repl.no_question") in [note.say() for note in pane.notes]
