"""Going back in a long session: how long it takes, what snapshots cost, what they keep in memory."""

from __future__ import annotations

import gc
import random
import statistics
import time
import tracemalloc
from pathlib import Path

import pytest

from hvlab.session import statefile
from hvlab.session.session import Session
from hvlab.session.travel import EVENT
from tests.benchmarks.many import SYSTEM, lab, work_until
from tests.benchmarks.measure import medians, show
from tests.benchmarks.test_kernel import SHOTS, TIMERS, with_simpy

pytestmark = pytest.mark.benchmark

EVENTS = 100_000
SHORT = 30_000
SEEKS = 200


def session_with_past(guests: int, events: int = EVENTS) -> tuple[Session, float]:
    """The session, and how much processor time its work took, snapshots included."""
    session = lab(guests)
    gc.collect()
    begin = time.process_time()
    work_until(session, guests, events)
    return session, time.process_time() - begin


def seeks(session: Session) -> list[float]:
    """Milliseconds of processor time for each of SEEKS random events, in no order."""
    chosen = random.Random(7)
    length = len(session.world.trace)  # of the whole session: seeking makes it shorter
    found = []
    for _ in range(SEEKS):
        wanted = chosen.randrange(1, length + 1)
        begin = time.process_time()
        session.travel.seek(EVENT, wanted)
        found.append((time.process_time() - begin) * 1e3)
        assert len(session.world.trace) >= wanted
    return sorted(found)


def test_what_snapshots_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same work with snapshots and without, copying on write included."""

    def without() -> float:
        with monkeypatch.context() as patched:
            patched.setattr("hvlab.session.travel.SPACING", 1e9)
            return session_with_past(16, SHORT)[1]

    bare, kept = medians(5, without, lambda: session_with_past(16, SHORT)[1])
    show("snapshots: share of the run", kept / bare - 1, "<= 0.25")
    assert kept / bare - 1 <= 0.25


def test_going_back_among_many_guests() -> None:
    timeout = statistics.median(with_simpy() for _ in range(5)) / (TIMERS * SHOTS) * 1e3
    few = seeks(session_with_past(16)[0])
    many = seeks(session_with_past(128)[0])
    p99, p99_many = few[int(SEEKS * 0.99) - 1], many[int(SEEKS * 0.99) - 1]
    show("rewind among 100 000 events, 16 guests: median, ms", statistics.median(few), "")
    show("rewind among 100 000 events, 16 guests: 99th percentile, ms", p99, "<= 50")
    show("the same in thousands of SimPy timeouts", p99 / timeout / 1000, "")
    show("rewind with 128 guests: times that with 16", p99_many / p99, "<= 4")
    assert p99 <= 50
    assert p99_many <= 4 * p99


def test_what_a_long_session_keeps_in_memory() -> None:
    session = lab(16)
    gc.collect()
    tracemalloc.start(1)
    work_until(session, 16, EVENTS)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] / (1 << 20)
    tracemalloc.stop()
    show("a session of 100 000 events, 16 guests: growth in MB", grown, "<= 150")
    assert grown <= 150


def test_going_on_with_a_long_session(tmp_path: Path) -> None:
    """A log of 100 000 events with the state beside it, and the same log alone, which is done again."""
    path = tmp_path / "long.jsonl"
    session = Session(log=path)
    for number in range(3):
        assert session.run(
            rf"New-VHD D:\d{number}.vhd -SizeBytes 1GB -Fixed; New-VM g{number} -MemoryStartupBytes 512MB"
        ).ok
    assert session.run(rf"Add-VMHardDiskDrive g0 -Path {SYSTEM}; Start-VM g0; Wait-Lab g0 -For Heartbeat").ok
    while len(session.world.trace) < EVENTS:
        assert session.run("Start-LabWorkload g0 -Operation Write -Count 500").ok
    session.close()
    begin = time.process_time()
    again = Session.resume(path)
    taken = time.process_time() - begin
    show("going on with a session of 100 000 events: seconds", taken, "<= 1")
    assert again.world.digest() == session.world.digest()
    statefile.forget(path)
    begin = time.process_time()
    replayed = Session.resume(path)
    alone = time.process_time() - begin
    show("the same from the log alone: seconds", alone, "")
    assert replayed.world.digest() == session.world.digest()
    assert taken <= 1
