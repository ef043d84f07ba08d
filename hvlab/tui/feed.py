"""What is new in the trace since the last look, and the sums of everything in it.

The one door through which the screen learns that something happened. All figures
on the screen that count events come from `Sums`, and `Sums` counts trace events.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hvlab.session.sentences import EXITS, machine_of

if TYPE_CHECKING:
    from hvlab.kernel import World
    from hvlab.kernel.trace import TraceEvent


@dataclass
class Sums:
    """Counts of trace events; keys name a kind, and a machine or a channel where there is one."""

    kinds: Counter[str] = field(default_factory=Counter)
    machines: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(machine, kind)"""
    channels: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(machine, relid): ring packets"""
    root: Counter[str] = field(default_factory=Counter)
    """Kind: hypercalls and exits made by the root, interrupts taken by it."""
    bytes_moved: int = 0

    def exits(self, machine: str = "") -> int:
        """How often the processors of a machine, or all of them, have left for the hypervisor."""
        return sum(self.machines[machine, kind] if machine else self.kinds[kind] for kind in EXITS)

    def add(self, event: TraceEvent) -> None:
        """Count one event."""
        kind = event.kind
        self.kinds[kind] += 1
        machine = machine_of(event)
        if machine:
            self.machines[machine, kind] += 1
        elif kind in ("hypercall", "exit", "interrupt"):
            self.root[kind] += 1
        if kind == "ring.packet" and event.channel is not None:
            self.channels[machine, event.channel] += 1
        elif kind == "disk.io" and event.get("outcome") == "ok":
            self.bytes_moved += 512 * int(event.get("sectors"))


class Feed:
    """Reads the trace of a world from where it stopped last time.

    What touches a part of `others` (beginnings of paths: other hosts') is told, but not counted: the
    figures are those of the host in the picture.
    """

    def __init__(self, world: World, others: tuple[str, ...] = ()) -> None:
        self.world = world
        self._others = others
        self.seq = 0
        self.sums = Sums()
        self.rewound = False
        """Whether the trace is another one since the last look: one went back. Then everything is told anew."""
        self._last: object = None

    def poll(self) -> list[TraceEvent]:
        """The events that came since the last call."""
        trace = self.world.trace
        self.rewound = len(trace) < self.seq or (
            self.seq > 0 and trace.events[self.seq - 1] is not self._last
        )
        if self.rewound:
            self.seq = 0
            self.sums = Sums()
        new = list(trace.since(self.seq))
        self.seq += len(new)
        self._last = trace.events[self.seq - 1] if self.seq else None
        for event in self.here(new):
            self.sums.add(event)
        return new

    def here(self, events: list[TraceEvent]) -> list[TraceEvent]:
        """Those of the events that touch no other host."""
        others = self._others
        if not others:
            return events
        return [e for e in events if not (e.source.startswith(others) or e.target.startswith(others))]
