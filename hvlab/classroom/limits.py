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

    @property
    def empty(self) -> bool:
        """Whether there is no token."""
        now = self._clock()
        self._level = min(self._size, self._level + (now - self._seen) * self._rate)
        self._seen = now
        return self._level < 1

    def take(self) -> bool:
        """Take a token; False if there is none."""
        if self.empty:
            return False
        self._level -= 1
        return True


class Tries:
    """A bucket for each address that fails at secrets; a class behind one address may succeed as often as it likes."""

    KEPT = 10_000

    def __init__(self, size: int, rate: float, clock: Clock) -> None:
        self._size, self._rate, self._clock = size, rate, clock
        self._buckets: dict[str, Bucket] = {}

    def used_up(self, address: str) -> bool:
        """Whether an address has failed too often to be heard now."""
        bucket = self._buckets.get(address)
        return bucket is not None and bucket.empty

    def fail(self, address: str) -> None:
        """An address has tried a secret that is none."""
        bucket = self._buckets.pop(address, None) or Bucket(self._size, self._rate, self._clock)
        self._buckets[address] = bucket
        if len(self._buckets) > self.KEPT:
            del self._buckets[next(iter(self._buckets))]
        bucket.take()
