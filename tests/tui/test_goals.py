"""Goals on the screen: ticked as soon as they are reached, told when they fall."""

from __future__ import annotations

from hvlab.course import library
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.text import Text
from hvlab.tui.app import HvlabApp
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.goals import SELDOM, Goals
from hvlab.tui.lesson_pane import LessonPane
from hvlab.tui.preferences import Preferences
from tests.tui.conftest import PlainLesson

START = (r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd", "Start-VM web01")
BOOTED = "✓ web01 reached its logon screen"


def first_lesson() -> HvlabApp:
    plan = library.find("first-child-partition")

    def session() -> Session:
        from hvlab.course import cmdlets

        return Session(lesson=plan.id, lesson_digest=plan.digest, cmdlets=cmdlets.CMDLETS)

    return HvlabApp(
        session,
        lambda lab: open_lesson(plan, lab, "en"),
        frames=False,
        preferences=Preferences(seen_offer=True),
    )


def said(app: HvlabApp) -> list[str]:
    return [text for text, _ in app.query_one(ConsolePane).logical]


async def test_a_goal_is_ticked_while_the_command_is_still_at_work() -> None:
    app = first_lesson()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        for command in (*START, "Wait-Lab -Seconds 150"):
            console.type_command(command, run=True)
            await pilot.pause()
            assert app.desk is not None
            for _ in range(60):
                app.frame(1 / 30)
                if not app.desk.runner.busy:
                    break
        assert app.desk is not None and app.desk.runner.busy
        app.desk.set_speed(2)
        for _ in range(4000):
            app.frame(1 / 30)
            if BOOTED in said(app):
                break
        assert app.desk.runner.busy, "the command has not ended"
        pane = app.query_one(LessonPane)
        assert any(
            "✓" in "".join(part for part, _ in row) and "logon" in "".join(part for part, _ in row)
            for row in pane.shown
        )
        app.desk.interrupt()


async def test_goals_that_fall_by_going_back_are_told() -> None:
    app = first_lesson()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        for command in (START[0], "Undo-Lab"):
            console.type_command(command, run=True)
            await pilot.pause()
            for _ in range(10):
                app.frame(1 / 30)
        text = Text("en")
        fallen = text("tui.lesson.fallen", count=1, titles="web01 exists and has its system disk")
        assert said(app)[-2:] == [f"○ {fallen}", f"  {text('tui.lesson.redo')}"]
        console.type_command("Remove-VM web01 -Force", run=True)
        await pilot.pause()
        app.frame(1 / 30)
        assert not [row for row in said(app)[-3:] if row == f"  {text('tui.lesson.redo')}"]


def test_goals_are_looked_at_seldom_and_only_when_something_happened() -> None:
    now = [0.0]

    class Slow(PlainLesson):
        def refresh(self, *, at_work: bool = False) -> bool:
            now[0] += 0.1  # each look takes a tenth of a second
            return super().refresh(at_work=at_work)

    lesson = Slow(Session())
    goals, text = Goals(lesson, lambda: now[0]), Text("en")
    goals.at_work(SELDOM / 2, 5, text)
    assert lesson.refreshed == 0
    goals.at_work(SELDOM, 5, text)
    assert lesson.refreshed == 1
    goals.at_work(2.0, 9, text)
    assert lesson.refreshed == 1, "a look that took long is followed by a long rest"
    goals.at_work(1.0, 9, text)
    assert lesson.refreshed == 2
    goals.at_work(60.0, 9, text)
    assert lesson.refreshed == 2, "nothing has happened since"
