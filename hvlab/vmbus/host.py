"""The root's end of the VMBus: a pure state machine, one for each child partition.

Messages and completions come in as method calls; what must happen comes out as a
list of effects. It sends nothing, touches no memory and knows no device: the
shell around it (in `host`) does what the effects say. DECISIONS holds, for every
message about a channel and every state of that channel, what is done; a reader
can check it against the reference.

An offer's identity (`Offer`) is for ever; its number on the wire (the relid)
exists only while the guest knows the channel.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hvlab.vmbus import messages
from hvlab.vmbus.messages import GUEST_TO_HOST, STATUS_FAILED, V1

DISCONNECTED, CONNECTED = "Disconnected", "Connected"
CLOSED, OPENING, OPEN, CLOSING, REOPENING, REVOKED = (
    "Closed",
    "Opening",
    "Open",
    "Closing",
    "ClosingReopen",
    "Revoked",
)
CHANNEL_STATES = (CLOSED, OPENING, OPEN, CLOSING, REOPENING, REVOKED)
MAXIMUM_GPADL_BYTES = 4 << 20


@dataclass(frozen=True)
class Offer:
    """A device that the root offers: `key` names it for the root's own use."""

    key: str
    interface: uuid.UUID
    instance: uuid.UUID
    flags: int = 0
    user_defined: bytes = b""


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


@dataclass
class Gpadl:
    """Guest pages that the guest has opened to the root; whole when as many bytes came as announced."""

    number: int
    relid: int
    announced: int
    range_count: int
    data: bytes
    ranges: list[tuple[int, int, list[int]]] = field(default_factory=list)
    created: bool = False


# -- effects --------------------------------------------------------------------------------


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

DECISIONS: dict[tuple[str, str], str] = {
    ("OPEN_CHANNEL", CLOSED): "open",
    ("OPEN_CHANNEL", OPENING): "refuse ChannelAlreadyOpen",
    ("OPEN_CHANNEL", OPEN): "refuse ChannelAlreadyOpen",
    ("OPEN_CHANNEL", CLOSING): "queue open",
    ("OPEN_CHANNEL", REOPENING): "refuse ChannelAlreadyOpen",
    ("OPEN_CHANNEL", REVOKED): "ignore",
    ("CLOSE_CHANNEL", CLOSED): "refuse ChannelNotOpen",
    ("CLOSE_CHANNEL", OPENING): "refuse ChannelNotOpen",
    ("CLOSE_CHANNEL", OPEN): "close",
    ("CLOSE_CHANNEL", CLOSING): "refuse ChannelNotOpen",
    ("CLOSE_CHANNEL", REOPENING): "unqueue open",
    ("CLOSE_CHANNEL", REVOKED): "ignore",
    ("REL_ID_RELEASED", CLOSED): "refuse InvalidChannelState",
    ("REL_ID_RELEASED", OPENING): "refuse InvalidChannelState",
    ("REL_ID_RELEASED", OPEN): "refuse InvalidChannelState",
    ("REL_ID_RELEASED", CLOSING): "refuse InvalidChannelState",
    ("REL_ID_RELEASED", REOPENING): "refuse InvalidChannelState",
    ("REL_ID_RELEASED", REVOKED): "release",
    **{("GPADL_HEADER", state): "begin gpadl" for state in CHANNEL_STATES if state != REVOKED},
    ("GPADL_HEADER", REVOKED): "fail gpadl",
    **{("GPADL_TEARDOWN", state): "tear down gpadl" for state in CHANNEL_STATES},
}
"""(message, state of the channel it names) to what is done."""


