"""One lab built twice, by cmdlets and by WMI methods alone: the same outcome digest, and what changes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host.support import Lab

SCRIPTS = Path(__file__).parent.parent / "console/wmi/scripts"
BY_CMDLETS = (SCRIPTS / "whole-lab-by-cmdlets.ps1").read_text(encoding="utf-8")
BY_WMI = (SCRIPTS / "whole-lab.ps1").read_text(encoding="utf-8")
START_BY_WMI = (
    r"$vm = gwmi -Namespace root\virtualization Msvm_ComputerSystem -Filter \"ElementName = 'web01'\"".replace(
        '\\"', '"'
    )
    + "; Wait-Done $vm.RequestStateChange(2) 'start'"
)


def built(script: str, megabytes: int = 512) -> Lab:
    lab = Lab()
    lab.run(f"$MEGABYTES = {megabytes}")
    lab.run(script)
    return lab


def test_the_whole_lab_by_cmdlets_and_by_wmi_methods_alone() -> None:
    one, other = built(BY_CMDLETS), built(BY_WMI)
    assert "CreateSwitch" in BY_WMI and not any(verb in BY_WMI for verb in ("-VM", "-VHD", "-VMSwitch"))
    assert one.world.outcome() == other.world.outcome()
    assert one.world.outcome_digest() == other.world.outcome_digest()
    assert one.world.digest() != other.world.digest(), "times and identifiers differ"
    states = {name: machine.state for name, machine in one.vmms.machines.items()}
    assert states == {"web01": "Saved", "old": "Off"}

    one.run("Start-VM web01")
    before = other.world.outcome_digest()
    other.run(START_BY_WMI)
    assert one.world.outcome_digest() == other.world.outcome_digest() != before
    assert "host1/web01" in one.world.outcome(), "a guest that runs is part of what the lab is"

    # two megabytes more are another lab: 2008 gives memory in steps of two
    more = built(BY_WMI, 514)
    more.run(START_BY_WMI)
    assert more.world.outcome_digest() != one.world.outcome_digest()


@pytest.mark.parametrize(
    "change",
    [
        "Set-VMMemory web01 258MB",
        "Set-VM web01 -Notes other",
        "Set-VMProcessor web01 -RelativeWeight 101",
        "Rename-VM web01 web02",
        "Add-VMNetworkAdapter web01",
        "New-VMSwitch s -SwitchType Private",
        "Checkpoint-VM web01",
        "Remove-VMHardDiskDrive web01 IDE 0 0",
        "New-VHD D:\\new.vhd 64MB",
        "Remove-Item D:\\data.vhd",
        "Start-VM web01",
        "Set-Content D:\\note.txt x",
        "Add-LabLicense Enterprise",
        "Set-LabFirmware -Virtualization Off",
    ],
)
def test_what_changes_the_outcome(change: str) -> None:
    lab = Lab()
    lab.run("New-VHD D:\\data.vhd 64MB; New-VM web01 256MB -VHDPath C:\\Images\\NT4.vhd")
    before = lab.world.outcome_digest()
    lab.run("Get-VM; Start-Sleep 100; New-VM x 64MB; Remove-VM x -Force")
    assert lab.world.outcome_digest() == before, "time, identifiers and what was undone count for nothing"
    lab.run(change)
    assert lab.world.outcome_digest() != before


def test_the_order_of_writes_counts_for_nothing_and_their_bytes_do() -> None:
    from hvlab.storage import vhd

    digests = []
    for order, byte in (((0, 1), b"a"), ((1, 0), b"a"), ((0, 1), b"b")):
        lab = Lab()
        lab.run("New-VHD D:\\data.vhd 64MB")
        disk = vhd.open_vhd(lab.storage.files.open("D:\\data.vhd"))
        for place in order:
            disk.write(place * 8192, byte * 512)
        disk.write(32768, bytes(512))  # zeros in a block of their own are the same as none
        digests.append(lab.world.outcome_digest())
    assert digests[0] == digests[1] != digests[2]


def test_what_differs_between_two_ways_is_found() -> None:
    one, other = Lab(), Lab()
    one.run("New-VM a 256MB")
    other.run("New-VM a 258MB")
    differing = [
        name for name in one.world.outcome() if one.world.outcome()[name] != other.world.outcome()[name]
    ]
    assert differing == ["host1/root/vmms"]
