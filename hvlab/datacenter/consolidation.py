"""Consolidation: many lightly used servers or a few hosts with their machines, reckoned by one set of figures.

Nothing here knows the world: the servers with what their work takes, the host, the figures and the licences are given,
and the answer is a sheet with the same rows before and after. A server whose memory or peak fits no host stays what it
is. Integers throughout: loads in MHz, power in mW, energy in kWh a year, money in whole US dollars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hvlab.catalog.economics import ServerModel
from hvlab.catalog.licences import use_rights
from hvlab.datacenter.licensing import Instance, Offer, Server, cheapest

HOURS = 8760
"""A year's."""
ITEMS = ("Energy", "Space", "Upkeep", "Hardware", "Licenses", "Conversion")
"""What costs money, in the order of the sheet."""


@dataclass(frozen=True)
class Candidate:
    """A server that might become a machine. `load` and `peak` in per cent of its own processors, memory in MB.

    `instance` is the edition that its system needs a right for in a machine (empty: none), `licence` the one that the
    server has now, bound to the hardware if `oem`.
    """

    name: str
    model: ServerModel
    load: int
    peak: int
    memory_mb: int
    instance: str
    licence: str
    oem: bool
    age: int

    @property
    def megahertz(self) -> int:
        """What its work takes on average."""
        return self.model.capacity * self.load // 100

    @property
    def peak_megahertz(self) -> int:
        """What its work takes at the most."""
        return self.model.capacity * self.peak // 100


@dataclass(frozen=True)
class HostKind:
    """The host that the machines would go to: its kind, and what of it they can use."""

    name: str
    model: ServerModel
    megahertz: int
    memory_mb: int
    licensed: Server
    held: tuple[str, ...] = ()
    """Licences that are assigned to the first one already."""


@dataclass
class Packed:
    """One host with the machines that go to it, and the licences to be bought for it."""

    kind: HostKind
    machines: list[Candidate] = field(default_factory=list)
    offer: Offer | None = None

    def load(self, overhead: int) -> int:
        """What they take of it on average, in MHz."""
        return sum(one.megahertz for one in self.machines) * (100 + overhead) // 100

    def peak(self, overhead: int) -> int:
        """What they take if all peaks come at once, in MHz."""
        return sum(one.peak_megahertz for one in self.machines) * (100 + overhead) // 100


@dataclass
class Side:
    """Before or after: servers, what they can do and do (MHz), their power, space and costs."""

    servers: int = 0
    capacity: int = 0
    load: int = 0
    milliwatts: int = 0
    rack_units: int = 0
    costs: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ITEMS, 0))

    @property
    def utilization(self) -> int:
        """How much of what they can do is used, in per cent, rounded."""
        return (200 * self.load + self.capacity) // (2 * self.capacity) if self.capacity else 0

    @property
    def watts(self) -> int:
        """The power that the servers draw, cooling not included."""
        return (self.milliwatts + 500) // 1000

    def energy(self, factor: int) -> int:
        """What they take in a year with cooling and power supply, in kWh."""
        return self.milliwatts * HOURS // 1_000_000 * factor // 100

    @property
    def total(self) -> int:
        """What it costs in all."""
        return sum(self.costs.values())

    @property
    def at_once(self) -> int:
        """What is paid in the beginning and not year by year."""
        return self.costs["Hardware"] + self.costs["Licenses"] + self.costs["Conversion"]

    def add(self, model: ServerModel, load: int) -> None:
        """One server more, with its load in MHz."""
        self.servers += 1
        self.capacity += model.capacity
        self.load += load
        self.milliwatts += model.milliwatts(load)
        self.rack_units += model.rack_units


