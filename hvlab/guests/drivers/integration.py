"""The integration components in the guest: the ends of heartbeat and shutdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hvlab import catalog
from hvlab.catalog.versions import pair_versions
from hvlab.devices.integration import guest as ic
from hvlab.devices.integration import protocol
from hvlab.devices.integration.guest import IcGuest
from hvlab.guests.drivers.base import Driver
from hvlab.vmbus import packets
from hvlab.vmbus.guest import GuestChannel
from hvlab.vmbus.packets import Packet

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem


@dataclass
class IntegrationDriver(Driver):
    """One component."""

    machine: IcGuest

    PATH: ClassVar[str] = "ic"

    def packet(self, guest: GuestSystem, relid: int, packet: Packet) -> None:
        """A pipe message of the host."""
        if packet.kind != packets.IN_BAND:
            return
        self.serve(guest, relid, self.machine.received(packet.payload))

    def serve(self, guest: GuestSystem, relid: int, effects: list[ic.Effect]) -> None:
        """Do what the state machine asks for."""
        for effect in effects:
            if isinstance(effect, ic.Say):
                guest.bus.send(relid, packets.in_band(effect.payload, 0, False))
            elif isinstance(effect, ic.Agreed):
                guest.note_driver(self.name, "ready", f"{effect.version[0]}.{effect.version[1]}")
            else:
                self.act(guest, relid, effect)

    def act(self, guest: GuestSystem, relid: int, effect: ic.Effect) -> None:
        """What only this component does."""


@dataclass
class ShutdownDriver(IntegrationDriver):
    """Shuts the system down when the host asks for it."""

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> ShutdownDriver | None:
        """Systems without the component know no version of it."""
        known = catalog.guest(guest.system)
        component = component_of(protocol.SHUTDOWN, known.ic_frameworks, known.shutdown_versions)
        return cls("shutdown", component) if component else None

    def act(self, guest: GuestSystem, relid: int, effect: ic.Effect) -> None:
        """Shut down."""
        guest.shut_down()


@dataclass
class HeartbeatDriver(IntegrationDriver):
    """Answers that the system lives."""

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> HeartbeatDriver | None:
        """Systems without the component know no version of it."""
        known = catalog.guest(guest.system)
        component = component_of(protocol.HEARTBEAT, known.ic_frameworks, known.heartbeat_versions)
        return cls("heartbeat", component) if component else None


def component_of(kind: int, frameworks: list[str], versions: list[str]) -> IcGuest | None:
    """A component's state machine, if the system knows any version of it."""
    return IcGuest(kind, pair_versions(frameworks), pair_versions(versions)) if versions else None
