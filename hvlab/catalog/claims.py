"""The handout's wrong statements as data: what it says, what is true, and the command that lets one see it."""

from __future__ import annotations

import functools

import msgspec

from hvlab import paths
from hvlab.catalog.loader import parse


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One wrong statement; `row` is its number among the checked claims, texts are by language."""

    row: int
    source: str
    handout: dict[str, str]
    fact: dict[str, str]
    show: str = ""
    """A console command whose last output differs by platform; empty where words alone differ."""
    documented: str = ""
    """What `show` gives last on a platform as documented."""
    obeying: str = ""
    """What it gives on a platform that follows the handout."""
    scenario: str = "one-host"
    """Where `show` works: it may need a disk that only one scenario has."""


class _Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    claims: list[Claim]


@functools.cache
def wrong_claims() -> dict[int, Claim]:
    """The wrong statements by row, in the handout's order. Raises BadCatalog."""
    return {claim.row: claim for claim in parse(paths.assets() / "claims.toml", _Claims).claims}
