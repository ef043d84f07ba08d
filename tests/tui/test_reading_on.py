"""Text of a lesson's page that is out of sight: named, led to, and not passed over by Enter alone."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from hvlab.course import cmdlets, library
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.lesson_pane import LessonPane
from tests.tui.conftest import PlainLesson, PlainQuestion

PLAN = library.find("first-child-partition")
CREATE = r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd"
LONG = "\n\n".join(f"Paragraph {number}." for number in range(12))


class Long(PlainLesson):
    """Its first page is done, and longer than a small window."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.asked = PlainQuestion(given=["196"])

    def question(self) -> PlainQuestion:
        return self.asked

    def body(self) -> str:
        return LONG if self.step == 1 else "## Two\n\nThe second step."


def in_sight(app: HvlabApp) -> str:
    pane = app.query_one(LessonPane)
    top = pane.scroll_offset.y
    return " ".join(" ".join(plain(row) for row in pane.shown[top : top + pane.size.height]).split())


async def enter(app: HvlabApp, pilot: Pilot[int], text: str = "") -> None:
    if text:
        app.query_one(ConsolePane).prompt.replace_all(text)
    await pilot.press("enter")
    await pilot.pause()
    app.frame()
    await pilot.pause()


async def test_enter_reads_a_done_page_to_its_end_before_it_turns() -> None:
    app = HvlabApp(Session(), Long, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        prompt, pane = app.query_one(ConsolePane).prompt, app.query_one(LessonPane)
        seen = in_sight(app)
        assert prompt.placeholder == "Enter: read on" and "Paragraph 11." not in seen
        presses = 0
        while pane.lesson is not None and pane.lesson.steps()[0] == 1:
            seen += in_sight(app)
            await enter(app, pilot)
            presses += 1
            assert presses < 5
        assert all(f"Paragraph {number}." in seen for number in range(12))
        assert presses == 2 and "The second step." in in_sight(app)


async def test_where_all_is_in_sight_enter_turns_at_once() -> None:
    app = HvlabApp(Session(), Long, frames=False)
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.pause()
        assert app.query_one(ConsolePane).prompt.placeholder == "Enter: the next step"
        await enter(app, pilot)
        assert "The second step." in in_sight(app)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_title_names_the_key_to_the_text_below(language: str) -> None:
    app = HvlabApp(Session(), Long, language, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        assert f"F2 1/2 · {app.text.keys.of('scroll_lesson')} ▼ " in str(pane.border_title)
        for _ in range(8):
            await pilot.press("alt+down")
        await pilot.pause()
        assert "▼" not in str(pane.border_title)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_became_of_a_guess_comes_into_sight(size: tuple[int, int], language: str) -> None:
    session = Session(lesson=PLAN.id, lesson_digest=PLAN.digest, cmdlets=cmdlets.CMDLETS)
    app = HvlabApp(session, open_lesson(PLAN, session, language), language, frames=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await enter(app, pilot, "2")
        app.query_one(LessonPane).action_turn(1)
        for command in (CREATE, "Get-VM", "Get-LabPartition"):
            await enter(app, pilot, command)
        question = PLAN.question("guess-partition")
        assert question is not None and question.right[language] in in_sight(app)
        assert app.query_one(ConsolePane).prompt.placeholder == Text(language)("tui.lesson.invite.next")


async def test_after_a_wrong_answer_what_it_foretells_is_not_brought_yet() -> None:
    plan = library.find("by-permission")
    session = Session(
        scenario=plan.scenario,
        seed=plan.seed,
        lesson=plan.id,
        lesson_digest=plan.digest,
        cmdlets=cmdlets.CMDLETS,
    )
    app = HvlabApp(session, open_lesson(plan, session, "en"), frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.query_one(LessonPane).action_turn(1)
        await pilot.pause()
        prompt = app.query_one(ConsolePane).prompt
        assert prompt.placeholder.startswith("Enter brings: Get-LabEvent hypercall"), (
            "what stands above it comes first"
        )
        for command in (
            "Get-LabEvent hypercall -Name MapGpaPages | ForEach-Object { $_.Fields.count }",
            "Get-VM web01, files | Format-Table Name, MemoryStartup",
        ):
            await enter(app, pilot, command)
        await enter(app, pilot, "7")
        assert "Start-VM files" in in_sight(app)
        assert prompt.placeholder == Text("en")("tui.lesson.invite.value", count=0)
        await enter(app, pilot, "(Get-VM files).MemoryStartup / 4KB")
        await enter(app, pilot, app.query_one(ConsolePane).logical[-1][0])
        assert prompt.placeholder == "Enter brings: Start-VM files"
