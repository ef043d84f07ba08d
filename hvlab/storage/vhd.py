"""Virtual hard disks in the VHD format, byte for byte: fixed, dynamic and differencing.

The file is the only truth: the block table and the bitmaps are read from it at
every access, so nothing here can go stale when the world is put back to an
earlier moment. A write happens whole or, if the volume is full, not at all. How
a parent is found is `differencing`'s business; nothing here knows a path.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from hvlab.storage.errors import BadVhd, StorageError
from hvlab.storage.vhd_layout import (
    DIFFERENCING,
    DYNAMIC,
    FIXED,
    FOOTER,
    FOOTER_SIZE,
    HEADER,
    HEADER_SIZE,
    NONE,
    SECTOR,
    UNALLOCATED,
    checksum,
    geometry,
    sealed,
)

__all__ = [
    "FOOTER_SIZE",
    "BadBlockSize",
    "BadSize",
    "BadVhd",
    "Store",
    "Vhd",
    "check_block_size",
    "check_size",
    "create_dynamic",
    "create_fixed",
    "open_vhd",
    "read_footer",
    "read_header",
    "sparse_disk",
    "table_end",
]

KINDS = {FIXED: "Fixed", DYNAMIC: "Dynamic", DIFFERENCING: "Differencing"}
DEFAULT_BLOCK = 2 << 20
MINIMUM_BLOCK = 4 << 10
MAXIMUM_BLOCK = 256 << 20
MINIMUM_SIZE = 3 << 20
MAXIMUM_SIZE = 2040 << 30
VERSION = 0x00010000
CREATOR_VERSION = 0x00060001
"""Our reading: the version that Windows writes as `win ` is its own, 6.1 here; 2008 itself, being 6.0, may differ."""


class BadSize(StorageError):
    """No size a VHD can have: `minimum`, `maximum` in bytes."""

    minimum = MINIMUM_SIZE
    maximum = MAXIMUM_SIZE


class BadBlockSize(BadSize):
    """No size a block can have: a power of two from `minimum` to `maximum`, in bytes."""

    minimum = MINIMUM_BLOCK
    maximum = MAXIMUM_BLOCK


class Store(Protocol):
    """A file that can grow. Growing may fail, with nothing done; changing what is there may not."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset`; fewer at the end."""

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes, growing."""

    def truncate(self, size: int) -> None:
        """Cut or extend."""

    def touch(self, seconds: int) -> None:
        """Note when it was changed, in seconds since 2000."""


class Piece(NamedTuple):
    """Part of an access that lies in one block: `count` sectors from its sector `start`; the disk's `lba`."""

    block: int
    start: int
    sectors: int
    lba: int


# -- making a disk ------------------------------------------------------------------------------


def check_size(size: int) -> None:
    """BadSize for a size that no VHD can have."""
    if size % SECTOR or not MINIMUM_SIZE <= size <= MAXIMUM_SIZE:
        raise BadSize


def check_block_size(size: int) -> None:
    """BadBlockSize for a size that no block can have. The format's rule; Windows makes 512 KB and 2 MB only."""
    if size & (size - 1) or not MINIMUM_BLOCK <= size <= MAXIMUM_BLOCK:
        raise BadBlockSize


