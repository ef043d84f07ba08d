"""The guest's end of the VMBus: a pure state machine.

It proposes versions from the highest down, asks for offers, opens and closes
channels, and describes pages to the root; messages of the root come in as bytes,
effects go out as data. The shell around it (in `guests`) posts messages and hands
opened channels to drivers. What is done with a message in which state stands in
`decisions`; what does not fit is ignored, as real drivers do.

Pages belong to the guest alone only when nothing was described, or when the root
has confirmed the teardown: until then a channel that was taken back is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hvlab.vmbus import messages
from hvlab.vmbus.decisions import (
    ASKING,
    CLOSED,
    CONTACTING,
    CREATED,
    DESCRIBING,
    GONE,
    GUEST_CHANNEL,
    GUEST_CONNECTION,
    GUEST_GPADL,
    IDLE,
    OFFERED,
    OPEN,
    OPENING,
    RESCINDED,
    TEARING_DOWN,
    UNKNOWN,
    UNLOADING,
)
from hvlab.vmbus.decisions import JOINED as CONNECTED
from hvlab.vmbus.guest_effects import (
    AllOffered,
    Described,
    Disconnected,
    Effect,
    GuestChannel,
    GuestGpadl,
    Negotiated,
    NoBus,
    Offered,
    Opened,
    OpenFailed,
    Post,
    Rescinded,
    TakenBack,
    TornDown,
)
from hvlab.vmbus.messages import HOST_TO_GUEST

__all__ = [
    "ASKING",
    "CLOSED",
    "CONNECTED",
    "CONTACTING",
    "DESCRIBING",
    "GONE",
    "IDLE",
    "OFFERED",
    "OPEN",
    "OPENING",
    "RESCINDED",
    "UNLOADING",
    "AllOffered",
    "Connection",
    "Described",
    "Disconnected",
    "Effect",
    "GuestChannel",
    "GuestGpadl",
    "Negotiated",
    "NoBus",
    "Offered",
    "OpenFailed",
    "Opened",
    "Post",
    "Rescinded",
    "TakenBack",
    "TornDown",
]

_Fields = dict[str, Any]


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
    gpadls: dict[int, GuestGpadl] = field(default_factory=dict)

    # -- what the guest wants -------------------------------------------------------------------

    def connect(self) -> list[Effect]:
        """Propose the highest version; what was known of an earlier connection is over."""
        self._forget()
        self.state = CONTACTING
        self.proposal = 0
        return [self._propose()]

    def _forget(self) -> None:
        self.channels.clear()
        self.gpadls.clear()

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
        """Open a channel over rings in these pages: first describe the pages, then ask for the opening.

        Nothing happens if the channel is not there to be opened.
        """
        channel = self.channels.get(relid)
        if channel is None or channel.state != OFFERED:
            return []
        channel.state = DESCRIBING
        channel.gpadl, posts = self._describe(relid, pages)
        channel.pages = pages
        channel.downstream_offset = downstream_offset
        return posts

    def describe_pages(self, relid: int, pages: list[int]) -> tuple[int, list[Effect]]:
        """Open pages beside the rings to the root, for a device that wants a buffer: their number, and what to do.

        `Described` follows. The number is 0, and nothing is done, if the channel is not open.
        """
        channel = self.channels.get(relid)
        if channel is None or channel.state != OPEN:
            return 0, []
        return self._describe(relid, pages)

    def _describe(self, relid: int, pages: list[int]) -> tuple[int, list[Effect]]:
        number = self.next_gpadl
        self.next_gpadl += 1
        self.gpadls[number] = GuestGpadl(number, relid, pages)
        return number, [
            Post(message) for message in messages.gpadl_messages(relid, number, pages, len(pages) * 4096)
        ]

    def take_back_pages(self, relid: int, number: int) -> list[Effect]:
        """Take pages beside the rings back while the channel goes on; `TakenBack` follows."""
        gpadl = self.gpadls.get(number)
        channel = self.channels.get(relid)
        if gpadl is None or channel is None or gpadl.relid != relid or number == channel.gpadl:
            return []
        return self._tear_down([gpadl])

    def close_channel(self, relid: int) -> list[Effect]:
        """Close a channel and take its pages back. The close itself gets no answer."""
        channel = self.channels.get(relid)
        if channel is None or channel.state != OPEN:
            return []
        channel.state = CLOSED
        close = Post(messages.pack("CLOSE_CHANNEL", channel_id=relid))
        return [close, *self._tear_down(self._pages_of(channel))]

    def _pages_of(self, channel: GuestChannel) -> list[GuestGpadl]:
        return [gpadl for gpadl in self.gpadls.values() if gpadl.relid == channel.relid]

    def _tear_down(self, gpadls: list[GuestGpadl]) -> list[Effect]:
        """Ask for these pages back; those whose description is not answered yet wait for the answer."""
        effects: list[Effect] = []
        for gpadl in gpadls:
            if gpadl.state == CREATED:
                gpadl.state = TEARING_DOWN
                effects.append(
                    Post(messages.pack("GPADL_TEARDOWN", channel_id=gpadl.relid, gpadl_id=gpadl.number))
                )
        return effects

    def unload(self) -> list[Effect]:
        """Leave the bus. At 0.13 nothing is awaited; who has not arrived says nothing."""
        if self.state in (IDLE, CONTACTING):
            self.state = GONE
        if self.state in (UNLOADING, GONE):
            return []
        self.state = GONE if self.version == messages.V1 else UNLOADING
        self._forget()
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
        decision = GUEST_CONNECTION[kind.name, self.state]
        if decision == "by channel":
            channel = self.channels.get(fields["channel_id"])
            decision = GUEST_CHANNEL[kind.name, channel.state if channel else UNKNOWN]
        elif decision == "by gpadl":
            gpadl = self.gpadls.get(fields["gpadl_id"])
            if gpadl is not None and fields.get("channel_id", gpadl.relid) != gpadl.relid:
                gpadl = None
            decision = GUEST_GPADL[kind.name, gpadl.state if gpadl else UNKNOWN]
        if decision == "ignore":
            return []
        return self._ACTIONS[decision](self, fields)

    def _agree(self, fields: _Fields) -> list[Effect]:
        if fields["version_supported"]:
            self.version = self.versions[self.proposal]
            self.state = ASKING
            return [Negotiated(self.version), Post(messages.pack("REQUEST_OFFERS"))]
        self.proposal += 1
        if self.proposal < len(self.versions):
            return [self._propose()]
        self.state = IDLE
        return [NoBus()]

    def _all_offered(self, fields: _Fields) -> list[Effect]:
        self.state = CONNECTED
        return [AllOffered()]

    def _be_gone(self, fields: _Fields) -> list[Effect]:
        self.state = GONE
        return [Disconnected()]

    def _take_offer(self, fields: _Fields) -> list[Effect]:
        relid = fields["channel_id"]
        self.channels[relid] = GuestChannel(
            relid,
            fields["interface_id"],
            fields["instance_id"],
            fields["connection_id"],
            fields["user_defined"],
        )
        return [Offered(relid)]

    def _use_or_tear_down(self, fields: _Fields) -> list[Effect]:
        channel = self.channels[fields["channel_id"]]
        if fields["status"]:
            channel.state = CLOSED
            return [OpenFailed(channel.relid, fields["status"]), *self._tear_down(self._pages_of(channel))]
        channel.state = OPEN
        return [Opened(channel.relid)]

    def _give_back(self, fields: _Fields) -> list[Effect]:
        channel = self.channels[fields["channel_id"]]
        channel.state = RESCINDED
        effects: list[Effect] = [Rescinded(channel.relid), *self._tear_down(self._pages_of(channel))]
        return [*effects, *self._try_release(channel)]

    def _try_release(self, channel: GuestChannel) -> list[Effect]:
        """A channel that was taken back is released when none of its pages is with the root any more."""
        if channel.state != RESCINDED or self._pages_of(channel):
            return []
        del self.channels[channel.relid]
        return [Post(messages.pack("REL_ID_RELEASED", channel_id=channel.relid))]

    def _described(self, fields: _Fields) -> list[Effect]:
        gpadl = self.gpadls[fields["gpadl_id"]]
        channel = self.channels[gpadl.relid]
        if fields["status"]:
            return self._refused_pages(channel, gpadl, fields["status"])
        gpadl.state = CREATED
        if channel.state == OPEN:
            return [Described(channel.relid, gpadl.number, 0)]
        if channel.state != DESCRIBING:
            return self._tear_down([gpadl])
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

    def _refused_pages(self, channel: GuestChannel, gpadl: GuestGpadl, status: int) -> list[Effect]:
        del self.gpadls[gpadl.number]
        if channel.state == DESCRIBING:
            self._forget_rings(channel)
            return [OpenFailed(channel.relid, status)]
        if channel.state == OPEN:
            return [Described(channel.relid, gpadl.number, status)]
        return self._own_all(channel)

    def _own_again(self, fields: _Fields) -> list[Effect]:
        gpadl = self.gpadls.pop(fields["gpadl_id"])
        channel = self.channels[gpadl.relid]
        if channel.state == OPEN:
            return [TakenBack(channel.relid, gpadl.number)]
        return self._own_all(channel)

    def _own_all(self, channel: GuestChannel) -> list[Effect]:
        """Whether that was the last of a closed or rescinded channel's pages."""
        if self._pages_of(channel):
            return []
        if channel.state == CLOSED:
            self._forget_rings(channel)
        return [TornDown(channel.relid), *self._try_release(channel)]

    def _forget_rings(self, channel: GuestChannel) -> None:
        channel.state, channel.gpadl, channel.pages = OFFERED, 0, []

    _ACTIONS = {  # noqa: RUF012 - not a field: what each decision means
        "agree or step down": _agree,
        "go on": _all_offered,
        "be gone": _be_gone,
        "take offer": _take_offer,
        "give back": _give_back,
        "use or take pages back": _use_or_tear_down,
        "go on with pages": _described,
        "own pages again": _own_again,
    }
