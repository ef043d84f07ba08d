"""Sharing logical processors: nobody waits without need, shares follow weights, caps and reserves hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.hypervisor.life import REGISTER_EXPLICIT_SUSPEND
from hvlab.hypervisor.scheduler import Scheduler, Share
from tests.hypervisor.support import Machine

SECOND = 1_000_000_000


@pytest.fixture
def machine() -> Machine:
    return Machine()


def finished(machine: Machine, child: int) -> list[int]:
    """When a child's requests were done, in ns."""
    return [when for what, _, when in machine.software(child).seen if what == "computed"]  # type: ignore[misc]


def check(scheduler: Scheduler) -> None:
    """What must hold at any moment."""
    running = [processor.running for processor in scheduler.processors if processor.running]
    waiting = [key for _, _, key in scheduler.ready]
    assert len(set(running)) == len(running), "a virtual processor runs on one logical processor"
    assert not set(running) & set(waiting)
    assert set(running) | set(waiting) <= set(scheduler.runs)
    idle = [processor for processor in scheduler.processors if processor.running is None]
    capped = all(scheduler.books.share.get(key, Share()).cap < 100 for key in waiting)
    assert not (idle and waiting) or capped, "nobody waits while a processor is idle"


def test_with_a_processor_for_everyone_each_runs_in_one_piece(machine: Machine) -> None:
    first, second = machine.child(), machine.child()
    machine.hypervisor.compute(first, 0, 3 * SECOND)
    machine.hypervisor.compute(second, 0, 2 * SECOND)
    handled = machine.world.run()
    assert (finished(machine, first), finished(machine, second)) == ([3 * SECOND], [2 * SECOND])
    assert handled == 2
    runs = [event for event in machine.world.trace if event.kind == "vp.run"]
    assert [(e.get("ran"), e.get("waited"), e.get("pieces")) for e in runs] == [
        (2 * SECOND, 0, 1),
        (3 * SECOND, 0, 1),
    ]
    assert {e.get("lp") for e in runs} == {0, 1}


def test_four_on_two_processors_take_twice_as_long_and_end_together(machine: Machine) -> None:
    children = [machine.child() for _ in range(4)]
    for child in children:
        machine.hypervisor.compute(child, 0, SECOND)
    machine.world.run()
    ends = [finished(machine, child)[0] for child in children]
    assert max(ends) == 2 * SECOND
    assert min(ends) >= 2 * SECOND - 100_000_000, "one slice behind at most"
    scheduler = machine.hypervisor.scheduler
    assert sum(scheduler.account(child, 0).ran for child in children) == 4 * SECOND
    assert sum(scheduler.busy(number) for number in (0, 1)) == 4 * SECOND
    assert (
        scheduler.account(children[0], 0).waited == SECOND
        or scheduler.account(children[0], 0).waited < SECOND
    )


def test_time_follows_weight(machine: Machine) -> None:
    children = [machine.child() for _ in range(3)]
    scheduler = machine.hypervisor.scheduler
    scheduler.processors = scheduler.processors[:1]
    for child, weight in zip(children, (100, 200, 300), strict=True):
        scheduler.set_share(child, 0, Share(weight))
        machine.hypervisor.compute(child, 0, 100 * SECOND)
    machine.world.run(until=60 * SECOND)
    ran = [scheduler.account(child, 0).ran for child in children]
    assert sum(ran) == 60 * SECOND
    for had, fair in zip(ran, (10, 20, 30), strict=True):
        assert abs(had - fair * SECOND) <= 100_000_000


def test_a_cap_holds_in_every_window_even_when_nobody_else_wants_the_time(machine: Machine) -> None:
    child = machine.child()
    scheduler = machine.hypervisor.scheduler
    scheduler.set_share(child, 0, Share(cap=25))
    machine.hypervisor.compute(child, 0, SECOND)
    had = 0
    for window in range(1, 8):
        machine.world.run(until=window * scheduler.window)
        now = scheduler.account(child, 0).ran
        assert now - had <= scheduler.window // 4
        had = now
    machine.world.run()
    (end,) = finished(machine, child)
    assert 3 * SECOND < end <= 4 * SECOND