def _footer(size: int, kind: int, identifier: uuid.UUID, timestamp: int) -> bytes:
    cylinders, heads, sectors = geometry(size // SECTOR)
    return sealed(
        FOOTER,
        FOOTER.pack(
            cookie=b"conectix",
            features=2,
            version=VERSION,
            data_offset=NONE if kind == FIXED else FOOTER_SIZE,
            timestamp=timestamp,
            creator_application=b"win ",
            creator_version=CREATOR_VERSION,
            creator_system=b"Wi2k",
            original_size=size,
            current_size=size,
            cylinders=cylinders,
            heads=heads,
            sectors=sectors,
            disk_type=kind,
            identifier=identifier,
        ),
    )


def table_end(size: int, block_size: int) -> int:
    """Where the block table of a new disk ends, in bytes of the file; it fills whole sectors."""
    entries = -(-size // block_size)
    return FOOTER_SIZE + HEADER_SIZE + -(-entries * 4 // SECTOR) * SECTOR


def sparse_disk(
    kind: int,
    size: int,
    *,
    identifier: uuid.UUID,
    timestamp: int,
    block_size: int,
    behind: bytes = b"",
    **parent: object,
) -> bytes:
    """The whole file of a disk without blocks: footer, header, table, what comes `behind` it, footer.

    `parent` are the fields of the header that a differencing disk has. BadSize, BadBlockSize.
    """
    check_size(size)
    check_block_size(block_size)
    footer = _footer(size, kind, identifier, timestamp)
    header = HEADER.pack(
        cookie=b"cxsparse",
        next=NONE,
        table_offset=FOOTER_SIZE + HEADER_SIZE,
        version=VERSION,
        table_entries=-(-size // block_size),
        block_size=block_size,
        **parent,
    )
    table = b"\xff" * (table_end(size, block_size) - FOOTER_SIZE - HEADER_SIZE)
    return footer + sealed(HEADER, header) + table + behind + footer


def create_fixed(store: Store, size: int, *, identifier: uuid.UUID, timestamp: int) -> None:
    """Make an empty file a fixed disk of `size` bytes; `timestamp` in seconds since 2000. BadSize, DiskFull."""
    check_size(size)
    store.truncate(size + FOOTER_SIZE)
    store.write(size, _footer(size, FIXED, identifier, timestamp))


def create_dynamic(
    store: Store, size: int, *, identifier: uuid.UUID, timestamp: int, block_size: int = DEFAULT_BLOCK
) -> None:
    """Make an empty file a dynamic disk of `size` bytes. BadSize, BadBlockSize, DiskFull."""
    store.write(
        0, sparse_disk(DYNAMIC, size, identifier=identifier, timestamp=timestamp, block_size=block_size)
    )


# -- opening one --------------------------------------------------------------------------------


# A disk is opened anew for every request, since its file is the truth. What the same bytes say is
# the same each time, so that they are taken apart and summed up only once.


def read_footer(store: Store) -> Mapping[str, Any]:
    """The fields of the footer at the file's end, checked. BadVhd."""
    size = store.size
    if size < FOOTER_SIZE:
        raise BadVhd("too-short", size=size)
    return _footer_fields(store.read(size - FOOTER_SIZE, FOOTER_SIZE))


@lru_cache(maxsize=512)
def _footer_fields(raw: bytes) -> Mapping[str, Any]:
    footer = FOOTER.unpack(raw)
    if footer["cookie"] != b"conectix":
        raise BadVhd("no-footer")
    if footer["checksum"] != checksum(FOOTER, raw):
        raise BadVhd("footer-checksum", expected=checksum(FOOTER, raw), found=footer["checksum"])
    if footer["version"] >> 16 != VERSION >> 16:
        raise BadVhd("version", found=footer["version"])
    if footer["current_size"] < SECTOR:
        raise BadVhd("no-sectors", size=footer["current_size"])
    if footer["disk_type"] not in KINDS:
        raise BadVhd("disk-type", found=footer["disk_type"])
    return MappingProxyType(footer)


def read_header(store: Store, footer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a dynamic or differencing disk's header, checked. BadVhd."""
    at = footer["data_offset"]
    raw = store.read(at, HEADER_SIZE)
    if len(raw) < HEADER_SIZE:
        raise BadVhd("no-header", offset=at)
    header = _header_fields(raw, at)
    begin, end = header["table_offset"], header["table_offset"] + 4 * header["table_entries"]
    size = store.size
    if header["table_entries"] * header["block_size"] < footer["current_size"] or end > size - FOOTER_SIZE:
        raise BadVhd("table-size", entries=header["table_entries"])
    if begin < at + HEADER_SIZE:
        raise BadVhd("table-place", offset=begin)
    if store.read(0, FOOTER_SIZE) != store.read(size - FOOTER_SIZE, FOOTER_SIZE):
        raise BadVhd("footer-copy")
    return header


@lru_cache(maxsize=512)
def _header_fields(raw: bytes, at: int) -> Mapping[str, Any]:
    """What the header says that lies at `at`, as far as it can be checked by itself. BadVhd."""
    header = HEADER.unpack(raw)
    if header["cookie"] != b"cxsparse":
        raise BadVhd("no-header", offset=at)
    if header["checksum"] != checksum(HEADER, raw):
        raise BadVhd("header-checksum", expected=checksum(HEADER, raw), found=header["checksum"])
    if header["version"] >> 16 != VERSION >> 16:
        raise BadVhd("version", found=header["version"])
    block = header["block_size"]
    if block < SECTOR or block & (block - 1):
        raise BadVhd("block-size", found=block)
    return MappingProxyType(header)


def restore_footer(store: Store) -> None:
    """Make one of a dynamic disk's two footers, at its end and in its first sector, from the other.

    BadVhd if neither is sound, or if more than the footer is gone; DiskFull. Nothing is changed then.
    """
    end = store.read(max(0, store.size - FOOTER_SIZE), FOOTER_SIZE)
    with suppress(BadVhd):
        if len(end) == FOOTER_SIZE and _footer_fields(end)["disk_type"] != FIXED:
            store.write(0, end)
            return
    copy = store.read(0, FOOTER_SIZE)
    if len(copy) < FOOTER_SIZE:
        raise BadVhd("too-short", size=len(copy))
    footer = _footer_fields(copy)
    at = footer["data_offset"]
    raw = store.read(at, HEADER_SIZE)
    if footer["disk_type"] == FIXED or len(raw) < HEADER_SIZE:
        raise BadVhd("no-header", offset=at)
    header = _header_fields(raw, at)
    block, table = header["block_size"], store.read(header["table_offset"], 4 * header["table_entries"])
    step = -(-block // SECTOR // 8 // SECTOR) * SECTOR + block
    last = header["table_offset"] + -(-4 * header["table_entries"] // SECTOR) * SECTOR
    for begin in range(0, len(table), 4):
        entry = int.from_bytes(table[begin : begin + 4], "big")
        if entry != UNALLOCATED:
            last = max(last, entry * SECTOR + step)
    if last > store.size:
        raise BadVhd("block-place", block=0, found=last // SECTOR)
    store.write(max(last, store.size - FOOTER_SIZE), copy)


def open_vhd(
    store: Store, parent: Vhd | None = None, *, parent_modified: int | None = None, any_parent: bool = False
) -> Vhd:
    """The disk in a file, its structures checked; a differencing disk needs its opened parent. BadVhd.

    With `parent_modified` (seconds since 2000) a parent that has changed since the
    child was made is refused. With `any_parent` every disk will do: to look at what the
    child itself holds, or to give it another one. Where each block lies is checked when it is used, or
    by `Vhd.verify`: a large table is too long to be read for every request.
    """
    footer = read_footer(store)
    if footer["disk_type"] == FIXED:
        if store.size != footer["current_size"] + FOOTER_SIZE:
            raise BadVhd("fixed-size", size=store.size, found=footer["current_size"])
        return Vhd(store, footer, None, None)
    header = read_header(store, footer)
    if footer["disk_type"] == DYNAMIC:
        return Vhd(store, footer, header, None)
    wanted = header["parent_identifier"]
    if parent is None:
        raise BadVhd("parent-missing", identifier=wanted)
    if parent.identifier != wanted and not any_parent:
        raise BadVhd("parent-identifier", expected=wanted, found=parent.identifier)
    if parent_modified is not None and parent_modified != header["parent_timestamp"]:
        raise BadVhd("parent-timestamp", expected=header["parent_timestamp"], found=parent_modified)
    return Vhd(store, footer, header, parent)


class Vhd:
    """An open virtual disk; make one with `open_vhd`.

    Attributes: `size`, bytes the guest sees; `block_size`, bytes of a block, 0 for a
    fixed disk; `header_end`, where its header ends in the file, 0 without one; `kind`,
    Fixed, Dynamic or Differencing; `identifier`; `timestamp`, seconds since 2000;
    `parent`, the disk below a differencing one; `store`, its file.
    """

    def __init__(
        self, store: Store, footer: Mapping[str, Any], header: Mapping[str, Any] | None, parent: Vhd | None
    ) -> None:
        self.store = store
        self.size: int = footer["current_size"]
        self.kind: str = KINDS[footer["disk_type"]]
        self.identifier: uuid.UUID = footer["identifier"]
        self.timestamp: int = footer["timestamp"]
        self.parent = parent
        self.block_size: int = header["block_size"] if header else 0
        self.header_end: int = footer["data_offset"] + HEADER_SIZE if header else 0
        self._table: int = header["table_offset"] if header else 0
        self._table_end: int = self._table + 4 * header["table_entries"] if header else 0
        self._bitmap_size = -(-self.block_size // SECTOR // 8 // SECTOR) * SECTOR

    @property
    def file_size(self) -> int:
        """Bytes of the file."""
        return self.store.size

    # -- what is there --------------------------------------------------------------------------

    def _entries(self) -> tuple[int, ...]:
        count = -(-self.size // self.block_size) if self.block_size else 0
        return struct.unpack(f">{count}I", self.store.read(self._table, 4 * count))

    @property
    def allocated_blocks(self) -> int:
        """How many blocks lie in the file; 0 for a fixed disk."""
        entries = self._entries()
        return len(entries) - entries.count(UNALLOCATED)

    def present_blocks(self) -> tuple[int, ...]:
        """The numbers of the blocks that lie in the file, in their order; none for a fixed disk."""
        return tuple(block for block, entry in enumerate(self._entries()) if entry != UNALLOCATED)

    def block_is_allocated(self, block: int) -> bool:
        """Whether a block lies in the file; a fixed disk has no blocks. BadVhd."""
        if not 0 <= block * self.block_size < self.size or not self.block_size:
            raise ValueError(f"block {block} of a {self.kind} disk of {self.size} bytes")
        return self._place(block) is not None

    def sector_is_present(self, lba: int) -> bool:
        """Whether this file itself holds a sector, and it is not simply zero or the parent's. BadVhd."""
        self._check(lba, 1)
        if not self.block_size:
            return True
        block, start = divmod(lba, self.block_size // SECTOR)
        at = self._place(block)
        return at is not None and self._runs(at, start, 1)[0][0]

    def settled(self, lba: int, sectors: int, write: bool) -> int:
        """How many of these sectors, from the first on, can be read or written and nothing else comes of it.

        That is as far as no damage is met and no block is new.
        """
        if not self.block_size:
            return sectors
        found = 0
        for piece in self._pieces(lba, sectors):
            try:
                if self._place(piece.block) is None and write:
                    break
            except BadVhd:
                break
            found += piece.sectors
        return found

    def stretches(self, block: int) -> list[tuple[bool, int]]:
        """A block's sectors in order: (held by this file, how many); none if the block is not in the file. BadVhd."""
        at = self._place(block)
        if at is None:
            return []
        per_block = self.block_size // SECTOR
        return self._runs(at, 0, min(per_block, self.size // SECTOR - block * per_block))

    def verify(self) -> None:
        """Check the whole block table: no block outside the file, none over another. BadVhd."""
        step = self._bitmap_size + self.block_size
        places: list[tuple[int, int]] = []
        for block, entry in enumerate(self._entries()):
            if entry != UNALLOCATED:
                self._check_place(block, entry)
                places.append((entry * SECTOR, block))
        places.sort()
        for (at, block), (following, other) in pairwise(places):
            if following < at + step:
                raise BadVhd("block-overlap", block=block, other=other)

    def _place(self, block: int) -> int | None:
        """Where a block begins in the file, with its bitmap, in bytes; None if it is not there. BadVhd."""
        entry = int.from_bytes(self.store.read(self._table + 4 * block, 4), "big")
        if entry == UNALLOCATED:
            return None
        self._check_place(block, entry)
        return entry * SECTOR

    def _check_place(self, block: int, entry: int) -> None:
        begin = entry * SECTOR
        end = begin + self._bitmap_size + self.block_size
        # The table need not follow the header at once, but no block may lie over either.
        if begin < FOOTER_SIZE + HEADER_SIZE or end > self.store.size - FOOTER_SIZE:
            raise BadVhd("block-place", block=block, found=entry)
        if begin < self._table_end and end > self._table:
            raise BadVhd("block-place", block=block, found=entry)

    def _runs(self, at: int, start: int, count: int) -> list[tuple[bool, int]]:
        """Stretches of sectors of a block that are alike: (present, how many). The first sector is the top bit."""
        first = start // 8
        bits = self.store.read(at + first, (start + count - 1) // 8 - first + 1)
        if bits.count(0xFF) == len(bits):
            return [(True, count)]
        runs: list[tuple[bool, int]] = []
        for sector in range(start, start + count):
            present = bool(bits[sector // 8 - first] >> 7 - sector % 8 & 1)
            if runs and runs[-1][0] is present:
                runs[-1] = present, runs[-1][1] + 1
            else:
                runs.append((present, 1))
        return runs

    # -- access ---------------------------------------------------------------------------------

    def _check(self, lba: int, sectors: int) -> None:
        if lba < 0 or sectors < 0 or (lba + sectors) * SECTOR > self.size:
            raise ValueError(f"sectors {lba} to {lba + sectors} of a disk of {self.size // SECTOR}")

    def _pieces(self, lba: int, sectors: int) -> list[Piece]:
        per_block = self.block_size // SECTOR
        pieces = []
        while sectors:
            block, start = divmod(lba, per_block)
            count = min(per_block - start, sectors)
            pieces.append(Piece(block, start, count, lba))
            lba += count
            sectors -= count
        return pieces

    def read(self, lba: int, sectors: int) -> bytes:
        """Sectors as the guest would see them; what is not in the file is the parent's, or zero. BadVhd."""
        self._check(lba, sectors)
        if not self.block_size:
            return self.store.read(lba * SECTOR, sectors * SECTOR)
        parts = []
        for piece in self._pieces(lba, sectors):
            at = self._place(piece.block)
            if at is None:
                parts.append(self._below(piece.lba, piece.sectors))
                continue
            done = 0
            for present, count in self._runs(at, piece.start, piece.sectors):
                if present:
                    offset = at + self._bitmap_size + (piece.start + done) * SECTOR
                    parts.append(self.store.read(offset, count * SECTOR))
                else:
                    parts.append(self._below(piece.lba + done, count))
                done += count
        return b"".join(parts)

    def _below(self, lba: int, count: int) -> bytes:
        """What shows through where this file has nothing. A parent may be smaller than its child."""
        if self.parent is None:
            return bytes(count * SECTOR)
        inside = max(0, min(count, self.parent.size // SECTOR - lba))
        return (self.parent.read(lba, inside) if inside else b"").ljust(count * SECTOR, b"\0")

    def write(self, lba: int, data: bytes) -> None:
        """Change sectors. DiskFull, with nothing changed, if the file must grow and cannot. BadVhd."""
        sectors, rest = divmod(len(data), SECTOR)
        if rest:
            raise ValueError("whole sectors only")
        if lba < 0 or lba * SECTOR + len(data) > self.size:
            self._check(lba, sectors)
        if not self.block_size:
            self.store.write(lba * SECTOR, data)
            return
        pieces = self._pieces(lba, sectors)
        places = {piece.block: self._place(piece.block) for piece in pieces}
        new = self._grow([block for block, at in places.items() if at is None])
        done = 0
        for piece in pieces:
            at = places[piece.block]
            if at is None:
                at = new[piece.block]
            offset = at + self._bitmap_size + piece.start * SECTOR
            self.store.write(offset, data[done : done + piece.sectors * SECTOR])
            self._mark(at, piece.start, piece.sectors)
            done += piece.sectors * SECTOR
        # Last of all: only now does the table lead to the new blocks.
        for block, at in new.items():
            self.store.write(self._table + 4 * block, (at // SECTOR).to_bytes(4, "big"))

    def _grow(self, blocks: list[int]) -> dict[int, int]:
        """Make room for new blocks where the footer was, the footer behind them; where each begins."""
        if not blocks:
            return {}
        footer_at = self.store.size - FOOTER_SIZE
        footer = self.store.read(footer_at, FOOTER_SIZE)
        first = (
            -(-footer_at // SECTOR) * SECTOR
        )  # the table counts in sectors; a stranger's file may not end on one
        step = self._bitmap_size + self.block_size
        end = first + step * len(blocks)
        self.store.truncate(end + FOOTER_SIZE)  # the one step that can fail
        self.store.write(footer_at, bytes(FOOTER_SIZE))  # the old footer's place becomes the first block's
        self.store.write(end, footer)
        new = {block: first + step * number for number, block in enumerate(blocks)}
        if self.parent is None:
            # All sectors of a new block count as present, at once. Readers disagree on whether a dynamic
            # disk's bitmap matters (qemu never looks, libvhdi does); with all bits set they read alike.
            # A differencing disk's bits are set sector by sector: a clear one is what lets the parent through.
            for at in new.values():
                self.store.write(at, b"\xff" * (self.block_size // SECTOR // 8))
        return new

    def _mark(self, at: int, start: int, count: int) -> None:
        """Set the bits of sectors in a block's bitmap, if they are not set yet."""
        first = start // 8
        length = (start + count - 1) // 8 - first + 1
        old = int.from_bytes(self.store.read(at + first, length), "big")
        bits = old | ((1 << count) - 1) << (8 * (first + length) - start - count)
        if bits != old:
            self.store.write(at + first, bits.to_bytes(length, "big"))
