"""A guest's application that computes: a serial part, then a part that is shared among threads.

Nothing here knows how much faster several processors are. The threads are put on
the guest's processors, these on the host's by the hypervisor's scheduler, and the
time between begin and end is what it took: the serial part, the processors that
the guest has, and the other guests' wishes set the limit. A thread stays on the
processor that it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.guests.records import Workload

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem
    from hvlab.guests.threads import Op

COMPUTE = "compute"
WHERE = "processor"
"""What stands for the disk in the account of a workload that uses none."""
QUANTUM = 180_000_000
"""How long a thread computes before its kernel looks around, in ns (K: twelve clock ticks of 15.6 ms on a server)."""


def _compute(nanoseconds: int) -> list[Op]:
    """Processor time, cut into the kernel's quanta."""
    whole, rest = divmod(nanoseconds, QUANTUM)
    program: list[Op] = [("cpu", QUANTUM)] * whole
    return [*program, ("cpu", rest)] if rest else program


def program(number: int, nanoseconds: int, parallel: int, threads: int) -> list[Op]:
    """The first thread: the serial part alone, then its share of the rest beside the others."""
    shared = nanoseconds * parallel // 100
    share, rest = divmod(shared, threads)
    return [
        ("workload_begin", number),
        *_compute(nanoseconds - shared),
        ("fork", number, share, threads - 1),
        *_compute(share + rest),
        ("joined", number),
        ("workload_end", number),
    ]


def start(guest: GuestSystem, nanoseconds: int, parallel: int, threads: int) -> Workload:
    """Begin to compute for so much processor time in all, of which `parallel` per cent can be shared."""
    number = len(guest.workloads) + 1
    work = Workload(number, COMPUTE, WHERE, guest.world.now, threads)
    work.client, work.nanoseconds, work.parallel = "", nanoseconds, parallel
    work.processors = len(guest.processors)
    guest.workloads.append(work)
    guest.note_workload("start", work, 0)
    guest.spawn(f"workload {number}", program(number, nanoseconds, parallel, threads))
    return work


def fork(guest: GuestSystem, number: int, share: int, threads: int) -> int:
    """The other threads start, each on the processor that has the fewest."""
    for _ in range(threads):
        guest.spawn(f"workload {number}", [*_compute(share), ("thread_done", number)])
    return 0


def thread_done(guest: GuestSystem, number: int) -> int:
    """One of the others has done its share."""
    work = guest.workloads[number - 1]
    work.done += 1
    if work.done == work.total - 1:
        guest.unblock(f"join {number}")
    return 0


def joined(guest: GuestSystem, number: int) -> int:
    """The first thread waits for the others."""
    work = guest.workloads[number - 1]
    if work.done < work.total - 1:
        guest.current.program.insert(0, ("joined", number))
        guest.current.waits = f"join {number}"
    else:
        work.done = work.total
    return 0


OPERATIONS: dict[str, Callable[..., int]] = {"fork": fork, "thread_done": thread_done, "joined": joined}
