"""The integration components' wire table: pipe header, IC header, and each service's body.

The host speaks first: it offers versions as soon as the channel opens. Requests
and answers are paired by the IC header; the VMBus packets ask for no completion.
"""

from __future__ import annotations

import struct
import uuid

from hvlab.kernel import Field, Layout
from hvlab.vmbus.packets import PIPE_HEADER

NEGOTIATE, HEARTBEAT, KVP, SHUTDOWN, TIMESYNC, VSS = 0, 1, 2, 3, 4, 5
TYPE_NAMES = {0: "NEGOTIATE", 1: "HEARTBEAT", 2: "KVP", 3: "SHUTDOWN", 4: "TIMESYNC", 5: "VSS"}
FLAG_TRANSACTION, FLAG_REQUEST, FLAG_RESPONSE = 1, 2, 4
STATUS_OK, STATUS_FAIL = 0, 0x80004005
STATUS_UNSUPPORTED, STATUS_NO_MORE, STATUS_NOT_FOUND = 0x80070032, 0x80070103, 0x80041002

SHUTDOWN_INTERFACE = uuid.UUID("0e0b6031-5213-4934-818b-38d90ced39db")
SHUTDOWN_INSTANCE = uuid.UUID("b6650ff7-33bc-4840-8048-e0676786f393")
HEARTBEAT_INTERFACE = uuid.UUID("57164f39-9115-4e78-ab55-382f3bd5422d")
HEARTBEAT_INSTANCE = uuid.UUID("fd149e91-82e0-4a7d-afa6-2a4166cbd7c0")
"""As systems list it that run on Hyper-V, and as Mile.HyperV's public headers have it; so is the VSS component's."""
TIMESYNC_INTERFACE = uuid.UUID("9527e630-d0ae-497b-adce-e80ab0175caf")
TIMESYNC_INSTANCE = uuid.UUID("2dd1ce17-079e-403c-b352-a1921ee207ee")
KVP_INTERFACE = uuid.UUID("a9a0f4e7-5a45-4d96-b827-8a841e8c03e6")
KVP_INSTANCE = uuid.UUID("242ff919-07db-4180-9c2e-b86cb68c8c55")
VSS_INTERFACE = uuid.UUID("35fa2e29-ea23-4236-96ae-3a6ebacba440")
VSS_INSTANCE = uuid.UUID("2450ee40-33bf-4fbd-892e-9fb06e9214cf")

