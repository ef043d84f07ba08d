"""The shipped kernel against SimPy and against a bare heapq callback loop: timers, ping-pong, sleepers."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
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
    show("kernel, untraced: times SimPy's timeouts", rival / quiet, ">= 1.9")
    show("kernel, untraced: share of a bare heapq callback loop", floor / quiet, ">= 0.85")
    show("kernel, one trace event with its cause each: times SimPy's timeouts", rival / traced, ">= 1.1")
    assert rival / quiet >= 1.9
    assert floor / quiet >= 0.85
    assert rival / traced >= 1.1


VOLLEYS = 5_000
SLEEPERS = 2_000


class Player(Component):
    """Returns what it gets to the other player, and says so in the trace."""

    STATE = ("other", "left")

    def __init__(self, other: int) -> None:
        self.other = other
        self.left = VOLLEYS

    @handler
    def on_ball(self, payload: int) -> int | None:
        world = self.world
        world.emit("exit", "host1/web01", "host1/hypervisor", 2, 0, None, "hlt", "", None)
        self.left -= 1
        if self.left:
            world.schedule(10, self.other, Player.on_ball.id, payload)
        return None


def ping_pong() -> float:
    world = World()
    first = world.add("ping", Player(1))
    world.add("pong", Player(0))
    first.after(0, Player.on_ball, 1)
    taken = seconds(world.run)
    assert world.processed == len(world.trace) == 2 * VOLLEYS - 1
    return taken


def ping_pong_with_simpy() -> float:
    """The rival passes its ball through two stores, and traces nothing."""
    environment = simpy.Environment()
    there, back = simpy.Store(environment), simpy.Store(environment)

    def player(mine: simpy.Store, theirs: simpy.Store):  # type: ignore[no-untyped-def]
        for _ in range(VOLLEYS):
            ball = yield mine.get()
            yield environment.timeout(10)
            yield theirs.put(ball)

    environment.process(player(there, back))
    environment.process(player(back, there))
    there.put(1)
    return seconds(environment.run)


def test_ping_pong() -> None:
    ours, rival = medians(ROUNDS, ping_pong, ping_pong_with_simpy)
    show("ping-pong of two components, traced: times SimPy's Store", rival / ours, ">= 4")
    assert rival / ours >= 4


def grown(build: Callable[[], object]) -> float:
    """Bytes that what is built keeps, as Python's allocator counts them."""
    gc.collect()
    tracemalloc.start()
    kept = build()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept is not None
    return size / SLEEPERS


def sleeping_world() -> World:
    world = World()
    for number in range(SLEEPERS):
        world.add(f"t{number}", Timer(delay(number))).after(delay(number), Timer.on_quiet, None)
    return world


def sleeping_simpy() -> simpy.Environment:
    environment = simpy.Environment()

    def sleeper(wait: int):  # type: ignore[no-untyped-def]
        left = SHOTS
        while left:
            yield environment.timeout(wait)
            left -= 1

    for number in range(SLEEPERS):
        environment.process(sleeper(delay(number)))
    environment.run(until=1)
    return environment


def test_the_memory_of_what_sleeps() -> None:
    grown(sleeping_world), grown(sleeping_simpy)  # what is made once is not counted
    ours, rival = grown(sleeping_world), grown(sleeping_simpy)
    show("memory of a sleeping component: times a sleeping SimPy process's", ours / rival, "<= 1")
    assert ours <= rival
