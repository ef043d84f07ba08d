"""Discs: files of raw 2048-byte sectors with an ISO 9660 volume descriptor, and what the lab's own discs carry.

Of ISO 9660 there is the primary volume descriptor (ECMA-119, 8.4: its type,
identifier and volume name, and an area for the application), as far as a guest
needs it to know a disc. The files of the one disc that the lab makes, the
integration services', follow at a stated sector.
"""

from __future__ import annotations

from typing import Protocol

from hvlab.kernel import Field, Layout

SECTOR = 2048
DESCRIPTOR_SECTOR = 16
FILES_SECTOR = 18
"""Where the files of the integration services' disc begin."""
FILE_SECTORS = 16
SETUP_LABEL = "VMGUEST"
APPLICATION_AREA = 883
"""Where the area begins that ISO 9660 leaves to applications."""

DESCRIPTOR = Layout(
    "PrimaryVolumeDescriptor",
    Field("type", "u8"),
    Field("identifier", "bytes", 5),
    Field("version", "u8"),
    Field("_reserved", "u8"),
    Field("system", "bytes", 32),
    Field("volume", "bytes", 32),
)
IDENTIFIER = b"CD001"


class Store(Protocol):
    """A file's bytes."""

    @property
    def size(self) -> int:
        """In bytes."""

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset`; fewer at the end."""


class BadDisc(Exception):
    """A file that is no disc image."""


class Disc:
    """A disc image, read in blocks of 512 bytes as the host's storage counts them."""

    def __init__(self, store: Store) -> None:
        """BadDisc unless it has whole sectors and a volume descriptor."""
        self.store = store
        head = store.read(DESCRIPTOR_SECTOR * SECTOR, 6)
        if store.size % SECTOR or head[1:6] != IDENTIFIER:
            raise BadDisc

    @property
    def size(self) -> int:
        """In bytes."""
        return self.store.size

    def read(self, lba: int, blocks: int) -> bytes:
        """Blocks of 512 bytes."""
        return self.store.read(lba * 512, blocks * 512)


def setup_disc(version: str, files: bytes) -> bytes:
    """The disc of integration services of that version."""
    head = DESCRIPTOR.pack(
        type=1, identifier=IDENTIFIER, version=1, volume=SETUP_LABEL.ljust(32).encode("ascii")
    )
    descriptor = head.ljust(APPLICATION_AREA, b"\0") + version.encode("ascii")
    end = bytes([255]) + IDENTIFIER + bytes([1])
    sectors = [bytes(SECTOR)] * DESCRIPTOR_SECTOR + [
        descriptor.ljust(SECTOR, b"\0"),
        end.ljust(SECTOR, b"\0"),
    ]
    return b"".join(sectors) + files.ljust(FILE_SECTORS * SECTOR, b"\0")


def setup_version(descriptor: bytes) -> str:
    """The version of the integration services on a disc, from its descriptor; empty if it is another disc."""
    if descriptor[1:6] != IDENTIFIER or descriptor[40:72].rstrip() != SETUP_LABEL.encode("ascii"):
        return ""
    return descriptor[APPLICATION_AREA : APPLICATION_AREA + 24].rstrip(b"\0").decode("ascii", "replace")
