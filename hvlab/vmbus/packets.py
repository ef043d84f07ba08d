"""Packets in a ring: descriptor, extended header, payload padded to 8, trailer.

The descriptor counts in units of 8 bytes and does not count the trailer. What
this module builds is without the trailer, which only the ring can know.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from hvlab.kernel import Field, Layout

IN_BAND, TRANSFER_PAGES, GPA_DIRECT, COMPLETION = 6, 7, 9, 0xB
PACKET_NAMES = {
    IN_BAND: "in-band",
    TRANSFER_PAGES: "transfer pages",
    GPA_DIRECT: "GPA direct",
    COMPLETION: "completion",
}
COMPLETION_REQUESTED = 1
TRAILER_SIZE = 8

DESCRIPTOR = Layout(
    "PacketDescriptor",
    Field("packet_type", "u16", names=PACKET_NAMES),
    Field("data_offset8", "u16"),
    Field("length8", "u16"),
    Field("flags", "u16", flags={COMPLETION_REQUESTED: "completion requested"}, shown="hex"),
    Field("transaction_id", "u64"),
)
GPA_HEADER = Layout("GpaDirectHeader", Field("_reserved", "u32"), Field("range_count", "u32"))
GPA_RANGE = Layout("GpaRange", Field("byte_count", "u32"), Field("byte_offset", "u32"))
TRANSFER_HEADER = Layout(
    "TransferPagesHeader",
    Field("set_id", "u16", shown="hex"),
    Field("sender_owns", "u16"),
    Field("range_count", "u32"),
)
TRAILER = Layout("PacketTrailer", Field("_reserved", "u32"), Field("ring_offset", "u32"))
PIPE_HEADER = Layout(
    "PipeHeader", Field("type", "u32", names={1: "data", 2: "partial"}), Field("length", "u32")
)

_DESCRIPTOR = struct.Struct("<HHHHQ")
descriptor = _DESCRIPTOR.unpack_from
"""A packet's descriptor: type, offset and length in units of 8 bytes, flags, transaction."""
_TWO = struct.Struct("<II")
_RANGE_OF_ONE = struct.Struct("<IIIIQ")
"""A GPA-direct header with one range of one page."""
_TRANSFER = struct.Struct("<HHI")
_PADDING = tuple(bytes(n) for n in range(8))


class BadPacket(Exception):
    """A packet that breaks the rules; the reader closes the channel."""


class Packet(NamedTuple):
    """A packet as read from a ring: `ranges` are (byte count, byte offset, guest pages).

    A transfer-pages packet's ranges lie in a buffer that the guest has named before, so they name no pages.
    `size` is what it takes in the ring, in bytes, trailer included.
    """

    kind: int
    flags: int
    transaction: int
    ranges: tuple[tuple[int, int, tuple[int, ...]], ...]
    payload: bytes
    size: int


def in_band(payload: bytes, transaction: int, wants_completion: bool) -> bytes:
    """An in-band packet."""
    padding = _PADDING[-len(payload) % 8]
    length = 16 + len(payload) + len(padding)
    return _DESCRIPTOR.pack(IN_BAND, 2, length // 8, int(wants_completion), transaction) + payload + padding


def completion(payload: bytes, transaction: int) -> bytes:
    """The completion of a transaction."""
    padding = _PADDING[-len(payload) % 8]
    length = 16 + len(payload) + len(padding)
    return _DESCRIPTOR.pack(COMPLETION, 2, length // 8, 0, transaction) + payload + padding


def gpa_direct(
    payload: bytes, transaction: int, byte_count: int, byte_offset: int, pages: Sequence[int]
) -> bytes:
    """A packet that names guest pages in place of carrying their data: one range."""
    count = len(pages)
    padding = _PADDING[-len(payload) % 8]
    offset8 = 4 + count
    length8 = offset8 + (len(payload) + len(padding)) // 8
    head = _one_range(count)(
        GPA_DIRECT, offset8, length8, COMPLETION_REQUESTED, transaction, 0, 1, byte_count, byte_offset, *pages
    )
    return head + payload + padding


@lru_cache(maxsize=256)
def _one_range(count: int) -> Callable[..., bytes]:
    """Packs descriptor, GPA-direct header and a range of so many pages."""
    return struct.Struct(f"{_DESCRIPTOR.format}IIII{count}Q").pack


def transfer_pages(payload: bytes, transaction: int, set_id: int, ranges: list[tuple[int, int]]) -> bytes:
    """A packet that names (byte count, byte offset) in a buffer which the receiver has opened before."""
    header = _TRANSFER.pack(set_id, 0, len(ranges)) + b"".join(_TWO.pack(*each) for each in ranges)
    padding = _PADDING[-len(payload) % 8]
    offset = 16 + len(header)
    length = offset + len(payload) + len(padding)
    descriptor = _DESCRIPTOR.pack(TRANSFER_PAGES, offset // 8, length // 8, COMPLETION_REQUESTED, transaction)
    return descriptor + header + payload + padding


def parse(data: bytes) -> Packet:
    """A packet's parts; `data` may have its trailer or not. Raises BadPacket."""
    if len(data) < 16:
        raise BadPacket("shorter than a descriptor")
    kind, offset8, length8, flags, transaction = _DESCRIPTOR.unpack_from(data)
    if kind not in PACKET_NAMES:
        raise BadPacket(f"packet type {kind}")
    if flags & ~COMPLETION_REQUESTED:
        raise BadPacket(f"flags 0x{flags:x}")
    if not 2 <= offset8 <= length8 or length8 * 8 > len(data):
        raise BadPacket(f"data at {offset8}, length {length8}")
    ranges: tuple[tuple[int, int, tuple[int, ...]], ...] = ()
    start, end = offset8 * 8, length8 * 8
    if kind == GPA_DIRECT:
        if start == 40:  # as most are: one range within one page
            _, count, size, at, page = _RANGE_OF_ONE.unpack_from(data, 16)
            if count == 1 and 0 < size <= 4096 - at:
                ranges = ((size, at, (page,)),)
        ranges = ranges or _ranges(data[16:start])
    elif kind == TRANSFER_PAGES:
        ranges = tuple(_transfer_ranges(data[16:start]))
    return Packet(kind, flags, transaction, ranges, bytes(data[start:end]), end + TRAILER_SIZE)


def _ranges(header: bytes) -> tuple[tuple[int, int, tuple[int, ...]], ...]:
    if len(header) < 8:
        raise BadPacket("no room for the GPA-direct header")
    _, count = _TWO.unpack_from(header)
    if count == 0:
        raise BadPacket("no ranges")
    ranges = []
    at = 8
    for _ in range(count):
        if at + 8 > len(header):
            raise BadPacket("a range is cut short")
        byte_count, byte_offset = _TWO.unpack_from(header, at)
        pages = -(-(byte_offset + byte_count) // 4096)
        at += 8
        if byte_offset >= 4096 or at + 8 * pages > len(header):
            raise BadPacket("a range does not fit its pages")
        ranges.append((byte_count, byte_offset, struct.unpack_from(f"<{pages}Q", header, at)))
        at += 8 * pages
    return tuple(ranges)


def _transfer_ranges(header: bytes) -> list[tuple[int, int, tuple[int, ...]]]:
    if len(header) < 8:
        raise BadPacket("no room for the transfer-pages header")
    _, count = _TWO.unpack_from(header)
    if count == 0:
        raise BadPacket("no ranges")
    if 8 + 8 * count > len(header):
        raise BadPacket("a range is cut short")
    return [(*_TWO.unpack_from(header, 8 + 8 * number), ()) for number in range(count)]
