"""The ring buffer: one control page and data pages in the guest's memory, seen by one side.

The indices are read from the control page at every step and written back to it,
so both sides work on nothing but the pages. The rules:

- never fill it whole: equal indices mean empty;
- the writer signals if the reader's interrupt mask is 0 and the ring was empty;
- a writer that finds no room leaves what it needs in pending_send_size; the
  reader signals when free space comes to exceed that, once (to exceed it, not to
  reach it: the last 8 bytes are never filled);
- the reader masks interrupts while it drains, and looks again after unmasking.

It knows nothing of packets' meaning beyond their length.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Protocol

from hvlab.kernel import Field, Layout

PAGE_SIZE = 4096

CONTROL_PAGE = Layout(
    "RingControlPage",
    Field("write_index", "u32"),
    Field("read_index", "u32"),
    Field("interrupt_mask", "u32"),
    Field("pending_send_size", "u32"),
    Field("_reserved", "bytes", 48),
    Field("feature_bits", "u32", flags={1: "supports pending_send_size"}, shown="hex"),
)

_CONTROL = struct.Struct("<IIII")
_INDEX = struct.Struct("<I")
_TRAILER = struct.Struct("<II")
_LENGTH = struct.Struct("<HHH")
_NOTHING = bytes(4)


class Pages(Protocol):
    """Where the ring's pages are: the machine's memory."""

    own: dict[int, bytearray]
    """Pages that may be changed in place."""

    def page(self, spa: int) -> bytearray | bytes:
        """A page to read."""

    def page_for_write(self, spa: int) -> bytearray:
        """A page to change."""


class RingCorrupt(Exception):
    """The control page or a packet's length makes no sense; the channel cannot go on."""


class RingFull(Exception):
    """There is no room now; pending_send_size holds what the writer needs."""


