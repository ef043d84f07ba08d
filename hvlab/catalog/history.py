"""The history of virtual machines as data: dated stops, each with its source, and what can be done about it here."""

from __future__ import annotations

import functools

import msgspec

from hvlab.catalog.loader import read


class Deed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something to do: a command of the console, `{vm}` being a guest that runs; or a view to open."""

    label: dict[str, str]
    command: str = ""
    view: str = ""

    @property
    def needs_guest(self) -> bool:
        """Whether a guest must run for it."""
        return "{vm}" in self.command


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A stop: when (as it is written), its title and what was new, in each language; where it is from.

    `handout`: what the handout says, where that differs. `floors`: whether it is about calls between levels.
    """

    id: str
    date: str
    title: dict[str, str]
    text: dict[str, str]
    source: str
    handout: dict[str, str] = msgspec.field(default_factory=dict)
    floors: bool = False
    deeds: list[Deed] = msgspec.field(default_factory=list)


class _Timeline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stops: list[Stop]


@functools.cache
def stops() -> tuple[Stop, ...]:
    """All stops in the order of their dates. Raises BadCatalog."""
    return tuple(read("history", "timeline", _Timeline).stops)
