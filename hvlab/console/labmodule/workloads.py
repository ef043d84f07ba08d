"""Start-LabWorkload and Get-LabWorkload."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines, machine_now
from hvlab.console.hyperv.objects import guest_of, vmms
from hvlab.console.labmodule import databases
from hvlab.console.labmodule.asking import running_guest
from hvlab.console.labmodule.computing import COMPUTED, start_computing, start_load
from hvlab.console.labmodule.databases import start_database
from hvlab.console.labmodule.disks_of_guests import capacity, unit_of
from hvlab.console.labmodule.sending import start_sending
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.guests import computing, database, duty, sending
from hvlab.guests.guest import GuestSystem
from hvlab.guests.records import Workload
from hvlab.guests.system_record import DATA_START, SECTOR
from hvlab.host.machine import PAUSED_CRITICAL, VirtualMachine
from hvlab.kernel.queue import steady

MODULE = "Lab"
DISK, NETWORK, PROCESSOR, LOAD = "Disk", "Network", "Processor", "Load"
DISK_BLOCK = 4096
"""Bytes of a disk workload's block by default."""
MAXIMUM_BLOCK = 128 << 10
DATA_DISK_START = 2048
"""Where workloads write on a disk that holds no system, by default: at 1 MiB."""

_KIND_OF = {sending.SEND: NETWORK, database.DATABASE: databases.KIND}

