"""The versions of System Center Virtual Machine Manager: which hosts each manages, and what it converts."""

from __future__ import annotations

import functools

import msgspec

from hvlab.catalog.loader import read
from hvlab.catalog.servers import FOLDER


class Manager(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One version. Lists of platforms and guests by their ids; `released`: month and year."""

    id: str
    name: str
    released: str
    source: str
    hosts: list[str]
    virtual_center: list[str] = []
    """Hosts that it manages through VMware's VirtualCenter: it rates and moves there, and converts nothing to them."""
    live: list[str]
    """Physical systems that it converts while they run."""
    offline: list[str]
    """Physical systems that it can convert only while they stand still."""
    monitors: list[str]
    """Whose virtual machines it converts."""
    guests: list[str]
    """Systems of virtual machines that it converts."""


class ConversionTiming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long steps of a conversion take, in simulated ns: a teaching model."""

    agent: int
    restart: int
    fix_up: int


class Managers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All versions, oldest first."""

    versions: list[Manager]
    timing: ConversionTiming
    boot_image_drivers: list[str]
    """The drivers for disk controllers that the boot image of an offline conversion has."""


@functools.cache
def managers() -> Managers:
    """The versions. Raises BadCatalog."""
    return read(FOLDER, "managers", Managers)


def manager(name: str) -> Manager:
    """A version by its id. KeyError."""
    return next(one for one in managers().versions if one.id == name)
