"""The storage protocol's wire table: the storage packet, the SCSI request in it, and their numbers.

A packet is 48 bytes up to version 4.2 and 64 from 5.1 on; the difference is the
end of the SCSI request. What data a request moves is named by guest pages in the
VMBus packet's GPA-direct header and never lies in the ring.
"""

from __future__ import annotations

import struct

from hvlab.kernel import Field, Layout

COMPLETE_IO, EXECUTE_SRB, RESET_LUN, RESET_BUS = 1, 3, 4, 6
BEGIN_INITIALIZATION, END_INITIALIZATION = 7, 8
QUERY_PROTOCOL_VERSION, QUERY_PROPERTIES, ENUMERATE_BUS = 9, 10, 11
OPERATIONS = {
    1: "COMPLETE_IO",
    2: "REMOVE_DEVICE",
    3: "EXECUTE_SRB",
    4: "RESET_LUN",
    5: "RESET_ADAPTER",
    6: "RESET_BUS",
    7: "BEGIN_INITIALIZATION",
    8: "END_INITIALIZATION",
    9: "QUERY_PROTOCOL_VERSION",
    10: "QUERY_PROPERTIES",
    11: "ENUMERATE_BUS",
    12: "FCHBA_DATA",
    13: "CREATE_SUB_CHANNELS",
    14: "EVENT_NOTIFICATION",
}

WIN6, WIN7, WIN8, WIN8_1 = 0x0200, 0x0402, 0x0501, 0x0600

STATUS_SUCCESS = 0
STATUS_REVISION_MISMATCH = 0xC0000059
STATUS_INVALID_DEVICE_STATE = 0xC0000184
STATUS_INVALID_DEVICE_REQUEST = 0xC0000010
STATUS_DEVICE_DOES_NOT_EXIST = 0xC00000C0
STATUS_IO_DEVICE_ERROR = 0xC0000185
STATUS_BUFFER_OVERFLOW = 0x80000005
STATUS_NAMES = {
    STATUS_SUCCESS: "STATUS_SUCCESS",
    STATUS_REVISION_MISMATCH: "STATUS_REVISION_MISMATCH",
    STATUS_INVALID_DEVICE_STATE: "STATUS_INVALID_DEVICE_STATE",
    STATUS_INVALID_DEVICE_REQUEST: "STATUS_INVALID_DEVICE_REQUEST",
    STATUS_DEVICE_DOES_NOT_EXIST: "STATUS_DEVICE_DOES_NOT_EXIST",
    STATUS_IO_DEVICE_ERROR: "STATUS_IO_DEVICE_ERROR",
    STATUS_BUFFER_OVERFLOW: "STATUS_BUFFER_OVERFLOW",
}

SRB_SUCCESS, SRB_ERROR, SRB_DATA_OVERRUN, SRB_INVALID_LUN, SRB_AUTOSENSE = 1, 4, 0x12, 0x20, 0x80
SRB_NAMES = {1: "success", 4: "error", 0x12: "data overrun", 0x20: "invalid LUN", 0x84: "error, sense valid"}
STATUS_OF_SRB = {
    SRB_SUCCESS: STATUS_SUCCESS,
    SRB_DATA_OVERRUN: STATUS_BUFFER_OVERFLOW,
    SRB_INVALID_LUN: STATUS_DEVICE_DOES_NOT_EXIST,
}
"""The status of a completion whose request ended with this SRB status; every other is STATUS_IO_DEVICE_ERROR."""

DATA_OUT, DATA_IN, NO_DATA = 0, 1, 2

