"""Snapshots: a tree that one can walk, with the guest's own data at each place, through deletes and merges."""

from __future__ import annotations

import pytest

from hvlab.guests import system_record
from hvlab.storage import vhd
from tests.host.support import OLD, SYSTEM, Lab

FIRST = system_record.DATA_START


def write(lab: Lab, place: int, count: int = 1) -> None:
    """The guest writes so many records at a place of its disk, a block of 4 KiB each."""
    offset = (FIRST + 8 * place) * 512
    lab.run(f"Start-LabWorkload web01 -Count {count} -Offset {offset}")


def written(lab: Lab) -> list[int]:
    """Which of the first forty places hold a record, as the machine's disk has it now."""
    disk = lab.storage.open(lab.vmms.machine("web01").drives[0].path)
    return [place for place in range(40) if system_record.is_sound(disk.read(FIRST + 8 * place, 1))]


def avhds(lab: Lab) -> int:
    return sum(path.endswith(".avhd") for path in lab.storage.files.paths())


def with_tree(lab: Lab) -> None:
    """a (0) - b (0, 1) - c (0, 1, 2), and from a another way: d (0, 3)."""
    for place, name in enumerate("abc"):
        write(lab, place)
        lab.run(f"Checkpoint-VM web01 {name}")
    lab.run("Restore-VMSnapshot a web01; Start-VM web01; Wait-Lab -Seconds 3")
    write(lab, 3)
    lab.run("Checkpoint-VM web01 d")


HELD = {"a": [0], "b": [0, 1], "c": [0, 1, 2], "d": [0, 3]}


@pytest.fixture(params=[SYSTEM, OLD])
def lab(request: pytest.FixtureRequest) -> Lab:
    lab = Lab()
    lab.boot(path=request.param)
    return lab


def test_the_tree_is_walked_back_and_forth(lab: Lab) -> None:
    with_tree(lab)
    parents = {one.name: one.parent for one in lab.vmms.machine("web01").snapshots.values()}
    ids = {one.identifier: one.name for one in lab.vmms.machine("web01").snapshots.values()}
    assert {name: ids.get(parent, "") for name, parent in parents.items()} == {
        "a": "",
        "b": "a",
        "c": "b",
        "d": "a",
    }
    for name in "cadbacd":
        lab.run(f"Restore-VMSnapshot {name} web01")
        assert lab.state() == "Saved" and written(lab) == HELD[name]
        lab.run("Start-VM web01; Wait-Lab -Seconds 3")
        write(lab, 20)
        assert written(lab) == [*HELD[name], 20]


@pytest.mark.parametrize("order", ["abcd", "dcba", "bdac", "cadb"])
def test_deleting_in_any_order_leaves_every_other_moment_as_it_was(order: str) -> None:
    lab = Lab()
    lab.boot()
    with_tree(lab)
    write(lab, 30)
    now = written(lab)
    lab.run("Stop-VM web01")
    left = set("abcd")
    for name in order:
        lab.run(f"Remove-VMSnapshot web01 {name}; Wait-Lab -Seconds 120")
        left.remove(name)
        assert written(lab) == now
        for other in sorted(left):
            disk = lab.storage.open(lab.vmms.find_snapshot("web01", other).drives[0].path)
            held = [place for place in range(40) if system_record.is_sound(disk.read(FIRST + 8 * place, 1))]
            assert held == HELD[other], (name, other)
    assert avhds(lab) == 0 and lab.vmms.machine("web01").drives[0].path == SYSTEM
    assert not [path for path in lab.storage.files.paths() if path.endswith((".bin", ".vsv", ".new"))]
    lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat")


def test_a_merge_waits_until_the_machine_is_off_and_starting_it_ends_the_merge(lab: Lab) -> None:
    write(lab, 0)
    lab.run("Checkpoint-VM web01 a")
    write(lab, 1)
    lab.run("Remove-VMSnapshot web01 a; Wait-Lab -Seconds 60")
    assert avhds(lab) == 1, "it runs: nothing is merged"
    lab.run("Save-VM web01; Start-VM web01; Wait-Lab -Seconds 60")
    assert avhds(lab) == 1, "it was started before the merge was done"
    lab.run("Stop-VM web01 -TurnOff; Wait-Lab -Seconds 60")
    assert avhds(lab) == 0 and written(lab) == [0, 1]


