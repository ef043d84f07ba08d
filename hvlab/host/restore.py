"""Restoring a virtual machine from a backup: its files come back to where they were, and so does its definition.

As Hyper-V's own writer does it, the machine that is there now goes, with its snapshots and its saved state. What
other machines use is not written over: a parent disk that several share must be as it was, or the restore is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.host import backup_file, configuration, kept_states, saved
from hvlab.host.backup_file import NAME, BackupFile, FileEntry
from hvlab.host.configuration import BadConfiguration, SavedEntry
from hvlab.host.export import note
from hvlab.host.machine import OFF, SAVED, Refusal, VirtualMachine
from hvlab.host.saved import SavedState
from hvlab.host.snapshots import EXTENSION
from hvlab.host.vmms import Vmms
from hvlab.storage.content import FileContent
from hvlab.storage.errors import BadPath
from hvlab.storage.volume import HostFiles, StorageError


@dataclass(frozen=True)
class Plan:
    """A restore that can be done: the backup, its folder, and the machine that goes (None if there is none)."""

    folder: str
    backup: BackupFile
    old: VirtualMachine | None


def plan_of(service: Vmms, folder: str) -> Plan:
    """Look whether a backup can be restored now. Refusal."""
    service.server.check_role()
    files = service.storage.files
    folder = files.normalise(folder)
    try:
        handle = files.open(f"{folder}\\{NAME}")
    except StorageError:
        raise Refusal("no-backup-there", path=folder) from None
    try:
        backup = backup_file.read(handle.read(0, handle.size))
        for one in backup.files:
            files.volume(files.normalise(one.path))
    except (BadConfiguration, BadPath):
        raise Refusal("bad-configuration", path=handle.file.path) from None
    except StorageError as error:
        raise Refusal("no-such-folder", path=str(error)) from None
    old = next((m for m in service.machines.values() if m.identifier == backup.known.id), None)
    other = service.find(backup.known.name)
    if other is not None and other is not old:
        raise Refusal("name-taken", name=other.name)
    if old is not None:
        service.check_free(old)
        if old.state not in (OFF, SAVED):
            raise Refusal("wrong-state", name=old.name, state=old.state, wanted=OFF)
    service.check_memory(backup.known.memory)
    plan = Plan(folder, backup, old)
    _check_files(service, plan)
    return plan


def _check_files(service: Vmms, plan: Plan) -> None:
    """Refusal unless each copy is there, no other machine's file would change, and there is room."""
    files = service.storage.files
    for one in plan.backup.files:
        if not files.exists(_copy(plan, one)):
            raise Refusal("no-such-file", path=_copy(plan, one))
    for machine in service.machines.values():
        if machine is plan.old:
            continue
        needed = {path.casefold() for path in _disks_of(service, machine)}
        for one in changing(service, plan):
            if one.path.casefold() in needed:
                raise Refusal("disk-in-use", path=one.path, name=machine.name)
    growth: dict[str, int] = {}
    for one in changing(service, plan):
        size = files.open(_copy(plan, one)).size
        before = files.open(one.path).size if files.exists(one.path) else 0
        growth[one.path[0]] = growth.get(one.path[0], 0) + size - before
    for letter, more in growth.items():
        volume = files.volume(f"{letter}:")
        if more > volume.free:
            raise Refusal(
                "no-room-to-restore",
                name=plan.backup.vm,
                volume=f"{letter}:",
                needed=more >> 20,
                free=max(0, volume.free) >> 20,
            )


def _disks_of(service: Vmms, machine: VirtualMachine) -> list[str]:
    """The files of a machine's disks and of their parents, as far as they can be found."""
    drives = [*machine.drives, *(drive for one in machine.snapshots.values() for drive in one.drives)]
    return [path for drive in drives for path in service.storage.chain(drive.path)]


def _copy(plan: Plan, one: FileEntry) -> str:
    return f"{plan.folder}\\{one.copy}"


def _same(first: FileContent, second: FileContent) -> bool:
    return first.same(second)


def changing(service: Vmms, plan: Plan) -> list[FileEntry]:
    """The files of a backup that are not there as they were."""
    files = service.storage.files
    return [
        one
        for one in plan.backup.files
        if not files.exists(one.path)
        or not _same(files.open(one.path).file.content, files.open(_copy(plan, one)).file.content)
    ]


def sectors_of(service: Vmms, plan: Plan) -> int:
    """How many sectors a restore reads."""
    return sum(service.storage.files.open(_copy(plan, one)).size for one in changing(service, plan)) // 512


def carry_out(service: Vmms, plan: Plan) -> VirtualMachine:
    """Put everything back, all at once. Refusal, with nothing done."""
    files, known = service.storage.files, plan.backup.known
    states = _states(service, plan)
    machine = configuration.machine_of(known, known.id, {}, service.world.now)
    for one in changing(service, plan):
        content = files.open(_copy(plan, one)).file.content.copy()
        handle = files.open(one.path) if files.exists(one.path) else files.create(one.path)
        handle.file.content, handle.file.modified = content, 0
    if plan.old is not None:
        _clear(service, plan)
    if known.saved is not None:
        machine.saved = states[known.saved.device_file]
        machine.state = SAVED
        machine.folder = _folder(known.saved)
    for entry in known.snapshots:
        if entry.saved is not None:
            machine.snapshots[entry.id].saved = states[entry.saved.device_file]
    if plan.old is not None:
        machine.folder = plan.old.folder
    for adapter in machine.adapters:
        if service.networks.find(adapter.switch) is None:
            adapter.switch = ""
    service.machines[machine.name.casefold()] = machine
    note(service, machine.name, "restored", plan.folder)
    service.server.log.write_of("vm-created", machine)
    return machine


def _states(service: Vmms, plan: Plan) -> dict[str, SavedState]:
    """The saved states of the backup by their .vsv files, for the places where these come back to."""
    copies = {one.path: _copy(plan, one) for one in plan.backup.files}
    known = plan.backup.known
    found = {}
    for entry in [known.saved, *(one.saved for one in known.snapshots)]:
        if entry is None:
            continue
        memory, device = copies.get(entry.memory_file, ""), copies.get(entry.device_file, "")
        state = (
            kept_states.find(service.world, service.storage.files, memory, device)
            if memory and device
            else None
        )
        if state is None:
            raise Refusal("no-such-file", path=memory or entry.memory_file)
        state.memory_file, state.device_file = entry.memory_file, entry.device_file
        found[entry.device_file] = state
    return found


def _folder(entry: SavedEntry) -> str:
    """Where the machine's files lie, told by where its saved state lies; empty: where the host keeps all others."""
    folder = "\\".join(entry.memory_file.split("\\")[:-2])
    return "" if folder.casefold() == saved.FOLDER.casefold() else folder


def _clear(service: Vmms, plan: Plan) -> None:
    """The machine that is there goes: its definition, its saved states, the disks of its snapshots."""
    files, old = service.storage.files, plan.old
    assert old is not None
    kept = {one.path.casefold() for one in plan.backup.files}
    states = [old.saved, *(one.saved for one in old.snapshots.values())]
    gone = [path for state in states if state for path in (state.memory_file, state.device_file)]
    gone += [path for path in _disks_of(service, old) + old.unmerged if path.casefold().endswith(EXTENSION)]
    for path in gone:
        _delete(files, path, kept)
    del service.machines[old.name.casefold()]


def _delete(files: HostFiles, path: str, kept: set[str]) -> None:
    if path.casefold() not in kept and files.exists(path):
        files.delete(path)
