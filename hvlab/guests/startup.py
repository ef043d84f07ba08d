"""What the firmware boots from, in the order of its settings, and the set-up that a disc starts on an empty disk.

The board tells the firmware its settings in a table of the lab's own form (as it tells it of
legacy adapters); a table that names nothing means the first disk. A device that cannot be
booted from is left for the next one. A disc boots by El Torito (1.0): the boot record in
sector 17 names a catalogue, the catalogue an image, all of it read through the DVD drive's
ports. The lab's set-up discs carry a system record as their image, and behind it the
sectors that set-up copies. A disc that finds an active partition on the first disk waits
for a key as Windows' discs do, and since nobody presses one, leaves the boot to the next device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.devices.emulated import ide
from hvlab.guests import disc, system_record
from hvlab.guests.legacy import DEVICE_TABLE_GPA
from hvlab.guests.programs import (
    BOOT_SECTOR_GPA,
    BUFFER_GPA,
    CHUNK,
    MILLISECOND,
    RECORD_GPA,
    RESET_NOW,
    RESET_PORT,
)
from hvlab.guests.system_record import BOOT_SET_START, PARTITION_START
from hvlab.storage import iso

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem
    from hvlab.guests.threads import Op

BOOT_TABLE_GPA = DEVICE_TABLE_GPA + 16
NOTHING, DISK, CD = 0, 1, 2
"""An entry of the table is a byte: the device, for a DVD drive with its unit in the upper half. 0 ends the table."""
ENTRIES = 8
UNIT_SHIFT = 4
FIRST_DISK = "ide:0:0"
WAIT_FOR_KEY = 5_000 * MILLISECOND
SETUP_TIME = 60_000 * MILLISECOND
"""What set-up does beside copying; a teaching model, far shorter than a real one."""


def boot_from(guest: GuestSystem, number: int) -> int:
    """Try the entry of that number; behind the last one nothing is left."""
    table = guest.read(BOOT_TABLE_GPA, ENTRIES)
    order = list(table[: table.index(NOTHING)] if NOTHING in table else table) or [DISK]
    if number >= len(order):
        guest.current.program = [("phase", "no-boot-device")]
        return 0
    unit = order[number] >> UNIT_SHIFT
    if order[number] & 0xF == CD:
        _go_on(guest, *disc.settle(unit), *_look(unit, iso.BOOT_SECTOR), ("boot_disc", unit, number))
    else:
        _go_on(
            guest,
            ("in", ide.COMMAND),
            ("check_disk", number),
            ("io", False, FIRST_DISK, 0, 1, BOOT_SECTOR_GPA),
            ("find_system", number),
        )
    return 0


def _go_on(guest: GuestSystem, *operations: Op) -> None:
    guest.current.program[:0] = operations


def _look(unit: int, sector: int) -> list[Op]:
    return disc.read(unit, sector, 1, BUFFER_GPA)


def try_next(guest: GuestSystem, number: int) -> int:
    """The entry of that number cannot be booted from."""
    guest.record = None
    guest.current.program = [("boot_from", number + 1)]
    return 0


def _found(guest: GuestSystem) -> bytes:
    """What was read of the disc; empty if that could not be done."""
    return b"" if guest.current.failed else guest.read(BUFFER_GPA, iso.SECTOR)


def _disc(guest: GuestSystem, unit: int, number: int) -> int:
    """The boot record has been read: where is the catalogue?"""
    place = iso.catalogue_place(_found(guest))
    if place is None:
        return try_next(guest, number)
    _go_on(guest, *_look(unit, place), ("boot_catalogue", unit, number))
    return 0


def _catalogue(guest: GuestSystem, unit: int, number: int) -> int:
    """The catalogue has been read: where is the image?"""
    place = iso.image_place(_found(guest))
    if place is None:
        return try_next(guest, number)
    _go_on(guest, *_look(unit, place), ("boot_image", unit, number, place))
    return 0


def _image(guest: GuestSystem, unit: int, number: int, place: int) -> int:
    """The image has been read. It looks whether there is a disk, and what lies in its first sector."""
    record = system_record.read_record(_found(guest)[: system_record.SECTOR])
    if record is None:
        return try_next(guest, number)
    guest.record = record
    _go_on(
        guest,
        ("in", ide.COMMAND),
        ("check_disk", number),
        ("io", False, FIRST_DISK, 0, 1, BOOT_SECTOR_GPA),
        ("begin_setup", unit, number, place),
    )
    return 0


def _begin(guest: GuestSystem, unit: int, number: int, place: int) -> int:
    """On an empty disk set-up begins at once; beside an installed system it waits for a key."""
    if guest.current.failed:
        return try_next(guest, number)
    if system_record.partition_start(guest.read(BOOT_SECTOR_GPA, ide.SECTOR)) is not None:
        guest.record = None
        guest.current.program = [
            ("phase", "press-key"),
            ("cpu", WAIT_FOR_KEY),
            ("phase", "firmware"),
            ("boot_from", number + 1),
        ]
        return 0
    assert guest.record is not None
    guest.current.program = _setup(unit, place + 1, guest.record)
    return 0


def _setup(unit: int, files: int, record: system_record.SystemRecord) -> list[Op]:
    """Copy the system; the partition is made active last, so that half a system is none."""
    program: list[Op] = [
        ("phase", "setup"),
        ("disc_begin",),
        ("out", ide.DRIVE, 0xE0),
        ("out", ide.COMMAND, ide.IDENTIFY),
        ("line",),
        ("in", ide.COMMAND),
        ("sector_in", BOOT_SECTOR_GPA),
        ("disc_end",),
    ]
    per_sector = iso.SECTOR // ide.SECTOR
    for first in range(0, record.boot_sectors, CHUNK):
        count = min(CHUNK, record.boot_sectors - first)
        program += [
            *disc.read(unit, files + first // per_sector, -(-count // per_sector), BUFFER_GPA),
            ("need_media",),
            ("io", True, FIRST_DISK, BOOT_SET_START + first, count, BUFFER_GPA),
            ("need_media",),
        ]
    return [
        *program,
        ("cpu", SETUP_TIME),
        ("lay", RECORD_GPA, system_record.pack_record(record)),
        ("io", True, FIRST_DISK, PARTITION_START, 1, RECORD_GPA),
        ("need_media",),
        ("make_partition",),
        ("io", True, FIRST_DISK, 0, 1, BOOT_SECTOR_GPA),
        ("need_media",),
        ("out", RESET_PORT, RESET_NOW, 1),
    ]


def _need_media(guest: GuestSystem) -> int:
    """Set-up that cannot read its disc or write its disk ends; the disk stays without a system."""
    if guest.current.failed:
        guest.current.program = [("phase", "setup-failed")]
    return 0


def _partition(guest: GuestSystem) -> int:
    """One active partition over the whole disk, as large as IDENTIFY DEVICE has said."""
    identity = guest.read(BOOT_SECTOR_GPA, ide.SECTOR)
    sectors = int.from_bytes(identity[120:124], "little")
    guest.write(BOOT_SECTOR_GPA, system_record.boot_record(sectors - PARTITION_START))
    return 0


OPERATIONS: dict[str, Callable[..., int]] = {
    "boot_from": boot_from,
    "boot_disc": _disc,
    "boot_catalogue": _catalogue,
    "boot_image": _image,
    "begin_setup": _begin,
    "need_media": _need_media,
    "make_partition": _partition,
}
