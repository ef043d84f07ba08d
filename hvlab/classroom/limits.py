"""How often somebody may do something: a token bucket that is told the time."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds; the server's own clock, or a test's."""


class Bucket:
    """Holds up to `size` tokens and gains `rate` a second."""

    def __init__(self, size: int, rate: float, clock: Clock) -> None:
        self._size, self._rate, self._clock = size, rate, clock
        self._level, self._seen = float(size), clock()

    def take(self) -> bool:
        """Take a token; False if there is none."""
        now = self._clock()
        self._level = min(self._size, self._level + (now - self._seen) * self._rate)
        self._seen = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


class Tries:
    """A bucket for each address from which somebody tries secrets; the oldest are forgotten, not the newest."""

    KEPT = 10_000

    def __init__(self, size: int, rate: float, clock: Clock) -> None:
        self._size, self._rate, self._clock = size, rate, clock
        self._buckets: dict[str, Bucket] = {}

    def take(self, address: str) -> bool:
        """Whether an address may try once more."""
        bucket = self._buckets.pop(address, None) or Bucket(self._size, self._rate, self._clock)
        self._buckets[address] = bucket
        if len(self._buckets) > self.KEPT:
            del self._buckets[next(iter(self._buckets))]
        return bucket.take()
