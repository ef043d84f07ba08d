"""Whoever is asked something sees it, wherever they have read or looked."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from hvlab.course import cmdlets, library
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import AskBar, ConsolePane
from hvlab.tui.lesson_pane import LessonPane
from tests.tui.conftest import PlainLesson, PlainQuestion

SIZES = [(80, 24), (120, 40)]


class Asking(PlainLesson):
    """Asks on its second page, below the fold."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.first, self.second = PlainQuestion(id="first", given=["196"]), PlainQuestion(id="second")

    def question(self) -> PlainQuestion:
        return self.first if self.step == 1 else self.second

    def body(self) -> str:
        return "\n\n".join(f"Paragraph {number}." for number in range(40))


def newest_in_sight(console: ConsolePane) -> bool:
    output = console.output
    return output.scroll_offset.y + output.size.height >= len(output.shown)


async def settled(pilot: Pilot[int]) -> None:
    """All that was said is laid out and shown."""
    for _ in range(6):
        await pilot.pause()


def said_much(console: ConsolePane) -> None:
    console.write([(f"row {number}", "") for number in range(60)])


@pytest.mark.parametrize("size", SIZES)
async def test_the_lesson_s_next_question_leads_down_to_what_was_said_last(size: tuple[int, int]) -> None:
    app = HvlabApp(Session(), Asking, frames=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        console, pane = app.query_one(ConsolePane), app.query_one(LessonPane)
        said_much(console)
        await settled(pilot)
        await pilot.press("pageup")
        await settled(pilot)
        assert not newest_in_sight(console)
        pane.action_turn(1)
        await settled(pilot)
        assert app.query_one(AskBar).region and newest_in_sight(console)
        await pilot.press("pageup")
        pane.scroll_end(animate=False, immediate=True)
        await settled(pilot)
        assert not app.query_one(AskBar).display
        pane.scroll_home(animate=False, immediate=True)
        await settled(pilot)
        assert app.query_one(AskBar).display and not newest_in_sight(console), (
            "the same question leaves one reading"
        )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("alone", ["", "events", "picture", "lesson"])
async def test_a_command_s_question_is_in_sight(size: tuple[int, int], alone: str) -> None:
    app = HvlabApp(Session(), PlainLesson, frames=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        said_much(console)
        console.type_command("New-VM a", run=True)
        await pilot.pause()
        await pilot.press("pageup", "pageup")
        if alone:
            app.action_pane(alone)
            app.arrangement.zoom(alone)
        await pilot.pause()
        console.type_command("Remove-VM a", run=True)
        for _ in range(6):  # a pane that gives the screen back takes a layout or two
            await pilot.pause()
            app.frame()
        assert console.asking == "confirm" and console.prompt.region and newest_in_sight(console)


@pytest.mark.parametrize("looks_at", ["lesson", "picture"])
async def test_a_page_goes_on_in_sight_when_its_question_is_answered(looks_at: str) -> None:
    plan = library.find("first-child-partition")
    session = Session(lesson=plan.id, lesson_digest=plan.digest, cmdlets=cmdlets.CMDLETS)
    app = HvlabApp(session, open_lesson(plan, session, "de"), "de", frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        for _ in range(3):
            pane.action_turn(1)
        await pilot.pause()
        app.bring(looks_at)
        await pilot.pause()
        app.query_one(ConsolePane).type_command("3", run=True)
        await pilot.pause()
        app.bring("lesson")
        await pilot.pause()
        top = pane.scroll_offset.y
        seen = "\n".join(plain(row) for row in pane.shown[top : top + pane.size.height])
        assert "Ihre Vermutung: Eine Anwendung" in seen and "Start-LabWorkload web01" in seen
