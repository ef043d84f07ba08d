"""Get-, Set- and Remove-LabGuestFile: a guest's own files, read and written by the guest."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.labmodule.asking import answered, running_guest
from hvlab.console.objects import ObjectType
from hvlab.console.patterns import like
from hvlab.guests import files
from hvlab.guests.files import FileEntry, FileJob
from hvlab.guests.guest import GuestSystem
from hvlab.host.machine import VirtualMachine

MODULE = "Lab"
FILE = ObjectType(
    "Hvlab.GuestFile",
    {
        "VM": lambda row: row[0],
        "Name": lambda row: row[1].name,
        "Length": lambda row: row[1].length,
        "Sector": lambda row: row[1].sector,
        "Checksum": lambda row: f"{row[1].checksum:08x}",
        "State": lambda row: "Sound" if row[2].outcome == files.OK else row[2].outcome.capitalize(),
        "Content": lambda row: row[2].data.decode("utf-8", "replace"),
    },
    columns=("VM", "Name", "Length", "Sector", "Checksum", "State"),
    text_property="Name",
)
_REFUSED = {
    files.ABSENT: "There is no such file.",
    files.FULL: "There is no room left.",
    files.FAILED: "The guest's disk has reported an error.",
}


def _done(call: Call, machine: VirtualMachine, operation: str, name: str = "", data: bytes = b"") -> FileJob:
    """Let the guest do it, and wait for its answer. CmdletError if it does not run, or answers no."""
    number = files.start(running_guest(call, machine), operation, name, data).number

    def ended(guest: GuestSystem) -> bool:
        return len(guest.files) < number or guest.files[number - 1].outcome != ""

    now = answered(call, machine, ended)
    if len(now.files) < number:
        raise CmdletError(
            f"The guest of '{machine.name}' has been started anew meanwhile.",
            "OperationTimeout",
            "OperationTimeout",
            explain=("explain.guest-not-running", {"name": machine.name}),
        )
    job = now.files[number - 1]
    if job.outcome in _REFUSED:
        raise CmdletError(
            f"'{name or machine.name}': {_REFUSED[job.outcome]}",
            "GuestFile",
            "InvalidOperation",
            explain=(f"explain.guest-file-{job.outcome}", {"file": name, "name": machine.name}),
        )
    return job


def _list(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VM):
        for entry in _done(call, machine, files.LIST).found:
            if any(like(entry.name, pattern) for pattern in call.args.Name or ["*"]):
                yield _row(machine, entry, _done(call, machine, files.READ, entry.name))


def _row(machine: VirtualMachine, entry: FileEntry, job: FileJob) -> object:
    return FILE.of((machine.name, entry, job))


def _set(call: Call) -> Iterator[object]:
    name, data = call.args.Name, call.args.Value.encode()
    if not 1 <= len(name.encode()) <= files.LONGEST_NAME or len(data) > files.MOST_BYTES:
        raise CmdletError(
            f"A file's name has 1 to {files.LONGEST_NAME} bytes, its content at most {files.MOST_BYTES}.",
            "OutOfRange",
            "InvalidArgument",
            explain=("explain.guest-file-size", {"longest": files.LONGEST_NAME, "most": files.MOST_BYTES}),
        )
    for machine in find_machines(call, [call.args.VM]):
        if call.should_process(machine.name, "Set-LabGuestFile"):
            job = _done(call, machine, files.WRITE, name, data)
            yield _row(machine, job.found[0], job)


def _remove(call: Call) -> None:
    for machine in find_machines(call, [call.args.VM]):
        if call.should_process(machine.name, "Remove-LabGuestFile"):
            _done(call, machine, files.REMOVE, call.args.Name)


_VM = Parameter("VM", position=0, mandatory=True, completer="vm", pipeline="property", aliases=("VMName",))
_MANY = Parameter(
    "VM", position=0, mandatory=True, array=True, completer="vm", pipeline="property", aliases=("VMName",)
)
CMDLETS = (
    Cmdlet(
        "Get-LabGuestFile",
        MODULE,
        (_MANY, Parameter("Name", position=1, array=True)),
        _list,
        lab_only=True,
        summary_id="help.Get-LabGuestFile",
    ),
    Cmdlet(
        "Set-LabGuestFile",
        MODULE,
        (_VM, Parameter("Name", position=1, mandatory=True), Parameter("Value", position=2, mandatory=True)),
        _set,
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Set-LabGuestFile",
    ),
    Cmdlet(
        "Remove-LabGuestFile",
        MODULE,
        (_VM, Parameter("Name", position=1, mandatory=True, pipeline="property")),
        _remove,
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Remove-LabGuestFile",
    ),
)
