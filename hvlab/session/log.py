"""The session log: one JSON object a line, written and flushed before its effect is shown.

The first line is the header. Each further line is an input and carries `at`, the
number of kernel events that had been handled when it was applied; a replay runs
exactly that far before it applies it. A file is hostile until replayed: reading
it checks every line's shape and says which one is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Annotated

import msgspec

from hvlab import __version__

FORMAT = 1
MAXIMUM_LINE = 1 << 20
MAXIMUM_FILE = 64 << 20


Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 62)]
Seed = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a session started from."""

    format: int
    hvlab: str
    scenario: str
    platform: str
    seed: Seed
    lesson: str | None = None
    lesson_digest: str | None = None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An input.

    `kind` is command (text), clock (to: simulated ns), answer (name, text), hint (name),
    stop (of the command before it; to: simulated ns), confirm (text: yes or no, an answer to
    the command before it), file (a real file that the command before it brings in; name, text: its SHA-256,
    to: its size), rewind (to: the number of the input after which it goes on, 0 for the
    beginning; the first input has the number 1) or bookmark (name; to: trace events at that point).
    """

    at: Count
    kind: str
    text: str = ""
    name: str = ""
    to: Count = 0


KINDS = ("command", "clock", "answer", "hint", "stop", "confirm", "file", "rewind", "bookmark")


class BadLog(Exception):
    """The file is no session log; the text says which line and why."""


def new_header(
    scenario: str, platform: str, seed: int, lesson: str | None = None, lesson_digest: str | None = None
) -> Header:
    """The header of a session that starts now."""
    return Header(FORMAT, __version__, scenario, platform, seed, lesson, lesson_digest)


class LogWriter:
    """Appends to a session's file; without a file it keeps the entries in memory only.

    Clock moves that follow one another are one line: the last waits until another
    input comes, or `flush` is called (a screen does so once a second).
    """

    def __init__(
        self, header: Header, path: Path | None = None, *, resumed: Sequence[Entry] | None = None
    ) -> None:
        """`resumed` are the entries that the file holds already: it is gone on with."""
        self.header = header
        self.entries: list[Entry] = list(resumed or ())
        self._file: IO[bytes] | None = None
        self.closing: Callable[[], object] = lambda: None
        """Called before the file is closed."""
        self._waiting = False
        """Whether the last entry is a clock move that is not written yet."""
        if path is not None and resumed is not None:
            self._file = path.open("ab")
        elif path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")
            self._put(header)

    def _put(self, line: Header | Entry) -> None:
        if self._file is not None:
            self._file.write(msgspec.json.encode(line) + b"\n")
            self._file.flush()

    def append(self, entry: Entry) -> None:
        """Record an input."""
        if entry.kind == "clock":
            if self._waiting:
                self.entries[-1] = entry
            else:
                self.entries.append(entry)
                self._waiting = True
            return
        self.flush()
        self.entries.append(entry)
        self._put(entry)

    def adopt(self, entries: Sequence[Entry]) -> None:
        """Take over inputs that are written already, each as it stands."""
        self.entries += entries

    @property
    def clock_number(self) -> int:
        """The number that a clock move would have now: that of the one that waits, or the next."""
        return len(self.entries) + (not self._waiting)

    @property
    def written(self) -> int:
        """How many entries are settled: all but a clock move that waits."""
        return len(self.entries) - self._waiting

    def flush(self) -> None:
        """Write the clock move that waits."""
        if self._waiting:
            self._waiting = False
            self._put(self.entries[-1])

    def text(self) -> bytes:
        """The whole record as the file has it."""
        return text_of(self.header, self.entries)

    def close(self) -> None:
        """Close the file."""
        self.closing()
        self.flush()
        if self._file is not None:
            self._file.close()
            self._file = None


def text_of(header: Header, entries: Sequence[Entry]) -> bytes:
    """A record as a file has it."""
    lines: list[Header | Entry] = [header, *entries]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def whole_lines(data: bytes) -> bytes:
    """Without what a killed process began to write behind the last line's end."""
    return data[: data.rfind(b"\n") + 1] or data


def read(data: bytes, name: str) -> tuple[Header, list[Entry]]:
    """A log's header and entries. BadLog with file, line and what is wrong."""
    if len(data) > MAXIMUM_FILE:
        raise BadLog(f"{name}: larger than {MAXIMUM_FILE >> 20} MiB")
    lines = data.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    if not lines:
        raise BadLog(f"{name}: the file is empty")
    entries: list[Entry] = []
    header: Header | None = None
    for number, line in enumerate(lines, 1):
        if len(line) > MAXIMUM_LINE:
            raise BadLog(f"{name}, line {number}: longer than {MAXIMUM_LINE >> 10} KiB")
        try:
            if header is None:
                header = msgspec.json.decode(line, type=Header)
                if header.format != FORMAT:
                    raise BadLog(f"{name}, line 1: format {header.format}; this hvlab reads format {FORMAT}")
                continue
            entry = msgspec.json.decode(line, type=Entry)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            if header is None and not line.startswith(b'{"format"'):
                raise BadLog(
                    f"{name}, line 1: this is no session of hvlab: its first line would begin with "
                    f'{{"format":{FORMAT}; `hvlab session export` writes such a file ({error})'
                ) from None
            raise BadLog(f"{name}, line {number}: {error}") from None
        if entry.kind not in KINDS:
            raise BadLog(f"{name}, line {number}: unknown kind {entry.kind!r}; known: {', '.join(KINDS)}")
        if entry.kind == "rewind" and entry.to > len(entries):
            raise BadLog(f"{name}, line {number}: goes back to input {entry.to}, which comes only later")
        back = entry.kind == "rewind" or (bool(entries) and entries[-1].kind == "rewind")
        if entries and entry.at < entries[-1].at and not back:
            raise BadLog(f"{name}, line {number}: `at` goes backwards")
        entries.append(entry)
    assert header is not None
    return header, entries


def cut_torn_line(path: Path) -> None:
    """Remove what a killed process began to write: bytes behind the last line's end."""
    with path.open("r+b") as file:
        data = file.read()
        whole = len(whole_lines(data))
        if whole < len(data):
            file.truncate(whole)


def looks_like_log(data: bytes) -> bool:
    """Whether a file is meant as a session log (its first line is a JSON object with a format)."""
    return data.lstrip()[:1] == b"{" and b'"format"' in data[:400]
