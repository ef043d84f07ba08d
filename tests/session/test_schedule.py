"""Processor time as it is looked at: the trace's stretches and the scheduler's books say the same."""

from __future__ import annotations

from collections import Counter

import pytest

from hvlab.session import schedule
from hvlab.session.schedule import Stretch, strip
from hvlab.session.session import Session
from tests.conftest import IMAGE

CREATE = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}"


@pytest.fixture(scope="module")
def booted() -> Session:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01")
    return session


def stretches(session: Session) -> list[Stretch]:
    return [schedule.stretch(event) for event in session.world.trace.events if event[1] == "vp.run"]


def test_the_stretches_of_the_trace_add_up_to_the_scheduler_books(booted: Session) -> None:
    found = stretches(booted)
    (web,) = [view for view in schedule.virtual(booted.world, booted.host) if view.owner == "web01"]
    assert not schedule.under_way(booted.world, booted.host)
    assert sum(one.ran for one in found) == web.ran > 0
    busy = sum(view.busy for view in schedule.logical(booted.world, booted.host))
    assert busy == web.ran


def test_a_stretch_in_one_piece_lies_where_the_processor_was_busy(booted: Session) -> None:
    for one in stretches(booted):
        assert one.pieces == 1
        assert one.end - one.begin == one.ran
        assert one.share == 100


def test_exits_are_those_of_the_trace(booted: Session) -> None:
    counted: Counter[tuple[str, int | None, str]] = Counter()
    for event in booted.world.trace:
        owner = schedule.owner_of(event.source)
        if event.kind == "exit":
            counted[owner, event.vp, event.get("reason")] += 1
    for view in schedule.virtual(booted.world, booted.host):
        for reason, count in view.exits:
            if reason not in ("hypercall", "intercept"):
                assert counted[view.owner, view.vp, reason] == count, (view.owner, reason)


def test_who_runs_at_this_moment_is_seen(booted: Session) -> None:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab -Seconds 1")
    (one,) = schedule.under_way(session.world, session.host)
    assert (one.owner, one.end) == ("web01", session.world.now)
    running = [view.running for view in schedule.logical(session.world, session.host) if view.running]
    assert running == ["web01 0"]


def test_who_shared_a_processor_ran_for_a_part_of_the_time() -> None:
    assert Stretch("web01", 0, 0, 100, 200, 40, 3).share == 40


def test_a_strip_shows_whoever_had_most_of_each_part() -> None:
    one, two = Stretch("a", 0, 0, 0, 30, 30, 1), Stretch("a", 0, 1, 30, 100, 70, 1)
    assert strip([one, two], 0, 100, 10) == [one] * 3 + [two] * 7
    assert strip([one, two], 0, 100, 2) == [one, two]
    assert strip([two], 0, 100, 10)[:3] == [None] * 3
    assert strip([one], 50, 100, 10) == [None] * 10


def test_there_is_nothing_without_a_hypervisor() -> None:
    session = Session()
    world = session.world
    assert schedule.virtual(world, "elsewhere") == []
    assert schedule.logical(world, "elsewhere") == []
    assert schedule.under_way(world, "elsewhere") == []
