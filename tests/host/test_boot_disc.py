"""Booting from a disc: what the firmware tries, in which order, and a system that a disc sets up on an empty disk."""

from __future__ import annotations

import pytest

from hvlab.guests import system_record
from hvlab.guests.screen import guest_screen
from hvlab.host.discs import SETUP_DISC
from hvlab.storage import iso, vhd
from tests.host.support import SYSTEM, Lab

MEDIA = r"C:\Images\WS2008-x64.iso"
EMPTY = r"C:\VMs\new01.vhd"
NEW = f"New-VM web01 512MB -NewVHDPath {EMPTY} -NewVHDSizeBytes 20GB; Set-VMDvdDrive web01 -Path {MEDIA}"


def lab_with(commands: str) -> Lab:
    lab = Lab(scenario="guest-zoo")
    lab.run(commands)
    return lab


def read_from(lab: Lab, device: str, since: int = 0) -> list[int]:
    """The sectors at which reads of a device began."""
    events = lab.events("device.command", since)
    return [event.get("lba") for event in events if event.get("device") == device]


def test_a_disc_sets_the_system_up_and_the_machine_starts_from_its_disk() -> None:
    lab = lab_with(f"{NEW}; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    assert lab.phases() == [
        "firmware", "setup",
        "firmware", "press-key", "firmware", "loader", "kernel", "drivers", "services", "logon", "running",
    ]  # fmt: skip
    # The boot record, the catalogue, the image, the files; after the restart the first three again.
    reads = read_from(lab, "ide:1:0")
    assert reads[:3] == reads[-3:] == [17, 19, 20]
    assert reads[3:-3] == list(range(21, 51, 2))
    disk = vhd.open_vhd(lab.file(EMPTY))
    assert system_record.partition_start(disk.read(0, 1)) == system_record.PARTITION_START
    record = lab.guest().record
    assert record is not None and (record.guest, record.computer) == ("ws2008-x64", "WIN-SETUP")
    copied = disk.read(system_record.BOOT_SET_START, record.boot_sectors)
    wanted = [system_record.boot_set_sector(record.guest, number) for number in range(record.boot_sectors)]
    assert copied == b"".join(wanted)
    lab.run("Start-LabWorkload web01 -Count 1; Stop-VM web01; Set-VMDvdDrive web01 -Path $null")
    before = len(lab.world.trace)
    lab.run("Start-VM web01; Wait-Lab web01")
    assert read_from(lab, "ide:1:0", before) == [], (
        "the drive is empty: the firmware goes to the disk at once"
    )


def test_the_partition_has_the_disks_own_size() -> None:
    lab = lab_with(f"{NEW}; Start-VM web01; Wait-Lab web01")
    sector = vhd.open_vhd(lab.file(EMPTY)).read(0, 1)
    sectors = int.from_bytes(sector[446 + 12 : 446 + 16], "little")
    assert sectors == (20 << 30) // 512 - system_record.PARTITION_START


def test_with_the_disk_first_the_disc_is_never_read() -> None:
    lab = lab_with(
        f"New-VM web01 512MB -VHDPath {SYSTEM}; Set-VMDvdDrive web01 -Path {MEDIA};"
        "Set-VMBios web01 IDE, CD, LegacyNetworkAdapter, Floppy; Start-VM web01; Wait-Lab web01"
    )
    assert read_from(lab, "ide:1:0") == []
    assert "press-key" not in lab.phases()


def test_with_the_disk_first_and_empty_the_disc_is_next() -> None:
    lab = lab_with(
        f"{NEW}; Set-VMBios web01 IDE, CD, LegacyNetworkAdapter, Floppy; Start-VM web01; Wait-Lab web01"
    )
    assert lab.phases()[:2] == ["firmware", "setup"]
    assert "press-key" not in lab.phases(), "after the restart the disk can be booted from, and comes first"


def test_a_disc_that_does_not_boot_is_left_for_the_disk() -> None:
    lab = lab_with(
        f"New-VM web01 512MB -VHDPath {SYSTEM}; Set-VMDvdDrive web01 -Path {SETUP_DISC}; Start-VM web01; Wait-Lab web01"
    )
    assert read_from(lab, "ide:1:0") == [17]
    assert lab.phases()[:2] == ["firmware", "loader"]


@pytest.mark.parametrize(
    ("sector", "at", "reads"),
    [
        (17, 7, [17]),  # the boot record's system
        (19, 30, [17, 19]),  # the catalogue's key
        (19, 28, [17, 19]),  # its checksum
        (19, 32, [17, 19]),  # nothing bootable in it
        (20, 0, [17, 19, 20]),  # the image is none of the lab's
    ],
)
def test_a_damaged_disc_boots_nothing(sector: int, at: int, reads: list[int]) -> None:
    lab = lab_with(NEW)
    handle = lab.storage.files.open(MEDIA)
    handle.write(sector * iso.SECTOR + at, b"\x01")
    lab.run("Start-VM web01; Wait-Lab -Seconds 5")
    assert lab.phases() == ["firmware", "no-boot-device"]
    assert read_from(lab, "ide:1:0") == reads


def test_without_a_disk_set_up_finds_no_place() -> None:
    lab = lab_with(
        f"New-VM web01 512MB; Set-VMDvdDrive web01 -Path {MEDIA}; Start-VM web01; Wait-Lab -Seconds 5"
    )
    assert lab.phases() == ["firmware", "no-boot-device"]
    assert lab.guest().record is None


def test_set_up_without_its_disc_ends_and_leaves_no_half_a_system() -> None:
    lab = lab_with(f"{NEW}; Start-VM web01")
    lab.until(lambda: lab.guest().phase == "setup")
    assert "Copying files to disk 0 ..." in guest_screen(lab.world, "host1", "web01")
    lab.run("Set-VMDvdDrive web01 -Path $null; Wait-Lab -Seconds 5")
    assert lab.guest().phase == "setup-failed"
    assert vhd.open_vhd(lab.file(EMPTY)).read(0, 1) == bytes(512)
    lab.run(f"Stop-VM web01 -TurnOff; Set-VMDvdDrive web01 -Path {MEDIA}; Start-VM web01; Wait-Lab web01")
    assert lab.guest().phase == "running"


def test_a_second_drive_boots_too() -> None:
    lab = lab_with(
        f"New-VM web01 512MB -NewVHDPath {EMPTY} -NewVHDSizeBytes 20GB; Add-VMDvdDrive web01 -Path {MEDIA}"
    )
    lab.run("Start-VM web01; Wait-Lab web01")
    assert read_from(lab, "ide:1:1")[:3] == [17, 19, 20] and lab.guest().phase == "running"
