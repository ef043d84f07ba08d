"""A guest's database: an application whose data can be checked, and that can hold still for a backup.

It lies at a fixed place of a disk: a header, and behind it records of one sector.
Each record carries its number, the checksum of the record before it, and one of its
own: a chain, so that whatever stands on a disk can be judged without knowing what
should. A transaction is committed when its record is in memory; eight records make
a page, and a page is written when it is full, when the writer freezes, and when the
system shuts down. So a copy of the disk that nobody announced lacks what was
committed last (crash-consistent), and one made while the writer was frozen lacks
nothing (application-consistent). The header says which of the two it was.

This is the lab's own program, not the protocol of a real one; that commits are
reported before they are on the disk is a setting of real ones too (K).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab.guests.records import Workload
from hvlab.guests.system_record import SECTOR
from hvlab.guests.writers import FAILED, FROZEN, DatabaseWriter
from hvlab.kernel import Field, Layout

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem
    from hvlab.guests.threads import Op

DATABASE = "database"
"""The operation of its workloads."""
SYSTEM_PLACE, DATA_PLACE = 262_144, 133_120
"""The header's sector on a system disk (at 128 MiB) and on any other (at 65 MiB), behind what workloads use."""
MOST = 65_536
"""Records for which there is room: 32 MiB."""
PAGE = 8
"""Records in a page."""
SCAN = 64
"""Records that are read at once when the chain is checked."""
COST = 400_000
"""Processor time of a transaction, in ns (a teaching model)."""
HEADER_GPA, PAGE_GPA, SCAN_GPA = 0x260000, 0x261000, 0x268000
FLUSHER = "database flush"
"""The thread that brings a database to the disk while the writers hold still: its writes are not held back."""
OK, ABSENT, ERROR = "ok", "absent", "error"
APPLICATION, CRASH, DAMAGED = "Application", "Crash", "Damaged"
"""How consistent a disk's database is."""

MAGIC = b"HVLABDB1"
HEADER = Layout(
    "DatabaseHeader",
    Field("magic", "bytes", 8),
    Field("records", "u32"),
    Field("last", "u32", shown="hex"),
    Field("clean", "u32", names={0: "in use", 1: "closed"}),
    Field("checksum", "u32", shown="hex"),
)
RECORD = Layout(
    "DatabaseRecord",
    Field("magic", "bytes", 4),
    Field("number", "u32"),
    Field("previous", "u32", shown="hex"),
    Field("debit", "u32"),
    Field("credit", "u32"),
    Field("amount", "u32"),
    Field("_reserved", "bytes", 484),
    Field("checksum", "u32", shown="hex"),
)
_RECORD_MAGIC = b"TRAN"


@dataclass
class Database:
    """An open database: what it has in memory, beside what is on the disk."""

    unit: str
    place: int
    """The header's sector."""
    records: int = 0
    """Transactions committed."""
    safe: int = 0
    """Of those, how many are on the disk."""
    last: int = 0
    """The checksum of the last record."""
    page: bytes = b""
    """The records of the last page, as far as it is filled."""
    clean: bool = True
    """Whether the header on the disk says that all is there."""
    recovered: int = 0
    """Records found behind what the header counted, when it was opened after a crash."""
    writing: bool = False
    open: bool = False
    """Whether its chain has been read to the end, and no write has failed since."""


@dataclass
class Check:
    """A reading of the chain from the disk, and what it showed."""

    number: int
    unit: str
    place: int
    outcome: str = ""
    """Empty while it is under way."""
    records: int = 0
    """Records whose chain holds, from the first on."""
    counted: int = 0
    """How many the header counts."""
    last: int = 0
    clean: bool = False

    @property
    def consistency(self) -> str:
        """What the disk is worth: closed with all that the header counts, left open with a sound chain, or neither."""
        if self.records < self.counted:
            return DAMAGED
        return APPLICATION if self.clean else CRASH


