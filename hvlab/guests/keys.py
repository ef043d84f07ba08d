"""The guest's driver for the keyboard controller of the 1980s: each byte is fetched by port accesses.

Every system has it; where the driver for the synthetic keyboard runs, no key comes this way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.devices.emulated import i8042
from hvlab.devices.input.keyboard import BREAK, E0
from hvlab.guests.legacy import FIRST_VECTOR

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem

VECTOR = FIRST_VECTOR + i8042.IRQ


def interrupted(guest: GuestSystem, vector: int) -> bool:
    """Whether an interrupt is the keyboard's; the bytes are fetched when the processor has time."""
    if vector != VECTOR:
        return False
    guest.soon([("in", i8042.STATUS), ("key_waits", 0)])
    return True


def _waits(guest: GuestSystem, block: int) -> int:
    """The status has been read: fetch the byte that waits. `block` is E0 behind such a byte, else 0."""
    if guest.current.value & i8042.OUTPUT_FULL:
        guest.current.program[:0] = [("in", i8042.DATA), ("key_byte", block)]
    return 0


def _byte(guest: GuestSystem, block: int) -> int:
    """A byte has been read: the rest of a key follows, or the key is whole and the next one may wait."""
    code = guest.current.value & 0xFF
    if code == i8042.EXTENDED:
        block = E0
    else:
        guest.key(code & ~i8042.RELEASED, block | (BREAK if code & i8042.RELEASED else 0))
        block = 0
    guest.current.program[:0] = [("in", i8042.STATUS), ("key_waits", block)]
    return 0


OPERATIONS: dict[str, Callable[..., int]] = {"key_waits": _waits, "key_byte": _byte}
