"""Two kinds of monitor under one stream of instructions: what becomes of each instruction on either.

The same disk boots in a world of each kind, its application makes the same call, and every event that
follows is put down to the instruction of the guest that led to it. So the sums are those of Compare-LabPlatform.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

from hvlab import catalog
from hvlab.datacenter.compare import COSTS, VM, Tally, attributed, booted, costs_of, let_work
from hvlab.kernel import World
from hvlab.kernel.trace import TraceEvent

NATIVE, TRAP, HYPERCALL, PROCESS = "native", "trap", "hypercall", "process"
"""What becomes of an instruction: the processor runs it as it is; it ends in the monitor; somebody calls the
hypervisor for it; a process of the host serves it."""
GUEST, WORKER, SYSTEM, MONITOR, HARDWARE = "guest", "worker", "system", "monitor", "hardware"
STACKS = {False: (GUEST, WORKER, SYSTEM, MONITOR, HARDWARE), True: (GUEST, WORKER, MONITOR, SYSTEM, HARDWARE)}
"""From the guest down, by whether the monitor is hosted: then it is a part of the host's system."""
HOSTED = "vs2005"
IMAGE, FALLBACK = "C:\\Images\\NT4.vhd", "one-host"
WRITE, READ = "write", "read"
SIZE = 4096


@dataclass(frozen=True)
class Instruction:
    """What the guest does next: `kind` is call, request, answer, return, out, in or halt; the rest is its values."""

    kind: str
    port: int = 0
    value: int | None = None
    repeats: int = 1
    size: int = 0


@dataclass(frozen=True)
class Step:
    """What an instruction became on one side: marks and levels in the order in which it reached them, its counts."""

    instruction: Instruction
    marks: tuple[str, ...]
    levels: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Side:
    """One kind of monitor with the whole stream and its sums; times in ns."""

    platform: str
    name: str
    hosted: bool
    steps: tuple[Step, ...]
    counts: tuple[tuple[str, int], ...]
    total: int

    def step(self, number: int) -> Step | None:
        """The step of that number, if the stream is as long on this side."""
        return self.steps[number] if number < len(self.steps) else None


@dataclass(frozen=True)
class Comparison:
    """Both sides, and the command that counts the same."""

    sides: tuple[Side, Side]
    stream: tuple[Instruction, ...]
    command: str


def _native(event: TraceEvent) -> Instruction | None:
    """What the guest's own work is about; None if it is none."""
    starts = event.get("action") == "start"
    if event.kind == "guest.workload":
        return Instruction("call" if starts else "return", size=event.get("bytes"))
    if event.kind == "guest.io":
        return Instruction("request" if starts else "answer", size=event.get("sectors"))
    return None


def _trapping(event: TraceEvent) -> Instruction | None:
    """The instruction that left the guest with this event; None if none did."""
    if event.kind == "intercept":
        kind = "out" if event.get("access") == "write" else "in"
        return Instruction(kind, event.get("port"), event.get("value"), event.get("count"))
    if event.kind == "exit":
        if event.get("reason") == "hlt":
            return Instruction("halt")
        port = str(event.get("detail"))
        return Instruction("port", int(port, 16) if port.startswith("0x") else 0, event.get("value"))
    return None


def _touched(event: TraceEvent) -> Iterator[str]:
    """The levels of the stack that an event concerns."""
    for path in (event.source, event.target):
        if "/vmwp/" in path:
            yield WORKER
        elif path.endswith("/hypervisor"):
            yield MONITOR
        elif "/root" in path:
            yield SYSTEM
        elif f"/{VM}" in path:
            yield GUEST
    if event.kind == "intercept":
        yield WORKER
    if event.kind == "disk.io":
        yield HARDWARE


def _marks(event: TraceEvent, levels: list[str]) -> Iterator[str]:
    if event.kind in ("exit", "intercept"):
        yield TRAP
    if event.kind == "hypercall":
        yield HYPERCALL
    if WORKER in levels:
        yield PROCESS


@dataclass
class _Growing:
    """A step while its events come in."""

    instruction: Instruction
    marks: dict[str, None]
    levels: dict[str, None]
    counts: dict[str, int]

    def done(self) -> Step:
        """As it is kept; where nothing was marked the processor ran it as it is."""
        return Step(
            self.instruction, tuple(self.marks) or (NATIVE,), tuple(self.levels), tuple(self.counts.items())
        )


def _steps(world: World, first: int) -> Iterator[Step]:
    growing: _Growing | None = None
    for event, counts in attributed(world, first):
        instruction = _native(event) or _trapping(event)
        if instruction is not None or growing is None:
            if growing is not None:
                yield growing.done()
            growing = _Growing(instruction or Instruction("call"), {}, {GUEST: None}, {})
        levels = list(_touched(event))
        growing.levels.update(dict.fromkeys(levels))
        growing.marks.update(dict.fromkeys(_marks(event, levels)))
        for counter, number in counts:
            growing.counts[counter] = growing.counts.get(counter, 0) + number
    if growing is not None:
        yield growing.done()


def _side(platform: str, scenario: str, operation: str) -> Side:
    world = booted(platform, scenario, IMAGE)
    first, _ = let_work(world, operation, 1, SIZE)
    steps = tuple(_steps(world, first))
    release = catalog.platform(platform)
    tally = Tally(release, dict.fromkeys(COSTS, 0), costs_of(release, {}))
    for step in steps:
        for counter, number in step.counts:
            tally.counts[counter] += number
    return Side(platform, release.name, release.hosted, steps, tuple(tally.counts.items()), tally.total)


def _same(pair: tuple[Step | None, Step | None]) -> Instruction:
    """The instruction as the side knows it that says more: a hosted monitor's exit does not say its direction."""
    known = [step.instruction for step in pair if step is not None]
    return next((found for found in known if found.kind != "port"), known[0])


@cache
def compare(platform: str, scenario: str, operation: str) -> Comparison:
    """The same call on a platform with a hypervisor and on the hosted one, each in a world of its own."""
    if not any(image.path == IMAGE for image in catalog.scenario(scenario).images):
        scenario = FALLBACK
    if catalog.platform(platform).hosted:
        platform = "ws2008"
    left, right = (_side(name, scenario, operation) for name in (platform, HOSTED))
    stream = tuple(_same(pair) for pair in zip_longest(left.steps, right.steps))
    command = f"Compare-LabPlatform {platform},{HOSTED} {operation.capitalize()} -Count 1"
    return Comparison((left, right), stream, command)
