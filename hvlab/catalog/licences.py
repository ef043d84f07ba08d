"""The use rights of a server family as data: what a licence of each edition allows."""

from __future__ import annotations

import functools

import msgspec

from hvlab.catalog.loader import read

UNLIMITED = -1


class EditionRights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one licence of an edition allows on the server it is assigned to; `price` in whole US dollars."""

    id: str
    level: int
    per: str
    """server, or socket: then every processor of the server needs a licence, and none of them counts alone."""
    minimum: int
    virtual: int
    """Instances in virtual machines at a time; UNLIMITED for any number."""
    either: bool
    """Whether the instance on the hardware takes the place of one in a virtual machine."""
    cluster: bool
    """Whether the edition has failover clustering."""
    price: int
    source: str
    architecture: str = "x64"


class UseRights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rights of all editions of one server family."""

    id: str
    name: str
    source: str
    reassign_days: int
    editions: list[EditionRights]

    def edition(self, name: str) -> EditionRights:
        """The rights of an edition, found without regard to case. KeyError."""
        for edition in self.editions:
            if edition.id == name.casefold():
                return edition
        raise KeyError(name)


@functools.cache
def use_rights(family: str = "ws2008") -> UseRights:
    """The use rights of a server family. Raises BadCatalog."""
    return read("licences", family, UseRights)
