"""A simulated file's bytes, sparse: what was never written, or is zero, takes no room.

Chunks are immutable, and a copy shares even the table of them until one side writes:
it costs next to nothing. Of long runs only the first ones lie in memory (`spill`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from hvlab.storage.spill import SPILL, Spilled

CHUNK = 4096
_ZERO = bytes(CHUNK)


class FileSource:
    """A real file that never changes, read as it is needed: what lies below a file that was brought in.

    `identity` is the hash of its bytes, by which everybody knows it again.
    """

    AHEAD = 64 << 10

    def __init__(self, path: Path, identity: bytes) -> None:
        self.identity = identity
        self._path = path
        self._file: BinaryIO | None = None
        self._begin = 0
        self._window = b""
        """The last stretch that was read, and where it begins: the next chunk is mostly in it."""

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset`; fewer at the end. OSError."""
        at = offset - self._begin
        if not (at >= 0 and at + count <= len(self._window)):
            if self._file is None:
                self._file = self._path.open("rb")
            self._file.seek(offset)
            self._begin, self._window, at = offset, self._file.read(max(count, self.AHEAD)), 0
        return self._window[at : at + count]

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        if self._file is not None:
            self._file.close()
            self._file, self._window = None, b""


class FileContent:
    """`size` in bytes; `chunks` by chunk number, zero chunks left out; some as a place in a file.

    With a `source`, a chunk that is not there is that file's, as far as `reach` bytes from the beginning.
    """

    __slots__ = ("_shared", "chunks", "reach", "size", "source")

    def __init__(
        self,
        size: int = 0,
        chunks: dict[int, bytes | Spilled] | None = None,
        source: FileSource | None = None,
    ) -> None:
        self.size = size
        self.chunks: dict[int, bytes | Spilled] = {} if chunks is None else chunks
        self.source = source
        self.reach = 0 if source is None else size
        self._shared = False
        """Whether the table of chunks may belong to others too: it is copied before it is changed."""

    @classmethod
    def from_bytes(cls, data: bytes) -> FileContent:
        """A file with these bytes."""
        content = cls()
        content.write(0, data)
        return content

    def _chunk(self, number: int) -> bytes:
        found = self.chunks.get(number)
        if type(found) is bytes:
            return found
        if found is not None:
            return found.read((number - found.first) * CHUNK, CHUNK)  # type: ignore[union-attr]
        at = number * CHUNK
        if self.source is None or at >= self.reach:
            return _ZERO
        return self.source.read(at, min(CHUNK, self.reach - at)).ljust(CHUNK, b"\0")

    def read(self, offset: int, count: int) -> bytes:
        """Bytes from `offset`; fewer at the end of the file. ValueError before its beginning."""
        if offset < 0:
            raise ValueError(f"offset {offset}")
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        number, start = divmod(offset, CHUNK)
        if start + count <= CHUNK:
            chunk = self.chunks.get(number)
            if type(chunk) is not bytes:
                chunk = _ZERO if chunk is None and self.source is None else self._chunk(number)
            return chunk[start : start + count]
        if self.source is None:
            get = self.chunks.get
            chunks = [get(number, _ZERO) for number in range(number, (offset + count - 1) // CHUNK + 1)]
            try:
                data = b"".join(chunks)  # type: ignore[arg-type]
            except TypeError:  # some of them lie in a file
                pass
            else:
                return data if not start and len(data) == count else data[start : start + count]
        parts = []
        while count:
            number, start = divmod(offset, CHUNK)
            found = self.chunks.get(number)
            if type(found) is Spilled:
                step = min(self._run(found, number) * CHUNK - start, count)
                parts.append(found.read((number - found.first) * CHUNK + start, step))
            else:
                step = min(CHUNK - start, count)
                parts.append(self._chunk(number)[start : start + step])
            offset += step
            count -= step
        return b"".join(parts)

    def _run(self, found: Spilled, number: int) -> int:
        """How many chunks from that one on still are those of a run."""
        chunks, end = self.chunks, number + 1
        while chunks.get(end) is found:
            end += 1
        return end - number

    def write(self, offset: int, data: bytes) -> None:
        """Change bytes; the file grows where needed, but not for no bytes at all. ValueError before its beginning."""
        if offset < 0:
            raise ValueError(f"offset {offset}")
        if self._shared:
            self._own_table()
        done, length = 0, len(data)
        if length == CHUNK and not offset % CHUNK and data != _ZERO:  # a whole chunk, as most are
            self.chunks[offset // CHUNK] = bytes(data)
            self.size = max(self.size, offset + CHUNK)
            return
        long = SPILL.wants(length)
        while done < length:
            number, start = divmod(offset + done, CHUNK)
            step = min(CHUNK - start, length - done)
            if long and not start and (run := self._spill(number, data, done)):
                done += run
                continue
            if step == CHUNK:
                chunk = bytes(data[done : done + step])
            else:
                old = self._chunk(number)
                chunk = old[:start] + data[done : done + step] + old[start + step :]
            if chunk == _ZERO and number * CHUNK >= self.reach:
                self.chunks.pop(number, None)
            else:
                self.chunks[number] = chunk
            done += step
        if length and offset + length > self.size:
            self.size = offset + length

    def _spill(self, number: int, data: bytes, begin: int) -> int:
        """Put what is no zeros of a long write, from `begin` to the next zeros, into a file; how much it was."""
        end = begin
        last = len(data) - CHUNK
        while end <= last and (data[end] or data[end : end + CHUNK] != _ZERO):
            end += CHUNK
        if end - begin < 8 * CHUNK:
            return 0
        kept = SPILL.keep(number, data[begin:end])
        if kept is None:
            return 0
        self.chunks.update(dict.fromkeys(range(number, number + (end - begin) // CHUNK), kept))
        return end - begin

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
                kept = self._chunk(first)[:rest].ljust(CHUNK, b"\0")
                if kept == _ZERO and first * CHUNK >= self.reach:
                    del self.chunks[first]
                else:
                    self.chunks[first] = kept
            self.reach = min(self.reach, size)
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
            there = offset // length in touched or offset < self.reach
            data = self.read(offset, length) if there else b""
            yield offset, data if data.count(0) < len(data) else b""

    @property
    def stored_bytes(self) -> int:
        """What the file takes, in memory or beside it."""
        return len(self.chunks) * CHUNK

    def same(self, other: FileContent) -> bool:
        """Whether the other holds the same bytes in the same way: a copy of which neither was changed."""
        mine = (self.size, self.reach, self.source, self.chunks)
        return mine == (other.size, other.reach, other.source, other.chunks)

    # -- snapshots --------------------------------------------------------------------------

    def copy(self) -> FileContent:
        """A twin that shares the chunks, and their table until one of the two writes."""
        twin = FileContent(self.size, self.chunks, self.source)
        twin.reach = self.reach
        twin._shared = self._shared = True
        return twin

    def _own_table(self) -> None:
        self.chunks = self.chunks.copy()
        self._shared = False

    copy_state = copy

    def digest_state(self) -> Any:
        """The size, and the hash of every chunk by its number."""
        below = [] if self.source is None else [self.reach, self.source.identity]
        return [
            self.size,
            *below,
            [[number, hashlib.sha256(self._chunk(number)).digest()] for number in sorted(self.chunks)],
        ]
