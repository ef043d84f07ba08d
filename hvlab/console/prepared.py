"""A command compiled: what is known before it runs."""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console.binding import Argument
from hvlab.console.runtime import (
    Expression,
    Scope,
)
from hvlab.console.source import Position

Evaluate = Callable[[Scope], list[Argument]]


class PreparedRedirection:
    """Where a stream goes: nowhere, into the output, or into a file through Out-File."""

    __slots__ = ("append", "merge", "null", "position", "stream", "target")

    def __init__(
        self,
        stream: str,
        target: Expression | None,
        null: bool,
        merge: bool,
        append: bool,
        position: Position,
    ) -> None:
        self.stream = stream
        self.target = target
        self.null = null
        self.merge = merge
        self.append = append
        self.position = position


class PreparedCommand:
    """A command's compiled parts."""

    __slots__ = (
        "dynamic",
        "evaluate",
        "folded",
        "name",
        "name_position",
        "operator",
        "position",
        "redirections",
    )

    def __init__(
        self,
        name: str | None,
        dynamic: Expression | None,
        evaluate: Evaluate,
        position: Position,
        name_position: Position,
        operator: str,
        redirections: tuple[PreparedRedirection, ...],
    ) -> None:
        self.name = name
        self.folded = (name or "").lower()
        self.dynamic = dynamic
        self.evaluate = evaluate
        self.position = position
        self.name_position = name_position
        self.operator = operator
        self.redirections = redirections
