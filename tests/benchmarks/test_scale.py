"""Many guests booting on one host: what each costs in time and memory, against one alone.

Snapshots are off: what they cost has a benchmark of its own (test_travel).
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from functools import partial

import pytest

from hvlab import garbage
from hvlab.guests.guest import GuestSystem
from hvlab.session.session import Session
from tests.benchmarks.many import lab
from tests.benchmarks.measure import medians, show

pytestmark = pytest.mark.benchmark

COUNTS = (1, 8, 32, 128)
SETTLING = 15_000_000_000
SAMPLE = 16
"""So many guests boot in a sample, at least: a single one would be over before the machine shows what it can do."""


def boot(guests: int) -> tuple[float, int]:
    """Processor seconds and trace events until that many guests have booted in one lab, each from its power-on.

    The mean of as many labs, one after the other, as make a sample. Garbage is looked for as in any process that works
    without a screen, and not among what was there before: the lab itself, and whatever other tests have left.
    """
    labs = [lab(guests) for _ in range(-(-SAMPLE // guests))]
    before = len(labs[0].world.trace)
    gc.collect()
    gc.freeze()
    try:
        with garbage.seldom():
            begin = time.process_time()
            for session in labs:
                let_boot(session, guests)
            taken = time.process_time() - begin
    finally:
        gc.unfreeze()
    return taken / len(labs), len(labs[0].world.trace) - before


def let_boot(session: Session, guests: int) -> None:
    """Let the lab go on until all of its guests have booted."""
    world = session.world
    world.between = None

    def booted() -> bool:
        return all(world.get(f"host1/g{number}", GuestSystem).phase == "running" for number in range(guests))

    world.run(stop=lambda: world.processed % 256 == 0 and booted())


def memory(guests: int) -> int:
    """Bytes that the booted world holds beyond the defined one, fifteen seconds after the last guest is there.

    The devices come to terms after a boot. Without that time the lone guest would be measured before it, and most
    of many guests after it.
    """
    gc.collect()
    tracemalloc.start()
    session = lab(guests)
    start = tracemalloc.get_traced_memory()[0]
    world = session.world
    world.between = None
    for number in range(guests):
        world.run(stop=lambda number=number: world.get(f"host1/g{number}", GuestSystem).phase == "running")  # type: ignore[misc]
    world.run(until=world.now + SETTLING)
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - start
    tracemalloc.stop()
    return used


def test_what_a_boot_costs_among_many() -> None:
    events: dict[int, int] = {}

    def each(count: int) -> float:
        taken, events[count] = boot(count)
        return taken / count

    times = medians(3, *(partial(each, count) for count in COUNTS))
    for count, taken in zip(COUNTS, times, strict=True):
        label = f"boot of one among {count} ({events[count] // count} events each), in boots alone"
        show(label, taken / times[0], "at most 1.3")
    assert max(times) <= 1.3 * times[0]


def test_what_a_booted_guest_keeps_in_memory() -> None:
    sizes = {count: memory(count) / count for count in COUNTS}
    for count, size in sizes.items():
        show(
            f"memory of 1 of {count} booted ({size / 1e6:.2f} MB), in one alone",
            size / sizes[1],
            "at most 1.2",
        )
    assert max(sizes.values()) <= 1.2 * sizes[1]
