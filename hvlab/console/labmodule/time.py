"""Step-Lab and Wait-Lab: let simulated time pass, by events or until something holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines, machine_now
from hvlab.console.hyperv.objects import LOST_AFTER, guest_of, vmms
from hvlab.console.lab import DEFAULT_WAIT, SECOND
from hvlab.console.labmodule.looking import EVENT
from hvlab.guests.guest import GuestSystem
from hvlab.host.link import BusLink
from hvlab.host.machine import SERVICE_KEYS, STARTING, VirtualMachine
from hvlab.kernel.queue import steady
from hvlab.kernel.trace import KINDS

MODULE = "Lab"
STATES = ("Booted", "Heartbeat", "Idle")


def _step(call: Call) -> Iterator[object]:
    before = len(call.lab.world.trace)
    if call.args.Kind is None:
        call.lab.step(call.args.Count)
    else:
        _to_kind(call, before)
    for event in call.lab.world.trace.since(before):
        if call.args.Kind in (None, event.kind):
            yield EVENT.of(event)


def _to_kind(call: Call, begun: int) -> None:
    """Let the lab go on to the next event of a kind (or so many of them), at most ten simulated minutes."""
    trace, kind, left, seen = call.lab.world.trace, call.args.Kind, call.args.Count, begun

    def happened() -> bool:
        nonlocal left, seen
        while seen < len(trace) and left:
            seen += 1
            left -= trace[seen].kind == kind
        return not left

    if not call.lab.wait(happened):
        raise CmdletError(
            f"No event of the kind '{kind}' happened within ten minutes.",
            "OperationTimeout",
            "OperationTimeout",
            explain=("explain.no-such-event-yet", {"kind": kind}),
        )


def _condition(call: Call, machine: VirtualMachine, state: str) -> Callable[[], bool]:
    world = call.lab.world
    found: GuestSystem | None = None
    link: BusLink | None = None
    generation = -1

    def looked_up() -> GuestSystem | None:
        """The guest; this is asked after every event, as what follows."""
        nonlocal found, generation
        if found is None or generation != world.generation:
            found, generation = guest_of(call.lab, machine), world.generation
        return found

    @steady
    def booted() -> bool:
        guest = looked_up()
        return guest is not None and guest.phase == "running"

    @steady
    def idle() -> bool:
        guest = looked_up()
        return guest is not None and guest.phase == "running" and guest.idle

    @steady
    def heartbeat() -> bool:
        nonlocal link, generation
        if link is None or generation != world.generation:
            link, generation = vmms(call.lab).link(machine.name), world.generation
        if link is None or not link.last_beat or not link.ready("heartbeat"):
            return False
        return world.now - link.last_beat < LOST_AFTER

    return {"Booted": booted, "Heartbeat": heartbeat, "Idle": idle}[state]


SETTLING = 10_000_000
"""How long Wait-Lab gives a guest that has booted for its integration services, in ns: they need some 20 us."""


def _served(call: Call, machine: VirtualMachine) -> Callable[[], bool]:
    """Whether the guest's integration services run, as far as it has any: who has booted can be asked to shut down."""

    @steady
    def served() -> bool:
        now, guest = machine_now(call, machine), guest_of(call.lab, machine)
        link = vmms(call.lab).link(now.name)
        if guest is None or link is None or guest.drivers.get("vmbus", ("", ""))[0] != "connected":
            return True
        wanted = [SERVICE_KEYS[name] for name, on in now.services.items() if on]
        return all(link.ready(key) for key in wanted if key in link.services)

    return served


def _wait(call: Call) -> None:
    args = call.args
    if "Seconds" in args:
        call.lab.advance(args.Seconds)
        return
    limit = args.Timeout if "Timeout" in args else DEFAULT_WAIT
    if "Until" in args:
        if not call.lab.wait(lambda: call.test(args.Until), limit):
            raise _too_late(limit, f"{{{args.Until}}}", None)
        return
    for machine in find_machines(call, args.VM):
        now = machine_now(call, machine)
        if now.partition == 0 and now.state != STARTING:
            raise CmdletError(
                f"The virtual machine '{machine.name}' is not running; nothing will happen in it.",
                "InvalidState",
                "InvalidOperation",
                explain=("explain.wait-not-running", {"name": machine.name}),
            )
        if not call.lab.wait(_condition(call, machine, args.For), limit):
            raise _too_late(limit, f"{args.For} of '{machine.name}'", machine.name)
        if args.For == "Booted":
            call.lab.wait(_served(call, machine), SETTLING)


def _too_late(limit: int, what: str, name: str | None) -> CmdletError:
    return CmdletError(
        f"Waited {limit // SECOND} simulated seconds for {what}, in vain.",
        "OperationTimeout",
        "OperationTimeout",
        explain=("explain.wait-in-vain", {"seconds": limit // SECOND, "name": name or ""}),
    )


CMDLETS = (
    Cmdlet(
        "Step-Lab",
        MODULE,
        (
            Parameter("Count", "int", position=0, default=1, minimum=1, maximum=1_000_000),
            Parameter("Kind", "enum", values=tuple(KINDS)),
        ),
        _step,
        lab_only=True,
        summary_id="help.Step-Lab",
    ),
    Cmdlet(
        "Wait-Lab",
        MODULE,
        (
            Parameter(
                "VM",
                position=0,
                array=True,
                mandatory=True,
                completer="vm",
                pipeline="property",
                aliases=("VMName", "Name"),
                sets=("VM",),
            ),
            Parameter("For", "enum", position=1, values=STATES, default="Booted", sets=("VM",)),
            Parameter("Until", "scriptblock", mandatory=True, sets=("Until",)),
            Parameter("Seconds", "seconds", mandatory=True, sets=("Seconds",)),
            Parameter("Timeout", "seconds", sets=("VM", "Until")),
        ),
        _wait,
        lab_only=True,
        default_set="VM",
        summary_id="help.Wait-Lab",
    ),
)
