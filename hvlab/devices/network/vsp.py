"""netvsp: the network service in the root, a pure state machine for one adapter's channel.

It gets the payload of each packet, and frames from the switch, and says what to
do. The guest's buffers it knows by GPADL and length only: which bytes to fetch
from the send buffer, which to put into the receive buffer, it says as effects.
DECISIONS and RNDIS_DECISIONS hold what is done for every message in every state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hvlab.devices.network import protocol
from hvlab.devices.network.protocol import (
    COMPLETE,
    CONTROL_CHANNEL,
    DATA_CHANNEL,
    INIT_COMPLETE,
    NO_SECTION,
    RNDIS_HALT,
    RNDIS_INDICATE_STATUS,
    RNDIS_INITIALIZE,
    RNDIS_KEEPALIVE,
    RNDIS_PACKET,
    RNDIS_PACKET_COMPLETE,
    RNDIS_QUERY,
    RNDIS_RESET,
    RNDIS_SET,
    SECTION_SIZE,
    SEND_RECEIVE_BUFFER_COMPLETE,
    SEND_RNDIS_PACKET,
    SEND_SEND_BUFFER_COMPLETE,
    SUB_ALLOCATION_SIZE,
    V1,
    BadRndis,
)

BEGIN, NEGOTIATED, CONFIGURED, DESCRIBED, RECEIVING, SENDING, LEAVING = (
    "Begin",
    "Negotiated",
    "Configured",
    "Described",
    "Receiving",
    "Sending",
    "Leaving",
)
STATES = (BEGIN, NEGOTIATED, CONFIGURED, DESCRIBED, RECEIVING, SENDING, LEAVING)
"""How far the two have come: Receiving has the receive buffer, Sending both, Leaving only the send buffer still."""

DECISIONS: dict[tuple[int, str], str] = {
    (kind, state): "refuse UnexpectedPacketOrder" for kind in protocol.TYPES for state in STATES
}
DECISIONS.update(
    {
        (protocol.INIT, BEGIN): "init",
        (protocol.SEND_NDIS_CONFIG, NEGOTIATED): "configure",
        (protocol.SEND_NDIS_VERSION, CONFIGURED): "describe",
        (protocol.SEND_RECEIVE_BUFFER, DESCRIBED): "receive buffer",
        (protocol.REVOKE_RECEIVE_BUFFER, RECEIVING): "revoke receive buffer",
        (protocol.REVOKE_RECEIVE_BUFFER, SENDING): "revoke receive buffer",
        (protocol.SEND_SEND_BUFFER, RECEIVING): "send buffer",
        (protocol.REVOKE_SEND_BUFFER, SENDING): "revoke send buffer",
        (protocol.REVOKE_SEND_BUFFER, LEAVING): "revoke send buffer",
        (protocol.SEND_RNDIS_PACKET, RECEIVING): "rndis",
        (protocol.SEND_RNDIS_PACKET, SENDING): "rndis",
    }
)

UNINITIALIZED, INITIALIZED = "Uninitialized", "Initialized"
RNDIS_DECISIONS: dict[tuple[int, str], str] = {
    **{(kind, state): "refuse" for kind in protocol.RNDIS_LAYOUTS for state in (UNINITIALIZED, INITIALIZED)},
    (RNDIS_INITIALIZE, UNINITIALIZED): "initialize",
    (RNDIS_HALT, UNINITIALIZED): "ignore",
    (RNDIS_HALT, INITIALIZED): "halt",
    (RNDIS_QUERY, INITIALIZED): "query",
    (RNDIS_SET, INITIALIZED): "set",
    (RNDIS_RESET, INITIALIZED): "reset",
    (RNDIS_KEEPALIVE, INITIALIZED): "keepalive",
    (RNDIS_PACKET, INITIALIZED): "packet",
}
"""A message that is refused makes the channel fail (InvalidRndisState)."""


@dataclass(frozen=True)
class Complete:
    """Write this completion into the ring."""

    transaction: int
    payload: bytes


@dataclass(frozen=True)
class Fetch:
    """Read bytes of the send buffer, or (`offset` -1) of the pages that the packet named; answer with `fetched`."""

    transaction: int
    gpadl: int
    offset: int
    size: int


@dataclass(frozen=True)
class Deliver:
    """Put `data` at `offset` of the receive buffer, then a transfer-pages packet with this payload into the ring."""

    transaction: int
    gpadl: int
    offset: int
    data: bytes
    payload: bytes


@dataclass(frozen=True)
class Frame:
    """The guest has sent a frame."""

    data: bytes


@dataclass(frozen=True)
class Ready:
    """The guest's adapter takes frames from now on (or, `open` False, no longer)."""

    open: bool


