"""Exporting a virtual machine: its configuration, its disks with all their parents, its snapshots, its saved state.

All of it goes into a folder of the machine's name, one file after the other, each in the time that reading and
writing it takes; the configuration comes last. So an export that breaks off leaves the files that were copied whole,
without a configuration that could be imported: the machine itself is as it was. Until it is done the machine can be
neither started nor changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.host import configuration, kept_states
from hvlab.host.jobs import FileJob, path_of
from hvlab.host.machine import OFF, SAVED, Drive, Refusal, VirtualMachine
from hvlab.host.physical import check_plain
from hvlab.host.vmms import Vmms
from hvlab.kernel import handler
from hvlab.kernel.calendar import LAB_BEGIN
from hvlab.storage import editing, vhd
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import DiskFull, StorageError

MACHINES, DISKS, SNAPSHOTS = "Virtual Machines", "Virtual Hard Disks", "Snapshots"
"""The folders of an export."""
EXPORTED = ".exp"
"""How the configuration's file ends until it is imported."""
JOB = "export"


@dataclass(frozen=True)
class Copy:
    """One file of an export. `parent`: where the copy of a differencing disk finds its parent's copy."""

    source: str
    target: str
    parent: str = ""


@dataclass(frozen=True)
class Plan:
    """All files of an export, parents before children, and where the configuration will lie."""

    folder: str
    copies: tuple[Copy, ...]
    configuration: str


