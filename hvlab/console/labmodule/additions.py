"""Virtual Server's Additions, integration services taken off again, and what a disk needs to boot elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import with_computer_name
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.disks import full_path, opened
from hvlab.console.hyperv.machines import find_machines, machine_now
from hvlab.console.hyperv.objects import guest_of
from hvlab.console.labmodule.asking import running_guest
from hvlab.console.objects import ObjectType
from hvlab.guests import system_record
from hvlab.guests.guest import GuestSystem
from hvlab.guests.system_record import SystemRecord, partition_start, read_record

MODULE = "Lab"
SETUP = ObjectType(
    "Hvlab.DriverSetup",
    {
        "VM": lambda row: row[0],
        "Guest": lambda row: row[1].guest,
        "IntegrationServices": lambda row: row[1].integration_version,
        "Additions": lambda row: row[1].additions,
        "Hal": lambda row: _hal(row[1]),
    },
    columns=("VM", "Guest", "IntegrationServices", "Additions", "Hal"),
)
CONDITION = ObjectType(
    "Hvlab.SystemDiskCondition",
    {
        "Path": lambda row: row[0],
        "Platform": lambda row: row[1],
        "Condition": lambda row: row[2],
        "Met": lambda row: row[3],
        "Detail": lambda row: row[4],
    },
    columns=("Condition", "Met", "Detail", "Platform"),
)


def _hal(record: SystemRecord) -> str:
    return record.hal.upper() or "as set up"


def _error(text: str, reason: str, **values: object) -> CmdletError:
    return CmdletError(
        text, "InvalidOperation", "InvalidOperation", explain=(f"explain.{reason}", dict(values))
    )


def _set_up(
    call: Call, check: Callable[[Call, str, SystemRecord], None], begin: Callable[[Call, GuestSystem], int]
) -> Iterator[object]:
    """Change the drivers on the system disk of each machine, as its own set-up does, and wait for the restart."""
    for machine in find_machines(call, call.args.VMName):
        guest = running_guest(call, machine)
        assert guest.record is not None
        check(call, machine.name, guest.record)
        if not call.should_process(machine.name, call.cmdlet.name):
            continue
        started = guest.started
        begin(call, guest)
        call.progress(call.cmdlet.name, machine.name)

        def done(name: str = f"{call.lab.host}/{machine.name}", started: int = started) -> bool:
            if not call.lab.world.has(name):
                return False
            now = call.lab.world.get(name, GuestSystem)
            return now.started != started and now.phase in ("running", "stop-error")

        if not call.lab.wait(done):
            raise CmdletError(
                f"'{machine.name}' has not come back in ten simulated minutes.",
                "OperationTimeout",
                "OperationTimeout",
                explain=("explain.wait-in-vain", {"seconds": 600, "name": machine.name}),
            )
        again = guest_of(call.lab, machine_now(call, machine))
        assert again is not None and again.record is not None
        yield SETUP.of((machine.name, again.record))


def _can_add(call: Call, name: str, record: SystemRecord) -> None:
    if not call.lab.platform.additions:
        raise _error(f"{call.lab.platform.name} has no Virtual Machine Additions.", "no-additions-here")
    if record.additions:
        raise _error(
            f"'{name}' has the Additions {record.additions} already.", "additions-present", name=name
        )


def _can_take(call: Call, name: str, record: SystemRecord) -> None:
    if not record.additions:
        raise _error(f"'{name}' has no Virtual Machine Additions.", "additions-absent", name=name)


def _can_remove(call: Call, name: str, record: SystemRecord) -> None:
    if catalog.guest(record.guest).drivers != "manual" or not record.integration_version:
        raise _error(f"'{name}' has no integration services that were set up by hand.", "services-absent")


def _install(call: Call) -> Iterator[object]:
    yield from _set_up(
        call, _can_add, lambda call, guest: guest.set_up_additions(call.lab.platform.additions)
    )


def _uninstall(call: Call) -> Iterator[object]:
    yield from _set_up(call, _can_take, lambda call, guest: guest.set_up_additions(""))


def _remove_services(call: Call) -> Iterator[object]:
    yield from _set_up(call, _can_remove, lambda call, guest: guest.remove_services())


# -- looking at a disk before it moves -----------------------------------------------------------


def conditions(record: SystemRecord | None, platform: Platform) -> Iterator[tuple[str, bool, str]]:
    """What a system disk must fulfil to boot on a platform: (condition, whether it is met, what was found)."""
    known = record is not None and record.guest in catalog.guests()
    yield "System", known, record.guest if record is not None else ""
    if record is None or not known:
        return
    guest = catalog.guest(record.guest)
    limit = platform.limits.get("guest_bits")
    yield "Bits", limit is None or guest.bits <= limit.value, str(guest.bits)
    yield "Additions", platform.hosted or not record.additions, record.additions
    yield "Hal", not platform.hosted or record.hal != system_record.APIC, _hal(record)


def _test(call: Call) -> Iterator[object]:
    args = call.args
    platform = call.lab.platform if args.Platform is None else catalog.platform(args.Platform)
    for given in args.Path:
        path = full_path(call, given)
        disk = opened(call, path)
        start = partition_start(disk.read(0, 1))
        record = None if start is None else read_record(disk.read(start, 1))
        for name, met, detail in conditions(record, platform):
            yield CONDITION.of((path, platform.id, name, met, detail))


_VM = Parameter(
    "VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both", aliases=("Name", "VM")
)

CMDLETS = (
    *(
        Cmdlet(
            name,
            MODULE,
            (_VM,),
            run,
            lab_only=True,
            supports_should_process=True,
            summary_id=f"help.{name}",
        )
        for name, run in (
            ("Install-LabAddition", _install),
            ("Uninstall-LabAddition", _uninstall),
            ("Uninstall-LabIntegrationService", _remove_services),
        )
    ),
    with_computer_name(
        Cmdlet(
            "Test-LabSystemDisk",
            MODULE,
            (
                Parameter(
                    "Path",
                    position=0,
                    mandatory=True,
                    array=True,
                    completer="path",
                    pipeline="both",
                    aliases=("FullName",),
                ),
                Parameter("Platform", "enum", position=1, values=tuple(catalog.platforms())),
            ),
            _test,
            lab_only=True,
            read_only=True,
            summary_id="help.Test-LabSystemDisk",
        ),
    ),
)
