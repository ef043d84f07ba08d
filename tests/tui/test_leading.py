"""The eye is led to where something happens, and back; the picture follows the machine that the work is about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.architecture import ArchitecturePane
from hvlab.tui.canvas import plain
from hvlab.tui.desk import Desk
from hvlab.tui.leading import LINGER, machines_named
from tests.tui.conftest import CREATE, PlainLesson, run

SMALL = (80, 24)
Maker = Callable[..., HvlabApp]
BOTH = f"{CREATE}; New-VM db01 -MemoryStartupBytes 64MB"


class Watching(PlainLesson):
    """A lesson best seen with the storage view."""

    def panes(self) -> list[str]:
        return ["lesson", "storage", "console"]


class TwoMachines(PlainLesson):
    """Its first step is about no machine, its second one about db01."""

    def body(self) -> str:
        return "## Two\n\nNow the other.\n\n```powershell\nStart-VM db01\n```" if self.step == 2 else "## One"


def opened(app: HvlabApp) -> Desk:
    assert app.desk is not None
    return app.desk


def rest(app: HvlabApp) -> None:
    """As long as what was brought can still be looked at."""
    run(app, int(LINGER * 30) + 3)


def until_done(app: HvlabApp) -> None:
    for _ in range(3000):
        app.frame()
        if not opened(app).runner.busy:
            return
    raise AssertionError("it does not end")


# -- one pane above the console -------------------------------------------------------------------


async def test_a_short_command_brings_the_picture_and_it_can_be_looked_at(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=SMALL) as pilot:
        app.frame()
        opened(app).submit(CREATE)
        rest(app)
        assert app.stage == "lesson", "what takes no time has nothing to watch"
        opened(app).submit("Start-VM web01")
        run(app, 2)
        assert app.stage == "picture"
        until_done(app)
        run(app, 30)
        await pilot.pause()
        assert app.stage == "picture" and app.query_one(ArchitecturePane).region
        rest(app)
        assert app.stage == "lesson"


async def test_the_next_command_finds_the_picture_still_there(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=SMALL):
        app.frame()
        opened(app).submit(f"{CREATE}; Start-VM web01")
        until_done(app)
        run(app, 60)
        opened(app).submit("Wait-Lab web01 -For Heartbeat")
        for _ in range(100):
            app.frame()
            assert app.stage == "picture"


async def test_the_view_that_the_lesson_names_comes_in_place_of_the_picture() -> None:
    app = HvlabApp(Session(), Watching, frames=False)
    async with app.run_test(size=SMALL) as pilot:
        app.frame()
        opened(app).submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        run(app, 3)
        await pilot.pause()
        assert app.stage == "view" and opened(app).views.name == "storage"
        assert app.query_one("#console").has_focus or app.focused is not None
        opened(app).finish()
        until_done(app)
        rest(app)
        assert app.stage == "lesson"


async def test_who_goes_to_what_was_brought_keeps_it_and_who_goes_back_is_left_alone(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=SMALL) as pilot:
        app.frame()
        opened(app).submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        run(app, 3)
        await pilot.press("f2")
        run(app, 30)
        assert app.stage == "lesson", "brought once for one command"
        await pilot.press("f3")
        opened(app).finish()
        until_done(app)
        rest(app)
        assert app.stage == "picture", "it has the keys"


async def test_a_guests_screen_is_not_taken_away_and_the_page_lies_behind_it(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=SMALL) as pilot:
        app.frame()
        opened(app).submit(f"{CREATE}; Start-VM web01")
        until_done(app)
        opened(app).submit("vmconnect localhost web01")
        rest(app)
        assert app.screen_stack[0].has_class("guest")
        await pilot.press("escape")
        assert not app.screen_stack[0].has_class("guest") and app.stage == "lesson"


@pytest.mark.parametrize("key", ["space", "r"])
async def test_what_is_played_is_seen(make_app: Maker, key: str) -> None:
    app = make_app()
    async with app.run_test(size=SMALL) as pilot:
        app.frame()
        opened(app).submit(f"{CREATE}; Start-VM web01; Wait-Lab web01")
        opened(app).finish()
        until_done(app)
        if key == "space":
            opened(app).submit("Move-Lab 100")
            until_done(app)
        rest(app)
        assert app.stage == "lesson"
        await pilot.press("alt+t", key)
        run(app, 2)
        await pilot.pause()
        assert opened(app).player.direction
        assert app.stage == "picture"
        assert "root partition" in plain(app.query_one(ArchitecturePane).shown[0])
        await pilot.press(key)
        rest(app)
        assert app.stage == "lesson"


async def test_one_event_by_key_is_seen_too(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=SMALL) as pilot:
        app.frame()
        opened(app).submit(f"{CREATE}; Start-VM web01")
        opened(app).finish()
        until_done(app)
        assert app.stage == "lesson"
        await pilot.press("f8")
        assert app.stage == "picture"


async def test_reading_on_brings_the_page_back(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=SMALL) as pilot:
        app.frame()
        await pilot.press("f4", "escape")
        assert app.stage == "events"
        await pilot.press("alt+down")
        assert app.stage == "lesson"


# -- the machine in focus --------------------------------------------------------------------------


def test_machines_are_found_by_whole_names() -> None:
    found = machines_named(
        r"Get-VM WEB01; Start-VM db; dir C:\web01\db.vhd; web011; web01-old; 'db'", ["db", "web01"]
    )
    assert found == ["web01", "db"]
    assert machines_named("Get-VM", ["web01"]) == [] and machines_named("Get-VM x", []) == []


async def test_the_focus_follows_the_machine_that_the_last_command_names(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)):
        app.frame()
        picture = app.query_one(ArchitecturePane)
        opened(app).submit(BOTH)
        app.frame()
        for command, machine in (
            ("Start-VM web01", "web01"),
            ("Get-VM db01", "db01"),
            ("Get-VM web01", "web01"),
        ):
            opened(app).submit(command)
            opened(app).finish()
            run(app, 60)
            assert picture.focused_machine == machine, command
        opened(app).submit("Wait-Lab db01 -For Idle -Timeout 5")
        run(app, 60)
        assert picture.focused_machine == "db01", "while web01 boots beside it"


async def test_a_command_that_names_none_leaves_it_to_the_events(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)):
        app.frame()
        opened(app).submit(f"{BOTH}; Get-VM db01")
        app.frame()
        opened(app).submit("Get-VM | Where-Object Name -like 'web*' | Start-VM")
        until_done(app)
        assert app.query_one(ArchitecturePane).focused_machine == "web01"


async def test_a_machine_that_a_command_makes_has_the_focus(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)):
        app.frame()
        opened(app).submit("New-VM app01")
        app.frame()
        opened(app).submit("New-VM db01")
        app.frame()
        assert app.query_one(ArchitecturePane).focused_machine == "db01"


async def test_the_focus_follows_the_page() -> None:
    session = Session()
    session.run(f"{BOTH}; Start-VM web01; Wait-Lab web01")
    app = HvlabApp(session, TwoMachines, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        app.frame()
        await pilot.pause()
        picture = app.query_one(ArchitecturePane)
        assert picture.focused_machine == "web01"
        await pilot.press("alt+right")
        await pilot.pause()
        assert picture.focused_machine == "db01"


@pytest.mark.parametrize("way", ["keys", "mouse"])
async def test_a_machine_chosen_by_hand_stays_until_it_is_given_back(make_app: Maker, way: str) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.frame()
        picture = app.query_one(ArchitecturePane)
        opened(app).submit(f"{BOTH}; Start-VM web01")
        until_done(app)
        app.frame()
        assert picture.focused_machine == "web01"
        if way == "keys":
            await pilot.press("f3", "down")
        else:
            rows = [plain(row) for row in picture.shown]
            y = next(number for number, row in enumerate(rows) if "db01 ·" in row)
            await pilot.click(ArchitecturePane, offset=(rows[y].index("db01 ·"), y + 1))
        assert picture.focused_machine == "db01" and "db01 stays" in str(picture.border_title)
        opened(app).submit("Wait-Lab web01 -For Heartbeat")
        opened(app).finish()
        until_done(app)
        assert picture.focused_machine == "db01"
        await pilot.press("f")
        assert picture.focused_machine == "web01" and "stays" not in str(picture.border_title)


async def test_a_chosen_machine_that_is_removed_gives_itself_back(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        app.frame()
        picture = app.query_one(ArchitecturePane)
        opened(app).submit(BOTH)
        app.frame()
        opened(app).submit("Get-VM web01")
        await pilot.press("f3", "down")
        assert picture.focused_machine == "db01"
        opened(app).submit("Remove-VM db01 -Force")
        until_done(app)
        assert picture.focused_machine == "web01" and "stays" not in str(picture.border_title)


# -- the machines that are not in focus ------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_machine_that_is_not_in_focus_shows_its_exits(make_app: Maker, size: tuple[int, int]) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=size) as pilot:
        app.frame()
        opened(app).submit(f"{BOTH}; Start-VM web01; Wait-Lab web01")
        opened(app).finish()
        until_done(app)
        opened(app).submit("Get-VM db01")
        await pilot.press("f3")
        run(app, 90)
        picture = app.query_one(ArchitecturePane)
        assert picture.focused_machine == "db01"
        exits = opened(app).feed.sums.exits("web01")
        row = next(plain(row) for row in picture.shown if "web01 ·" in plain(row))
        assert exits > 100 and row.split("web01 ·")[1].rstrip().endswith(f"▼ {exits}")
