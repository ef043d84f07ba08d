"""The emulated DVD drives: registers, packets, sense data."""

from __future__ import annotations

import pytest

from hvlab.devices.emulated import atapi
from hvlab.devices.emulated.atapi import AtapiChannel, DvdDrive, FetchDisc
from hvlab.devices.emulated.ide import Interrupt

LOADED = 20


def channel(sectors: int = LOADED) -> AtapiChannel:
    """A channel with one drive, the master."""
    made = AtapiChannel()
    made.drives[0] = DvdDrive(sectors)
    return made


def send(made: AtapiChannel, packet: bytes) -> list[atapi.Effect]:
    """A whole command: the packet command, then the packet."""
    assert made.write(atapi.COMMAND, atapi.PACKET) == []
    assert made.status & atapi.DATA_REQUEST and made.read(atapi.REASON) == atapi.COMMAND_PHASE
    return made.give(packet)


def sense(made: AtapiChannel) -> tuple[int, int]:
    """What REQUEST SENSE says: key and additional code."""
    send(made, atapi.packet(atapi.REQUEST_SENSE, room=18))
    data, _ = made.take(18)
    return data[2], data[12]


def test_a_read_gives_sector_by_sector_and_an_interrupt_for_each() -> None:
    made = channel()
    assert send(made, atapi.packet(atapi.READ_10, 16, 2)) == [FetchDisc(0, atapi.READ_10, 16, 2)]
    assert made.status == atapi.BUSY
    made.write(atapi.DRIVE, 0xB0)
    assert made.unit == 0, "a busy drive takes no register"
    assert made.fetched(b"a" * 2048 + b"b" * 2048) == [Interrupt()]
    assert made.read(atapi.BYTES_HIGH) == 8 and made.read(atapi.REASON) == atapi.TO_HOST
    assert made.take(2048) == (b"a" * 2048, [Interrupt()])
    assert made.take(2048) == (b"b" * 2048, [Interrupt()])
    assert (made.status, made.reason) == (atapi.DRIVE_READY, atapi.DONE)
    assert made.take(4) == (b"\xff" * 4, [])


@pytest.mark.parametrize(
    ("packet", "key", "code"),
    [
        (atapi.packet(atapi.READ_10, LOADED, 1), atapi.ILLEGAL_REQUEST, atapi.OUT_OF_RANGE),
        (atapi.packet(atapi.READ_10, LOADED - 1, 2), atapi.ILLEGAL_REQUEST, atapi.OUT_OF_RANGE),
        (bytes([0x2A]).ljust(12, b"\0"), atapi.ILLEGAL_REQUEST, atapi.BAD_COMMAND),
    ],
)
def test_what_cannot_be_done_fails_with_its_sense_which_is_told_once(
    packet: bytes, key: int, code: int
) -> None:
    made = channel()
    assert send(made, packet) == [Interrupt()]
    assert made.status & atapi.FAILED and made.read(atapi.ERROR) == key << 4
    assert sense(made) == (key, code) and sense(made) == (0, 0)


def test_an_empty_drive_is_not_ready_and_a_new_disc_is_told_once() -> None:
    made = channel(0)
    send(made, atapi.packet(atapi.TEST_UNIT_READY))
    assert sense(made) == (atapi.NOT_READY, atapi.NO_MEDIUM)
    made.insert(0, 5)
    send(made, atapi.packet(atapi.TEST_UNIT_READY))
    assert sense(made) == (atapi.UNIT_ATTENTION, atapi.MEDIUM_CHANGED)
    assert (
        send(made, atapi.packet(atapi.TEST_UNIT_READY)) == [Interrupt()] and made.status == atapi.DRIVE_READY
    )
    send(made, atapi.packet(atapi.READ_CAPACITY))
    assert made.take(8)[0] == (4).to_bytes(4, "big") + (2048).to_bytes(4, "big")
    made.insert(0, 0)
    send(made, atapi.packet(atapi.READ_10, 0, 1))
    assert sense(made) == (atapi.NOT_READY, atapi.NO_MEDIUM)


def test_a_disc_that_cannot_be_read_is_a_medium_error() -> None:
    made = channel()
    send(made, atapi.packet(atapi.READ_10, 0, 1))
    made.fetched(None)
    assert sense(made) == (atapi.MEDIUM_ERROR, atapi.READ_ERROR)


def test_where_no_drive_is_nobody_answers() -> None:
    made = channel()
    made.write(atapi.DRIVE, 0xB0)
    assert made.read(atapi.COMMAND) == 0
    made.write(atapi.COMMAND, atapi.PACKET)
    assert made.give(atapi.packet(atapi.TEST_UNIT_READY)) == [] and made.status == atapi.DRIVE_READY


def test_identify_and_inquiry_name_a_removable_cd_device() -> None:
    made = channel()
    assert made.write(atapi.COMMAND, atapi.IDENTIFY_PACKET) == [Interrupt()]
    assert made.take(512)[0][:2] == b"\x80\x85"
    send(made, atapi.packet(atapi.INQUIRY, room=36))
    assert made.take(36)[0][:2] == b"\x05\x80"
    made.write(atapi.COMMAND, 0x20)
    assert made.status & atapi.FAILED, "READ SECTORS is a disk's command"
