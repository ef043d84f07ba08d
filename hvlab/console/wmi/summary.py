"""GetSummaryInformation: what Hyper-V Manager asks of its list's machines in one call, by numbers (K)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hvlab import catalog
from hvlab.console.hyperv.objects import MachineView, heartbeat, moment, vmms
from hvlab.console.objects import PSObject, custom_object
from hvlab.console.wmi.model import Instance
from hvlab.console.wmi.parts import BadArgument
from hvlab.console.wmi.views import guid
from hvlab.guests.guest import GuestSystem
from hvlab.host.machine import STATE_NUMBERS
from hvlab.host.snapshots import Snapshot

_BEATS = {"OkApplicationsUnknown": 2, "LostCommunication": 13}
HEALTHY = 5


def _guest(one: Instance, view: MachineView) -> str:
    path = f"{one.lab.host}/{view.machine.name}"
    world = one.lab.world
    found = world.get(path, GuestSystem) if view.machine.partition and world.has(path) else None
    return catalog.guest(found.system).name if found is not None and found.system else ""


Read = Callable[[Instance, MachineView, Snapshot | None], object]
_WHAT: dict[int, tuple[str, Read]] = {
    0: ("Name", lambda one, view, snapshot: guid(snapshot.identifier if snapshot else view.identifier)),
    1: ("ElementName", lambda one, view, snapshot: snapshot.name if snapshot else view.machine.name),
    2: (
        "CreationTime",
        lambda one, view, snapshot: moment(snapshot.created if snapshot else view.machine.created),
    ),
    3: ("Notes", lambda one, view, snapshot: view.machine.notes),
    4: (
        "NumberOfProcessors",
        lambda one, view, snapshot: snapshot.processors if snapshot else view.machine.processors,
    ),
    100: ("EnabledState", lambda one, view, snapshot: STATE_NUMBERS[view.machine.state]),
    101: ("ProcessorLoad", lambda one, view, snapshot: vmms(one.lab).usage(view.machine)),
    103: ("MemoryUsage", lambda one, view, snapshot: view.machine.assigned >> 20),
    104: ("Heartbeat", lambda one, view, snapshot: _BEATS.get(heartbeat(view), 12)),
    105: (
        "UpTime",
        lambda one, view, snapshot: view.machine.uptime(one.lab.world.now) // 1_000_000,
    ),
    106: ("GuestOperatingSystem", lambda one, view, snapshot: _guest(one, view)),
    107: (
        "Snapshots",
        lambda one, view, snapshot: [f"Microsoft:{guid(name)}" for name in view.machine.snapshots],
    ),
    109: ("HealthState", lambda one, view, snapshot: HEALTHY),
}
"""What each number asks for. Thumbnails (5 to 7), the load's history (102) and tasks (108) are not modelled."""


def summary(one: Instance, subjects: Sequence[tuple[MachineView, str]], wanted: object) -> list[object]:
    """An object for each machine or snapshot, with what was asked for. BadArgument for an unknown number."""
    asked = wanted if isinstance(wanted, list) else [wanted]
    numbers = [number for number in asked if isinstance(number, int) and number in _WHAT]
    if not numbers or len(numbers) < len(asked):
        raise BadArgument
    return [_row(one, view, view.machine.snapshots.get(snapshot), numbers) for view, snapshot in subjects]


def _row(one: Instance, view: MachineView, snapshot: Snapshot | None, numbers: list[int]) -> PSObject:
    fields = {name: read(one, view, snapshot) for name, read in map(_WHAT.__getitem__, numbers)}
    return custom_object(fields, type_name="System.Management.ManagementBaseObject#Msvm_SummaryInformation")
