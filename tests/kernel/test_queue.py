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


class Busy(Component):
    """Schedules, cancels and re-arms as its payload says, and notes it all."""

    STATE = ("seen", "tickets")

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []
        self.tickets: dict[int, int] = {}

    def plan(self, delay: int, number: int) -> None:
        self.tickets[number] = self.after(delay, Busy.on_work, number)

    @handler
    def on_work(self, number: int) -> int | None:
        self.seen.append((self.world.now, number))
        self.tickets.pop(number, None)
        if number > 400:
            return None
        self.plan(number % 11, number * 2 + 1)
        self.plan(number % 5, number * 2 + 2)
        if number % 3 == 0 and number * 2 + 1 in self.tickets:
            self.world.cancel(self.tickets.pop(number * 2 + 1))
        return 3 if number % 7 == 0 and len(self.seen) < 300 else None


Slice = tuple[str, int]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["until", "limit", "stop", "next"]), st.integers(0, 9))))
def test_however_it_is_sliced_the_end_is_the_same(slices: list[Slice]) -> None:
    whole, sliced = World(), World()
    for world in (whole, sliced):
        world.add("busy", Busy()).plan(1, 0)
    whole.run(until=5000)
    for kind, size in slices:
        if kind == "until":
            sliced.run(until=sliced.now + size)
        elif kind == "limit":
            sliced.run(limit=size)
        elif kind == "stop":
            left = [size]

            def enough(left: list[int] = left) -> bool:
                left[0] -= 1
                return left[0] <= 0

            before = sliced.processed
            assert sliced.run(stop=enough) == sliced.processed - before <= max(1, size)
        else:
            due = sliced.next_time()
            assert due == (sliced.pending()[0][0] if sliced.pending() else None)
            sliced.run(until=sliced.now if due is None else due)
    sliced.run(until=5000)
    assert whole.get("busy", Busy).seen == sliced.get("busy", Busy).seen != []
    assert (sliced.digest(), sliced.processed, sliced.now) == (whole.digest(), whole.processed, whole.now)


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


def test_what_leaves_and_comes_leaves_nothing_behind() -> None:
    """Tickets of cancelled events are forgotten with the component that had them."""
    c = clock()
    other = c.world.add("other", Clock())
    for delay in range(10):
        c.world.cancel(other.after(delay, Clock.on_note, "gone"))
    c.after(4, Clock.on_note, "here")
    c.world.remove(other)
    assert c.world.save().dead == frozenset() and len(c.world.pending()) == 1


def test_order_survives_a_component_that_leaves() -> None:
    c = clock()
    other = c.world.add("other", Clock())
    delays = [(number * 37) % 101 for number in range(60)]
    for number, delay in enumerate(delays):
        (other if number % 3 == 0 else c).after(delay, Clock.on_note, delay)
    c.world.remove(other)
    c.world.run()
    assert [payload for _, payload in c.seen] == sorted(d for n, d in enumerate(delays) if n % 3)


def test_cancelled_events_do_not_pile_up() -> None:
    c = clock()
    kept = [c.after(10 + number % 7, Clock.on_note, number) for number in range(50)]
    for _ in range(5000):
        c.world.cancel(c.after(1_000_000, Clock.on_note, "never"))
        assert len(c.world.save().heap) <= 2 * len(kept) + 100
    assert len(c.world.pending()) == 50
    c.world.run()
    assert c.seen == sorted((10 + number % 7, number) for number in range(50))


def test_the_next_time_passes_over_what_was_cancelled() -> None:
    c = clock()
    first, _, last = (c.after(delay, Clock.on_note, delay) for delay in (5, 9, 20))
    assert c.world.next_time() == 5
    c.world.cancel(first)
    assert c.world.next_time() == 9
    c.world.run(until=9)
    c.world.cancel(last)
    assert c.world.next_time() is None
    c.world.run()
    assert c.seen == [(9, 9)]


def test_what_is_scheduled_inherits_the_cause_and_nothing_outlives_the_run() -> None:
    class Chain(Component):
        """Each event emits one that was caused by the one before."""

        @handler
        def on_link(self, left: int) -> int | None:
            seq = self.world.emit("command", "a", "b", None, None, None, str(left))
            if left:
                self.world.because(seq, self.after, 1, Chain.on_link, left - 1)
            return None

        @handler
        def on_again(self, payload: list[int]) -> int | None:
            self.world.emit("command", "a", "b", None, None, None, "again")
            payload[0] -= 1
            return 1 if payload[0] else None

    world = World()
    chain = world.add("chain", Chain())
    chain.after(0, Chain.on_link, 3)
    world.run()
    assert [event.cause for event in world.trace] == [None, 1, 2, 3] and world.cause == 0
    world.because(2, chain.after, 1, Chain.on_again, [2])
    assert world.run(limit=1) == 1 and world.cause == 0
    world.run()
    assert [event.cause for event in world.trace.since(4)] == [2, 2] and world.cause == 0


def test_a_question_that_fails_leaves_the_queue_whole() -> None:
    def no() -> bool:
        raise RuntimeError("no")

    c = clock(left=3)
    c.after(1, Clock.on_tick, 1)
    with contextlib.suppress(RuntimeError):
        c.world.run(stop=no)
    assert (c.world.now, c.world.processed, c.world.cause) == (1, 1, 0)
    c.world.run()
    assert [time for time, _ in c.seen] == [1, 2, 3]


def test_the_question_is_asked_once_after_each_event() -> None:
    c = clock(left=10)
    c.after(1, Clock.on_tick, 1)
    asked: list[int] = []

    def ask() -> bool:
        asked.append(c.world.now)
        return False

    c.world.run(limit=4, stop=ask)
    c.world.run(until=6, stop=ask)
    assert asked == [1, 2, 3, 4, 5, 6]


def test_running_to_a_moment_that_is_past_does_nothing() -> None:
    c = clock()
    c.after(10, Clock.on_note, "x")
    c.world.run(until=20)
    c.after(5, Clock.on_note, "y")
    assert c.world.run(until=3) == 0 and c.world.now == 20
    assert c.world.run(until=25) == 1
