"""Measure-VM and the commands that let it count: what a virtual machine uses, from Windows Server 2012 on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.disks import storage
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.datacenter.economics import processor_megahertz
from hvlab.host import metering
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.host.metering import Used
from hvlab.storage.errors import BadVhd, StorageError

MODULE = "Hyper-V"
Row = tuple[str, Used, int, int]
"""The machine's name, what it used, what a processor can do (MHz), and how large its disks may become (bytes)."""


def _megabytes(read: Callable[[Row], int]) -> Callable[[Row], object]:
    return lambda row: read(row) >> 20


METERED = ObjectType(
    "Microsoft.HyperV.PowerShell.VMMeteringReportForVirtualMachine",
    {
        "VMName": lambda row: row[0],
        "MeteringDuration": lambda row: TimeSpan(row[1].window),
        "AvgCPU": lambda row: row[1].ran * row[2] // max(1, row[1].window),
        "AvgRAM": _megabytes(lambda row: row[1].average),
        "MaxRAM": _megabytes(lambda row: row[1].most),
        "MinRAM": _megabytes(lambda row: row[1].least),
        "TotalDisk": _megabytes(lambda row: row[3]),
        "NetworkInbound": _megabytes(lambda row: row[1].received),
        "NetworkOutbound": _megabytes(lambda row: row[1].sent),
        "ProcessorTime": lambda row: TimeSpan(row[1].ran),
        "BytesReceived": lambda row: row[1].received,
        "BytesSent": lambda row: row[1].sent,
    },
    columns=(
        "VMName",
        Column("AvgCPU(MHz)", "AvgCPU"),
        Column("AvgRAM(M)", "AvgRAM"),
        Column("MaxRAM(M)", "MaxRAM"),
        Column("MinRAM(M)", "MinRAM"),
        Column("TotalDisk(M)", "TotalDisk"),
        Column("NetworkInbound(M)", "NetworkInbound"),
        Column("NetworkOutbound(M)", "NetworkOutbound"),
    ),
    text_property="VMName",
)


def _disks(call: Call, machine: VirtualMachine) -> int:
    """How large its virtual disks may become; one that cannot be opened counts for nothing."""
    total = 0
    for drive in machine.drives:
        try:
            total += storage(call).open(drive.path).size
        except (StorageError, BadVhd):
            continue
    return total


def _each(change: Callable[[Call, VirtualMachine], None]) -> Callable[[Call], None]:
    """Do it for every machine that is meant; a refusal is an error for that one."""

    def run(call: Call) -> None:
        for machine in find_machines(call, call.args.VMName):
            try:
                _check(call, machine)
                change(call, machine)
            except Refusal as refusal:
                call.error(as_error(refusal))

    return run


def _check(call: Call, machine: VirtualMachine) -> None:
    if not call.lab.platform.resource_metering:
        raise Refusal("no-metering", name=machine.name, platform=call.lab.platform.name)


def _enable(call: Call, machine: VirtualMachine) -> None:
    if machine.metering is None:
        metering.begin(call.lab.world, call.lab.host, machine)


def _disable(call: Call, machine: VirtualMachine) -> None:
    machine.metering = None


def _reset(call: Call, machine: VirtualMachine) -> None:
    if machine.metering is None:
        raise Refusal("not-metered", name=machine.name)
    metering.begin(call.lab.world, call.lab.host, machine)


def _measure(call: Call) -> Iterator[object]:
    each = processor_megahertz(call.lab.scenario, call.lab.host)
    for machine in find_machines(call, call.args.VMName):
        try:
            _check(call, machine)
            used = metering.used(call.lab.world, call.lab.host, machine)
            if used is None:
                raise Refusal("not-metered", name=machine.name)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        yield METERED.of((machine.name, used, each, _disks(call, machine)))


_VM = Parameter(
    "VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both", aliases=("Name",)
)

CMDLETS = (
    Cmdlet(
        "Enable-VMResourceMetering",
        MODULE,
        (_VM,),
        _each(_enable),
        summary_id="help.Enable-VMResourceMetering",
    ),
    Cmdlet(
        "Disable-VMResourceMetering",
        MODULE,
        (_VM,),
        _each(_disable),
        summary_id="help.Disable-VMResourceMetering",
    ),
    Cmdlet(
        "Reset-VMResourceMetering", MODULE, (_VM,), _each(_reset), summary_id="help.Reset-VMResourceMetering"
    ),
    Cmdlet("Measure-VM", MODULE, (_VM,), _measure, read_only=True, summary_id="help.Measure-VM"),
)
"""What is measured is of the host that the machine runs on."""
