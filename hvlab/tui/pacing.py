"""How fast the world goes on while one looks: reading speed for what tells a story, quick over the rest.

A frame brings a credit of real seconds. Simulated time that passes with nothing
happening costs a fraction of itself; an event costs as long as it deserves to be
looked at, less each time its kind repeats within one command. None of this is
ever an input: pacing decides when the learner sees something, never what happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hvlab.kernel import World
    from hvlab.kernel.trace import TraceEvent

DWELL = {
    "vm.state": 0.35,
    "process": 0.25,
    "partition": 0.2,
    "guest.phase": 0.6,
    "guest.driver": 0.2,
    "vmbus.message": 0.22,
    "vmbus.channel": 0.1,
    "vmbus.refused": 0.5,
    "ring.packet": 0.06,
    "integration": 0.1,
    "guest.workload": 0.3,
    "disk.io": 0.06,
    "device.command": 0.02,
    "guest.io": 0.02,
    "intercept": 0.02,
    "exit": 0.012,
    "hypercall": 0.014,
    "interrupt": 0.004,
}
"""Seconds that an event of a kind is worth at story speed, the first time."""
HABIT = 60
"""After so many events of a kind in one command, one of them is worth half."""
QUIET = 4.0
"""Simulated seconds without events pass in a quarter of their time at story speed."""
LOUD = 0.2
"""An event that is worth so much time tells that the story goes on."""
PATIENCE = 5.0
"""After so many simulated seconds in which it does not, those without events pass twice as quickly, and so on."""
SLICE, SHORT = 0.0011, 0.0004
"""Seconds that the world may compute at a time at full speed, and while somebody types: so long the screen may wait."""
SLICES = 12
"""Slices a frame, with the screen's own work between them."""
EVENTS = 8
"""Events between two looks at the time and for keys."""
_SILENT_EVENT = 0.0004


@dataclass(frozen=True)
class Speed:
    """A speed: how much of a frame's time counts; 0 stands for as fast as it goes."""

    name: str
    factor: float


SPEEDS = (Speed("slow", 0.3), Speed("story", 1.0), Speed("quick", 6.0), Speed("full", 0.0))
STORY = 1

Advance = Callable[[int, int], bool]
"""Moves the world to a time (ns), over at most so many events; returns whether there is nothing more to do."""


class Pacer:
    """Spends frames' time on a world."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self.speed = STORY
        self._credit = 0.0
        self._seen: Counter[str] = Counter()
        self._dull = 0.0
        """Simulated seconds since something was loud."""
        self.slice = SLICE
        self.holds: Callable[[], bool] = bool
        """Whether something goes before the lab: then the rest of the frame's time is left for the next."""

    @property
    def pace(self) -> float:
        """How much quicker than story speed glyphs should travel."""
        return (0.6, 1.0, 1.8, 2.5)[self.speed]

    def begin(self) -> None:
        """A new command: what one has grown used to is new again."""
        self._seen.clear()
        self._credit = 0.0
        self._dull = 0.0

    def cost(self, events: Iterable[TraceEvent]) -> float:
        """Seconds that these events are worth now."""
        total = 0.0
        for event in events:
            self._seen[event.kind] += 1
            worth = DWELL.get(event.kind, 0.0)
            if worth >= LOUD:
                self._dull = 0.0
            total += worth / (1 + self._seen[event.kind] / HABIT)
        return total

    def spend(self, world: World, advance: Advance, seconds: float) -> None:
        """Let the world go on for a frame of so many real seconds."""
        speed = SPEEDS[self.speed]
        if speed.factor == 0:
            self.rush(world, advance)
            return
        self._credit = min(self._credit + seconds * speed.factor, 0.25 * max(1.0, speed.factor))
        while self._credit > 0 and not self.holds():
            now, length = world.now, len(world.trace)
            quiet = QUIET * (1 + self._dull / PATIENCE)
            done = advance(now + max(1, int(self._credit * quiet * 1e9)), 1)
            passed = max(0, world.now - now) / 1e9  # a command that rewinds the lab ends before it began
            self._dull += passed
            price = passed / quiet + self.cost(world.trace.since(length))
            self._credit -= price or _SILENT_EVENT
            if done:
                break

    def rush(self, world: World, advance: Advance) -> None:
        """Go as far as a slice of computing time allows."""
        end = self._timer() + self.slice
        while not advance(world.now + 3_600_000_000_000, EVENTS):
            if self._timer() >= end or self.holds():
                break
