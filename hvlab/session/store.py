"""Real files that were brought into a session: each kept once, under its SHA-256, in a folder beside the record.

The record holds name, size and SHA-256; a replay finds the content here, and believes it only if it still has that
hash. A file is copied piece by piece, its zeros left out where the file system can, and read from the copy as the
simulation needs it: how large it is does not matter to the memory.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hvlab.storage.content import FileSource

PIECE = 1 << 20
SUFFIX = ".files"


@dataclass(frozen=True)
class Brought:
    """A file that was brought in: its name at home, its size in bytes, the hash of its content, and the content."""

    name: str
    size: int
    sha256: str
    source: FileSource


class Unkept(Exception):
    """The content is not in the store, or is not what it was."""


def beside(log: Path) -> Path:
    """The folder that belongs to a session's record."""
    return log.with_name(log.name + SUFFIX)


class Store:
    """The folder; without a record to lie beside it is a temporary one, which goes when the store is closed."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._temporary = folder is None
        self._open: dict[str, FileSource] = {}

    def take(self, path: Path) -> Brought:
        """Copy a real file into the store. OSError."""
        folder = self._made()
        hasher = hashlib.sha256()
        number, spare = tempfile.mkstemp(dir=folder, suffix=".new")
        try:
            with path.open("rb") as source, os.fdopen(number, "wb") as target:
                while piece := source.read(PIECE):
                    hasher.update(piece)
                    if piece.count(0) == len(piece):
                        target.seek(len(piece), os.SEEK_CUR)
                    else:
                        target.write(piece)
                size = target.tell()
                target.truncate(size)
            name = hasher.hexdigest()
            if (folder / name).exists():
                Path(spare).unlink()
            else:
                Path(spare).replace(folder / name)
        except BaseException:
            Path(spare).unlink(missing_ok=True)
            raise
        return Brought(path.name, size, name, self._source(name))

    def find(self, name: str, size: int, sha256: str) -> Brought:
        """What was brought in before. Unkept."""
        if sha256 in self._open:
            return Brought(name, size, sha256, self._open[sha256])
        path = None if self._folder is None else self._folder / sha256
        try:
            if path is None or len(sha256) != 64 or not sha256.isalnum() or path.stat().st_size != size:
                raise Unkept
            hasher = hashlib.sha256()
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    hasher.update(piece)
        except OSError:
            raise Unkept from None
        if hasher.hexdigest() != sha256:
            raise Unkept
        return Brought(name, size, sha256, self._source(sha256))

    def close(self) -> None:
        """Close the files; a temporary folder goes."""
        for source in self._open.values():
            source.close()
        self._open.clear()
        if self._temporary and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _made(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hvlab-files-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def _source(self, sha256: str) -> FileSource:
        if sha256 not in self._open:
            assert self._folder is not None
            self._open[sha256] = FileSource(self._folder / sha256, bytes.fromhex(sha256))
        return self._open[sha256]
