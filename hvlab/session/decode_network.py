"""Frames and the network service's messages, field by field: the structs in order, as (layout, offset)."""

from __future__ import annotations

from hvlab.devices.network import protocol
from hvlab.kernel import Layout
from hvlab.network import frames, nlb

Place = tuple[Layout, int]


def nvsp_at(data: bytes, start: int) -> list[Place]:
    """The NVSP message at an offset."""
    layout = protocol.LAYOUTS.get(int.from_bytes(data[start : start + 4], "little"))
    return [(layout, start)] if layout is not None and len(data) - start >= layout.size else []


def frame_at(data: bytes) -> list[Place]:
    """The headers of a frame, as far as they are known; what they carry follows without a name."""
    if len(data) < frames.MINIMUM_FRAME:
        return []
    found: list[Place] = [(frames.ETHERNET, 0)]
    ethertype, at = frames.ETHERNET.unpack(data)["ethertype"], frames.ETHERNET.size
    if ethertype == frames.VLAN_TYPE:
        found.append((frames.TAG, at))
        ethertype = frames.TAG.unpack(data, at)["ethertype"]
        at += frames.TAG.size
    if ethertype == frames.ARP_TYPE:
        found.append((frames.ARP, at))
    elif ethertype == frames.NLB_TYPE:
        found.append((nlb.BEAT, at))
    elif ethertype == frames.IPV4_TYPE:
        found.append((frames.IPV4, at))
        inner = {frames.ICMP: frames.ICMP_ECHO, frames.UDP: frames.UDP_HEADER}
        layout = inner.get(frames.IPV4.unpack(data, at)["protocol"])
        at += frames.IPV4.size
        if layout is not None and len(data) >= at + layout.size:
            found.append((layout, at))
    return found
