"""Values that .NET brings along and scripts use: growing lists, single characters, version numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering


class ArrayList(list[object]):
    """``System.Collections.ArrayList`` and ``List[object]``: a list that grows in place."""

    __slots__ = ()


class GenericList(ArrayList):
    """``System.Collections.Generic.List[…]``: as ArrayList, but Add says nothing."""

    __slots__ = ()


class TypedArray(list[object]):
    """``[string[]]…``: an array that remembers its elements' type (a full .NET name)."""

    __slots__ = ("element",)

    def __init__(self, items: Iterable[object] = (), element: str = "System.Object") -> None:
        super().__init__(items)
        self.element = element


class Char(str):
    """One character: text in a string, its code where a number is wanted."""

    __slots__ = ()


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """``[version]'6.0.6001'``: two to four numbers, compared from the left; what is not given is -1."""

    parts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Version | None:
        """From text, None where it is none."""
        pieces = text.strip().split(".")
        if not 2 <= len(pieces) <= 4:
            return None
        if not all(piece.isascii() and piece.isdigit() and len(piece) < 10 for piece in pieces):
            return None
        return cls(tuple(int(piece) for piece in pieces))

    def __lt__(self, other: object) -> bool:
        if isinstance(other, Version):
            return self._whole() < other._whole()
        return NotImplemented

    def _whole(self) -> tuple[int, ...]:
        return (*self.parts, -1, -1)[:4]

    def get(self, name: str) -> int | None:
        """Major, Minor, Build or Revision by its lower-case name."""
        places = ("major", "minor", "build", "revision")
        return self._whole()[places.index(name)] if name in places else None

    def __str__(self) -> str:
        return ".".join(map(str, self.parts))
