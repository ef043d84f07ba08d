"""Restart-Computer and Stop-Computer: the host goes down in good order, and comes back or stays off."""

from __future__ import annotations

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import with_computer_name
from hvlab.console.general.common import MANAGEMENT
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.lab import SECOND
from hvlab.host import settings
from hvlab.host.machine import OFF, SAVED, Refusal, VirtualMachine
from hvlab.kernel.queue import steady

STOP_LIMIT = 300 * SECOND
"""How long the host waits for its machines before it pulls their plugs."""


def _go_down(call: Call) -> tuple[str, ...] | None:
    """Each machine does as its stop action says; returns who ran, or None if nothing is to happen."""
    service = vmms(call.lab)
    with RefusalsTold():
        service.server.check_on()
    if not call.should_process(call.lab.computer):
        return None
    ran = tuple(key for key, machine in service.machines.items() if machine.state not in (OFF, SAVED))
    for key in ran:
        machine = service.machines[key]
        try:
            settings.begin_to_stop(service, machine)
        except Refusal as refusal:
            call.error(as_error(refusal))

    def still() -> list[VirtualMachine]:
        machines = vmms(call.lab).machines
        return [machines[key] for key in ran if key in machines and machines[key].state not in (OFF, SAVED)]

    call.progress(call.cmdlet.name, call.lab.computer)
    call.lab.wait(steady(lambda: not still()), STOP_LIMIT)
    return ran


def restart(call: Call) -> None:
    """The host boots again, as often as what was installed wants it, and starts what shall start."""
    ran = _go_down(call)
    if ran is None:
        return
    with RefusalsTold():
        vmms(call.lab).restart_host(ran)
    wait_until_up(call)


def wait_until_up(call: Call) -> None:
    """The command comes back when the host's system is there."""
    call.lab.wait(steady(lambda: not vmms(call.lab).root.down))


def _stop(call: Call) -> None:
    ran = _go_down(call)
    if ran is None:
        return
    with RefusalsTold():
        vmms(call.lab).switch_host_off(ran)


_HERE = (
    Cmdlet(
        "Restart-Computer",
        MANAGEMENT,
        (Parameter("Force", "switch"),),
        restart,
        supports_should_process=True,
        summary_id="help.Restart-Computer",
    ),
    Cmdlet(
        "Stop-Computer",
        MANAGEMENT,
        (Parameter("Force", "switch"),),
        _stop,
        supports_should_process=True,
        summary_id="help.Stop-Computer",
    ),
)

CMDLETS = tuple(with_computer_name(cmdlet) for cmdlet in _HERE)
