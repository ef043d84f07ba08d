"""Frames byte by byte: fixed examples, checksums, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.network import addresses, frames
from hvlab.network.frames import BadFrame

A, B = bytes.fromhex("00155d010203"), bytes.fromhex("00155d0a0b0c")
ONE, TWO = addresses.read_ip("192.168.0.1"), addresses.read_ip("192.168.0.2")


def test_an_arp_request_byte_by_byte() -> None:
    payload = frames.arp(frames.ARP_REQUEST, (A, ONE), (bytes(6), TWO))
    frame = frames.build(addresses.BROADCAST, A, frames.ARP_TYPE, payload)
    assert frame.hex() == (
        "ffffffffffff00155d0102030806000108000604000100155d010203c0a80001000000000000c0a80002" + "00" * 18
    )
    assert len(frame) == frames.MINIMUM_FRAME
    assert frames.summary(frame) == ("ARP request", "192.168.0.1 > 192.168.0.2")


def test_an_ipv4_headers_checksum_is_that_of_the_known_example() -> None:
    # the header of RFC-style textbooks: 45 00 00 73 ... b8 61
    header = bytes.fromhex("450000730000400040110000c0a80001c0a800c7")
    assert frames.checksum(header) == 0xB861
    assert frames.checksum(header[:10] + b"\xb8\x61" + header[12:]) == 0


def test_sizes_of_the_headers() -> None:
    layouts = (frames.ETHERNET, frames.TAG, frames.ARP, frames.IPV4, frames.ICMP_ECHO, frames.UDP_HEADER)
    assert [layout.size for layout in layouts] == [14, 4, 28, 20, 8, 8]


def test_a_ping_of_windows_is_74_bytes() -> None:
    message = frames.echo(frames.ECHO_REQUEST, 1, 7, bytes(32))
    packet = frames.datagram(ONE, TWO, frames.ICMP, message, 128)
    frame = frames.build(B, A, frames.IPV4_TYPE, packet)
    assert len(frame) == 74
    read = frames.read_datagram(frames.parse(frame).payload)
    assert (read.source, read.destination, read.time_to_live) == (ONE, TWO, 128)
    head, data = frames.read_echo(read.payload)
    assert (head["type"], head["identifier"], head["sequence"], data) == (8, 1, 7, bytes(32))


@given(st.binary(max_size=200), st.integers(0, 65535), st.integers(0, 65535))
def test_udp_comes_back_as_it_went(data: bytes, first: int, second: int) -> None:
    packet = frames.datagram(ONE, TWO, frames.UDP, frames.udp(ONE, TWO, (first, second), data), 64)
    assert frames.read_udp(frames.read_datagram(packet)) == (first, second, data)


@given(st.binary(min_size=1, max_size=60), st.integers(0, 1_000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(data: bytes, place: int, flip: int) -> None:
    packet = bytearray(frames.datagram(ONE, TWO, frames.UDP, frames.udp(ONE, TWO, (1, 2), data), 64))
    packet[place % len(packet)] ^= flip
    try:
        read = frames.read_datagram(bytes(packet))
        result = frames.read_udp(read)
    except BadFrame:
        return
    # Only a changed address-free field may pass: UDP's checksum field set to "none" is such a case.
    assert result[2] == data and place % len(packet) in (8, 26, 27)


@given(st.binary(max_size=300))
def test_rubbish_is_refused_and_never_raises_anything_else(data: bytes) -> None:
    kind, _ = frames.summary(data)
    assert kind
    for read in (frames.parse, frames.read_arp, frames.read_datagram, frames.read_echo):
        try:
            read(data)
        except BadFrame:
            continue


def test_a_tag_goes_in_and_out() -> None:
    frame = frames.build(B, A, frames.ARP_TYPE, bytes(range(46)))
    with_tag = frames.tagged(frame, 42)
    assert with_tag[12:18].hex() == "8100002a0806" and len(with_tag) == len(frame) + 4
    assert frames.parse(with_tag).vlan == 42
    assert frames.untagged(with_tag) == frame and frames.untagged(frame) == frame


def test_length_limits() -> None:
    assert frames.parse(bytes(1514)).ethertype == 0
    for size in (59, 1515):
        with pytest.raises(BadFrame):
            frames.parse(bytes(size))
    assert frames.parse(frames.tagged(bytes(1514), 5)).vlan == 5


def test_addresses_are_read_and_written() -> None:
    mac = bytes.fromhex("00155d000a01")
    assert addresses.mac_text(mac) == "00-15-5D-00-0A-01" and addresses.mac_short(mac) == "00155D000A01"
    for text in ("00-15-5D-00-0A-01", "00:15:5d:00:0a:01", "00155d000a01"):
        assert addresses.read_mac(text) == mac
    for text in ("", "00155D", "00155D000A0G", "00-15-5D-00-0A-01-02"):
        with pytest.raises(addresses.BadAddress):
            addresses.read_mac(text)
    for text in ("", "1.2.3", "1.2.3.256", "1.2.3.x", "1.2.3.4.5", "1..2.3"):
        with pytest.raises(addresses.BadAddress):
            addresses.read_ip(text)
    assert addresses.same_network("10.1.2.3", "10.1.9.9", 16)
    assert not addresses.same_network("10.1.2.3", "10.1.9.9", 24)


def test_the_pool_gives_each_address_once_and_ends() -> None:
    used: list[bytes] = []
    while (mac := addresses.pool_address((0x12, 0x34), used)) is not None:
        assert mac[:5] == bytes.fromhex("00155d1234") and mac not in used
        used.append(mac)
    assert len(used) == 256
    assert addresses.pool_address((0x12, 0x34), used[:7] + used[8:]) == used[7]
