"""Start-LabWorkload -Kind Processor and -Kind Load: how much is to be computed, and what it took."""

from __future__ import annotations

from hvlab.console.cmdlets import Call
from hvlab.console.errors import CmdletError
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.datacenter.economics import processor_megahertz
from hvlab.guests import computing, duty
from hvlab.guests.guest import GuestSystem
from hvlab.guests.records import Workload
from hvlab.host.machine import VirtualMachine

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


def start_load(call: Call, machine: VirtualMachine, guest: GuestSystem) -> Workload:
    """Let the guest work as a server does all day: so many MHz of the host's processors, spread over its own."""
    args = call.args
    each = processor_megahertz(call.lab.scenario, call.lab.host)
    most = each * len(guest.processors)
    if "Megahertz" not in args or args.Megahertz > most:
        raise CmdletError(
            f"Give -Megahertz from 1 to {most}: '{machine.name}' has {len(guest.processors)} of {each} MHz.",
            "OutOfRange",
            "InvalidArgument",
            explain=("explain.load-megahertz", {"name": machine.name, "most": most}),
        )
    busy = max(1, duty.PERIOD * args.Megahertz // most)
    return duty.start(guest, busy, max(1, args.Milliseconds * MILLISECOND // duty.PERIOD))