class Ring:
    """A ring over the given pages: the first is the control page, the others hold data.

    `size` is the data's size in bytes.
    """

    __slots__ = ("_control", "_data", "_memory", "_own", "size")

    def __init__(self, memory: Pages, pages: Sequence[int]) -> None:
        if len(pages) < 2:
            raise ValueError("a ring needs a control page and at least one data page")
        self._memory = memory
        self._own = memory.own
        self._control = pages[0]
        self._data = tuple(pages[1:])
        self.size = len(self._data) * PAGE_SIZE

    @property
    def places(self) -> tuple[int, tuple[int, ...], int]:
        """The machine's pages: of the indices, of the data in order; and the data's size."""
        return self._control, self._data, self.size

    def reset(self) -> None:
        """Empty the ring, masked, with the feature bit set: what its owner does before opening a channel."""
        page = self._memory.page_for_write(self._control)
        page[:] = bytes(PAGE_SIZE)
        _INDEX.pack_into(page, 64, 1)

    def indices(self) -> tuple[int, int, int, int]:
        """write_index, read_index, interrupt_mask and pending_send_size as they stand. Raises RingCorrupt."""
        # Every step checks the indices as this does, but in its own lines: a call would be a third of its cost.
        indices = _CONTROL.unpack_from(self._memory.page(self._control))
        write, read, _, _ = indices
        if write >= self.size or read >= self.size or (write | read) & 7:
            raise self._corrupt(write, read)
        return indices

    def _corrupt(self, write: int, read: int) -> RingCorrupt:
        return RingCorrupt(f"indices {write} and {read} in a ring of {self.size} bytes")

    def used(self) -> int:
        """Bytes that wait to be read."""
        write, read, _, _ = self.indices()
        return write - read if write >= read else self.size - read + write

    # -- the writer ------------------------------------------------------------------------

    def write(self, packet: bytes, last: bool = False) -> tuple[bytes, int, bool]:
        """Append a packet (a multiple of 8, without trailer).

        Returns its bytes with the trailer, where it starts, and whether the reader must be
        signalled. After the `last` one that waits no signal for room is wanted any more.
        Raises RingFull (after leaving pending_send_size), RingCorrupt, and
        ValueError for a packet that no ring of this size can hold.
        """
        own, size = self._own, self.size
        control = own.get(self._control) or self._memory.page_for_write(self._control)
        write, read, mask, pending = _CONTROL.unpack_from(control)
        if write >= size or read >= size or (write | read) & 7:
            raise self._corrupt(write, read)
        total = len(packet) + 8
        if (size - (write - read) if write >= read else read - write) <= total:
            if total > size - 8:
                raise ValueError(f"a packet of {total} bytes in a ring of {size}")
            _INDEX.pack_into(control, 12, total)
            raise RingFull
        data = packet + _TRAILER.pack(0, write)
        number, offset = divmod(write, PAGE_SIZE)
        if offset + total <= PAGE_SIZE:
            page = self._data[number]
            (own.get(page) or self._memory.page_for_write(page))[offset : offset + total] = data
        else:
            self._put(number, offset, data)
        after = write + total
        _INDEX.pack_into(control, 0, after if after < size else after - size)
        if last and pending:
            self.clear_pending()
        return data, write, mask == 0 and read == write

    def _put(self, number: int, offset: int, data: bytes) -> None:
        done, length = 0, len(data)
        while done < length:
            step = min(PAGE_SIZE - offset, length - done)
            page = self._memory.page_for_write(self._data[number])
            page[offset : offset + step] = data[done : done + step]
            done += step
            offset = 0
            number = number + 1 if number + 1 < len(self._data) else 0

    # -- the reader ------------------------------------------------------------------------

    def read(self) -> tuple[bytes, bool] | None:
        """Take the next packet: its bytes with the trailer, and whether a blocked writer must be signalled.

        None if the ring is empty. Raises RingCorrupt.
        """
        return self.take(self._memory.page_for_write(self._control))

    def take(self, control: bytearray) -> tuple[bytes, bool] | None:
        """As `read`, with the control page as `mask` gives it."""
        size = self.size
        write, read, _, pending = _CONTROL.unpack_from(control)
        if write >= size or read >= size or (write | read) & 7:
            raise self._corrupt(write, read)
        if write == read:
            return None
        used = write - read if write > read else size - read + write
        # The first 8 bytes never straddle pages: packets and pages are multiples of 8.
        number, offset = divmod(read, PAGE_SIZE)
        page = self._memory.page(self._data[number])
        _, offset8, length8 = _LENGTH.unpack_from(page, offset)
        total = length8 * 8 + 8
        if not 2 <= offset8 <= length8 or total > used:
            raise RingCorrupt(f"a packet of {total} bytes where {used} wait")
        end = offset + total
        data = bytes(page[offset:end]) if end <= PAGE_SIZE else self._get(number, offset, total)
        after = read + total
        _INDEX.pack_into(control, 4, after if after < size else after - size)
        free = size - used
        return data, pending != 0 and free <= pending < free + total

    def _get(self, number: int, offset: int, length: int) -> bytes:
        parts = [bytes(self._memory.page(self._data[number])[offset:])]
        length -= PAGE_SIZE - offset
        while length > 0:
            number = number + 1 if number + 1 < len(self._data) else 0
            parts.append(bytes(self._memory.page(self._data[number])[: min(length, PAGE_SIZE)]))
            length -= PAGE_SIZE
        return b"".join(parts)

    def mask(self) -> bytearray:
        """No signals while the reader drains; the control page, for `take`, during this event."""
        control = self._own.get(self._control) or self._memory.page_for_write(self._control)
        _INDEX.pack_into(control, 8, 1)
        return control

    def unmask(self) -> bool:
        """Signals again; returns whether something came in between, which must be read first. Raises RingCorrupt."""
        control = self._own.get(self._control) or self._memory.page_for_write(self._control)
        _INDEX.pack_into(control, 8, 0)
        write, read, _, _ = _CONTROL.unpack_from(control)
        if write >= self.size or read >= self.size or (write | read) & 7:
            raise self._corrupt(write, read)
        return bool(write != read)

    def clear_pending(self) -> None:
        """The writer has got room: it wants no signal for it any more."""
        control = self._memory.page_for_write(self._control)
        if control[12:16] != _NOTHING:
            _INDEX.pack_into(control, 12, 0)
