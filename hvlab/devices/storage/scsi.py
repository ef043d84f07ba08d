"""SCSI command blocks and the data that answers them: building (for the client) and reading (for the service).

Numbers are big-endian, as everywhere in SCSI (SPC-3 and SBC-2; general knowledge).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

TEST_UNIT_READY, REQUEST_SENSE, READ_6, WRITE_6, INQUIRY, MODE_SENSE_6, START_STOP_UNIT = (
    0x00,
    0x03,
    0x08,
    0x0A,
    0x12,
    0x1A,
    0x1B,
)
READ_CAPACITY, READ_10, WRITE_10, VERIFY_10, SYNCHRONIZE_CACHE, MODE_SENSE_10 = (
    0x25,
    0x28,
    0x2A,
    0x2F,
    0x35,
    0x5A,
)
READ_16, WRITE_16, SYNCHRONIZE_CACHE_16, SERVICE_ACTION_IN_16 = 0x88, 0x8A, 0x91, 0x9E
REPORT_LUNS, READ_12, WRITE_12 = 0xA0, 0xA8, 0xAA
READ_CAPACITY_16 = 0x10
"""The service action of SERVICE ACTION IN (16) that is READ CAPACITY (16)."""

NAMES = {
    TEST_UNIT_READY: "TEST UNIT READY",
    REQUEST_SENSE: "REQUEST SENSE",
    READ_6: "READ",
    WRITE_6: "WRITE",
    INQUIRY: "INQUIRY",
    MODE_SENSE_6: "MODE SENSE",
    START_STOP_UNIT: "START STOP UNIT",
    READ_CAPACITY: "READ CAPACITY",
    READ_10: "READ",
    WRITE_10: "WRITE",
    VERIFY_10: "VERIFY",
    SYNCHRONIZE_CACHE: "SYNCHRONIZE CACHE",
    MODE_SENSE_10: "MODE SENSE",
    READ_16: "READ",
    WRITE_16: "WRITE",
    SYNCHRONIZE_CACHE_16: "SYNCHRONIZE CACHE",
    SERVICE_ACTION_IN_16: "READ CAPACITY",
    REPORT_LUNS: "REPORT LUNS",
    READ_12: "READ",
    WRITE_12: "WRITE",
}
READS = (READ_6, READ_10, READ_12, READ_16)
WRITES = (WRITE_6, WRITE_10, WRITE_12, WRITE_16)
SECTOR = 512
LUN_LIST_SIZE = 8 + 8 * 64
"""Room for the list of a controller's 64 disks."""

SENSE_NONE, SENSE_MEDIUM_ERROR, SENSE_HARDWARE, SENSE_ILLEGAL_REQUEST = 0x00, 0x03, 0x04, 0x05
ASC_NONE, ASC_WRITE_ERROR, ASC_READ_ERROR = 0x00, 0x0C, 0x11
ASC_INVALID_COMMAND, ASC_OUT_OF_RANGE, ASC_INVALID_FIELD = 0x20, 0x21, 0x24

VPD_SUPPORTED, VPD_SERIAL, VPD_IDENTIFICATION = 0x00, 0x80, 0x83
CACHING_PAGE, ALL_PAGES = 0x08, 0x3F


class Command(NamedTuple):
    """A command as read from its block: `lba` and `sectors` are 0 where it has none."""

    code: int
    name: str
    lba: int
    sectors: int
    room: int
    """The allocation length: bytes that the client takes at most, where the command says so; else a lot."""


_PLENTY = 1 << 32
_TRANSFER_10 = struct.Struct(">BBIBHB").pack
ten = struct.Struct(">2xIxH").unpack_from
"""Block address and length of a command of ten bytes."""
ADDRESS_AT = 2
"""Where such a command has its block address, four bytes of it."""


def _number(block: bytes, start: int, end: int) -> int:
    return int.from_bytes(block[start:end], "big")


def parse(block: bytes) -> Command:
    """Read a command block of 16 bytes."""
    code = block[0]
    lba = sectors = 0
    room = _PLENTY
    if code in (READ_10, WRITE_10, VERIFY_10):
        lba, sectors = ten(block)
    elif code in (READ_6, WRITE_6):
        lba, sectors = _number(block, 1, 4) & 0x1FFFFF, block[4] or 256
    elif code in (READ_12, WRITE_12):
        lba, sectors = _number(block, 2, 6), _number(block, 6, 10)
    elif code in (READ_16, WRITE_16):
        lba, sectors = _number(block, 2, 10), _number(block, 10, 14)
    elif code == INQUIRY:
        room = _number(block, 3, 5)
    elif code in (REQUEST_SENSE, MODE_SENSE_6):
        room = block[4]
    elif code == MODE_SENSE_10:
        room = _number(block, 7, 9)
    elif code == REPORT_LUNS:
        room = _number(block, 6, 10)
    elif code == SERVICE_ACTION_IN_16:
        room = _number(block, 10, 14)
    return Command(code, NAMES.get(code, f"0x{code:02x}"), lba, sectors, room)


