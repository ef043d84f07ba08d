"""Packets: sizes by hand, what is refused, and that building and parsing agree."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.vmbus import packets
from hvlab.vmbus.packets import BadPacket


@pytest.mark.parametrize(("payload", "out", "back"), [(48, 96, 72), (64, 112, 88)])
def test_a_4_kib_write_in_the_ring(payload: int, out: int, back: int) -> None:
    request = packets.gpa_direct(bytes(payload), 1, 4096, 0, [0x123])
    assert len(request) + packets.TRAILER_SIZE == out == packets.parse(request).size
    answer = packets.completion(bytes(payload), 1)
    assert len(answer) + packets.TRAILER_SIZE == back == packets.parse(answer).size


def test_the_bytes_of_a_gpa_direct_packet() -> None:
    data = packets.gpa_direct(b"\xaa" * 64, 0x1122, 4096, 0, [0x55])
    assert data[:16] == bytes.fromhex("0900 0500 0d00 0100 2211000000000000".replace(" ", ""))
    assert data[16:24] == bytes.fromhex("0000000001000000")
    assert data[24:40] == bytes.fromhex("0010000000000000") + (0x55).to_bytes(8, "little")


@given(st.binary(max_size=200), st.integers(0, 2**64 - 1), st.booleans())
def test_in_band_packets_come_back_padded_to_eight(payload: bytes, transaction: int, wants: bool) -> None:
    data = packets.in_band(payload, transaction, wants)
    parsed = packets.parse(data)
    assert len(data) == 16 + -(-len(payload) // 8) * 8
    assert (parsed.kind, parsed.flags, parsed.transaction) == (packets.IN_BAND, int(wants), transaction)
    assert parsed.payload == payload.ljust(len(data) - 16, b"\0")


@given(st.lists(st.integers(0, 2**52), min_size=1, max_size=20), st.integers(0, 4095))
def test_ranges_come_back(pages: list[int], offset: int) -> None:
    count = len(pages) * 4096 - offset
    parsed = packets.parse(packets.gpa_direct(b"12345678", 1, count, offset, pages))
    assert parsed.ranges == ((count, offset, tuple(pages)),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(15),
        bytes(24),  # type 0
        bytes.fromhex("0600 0100 0300 0000".replace(" ", "")) + bytes(16),  # data inside the descriptor
        bytes.fromhex("0600 0400 0300 0000".replace(" ", "")) + bytes(16),  # data behind the end
        bytes.fromhex("0600 0200 0900 0000".replace(" ", "")) + bytes(16),  # longer than there is
        bytes.fromhex("0600 0200 0300 0200".replace(" ", "")) + bytes(16),  # an unknown flag
        bytes.fromhex("0900 0300 0400 0100".replace(" ", "")) + bytes(24),  # GPA direct without a range
        bytes.fromhex("0900 0200 0400 0100".replace(" ", "")) + bytes(24),  # GPA direct without its header
    ],
)
def test_what_is_no_packet(data: bytes) -> None:
    with pytest.raises(BadPacket):
        packets.parse(data)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_packet_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadPacket):
        packets.parse(data)