def pack_header(records: int, last: int, clean: bool) -> bytes:
    """The header's sector."""
    body = HEADER.pack(magic=MAGIC, records=records, last=last, clean=int(clean))[:-4]
    return (body + zlib.crc32(body).to_bytes(4, "little")).ljust(SECTOR, b"\0")


def read_header(sector: bytes) -> tuple[int, int, bool] | None:
    """Records, the last one's checksum, and whether it was closed; None if no database begins here."""
    fields = HEADER.unpack(sector)
    if fields["magic"] != MAGIC or zlib.crc32(sector[: HEADER.size - 4]) != fields["checksum"]:
        return None
    return fields["records"], fields["last"], bool(fields["clean"])


def pack_record(number: int, previous: int) -> bytes:
    """The record of a transaction: an amount goes from one account to another."""
    body = RECORD.pack(
        magic=_RECORD_MAGIC,
        number=number,
        previous=previous,
        debit=number * 7 % 100,
        credit=(number * 13 + 1) % 100,
        amount=1 + number * 31 % 500,
    )[:-4]
    return body + zlib.crc32(body).to_bytes(4, "little")


def chain(data: bytes, number: int, last: int) -> tuple[int, int]:
    """How many records at the start of `data` continue the chain at that number, and the last one's checksum."""
    found = 0
    for at in range(0, len(data), SECTOR):
        sector = data[at : at + SECTOR]
        fields = RECORD.unpack(sector)
        sound = zlib.crc32(sector[:-4]) == fields["checksum"] and fields["magic"] == _RECORD_MAGIC
        if not sound or fields["number"] != number + found or fields["previous"] != last:
            break
        found, last = found + 1, fields["checksum"]
    return found, last


# -- what applications and backups ask for -----------------------------------------------------


def start(guest: GuestSystem, unit: str, place: int, count: int) -> Workload:
    """An application commits so many transactions; the caller has checked that guest and disk are there."""
    work = Workload(len(guest.workloads) + 1, DATABASE, unit, guest.world.now, count)
    guest.workloads.append(work)
    guest.note_workload("start", work, count * SECTOR)
    number = work.number
    guest.spawn(
        f"workload {number}",
        [
            ("workload_begin", number),
            ("db_open", unit, place),
            ("db_transact", number, unit, count),
            ("workload_end", number),
        ],
    )
    return work


def check(guest: GuestSystem, unit: str, place: int) -> Check:
    """Read header and chain from the disk, whatever a running database has in memory."""
    one = Check(len(guest.checks) + 1, unit, place)
    guest.checks.append(one)
    guest.spawn(
        f"check {one.number}",
        [("io", False, unit, place, 1, SCAN_GPA), ("db_check", one.number)],
    )
    return one


def flush_all(guest: GuestSystem) -> None:
    """The writers have been told to hold still: what is in memory goes to the disk now."""
    for unit in guest.databases:
        guest.spawn(FLUSHER, [*_close(unit), ("db_whole", unit)], 0, urgent=True)


def closing(guest: GuestSystem) -> list[Op]:
    """What an orderly shutdown does with open databases; their threads have ended."""
    program: list[Op] = []
    for unit, one in guest.databases.items():
        one.writing = False
        program += _close(unit)
    return program


def _close(unit: str) -> list[Op]:
    return [("db_flush", unit), ("db_header", unit, True)]


# -- operations ----------------------------------------------------------------------------------


def _open(guest: GuestSystem, unit: str, place: int) -> int:
    if unit not in guest.databases:
        guest.current.program[:0] = [("io", False, unit, place, 1, HEADER_GPA), ("db_opened", unit, place)]
    return 0


