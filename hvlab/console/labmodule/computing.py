"""Start-LabWorkload -Kind Processor: how much is to be computed, and what it took."""

from __future__ import annotations

from hvlab.console.cmdlets import Call
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.guests import computing
from hvlab.guests.guest import GuestSystem
from hvlab.guests.records import Workload

MILLISECOND = 1_000_000


def _time(work: Workload) -> int:
    return work.finished - work.started if work.finished else 0


def _speed_up(work: Workload) -> float:
    """Processor time per elapsed time: what one processor alone would have needed, over what it took."""
    return round(work.nanoseconds / _time(work), 2) if work.finished else 0.0


COMPUTED = ObjectType(
    "Hvlab.ProcessorWorkload",
    {
        "VM": lambda pair: pair[0],
        "Number": lambda pair: pair[1].number,
        "Kind": lambda _: "Processor",
        "Operation": lambda pair: pair[1].operation.capitalize(),
        "Processors": lambda pair: pair[1].processors,
        "Threads": lambda pair: pair[1].total,
        "ParallelPercent": lambda pair: pair[1].parallel,
        "Work": lambda pair: TimeSpan(pair[1].nanoseconds),
        "WorkMilliseconds": lambda pair: pair[1].nanoseconds // MILLISECOND,
        "Time": lambda pair: TimeSpan(_time(pair[1])),
        "Microseconds": lambda pair: _time(pair[1]) // 1000,
        "SpeedUp": lambda pair: _speed_up(pair[1]),
        "Exits": lambda pair: pair[1].exits,
    },
    columns=(
        "VM",
        "Processors",
        "Threads",
        Column("Parallel(%)", "ParallelPercent"),
        Column("Work(ms)", "WorkMilliseconds"),
        Column("Time(us)", "Microseconds"),
        "SpeedUp",
        "Exits",
    ),
)


def start_computing(call: Call, guest: GuestSystem) -> Workload:
    """Let the guest compute, by default with a thread for each of its processors."""
    args = call.args
    threads = args.Threads if "Threads" in args else len(guest.processors)
    return computing.start(guest, args.Milliseconds * MILLISECOND, args.ParallelPercent, threads)
