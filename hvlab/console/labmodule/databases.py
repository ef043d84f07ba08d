"""Get-LabDatabase and Test-LabDatabase: what a guest's database has committed, and what its disk holds of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import guest_of, vmms
from hvlab.console.labmodule.asking import answered, running_guest
from hvlab.console.labmodule.disks_of_guests import capacity, unit_of
from hvlab.console.objects import ObjectType
from hvlab.guests import database
from hvlab.guests.guest import SYSTEM_DISK, GuestSystem
from hvlab.guests.records import Workload
from hvlab.guests.system_record import SECTOR
from hvlab.host.machine import VirtualMachine

MODULE = "Lab"
KIND = "Database"
DATABASE = ObjectType(
    "Hvlab.Database",
    {
        "VMName": lambda row: row[0],
        "Disk": lambda row: row[1].unit,
        "Committed": lambda row: row[1].records,
        "OnDisk": lambda row: row[1].safe,
        "InMemory": lambda row: row[1].records - row[1].safe,
        "Header": lambda row: "Closed" if row[1].clean else "InUse",
        "Recovered": lambda row: row[1].recovered,
        "Writer": lambda row: row[2],
    },
    columns=("VMName", "Disk", "Committed", "OnDisk", "InMemory", "Header", "Writer"),
    text_property="Disk",
)
CHECK = ObjectType(
    "Hvlab.DatabaseCheck",
    {
        "VMName": lambda row: row[0],
        "Disk": lambda row: row[1].unit,
        "Records": lambda row: row[1].records,
        "Counted": lambda row: row[1].counted,
        "Header": lambda row: "Closed" if row[1].clean else "InUse",
        "Consistent": lambda row: row[1].consistency,
        "Checksum": lambda row: f"{row[1].last:08x}",
    },
    columns=("VMName", "Disk", "Records", "Header", "Consistent", "Checksum"),
    text_property="Consistent",
)


def start_database(call: Call, machine: VirtualMachine, guest: GuestSystem) -> Workload:
    """Let the guest commit -Count transactions."""
    unit, place = _where(call, machine, guest)
    return database.start(guest, unit, place, call.args.Count)


def _where(call: Call, machine: VirtualMachine, guest: GuestSystem) -> tuple[str, int]:
    unit = unit_of(call, machine, guest)
    place = database.SYSTEM_PLACE if unit == SYSTEM_DISK else database.DATA_PLACE
    sectors = capacity(call, machine, unit)
    if place + 1 + database.MOST > sectors:
        needed = (place + 1 + database.MOST) * SECTOR >> 20
        raise CmdletError(
            f"The disk is too small for a database: {needed + 1} MB are needed.",
            "OutOfRange",
            "InvalidArgument",
            explain=("explain.disk-ends", {"size": sectors * SECTOR >> 20}),
        )
    return unit, place


def _list(call: Call) -> Iterator[object]:
    names = call.args.VM or [machine.name for machine in vmms(call.lab).machines.values()]
    for machine in find_machines(call, names):
        guest = guest_of(call.lab, machine)
        if guest is None:
            continue
        for unit, one in guest.databases.items():
            writer = guest.writers.database(unit)
            yield DATABASE.of((machine.name, one, writer.state if writer else ""))


def _test(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VM):
        guest = running_guest(call, machine)
        number = database.check(guest, *_where(call, machine, guest)).number

        def ended(now: GuestSystem, number: int = number) -> bool:
            return len(now.checks) < number or now.checks[number - 1].outcome != ""

        now = answered(call, machine, ended)
        one: Any = now.checks[number - 1] if len(now.checks) >= number else None
        if one is None or one.outcome != database.OK:
            call.error(_missing(machine, one.outcome if one else database.ERROR))
        else:
            yield CHECK.of((machine.name, one))


def _missing(machine: VirtualMachine, outcome: str) -> CmdletError:
    if outcome == database.ABSENT:
        return CmdletError(
            f"There is no database on that disk of '{machine.name}'.",
            "ObjectNotFound",
            "ObjectNotFound",
            explain=("explain.no-database", {"name": machine.name}),
        )
    return CmdletError(
        f"The disk of '{machine.name}' has reported an error.",
        "GuestFile",
        "ReadError",
        explain=("explain.guest-file-error", {"name": machine.name}),
    )


_PLACE = (
    Parameter("ControllerType", "enum", values=("IDE", "SCSI")),
    Parameter("ControllerNumber", "int", default=0, minimum=0),
    Parameter("ControllerLocation", "int", default=0, minimum=0),
)

CMDLETS = (
    Cmdlet(
        "Get-LabDatabase",
        MODULE,
        (Parameter("VM", position=0, array=True, completer="vm", pipeline="both", aliases=("VMName",)),),
        _list,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabDatabase",
    ),
    Cmdlet(
        "Test-LabDatabase",
        MODULE,
        (
            Parameter(
                "VM",
                position=0,
                mandatory=True,
                array=True,
                completer="vm",
                pipeline="both",
                aliases=("VMName",),
            ),
            *_PLACE,
        ),
        _test,
        lab_only=True,
        summary_id="help.Test-LabDatabase",
    ),
)
