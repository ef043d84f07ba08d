"""Synthetic video's wire table, as Linux's hyperv_fb and Mile.HyperV's public headers have it.

Versions are written minor in the upper half, major in the lower. A message's size
counts its header.
"""

from __future__ import annotations

import uuid

from hvlab.kernel import Field, Layout
from hvlab.vmbus.packets import PIPE_HEADER

INTERFACE = uuid.UUID("da0a7802-e377-4aac-8e77-0558eb1073f8")
INSTANCE = uuid.UUID("5620e0c7-8062-4dce-aeb7-520c7ef76171")
VERSION_REQUEST, VERSION_RESPONSE, VRAM_LOCATION, VRAM_LOCATION_ACK = 1, 2, 3, 4
SITUATION_UPDATE, SITUATION_UPDATE_ACK, POINTER_POSITION, POINTER_SHAPE = 5, 6, 7, 8
FEATURE_CHANGE, DIRT = 9, 10

VIDEO_HEADER = Layout(
    "VideoHeader",
    Field(
        "type",
        "u32",
        names={
            1: "VERSION_REQUEST",
            2: "VERSION_RESPONSE",
            3: "VRAM_LOCATION",
            4: "VRAM_LOCATION_ACK",
            5: "SITUATION_UPDATE",
            6: "SITUATION_UPDATE_ACK",
            7: "POINTER_POSITION",
            8: "POINTER_SHAPE",
            9: "FEATURE_CHANGE",
            10: "DIRT",
        },
    ),
    Field("size", "u32"),
)
VIDEO_VERSION = Layout("VideoVersion", Field("version", "u32", shown="hex"))
VIDEO_ACCEPTED = Layout(
    "VideoAccepted", Field("version", "u32", shown="hex"), Field("accepted", "u8"), Field("outputs", "u8")
)
VIDEO_MEMORY = Layout(
    "VideoMemory",
    Field("user_context", "u64", shown="hex"),
    Field("address_given", "u8"),
    Field("address", "u64", shown="hex"),
)
VIDEO_ACK = Layout("VideoAck", Field("user_context", "u64", shown="hex"))
VIDEO_SITUATION = Layout(
    "VideoSituation",
    Field("user_context", "u64", shown="hex"),
    Field("outputs", "u8"),
    Field("active", "u8"),
    Field("memory_offset", "u32"),
    Field("depth_bits", "u8"),
    Field("width_pixels", "u32"),
    Field("height_pixels", "u32"),
    Field("pitch_bytes", "u32"),
)
VIDEO_FEATURES = Layout(
    "VideoFeatures",
    Field("dirt_needed", "u8"),
    Field("pointer_position_needed", "u8"),
    Field("pointer_shape_needed", "u8"),
    Field("situation_needed", "u8"),
)
VIDEO_DIRT = Layout(
    "VideoDirt",
    Field("output", "u8"),
    Field("count", "u8"),
    Field("left", "i32"),
    Field("top", "i32"),
    Field("right", "i32"),
    Field("bottom", "i32"),
)
"""One rectangle; the real message may hold up to 255."""


def wire_version(version: tuple[int, int]) -> int:
    """3.2 as 0x00020003."""
    return version[1] << 16 | version[0]


def wrap(kind: int, body: bytes) -> bytes:
    """A whole pipe message."""
    message = VIDEO_HEADER.pack(type=kind, size=VIDEO_HEADER.size + len(body)) + body
    return PIPE_HEADER.pack(type=1, length=len(message)) + message


def unwrap(payload: bytes) -> tuple[int, bytes]:
    """The type and the body of a pipe message; type 0 if it is none."""
    start = PIPE_HEADER.size + VIDEO_HEADER.size
    if len(payload) < start or PIPE_HEADER.unpack(payload)["type"] != 1:
        return 0, b""
    header = VIDEO_HEADER.unpack(payload, PIPE_HEADER.size)
    end = PIPE_HEADER.size + header["size"]
    if header["size"] < VIDEO_HEADER.size or end > len(payload):
        return 0, b""
    return int(header["type"]), payload[start:end]
