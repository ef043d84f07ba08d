"""The lines that were entered, kept between sessions in the user's own folder: the screen and the console share them.

One line of JSON an entry, so that a command of several lines is one entry. A full or
read-only disk must not spoil the work: then nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from hvlab.console.history import History

NAME = "history.jsonl"
LIMIT = 4096


class KeptHistory(History):
    """A history that is read from `folder` and written to it line by line."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / NAME
        self._torn = False
        """Whether the file ends in the middle of a line: a killed process was writing it."""
        super().__init__(limit=LIMIT)
        lines = list(self._read())
        for line in lines:
            super().add(line)
        if len(lines) > 2 * LIMIT or self._torn:
            self._rewrite()

    def add(self, line: str) -> None:
        """Keep a line, here and in the file."""
        before = self[-1] if len(self) else None
        super().add(line)
        if self._path is not None and line.strip() and line != before:
            with suppress(OSError), self._path.open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")

    def _read(self) -> Iterator[str]:
        if self._path is None:
            return
        with suppress(OSError):
            data = self._path.read_bytes()
            self._torn = bool(data) and not data.endswith(b"\n")
            for raw in data.split(b"\n"):
                with suppress(msgspec.DecodeError, UnicodeDecodeError):
                    yield msgspec.json.decode(raw, type=str)

    def _rewrite(self) -> None:
        assert self._path is not None
        with suppress(OSError):
            self._path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in self.entries()))
