"""Differencing disks: how a child names its parent, and how a chain of files becomes one disk.

A child holds the sectors that were written to it and, for all others, its
parent's identifier and two paths: one from the child's folder, which survives
when both are moved, and an absolute one. Reading and writing through the chain
is `vhd`'s; nothing here touches a block.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from hvlab.storage import names
from hvlab.storage.errors import BadPath, BadVhd, FileMissing, NoSuchVolume
from hvlab.storage.vhd import (
    DEFAULT_BLOCK,
    Store,
    Vhd,
    open_vhd,
    read_footer,
    read_header,
    sparse_disk,
    table_end,
)
from hvlab.storage.vhd_layout import DIFFERENCING, FOOTER_SIZE, LOCATOR, SECTOR
from hvlab.storage.volume import HostFiles

ABSOLUTE, RELATIVE = b"W2ku", b"W2ru"
_NAME_UNITS = 256


@dataclass(frozen=True)
class ParentLink:
    """What a child says of its parent: identifier, last change (seconds since 2000), paths (`""` if not given)."""

    identifier: uuid.UUID
    timestamp: int
    name: str
    relative: str
    absolute: str


def create_differencing(
    store: Store,
    parent: Vhd,
    *,
    path: str,
    parent_path: str,
    parent_modified: int,
    identifier: uuid.UUID,
    timestamp: int,
    block_size: int = DEFAULT_BLOCK,
) -> None:
    """Make the empty file at `path` a child of an opened disk, of the parent's size; both paths normalised.

    `parent_modified` and `timestamp` in seconds since 2000. BadSize, BadBlockSize, DiskFull.
    """
    folder = path.rpartition("\\")[0]
    start = table_end(parent.size, block_size) if block_size > 0 else 0
    locators, behind = b"", b""
    for platform, text in ((RELATIVE, names.relative(parent_path, folder)), (ABSOLUTE, parent_path)):
        if text is None:
            continue
        data = text.encode("utf-16-le")
        # The format's text counts the space in sectors. Some writers count bytes; who reads needs neither.
        space = -(-len(data) // SECTOR)
        locators += LOCATOR.pack(
            platform=platform, data_space=space, data_length=len(data), data_offset=start + len(behind)
        )
        behind += data.ljust(space * SECTOR, b"\0")
    # The format calls for the parent's file name; Hyper-V's own children (.avhd) carry the whole path.
    name = parent_path.encode("utf-16-be")
    if len(name) >= 2 * _NAME_UNITS:
        name = parent_path.rpartition("\\")[2].encode("utf-16-be")
    store.write(
        0,
        sparse_disk(
            DIFFERENCING,
            parent.size,
            identifier=identifier,
            timestamp=timestamp,
            block_size=block_size,
            behind=behind,
            parent_identifier=parent.identifier,
            parent_timestamp=parent_modified,
            parent_name=name,
            parent_locators=locators,
        ),
    )


def parent_link(store: Store) -> ParentLink | None:
    """What a disk's file says of its parent; None for a fixed or dynamic disk. BadVhd."""
    footer = read_footer(store)
    if footer["disk_type"] != DIFFERENCING:
        return None
    header = read_header(store, footer)
    paths = {ABSOLUTE: "", RELATIVE: ""}
    for at in range(0, len(header["parent_locators"]), LOCATOR.size):
        locator = LOCATOR.unpack(header["parent_locators"], at)
        if locator["platform"] in paths:
            begin, length = locator["data_offset"], locator["data_length"]
            if begin + length > store.size - FOOTER_SIZE:
                raise BadVhd("locator", offset=begin, length=length)
            paths[locator["platform"]] = _text(store.read(begin, length), "utf-16-le")
    return ParentLink(
        header["parent_identifier"],
        header["parent_timestamp"],
        _text(header["parent_name"], "utf-16-be"),
        paths[RELATIVE],
        paths[ABSOLUTE],
    )


def _text(raw: bytes, encoding: str) -> str:
    return raw.decode(encoding, "replace").partition("\0")[0]


def modified_of(files: HostFiles, path: str, disk: Vhd) -> int:
    """When a disk was changed last, as its children note it: as its file says, or when the disk was made."""
    return files.open(path).file.modified or disk.timestamp


def open_chain(files: HostFiles, path: str) -> Vhd:
    """The disk at a path with all its parents, each found by its relative path, then by its absolute one.

    FileMissing, BadPath, NoSuchVolume for the path itself; BadVhd for what is found
    there and below: `parent-missing`, `parent-identifier`, `parent-timestamp` (it was changed), `parent-loop`.
    """
    return _open(files, files.normalise(path), ())


def parent_path(files: HostFiles, path: str) -> str:
    """Where a child's parent is: found by the relative path, then the absolute one; else as the child names it.

    `""` for a disk without a parent. As `open_chain` raises for the path itself, and BadVhd.
    """
    path = files.normalise(path)
    link = parent_link(files.open(path))
    if link is None:
        return ""
    found, _ = _find_parent(files, path, link)
    return found or link.absolute or link.name


def _find_parent(files: HostFiles, path: str, link: ParentLink) -> tuple[str, uuid.UUID | None]:
    """The parent's path (`""` if it is nowhere), and the identifier of the last other disk that lay in its place."""
    stranger: uuid.UUID | None = None
    for candidate in (link.relative, link.absolute):
        try:
            place = names.normalise(candidate, path.rpartition("\\")[0])
            found = read_footer(files.open(place))["identifier"]
        except (BadPath, FileMissing, NoSuchVolume):
            continue
        if found == link.identifier:
            return place, stranger
        stranger = found
    return "", stranger


def _open(files: HostFiles, path: str, children: tuple[str, ...]) -> Vhd:
    store = files.open(path)
    link = parent_link(store)
    if link is None:
        return open_vhd(store)
    if path.casefold() in children:
        raise BadVhd("parent-loop", path=path)
    children = (*children, path.casefold())
    found, stranger = _find_parent(files, path, link)
    if found:
        modified = files.open(found).file.modified
        if modified and modified != link.timestamp:
            raise BadVhd("parent-timestamp", expected=link.timestamp, found=modified, path=path, name=found)
        return open_vhd(store, _open(files, found, children))
    if stranger is not None:
        raise BadVhd("parent-identifier", expected=link.identifier, found=stranger, path=path)
    raise BadVhd("parent-missing", identifier=link.identifier, name=link.name, path=path)
