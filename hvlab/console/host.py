"""What the evaluator asks of whoever shows its output.

The evaluator never prints. It hands objects and messages to a ``Host``; the prompt, a script run, the
grader and the screen each bring their own. Width is the host's business: nothing but formatting reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from hvlab.console.errors import ErrorRecord


class Host(Protocol):
    """The output streams of a shell."""

    @property
    def width(self) -> int:
        """Columns available for tables and lists."""
        ...

    def output(self, value: object) -> None:
        """One object of the success stream, as an object."""
        ...

    def write_host(self, text: str, newline: bool = True) -> None:
        """Text of Write-Host: shown, never piped."""
        ...

    def warning(self, text: str) -> None: ...

    def verbose(self, text: str) -> None: ...

    def error(self, record: ErrorRecord) -> None: ...

    def progress(self, activity: str, status: str = "", percent: int | None = None) -> None: ...

    def confirm(self, caption: str, question: str) -> bool:
        """Ask whether to go on. A host with nobody to ask answers for itself (and documents what)."""
        ...

    def statement_done(self) -> None:
        """A top-level statement has ended: pending rows may be printed."""
        ...


@dataclass
class RecordingHost:
    """Keeps everything it is given: for grading, probes and tests. Confirms whatever is asked."""

    width: int = 120
    objects: list[object] = field(default_factory=list)
    errors: list[ErrorRecord] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)

    def output(self, value: object) -> None:
        self.objects.append(value)

    def write_host(self, text: str, newline: bool = True) -> None:
        self.messages.append(("host", text + ("\n" if newline else "")))

    def warning(self, text: str) -> None:
        self.messages.append(("warning", text))

    def verbose(self, text: str) -> None:
        self.messages.append(("verbose", text))

    def error(self, record: ErrorRecord) -> None:
        self.errors.append(record)

    def progress(self, activity: str, status: str = "", percent: int | None = None) -> None:
        self.messages.append(("progress", f"{activity}: {status}"))

    def confirm(self, caption: str, question: str) -> bool:
        self.messages.append(("confirm", question))
        return True

    def statement_done(self) -> None:
        pass
