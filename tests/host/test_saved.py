"""Pausing, saving and going on: the guest does not notice, and nothing is lost that is not said to be."""

from __future__ import annotations

import pytest

from hvlab.guests import system_record
from hvlab.host.saved import files_of
from hvlab.storage import vhd
from tests.host.support import NEWER, OLD, SECOND, SYSTEM, Lab

MILLISECOND = 1_000_000


def started(path: str, platform: str) -> Lab:
    lab = Lab(platform=platform)
    lab.run(f"New-VM web01 -MemoryStartupBytes 256MB -VHDPath {path}; Start-VM web01")
    return lab


def sound_records(lab: Lab, path: str, count: int) -> int:
    """How many of the records that a workload was to write are on the disk and sound."""
    disk = vhd.open_vhd(lab.file(path))
    first = system_record.DATA_START
    return sum(system_record.is_sound(disk.read(first + number, 1)) for number in range(count))


@pytest.mark.parametrize(("path", "platform"), [(SYSTEM, "ws2008"), (NEWER, "ws2012"), (OLD, "ws2008")])
@pytest.mark.parametrize("milliseconds", [0, 700, 1900, 4300, 9100, 12_000])
def test_saved_at_any_moment_of_its_boot_it_boots_on(path: str, platform: str, milliseconds: int) -> None:
    lab = started(path, platform)
    lab.world.run(until=lab.world.now + milliseconds * MILLISECOND + 12_345)
    lab.run("Save-VM web01")
    assert lab.state() == "Saved" and len(lab.hypervisor.partitions) == 1
    lab.settle(60)
    lab.run("Start-VM web01; Wait-Lab web01; Start-LabWorkload web01 -Operation Write -Count 4")
    assert sound_records(lab, path, 32) == 32
    lab.run("Stop-VM web01" if path != OLD else "Stop-VM web01 -TurnOff")
    assert lab.state() == "Off"


@pytest.mark.parametrize("path", [SYSTEM, OLD])
def test_saved_in_the_middle_of_its_work_it_ends_it(path: str) -> None:
    lab = Lab()
    lab.boot(path=path)
    guest = lab.guest()
    guest.start_workload("write", "ide:0:0", 4096, 40, system_record.DATA_START)
    for _ in range(5):
        lab.world.run(until=lab.world.now + 3_333_333)
        lab.run("Save-VM web01; Start-VM web01")
    lab.until(lambda: lab.guest().workloads[-1].finished > 0)
    work = lab.guest().workloads[-1]
    assert (work.done, work.errors) == (40, 0) and sound_records(lab, path, 320) == 320


def test_a_paused_machine_does_nothing_and_keeps_everything() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Suspend-VM web01")
    mark = len(lab.world.trace)
    lab.settle(100)
    assert not [e for e in lab.world.trace if e.seq > mark and e.source.startswith("host1/web01")]
    assert lab.state() == "Paused"
    lab.run("Resume-VM web01; Wait-Lab -Seconds 3; Start-LabWorkload web01 -Count 2; Stop-VM web01")


def test_processor_time_that_was_wanted_is_had_afterwards() -> None:
    lab = Lab()
    lab.boot(path=OLD)
    lab.guest().spawn("work", [("cpu", 10 * SECOND)])
    lab.settle(4)
    lab.run("Save-VM web01; Wait-Lab -Seconds 50; Start-VM web01")
    begin = lab.world.now
    lab.until(lambda: lab.guest().idle)
    assert abs(lab.world.now - begin - 6 * SECOND) < SECOND // 10


def test_the_files_hold_the_memory_and_go_when_they_are_used() -> None:
    lab = Lab()
    lab.boot()
    memory = lab.guest().read(0x7C00, 512)
    lab.run("Save-VM web01")
    paths = files_of(lab.vmms.machine("web01"))
    handle = lab.file(paths[0])
    assert handle.size == 512 << 20 and handle.read(0x7C00, 512) == memory
    lab.run("Start-VM web01")
    assert not any(lab.storage.files.exists(path) for path in paths)


@pytest.mark.parametrize("which", [0, 1])
def test_without_its_files_it_starts_cold_or_not_at_all(which: int) -> None:
    lab = Lab()
    lab.boot()
    lab.run("Save-VM web01")
    lab.storage.files.delete(files_of(lab.vmms.machine("web01"))[which])
    assert lab.tried("Start-VM web01") == ["OperationFailed"]
    assert lab.state() == "Saved" and len(lab.hypervisor.partitions) == 1
    lab.run("Remove-VMSavedState web01")
    assert lab.state() == "Off"
    lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat; Stop-VM web01")


def test_without_room_it_runs_on() -> None:
    lab = Lab()
    lab.boot()
    volume = lab.storage.files.volumes[0]
    volume.used += volume.free - (100 << 20)
    assert len(lab.tried("Save-VM web01")) == 1
    assert lab.state() == "Running"
    lab.run("Start-LabWorkload web01 -Operation Read -Count 2")


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        ("", "Save-VM web01"),
        ("", "Suspend-VM web01"),
        ("", "Remove-VMSavedState web01"),
        ("Start-VM web01; Save-VM web01", "Set-VMProcessor web01 -Count 2"),
        ("Start-VM web01; Save-VM web01", "Suspend-VM web01"),
        ("Start-VM web01; Suspend-VM web01", "Start-VM web01"),
    ],
)
def test_in_the_wrong_state_it_is_refused(before: str, refused: str) -> None:
    lab = Lab()
    lab.run(f"New-VM web01 -VHDPath {SYSTEM}; {before}")
    state = lab.state()
    assert lab.tried(refused) == ["InvalidState"]
    assert lab.state() == state


def test_going_back_before_a_save_and_doing_it_again_is_the_same() -> None:
    lab = Lab()
    lab.boot()
    here = lab.world.snapshot()
    lab.run("Save-VM web01; Start-VM web01; Wait-Lab -Seconds 3")
    there = lab.world.digest()
    lab.world.restore(here)
    lab.run("Save-VM web01; Start-VM web01; Wait-Lab -Seconds 3")
    assert lab.world.digest() == there
