"""Key-value pairs, writers and the clock of a guest, as the host sees them through the integration services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import guest_of, moment, vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.devices.integration import kvp, vss
from hvlab.devices.integration.kvp import Wish
from hvlab.devices.integration.protocol import STATUS_NOT_FOUND
from hvlab.host.integration import ask_pairs, ask_writers
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.host.services.exchange import READABLE_POOLS, AskingService
from hvlab.kernel.calendar import lab_time

MODULE = "Lab"
OPERATIONS = {"Check": vss.CHECK, "Freeze": vss.FREEZE, "Thaw": vss.THAW}

PAIR = ObjectType(
    "Hvlab.KvpItem",
    {
        "VMName": lambda row: row[0],
        "Pool": lambda row: row[1],
        "Name": lambda row: row[2],
        "Data": lambda row: row[3],
    },
    columns=("VMName", "Pool", "Name", "Data"),
    text_property="Data",
)
WRITER = ObjectType(
    "Hvlab.Writer",
    {
        "VMName": lambda row: row[0],
        "Writer": lambda row: row[1].name,
        "State": lambda row: row[1].state,
    },
    columns=("VMName", "Writer", "State"),
    text_property="Writer",
)
CLOCK = ObjectType(
    "Hvlab.GuestClock",
    {
        "VMName": lambda row: row.vm,
        "HostTime": lambda row: moment(row.host),
        "GuestTime": lambda row: moment(row.guest),
        "Difference": lambda row: TimeSpan(row.guest - row.host),
        "DifferenceUs": lambda row: (row.guest - row.host) // 1000,
        "Corrections": lambda row: row.corrections,
        "LastCorrection": lambda row: TimeSpan(row.corrected),
        "DriftPpm": lambda row: row.drift,
    },
    columns=("VMName", "HostTime", "GuestTime", Column("Difference(us)", "DifferenceUs"), "Corrections"),
)


@dataclass(frozen=True)
class ClockView:
    """A guest's clock and the host's at one moment, in ns of the lab's time."""

    vm: str
    host: int
    guest: int
    corrections: int
    corrected: int
    drift: int


def _answer(call: Call, machine: VirtualMachine, service: AskingService, ask: str) -> int:
    """Wait until the guest has answered; its status."""
    call.progress(ask, machine.name)

    def live() -> AskingService | None:
        link = vmms(call.lab).link(machine.name)
        found = link.services.get(service.key) if link is not None else None
        return found if isinstance(found, AskingService) else None

    def ended() -> bool:
        now = live()
        return now is None or not now.waiting

    if not call.lab.wait(ended) or (now := live()) is None or now.lost or not now.outcome[0]:
        raise CmdletError(
            f"The guest of '{machine.name}' did not answer in time.",
            "OperationTimeout",
            "OperationTimeout",
            explain=("explain.guest-silent", {"name": machine.name}),
        )
    return now.outcome[1]


def _failed(machine: VirtualMachine, what: str, status: int) -> CmdletError:
    return CmdletError(
        f"The guest of '{machine.name}' answered to {what}: failed. (0x{status:08X})",
        "OperationFailed",
        "InvalidResult",
        explain=("explain.guest-declined", {"name": machine.name, "what": what}),
    )


def _exchange(call: Call, machine: VirtualMachine, wish: Wish, ask: str) -> int:
    with RefusalsTold():
        service = ask_pairs(vmms(call.lab), machine.name, wish)
    return _answer(call, machine, service, ask)


def _read(call: Call) -> Iterator[object]:
    pool = READABLE_POOLS[call.args.Pool]
    for machine in find_machines(call, call.args.VM):
        status = _exchange(call, machine, Wish(kvp.ENUMERATE, pool), "Get-LabKvpItem")
        if status:
            raise _failed(machine, "ENUMERATE", status)
        link = vmms(call.lab).link(machine.name)
        assert link is not None
        host = link.services["kvp"]
        for name, data in _items(host, pool).items():
            if call.args.Name is None or name.casefold() == call.args.Name.casefold():
                yield PAIR.of((machine.name, call.args.Pool, name, data))


