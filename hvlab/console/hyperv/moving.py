"""Export-VM and Import-VM."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import storage_error
from hvlab.console.hyperv.machines import find_machines, machine_now
from hvlab.console.hyperv.objects import machine_object, vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.hyperv.watching_host import HostWatch
from hvlab.console.management.hostfiles import full
from hvlab.host import export, importing
from hvlab.host.export import Plan
from hvlab.host.importing import COPYING, ONCE, Found
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.host.vmms import Vmms
from hvlab.storage.errors import StorageError

MODULE = "Hyper-V"
WEEK = 7 * 86_400 * 1_000_000_000
"""How long an export may take: a terabyte has its time."""


def _export(call: Call) -> Iterator[object]:
    target = full(call, call.args.Path).rstrip("\\")
    for machine in find_machines(call, call.args.Name):
        if not call.should_process(machine.name, "Export-VM"):
            continue
        try:
            plan = export.begin(vmms(call.lab), machine.name, target)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        _wait(call, machine, plan)
        failure = machine_now(call, machine).failure
        if failure:
            call.error(_failed(call, machine, plan, failure))
        elif call.args.Passthru:
            yield machine_object(call.lab, machine)


def _wait(call: Call, machine: VirtualMachine, plan: Plan) -> None:
    """Until the export has ended; its progress is that of its files."""
    for number, one in enumerate(plan.copies):
        call.progress("Export-VM", machine.name, 100 * number // len(plan.copies))
        call.lab.wait(
            lambda one=one: not machine_now(call, machine).job or _there(call, one.target),  # type: ignore[misc]
            WEEK,
        )
    call.lab.wait(lambda: not machine_now(call, machine).job, WEEK)
    call.progress("Export-VM", machine.name, 100)


def _there(call: Call, path: str) -> bool:
    return vmms(call.lab).storage.files.exists(path)


def _failed(call: Call, machine: VirtualMachine, plan: Plan, failure: str) -> CmdletError:
    """What an export that broke off has left, told by what lies there."""
    left = sum(_there(call, one.target) for one in plan.copies)
    missing = next((one.target for one in plan.copies if not _there(call, one.target)), plan.configuration)
    why, code = _FAILURES[failure]
    values: dict[str, object] = {
        "name": machine.name,
        "left": left,
        "count": len(plan.copies),
        "missing": missing.rpartition("\\")[2],
        "folder": plan.folder,
    }
    return CmdletError(
        f"Export failed for virtual machine '{machine.name}' (Virtual machine ID {machine.identifier.upper()}): "
        f"failed to copy '{missing}': {why} ({code})",
        "OperationFailed",
        "NotSpecified",
        explain=("explain.export-failed", values),
    )


_FAILURES = {
    "export-disk-full": ("there is not enough space on the disk.", "0x80070070"),
    "export-broken": ("the system cannot find the file specified, or cannot read it.", "0x80070002"),
    "host-lost": ("the remote procedure call failed.", "0x800706BE"),
}


def _import(call: Call) -> Iterator[object]:
    args, service = call.args, vmms(call.lab)
    path = full(call, args.Path).rstrip("\\")
    with RefusalsTold():
        found = importing.find(service, path)
        style = call.lab.platform.import_style
        if args.Copy and style == ONCE:
            raise Refusal(
                "no-import-copy", name=found.known.name, platform=call.lab.platform.name, path=found.folder
            )
        importing.check(service, found, new_id=bool(args.GenerateNewId))
        if not call.should_process(found.known.name, "Import-VM"):
            return
        call.progress("Import-VM", found.known.name)
        watch = HostWatch(call)
        if args.Copy:
            found = _copied(call, service, found)
        else:
            call.lab.advance(call.lab.platform.timing.management)
        watch.check("Import-VM", found.folder)
        missing = importing.carry_out(
            service, found, new_id=bool(args.GenerateNewId), use_up=style in (ONCE, COPYING) or args.Copy
        )
    for kind, name in missing:
        call.warn(_MISSING[kind].format(vm=found.known.name, name=name))
    yield machine_object(call.lab, service.machine(found.known.name))


_MISSING = {
    "switch": "'{vm}': the virtual switch '{name}' was not found; the network adapter is not connected.",
    "disc": "'{vm}': the disc image '{name}' was not found; the DVD drive is empty.",
}


def _copied(call: Call, service: Vmms, found: Found) -> Found:
    """The export copied with the time that takes."""
    timing = call.lab.platform.timing
    target = full(call, call.args.VhdDestinationPath or IMPORTS).rstrip("\\")
    watch = HostWatch(call)
    call.lab.advance(timing.management + 2 * importing.sectors_of(service, found) * timing.disk_sector)
    watch.check("Import-VM", found.folder)
    try:
        return importing.copy(service, found, target)
    except StorageError as error:
        raise storage_error(error, target) from None


IMPORTS = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V\\Imported"
"""Where a copying import puts the files unless told."""

CMDLETS = (
    Cmdlet(
        "Export-VM",
        MODULE,
        (
            Parameter(
                "Name",
                position=0,
                mandatory=True,
                array=True,
                pipeline="both",
                aliases=("VMName",),
                completer="vm",
            ),
            Parameter("Path", position=1, mandatory=True, completer="path"),
            Parameter("Passthru", "switch"),
        ),
        _export,
        supports_should_process=True,
        summary_id="help.Export-VM",
    ),
    Cmdlet(
        "Import-VM",
        MODULE,
        (
            Parameter("Path", position=0, mandatory=True, pipeline="both", completer="path"),
            Parameter("Register", "switch", sets=("Register",)),
            Parameter("Copy", "switch", sets=("Copy",), mandatory=True),
            Parameter("VhdDestinationPath", sets=("Copy",), completer="path"),
            Parameter("GenerateNewId", "switch"),
        ),
        _import,
        supports_should_process=True,
        default_set="Register",
        summary_id="help.Import-VM",
    ),
)
