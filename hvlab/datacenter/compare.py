"""The same workload in two worlds: what it takes on each platform, counted from the trace.

A world of its own is built for each platform, so the learner's stays as it is. What
is counted are the events that the workload has led to, and no others. The time is
nothing but the counts times the shown costs, with the disk's own time; what of it
overlaps (a processor that goes on while the disk works) is why the clock may show less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.datacenter.build import HOST, build_world
from hvlab.guests import system_record
from hvlab.guests.guest import GuestSystem
from hvlab.guests.records import Workload
from hvlab.guests.system_record import DATA_START
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.kernel.trace import TraceEvent
from hvlab.vmbus.messages import GUEST_TO_HOST

VM = "compared"
LIMIT = 600_000_000_000
SETTLE = 9_000_000_000
"""After its boot a guest's services still come to terms with the root; the workload begins when they have."""
COSTS: dict[str, str] = {
    "trap": "exit",
    "halt": "",
    "round trip": "intercept",
    "hypercall": "hypercall",
    "register": "repeat_element",
    "interrupt": "interrupt",
    "service wake": "service_wake",
    "context switch": "context_switch",
    "host call": "host_call",
    "copy": "copy",
    "disk seek": "disk_access",
    "disk sector": "disk_sector",
}
"""Each counter, in the order of the table, with its cost in the platform's timing (a halt waits and costs nothing)."""


THERE_AND_BACK = 2
"""Context switches of an access that the parent emulates: to its worker process, and back into the guest.

Under a hypervisor a switch leaves no event of its own: an intercept is one each way, a signal one. So both kinds of
monitor are counted alike: how often the processor's work passes from the guest to whoever serves it, or back. What it
takes there is part of the round trip or the wake, hence its own cost is 0. A copy is the sector that a string access
takes from or to the guest's memory by the worker's hand; over the VMBus the disk reaches the guest's pages itself.
"""


class NotComparable(Exception):
    """The guest did not come as far as its workload: the phase it stopped in."""

    def __init__(self, platform: str, phase: str) -> None:
        super().__init__(f"{platform}: {phase}")
        self.platform, self.phase = platform, phase


@dataclass
class Tally:
    """What a workload took on a platform; times in ns."""

    platform: Platform
    counts: dict[str, int] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)
    clock: int = 0

    def time(self, counter: str) -> int:
        """A counter's share."""
        return self.counts[counter] * self.costs[counter]

    @property
    def total(self) -> int:
        """All counts times their costs."""
        return sum(self.time(counter) for counter in COSTS)


def costs_of(platform: Platform, changed: dict[str, int]) -> dict[str, int]:
    """What each counter costs on a platform, with a learner's changes (by the counter's name)."""
    timing = platform.timing
    return {
        counter: changed.get(counter, getattr(timing, name) if name else 0) for counter, name in COSTS.items()
    }


def measure(
    platform: str, scenario: str, image: str, operation: str, count: int, size: int, changed: dict[str, int]
) -> Tally:
    """Boot the image's guest on a platform, let it work, and count. NotComparable if it does not boot."""
    world = booted(platform, scenario, image)
    first, work = let_work(world, operation, count, size)
    release = catalog.platform(platform)
    tally = Tally(release, dict.fromkeys(COSTS, 0), costs_of(release, changed), work.finished - work.started)
    for counter, number in counted(world, first):
        tally.counts[counter] += number
    return tally


def booted(platform: str, scenario: str, image: str, services: bool = True) -> World:
    """A world of its own in which the image's guest has booted and come to rest; NotComparable if it does not boot.

    Without `services` its integration services are taken off the disk first.
    """
    world = build_world(scenario, platform)
    vmms = world.get(f"{HOST}/root/vmms", Vmms)
    if not services:
        disk = vmms.storage.open(image)
        record = system_record.read_record(disk.read(system_record.PARTITION_START, 1))
        if record is not None:
            plain = replace(record, integration_version="")
            disk.write(system_record.PARTITION_START, system_record.pack_record(plain))
    vmms.create(VM, 512 << 20)
    vmms.add_drive(VM, image, "IDE", 0, 0)
    vmms.start(VM)
    path = f"{HOST}/{VM}"
    world.run(until=LIMIT, stop=lambda: world.has(path) and _stands(world.get(path, GuestSystem)))
    guest = world.get(path, GuestSystem)
    if guest.phase != "running":
        raise NotComparable(platform, guest.phase)
    world.run(until=world.now + SETTLE)
    return world


def let_work(world: World, operation: str, count: int, size: int) -> tuple[int, Workload]:
    """Let the guest of such a world read or write; the event that it all follows from, and the workload's account."""
    guest = world.get(f"{HOST}/{VM}", GuestSystem)
    first = len(world.trace) + 1
    world.cause = world.emit("command", "console", guest.name, None, None, None, operation)
    work = guest.start_workload(operation, "ide:0:0", size, count, DATA_START)
    world.run(until=world.now + LIMIT, stop=lambda: work.finished > 0)
    return first, work


def caused(world: World, first: int) -> Iterator[TraceEvent]:
    """The events that follow from event `first`."""
    known = {first}
    for event in world.trace.since(first):
        if event.cause in known:
            known.add(event.seq)
            yield event


def _stands(guest: GuestSystem) -> bool:
    """Whether a guest's boot has come to an end, good or bad."""
    return guest.started > 0 and guest.idle


def attributed(world: World, first: int) -> Iterator[tuple[TraceEvent, list[tuple[str, int]]]]:
    """The events that follow from event `first`, each with what it counts and how much."""
    head = ("", 0)
    for event in world.trace.since(0):
        if event.seq >= first:
            break
        if event.kind == "disk.io":
            head = _end(event)
    for event in caused(world, first):
        counts = list(_counters(event))
        if event.kind == "disk.io":
            counts.append(("disk sector", event.get("sectors")))
            if head != (event.get("path"), event.get("lba")):
                counts.append(("disk seek", 1))
            head = _end(event)
        yield event, counts


def counted(world: World, first: int) -> Iterator[tuple[str, int]]:
    """What the events that follow from event `first` count, and how much."""
    for _, counts in attributed(world, first):
        yield from counts


def _end(event: TraceEvent) -> tuple[str, int]:
    return event.get("path"), event.get("lba") + event.get("sectors")


def _counters(event: TraceEvent) -> Iterator[tuple[str, int]]:
    if event.kind == "exit":
        yield ("halt" if event.get("reason") == "hlt" else "trap"), 1
    elif event.kind == "intercept":
        yield "trap", 1
        yield "round trip", 1
        yield "context switch", THERE_AND_BACK
        if event.get("count") > 1:
            yield "copy", 1
    elif event.kind == "hypercall":
        yield "hypercall", 1
        if event.get("name") == "SetVpRegisters":
            yield "register", event.get("count")
    elif event.kind == "ring.packet":
        if event.get("signal"):
            yield "context switch", 1
        if event.get("signal") and event.get("direction") == GUEST_TO_HOST:
            yield "service wake", 1
    elif event.kind in _PLAIN:
        yield _PLAIN[event.kind], 1


_PLAIN = {
    "interrupt": "interrupt",
    "context.switch": "context switch",
    "host.call": "host call",
    "copy": "copy",
}
