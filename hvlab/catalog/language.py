"""The console's language as data: each construct with an example, what it prints, and what stands outside."""

from __future__ import annotations

import functools

import msgspec

from hvlab import paths
from hvlab.catalog.loader import parse


class Construct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One construct; its name is by language, `code` and what it `prints` may have several lines."""

    en: str
    de: str
    code: str
    prints: str
    """What `code` prints in Windows PowerShell 5.1; of a refused construct, what `instead` prints."""
    refused: str = ""
    """The name by which the construct is refused; empty where it runs."""
    instead: str = ""
    """A way to the same inside the language, for a refused construct."""

    def name(self, language: str) -> str:
        """The construct's name, `en` or `de`."""
        return self.de if language == "de" else self.en


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Constructs of one kind."""

    en: str
    de: str
    constructs: list[Construct]

    def name(self, language: str) -> str:
        """The group's name, `en` or `de`."""
        return self.de if language == "de" else self.en


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole page; `first` prepares the lab for every example."""

    first: str
    groups: list[Group]


@functools.cache
def language() -> Language:
    """The page as it stands in assets. Raises BadCatalog."""
    return parse(paths.assets() / "language.toml", Language)
