"""What every service behind a VMBus channel is to its link: state as data, and what to do when something comes.

A service is a dataclass in the link's state. It keeps the pure state machine of
its protocol and does in the root what that asks for: through the link it sends
packets, and lets time pass; it reaches the child's memory only through the
ranges that a packet has named. Nothing here knows a particular device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hvlab.vmbus.packets import Packet

if TYPE_CHECKING:
    from hvlab.host.link import BusLink


@dataclass
class Service:
    """Serves the offer named `key` (ide:0:0, heartbeat, ...)."""

    key: str

    PEER: ClassVar[str] = ""
    """The child's driver, as the last part of its path in the trace."""

    @property
    def ready(self) -> bool:
        """Whether both sides have come to terms, for services of which a person asks that."""
        return False

    def process(self, link: BusLink) -> str:
        """Where in the root it runs, as a path below the root: a driver, or the machine's worker process."""
        return f"vmwp/{link.vm}"

    def opened(self, link: BusLink, relid: int) -> None:
        """The child has opened the channel."""

    def closed(self, link: BusLink) -> None:
        """The channel is closed: be as new. What was under way concerns nobody any more."""

    def packet(self, link: BusLink, relid: int, packet: Packet) -> None:
        """A packet of the child. BadPacket, RingCorrupt or ForeignPage stops the channel."""

    def tick(self, link: BusLink, relid: int, what: str) -> None:
        """What `link.later` was asked for is due; the channel is still the same opening's."""

    def going_on(self, link: BusLink, relid: int) -> None:
        """The machine has stood still, and goes on; the channel is open."""

    def disk_done(self, link: BusLink, relid: int, transaction: int, status: str, data: bytes) -> None:
        """The host's disk has ended a request that this service made during the present opening."""
