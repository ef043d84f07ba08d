"""The event queue: order, cancelling, re-arming, and that it can be run in slices."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.kernel import Component, World, handler


class Clock(Component):
    """Notes when it is called, and does what its payload says."""

    STATE = ("seen", "left")

    def __init__(self, left: int = 0) -> None:
        self.seen: list[tuple[int, object]] = []
        self.left = left

    @handler
    def on_note(self, payload: object) -> int | None:
        self.seen.append((self.world.now, payload))
        return None

    @handler
    def on_tick(self, payload: int) -> int | None:
        self.seen.append((self.world.now, payload))
        self.left -= 1
        return payload if self.left > 0 else None

    @handler
    def on_split(self, payload: int) -> int | None:
        """Two more events for each, down to zero."""
        self.seen.append((self.world.now, payload))
        if payload:
            self.after(payload * 3 % 7, Clock.on_split, payload - 1)
            self.after(payload, Clock.on_split, payload - 1)
        return None


def clock(left: int = 0) -> Clock:
    return World().add("clock", Clock(left))


def test_events_come_by_time_then_by_the_order_of_their_making() -> None:
    c = clock()
    for delay, name in ((5, "b"), (3, "a"), (5, "c"), (0, "z")):
        c.after(delay, Clock.on_note, name)
    c.world.run()
    assert c.seen == [(0, "z"), (3, "a"), (5, "b"), (5, "c")]


def test_a_returned_delay_calls_again() -> None:
    c = clock(left=3)
    c.after(10, Clock.on_tick, 10)
    c.world.run()
    assert [time for time, _ in c.seen] == [10, 20, 30]


def test_a_cancelled_event_never_comes() -> None:
    c = clock()
    tickets = [c.after(number, Clock.on_note, number) for number in range(200)]
    for number in range(0, 200, 2):
        c.world.cancel(tickets[number])
    c.world.run()
    assert [payload for _, payload in c.seen] == list(range(1, 200, 2))


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=200))
def test_cancelling_changes_nothing_else(events: list[tuple[int, bool]]) -> None:
    with_all, without = clock(), clock()
    for number, (delay, cancelled) in enumerate(events):
        ticket = with_all.after(delay, Clock.on_note, number)
        if cancelled:
            with_all.world.cancel(ticket)
        else:
            without.after(delay, Clock.on_note, number)
    with_all.world.run()
    without.world.run()
    assert with_all.seen == without.seen


def test_running_until_a_time_leaves_the_clock_there() -> None:
    c = clock()
    c.after(10, Clock.on_note, "x")
    assert c.world.run(until=9) == 0 and c.world.now == 9
    assert c.world.run(until=10) == 1 and c.world.now == 10
    assert c.world.run(until=50) == 0 and c.world.now == 50
    assert c.world.processed == 1


def test_running_stops_after_so_many_events_or_when_told() -> None:
    c = clock(left=100)
    c.after(1, Clock.on_tick, 1)
    assert c.world.run(limit=3) == 3 and c.world.now == 3
    assert c.world.run(stop=lambda: len(c.seen) == 5) == 2 and c.world.now == 5
    assert c.world.run(limit=0) == 0


@settings(max_examples=60)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.booleans())
def test_slices_make_the_same_world_as_one_run(slices: list[int], by_time: bool) -> None:
    whole, sliced = clock(), clock()
    for c in (whole, sliced):
        c.after(1, Clock.on_split, 6)
    whole.world.run()
    for size in slices:
        if by_time:
            sliced.world.run(until=sliced.world.now + size)
        else:
            sliced.world.run(limit=size)
    sliced.world.run()
    assert sliced.seen == whole.seen
    assert sliced.world.processed == whole.world.processed


def test_a_handler_that_fails_leaves_the_queue_whole() -> None:
    class Bad(Component):
        @handler
        def on_fail(self, payload: None) -> int | None:
            raise RuntimeError("no")

    c = clock()
    bad = c.world.add("bad", Bad())
    bad.after(1, Bad.on_fail, None)
    c.after(2, Clock.on_note, "after")
    with contextlib.suppress(RuntimeError):
        c.world.run()
    c.world.run()
    assert c.seen == [(2, "after")] and c.world.processed == 2


def test_a_component_that_leaves_takes_its_events_along() -> None:
    c = clock()
    other = c.world.add("other", Clock())
    other.after(5, Clock.on_note, "gone")
    c.after(6, Clock.on_note, "here")
    c.world.remove(other)
    c.world.run()
    assert other.seen == [] and c.seen == [(6, "here")]
