"""Strides: what a handler does in one go for the events after it, and when it may not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.kernel import Component, World, handler
from hvlab.kernel.queue import FOREVER, steady
from hvlab.kernel.world import OVERSTEP, SLICE

THERE, BACK = 10, 20
"""How long a letter takes, and its answer."""


class Writer(Component):
    """Writes letters one after the other; where it may, it does itself what the post would do."""

    STATE = ("letters", "notes")

    def __init__(self, letters: int, strides: bool, series: bool = False) -> None:
        self.letters = letters
        self.notes: list[tuple[int, str]] = []
        self.strides = strides
        self.series = series
        self.taken = 0

    def note(self, what: str, time: int) -> None:
        self.notes.append((time, what))

    @handler
    def on_write(self, payload: None) -> int | None:
        if self.series:
            self.go_on()
        self.letters -= 1
        now = self.world.now
        self.note("sent", now)
        ticket = self.after(THERE, Writer.on_arrive, None)
        if self.strides and self.world.stride(ticket, 2, now + THERE + BACK):
            self.taken += 1
            self.note("arrived", now + THERE)
            self.end()
        return None

    @handler
    def on_arrive(self, payload: None) -> int | None:
        self.note("arrived", self.world.now)
        self.after(BACK, Writer.on_answer, None)
        return None

    @handler
    def on_answer(self, payload: None) -> int | None:
        self.end()
        return None

    def go_on(self) -> None:
        """All letters but the last, as far as there is time for them."""
        until, events = self.world.clear()
        now = self.world.now
        count = max(0, min(self.letters - 1, (until - now) // (THERE + BACK), events // 3))
        for _ in range(count):
            self.note("sent", now)
            self.note("arrived", now + THERE)
            now += THERE + BACK
            self.note("answered", now)
        if count:
            self.letters -= count
            self.taken += count
            self.world.leap(3 * count, now)

    def end(self) -> None:
        self.note("answered", self.world.now)
        if self.letters:
            self.after(0, Writer.on_write, None)

    @handler
    def on_other(self, payload: str) -> int | None:
        self.note(payload, self.world.now)
        return None


def office(strides: bool, others: tuple[int, ...] = (), letters: int = 4, series: bool = False) -> Writer:
    writer = World().add("writer", Writer(letters, strides, series))
    for number, time in enumerate(others):
        writer.after(time, Writer.on_other, f"other {number}")
    writer.after(0, Writer.on_write, None)
    return writer


def place(writer: Writer) -> tuple[str, int, int]:
    return writer.world.digest(), writer.world.now, writer.world.processed


@given(st.lists(st.integers(0, 130), max_size=5), st.lists(st.integers(0, 4), max_size=12))
def test_a_run_leads_to_the_same_however_it_is_done_and_cut(others: list[int], cuts: list[int]) -> None:
    strided, stepped = office(True, tuple(others)), office(False, tuple(others))
    leapt = office(True, tuple(others), series=True)
    for limit in [*cuts, FOREVER]:
        handled = stepped.world.run(limit=limit)
        for writer in (strided, leapt):
            assert writer.world.run(limit=limit) == handled
            assert place(writer) == place(stepped)


@given(st.lists(st.integers(0, 130), max_size=5), st.lists(st.integers(0, 60), max_size=6))
def test_a_run_ends_at_its_time_however_it_is_done(others: list[int], steps: list[int]) -> None:
    strided, stepped = office(True, tuple(others)), office(False, tuple(others))
    leapt = office(True, tuple(others), series=True)
    for step in steps:
        for writer in (strided, stepped, leapt):
            writer.world.run(until=writer.world.now + step)
        assert place(strided) == place(stepped) == place(leapt)


@pytest.mark.parametrize(
    ("others", "taken"), [((), 4), ((0,), 4), ((10,), 3), ((30,), 3), ((31,), 3), ((15, 45, 75, 105), 0)]
)
def test_nothing_else_may_be_due_until_its_end(others: tuple[int, ...], taken: int) -> None:
    writer = office(True, others)
    writer.world.run()
    assert writer.taken == taken


def test_who_looks_after_each_event_sees_each_event() -> None:
    seen: list[int] = []

    def looks() -> bool:
        seen.append(writer.world.now)
        return False

    for stop, taken, count in ((looks, 0, 12), (steady(looks_not), 4, 0)):
        writer = office(True)
        seen.clear()
        writer.world.run(stop=stop)
        assert (writer.taken, len(seen)) == (taken, count)
        assert writer.world.processed == 12


def looks_not() -> bool:
    return False


def test_a_slice_may_be_overstepped_a_limit_may_not() -> None:
    for between, taken in ((lambda: None, 40), (None, 40)):
        writer = office(True, letters=40)
        writer.world.between = between
        assert writer.world.run() == 120
        assert writer.taken == taken
    stop: Callable[[], bool] = steady(looks_not)
    for limit in range(1, 13):
        writer = office(True)
        assert writer.world.run(limit=limit, stop=stop) == limit
        assert writer.taken == limit // 3


@pytest.mark.parametrize(
    ("others", "taken"), [((), 4), ((0,), 4), ((10,), 3), ((45,), 3), ((105,), 3), ((15, 45, 75, 105), 0)]
)
def test_a_series_ends_before_anything_else_is_due(others: tuple[int, ...], taken: int) -> None:
    """The others lead to letters of their own; the last of a series is a stride."""
    writer = office(True, others, series=True)
    writer.world.run()
    assert writer.taken == taken


def test_a_series_goes_no_further_than_those_who_look_now_and_then_allow() -> None:
    writer = office(True, letters=1000, series=True)
    seen: list[int] = []
    writer.world.between = lambda: seen.append(writer.world.processed)
    assert writer.world.run() == 3000
    assert seen and max(b - a for a, b in pairwise([0, *seen])) <= SLICE + OVERSTEP
