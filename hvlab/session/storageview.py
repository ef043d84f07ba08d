"""What lies on the host's volumes and who uses it: disks with their parents, snapshots, open files. Sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.host.disks import HostStorage
from hvlab.host.machine import VirtualMachine
from hvlab.host.places import places
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.storage import differencing, vhd
from hvlab.storage.editing import EXTENSIONS
from hvlab.storage.volume import HostFiles, StorageError


@dataclass(frozen=True)
class VolumeView:
    """A volume and the room on it."""

    letter: str
    label: str
    capacity: int
    free: int


@dataclass(frozen=True)
class DiskView:
    """A virtual disk's file. `blocks`: how many it could have and which it has; none for a fixed disk."""

    path: str
    kind: str
    size: int
    file_size: int
    block_count: int
    present: tuple[int, ...]
    parent: str
    """The path of the disk below; empty for none."""
    depth: int
    """How many disks lie below it."""
    plugged: tuple[str, ...]
    """Where it is plugged in: machine, controller and place."""
    frozen: tuple[str, ...]
    """Which snapshots need it: machine and name."""
    problem: str
    """Why it cannot be opened; empty if it can."""


@dataclass(frozen=True)
class SnapshotView:
    """A snapshot in its machine's tree; `is_base`: the present came after it."""

    machine: str
    name: str
    created: int
    depth: int
    is_base: bool
    with_memory: bool


@dataclass(frozen=True)
class OpenFile:
    """A file that a running machine's worker process holds open, and whether it writes it."""

    path: str
    machine: str
    place: str
    writes: bool


@dataclass(frozen=True)
class StorageView:
    """All of a host's storage."""

    volumes: tuple[VolumeView, ...]
    disks: tuple[DiskView, ...]
    """Parents before their children."""
    snapshots: tuple[SnapshotView, ...]
    open_files: tuple[OpenFile, ...]
    under_way: tuple[tuple[str, int], ...]
    """Who waits for the physical disk, and for how many requests."""
    stalled: int
    """Requests that wait for room on a volume."""
    new_disks: str = ""
    new_machines: str = ""
    """Where new disks and machines go, unless a command says otherwise."""


def _plugged(machines: list[VirtualMachine], path: str) -> tuple[str, ...]:
    return tuple(
        f"{machine.name} {drive.controller} {drive.number}:{drive.location}"
        for machine in machines
        for drive in machine.drives
        if drive.path.casefold() == path.casefold()
    )


def _frozen(machines: list[VirtualMachine], path: str) -> tuple[str, ...]:
    return tuple(
        f"{machine.name} {snapshot.name}"
        for machine in machines
        for snapshot in machine.snapshots.values()
        if any(drive.path.casefold() == path.casefold() for drive in snapshot.drives)
    )


def _parent(files: HostFiles, path: str) -> str:
    try:
        return differencing.parent_path(files, path)
    except (StorageError, vhd.BadVhd):
        return ""


def _disk(
    storage: HostStorage, machines: list[VirtualMachine], path: str, parent: str, depth: int
) -> DiskView:
    uses = (_plugged(machines, path), _frozen(machines, path))
    size = storage.files.open(path).size
    try:
        disk = storage.open(path)
        count = -(-disk.size // disk.block_size) if disk.block_size else 0
        present = disk.present_blocks() if count else ()
        return DiskView(path, disk.kind, disk.size, size, count, present, parent, depth, *uses, "")
    except vhd.BadVhd as error:
        return DiskView(path, "", 0, size, 0, (), parent, depth, *uses, error.reason)
    except StorageError as error:
        return DiskView(path, "", 0, size, 0, (), parent, depth, *uses, type(error).__name__)


def _disks(storage: HostStorage, machines: list[VirtualMachine]) -> list[DiskView]:
    files = storage.files
    paths = [path for path in files.paths() if path.casefold().endswith(EXTENSIONS)]
    known = {path.casefold() for path in paths}
    parents = {path: _parent(files, path) for path in paths}
    found: list[DiskView] = []

    def add(path: str, depth: int) -> None:
        found.append(_disk(storage, machines, path, parents[path], depth))
        for other in paths:
            if parents[other].casefold() == path.casefold() and depth < len(paths):
                add(other, depth + 1)

    for path in paths:
        if parents[path].casefold() not in known:
            add(path, 0)
    return found


def _snapshots(machine: VirtualMachine) -> list[SnapshotView]:
    found: list[SnapshotView] = []

    def add(parent: str, depth: int) -> None:
        for snapshot in machine.snapshots.values():
            if snapshot.parent == parent:
                is_base = machine.last_snapshot == snapshot.identifier
                kept = snapshot.saved is not None
                found.append(
                    SnapshotView(machine.name, snapshot.name, snapshot.created, depth, is_base, kept)
                )
                add(snapshot.identifier, depth + 1)

    add("", 0)
    return found


def _open_files(files: HostFiles, machine: VirtualMachine) -> list[OpenFile]:
    """A machine that runs holds its disks and all their parents; it writes only the uppermost."""
    if not machine.partition:
        return []
    found = []
    for drive in machine.drives:
        place = f"{drive.controller} {drive.number}:{drive.location}"
        found.append(OpenFile(drive.path, machine.name, place, True))
        below = _parent(files, drive.path)
        seen = {drive.path.casefold()}
        while below and below.casefold() not in seen and files.exists(below):
            found.append(OpenFile(below, machine.name, place, False))
            seen.add(below.casefold())
            below = _parent(files, below)
    for dvd in machine.dvds:
        if dvd.path:
            found.append(OpenFile(dvd.path, machine.name, f"DVD {dvd.number}:{dvd.location}", False))
    return found


def look(world: World, host: str) -> StorageView | None:
    """The host's storage as it is now; None where there is none."""
    if not world.has(f"{host}/root/storage") or not world.has(f"{host}/root/vmms"):
        return None
    storage = world.get(f"{host}/root/storage", HostStorage)
    machines = list(world.get(f"{host}/root/vmms", Vmms).machines.values())
    return StorageView(
        tuple(VolumeView(v.letter, v.label, v.capacity, v.free) for v in storage.files.volumes),
        tuple(_disks(storage, machines)),
        tuple(view for machine in machines for view in _snapshots(machine)),
        tuple(file for machine in machines for file in _open_files(storage.files, machine)),
        tuple((user.rpartition("/")[2], count) for user, count in sorted(storage.under_way.items())),
        len(storage.stalled),
        places(world, host).disks,
        places(world, host).machines,
    )
