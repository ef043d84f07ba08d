"""Frames byte by byte: Ethernet with 802.1Q tags, ARP, IPv4, ICMP echo and UDP, each layout written once.

Frames are without the checksum that an adapter's hardware puts at the end, and
padded to the 60 bytes that Ethernet needs at least. All numbers are big-endian.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hvlab.kernel import Field, Layout
from hvlab.network.addresses import ip_text, mac_text

MINIMUM_FRAME, MAXIMUM_FRAME = 60, 1514
"""Bytes of a frame without a tag; a tag adds four."""
TAG_SIZE = 4

IPV4_TYPE, ARP_TYPE, VLAN_TYPE, NLB_TYPE = 0x0800, 0x0806, 0x8100, 0x886F
ETHERTYPES = {IPV4_TYPE: "IPv4", ARP_TYPE: "ARP", VLAN_TYPE: "802.1Q", NLB_TYPE: "NLB heartbeat"}
ICMP, UDP = 1, 17
ARP_REQUEST, ARP_REPLY = 1, 2
ECHO_REPLY, ECHO_REQUEST = 0, 8

ETHERNET = Layout(
    "EthernetHeader",
    Field("destination", "bytes", 6),
    Field("source", "bytes", 6),
    Field("ethertype", "u16", names=ETHERTYPES, shown="hex"),
    order=">",
)
TAG = Layout("VlanTag", Field("control", "u16"), Field("ethertype", "u16", shown="hex"), order=">")
ARP = Layout(
    "Arp",
    Field("hardware", "u16"),
    Field("protocol", "u16", shown="hex"),
    Field("hardware_size", "u8"),
    Field("protocol_size", "u8"),
    Field("operation", "u16", names={ARP_REQUEST: "request", ARP_REPLY: "reply"}),
    Field("sender_mac", "bytes", 6),
    Field("sender_ip", "bytes", 4),
    Field("target_mac", "bytes", 6),
    Field("target_ip", "bytes", 4),
    order=">",
)
IPV4 = Layout(
    "Ipv4Header",
    Field("version_length", "u8", shown="hex"),
    Field("service", "u8"),
    Field("total_length", "u16"),
    Field("identification", "u16"),
    Field("fragment", "u16", shown="hex"),
    Field("time_to_live", "u8"),
    Field("protocol", "u8", names={ICMP: "ICMP", UDP: "UDP"}),
    Field("checksum", "u16", shown="hex"),
    Field("source", "bytes", 4),
    Field("destination", "bytes", 4),
    order=">",
)
ICMP_ECHO = Layout(
    "IcmpEcho",
    Field("type", "u8", names={ECHO_REQUEST: "echo request", ECHO_REPLY: "echo reply"}),
    Field("code", "u8"),
    Field("checksum", "u16", shown="hex"),
    Field("identifier", "u16"),
    Field("sequence", "u16"),
    order=">",
)
UDP_HEADER = Layout(
    "UdpHeader",
    Field("source_port", "u16"),
    Field("destination_port", "u16"),
    Field("length", "u16"),
    Field("checksum", "u16", shown="hex"),
    order=">",
)


class BadFrame(Exception):
    """Bytes that are no frame of the kind they claim to be."""


@dataclass(frozen=True)
class Frame:
    """An Ethernet frame's parts; `vlan` is 0 without a tag."""

    destination: bytes
    source: bytes
    ethertype: int
    payload: bytes
    vlan: int = 0


@dataclass(frozen=True)
class Datagram:
    """An IPv4 packet's parts."""

    source: bytes
    destination: bytes
    protocol: int
    time_to_live: int
    payload: bytes


def checksum(data: bytes) -> int:
    """The internet checksum: the complement of the sum of 16-bit words (0 over data that carries its own)."""
    if len(data) % 2:
        data += b"\0"
    # 65536 is 1 modulo 65535, so the number that the bytes write is their words' sum; a carry folded in leaves no 0.
    number = int.from_bytes(data, "big")
    return ~(number % 0xFFFF or (number and 0xFFFF)) & 0xFFFF


# -- Ethernet -----------------------------------------------------------------------------------


def build(destination: bytes, source: bytes, ethertype: int, payload: bytes) -> bytes:
    """A frame without a tag, padded to the smallest size."""
    head = ETHERNET.pack(destination=destination, source=source, ethertype=ethertype)
    return (head + payload).ljust(MINIMUM_FRAME, b"\0")


def parse(data: bytes) -> Frame:
    """A frame's parts. BadFrame."""
    if len(data) < MINIMUM_FRAME:
        raise BadFrame("short")
    head = ETHERNET.unpack(data)
    ethertype, at, vlan = head["ethertype"], ETHERNET.size, 0
    if ethertype == VLAN_TYPE:
        tag = TAG.unpack(data, at)
        ethertype, vlan = tag["ethertype"], tag["control"] & 0xFFF
        at += TAG.size
    if len(data) - (at - ETHERNET.size) > MAXIMUM_FRAME:
        raise BadFrame("long")
    return Frame(head["destination"], head["source"], ethertype, bytes(data[at:]), vlan)


def tagged(data: bytes, vlan: int) -> bytes:
    """A frame without a tag, as it looks with one."""
    return data[:12] + VLAN_TYPE.to_bytes(2, "big") + vlan.to_bytes(2, "big") + data[12:]


def untagged(data: bytes) -> bytes:
    """A frame as it looks without its tag."""
    if data[12:14] != VLAN_TYPE.to_bytes(2, "big"):
        return data
    return (data[:12] + data[16:]).ljust(MINIMUM_FRAME, b"\0")