def _opened(guest: GuestSystem, unit: str, place: int) -> int:
    """The header has been read: a new database, one that was closed, or one that a crash has left open."""
    if guest.current.failed:
        return 0
    one = guest.databases[unit] = Database(unit, place)
    if guest.writers.database(unit) is None:
        guest.writers.writers.append(DatabaseWriter(unit))
    header = read_header(guest.read(HEADER_GPA, SECTOR))
    if header is None:
        one.open = True
        _note(guest, one, "created", 0)
        return 0
    one.safe, last, one.clean = header
    if one.clean:
        one.records, one.last = one.safe // PAGE * PAGE, last
    guest.current.program[:0] = _scan(one)
    return 0


def _scan(one: Database) -> list[Op]:
    count = PAGE if one.clean else SCAN
    return [
        ("io", False, one.unit, one.place + 1 + one.records, count, SCAN_GPA),
        ("db_scanned", one.unit, count),
    ]


def _scanned(guest: GuestSystem, unit: str, count: int) -> int:
    """A stretch of the chain has been read: go on, or this is its end.

    After an orderly close only the last page is wanted, and the header vouches for the rest.
    """
    one = guest.databases[unit]
    if guest.current.failed:
        del guest.databases[unit]
        return 0
    data = guest.read(SCAN_GPA, count * SECTOR)
    if one.clean:
        found = one.safe - one.records
    else:
        found, one.last = chain(data, one.records, one.last)
    one.records += found
    filled = one.records % PAGE
    one.page = data[(found - filled) * SECTOR : found * SECTOR] if filled else b""
    if found == count and not one.clean and one.records + SCAN <= MOST:
        guest.current.program[:0] = _scan(one)
        return 0
    one.recovered, one.safe, one.open = one.records - one.safe, one.records, True
    _note(guest, one, "opened" if one.clean else "recovered", one.records)
    return 0


def _transact(guest: GuestSystem, number: int, unit: str, left: int) -> int:
    """The next transaction, if the database could be opened and has room."""
    one = guest.databases.get(unit)
    if left and (one is None or not one.open or one.records >= MOST):
        guest.workloads[number - 1].errors += left
    elif left:
        guest.current.program[:0] = [
            ("cpu", COST),
            ("db_commit", number, unit),
            ("db_transact", number, unit, left - 1),
        ]
    return 0


def _commit(guest: GuestSystem, number: int, unit: str) -> int:
    """The transaction's record comes into memory; a full page goes to the disk."""
    one, thread = guest.databases[unit], guest.current
    if guest.writers.frozen:
        thread.program.insert(0, ("db_commit", number, unit))
        thread.waits = "thaw"
        return 0
    if not one.open:
        guest.workloads[number - 1].errors += 1
        return 0
    if one.clean:
        thread.program[:0] = [("db_header", unit, False), ("db_commit", number, unit)]
        return 0
    record = pack_record(one.records, one.last)
    one.page += record
    one.last = int.from_bytes(record[-4:], "little")
    one.records += 1
    work = guest.workloads[number - 1]
    work.done += 1
    work.moved += SECTOR
    work.route = "synthetic" if guest.units.get(unit, (0, 0, 0))[0] else "emulated"
    if one.records % PAGE == 0:
        thread.program.insert(0, ("db_flush", unit))
    return 0


