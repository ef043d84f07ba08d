"""The interrupt page and who uses it at which version."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.vmbus import interfaces, signals
from hvlab.vmbus.messages import OFFER_FLAGS, PIPE_MESSAGE_MODE, V1, WIN7, WIN8, WIN8_1, WIN10

HALVES = st.sets(st.integers(0, 2047))


@pytest.mark.parametrize(
    ("version", "guest", "host"),
    [
        (V1, True, True),
        (WIN7, False, True),
        (WIN8, False, False),
        (WIN8_1, False, False),
        (WIN10, False, False),
    ],
)
def test_who_signals_through_the_page(version: int, guest: bool, host: bool) -> None:
    assert signals.guest_signals_through_page(version) is guest
    assert signals.host_signals_through_page(version) is host


def test_the_halves_are_2048_bytes_and_a_bit_is_a_relid() -> None:
    page = bytearray(4096)
    signals.set_bit(page, 0, 1)
    signals.set_bit(page, signals.HALF_PAGE, 17)
    assert (page[0], page[2048 + 2], sum(page)) == (1 << 1, 1 << 1, 4)


@given(HALVES, HALVES)
def test_bits_are_taken_once_lowest_first_and_from_one_half_only(receive: set[int], send: set[int]) -> None:
    page = bytearray(4096)
    for base, bits in ((0, receive), (signals.HALF_PAGE, send)):
        for number in bits:
            signals.set_bit(page, base, number)
    assert signals.take_bits(page, signals.HALF_PAGE) == sorted(send)
    assert signals.take_bits(page, signals.HALF_PAGE) == []
    assert signals.take_bits(page, 0) == sorted(receive)
    assert page == bytes(4096)


@pytest.mark.parametrize("number", [0, 1, 2047, 2048 * 8 - 1])
def test_every_bit_of_a_half_is_found(number: int) -> None:
    page = bytearray(4096)
    signals.set_bit(page, signals.HALF_PAGE, number)
    assert signals.take_bits(page, 0) == []
    assert signals.take_bits(page, signals.HALF_PAGE) == [number]


def test_connections_and_the_sint_are_those_of_the_reference() -> None:
    assert (signals.MESSAGE_CONNECTION, signals.EVENT_CONNECTION, signals.VMBUS_SINT) == (1, 2, 2)


def test_flags_of_offers_are_those_of_the_reference() -> None:
    assert OFFER_FLAGS == {
        1: "ENUMERATE_DEVICE_INTERFACE",
        2: "TRANSFER_PAGES",
        4: "GPADLS",
        0x10: "NAMED_PIPE_MODE",
        0x100: "LOOPBACK",
        0x200: "PARENT",
        0x400: "MONITORED",
    }
    assert PIPE_MESSAGE_MODE == 4


def test_interface_ids_are_those_of_the_reference() -> None:
    assert str(interfaces.SCSI) == "ba6163d9-04a1-4d29-b605-72e2ffb1dc7f"
    assert str(interfaces.IDE_ACCELERATOR) == "32412632-86cb-44a2-9b5c-50d1417354f5"


@given(st.integers(0, 1), st.integers(0, 1), st.binary(min_size=16, max_size=16))
def test_a_disks_place_is_read_from_its_instance_id(controller: int, location: int, tail: bytes) -> None:
    ide = interfaces.ide_instance(controller, location, tail)
    assert interfaces.storage_name(interfaces.IDE_ACCELERATOR, ide) == f"ide:{controller}:{location}"
    scsi = interfaces.scsi_instance(controller, tail)
    assert interfaces.storage_name(interfaces.SCSI, scsi) == f"scsi:{controller}"
    assert ide.bytes_le[6:] == tail[:10] and scsi.bytes_le[4:] == tail[:12]
    assert interfaces.storage_name(uuid.UUID(bytes=tail), ide) == ""
