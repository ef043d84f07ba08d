"""Get-VM, New-VM, Start-VM, Stop-VM, Remove-VM and vmconnect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import translate
from re import compile as compile_pattern

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import create_disk, full_path, storage_error
from hvlab.console.hyperv.objects import machine_object, machine_objects, vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error, start_failure
from hvlab.host import discs
from hvlab.host.export import MACHINES
from hvlab.host.machine import (
    OFF,
    PAUSED,
    RUNNING,
    SAVED,
    SAVING,
    STARTING,
    STOPPING,
    Refusal,
    VirtualMachine,
)
from hvlab.host.places import places
from hvlab.host.saved import HOME
from hvlab.host.vmms import Vmms
from hvlab.kernel.queue import steady
from hvlab.storage.volume import StorageError

_NAME = Parameter(
    "Name", position=0, pipeline="both", array=True, aliases=("VMName",), completer="vm", mandatory=True
)
_PASSTHRU = Parameter("Passthru", "switch")
MODULE = "Hyper-V"
SHUTDOWN_LIMIT = 300 * 1_000_000_000
"""How long Stop-VM waits for a guest to shut down: five minutes, as on a real host."""


def find_machines(call: Call, names: list[str]) -> list[VirtualMachine]:
    """The machines that the names or patterns mean; a name without a machine is an error for itself."""
    service = vmms(call.lab)
    found: list[VirtualMachine] = []
    for name in names:
        if any(character in name for character in "*?["):
            pattern = compile_pattern(translate(name.casefold()))
            found += [machine for key, machine in service.machines.items() if pattern.match(key)]
            continue
        machine = service.find(name)
        if machine is None:
            call.error(as_error(Refusal("no-such-vm", name=name)))
        else:
            found.append(machine)
    return found


def _get(call: Call) -> list[object]:
    if "Id" in call.args:
        machines = [m for m in vmms(call.lab).machines.values() if m.identifier == call.args.Id.lower()]
        if not machines:
            raise CmdletError(
                f'Hyper-V was unable to find a virtual machine with id "{call.args.Id}".',
                target=call.args.Id,
                target_type="Guid",
            )
    elif not call.args.Name:
        known = vmms(call.lab).machines  # their keys are their names without case
        machines = [known[name] for name in sorted(known)]
    else:
        machines = find_machines(call, call.args.Name)
        machines.sort(key=lambda machine: machine.name.casefold())
    return machine_objects(call.lab, machines)


def _new(call: Call) -> Iterator[object]:
    args = call.args
    if not call.should_process(args.Name, "New-VM"):
        return
    service = vmms(call.lab)
    path = full_path(call, args.VHDPath) if args.VHDPath else ""
    folder = (
        full_path(call, f"{args.Path.rstrip(chr(92))}\\{args.Name}") if args.Path else machine_folder(call)
    )
    with RefusalsTold():
        service.check_new(args.Name, args.MemoryStartupBytes)
        _check_version(call)
        if path:
            service.check_disk(path)
        elif args.NewVHDPath:
            path = create_disk(call, args.NewVHDPath, args.NewVHDSizeBytes, dynamic=True)
        if args.SwitchName:
            service.networks.named(args.SwitchName)
        if folder:
            _check_volume(service, folder)
        machine = service.create(args.Name, args.MemoryStartupBytes)
        machine.folder = folder
        machine.version = args.Version or ""
        service.networks.add_first_adapter(machine, args.SwitchName or "")
        if not call.lab.platform.hosted:
            discs.add(service, machine, discs.CONTROLLER, 0)
        if path:
            service.add_drive(machine.name, path, "IDE", 0, 0)
    yield machine_object(call.lab, machine)


def machine_folder(call: Call) -> str:
    """Where a new machine's files lie on this host; empty: where they do unless Set-VMHost said otherwise."""
    home = places(call.lab.world, call.lab.host).machines
    return "" if home == HOME else f"{home}\\{MACHINES}"


def _check_version(call: Call) -> None:
    """Refusal if the host cannot make a machine of the version that is asked for."""
    platform = call.lab.platform
    known = platform.vm_versions or [platform.vm_version]
    if call.args.Version and call.args.Version not in known:
        raise Refusal("vm-version", version=call.args.Version, platform=platform.name, known=", ".join(known))


def _check_volume(service: Vmms, folder: str) -> None:
    try:
        service.storage.files.volume(folder)
    except StorageError as error:
        raise storage_error(error, folder) from None