PACKET_HEADER = Layout(
    "StoragePacket",
    Field("operation", "u32", names=OPERATIONS),
    Field("flags", "u32", flags={1: "completion wanted"}, shown="hex"),
    Field("status", "u32", names=STATUS_NAMES, shown="hex"),
)
_REQUEST = (
    Field("length", "u16"),
    Field("srb_status", "u8", names=SRB_NAMES, shown="hex"),
    Field("scsi_status", "u8", names={0: "good", 2: "check condition"}),
    Field("port", "u8"),
    Field("path", "u8"),
    Field("target", "u8"),
    Field("lun", "u8"),
    Field("cdb_length", "u8"),
    Field("sense_length", "u8"),
    Field("data_in", "u8", names={0: "to the device", 1: "from the device", 2: "none"}),
    Field("_reserved", "u8"),
    Field("transfer_length", "u32"),
    Field("cdb", "bytes", 16),
)
SCSI_REQUEST_36 = Layout("ScsiRequest", *_REQUEST, Field("_sense_tail", "bytes", 4))
SCSI_REQUEST_52 = Layout(
    "ScsiRequestWin8",
    *_REQUEST,
    Field("_sense_tail", "bytes", 4),
    Field("_reserve", "u16"),
    Field("queue_tag", "u8"),
    Field("queue_action", "u8"),
    Field("srb_flags", "u32", shown="hex"),
    Field("timeout", "u32"),
    Field("queue_sort_key", "u32"),
)
REQUEST_PACKETS = {
    PACKET_HEADER.size + request.size: Layout(
        f"Storage{request.name}", *PACKET_HEADER.fields, *request.fields
    )
    for request in (SCSI_REQUEST_36, SCSI_REQUEST_52)
}
"""A whole packet with its SCSI request, by its size: what EXECUTE_SRB sends and its completion brings back."""
PROTOCOL_VERSION = Layout(
    "StorageVersion", Field("major_minor", "u16", shown="hex"), Field("revision", "u16")
)
CHANNEL_PROPERTIES = Layout(
    "StorageProperties",
    Field("_reserved", "u32"),
    Field("maximum_subchannels", "u16"),
    Field("_reserved2", "u16"),
    Field("flags", "u32", flags={1: "multi-channel"}, shown="hex"),
    Field("maximum_transfer", "u32"),
    Field("_reserved3", "u64"),
)

read_operation = PACKET_HEADER.reader("operation")
read_target = {size: layout.reader("lun", "cdb") for size, layout in REQUEST_PACKETS.items()}
"""By a packet's size: the logical unit and the command block of its request."""
read_outcome = {
    size: layout.reader("status", "srb_status", "cdb") for size, layout in REQUEST_PACKETS.items()
}
"""By a completion's size: the status, the SRB status and what lies where the command block was."""

_head = struct.Struct("<III").pack_into
_SRB_STATUS_AT, _LENGTH_AT = (
    PACKET_HEADER.size + SCSI_REQUEST_36.offsets[name] for name in ("srb_status", "transfer_length")
)


def completed(request: bytes, status: int, srb_status: int, length: int = 0) -> bytes:
    """The completion of a request: the same packet with its outcome, and the length that came, if data came."""
    packet = bytearray(request)
    _head(packet, 0, COMPLETE_IO, 0, status)
    packet[_SRB_STATUS_AT] = srb_status
    if length:
        packet[_LENGTH_AT : _LENGTH_AT + 4] = length.to_bytes(4, "little")
    return bytes(packet)


MAXIMUM_TRANSFER = 0x40000
"""Bytes one request may move."""


def packet_size(version: int) -> int:
    """The size of a storage packet at a protocol version: 48 or 64 bytes."""
    return 64 if version >= WIN8 else 48


def request_layout(version: int) -> Layout:
    """The SCSI request's layout at a protocol version: 36 or 52 bytes."""
    return SCSI_REQUEST_52 if version >= WIN8 else SCSI_REQUEST_36


def build(
    operation: int, size: int, body: bytes = b"", status: int = 0, wants_completion: bool = False
) -> bytes:
    """A storage packet of the given size."""
    head = PACKET_HEADER.pack(operation=operation, flags=int(wants_completion), status=status)
    return (head + body).ljust(size, b"\0")
