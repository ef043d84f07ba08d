"""What one command led to, as crossings: its messages in their order, and the exits of each phase with their counts.

A message is a row of its own (a run of the same one a row with a count). Exits come
by the hundred: within a phase of the guest all of one kind are one row, where the
first of them stood. Everything is counted from the trace; a phase is the one that
the machine's guest was in at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hvlab.kernel.trace import TraceEvent
from hvlab.session.sentences import machine_of

MESSAGE, EXIT, HYPERCALL, INTERRUPT = "Message", "Exit", "Hypercall", "Interrupt"
CROSSING_KINDS = (MESSAGE, EXIT, HYPERCALL, INTERRUPT)
BEFORE = "power-on"
"""The phase of what comes before the guest's first."""
ROOT, NO_PHASE = "root", "-"
"""Who crosses where it is no virtual machine: the root, and it has no phases."""


@dataclass
class Crossing:
    """Some crossings of one kind in one phase; `first` is the number of the first one's event.

    Times in ns: `time` of the lab, `since` the first crossing of all.
    """

    machine: str
    phase: str
    kind: str
    name: str
    direction: str
    first: int
    time: int
    since: int = 0
    count: int = 1


def _named(event: TraceEvent) -> tuple[str, str, str] | None:
    """Kind, name and direction of what counts as a crossing; None for everything else."""
    if event.kind == "vmbus.message":
        return MESSAGE, str(event.get("name")), str(event.get("direction"))
    if event.kind == "hypercall":
        return HYPERCALL, str(event.get("name")), ""
    if event.kind == "interrupt":
        return INTERRUPT, str(event.get("reason")), ""
    if event.kind == "intercept":
        return EXIT, f"{event.get('access')} port {event.get('port'):#x}", ""
    if event.kind == "exit":
        detail = event.get("detail")
        return EXIT, f"{event.get('reason')} {detail}".rstrip(), ""
    return None


def crossings(events: Iterable[TraceEvent], kinds: Iterable[str] = (MESSAGE, EXIT)) -> list[Crossing]:
    """The crossings among these events, in order."""
    wanted = tuple(kinds)
    found: list[Crossing] = []
    phases: dict[str, str] = {}
    open_rows: dict[tuple[str, str, str, str, str], Crossing] = {}
    last_message: dict[str, Crossing] = {}
    for event in events:
        machine = machine_of(event) or ROOT
        if event.kind == "guest.phase":
            phases[machine] = str(event.get("phase"))
        named = _named(event)
        if named is None or named[0] not in wanted:
            continue
        phase = NO_PHASE if machine == ROOT else phases.get(machine, BEFORE)
        key = (machine, phase, *named)
        row = last_message.get(machine) if named[0] == MESSAGE else open_rows.get(key)
        if row is not None and (row.machine, row.phase, row.kind, row.name, row.direction) == key:
            row.count += 1
            continue
        row = Crossing(machine, phase, *named, event.seq, event.time)
        row.since = event.time - found[0].time if found else 0
        found.append(row)
        if named[0] == MESSAGE:
            last_message[machine] = row
        else:
            open_rows[key] = row
    return found
