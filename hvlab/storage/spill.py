"""Where long runs of simulated bytes lie once memory holds enough of them: a nameless temporary file.

It is memory by another name: nothing of the lab can tell the difference, and it goes
with the process. Runs never change; the room of one that nobody has any more is used again.
"""

from __future__ import annotations

import os
import tempfile
from typing import BinaryIO

LONG = 64 << 10
"""Runs of so many bytes are worth a place in a file."""
IN_MEMORY = 32 << 20
"""How many bytes of long runs a process writes before the next ones go into a file."""


class SpillFile:
    """A temporary file of runs, and what of it is free, by the length of the gap."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process lives
        self.end = 0
        self.free: dict[int, list[int]] = {}

    @classmethod
    def over(cls, file: BinaryIO) -> SpillFile:
        """A file with runs that somebody else has written, to be read only."""
        made = cls.__new__(cls)
        made.process, made.file, made.end, made.free = os.getpid(), file, 0, {}
        return made

    def put(self, data: bytes) -> int:
        """Where the bytes lie. OSError."""
        gaps = self.free.get(len(data))
        offset = gaps.pop() if gaps else self.end
        self.file.seek(offset)
        self.file.write(data)
        if offset == self.end:
            self.end += len(data)
        return offset

    def get(self, offset: int, count: int) -> bytes:
        """Bytes that were put there."""
        self.file.seek(offset)
        return self.file.read(count)


class Spilled:
    """A run of whole chunks, from the chunk number `first` on, that lies in a file."""

    __slots__ = ("_at", "_file", "_length", "first")

    def __init__(self, first: int, file: SpillFile, data: bytes) -> None:
        self.first = first
        self._file = file
        self._length = 0  # nothing to give back if there was no room
        self._at = file.put(data)
        self._length = len(data)

    @classmethod
    def at(cls, first: int, file: SpillFile, offset: int, length: int) -> Spilled:
        """A run that lies in a file already."""
        made = cls.__new__(cls)
        made.first, made._file, made._at, made._length = first, file, offset, length
        return made

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self._length

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset` of the run."""
        return self._file.get(self._at + offset, count)

    def __del__(self) -> None:
        if self._length:
            self._file.free.setdefault(self._length, []).append(self._at)


class _Spill:
    """Decides what goes into a file: everything long, after the first `IN_MEMORY` bytes."""

    def __init__(self) -> None:
        self.seen = 0
        self.file: SpillFile | None = None

    def wants(self, count: int) -> bool:
        """Whether a run that is about to be written belongs into a file."""
        if count < LONG:
            return False
        self.seen += count
        return self.seen > IN_MEMORY

    def keep(self, first: int, data: bytes) -> Spilled | None:
        """Put a run into the file; None if there is no room for it there, so that it must stay in memory."""
        try:
            if self.file is None or self.file.process != os.getpid():  # a forked process has its own
                self.file = SpillFile()
            return Spilled(first, self.file, data)
        except OSError:
            return None


SPILL = _Spill()
