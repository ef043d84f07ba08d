"""netvsc: the guest's driver for a synthetic network adapter, a pure state machine.

It proposes versions from the highest down, opens a receive and a send buffer to
the host, starts RNDIS, asks for the adapter's address and opens the filter; then
frames go both ways. What must be written where, it says as effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hvlab.devices.network import protocol
from hvlab.devices.network.protocol import (
    COMPLETE,
    CONTROL_CHANNEL,
    DATA_CHANNEL,
    INIT,
    NO_SECTION,
    RNDIS_INDICATE_STATUS,
    RNDIS_INITIALIZE,
    RNDIS_PACKET,
    RNDIS_PACKET_COMPLETE,
    RNDIS_QUERY,
    RNDIS_SET,
    SEND_NDIS_CONFIG,
    SEND_NDIS_VERSION,
    SEND_RECEIVE_BUFFER,
    SEND_RNDIS_PACKET,
    SEND_SEND_BUFFER,
    V1,
    V4,
    BadRndis,
)

IDLE, VERSION, RECEIVE, SEND, RNDIS, ADDRESS, FILTER, READY, FAILED = (
    "idle",
    "version",
    "receive buffer",
    "send buffer",
    "rndis",
    "address",
    "filter",
    "ready",
    "failed",
)
MAXIMUM_WAITING = 64
"""Frames that wait for a free section; more are dropped (the lab's choice)."""


@dataclass(frozen=True)
class SendPacket:
    """Put an in-band packet into the ring; `wanted`: it asks for a completion."""

    transaction: int
    payload: bytes
    wanted: bool


@dataclass(frozen=True)
class WriteSection:
    """Write bytes at this offset of the send buffer."""

    offset: int
    data: bytes


@dataclass(frozen=True)
class SendDirect:
    """Write bytes into pages of the driver's own, and name those in a packet with this payload."""

    transaction: int
    payload: bytes
    data: bytes


@dataclass(frozen=True)
class OpenBuffer:
    """Open a buffer of so many bytes to the host by GPADL; answer with `buffer_open`. `which`: receive or send."""

    which: str
    size: int


@dataclass(frozen=True)
class Release:
    """Give a sub-allocation back: the completion of a transfer-pages packet."""

    transaction: int
    payload: bytes


@dataclass(frozen=True)
class Received:
    """A frame has come."""

    data: bytes


@dataclass(frozen=True)
class Ready:
    """The adapter works; this is its address."""

    mac: bytes


@dataclass(frozen=True)
class Cable:
    """The host says that the adapter was connected or disconnected."""

    linked: bool


@dataclass(frozen=True)
class Failed:
    """The service and this driver did not come together."""

    reason: str


Effect = SendPacket | WriteSection | SendDirect | OpenBuffer | Release | Received | Ready | Cable | Failed


@dataclass
class NetVsc:
    """One adapter's driver. `versions` highest first; the buffers' sizes in bytes (no send buffer: 0)."""

    versions: tuple[int, ...]
    receive_size: int
    send_size: int
    step: str = IDLE
    proposal: int = 0
    version: int = 0
    mac: bytes = b""
    linked: bool = True
    section_size: int = 0
    free: list[int] = field(default_factory=list)
    """Sections of the send buffer that are free."""
    busy: dict[int, int] = field(default_factory=dict)
    """Transaction to the section that the host has not completed (NO_SECTION: the driver's own pages)."""
    waiting: list[bytes] = field(default_factory=list)
    """RNDIS data messages for which there was no section."""
    next_transaction: int = 1
    next_request: int = 1
    frames_in: int = 0
    frames_out: int = 0
    dropped: int = 0

    # -- from the system ----------------------------------------------------------------------

    def start(self) -> list[Effect]:
        """The channel is open: propose a version."""
        self.step = VERSION
        return [self._propose()]

    def send(self, frame: bytes) -> list[Effect]:
        """Send a frame; it is dropped while the adapter does not work, or too many wait."""
        if self.step != READY or not self.linked or len(self.waiting) >= MAXIMUM_WAITING:
            self.dropped += 1
            return []
        self.frames_out += 1
        message = protocol.frame_message(frame)
        if self.section_size and not self.free:
            self.waiting.append(message)
            return []
        return self._rndis(DATA_CHANNEL, message)

    def buffer_open(self, which: str, gpadl: int) -> list[Effect]:
        """The host knows a buffer's pages by this GPADL (0: it refused them)."""
        if not gpadl:
            return self._fail(f"{which} buffer refused")
        if which == "receive":
            payload = protocol.nvsp(SEND_RECEIVE_BUFFER, gpadl=gpadl, id=protocol.RECEIVE_BUFFER_ID)
        else:
            payload = protocol.nvsp(SEND_SEND_BUFFER, gpadl=gpadl, id=protocol.SEND_BUFFER_ID)
        return [self._packet(payload, True)]

    # -- from the host -----------------------------------------------------------------------

    def completed(self, transaction: int, payload: bytes) -> list[Effect]:
        """A completion from the ring."""
        kind = int.from_bytes(payload[:4], "little")
        if len(payload) < protocol.MESSAGE_SIZE or kind not in protocol.LAYOUTS:
            return self._fail("a completion that is cut short")
        fields = protocol.LAYOUTS[kind].unpack(payload)
        if kind == RNDIS_PACKET_COMPLETE:
            return self._section_back(transaction)
        if kind == protocol.INIT_COMPLETE and self.step == VERSION:
            return self._agreed(fields)
        if kind == protocol.SEND_RECEIVE_BUFFER_COMPLETE and self.step == RECEIVE:
            if fields["status"] != protocol.STATUS_SUCCESS:
                return self._fail("receive buffer not taken")
            self.step = SEND
            return [OpenBuffer("send", self.send_size)] if self.send_size else self._start_rndis()
        if kind == protocol.SEND_SEND_BUFFER_COMPLETE and self.step == SEND:
            if fields["status"] == protocol.STATUS_SUCCESS and fields["section_size"]:
                self.section_size = fields["section_size"]
                self.free = list(range(self.send_size // self.section_size))
            return self._start_rndis()
        return []

    def received(self, transaction: int, payload: bytes, messages: list[bytes]) -> list[Effect]:
        """A transfer-pages packet; `messages` are the bytes of its ranges in the receive buffer."""
        effects: list[Effect] = []
        for data in messages:
            try:
                kind, fields, information = protocol.read_rndis(data)
            except BadRndis:
                continue
            effects += self._message(kind, fields, information)
        done = protocol.nvsp(RNDIS_PACKET_COMPLETE, status=protocol.STATUS_SUCCESS)
        return [Release(transaction, done), *effects]

    # -- coming together ---------------------------------------------------------------------

    def _packet(self, payload: bytes, wanted: bool) -> SendPacket:
        transaction = self.next_transaction
        self.next_transaction += 1
        return SendPacket(transaction, payload, wanted)

    def _propose(self) -> SendPacket:
        version = self.versions[self.proposal]
        return self._packet(
            protocol.nvsp(INIT, minimum_version=version, maximum_version=version), wanted=True
        )

    def _fail(self, reason: str) -> list[Effect]:
        self.step = FAILED
        return [Failed(reason)]

    def _agreed(self, fields: Mapping[str, int]) -> list[Effect]:
        if fields["status"] != protocol.STATUS_SUCCESS:
            self.proposal += 1
            if self.proposal < len(self.versions):
                return [self._propose()]
            return self._fail("no common network version")
        self.version = self.versions[self.proposal]
        self.step = RECEIVE
        effects: list[Effect] = []
        if self.version != V1:
            effects.append(self._packet(protocol.nvsp(SEND_NDIS_CONFIG, mtu=protocol.MTU), False))
        major, minor = (6, 1) if self.version <= V4 else (6, 30)
        effects.append(self._packet(protocol.nvsp(SEND_NDIS_VERSION, major=major, minor=minor), False))
        return [*effects, OpenBuffer("receive", self.receive_size)]

    def _start_rndis(self) -> list[Effect]:
        self.step = RNDIS
        return self._control(RNDIS_INITIALIZE, major=1, maximum_transfer=protocol.SECTION_SIZE)

    # -- RNDIS ---------------------------------------------------------------------------------

    def _control(self, kind: int, data: bytes = b"", **values: int) -> list[Effect]:
        request = self.next_request
        self.next_request += 1
        return self._rndis(CONTROL_CHANNEL, protocol.rndis(kind, data, request_id=request, **values))

    def _rndis(self, channel_type: int, message: bytes) -> list[Effect]:
        transaction = self.next_transaction
        self.next_transaction += 1
        fits = bool(self.free) and len(message) <= self.section_size
        section = self.free.pop(0) if fits else NO_SECTION
        self.busy[transaction] = section
        payload = protocol.nvsp(
            SEND_RNDIS_PACKET,
            channel_type=channel_type,
            section_index=section,
            section_size=len(message) if fits else 0,
        )
        if not fits:
            return [SendDirect(transaction, payload, message)]
        offset = section * self.section_size
        return [WriteSection(offset, message), SendPacket(transaction, payload, True)]

    def _section_back(self, transaction: int) -> list[Effect]:
        section = self.busy.pop(transaction, NO_SECTION)
        if section == NO_SECTION:
            return []
        self.free.append(section)
        return self._rndis(DATA_CHANNEL, self.waiting.pop(0)) if self.waiting else []

    def _message(self, kind: int, fields: Mapping[str, int], information: bytes) -> list[Effect]:
        if kind == RNDIS_PACKET:
            self.frames_in += 1
            return [Received(information)] if self.step == READY else []
        if kind == RNDIS_INDICATE_STATUS:
            return self._indicated(fields["status"])
        if fields.get("status", 0):
            return self._fail(f"{protocol.RNDIS_TYPES[kind]} 0x{fields['status']:08x}")
        if kind == COMPLETE | RNDIS_INITIALIZE and self.step == RNDIS:
            self.step = ADDRESS
            return self._control(RNDIS_QUERY, oid=protocol.OID_PERMANENT_ADDRESS)
        if kind == COMPLETE | RNDIS_QUERY and self.step == ADDRESS:
            self.mac = information
            self.step = FILTER
            wanted = protocol.USUAL_FILTER.to_bytes(4, "little")
            offset = protocol.RNDIS_LAYOUTS[RNDIS_SET].size
            return self._control(
                RNDIS_SET,
                wanted,
                oid=protocol.OID_PACKET_FILTER,
                information_length=len(wanted),
                information_offset=offset,
            )
        if kind == COMPLETE | RNDIS_SET and self.step == FILTER:
            self.step = READY
            return [Ready(self.mac)]
        return []

    def _indicated(self, status: int) -> list[Effect]:
        if status not in (protocol.MEDIA_CONNECT, protocol.MEDIA_DISCONNECT):
            return []
        self.linked = status == protocol.MEDIA_CONNECT
        return [Cable(self.linked)]
