"""What every driver behind a VMBus channel is to its guest: state as data, and what to do when something comes.

A driver is a dataclass in the guest's bus state. It keeps the pure state machine
of its protocol and does in the guest what that asks for. Nothing here knows a
particular device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hvlab.vmbus.guest import GuestChannel
from hvlab.vmbus.packets import Packet

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem


@dataclass
class Driver:
    """Drives the device that the guest calls `name` (ide:0:0, heartbeat, ...)."""

    name: str

    PATH: ClassVar[str] = ""
    """The driver as the last part of its path in the trace."""
    RING_PAGES: ClassVar[int] = 4
    """Pages of each of its channel's two rings, the control page included."""
    AT_BOOT: ClassVar[bool] = False
    """Whether the boot waits for it; the others start with the system's services."""

    WITH_DEVICES: ClassVar[bool] = False
    """Whether it starts with the system's other device drivers, before the services."""

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> Driver | None:
        """The driver for a channel on offer; None if the guest's system has none of the kind."""
        raise NotImplementedError

    @property
    def settled(self) -> bool:
        """Whether the boot need not wait for it any longer."""
        return True

    def service(self, guest: GuestSystem) -> str:
        """Where the other end runs, as a path below the root."""
        return f"vmwp/{guest.vm}"

    def opened(self, guest: GuestSystem, relid: int) -> None:
        """The host has opened the channel."""

    def packet(self, guest: GuestSystem, relid: int, packet: Packet) -> None:
        """A packet of the host. BadPacket or RingCorrupt gives the channel up."""

    def described(self, guest: GuestSystem, relid: int, gpadl: int, status: int) -> None:
        """The host has taken (status 0) or refused pages that the driver opened to it with `bus.describe`."""

    def tick(self, guest: GuestSystem, relid: int) -> None:
        """What `guest.later` was asked for is due. It may have been asked for by an earlier driver of the channel."""

    def lost(self, guest: GuestSystem, relid: int) -> None:
        """The channel is no more; the driver has been taken out of the bus's state already."""
