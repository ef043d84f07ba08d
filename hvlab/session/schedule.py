"""Who ran where and when: stretches of processor time from the trace, totals from the scheduler's books.

A `vp.run` event says of a finished request how long it ran, how long it waited, in
how many pieces, and on which processor the last of them ended. In one piece that is
exact; of several it is known only that they lie between the beginning and the end.
All times are in ns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hvlab.hypervisor import Hypervisor
from hvlab.hypervisor.scheduler import Scheduler
from hvlab.kernel import World
from hvlab.kernel.trace import RawEvent

ROOT_NAME = "root"


@dataclass(frozen=True)
class Stretch:
    """A request for processor time, from its beginning to its end: `ran` of it in `pieces`, the rest waiting."""

    owner: str
    vp: int
    lp: int
    begin: int
    end: int
    ran: int
    pieces: int

    @property
    def share(self) -> int:
        """Which part of the stretch it ran, in per cent."""
        return 100 * self.ran // max(1, self.end - self.begin)


@dataclass(frozen=True)
class VirtualView:
    """A virtual processor: state, what it had and what it waited (ns), its exits by reason."""

    owner: str
    vp: int
    state: str
    ran: int
    waited: int
    exits: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LogicalView:
    """A processor of the machine: whom it runs now, how long it ran virtual ones (ns), how often it changed."""

    number: int
    running: str
    busy: int
    switches: int


def owner_of(path: str) -> str:
    """The name of the partition whose software has that path."""
    return path.rpartition("/")[2]


def stretch(event: RawEvent) -> Stretch:
    """The stretch that a `vp.run` event tells of."""
    time, _, _, _, target, _, vp, _, (lp, ran, waited, pieces) = event
    return Stretch(owner_of(target), vp or 0, lp, time - ran - waited, time, ran, pieces)


def _scheduler(world: World, host: str) -> Scheduler | None:
    path = f"{host}/hypervisor/scheduler"
    return world.get(path, Scheduler) if world.has(path) else None


def under_way(world: World, host: str) -> list[Stretch]:
    """The requests that have a processor at this moment, up to now."""
    scheduler = _scheduler(world, host)
    if scheduler is None:
        return []
    hypervisor, found = scheduler.hypervisor, []
    for processor in scheduler.processors:
        if processor.running is not None:
            partition, vp = processor.running
            run = scheduler.runs[processor.running]
            name = owner_of(hypervisor.software_name(hypervisor.partitions[partition]))
            ran = run.ran + world.now - processor.started
            found.append(Stretch(name, vp, processor.number, run.since, world.now, ran, run.pieces))
    return found


def virtual(world: World, host: str) -> list[VirtualView]:
    """Every virtual processor, the root's first."""
    scheduler = _scheduler(world, host)
    if scheduler is None:
        return []
    hypervisor, found = scheduler.hypervisor, []
    for number, partition in hypervisor.partitions.items():
        name = owner_of(hypervisor.software_name(partition))
        for index, vp in sorted(partition.vps.items()):
            account = scheduler.account(number, index)
            exits = tuple(sorted(vp.exits.items(), key=lambda pair: (-pair[1], pair[0])))
            found.append(VirtualView(name, index, vp.state, account.ran, account.waited, exits))
    return found


def logical(world: World, host: str) -> list[LogicalView]:
    """Every processor of the machine."""
    scheduler = _scheduler(world, host)
    if scheduler is None:
        return []
    names = {
        number: owner_of(scheduler.hypervisor.software_name(partition))
        for number, partition in world.get(f"{host}/hypervisor", Hypervisor).partitions.items()
    }
    return [
        LogicalView(
            processor.number,
            f"{names[processor.running[0]]} {processor.running[1]}" if processor.running else "",
            scheduler.busy(processor.number),
            processor.switches,
        )
        for processor in scheduler.processors
    ]


def strip(stretches: Iterable[Stretch], begin: int, span: int, width: int) -> list[Stretch | None]:
    """For each of `width` equal parts of a span of time, the stretch that fills most of it."""
    cells: list[Stretch | None] = [None] * width
    filled = [0] * width
    for one in stretches:
        if one.end <= begin or one.begin >= begin + span:
            continue
        first = max(0, (one.begin - begin) * width // span)
        last = min(width - 1, (one.end - 1 - begin) * width // span)
        for cell in range(first, last + 1):
            left, right = begin + cell * span // width, begin + (cell + 1) * span // width
            part = min(right, one.end) - max(left, one.begin)
            if part > filled[cell]:
                filled[cell], cells[cell] = part, one
    return cells
