"""Transparency: the same call of an application on an enlightened guest and on the same guest without its drivers.

Two worlds are built that differ in one thing, the integration services on the disk.
What the call led to is sorted by where it happened, from the application down to the
host's disk: both ends are the same, and everything between them differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hvlab.datacenter.compare import booted, caused, let_work
from hvlab.guests.records import Workload
from hvlab.kernel.trace import TraceEvent
from hvlab.vmbus.messages import GUEST_TO_HOST

LAYERS = (
    "application",
    "system call",
    "driver",
    "out of the guest",
    "in the root",
    "device command",
    "host disk",
    "into the guest",
)
"""From the top down, and back again."""


@dataclass(frozen=True)
class Level:
    """A layer and what happened in it on each path, in words of the trace with their counts."""

    layer: str
    enlightened: str
    plain: str

    @property
    def same(self) -> bool:
        """Whether the layer cannot tell the two apart."""
        return self.enlightened == self.plain


def compare(platform: str, scenario: str, image: str, operation: str, count: int, size: int) -> list[Level]:
    """Both paths, layer by layer. compare.NotComparable if one of the two does not boot."""
    columns = []
    for services in (True, False):
        world = booted(platform, scenario, image, services)
        first, work = let_work(world, operation, count, size)
        columns.append(_column(caused(world, first), work))
    enlightened, plain = columns
    return [Level(layer, enlightened[layer], plain[layer]) for layer in LAYERS]


def _column(events: Iterable[TraceEvent], work: Workload) -> dict[str, str]:
    found: dict[str, Counter[str]] = {layer: Counter() for layer in LAYERS}
    for event in events:
        place = _place(event)
        if place is not None:
            found[place[0]][place[1]] += place[2]
    column = {
        layer: ", ".join(f"{name} x{number}" for name, number in counts.items())
        for layer, counts in found.items()
    }
    column["application"] = f"{work.operation}: {work.done} blocks, {work.moved} bytes, {work.errors} errors"
    return column


def _place(event: TraceEvent) -> tuple[str, str, int] | None:
    """In which layer an event lies, what it is called there, and how much it counts; None: it is not shown."""
    if event.kind == "guest.io" and event.get("action") == "start":
        return "system call", f"{event.get('operation')} of {event.get('sectors')} sectors", 1
    if event.kind == "guest.io":
        return "driver", event.target.rpartition("/")[2], 1
    if event.kind == "intercept":
        return "out of the guest", f"port 0x{event.get('port'):x}", 1
    if event.kind == "ring.packet" and event.get("direction") == GUEST_TO_HOST:
        return "out of the guest", "packet", 1
    if event.kind == "hypercall" and "/root" not in event.source:
        return "out of the guest", f"hypercall {event.get('name')}", 1
    if event.kind == "hypercall":
        return "in the root", f"hypercall {event.get('name')}", 1
    if event.kind == "interrupt" and event.target.endswith("/root"):
        return "in the root", f"interrupt ({event.get('reason')})", 1
    if event.kind == "interrupt":
        return "into the guest", f"interrupt ({event.get('reason')})", 1
    if event.kind == "ring.packet":
        return "into the guest", "packet", 1
    if event.kind == "device.command":
        server = event.source.partition("/root/")[2].partition("/")[0]
        return "device command", f"{event.get('command')} by {server}", 1
    if event.kind == "disk.io":
        return "host disk", f"sectors {event.get('operation')}", event.get("sectors")
    return None