class Export(FileJob):
    """One export that is under way; it is gone when it has ended."""

    STATE = ("host", "vm", "plan", "done")

    def __init__(self, host: str, vm: str, plan: Plan) -> None:
        self.host = host
        self.vm = vm
        self.plan = plan
        self.done = 0

    @property
    def service(self) -> Vmms:
        """The management service."""
        return self.world.get(f"{self.host}/root/vmms", Vmms)

    def begin(self) -> None:
        """Take the first file in hand."""
        note(self.service, self.vm, "export", self.plan.folder)
        self._next()

    def _next(self) -> None:
        timing = self.service.platform.timing
        length = timing.management
        if self.done < len(self.plan.copies):
            files, source = self.service.storage.files, self.plan.copies[self.done].source
            size = files.open(source).size if files.exists(source) else 0  # it fails when its turn comes
            length = timing.disk_access + 2 * (size // SECTOR) * timing.disk_sector
        self.after(length, Export.on_time, None)

    @handler
    def on_time(self, payload: None) -> int | None:
        """A file has had its time: it is there, or the export ends here."""
        service = self.service
        try:
            if self.done == len(self.plan.copies):
                self._finish(service)
                return None
            self._copy(service, self.plan.copies[self.done])
        except (StorageError, vhd.BadVhd) as error:
            self._end(service, "export-disk-full" if isinstance(error, DiskFull) else "export-broken")
            return None
        self.done += 1
        self._next()
        return None

    def _copy(self, service: Vmms, one: Copy) -> None:
        """Copy a file whole or not at all; a child's copy names its parent's."""
        files, storage = service.storage.files, service.storage
        source = files.open(one.source)
        files.volume(one.target).check_growth(source.size)
        files.create(one.target).file.content = source.file.content.copy()
        if one.parent:
            timestamp = LAB_BEGIN + self.world.now // 1_000_000_000
            try:
                editing.reconnect(
                    files, one.target, one.parent, storage.open(one.parent), timestamp=timestamp
                )
            except (StorageError, vhd.BadVhd):
                files.delete(one.target)
                raise
        self.world.emit(
            "host.file",
            service.name,
            storage.name,
            None,
            None,
            None,
            "copy",
            one.target,
            source.size,
            one.source,
        )

    def _finish(self, service: Vmms) -> None:
        """Write the configuration: from here on the folder can be imported."""
        files, machine = service.storage.files, service.machine(self.vm)
        targets = {one.source.casefold(): one.target for one in self.plan.copies}
        inside = {old: new[len(self.plan.folder) + 1 :] for old, new in targets.items()}
        text = configuration.text_of(machine, inside, service.platform.vm_version).encode()
        files.volume(self.plan.configuration).check_growth(len(text))
        for state in [machine.saved, *(snapshot.saved for snapshot in machine.snapshots.values())]:
            if state is not None:
                kept_states.keep(self.world, state, files, targets[state.device_file.casefold()])
        files.create(self.plan.configuration).write(0, text)
        self._end(service, "")

    def _end(self, service: Vmms, failure: str) -> None:
        machine = service.machine(self.vm)
        machine.job, machine.failure = "", failure
        service.merge_soon(machine)
        note(service, self.vm, failure or "exported", self.plan.folder)
        self.world.remove(self)


def begin(service: Vmms, name: str, target: str) -> Plan:
    """Begin to export a machine that is off or saved into a folder of its name below `target`. Refusal."""
    machine = service.machine(name)
    service.check_free(machine)
    if service.platform.hosted:
        raise Refusal("no-export", name=machine.name, platform=service.platform.name)
    if machine.state not in (OFF, SAVED):
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
    check_plain(machine, "export-physical")
    plan = plan_of(service, machine, f"{target}\\{machine.name}")
    machine.job, machine.failure = JOB, ""
    path = path_of(service.host, JOB, machine.name)
    service.world.add(path, Export(service.host, machine.name, plan)).begin()
    return plan


def plan_of(service: Vmms, machine: VirtualMachine, folder: str) -> Plan:
    """Which files an export copies, and where to. Refusal if it cannot begin."""
    files = service.storage.files
    folder = files.normalise(folder)
    try:
        volume = files.volume(folder)
    except StorageError:
        raise Refusal("no-such-folder", path=folder) from None
    inside = folder.casefold() + "\\"
    if folder.casefold() in volume.files or any(path.startswith(inside) for path in volume.files):
        raise Refusal("export-there", name=machine.name, path=folder)
    copies = [*_disks(service, machine, folder), *_states(machine, folder)]
    identifier = machine.identifier.upper()
    return Plan(folder, tuple(copies), f"{folder}\\{MACHINES}\\{identifier}{EXPORTED}")


def _disks(service: Vmms, machine: VirtualMachine, folder: str) -> list[Copy]:
    """Every disk of the machine and of its snapshots with all its parents, parents first."""
    chains: list[Drive] = [
        *(drive for snapshot in machine.snapshots.values() for drive in snapshot.drives),
        *machine.drives,
    ]
    found: dict[str, Copy] = {}
    names: dict[str, str] = {}
    for drive in chains:
        for path, parent in reversed(chain(service, machine, drive.path)):
            name = path.rpartition("\\")[2]
            other = names.setdefault(name.casefold(), path)
            if other.casefold() != path.casefold():
                raise Refusal("export-same-names", name=machine.name, first=other, second=path)
            above = f"{folder}\\{DISKS}\\" + parent.rpartition("\\")[2] if parent else ""
            found.setdefault(path.casefold(), Copy(path, f"{folder}\\{DISKS}\\{name}", above))
    return list(found.values())


def chain(service: Vmms, machine: VirtualMachine, path: str) -> list[tuple[str, str]]:
    """A disk and its parents, each with its parent's path. Refusal if one cannot be read."""
    try:
        service.storage.open(path)
    except (StorageError, vhd.BadVhd):
        raise Refusal("export-unreadable", name=machine.name, path=path) from None
    found = service.storage.chain(path)
    return list(zip(found, [*found[1:], ""], strict=True))


def _states(machine: VirtualMachine, folder: str) -> list[Copy]:
    copies = []
    if machine.saved is not None:
        stem = f"{folder}\\{MACHINES}\\{machine.identifier.upper()}\\{machine.identifier.upper()}"
        copies += [
            Copy(machine.saved.memory_file, f"{stem}.bin"),
            Copy(machine.saved.device_file, f"{stem}.vsv"),
        ]
    for snapshot in machine.snapshots.values():
        if snapshot.saved is not None:
            stem = f"{folder}\\{SNAPSHOTS}\\{snapshot.identifier}\\{snapshot.identifier}"
            kept = snapshot.saved
            copies += [Copy(kept.memory_file, f"{stem}.bin"), Copy(kept.device_file, f"{stem}.vsv")]
    return copies


def note(service: Vmms, vm: str, action: str, folder: str) -> int:
    """Tell the trace what an export or an import does."""
    return service.world.emit(
        "transfer", service.name, f"{service.host}/{vm}", None, None, None, action, vm, folder
    )