IC_HEADER = Layout(
    "IcHeader",
    Field("framework_major", "u16"),
    Field("framework_minor", "u16"),
    Field("message_type", "u16", names=TYPE_NAMES),
    Field("message_major", "u16"),
    Field("message_minor", "u16"),
    Field("message_size", "u16"),
    Field("status", "u32", shown="hex"),
    Field("transaction_id", "u8"),
    Field("flags", "u8", flags={1: "transaction", 2: "request", 4: "response"}, shown="hex"),
    Field("_reserved", "u16"),
)
NEGOTIATE_BODY = Layout(
    "IcNegotiate",
    Field("framework_count", "u16"),
    Field("message_count", "u16"),
    Field("_reserved", "u32"),
)
HEARTBEAT_BODY = Layout(
    "IcHeartbeat",
    Field("sequence", "u64"),
    Field("application_state", "u32", names={0: "unknown", 1: "healthy", 2: "critical", 3: "stopped"}),
    Field("_reserved", "bytes", 28),
)
SHUTDOWN_BODY = Layout(
    "IcShutdown",
    Field("reason", "u32", shown="hex"),
    Field("timeout_seconds", "u32"),
    Field("flags", "u32", flags={1: "force", 2: "restart", 4: "hibernate"}, shown="hex"),
    Field("message", "bytes", 2048),
)
_TIME_FLAGS = {1: "sync", 2: "sample"}
TIME_BODY = Layout(
    "IcTime",
    Field("parent_time", "u64"),
    Field("child_time", "u64"),
    Field("round_trip_time", "u64"),
    Field("flags", "u8", flags=_TIME_FLAGS, shown="hex"),
)
"""Before version 4.0; times in units of 100 ns, since 1601."""
TIME_BODY_4 = Layout(
    "IcTime4",
    Field("parent_time", "u64"),
    Field("reference_time", "u64"),
    Field("flags", "u8", flags=_TIME_FLAGS, shown="hex"),
    Field("leap_flags", "u8"),
    Field("stratum", "u8"),
    Field("_reserved", "bytes", 5),
)
KVP_OPERATIONS = {0: "GET", 1: "SET", 2: "DELETE", 3: "ENUMERATE", 4: "GET_IP_INFO", 5: "SET_IP_INFO"}
KVP_POOLS = {0: "External", 1: "Guest", 2: "Auto", 3: "AutoExternal", 4: "AutoInternal"}
KVP_HEADER = Layout(
    "IcKvp",
    Field("operation", "u8", names=KVP_OPERATIONS),
    Field("pool", "u8", names=KVP_POOLS),
    Field("_reserved", "u16"),
)
KVP_VALUE = Layout(
    "IcKvpValue",
    Field("value_type", "u32", names={1: "REG_SZ", 4: "REG_U32", 8: "REG_U64"}),
    Field("key_size", "u32"),
    Field("value_size", "u32"),
    Field("key", "bytes", 512),
    Field("value", "bytes", 2048),
)
"""Sizes in bytes, the closing zero of the UTF-16 text included."""
KVP_KEY = Layout("IcKvpKey", Field("key_size", "u32"), Field("key", "bytes", 512))
KVP_INDEX = Layout("IcKvpIndex", Field("index", "u32"))
VSS_OPERATIONS = {
    0: "CREATE",
    1: "DELETE",
    2: "HOT_BACKUP",
    3: "GET_DM_INFO",
    4: "BACKUP_COMPLETE",
    5: "FREEZE",
    6: "THAW",
    7: "AUTO_RECOVER",
}
VSS_BODY = Layout(
    "IcVss",
    Field("operation", "u8", names=VSS_OPERATIONS),
    Field("_reserved", "bytes", 7),
    Field("flags", "u32", shown="hex"),
)
BODIES = {
    NEGOTIATE: NEGOTIATE_BODY,
    HEARTBEAT: HEARTBEAT_BODY,
    SHUTDOWN: SHUTDOWN_BODY,
    TIMESYNC: TIME_BODY,
    KVP: KVP_HEADER,
    VSS: VSS_BODY,
}

Version = tuple[int, int]


def wrap(
    message_type: int,
    body: bytes,
    framework: Version,
    version: Version,
    transaction: int,
    flags: int,
    status: int = STATUS_OK,
) -> bytes:
    """A whole pipe message: pipe header, IC header, body."""
    header = IC_HEADER.pack(
        framework_major=framework[0],
        framework_minor=framework[1],
        message_type=message_type,
        message_major=version[0],
        message_minor=version[1],
        message_size=len(body),
        status=status,
        transaction_id=transaction & 0xFF,
        flags=flags,
    )
    return PIPE_HEADER.pack(type=1, length=len(header) + len(body)) + header + body


def unwrap(payload: bytes) -> tuple[dict[str, int], bytes] | None:
    """The IC header and the body of a pipe message, or None if it is none."""
    if len(payload) < PIPE_HEADER.size + IC_HEADER.size:
        return None
    pipe = PIPE_HEADER.unpack(payload)
    header = IC_HEADER.unpack(payload, PIPE_HEADER.size)
    start = PIPE_HEADER.size + IC_HEADER.size
    if pipe["type"] != 1 or pipe["length"] > len(payload) - PIPE_HEADER.size:
        return None
    if header["message_size"] > len(payload) - start:
        return None
    return header, payload[start : start + header["message_size"]]


def pack_versions(framework: tuple[Version, ...], message: tuple[Version, ...]) -> bytes:
    """The body of NEGOTIATE."""
    body = NEGOTIATE_BODY.pack(framework_count=len(framework), message_count=len(message))
    return body + b"".join(struct.pack("<HH", *version) for version in framework + message)


def read_versions(body: bytes) -> tuple[list[Version], list[Version]]:
    """The framework and message versions in the body of NEGOTIATE. Raises ValueError if it is cut short."""
    if len(body) < NEGOTIATE_BODY.size:
        raise ValueError("short")
    head = NEGOTIATE_BODY.unpack(body)
    count = head["framework_count"] + head["message_count"]
    if len(body) < NEGOTIATE_BODY.size + 4 * count:
        raise ValueError("short")
    pairs = [struct.unpack_from("<HH", body, NEGOTIATE_BODY.size + 4 * n) for n in range(count)]
    found = [(major, minor) for major, minor in pairs]
    return found[: head["framework_count"]], found[head["framework_count"] :]
