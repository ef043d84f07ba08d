"""The integration components' ends in a virtual machine's worker process.

What their state machines ask for becomes messages in the ring, and events that a
person can see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hvlab.devices.integration import host as ic
from hvlab.devices.integration.host import HEARTBEAT_INTERVAL, IcHost
from hvlab.host.services.base import Service
from hvlab.vmbus import packets
from hvlab.vmbus.packets import Packet

if TYPE_CHECKING:
    from hvlab.host.link import BusLink


@dataclass
class IntegrationService(Service):
    """One component: it negotiates its versions, then does what its kind is for."""

    machine: IcHost

    PEER: ClassVar[str] = "ic"

    @property
    def ready(self) -> bool:
        """Whether both sides have agreed."""
        return self.machine.state == ic.READY

    def opened(self, link: BusLink, relid: int) -> None:
        """The host speaks first."""
        self.serve(link, relid, self.machine.opened())

    def closed(self, link: BusLink) -> None:
        """Nothing is agreed any more."""
        self.machine.reset()

    def packet(self, link: BusLink, relid: int, packet: Packet) -> None:
        """A pipe message of the guest."""
        if packet.kind == packets.IN_BAND:
            self.serve(link, relid, self.machine.received(packet.payload))

    def serve(self, link: BusLink, relid: int, effects: list[ic.Effect]) -> None:
        """Do what the state machine asks for."""
        for effect in effects:
            if isinstance(effect, ic.Say):
                link.send(relid, packets.in_band(effect.payload, 0, False))
            elif isinstance(effect, ic.Agreed):
                self.note(link, "ready", f"{effect.version[0]}.{effect.version[1]}")
                self.agreed(link, relid)
            elif isinstance(effect, ic.Beat):
                link.last_beat = link.world.now
                self.note(link, "beat", str(effect.sequence))
            elif isinstance(effect, ic.Done):
                self.done(link, relid, effect)
            else:
                self.note(link, "accepted" if effect.accepted else "declined", "")

    def done(self, link: BusLink, relid: int, effect: ic.Done) -> None:
        """Something that was asked has come to an end."""

    def agreed(self, link: BusLink, relid: int) -> None:
        """The service can work from now on."""

    def note(self, link: BusLink, action: str, value: str) -> None:
        """Something happened that a person can see."""
        process = f"{link.host}/root/{self.process(link)}"
        link.world.emit(
            "integration", process, link.child, link.partition, None, None, self.key, action, value
        )


@dataclass
class HeartbeatService(IntegrationService):
    """Asks every two seconds whether the guest lives."""

    beating: bool = False
    """Whether the next question is due already: a guest that negotiates again gets no second round."""

    def agreed(self, link: BusLink, relid: int) -> None:
        """From now on."""
        if not self.beating:
            self.beating = True
            link.later(0, relid, "beat")

    def closed(self, link: BusLink) -> None:
        """The question that is due will not be asked."""
        super().closed(link)
        self.beating = False

    def tick(self, link: BusLink, relid: int, what: str) -> None:
        """Ask, and again after two seconds."""
        self.serve(link, relid, self.machine.beat())
        link.later(HEARTBEAT_INTERVAL, relid, "beat")


@dataclass
class ShutdownService(IntegrationService):
    """Asks the guest to shut down when it is told to."""

    def ask(self, link: BusLink, force: bool) -> None:
        """Ask; the service must be ready."""
        self.note(link, "asked", "")
        self.serve(link, link.relid_of(self.key), self.machine.shut_down(force))
