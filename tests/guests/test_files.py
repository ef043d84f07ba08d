"""A guest's files lie in its disk's sectors, survive what the disk survives, and a crash between two writes."""

from __future__ import annotations

import zlib
from itertools import pairwise

import pytest

from hvlab import paths
from hvlab.guests import files
from hvlab.guests.files import CONTENT, ENTRIES, FileEntry
from hvlab.guests.system_record import DATA_START
from hvlab.storage import vhd
from hvlab.text import LANGUAGES
from tests.host.support import OLD, SYSTEM, Lab

CONTENT_OF = "$f = Get-LabGuestFile web01 notes.txt; $f.Content; $f.State"


@pytest.mark.parametrize(("image", "route"), [(SYSTEM, "synthetic"), (OLD, "emulated")])
def test_a_file_is_written_to_the_disk_by_the_guests_own_requests(image: str, route: str) -> None:
    lab = Lab()
    lab.boot(path=image)
    lab.settle()
    mark = len(lab.world.trace)
    lab.run("Set-LabGuestFile web01 notes.txt 'one two three'")
    ios = [one for one in lab.events("guest.io", mark) if one.get("action") == "start"]
    assert [(one.get("operation"), one.get("lba"), one.get("sectors")) for one in ios] == [
        ("read", files.DIRECTORY, files.DIRECTORY_SECTORS),
        ("write", CONTENT, 1),
        ("write", files.DIRECTORY, 1),
    ]
    assert {one.get("route") for one in ios} == {route}
    disk = vhd.open_vhd(lab.file(image))
    (entry,) = files.entries(disk.read(files.DIRECTORY, files.DIRECTORY_SECTORS))
    assert entry == FileEntry(0, "notes.txt", CONTENT, 13, zlib.crc32(b"one two three"))
    assert disk.read(CONTENT, 1) == b"one two three".ljust(512, b"\0")


def test_a_file_survives_power_off_and_a_snapshot_brings_the_old_one_back() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Set-LabGuestFile web01 notes.txt old; Stop-VM web01 -TurnOff -Force")
    lab.run("Checkpoint-VM web01 before; Start-VM web01; Wait-Lab web01")
    assert lab.run(CONTENT_OF) == ["old", "Sound"]
    lab.run("Set-LabGuestFile web01 NOTES.TXT new")
    assert lab.run(CONTENT_OF) == ["new", "Sound"]
    lab.run("Stop-VM web01 -TurnOff -Force; Restore-VMSnapshot before web01")
    lab.run("Start-VM web01; Wait-Lab web01")
    assert lab.run(CONTENT_OF) == ["old", "Sound"]


def test_power_off_between_content_and_directory_leaves_the_old_file() -> None:
    """The power goes some five milliseconds after the command: the host has the content by then, no more."""
    lab = Lab()
    guest = lab.boot()
    lab.run("Set-LabGuestFile web01 notes.txt old")
    mark = len(lab.world.trace)
    files.start(guest, files.WRITE, "notes.txt", b"new")
    lab.run("Stop-VM web01 -TurnOff -Force")
    begun = [one.get("lba") for one in lab.events("guest.io", mark) if one.get("action") == "start"]
    assert begun == [files.DIRECTORY, CONTENT + 1]
    lab.run("Start-VM web01; Wait-Lab web01")
    assert lab.run(CONTENT_OF) == ["old", "Sound"]
    assert vhd.open_vhd(lab.file(SYSTEM)).read(CONTENT + 1, 1)[:3] == b"new"


def test_a_changed_sector_is_found_by_the_checksum_and_a_bad_one_by_the_disk() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Set-LabGuestFile web01 notes.txt sound")
    lab.run(f"Start-LabWorkload web01 -Size 512 -Offset {CONTENT * 512}")
    assert lab.run("(Get-LabGuestFile web01).State") == ["Damaged"]
    lab.run(f"Add-LabFault BadSector -Path {SYSTEM} -Sector {CONTENT}")
    assert lab.tried("Get-LabGuestFile web01") == ["GuestFile"]


def test_what_cannot_be_is_refused() -> None:
    lab = Lab()
    lab.boot()
    assert lab.tried("Remove-LabGuestFile web01 nothing") == ["GuestFile"]
    assert lab.tried(f"Set-LabGuestFile web01 {'x' * 41} a") == ["OutOfRange"]
    lab.run("Stop-VM web01 -TurnOff -Force")
    assert lab.tried("Get-LabGuestFile web01") == ["InvalidState"]


def test_jobs_that_begin_at_once_do_not_undo_one_another_and_the_directory_ends() -> None:
    lab = Lab()
    guest = lab.boot()
    for number in range(ENTRIES + 1):
        files.start(guest, files.WRITE, f"f{number}", b"x" * (600 * (number % 3)))
    lab.until(lambda: all(job.outcome for job in guest.files))
    assert [job.outcome for job in guest.files] == ["ok"] * ENTRIES + ["full"]
    last = files.start(guest, files.LIST)
    lab.until(lambda: last.outcome != "")
    assert [one.name for one in last.found] == [f"f{number}" for number in range(ENTRIES)]
    places = sorted((one.sector, one.end) for one in last.found)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(places))


def test_room_is_taken_from_the_first_gap_that_is_large_enough() -> None:
    taken = [FileEntry(0, "a", CONTENT, 512, 0), FileEntry(1, "b", CONTENT + 3, 512, 0)]
    assert files.free_place(taken, 2) == CONTENT + 1
    assert files.free_place(taken, 3) == CONTENT + 4
    assert files.free_place(taken, DATA_START) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_its_article_run(language: str) -> None:
    article = (paths.assets() / "help" / language / "Get-LabGuestFile.txt").read_text(encoding="utf-8")
    lab = Lab()
    lab.boot()
    lab.run("\n".join(line[2:] for line in article.splitlines() if line.startswith("  ")))
    assert lab.run("(Get-LabGuestFile web01).Name") == []
