"""The networks as they are: switches with ports and tables, latest frames, who reached whom. Times in ns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hvlab.guests.network import GuestNetwork
from hvlab.host.networks import LAN, VirtualNetworks
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.kernel.trace import RawEvent
from hvlab.network.addresses import mac_text
from hvlab.network.segment import PhysicalNetwork
from hvlab.network.switch import AGEING, TRUNK, UNTAGGED, Port, Switch
from hvlab.network.talk import Asked

HOST = "host"


@dataclass(frozen=True)
class PortView:
    """A port: who is plugged in, its VLANs, whether its cable is in, and what has passed."""

    number: int
    name: str
    mac: str
    vlan: str
    linked: bool
    frames_in: int
    frames_out: int
    dropped: int


@dataclass(frozen=True)
class Learned:
    """An address in a switch's table: where it was seen, and when last."""

    vlan: int
    mac: str
    port: int
    seen: int


@dataclass(frozen=True)
class SwitchView:
    """A switch; `kind` is empty for the physical one."""

    name: str
    kind: str
    ports: tuple[PortView, ...]
    table: tuple[Learned, ...]
    notes: str = ""


@dataclass(frozen=True)
class FrameView:
    """A frame at a switch (the physical one has no name): where it came in, what became of it, and which it was."""

    seq: int
    time: int
    switch: str
    entry: str
    action: str
    why: str
    out: str
    protocol: str
    detail: str


@dataclass(frozen=True)
class Reached:
    """The last ping from somebody to somebody: outcome (empty while it waits) and round trip."""

    outcome: str
    took: int


@dataclass(frozen=True)
class NetworkView:
    """All networks that a host is on."""

    switches: tuple[SwitchView, ...]
    stations: tuple[tuple[str, str], ...]
    """Everybody who has an address: name and address."""
    askers: tuple[str, ...]
    """Who can ask: the guests at work and the host."""
    pings: dict[tuple[str, str], Reached]
    """By who asked and whom: names of `stations`; an address where nobody has it."""


def _vlan(port: Port) -> str:
    if port.mode == UNTAGGED:
        return "-"
    if port.mode == TRUNK:
        allowed = "*" if port.allowed is None else ",".join(str(number) for number in port.allowed)
        return f"Trunk {allowed}"
    return str(port.vlan)


def _switch(name: str, kind: str, switch: Switch, now: int, notes: str = "") -> SwitchView:
    ports = tuple(
        PortView(
            port.number,
            port.name,
            mac_text(port.mac) if port.mac else "",
            _vlan(port),
            port.linked,
            port.frames_in,
            port.frames_out,
            port.dropped,
        )
        for port in switch.ports.values()
    )
    table = tuple(
        Learned(vlan, mac_text(mac), port, seen)
        for (vlan, mac), (port, seen) in sorted(switch.table.items())
        if now - seen <= AGEING
    )
    return SwitchView(name, kind, ports, table, notes)


def _guests(world: World, host: str) -> Iterator[tuple[str, GuestNetwork]]:
    for machine in world.get(f"{host}/root/vmms", Vmms).machines.values():
        path = f"{host}/{machine.name}/network"
        if world.has(path):
            yield machine.name, world.get(path, GuestNetwork)


def _stations(world: World, host: str, networks: VirtualNetworks) -> Iterator[tuple[str, str]]:
    for name, guest in _guests(world, host):
        for adapter in guest.adapters.values():
            if adapter.station.address:
                yield name, adapter.station.address
    for station in networks.stations.values():
        if station.address:
            yield HOST, station.address
    for station in networks.segment.stations.values():
        if station.address:
            yield station.name, station.address


def _pings(
    books: Iterable[tuple[str, Iterable[Asked]]], names: dict[str, str]
) -> dict[tuple[str, str], Reached]:
    found: dict[tuple[str, str], tuple[int, Reached]] = {}
    for source, asked in books:
        for one in asked:
            key = source, names.get(one.target, one.target)
            took = one.finished - one.started if one.finished else 0
            if key not in found or found[key][0] <= one.started:
                found[key] = one.started, Reached(one.outcome, took)
    return {key: reached for key, (_, reached) in found.items()}


def look(world: World, host: str) -> NetworkView | None:
    """The networks as they are now; None where there are none."""
    path = f"{host}/root/vmswitch"
    if not world.has(path) or not world.has(LAN) or not world.has(f"{host}/root/vmms"):
        return None
    networks = world.get(path, VirtualNetworks)
    physical = world.get(LAN, PhysicalNetwork)
    switches = [
        _switch(switch.name, switch.kind, switch.switch, world.now, switch.notes)
        for switch in networks.switches.values()
    ]
    switches.append(_switch("", "", physical.switch, world.now))
    stations = tuple(_stations(world, host, networks))
    books = [(name, guest.talk.asked.values()) for name, guest in _guests(world, host)]
    books.append((HOST, networks.talk.asked.values()))
    askers = tuple(name for name, _ in books)
    return NetworkView(tuple(switches), stations, askers, _pings(books, {ip: name for name, ip in stations}))


def frame(seq: int, event: RawEvent) -> FrameView:
    """A `net.frame` event."""
    action, why, entry, out, _, protocol, detail, _ = event[8]
    switch = "" if event[4] == LAN else event[4].rpartition("/")[2]
    return FrameView(seq, event[0], switch, entry, action, why, out, protocol, detail)