def _items(service: object, pool: int) -> dict[str, str]:
    """What the host has read of a pool."""
    machine = getattr(service, "machine", None)
    assert isinstance(machine, kvp.KvpHost)
    return machine.items.get(pool, {})


def _change(operation: int, ask: str) -> Callable[[Call], None]:
    def run(call: Call) -> None:
        for machine in find_machines(call, call.args.VM):
            if not call.should_process(f"{machine.name}: {call.args.Name}", ask):
                continue
            value = call.args.Value if operation == kvp.SET else ""
            status = _exchange(call, machine, Wish(operation, kvp.EXTERNAL, call.args.Name, value), ask)
            if status == STATUS_NOT_FOUND:
                values: dict[str, str | int] = {"name": machine.name, "key": call.args.Name}
                call.error(as_error(Refusal("no-such-pair", **values)))
            elif status:
                raise _failed(machine, ask, status)

    return run


def _freeze(call: Call) -> Iterator[object]:
    operation = OPERATIONS[call.args.Operation]
    for machine in find_machines(call, call.args.VM):
        try:
            service = ask_writers(vmms(call.lab), machine.name, operation)
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        status = _answer(call, machine, service, "Invoke-LabWriter")
        if status:
            raise _failed(machine, call.args.Operation, status)
        yield from _rows(call, machine)


def _rows(call: Call, machine: VirtualMachine) -> Iterator[object]:
    guest = guest_of(call.lab, machine)
    for writer in guest.writers.writers if guest is not None else ():
        yield WRITER.of((machine.name, writer))


def _writers(call: Call) -> Iterator[object]:
    names = call.args.VM or [machine.name for machine in vmms(call.lab).machines.values()]
    for machine in find_machines(call, names):
        yield from _rows(call, machine)


def _clocks(call: Call) -> Iterator[object]:
    names = call.args.VM or [machine.name for machine in vmms(call.lab).machines.values()]
    for machine in find_machines(call, names):
        guest = guest_of(call.lab, machine)
        if guest is not None and guest.clock is not None:
            clock = guest.clock
            now, shown = call.lab.world.now, lab_time(guest.clock_time)
            yield CLOCK.of(
                ClockView(machine.name, now, shown, clock.corrections, clock.corrected, clock.drift_ppm)
            )


_VM = Parameter(
    "VM", position=0, mandatory=True, array=True, completer="vm", pipeline="both", aliases=("VMName",)
)
_VMS = Parameter("VM", position=0, array=True, completer="vm", pipeline="both", aliases=("VMName",))

CMDLETS = (
    Cmdlet(
        "Get-LabKvpItem",
        MODULE,
        (
            _VM,
            Parameter("Name", position=1),
            Parameter("Pool", "enum", values=tuple(READABLE_POOLS), default="Auto"),
        ),
        _read,
        lab_only=True,
        summary_id="help.Get-LabKvpItem",
    ),
    Cmdlet(
        "Set-LabKvpItem",
        MODULE,
        (
            _VM,
            Parameter("Name", position=1, mandatory=True),
            Parameter("Value", position=2, mandatory=True),
        ),
        _change(kvp.SET, "Set-LabKvpItem"),
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Set-LabKvpItem",
    ),
    Cmdlet(
        "Remove-LabKvpItem",
        MODULE,
        (_VM, Parameter("Name", position=1, mandatory=True)),
        _change(kvp.DELETE, "Remove-LabKvpItem"),
        lab_only=True,
        supports_should_process=True,
        summary_id="help.Remove-LabKvpItem",
    ),
    Cmdlet(
        "Get-LabWriter",
        MODULE,
        (_VMS,),
        _writers,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabWriter",
    ),
    Cmdlet(
        "Invoke-LabWriter",
        MODULE,
        (_VM, Parameter("Operation", "enum", position=1, mandatory=True, values=tuple(OPERATIONS))),
        _freeze,
        lab_only=True,
        summary_id="help.Invoke-LabWriter",
    ),
    Cmdlet(
        "Get-LabGuestClock",
        MODULE,
        (_VMS,),
        _clocks,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabGuestClock",
    ),
)
