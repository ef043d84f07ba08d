"""Importing a virtual machine from the folder of an export.

On 2008 the machine is taken into use where it lies: the disks of the export are its disks from then on, and the
file of its configuration is no export's any more. So a folder can be imported once, unless it was copied before.
2008 R2 can copy the files and leave the export as it is; from 2012 on an export is not used up at all.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from hvlab.host import configuration, kept_states
from hvlab.host.configuration import BadConfiguration, Configuration, SavedEntry
from hvlab.host.export import EXPORTED, MACHINES, note
from hvlab.host.machine import SAVED, Refusal, VirtualMachine
from hvlab.host.saved import SavedState
from hvlab.host.vmms import Vmms
from hvlab.storage import vhd
from hvlab.storage.volume import HostFiles, StorageError

IMPORTED = ".xml"
"""How the configuration's file ends when it belongs to a machine."""
ONCE, COPYING, ALWAYS = "once", "copy", "always"
"""What platforms make of an export: used up; used up unless its files are copied; never used up."""


@dataclass(frozen=True)
class Found:
    """An export as it lies on the disk: its folder, the configuration's file, and what stands in that."""

    folder: str
    file: str
    known: Configuration

    def place(self, path: str) -> str:
        """Where a file of the export lies."""
        return path if path[1:2] == ":" else f"{self.folder}\\{path}"


def find(service: Vmms, path: str) -> Found:
    """The export in a folder, or that of a configuration's file. Refusal if there is none that can be imported."""
    files = service.storage.files
    path = files.normalise(path) if len(path) > 2 else path  # a volume alone may hold an export, too
    folder = path
    if path.casefold().endswith((EXPORTED, IMPORTED)):
        folder = path.rpartition("\\")[0].removesuffix(f"\\{MACHINES}")
    inside = f"{folder}\\{MACHINES}\\".casefold()
    try:
        there = [
            key
            for key in files.volume(path).files
            if key.startswith(inside) and "\\" not in key[len(inside) :]
        ]
    except StorageError:
        raise Refusal("no-such-folder", path=path) from None
    fresh = [key for key in there if key.endswith(EXPORTED)]
    if not fresh and any(key.endswith(IMPORTED) for key in there):
        raise Refusal("imported-already", path=folder)
    if not fresh:
        raise Refusal("no-export-there", path=folder)
    handle = files.open(fresh[0])
    try:
        return Found(folder, handle.file.path, configuration.read(handle.read(0, handle.size)))
    except BadConfiguration:
        raise Refusal("bad-configuration", path=handle.file.path) from None


def check(service: Vmms, found: Found, *, new_id: bool) -> VirtualMachine:
    """The machine as it would be imported where it lies, not yet the host's. Refusal."""
    service.server.check_role()
    known, platform = found.known, service.platform
    if platform.hosted:
        raise Refusal("no-export", name=known.name, platform=platform.name)
    service.check_name(known.name)
    service.check_memory(known.memory)
    service.check_limit("processors_per_vm", known.processors)
    service.check_limit("scsi_controllers", known.scsi_controllers)
    versions = platform.vm_versions or [platform.vm_version]
    if known.version not in versions:
        raise Refusal("vm-version", version=known.version, platform=platform.name, known=", ".join(versions))
    if not known.processors or known.reserve > known.maximum:
        raise Refusal("bad-configuration", path=found.file)
    if not new_id and any(m.identifier == known.id for m in service.machines.values()):
        raise Refusal("id-taken", name=known.name, identifier=known.id.upper(), path=found.folder)
    entries = [*known.drives, *(drive for one in known.snapshots for drive in one.drives)]
    machine = configuration.machine_of(
        known,
        _fresh_id(service) if new_id else known.id,
        {entry.path.casefold(): found.place(entry.path) for entry in entries},
        service.world.now,
    )
    places = [(d.controller, d.number, d.location) for d in machine.drives]
    places += [("IDE", dvd.number, dvd.location) for dvd in machine.dvds]
    if len(set(places)) < len(places):
        raise Refusal("bad-configuration", path=found.file)
    _check_files(service, machine)
    machine.folder = f"{found.folder}\\{MACHINES}"
    machine.saved = _state(service, found, known.saved)
    for one in known.snapshots:
        machine.snapshots[one.id].saved = _state(service, found, one.saved)
    if machine.saved is not None:
        machine.state = SAVED
    return machine


