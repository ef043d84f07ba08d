"""The console's host on the screen: what commands print becomes logical lines with a style.

It is called in the evaluator's thread while the screen waits, so it touches no
widget: the pane fetches what has come in after each slice.
"""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console.asking import CHOICES
from hvlab.console.errors import ErrorRecord
from hvlab.console.explaining import explained
from hvlab.console.formatting import Formatter
from hvlab.text import Text


class PaneHost:
    """Collects output; `ask` answers a command's question, `open_guest_screen` is what vmconnect calls."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.width = 80
        self.fresh: list[tuple[str, str]] = []
        """(text, style name) of logical lines that nobody has fetched yet."""
        self.activity = ""
        self.ask: Callable[[str, str], bool] = lambda caption, question: True
        self.settled: Callable[[], bool | None] = lambda: None
        """The answer to a question that needs no asking any more."""
        self.guest_screen: str | None = None
        """The machine whose screen was asked for last, until the app has opened it."""
        self._formatter = Formatter(self.width, rows=2)  # panes are narrow: what decides must not be cut
        self._open_line = False

    def take(self) -> list[tuple[str, str]]:
        """Everything that came since the last call."""
        fresh, self.fresh = self.fresh, []
        return fresh

    def _flush(self) -> None:
        for row in self._formatter.flush():
            self.fresh.append((row, ""))

    def _lines(self, text: str, style: str) -> None:
        self.fresh += [(row, style) for row in text.split("\n")]
        self._open_line = False

    def output(self, value: object) -> None:
        """An object, as the console's formatter prints it."""
        self._formatter.width = max(self.width, 20)
        for row in self._formatter.feed(value):
            self.fresh.append((row, ""))

    def statement_done(self) -> None:
        """Rows that waited for the end of a table."""
        self._flush()
        self.activity = ""

    def write_host(self, text: str, newline: bool = True) -> None:
        """Text of Write-Host; without a newline the next one goes on in the same line."""
        self._flush()
        rows = text.split("\n")
        if self._open_line and self.fresh:
            before, _style = self.fresh.pop()
            rows[0] = before + rows[0]
        self._lines("\n".join(rows), "")
        self._open_line = not newline

    def warning(self, text: str) -> None:
        """A warning."""
        self._flush()
        self._lines(f"WARNING: {text}", "warn")

    def verbose(self, text: str) -> None:
        """A verbose message."""
        self._flush()
        self._lines(f"VERBOSE: {text}", "dim")

    def error(self, record: ErrorRecord) -> None:
        """An error in PowerShell's form, and the lab's own line that explains it."""
        self._flush()
        self._lines(record.render(), "bad")
        if line := explained(self.text, record):
            self._lines(f"→ {line}", "accent")

    def progress(self, activity: str, status: str = "", percent: int | None = None) -> None:
        """What a command is doing at present."""
        done = f" {percent} %" if percent is not None else ""
        self.activity = f"{activity} {status}".strip() + done

    def confirm(self, caption: str, question: str) -> bool:
        """Ask the learner."""
        self._flush()
        if (settled := self.settled()) is not None:
            return settled
        self._lines(caption, "bold")
        self._lines(question, "")
        self._lines(CHOICES.rstrip(" :"), "dim")
        return self.ask(caption, question)

    def open_guest_screen(self, name: str) -> None:
        """vmconnect: show this machine's own screen."""
        self.guest_screen = name
