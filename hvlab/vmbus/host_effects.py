"""What the root's end of the VMBus knows of a channel and a GPADL, and what it asks of the shell around it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from hvlab.vmbus.decisions import CLOSED, IN_PROGRESS


@dataclass(frozen=True)
class Offer:
    """A device that the root offers: `key` names it for the root's own use."""

    key: str
    interface: uuid.UUID
    instance: uuid.UUID
    flags: int = 0
    user_defined: bytes = b""

    @property
    def identity(self) -> tuple[uuid.UUID, uuid.UUID]:
        """What stays when the device is taken back and offered again."""
        return self.interface, self.instance


@dataclass
class Channel:
    """An offer that the guest knows by `relid`."""

    relid: int
    offer: Offer
    state: str = CLOSED
    open_id: int = 0
    ring_gpadl: int = 0
    downstream_offset: int = 0
    target_vp: int = 0
    reserved: bool = False
    """Asked for by OPEN_RESERVED: it takes no interrupts."""
    close_answered: bool = False
    """Its closing was asked for by CLOSE_RESERVED, which gets an answer."""


@dataclass
class Gpadl:
    """Guest pages that the guest has opened to the root; whole when as many bytes came as announced.

    `ranges` are (byte count, byte offset, guest pages). A GPADL belongs to one channel.
    """

    number: int
    relid: int
    announced: int
    range_count: int
    data: bytes
    ranges: list[tuple[int, int, list[int]]] = field(default_factory=list)
    state: str = IN_PROGRESS


@dataclass(frozen=True)
class Send:
    """Post this message to the guest."""

    message: bytes


@dataclass(frozen=True)
class OpenDevice:
    """Let the device behind the channel open over its rings; answer with `open_complete`."""

    relid: int


@dataclass(frozen=True)
class CloseDevice:
    """Let the device behind the channel go; answer with `close_complete`."""

    relid: int


@dataclass(frozen=True)
class Refused:
    """A message was not obeyed, and by which rule."""

    name: str
    reason: str


@dataclass(frozen=True)
class Contacted:
    """The guest has connected; its interrupt page (a GPA, 0 for none) is known."""

    version: int
    interrupt_page: int


@dataclass(frozen=True)
class Unloaded:
    """The guest has gone: everything is closed."""


Effect = Send | OpenDevice | CloseDevice | Refused | Contacted | Unloaded
