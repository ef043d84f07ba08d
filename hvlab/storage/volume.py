"""The host's volumes: Windows paths to files, with room that can run out.

Paths are case-insensitive and normalised; folders exist because files lie in
them; sizes count as NTFS counts files that are not sparse. Nothing here knows
what stands in a file, or what time it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.storage import names
from hvlab.storage.content import FileContent
from hvlab.storage.errors import (
    BadPath,
    DiskFull,
    FileExists,
    FileMissing,
    NoSuchVolume,
    StorageError,
)

__all__ = [
    "BadPath",
    "DiskFull",
    "FileExists",
    "FileHandle",
    "FileMissing",
    "HostFile",
    "HostFiles",
    "NoSuchVolume",
    "StorageError",
    "Volume",
]


@dataclass
class HostFile:
    """A file: its path as written, its bytes; `modified` in seconds since 2000, 0 where that is not known."""

    path: str
    content: FileContent
    modified: int = 0


@dataclass
class Volume:
    """A volume; sizes in bytes. `used` is what things outside the lab take."""

    letter: str
    capacity: int
    used: int = 0
    label: str = ""
    files: dict[str, HostFile] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    """Folders that were made, by their folded path; others exist because files lie in them."""

    @property
    def free(self) -> int:
        """Bytes left."""
        return self.capacity - self.used - sum(file.content.size for file in self.files.values())

    def check_growth(self, growth: int) -> None:
        """DiskFull if `growth` more bytes do not fit."""
        if growth > 0 and growth > self.free:
            raise DiskFull(f"{self.letter}:", growth, self.free)


class FileHandle:
    """A file opened for reading and writing, growing only as far as its volume has room.

    For one action only: after the world is put back to an earlier moment, a handle
    kept from before writes into a file that no longer counts.
    """

    def __init__(self, volume: Volume, file: HostFile) -> None:
        self.volume = volume
        self.file = file

    @property
    def size(self) -> int:
        """The file's size in bytes."""
        return self.file.content.size

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset`; fewer at the end."""
        return self.file.content.read(offset, count)

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes. DiskFull, with nothing done, if the file cannot grow so far."""
        if data:
            content = self.file.content
            growth = offset + len(data) - content.size
            if growth > 0:
                self.volume.check_growth(growth)
            content.write(offset, data)

    def touch(self, seconds: int) -> None:
        """It was changed at that time, in seconds since 2000."""
        self.file.modified = seconds

    def truncate(self, size: int) -> None:
        """Cut or extend. DiskFull, with nothing done, if the file cannot grow so far."""
        self.volume.check_growth(size - self.size)
        self.file.content.truncate(size)


@dataclass
class HostFiles:
    """All volumes of a host."""

    volumes: list[Volume]

    def normalise(self, path: str, folder: str | None = None) -> str:
        """A path as `names.normalise` reads it, a relative one from `folder`. BadPath."""
        return names.normalise(path, folder)

    def volume(self, path: str) -> Volume:
        """The volume of a normalised path. NoSuchVolume."""
        for volume in self.volumes:
            if volume.letter == path[0]:
                return volume
        raise NoSuchVolume(f"{path[0]}:")

    def exists(self, path: str) -> bool:
        """Whether there is a file of that path."""
        path = self.normalise(path)
        return path.casefold() in self.volume(path).files

    def create(self, path: str) -> FileHandle:
        """A new, empty file. FileExists, BadPath, NoSuchVolume."""
        path = self.normalise(path)
        volume = self.volume(path)
        if path.casefold() in volume.files:
            raise FileExists(path)
        file = volume.files[path.casefold()] = HostFile(path, FileContent())
        return FileHandle(volume, file)

    def open(self, path: str) -> FileHandle:
        """A file that is there. FileMissing, BadPath, NoSuchVolume."""
        path = names.normalise(path)
        volume = self.volume(path)
        file = volume.files.get(path.casefold())
        if file is None:
            raise FileMissing(path)
        return FileHandle(volume, file)

    def delete(self, path: str) -> None:
        """Remove a file. FileMissing, BadPath, NoSuchVolume."""
        handle = self.open(path)
        del handle.volume.files[handle.file.path.casefold()]

    def touch(self, path: str, seconds: int) -> None:
        """A file was changed at that time, in seconds since 2000. FileMissing, BadPath, NoSuchVolume."""
        self.open(path).file.modified = seconds

    def paths(self) -> list[str]:
        """All files, by volume and name."""
        return [volume.files[key].path for volume in self.volumes for key in sorted(volume.files)]
