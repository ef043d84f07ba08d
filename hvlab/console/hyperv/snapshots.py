"""Checkpoint-VM, Get-, Restore-, Rename- and Remove-VMSnapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.disks import no_room, storage_error
from hvlab.console.hyperv.machines import find_machines, machine_now
from hvlab.console.hyperv.objects import moment, vmms
from hvlab.console.hyperv.refusals import as_error, start_failure
from hvlab.console.lab import Lab
from hvlab.console.objects import ObjectType
from hvlab.console.patterns import like
from hvlab.host.machine import RUNNING, SNAPSHOTTING, STOPPING, Refusal, VirtualMachine
from hvlab.host.settings import rename_snapshot
from hvlab.host.snapshots import Snapshot
from hvlab.kernel.queue import steady
from hvlab.storage.errors import DiskFull, StorageError

MODULE = "Hyper-V"

SNAPSHOT = ObjectType(
    "Microsoft.HyperV.PowerShell.VMSnapshot",
    {
        "VMName": lambda pair: pair[0].name,
        "Name": lambda pair: pair[1].name,
        "SnapshotType": lambda pair: "Standard",
        "CreationTime": lambda pair: moment(pair[1].created),
        "ParentSnapshotName": lambda pair: _parent(pair[0], pair[1]),
        "Id": lambda pair: pair[1].identifier,
        "ParentSnapshotId": lambda pair: pair[1].parent or None,
        "State": lambda pair: "Saved" if pair[1].saved else "Off",
        "HardDrives": lambda pair: [drive.path for drive in pair[1].drives],
        "Current": lambda pair: pair[0].last_snapshot == pair[1].identifier,
    },
    columns=("VMName", "Name", "SnapshotType", "CreationTime", "ParentSnapshotName"),
    text_property="Name",
)


def _parent(machine: VirtualMachine, snapshot: Snapshot) -> str:
    parent = machine.snapshots.get(snapshot.parent)
    return parent.name if parent else ""


def default_name(lab: Lab, machine: VirtualMachine) -> str:
    """What a snapshot is called that nobody has named: the machine, and the time."""
    return f"{machine.name} - ({moment(lab.world.now)})"


def _take(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    for machine in find_machines(call, call.args.Name):
        name = call.args.SnapshotName or default_name(call.lab, machine)
        if not call.should_process(machine.name, "Checkpoint-VM"):
            continue
        count = len(machine.snapshots)
        if _refused(call, partial(service.take_snapshot, machine.name, name), machine.name):
            continue
        call.progress("Checkpoint-VM", machine.name)
        call.lab.wait(_has_left(call, machine, SNAPSHOTTING))
        now = machine_now(call, machine)
        if now.failure:
            call.error(start_failure(now.failure, now.name, now.identifier, now.memory))
        elif call.args.Passthru and len(now.snapshots) > count:
            yield SNAPSHOT.of((now, now.snapshots[now.last_snapshot]))


def _has_left(call: Call, machine: VirtualMachine, state: str) -> Callable[[], bool]:
    return steady(lambda: machine_now(call, machine).state != state)


def _refused(call: Call, act: Callable[[], None], name: str = "") -> bool:
    """Do it with the machine of that name; whether it was refused, which is reported."""
    try:
        act()
    except Refusal as refusal:
        call.error(as_error(refusal))
        return True
    except DiskFull as error:
        call.error(no_room(error, call.cmdlet.name, name))
        return True
    except StorageError as error:
        call.error(storage_error(error, str(error)))
        return True
    return False


def _list(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VMName):
        for snapshot in list(machine.snapshots.values()):
            if any(like(snapshot.name, pattern) for pattern in call.args.Name or ["*"]):
                yield SNAPSHOT.of((machine, snapshot))


def _restore(call: Call) -> None:
    service = vmms(call.lab)
    for machine in find_machines(call, [call.args.VMName]):
        if not call.should_process(call.args.Name, "Restore-VMSnapshot", high_impact=True):
            continue
        if machine.state == RUNNING:
            if _refused(call, partial(_known, call, machine.name)):
                continue
            service.turn_off(machine.name)
            call.lab.wait(_has_left(call, machine, STOPPING))
        vm = machine_now(call, machine)
        _refused(call, partial(service.apply_snapshot, vm.name, call.args.Name), vm.name)


def _known(call: Call, vm: str) -> None:
    """Refusal if the machine has no such snapshot: it is not turned off for nothing."""
    vmms(call.lab).find_snapshot(vm, call.args.Name)


def _remove(call: Call) -> None:
    service = vmms(call.lab)
    args = call.args
    for machine in find_machines(call, [args.VMName]):
        for name in args.Name:
            if call.should_process(name, "Remove-VMSnapshot"):
                subtree = bool(args.IncludeAllChildSnapshots)
                _refused(call, partial(service.remove_snapshot, machine.name, name, subtree))


def _rename(call: Call) -> Iterator[object]:
    args = call.args
    for machine in find_machines(call, [args.VMName]):
        if not call.should_process(args.Name, "Rename-VMSnapshot"):
            continue
        try:
            snapshot = rename_snapshot(vmms(call.lab), machine.name, args.Name, args.NewName)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        if args.Passthru:
            yield SNAPSHOT.of((machine, snapshot))


_VM = Parameter("VMName", position=1, mandatory=True, completer="vm", pipeline="property")

CMDLETS = (
    Cmdlet(
        "Checkpoint-VM",
        MODULE,
        (
            Parameter(
                "Name",
                position=0,
                mandatory=True,
                array=True,
                completer="vm",
                pipeline="both",
                aliases=("VMName",),
            ),
            Parameter("SnapshotName", position=1, aliases=("CheckpointName",)),
            Parameter("Passthru", "switch"),
        ),
        _take,
        supports_should_process=True,
        summary_id="help.Checkpoint-VM",
    ),
    Cmdlet(
        "Get-VMSnapshot",
        MODULE,
        (
            Parameter("VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both"),
            Parameter("Name", position=1, array=True, completer="snapshot"),
        ),
        _list,
        aliases=("Get-VMCheckpoint",),
        read_only=True,
        summary_id="help.Get-VMSnapshot",
    ),
    Cmdlet(
        "Restore-VMSnapshot",
        MODULE,
        (Parameter("Name", position=0, mandatory=True, pipeline="property", completer="snapshot"), _VM),
        _restore,
        aliases=("Restore-VMCheckpoint",),
        supports_should_process=True,
        summary_id="help.Restore-VMSnapshot",
    ),
    Cmdlet(
        "Rename-VMSnapshot",
        MODULE,
        (
            Parameter("Name", position=0, mandatory=True, pipeline="property", completer="snapshot"),
            _VM,
            Parameter("NewName", position=2, mandatory=True),
            Parameter("Passthru", "switch"),
        ),
        _rename,
        aliases=("Rename-VMCheckpoint",),
        supports_should_process=True,
        summary_id="help.Rename-VMSnapshot",
    ),
    Cmdlet(
        "Remove-VMSnapshot",
        MODULE,
        (
            Parameter("VMName", position=0, mandatory=True, completer="vm", pipeline="property"),
            Parameter(
                "Name", position=1, mandatory=True, array=True, pipeline="property", completer="snapshot"
            ),
            Parameter("IncludeAllChildSnapshots", "switch", aliases=("IncludeAllChildCheckpoints",)),
        ),
        _remove,
        aliases=("Remove-VMCheckpoint",),
        supports_should_process=True,
        summary_id="help.Remove-VMSnapshot",
    ),
)
