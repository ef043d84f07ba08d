"""Get-LabPartition and Get-LabEvent: what no real host shows."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.lab import Lab
from hvlab.console.objects import Column, ObjectType, PSObject, TimeSpan, custom_object
from hvlab.host.concerning import machine_of
from hvlab.host.root import RootKernel
from hvlab.hypervisor import PAGE_SIZE, Hypervisor, Partition
from hvlab.kernel import KINDS, Setup, TraceEvent

MODULE = "Lab"


def _exits(partition: Partition) -> int:
    return sum(sum(vp.exits.values()) for vp in partition.vps.values())


def _free(lab: Lab) -> int:
    """Bytes of what the root sees that it can still give to children: neither given nor in use by itself."""
    return lab.world.get(f"{lab.host}/root", RootKernel).free_pages * PAGE_SIZE


def _in_megabytes(count: object) -> int | None:
    return count >> 20 if isinstance(count, int) else None


PARTITION = ObjectType(
    "Hvlab.Partition",
    {
        "Id": lambda pair: pair[1].number,
        "Name": lambda pair: (
            "root"
            if pair[1].number == 1
            else pair[0].world.at_index(pair[1].software).name.rpartition("/")[2]
            if pair[1].software >= 0
            else ""
        ),
        "State": lambda pair: pair[1].state,
        "Parent": lambda pair: pair[1].parent or None,
        "Processors": lambda pair: len(pair[1].vps),
        "Memory": lambda pair: pair[1].mapped_pages * PAGE_SIZE,
        "Pages": lambda pair: pair[1].mapped_pages,
        "Free": lambda pair: _free(pair[0]) if pair[1].number == 1 else None,
        "PoolPages": lambda pair: pair[1].pool_size,
        "Ports": lambda pair: len(pair[1].ports),
        "Connections": lambda pair: len(pair[1].connections),
        "Intercepts": lambda pair: len(pair[1].intercepts),
        "Exits": lambda pair: _exits(pair[1]),
    },
    columns=(
        "Id",
        "Name",
        "State",
        "Processors",
        Column("Memory(M)", lambda row: int(str(row.get("Memory"))) >> 20),
        Column("Free(M)", lambda row: _in_megabytes(row.get("Free"))),
        "Ports",
        "Connections",
        "Exits",
    ),
    text_property="Id",
)


def _value(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


def _size(value: bytes | int | None) -> int | None:
    """The bytes of a message or packet are counted; a workload's event carries the figure itself."""
    return len(value) if isinstance(value, bytes) else value


def _fields(event: TraceEvent) -> PSObject:
    """What the event says, and first whose machine it concerns, so that events of several can be told apart."""
    machine = machine_of(event)
    named = {"vm": machine} if machine else {}
    return custom_object(named | {name: _value(value) for name, value in event.fields.items()})


def _detail(event: TraceEvent) -> str:
    """What tells this event from others of its kind: its texts as they are, its numbers with their names."""
    parts = []
    for name, value in event.fields.items():
        if isinstance(value, str):
            parts.append(value)
        elif isinstance(value, bytes):
            parts.append(f"{len(value)} bytes")
        elif value is not None and value is not False:
            parts.append(f"{name}={value}")
    return ", ".join(part for part in parts if part)


def _clock(event: PSObject) -> str:
    """Of the lab's time down to the microsecond: most of what one command causes happens within a second."""
    ticks = event.get("Time")
    microseconds = ticks.nanoseconds // 1000 if isinstance(ticks, TimeSpan) else 0
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:06d}"


