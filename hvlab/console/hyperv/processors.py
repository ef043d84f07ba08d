"""Get- and Set-VMProcessor, and the lab's own look at who ran where."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.hypervisor import Hypervisor

MODULE = "Hyper-V"
MAXIMUM_WEIGHT = 10_000

PROCESSOR = ObjectType(
    "Microsoft.HyperV.PowerShell.VMProcessor",
    {
        "VMName": lambda machine: machine.name,
        "Count": lambda machine: machine.processors,
        "Reserve": lambda machine: machine.reserve,
        "Maximum": lambda machine: machine.maximum,
        "RelativeWeight": lambda machine: machine.weight,
    },
    columns=("VMName", "Count", "Reserve", "Maximum", "RelativeWeight"),
)

VIRTUAL = ObjectType(
    "Hvlab.VirtualProcessor",
    {
        "Partition": lambda row: row[0],
        "Index": lambda row: row[1],
        "State": lambda row: row[2],
        "Ran": lambda row: TimeSpan(row[3].ran),
        "Waited": lambda row: TimeSpan(row[3].waited),
        "Exits": lambda row: sum(row[4].values()),
        "ExitReasons": lambda row: ", ".join(f"{name} {count}" for name, count in sorted(row[4].items())),
        "LogicalProcessor": lambda row: row[5],
    },
    columns=(
        "Partition",
        "Index",
        "State",
        Column("Ran(ms)", lambda row: row.get("Ran").nanoseconds // 1_000_000),  # type: ignore[attr-defined]
        Column("Waited(ms)", lambda row: row.get("Waited").nanoseconds // 1_000_000),  # type: ignore[attr-defined]
        "Exits",
        "ExitReasons",
    ),
)

LOGICAL = ObjectType(
    "Hvlab.LogicalProcessor",
    {
        "Number": lambda row: row[0],
        "Running": lambda row: row[1],
        "Busy": lambda row: TimeSpan(row[2]),
        "Switches": lambda row: row[3],
        "Percent": lambda row: row[4],
    },
    columns=(
        "Number",
        "Running",
        Column("Busy(ms)", lambda row: row.get("Busy").nanoseconds // 1_000_000),  # type: ignore[attr-defined]
        "Percent",
        "Switches",
    ),
)


def _get(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VMName):
        yield PROCESSOR.of(machine)


def _set(call: Call) -> Iterator[object]:
    args = call.args
    for machine in find_machines(call, args.VMName):
        if not call.should_process(machine.name, "Set-VMProcessor"):
            continue
        try:
            vmms(call.lab).set_processors(
                machine.name, args.Count, args.RelativeWeight, args.Reserve, args.Maximum
            )
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        if args.Passthru:
            yield PROCESSOR.of(machine)


def _look(call: Call) -> Iterator[object]:
    hypervisor = call.lab.world.get(f"{call.lab.host}/hypervisor", Hypervisor)
    names = {machine.partition: machine for machine in vmms(call.lab).machines.values() if machine.partition}
    if call.args.Logical:
        yield from _logical(call, hypervisor, names)
        return
    wanted = {name.casefold() for name in call.args.VMName or ()}
    scheduler = hypervisor.scheduler
    where = {processor.running: processor.number for processor in scheduler.processors if processor.running}
    for number, partition in hypervisor.partitions.items():
        name = names[number].name if number in names else "root" if number == 1 else str(number)
        if wanted and name.casefold() not in wanted:
            continue
        for index, vp in partition.vps.items():
            account = scheduler.account(number, index)
            yield VIRTUAL.of((name, index, vp.state, account, vp.exits, where.get((number, index))))


def _logical(call: Call, hypervisor: Hypervisor, names: dict[int, VirtualMachine]) -> Iterator[object]:
    scheduler = hypervisor.scheduler
    now = max(1, call.lab.world.now)
    for processor in scheduler.processors:
        running = ""
        if processor.running is not None:
            number, index = processor.running
            running = f"{names[number].name if number in names else number} vp{index}"
        busy = scheduler.busy(processor.number)
        yield LOGICAL.of((processor.number, running, busy, processor.switches, 100 * busy // now))


_VM = Parameter(
    "VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both", aliases=("Name",)
)

CMDLETS = (
    Cmdlet("Get-VMProcessor", MODULE, (_VM,), _get, read_only=True, summary_id="help.Get-VMProcessor"),
    Cmdlet(
        "Set-VMProcessor",
        MODULE,
        (
            _VM,
            Parameter("Count", "int", position=1, minimum=1),
            Parameter("Reserve", "int", minimum=0, maximum=100),
            Parameter("Maximum", "int", minimum=1, maximum=100),
            Parameter("RelativeWeight", "int", minimum=1, maximum=MAXIMUM_WEIGHT),
            Parameter("Passthru", "switch"),
        ),
        _set,
        supports_should_process=True,
        summary_id="help.Set-VMProcessor",
    ),
    Cmdlet(
        "Get-LabProcessor",
        "Lab",
        (
            Parameter("VMName", position=0, array=True, completer="vm", aliases=("Name",)),
            Parameter("Logical", "switch"),
        ),
        _look,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabProcessor",
    ),
)
