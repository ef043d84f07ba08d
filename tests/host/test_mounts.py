"""Disks that the host has attached itself, the firmware's order, where new things lie, renamed snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.host import mounts
from tests.host.support import SYSTEM, Lab

COPY = f"Copy-Item {SYSTEM} D:\\web.vhd"


def reason(lab: Lab, text: str) -> str:
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None
    return explain[0].removeprefix("explain.")


def content(lab: Lab, name: str) -> object:
    row: Any = lab.run(f"Get-LabGuestFile web01 {name}")[0]
    return row.get("Content")


def test_a_guests_files_can_be_read_and_changed_from_outside() -> None:
    lab = Lab()
    lab.run(COPY)
    lab.boot(path="D:\\web.vhd")
    lab.run("Set-LabGuestFile web01 a.txt one; Set-LabGuestFile web01 b.txt two; Stop-VM web01 -TurnOff")
    lab.run("Mount-VHD D:\\web.vhd")
    assert lab.run("Get-Content M:\\a.txt") == ["one"]
    lab.run(
        "Set-Content M:\\a.txt -Value three -NoNewline; Remove-Item M:\\b.txt; Set-Content M:\\c.txt new -NoNewline"
    )
    assert reason(lab, "Start-VM web01") == "disk-mounted"
    lab.run("Dismount-VHD D:\\web.vhd; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    assert (content(lab, "a.txt"), content(lab, "c.txt")) == ("three", "new")
    assert lab.run("Get-LabGuestFile web01 b.txt") == []
    assert all(volume.letter != "M" for volume in lab.storage.files.volumes)


@pytest.mark.parametrize("change", ["Get-VM", "Get-Content M:\\a.txt"])
def test_looking_changes_no_byte(change: str) -> None:
    lab = Lab()
    lab.run(COPY)
    lab.boot(path="D:\\web.vhd")
    lab.run("Set-LabGuestFile web01 a.txt one; Stop-VM web01 -TurnOff")
    before = lab.storage.files.open("D:\\web.vhd").file.content.digest_state()
    lab.run(f"Mount-VHD D:\\web.vhd; {change}; Dismount-VHD D:\\web.vhd")
    assert lab.storage.files.open("D:\\web.vhd").file.content.digest_state() == before


def test_a_read_only_disk_keeps_nothing() -> None:
    lab = Lab()
    lab.run(COPY)
    lab.boot(path="D:\\web.vhd")
    lab.run("Set-LabGuestFile web01 a.txt one; Stop-VM web01 -TurnOff; Mount-VHD D:\\web.vhd -ReadOnly")
    assert reason(lab, "Set-Content M:\\b.txt two") == "disk-full"
    lab.run("Remove-Item M:\\a.txt; Dismount-VHD D:\\web.vhd; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    assert content(lab, "a.txt") == "one"


def test_a_disk_without_a_guest_gets_a_number_and_no_volume() -> None:
    lab = Lab()
    lab.run(f"New-VHD D:\\a.vhd 64MB; {COPY}; Mount-VHD D:\\a.vhd; Mount-VHD D:\\web.vhd -NoDriveLetter")
    assert [(m.number, m.letter) for m in mounts.mounts(lab.world, "host1").values()] == [(2, ""), (3, "")]
    attached: Any = lab.run("Get-VHD D:\\a.vhd")[0]
    assert attached.get("Attached") is True
    assert reason(lab, "Remove-Item D:\\a.vhd") == "mounted-in-use"


def test_a_running_machine_and_the_host_never_have_one_disk() -> None:
    lab = Lab()
    lab.run(f"{COPY}; New-VHD D:\\child.vhd -ParentPath D:\\web.vhd")
    lab.boot(path="D:\\child.vhd")
    for path in ("D:\\child.vhd", "D:\\web.vhd"):
        assert reason(lab, f"Mount-VHD {path}") == "file-in-use"
    lab.run("Stop-VM web01 -TurnOff; Mount-VHD D:\\web.vhd")
    assert reason(lab, "Start-VM web01") == "disk-mounted"


def test_the_host_goes_down_and_what_was_not_written_is_lost() -> None:
    lab = Lab()
    lab.run(f"{COPY}; Mount-VHD D:\\web.vhd; Set-Content M:\\a.txt one")
    lab.vmms.root_crashes()
    lab.settle(600)
    assert not lab.vmms.mounted() and [v.letter for v in lab.storage.files.volumes] == ["C", "D"]
    lab.boot(path="D:\\web.vhd")
    assert lab.run("Get-LabGuestFile web01 a.txt") == []


def test_the_firmwares_order_is_kept_and_names_each_device_once() -> None:
    lab = Lab()
    lab.run(
        f"New-VM web01 512MB -VHDPath {SYSTEM}; Set-VMBios web01 IDE, CD, Floppy, LegacyNetworkAdapter -EnableNumLock"
    )
    machine = lab.vmms.machine("web01")
    assert machine.boot_order == ("IDE", "CD", "Floppy", "LegacyNetworkAdapter") and machine.num_lock
    for wrong in ("IDE, CD", "IDE, IDE, CD, Floppy"):
        assert reason(lab, f"Set-VMBios web01 {wrong}") == "boot-order"
    lab.run("Export-VM web01 D:\\Export; Remove-VM web01 -Force; Import-VM D:\\Export\\web01")
    assert lab.vmms.machine("web01").boot_order[0] == "IDE" and lab.vmms.machine("web01").num_lock


def test_new_disks_and_machines_lie_where_the_host_is_told() -> None:
    lab = Lab()
    lab.run("New-VM old -NoVHD; Set-VMHost -VirtualHardDiskPath D:\\VHDs -VirtualMachinePath D:\\VMs\\")
    lab.run("New-VHD a.vhd 64MB; New-VM web01 512MB -VHDPath a.vhd; Start-VM web01; Save-VM web01")
    paths = lab.storage.files.paths()
    assert "D:\\VHDs\\a.vhd" in paths
    assert [p.startswith("D:\\VMs\\Virtual Machines\\") for p in paths if p.endswith(".bin")] == [True]
    assert lab.vmms.machine("old").folder == ""
    assert reason(lab, "Set-VMHost -VirtualMachinePath Z:\\VMs") == "no-such-volume"


def test_a_renamed_snapshot_is_the_same_moment() -> None:
    lab = Lab()
    lab.run(f"New-VM web01 512MB -VHDPath {SYSTEM}; Checkpoint-VM web01 a; Rename-VMSnapshot a web01 b")
    identifiers = list(lab.vmms.machine("web01").snapshots)
    assert [one.name for one in lab.vmms.machine("web01").snapshots.values()] == ["b"]
    lab.run("Restore-VMSnapshot b web01")
    assert list(lab.vmms.machine("web01").snapshots) == identifiers
    assert reason(lab, "Rename-VMSnapshot a web01 c") == "no-such-snapshot"
