"""The shipped kernel against SimPy and against a bare heapq callback loop: a thousand timers each."""

from __future__ import annotations

from heapq import heappop, heappush

import pytest
import simpy

from hvlab.kernel import Component, World, handler
from tests.benchmarks.measure import medians, seconds, show

pytestmark = pytest.mark.benchmark

TIMERS, SHOTS, ROUNDS = 1000, 50, 25


class Timer(Component):
    """Counts down."""

    STATE = ("left", "delay")

    def __init__(self, delay: int) -> None:
        self.left = SHOTS
        self.delay = delay

    @handler
    def on_quiet(self, payload: None) -> int | None:
        self.left -= 1
        return self.delay if self.left else None

    @handler
    def on_traced(self, payload: None) -> int | None:
        self.left -= 1
        self.world.emit("exit", "host1/web01", "host1/hypervisor", 2, 0, None, "hlt", "", None)
        return self.delay if self.left else None


def delay(number: int) -> int:
    return 100 + number * 7 % 501


def shipped(what: handler[Timer, None]) -> float:
    """The kernel as a session runs it; every timer was set by a command, which is the cause of all it does."""
    world = World()
    first = world.emit("command", "console", "t", None, None, None, "x")
    for number in range(TIMERS):
        timer = world.add(f"t{number}", Timer(delay(number)))
        world.because(first, timer.after, delay(number), what, None)
    taken = seconds(world.run)
    assert world.processed == TIMERS * SHOTS
    traced = TIMERS * SHOTS if what is Timer.on_traced else 0
    assert len(world.trace) == 1 + traced and world.trace[len(world.trace)].cause == (1 if traced else None)
    return taken


def with_simpy() -> float:
    environment = simpy.Environment()

    def timer(wait: int):  # type: ignore[no-untyped-def]
        for _ in range(SHOTS):
            yield environment.timeout(wait)

    for number in range(TIMERS):
        environment.process(timer(delay(number)))
    return seconds(environment.run)


def bare() -> float:
    heap: list[tuple[int, int, object, list[int]]] = []
    sequence = 0
    now = 0

    def shot(state: list[int]) -> None:
        nonlocal sequence
        state[0] -= 1
        if state[0]:
            sequence += 1
            heappush(heap, (now + state[1], sequence, shot, state))

    for number in range(TIMERS):
        sequence += 1
        heappush(heap, (delay(number), sequence, shot, [SHOTS, delay(number)]))

    def run() -> None:
        nonlocal now
        while heap:
            now, _, function, state = heappop(heap)
            function(state)  # type: ignore[operator]

    return seconds(run)


def test_events_a_second() -> None:
    quiet, traced, rival, floor = medians(
        ROUNDS,
        lambda: shipped(Timer.on_quiet),
        lambda: shipped(Timer.on_traced),
        with_simpy,
        bare,
    )
    show("kernel, untraced: times SimPy's timeouts", rival / quiet, ">= 1.7")
    show("kernel, untraced: share of a bare heapq callback loop", floor / quiet, ">= 0.8")
    show("kernel, one trace event with its cause each: times SimPy's timeouts", rival / traced, ">= 1.0")
    assert rival / quiet >= 1.7
    assert floor / quiet >= 0.8
    assert rival / traced >= 1.0
