"""Discs: files of raw 2048-byte sectors with an ISO 9660 volume descriptor, and what the lab's own discs carry.

Of ISO 9660 there is the primary volume descriptor (ECMA-119, 8.4: its type,
identifier and volume name, and an area for the application), as far as a guest
needs it to know a disc; of El Torito (1.0) there is what leads to one image to boot.
The files of the discs that the lab makes follow at a stated sector.
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
BOOT_SECTOR = 17
"""Where El Torito 1.0 has its boot record."""
EL_TORITO = b"EL TORITO SPECIFICATION"
BOOT_RECORD = Layout(
    "ElToritoBootRecord",
    Field("type", "u8"),
    Field("identifier", "bytes", 5),
    Field("version", "u8"),
    Field("system", "bytes", 32),
    Field("_unused", "bytes", 32),
    Field("catalogue", "u32"),
)
VALIDATION_ENTRY = Layout(
    "ElToritoValidation",
    Field("header", "u8"),
    Field("platform", "u8"),
    Field("_reserved", "u16"),
    Field("maker", "bytes", 24),
    Field("checksum", "u16", shown="hex"),
    Field("key", "u16", shown="hex"),
)
DEFAULT_ENTRY = Layout(
    "ElToritoDefault",
    Field("bootable", "u8", names={0x88: "bootable"}, shown="hex"),
    Field("media", "u8"),
    Field("load_segment", "u16", shown="hex"),
    Field("system_type", "u8"),
    Field("_unused", "u8"),
    Field("sectors", "u16"),
    Field("image", "u32"),
)
VALIDATION_KEY, BOOTABLE = 0xAA55, 0x88


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


def boot_disc(label: str, image: bytes, files: bytes) -> bytes:
    """A disc that boots: its image is one sector, and the files follow it at once."""
    first = BOOT_SECTOR + 2
    head = DESCRIPTOR.pack(type=1, identifier=IDENTIFIER, version=1, volume=label.ljust(32).encode("ascii"))
    record = BOOT_RECORD.pack(type=0, identifier=IDENTIFIER, version=1, system=EL_TORITO, catalogue=first)
    end = bytes([255]) + IDENTIFIER + bytes([1])
    sectors = [head, record, end, _catalogue(first + 1), image]
    body = b"".join(sector.ljust(SECTOR, b"\0") for sector in sectors)
    return bytes(DESCRIPTOR_SECTOR * SECTOR) + body + files.ljust(-(-len(files) // SECTOR) * SECTOR, b"\0")


def _catalogue(image: int) -> bytes:
    """A boot catalogue of one image: the words of its validation entry add up to 0."""
    plain = VALIDATION_ENTRY.pack(header=1, key=VALIDATION_KEY)
    checksum = -_words(plain) & 0xFFFF
    entry = VALIDATION_ENTRY.pack(header=1, key=VALIDATION_KEY, checksum=checksum)
    return entry + DEFAULT_ENTRY.pack(bootable=BOOTABLE, sectors=SECTOR // 512, image=image)


def _words(entry: bytes) -> int:
    return sum(int.from_bytes(entry[at : at + 2], "little") for at in range(0, len(entry), 2)) & 0xFFFF


def catalogue_place(sector: bytes) -> int | None:
    """The sector of the boot catalogue, from sector 17; None if this is no boot record of El Torito."""
    if len(sector) < BOOT_RECORD.size:
        return None
    record = BOOT_RECORD.unpack(sector)
    if record["type"] or record["identifier"] != IDENTIFIER or record["system"].rstrip(b"\0") != EL_TORITO:
        return None
    return int(record["catalogue"])


def image_place(sector: bytes) -> int | None:
    """The sector of the image that is booted, from the catalogue; None if it is damaged or nothing is bootable."""
    size = VALIDATION_ENTRY.size
    if len(sector) < size + DEFAULT_ENTRY.size:
        return None
    entry = VALIDATION_ENTRY.unpack(sector)
    default = DEFAULT_ENTRY.unpack(sector, size)
    sound = entry["header"] == 1 and entry["key"] == VALIDATION_KEY and _words(sector[:size]) == 0
    return int(default["image"]) if sound and default["bootable"] == BOOTABLE else None
