"""A guest's everyday work: of each period its threads compute for a part and rest for what is left of it.

So a machine takes a share of the host as a lightly used server does, on and on, and what that adds up to among
several machines is the scheduler's doing: work that could not be done in its period is done late, not dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.guests.records import Workload

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem

DUTY = "duty"
WHERE = "processor"
PERIOD = 100_000_000
"""How long a period is, in ns."""


def start(guest: GuestSystem, each: int, periods: int) -> Workload:
    """Begin to compute for `each` ns of every period on each processor, so many periods long."""
    number = len(guest.workloads) + 1
    work = Workload(number, DUTY, WHERE, guest.world.now, periods)
    work.client, work.processors = "", len(guest.processors)
    work.nanoseconds = each * periods * work.processors
    guest.workloads.append(work)
    guest.note_workload("start", work, 0)
    turn = (DUTY, number, periods, each, guest.world.now)
    first, *others = (processor.index for processor in guest.processors)
    guest.spawn(f"workload {number}", [("workload_begin", number), turn, ("duty_ends", number)], first)
    for index in others:
        guest.spawn(f"workload {number}", [turn], index)
    return work


def _duty(guest: GuestSystem, number: int, left: int, each: int, begun: int) -> int:
    """One period: compute, rest until its end, and on to the next; a machine that stood still begins a new one."""
    if left:
        begun = max(begun, guest.world.now - PERIOD)
        guest.current.program[:0] = [
            ("cpu", each),
            ("rest", begun + PERIOD),
            (DUTY, number, left - 1, each, begun + PERIOD),
        ]
    return 0


def _rest(guest: GuestSystem, until: int) -> int:
    """Wait for a moment; one that is past is no reason to wait."""
    if until > guest.world.now:
        thread = guest.current
        thread.waits = f"rest {thread.number}"
        guest.rest(until - guest.world.now, thread.number)
    return 0


def _ends(guest: GuestSystem, number: int) -> int:
    work = guest.workloads[number - 1]
    work.done = work.total
    guest.current.program.insert(0, ("workload_end", number))
    return 0


OPERATIONS: dict[str, Callable[..., int]] = {DUTY: _duty, "rest": _rest, "duty_ends": _ends}
