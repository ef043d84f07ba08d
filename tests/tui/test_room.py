"""What a pane shows on the smallest screen, and whether it uses a large one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from hvlab.session.session import Session
from hvlab.text import LANGUAGES
from hvlab.tui.app import HvlabApp
from hvlab.tui.bars import StatusBar
from hvlab.tui.canvas import in_columns, plain, squeeze, wrap
from hvlab.tui.capture import as_text
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.line_pane import LinePane

SMALL, USUAL, LARGE = (80, 24), (120, 40), (200, 60)
IMAGE = r"C:\Images\WS2008-x64.vhd"
MACHINES = ("web01", "web02", "db01")


@cache
def busy_lab() -> Session:
    """Three guests that have pinged each other, two of them on children of one disk; the screens only look at it."""
    session = Session()
    commands = ["New-VMSwitch lan -SwitchType Internal"]
    for name in MACHINES:
        commands += [
            rf"New-VHD C:\VHDs\{name}.vhd -ParentPath {IMAGE} -Differencing",
            rf"New-VM {name} -MemoryStartupBytes 512MB -VHDPath C:\VHDs\{name}.vhd -SwitchName lan",
        ]
    commands += ["Get-VM | Start-VM", *(f"Wait-Lab {name}" for name in MACHINES), "Test-LabNetwork"]
    for command in commands:
        assert session.run(command).ok, command
    return session


async def in_sight(pilot: Pilot[int], app: HvlabApp, name: str, size: tuple[int, int]) -> list[str]:
    """The rows of a view that one sees without scrolling."""
    await pilot.resize_terminal(*size)
    app.action_pane(name)
    await pilot.pause()
    app.frame(0)
    await pilot.pause()
    assert app.desk is not None
    pane = app.desk.views.current
    assert pane is not None
    return [plain(row) for row in pane.shown[: pane.scrollable_content_region.height]]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_reached_whom_is_whole_on_the_smallest_screen(language: str) -> None:
    app = HvlabApp(busy_lab(), None, language, frames=False)
    async with app.run_test(size=SMALL) as pilot:
        rows = await in_sight(pilot, app, "network", SMALL)
        place = rows.index(next(row for row in rows if row.startswith(app.text("tui.network.pings"))))
        heads = rows[place + 1].split()
        assert set(MACHINES) < set(heads), "everybody in one row of heads"
        for name in (*MACHINES, "host"):
            (row,) = (row for row in rows[place + 2 : place + 6] if row.startswith(name))
            assert row.count(" ms") >= 3


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_machines_memory_is_in_sight_below_the_rings(language: str) -> None:
    app = HvlabApp(busy_lab(), None, language, frames=False)
    async with app.run_test(size=SMALL) as pilot:
        rows = await in_sight(pilot, app, "rings", SMALL)
        head = app.text("tui.rings.memory", size="").strip()
        place = next(number for number, row in enumerate(rows) if row.startswith(head))
        assert set("█·") < set(rows[place + 1]), "the map"
        assert any(app.text("tui.rings.root") in row for row in rows[place + 2 :]), "and who has what"


async def test_a_large_screen_is_used() -> None:
    app = HvlabApp(busy_lab(), None, "de", frames=False)
    async with app.run_test(size=LARGE) as pilot:
        for name, words in (("storage", "tui.storage.snapshots"), ("network", "tui.network.pings")):
            rows = await in_sight(pilot, app, name, LARGE)
            assert app.text(words) in rows[0], f"{name}: the second column begins at the top"
        rows = await in_sight(pilot, app, "processors", LARGE)
        bars = [row.count("▄") for row in rows]
        assert max(bars) > 100, "the longest bar of the exits"
        assert all(len(row) <= 199 for row in rows)


async def test_a_childs_blocks_are_drawn_under_its_parents() -> None:
    app = HvlabApp(busy_lab(), None, "en", frames=False)
    async with app.run_test(size=USUAL) as pilot:
        rows = await in_sight(pilot, app, "storage", USUAL)
        strips = [row for row in rows if row.startswith("  ") and " blocks" in row]
        assert len(strips) >= 4
        assert len({row.index(" of ") - len(row[: row.index(" of ")].split()[-1]) for row in strips}) == 1


@pytest.mark.parametrize("size", [USUAL, LARGE])
async def test_a_console_that_has_said_nothing_leaves_its_rows_to_the_view(size: tuple[int, int]) -> None:
    app = HvlabApp(busy_lab(), None, "en", frames=False)
    async with app.run_test(size=size) as pilot:
        await in_sight(pilot, app, "storage", size)
        console = app.query_one(ConsolePane)
        assert console.size.height < 5
        console.type_command("Get-VM", run=True)
        await pilot.pause()
        app.frame()
        await pilot.pause()
        assert console.size.height >= 9


async def test_the_bar_at_the_top_uses_the_room_of_a_terminal_made_wider() -> None:
    app = HvlabApp(busy_lab(), None, "de", frames=False)
    async with app.run_test(size=SMALL) as pilot:
        app.frame(0)
        bar = app.query_one(StatusBar)
        assert "db01 Läuft" not in said(bar)
        await pilot.resize_terminal(*USUAL)
        await pilot.pause()
        assert all(f"{name} Läuft" in said(bar) for name in MACHINES)


async def test_the_bar_at_the_top_cuts_no_word() -> None:
    app = HvlabApp(Session(), None, "de", frames=False)
    async with app.run_test(size=SMALL) as pilot:
        app.query_one(ConsolePane).type_command(f"New-VM web01 512MB -VHDPath {IMAGE}", run=True)
        app.query_one(ConsolePane).type_command("Start-VM web01; Wait-Lab web01", run=True)
        await pilot.pause()
        for _ in range(30):
            app.frame(1 / 30)
        row = said(app.query_one(StatusBar))
        assert app.text("tui.status.stop") in row
        assert len(row) <= SMALL[0]
        bar = app.query_one(StatusBar)
        bar.tell([("a" * 70, ""), ("b" * 20, "")], [(" web01 ", "")])
        assert said(bar).split() == ["a" * 70, "web01"]


def said(bar: LinePane) -> str:
    return plain(bar.shown[0])


def test_names_that_end_differently_stay_different() -> None:
    one, other = (squeeze(f"host1/Local Area Connection{tail}", 20) for tail in ("", " 2"))
    assert one != other
    assert len(one) == len(other) == 20
    assert squeeze("host", 20) == "host"


def test_columns_are_even_and_fit() -> None:
    cells = [((word, ""),) for word in ("a", "bbb", "cc", "dddd")]
    assert [plain(row) for row in in_columns(cells, 13, 2)] == ["a     bbb", "cc    dddd"]
    assert len(in_columns(cells, 3)) == 4
    assert in_columns([], 10) == []


async def test_the_help_follows_the_language_of_the_screen() -> None:
    app = HvlabApp(Session(), None, "en", frames=False)
    async with app.run_test(size=USUAL) as pilot:
        for language, words in (
            ("en", "Starts a virtual machine"),
            ("de", "Startet eine virtuelle Maschine"),
        ):
            app.set_language(language)
            app.query_one(ConsolePane).type_command("(Get-Help Start-VM).Synopsis", run=True)
            await pilot.pause()
            for _ in range(5):
                app.frame()
            await pilot.pause()
            assert words in as_text(app)


def test_a_path_is_broken_behind_a_folder() -> None:
    path = "C:\\VHDs\\d1_{5DDA06F3-1619-4B27-B135-4254F4472635}.avhd"
    assert wrap(f"File {path} (fixed)", 48) == ["File C:\\VHDs\\", path.rpartition("\\")[2], "(fixed)"]
    assert wrap("x" * 12, 5) == ["xxxxx", "xxxxx", "xx"]
    assert wrap("ab " + "x" * 7, 5) == ["ab", "xxxxx", "xx"]


async def test_the_list_of_keys_is_broken_anew_for_another_window(make_app: Callable[..., HvlabApp]) -> None:
    app = make_app(lesson=False, language="de")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.action_keys()
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        listed = app.screen.query_one(OptionList)
        rows = [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]
        room = listed.scrollable_content_region.width
        assert max(len(line) for row in rows for line in row.splitlines()) <= room
        assert listed.highlighted == 0
