"""What servers cost, take and draw, as data: the figures behind a consolidation, each with where it comes from."""

from __future__ import annotations

import functools

import msgspec

from hvlab.catalog.loader import read
from hvlab.catalog.servers import FOLDER


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One figure. `source` begins with `assumption` where the lab has chosen it."""

    value: int
    unit: str
    source: str

    @property
    def assumed(self) -> bool:
        """Whether the lab has chosen it."""
        return self.source.startswith("assumption")


class ServerModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of server: what is built in, the power it draws in watts, and its price in US dollars."""

    sockets: int
    cores: int
    """All cores of all sockets."""
    megahertz: int
    memory_mb: int
    rack_units: int
    idle_watts: int
    full_watts: int
    price: int
    source: str

    @property
    def capacity(self) -> int:
        """What all its cores can do together, in MHz."""
        return self.cores * self.megahertz

    def milliwatts(self, load: int) -> int:
        """The power that it draws at a load of so many MHz: a straight line from idle to full."""
        span = (self.full_watts - self.idle_watts) * 1000
        return self.idle_watts * 1000 + span * min(load, self.capacity) // self.capacity


class Economics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures and the kinds of servers, by name. `default_model`: what a host is that names none."""

    default_model: str
    figures: dict[str, Figure]
    models: dict[str, ServerModel]


@functools.cache
def economics() -> Economics:
    """The figures. Raises BadCatalog."""
    return read(FOLDER, "economics", Economics)
