"""The root's end of the VMBus: a pure state machine, one for each child partition.

Messages and completions come in as method calls; what must happen comes out as a
list of effects. It sends nothing, touches no memory and knows no device: the
shell around it (in `host`) does what the effects say. What is done with a message
in which state stands in `decisions`, and nowhere else; here is how it is done.

An offer's identity (`Offer`) is for ever; its number on the wire (the relid)
exists only while the guest knows the channel, and is given to no other channel
while a device still holds on to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hvlab.vmbus import messages
from hvlab.vmbus.decisions import (
    CHANNEL_STATES,
    CLOSED,
    CLOSING,
    CONNECTED,
    CREATED,
    DEVICE_LEAVING,
    DISCONNECTED,
    DISCONNECTING,
    HOST_CHANNEL,
    HOST_CONNECTION,
    HOST_GPADL,
    OFFERS_SENT,
    OPEN,
    OPENING,
    REOFFERED,
    REOPENING,
    RESERVED,
    REVOKED,
    RING_IN_USE,
    TEARING_DOWN,
    UNKNOWN,
)
from hvlab.vmbus.host_effects import (
    Channel,
    CloseDevice,
    Contacted,
    Effect,
    Gpadl,
    Offer,
    OpenDevice,
    Refused,
    Send,
    Unloaded,
)
from hvlab.vmbus.host_gpadls import Gpadls, created_message
from hvlab.vmbus.messages import GUEST_TO_HOST, STATUS_CONNECTION_REFUSED, STATUS_FAILED, V1

__all__ = [
    "CHANNEL_STATES",
    "CLOSED",
    "CLOSING",
    "CONNECTED",
    "DISCONNECTED",
    "DISCONNECTING",
    "OPEN",
    "OPENING",
    "REOFFERED",
    "REOPENING",
    "RESERVED",
    "REVOKED",
    "Channel",
    "CloseDevice",
    "Contacted",
    "Effect",
    "Gpadl",
    "Offer",
    "OpenDevice",
    "Refused",
    "Send",
    "Server",
    "Unloaded",
]

_Fields = dict[str, Any]
_USED = (OPENING, OPEN, RESERVED)
"""The states in which a device has, or is about to have, the rings."""


@dataclass
class Server:
    """The root's VMBus for one child. `versions` are those it accepts.

    `state` is Disconnected, Connected or Disconnecting; `leaving` counts, by relid,
    the devices that were told to let go and have not answered yet.
    """

    versions: tuple[int, ...]
    state: str = DISCONNECTED
    version: int = 0
    interrupt_page: int = 0
    offers_sent: bool = False
    offers: list[Offer] = field(default_factory=list)
    channels: dict[int, Channel] = field(default_factory=dict)
    gpadls: Gpadls = field(default_factory=Gpadls)
    leaving: dict[int, int] = field(default_factory=dict)
    offered_after: dict[int, Offer] = field(default_factory=dict)
    """Offers that go out again under their old number once the device has let go."""
    unloading: bool = False
    next_contact: _Fields | None = None

    # -- from the root's side ---------------------------------------------------------------

    def offer(self, offer: Offer) -> list[Effect]:
        """Offer a device; the guest hears of it at once if it has asked for offers already.

        A device that was taken back, and whose number the guest has not released yet,
        is offered again under that number as soon as it is released.
        """
        self.offers.append(offer)
        if not self.offers_sent:
            return []
        for channel in self.channels.values():
            if channel.state == REVOKED and channel.offer.identity == offer.identity:
                channel.offer = offer
                channel.state = REOFFERED
                return []
        return [self._announce(offer, self._free_relid())]

    def revoke(self, key: str) -> list[Effect]:
        """Take an offer back."""
        self.offers = [offer for offer in self.offers if offer.key != key]
        self.offered_after = {r: offer for r, offer in self.offered_after.items() if offer.key != key}
        effects: list[Effect] = []
        for channel in self.channels.values():
            if channel.offer.key != key or channel.state == REVOKED:
                continue
            if channel.state == REOFFERED:
                channel.state = REVOKED
                continue
            if channel.state in _USED:
                effects.append(self._let_go(channel.relid))
            channel.state = REVOKED
            effects.append(Send(messages.pack("RESCIND_CHANNEL_OFFER", channel_id=channel.relid)))
        return effects

    def open_complete(self, relid: int, status: int) -> list[Effect]:
        """The device has opened (status 0) or could not; nothing comes of it if the guest has gone meanwhile."""
        channel = self.channels.get(relid)
        if channel is None or channel.state != OPENING:
            return []
        opened = RESERVED if channel.reserved else OPEN
        channel.state = opened if status == 0 else CLOSED
        return [self._open_result(channel, status)]

    def close_complete(self, relid: int) -> list[Effect]:
        """The device has let go of the channel; a device that was not asked to is not heard."""
        left = self.leaving.get(relid, 0)
        if left == 0:
            return []
        if left > 1:
            self.leaving[relid] = left - 1
            return []
        del self.leaving[relid]
        effects = self.gpadls.device_gone(relid)
        channel = self.channels.get(relid)
        if channel is not None and channel.close_answered:
            channel.close_answered = False
            effects.append(Send(messages.pack("CLOSE_RESERVED_RESPONSE", channel_id=relid)))
        if channel is not None and channel.state == REOPENING:
            effects += self._try_open(channel)
        elif channel is not None and channel.state == CLOSING:
            channel.state = CLOSED
        elif channel is None and relid in self.offered_after:
            effects.append(self._announce(self.offered_after.pop(relid), relid))
        return [*effects, *self._try_leave()]

    def guest_gone(self) -> list[Effect]:
        """The child has ended without a word: every device lets go."""
        if self.state == DISCONNECTED:
            return []
        return self._leave(unloading=False, contact=None)

    def connection_id(self, relid: int) -> int:
        """The connection by which the guest signals a channel: an offer carries it from 1.1 on."""
        return 0 if self.version == V1 else 0x2000 | relid

    @property
    def connection_state(self) -> str:
        """The state by which the table of the connection decides."""
        return OFFERS_SENT if self.state == CONNECTED and self.offers_sent else self.state

    # -- from the guest ---------------------------------------------------------------------

    def handle(self, data: bytes) -> list[Effect]:
        """A message of the guest; never raises for what a guest may send."""
        try:
            kind, fields, tail = messages.parse(data)
        except messages.BadMessage as bad:
            return [Refused(bad.name, bad.reason)]
        if kind.direction != GUEST_TO_HOST:
            return [Refused(kind.name, "WrongDirection")]
        if self.state == CONNECTED and not kind.known_at(self.version):
            return [Refused(kind.name, "InvalidMessageType")]
        channel = self.channels.get(fields.get("channel_id", 0))
        decision = HOST_CONNECTION[kind.name, self.connection_state]
        if decision == "by channel":
            decision = HOST_CHANNEL[kind.name, channel.state if channel else UNKNOWN]
        if decision == "by gpadl":
            decision = HOST_GPADL[kind.name, self._gpadl_state(kind.name, channel, fields["gpadl_id"])]
        if decision.startswith("refuse "):
            return [Refused(kind.name, decision.removeprefix("refuse "))]
        if channel is not None:
            return self._CHANNEL_ACTIONS[decision](self, channel, fields, tail)
        return self._ACTIONS[decision](self, fields, tail)

    def _gpadl_state(self, message: str, channel: Channel | None, number: int) -> str:
        gpadl = None if channel is None else self.gpadls.find(channel.relid, number)
        if gpadl is None and message != "GPADL_TEARDOWN":
            # A body names no channel: no two descriptions of one number may be under way at once.
            gpadl = self.gpadls.half_sent(number)
        if gpadl is None:
            return UNKNOWN
        if gpadl.state == CREATED and channel is not None:
            if channel.ring_gpadl == number and channel.state in _USED:
                return RING_IN_USE
            if channel.state in (CLOSING, REOPENING):
                return DEVICE_LEAVING
        return gpadl.state

    # -- the connection -----------------------------------------------------------------------

    def _negotiate(self, fields: _Fields, tail: bytes) -> list[Effect]:
        version = fields["version"]
        if version not in self.versions:
            return [Send(messages.pack("VERSION_RESPONSE"))]
        self.state, self.version = CONNECTED, version
        self.interrupt_page = fields["interrupt_page"] if version < messages.WIN8 else 0
        return [
            Contacted(version, self.interrupt_page),
            Send(messages.pack("VERSION_RESPONSE", version_supported=1, selected_version=version)),
        ]

    def _leave_then_negotiate(self, fields: _Fields, tail: bytes) -> list[Effect]:
        return self._leave(unloading=False, contact=fields)

    def _negotiate_later(self, fields: _Fields, tail: bytes) -> list[Effect]:
        self.unloading, self.next_contact = False, fields
        return []

    def _unload(self, fields: _Fields, tail: bytes) -> list[Effect]:
        return self._leave(unloading=True, contact=None)

    def _leave(self, unloading: bool, contact: _Fields | None) -> list[Effect]:
        """Everything the guest has is closed; what comes then waits until the last device has let go."""
        effects: list[Effect] = [
            self._let_go(channel.relid) for channel in self.channels.values() if channel.state in _USED
        ]
        self.channels.clear()
        self.gpadls.forget_all()
        self.offered_after.clear()
        self.offers_sent = False
        self.state = DISCONNECTING
        self.unloading, self.next_contact = unloading, contact
        return [*effects, *self._try_leave()]

    def _try_leave(self) -> list[Effect]:
        if self.state != DISCONNECTING or self.leaving:
            return []
        self.state = DISCONNECTED
        contact, unloading = self.next_contact, self.unloading
        self.next_contact, self.unloading = None, False
        if contact is not None:
            return self._negotiate(contact, b"")
        if not unloading:
            return []
        # UNLOAD_COMPLETE came with 1.1; at 0.13 a guest awaits nothing (our reading).
        answer: list[Effect] = [] if self.version == V1 else [Send(messages.pack("UNLOAD_COMPLETE"))]
        return [Unloaded(), *answer]

    def _let_go(self, relid: int) -> CloseDevice:
        self.leaving[relid] = self.leaving.get(relid, 0) + 1
        return CloseDevice(relid)

    # -- offers -------------------------------------------------------------------------------

    def _send_offers(self, fields: _Fields, tail: bytes) -> list[Effect]:
        self.offers_sent = True
        effects: list[Effect] = [self._announce(offer, self._free_relid()) for offer in self.offers]
        return [*effects, Send(messages.pack("ALL_OFFERS_DELIVERED"))]

    def _free_relid(self) -> int:
        relid = 1
        while relid in self.channels or relid in self.leaving or relid in self.offered_after:
            relid += 1
        return relid

    def _announce(self, offer: Offer, relid: int) -> Send:
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

    def _release(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        del self.channels[channel.relid]
        self.gpadls.forget_channel(channel.relid)
        return []

    def _release_and_offer(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        self._release(channel, fields, tail)
        if channel.relid in self.leaving:
            self.offered_after[channel.relid] = channel.offer
            return []
        return [self._announce(channel.offer, channel.relid)]

    # -- channels -----------------------------------------------------------------------------

    def _open(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
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

    def _open_reserved(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        self._note_open(channel, fields)
        channel.reserved = True
        return self._try_open(channel)

    def _note_open(self, channel: Channel, fields: _Fields) -> None:
        channel.reserved = False
        channel.open_id = fields.get("open_id", 0)
        channel.ring_gpadl = fields["ring_gpadl"]
        channel.downstream_offset = fields["downstream_ring_page_offset"]
        channel.target_vp = fields["target_vp"]

    def ring_pages(self, channel: Channel) -> tuple[list[int], list[int]] | None:
        """The guest pages of the guest->host and the host->guest ring, or None if they make no two rings."""
        gpadl = self.gpadls.find(channel.relid, channel.ring_gpadl)
        if gpadl is None or gpadl.state != CREATED or len(gpadl.ranges) != 1:
            return None
        byte_count, byte_offset, pages = gpadl.ranges[0]
        split = channel.downstream_offset
        if byte_offset or byte_count % 4096 or not 2 <= split <= len(pages) - 2:
            return None
        return pages[:split], pages[split:]

    def gpadl_pages(self, relid: int, number: int) -> list[int] | None:
        """The guest pages of a channel's whole GPADL of one range, for its device; None if there is none."""
        gpadl = self.gpadls.find(relid, number)
        if gpadl is None or gpadl.state != CREATED or len(gpadl.ranges) != 1:
            return None
        return gpadl.ranges[0][2]

    def _queue_open(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        self._note_open(channel, fields)
        channel.state = REOPENING
        return []

    def _unqueue_open(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        channel.state = CLOSING
        return []

    def _close(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        channel.state = CLOSING
        return [self._let_go(channel.relid)]

    def _close_reserved(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        channel.close_answered = True
        return self._close(channel, fields, tail)

    def _ignore(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        return []

    def _move_interrupt(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        channel.target_vp = fields["target_vp"]
        return self._moved(fields, 0)

    def _fail_move(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        return self._fail_move_of_none(fields, tail)

    def _fail_move_of_none(self, fields: _Fields, tail: bytes) -> list[Effect]:
        reason = "InvalidChannelState" if fields["channel_id"] in self.channels else "UnknownChannelId"
        return [Refused("MODIFY_CHANNEL", reason), *self._moved(fields, STATUS_FAILED)]

    def _moved(self, fields: _Fields, status: int) -> list[Effect]:
        """MODIFY_CHANNEL is answered from 5.3 on; before, the guest hears nothing either way."""
        if self.version < messages.IRON:
            return []
        relid = fields["channel_id"]
        return [Send(messages.pack("MODIFY_CHANNEL_RESPONSE", channel_id=relid, status=status))]

    # -- sockets ------------------------------------------------------------------------------

    def _refuse_socket(self, fields: _Fields, tail: bytes) -> list[Effect]:
        """Nobody on the host listens for sockets; from 4.1 on the guest is told."""
        if self.version < messages.RS3:
            return []
        ends = {name: fields[name] for name in ("endpoint_id", "service_id")}
        return [Send(messages.pack("TL_CONNECT_RESULT", **ends, status=STATUS_CONNECTION_REFUSED))]

    # -- GPADLs -------------------------------------------------------------------------------

    def _begin_gpadl(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        number = fields["gpadl_id"]
        return self.gpadls.begin(
            Gpadl(number, channel.relid, fields["range_bytes"], fields["range_count"], tail)
        )

    def _fail_gpadl(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        return [created_message(channel.relid, fields["gpadl_id"], STATUS_FAILED)]

    def _fail_duplicate(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        return [Refused("GPADL_HEADER", "DuplicateGpadlId"), *self._fail_gpadl(channel, fields, tail)]

    def _go_on_with_gpadl(self, fields: _Fields, tail: bytes) -> list[Effect]:
        gpadl = self.gpadls.half_sent(fields["gpadl_id"])
        assert gpadl is not None
        return self.gpadls.go_on(gpadl, tail)

    def _tear_down_gpadl(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        return self.gpadls.tear_down(self.gpadls.known[channel.relid, fields["gpadl_id"]])

    def _tear_down_later(self, channel: Channel, fields: _Fields, tail: bytes) -> list[Effect]:
        self.gpadls.known[channel.relid, fields["gpadl_id"]].state = TEARING_DOWN
        return []

    _ACTIONS = {  # noqa: RUF012 - not a field: what each decision about the connection means
        "negotiate": _negotiate,
        "leave, then negotiate": _leave_then_negotiate,
        "negotiate later": _negotiate_later,
        "leave": _unload,
        "send offers": _send_offers,
        "go on with gpadl": _go_on_with_gpadl,
        "no listener": _refuse_socket,
        "fail to move interrupt": _fail_move_of_none,
    }
    _CHANNEL_ACTIONS = {  # noqa: RUF012 - not a field: what each decision about a channel means
        "open": _open,
        "open reserved": _open_reserved,
        "move interrupt": _move_interrupt,
        "fail to move interrupt": _fail_move,
        "queue open": _queue_open,
        "unqueue open": _unqueue_open,
        "close": _close,
        "close and answer": _close_reserved,
        "ignore": _ignore,
        "release": _release,
        "release and offer again": _release_and_offer,
        "begin gpadl": _begin_gpadl,
        "fail gpadl": _fail_gpadl,
        "fail duplicate gpadl": _fail_duplicate,
        "tear down gpadl": _tear_down_gpadl,
        "tear down gpadl later": _tear_down_later,
    }