WORKLOAD = ObjectType(
    "Hvlab.Workload",
    {
        "VM": lambda pair: pair[0],
        "Number": lambda pair: pair[1].number,
        "Kind": lambda pair: _KIND_OF.get(pair[1].operation, DISK),
        "Target": lambda pair: pair[1].target,
        "RingOutPerRequest": lambda pair: pair[1].ring_out // max(1, pair[1].done),
        "RingBackPerRequest": lambda pair: pair[1].ring_back // max(1, pair[1].done),
        "Operation": lambda pair: pair[1].operation.capitalize(),
        "Disk": lambda pair: pair[1].unit,
        "Path": lambda pair: pair[1].route.capitalize(),
        "Count": lambda pair: pair[1].done,
        "Bytes": lambda pair: pair[1].moved,
        "Errors": lambda pair: pair[1].errors,
        "Exits": lambda pair: pair[1].exits,
        "ExitsPerRequest": lambda pair: pair[1].exits // max(1, pair[1].done),
        "RingOut": lambda pair: pair[1].ring_out,
        "RingBack": lambda pair: pair[1].ring_back,
        "Time": lambda pair: TimeSpan(_time(pair[1])),
        "TimePerRequest": lambda pair: TimeSpan(_time(pair[1]) // max(1, pair[1].done)),
        "Microseconds": lambda pair: _time(pair[1]) // 1000,
    },
    columns=(
        "VM",
        "Path",
        "Count",
        "Exits",
        Column("Exits/Request", "ExitsPerRequest"),
        "RingOut",
        "RingBack",
        Column("Time(us)", "Microseconds"),
        "Errors",
        "Operation",
        "Disk",
    ),
)


def _time(work: Workload) -> int:
    return work.finished - work.started if work.finished else 0


def _guest(call: Call, name: str) -> tuple[VirtualMachine, GuestSystem] | None:
    machines = find_machines(call, [name])
    if not machines:
        return None
    return machines[0], running_guest(call, machines[0])


def _start(call: Call) -> Iterator[object]:
    args = call.args
    found = _guest(call, args.VM)
    if found is None:
        return
    machine, guest = found
    if args.Kind == databases.KIND:
        work = start_database(call, machine, guest)
    elif args.Kind == NETWORK or "Target" in args:
        work = start_sending(call, machine, guest)
    elif args.Kind == PROCESSOR:
        work = start_computing(call, guest)
    elif args.Kind == LOAD:
        work = start_load(call, machine, guest)
    else:
        work = _start_disk(call, machine, guest)
    if args.NoWait:
        yield _account(machine, work)
    else:
        yield from _finish(call, machine, work.number)


def _account(machine: VirtualMachine, work: Workload) -> object:
    """What a workload has cost, in the columns of its kind."""
    kind = COMPUTED if work.operation in (computing.COMPUTE, duty.DUTY) else WORKLOAD
    return kind.of((machine.name, work))


def _start_disk(call: Call, machine: VirtualMachine, guest: GuestSystem) -> Workload:
    args = call.args
    size = args.Size if "Size" in args else DISK_BLOCK
    if size % SECTOR or not SECTOR <= size <= MAXIMUM_BLOCK:
        raise CmdletError(
            f"A block of {size} bytes is not possible: 512 bytes to {MAXIMUM_BLOCK >> 10} KB in whole sectors.",
            explain=("explain.block-size", {"maximum": MAXIMUM_BLOCK >> 10}),
        )
    unit = unit_of(call, machine, guest)
    sectors = capacity(call, machine, unit)
    start = DATA_START if unit == "ide:0:0" else DATA_DISK_START
    if "Offset" in args:
        start = args.Offset // SECTOR
    if start + args.Count * size // SECTOR > sectors:
        raise CmdletError(
            "The disk ends before the last block.",
            "OutOfRange",
            "InvalidArgument",
            explain=("explain.disk-ends", {"size": sectors * SECTOR >> 20}),
        )
    return guest.start_workload(args.Operation.lower(), unit, size, args.Count, start)


def _finish(call: Call, machine: VirtualMachine, number: int) -> Iterator[object]:
    """Wait for a workload's end, and say what it cost."""
    call.progress("Start-LabWorkload", machine.name)

    world = call.lab.world
    service = vmms(call.lab)
    key = machine.name.casefold()
    guest, generation = guest_of(call.lab, machine), world.generation

    @steady
    def finished() -> bool:
        # Asked after every event of the wait: it looks up again only what may not be there any more.
        nonlocal guest, service, generation
        if guest is None or generation != world.generation:
            guest, service, generation = guest_of(call.lab, machine), vmms(call.lab), world.generation
            if guest is None:
                return True
        return (
            len(guest.workloads) < number
            or guest.workloads[number - 1].finished > 0
            or service.machines.get(key, machine).state == PAUSED_CRITICAL
        )

    if not call.lab.wait(finished):
        raise CmdletError(
            "The workload did not end in ten simulated minutes.", "OperationTimeout", "OperationTimeout"
        )
    if machine_now(call, machine).state == PAUSED_CRITICAL:
        raise CmdletError(
            f"The virtual machine '{machine.name}' was paused: there is no room left for its disk.",
            "InvalidState",
            "InvalidOperation",
            explain=("explain.paused-critical", {"name": machine.name}),
        )
    now = guest_of(call.lab, machine_now(call, machine))
    if now is not None:
        yield _account(machine, now.workloads[number - 1])


def _list(call: Call) -> Iterator[object]:
    names = call.args.VM or [machine.name for machine in vmms(call.lab).machines.values()]
    for machine in find_machines(call, names):
        guest = guest_of(call.lab, machine)
        for work in guest.workloads if guest else ():
            yield _account(machine, work)


CMDLETS = (
    Cmdlet(
        "Start-LabWorkload",
        MODULE,
        (
            Parameter(
                "VM",
                position=0,
                mandatory=True,
                completer="vm",
                pipeline="property",
                aliases=("VMName", "Name"),
            ),
            Parameter("Operation", "enum", position=1, values=("Write", "Read"), default="Write"),
            Parameter("Kind", "enum", values=(DISK, NETWORK, PROCESSOR, LOAD, databases.KIND), default=DISK),
            Parameter("Target", aliases=("ComputerName",)),
            Parameter("Adapter", "int", default=1, minimum=1),
            Parameter("Size", "size"),
            Parameter("Count", "int", default=1, minimum=1, maximum=10_000),
            Parameter("ControllerType", "enum", values=("IDE", "SCSI")),
            Parameter("ControllerNumber", "int", default=0, minimum=0),
            Parameter("ControllerLocation", "int", default=0, minimum=0),
            Parameter("Offset", "size"),
            Parameter("Milliseconds", "int", default=1000, minimum=1, maximum=600_000),
            Parameter("ParallelPercent", "int", default=100, minimum=0, maximum=100),
            Parameter("Threads", "int", minimum=1, maximum=64),
            Parameter("Megahertz", "int", minimum=1),
            Parameter("NoWait", "switch"),
        ),
        _start,
        lab_only=True,
        summary_id="help.Start-LabWorkload",
    ),
    Cmdlet(
        "Get-LabWorkload",
        MODULE,
        (
            Parameter(
                "VM", position=0, array=True, completer="vm", pipeline="property", aliases=("VMName", "Name")
            ),
        ),
        _list,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabWorkload",
    ),
)
