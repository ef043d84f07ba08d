"""The lab's time at one look: how densely events lie in it, and which commands and bookmarks lie where. Times in ns."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hvlab.session.cmdlets import bookmarks
from hvlab.session.rows import command_of

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.session import Session


@dataclass(frozen=True)
class Mark:
    """A place one may want to go to: after so many events, at a time; `is_bookmark`, else the end of a command."""

    event: int
    time: int
    name: str
    is_bookmark: bool


@dataclass
class Known:
    """The events of the present way, those too that come after the point one has gone back to."""

    events: list[RawEvent] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    def follow(self, session: Session) -> None:
        """Take notice of what has happened, or of a journey."""
        trace, known = session.world.trace.events, self.events
        count = len(trace)
        if count <= len(known) and (not count or known[count - 1] == trace[count - 1]):
            travel = session.travel
            if count < len(known) and not travel.timeline.onward and travel.view is None:
                del known[count:], self.times[count:]
            return
        if known and known[-1] != trace[min(len(known), count) - 1]:
            known.clear()
            self.times.clear()
        for event in trace[len(known) :]:
            known.append(event)
            self.times.append(event[0])

    def event_at(self, time: int) -> int:
        """How many events have happened by a time."""
        return bisect_right(self.times, time)

    def time_of(self, event: int) -> int:
        """When so many events had happened."""
        return self.times[min(event, len(self.times)) - 1] if event and self.times else 0

    def density(self, width: int, span: int) -> list[int]:
        """How many events lie in each of `width` equal parts of the time from 0 to `span`."""
        edges = [self.event_at(span * (cell + 1) // width) for cell in range(width)]
        return [edge - before for before, edge in zip([0, *edges[:-1]], edges, strict=True)]


def marks(session: Session, known: Known) -> list[Mark]:
    """Ends of commands and bookmarks on the present way, in the order of their events."""
    travel = session.travel
    found = []
    for step in travel.timeline.steps(travel.timeline.end):
        end = travel.end_of(step.last)
        if end is not None:
            found.append(Mark(end.event, end.time, command_of(step), False))
    for name, event, _ in bookmarks(session).values():
        found.append(Mark(event, known.time_of(event), name, True))
    return sorted(found, key=lambda mark: (mark.event, mark.is_bookmark))