# -- what is inside -----------------------------------------------------------------------------


def arp(operation: int, sender: tuple[bytes, bytes], target: tuple[bytes, bytes]) -> bytes:
    """An ARP packet; sender and target as (adapter's address, IP address)."""
    return ARP.pack(
        hardware=1,
        protocol=IPV4_TYPE,
        hardware_size=6,
        protocol_size=4,
        operation=operation,
        sender_mac=sender[0],
        sender_ip=sender[1],
        target_mac=target[0],
        target_ip=target[1],
    )


def read_arp(payload: bytes) -> dict[str, Any]:
    """An ARP packet's fields. BadFrame if it is not one for IPv4 over Ethernet."""
    if len(payload) < ARP.size:
        raise BadFrame("short ARP")
    fields = ARP.unpack(payload)
    kind = (fields["hardware"], fields["protocol"], fields["hardware_size"], fields["protocol_size"])
    if kind != (1, IPV4_TYPE, 6, 4):
        raise BadFrame("ARP of another kind")
    return fields


def datagram(source: bytes, destination: bytes, protocol: int, payload: bytes, time_to_live: int) -> bytes:
    """An IPv4 packet without options or fragments."""
    values: dict[str, Any] = {
        "version_length": 0x45,
        "total_length": IPV4.size + len(payload),
        "time_to_live": time_to_live,
        "protocol": protocol,
        "source": source,
        "destination": destination,
    }
    return IPV4.pack(**values, checksum=checksum(IPV4.pack(**values))) + payload


def read_datagram(payload: bytes) -> Datagram:
    """An IPv4 packet's parts. BadFrame for a bad length or checksum, options or fragments."""
    if len(payload) < IPV4.size:
        raise BadFrame("short IPv4")
    head = IPV4.unpack(payload)
    total = head["total_length"]
    if head["version_length"] != 0x45 or not IPV4.size <= total <= len(payload) or head["fragment"] & 0x3FFF:
        raise BadFrame("IPv4 of another kind")
    if checksum(payload[: IPV4.size]):
        raise BadFrame("IPv4 checksum")
    return Datagram(
        head["source"],
        head["destination"],
        head["protocol"],
        head["time_to_live"],
        payload[IPV4.size : total],
    )


def echo(kind: int, identifier: int, sequence: int, data: bytes) -> bytes:
    """An ICMP echo request or reply."""
    values: dict[str, Any] = {"type": kind, "identifier": identifier, "sequence": sequence}
    return ICMP_ECHO.pack(**values, checksum=checksum(ICMP_ECHO.pack(**values) + data)) + data


def read_echo(payload: bytes) -> tuple[dict[str, Any], bytes]:
    """An ICMP echo message's fields and its data. BadFrame."""
    if len(payload) < ICMP_ECHO.size or checksum(payload):
        raise BadFrame("ICMP")
    return ICMP_ECHO.unpack(payload), payload[ICMP_ECHO.size :]


def _pseudo(source: bytes, destination: bytes, length: int) -> bytes:
    return source + destination + bytes([0, UDP]) + length.to_bytes(2, "big")


def udp(source: bytes, destination: bytes, ports: tuple[int, int], data: bytes) -> bytes:
    """A UDP datagram; `ports` are the sender's and the receiver's."""
    length = UDP_HEADER.size + len(data)
    values: dict[str, Any] = {"source_port": ports[0], "destination_port": ports[1], "length": length}
    plain = UDP_HEADER.pack(**values) + data
    total = checksum(_pseudo(source, destination, length) + plain) or 0xFFFF
    return UDP_HEADER.pack(**values, checksum=total) + data


def read_udp(packet: Datagram) -> tuple[int, int, bytes]:
    """A UDP datagram's ports (sender, receiver) and data. BadFrame."""
    if len(packet.payload) < UDP_HEADER.size:
        raise BadFrame("short UDP")
    head = UDP_HEADER.unpack(packet.payload)
    length = head["length"]
    if not UDP_HEADER.size <= length <= len(packet.payload):
        raise BadFrame("UDP length")
    whole = packet.payload[:length]
    if head["checksum"] and checksum(_pseudo(packet.source, packet.destination, length) + whole):
        raise BadFrame("UDP checksum")
    return head["source_port"], head["destination_port"], whole[UDP_HEADER.size :]


# -- for a reader -------------------------------------------------------------------------------


def summary(data: bytes) -> tuple[str, str]:
    """What a frame is and from whom to whom, for the trace: ("ICMP echo request", "10.0.0.1 > 10.0.0.2")."""
    try:
        frame = parse(data)
        if frame.ethertype == ARP_TYPE:
            fields = read_arp(frame.payload)
            kind = "request" if fields["operation"] == ARP_REQUEST else "reply"
            return f"ARP {kind}", f"{ip_text(fields['sender_ip'])} > {ip_text(fields['target_ip'])}"
        if frame.ethertype == IPV4_TYPE:
            packet = read_datagram(frame.payload)
            way = f"{ip_text(packet.source)} > {ip_text(packet.destination)}"
            if packet.protocol == ICMP:
                head, _ = read_echo(packet.payload)
                kind = "request" if head["type"] == ECHO_REQUEST else "reply"
                return f"ICMP echo {kind}", way
            return ("UDP" if packet.protocol == UDP else "IPv4"), way
        name = ETHERTYPES.get(frame.ethertype, "Ethernet")
        return name, f"{mac_text(frame.source)} > {mac_text(frame.destination)}"
    except BadFrame as bad:
        return "bad frame", str(bad)