def transfer(code: int, lba: int, sectors: int) -> bytes:
    """READ or WRITE in any of their four lengths."""
    if code in (READ_6, WRITE_6):
        return bytes([code]) + lba.to_bytes(3, "big") + bytes([sectors % 256, 0])
    if code in (READ_10, WRITE_10):
        return _TRANSFER_10(code, 0, lba, 0, sectors, 0)
    if code in (READ_12, WRITE_12):
        return bytes([code, 0]) + lba.to_bytes(4, "big") + sectors.to_bytes(4, "big") + bytes(2)
    return bytes([code, 0]) + lba.to_bytes(8, "big") + sectors.to_bytes(4, "big") + bytes(2)


def simple(code: int, length: int = 0) -> bytes:
    """INQUIRY, REPORT LUNS, READ CAPACITY and the like with an allocation length where it belongs."""
    if code == INQUIRY:
        return bytes([code, 0, 0]) + length.to_bytes(2, "big") + b"\0"
    if code in (REQUEST_SENSE, MODE_SENSE_6):
        return bytes([code, 0, ALL_PAGES if code == MODE_SENSE_6 else 0, 0, length, 0])
    if code == MODE_SENSE_10:
        return bytes([code, 0, ALL_PAGES, 0, 0, 0, 0]) + length.to_bytes(2, "big") + b"\0"
    if code == REPORT_LUNS:
        return bytes([code]) + bytes(5) + length.to_bytes(4, "big") + bytes(2)
    if code == SERVICE_ACTION_IN_16:
        return bytes([code, READ_CAPACITY_16]) + bytes(8) + length.to_bytes(4, "big") + bytes(2)
    return bytes([code]) + bytes(9)


def vital(page: int, length: int) -> bytes:
    """INQUIRY for a page of vital product data."""
    return bytes([INQUIRY, 1, page]) + length.to_bytes(2, "big") + b"\0"


def inquiry_data(present: bool) -> bytes:
    """36 bytes: a direct-access disk, or 0x7F for `no device here`."""
    head = bytes([0x00 if present else 0x7F, 0, 5, 2, 31, 0, 0, 2])
    return head + b"Msft    " + b"Virtual Disk    " + b"1.0 "


def vital_data(page: int, identifier: bytes) -> bytes | None:
    """A page of vital product data; None for one that the disk does not have."""
    serial = identifier.hex().encode()
    if page == VPD_SUPPORTED:
        body = bytes([VPD_SUPPORTED, VPD_SERIAL, VPD_IDENTIFICATION])
    elif page == VPD_SERIAL:
        body = serial
    elif page == VPD_IDENTIFICATION:
        vendor = b"Msft    " + identifier
        body = bytes([0x01, 0x01, 0, len(vendor)]) + vendor  # binary, T10 vendor id
    else:
        return None
    return bytes([0x00, page]) + len(body).to_bytes(2, "big") + body


SHORT_ADDRESSES = 1 << 32
"""So many blocks are reached by commands of 10 bytes; beyond, at 2 TB, those of 16 bytes are needed."""


def capacity_data(sectors: int) -> bytes:
    """Last block address and block length; 0xFFFFFFFF sends the client to READ CAPACITY (16)."""
    return min(sectors - 1, 0xFFFFFFFF).to_bytes(4, "big") + SECTOR.to_bytes(4, "big")


def capacity_data_16(sectors: int) -> bytes:
    """32 bytes: the last block address in 8 bytes, the block length, nothing else."""
    return (sectors - 1).to_bytes(8, "big") + SECTOR.to_bytes(4, "big") + bytes(20)


def mode_data(page: int, long: bool) -> bytes | None:
    """MODE SENSE's answer: header and the caching page (write cache off); None for a page that is not there."""
    if page not in (CACHING_PAGE, ALL_PAGES):
        return None
    body = bytes([CACHING_PAGE, 18]) + bytes(18)
    if long:
        return (6 + len(body)).to_bytes(2, "big") + bytes(6) + body
    return bytes([3 + len(body), 0, 0, 0]) + body


def luns_data(luns: Sequence[int]) -> bytes:
    """The list of logical units."""
    return (
        (8 * len(luns)).to_bytes(4, "big") + bytes(4) + b"".join(bytes([0, lun]) + bytes(6) for lun in luns)
    )


def read_luns(data: bytes) -> list[int]:
    """The logical units in a REPORT LUNS answer, as far as they lie in the data."""
    count = min(int.from_bytes(data[:4], "big"), len(data) - 8) // 8
    return [data[8 + 8 * number + 1] for number in range(count)]


def sense(key: int, code: int) -> bytes:
    """Fixed-format sense data, 18 bytes."""
    return bytes([0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, code, 0, 0, 0, 0, 0])
