"""Who signals whom, how: the rules changed with the VMBus version.

At 0.13 and 1.1 there is an interrupt page in the guest's memory: its first half
is what the guest receives, its second half what it sends (as Linux lays it out);
each bit is a relid. From 2.4 on the channel's own event flag does it alone.
"""

from __future__ import annotations

from functools import lru_cache

from hvlab.hypervisor.synic import FLAG_BYTES
from hvlab.vmbus.messages import V1, WIN8

MESSAGE_CONNECTION = 1
EVENT_CONNECTION = 2
VMBUS_SINT = 2
HALF_PAGE = 2048
_LOW = 16
_NONE = bytes(HALF_PAGE - _LOW)
_NO_LOW = bytes(_LOW)
POST_AGAIN = 1_000_000
"""How long to wait, in ns, until a message is posted again for which the port had no buffer (Linux: from 1 ms on)."""


def guest_signals_through_page(version: int) -> bool:
    """At 0.13 the guest sets its bit in the page and signals the shared connection."""
    return version == V1


def host_signals_through_page(version: int) -> bool:
    """Before 2.4 the root sets the channel's bit in the page and raises event flag 0."""
    return version < WIN8


def set_bit(page: bytearray, base: int, number: int) -> None:
    """Set bit `number` of a half of the interrupt page."""
    page[base + number // 8] |= 1 << number % 8


def set_bits(data: bytes | bytearray, at: int = 0, size: int = HALF_PAGE) -> list[int]:
    """The numbers of the bits that are set in `size` bytes from `at` on, lowest first."""
    if len(data) <= FLAG_BYTES and not at:
        return list(_bits(bytes(data[:size])))
    end = min(at + size, len(data))
    # Nearly always only low numbers are set: to compare with zeros is quick, to take long numbers apart is not.
    rest = _NONE[: end - at - _LOW] if end - at != HALF_PAGE else _NONE
    if data.startswith(rest, at + _LOW, end):
        end = at + _LOW
    return list(_bits(bytes(data[at:end])))


@lru_cache(maxsize=256)
def _bits(data: bytes) -> tuple[int, ...]:
    value = int.from_bytes(data, "little")
    found = []
    while value:
        lowest = value & -value
        found.append(lowest.bit_length() - 1)
        value ^= lowest
    return tuple(found)


def take_bits(page: bytearray, base: int) -> list[int]:
    """The bits that are set in a half of the interrupt page, lowest first; they are cleared."""
    low = base + _LOW
    if page.startswith(_NONE, low):
        found = list(_bits(bytes(page[base:low])))
        page[base:low] = _NO_LOW
        return found
    found = set_bits(page, base)
    for number in found:
        page[base + number // 8] = 0
    return found
