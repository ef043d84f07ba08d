"""A guest's files: a directory of named records on its system disk, and what reads and writes them.

The directory is eight sectors at 32 MiB, eight entries in each; a file's content
lies in one piece behind it. Content is always written to a free place, and only
then the directory's sector that names it: one sector is written whole or not at
all, so a power cut between the two leaves the file as it was. Every access is the
guest's own disk request, by whichever driver it has.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hvlab.guests.system_record import DATA_START, SECTOR
from hvlab.kernel import Field, Layout

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem
    from hvlab.guests.threads import Op

DISK = "ide:0:0"
DIRECTORY = 65536
"""The directory's first sector: at 32 MiB, behind the boot set."""
DIRECTORY_SECTORS = 8
CONTENT = DIRECTORY + DIRECTORY_SECTORS
"""Where contents begin; they end where workloads begin to write."""
LONGEST_NAME = 40
MOST_BYTES = 64 << 10
DIRECTORY_GPA = 0x240000
CONTENT_GPA = 0x250000
LIST, READ, WRITE, REMOVE = "list", "read", "write", "remove"
OK, DAMAGED, ABSENT, FULL, FAILED = "ok", "damaged", "absent", "full", "error"

ENTRY = Layout(
    "GuestFile",
    Field("name", "bytes", LONGEST_NAME),
    Field("sector", "u32"),
    Field("length", "u32"),
    Field("checksum", "u32", shown="hex"),
    Field("_reserved", "bytes", 12),
)
PER_SECTOR = SECTOR // ENTRY.size
ENTRIES = PER_SECTOR * DIRECTORY_SECTORS


@dataclass(frozen=True)
class FileEntry:
    """A file as the directory names it: its place and length, and the CRC-32 of its content."""

    slot: int
    name: str
    sector: int
    length: int
    checksum: int

    @property
    def end(self) -> int:
        """The first sector behind it."""
        return self.sector + -(-self.length // SECTOR)


@dataclass
class FileJob:
    """What an application asks of the file system, and the answer."""

    number: int
    operation: str
    name: str
    data: bytes = b""
    outcome: str = ""
    """Empty while it is under way."""
    found: list[FileEntry] = field(default_factory=list)


def entries(directory: bytes) -> list[FileEntry]:
    """The files in a directory, in its order; an empty name is a free entry."""
    found = []
    for slot in range(ENTRIES):
        one = ENTRY.unpack(directory, slot * ENTRY.size)
        name = one["name"].rstrip(b"\0").decode("utf-8", "replace")
        if name:
            found.append(FileEntry(slot, name, one["sector"], one["length"], one["checksum"]))
    return found


def packed(entry: FileEntry) -> bytes:
    """An entry's bytes."""
    return ENTRY.pack(
        name=entry.name.encode(), sector=entry.sector, length=entry.length, checksum=entry.checksum
    )


def free_place(files: list[FileEntry], sectors: int) -> int | None:
    """The first gap of so many sectors behind the directory, or None."""
    place = CONTENT
    for one in sorted(files, key=lambda entry: entry.sector):
        if one.sector - place >= sectors:
            break
        place = max(place, one.end)
    return place if place + sectors <= DATA_START else None


def start(guest: GuestSystem, operation: str, name: str = "", data: bytes = b"") -> FileJob:
    """An application lists, reads, writes or removes; the caller has checked that the guest runs."""
    job = FileJob(len(guest.files) + 1, operation, name, data)
    guest.files.append(job)
    number = job.number
    program: list[Op] = [
        ("file_begin", number),
        ("io", False, DISK, DIRECTORY, DIRECTORY_SECTORS, DIRECTORY_GPA),
        ("file_find", number),
        ("file_end", number),
    ]
    guest.spawn(f"file {number}", program)
    return job


def _begin(guest: GuestSystem, number: int) -> int:
    """Jobs go one after the other: the directory is read, changed and written as one."""
    if any(not job.outcome for job in guest.files[: number - 1]):
        guest.current.program.insert(0, ("file_begin", number))
        guest.current.waits = "files"
    return 0


def _find(guest: GuestSystem, number: int) -> int:
    """The directory has been read: what comes next."""
    job, thread = guest.files[number - 1], guest.current
    if thread.failed:
        job.outcome = FAILED
        return 0
    files = entries(guest.read(DIRECTORY_GPA, DIRECTORY_SECTORS * SECTOR))
    old = next((one for one in files if one.name.casefold() == job.name.casefold()), None)
    if job.operation == LIST:
        job.found, job.outcome = files, OK
    elif job.operation == WRITE:
        _place(guest, job, files, old)
    elif old is None:
        job.outcome = ABSENT
    elif job.operation == REMOVE:
        thread.program[:0] = _change(number, old.slot, bytes(ENTRY.size))
    else:
        job.found = [old]
        sectors = old.end - old.sector
        read: list[Op] = [("io", False, DISK, old.sector, sectors, CONTENT_GPA)] if sectors else []
        thread.program[:0] = [*read, ("file_check", number)]
    return 0


def _place(guest: GuestSystem, job: FileJob, files: list[FileEntry], old: FileEntry | None) -> None:
    sectors = -(-len(job.data) // SECTOR)
    place = free_place(files, sectors)
    used = [one.slot for one in files]
    slot = old.slot if old else next((slot for slot in range(ENTRIES) if slot not in used), None)
    if place is None or slot is None:
        job.outcome = FULL
        return
    new = FileEntry(slot, old.name if old else job.name, place, len(job.data), zlib.crc32(job.data))
    job.found = [new]
    guest.write(CONTENT_GPA, job.data.ljust(sectors * SECTOR, b"\0"))
    write: list[Op] = [("io", True, DISK, place, sectors, CONTENT_GPA)] if sectors else []
    check: list[Op] = [("file_written", job.number)] if sectors else []
    guest.current.program[:0] = [*write, *check, *_change(job.number, slot, packed(new))]


def _change(number: int, slot: int, entry: bytes) -> list[Op]:
    """Put one entry into the directory, and write the sector that it lies in."""
    sector = slot // PER_SECTOR
    return [
        ("lay", DIRECTORY_GPA + slot * ENTRY.size, entry),
        ("io", True, DISK, DIRECTORY + sector, 1, DIRECTORY_GPA + sector * SECTOR),
        ("file_written", number),
    ]


def _written(guest: GuestSystem, number: int) -> int:
    """A write has ended; if it has failed, nothing more is written."""
    if guest.current.failed:
        guest.files[number - 1].outcome = FAILED
        guest.current.program[:] = [("file_end", number)]
    return 0


def _check(guest: GuestSystem, number: int) -> int:
    """A content has been read: is it what the directory says?"""
    job = guest.files[number - 1]
    if guest.current.failed:
        job.outcome = FAILED
        return 0
    job.data = guest.read(CONTENT_GPA, job.found[0].length) if job.found[0].length else b""
    job.outcome = OK if zlib.crc32(job.data) == job.found[0].checksum else DAMAGED
    return 0


def _end(guest: GuestSystem, number: int) -> int:
    job = guest.files[number - 1]
    job.outcome = job.outcome or OK
    guest.world.emit(
        "guest.file",
        guest.name,
        guest.name,
        guest.partition,
        0,
        None,
        job.operation,
        job.name,
        len(job.data),
        job.outcome,
    )
    guest.unblock("files")
    return 0


OPERATIONS: dict[str, Callable[..., int]] = {
    "file_begin": _begin,
    "file_find": _find,
    "file_written": _written,
    "file_check": _check,
    "file_end": _end,
}
