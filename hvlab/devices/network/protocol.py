"""The network protocol's wire tables: NVSP messages on the channel, RNDIS messages in the shared buffers.

An NVSP message is 28 bytes whatever it says. Frames and the control messages of
RNDIS never lie in the ring: a message of type 107 says in which section of the
send buffer, or in which sub-allocation of the receive buffer, they are found.
"""

from __future__ import annotations

import uuid

from hvlab.kernel import Field, Layout

INTERFACE = uuid.UUID("f8615163-df3e-46c5-913f-f2d2f965ed0e")

V1, V2, V4, V5 = 0x00002, 0x30002, 0x40000, 0x50000
VERSION_NAMES = {V1: "NVSP 1", V2: "NVSP 2", V4: "NVSP 4", V5: "NVSP 5"}

INIT, INIT_COMPLETE = 1, 2
SEND_NDIS_VERSION = 100
SEND_RECEIVE_BUFFER, SEND_RECEIVE_BUFFER_COMPLETE, REVOKE_RECEIVE_BUFFER = 101, 102, 103
SEND_SEND_BUFFER, SEND_SEND_BUFFER_COMPLETE, REVOKE_SEND_BUFFER = 104, 105, 106
SEND_RNDIS_PACKET, RNDIS_PACKET_COMPLETE = 107, 108
SEND_NDIS_CONFIG = 125
TYPES = {
    INIT: "INIT",
    INIT_COMPLETE: "INIT_COMPLETE",
    SEND_NDIS_VERSION: "SEND_NDIS_VERSION",
    SEND_RECEIVE_BUFFER: "SEND_RECEIVE_BUFFER",
    SEND_RECEIVE_BUFFER_COMPLETE: "SEND_RECEIVE_BUFFER_COMPLETE",
    REVOKE_RECEIVE_BUFFER: "REVOKE_RECEIVE_BUFFER",
    SEND_SEND_BUFFER: "SEND_SEND_BUFFER",
    SEND_SEND_BUFFER_COMPLETE: "SEND_SEND_BUFFER_COMPLETE",
    REVOKE_SEND_BUFFER: "REVOKE_SEND_BUFFER",
    SEND_RNDIS_PACKET: "SEND_RNDIS_PACKET",
    RNDIS_PACKET_COMPLETE: "RNDIS_PACKET_COMPLETE",
    SEND_NDIS_CONFIG: "SEND_NDIS_CONFIG",
}
STATUS_NONE, STATUS_SUCCESS, STATUS_FAIL, STATUS_INVALID_RNDIS = 0, 1, 2, 5
STATUS_NAMES = {0: "none", 1: "success", 2: "failure", 5: "invalid RNDIS packet", 6: "busy"}

MESSAGE_SIZE = 28
MAXIMUM_MDL_CHAIN = 34
RECEIVE_BUFFER_ID, SEND_BUFFER_ID = 0xCAFE, 0
SECTION_SIZE = 6144
MTU = 1514
SUB_ALLOCATION_SIZE = 256 + MTU + 36
NO_SECTION = 0xFFFFFFFF
DATA_CHANNEL, CONTROL_CHANNEL = 0, 1


def _message(name: str, *fields: Field) -> Layout:
    used = 4 + sum({"u16": 2, "u32": 4, "u64": 8}[field.kind] for field in fields)
    rest = (Field("_rest", "bytes", MESSAGE_SIZE - used),) if used < MESSAGE_SIZE else ()
    return Layout(name, Field("message_type", "u32", names=TYPES), *fields, *rest)