EVENT = ObjectType(
    "Hvlab.Event",
    {
        "Seq": lambda event: event.seq,
        "Time": lambda event: TimeSpan(event.time),
        "Kind": lambda event: event.kind,
        "Cause": lambda event: event.cause,
        "Source": lambda event: event.source,
        "Target": lambda event: event.target,
        "VM": lambda event: machine_of(event) or None,
        "Partition": lambda event: event.partition,
        "VP": lambda event: event.vp,
        "Channel": lambda event: event.channel,
        "Name": lambda event: event.get("name"),
        "Direction": lambda event: event.get("direction"),
        "Signal": lambda event: event.get("signal"),
        "State": lambda event: event.get("state"),
        "Status": lambda event: event.get("status_name"),
        "Operation": lambda event: event.get("operation"),
        "Route": lambda event: event.get("route"),
        "Outcome": lambda event: event.get("outcome"),
        "Path": lambda event: event.get("path"),
        "Bytes": lambda event: _size(event.get("bytes")),
        "Hex": lambda event: event.get("bytes").hex() if isinstance(event.get("bytes"), bytes) else None,
        "Fields": _fields,
        "Detail": _detail,
    },
    columns=("Seq", Column("Time", _clock), "Kind", "Source", "Target", "Detail"),
    list_columns=(
        "Seq",
        "Time",
        "Kind",
        "Cause",
        "Source",
        "Target",
        "VM",
        "Partition",
        "Channel",
        "Name",
        "Direction",
        "Signal",
        "State",
        "Status",
        "Bytes",
        "Hex",
    ),
    text_property="Kind",
    key="Seq",
)


def _hypervisor(lab: Lab) -> Hypervisor:
    return lab.world.get(f"{lab.host}/hypervisor", Hypervisor)


def _partitions(call: Call) -> Iterator[object]:
    if call.lab.platform.hosted:
        raise CmdletError(
            f"{call.lab.platform.name} knows no partitions.",
            "NotSupported",
            "NotImplemented",
            explain=("explain.no-partitions", {"platform": call.lab.platform.name}),
        )
    partitions = _hypervisor(call.lab).partitions
    wanted: set[int] | None = None
    if call.args.VMName:
        wanted = {machine.partition for machine in find_machines(call, call.args.VMName)}
    for number in sorted(partitions):
        if wanted is None or number in wanted:
            if call.args.Id and number not in call.args.Id:
                continue
            yield PARTITION.of((call.lab, partitions[number]))


def _events(call: Call) -> Iterator[object]:
    args = call.args
    lab: Lab = call.lab
    asked = {kind.casefold() for kind in args.Kind or ()}
    wanted = {kind for kind in KINDS if kind.casefold() in asked}
    machines = find_machines(call, args.VM) if args.VM else []
    if args.VM and not machines:
        return
    suffixes = tuple(f"/{machine.name}" for machine in machines)
    trace = lab.world.trace
    found = trace.chain(args.Cause)[::-1] if args.Cause else []
    since = len(trace) if args.Cause else args.Since or 0
    call.runner.charge(len(found) + max(0, len(trace) - since))
    setup = prepared(lab) if not args.Setup else Setup(0)
    found = [event for event in found if not setup.holds(event)]
    for event in trace.of_kinds(wanted, since) if args.Kind else trace.since(since):
        if setup.holds(event):
            continue
        if suffixes and not _concerns(event, suffixes):
            continue
        if args.Name and str(event.get("name", "")).casefold() != args.Name.casefold():
            continue
        found.append(event)
    if args.First:
        found = found[: args.First]
    if args.Last:
        found = found[-args.Last :]
    for event in found:
        yield EVENT.of(event)


def prepared(lab: Lab) -> Setup:
    """What the lab's start script did by hand, its faults known from the beginning on."""
    setup = Setup(lab.prologue)
    for event in lab.world.trace.of_kinds({"fault"}):
        if event.seq > lab.prologue:
            break
        setup.holds(event)
    return setup


def _concerns(event: TraceEvent, suffixes: tuple[str, ...]) -> bool:
    return any(
        path.endswith(suffix) or f"{suffix}/" in path
        for path in (event.source, event.target)
        for suffix in suffixes
    )


CMDLETS = (
    Cmdlet(
        "Get-LabPartition",
        MODULE,
        (
            Parameter(
                "VMName", position=0, array=True, completer="vm", pipeline="property", aliases=("Name", "VM")
            ),
            Parameter("Id", "int", array=True),
        ),
        _partitions,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabPartition",
    ),
    Cmdlet(
        "Get-LabEvent",
        MODULE,
        (
            Parameter("Kind", position=0, array=True, values=tuple(KINDS)),
            Parameter("VM", array=True, completer="vm", aliases=("VMName",)),
            Parameter("Name"),
            Parameter("Since", "int", minimum=0),
            Parameter("Cause", "int", minimum=1),
            Parameter("First", "int", minimum=1),
            Parameter("Last", "int", minimum=1),
            Parameter("Setup", "switch"),
        ),
        _events,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabEvent",
    ),
)
