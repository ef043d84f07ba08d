"""What makes a disk bootable: a master boot record, and behind it the system record.

Which operating system boots is read from these sectors by the guest itself,
never from a setting of the virtual machine. The boot record is the usual one
(signature, active partition); the system record is the lab's own: it stands in
the first sector of the active partition and names the operating system, the
integration services on the disk, and where the boot set lies.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from itertools import chain, repeat

from hvlab.kernel import Field, Layout

SECTOR = 512
PARTITION_START = 2048
BOOT_SET_START = 4096
DATA_START = 131072
"""Where workloads write on a system disk, by default: at 64 MiB, behind the boot set."""
MAGIC = b"HVLABSYS"
FORMAT = 2
APIC = "apic"
"""The hardware abstraction layer that the set-up by hand of integration services puts in (facts, row 70)."""

PARTITION_ENTRY = Layout(
    "PartitionEntry",
    Field("status", "u8", shown="hex"),
    Field("_chs_first", "bytes", 3),
    Field("type", "u8", shown="hex"),
    Field("_chs_last", "bytes", 3),
    Field("first_sector", "u32"),
    Field("sectors", "u32"),
)
SYSTEM_RECORD = Layout(
    "SystemRecord",
    Field("magic", "bytes", 8),
    Field("format", "u16"),
    Field("boot_sectors", "u16"),
    Field("boot_set_start", "u32"),
    Field("guest", "bytes", 32),
    Field("computer", "bytes", 32),
    Field("integration_version", "bytes", 24),
    Field("hal", "bytes", 8),
    Field("additions", "bytes", 24),
    Field("checksum", "u32", shown="hex"),
)
_CHECKED = SYSTEM_RECORD.offsets["checksum"]


@dataclass(frozen=True)
class SystemRecord:
    """What a system record says."""

    guest: str
    computer: str
    integration_version: str
    boot_sectors: int
    boot_set_start: int
    hal: str = ""
    """The layer above the board: empty, as the system was set up, or `apic`, which needs a board with an APIC."""
    additions: str = ""
    """The version of Virtual Server's Additions on it; empty: none."""


def boot_record(partition_sectors: int) -> bytes:
    """The master boot record of a disk with one active partition."""
    entry = PARTITION_ENTRY.pack(status=0x80, type=7, first_sector=PARTITION_START, sectors=partition_sectors)
    return (bytes(446) + entry).ljust(510, b"\0") + b"\x55\xaa"


def partition_start(sector: bytes) -> int | None:
    """Where the active partition starts, or None if this is no boot record or none is active."""
    if sector[510:512] != b"\x55\xaa":
        return None
    for number in range(4):
        entry = PARTITION_ENTRY.unpack(sector, 446 + 16 * number)
        if entry["status"] == 0x80:
            return int(entry["first_sector"])
    return None


_DRIVER = slice(400, 424)
"""Where the lab's boot record names the driver of the controller that the system was set up on."""


def boot_driver(sector: bytes) -> str:
    """The driver without which a system cannot read its disk; empty: that of the IDE controller every board has."""
    return sector[_DRIVER].rstrip(b"\0").decode("ascii", "replace")


def with_boot_driver(sector: bytes, driver: str) -> bytes:
    """The boot record of a system that needs another driver; an empty name: the usual one."""
    changed = bytearray(sector)
    changed[_DRIVER] = driver.encode("ascii").ljust(_DRIVER.stop - _DRIVER.start, b"\0")
    return bytes(changed)


def pack_record(record: SystemRecord) -> bytes:
    """The sector of a system record."""
    body = SYSTEM_RECORD.pack(
        magic=MAGIC,
        format=FORMAT,
        boot_sectors=record.boot_sectors,
        boot_set_start=record.boot_set_start,
        guest=record.guest.encode(),
        computer=record.computer.encode(),
        integration_version=record.integration_version.encode(),
        hal=record.hal.encode(),
        additions=record.additions.encode(),
    )[:_CHECKED]
    return (body + zlib.crc32(body).to_bytes(4, "little")).ljust(SECTOR, b"\0")


def read_record(sector: bytes) -> SystemRecord | None:
    """The system record in a sector, or None if it is none or damaged."""
    if sector[:8] != MAGIC:
        return None
    fields = SYSTEM_RECORD.unpack(sector)
    if zlib.crc32(sector[:_CHECKED]) != fields["checksum"]:
        return None

    def text(name: str) -> str:
        raw: bytes = fields[name]
        return raw.rstrip(b"\0").decode("utf-8", "replace")

    return SystemRecord(
        text("guest"),
        text("computer"),
        text("integration_version"),
        fields["boot_sectors"],
        fields["boot_set_start"],
        text("hal"),
        text("additions"),
    )


_FILLER = SECTOR - 24 - 4
_DATA_BODY = struct.Struct(f"<8sQQ{_FILLER}s").pack
_CHECKSUM = struct.Struct("<I").pack
_RAMP = bytes(range(256)) * 3
_STEP = 31 + 7
"""How far the filler of a record is from that of the record before it: its number and its place are one more each."""
_AT_ONCE = 256
_FILLERS = [_RAMP[start : start + _FILLER] for start in range(256)] * (1 + _AT_ONCE * _STEP // 256)
"""By the sum that it begins with: each byte one more than the byte before it."""


def boot_set_sector(guest: str, number: int) -> bytes:
    """One sector of a boot set: recognisable, and different from every other."""
    head = b"HVBOOT" + number.to_bytes(2, "little") + guest.encode().ljust(24, b"\0")
    return (head * 16)[:SECTOR]


def data_sector(sequence: int, lba: int) -> bytes:
    """A record that a workload writes: its number, its place, a filler, and a checksum over them."""
    return data_sectors(sequence, lba, 1)


def data_sectors(sequence: int, lba: int, count: int) -> bytes:
    """So many records one after the other, from that number and that place on."""
    if count > _AT_ONCE:
        rest = data_sectors(sequence + _AT_ONCE, lba + _AT_ONCE, count - _AT_ONCE)
        return data_sectors(sequence, lba, _AT_ONCE) + rest
    start = (sequence * 31 + lba * 7) & 0xFF
    numbers, places = range(sequence, sequence + count), range(lba, lba + count)
    fillers = _FILLERS[start : start + count * _STEP : _STEP]
    bodies = list(map(_DATA_BODY, repeat(b"HVREC"), numbers, places, fillers))
    return b"".join(chain.from_iterable(zip(bodies, map(_CHECKSUM, map(zlib.crc32, bodies)), strict=True)))


def is_sound(sector: bytes) -> bool:
    """Whether a sector holds a workload's record, undamaged."""
    return sector[:5] == b"HVREC" and zlib.crc32(sector[:-4]).to_bytes(4, "little") == sector[-4:]
