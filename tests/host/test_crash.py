"""The root crashes: nothing of its children is left but what lay on the disks, and all of it comes again."""

from __future__ import annotations

import pytest

from hvlab.guests import system_record
from hvlab.host.root import RootKernel, partition_of_port, port_number
from hvlab.storage import vhd
from tests.host.support import OLD, SYSTEM, Lab

BOOT = 90


def crashed() -> Lab:
    lab = Lab()
    lab.boot()
    lab.run(f"New-VM old -MemoryStartupBytes 64MB -VHDPath {OLD}; Start-VM old; Wait-Lab old")
    lab.run("New-VM idle; Start-LabWorkload web01 -Operation Write -Count 3; Add-LabFault RootCrash")
    return lab


def test_every_child_goes_with_the_root() -> None:
    lab = crashed()
    assert [lab.state(name) for name in ("web01", "old", "idle")] == ["Off", "Off", "Off"]
    assert lab.hypervisor.partitions == {} and lab.hypervisor.memory.touched == 0
    assert not any(lab.world.has(f"host1/{name}") for name in ("web01", "old", "web01/network"))
    assert not lab.hypervisor.scheduler.runs
    disk = vhd.open_vhd(lab.file(SYSTEM))
    assert system_record.is_sound(disk.read(system_record.DATA_START, 1)), "what was written stays"


def test_what_ran_starts_again_and_what_did_not_stays_off() -> None:
    lab = crashed()
    free = Lab().world.get("host1/root", RootKernel).free_pages
    lab.settle(BOOT + 1)
    assert lab.state("idle") == "Off"
    lab.run("Wait-Lab web01 -For Heartbeat; Wait-Lab old")
    lab.run("Start-LabWorkload web01 -Operation Write -Count 3; Stop-VM web01; Stop-VM old -TurnOff")
    assert lab.world.get("host1/root", RootKernel).free_pages == free


@pytest.mark.parametrize("command", ["Start-VM idle", "Add-LabFault RootCrash"])
def test_until_it_has_booted_nobody_answers(command: str) -> None:
    lab = crashed()
    assert lab.tried(command) == ["OperationFailed"]
    lab.settle(BOOT + 1)
    lab.run(command)


def test_a_crash_in_the_middle_of_a_start_leaves_nothing_half_done() -> None:
    for milliseconds in range(0, 60, 7):
        lab = Lab()
        lab.run(f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}")
        lab.vmms.start("web01")
        lab.world.run(until=lab.world.now + milliseconds * 1_000_000)
        lab.run("Add-LabFault RootCrash")
        lab.settle(BOOT + 1)
        lab.run("Wait-Lab web01 -For Heartbeat; Stop-VM web01")


def test_a_hosted_monitor_goes_with_its_host_too() -> None:
    lab = Lab(platform="vs2005")
    lab.boot("old", OLD, "64MB")
    lab.run("Add-LabFault RootCrash")
    assert lab.state("old") == "Off"
    lab.settle(BOOT + 1)
    lab.run("Wait-Lab old; Stop-VM old -TurnOff")
    assert not lab.events("partition")


def test_ports_of_different_machines_never_meet() -> None:
    places = [1, 2, *range(16, 16 + 2048)]
    numbers = [port_number(partition, place) for partition in (2, 3, 256, 512, 4095) for place in places]
    assert len(set(numbers)) == len(numbers)
    assert all(partition_of_port(port_number(partition, 2063)) == partition for partition in (2, 512))