_STATUS = Field("status", "u32", names=STATUS_NAMES)
LAYOUTS = {
    INIT: _message(
        "NvspInit",
        Field("minimum_version", "u32", names=VERSION_NAMES, shown="hex"),
        Field("maximum_version", "u32", names=VERSION_NAMES, shown="hex"),
    ),
    INIT_COMPLETE: _message(
        "NvspInitComplete",
        Field("version", "u32", names=VERSION_NAMES, shown="hex"),
        Field("maximum_mdl_chain", "u32"),
        _STATUS,
    ),
    SEND_NDIS_VERSION: _message("NvspNdisVersion", Field("major", "u32"), Field("minor", "u32")),
    SEND_RECEIVE_BUFFER: _message(
        "NvspReceiveBuffer", Field("gpadl", "u32", shown="hex"), Field("id", "u16", shown="hex")
    ),
    SEND_RECEIVE_BUFFER_COMPLETE: _message(
        "NvspReceiveBufferComplete",
        _STATUS,
        Field("sections", "u32"),
        Field("offset", "u32"),
        Field("sub_allocation_size", "u32"),
        Field("sub_allocations", "u32"),
        Field("end_offset", "u32"),
    ),
    REVOKE_RECEIVE_BUFFER: _message("NvspRevokeReceiveBuffer", Field("id", "u16", shown="hex")),
    SEND_SEND_BUFFER: _message(
        "NvspSendBuffer", Field("gpadl", "u32", shown="hex"), Field("id", "u16", shown="hex")
    ),
    SEND_SEND_BUFFER_COMPLETE: _message("NvspSendBufferComplete", _STATUS, Field("section_size", "u32")),
    REVOKE_SEND_BUFFER: _message("NvspRevokeSendBuffer", Field("id", "u16", shown="hex")),
    SEND_RNDIS_PACKET: _message(
        "NvspRndisPacket",
        Field("channel_type", "u32", names={0: "data", 1: "control"}),
        Field("section_index", "u32", shown="hex"),
        Field("section_size", "u32"),
    ),
    RNDIS_PACKET_COMPLETE: _message("NvspRndisPacketComplete", _STATUS),
    SEND_NDIS_CONFIG: _message(
        "NvspNdisConfig", Field("mtu", "u32"), Field("_reserved", "u32"), Field("capabilities", "u64")
    ),
}

# -- RNDIS --------------------------------------------------------------------------------------

RNDIS_PACKET, RNDIS_INITIALIZE, RNDIS_HALT, RNDIS_QUERY, RNDIS_SET, RNDIS_RESET = 1, 2, 3, 4, 5, 6
RNDIS_INDICATE_STATUS, RNDIS_KEEPALIVE = 7, 8
COMPLETE = 0x80000000
"""An RNDIS answer has the question's type with this bit."""
RNDIS_TYPES = {
    RNDIS_PACKET: "PACKET",
    RNDIS_INITIALIZE: "INITIALIZE",
    RNDIS_HALT: "HALT",
    RNDIS_QUERY: "QUERY",
    RNDIS_SET: "SET",
    RNDIS_RESET: "RESET",
    RNDIS_INDICATE_STATUS: "INDICATE_STATUS",
    RNDIS_KEEPALIVE: "KEEPALIVE",
    COMPLETE | RNDIS_INITIALIZE: "INITIALIZE_CMPLT",
    COMPLETE | RNDIS_QUERY: "QUERY_CMPLT",
    COMPLETE | RNDIS_SET: "SET_CMPLT",
    COMPLETE | RNDIS_RESET: "RESET_CMPLT",
    COMPLETE | RNDIS_KEEPALIVE: "KEEPALIVE_CMPLT",
}
RNDIS_SUCCESS, RNDIS_NOT_SUPPORTED, RNDIS_INVALID_DATA = 0, 0xC00000BB, 0xC0010015
MEDIA_CONNECT, MEDIA_DISCONNECT = 0x4001000B, 0x4001000C
"""Status indications of a cable (K: NDIS's numbers)."""

OID_MAXIMUM_FRAME_SIZE, OID_LINK_SPEED = 0x00010106, 0x00010107
OID_PACKET_FILTER, OID_CONNECT_STATUS = 0x0001010E, 0x00010114
OID_PERMANENT_ADDRESS, OID_CURRENT_ADDRESS = 0x01010101, 0x01010102
OIDS = {
    OID_MAXIMUM_FRAME_SIZE: "maximum frame size",
    OID_LINK_SPEED: "link speed",
    OID_PACKET_FILTER: "packet filter",
    OID_CONNECT_STATUS: "media connect status",
    OID_PERMANENT_ADDRESS: "permanent address",
    OID_CURRENT_ADDRESS: "current address",
}
FILTERS = {1: "directed", 2: "multicast", 4: "all multicast", 8: "broadcast", 0x20: "promiscuous"}
USUAL_FILTER = 0x0B
LINK_SPEED = 100_000_000
"""10 Gbit/s in units of 100 bit/s: what the synthetic adapter reports (K)."""

