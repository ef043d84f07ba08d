"""Packets: sizes by hand, what is refused, and that building and parsing agree."""

from __future__ import annotations

import contextlib
import struct

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


def test_the_bytes_of_in_band_packets_and_completions() -> None:
    assert packets.in_band(b"12345", 0x11, True) == bytes.fromhex(
        "0600 0200 0300 0100 1100000000000000 3132333435000000".replace(" ", "")
    )
    assert packets.in_band(b"", 0, False) == bytes.fromhex("0600 0200 0200 0000".replace(" ", "")) + bytes(8)
    assert packets.completion(b"12345678", 0x2233) == bytes.fromhex(
        "0b00 0200 0300 0000 3322000000000000 3132333435363738".replace(" ", "")
    )


def test_where_the_fields_of_headers_lie() -> None:
    layouts = (
        packets.DESCRIPTOR,
        packets.GPA_HEADER,
        packets.GPA_RANGE,
        packets.TRAILER,
        packets.PIPE_HEADER,
    )
    assert [layout.size for layout in layouts] == [16, 8, 8, 8, 8]
    assert packets.DESCRIPTOR.offsets == {
        "packet_type": 0,
        "data_offset8": 2,
        "length8": 4,
        "flags": 6,
        "transaction_id": 8,
    }
    assert packets.TRAILER.offsets["ring_offset"] == packets.GPA_HEADER.offsets["range_count"] == 4


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 20, 48, 64, 2060])
def test_an_in_band_packet_takes_16_and_its_padded_payload_and_8(length: int) -> None:
    data = packets.in_band(bytes(length), 1, False)
    assert len(data) + 8 == 16 + (length + 7) // 8 * 8 + 8 == packets.parse(data + bytes(8)).size


def test_transfer_pages_name_places_in_a_buffer_and_no_pages() -> None:
    """As netvsp sends them: set 0xcafe, two ranges, an NVSP message of 28 bytes padded to 32."""
    head = bytes.fromhex("0700 0500 0900 0100 0900000000000000 feca000002000000".replace(" ", ""))
    ranges = b"".join(number.to_bytes(4, "little") for number in (100, 0, 200, 1792))
    parsed = packets.parse(head + ranges + bytes(32))
    assert parsed.ranges == ((100, 0, ()), (200, 1792, ()))
    assert (parsed.transaction, parsed.flags, parsed.payload, parsed.size) == (9, 1, bytes(32), 80)


def test_every_payload_is_padded_with_zeros() -> None:
    for data in (packets.completion(b"12345", 1), packets.gpa_direct(b"12345", 1, 4096, 0, [7])):
        parsed = packets.parse(data + b"trailer.")
        assert parsed.payload == b"12345\0\0\0" and parsed.size == len(data) + 8


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


@given(st.integers(0, 8300), st.integers(0, 8300), st.integers(0, 3))
def test_one_range_in_one_page_is_read_as_any_other(count: int, offset: int, ranges: int) -> None:
    """The usual header has a short way: of the same header with room to spare it must not say anything else."""
    header = struct.pack("<IIIIQ", 0, ranges, count, offset, 77)
    said = []
    for spare in (b"", bytes(8)):
        length = 16 + len(header + spare)
        head = struct.pack("<HHHHQ", packets.GPA_DIRECT, length // 8, length // 8, 1, 5)
        try:
            said.append(packets.parse(head + header + spare).ranges)
        except BadPacket:
            said.append(None)
    assert said[0] == said[1] or (ranges > 1 or -(-(count + offset) // 4096) > 1)
    if ranges == 1 and count > 0 and count + offset <= 4096:
        assert said[0] == ((count, offset, (77,)),)


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
        bytes.fromhex("0700 0200 0400 0000".replace(" ", ""))
        + bytes(24),  # transfer pages without its header
        bytes.fromhex("0700 0300 0400 0000".replace(" ", "")) + bytes(12) + b"\1" + bytes(11),  # and a range
        bytes.fromhex("0700 0300 0400 0000".replace(" ", "")) + bytes(24),  # transfer pages without a range
        bytes.fromhex("0a00 0200 0300 0000".replace(" ", "")) + bytes(16),  # a type that is not ours
    ],
)
def test_what_is_no_packet(data: bytes) -> None:
    with pytest.raises(BadPacket):
        packets.parse(data)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_packet_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadPacket):
        packets.parse(data)


def gpa_header(count: int, *rest: int) -> bytes:
    """A GPA-direct packet with this range count and, for the header's rest, these 64-bit words."""
    words = b"".join(word.to_bytes(8, "little") for word in (count << 32, *rest))
    length = (16 + len(words)) // 8
    return bytes([9, 0, length, 0, length, 0, 1, 0]) + bytes(8) + words


@pytest.mark.parametrize(
    ("count", "words", "why"),
    [
        (0, (), "no ranges"),
        (1, (), "cut short"),
        (1, (4096,), "fit its pages"),
        (1, (4097, 5), "fit its pages"),
        (1, (1 | 4096 << 32, 5, 6), "fit its pages"),
        (2, (4096, 5), "cut short"),
        (1, (0xFFFFFFFF, 5), "fit its pages"),
    ],
)
def test_ranges_that_name_no_pages_of_theirs(count: int, words: tuple[int, ...], why: str) -> None:
    with pytest.raises(BadPacket, match=why):
        packets.parse(gpa_header(count, *words))


def test_two_ranges_one_behind_the_other() -> None:
    parsed = packets.parse(gpa_header(2, 4096, 5, 2 | 4095 << 32, 6, 7))
    assert parsed.ranges == ((4096, 0, (5,)), (2, 4095, (6, 7)))
    assert parsed.size == 16 + 8 + 5 * 8 + 8
