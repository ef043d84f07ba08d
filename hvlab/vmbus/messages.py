"""The VMBus control plane's wire table: every message's name, number, direction and layout.

Offsets count from the start of the message, its 8-byte header included. All
numbers are little-endian. Sizes and offsets are those that Linux and openvmm
agree on.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from hvlab.kernel import Field, Layout

GUEST_TO_HOST = "guest->host"
HOST_TO_GUEST = "host->guest"

V1, WIN7, WIN8, WIN8_1, WIN10 = 0x0000000D, 0x00010001, 0x00020004, 0x00030000, 0x00040000
RS3, IRON, COPPER = 0x00040001, 0x00050003, 0x00060000
VERSION_NAMES = {
    V1: "0.13",
    WIN7: "1.1",
    WIN8: "2.4",
    WIN8_1: "3.0",
    WIN10: "4.0",
    RS3: "4.1",
    0x00050000: "5.0",
    0x00050001: "5.1",
    0x00050002: "5.2",
    IRON: "5.3",
    COPPER: "6.0",
}

HEADER_SIZE = 8
MAXIMUM_MESSAGE = 240
GPADL_HEADER_VALUES = 27
GPADL_BODY_VALUES = 28
MAXIMUM_GPADL_PAGES = (0xFFFF - 8) // 8
STATUS_FAILED = 0x8000FFFF
STATUS_CONNECTION_REFUSED = 0xC0000236
"""What a guest hears that wants a socket to the host on which nobody listens (NT status; general knowledge)."""

OFFER_FLAGS = {
    0x1: "ENUMERATE_DEVICE_INTERFACE",
    0x2: "TRANSFER_PAGES",
    0x4: "GPADLS",
    0x10: "NAMED_PIPE_MODE",
    0x100: "LOOPBACK",
    0x200: "PARENT",
    0x400: "MONITORED",
}
PIPE_MESSAGE_MODE = 4


def _u32(name: str, shown: str = "dec") -> Field:
    return Field(name, "u32", shown=shown)


_STATUS = Field("status", "u32", names={0: "success", STATUS_FAILED: "failed"}, shown="hex")
_CHANNEL = _u32("channel_id")
_GPADL = _u32("gpadl_id", "hex")


@dataclass(frozen=True)
class MessageType:
    """A message: its name and number, its direction, its layout (without what follows it), if it is followed.

    `since` is the first protocol version that knows it. One with an `option` needs more: both ends must have
    agreed on that feature, and no contact of 40 bytes can.
    """

    name: str
    number: int
    direction: str
    layout: Layout
    followed: bool = False
    since: int = V1
    option: bool = False

    def known_at(self, version: int) -> bool:
        """Whether a connection of this version has the message."""
        return self.since <= version and not self.option


TYPES: dict[int, MessageType] = {}
BY_NAME: dict[str, MessageType] = {}


def _define(
    name: str,
    number: int,
    direction: str,
    *fields: Field,
    followed: bool = False,
    since: int = V1,
    option: bool = False,
) -> MessageType:
    header = (Field("message_type", "u32"), Field("_padding", "u32"))
    kind = MessageType(name, number, direction, Layout(name, *header, *fields), followed, since, option)
    TYPES[number] = BY_NAME[name] = kind
    return kind


_define(
    "OFFER_CHANNEL",
    1,
    HOST_TO_GUEST,
    Field("interface_id", "guid"),
    Field("instance_id", "guid"),
    Field("_reserved", "bytes", 16),
    Field("flags", "u16", flags=OFFER_FLAGS, shown="hex"),
    Field("mmio_megabytes", "u16"),
    Field("user_defined", "bytes", 120),
    Field("subchannel_index", "u16", since="2.4"),
    Field("mmio_megabytes_optional", "u16"),
    _CHANNEL,
    Field("monitor_id", "u8"),
    Field("monitor_allocated", "u8"),
    Field("is_dedicated", "u16", since="1.1"),
    Field("connection_id", "u32", shown="hex", since="1.1"),
)
_define("RESCIND_CHANNEL_OFFER", 2, HOST_TO_GUEST, _CHANNEL)
_define("REQUEST_OFFERS", 3, GUEST_TO_HOST)
_define("ALL_OFFERS_DELIVERED", 4, HOST_TO_GUEST)
_define(
    "OPEN_CHANNEL",
    5,
    GUEST_TO_HOST,
    _CHANNEL,
    _u32("open_id"),
    _u32("ring_gpadl", "hex"),
    _u32("target_vp"),
    _u32("downstream_ring_page_offset"),
    Field("user_data", "bytes", 120),
)
_define("OPEN_CHANNEL_RESULT", 6, HOST_TO_GUEST, _CHANNEL, _u32("open_id"), _STATUS)
_define("CLOSE_CHANNEL", 7, GUEST_TO_HOST, _CHANNEL)
_define(
    "GPADL_HEADER",
    8,
    GUEST_TO_HOST,
    _CHANNEL,
    _GPADL,
    Field("range_bytes", "u16"),
    Field("range_count", "u16"),
    followed=True,
)
_define("GPADL_BODY", 9, GUEST_TO_HOST, _u32("message_number"), _GPADL, followed=True)
_define("GPADL_CREATED", 10, HOST_TO_GUEST, _CHANNEL, _GPADL, _STATUS)
_define("GPADL_TEARDOWN", 11, GUEST_TO_HOST, _CHANNEL, _GPADL)
_define("GPADL_TORNDOWN", 12, HOST_TO_GUEST, _GPADL)
_define("REL_ID_RELEASED", 13, GUEST_TO_HOST, _CHANNEL)
_define(
    "INITIATE_CONTACT",
    14,
    GUEST_TO_HOST,
    Field("version", "u32", names=VERSION_NAMES, shown="hex"),
    _u32("target_message_vp"),
    Field("interrupt_page", "u64", shown="hex"),
    Field("parent_to_child_monitor_page", "u64", shown="hex"),
    Field("child_to_parent_monitor_page", "u64", shown="hex"),
)
_define(
    "VERSION_RESPONSE",
    15,
    HOST_TO_GUEST,
    Field("version_supported", "u8", names={0: "no", 1: "yes"}),
    Field("connection_state", "u8"),
    Field("_pad", "u16"),
    Field("selected_version", "u32", names=VERSION_NAMES, shown="hex"),
)
_define("UNLOAD", 16, GUEST_TO_HOST)
_define("UNLOAD_COMPLETE", 17, HOST_TO_GUEST, since=WIN7)
_define(
    "OPEN_RESERVED",
    18,
    GUEST_TO_HOST,
    _CHANNEL,
    _u32("target_vp"),
    _u32("target_sint"),
    _u32("ring_gpadl", "hex"),
    _u32("downstream_ring_page_offset"),
    since=WIN10,
)
_define("CLOSE_RESERVED", 19, GUEST_TO_HOST, _CHANNEL, _u32("target_vp"), _u32("target_sint"))
_define("CLOSE_RESERVED_RESPONSE", 20, HOST_TO_GUEST, _CHANNEL, since=WIN10)
_SOCKET = (Field("endpoint_id", "guid"), Field("service_id", "guid"))
_define("TL_CONNECT_REQUEST", 21, GUEST_TO_HOST, *_SOCKET, since=WIN10)
_define("MODIFY_CHANNEL", 22, GUEST_TO_HOST, _CHANNEL, _u32("target_vp"), since=RS3)
_define(
    "TL_CONNECT_RESULT",
    23,
    HOST_TO_GUEST,
    *_SOCKET,
    Field("status", "u32", names={STATUS_CONNECTION_REFUSED: "connection refused"}, shown="hex"),
    since=RS3,
)
_define("MODIFY_CHANNEL_RESPONSE", 24, HOST_TO_GUEST, _CHANNEL, _STATUS, since=IRON)
_define(
    "MODIFY_CONNECTION",
    25,
    GUEST_TO_HOST,
    Field("parent_to_child_monitor_page", "u64", shown="hex"),
    Field("child_to_parent_monitor_page", "u64", shown="hex"),
    since=COPPER,
    option=True,
)
_define(
    "MODIFY_CONNECTION_RESPONSE",
    26,
    HOST_TO_GUEST,
    Field("connection_state", "u8"),
    since=COPPER,
    option=True,
)
_define("PAUSE", 27, GUEST_TO_HOST, since=COPPER, option=True)
_define("PAUSE_RESPONSE", 28, HOST_TO_GUEST, since=COPPER, option=True)
_define("RESUME", 29, GUEST_TO_HOST, since=COPPER, option=True)

_RANGE = struct.Struct("<II")


class BadMessage(Exception):
    """A message that is not one: `reason` is MessageTooSmall or UnknownMessageType."""

    def __init__(self, reason: str, name: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.reason = reason
        self.name = name


def pack(name: str, tail: bytes = b"", **fields: Any) -> bytes:
    """The bytes of a message; `tail` is what follows the fixed part (GPADL range data)."""
    kind = BY_NAME[name]
    return kind.layout.pack(message_type=kind.number, **fields) + tail


def parse(data: bytes) -> tuple[MessageType, dict[str, Any], bytes]:
    """A message's type, its fields, and what follows the fixed part. Raises BadMessage."""
    if len(data) < HEADER_SIZE:
        raise BadMessage("MessageTooSmall", "?")
    kind = TYPES.get(int.from_bytes(data[:4], "little"))
    if kind is None:
        raise BadMessage("UnknownMessageType", str(int.from_bytes(data[:4], "little")))
    if len(data) < kind.layout.size:
        raise BadMessage("MessageTooSmall", kind.name)
    return kind, kind.layout.unpack(data), bytes(data[kind.layout.size :])


