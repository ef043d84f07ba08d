"""One side's end of an open channel: reading until the ring is empty, writing while there is room.

Both sides of the bus drive their rings by the same rules; only who they are, and
how they signal, differs, and that is the caller's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hvlab.vmbus import packets
from hvlab.vmbus.packets import Packet
from hvlab.vmbus.ring import Ring, RingFull


class Sent(NamedTuple):
    """A packet that went into the ring: its bytes with the trailer, where it starts, whether to signal."""

    data: bytes
    offset: int
    signal: bool
    kind: int
    transaction: int


class Endpoint:
    """A pair of rings as one side sees them."""

    def __init__(self, incoming: Ring, outgoing: Ring) -> None:
        self.incoming = incoming
        self.outgoing = outgoing

    def send(self, waiting: list[bytes]) -> Iterator[Sent]:
        """Move packets from the front of `waiting` into the ring while there is room. RingCorrupt.

        Once none waits any more, no signal for room is wanted any more.
        """
        write = self.outgoing.write
        while waiting:
            try:
                data, offset, signal = write(waiting[0], len(waiting) == 1)
            except RingFull:
                return
            waiting.pop(0)
            kind, _, _, _, transaction = packets.descriptor(data)
            yield Sent(data, offset, signal, kind, transaction)

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
