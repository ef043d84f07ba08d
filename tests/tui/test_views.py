"""The views: opened, closed, walked through, and drawn only when something has changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.binding import Binding
from textual.events import Key
from textual.pilot import Pilot

from hvlab.session import ringview, schedule, storageview
from hvlab.session.session import Session
from hvlab.text import LANGUAGES
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.help_screen import HelpBox
from hvlab.tui.layout import VIEWS
from hvlab.tui.view_pane import ViewPane, names_in_sight
from tests.tui.conftest import CREATE, run

Maker = Callable[..., HvlabApp]
BIG = (120, 40)
SIZES = ((80, 24), BIG, (200, 60))


def view(app: HvlabApp) -> ViewPane:
    assert app.desk is not None
    current = app.desk.views.current
    assert current is not None
    return current


def shown(app: HvlabApp) -> str:
    return "\n".join(plain(row) for row in view(app).shown)


async def type_in(app: HvlabApp, pilot: Pilot[int], command: str) -> None:
    """Enter a command and let it come to its end."""
    app.query_one(ConsolePane).type_command(command, run=True)
    await pilot.pause()
    app.action_finish()
    assert app.desk is not None
    for _ in range(500):
        app.frame()
        if not app.desk.runner.busy:
            break
    await pilot.pause()


BOOT = f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted"


@asynccontextmanager
async def watching(
    make_app: Maker, key: str, *commands: str
) -> AsyncGenerator[tuple[HvlabApp, Pilot[int]], None]:
    """A lab without a lesson where these commands were entered, and then the key of a view was pressed."""
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        for command in commands:
            await type_in(app, pilot, command)
        await pilot.press(key)
        app.frame()
        yield app, pilot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("size", "lesson"), [*((size, False) for size in SIZES), ((112, 36), True)], ids=str)
async def test_every_view_opens_and_is_readable_at_every_size(
    make_app: Maker, size: tuple[int, int], lesson: bool, language: str
) -> None:
    app = make_app(lesson=lesson, language=language)
    async with app.run_test(size=size) as pilot:
        await type_in(app, pilot, f"New-VMSwitch lan -SwitchType Internal; {BOOT}")
        await type_in(
            app, pilot, "Checkpoint-VM web01 -SnapshotName 'before a very long day'; Test-LabNetwork"
        )
        for name in VIEWS:
            app.action_pane(name)
            await pilot.pause()
            app.frame()
            await pilot.pause()
            pane = view(app)
            assert pane.id == name
            assert pane.has_focus
            assert pane.size.height >= 8
            assert len(pane.shown) > (0 if name in ("conversion", "ways") else 3)  # this lab has neither
            for row in pane.shown:
                assert len(plain(row)) <= pane.scrollable_content_region.width, (name, plain(row))


async def test_the_key_for_views_goes_round_and_escape_leads_back(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        for name in (*VIEWS, VIEWS[0]):
            await pilot.press("alt+v")
            assert view(app).id == name
        await pilot.press("escape")
        assert app.query_one(ConsolePane).prompt.has_focus
        assert app.stage == "view", "one may type and watch"
        await pilot.press("escape")
        assert app.stage == "picture"
        await pilot.press("alt+v")
        assert view(app).id == VIEWS[0], "the one that was open last"
        await pilot.press("f4")
        assert app.stage == "events"


async def test_a_guests_screen_takes_the_place_of_a_view(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await type_in(app, pilot, BOOT)
        await pilot.press("alt+r")
        await type_in(app, pilot, "vmconnect localhost web01")
        assert app.stage == "picture"
        assert app.screen.has_class("guest")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_view_has_its_help_and_its_keys(make_app: Maker, language: str) -> None:
    app = make_app(lesson=False, language=language)
    async with app.run_test(size=BIG) as pilot:
        for name in VIEWS:
            app.action_pane(name)
            await pilot.pause()
            await pilot.press("f1")
            box = app.screen.query_one(HelpBox)
            assert box.border_title == app.text(f"tui.pane.{name}")
            said = "\n".join(plain(row) for row in box.shown)
            for binding in type(view(app)).BINDINGS:
                if binding.description:  # type: ignore[union-attr]
                    assert app.text(binding.description) in said  # type: ignore[union-attr]
            await pilot.press("escape")


async def test_a_view_speaks_the_other_language_at_once(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        for name in VIEWS:
            app.action_pane(name)
            await pilot.pause()
            before = shown(app)
            app.set_language("de")
            assert shown(app) != before
            app.set_language("en")
            assert shown(app) == before


async def test_nothing_is_laid_out_anew_while_nothing_happens(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await type_in(app, pilot, BOOT)
        for name in VIEWS:
            app.action_pane(name)
            await pilot.pause()
            count = view(app).laid_out
            run(app, 10)
            for _ in range(3):
                view(app).again()
            assert view(app).laid_out == count, name


async def test_looking_leaves_the_world_as_it_is(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await type_in(app, pilot, BOOT)
        assert app.desk is not None
        world = app.desk.session.world
        before = world.digest()
        for name in VIEWS:
            app.action_pane(name)
            await pilot.pause()
            for key in ("left", "right", "up", "down"):
                await pilot.press(key)
        assert world.digest() == before


async def test_a_click_on_a_name_in_the_border_opens_that_view(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("alt+v")
        app.frame()
        await pilot.pause()
        titles = [app.text(f"tui.pane.{name}") for name in VIEWS]
        x = 3 + sum(len(title) + 2 for title in titles[:-1])
        await pilot.click(view(app), offset=(x, 0))
        await pilot.pause()
        assert view(app).id == VIEWS[-1]


async def test_where_not_all_names_fit_an_arrow_stands_for_the_next_one(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+v")
        app.frame()
        await pilot.pause()
        widths = [len(app.text(f"tui.pane.{name}")) + 2 for name in VIEWS]
        first, last = names_in_sight(widths, 0, view(app).size.width - 6)
        assert first == 0
        await pilot.click(view(app), offset=(1 + sum(widths[:last]), 0))
        await pilot.pause()
        assert view(app).id == VIEWS[last]


async def test_a_second_click_beside_a_window_that_has_closed_is_no_error(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("ctrl+p")
        palette = app.screen
        palette.dismiss()
        palette.dismiss()
        await pilot.pause()
        assert app.screen is app.screen_stack[0]


@pytest.mark.parametrize("name", [*VIEWS, "time"])
async def test_a_key_with_alt_comes_with_its_letter_and_is_not_typed(make_app: Maker, name: str) -> None:
    """Terminals send Escape and the letter; the prompt would take the letter for itself."""
    app = make_app(lesson=False)
    (letter,) = (
        binding.key.removeprefix("alt+")
        for binding in HvlabApp.BINDINGS
        if isinstance(binding, Binding) and binding.description == f"tui.keys.{name}"
    )
    async with app.run_test(size=BIG) as pilot:
        app.post_message(Key(f"alt+{letter}", letter))
        await pilot.pause()
        assert app.query_one(ConsolePane).prompt.value == ""
        assert app.focused is not None
        assert app.focused.id == name


async def test_keys_for_views_do_nothing_under_a_window(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("f1")
        for key in ("alt+r", "alt+v", "alt+t"):
            await pilot.press(key)
        assert app.stage == "picture"
        await pilot.press("escape")
        assert app.query_one(ConsolePane).prompt.has_focus


# -- rings ---------------------------------------------------------------------------------------------


async def test_rings_follow_the_packets_until_one_chooses(make_app: Maker) -> None:
    async with watching(make_app, "alt+r", BOOT) as (app, pilot):
        assert app.desk is not None
        world = app.desk.session.world
        newest = [event for event in world.trace if event.kind == "ring.packet"][-1]
        assert f"channel {newest.channel} " in shown(app)
        assert f"#{newest.seq} {newest.get('packet_type')}" in shown(app)
        await pilot.press("right")
        assert f"channel {newest.channel} " not in shown(app).splitlines()[0]
        await pilot.press("f")
        assert f"channel {newest.channel} " in shown(app)


async def test_the_figures_of_rings_are_the_worlds(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await type_in(app, pilot, BOOT)
        await pilot.press("alt+r")
        assert app.desk is not None
        session = app.desk.session
        for machine, relid in ringview.channels(session.world, session.host):
            view(app).chosen = machine, relid  # type: ignore[attr-defined]
            view(app).again()
            now = ringview.look(session.world, session.host, machine, relid)
            assert now is not None
            for ring in now.rings:
                assert f"R {ring.read}  W {ring.write}  " in shown(app)


async def test_a_view_forgets_what_was_undone(make_app: Maker) -> None:
    async with watching(make_app, "alt+r", BOOT) as (app, pilot):
        assert "No channel is on offer" not in shown(app)
        await type_in(app, pilot, "Undo-Lab")
        assert "No channel is on offer" in shown(app)


# -- processors ----------------------------------------------------------------------------------------


async def test_processors_show_every_stretch_and_the_books(make_app: Maker) -> None:
    async with watching(make_app, "alt+p", BOOT) as (app, _pilot):
        assert app.desk is not None
        session = app.desk.session
        said = shown(app)
        for one in schedule.virtual(session.world, session.host):
            assert all(str(count) in said for _, count in one.exits)
        assert next(row for row in said.splitlines() if row.startswith("web01")).count("█") > 20
        assert "root 0 1 2 3: nothing lasting to do yet" in said


async def test_the_strip_is_zoomed_moved_and_brought_back(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await type_in(app, pilot, BOOT)
        await pilot.press("alt+p")
        first = shown(app)
        assert "Who ran when: 15 s" in first
        await pilot.press("plus")
        assert "Who ran when: 10 s" in shown(app)
        closer = shown(app)
        await pilot.press("left", "left")
        assert shown(app) != closer
        await pilot.press("right", "right")
        assert shown(app) == closer, "at the end of time the strip follows it again"
        await pilot.press("minus")
        assert "Who ran when: 15 s" in shown(app)
        await pilot.press("left", "f")
        assert shown(app) == first


# -- storage and network ---------------------------------------------------------------------------------


async def test_storage_names_every_disk_and_who_holds_it(make_app: Maker) -> None:
    async with watching(make_app, "alt+s", BOOT, "Checkpoint-VM web01 -SnapshotName before") as (app, _pilot):
        assert app.desk is not None
        said = shown(app)
        now = storageview.look(app.desk.session.world, app.desk.session.host)
        assert now is not None
        for disk in now.disks:
            assert f"{len(disk.present)} of {disk.block_count} blocks" in said
        assert "◇ web01 before" in said
        assert "▸ web01 IDE 0:0" in said
        assert "▸ now" in said


async def test_storage_is_not_read_again_for_what_does_not_concern_it(make_app: Maker) -> None:
    async with watching(make_app, "alt+s", BOOT) as (app, _pilot):
        assert app.desk is not None
        world = app.desk.session.world
        count = view(app).laid_out
        world.emit("exit", "host1/web01", "host1/hypervisor", 2, 0, None, "hlt", "", None)
        view(app).again()
        assert view(app).laid_out == count
        world.emit("snapshot", "host1/root/vmms", "host1/web01", None, None, None, "taken", "x", 1)
        view(app).again()
        assert view(app).laid_out == count + 1


async def test_the_network_shows_who_reached_whom_after_p(make_app: Maker) -> None:
    async with watching(make_app, "alt+n", "New-VMSwitch lan -SwitchType Internal") as (app, pilot):
        assert "Nobody has pinged anybody yet" in shown(app)
        await pilot.press("p")
        await type_in(app, pilot, "Get-Date")
        assert "no route" in shown(app) or " ms" in shown(app)
        assert "Frames, newest first" in shown(app)
        assert "echo request" in shown(app)


# -- manager -------------------------------------------------------------------------------------------


async def test_the_manager_types_the_command_of_an_action(make_app: Maker) -> None:
    async with watching(make_app, "alt+m", CREATE) as (app, pilot):
        assert "types: Start-VM web01" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "Start-VM web01" in "\n".join(words for words, _ in app.query_one(ConsolePane).logical)
        assert view(app).has_focus, "the keys stay in the list"
        app.action_finish()
        run(app, 60)
        assert "Running" in shown(app)
        await pilot.press("right", "right")
        assert "types: Stop-VM web01 -TurnOff" in shown(app)
        await pilot.press("left")
        assert "types: Stop-VM web01" in shown(app)


async def test_what_takes_away_for_good_waits_for_enter(make_app: Maker) -> None:
    async with watching(make_app, "alt+m", CREATE) as (app, pilot):
        await pilot.press("left", "left", "enter")
        await pilot.pause()
        prompt = app.query_one(ConsolePane).prompt
        assert prompt.value == "Remove-VM web01"
        assert prompt.has_focus
        assert app.desk is not None
        assert len(app.desk.session.log.entries) == 1


async def test_machines_and_actions_are_chosen_with_the_mouse(make_app: Maker) -> None:
    async with watching(make_app, "alt+m", f"{CREATE}; New-VM db01") as (app, pilot):
        await pilot.pause()
        await pilot.click(view(app), offset=(4, 3))
        assert "types: Start-VM db01" in shown(app)
        await pilot.press("up")
        assert "types: Start-VM web01" in shown(app)
        row = next(n for n, words in enumerate(shown(app).splitlines()) if "Snapshot  " in words and n > 1)
        column = shown(app).splitlines()[row].index("Snapshot")
        await pilot.click(view(app), offset=(column, row + 1))
        await pilot.pause()
        app.frame()
        assert "Checkpoint-VM web01 -SnapshotName s1" in "\n".join(
            words for words, _ in app.query_one(ConsolePane).logical
        )


# -- server --------------------------------------------------------------------------------------------


async def test_a_bare_server_gets_its_hypervisor_by_enter_alone() -> None:
    app = HvlabApp(Session(scenario="bare-server"), None, "en", frames=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("alt+e")
        app.frame()
        assert "(no hypervisor)" in shown(app)
        for _ in range(7):
            view(app).action = ""  # type: ignore[attr-defined]
            await pilot.press("enter")
            await pilot.pause()
            app.action_finish()
            assert app.desk is not None
            for _ in range(500):
                app.frame()
                if not app.desk.runner.busy:
                    break
            await pilot.pause()
        assert "(no hypervisor)" not in shown(app)
        assert "It runs, and everything above it is a partition." in shown(app)


async def test_one_goes_from_server_to_server() -> None:
    app = HvlabApp(Session(scenario="misconfigured-hosts"), None, "en", frames=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("alt+e")
        app.frame()
        assert "NOVT" in shown(app).splitlines()[0]
        await pilot.press("n")
        assert "NOSVM" in shown(app).splitlines()[0]
        await pilot.press("p", "p")
        assert "server 7 of 7" in shown(app).splitlines()[0]
        assert "-ComputerName ITANIUM" in shown(app)


def test_a_border_names_as_many_views_as_fit_the_open_one_always() -> None:
    widths = [10, 8, 12, 9, 7]
    assert names_in_sight(widths, 2, 46) == (0, 5)
    for current in range(5):
        first, last = names_in_sight(widths, current, 25)
        assert first <= current < last
        assert sum(widths[first:last]) <= 25
        assert last - first < 5


# -- datacentre ------------------------------------------------------------------------------------------


async def test_the_machine_room_shows_what_moves_and_where() -> None:
    session = Session(scenario="two-nodes")
    session.run("New-Cluster LAB -Node HV01,HV02")
    session.run(r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath E:\web01.vhd -Path E:\ ")
    session.run("Add-ClusterVirtualMachineRole web01; Start-VM web01; Wait-Lab web01")
    app = HvlabApp(session, None, "en", frames=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("alt+c")
        app.frame()
        assert "VOSE ✓ web01 · Enterprise" in shown(app)
        assert "3 of 3 votes" in shown(app)
        assert "online · HV01 · E:" in shown(app)
        assert "types: Move-ClusterVirtualMachineRole web01 -Node HV02" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        app.action_finish()
        run(app, 60)
        assert "online · HV02 · E:" in shown(app)
        await pilot.press("n")
        assert "What can be done with HV02" in shown(app)


# -- VMM types -------------------------------------------------------------------------------------------


async def test_one_cursor_walks_both_stacks_and_enter_counts_the_same(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("alt+y")
        app.frame()
        assert "Instruction 1 of 29" in shown(app)
        assert "● Hypervisor" not in shown(app)
        await pilot.press("down", "down")
        assert "Instruction 3 of 29" in shown(app)
        reached = [row for row in shown(app).splitlines() if "●" in row]
        assert any("● Root partition: vmwp.exe" in row and "● vssrvc.exe" in row for row in reached)
        await pilot.press("end")
        assert "Instruction 29 of 29" in shown(app)
        await pilot.press("w", "home")
        assert "Instruction 1 of 28" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        typed = "\n".join(words for words, _ in app.query_one(ConsolePane).logical)
        assert "Compare-LabPlatform ws2008,vs2005 Read -Count 1" in typed


async def test_an_instruction_is_chosen_with_the_mouse(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("alt+y")
        app.frame()
        row = next(n for n, words in enumerate(shown(app).splitlines()) if words.startswith("  5 "))
        await pilot.click(view(app), offset=(10, row + 1))
        assert "Instruction 5 of 29" in shown(app)


# -- history ---------------------------------------------------------------------------------------------


async def test_the_stop_of_both_calls_runs_them_and_shows_where_each_lands(make_app: Maker) -> None:
    async with watching(make_app, "alt+h", BOOT) as (app, pilot):
        await pilot.press("down", "down")
        assert "types: Invoke-LabInstruction web01 SYSCALL -User;" in shown(app)
        assert "▼" not in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        app.action_finish()
        run(app, 60)
        rows = shown(app).splitlines()
        kernel = next(row for row in rows if row.startswith("Guest's kernel"))
        assert "▼ supervisor call" in kernel
        monitor = next(row for row in rows if row.startswith("Hypervisor"))
        assert "▼ hypervisor call" in monitor


async def test_a_stop_opens_another_view_too(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("alt+h")
        app.frame()
        row = next(n for n, words in enumerate(shown(app).splitlines()) if "proved" in words)
        await pilot.click(view(app), offset=(20, row + 1))
        await pilot.press("left")
        assert "opens: VMM types" in shown(app)
        await pilot.press("enter")
        assert view(app).id == "types"


# -- guest's view ------------------------------------------------------------------------------------------


async def test_switching_the_path_leaves_the_line_on_top_as_it_is(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("alt+g")
        app.frame()
        over_bus = shown(app).splitlines()
        assert "Application's call: write: 4 blocks" in over_bus[1]
        assert "VMBus" in over_bus[0]
        await pilot.press("s")
        by_ports = shown(app).splitlines()
        assert by_ports[1] == over_bus[1]
        assert "emulated devices" in by_ports[0]
        assert "IDE disk on ports" in shown(app)
        assert sum("≠" in row for row in by_ports) >= 3
        await pilot.press("s")
        assert shown(app).splitlines() == over_bus


async def test_the_labs_guests_stand_in_the_view_as_soon_as_they_are_there(make_app: Maker) -> None:
    async with watching(make_app, "alt+g", BOOT) as (app, pilot):
        assert "web01, as it is now" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        app.action_finish()
        run(app, 60)
        assert "Application's call: write: 4 blocks, 16384 bytes" in shown(app)
        await pilot.press("s")
        assert "One system in a world of its own" in shown(app)
        await pilot.press("n")
        assert "web01, as it is now" in shown(app)


# -- backup ------------------------------------------------------------------------------------------------


async def test_a_backup_is_seen_and_kept_in_the_list(make_app: Maker) -> None:
    async with watching(make_app, "alt+k", f"{BOOT}; Wait-Lab -Seconds 20") as (app, pilot):
        assert "No backup is under way" in shown(app)
        assert "types: New-LabBackup web01 -Path D:\\Backup" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        app.action_finish()
        run(app, 60)
        assert "whole for the applications" in shown(app)
        assert "No writer has been asked" not in shown(app)
        assert "web01: 5 writers hold still" in shown(app)
        assert "web01: 5 writers go on (asked)" in shown(app)
