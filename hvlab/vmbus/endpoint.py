"""One side's end of an open channel: reading until the ring is empty, writing while there is room.

Both sides of the bus drive their rings by the same rules; only who they are, and
how they signal, differs, and that is the caller's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.vmbus import packets
from hvlab.vmbus.packets import Packet
from hvlab.vmbus.ring import Ring, RingFull

Sent = tuple[bytes, int, bool, str, int]
"""A packet that went into the ring: bytes with trailer, where it starts, whether to signal, type, transaction."""


class Endpoint:
    """A pair of rings as one side sees them; `name` and `peer` are the paths of both sides in the trace."""

    __slots__ = ("incoming", "name", "outgoing", "peer")

    def __init__(self, incoming: Ring, outgoing: Ring, name: str = "", peer: str = "") -> None:
        self.incoming = incoming
        self.outgoing = outgoing
        self.name = name
        self.peer = peer

    def send(self, waiting: list[bytes]) -> Sent | None:
        """Move a packet from the front of `waiting` into the ring; None if there is no room for it. RingCorrupt.

        Once none waits any more, no signal for room is wanted any more.
        """
        try:
            data, offset, signal = self.outgoing.write(waiting[0], len(waiting) == 1)
        except RingFull:
            return None
        del waiting[0]
        kind, _, _, _, transaction = packets.descriptor(data)
        return data, offset, signal, packets.PACKET_NAMES[kind], transaction

    def receive(self) -> Iterator[tuple[Packet, bool]]:
        """What waits in the ring, and whether a blocked writer must be signalled for room.

        Masked while draining, and looked at once more after unmasking, as the protocol
        demands. RingCorrupt, BadPacket.
        """
        ring = self.incoming
        parse = packets.parse
        more = True
        while more:
            control = ring.mask()
            while (taken := ring.take(control)) is not None:
                data, wanted = taken
                yield parse(data), wanted
            more = ring.unmask()
