"""The guest's own clock: it counts its processor's time, and counts a little wrong.

A system of that time counts timer interrupts. While its processor is stopped none
come, so its clock stands still; while it runs, the count is off by some parts in a
million. What is not corrected from outside adds up.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.kernel.calendar import TICK


@dataclass
class GuestClock:
    """A clock that was right, or was set, at `base` (file time) when the processor had run for `ticks` ns."""

    drift_ppm: int
    base: int
    ticks: int
    set_at: int = 0
    """When it was last set from outside, in simulated ns."""
    corrections: int = 0
    corrected: int = 0
    """By how many ns it was set forward (or back) the last time."""

    def read(self, ticks: int) -> int:
        """The file time that it shows when the processor has run for so long."""
        run = ticks - self.ticks
        return self.base + (run + run * self.drift_ppm // 1_000_000) // TICK

    def set(self, time: int, ticks: int, now: int) -> None:
        """Take a time over."""
        self.corrected = (time - self.read(ticks)) * TICK
        self.corrections += 1
        self.base, self.ticks, self.set_at = time, ticks, now
