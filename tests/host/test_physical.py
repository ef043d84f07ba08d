"""Pass-through disks: a machine gets a physical disk as a whole, and what the host refuses around it."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.guests import system_record
from hvlab.host import physical
from tests.host.support import Lab

SAN_DISK = 5
"""A disk of a storage network with Windows Server 2008 on it, offline."""


def lab(platform: str = "ws2008") -> Lab:
    return Lab(scenario="storage-host", platform=platform, exports=False)


def reason(lab: Lab, text: str) -> str:
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None
    return explain[0].removeprefix("explain.")


def boot(lab: Lab, number: int = SAN_DISK) -> None:
    lab.run(
        f"New-VM web01 512MB -NoVHD; Add-VMHardDiskDrive web01 IDE 0 0 -DiskNumber {number}; "
        "Start-VM web01; Wait-Lab web01 -For Heartbeat"
    )


def content(lab: Lab, number: int) -> Any:
    return physical.disk_at(lab.world, "host1", number).content


@pytest.mark.parametrize("bus", ["SATA", "SAS", "USB", "iSCSI", "Fibre Channel"])
def test_how_a_disk_is_connected_makes_no_difference(bus: str) -> None:
    known = lab()
    disk = physical.disk_at(known.world, "host1", 3)
    disk.bus = bus
    known.run(
        "Set-Disk 3 -IsOffline $true; New-VM a 512MB -NoVHD; Add-VMHardDiskDrive a SCSI 0 5 -DiskNumber 3"
    )
    row: Any = known.run("Get-VMHardDiskDrive a")[0]
    assert (row.get("DiskNumber"), str(row.get("Path"))) == (3, r"\\.\PHYSICALDRIVE3")


def test_a_guest_boots_from_a_physical_disk_and_writes_its_sectors() -> None:
    known = lab()
    boot(known)
    before = content(known, SAN_DISK).digest_state()
    volumes = [volume.free for volume in known.storage.files.volumes]
    known.run("Start-LabWorkload web01 -Operation Write -Count 4 -Size 4KB")
    assert content(known, SAN_DISK).digest_state() != before
    first = content(known, SAN_DISK).read(system_record.DATA_START * 512, 512)
    assert system_record.is_sound(first)
    # No file of the host's has grown: there is none.
    assert [volume.free for volume in known.storage.files.volumes] == volumes
    paths = {event.get("path") for event in known.events("disk.io")}
    assert paths == {r"\\.\PHYSICALDRIVE5"}


def test_a_data_disk_of_three_terabytes_at_scsi() -> None:
    known = lab()
    known.run(
        r"New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd; Add-VMHardDiskDrive web01 SCSI 0 0 -DiskNumber 6; "
        "Start-VM web01; Wait-Lab web01 -For Heartbeat; "
        "Start-LabWorkload web01 -Operation Write -Count 2 -ControllerType SCSI -Offset 2900GB"
    )
    assert system_record.is_sound(content(known, 6).read(2900 << 30, 512))


def test_what_the_host_has_online_no_machine_gets() -> None:
    known = lab()
    known.run("New-VM a 512MB -NoVHD")
    assert reason(known, "Add-VMHardDiskDrive a -DiskNumber 3") == "disk-online"
    known.run("Set-Disk 3 -IsOffline $true; Add-VMHardDiskDrive a -DiskNumber 3; New-VM b 512MB -NoVHD")
    assert reason(known, "Add-VMHardDiskDrive b -DiskNumber 3") == "disk-in-use"
    assert reason(known, "Add-VMHardDiskDrive b -DiskNumber 30") == "no-such-disk-number"


def test_a_machine_does_not_start_while_its_disk_is_online() -> None:
    known = lab()
    known.run("New-VM a 512MB -NoVHD; Add-VMHardDiskDrive a -DiskNumber 6; Set-Disk 6 -IsOffline $false")
    assert reason(known, "Start-VM a") == "physical-disk-online"
    known.run("Set-Disk 6 -IsOffline $true; Start-VM a")
    assert reason(known, "Set-Disk 6 -IsOffline $false") == "disk-held"
    assert reason(known, "Clear-Disk 6") == "disk-held"


def test_no_snapshot_no_export_no_backup() -> None:
    known = lab()
    boot(known)
    assert reason(known, "Checkpoint-VM web01 one") == "snapshot-physical"
    assert reason(known, r"New-LabBackup web01 D:\Backup") == "backup-physical"
    known.run("Stop-VM web01 -TurnOff -Force")
    assert reason(known, r"Export-VM web01 D:\Export") == "export-physical"
    assert known.run("Get-VMSnapshot web01") == []
    known.run("Remove-VMHardDiskDrive web01 IDE 0 0; Checkpoint-VM web01 one")


def test_saving_keeps_the_machine_at_its_disk() -> None:
    known = lab()
    boot(known)
    known.run("Save-VM web01; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    known.run("Start-LabWorkload web01 -Operation Write -Count 1")
    assert system_record.is_sound(content(known, SAN_DISK).read(system_record.DATA_START * 512, 512))


def test_online_again_the_host_reads_and_writes_the_guests_files() -> None:
    known = lab()
    boot(known)
    known.run("Set-LabGuestFile web01 a.txt one; Stop-VM web01 -TurnOff -Force")
    known.run("Set-Disk 5 -IsOffline $false; Set-Content M:\\b.txt two -NoNewline")
    assert known.run("Get-Content M:\\a.txt") == ["one"]
    known.run("Set-Disk 5 -IsOffline $true; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    row: Any = known.run("Get-LabGuestFile web01 b.txt")[0]
    assert row.get("Content") == "two"
    assert all(volume.letter != "M" for volume in known.storage.files.volumes)


def test_a_volume_goes_and_comes_back_with_its_files() -> None:
    known = lab()
    known.run("Set-Content E:\\a.txt one; Set-Disk 2 -IsOffline $true; New-VM a 512MB -NoVHD")
    known.tried("Get-Content E:\\a.txt")
    assert known.recorded.errors
    assert reason(known, "Add-VMHardDiskDrive a -DiskNumber 2") == "disk-has-volume"
    known.run("Set-Disk 2 -IsOffline $false")
    assert known.run("Get-Content E:\\a.txt") == ["one"]
    assert [volume.letter for volume in known.storage.files.volumes] == ["C", "D", "E"]
    assert reason(known, "Clear-Disk 2") == "disk-has-data"
    known.run("Clear-Disk 2 -RemoveData; Set-Disk 2 -IsOffline $true; Add-VMHardDiskDrive a -DiskNumber 2")
    assert [volume.letter for volume in known.storage.files.volumes] == ["C", "D"]


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (r"New-VM a 512MB -NewVHDPath E:\a.vhd -NewVHDSizeBytes 64MB", "volume-in-use"),
        (r"New-VM a 512MB -NoVHD -Path E:\VMs", "volume-in-use"),
        (r"Set-VMHost -VirtualHardDiskPath E:\Disks", "volume-in-use"),
        (r"New-VHD E:\a.vhd 64MB; Mount-VHD E:\a.vhd", "volume-in-use"),
    ],
)
def test_a_volume_that_is_needed_stays(use: str, why: str) -> None:
    known = lab()
    known.run(use)
    assert reason(known, "Set-Disk 2 -IsOffline $true") == why
    assert reason(known, "Clear-Disk 2 -RemoveData") == why
    assert reason(known, "Set-Disk 0 -IsOffline $true") == "disk-system"


def test_2008_takes_no_file_on_a_share_and_names_the_reason() -> None:
    known = lab()
    for command in (
        r"New-VHD \\fileserver\vhds\a.vhd 1GB",
        r"New-VM a 512MB -VHDPath \\fileserver\vhds\a.vhd",
        r"New-VM a 512MB -NoVHD -Path \\fileserver\vms",
        r"New-VM a 512MB -NoVHD; Add-VMHardDiskDrive a -Path \\fileserver\vhds\a.vhd",
    ):
        assert reason(known, command) == "network-share", command
    assert reason(lab("ws2012"), r"New-VHD \\fileserver\vhds\a.vhd 1GB") == "share-not-there"


def test_virtual_server_has_no_pass_through() -> None:
    known = lab("vs2005")
    known.run("New-VM a 512MB -NoVHD")
    assert reason(known, "Add-VMHardDiskDrive a -DiskNumber 5") == "no-pass-through"


def test_time_travel_puts_the_sectors_back() -> None:
    known = lab()
    boot(known)
    before = content(known, SAN_DISK).digest_state()
    known.run("Start-LabWorkload web01 -Operation Write -Count 1")
    known.run("Undo-Lab 2")
    assert content(known, SAN_DISK).digest_state() == before


def test_a_physical_disk_comes_to_a_running_machine_from_r2_on() -> None:
    known = lab("ws2008r2")
    known.run(
        r"New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd; Start-VM web01; Wait-Lab web01 -For Heartbeat; "
        "Add-VMHardDiskDrive web01 SCSI 0 0 -DiskNumber 6"
    )
    row: Any = known.run("Get-Disk 6")[0]
    assert row.get("VMName") == "web01"


def test_by_port_accesses_a_guest_reaches_the_first_128_gb() -> None:
    known = lab()
    known.run(
        r"New-VM old 256MB -VHDPath C:\Images\NT4.vhd; Set-Disk 4 -IsOffline $true; "
        "Add-VMHardDiskDrive old IDE 0 1 -DiskNumber 4; Start-VM old; Wait-Lab old; "
        "Start-LabWorkload old -ControllerLocation 1 -ControllerType IDE -Offset 100GB"
    )
    assert system_record.is_sound(content(known, 4).read(100 << 30, 512))
    assert reason(known, "Start-LabWorkload old -ControllerLocation 1 -ControllerType IDE -Offset 200GB")
    assert len(content(known, 4).chunks) == 1
