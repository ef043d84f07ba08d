"""A host that writes each output object as one line of JSON; what is narrated goes to another host."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hvlab.console.errors import ErrorRecord
from hvlab.console.host import Host
from hvlab.console.objects import DateTime, EnumValue, Hashtable, PSObject, TimeSpan

DEPTH = 4


def plain(value: object, depth: int = DEPTH) -> object:
    """A value of the language as plain data: enumerations as names, lengths of time and moments as text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (EnumValue, TimeSpan, DateTime)) or depth == 0:
        return str(value)
    if isinstance(value, (list, tuple)):
        return [plain(item, depth - 1) for item in value]
    if isinstance(value, PSObject):
        return {name: plain(item, depth - 1) for name, item in value.items()}
    if isinstance(value, Hashtable):
        return {str(key): plain(item, depth - 1) for key, item in value.items()}
    return str(value)


class JsonHost:
    """Data as JSON Lines; messages and errors as the other host words them."""

    def __init__(self, write: Callable[[str], None], narrator: Host) -> None:
        self._write = write
        self._narrator = narrator

    @property
    def width(self) -> int:
        """Columns for whatever is formatted inside a script."""
        return self._narrator.width

    def output(self, value: object) -> None:
        """One object, one line."""
        self._write(msgspec.json.encode(plain(value)).decode() + "\n")

    def write_host(self, text: str, newline: bool = True) -> None:
        """Narration, not data."""
        self._narrator.warning(text)

    def warning(self, text: str) -> None:
        """Passed on."""
        self._narrator.warning(text)

    def verbose(self, text: str) -> None:
        """Passed on."""
        self._narrator.verbose(text)

    def error(self, record: ErrorRecord) -> None:
        """Passed on."""
        self._narrator.error(record)

    def progress(self, activity: str, status: str = "", percent: int | None = None) -> None:
        """Passed on."""
        self._narrator.progress(activity, status, percent)

    def confirm(self, caption: str, question: str) -> bool:
        """Passed on."""
        return self._narrator.confirm(caption, question)

    def statement_done(self) -> None:
        """Nothing waits here."""
