"""A piece of source text and places in it.

Everything that reports a place (errors, statements, highlighting, the session's log) speaks in offsets into
one ``Source``; lines and columns are worked out here, and only when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """Half-open range of character offsets."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """Text as it was given. ``name`` is a script's name, or empty for a line typed at the prompt."""

    text: str
    name: str = ""
    _starts: list[int] = field(default_factory=list, init=False, repr=False, compare=False)

    def line_starts(self) -> list[int]:
        """Offsets at which lines begin; kept after the first call."""
        if not self._starts:
            self._starts.append(0)
            position = self.text.find("\n")
            while position >= 0:
                self._starts.append(position + 1)
                position = self.text.find("\n", position + 1)
        return self._starts

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        starts = self.line_starts()
        line = bisect_right(starts, max(0, min(offset, len(self.text))))
        return line, offset - starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line (from 1) without its end."""
        starts = self.line_starts()
        begin = starts[line - 1]
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return self.text[begin:end].rstrip("\r")

    def slice(self, span: Span) -> str:
        """The characters of a span."""
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Position:
    """A span in a source: what an error points at."""

    source: Source
    span: Span

    @property
    def line(self) -> int:
        return self.source.line_column(self.span.start)[0]

    @property
    def column(self) -> int:
        return self.source.line_column(self.span.start)[1]

    def render(self) -> list[str]:
        """The three lines by which PowerShell shows a place (At, the line, the marks under it)."""
        line, column = self.source.line_column(self.span.start)
        text = self.source.line_text(line)
        where = (
            f"At {self.source.name}:{line} char:{column}"
            if self.source.name
            else (f"At line:{line} char:{column}")
        )
        spilled = self.span.end > self.span.start + len(text) - column + 1
        length = max(1, min(self.span.end - self.span.start, len(text) - column + 1))
        shown = text
        indent = 0
        if len(text) > 160:  # a very long line is shown around the place only, as PowerShell does
            left = max(0, column - 1 - 60)
            shown = text[left : left + 150]
            indent = left
            shown = ("..." if left else "") + shown + ("..." if left + 150 < len(text) else "")
            indent -= 3 if left else 0
        marks = " " * (column - 1 - indent) + "~" * max(1, min(length, len(shown) - (column - 1 - indent)))
        return [where, f"+ {shown}" + (" ..." if spilled else ""), f"+ {marks}".rstrip()]
