"""Get-VMBios and Set-VMBios: what a machine's firmware is told."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.objects import ObjectType
from hvlab.host import settings
from hvlab.host.machine import BOOT_DEVICES, Refusal

MODULE = "Hyper-V"

BIOS = ObjectType(
    "Microsoft.HyperV.PowerShell.VMBios",
    {
        "VMName": lambda machine: machine.name,
        "StartupOrder": lambda machine: list(machine.boot_order),
        "NumLockEnabled": lambda machine: machine.num_lock,
    },
    columns=("VMName", "StartupOrder", "NumLockEnabled"),
)


def _get(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VMName):
        yield BIOS.of(machine)


def _set(call: Call) -> Iterator[object]:
    args, service = call.args, vmms(call.lab)
    for machine in find_machines(call, args.VMName):
        if not call.should_process(machine.name, "Set-VMBios"):
            continue
        try:
            if args.StartupOrder:
                settings.set_boot_order(service, machine, tuple(args.StartupOrder))
            if args.EnableNumLock or args.DisableNumLock:
                settings.set_num_lock(service, machine, bool(args.EnableNumLock))
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        if args.Passthru:
            yield BIOS.of(machine)


_VM = Parameter(
    "VMName", position=0, mandatory=True, array=True, pipeline="both", aliases=("Name",), completer="vm"
)

CMDLETS = (
    Cmdlet("Get-VMBios", MODULE, (_VM,), _get, read_only=True, summary_id="help.Get-VMBios"),
    Cmdlet(
        "Set-VMBios",
        MODULE,
        (
            _VM,
            Parameter("StartupOrder", "enum", position=1, array=True, values=BOOT_DEVICES),
            Parameter("EnableNumLock", "switch", sets=("Enable",)),
            Parameter("DisableNumLock", "switch", sets=("Disable",)),
            Parameter("Passthru", "switch"),
        ),
        _set,
        supports_should_process=True,
        default_set="Enable",
        summary_id="help.Set-VMBios",
    ),
)