@dataclass(frozen=True)
class Consolidation:
    """The answer. `left`: the servers that stay; `limit`: what a further machine would meet first on the hosts."""

    before: Side
    after: Side
    hosts: tuple[Packed, ...]
    left: tuple[Candidate, ...]
    limit: str
    years: int

    @property
    def saving(self) -> int:
        """What it saves over the years; below 0 what it costs more."""
        return self.before.total - self.after.total

    @property
    def pays(self) -> bool:
        """Whether it saves anything."""
        return self.saving > 0

    @property
    def payback_months(self) -> int | None:
        """After how many months what is paid at once has come back; None if it never does."""
        more = self.after.at_once - self.before.at_once
        a_year = self.before.total - self.before.at_once - self.after.total + self.after.at_once
        if more <= 0:
            return 0 if self.pays else None
        return -(-more * 12 * self.years // a_year) if a_year > 0 else None


def _fits(host: Packed, one: Candidate, figures: dict[str, int]) -> str:
    """What keeps a machine from that host: memory, processor, or nothing (empty)."""
    if sum(known.memory_mb for known in host.machines) + one.memory_mb > host.kind.memory_mb:
        return "Memory"
    peak = Packed(host.kind, [*host.machines, one]).peak(figures["Overhead"])
    return "Processor" if peak * 100 > host.kind.megahertz * figures["Headroom"] else ""


def _pack(
    candidates: Sequence[Candidate], kind: HostKind, figures: dict[str, int]
) -> tuple[list[Packed], list[Candidate]]:
    """Largest first, each into the first host with room; a new host where none has any."""
    hosts: list[Packed] = []
    left: list[Candidate] = []

    def size(one: Candidate) -> tuple[int, str]:
        shares = (one.memory_mb * 1000 // kind.memory_mb, one.peak_megahertz * 1000 // kind.megahertz)
        return -max(shares), one.name

    for one in sorted(candidates, key=size):
        room = next((host for host in hosts if not _fits(host, one, figures)), None)
        if room is None:
            room = Packed(kind)
            if _fits(room, one, figures):
                left.append(one)
                continue
            hosts.append(room)
        room.machines.append(one)
    return hosts, left


def _limit(hosts: list[Packed], candidates: Sequence[Candidate], figures: dict[str, int]) -> str:
    """What one more machine like the average one would meet first on the last host."""
    if not hosts or not candidates:
        return ""
    host = hosts[-1]
    memory = sum(one.memory_mb for one in host.machines) * 1000 // host.kind.memory_mb
    room = host.kind.megahertz * figures["Headroom"] // 100
    return "Memory" if memory >= host.peak(figures["Overhead"]) * 1000 // room else "Processor"


def _stay(side: Side, one: Candidate, figures: dict[str, int], prices: dict[str, int]) -> None:
    """A server that stays as it is: what it costs over the years, its replacement included."""
    side.add(one.model, one.megahertz)
    if one.age + figures["Years"] > figures["Life"]:
        side.costs["Hardware"] += one.model.price
        if one.oem and one.licence:
            side.costs["Licenses"] += prices[one.licence]


def _running(side: Side, figures: dict[str, int]) -> None:
    years = figures["Years"]
    side.costs["Energy"] = side.energy(figures["FacilityFactor"]) * figures["EnergyPrice"] * years // 1000
    side.costs["Space"] = side.rack_units * figures["RackUnitPrice"] * years
    side.costs["Upkeep"] = side.servers * figures["UpkeepPrice"] * years


def consolidate(
    candidates: Sequence[Candidate],
    kind: HostKind,
    figures: dict[str, int],
    licence_prices: dict[str, int] | None = None,
) -> Consolidation:
    """Reckon both sides for some servers and a kind of host; `figures` by name, prices by edition in US dollars."""
    prices = {edition.id: edition.price for edition in use_rights().editions} | (licence_prices or {})
    before, after = Side(), Side()
    for one in candidates:
        _stay(before, one, figures, prices)
    hosts, left = _pack(candidates, kind, figures)
    for number, host in enumerate(hosts):
        after.add(kind.model, host.load(figures["Overhead"]))
        after.costs["Hardware"] += kind.model.price
        after.costs["Conversion"] += len(host.machines) * figures["ConversionPrice"]
        brought = tuple(one.licence for one in host.machines if one.licence and not one.oem)
        held = brought if number else (*kind.held, *brought)
        instances = [Instance(one.name, one.instance) for one in host.machines]
        host.offer = cheapest(kind.licensed, instances, prices=prices, held=held)
        after.costs["Licenses"] += host.offer.price if host.offer else 0
    for one in left:
        _stay(after, one, figures, prices)
    for side in (before, after):
        _running(side, figures)
    limit = _limit(hosts, candidates, figures)
    return Consolidation(before, after, tuple(hosts), tuple(left), limit, figures["Years"])
