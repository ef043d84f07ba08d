"""A script block as a value: its text, and the compiled body only the evaluator understands."""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.console.source import Source, Span


@dataclass(frozen=True, slots=True, eq=False)
class ScriptBlock:
    """``{ … }``. ``text`` is what stands between the braces, as written; it can be logged and run again."""

    source: Source
    span: Span  # with the braces
    body: object = field(default=None, repr=False)
    scope: object = field(default=None, repr=False)

    @property
    def text(self) -> str:
        return self.source.text[self.span.start + 1 : self.span.end - 1]

    def __str__(self) -> str:
        return self.text
