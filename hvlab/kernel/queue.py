"""The event queue: simulated time in integer nanoseconds, and what happens next.

A pending event is data and nothing else: a tuple

    (time, sequence, component index, handler id, payload, cause)

so that it can be saved, compared and digested. The handler's function is found
through a table of ids, the component through a list; neither a function nor an
object reference ever lies in the queue, because a copied queue must drive the
copied components, not the ones it was copied from.

A handler gets its component and the payload. It returns None, or the delay in
nanoseconds after which it wants to be called again with the same payload: the
cheapest way to schedule, since the pop and the push become one step.

This module knows nothing of traces or of what the components are.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush, heappushpop
from typing import Any, TypeVar

Entry = tuple[int, int, int, int, Any, int]
HandlerFunction = Callable[[Any, Any], "int | None"]

C = TypeVar("C", bound=Callable[[], bool])

FOREVER = 1 << 62
"""Later than any simulated moment, in nanoseconds."""

_HANDLERS: list[HandlerFunction] = []
_HANDLER_NAMES: list[str] = []


def register_handler(function: HandlerFunction) -> int:
    """Give a handler its number. Numbers are local to a process; digests and saves use the name."""
    _HANDLERS.append(function)
    _HANDLER_NAMES.append(function.__qualname__)
    return len(_HANDLERS) - 1


def handler_of(name: str) -> int:
    """The number of the handler of that qualified name in this process. ValueError if there is none."""
    return _HANDLER_NAMES.index(name)


def handler_name(handler_id: int) -> str:
    """The qualified name of a handler, which is the same in every process."""
    return _HANDLER_NAMES[handler_id]


def steady(condition: C) -> C:
    """Mark a condition for ending a run: none but the last event of a stride (`Kernel.stride`) can make it true.

    A stride is a disk request that goes its way from the guest to the disk and back, and nothing else happens, or
    several of a program that does them one after the other.
    """
    condition.steady = True  # type: ignore[attr-defined]
    return condition


def is_steady(condition: Callable[[], bool] | None) -> bool:
    """Whether a run may stride: it has no condition, or one that was marked."""
    return condition is None or getattr(condition, "steady", False)


class Kernel:
    """A clock and a queue of events to come.

    Attributes: `now`, simulated nanoseconds; `processed`, events handled since the
    beginning; `cause`, the number of the trace event that led to what runs at
    present (0 for none), inherited by whatever is scheduled meanwhile; `stopped`,
    whether the last run ended because its condition held.
    """

    __slots__ = (
        "_bound",
        "_components",
        "_dead",
        "_heap",
        "_horizon",
        "_sequence",
        "_touched",
        "cause",
        "now",
        "processed",
        "stopped",
    )

    def __init__(self) -> None:
        self.now = 0
        self.processed = 0
        self.cause = 0
        self.stopped = False
        self._sequence = 1
        self._heap: list[Entry] = []
        self._dead: set[int] = set()  # membership only: a set is never iterated here
        self._components: list[Any] = []
        self._bound = self._horizon = -1
        """How far a stride may go: so many events handled in all, and until when."""
        self._touched = bytearray()
        """By component, whether its state may have changed since the last snapshot (`World.snapshot`)."""

    def schedule(
        self, delay: int, component: int, handler_id: int, payload: Any = None, cause: int = 0
    ) -> int:
        """Call a handler of a component after `delay` ns; returns a ticket for `cancel`.

        It is caused by trace event `cause`, or (0) by whatever is the cause at present.
        """
        ticket = self._sequence
        self._sequence = ticket + 1
        self._touched[component] = 1
        heappush(self._heap, (self.now + delay, ticket, component, handler_id, payload, cause or self.cause))
        return ticket

    def cancel(self, ticket: int) -> None:
        """Forget a pending event. A ticket that has fired already must not be cancelled."""
        dead = self._dead
        dead.add(ticket)
        if len(dead) > 64 and len(dead) * 2 > len(self._heap):
            self._compact()

    def _compact(self) -> None:
        # In place: the running loop holds a reference to this very list.
        self._heap[:] = [entry for entry in self._heap if entry[1] not in self._dead]
        heapify(self._heap)
        self._dead.clear()

    def forget_component(self, component: int) -> None:
        """Drop every pending event of a component that leaves the world."""
        for entry in self._heap:
            if entry[2] == component:
                self._dead.discard(entry[1])
        self._heap[:] = [entry for entry in self._heap if entry[2] != component]
        heapify(self._heap)

    def next_time(self) -> int | None:
        """When the next live event is due, or None if nothing is pending."""
        heap = self._heap
        while heap and heap[0][1] in self._dead:
            self._dead.discard(heappop(heap)[1])
        return heap[0][0] if heap else None

    def pending(self) -> list[Entry]:
        """The live events in the order in which they will happen."""
        return sorted(entry for entry in self._heap if entry[1] not in self._dead)

    def run(self, until: int = FOREVER, limit: int = FOREVER, stop: Callable[[], bool] | None = None) -> int:
        """Handle events up to and including time `until`; returns how many were handled.

        Ends earlier after `limit` events, or as soon as `stop()` is true. It is asked
        exactly once after each event, however the run is sliced. When nothing is left
        before `until`, the clock stands at `until` (unless that is FOREVER): an empty
        stretch of time passes too. What a handler or `stop` raises leaves the queue whole.
        """
        return self._run(until, limit, stop, limit)

    def stride(self, ticket: int, events: int, until: int) -> bool:
        """Whether the handler at work may itself do what the event `ticket` and those after it would do.

        They are `events`, the last due at `until`. It may if nothing else is due till then and nobody looks at the
        world in between: the run goes that far, and its condition, if it has one, is `steady`. If so they count as
        scheduled and handled, and it is `until`; the handler must leave everything as they would have, the trace
        included.
        """
        heap = self._heap
        if (
            until > self._horizon
            or self.processed + events > self._bound
            or heap[0][1] != ticket
            or (len(heap) > 1 and heap[1][0] <= until)
            or (len(heap) > 2 and heap[2][0] <= until)
        ):
            return False
        heappop(heap)
        self._sequence += events - 1
        self.processed += events
        self.now = until
        return True

    def clear(self) -> tuple[int, int]:
        """How far the handler at work may go on by itself: until when, and over how many events.

        Till then nothing else is due and nobody looks at the world; a time that is past: it may not. `leap` says how
        far it went.
        """
        heap, until = self._heap, self._horizon
        if heap and heap[0][0] <= until:
            until = heap[0][0] - 1
        return until, self._bound - self.processed

    def leap(self, events: int, until: int) -> None:
        """The handler at work has done what so many events would have, the last of them at `until`.

        All that they would have scheduled is among them; if the last would have gone on after so many ns, the handler
        schedules that itself.
        """
        self._sequence += events
        self.processed += events
        self.now = until

    def _run(self, until: int, limit: int, stop: Callable[[], bool] | None, reach: int) -> int:
        """As `run`; a stride may go on beyond `limit`, up to `reach` events."""
        self.stopped = False
        self._bound = self.processed + reach
        self._horizon = until if is_steady(stop) else -1
        try:
            if stop is not None or limit < FOREVER:
                return self._run_watched(until, limit, stop)
            return self._run_freely(until)
        finally:
            self._horizon = -1

    def _run_freely(self, until: int) -> int:
        """As `run`, with nobody to ask whether to go on."""
        heap = self._heap
        dead = self._dead
        handlers = _HANDLERS
        components = self._components
        handled, before = 0, self.processed
        try:
            if heap:
                entry = heappop(heap)
                while True:
                    time, sequence, component, handler_id, payload, cause = entry
                    if dead and sequence in dead:
                        dead.discard(sequence)
                    elif time > until:
                        heappush(heap, entry)
                        break
                    else:
                        self.now = time
                        self.cause = cause
                        handled += 1
                        delay = handlers[handler_id](components[component], payload)
                        if delay is not None:
                            follower = self._sequence
                            self._sequence = follower + 1
                            entry = heappushpop(
                                heap, (time + delay, follower, component, handler_id, payload, self.cause)
                            )
                            continue
                    if not heap:
                        break
                    entry = heappop(heap)
        finally:
            self.processed += handled
            self.cause = 0
        if self.now < until < FOREVER:
            self.now = until
        return self.processed - before

    def _run_watched(self, until: int, limit: int, stop: Callable[[], bool] | None) -> int:
        """As `run`, looking after each event whether to go on. Nothing is in hand while `stop` is asked: it
        may look at the queue, or raise.
        """
        heap = self._heap
        dead = self._dead
        handlers = _HANDLERS
        components = self._components
        before = self.processed
        bound = before + limit
        done = limit <= 0
        try:
            while heap and not done:
                entry = heappop(heap)
                time, sequence, component, handler_id, payload, cause = entry
                if dead and sequence in dead:
                    dead.discard(sequence)
                    continue
                if time > until:
                    heappush(heap, entry)
                    break
                self.now = time
                self.cause = cause
                self.processed += 1
                delay = handlers[handler_id](components[component], payload)
                if delay is not None:
                    self.schedule(delay, component, handler_id, payload)
                done = self.processed >= bound
                if stop is not None and stop():
                    self.stopped = done = True
        finally:
            self.cause = 0
        if not done and self.now < until < FOREVER:
            self.now = until
        return self.processed - before
