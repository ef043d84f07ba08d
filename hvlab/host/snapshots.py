"""Snapshots of a virtual machine: a tree of moments, and the disks that stand between them.

A snapshot freezes the machine's disks as they are: from then on each is the parent
of a new differencing disk (.avhd), which takes what is written. If the machine ran,
its memory and devices are kept too. To apply one is to throw the newest disks away
and to begin new ones on those that the snapshot froze. To delete one takes only the
moment away: its disk is merged into its neighbour later, when the machine is off or
saved.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from hvlab.host.disks import HostStorage
from hvlab.host.machine import Drive, VirtualMachine
from hvlab.host.saved import SavedState, discard
from hvlab.kernel import World
from hvlab.kernel.calendar import LAB_BEGIN
from hvlab.storage import differencing, editing, raw, vhd
from hvlab.storage.vhd import Vhd
from hvlab.storage.volume import HostFiles, StorageError

EXTENSION = ".avhd"


@dataclass
class Snapshot:
    """One moment: settings, frozen disks, and what the machine was doing if it ran. Times in ns."""

    identifier: str
    name: str
    parent: str
    """The snapshot that it came after; empty for the first."""
    created: int
    memory: int
    processors: int
    drives: list[Drive] = field(default_factory=list)
    saved: SavedState | None = None


def fresh_disks(
    world: World, storage: HostStorage, machine: VirtualMachine, bases: list[Drive]
) -> list[Drive]:
    """New children of these disks, each in its parent's folder. DiskFull and the like, with nothing left behind."""
    files, made = storage.files, []
    try:
        for drive in bases:
            identifier = uuid.UUID(bytes=world.stream(f"{storage.name}/snapshots").uuid_bytes())
            stem = drive.path.rpartition(".")[0].partition("_{")[0]
            path = f"{stem}_{{{str(identifier).upper()}}}{EXTENSION}"
            _make_child(storage, path, storage.open(drive.path), drive.path, identifier, world.now)
            made.append(replace(drive, path=path))
    except Exception:
        for drive in made:
            files.delete(drive.path)
        raise
    return made


def _make_child(
    storage: HostStorage, path: str, below: Vhd, parent: str, identifier: uuid.UUID, now: int
) -> None:
    handle = storage.files.create(path)
    try:
        differencing.create_differencing(
            handle,
            below,
            path=path,
            parent_path=parent,
            parent_modified=differencing.modified_of(storage.files, parent, below),
            identifier=identifier,
            timestamp=LAB_BEGIN + now // 1_000_000_000,
        )
    except Exception:
        storage.files.delete(path)
        raise


def copy_saved(saved: SavedState | None, files: HostFiles, stem: str) -> SavedState | None:
    """The same saved state in files of its own. DiskFull, with nothing done."""
    if saved is None:
        return None
    names = (f"{stem}.bin", f"{stem}.vsv")
    sources = [files.open(path) for path in (saved.memory_file, saved.device_file)]
    files.volume(names[0]).check_growth(sum(source.size for source in sources))
    for source, name in zip(sources, names, strict=True):
        files.create(name).file.content = source.file.content.copy()
    return replace(saved, memory_file=names[0], device_file=names[1])


def check_room(machine: VirtualMachine, state: SavedState | None, files: HostFiles, target: str) -> None:
    """Whether a saved state can be copied to where the machine's own lies, once that is gone. FileMissing, DiskFull."""
    if state is None:
        return
    needed = sum(files.open(path).size for path in (state.memory_file, state.device_file))
    volume = files.volume(target)
    own = [] if machine.saved is None else [machine.saved.memory_file, machine.saved.device_file]
    given = sum(files.open(path).size for path in own if path[0] == target[0] and files.exists(path))
    volume.check_growth(needed - given)


def drop_present(machine: VirtualMachine, files: HostFiles) -> None:
    """Throw away what came after the last snapshot: the newest disks and the saved state."""
    frozen = {drive.path.casefold() for snapshot in machine.snapshots.values() for drive in snapshot.drives}
    for drive in machine.drives:
        if (
            drive.path.casefold() not in frozen
            and drive.path.endswith(EXTENSION)
            and files.exists(drive.path)
        ):
            files.delete(drive.path)
    if machine.saved is not None:
        discard(machine.saved, files)
        machine.saved = None


