"""What stands below a lesson's page: hints and verdicts, in the language of the moment and no longer than they hold."""

from __future__ import annotations

from hvlab.course import cmdlets, library
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.lesson_pane import LessonPane
from tests.tui.conftest import PlainLesson, PlainQuestion

PLAN = library.find("first-child-partition")
CREATE = r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd"


def first_lesson(language: str = "en") -> HvlabApp:
    session = Session(lesson=PLAN.id, lesson_digest=PLAN.digest, cmdlets=cmdlets.CMDLETS)
    return HvlabApp(session, open_lesson(PLAN, session, language), language, frames=False)


def page(app: HvlabApp) -> str:
    return " ".join(" ".join(plain(row) for row in app.query_one(LessonPane).shown).replace("▎", "").split())


async def test_hints_and_verdicts_follow_the_language() -> None:
    app = first_lesson()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane, console = app.query_one(LessonPane), app.query_one(ConsolePane)
        console.type_command("2", run=True)
        await pilot.pause()
        assert "Remember your guess" in page(app)
        app.set_language("de")
        assert "Merken Sie sich Ihre Vermutung" in page(app) and "Remember" not in page(app)
        pane.action_turn(1)
        pane.action_hint()
        pane.action_hint()
        assert "Tippen Sie New-" in page(app) and "kostet" in page(app)
        app.set_language("en")
        assert "Type New-" in page(app) and "The next hint costs" in page(app)
        assert "Tippen" not in page(app) and "kostet" not in page(app)
        assert app.desk is not None and app.desk.session.hints == ["create/1"], "speaking again takes none"


async def test_a_verdict_stays_what_it_was_in_each_language() -> None:
    app = HvlabApp(Session(), PlainLesson, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.query_one(ConsolePane).type_command("7", run=True)
        await pilot.pause()
        assert "Look at the bytes." in page(app)
        app.set_language("de")
        assert "Look at the bytes." in page(app) and "Right." not in page(app)


async def test_hints_are_there_again_when_one_turns_back() -> None:
    app = first_lesson()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        pane.action_turn(1)
        pane.action_hint()
        pane.action_turn(1)
        assert "Type New-" not in page(app)
        pane.action_turn(-1)
        assert "Type New-" in page(app)


async def test_a_guess_gives_way_to_what_became_of_it() -> None:
    class Guessing(PlainLesson):
        def __init__(self, session: Session) -> None:
            super().__init__(session)
            self.asked = PlainQuestion(guess=True)
            self.found = ""

        def resolved(self) -> str:
            return self.found

        def closing(self, *, plain: bool = False) -> str:
            return self.found

    app = HvlabApp(Session(), Guessing, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.query_one(ConsolePane).type_command("196", run=True)
        await pilot.pause()
        assert app.desk is not None and isinstance(app.desk.lesson, Guessing)
        noted = page(app)
        assert noted.index("How many bytes") < noted.index("New-VM web01") < noted.index("Right.")
        app.desk.lesson.found = "The experiment shows 196."
        app.query_one(LessonPane).redraw()
        found = page(app)
        assert "Right." not in found, "what was said to the guess does not stand beside the verdict"
        assert (
            found.index("New-VM web01") < found.index("How many bytes") < found.index("The experiment shows")
        )


async def test_after_going_back_the_prompt_offers_the_page_s_command_again() -> None:
    app = first_lesson()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane, console = app.query_one(LessonPane), app.query_one(ConsolePane)
        pane.action_turn(1)
        for command in (CREATE, "Get-VM", "Get-LabPartition"):
            console.type_command(command, run=True)
            await pilot.pause()
            app.frame()
        await pilot.pause()
        assert console.prompt.placeholder == "Enter: the next step"
        console.type_command("Undo-Lab", run=True)
        await pilot.pause()
        app.frame()
        await pilot.pause()
        assert console.prompt.placeholder.startswith("Enter brings: New-VM web01")


async def test_where_the_page_brings_nothing_more_the_prompt_names_the_way_to_a_hint() -> None:
    app = first_lesson()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane, console = app.query_one(LessonPane), app.query_one(ConsolePane)
        pane.action_turn(1)
        pane._page.commands.clear()
        pane.note_command("")
        await pilot.pause()
        assert console.prompt.placeholder == "Your turn. F2, then h: a hint"
