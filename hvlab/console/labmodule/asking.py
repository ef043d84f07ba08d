"""What the cmdlets share that let a guest do something: is it running, and has it answered?"""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console.cmdlets import Call
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import guest_of
from hvlab.guests.guest import GuestSystem
from hvlab.host.machine import VirtualMachine


def not_running(machine: VirtualMachine, guest: GuestSystem | None) -> CmdletError:
    """The refusal to ask a guest that has not booted."""
    state = "off" if guest is None else f"in the phase '{guest.phase}'"
    return CmdletError(
        f"The guest of '{machine.name}' is not running: it is {state}.",
        "InvalidState",
        "InvalidOperation",
        explain=("explain.guest-not-running", {"name": machine.name}),
    )


def running_guest(call: Call, machine: VirtualMachine) -> GuestSystem:
    """The system in a machine; CmdletError unless it has booted."""
    guest = guest_of(call.lab, machine)
    if guest is None or guest.phase != "running":
        raise not_running(machine, guest)
    return guest


def answered(call: Call, machine: VirtualMachine, done: Callable[[GuestSystem], bool]) -> GuestSystem:
    """Wait until the guest has done it; CmdletError if it is gone or stays silent."""

    def ended() -> bool:
        now = guest_of(call.lab, machine)
        return now is None or bool(now.stop_code) or done(now)

    came = call.lab.wait(ended)
    now = guest_of(call.lab, machine)
    if not came or now is None or not done(now):
        raise CmdletError(
            f"The guest of '{machine.name}' does not answer.",
            "OperationTimeout",
            "OperationTimeout",
            explain=("explain.wait-in-vain", {"seconds": 600, "name": machine.name}),
        )
    return now
