"""Virtual hard disks in the VHD format, byte for byte: fixed and dynamic.

The file is the only truth: the block table is read from it at every access, so
nothing here can go stale when the world is put back to an earlier moment. A
write happens whole or, if the volume is full, not at all.
"""

from __future__ import annotations

import uuid
from typing import Protocol

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

KINDS = {FIXED: "Fixed", DYNAMIC: "Dynamic", DIFFERENCING: "Differencing"}
DEFAULT_BLOCK = 2 << 20
MINIMUM_SIZE = 3 << 20
MAXIMUM_SIZE = 2040 << 30
CREATOR_VERSION = 0x00060001
"""Windows Server 2008 is version 6.1 in this field's spelling: our reading."""


class BadVhd(Exception):
    """The file is no virtual disk that can be read; `reason` is an id."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSize(Exception):
    """No size a VHD can have: `minimum`, `maximum` in bytes."""

    minimum = MINIMUM_SIZE
    maximum = MAXIMUM_SIZE


class Store(Protocol):
    """A file that can grow."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset`; fewer at the end."""

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes, growing."""

    def truncate(self, size: int) -> None:
        """Cut or extend."""


def _footer(size: int, kind: int, identifier: uuid.UUID, timestamp: int) -> bytes:
    cylinders, heads, sectors = geometry(size // SECTOR)
    return sealed(
        FOOTER,
        FOOTER.pack(
            cookie=b"conectix",
            features=2,
            version=0x00010000,
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


def check_size(size: int) -> None:
    """BadSize for a size that no VHD can have."""
    if size % SECTOR or not MINIMUM_SIZE <= size <= MAXIMUM_SIZE:
        raise BadSize


def create_fixed(store: Store, size: int, *, identifier: uuid.UUID, timestamp: int) -> None:
    """Make an empty file a fixed disk of `size` bytes. BadSize, DiskFull."""
    check_size(size)
    store.truncate(size + FOOTER_SIZE)
    store.write(size, _footer(size, FIXED, identifier, timestamp))


def create_dynamic(
    store: Store, size: int, *, identifier: uuid.UUID, timestamp: int, block_size: int = DEFAULT_BLOCK
) -> None:
    """Make an empty file a dynamic disk of `size` bytes. BadSize, DiskFull."""
    check_size(size)
    footer = _footer(size, DYNAMIC, identifier, timestamp)
    entries = -(-size // block_size)
    header = sealed(
        HEADER,
        HEADER.pack(
            cookie=b"cxsparse",
            next=NONE,
            table_offset=FOOTER_SIZE + HEADER_SIZE,
            version=0x00010000,
            table_entries=entries,
            block_size=block_size,
        ),
    )
    table = b"\xff" * (-(-entries * 4 // SECTOR) * SECTOR)
    store.write(0, footer + header + table + footer)


def open_vhd(store: Store) -> Vhd:
    """The disk in a file, checked. BadVhd."""
    if store.size < FOOTER_SIZE:
        raise BadVhd("too-short")
    raw = store.read(store.size - FOOTER_SIZE, FOOTER_SIZE)
    footer = FOOTER.unpack(raw)
    if footer["cookie"] != b"conectix":
        raise BadVhd("no-footer")
    if footer["checksum"] != checksum(FOOTER, raw):
        raise BadVhd("footer-checksum")
    if footer["current_size"] < SECTOR:
        raise BadVhd("no-sectors")
    if footer["disk_type"] == FIXED:
        if store.size != footer["current_size"] + FOOTER_SIZE:
            raise BadVhd("fixed-size")
        return Vhd(store, footer, None)
    if footer["disk_type"] != DYNAMIC:
        raise BadVhd("disk-type")
    raw = store.read(footer["data_offset"], HEADER_SIZE)
    if len(raw) < HEADER_SIZE:
        raise BadVhd("no-header")
    header = HEADER.unpack(raw)
    if header["cookie"] != b"cxsparse":
        raise BadVhd("no-header")
    if header["checksum"] != checksum(HEADER, raw):
        raise BadVhd("header-checksum")
    block = header["block_size"]
    if block < SECTOR or block & (block - 1):
        raise BadVhd("block-size")
    if header["table_entries"] * block < footer["current_size"]:
        raise BadVhd("table-size")
    if header["table_offset"] + 4 * header["table_entries"] > store.size:
        raise BadVhd("table-size")
    return Vhd(store, footer, header)


class Vhd:
    """An open virtual disk; make one with `open_vhd`."""

    def __init__(self, store: Store, footer: dict[str, object], header: dict[str, object] | None) -> None:
        self._store = store
        self._footer = footer
        self._table = int(str(header["table_offset"])) if header else 0
        self.size = int(str(footer["current_size"]))
        """Bytes the guest sees."""
        self.block_size = int(str(header["block_size"])) if header else 0
        """Bytes of a dynamic disk's block, 0 for a fixed disk."""
        self.kind = KINDS[int(str(footer["disk_type"]))]
        identifier = footer["identifier"]
        assert isinstance(identifier, uuid.UUID)
        self.identifier = identifier

    @property
    def file_size(self) -> int:
        """Bytes of the file."""
        return self._store.size

    @property
    def _bitmap_size(self) -> int:
        return -(-self.block_size // SECTOR // 8 // SECTOR) * SECTOR

    def _entry(self, block: int) -> int:
        """Where a block lies, in sectors of the file, or UNALLOCATED. BadVhd if it cannot lie there."""
        entry = int.from_bytes(self._store.read(self._table + 4 * block, 4), "big")
        if entry != UNALLOCATED:
            end = entry * SECTOR + self._bitmap_size + self.block_size
            if entry * SECTOR < FOOTER_SIZE + HEADER_SIZE or end > self._store.size - FOOTER_SIZE:
                raise BadVhd("block-place")
        return entry

    @property
    def allocated_blocks(self) -> int:
        """How many blocks of a dynamic disk lie in the file."""
        if not self.block_size:
            return 0
        count = -(-self.size // self.block_size)
        table = self._store.read(self._table, 4 * count)
        return sum(1 for at in range(0, 4 * count, 4) if table[at : at + 4] != b"\xff\xff\xff\xff")

    def _check(self, lba: int, sectors: int) -> None:
        if lba < 0 or sectors < 0 or (lba + sectors) * SECTOR > self.size:
            raise ValueError(f"sectors {lba} to {lba + sectors} of a disk of {self.size // SECTOR}")

    def read(self, lba: int, sectors: int) -> bytes:
        """Sectors as the guest would see them; blocks that are not in the file are zero. BadVhd."""
        self._check(lba, sectors)
        if not self.block_size:
            return self._store.read(lba * SECTOR, sectors * SECTOR)
        parts = []
        for block, start, count in self._pieces(lba, sectors):
            entry = self._entry(block)
            if entry == UNALLOCATED:
                parts.append(bytes(count * SECTOR))
            else:
                parts.append(
                    self._store.read(entry * SECTOR + self._bitmap_size + start * SECTOR, count * SECTOR)
                )
        return b"".join(parts)

    def write(self, lba: int, data: bytes) -> None:
        """Change sectors. DiskFull, with nothing changed, if the file must grow and cannot. BadVhd."""
        if len(data) % SECTOR:
            raise ValueError("whole sectors only")
        sectors = len(data) // SECTOR
        self._check(lba, sectors)
        if not self.block_size:
            self._store.write(lba * SECTOR, data)
            return
        pieces = list(self._pieces(lba, sectors))
        self._allocate([block for block, _, _ in pieces if self._entry(block) == UNALLOCATED])
        done = 0
        for block, start, count in pieces:
            at = self._entry(block) * SECTOR + self._bitmap_size + start * SECTOR
            self._store.write(at, data[done : done + count * SECTOR])
            done += count * SECTOR

    def _pieces(self, lba: int, sectors: int) -> list[tuple[int, int, int]]:
        per_block = self.block_size // SECTOR
        pieces = []
        while sectors:
            block, start = divmod(lba, per_block)
            count = min(per_block - start, sectors)
            pieces.append((block, start, count))
            lba += count
            sectors -= count
        return pieces

    def _allocate(self, blocks: list[int]) -> None:
        """New blocks where the footer was, the footer behind them; the table last."""
        if not blocks:
            return
        end = self._store.size - FOOTER_SIZE
        footer = self._store.read(end, FOOTER_SIZE)
        step = self._bitmap_size + self.block_size
        self._store.truncate(self._store.size + step * len(blocks))  # the one step that can fail
        self._store.write(end, bytes(FOOTER_SIZE))  # the old footer's place becomes data
        self._store.write(end + step * len(blocks), footer)
        for number, block in enumerate(blocks):
            at = end + step * number
            # All sectors of a dynamic disk's block count as present, as Windows writes it.
            self._store.write(at, b"\xff" * (self.block_size // SECTOR // 8))
            self._store.write(self._table + 4 * block, (at // SECTOR).to_bytes(4, "big"))
