"""What storage refuses, as exceptions that carry figures and names, not sentences.

The sentence a learner reads is made by whoever catches one of these; nothing
here knows a language, a cmdlet or a trace.
"""

from __future__ import annotations

import uuid


class StorageError(Exception):
    """Something that volumes and disks do not do; subclasses say what."""


class DiskFull(StorageError):
    """There is no room: `needed` and `free` in bytes."""

    def __init__(self, volume: str, needed: int, free: int) -> None:
        super().__init__(f"{volume}: needs {needed}, has {free}")
        self.volume, self.needed, self.free = volume, needed, free


class FileMissing(StorageError):
    """There is no such file."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class FileExists(StorageError):
    """There is a file of that name already."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class BadPath(StorageError):
    """No path that Windows would take.

    `reason` is an id: `relative`, `network`, `volume` (a bare drive), `above-root`,
    `character`, `name-end` (a dot or space at the end of a name), `device`, `long`.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class NoSuchVolume(StorageError):
    """The host has no volume of that letter."""

    def __init__(self, letter: str) -> None:
        super().__init__(letter)
        self.letter = letter


class BadVhd(Exception):
    """The file is no virtual disk that can be read; `reason` is an id, `details` the figures behind it.

    Not a StorageError: the file is there and could be read, only what stands in it is wrong.
    """

    def __init__(self, reason: str, **details: int | str | uuid.UUID) -> None:
        super().__init__(reason)
        self.reason, self.details = reason, details
