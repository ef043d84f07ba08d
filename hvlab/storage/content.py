"""A simulated file's bytes, sparse: what was never written, or is zero, takes no room.

Chunks are immutable, and a copy shares even the table of them until one side writes:
it costs next to nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

CHUNK = 4096
_ZERO = bytes(CHUNK)


class FileContent:
    """`size` in bytes; `chunks` by chunk number, zero chunks left out."""

    __slots__ = ("_shared", "chunks", "size")

    def __init__(self, size: int = 0, chunks: dict[int, bytes] | None = None) -> None:
        self.size = size
        self.chunks = {} if chunks is None else chunks
        self._shared = False
        """Whether the table of chunks may belong to others too: it is copied before it is changed."""

    @classmethod
    def from_bytes(cls, data: bytes) -> FileContent:
        """A file with these bytes."""
        content = cls()
        content.write(0, data)
        return content

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset`; fewer at the end of the file. ValueError before its beginning."""
        if offset < 0:
            raise ValueError(f"offset {offset}")
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        number, start = divmod(offset, CHUNK)
        if start + count <= CHUNK:
            return self.chunks.get(number, _ZERO)[start : start + count]
        parts = []
        while count:
            number, start = divmod(offset, CHUNK)
            step = min(CHUNK - start, count)
            parts.append(self.chunks.get(number, _ZERO)[start : start + step])
            offset += step
            count -= step
        return b"".join(parts)

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes; the file grows where needed, but not for no bytes at all. ValueError before its beginning."""
        if offset < 0:
            raise ValueError(f"offset {offset}")
        if self._shared:
            self._own_table()
        done, length = 0, len(data)
        while done < length:
            number, start = divmod(offset + done, CHUNK)
            step = min(CHUNK - start, length - done)
            if step == CHUNK:
                chunk = bytes(data[done : done + step])
            else:
                old = self.chunks.get(number, _ZERO)
                chunk = old[:start] + data[done : done + step] + old[start + step :]
            if chunk == _ZERO:
                self.chunks.pop(number, None)
            else:
                self.chunks[number] = chunk
            done += step
        if length and offset + length > self.size:
            self.size = offset + length

    def truncate(self, size: int) -> None:
        """Cut or extend to `size`; what is beyond is forgotten. ValueError for a negative size."""
        if size < 0:
            raise ValueError(f"size {size}")
        if size < self.size:
            if self._shared:
                self._own_table()
            first, rest = divmod(size, CHUNK)
            for number in [number for number in self.chunks if number > first]:
                del self.chunks[number]
            if first in self.chunks:
                kept = self.chunks[first][:rest].ljust(CHUNK, b"\0")
                if kept == _ZERO:
                    del self.chunks[first]
                else:
                    self.chunks[first] = kept
        self.size = size

    def pieces(self, length: int = 1 << 20) -> Iterator[tuple[int, bytes]]:
        """(offset, bytes) of the whole file in order; stretches of zeros come as empty bytes."""
        # Asked of each chunk that is there, not of each that could be: a disk may be 2 TB of nothing.
        touched = {
            piece
            for number in self.chunks
            for piece in range(number * CHUNK // length, ((number + 1) * CHUNK - 1) // length + 1)
        }
        for offset in range(0, self.size, length):
            yield offset, self.read(offset, length) if offset // length in touched else b""

    @property
    def stored_bytes(self) -> int:
        """What the file takes in memory."""
        return len(self.chunks) * CHUNK

    # -- snapshots --------------------------------------------------------------------------

    def copy(self) -> FileContent:
        """A twin that shares the chunks, and their table until one of the two writes."""
        twin = FileContent(self.size, self.chunks)
        twin._shared = self._shared = True
        return twin

    def _own_table(self) -> None:
        self.chunks = self.chunks.copy()
        self._shared = False

    copy_state = copy

    def digest_state(self) -> Any:
        """The size, and the hash of every chunk by its number."""
        return [
            self.size,
            [[number, hashlib.sha256(self.chunks[number]).digest()] for number in sorted(self.chunks)],
        ]
