"""The guest's end of the VMBus: a pure state machine.

It proposes versions from the highest down, asks for offers, and opens and closes
channels; messages of the root come in as bytes, effects go out as data. The
shell around it (in `guests`) posts messages and hands opened channels to drivers.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from hvlab.vmbus import messages
from hvlab.vmbus.messages import HOST_TO_GUEST

IDLE, CONTACTING, ASKING, CONNECTED, UNLOADING, GONE = (
    "Idle",
    "Contacting",
    "Asking",
    "Connected",
    "Unloading",
    "Gone",
)
OFFERED, DESCRIBING, OPENING, OPEN, CLOSED, RESCINDED = (
    "Offered",
    "Describing",
    "Opening",
    "Open",
    "Closed",
    "Rescinded",
)


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
    downstream_offset: int = 0


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
class TornDown:
    """A channel's pages are the guest's alone again."""

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
    | TornDown
    | Rescinded
    | Disconnected
)


@dataclass
class Connection:
    """The guest's connection. `versions` are those its drivers know, highest first."""

    versions: tuple[int, ...]
    interrupt_page: int
    monitor_pages: tuple[int, int]
    state: str = IDLE
    proposal: int = 0
    version: int = 0
    next_gpadl: int = 0xE1E10
    channels: dict[int, GuestChannel] = field(default_factory=dict)

    # -- what the guest wants -------------------------------------------------------------------

    def connect(self) -> list[Effect]:
        """Propose the highest version."""
        self.state = CONTACTING
        self.proposal = 0
        return [self._propose()]

    def _propose(self) -> Post:
        version = self.versions[self.proposal]
        return Post(
            messages.pack(
                "INITIATE_CONTACT",
                version=version,
                interrupt_page=self.interrupt_page if version < messages.WIN8 else 0,
                parent_to_child_monitor_page=self.monitor_pages[0],
                child_to_parent_monitor_page=self.monitor_pages[1],
            )
        )

    def open_channel(self, relid: int, pages: list[int], downstream_offset: int) -> list[Effect]:
        """Open a channel over rings in these pages: first describe the pages, then ask for the opening."""
        channel = self.channels[relid]
        channel.state = DESCRIBING
        channel.gpadl = self.next_gpadl
        self.next_gpadl += 1
        channel.pages = pages
        channel.downstream_offset = downstream_offset
        return [
            Post(message)
            for message in messages.gpadl_messages(relid, channel.gpadl, pages, len(pages) * 4096)
        ]

    def close_channel(self, relid: int) -> list[Effect]:
        """Close a channel and take its pages back. The close itself gets no answer."""
        channel = self.channels[relid]
        if channel.state != OPEN:
            return []
        channel.state = CLOSED
        return [Post(messages.pack("CLOSE_CHANNEL", channel_id=relid)), self._tear_down(channel)]

    def _tear_down(self, channel: GuestChannel) -> Post:
        return Post(messages.pack("GPADL_TEARDOWN", channel_id=channel.relid, gpadl_id=channel.gpadl))

    def unload(self) -> list[Effect]:
        """Leave the bus. At 0.13 nothing is awaited."""
        if self.state in (IDLE, GONE):
            return []
        self.state = GONE if self.version == messages.V1 else UNLOADING
        return [Post(messages.pack("UNLOAD"))]

    # -- what the root says -----------------------------------------------------------------------

    def handle(self, data: bytes) -> list[Effect]:
        """A message of the root. What does not fit the present state is ignored, as real drivers do."""
        try:
            kind, fields, _ = messages.parse(data)
        except messages.BadMessage:
            return []
        if kind.direction != HOST_TO_GUEST:
            return []
        handler = getattr(self, f"_on_{kind.name.lower()}", None)
        return handler(fields) if handler is not None else []

    def _on_version_response(self, fields: dict[str, Any]) -> list[Effect]:
        if self.state != CONTACTING:
            return []
        if fields["version_supported"]:
            self.version = self.versions[self.proposal]
            self.state = ASKING
            return [Negotiated(self.version), Post(messages.pack("REQUEST_OFFERS"))]
        self.proposal += 1
        if self.proposal < len(self.versions):
            return [self._propose()]
        self.state = IDLE
        return [NoBus()]

    def _on_offer_channel(self, fields: dict[str, Any]) -> list[Effect]:
        relid = fields["channel_id"]
        self.channels[relid] = GuestChannel(
            relid,
            fields["interface_id"],
            fields["instance_id"],
            fields["connection_id"],
            fields["user_defined"],
        )
        return [Offered(relid)]

    def _on_all_offers_delivered(self, fields: dict[str, Any]) -> list[Effect]:
        if self.state != ASKING:
            return []
        self.state = CONNECTED
        return [AllOffered()]

    def _on_gpadl_created(self, fields: dict[str, Any]) -> list[Effect]:
        channel = self.channels.get(fields["channel_id"])
        if channel is None or channel.state != DESCRIBING or fields["gpadl_id"] != channel.gpadl:
            return []
        if fields["status"]:
            channel.state, channel.gpadl, channel.pages = OFFERED, 0, []
            return [OpenFailed(channel.relid, fields["status"])]
        channel.state = OPENING
        return [
            Post(
                messages.pack(
                    "OPEN_CHANNEL",
                    channel_id=channel.relid,
                    open_id=channel.relid,
                    ring_gpadl=channel.gpadl,
                    downstream_ring_page_offset=channel.downstream_offset,
                )
            )
        ]

    def _on_open_channel_result(self, fields: dict[str, Any]) -> list[Effect]:
        channel = self.channels.get(fields["channel_id"])
        if channel is None or channel.state != OPENING:
            return []
        if fields["status"]:
            channel.state = OFFERED
            return [OpenFailed(channel.relid, fields["status"]), self._tear_down(channel)]
        channel.state = OPEN
        return [Opened(channel.relid)]

    def _on_gpadl_torndown(self, fields: dict[str, Any]) -> list[Effect]:
        for channel in self.channels.values():
            if channel.gpadl == fields["gpadl_id"]:
                channel.gpadl = 0
                channel.pages = []
                return [TornDown(channel.relid)]
        return []

    def _on_rescind_channel_offer(self, fields: dict[str, Any]) -> list[Effect]:
        channel = self.channels.get(fields["channel_id"])
        if channel is None:
            return []
        del self.channels[channel.relid]
        effects: list[Effect] = [Rescinded(channel.relid)]
        if channel.gpadl and channel.state != CLOSED:
            effects.append(self._tear_down(channel))
        effects.append(Post(messages.pack("REL_ID_RELEASED", channel_id=channel.relid)))
        if channel.gpadl and channel.state == CLOSED:
            # The answer to its teardown is under way and will find no channel: who waits for it is told now.
            effects.append(TornDown(channel.relid))
        channel.state = RESCINDED
        return effects

    def _on_unload_complete(self, fields: dict[str, Any]) -> list[Effect]:
        if self.state != UNLOADING:
            return []
        self.state = GONE
        return [Disconnected()]
