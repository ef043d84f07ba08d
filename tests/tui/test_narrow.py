"""What a small window must not lose: choices, the machines in the header, a long line, an empty filter's word."""

from __future__ import annotations

import pytest

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.bars import KeyBar, StatusBar
from hvlab.tui.canvas import plain
from hvlab.tui.capture import as_text
from hvlab.tui.completion_menu import CompletionMenu
from hvlab.tui.console_pane import AskBar, ConsolePane, WholeLine
from hvlab.tui.event_list import EventList
from hvlab.tui.question_rows import prompt_rows
from tests.tui.conftest import PlainLesson, PlainQuestion

CHOICES = ("One: the root partition only", "Two: the root and the new machine", "None, until something runs")
ASKED = "Your guess: you define a virtual machine but do not start it. How many partitions does the hypervisor know?"


def question(**changed: object) -> PlainQuestion:
    return PlainQuestion(**{"prompt": ASKED, "kind": "choice", "choices": CHOICES, **changed})  # type: ignore[arg-type]


def rows(asked: PlainQuestion, most: int) -> list[str]:
    return [plain(row) for row in prompt_rows(asked, 76, short=False, most=most)]


def test_choices_stay_when_the_question_must_be_cut() -> None:
    assert len(rows(question(), 6)) == 5 and "…" not in "".join(rows(question(), 6))
    four = rows(question(), 4)
    assert len(four) == 4 and four[0].endswith("…")
    assert [row.split(")")[0].strip() for row in four[1:]] == ["1", "2", "3"]


def test_long_choices_give_a_row_each() -> None:
    asked = question(choices=tuple(f"{name} " + "word " * 30 for name in "abc"))
    four = rows(asked, 4)
    assert len(four) == 4 and all(row.endswith("…") for row in four[1:])


def test_where_not_even_that_has_room_the_page_is_named() -> None:
    assert rows(question(choices=tuple(str(n) * 60 for n in range(1, 8))), 4)[-1].strip() == "… F2"


async def test_a_new_question_shows_all_its_choices_in_a_small_window() -> None:
    class Asking(PlainLesson):
        def __init__(self, session: Session) -> None:
            super().__init__(session)
            self.asked = question()

        def body(self) -> str:
            return "\n\n".join(f"Paragraph {number}." for number in range(12))

    app = HvlabApp(Session(), Asking, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.frame()
        await pilot.pause()
        bar = app.query_one(AskBar)
        for choice in CHOICES:
            assert any(choice in plain(row) for row in bar.shown)
        app.query_one(ConsolePane).write([("That is wrong.", "warn"), ("Look again.", "")])
        await pilot.pause()
        for choice in CHOICES:
            assert any(choice in plain(row) for row in bar.shown), "and when something was said above it"
        assert app.query_one(ConsolePane).output.size.height >= 2


async def test_the_header_names_every_machine_in_fewer_words_before_it_drops_one() -> None:
    app = HvlabApp(Session(), None, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        bar = app.query_one(StatusBar)
        left = [("x" * 40, "")]
        full = [(f" ● web{n} Running ", "good") for n in range(3)]
        short = [(f" ● web{n} ", "good") for n in range(3)]
        bar.tell(left, full[:2], short[:2])
        assert "web0 Running" in plain(bar.shown[0]) and "web1 Running" in plain(bar.shown[0])
        bar.tell(left, full, short)
        assert "web2" in plain(bar.shown[0]) and "Running" not in plain(bar.shown[0])
        bar.tell(left, full * 4, short * 4)
        assert plain(bar.shown[0]).rstrip().endswith("+8")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_line_longer_than_the_prompt_can_be_read_whole(size: tuple[int, int]) -> None:
    app = HvlabApp(Session(), None, frames=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        console, whole = app.query_one(ConsolePane), app.query_one(WholeLine)
        console.type_command("Get-VM")
        await pilot.pause()
        assert not whole.display
        long = "Get-LabEvent guest.workload | ForEach-Object Fields | Format-Table action, disk, count, exits, ring_out"
        console.type_command(long + ", ring_back, moved")
        await pilot.pause()
        assert whole.display
        assert " ".join(plain(row).strip() for row in whole.shown) == long + ", ring_back, moved"
        console.drop_line()
        await pilot.pause()
        assert not whole.display


async def test_a_filter_says_when_nothing_fits_and_which_keys_end_it() -> None:
    session = Session()
    session.run("New-VM web01")
    app = HvlabApp(session, None, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.frame()
        await pilot.press("f4", "slash", "z", "z")
        events, bar = app.query_one(EventList), app.query_one(KeyBar)
        assert "nothing fits" in str(events.border_title) and not events.lines()
        assert plain(bar.shown[0]).split()[:8] == [
            "Enter",
            "keeps",
            "the",
            "filter",
            "Esc",
            "shows",
            "everything",
            "again",
        ]
        await pilot.press("enter")
        assert "Filter" in plain(bar.shown[0]) and events.needle == "zz"
        await pilot.press("escape")
        assert events.has_focus and not events.needle and events.lines()
        await pilot.press("escape")
        assert app.query_one(ConsolePane).prompt.has_focus


async def test_while_another_pane_has_the_keys_the_prompt_says_what_leads_back() -> None:
    app = HvlabApp(Session(), PlainLesson, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.frame()
        prompt = app.query_one(ConsolePane).prompt
        before = prompt.placeholder
        assert before
        await pilot.press("f2")
        await pilot.pause()
        assert prompt.placeholder == "Esc leads back here"
        assert plain(app.query_one(KeyBar).shown[0]).split()[:2] == ["Esc", "Console"]
        await pilot.press("escape")
        await pilot.pause()
        assert prompt.placeholder == before


async def test_the_completions_leave_the_line_they_complete_in_sight() -> None:
    app = HvlabApp(Session(), None, "en", frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press(*"Get-VM", "tab")
        for size in ((120, 40), (80, 24), (112, 30), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for _ in range(9):  # past the last row in sight
                await pilot.press("down")
                rows = as_text(app).splitlines()
                chosen = app.query_one(CompletionMenu).current.label
                assert rows[-2].startswith(" PS C:\\> Get-VM"), size
                assert any(row.startswith(f"    {chosen} ") for row in rows), (size, chosen)
