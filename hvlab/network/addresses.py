"""Addresses of adapters and stations: how they are written, and the pool a host takes its own from.

In frames and in state an adapter's address is six bytes; an IP address is four
bytes in frames and dotted text in state.
"""

from __future__ import annotations

BROADCAST = b"\xff" * 6
NOBODY = bytes(6)
MICROSOFT = bytes.fromhex("00155d")
"""The first three bytes of every address that a Hyper-V host hands out (K)."""
POOL_SIZE = 256
"""A host's pool: the first five bytes are fixed, the last counts (K)."""


class BadAddress(ValueError):
    """A text that is no address."""


def mac_text(mac: bytes) -> str:
    """00-15-5D-00-0A-01."""
    return mac.hex("-").upper()


def mac_short(mac: bytes) -> str:
    """00155D000A01, as the Hyper-V cmdlets write it."""
    return mac.hex().upper()


def read_mac(text: str) -> bytes:
    """Six bytes of `00-15-5D-00-0A-01`, with hyphens, colons or nothing between. BadAddress."""
    digits = text.replace("-", "").replace(":", "")
    try:
        mac = bytes.fromhex(digits)
    except ValueError:
        raise BadAddress(text) from None
    if len(mac) != 6 or len(digits) != 12:
        raise BadAddress(text)
    return mac


def is_group(mac: bytes) -> bool:
    """Whether an address means several stations: broadcast or multicast."""
    return bool(mac[0] & 1)


def read_ip(text: str) -> bytes:
    """Four bytes of `192.168.0.10`. BadAddress."""
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
        raise BadAddress(text)
    numbers = [int(part) for part in parts]
    if max(numbers) > 255:
        raise BadAddress(text)
    return bytes(numbers)


def ip_text(ip: bytes) -> str:
    """192.168.0.10."""
    return ".".join(str(byte) for byte in ip)


def same_network(one: str, other: str, prefix: int) -> bool:
    """Whether two IP addresses lie in one network of that prefix length."""
    shift = 32 - prefix
    first, second = (int.from_bytes(read_ip(text), "big") for text in (one, other))
    return first >> shift == second >> shift


def pool_address(host: tuple[int, int], used: list[bytes]) -> bytes | None:
    """The lowest free address of a host's pool, None if all are in use. `host`: the bytes that tell hosts apart."""
    for last in range(POOL_SIZE):
        mac = MICROSOFT + bytes([*host, last])
        if mac not in used:
            return mac
    return None
