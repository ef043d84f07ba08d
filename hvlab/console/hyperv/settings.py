"""Set-VM, Rename-VM, Get- and Set-VMMemory, and the controllers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.disks import full_path
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import machine_object, vmms
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.lab import SECOND
from hvlab.console.objects import Column, ObjectType
from hvlab.host import settings
from hvlab.host.machine import Refusal, VirtualMachine

MODULE = "Hyper-V"

MEMORY = ObjectType(
    "Microsoft.HyperV.PowerShell.VMMemory",
    {
        "VMName": lambda machine: machine.name,
        "DynamicMemoryEnabled": lambda machine: False,
        "Startup": lambda machine: machine.memory,
        "Minimum": lambda machine: machine.memory,
        "Maximum": lambda machine: machine.memory,
    },
    columns=(
        "VMName",
        "DynamicMemoryEnabled",
        Column("Minimum(M)", lambda row: int(str(row.get("Minimum"))) >> 20),
        Column("Startup(M)", lambda row: int(str(row.get("Startup"))) >> 20),
        Column("Maximum(M)", lambda row: int(str(row.get("Maximum"))) >> 20),
    ),
)

CONTROLLER = ObjectType(
    "Microsoft.HyperV.PowerShell.VMDriveController",
    {
        "VMName": lambda row: row[0].name,
        "ControllerNumber": lambda row: row[2],
        "Drives": lambda row: [
            drive.path for drive in row[0].drives if (drive.controller, drive.number) == (row[1], row[2])
        ],
    },
    columns=("VMName", "ControllerNumber", "Drives"),
)


def _each(
    call: Call,
    names: list[str],
    change: Callable[[VirtualMachine], None],
    made: Callable[[VirtualMachine], object],
) -> Iterator[object]:
    """Change each machine that is meant; a refusal is an error for that one."""
    for machine in find_machines(call, names):
        if not call.should_process(machine.name):
            continue
        try:
            change(machine)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        if call.args.Passthru:
            yield made(machine)


def _set(call: Call) -> Iterator[object]:
    args, service = call.args, vmms(call.lab)

    def change(machine: VirtualMachine) -> None:
        if args.ProcessorCount is not None:
            service.set_processors(machine.name, args.ProcessorCount)
        if args.MemoryStartupBytes is not None:
            settings.set_memory(service, machine, args.MemoryStartupBytes)
        if args.Notes is not None:
            settings.set_notes(service, machine, args.Notes)
        if args.AutomaticStartAction is not None:
            machine.start_action = args.AutomaticStartAction
        if args.AutomaticStartDelay is not None:
            machine.start_delay = args.AutomaticStartDelay * SECOND
        if args.AutomaticStopAction is not None:
            machine.stop_action = args.AutomaticStopAction
        if args.SnapshotFileLocation is not None:
            settings.set_snapshot_folder(service, machine, full_path(call, args.SnapshotFileLocation))
        if args.NewVMName is not None:
            settings.rename(service, machine, args.NewVMName)

    return _each(call, args.Name, change, lambda machine: machine_object(call.lab, machine))


def _rename(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    return _each(
        call,
        [call.args.Name],
        lambda machine: settings.rename(service, machine, call.args.NewName),
        lambda machine: machine_object(call.lab, machine),
    )


def _memory(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VMName):
        yield MEMORY.of(machine)


def _set_memory(call: Call) -> Iterator[object]:
    service = vmms(call.lab)

    def change(machine: VirtualMachine) -> None:
        if call.args.DynamicMemoryEnabled:
            raise Refusal("no-dynamic-memory", platform=call.lab.platform.name)
        if call.args.StartupBytes is not None:
            settings.set_memory(service, machine, call.args.StartupBytes)

    return _each(call, call.args.VMName, change, MEMORY.of)


def _scsi(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VMName):
        for number in range(machine.scsi_controllers):
            if call.args.ControllerNumber in (None, number):
                yield CONTROLLER.of((machine, "SCSI", number))


def _ide(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VMName):
        for number in range(2):
            if call.args.ControllerNumber in (None, number):
                yield CONTROLLER.of((machine, "IDE", number))


def _add_scsi(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    return _each(
        call,
        call.args.VMName,
        lambda machine: settings.add_scsi_controller(service, machine),
        lambda machine: CONTROLLER.of((machine, "SCSI", machine.scsi_controllers - 1)),
    )


def _remove_scsi(call: Call) -> Iterator[object]:
    service = vmms(call.lab)

    def change(machine: VirtualMachine) -> None:
        if machine.scsi_controllers and call.args.ControllerNumber != machine.scsi_controllers - 1:
            raise Refusal("scsi-not-last", name=machine.name, last=machine.scsi_controllers - 1)
        settings.remove_scsi_controller(service, machine)

    return _each(call, call.args.VMName, change, lambda machine: machine_object(call.lab, machine))


_VM = Parameter(
    "VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both", aliases=("Name",)
)
_NAME = Parameter(
    "Name", position=0, mandatory=True, array=True, completer="vm", pipeline="both", aliases=("VMName",)
)
_PASS = Parameter("Passthru", "switch")
_NUMBER = Parameter("ControllerNumber", "int", position=1, minimum=0)

CMDLETS = (
    Cmdlet(
        "Set-VM",
        MODULE,
        (
            _NAME,
            Parameter("ProcessorCount", "int", minimum=1),
            Parameter("MemoryStartupBytes", "size"),
            Parameter("AutomaticStartAction", "enum", values=settings.START_ACTIONS),
            Parameter("AutomaticStartDelay", "int", minimum=0, maximum=86_400),
            Parameter("AutomaticStopAction", "enum", values=settings.STOP_ACTIONS),
            Parameter("Notes"),
            Parameter("SnapshotFileLocation", completer="path"),
            Parameter("NewVMName"),
            _PASS,
        ),
        _set,
        supports_should_process=True,
        summary_id="help.Set-VM",
    ),
    Cmdlet(
        "Rename-VM",
        MODULE,
        (
            Parameter(
                "Name", position=0, mandatory=True, completer="vm", pipeline="both", aliases=("VMName",)
            ),
            Parameter("NewName", position=1, mandatory=True),
            _PASS,
        ),
        _rename,
        aliases=("rnvm",),
        supports_should_process=True,
        summary_id="help.Rename-VM",
    ),
    Cmdlet("Get-VMMemory", MODULE, (_VM,), _memory, read_only=True, summary_id="help.Get-VMMemory"),
    Cmdlet(
        "Set-VMMemory",
        MODULE,
        (
            _VM,
            Parameter("StartupBytes", "size", position=1),
            Parameter("DynamicMemoryEnabled", "bool"),
            _PASS,
        ),
        _set_memory,
        supports_should_process=True,
        summary_id="help.Set-VMMemory",
    ),
    Cmdlet(
        "Get-VMScsiController",
        MODULE,
        (_VM, _NUMBER),
        _scsi,
        read_only=True,
        summary_id="help.Get-VMScsiController",
    ),
    Cmdlet(
        "Get-VMIdeController",
        MODULE,
        (_VM, _NUMBER),
        _ide,
        read_only=True,
        summary_id="help.Get-VMIdeController",
    ),
    Cmdlet(
        "Add-VMScsiController",
        MODULE,
        (_VM, _PASS),
        _add_scsi,
        supports_should_process=True,
        summary_id="help.Add-VMScsiController",
    ),
    Cmdlet(
        "Remove-VMScsiController",
        MODULE,
        (_VM, Parameter("ControllerNumber", "int", position=1, mandatory=True, minimum=0), _PASS),
        _remove_scsi,
        supports_should_process=True,
        summary_id="help.Remove-VMScsiController",
    ),
)
