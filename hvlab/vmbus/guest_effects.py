"""What the guest's end of the VMBus knows of a channel, and what it asks of the shell around it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from hvlab.vmbus.decisions import DESCRIBING, OFFERED


@dataclass
class GuestChannel:
    """A channel as the guest knows it; `signal_connection` is what the offer says (0 at 0.13)."""

    relid: int
    interface: uuid.UUID
    instance: uuid.UUID
    signal_connection: int
    user_defined: bytes
    state: str = OFFERED
    gpadl: int = 0
    pages: list[int] = field(default_factory=list)
    """The rings' GPADL and its pages; 0 and none while the rings are not described to the root."""
    downstream_offset: int = 0


@dataclass
class GuestGpadl:
    """Pages that the guest has opened, or is opening, to the root."""

    number: int
    relid: int
    pages: list[int]
    state: str = DESCRIBING


@dataclass(frozen=True)
class Post:
    """Post this message to the root."""

    message: bytes


@dataclass(frozen=True)
class Negotiated:
    """The root accepted this version."""

    version: int


@dataclass(frozen=True)
class NoBus:
    """The root accepted none of the versions."""


@dataclass(frozen=True)
class Offered:
    """A channel is on offer."""

    relid: int


@dataclass(frozen=True)
class AllOffered:
    """The root has offered what it has."""


@dataclass(frozen=True)
class Opened:
    """A channel is open: its rings may be used."""

    relid: int


@dataclass(frozen=True)
class OpenFailed:
    """A channel could not be opened."""

    relid: int
    status: int


@dataclass(frozen=True)
class Described:
    """Pages beside the rings are open to the root under this number (status 0), or could not be."""

    relid: int
    gpadl: int
    status: int


@dataclass(frozen=True)
class TakenBack:
    """Pages beside the rings are the guest's alone again, while the channel goes on."""

    relid: int
    gpadl: int


@dataclass(frozen=True)
class TornDown:
    """All of a channel's pages are the guest's alone again."""

    relid: int


@dataclass(frozen=True)
class Rescinded:
    """The root has taken a channel back."""

    relid: int


@dataclass(frozen=True)
class Disconnected:
    """The root has confirmed the end."""


Effect = (
    Post
    | Negotiated
    | NoBus
    | Offered
    | AllOffered
    | Opened
    | OpenFailed
    | Described
    | TakenBack
    | TornDown
    | Rescinded
    | Disconnected
)
