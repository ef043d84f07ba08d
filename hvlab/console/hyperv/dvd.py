"""The VMDvdDrive cmdlets: DVD drives of a machine, and the discs in them."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.disks import full_path
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.objects import ObjectType
from hvlab.host import discs
from hvlab.host.machine import DvdDrive, Refusal, VirtualMachine

MODULE = "Hyper-V"

DVD = ObjectType(
    "Microsoft.HyperV.PowerShell.DvdDrive",
    {
        "VMName": lambda pair: pair[0].name,
        "ControllerType": lambda pair: "IDE",
        "ControllerNumber": lambda pair: pair[1].number,
        "ControllerLocation": lambda pair: pair[1].location,
        "DvdMediaType": lambda pair: "ISO" if pair[1].path else "None",
        "Path": lambda pair: pair[1].path,
    },
    columns=("VMName", "ControllerType", "ControllerNumber", "ControllerLocation", "DvdMediaType", "Path"),
    text_property="Path",
)


def _chosen(call: Call) -> Iterator[tuple[VirtualMachine, DvdDrive]]:
    """The drives in the places asked for; none in a named place is an error."""
    args = call.args
    for machine in find_machines(call, args.VMName):
        found = [
            drive
            for drive in machine.dvds
            if args.ControllerNumber in (None, drive.number)
            and args.ControllerLocation in (None, drive.location)
        ]
        named = args.ControllerNumber is not None or args.ControllerLocation is not None
        if not found and named:
            call.error(as_error(Refusal("no-dvd-there", name=machine.name)))
        for drive in found:
            yield machine, drive


def _get(call: Call) -> Iterator[object]:
    for pair in _chosen(call):
        yield DVD.of(pair)


def _add(call: Call) -> Iterator[object]:
    args = call.args
    path = full_path(call, args.Path) if args.Path else ""
    for machine in find_machines(call, args.VMName):
        if not call.should_process(machine.name, "Add-VMDvdDrive"):
            continue
        try:
            drive = discs.add(vmms(call.lab), machine, args.ControllerNumber, args.ControllerLocation, path)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        if args.Passthru:
            yield DVD.of((machine, drive))


def _set(call: Call) -> Iterator[object]:
    args = call.args
    path = full_path(call, args.Path) if args.Path else ""
    for machine, drive in list(_chosen(call)):
        if not call.should_process(machine.name, "Set-VMDvdDrive"):
            continue
        try:
            discs.insert(vmms(call.lab), machine, drive, path)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        if args.Passthru:
            yield DVD.of((machine, drive))


def _remove(call: Call) -> None:
    for machine, drive in list(_chosen(call)):
        if call.should_process(machine.name, "Remove-VMDvdDrive"):
            try:
                discs.remove(machine, drive)
            except Refusal as refusal:
                call.error(as_error(refusal))


_VM = Parameter(
    "VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both", aliases=("Name",)
)
_NUMBER = Parameter("ControllerNumber", "int", position=1, minimum=0, pipeline="property")
_LOCATION = Parameter("ControllerLocation", "int", position=2, minimum=0, pipeline="property")
_PATH = Parameter("Path", position=3, completer="path")
_PASSTHRU = Parameter("Passthru", "switch")

CMDLETS = (
    Cmdlet(
        "Get-VMDvdDrive",
        MODULE,
        (_VM, _NUMBER, _LOCATION),
        _get,
        read_only=True,
        summary_id="help.Get-VMDvdDrive",
    ),
    Cmdlet(
        "Add-VMDvdDrive",
        MODULE,
        (_VM, _NUMBER, _LOCATION, _PATH, _PASSTHRU),
        _add,
        supports_should_process=True,
        summary_id="help.Add-VMDvdDrive",
    ),
    Cmdlet(
        "Set-VMDvdDrive",
        MODULE,
        (_VM, _NUMBER, _LOCATION, _PATH, _PASSTHRU),
        _set,
        supports_should_process=True,
        summary_id="help.Set-VMDvdDrive",
    ),
    Cmdlet(
        "Remove-VMDvdDrive",
        MODULE,
        (_VM, _NUMBER, _LOCATION),
        _remove,
        supports_should_process=True,
        summary_id="help.Remove-VMDvdDrive",
    ),
)
