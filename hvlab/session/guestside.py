"""What a guest believes beside what is true: for a machine of the lab, or for one system on both kinds of path.

For the second the same disk boots twice in worlds of their own, with its drivers for the VMBus and
without; the application makes the same call in both, and each line says whether the other path has another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hvlab import catalog
from hvlab.console.completion import quoted
from hvlab.datacenter.build import HOST
from hvlab.datacenter.compare import VM, booted, let_work
from hvlab.guests.guest import GuestSystem
from hvlab.host import guestview
from hvlab.host.guestview import Aspect
from hvlab.host.machine import Refusal
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.session.managerview import Action

IMAGE = "C:\\Images\\WS2008-x64.vhd"
FALLBACK, PLATFORM = "one-host", "ws2008"
CALLS, SIZE = 4, 4096


@dataclass(frozen=True)
class Row:
    """An aspect; whether each side is another one on the other path (None where there is no other path to see)."""

    aspect: Aspect
    other_belief: bool | None = None
    other_truth: bool | None = None


@dataclass(frozen=True)
class GuestSide:
    """A guest: its machine (empty in a world of its own), whether it has drivers for the VMBus, and the aspects."""

    machine: str
    synthetic: bool
    rows: tuple[Row, ...]

    @property
    def call(self) -> Row:
        """The line on top: what the guest's application has asked for."""
        return self.rows[0]


def machines(world: World, host: str) -> list[str]:
    """The machines whose guest can be asked."""
    path = f"{host}/root/vmms"
    found = world.get(path, Vmms).machines.values() if world.has(path) else ()
    return [machine.name for machine in found if world.has(f"{host}/{machine.name}")]


def _aspects(world: World, host: str, name: str) -> list[Aspect]:
    service = world.get(f"{host}/root/vmms", Vmms)
    return guestview.look(service, service.machine(name), world.get(f"{host}/{name}", GuestSystem))


def _is_synthetic(aspects: list[Aspect]) -> bool:
    return any(aspect.true == f"disk-{guestview.SYNTHETIC}" for aspect in aspects)


def look(world: World, host: str, name: str) -> GuestSide:
    """A machine of the lab; its guest must be there."""
    aspects = _aspects(world, host, name)
    return GuestSide(name, _is_synthetic(aspects), tuple(Row(aspect) for aspect in aspects))


@cache
def _apart(platform: str, scenario: str, services: bool) -> tuple[Aspect, ...]:
    try:
        world = booted(platform, scenario, IMAGE, services)
    except Refusal:  # a server without the role, or one that cannot have it
        world = booted(platform, FALLBACK, IMAGE, services)
    let_work(world, "write", CALLS, SIZE)
    return tuple(_aspects(world, HOST, VM))


def apart(platform: str, scenario: str, synthetic: bool) -> GuestSide:
    """The same system in a world of its own, with its drivers or without, set beside the other path."""
    if not any(image.path == IMAGE for image in catalog.scenario(scenario).images):
        scenario = FALLBACK
    if catalog.platform(platform).hosted:
        platform = PLATFORM
    mine, others = (_apart(platform, scenario, services) for services in (synthetic, not synthetic))
    known = {(one.key, one.name): one for one in others}
    rows = []
    for aspect in mine:
        other = known.get((aspect.key, aspect.name))
        belief = other is None or (other.believed, other.belief) != (aspect.believed, aspect.belief)
        truth = other is None or (other.true, other.truth) != (aspect.true, aspect.truth)
        rows.append(Row(aspect, belief, truth))
    return GuestSide("", synthetic, tuple(rows))


def actions(side: GuestSide) -> list[Action]:
    """What can be done: let its application work, or have the console say the same."""
    if not side.machine:
        return [Action("paths", f"Compare-LabPath -Count {CALLS}")]
    name = quoted(side.machine)
    return [
        Action("work", f"Start-LabWorkload {name} -Count {CALLS}; Wait-Lab {name} -For Idle"),
        Action("view", f"Get-LabGuestView {name}"),
        Action("path", f"Get-LabDevicePath {name}"),
    ]
