"""A client on the physical network that pings without end: what somebody notices of a move, seen from outside.

It takes over one of the network's computers. Besides the answers it keeps the longest time without one, and says
whether a connection that was in use would have lived through it: a sender that gets no acknowledgement sends again
and again, each time after twice the wait, and gives up after a number of times.
"""

from __future__ import annotations

from hvlab.guests.network import GuestNetwork
from hvlab.host.machine import Refusal
from hvlab.host.networks import LAN
from hvlab.kernel import Component, handler
from hvlab.network.segment import PhysicalNetwork
from hvlab.network.station import Answered, Effect, Station, Transmit

CLIENT = "network/client"
"""The path of the one client; a lab has one at most."""
FIRST_WAIT, SENT_AGAIN = 300_000_000, 5
"""How long a connection waits before it sends again, and how often it does (K: Windows, on a LAN), in ns."""
PATIENCE = FIRST_WAIT * ((1 << (SENT_AGAIN + 1)) - 1)
"""So long a connection bears that nobody answers."""
TAGS = 16000


class Client(Component):
    """One computer of the network that pings one address."""

    STATE = (
        "station",
        "port",
        "target",
        "interval",
        "tag",
        "waiting",
        "sent",
        "answered",
        "lost",
        "last",
        "longest",
        "running",
        "began",
    )

    def __init__(self, target: str, interval: int) -> None:
        self.target, self.interval = target, interval
        self.station = Station("", b"")
        self.port = 0
        self.tag = 0
        self.waiting: dict[int, int] = {}
        """The pings that wait for an answer, with when they were sent."""
        self.sent = self.answered = self.lost = 0
        self.last = self.longest = 0
        """When the last answer came (0: never yet), and the longest time between two of them, in ns."""
        self.running = True
        self.began = 0
        """When it sent its first ping, in ns."""

    @property
    def network(self) -> PhysicalNetwork:
        """Where it is plugged in."""
        return self.world.get(LAN, PhysicalNetwork)

    def begin(self, name: str) -> None:
        """Take over the network's computer of that name, and ping. Refusal."""
        network = self.network
        ports = {station.name.casefold(): port for port, station in network.stations.items()}
        if name.casefold() not in ports:
            known = ", ".join(station.name for station in network.stations.values())
            raise Refusal("no-such-client", name=name, known=known)
        self.port = ports[name.casefold()]
        self.station = network.stations.pop(self.port)
        network.hosts[self.port] = self.name
        self.began = self.world.now
        self.after(0, Client.on_ping, None)

    def stop(self) -> None:
        """It pings no more, and is one of the network's computers as before."""
        self.longest = self.silence
        self.running = False
        network = self.network
        del network.hosts[self.port]
        network.stations[self.port] = self.station

    @property
    def silence(self) -> int:
        """The longest time without an answer, the present one included, in ns."""
        return max(self.longest, self.world.now - self.last if self.last and self.running else 0)

    @property
    def connection_kept(self) -> bool:
        """Whether a connection in use since it began would still be there: no long silence, no new start."""
        if self.silence > PATIENCE:
            return False
        guests = [part for part in self.world.components() if isinstance(part, GuestNetwork)]
        return not any(
            adapter.station.address == self.target and part.guest.booted > self.began
            for part in guests
            for adapter in part.adapters.values()
        )

    @handler
    def on_ping(self, payload: None) -> int | None:
        """The next ping; what has waited for as long as ping waits is lost."""
        if not self.running:
            return None
        self.tag = self.tag % TAGS + 1
        self.sent += 1
        self.waiting[self.tag] = self.world.now
        self._serve(self.station.ping(self.tag, self.target, self.world.now))
        self.after(max(self.interval, 1_000_000_000), Client.on_give_up, self.tag)
        return self.interval

    @handler
    def on_give_up(self, tag: int) -> int | None:
        """No answer in time."""
        if self.waiting.pop(tag, None) is not None:
            self.lost += 1
            self.station.give_up(tag)
        return None

    def wire_frame(self, port: int, data: bytes) -> None:
        """A frame has come over the cable."""
        self._serve(self.station.frame(data, self.world.now))

    def _serve(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Transmit):
                self.network.send(self.port, effect.data)
            elif isinstance(effect, Answered) and effect.outcome == "ok" and effect.tag in self.waiting:
                del self.waiting[effect.tag]
                now = self.world.now
                self.longest = max(self.longest, now - self.last) if self.last else 0
                self.last = now
                self.answered += 1
