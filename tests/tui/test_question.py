"""A lesson's open question is read where it is answered, as long as it cannot be read on the page."""

from __future__ import annotations

import pytest

from hvlab.course.shown import QuestionView
from hvlab.session.session import Session
from hvlab.text import Text
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import AskBar, ConsolePane
from hvlab.tui.line_pane import ScrollPane
from hvlab.tui.question_rows import MOST, page_rows, prompt_rows
from hvlab.tui.scrubber import Scrubber
from tests.tui.conftest import PlainLesson, PlainQuestion


class LongLesson(PlainLesson):
    """Its question lies below the fold of a small window."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.asked = PlainQuestion(kind="choice", choices=("196", "197"))

    def body(self) -> str:
        return "\n\n".join(f"Paragraph {number}." for number in range(12))


async def test_it_stands_above_the_prompt_while_it_is_out_of_sight() -> None:
    app = HvlabApp(Session(), LongLesson, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.frame()
        bar, console = app.query_one(AskBar), app.query_one(ConsolePane)
        assert bar.display
        assert "How many bytes has an offer?" in plain(bar.shown[0])
        assert "1) 196  2) 197" in plain(bar.shown[1])
        width = console.columns
        app.query_one("#lesson", ScrollPane).scroll_end(animate=False, immediate=True)
        await pilot.pause()
        assert not bar.display
        assert console.columns == width
        console.write([(f"row {number}", "text") for number in range(40)])
        await pilot.pause()
        await pilot.press("f3")
        await pilot.pause()
        assert bar.display
        output = console.output
        assert output.scroll_offset.y + output.size.height == len(
            output.shown
        )  # the newest row stays in sight
        console.type_command("Get-VM", run=True)
        await pilot.pause()
        assert len(bar.shown) == 1
        assert "How many bytes" in plain(bar.shown[0])
        console.type_command("196", run=True)
        await pilot.pause()
        app.frame()
        await pilot.pause()
        assert not bar.display


async def test_a_wrong_answer_leaves_the_whole_question() -> None:
    app = HvlabApp(Session(), LongLesson, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.query_one(ConsolePane).type_command("7", run=True)
        await pilot.pause()
        assert len(app.query_one(AskBar).shown) == 2


@pytest.mark.parametrize("width", [40, 78])
def test_rows_fit_and_hold_every_choice(width: int) -> None:
    question: QuestionView = PlainQuestion(
        kind="match", items=("first " * 9, "second"), choices=("alpha", "beta")
    )
    rows = [plain(row) for row in prompt_rows(question, width, short=False)]
    assert all(len(row) <= width for row in rows)
    assert len(rows) <= MOST
    assert "a) alpha  b) beta" in rows[-1]
    assert len(prompt_rows(question, width, short=True)) == 1
    page = " ".join(plain(row) for row in page_rows(question, Text("en"), width))
    assert all(words in page for words in ("1)", "2)", "a)", "b)", "alpha", "beta"))


class TallLesson(LongLesson):
    """Its question has more rows than a small console."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.asked = PlainQuestion(
            kind="order", choices=tuple(f"a rather long choice, {n}" for n in range(7))
        )


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)])
@pytest.mark.parametrize("keys", [(), ("alt+t", "escape")])
async def test_the_prompt_stays_in_sight(size: tuple[int, int], keys: tuple[str, ...]) -> None:
    app = HvlabApp(Session(), TallLesson, frames=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.frame()
        await pilot.press(*keys)
        await pilot.pause()
        row, console = app.query_one("#prompt-row").region, app.query_one("#console").region
        below = app.query_one(Scrubber).region.y if keys else size[1] - 1
        assert row.height == 1 and row.bottom <= console.bottom <= below
        assert app.query_one("#output").region.height >= 1


async def test_a_question_whose_choices_can_be_read_is_not_asked_twice() -> None:
    class Fitting(LongLesson):
        def body(self) -> str:
            return "\n\n".join(f"Paragraph {number}." for number in range(5))

    app = HvlabApp(Session(), Fitting, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        pane = app.query_one("#lesson", ScrollPane)
        seen = "\n".join(plain(row) for row in pane.shown[: pane.size.height])
        how = Text("en")("tui.lesson.how_to_answer.choice")
        assert "2) 197" in seen and how not in seen, "only how it is answered lies below"
        assert not app.query_one(AskBar).display
        assert app.query_one(ConsolePane).prompt.placeholder == "1-2 answers the question"


class Guessing(PlainQuestion):
    """A guess that the rest of its page waits for."""

    @property
    def holds_back(self) -> bool:
        return self.is_open


class HeldLesson(PlainLesson):
    """Nothing is left to do on its page but to answer."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.asked = Guessing(kind="choice", choices=("196", "197"))

    def body(self) -> str:
        return "Guess first."


@pytest.mark.parametrize("language", ["en", "de"])
async def test_enter_alone_at_an_open_question_says_how_it_is_answered(language: str) -> None:
    text = Text(language)
    how = ("· " + text("course.unclear.choice", count=2), "warn")
    app = HvlabApp(Session(), HeldLesson, frames=False, language=language)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        before = list(console.logical)
        await pilot.press("enter", "enter", "enter")
        await pilot.pause()
        assert console.logical == [*before, how], "said, and once: not a heap of empty prompts"


async def test_a_page_that_waits_for_an_answer_names_no_other_way_on() -> None:
    ways = {Text("en")(f"tui.lesson.{name}") for name in ("next", "next_ready")}
    app = HvlabApp(Session(), HeldLesson, frames=False)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        pane = app.query_one("#lesson", ScrollPane)
        assert not ways & {plain(row).strip() for row in pane.shown}
        app.query_one(ConsolePane).type_command("196", run=True)
        await pilot.pause()
        assert ways & {plain(row).strip() for row in pane.shown}