RNDIS_HEADER = Layout(
    "RndisHeader", Field("type", "u32", names=RNDIS_TYPES, shown="hex"), Field("length", "u32")
)
_REQUEST, _RNDIS_STATUS = Field("request_id", "u32"), Field("status", "u32", shown="hex")
_INFORMATION = (Field("information_length", "u32"), Field("information_offset", "u32"))
RNDIS_LAYOUTS = {
    RNDIS_PACKET: Layout(
        "RndisPacket",
        Field("data_offset", "u32"),
        Field("data_length", "u32"),
        Field("oob_offset", "u32"),
        Field("oob_length", "u32"),
        Field("oob_count", "u32"),
        Field("per_packet_offset", "u32"),
        Field("per_packet_length", "u32"),
        Field("vc_handle", "u32"),
        Field("_reserved", "u32"),
    ),
    RNDIS_INITIALIZE: Layout(
        "RndisInitialize",
        _REQUEST,
        Field("major", "u32"),
        Field("minor", "u32"),
        Field("maximum_transfer", "u32"),
    ),
    COMPLETE | RNDIS_INITIALIZE: Layout(
        "RndisInitializeComplete",
        _REQUEST,
        _RNDIS_STATUS,
        Field("major", "u32"),
        Field("minor", "u32"),
        Field("device_flags", "u32"),
        Field("medium", "u32", names={0: "802.3"}),
        Field("maximum_packets", "u32"),
        Field("maximum_transfer", "u32"),
        Field("packet_alignment", "u32"),
        Field("_list_offset", "u32"),
        Field("_list_size", "u32"),
    ),
    RNDIS_HALT: Layout("RndisHalt", _REQUEST),
    RNDIS_QUERY: Layout(
        "RndisQuery", _REQUEST, Field("oid", "u32", names=OIDS, shown="hex"), *_INFORMATION,
        Field("_vc_handle", "u32"),
    ),
    COMPLETE | RNDIS_QUERY: Layout("RndisQueryComplete", _REQUEST, _RNDIS_STATUS, *_INFORMATION),
    RNDIS_SET: Layout(
        "RndisSet", _REQUEST, Field("oid", "u32", names=OIDS, shown="hex"), *_INFORMATION,
        Field("_vc_handle", "u32"),
    ),
    COMPLETE | RNDIS_SET: Layout("RndisSetComplete", _REQUEST, _RNDIS_STATUS),
    RNDIS_RESET: Layout("RndisReset", Field("_reserved", "u32")),
    COMPLETE | RNDIS_RESET: Layout("RndisResetComplete", _RNDIS_STATUS, Field("addressing_reset", "u32")),
    RNDIS_INDICATE_STATUS: Layout(
        "RndisIndicateStatus", _RNDIS_STATUS, Field("_length", "u32"), Field("_offset", "u32")
    ),
    RNDIS_KEEPALIVE: Layout("RndisKeepalive", _REQUEST),
    COMPLETE | RNDIS_KEEPALIVE: Layout("RndisKeepaliveComplete", _REQUEST, _RNDIS_STATUS),
}  # fmt: skip


class BadRndis(Exception):
    """Bytes that are no RNDIS message; `reason` says why."""


def nvsp(kind: int, **values: int) -> bytes:
    """An NVSP message."""
    return LAYOUTS[kind].pack(message_type=kind, **values)


def rndis(kind: int, data: bytes = b"", **values: int) -> bytes:
    """An RNDIS message with what follows its fields."""
    body = RNDIS_LAYOUTS[kind].pack(**values) + data
    return RNDIS_HEADER.pack(type=kind, length=RNDIS_HEADER.size + len(body)) + body


def frame_message(frame: bytes) -> bytes:
    """The RNDIS message that carries a frame."""
    size = RNDIS_LAYOUTS[RNDIS_PACKET].size
    return rndis(RNDIS_PACKET, frame, data_offset=size, data_length=len(frame))


def read_rndis(data: bytes) -> tuple[int, dict[str, int], bytes]:
    """An RNDIS message's type, its fields, and what they point to: a frame or a piece of information. BadRndis."""
    if len(data) < RNDIS_HEADER.size:
        raise BadRndis("a message that is cut short")
    head = RNDIS_HEADER.unpack(data)
    kind, length = head["type"], head["length"]
    layout = RNDIS_LAYOUTS.get(kind)
    if layout is None:
        raise BadRndis(f"message type 0x{kind:x}")
    if not RNDIS_HEADER.size + layout.size <= length <= len(data):
        raise BadRndis(f"{RNDIS_TYPES[kind]} of {length} bytes")
    fields = layout.unpack(data, RNDIS_HEADER.size)
    if kind == RNDIS_PACKET:
        offset, count = fields["data_offset"], fields["data_length"]
    elif "information_length" in fields:
        offset, count = fields["information_offset"], fields["information_length"]
    else:
        return kind, fields, b""
    if count and (offset < layout.size or RNDIS_HEADER.size + offset + count > length):
        raise BadRndis(f"{RNDIS_TYPES[kind]} points outside itself")
    start = RNDIS_HEADER.size + offset
    return kind, fields, bytes(data[start : start + count])
