"""The VHD format's wire table: footer, dynamic header and parent locator, big-endian, as Microsoft's format of 2006.

Each struct stands here once; what packs, reads, checks or explains a disk derives
from it. Nothing here reads or writes a file.
"""

from __future__ import annotations

from hvlab.kernel import Field, Layout

SECTOR = 512
FOOTER_SIZE = 512
HEADER_SIZE = 1024
FIXED, DYNAMIC, DIFFERENCING = 2, 3, 4
NONE = 0xFFFFFFFFFFFFFFFF
UNALLOCATED = 0xFFFFFFFF

FOOTER = Layout(
    "VhdFooter",
    Field("cookie", "bytes", 8),
    Field("features", "u32", shown="hex"),
    Field("version", "u32", shown="hex"),
    Field("data_offset", "u64", shown="hex"),
    Field("timestamp", "u32"),
    Field("creator_application", "bytes", 4),
    Field("creator_version", "u32", shown="hex"),
    Field("creator_system", "bytes", 4),
    Field("original_size", "u64"),
    Field("current_size", "u64"),
    Field("cylinders", "u16"),
    Field("heads", "u8"),
    Field("sectors", "u8"),
    Field("disk_type", "u32", names={FIXED: "fixed", DYNAMIC: "dynamic", DIFFERENCING: "differencing"}),
    Field("checksum", "u32", shown="hex"),
    Field("identifier", "guid"),
    Field("saved_state", "u8"),
    Field("_reserved", "bytes", 427),
    order=">",
)
HEADER = Layout(
    "VhdDynamicHeader",
    Field("cookie", "bytes", 8),
    Field("next", "u64", shown="hex"),
    Field("table_offset", "u64", shown="hex"),
    Field("version", "u32", shown="hex"),
    Field("table_entries", "u32"),
    Field("block_size", "u32"),
    Field("checksum", "u32", shown="hex"),
    Field("parent_identifier", "guid"),
    Field("parent_timestamp", "u32"),
    Field("_reserved", "u32"),
    Field("parent_name", "bytes", 512),
    Field("parent_locators", "bytes", 192),
    Field("_reserved2", "bytes", 256),
    order=">",
)
LOCATOR = Layout(
    "VhdParentLocator",
    Field("platform", "bytes", 4),
    Field("data_space", "u32"),
    Field("data_length", "u32"),
    Field("_reserved", "u32"),
    Field("data_offset", "u64", shown="hex"),
    order=">",
)
"""One of the header's eight `parent_locators`: a path to the parent that lies elsewhere in the file."""


def checksum(layout: Layout, data: bytes) -> int:
    """One's complement of the sum of all bytes, those of the checksum itself left out."""
    at = layout.offsets["checksum"]
    return ~(sum(data) - sum(data[at : at + 4])) & 0xFFFFFFFF


def sealed(layout: Layout, data: bytes) -> bytes:
    """The struct with its checksum put in."""
    at = layout.offsets["checksum"]
    return data[:at] + checksum(layout, data).to_bytes(4, "big") + data[at + 4 :]


def geometry(sectors: int) -> tuple[int, int, int]:
    """Cylinders, heads and sectors a track of a disk, by the format's own rule."""
    total = min(sectors, 65535 * 16 * 255)
    if total >= 65535 * 16 * 63:
        per_track, heads = 255, 16
        tracks = total // per_track
    else:
        per_track = 17
        tracks = total // per_track
        heads = max(4, (tracks + 1023) // 1024)
        if tracks >= heads * 1024 or heads > 16:
            per_track, heads = 31, 16
            tracks = total // per_track
        if tracks >= heads * 1024:
            per_track, heads = 63, 16
            tracks = total // per_track
    return tracks // heads, heads, per_track
