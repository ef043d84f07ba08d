"""A physical disk that a machine gets as it is: sectors, without a file, a format or a parent around them.

It answers as an open virtual disk does, so whoever moves a guest's sectors need not know which of the two it has.
"""

from __future__ import annotations

import uuid

from hvlab.storage.content import FileContent
from hvlab.storage.errors import DiskFull
from hvlab.storage.vhd import Vhd
from hvlab.storage.vhd_layout import FIXED

PREFIX = "\\\\.\\PHYSICALDRIVE"
"""How Windows names the whole of a disk, as a path: this, and the disk's number."""
KIND = "Physical"


class _Sectors:
    """The disk's bytes as a store that never grows."""

    def __init__(self, name: str, content: FileContent) -> None:
        self._name = name
        self._content = content

    @property
    def size(self) -> int:
        """The disk's size in bytes."""
        return self._content.size

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset`; fewer at the end."""
        return self._content.read(offset, count)

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes. DiskFull beyond the end."""
        if offset + len(data) > self.size:
            raise DiskFull(self._name, offset + len(data) - self.size, 0)
        self._content.write(offset, data)

    def truncate(self, size: int) -> None:
        """A disk has the size it has. DiskFull."""
        if size != self.size:
            raise DiskFull(self._name, size - self.size, 0)

    def touch(self, seconds: int) -> None:
        """Nobody notes when a disk's sectors are changed."""


class RawDisk(Vhd):
    """An open physical disk; `size` in bytes, `kind` Physical, no blocks and no parent."""

    def __init__(self, name: str, content: FileContent, identifier: uuid.UUID) -> None:
        footer = {
            "current_size": content.size,
            "disk_type": FIXED,
            "identifier": identifier,
            "timestamp": 0,
        }
        super().__init__(_Sectors(name, content), footer, None, None)
        self.kind = KIND


def path_of(number: int) -> str:
    """The path of a physical disk."""
    return f"{PREFIX}{number}"


def number_of(path: str) -> int | None:
    """The number of the physical disk that a path names; None for any other path."""
    if not path.upper().startswith(PREFIX):
        return None
    number = path[len(PREFIX) :]
    return int(number) if number.isdecimal() and number.isascii() and len(number) < 5 else None
