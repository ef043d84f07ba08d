"""Two ways side by side: the present one, and one that was left by going back and doing something else.

What both have done stands once; from the fork on each has its commands, and what its
trace says that they led to. Times in ns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hvlab.kernel.trace import RawEvent
from hvlab.session.managerview import Action
from hvlab.session.rows import command_of
from hvlab.session.sentences import EXITS
from hvlab.session.session import Session
from hvlab.session.timeline import Step

KINDS = ("exit", "hypercall", "interrupt", "vmbus.message", "ring.packet", "disk.io")
"""What is counted on each way."""


@dataclass(frozen=True)
class WayStep:
    """A step: its command, and how far the world was after it; -1 where that is not known here."""

    command: str
    event: int
    time: int


@dataclass(frozen=True)
class Way:
    """A way from the fork on. `is_kept`: whether its trace is at hand; if not, nothing is counted."""

    tip: int
    present: bool
    steps: tuple[WayStep, ...]
    is_kept: bool
    counts: dict[str, int]
    machines: dict[str, str]
    """Each machine's last state at the way's end."""


@dataclass(frozen=True)
class Ways:
    """The present way and another one beside it; `number` of `count` others."""

    common: tuple[WayStep, ...]
    here: Way
    other: Way
    number: int
    count: int
    actions: tuple[Action, ...]


def look(session: Session, number: int) -> Ways | None:
    """The present way beside the other one of that number (round the end); None where no way was left."""
    timeline = session.travel.timeline
    branches = timeline.branches()
    present = next((one for one in branches if one.present), None)
    others = [one for one in branches if not one.present]
    if present is None or not others:
        return None
    number %= len(others)
    other = others[number]
    here, there = timeline.steps(present.tip), timeline.steps(other.tip)
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    fork = session.travel.end_of(here[shared - 1].last) if shared else None
    start = fork.event if fork is not None else 0
    return Ways(
        tuple(_step(session, step) for step in here[:shared]),
        _way(session, present.tip, True, here[shared:], start),
        _way(session, other.tip, False, there[shared:], start),
        number,
        len(others),
        (Action("switch", f"Switch-LabBranch {other.tip}"), Action("list", "Get-LabBranch")),
    )


def _step(session: Session, step: Step) -> WayStep:
    end = session.travel.end_of(step.last)
    if end is None:
        return WayStep(command_of(step), -1, -1)
    return WayStep(command_of(step), end.event, end.time)


def _way(session: Session, tip: int, present: bool, steps: Sequence[Step], start: int) -> Way:
    events = session.travel.events_at(tip)
    told = tuple(_step(session, step) for step in steps)
    if events is None:
        return Way(tip, present, told, False, {}, {})
    counts = Counter(event[1] for event in events[start:])
    counts["exit"] = sum(counts[kind] for kind in EXITS)
    return Way(tip, present, told, True, {kind: counts[kind] for kind in KINDS}, _machines(events))


def _machines(events: Sequence[RawEvent]) -> dict[str, str]:
    found: dict[str, str] = {}
    for event in events:
        if event[1] == "vm.state":
            name, _, state = event[8][:3]
            found[str(name)] = str(state)
    return dict(sorted(found.items()))
