"""Editing virtual disks as files: convert, resize, compact, merge, reconnect.

Every function leaves the files as they were if it fails (DiskFull, BadVhd): what is new is made
beside the old and takes its place at the end. Nobody may use the disks meanwhile; the
caller sees to that.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from hvlab.storage import differencing, vhd
from hvlab.storage.vhd import Vhd
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import HostFiles

RUN = 1024
"""Sectors that are moved at once."""
_ZEROS = bytes(RUN * SECTOR)
EXTENSIONS = (".vhd", ".avhd")


def children_of(files: HostFiles, path: str) -> list[str]:
    """The differencing disks on the host whose parent lies at a path."""
    folded = path.casefold()
    found = []
    for other in files.paths():
        if not other.casefold().endswith(EXTENSIONS) or other.casefold() == folded:
            continue
        try:
            parent = differencing.parent_path(files, other)
        except vhd.BadVhd:
            continue  # a damaged file is nobody's child; Test-VHD says what it is
        if parent.casefold() == folded:
            found.append(other)
    return found


def held(disk: Vhd) -> Iterator[tuple[int, int]]:
    """(first sector, how many) of each stretch that a disk's own file holds, RUN sectors at most."""
    if not disk.block_size:
        for lba in range(0, disk.size // SECTOR, RUN):
            yield lba, min(RUN, disk.size // SECTOR - lba)
        return
    per_block = disk.block_size // SECTOR
    for block in disk.present_blocks():
        lba = block * per_block
        for present, count in disk.stretches(block):
            if present:
                yield from ((at, min(RUN, lba + count - at)) for at in range(lba, lba + count, RUN))
            lba += count


def pour(upper: Vhd, lower: Vhd) -> None:
    """Write what a child holds itself into its parent."""
    for lba, count in held(upper):
        lower.write(lba, upper.read(lba, count))


def fill(source: Vhd, target: Vhd) -> None:
    """Write what a guest sees on one disk onto another, empty one; zeros take no room there."""
    disk: Vhd | None = source
    stretches: set[tuple[int, int]] = set()
    while disk is not None:
        stretches.update(held(disk))
        disk = disk.parent
    size = min(source.size, target.size) // SECTOR
    for lba, count in sorted(stretches):
        count = min(count, size - lba)
        if count > 0:
            data = source.read(lba, count)
            if data != _ZEROS[: len(data)]:
                target.write(lba, data)


def sectors_held(disk: Vhd) -> int:
    """How many sectors an edit of a disk has to read: those of its file, and of its parents'."""
    count = 0
    below: Vhd | None = disk
    while below is not None:
        count += (below.allocated_blocks * below.block_size if below.block_size else below.size) // SECTOR
        below = below.parent
    return count


def convert(
    files: HostFiles,
    source: Vhd,
    target: str,
    *,
    fixed: bool,
    identifier: uuid.UUID,
    timestamp: int,
    size: int | None = None,
    block_size: int = vhd.DEFAULT_BLOCK,
) -> None:
    """A new disk at `target` with what a guest sees on `source`, parents included. FileExists, DiskFull, BadVhd."""
    handle = files.create(target)
    try:
        if fixed:
            vhd.create_fixed(handle, size or source.size, identifier=identifier, timestamp=timestamp)
        else:
            vhd.create_dynamic(
                handle, size or source.size, identifier=identifier, timestamp=timestamp, block_size=block_size
            )
        fill(source, vhd.open_vhd(handle))
    except Exception:
        files.delete(target)
        raise


def rebuild(files: HostFiles, path: str, disk: Vhd, size: int) -> None:
    """Make a disk anew in its own file, with another size or without blocks of zeros. DiskFull, BadVhd."""
    spare = f"{path}.new"
    convert(
        files,
        disk,
        spare,
        fixed=not disk.block_size,
        identifier=disk.identifier,
        timestamp=disk.timestamp,
        size=size,
        block_size=disk.block_size or vhd.DEFAULT_BLOCK,
    )
    files.open(path).file.content = files.open(spare).file.content
    files.delete(spare)


def merge(files: HostFiles, path: str, disk: Vhd) -> None:
    """Write a child into its parent and remove it. DiskFull, BadVhd; then both are as they were."""
    assert disk.parent is not None
    parent = files.open(differencing.parent_path(files, path))
    before = parent.file.content.copy()
    try:
        pour(disk, disk.parent)
    except Exception:
        parent.file.content = before
        raise
    files.delete(path)


def reconnect(files: HostFiles, child: str, parent_path: str, parent: Vhd, *, timestamp: int) -> None:
    """Make a child name another parent: a file of the same identity and sectors takes its place. DiskFull, BadVhd."""
    old = vhd.open_vhd(files.open(child), parent, any_parent=True)
    spare = f"{child}.new"
    handle = files.create(spare)
    try:
        differencing.create_differencing(
            handle,
            parent,
            path=child,
            parent_path=parent_path,
            parent_modified=differencing.modified_of(files, parent_path, parent),
            identifier=old.identifier,
            timestamp=timestamp,
        )
        pour(old, vhd.open_vhd(handle, parent))
    except Exception:
        files.delete(spare)
        raise
    files.open(child).file.content = files.open(spare).file.content
    files.delete(spare)