def test_a_reserve_is_had_whatever_the_others_weigh(machine: Machine) -> None:
    small, *others = (machine.child() for _ in range(4))
    scheduler = machine.hypervisor.scheduler
    scheduler.processors = scheduler.processors[:1]
    scheduler.set_share(small, 0, Share(weight=1, reserve=40))
    for child in (small, *others):
        scheduler.set_share(child, 0, scheduler.books.share.get((child, 0), Share(weight=10_000)))
        machine.hypervisor.compute(child, 0, 100 * SECOND)
    machine.world.run(until=10 * SECOND)
    assert scheduler.account(small, 0).ran >= 4 * SECOND - 100_000_000


def test_whoever_slept_has_no_claim_for_all_that_time(machine: Machine) -> None:
    awake, sleeper = machine.child(), machine.child()
    scheduler = machine.hypervisor.scheduler
    scheduler.processors = scheduler.processors[:1]
    machine.hypervisor.compute(awake, 0, 100 * SECOND)
    machine.world.run(until=50 * SECOND)
    machine.hypervisor.compute(sleeper, 0, 50 * SECOND)
    machine.world.run(until=52 * SECOND)
    assert abs(scheduler.account(sleeper, 0).ran - SECOND) <= 100_000_000


def test_a_suspended_processor_keeps_what_it_wanted(machine: Machine) -> None:
    child = machine.child()
    machine.hypervisor.compute(child, 0, SECOND)
    machine.world.run(until=SECOND // 4)
    machine.calls.set_registers(child, 0, {REGISTER_EXPLICIT_SUSPEND: 1})
    machine.world.run(until=10 * SECOND)
    assert finished(machine, child) == []
    assert machine.hypervisor.scheduler.account(child, 0).ran == SECOND // 4
    machine.calls.set_registers(child, 0, {REGISTER_EXPLICIT_SUSPEND: 0})
    machine.world.run()
    assert finished(machine, child) == [10 * SECOND + 3 * SECOND // 4]


def test_a_partition_that_goes_leaves_nothing_behind(machine: Machine) -> None:
    child, other = machine.child(), machine.child()
    for number in (child, other):
        machine.hypervisor.compute(number, 0, SECOND)
    machine.world.run(until=SECOND // 2)
    machine.calls.call("FinalizePartition", partition_id=child)
    machine.world.run()
    scheduler = machine.hypervisor.scheduler
    assert finished(machine, child) == [] and finished(machine, other) == [SECOND]
    assert not scheduler.runs and not scheduler.ready
    assert all(key[0] != child for key in scheduler.books.account)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.sampled_from(["compute", "suspend", "resume", "share", "wait"]),
            st.integers(1, 300),
            st.integers(1, 100),
        ),
        max_size=40,
    )
)
def test_whatever_is_asked_the_books_are_right(steps: list[tuple[int, str, int, int]]) -> None:
    machine = Machine()
    children = [machine.child() for _ in range(5)]
    scheduler = machine.hypervisor.scheduler
    asked = dict.fromkeys(children, 0)
    for which, what, amount, share in steps:
        child = children[which]
        if what == "compute" and (child, 0) not in scheduler.runs:
            machine.hypervisor.compute(child, 0, amount * 1_000_000)
            asked[child] += amount * 1_000_000
            if machine.hypervisor.partitions[child].vps[0].suspended:
                scheduler.suspend(child, 0)
        elif what in ("suspend", "resume"):
            flag = int(what == "suspend")
            machine.calls.set_registers(child, 0, {REGISTER_EXPLICIT_SUSPEND: flag})
        elif what == "share":
            scheduler.set_share(child, 0, Share(amount, reserve=share // 4, cap=max(share, 10)))
        elif what == "wait":
            machine.world.run(until=machine.world.now + amount * 1_000_000)
        suspended = [c for c in children if machine.hypervisor.partitions[c].vps[0].suspended]
        assert all(
            processor.running is None or processor.running[0] not in suspended
            for processor in scheduler.processors
        )
        check(scheduler)
    for child in children:
        machine.calls.set_registers(child, 0, {REGISTER_EXPLICIT_SUSPEND: 0})
    machine.world.run()
    check(scheduler)
    assert not scheduler.runs
    for child in children:
        assert scheduler.account(child, 0).ran == asked[child]
    assert sum(scheduler.busy(n) for n in (0, 1)) == sum(asked.values())