def test_a_snapshot_of_a_machine_that_is_off_or_saved(lab: Lab) -> None:
    lab.run("Stop-VM web01 -TurnOff; Checkpoint-VM web01 off; Restore-VMSnapshot off web01")
    assert lab.state() == "Off"
    lab.run("Start-VM web01; Wait-Lab web01; Save-VM web01; Checkpoint-VM web01 saved")
    lab.run("Remove-VMSavedState web01; Restore-VMSnapshot saved web01")
    assert lab.state() == "Saved"
    lab.run("Start-VM web01; Wait-Lab -Seconds 3")
    write(lab, 0)


def test_a_paused_machine_and_the_fifty_first_are_refused() -> None:
    lab = Lab()
    lab.run(
        f"New-VM web01 -MemoryStartupBytes 64MB -VHDPath {OLD}; Start-VM web01; Wait-Lab web01; Suspend-VM web01"
    )
    assert lab.tried("Checkpoint-VM web01 x") == ["InvalidState"]
    lab.run('Resume-VM web01; Stop-VM web01 -TurnOff; 1..50 | ForEach-Object { Checkpoint-VM web01 "s$_" }')
    assert lab.tried("Checkpoint-VM web01 x") == ["InvalidOperation"]
    assert lab.tried("Restore-VMSnapshot nothing web01") == ["ObjectNotFound"]
    assert len(lab.vmms.machine("web01").snapshots) == 50


def test_without_room_nothing_is_taken_and_the_machine_runs_on(lab: Lab) -> None:
    volume = lab.storage.files.volumes[0]
    before = lab.storage.files.paths()
    volume.used += volume.free - (200 << 20)
    assert len(lab.tried("Checkpoint-VM web01 a")) == 1
    assert lab.state() == "Running" and lab.storage.files.paths() == before
    write(lab, 0)


def test_a_merge_that_finds_no_room_leaves_both_disks_as_they_were() -> None:
    lab = Lab()
    lab.boot()
    write(lab, 0)
    lab.run("Checkpoint-VM web01 a")
    write(lab, 1)
    write(lab, 1000)
    lab.run("Stop-VM web01")
    held = written(lab)
    volume = lab.storage.files.volumes[0]
    lab.run("Remove-VMSnapshot web01 a")
    free = volume.free
    volume.used += free
    lab.settle(60)
    assert lab.run("@(Get-WinEvent Microsoft-Windows-Hyper-V-VMMS-Admin | ? Id -eq 19100).Count") == [1]
    assert avhds(lab) == 1 and written(lab) == held
    volume.used -= free
    lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat; Stop-VM web01; Wait-Lab -Seconds 60")
    assert avhds(lab) == 0 and written(lab) == held


def test_removing_the_machine_leaves_its_disk_as_it_is_now(lab: Lab) -> None:
    with_tree(lab)
    write(lab, 7)
    lab.run("Stop-VM web01 -TurnOff; Remove-VM web01 -Force")
    assert avhds(lab) == 0
    (path,) = [
        path for path in lab.storage.files.paths() if path.casefold() in (SYSTEM.casefold(), OLD.casefold())
    ][:1]
    assert vhd.open_vhd(lab.file(path))


def test_undoing_and_doing_a_snapshot_again_is_the_same() -> None:
    lab = Lab()
    lab.boot()
    here = lab.world.snapshot()
    script = "Checkpoint-VM web01 a; Stop-VM web01; Remove-VMSnapshot web01 a; Wait-Lab -Seconds 60"
    lab.run(script)
    there = lab.world.digest()
    lab.world.restore(here)
    lab.run(script)
    assert lab.world.digest() == there
