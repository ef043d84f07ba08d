"""New-, Get-, Test- and Restore-LabBackup, and what of a guest's disk decides how a backup is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.moving import WEEK
from hvlab.console.hyperv.objects import machine_object, moment, vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.hyperv.watching_host import HostWatch
from hvlab.console.management.hostfiles import full, held_by, in_use
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.host import backup, restore
from hvlab.host.backup import CONSISTENCY, BackupRecord
from hvlab.host.backup_conditions import DYNAMIC_TYPE, NTFS_TYPE, conditions, set_partition_types
from hvlab.host.machine import OFF, Refusal
from hvlab.storage.errors import BadVhd, StorageError

MODULE = "Lab"
FAT32_TYPE = 0x0C
KINDS = {"Ntfs": NTFS_TYPE, "Fat32": FAT32_TYPE, "Dynamic": DYNAMIC_TYPE}

BACKUP = ObjectType(
    "Hvlab.Backup",
    {
        "Number": lambda one: one.number,
        "VMName": lambda one: one.vm,
        "Method": lambda one: one.method,
        "Consistency": lambda one: CONSISTENCY[one.method],
        "Missing": lambda one: list(one.missing),
        "Taken": lambda one: moment(one.taken) if one.taken else None,
        "Duration": lambda one: TimeSpan(one.ended - one.begun if one.ended else 0),
        "WritesHeld": lambda one: TimeSpan(one.held),
        "StoodStill": lambda one: TimeSpan(one.stood),
        "Outcome": lambda one: one.outcome or "running",
        "Path": lambda one: one.folder,
    },
    columns=(
        "Number",
        "VMName",
        "Method",
        "Consistency",
        "WritesHeld",
        "StoodStill",
        "Outcome",
    ),
    text_property="Path",
)
CONDITION = ObjectType(
    "Hvlab.BackupCondition",
    {
        "VMName": lambda row: row[0],
        "Condition": lambda row: row[1].name,
        "Met": lambda row: row[1].met,
        "Found": lambda row: row[1].detail,
    },
    columns=("VMName", "Condition", "Met", Column("Found", "Found")),
    text_property="Condition",
)


def _record(call: Call, number: int) -> BackupRecord:
    return backup.catalogue(vmms(call.lab)).records[number - 1]


def _ended(call: Call, number: int) -> Callable[[], bool]:
    return lambda: bool(_record(call, number).outcome)


def _new(call: Call) -> Iterator[object]:
    target = full(call, call.args.Path).rstrip("\\")
    for machine in find_machines(call, call.args.VM):
        if not call.should_process(machine.name, "New-LabBackup"):
            continue
        try:
            begun = backup.begin(vmms(call.lab), machine.name, target, plain=bool(call.args.WithoutWriter))
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        call.progress("New-LabBackup", machine.name)
        call.lab.wait(_ended(call, begun.number), WEEK)
        now = _record(call, begun.number)
        if now.outcome != "ok":
            call.error(_failed(now))
        for name in now.missing if now.method == backup.SAVED_STATE else ():
            call.warn(
                f"'{now.vm}' was saved for the backup: the condition {name} of a live backup is not met."
            )
        yield BACKUP.of(now)


def _failed(record: BackupRecord) -> CmdletError:
    why = _FAILURES.get(record.outcome, "the machine could not be brought into the state that it needs.")
    reason = record.outcome if record.outcome in _FAILURES else "backup-stopped"
    return CmdletError(
        f"The backup of '{record.vm}' failed: {why}",
        "OperationFailed",
        "NotSpecified",
        explain=(f"explain.{reason}", {"name": record.vm, "folder": record.folder}),
    )


_FAILURES = {
    "backup-no-answer": "the backup service of the guest does not answer.",
    "backup-writers": "the writers of the guest could not hold still. (0x800423F4)",
    "backup-not-held": "the writers of the guest went on before the picture was taken. (0x800423F2)",
    "backup-not-saved": "the machine could not be saved.",
    "backup-disk-full": "there is not enough space on the disk. (0x80070070)",
    "backup-unreadable": "a file of the machine is missing or cannot be read. (0x80070002)",
    "backup-stopped": "the machine could not be brought into the state that it needs.",
    "host-lost": "the host went down. (0x800706BE)",
}


def _list(call: Call) -> Iterator[object]:
    if not call.lab.world.has(f"{call.lab.host}/root/backups"):
        return
    names = [name.casefold() for name in call.args.VM or []]
    for record in backup.catalogue(vmms(call.lab)).records:
        if not names or record.vm.casefold() in names:
            yield BACKUP.of(record)


def _conditions(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VM):
        for one in conditions(vmms(call.lab), machine):
            yield CONDITION.of((machine.name, one))


def _restore(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    folder = full(call, call.args.Path).rstrip("\\")
    with RefusalsTold():
        plan = restore.plan_of(service, folder)
        if not call.should_process(plan.backup.vm, "Restore-LabBackup", high_impact=True):
            return
        call.progress("Restore-LabBackup", plan.backup.vm)
        timing = call.lab.platform.timing
        watch = HostWatch(call)
        call.lab.advance(timing.management + 2 * restore.sectors_of(service, plan) * timing.disk_sector)
        watch.check("Restore-LabBackup", plan.folder)
        service = vmms(call.lab)
        machine = restore.carry_out(service, restore.plan_of(service, folder))
    yield machine_object(call.lab, machine)


def _set_disk(call: Call) -> None:
    """What Disk Management would do in the guest, done while the machine is off."""
    service = vmms(call.lab)
    for machine in find_machines(call, call.args.VM):
        if machine.state != OFF:
            values = {"name": machine.name, "state": machine.state, "wanted": OFF}
            call.error(as_error(Refusal("wrong-state", **values)))
            continue
        for drive in machine.drives:
            if user := held_by(call, drive.path):
                raise in_use(drive.path, user)
            try:
                set_partition_types(service, drive.path, KINDS[call.args.Kind])
            except (StorageError, BadVhd):
                raise as_error(Refusal("no-such-file", path=drive.path)) from None


_VM = Parameter(
    "VM",
    position=0,
    mandatory=True,
    array=True,
    pipeline="both",
    aliases=("VMName", "Name"),
    completer="vm",
)

CMDLETS = (
    Cmdlet(
        "New-LabBackup",
        MODULE,
        (
            _VM,
            Parameter("Path", position=1, mandatory=True, completer="path"),
            Parameter("WithoutWriter", "switch"),
        ),
        _new,
        supports_should_process=True,
        lab_only=True,
        summary_id="help.New-LabBackup",
    ),
    Cmdlet(
        "Get-LabBackup",
        MODULE,
        (Parameter("VM", position=0, array=True, aliases=("VMName", "Name"), completer="vm"),),
        _list,
        read_only=True,
        lab_only=True,
        summary_id="help.Get-LabBackup",
    ),
    Cmdlet(
        "Test-LabBackup",
        MODULE,
        (_VM,),
        _conditions,
        read_only=True,
        lab_only=True,
        summary_id="help.Test-LabBackup",
    ),
    Cmdlet(
        "Restore-LabBackup",
        MODULE,
        (Parameter("Path", position=0, mandatory=True, pipeline="both", completer="path"),),
        _restore,
        supports_should_process=True,
        lab_only=True,
        summary_id="help.Restore-LabBackup",
    ),
    Cmdlet(
        "Set-LabGuestDisk",
        MODULE,
        (_VM, Parameter("Kind", "enum", position=1, mandatory=True, values=tuple(KINDS))),
        _set_disk,
        supports_should_process=True,
        lab_only=True,
        summary_id="help.Set-LabGuestDisk",
    ),
)
