"""Get-, Start- and Stop-LabGuestService: the services that a guest's system runs for the host."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import guest_of, vmms
from hvlab.console.labmodule.asking import answered, running_guest
from hvlab.console.objects import ObjectType
from hvlab.console.patterns import like
from hvlab.guests import services
from hvlab.guests.guest import GuestSystem
from hvlab.guests.services import GuestService

MODULE = "Lab"
SERVICE = ObjectType(
    "Hvlab.GuestService",
    {
        "VMName": lambda row: row[0],
        "Status": lambda row: row[2],
        "Name": lambda row: row[1].name,
        "DisplayName": lambda row: row[1].title,
    },
    columns=("VMName", "Status", "Name", "DisplayName"),
    text_property="Name",
)


def _list(call: Call) -> Iterator[object]:
    names = call.args.VM or [machine.name for machine in vmms(call.lab).machines.values()]
    for machine in find_machines(call, names):
        guest = guest_of(call.lab, machine)
        if guest is None or guest.phase != "running":
            continue
        for one in services.installed(guest):
            if any(like(one.name, pattern) for pattern in call.args.Name or ["*"]):
                yield SERVICE.of((machine.name, one, services.state(guest, one)))


def _change(act: Callable[[GuestSystem, GuestService], None], state: str, ask: str) -> Callable[[Call], None]:
    def run(call: Call) -> None:
        for machine in find_machines(call, [call.args.VM]):
            guest = running_guest(call, machine)
            known = services.installed(guest)
            for name in call.args.Name:
                one = next((found for found in known if found.name.casefold() == name.casefold()), None)
                if one is None:
                    raise CmdletError(
                        f"The guest of '{machine.name}' has no service '{name}'.",
                        "NoServiceFoundForGivenName",
                        "ObjectNotFound",
                        explain=(
                            "explain.no-such-service",
                            {"name": machine.name, "known": ", ".join(found.name for found in known) or "-"},
                        ),
                    )
                if services.state(guest, one) == state or not call.should_process(
                    f"{machine.name}: {name}", ask
                ):
                    continue
                act(guest, one)

                def changed(now: GuestSystem, one: GuestService = one) -> bool:
                    return services.state(now, one) == state

                guest = answered(call, machine, changed)

    return run


_NAME = Parameter("Name", position=1, array=True, mandatory=True, pipeline="property")
_VM = Parameter("VM", position=0, mandatory=True, completer="vm", pipeline="property", aliases=("VMName",))

CMDLETS = (
    Cmdlet(
        "Get-LabGuestService",
        MODULE,
        (
            Parameter("VM", position=0, array=True, completer="vm", pipeline="both", aliases=("VMName",)),
            Parameter("Name", position=1, array=True),
        ),
        _list,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabGuestService",
    ),
    *(
        Cmdlet(
            f"{verb}-LabGuestService",
            MODULE,
            (_VM, _NAME),
            _change(act, state, f"{verb}-LabGuestService"),
            lab_only=True,
            supports_should_process=True,
            summary_id=f"help.{verb}-LabGuestService",
        )
        for verb, act, state in (
            ("Start", services.start, services.RUNNING),
            ("Stop", services.stop, services.STOPPED),
        )
    ),
)
