"""The SCSI commands that a disk answers: building them (for the client) and reading them (for the service)."""

from __future__ import annotations

from dataclasses import dataclass

TEST_UNIT_READY, INQUIRY, READ_CAPACITY, READ_10, WRITE_10, SYNCHRONIZE_CACHE, REPORT_LUNS = (
    0x00,
    0x12,
    0x25,
    0x28,
    0x2A,
    0x35,
    0xA0,
)
NAMES = {
    TEST_UNIT_READY: "TEST UNIT READY",
    INQUIRY: "INQUIRY",
    READ_CAPACITY: "READ CAPACITY",
    READ_10: "READ",
    WRITE_10: "WRITE",
    SYNCHRONIZE_CACHE: "SYNCHRONIZE CACHE",
    REPORT_LUNS: "REPORT LUNS",
}
SECTOR = 512
LUN_LIST_SIZE = 8 + 8 * 64
"""Room for the list of a controller's 64 disks."""

SENSE_ILLEGAL_REQUEST, SENSE_MEDIUM_ERROR, SENSE_HARDWARE = 0x05, 0x03, 0x04
ASC_INVALID_COMMAND, ASC_OUT_OF_RANGE, ASC_WRITE_ERROR = 0x20, 0x21, 0x0C


@dataclass(frozen=True)
class Command:
    """A command as read from its block: `lba` and `sectors` are 0 where it has none."""

    code: int
    name: str
    lba: int
    sectors: int


def parse(block: bytes) -> Command:
    """Read a command block."""
    code = block[0]
    lba = sectors = 0
    if code in (READ_10, WRITE_10):
        lba = int.from_bytes(block[2:6], "big")
        sectors = int.from_bytes(block[7:9], "big")
    return Command(code, NAMES.get(code, f"0x{code:02x}"), lba, sectors)


def transfer(code: int, lba: int, sectors: int) -> bytes:
    """READ(10) or WRITE(10)."""
    return bytes([code, 0]) + lba.to_bytes(4, "big") + b"\0" + sectors.to_bytes(2, "big") + b"\0"


def simple(code: int, length: int = 0) -> bytes:
    """INQUIRY, REPORT LUNS, READ CAPACITY and the like with an allocation length where it belongs."""
    if code == INQUIRY:
        return bytes([code, 0, 0, 0, length, 0])
    if code == REPORT_LUNS:
        return bytes([code]) + bytes(5) + length.to_bytes(4, "big") + bytes(2)
    return bytes([code]) + bytes(9)


def inquiry_data(present: bool) -> bytes:
    """36 bytes: a direct-access disk, or 0x7F for `no device here`."""
    head = bytes([0x00 if present else 0x7F, 0, 5, 2, 31, 0, 0, 2])
    return head + b"Msft    " + b"Virtual Disk    " + b"1.0 "


def capacity_data(sectors: int) -> bytes:
    """Last block address and block length."""
    return min(sectors - 1, 0xFFFFFFFF).to_bytes(4, "big") + SECTOR.to_bytes(4, "big")


def luns_data(luns: list[int]) -> bytes:
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