def _fresh_id(service: Vmms) -> str:
    return str(uuid.UUID(bytes=service.world.stream(f"{service.name}/ids").uuid_bytes()))


def _check_files(service: Vmms, machine: VirtualMachine) -> None:
    """Refusal unless each disk of the machine can be read and is nobody else's."""
    for drive in machine.drives:
        service.check_disk(drive.path)
    for snapshot in machine.snapshots.values():
        for drive in snapshot.drives:
            try:
                service.storage.open(drive.path)
            except (StorageError, vhd.BadVhd):
                raise Refusal("no-such-file", path=drive.path) from None


def _state(service: Vmms, found: Found, entry: SavedEntry | None) -> SavedState | None:
    if entry is None:
        return None
    memory, device = found.place(entry.memory_file), found.place(entry.device_file)
    state = kept_states.find(service.world, service.storage.files, memory, device)
    if state is None:
        raise Refusal("no-such-file", path=memory)
    return state


def carry_out(service: Vmms, found: Found, *, new_id: bool, use_up: bool) -> list[tuple[str, str]]:
    """Take an export into use where it lies. Returns what it misses here: ("switch"|"disc", name). Refusal."""
    machine = check(service, found, new_id=new_id)
    own = found.file.removesuffix(EXPORTED) + IMPORTED
    if use_up and service.storage.files.exists(own):
        raise Refusal("file-there", path=own)
    missing = _settle(service, machine, new_id=new_id)
    if use_up:
        _use_up(service.storage.files, found.file)
    service.machines[machine.name.casefold()] = machine
    note(service, machine.name, "imported", found.folder)
    service.server.log.write_of("vm-created", machine)
    return missing


def _settle(service: Vmms, machine: VirtualMachine, *, new_id: bool) -> list[tuple[str, str]]:
    """Fit adapters and drives to this host: what it does not have is let go, and named."""
    missing = []
    for adapter in machine.adapters:
        if adapter.switch and service.networks.find(adapter.switch) is None:
            missing.append(("switch", adapter.switch))
            adapter.switch = ""
        elif adapter.switch:
            adapter.switch = service.networks.named(adapter.switch).name
        if new_id:
            adapter.identifier = _fresh_id(service)
            if not adapter.static:
                adapter.mac = b""  # the host's pool has another for it
    for dvd in machine.dvds:
        if dvd.path and not service.storage.files.exists(dvd.path):
            missing.append(("disc", dvd.path))
            dvd.path = ""
    return missing


def _use_up(files: HostFiles, file: str) -> None:
    """The configuration's file is the machine's from now on."""
    content = files.open(file).file.content
    files.delete(file)
    files.create(file.removesuffix(EXPORTED) + IMPORTED).file.content = content


# -- copying the files of an export -------------------------------------------------------------


def sectors_of(service: Vmms, found: Found) -> int:
    """How many sectors the files of an export have."""
    files = service.storage.files
    return sum(files.open(path).size for path in _files_in(files, found.folder)) // 512


def _files_in(files: HostFiles, folder: str) -> list[str]:
    inside = folder.casefold() + "\\"
    volume = files.volume(folder)
    return [volume.files[key].path for key in sorted(volume.files) if key.startswith(inside)]


def copy(service: Vmms, found: Found, target: str) -> Found:
    """Copy an export as it is into another folder, and find it there. Refusal, StorageError, with nothing left."""
    files = service.storage.files
    target = files.normalise(f"{target}\\{found.folder.rpartition(chr(92))[2]}")
    if target.casefold() == found.folder.casefold() or _files_in(files, target):
        raise Refusal("export-there", name=found.known.name, path=target)
    made: list[str] = []
    try:
        for source in _files_in(files, found.folder):
            content = files.open(source).file.content
            path = target + source[len(found.folder) :]
            files.volume(path).check_growth(content.size)
            files.create(path).file.content = content.copy()
            made.append(path)
    except StorageError:
        for path in made:
            files.delete(path)
        raise
    return find(service, target)
