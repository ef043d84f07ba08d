"""The history as one walks it: where a stop lies on the line of time, what can be done there, where calls landed."""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.catalog.history import Deed, Stop
from hvlab.console.completion import quoted
from hvlab.guests.guest import GuestSystem
from hvlab.host.machine import OFF, SAVED
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.kernel.trace import RawEvent
from hvlab.session.managerview import Action

APPLICATION, KERNEL, MONITOR, ROOT = "application", "kernel", "hypervisor", "root"
FLOORS = (APPLICATION, KERNEL, MONITOR, ROOT)
"""From the one with the fewest rights down; the root answers what the hypervisor hands on to it."""
USER = 3
_LANDS = {
    "system call": KERNEL,
    "exception": KERNEL,
    "exit": MONITOR,
    "hypercall": MONITOR,
    "intercept": ROOT,
}


@dataclass(frozen=True)
class Landing:
    """An instruction that ran: on which floor it began and on which it ended."""

    seq: int
    text: str
    way: str
    detail: str
    begins: str
    lands: str


def year(stop: Stop) -> int:
    """The year of a stop."""
    return int(stop.date[:4])


def landing(seq: int, event: RawEvent) -> Landing:
    """An `instruction` event."""
    words, level, way, detail = event[8]
    begins = APPLICATION if level == USER else KERNEL
    return Landing(seq, words, way, detail, begins, _LANDS.get(way, begins))


def _guest(world: World, host: str) -> tuple[str, str]:
    """A machine whose guest runs, and what would bring one there: one of both is empty."""
    path = f"{host}/root/vmms"
    resting = ""
    for machine in world.get(path, Vmms).machines.values() if world.has(path) else ():
        guest = f"{host}/{machine.name}"
        if world.has(guest) and world.get(guest, GuestSystem).phase == "running":
            return machine.name, ""
        if machine.state in (OFF, SAVED) and machine.drives:
            resting = resting or machine.name
    return "", resting


def actions(world: World, host: str, image: str, stop: Stop, language: str) -> list[Action]:
    """What can be done at a stop; where it takes a guest that runs and none does, first to boot one."""
    running, resting = _guest(world, host)
    found: list[Action] = []
    for number, deed in enumerate(stop.deeds):
        if deed.needs_guest and not running:
            if not any(action.name == "boot" for action in found):
                found.append(_boot(resting, image))
        else:
            found.append(_action(f"deed{number}", deed, running, language))
    return found


def _boot(resting: str, image: str) -> Action:
    name = quoted(resting or "web01")
    make = "" if resting else f"New-VM {name} -MemoryStartupBytes 512MB -VHDPath {quoted(image)}; "
    return Action("boot", f"{make}Start-VM {name}; Wait-Lab {name}")


def _action(name: str, deed: Deed, running: str, language: str) -> Action:
    return Action(
        name, deed.command.replace("{vm}", quoted(running)), label=deed.label[language], view=deed.view
    )
