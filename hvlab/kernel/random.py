"""Named random streams drawn by integer arithmetic alone: the same on every machine and Python.

The generator is SplitMix64 (Steele, Lea and Flood, 2014). Each component draws
from a stream of its own name, so that a draw added in one place shifts nothing
elsewhere.
"""

from __future__ import annotations

import hashlib

_MASK = (1 << 64) - 1


class Stream:
    """One stream of random integers; its whole state is one 64-bit number."""

    __slots__ = ("state",)

    def __init__(self, state: int) -> None:
        self.state = state & _MASK

    @classmethod
    def named(cls, seed: int, name: str) -> Stream:
        """The stream of that name in a world of that seed."""
        digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
        return cls(int.from_bytes(digest[:8], "little"))

    def next_u64(self) -> int:
        """The next 64 random bits."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, bound: int) -> int:
        """An integer from 0 to `bound` - 1, without the bias of a plain remainder."""
        limit = (1 << 64) - (1 << 64) % bound
        while True:
            draw = self.next_u64()
            if draw < limit:
                return draw % bound

    def take(self, count: int) -> bytes:
        """`count` random bytes."""
        words = (count + 7) // 8
        return b"".join(self.next_u64().to_bytes(8, "little") for _ in range(words))[:count]

    def uuid_bytes(self) -> bytes:
        """The 16 bytes of a random (version 4) UUID in big-endian field order."""
        raw = bytearray(self.take(16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        return bytes(raw)
