"""The list of virtual machines as a manager shows it, and what one can do with each: plain data and commands."""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.console.completion import quoted
from hvlab.host.machine import OFF, PAUSED, PAUSED_CRITICAL, RUNNING, SAVED
from hvlab.host.vmms import Vmms
from hvlab.kernel import World


@dataclass(frozen=True)
class MachineRow:
    """A machine in the list. Memory in bytes, uptime in ns, usage in per cent of the host's processors."""

    name: str
    state: str
    usage: int
    memory: int
    uptime: int
    processors: int
    snapshots: int
    last_snapshot: str
    failure: str


@dataclass(frozen=True)
class Action:
    """Something to do: its id and the command. `run`: at once, else the line waits for its end and for Enter.

    `label`: its words, where the id names none; `view`: instead of a command, the view to open.
    """

    name: str
    command: str
    run: bool = True
    label: str = ""
    view: str = ""


def machines(world: World, host: str) -> list[MachineRow]:
    """The host's machines in the order of their creation."""
    if not world.has(f"{host}/root/vmms"):
        return []
    service = world.get(f"{host}/root/vmms", Vmms)
    found = []
    for machine in service.machines.values():
        snapshot = machine.snapshots.get(machine.last_snapshot)
        found.append(
            MachineRow(
                machine.name,
                machine.state,
                service.usage(machine),
                machine.assigned,
                machine.uptime(world.now),
                machine.processors,
                len(machine.snapshots),
                snapshot.name if snapshot is not None else "",
                machine.failure,
            )
        )
    return found


def details(world: World, host: str, name: str) -> list[tuple[str, str]]:
    """What a machine is made of, setting by setting: which part (an id), and what of it."""
    service = world.get(f"{host}/root/vmms", Vmms)
    machine = service.machine(name)
    found = [
        ("processors", f"{machine.processors} · {machine.weight} · {machine.reserve}-{machine.maximum} %")
    ]
    found.append(("memory", f"{machine.memory >> 20} MB"))
    found += [
        ("drive", f"{drive.controller} {drive.number}:{drive.location}  {drive.path}")
        for drive in machine.drives
    ]
    found += [("dvd", f"IDE {dvd.number}:{dvd.location}  {dvd.path or '-'}") for dvd in machine.dvds]
    found.append(("scsi", str(machine.scsi_controllers)))
    for adapter in machine.adapters:
        mac = "-".join(f"{byte:02X}" for byte in adapter.mac) or "-"
        vlan = f"  VLAN {adapter.vlan}" if adapter.vlan else ""
        found.append(
            (
                "adapter",
                f"{adapter.name}  {adapter.switch or '-'}{vlan}  {mac}{'' if adapter.cable else '  ✗'}",
            )
        )
    off = [service for service, wanted in machine.services.items() if not wanted]
    if off:
        found.append(("services", ", ".join(off)))
    if machine.startup_order:
        found.append(("boot", ", ".join(machine.startup_order)))
    found.append(("automatic", f"{machine.start_action} · {machine.stop_action}"))
    if machine.notes:
        found.append(("notes", machine.notes.replace("\n", " ")))
    return found


_BY_STATE = {
    OFF: ("start", "snapshot", "revert", "settings", "delete"),
    SAVED: ("start", "discard", "snapshot", "revert", "settings", "delete"),
    RUNNING: (
        "connect", "shutdown", "turnoff", "save", "pause", "reset", "snapshot", "revert", "settings",
    ),
    PAUSED: ("connect", "resume", "turnoff", "save", "reset", "snapshot", "revert", "settings"),
    PAUSED_CRITICAL: ("connect", "resume", "turnoff", "settings"),
}  # fmt: skip
"""What can be done in which state; while a machine changes its state, only looking."""
_COMMANDS = {
    "start": "Start-VM {vm}",
    "connect": "vmconnect localhost {vm}",
    "shutdown": "Stop-VM {vm}",
    "turnoff": "Stop-VM {vm} -TurnOff",
    "save": "Save-VM {vm}",
    "pause": "Suspend-VM {vm}",
    "resume": "Resume-VM {vm}",
    "reset": "Restart-VM {vm} -Force",
    "discard": "Remove-VMSavedState {vm}",
    "settings": "Get-VM {vm} | Format-List *",
    "delete": "Remove-VM {vm}",
}


def actions(machine: MachineRow | None) -> list[Action]:
    """What can be done now, with the machine if there is one; the last is always to make a new one."""
    found = []
    for name in _BY_STATE.get(machine.state, ("settings",)) if machine is not None else ():
        assert machine is not None
        vm = quoted(machine.name)
        if name == "snapshot":
            command = f"Checkpoint-VM {vm} -SnapshotName s{machine.snapshots + 1}"
        elif name == "revert":
            if not machine.last_snapshot:
                continue
            command = f"Restore-VMSnapshot {quoted(machine.last_snapshot)} {vm}"
        else:
            command = _COMMANDS[name].format(vm=vm)
        found.append(Action(name, command, name != "delete"))
    found.append(Action("new", "New-VM -MemoryStartupBytes 512MB -Name ", False))
    return found