def _flush(guest: GuestSystem, unit: str) -> int:
    """What the disk lacks of the last page goes there; one write at a time."""
    one, thread = guest.databases[unit], guest.current
    if one.writing:
        thread.program.insert(0, ("db_flush", unit))
        thread.waits = f"database {unit}"
    elif one.page and one.safe < one.records:
        one.writing = True
        first = (one.records - 1) // PAGE * PAGE
        guest.write(PAGE_GPA, one.page)
        thread.program[:0] = [
            ("io", True, unit, one.place + 1 + first, len(one.page) // SECTOR, PAGE_GPA),
            ("db_flushed", unit, one.records),
        ]
    return 0


def _flushed(guest: GuestSystem, unit: str, records: int) -> int:
    one = guest.databases[unit]
    one.writing = False
    if guest.current.failed:
        _fail(guest, one)
    else:
        one.safe = records
        if records % PAGE == 0:
            one.page = b""
        _note(guest, one, "flushed", records)
    guest.unblock(f"database {unit}")
    return 0


def _header(guest: GuestSystem, unit: str, clean: bool) -> int:
    """The header is written if it does not say so already; `clean`: all is on the disk."""
    one = guest.databases[unit]
    if one.clean == clean or not one.open or (clean and one.safe < one.records):
        return 0
    guest.write(HEADER_GPA, pack_header(one.safe, one.last, clean))
    guest.current.program[:0] = [
        ("io", True, unit, one.place, 1, HEADER_GPA),
        ("db_headed", unit, clean),
    ]
    return 0


def _headed(guest: GuestSystem, unit: str, clean: bool) -> int:
    one = guest.databases[unit]
    if guest.current.failed:
        _fail(guest, one)
    else:
        one.clean = clean
        _note(guest, one, "closed" if clean else "in use", one.safe)
    return 0


def _fail(guest: GuestSystem, one: Database) -> None:
    """A write has failed: the database commits nothing more until it is opened anew."""
    one.open = False
    _note(guest, one, "failed", one.safe)


def _whole(guest: GuestSystem, unit: str) -> int:
    """Everything is on the disk, or could not be written: then the writer cannot vouch for it."""
    one, writer = guest.databases[unit], guest.writers.database(unit)
    if writer is not None and writer.state == FROZEN:
        writer.whole = True
        if one.safe < one.records or not one.clean:
            writer.state = FAILED
        guest.writes_done()
    return 0


def _check(guest: GuestSystem, number: int) -> int:
    """The header has been read: is there a database, and how long is its chain?"""
    one, thread = guest.checks[number - 1], guest.current
    header = None if thread.failed else read_header(guest.read(SCAN_GPA, SECTOR))
    if thread.failed or header is None:
        return _checked(guest, one, ERROR if thread.failed else ABSENT)
    one.counted, _, one.clean = header
    thread.program[:0] = [("db_check_on", number)]
    return 0


def _check_on(guest: GuestSystem, number: int) -> int:
    one = guest.checks[number - 1]
    guest.current.program[:0] = [
        ("io", False, one.unit, one.place + 1 + one.records, SCAN, SCAN_GPA),
        ("db_check_scan", number),
    ]
    return 0


def _check_scan(guest: GuestSystem, number: int) -> int:
    one, thread = guest.checks[number - 1], guest.current
    if thread.failed:
        return _checked(guest, one, ERROR)
    found, one.last = chain(guest.read(SCAN_GPA, SCAN * SECTOR), one.records, one.last)
    one.records += found
    if found == SCAN and one.records + SCAN <= MOST:
        thread.program[:0] = [("db_check_on", number)]
        return 0
    return _checked(guest, one, OK)


def _checked(guest: GuestSystem, one: Check, outcome: str) -> int:
    one.outcome = outcome
    found = one.consistency if outcome == OK else outcome
    _emit(guest, "checked", one.unit, one.records, found)
    return 0


def _note(guest: GuestSystem, one: Database, action: str, records: int) -> None:
    _emit(guest, action, one.unit, records, "")


def _emit(guest: GuestSystem, action: str, unit: str, records: int, outcome: str) -> None:
    guest.world.emit(
        "guest.database", guest.name, guest.name, guest.partition, 0, None, action, unit, records, outcome
    )


OPERATIONS: dict[str, Callable[..., int]] = {
    "db_open": _open,
    "db_opened": _opened,
    "db_scanned": _scanned,
    "db_transact": _transact,
    "db_commit": _commit,
    "db_flush": _flush,
    "db_flushed": _flushed,
    "db_header": _header,
    "db_headed": _headed,
    "db_whole": _whole,
    "db_check": _check,
    "db_check_on": _check_on,
    "db_check_scan": _check_scan,
}
