"""Add-LabFault, Get-LabFault and Remove-LabFault: let something fail, see what has failed, repair it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import full_path, storage
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import guest_of, vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.lab import Lab
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.host import faults
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.host.root import RootKernel
from hvlab.storage.volume import NoSuchVolume, StorageError

MODULE = "Lab"
SYSTEM = "C"
"""The volume that the host's own system lies on."""

FAULT = ObjectType(
    "Hvlab.Fault",
    {
        "Number": lambda fault: fault.number,
        "Kind": lambda fault: fault.kind,
        "Target": lambda fault: fault.target,
        "VM": lambda fault: fault.vm,
        "Device": lambda fault: fault.device,
        "Path": lambda fault: fault.path,
        "Sector": lambda fault: fault.sector,
        "Count": lambda fault: fault.count,
        "After": lambda fault: fault.after,
        "Hits": lambda fault: fault.hits,
        "Since": lambda fault: TimeSpan(fault.since),
    },
    columns=("Number", "Kind", "Target", Column("Acted", "Hits"), "Since"),
    text_property="Number",
)

PREPARED = ObjectType(
    "Hvlab.PreparedFault",
    {"Number": lambda fault: fault.number, "Kind": lambda fault: fault.kind, "Target": lambda _: "?"},
    columns=("Number", "Kind", "Target"),
    text_property="Number",
)
"""A fault that the lab's start made: where it sits is for the learner to find."""


def _machine(call: Call) -> VirtualMachine | None:
    machines = find_machines(call, [call.args.VM])
    return machines[0] if machines else None


def _volume(call: Call, letter: str) -> str:
    path = letter.strip().rstrip(":\\/").upper() + ":\\"
    try:
        storage(call).files.volume(path)
    except NoSuchVolume as error:
        raise CmdletError(
            f"The system cannot find the drive specified: '{error.letter}'. (0x8007000F)",
            "ObjectNotFound",
            "ObjectNotFound",
            explain=("explain.no-such-volume", {"letter": error.letter}),
        ) from None
    return path


def _adapter(machine: VirtualMachine, wanted: str) -> str:
    """The key of a network adapter, by its name or its key; an error if it is not there."""
    for adapter in machine.adapters:
        if wanted.casefold() in (adapter.name.casefold(), adapter.key.casefold()):
            return adapter.key
    raise as_error(Refusal("no-such-adapter", name=machine.name, adapter=wanted))


def _values(call: Call, kind: str) -> dict[str, Any] | None:
    """What the fault is about, checked; None if an error was reported."""
    args = call.args
    needed = faults.FAULT_KINDS[kind]
    missing = [name for name in needed if name not in args]
    if missing:
        raise CmdletError(
            f"A fault of the kind {kind} needs -{' and -'.join(missing)}.",
            "MissingParameter",
            "InvalidArgument",
            explain=(
                "explain.fault-needs",
                {"kind": kind, "needed": ", ".join(f"-{name}" for name in needed)},
            ),
        )
    if kind == faults.BAD_SECTOR:
        path = full_path(call, args.Path)
        try:
            size = storage(call).open(path).size // 512
        except StorageError:
            raise as_error(Refusal("no-such-file", path=path)) from None
        if args.Sector + args.Count > size:
            raise as_error(Refusal("no-such-sector", sector=args.Sector, size=size))
        return {"path": path, "sector": args.Sector, "count": args.Count}
    if kind == faults.VOLUME_FULL:
        return {"path": _volume(call, args.Volume)}
    if kind == faults.DISK_LOST:
        path = _volume(call, args.Volume)
        if path[0].upper() == SYSTEM:
            raise as_error(Refusal("system-disk", volume=f"{SYSTEM}:"))
        return {"path": path}
    if kind == faults.ROOT_CRASH:
        with RefusalsTold():
            vmms(call.lab).server.check_on()
        if call.lab.world.get(f"{call.lab.host}/root", RootKernel).down:
            raise as_error(Refusal("host-down"))
        return {}
    machine = _machine(call)
    if machine is None:
        return None
    if kind == faults.PULLED_CABLE:
        return {"vm": machine.name, "device": _adapter(machine, args.Device)}
    guest = guest_of(call.lab, machine)
    if guest is None:
        raise as_error(Refusal("fault-needs-running", name=machine.name))
    if kind == faults.HUNG_GUEST:
        return {"vm": machine.name}
    link = vmms(call.lab).link(machine.name)
    devices = {} if link is None else {key.casefold(): key for key in link.services}
    if args.Device.casefold() not in devices:
        known = ", ".join(devices.values()) or "-"
        raise as_error(Refusal("no-such-device", name=machine.name, device=args.Device, known=known))
    device = devices[args.Device.casefold()]
    values: dict[str, Any] = {"vm": machine.name, "device": device}
    return {**values, "after": args.After} if kind == faults.LOST_INTERRUPT else values


def _add(call: Call) -> Iterator[object]:
    kind = call.args.Kind
    values = _values(call, kind)
    if values is not None:
        yield FAULT.of(faults.board(call.lab.world, call.lab.host).add(kind, storage(call).files, **values))


def _list(call: Call) -> Iterator[object]:
    """All faults; of those that the lab's start made, nothing but the number, and that only of a kind that is named."""
    wanted = call.args.Kind
    board = faults.board(call.lab.world, call.lab.host)
    theirs = set() if call.args.Setup else _prepared(call.lab, board)
    hidden = 0
    for fault in list(board.faults.values()):
        if fault.number not in theirs:
            if wanted in (None, fault.kind):
                yield FAULT.of(fault)
        elif wanted is None:
            hidden += 1
        elif wanted == fault.kind:
            yield PREPARED.of(fault)
    if hidden:
        call.warn(f"{hidden} more belong to the start of this lab and are yours to find; -Setup shows them.")


def _prepared(lab: Lab, board: faults.FaultBoard) -> set[int]:
    """The numbers of the faults that were there when the learner came."""
    return {
        int(str(event.get("number")))
        for event in lab.world.trace.of_kinds({"fault"})
        if event.seq <= lab.prologue and event.source == board.name
    }


def _remove(call: Call) -> None:
    for number in call.args.Number:
        try:
            faults.board(call.lab.world, call.lab.host).remove(number, storage(call).files)
        except Refusal as refusal:
            call.error(as_error(refusal))


_KINDS = tuple(faults.FAULT_KINDS)

CMDLETS = (
    Cmdlet(
        "Add-LabFault",
        MODULE,
        (
            Parameter("Kind", "enum", position=0, mandatory=True, values=_KINDS),
            Parameter("VM", position=1, completer="vm", aliases=("VMName",)),
            Parameter("Device", position=2, completer="device"),
            Parameter("Path", completer="path"),
            Parameter("Sector", "int", minimum=0),
            Parameter("Count", "int", minimum=1, default=1),
            Parameter("After", "int", minimum=1, default=1),
            Parameter("Volume"),
        ),
        _add,
        lab_only=True,
        summary_id="help.Add-LabFault",
    ),
    Cmdlet(
        "Get-LabFault",
        MODULE,
        (Parameter("Kind", "enum", position=0, values=_KINDS), Parameter("Setup", "switch")),
        _list,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabFault",
    ),
    Cmdlet(
        "Remove-LabFault",
        MODULE,
        (Parameter("Number", "int", position=0, mandatory=True, array=True, pipeline="property"),),
        _remove,
        lab_only=True,
        summary_id="help.Remove-LabFault",
    ),
)
