"""DVD drives in the whole: discs in and out, what a guest reads by ports alone, and the set-up from a disc."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab import paths
from hvlab.guests import disc, system_record
from hvlab.host.discs import SETUP_DISC
from hvlab.storage import iso
from hvlab.text import LANGUAGES, Text
from tests.console.hyperv.test_networks import values
from tests.host.support import OLD, SYSTEM, Lab

OLDER = r"C:\Images\WS2003-SP2-x86.vhd"
GPA = 0x300000


def read_disc(lab: Lab, name: str = "web01") -> tuple[str, int]:
    """Let the guest read a disc's descriptor: the set-up version on it, and how many exits that took."""
    guest = lab.guest(name)
    guest.write(GPA, bytes(iso.SECTOR))
    before = len(lab.world.trace)
    guest.spawn("look", [*disc.settle(0), *disc.read(0, iso.DESCRIPTOR_SECTOR, 1, GPA)], 0)
    lab.settle()
    return iso.setup_version(guest.read(GPA, iso.SECTOR)), len(lab.events("intercept", before))


@pytest.mark.parametrize("path", [SYSTEM, OLD])
def test_every_guest_reads_a_disc_by_exits_whether_it_has_integration_services_or_not(path: str) -> None:
    lab = Lab()
    lab.boot(path=path)
    assert read_disc(lab)[0] == "", "the drive of a new machine is empty"
    lab.run(f"Set-VMDvdDrive web01 -Path {SETUP_DISC}")
    # The new disc is told once, then nine accesses for the command and its packet, two for the sector.
    assert read_disc(lab) == ("6.0.6001.18016", 18)
    lab.run("Set-VMDvdDrive web01 -Path $null")
    assert read_disc(lab)[0] == ""
    drive_events = [(event.get("action"), event.get("place")) for event in lab.events("vm.drive")]
    assert drive_events == [("insert", "IDE 1:0"), ("eject", "IDE 1:0")]


def test_a_drive_and_its_disc_survive_saving_and_switching_off() -> None:
    lab = Lab()
    lab.boot()
    lab.run(f"Set-VMDvdDrive web01 -Path {SETUP_DISC}; Save-VM web01; Start-VM web01")
    assert read_disc(lab)[0] == "6.0.6001.18016"
    lab.run("Stop-VM web01 -TurnOff; Start-VM web01; Wait-Lab web01")
    assert read_disc(lab)[0] == "6.0.6001.18016"


def test_set_up_copies_its_files_from_the_disc_to_the_system_disk() -> None:
    lab = Lab(scenario="guest-zoo")
    lab.run(f"New-VM web01 -VHDPath {OLDER}; Start-VM web01; Wait-Lab web01")
    before = len(lab.world.trace)
    record = lab.guest().record
    assert record is not None
    lab.run("Install-LabIntegrationService web01")
    reads = [event for event in lab.events("device.command", before) if event.get("device") == "ide:1:0"]
    assert [event.get("lba") for event in reads] == [16, *range(18, 34, 2), 17], (
        "and the restart tries it first"
    )
    place = record.boot_set_start + record.boot_sectors
    wanted = [system_record.boot_set_sector("6.0.6001.18016", number) for number in range(64)]
    assert lab.storage.open(OLDER).read(place, 64) == b"".join(wanted)
    assert values(lab.run("Get-VMDvdDrive web01"), "Path") == [SETUP_DISC]


def test_set_up_ends_where_the_disc_is_another_or_has_been_taken_out() -> None:
    for spoilt in (True, False):
        lab = Lab(scenario="guest-zoo")
        lab.run(f"New-VM web01 -VHDPath {OLDER}; Start-VM web01; Wait-Lab web01")
        if spoilt:
            handle = lab.storage.files.open(SETUP_DISC)
            handle.write(iso.DESCRIPTOR_SECTOR * iso.SECTOR + 40, b"OTHER  ")
            assert lab.tried("Install-LabIntegrationService web01") == ["InvalidOperation"]
        else:
            guest = lab.guest()
            guest.install_services("6.0.6001.18016", 0)
            lab.settle(10)
        assert lab.guest().drivers["setup"] == ("failed", "")
        assert lab.guest().activity == ""
        record = lab.guest().record
        assert record is not None and record.integration_version == ""


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("New-VM a; Add-VMDvdDrive a 0 1", "InvalidParameter"),
        ("New-VM a; Add-VMDvdDrive a 1 0", "InvalidParameter"),
        ("New-VM a; Add-VMDvdDrive a 1 2", "ObjectNotFound"),
        ("New-VM a; Add-VMDvdDrive a; Add-VMDvdDrive a", "InvalidParameter"),
        (f"New-VM a; Set-VMDvdDrive a -Path {OLD}", "InvalidOperation"),
        (r"New-VM a; Set-VMDvdDrive a -Path C:\nothing.iso", "ObjectNotFound"),
        ("New-VM a; Get-VMDvdDrive a 1 1", "ObjectNotFound"),
        ("New-VM a; Start-VM a; Add-VMDvdDrive a", "InvalidState"),
        ("New-VM a; Start-VM a; Remove-VMDvdDrive a", "InvalidState"),
        (rf"New-VM a; Add-VMHardDiskDrive a IDE 1 0 -Path {OLD}", "InvalidParameter"),
        (f"New-VM a -VHDPath {OLDER}; Remove-VMDvdDrive a; Start-VM a; Wait-Lab a; "
         "Install-LabIntegrationService a", "InvalidOperation"),
    ],
)  # fmt: skip
def test_what_is_refused_and_said_in_both_languages(command: str, error: str) -> None:
    lab = Lab(scenario="guest-zoo")
    assert lab.tried(command) == [error]
    told: Any = lab.recorded.errors[-1].explain
    for language in LANGUAGES:
        line = Text(language)(told[0], **told[1])
        assert line and "{" not in line


def test_drives_are_added_listed_changed_and_removed() -> None:
    lab = Lab()
    lab.run(f"New-VM a; Add-VMDvdDrive a -Path {SETUP_DISC}")
    rows = lab.run("Get-VMDvdDrive a")
    assert values(rows, "ControllerLocation") == [0, 1] and values(rows, "DvdMediaType") == ["None", "ISO"]
    rows = lab.run("Get-VMDvdDrive a 1 1 | Set-VMDvdDrive -Path $null -Passthru")
    assert values(rows, "DvdMediaType") == ["None"]
    lab.run("Remove-VMDvdDrive a 1 0")
    assert values(lab.run("Get-VMDvdDrive a"), "ControllerLocation") == [1]
    hosted = Lab(platform="vs2005")
    hosted.run("New-VM a")
    assert hosted.run("Get-VMDvdDrive a") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_in_the_help_works(language: str) -> None:
    article = (paths.assets() / "help" / language / "Set-VMDvdDrive.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in article.splitlines() if line.startswith("  ")]
    assert len(lines) == 4
    lab = Lab()
    assert values(lab.run("\n".join(lines[:3]))[1:], "Path") == [SETUP_DISC]
    lab.run(lines[3])
    assert values(lab.run(lines[2]), "Path") == [""]
