"""What a guest keeps of its network settings: one sector of its system disk, behind the system record.

The loader reads it into memory together with the system record, the network
settings are taken from there when an adapter comes to work, and each change is
written back. An adapter is known by the device that it is: a synthetic one by
its channel's instance id, a legacy one by its slot. So settings survive whatever
the disk survives, stay with an adapter whose address or switch is changed, and
do not follow the disk to another machine's adapters.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from hvlab.kernel import Field, Layout
from hvlab.network.addresses import ip_text, read_ip
from hvlab.network.nlb import MULTICAST, UNICAST

SECTOR = 512
PLACE = 1
"""Which sector of the system's partition it is, from 0."""
MAGIC = b"HVLABNET"
MOST = 14
"""Adapters that the sector has room for: a machine has at most twelve."""
MODES = {0: "", 1: UNICAST, 2: MULTICAST}

HEADER = Layout(
    "NetworkRecord",
    Field("magic", "bytes", 8),
    Field("format", "u16"),
    Field("count", "u16"),
    Field("_reserved", "u32"),
)
ENTRY = Layout(
    "NetworkSetting",
    Field("device", "bytes", 16),
    Field("address", "bytes", 4),
    Field("gateway", "bytes", 4),
    Field("cluster", "bytes", 4),
    Field("prefix", "u8"),
    Field("cluster_mode", "u8", names=MODES),
    Field("member", "u8"),
    Field("_reserved", "u8"),
)
NONE = bytes(4)


@dataclass(frozen=True)
class Setting:
    """One adapter's: what somebody has given it. Empty texts and 0 for what nobody has."""

    device: bytes
    address: str = ""
    prefix: int = 0
    gateway: str = ""
    cluster: str = ""
    mode: str = ""
    member: int = 0


def _ip(text: str) -> bytes:
    return read_ip(text) if text else NONE


def _text(ip: bytes) -> str:
    return ip_text(ip) if ip != NONE else ""


def pack(settings: list[Setting]) -> bytes:
    """The sector; of more than it holds, those changed last."""
    settings = settings[-MOST:]
    body = HEADER.pack(magic=MAGIC, format=1, count=len(settings))
    for one in settings:
        body += ENTRY.pack(
            device=one.device,
            address=_ip(one.address),
            gateway=_ip(one.gateway),
            cluster=_ip(one.cluster),
            prefix=one.prefix,
            cluster_mode=next(code for code, name in MODES.items() if name == one.mode),
            member=one.member,
        )
    body = body.ljust(SECTOR - 4, b"\0")
    return body + zlib.crc32(body).to_bytes(4, "little")


def read(sector: bytes) -> list[Setting]:
    """The settings in a sector; none if it holds no record, or a damaged one."""
    if sector[:8] != MAGIC or zlib.crc32(sector[:-4]).to_bytes(4, "little") != sector[-4:]:
        return []
    found = []
    for number in range(min(HEADER.unpack(sector)["count"], MOST)):
        entry = ENTRY.unpack(sector, HEADER.size + number * ENTRY.size)
        found.append(
            Setting(
                entry["device"],
                _text(entry["address"]),
                entry["prefix"],
                _text(entry["gateway"]),
                _text(entry["cluster"]),
                MODES.get(entry["cluster_mode"], ""),
                entry["member"],
            )
        )
    return found


def changed(settings: list[Setting], new: Setting) -> list[Setting]:
    """The same settings with one device's replaced."""
    return [one for one in settings if one.device != new.device] + [new]
