"""The physical network between hosts: one switch in a cupboard, cables, and computers that are only stations.

Hosts plug their adapters in by name; frames for them are handed to the component
of that name (`Wired`). A frame takes some microseconds from one end to the other.
"""

from __future__ import annotations

from typing import Protocol, cast

from hvlab.kernel import Component, handler
from hvlab.network import frames
from hvlab.network.station import Answered, Effect, Station, Transmit
from hvlab.network.switch import TRUNK, Decision, Switch
from hvlab.network.talk import PING, TIMEOUT, Asked, Talk


class Wired(Protocol):
    """A host on the physical network."""

    def wire_frame(self, port: int, data: bytes) -> None:
        """A frame has come over the cable to that port."""


def note_frame(
    component: Component, source: str, target: str, port: str, out: list[str], decision: Decision, data: bytes
) -> int:
    """Write what a switch did with a frame into the trace; returns the event's seq."""
    protocol, detail = frames.summary(data)
    return component.world.emit(
        "net.frame",
        source,
        target,
        None,
        None,
        None,
        decision.action,
        decision.why,
        port,
        ", ".join(out),
        decision.vlan,
        protocol,
        detail,
        data,
    )


class PhysicalNetwork(Component):
    """One switched network."""

    STATE = ("switch", "hosts", "stations", "delay", "talks")

    def __init__(self, delay: int) -> None:
        self.switch = Switch()
        self.hosts: dict[int, str] = {}
        """Port to the component behind the cable."""
        self.stations: dict[int, Station] = {}
        self.delay = delay
        self.talks: dict[int, Talk] = {}
        """What a computer has asked others, by its port; it comes with the first question."""

    def plug_host(self, label: str, component: str) -> int:
        """Plug a host's adapter in; returns the port. It carries every VLAN, with tags."""
        port = self.switch.plug(label, spoofing=True)
        port.mode = TRUNK
        self.hosts[port.number] = component
        return port.number

    def plug_station(self, station: Station) -> int:
        """Plug a computer in."""
        port = self.switch.plug(station.name, station.mac)
        self.stations[port.number] = station
        return port.number

    def send(self, port: int, data: bytes) -> None:
        """A frame comes in at a port."""
        decision = self.switch.forward(port, data, self.world.now)
        ports = self.switch.ports
        out = [ports[number].name for number, _ in decision.out]
        name = ports[port].name
        source = self.hosts.get(port, f"{self.name}/{name}")
        seq = note_frame(self, source, self.name, name, out, decision, data)
        if decision.out:
            self.world.because(seq, self.after, self.delay, PhysicalNetwork.on_arrive, decision.out)

    @handler
    def on_arrive(self, out: tuple[tuple[int, bytes], ...]) -> int | None:
        """A frame is at the far ends of its cables."""
        for port, data in out:
            if not self.switch.ports[port].linked:
                continue
            station = self.stations.get(port)
            if station is not None:
                self._serve(port, station.frame(data, self.world.now))
            else:
                host = self.world.get(self.hosts[port], Component)
                cast(Wired, host).wire_frame(port, data)
        return None

    def _serve(self, port: int, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Transmit):
                self.send(port, effect.data)
            elif isinstance(effect, Answered) and port in self.talks:
                self.talks[port].end(effect, self.world.now)

    # -- a computer asks ------------------------------------------------------------------------

    def port_of(self, name: str) -> int | None:
        """The port of the computer of that name."""
        for port, station in self.stations.items():
            if station.name.casefold() == name.casefold():
                return port
        return None

    def ask(self, port: int, operation: str, target: str) -> Asked:
        """Let a computer ping another, or ask it as a client does."""
        talk = self.talks.setdefault(port, Talk())
        asked = talk.begin(operation, "", target, self.world.now)
        station = self.stations[port]
        begin = station.ping if operation == PING else station.request
        self._serve(port, begin(asked.tag, target, self.world.now))
        self.after(TIMEOUT, PhysicalNetwork.on_patience, (port, asked.tag, asked.started))
        return asked

    @handler
    def on_patience(self, payload: tuple[int, int, int]) -> int | None:
        """A question has waited long enough."""
        port, tag, started = payload
        asked = self.talks[port].asked.get(tag)
        if asked is not None and asked.started == started and not asked.finished and port in self.stations:
            self._serve(port, self.stations[port].give_up(tag))
        return None

    def cable(self, port: int, linked: bool) -> None:
        """Pull a cable, or put it in."""
        self.switch.link(port, linked)
        action = "cable in" if linked else "cable pulled"
        self.world.emit(
            "net.change", self.name, self.name, None, None, None, action, self.switch.ports[port].name, ""
        )