def below(machine: VirtualMachine, identifier: str) -> list[str]:
    """A snapshot and all that came after it, parents first."""
    found = [identifier]
    for snapshot in machine.snapshots.values():
        if snapshot.parent in found and snapshot.identifier not in found:
            found.append(snapshot.identifier)
    return found


def forget(machine: VirtualMachine, identifier: str, files: HostFiles) -> None:
    """Take a moment out of the tree; its disks stay until they can be merged."""
    gone = machine.snapshots.pop(identifier)
    for snapshot in machine.snapshots.values():
        if snapshot.parent == identifier:
            snapshot.parent = gone.parent
    if machine.last_snapshot == identifier:
        machine.last_snapshot = gone.parent
    if gone.saved is not None:
        discard(gone.saved, files)
    machine.unmerged += [drive.path for drive in gone.drives]


# -- merging ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merge:
    """A disk that no moment needs any more (`upper` goes into `lower`), or that can simply go (`lower` empty)."""

    upper: str
    lower: str


def _points(machine: VirtualMachine) -> list[Drive]:
    """Every place where a disk's path stands in the machine's settings and in its snapshots'."""
    return [*machine.drives, *(drive for snapshot in machine.snapshots.values() for drive in snapshot.drives)]


class MergeTrouble(Exception):
    """A merge cannot be done: at which disk."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def _check_readable(machine: VirtualMachine, files: HostFiles) -> None:
    """Which disks stand on which must be known of all of them, or one that is needed might go. MergeTrouble."""
    for path in dict.fromkeys([*(drive.path for drive in _points(machine)), *machine.unmerged]):
        if raw.number_of(path) is not None or (path in machine.unmerged and not files.exists(path)):
            continue
        try:
            differencing.parent_link(files.open(path))
        except (StorageError, vhd.BadVhd):
            raise MergeTrouble(path) from None


def next_merge(machine: VirtualMachine, files: HostFiles) -> Merge | None:
    """What can be merged now: a disk that is no moment's any more and has at most one child. MergeTrouble."""
    if not machine.unmerged:
        return None
    _check_readable(machine, files)
    needed = {drive.path.casefold() for drive in _points(machine)}
    own = needed | {path.casefold() for path in machine.unmerged}
    stranger = ""
    for path in machine.unmerged:
        if path.casefold() in needed or not files.exists(path):
            continue
        children = editing.children_of(files, path)
        foreign = [child for child in children if child.casefold() not in own]
        if foreign:
            stranger = foreign[0]
        elif not children and path.endswith(EXTENSION):
            return Merge(path, "")
        elif len(children) == 1:
            return Merge(children[0], path)
    if stranger:  # a disk that somebody else made: what it stands on is left to it
        raise MergeTrouble(stranger)
    return None


def sectors_to_move(storage: HostStorage, merge: Merge) -> int:
    """How many sectors a merge reads and writes."""
    if not merge.lower:
        return 0
    upper = storage.open(merge.upper)
    return upper.allocated_blocks * upper.block_size // 512


def carry_out(storage: HostStorage, machine: VirtualMachine, merge: Merge, now: int) -> None:
    """Do a merge: all at once, at the end of its time. DiskFull, BadVhd leave all disks as they were."""
    files = storage.files
    if not merge.lower:
        files.delete(merge.upper)
        machine.unmerged.remove(merge.upper)
        return
    lower = files.open(merge.lower)
    before = lower.file.content.copy()
    grandchildren = editing.children_of(files, merge.upper)
    contents = {child: files.open(child).file.content.copy() for child in grandchildren}
    try:
        editing.pour(storage.open(merge.upper), storage.open(merge.lower))
        for child in grandchildren:
            parent = storage.open(merge.lower)
            timestamp = LAB_BEGIN + now // 1_000_000_000
            editing.reconnect(files, child, merge.lower, parent, timestamp=timestamp)
    except Exception:
        lower.file.content = before
        for child, content in contents.items():
            files.open(child).file.content = content
        raise
    files.delete(merge.upper)
    for drive in _points(machine):
        if drive.path.casefold() == merge.upper.casefold():
            drive.path = merge.lower
    machine.unmerged = [
        merge.lower if path == merge.upper else path for path in machine.unmerged if path != merge.lower
    ]