def _start(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    for machine in find_machines(call, call.args.Name):
        if machine.state == RUNNING:
            call.warn("The virtual machine is already in the specified state.")
        elif call.should_process(machine.name, "Start-VM"):
            try:
                service.start(machine.name)
            except Refusal as refusal:
                call.error(as_error(refusal))
                continue
            call.progress("Start-VM", machine.name)
            call.lab.wait(_leaves(call, machine, STARTING))
            now = machine_now(call, machine)
            if now.failure:
                call.error(start_failure(now.failure, now.name, now.identifier, now.memory))
                continue
        if call.args.Passthru:
            yield machine_object(call.lab, machine)


def _leaves(call: Call, machine: VirtualMachine, state: str) -> Callable[[], bool]:
    return steady(lambda: machine_now(call, machine).state != state)


def machine_now(call: Call, machine: VirtualMachine) -> VirtualMachine:
    """The same machine, found anew: an undo may have replaced the object."""
    return vmms(call.lab).find(machine.name) or machine


def _stop(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    args = call.args
    for machine in find_machines(call, args.Name):
        if machine.state == OFF:
            call.warn("The virtual machine is already in the specified state.")
        elif call.should_process(machine.name, "Stop-VM"):
            try:
                if args.TurnOff:
                    service.turn_off(machine.name)
                else:
                    service.shut_down(machine.name, bool(args.Force))
            except Refusal as refusal:
                call.error(as_error(refusal))
                continue
            call.progress("Stop-VM", machine.name)
            done = call.lab.wait(_leaves(call, machine, STOPPING), SHUTDOWN_LIMIT)
            if not done:
                call.error(
                    CmdletError(
                        "Failed to stop.\nThe virtual machine did not shut down in the time allowed. (0x800705B4)",
                        "OperationTimeout",
                        "OperationTimeout",
                        explain=("explain.shutdown-timeout", {"name": machine.name}),
                    )
                )
                continue
        if args.Passthru:
            yield machine_object(call.lab, machine)


def _runs_again(call: Call, machine: VirtualMachine) -> Callable[[], bool]:
    @steady
    def again() -> bool:
        now = machine_now(call, machine)
        return now.state == RUNNING or bool(now.failure)

    return again


def _restart(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    for machine in find_machines(call, call.args.Name):
        if not call.should_process(machine.name, "Restart-VM"):
            continue
        try:
            service.reset(machine.name)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        call.progress("Restart-VM", machine.name)
        call.lab.wait(_runs_again(call, machine))
        if call.args.Passthru:
            yield machine_object(call.lab, machine)


def _pause(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.Name):
        if machine.state == PAUSED:
            call.warn("The virtual machine is already in the specified state.")
        elif call.should_process(machine.name, "Suspend-VM"):
            try:
                vmms(call.lab).suspend(machine.name)
            except Refusal as refusal:
                call.error(as_error(refusal))
                continue
        if call.args.Passthru:
            yield machine_object(call.lab, machine)


def _save(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.Name):
        if machine.state == SAVED:
            call.warn("The virtual machine is already in the specified state.")
        elif call.should_process(machine.name, "Save-VM"):
            try:
                vmms(call.lab).save(machine.name)
            except Refusal as refusal:
                call.error(as_error(refusal))
                continue
            call.progress("Save-VM", machine.name)
            call.lab.wait(_settled(call, machine))
            now = machine_now(call, machine)
            if now.failure:
                call.error(start_failure(now.failure, now.name, now.identifier, now.memory))
                continue
        if call.args.Passthru:
            yield machine_object(call.lab, machine)


def _settled(call: Call, machine: VirtualMachine) -> Callable[[], bool]:
    return steady(lambda: machine_now(call, machine).state not in (SAVING, STOPPING))


def _remove_saved(call: Call) -> None:
    for machine in find_machines(call, call.args.VMName):
        if call.should_process(machine.name, "Remove-VMSavedState"):
            try:
                vmms(call.lab).remove_saved(machine.name)
            except Refusal as refusal:
                call.error(as_error(refusal))


def _resume(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    for machine in find_machines(call, call.args.Name):
        if machine.state == RUNNING:
            call.warn("The virtual machine is already in the specified state.")
        elif call.should_process(machine.name, "Resume-VM"):
            try:
                service.resume(machine.name)
            except Refusal as refusal:
                call.error(as_error(refusal))
                continue
        if call.args.Passthru:
            yield machine_object(call.lab, machine)


def _remove(call: Call) -> None:
    service = vmms(call.lab)
    for machine in find_machines(call, call.args.Name):
        if not call.should_process(machine.name, "Remove-VM", high_impact=True):
            continue
        try:
            for left in service.remove(machine.name):
                call.warn(f"'{left}' could not be merged into its parent; both files stay as they are.")
        except Refusal as refusal:
            call.error(as_error(refusal))


def _connect(call: Call) -> None:
    if call.args.Server.casefold() not in ("localhost", ".", call.lab.computer.casefold()):
        raise CmdletError(
            f"The server '{call.args.Server}' cannot be reached. This lab has {call.lab.computer} (localhost).",
            "ServerNotFound",
            "ObjectNotFound",
        )
    machines = find_machines(call, [call.args.Name])
    if not machines:
        return
    machine = machines[0]
    show = getattr(call.host, "open_guest_screen", None)
    if show is not None:
        show(machine.name)
        return
    from hvlab.guests.screen import guest_screen  # only where no screen can open a window of its own

    call.host.write_host("\n".join(guest_screen(call.lab.world, call.lab.host, machine.name)))


CMDLETS = (
    Cmdlet(
        "Get-VM",
        MODULE,
        (
            Parameter(
                "Name",
                position=0,
                pipeline="both",
                array=True,
                aliases=("VMName",),
                completer="vm",
                sets=("Name",),
            ),
            Parameter("Id", aliases=("VMId",), sets=("Id",)),
        ),
        _get,
        aliases=("gvm",),
        read_only=True,
        default_set="Name",
        summary_id="help.Get-VM",
    ),
    Cmdlet(
        "New-VM",
        MODULE,
        (
            Parameter("Name", position=0, mandatory=True, aliases=("VMName",)),
            Parameter("MemoryStartupBytes", "size", position=1, default=512 << 20),
            Parameter("VHDPath", completer="path", sets=("Existing",), mandatory=True),
            Parameter("NewVHDPath", completer="path", sets=("New",), mandatory=True),
            Parameter("NewVHDSizeBytes", "size", sets=("New",), mandatory=True),
            Parameter("NoVHD", "switch", sets=("None",)),
            Parameter("SwitchName", completer="switch"),
            Parameter("Path", completer="path"),
            Parameter("Version"),
            Parameter("Generation", "int", minimum=1, maximum=1, default=1),
        ),
        _new,
        supports_should_process=True,
        default_set="None",
        summary_id="help.New-VM",
    ),
    Cmdlet(
        "Start-VM",
        MODULE,
        (_NAME, _PASSTHRU),
        _start,
        supports_should_process=True,
        summary_id="help.Start-VM",
    ),
    Cmdlet(
        "Stop-VM",
        MODULE,
        (_NAME, Parameter("TurnOff", "switch"), Parameter("Force", "switch"), _PASSTHRU),
        _stop,
        supports_should_process=True,
        summary_id="help.Stop-VM",
    ),
    Cmdlet(
        "Suspend-VM",
        MODULE,
        (_NAME, _PASSTHRU),
        _pause,
        supports_should_process=True,
        summary_id="help.Suspend-VM",
    ),
    Cmdlet(
        "Save-VM",
        MODULE,
        (_NAME, _PASSTHRU),
        _save,
        supports_should_process=True,
        summary_id="help.Save-VM",
    ),
    Cmdlet(
        "Remove-VMSavedState",
        MODULE,
        (
            Parameter(
                "VMName",
                position=0,
                mandatory=True,
                array=True,
                completer="vm",
                pipeline="both",
                aliases=("Name",),
            ),
        ),
        _remove_saved,
        supports_should_process=True,
        summary_id="help.Remove-VMSavedState",
    ),
    Cmdlet(
        "Restart-VM",
        MODULE,
        (_NAME, Parameter("Force", "switch"), _PASSTHRU),
        _restart,
        supports_should_process=True,
        summary_id="help.Restart-VM",
    ),
    Cmdlet(
        "Resume-VM",
        MODULE,
        (_NAME, _PASSTHRU),
        _resume,
        supports_should_process=True,
        summary_id="help.Resume-VM",
    ),
    Cmdlet(
        "Remove-VM",
        MODULE,
        (_NAME, Parameter("Force", "switch")),
        _remove,
        supports_should_process=True,
        summary_id="help.Remove-VM",
    ),
    Cmdlet(
        "vmconnect",
        MODULE,
        (
            Parameter("Server", position=0, mandatory=True),
            Parameter("Name", position=1, mandatory=True, completer="vm"),
        ),
        _connect,
        aliases=("vmconnect.exe",),
        read_only=True,
        summary_id="help.vmconnect",
    ),
)