@dataclass(frozen=True)
class Fail:
    """The packet breaks the protocol: the channel cannot go on."""

    reason: str


Effect = Complete | Fetch | Deliver | Frame | Ready | Fail


@dataclass
class NetVsp:
    """One adapter's channel. `versions` are what the root knows, `mac` and `linked` what the adapter is."""

    versions: tuple[int, ...]
    mac: bytes
    linked: bool
    state: str = BEGIN
    version: int = 0
    rndis: str = UNINITIALIZED
    filter: int = 0
    receive_gpadl: int = 0
    send_gpadl: int = 0
    sections: int = 0
    free: list[int] = field(default_factory=list)
    """Sub-allocations of the receive buffer that the guest does not hold."""
    held: dict[int, int] = field(default_factory=dict)
    """Transaction to the sub-allocation that the guest has not given back yet."""
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    """Control messages that found no free sub-allocation: (channel type, RNDIS message)."""
    fetching: dict[int, int] = field(default_factory=dict)
    """Transaction to the channel type of the message whose bytes are being fetched."""
    next_transaction: int = 1
    frames_in: int = 0
    frames_out: int = 0
    no_room: int = 0
    """Frames for the guest that were dropped because it held all sub-allocations."""

    # -- from the guest ---------------------------------------------------------------------------

    def packet(self, transaction: int, payload: bytes, gpadls: Mapping[int, int], room: int) -> list[Effect]:
        """An in-band or GPA-direct packet. `gpadls`: the bytes behind each GPADL; `room`: behind the named pages."""
        kind = int.from_bytes(payload[:4], "little")
        if len(payload) < protocol.MESSAGE_SIZE or kind not in protocol.TYPES:
            return [Fail(f"an NVSP message of type {kind} and {len(payload)} bytes")]
        decision = DECISIONS[kind, self.state]
        if decision.startswith("refuse"):
            return [Fail(f"{protocol.TYPES[kind]}: {decision.removeprefix('refuse ')}")]
        fields = protocol.LAYOUTS[kind].unpack(payload)
        if decision == "init":
            return [self._init(transaction, fields)]
        if decision == "configure":
            self.state = CONFIGURED
            return []
        if decision == "describe":
            self.state = DESCRIBED
            return []
        if decision == "receive buffer":
            return [self._receive_buffer(transaction, fields["gpadl"], gpadls)]
        if decision == "send buffer":
            return [self._send_buffer(transaction, fields["gpadl"], gpadls)]
        if decision == "revoke receive buffer":
            self.state = DESCRIBED if self.state == RECEIVING else LEAVING
            self.receive_gpadl, self.free, self.held, self.waiting = 0, [], {}, []
            return self._close()
        if decision == "revoke send buffer":
            self.state = RECEIVING if self.state == SENDING else DESCRIBED
            self.send_gpadl, self.sections = 0, 0
            return []
        return [self._locate(transaction, fields, room)]

    def completed(self, transaction: int) -> list[Effect]:
        """The guest gives a sub-allocation back; one that it does not hold concerns nobody."""
        place = self.held.pop(transaction, None)
        if place is None:
            return []
        self.free.append(place)
        if not self.waiting:
            return []
        channel_type, message = self.waiting.pop(0)
        return self._to_guest(channel_type, message)

    def fetched(self, transaction: int, data: bytes) -> list[Effect]:
        """The bytes of an RNDIS message that the guest has sent."""
        channel_type = self.fetching.pop(transaction, None)
        if channel_type is None:
            return []
        try:
            kind, fields, information = protocol.read_rndis(data)
        except BadRndis as bad:
            return [self._rndis_complete(transaction, protocol.STATUS_INVALID_RNDIS), Fail(str(bad))]
        decision = RNDIS_DECISIONS[kind, self.rndis]
        if decision == "refuse" or (kind == RNDIS_PACKET) != (channel_type == DATA_CHANNEL):
            return [Fail(f"{protocol.RNDIS_TYPES[kind]}: InvalidRndisState")]
        effects: list[Effect] = [self._rndis_complete(transaction, protocol.STATUS_SUCCESS)]
        return effects + self._RNDIS_ACTIONS[decision](self, fields, information)

    # -- the adapter's other side -------------------------------------------------------------------

    def frame(self, data: bytes) -> list[Effect]:
        """The switch has a frame for the guest: it is dropped while nobody takes it, or there is no room."""
        if self.rndis != INITIALIZED or not self.filter or not self.linked:
            return []
        if not self.free:
            self.no_room += 1
            return []
        self.frames_in += 1
        return self._to_guest(DATA_CHANNEL, protocol.frame_message(data))

    def cable(self, linked: bool) -> list[Effect]:
        """The adapter was connected or disconnected: an open one's guest is told."""
        if linked == self.linked:
            return []
        self.linked = linked
        if self.rndis != INITIALIZED:
            return []
        return self._tell_of_cable(opening=False)

    # -- NVSP -----------------------------------------------------------------------------------------

    def _init(self, transaction: int, fields: Mapping[str, int]) -> Complete:
        version = fields["minimum_version"]
        if version != fields["maximum_version"] or version not in self.versions:
            return Complete(transaction, protocol.nvsp(INIT_COMPLETE, status=protocol.STATUS_NONE))
        self.version = version
        # At version 1 there is no NDIS configuration: the NDIS version follows at once.
        self.state = CONFIGURED if version == V1 else NEGOTIATED
        return Complete(
            transaction,
            protocol.nvsp(
                INIT_COMPLETE,
                version=version,
                maximum_mdl_chain=protocol.MAXIMUM_MDL_CHAIN,
                status=protocol.STATUS_SUCCESS,
            ),
        )

    def _receive_buffer(self, transaction: int, gpadl: int, gpadls: Mapping[int, int]) -> Complete:
        count = gpadls.get(gpadl, 0) // SUB_ALLOCATION_SIZE
        if not count:
            return Complete(
                transaction, protocol.nvsp(SEND_RECEIVE_BUFFER_COMPLETE, status=protocol.STATUS_FAIL)
            )
        self.state, self.receive_gpadl = RECEIVING, gpadl
        self.free = list(range(count))
        return Complete(
            transaction,
            protocol.nvsp(
                SEND_RECEIVE_BUFFER_COMPLETE,
                status=protocol.STATUS_SUCCESS,
                sections=1,
                sub_allocation_size=SUB_ALLOCATION_SIZE,
                sub_allocations=count,
                end_offset=count * SUB_ALLOCATION_SIZE,
            ),
        )

    def _send_buffer(self, transaction: int, gpadl: int, gpadls: Mapping[int, int]) -> Complete:
        count = gpadls.get(gpadl, 0) // SECTION_SIZE
        if not count:
            return Complete(
                transaction, protocol.nvsp(SEND_SEND_BUFFER_COMPLETE, status=protocol.STATUS_FAIL)
            )
        self.state, self.send_gpadl, self.sections = SENDING, gpadl, count
        return Complete(
            transaction,
            protocol.nvsp(
                SEND_SEND_BUFFER_COMPLETE, status=protocol.STATUS_SUCCESS, section_size=SECTION_SIZE
            ),
        )

    def _locate(self, transaction: int, fields: Mapping[str, int], room: int) -> Effect:
        """Where an RNDIS message of the guest lies; one that lies nowhere is completed with an error."""
        index, size, channel_type = fields["section_index"], fields["section_size"], fields["channel_type"]
        bad = channel_type not in (DATA_CHANNEL, CONTROL_CHANNEL) or transaction in self.fetching
        if index == NO_SECTION:
            bad = bad or not 0 < room <= SECTION_SIZE
            where, offset, size = 0, -1, room
        else:
            bad = bad or index >= self.sections or not 0 < size <= SECTION_SIZE
            where, offset = self.send_gpadl, index * SECTION_SIZE
        if bad:
            return self._rndis_complete(transaction, protocol.STATUS_INVALID_RNDIS)
        self.fetching[transaction] = channel_type
        return Fetch(transaction, where, offset, size)

    def _rndis_complete(self, transaction: int, status: int) -> Complete:
        return Complete(transaction, protocol.nvsp(RNDIS_PACKET_COMPLETE, status=status))

    def _to_guest(self, channel_type: int, message: bytes) -> list[Effect]:
        if not self.free:
            self.waiting.append((channel_type, message))
            return []
        place = self.free.pop(0)
        transaction = self.next_transaction
        self.next_transaction += 1
        self.held[transaction] = place
        payload = protocol.nvsp(
            SEND_RNDIS_PACKET, channel_type=channel_type, section_index=NO_SECTION, section_size=0
        )
        return [Deliver(transaction, self.receive_gpadl, place * SUB_ALLOCATION_SIZE, message, payload)]

    # -- RNDIS ----------------------------------------------------------------------------------------

    def _reply(self, kind: int, data: bytes = b"", **values: int) -> list[Effect]:
        return self._to_guest(CONTROL_CHANNEL, protocol.rndis(COMPLETE | kind, data, **values))

    def _initialize(self, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        self.rndis = INITIALIZED
        return self._reply(
            RNDIS_INITIALIZE,
            request_id=fields["request_id"],
            major=1,
            device_flags=1,
            maximum_packets=8,
            maximum_transfer=SECTION_SIZE,
            packet_alignment=3,
        )

    def _ignore(self, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        return []

    def _halt(self, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        return self._close()

    def _close(self) -> list[Effect]:
        was_open = bool(self.filter)
        self.rndis, self.filter = UNINITIALIZED, 0
        return [Ready(False)] if was_open else []

    def _query(self, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        values = {
            protocol.OID_MAXIMUM_FRAME_SIZE: protocol.MTU - 14,
            protocol.OID_LINK_SPEED: protocol.LINK_SPEED,
            protocol.OID_PACKET_FILTER: self.filter,
            protocol.OID_CONNECT_STATUS: 0 if self.linked else 1,
        }
        oid, request = fields["oid"], fields["request_id"]
        if oid in values:
            data = values[oid].to_bytes(4, "little")
        elif oid in (protocol.OID_PERMANENT_ADDRESS, protocol.OID_CURRENT_ADDRESS):
            data = self.mac
        else:
            return self._reply(RNDIS_QUERY, request_id=request, status=protocol.RNDIS_NOT_SUPPORTED)
        layout = protocol.RNDIS_LAYOUTS[COMPLETE | RNDIS_QUERY]
        return self._reply(
            RNDIS_QUERY,
            data,
            request_id=request,
            information_length=len(data),
            information_offset=layout.size,
        )

    def _set(self, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        request = fields["request_id"]
        if fields["oid"] != protocol.OID_PACKET_FILTER:
            return self._reply(RNDIS_SET, request_id=request, status=protocol.RNDIS_NOT_SUPPORTED)
        if len(information) != 4:
            return self._reply(RNDIS_SET, request_id=request, status=protocol.RNDIS_INVALID_DATA)
        was_open, self.filter = bool(self.filter), int.from_bytes(information, "little")
        changed: list[Effect] = [Ready(bool(self.filter))] if was_open != bool(self.filter) else []
        return [*changed, *self._reply(RNDIS_SET, request_id=request), *self._tell_of_cable(opening=True)]

    def _tell_of_cable(self, opening: bool) -> list[Effect]:
        """An adapter that opens takes it that there is a cable; only that there is none need be said."""
        if opening and self.linked:
            return []
        status = protocol.MEDIA_CONNECT if self.linked else protocol.MEDIA_DISCONNECT
        return self._to_guest(CONTROL_CHANNEL, protocol.rndis(RNDIS_INDICATE_STATUS, status=status))

    def _reset(self, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        self.filter = 0
        return self._reply(RNDIS_RESET, addressing_reset=1)

    def _keepalive(self, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        return self._reply(RNDIS_KEEPALIVE, request_id=fields["request_id"])

    def _packet(self, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        self.frames_out += 1
        return [Frame(information)]

    _RNDIS_ACTIONS = {  # noqa: RUF012 - not a field: what each decision means
        "initialize": _initialize,
        "ignore": _ignore,
        "halt": _halt,
        "query": _query,
        "set": _set,
        "reset": _reset,
        "keepalive": _keepalive,
        "packet": _packet,
    }