def gpadl_messages(
    channel: int, gpadl: int, pages: list[int], byte_count: int, byte_offset: int = 0
) -> list[bytes]:
    """GPADL_HEADER and as many GPADL_BODY as one range over these guest pages needs.

    At most MAXIMUM_GPADL_PAGES pages: the header counts the range's bytes in 16 bits. ValueError.
    """
    if len(pages) > MAXIMUM_GPADL_PAGES:
        raise ValueError(f"{len(pages)} pages in one GPADL, at most {MAXIMUM_GPADL_PAGES}")
    body = _RANGE.pack(byte_count, byte_offset) + struct.pack(f"<{len(pages)}Q", *pages)
    first = GPADL_HEADER_VALUES * 8
    messages = [
        pack(
            "GPADL_HEADER",
            body[:first],
            channel_id=channel,
            gpadl_id=gpadl,
            range_bytes=len(body),
            range_count=1,
        )
    ]
    step = GPADL_BODY_VALUES * 8
    for number, start in enumerate(range(first, len(body), step), 1):
        messages.append(pack("GPADL_BODY", body[start : start + step], message_number=number, gpadl_id=gpadl))
    return messages


def read_ranges(data: bytes, range_count: int) -> list[tuple[int, int, list[int]]]:
    """The (byte count, byte offset, pages) of each range. Raises ValueError if the data does not hold them."""
    ranges = []
    at = 0
    for _ in range(range_count):
        if at + 8 > len(data):
            raise ValueError("a range is cut short")
        count, offset = _RANGE.unpack_from(data, at)
        pages = -(-(offset + count) // 4096)
        at += 8
        if offset >= 4096 or count == 0 or at + 8 * pages > len(data):
            raise ValueError("a range does not fit its pages")
        ranges.append(
            (
                count,
                offset,
                list(struct.unpack_from(f"<{pages}Q", data, at)),
            )
        )
        at += 8 * pages
    return ranges
