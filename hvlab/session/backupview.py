"""Backups of virtual machines as they run: the conditions of a live one, the steps of the one under way, what was made.

Times in ns. A machine's backup goes through the steps of its method; where one is under way, which step it has
reached is read from it, not from a clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.console.completion import quoted
from hvlab.host import backup
from hvlab.host.backup import Backup, BackupRecord, Backups
from hvlab.host.backup_conditions import Condition, conditions
from hvlab.host.jobs import path_of
from hvlab.host.machine import OFF, PAUSED, RUNNING, SAVED
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.session.managerview import Action

STEPS = {
    backup.ONLINE: (backup.CHECK, backup.FREEZE, backup.HOLD, backup.THAW, backup.COPY),
    backup.SAVED_STATE: (backup.SAVE, backup.HOLD, backup.START, backup.COPY),
    backup.PLAIN: (backup.HOLD, backup.COPY),
    backup.AT_REST: (backup.HOLD, backup.COPY),
}
"""Each method's steps, in their order."""


@dataclass(frozen=True)
class UnderWay:
    """A backup that runs: its machine, its method, the step it is at, and how many files are still to be copied."""

    number: int
    machine: str
    method: str
    step: str
    pending: int
    begun: int


@dataclass(frozen=True)
class BackupsView:
    """A host's backups: the machine looked at with the conditions of a live one, what runs, what was made."""

    machines: tuple[str, ...]
    chosen: str
    conditions: tuple[Condition, ...]
    under_way: tuple[UnderWay, ...]
    records: tuple[BackupRecord, ...]
    """Those that have ended, the newest first."""
    actions: tuple[Action, ...]


def look(world: World, host: str, wanted: str) -> BackupsView | None:
    """The host's backups now, with the machine of that name if it is there; None without the role's services."""
    if not world.has(f"{host}/root/vmms"):
        return None
    service = world.get(f"{host}/root/vmms", Vmms)
    names = tuple(machine.name for machine in service.machines.values())
    chosen = wanted if wanted in names else (names[0] if names else "")
    path = f"{host}/root/backups"
    records = world.get(path, Backups).records if world.has(path) else []
    ended = tuple(record for record in reversed(records) if record.outcome)
    asked = tuple(conditions(service, service.machine(chosen))) if chosen else ()
    running = tuple(_under_way(world, host, name, records) for name in names if _has(world, host, name))
    actions = tuple(_actions(service, chosen, bool(ended))) if chosen else ()
    return BackupsView(names, chosen, asked, running, ended, actions)


def _has(world: World, host: str, name: str) -> bool:
    return world.has(path_of(host, backup.JOB, name))


def _under_way(world: World, host: str, name: str, records: list[BackupRecord]) -> UnderWay:
    job = world.get(path_of(host, backup.JOB, name), Backup)
    record = records[job.number - 1]
    return UnderWay(job.number, name, record.method, job.step, len(job.pending), record.begun)


def _actions(service: Vmms, name: str, some: bool) -> list[Action]:
    vm = quoted(name)
    letter = service.storage.files.volumes[-1].letter
    found = []
    if service.machine(name).state in (OFF, SAVED, RUNNING, PAUSED):
        found.append(Action("backup", f"New-LabBackup {vm} -Path {letter}:\\Backup"))
        found.append(Action("plain", f"New-LabBackup {vm} -Path {letter}:\\Backup -WithoutWriter"))
    if some:
        found.append(Action("list", "Get-LabBackup"))
    found.append(Action("services", f"Get-VMIntegrationService {vm}"))
    return found