@dataclass
class Server:
    """The root's VMBus for one child. `versions` are those it accepts, `connection_ids` gives a relid's own."""

    versions: tuple[int, ...]
    state: str = DISCONNECTED
    version: int = 0
    interrupt_page: int = 0
    offers_sent: bool = False
    offers: list[Offer] = field(default_factory=list)
    channels: dict[int, Channel] = field(default_factory=dict)
    gpadls: dict[int, Gpadl] = field(default_factory=dict)

    # -- from the root's side ---------------------------------------------------------------

    def offer(self, offer: Offer) -> list[Effect]:
        """Offer a device; the guest hears of it at once if it has asked for offers already."""
        self.offers.append(offer)
        return [self._announce(offer)] if self.offers_sent else []

    def revoke(self, key: str) -> list[Effect]:
        """Take an offer back."""
        self.offers = [offer for offer in self.offers if offer.key != key]
        effects: list[Effect] = []
        for channel in self.channels.values():
            if channel.offer.key == key and channel.state != REVOKED:
                if channel.state in (OPEN, OPENING):
                    effects.append(CloseDevice(channel.relid))
                channel.state = REVOKED
                effects.append(Send(messages.pack("RESCIND_CHANNEL_OFFER", channel_id=channel.relid)))
        return effects

    def open_complete(self, relid: int, status: int) -> list[Effect]:
        """The device has opened (status 0) or could not; nothing comes of it if the guest has gone meanwhile."""
        channel = self.channels.get(relid)
        if channel is None or channel.state != OPENING:
            return []
        channel.state = OPEN if status == 0 else CLOSED
        return [self._open_result(channel, status)]

    def close_complete(self, relid: int) -> list[Effect]:
        """The device has let go of the channel."""
        channel = self.channels.get(relid)
        if channel is None or channel.state not in (CLOSING, REOPENING):
            return []
        if channel.state == REOPENING:
            return self._try_open(channel)
        channel.state = CLOSED
        return []

    def guest_gone(self) -> list[Effect]:
        """The child has ended without a word: every device lets go."""
        return self._close_all()

    def connection_id(self, relid: int) -> int:
        """The connection by which the guest signals a channel: an offer carries it from 1.1 on."""
        return 0 if self.version == V1 else 0x2000 | relid

    # -- from the guest ---------------------------------------------------------------------

    def handle(self, data: bytes) -> list[Effect]:
        """A message of the guest; never raises for what a guest may send."""
        try:
            kind, fields, tail = messages.parse(data)
        except messages.BadMessage as bad:
            return [Refused(bad.name, bad.reason)]
        if kind.direction != GUEST_TO_HOST:
            return [Refused(kind.name, "WrongDirection")]
        if kind.name == "INITIATE_CONTACT":
            return self._contact(fields)
        if self.state == DISCONNECTED:
            return [Refused(kind.name, "InvalidMessageType")]
        if kind.name == "REQUEST_OFFERS":
            return self._send_offers()
        if kind.name == "UNLOAD":
            return self._unload()
        if kind.name == "GPADL_BODY":
            return self._more_gpadl(fields, tail)
        channel = self.channels.get(fields["channel_id"])
        if channel is None:
            return [Refused(kind.name, "UnknownChannelId")]
        decision = DECISIONS[kind.name, channel.state]
        if decision.startswith("refuse "):
            return [Refused(kind.name, decision.removeprefix("refuse "))]
        return self._ACTIONS[decision](self, channel, fields, tail)

    def _contact(self, fields: dict[str, Any]) -> list[Effect]:
        effects: list[Effect] = self._close_all() if self.state == CONNECTED else []
        version = fields["version"]
        if version not in self.versions:
            return [*effects, Send(messages.pack("VERSION_RESPONSE"))]
        self.state, self.version = CONNECTED, version
        self.interrupt_page = fields["interrupt_page"] if version < messages.WIN8 else 0
        return [
            *effects,
            Contacted(version, self.interrupt_page),
            Send(messages.pack("VERSION_RESPONSE", version_supported=1, selected_version=version)),
        ]

    def _send_offers(self) -> list[Effect]:
        if self.offers_sent:
            return [Refused("REQUEST_OFFERS", "OffersAlreadySent")]
        self.offers_sent = True
        effects: list[Effect] = [self._announce(offer) for offer in self.offers]
        return [*effects, Send(messages.pack("ALL_OFFERS_DELIVERED"))]

    def _announce(self, offer: Offer) -> Send:
        relid = 1
        while relid in self.channels:
            relid += 1
        self.channels[relid] = Channel(relid, offer)
        return Send(
            messages.pack(
                "OFFER_CHANNEL",
                interface_id=offer.interface,
                instance_id=offer.instance,
                flags=offer.flags,
                user_defined=offer.user_defined,
                channel_id=relid,
                is_dedicated=0 if self.version == V1 else 1,
                connection_id=self.connection_id(relid),
            )
        )

    def _close_all(self) -> list[Effect]:
        effects: list[Effect] = [
            CloseDevice(channel.relid)
            for channel in self.channels.values()
            if channel.state in (OPEN, OPENING)
        ]
        self.channels.clear()
        self.gpadls.clear()
        self.offers_sent = False
        self.state = DISCONNECTED
        return effects

    def _unload(self) -> list[Effect]:
        # UNLOAD_COMPLETE came with 1.1; at 0.13 a guest awaits nothing (our reading).
        answer: list[Effect] = [] if self.version == V1 else [Send(messages.pack("UNLOAD_COMPLETE"))]
        return [*self._close_all(), Unloaded(), *answer]

    # -- channels ---------------------------------------------------------------------------

    def _open(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        self._note_open(channel, fields)
        return self._try_open(channel)

    def _try_open(self, channel: Channel) -> list[Effect]:
        if self.ring_pages(channel) is None:
            channel.state = CLOSED
            return [Refused("OPEN_CHANNEL", "InvalidRing"), self._open_result(channel, STATUS_FAILED)]
        channel.state = OPENING
        return [OpenDevice(channel.relid)]

    def _open_result(self, channel: Channel, status: int) -> Send:
        return Send(
            messages.pack(
                "OPEN_CHANNEL_RESULT", channel_id=channel.relid, open_id=channel.open_id, status=status
            )
        )

    def _note_open(self, channel: Channel, fields: dict[str, Any]) -> None:
        channel.open_id = fields["open_id"]
        channel.ring_gpadl = fields["ring_gpadl"]
        channel.downstream_offset = fields["downstream_ring_page_offset"]
        channel.target_vp = fields["target_vp"]

    def ring_pages(self, channel: Channel) -> tuple[list[int], list[int]] | None:
        """The guest pages of the guest->host and the host->guest ring, or None if they make no two rings."""
        gpadl = self.gpadls.get(channel.ring_gpadl)
        if gpadl is None or not gpadl.created or gpadl.relid != channel.relid or len(gpadl.ranges) != 1:
            return None
        byte_count, byte_offset, pages = gpadl.ranges[0]
        split = channel.downstream_offset
        if byte_offset or byte_count % 4096 or not 2 <= split <= len(pages) - 2:
            return None
        return pages[:split], pages[split:]

    def _queue_open(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        self._note_open(channel, fields)
        channel.state = REOPENING
        return []

    def _unqueue_open(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        channel.state = CLOSING
        return []

    def _close(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        channel.state = CLOSING
        return [CloseDevice(channel.relid)]

    def _ignore(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        return []

    def _release(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        del self.channels[channel.relid]
        for number in [gpadl.number for gpadl in self.gpadls.values() if gpadl.relid == channel.relid]:
            del self.gpadls[number]
        return []

    # -- GPADLs -----------------------------------------------------------------------------

    def _begin_gpadl(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        number = fields["gpadl_id"]
        if number in self.gpadls:
            return [
                Refused("GPADL_HEADER", "DuplicateGpadlId"),
                self._created(channel.relid, number, STATUS_FAILED),
            ]
        gpadl = Gpadl(number, channel.relid, fields["range_bytes"], fields["range_count"], tail)
        self.gpadls[number] = gpadl
        return self._try_gpadl(gpadl)

    def _fail_gpadl(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        return [self._created(channel.relid, fields["gpadl_id"], STATUS_FAILED)]

    def _more_gpadl(self, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        gpadl = self.gpadls.get(fields["gpadl_id"])
        if gpadl is None or gpadl.created:
            return [Refused("GPADL_BODY", "UnknownGpadlId")]
        gpadl.data += tail
        return self._try_gpadl(gpadl)

    def _try_gpadl(self, gpadl: Gpadl) -> list[Effect]:
        if len(gpadl.data) < gpadl.announced:
            return []
        try:
            gpadl.ranges = messages.read_ranges(gpadl.data[: gpadl.announced], gpadl.range_count)
        except ValueError:
            gpadl.ranges = []
        if not gpadl.ranges or sum(count for count, _, _ in gpadl.ranges) > MAXIMUM_GPADL_BYTES:
            del self.gpadls[gpadl.number]
            return [
                Refused("GPADL_HEADER", "InvalidGpaRange"),
                self._created(gpadl.relid, gpadl.number, STATUS_FAILED),
            ]
        gpadl.created = True
        return [self._created(gpadl.relid, gpadl.number, 0)]

    def _created(self, relid: int, number: int, status: int) -> Send:
        return Send(messages.pack("GPADL_CREATED", channel_id=relid, gpadl_id=number, status=status))

    def _tear_down_gpadl(self, channel: Channel, fields: dict[str, Any], tail: bytes) -> list[Effect]:
        number = fields["gpadl_id"]
        gpadl = self.gpadls.get(number)
        if gpadl is None:
            return [Refused("GPADL_TEARDOWN", "UnknownGpadlId")]
        in_use = channel.ring_gpadl == number and channel.state in (OPEN, OPENING)
        if not gpadl.created or gpadl.relid != channel.relid or in_use:
            return [Refused("GPADL_TEARDOWN", "InvalidGpadlState")]
        del self.gpadls[number]
        return [Send(messages.pack("GPADL_TORNDOWN", gpadl_id=number))]

    _ACTIONS = {  # noqa: RUF012 - not a field: what each decision means
        "open": _open,
        "queue open": _queue_open,
        "unqueue open": _unqueue_open,
        "close": _close,
        "ignore": _ignore,
        "release": _release,
        "begin gpadl": _begin_gpadl,
        "fail gpadl": _fail_gpadl,
        "tear down gpadl": _tear_down_gpadl,
    }


Action = Callable[[Server, Channel, dict[str, Any], bytes], list[Effect]]
