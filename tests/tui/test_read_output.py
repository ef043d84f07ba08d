"""What a command says is read from its beginning: nothing that the lesson adds below pushes it out of sight."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from hvlab.course import cmdlets, library
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.text import LANGUAGES
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane

OLD = r"New-VM nt4 -VHDPath C:\Images\NT4.vhd; Start-VM nt4; Wait-Lab nt4"
START = r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd; Start-VM web01; Wait-Lab web01"


def first_lesson(language: str) -> HvlabApp:
    lesson = library.find("first-child-partition")
    session = Session(
        scenario=lesson.scenario, platform=lesson.platform, seed=lesson.seed, cmdlets=cmdlets.CMDLETS
    )
    return HvlabApp(session, lambda opened: open_lesson(lesson, opened, language), language, frames=False)


async def do(app: HvlabApp, pilot: Pilot[int], command: str) -> list[str]:
    """Run it to its end; the rows of output that are in sight then."""
    console = app.query_one(ConsolePane)
    console.type_command(command, run=True)
    await pilot.pause()
    assert app.desk is not None
    app.desk.finish()
    for _ in range(3000):
        if not app.desk.runner.busy:
            break
        app.frame(0.1)
    assert not app.desk.runner.busy
    await pilot.pause()
    output = console.output
    top = output.scroll_offset.y
    return [plain(row) for row in output.shown[top : top + output.size.height]]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_tables_and_errors_of_the_first_lesson_are_in_sight_when_they_come(
    size: tuple[int, int], language: str
) -> None:
    app = first_lesson(language)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await do(app, pilot, START)
        for name in ("web01", "nt4"):
            if name == "nt4":
                await do(app, pilot, OLD)
            rows = await do(app, pilot, f"Start-LabWorkload {name} -Operation Write -Count 10")
            assert any("Exits/Request" in row for row in rows), rows
            assert any(name in row for row in rows), rows
        rows = await do(app, pilot, "Stop-VM nt4")
        assert "Stop-VM :" in rows[0] + rows[1], rows


async def test_the_title_names_the_keys_to_what_is_out_of_sight() -> None:
    app = first_lesson("de")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        assert str(console.border_title) == "Konsole"
        await do(app, pilot, "1..30")
        assert "Bild↓ ▼" in str(console.border_title)
        assert console.output.shown[console.output.scroll_offset.y] == (("1", ""),)
        for _ in range(20):
            await pilot.press("pagedown")
        assert "▼" not in str(console.border_title)
        assert "Bild↑ ▲" in str(console.border_title)
        rows = await do(app, pilot, "'seven'")
        assert rows[-1] == "seven"


async def test_what_was_read_while_a_command_was_at_work_is_not_shown_again() -> None:
    app = first_lesson("en")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        assert app.desk is not None
        app.desk.set_speed(0)
        console.type_command("1..30; Wait-Lab -Seconds 200; 'the end'", run=True)
        await pilot.pause()
        for _ in range(3000):
            app.frame(0.1)
            if not app.desk.runner.busy:
                break
        await pilot.pause()
        output = console.output
        assert output.shown[-1] == (("the end", ""),)
        assert output.scroll_offset.y + output.size.height == len(output.shown)
