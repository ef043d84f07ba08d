"""A host that writes text: objects formatted, messages as PowerShell words them."""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console.errors import ErrorRecord
from hvlab.console.formatting import Formatter

Write = Callable[[str], None]


class TextHost:
    """Data goes to ``write``; warnings, verbose messages and errors go to ``narrate``.

    ``explain`` turns an error into the lab's own extra line, in the learner's language, or an empty text.
    ``answer`` is asked to confirm; without one, everything is confirmed: a script was written on purpose.
    """

    def __init__(
        self,
        write: Write,
        narrate: Write | None = None,
        *,
        width: int = 120,
        explain: Callable[[ErrorRecord], str] = lambda record: "",
        answer: Callable[[str, str], bool] = lambda caption, question: True,
    ) -> None:
        self._write = write
        self._narrate = narrate or write
        self.width = width
        self._explain = explain
        self._answer = answer
        self._formatter = Formatter(width)

    def _lines(self, lines: list[str]) -> None:
        if lines:
            self._write("".join(line + "\n" for line in lines))

    def output(self, value: object) -> None:
        self._formatter.width = max(self.width, 20)
        self._lines(self._formatter.feed(value))

    def statement_done(self) -> None:
        self._lines(self._formatter.flush())

    def write_host(self, text: str, newline: bool = True) -> None:
        self.statement_done()
        self._write(text + ("\n" if newline else ""))

    def warning(self, text: str) -> None:
        self.statement_done()
        self._narrate(f"WARNING: {text}\n")

    def verbose(self, text: str) -> None:
        self.statement_done()
        self._narrate(f"VERBOSE: {text}\n")

    def error(self, record: ErrorRecord) -> None:
        self.statement_done()
        extra = self._explain(record)
        self._narrate(record.render() + "\n" + (extra + "\n" if extra else ""))

    def progress(self, activity: str, status: str = "", percent: int | None = None) -> None:
        pass  # a stream of text has no place to redraw

    def confirm(self, caption: str, question: str) -> bool:
        self.statement_done()
        return self._answer(caption, question)
