"""What machines and disks have come to, whichever way led there: for `World.outcome_digest`.

Identifiers, times, dynamic addresses and the places of blocks within a file are left out, for two ways to the same
result differ in them. What a disk is, are its kind, its sizes and the sectors that its own file holds; a snapshot is
its name and the disks that it froze. The memory of a saved state is not compared byte for byte, since clocks and
sequence numbers lie in it; in its place stands what the guest was.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from hvlab.host.machine import Drive, VirtualMachine
from hvlab.storage import differencing, raw, vhd
from hvlab.storage.content import CHUNK, FileContent
from hvlab.storage.editing import EXTENSIONS
from hvlab.storage.errors import StorageError
from hvlab.storage.vhd_layout import FOOTER_SIZE, SECTOR
from hvlab.storage.volume import HostFiles

if TYPE_CHECKING:
    from hvlab.host.snapshots import Snapshot

_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MOMENT = re.compile(r"\d{1,2}/\d{1,2}/\d{4}(?: [-–]? ?|T)\d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?")
_CREATED = re.compile(rb'created="\d+"')
_GUID_BYTES = re.compile(_GUID.pattern.encode())
STATE_FILES = (".bin", ".vsv")
_UNIT = 8
"""Sectors that are looked at together: where all are zero, a disk without a parent may hold them or not."""
_ZEROS = bytes(_UNIT * SECTOR)


def plain_text(text: str) -> str:
    """A name or a path without identifiers and moments."""
    return _MOMENT.sub("{time}", _GUID.sub("{id}", text))


class Disks:
    """What the disks of one host are, each looked at once."""

    def __init__(self, files: HostFiles) -> None:
        self.files = files
        self._known: dict[str, list[Any]] = {}

    def outcome(self, path: str) -> list[Any]:
        """A file by its path: a virtual disk as one, everything else by its bytes; empty if it is not there."""
        if not path or path.startswith(raw.PREFIX):
            return [path]
        key = path.casefold()
        if key not in self._known:
            self._known[key] = [plain_text(path), "parents lead round"]
            try:
                content = self.files.open(path).file.content
            except StorageError:
                self._known[key] = [plain_text(path)]
            else:
                self._known[key] = [plain_text(path), *self._content(path, content)]
        return self._known[key]

    def _content(self, path: str, content: FileContent) -> list[Any]:
        folded = path.casefold()
        if folded.endswith(STATE_FILES):
            return ["state", content.size]
        if folded.endswith(EXTENSIONS):
            try:
                return self._disk(path, content)
            except (StorageError, vhd.BadVhd):
                pass  # a damaged disk is its bytes
        if folded.endswith(".xml"):
            data = _CREATED.sub(b"", _GUID_BYTES.sub(b"{id}", content.read(0, 1 << 20)))
            return ["text", hashlib.sha256(data).digest()]
        return [content.size, _bytes(content, content.size)]

    def _disk(self, path: str, content: FileContent) -> list[Any]:
        disk = differencing.open_chain(self.files, path)
        about = [disk.kind, disk.size, disk.block_size]
        if not disk.block_size:
            return [*about, _bytes(content, content.size - FOOTER_SIZE)]
        link = differencing.parent_link(self.files.open(path))
        parent = [] if link is None else self.outcome(differencing.parent_path(self.files, path))
        return [*about, _sectors(disk, link is not None), parent]


def _bytes(content: FileContent, size: int) -> bytes:
    """A digest of a file's bytes, as far as they are not zero."""
    hasher = hashlib.sha256()
    for number in sorted(content.chunks) if content.source is None else range(-(-size // CHUNK)):
        data = content.read(number * CHUNK, min(CHUNK, size - number * CHUNK))
        if any(data):
            hasher.update(number.to_bytes(8, "big") + data)
    return hasher.digest()


def _sectors(disk: vhd.Vhd, child: bool) -> bytes:
    """A digest of the sectors that a disk's own file holds, wherever in the file they lie."""
    hasher = hashlib.sha256()
    per_block = disk.block_size // SECTOR
    for block in disk.present_blocks():
        lba = block * per_block
        for present, count in disk.stretches(block):
            end = lba + count
            while present and lba < end:
                step = min(_UNIT - lba % _UNIT, end - lba)
                data = disk.read(lba, step)
                if child or data != _ZEROS[: len(data)]:
                    hasher.update(lba.to_bytes(8, "big") + data)
                lba += step
            lba = end
    return hasher.digest()


def _drives(drives: list[Drive], disks: Disks) -> list[Any]:
    return sorted(
        [one.controller, one.number, one.location, _digest(disks.outcome(one.path))] for one in drives
    )


def _digest(value: Any) -> str:
    """A value's fingerprint: it can be sorted, and it is short."""
    return hashlib.sha256(repr(value).encode()).hexdigest()


def _snapshot_way(machine: VirtualMachine, identifier: str) -> list[str]:
    """The names of a snapshot and of those it came after, the first one first."""
    way: list[str] = []
    while identifier in machine.snapshots and len(way) <= len(machine.snapshots):
        snapshot = machine.snapshots[identifier]
        way.insert(0, plain_text(snapshot.name))
        identifier = snapshot.parent
    return way


def _snapshot(machine: VirtualMachine, snapshot: Snapshot, disks: Disks) -> list[Any]:
    return [
        _snapshot_way(machine, snapshot.identifier),
        snapshot.memory,
        snapshot.processors,
        _drives(snapshot.drives, disks),
        _saved(snapshot.saved),
    ]


def _saved(saved: Any) -> list[Any]:
    """What the guest was when it was saved."""
    if saved is None:
        return []
    guest = saved.components.get("guest", {})
    return ["saved", guest.get("phase", ""), guest.get("system", "")]


def machine_outcome(machine: VirtualMachine, disks: Disks) -> list[Any]:
    """A machine's settings, state, disks and snapshots."""
    adapters = [
        [
            one.name,
            one.legacy,
            one.mac if one.static else b"",
            one.static,
            one.switch,
            one.mode,
            one.vlan,
            list(one.allowed or ()),
            one.cable,
            one.spoofing,
        ]
        for one in sorted(machine.adapters, key=lambda one: one.number)
    ]
    return [
        machine.name,
        machine.state,
        machine.memory,
        machine.assigned,
        [machine.processors, machine.weight, machine.reserve, machine.maximum],
        _drives(machine.drives, disks),
        sorted([one.number, one.location, *disks.outcome(one.path)[:1]] for one in machine.dvds),
        sorted([*place] for place in machine.empty_drives),
        machine.scsi_controllers,
        adapters,
        [machine.notes, machine.start_action, machine.start_delay, machine.stop_action],
        sorted(name for name, on in machine.services.items() if on),
        [plain_text(machine.folder), plain_text(machine.snapshot_folder), machine.version, machine.num_lock],
        list(machine.boot_order),
        sorted((_snapshot(machine, one, disks) for one in machine.snapshots.values()), key=_digest),
        _snapshot_way(machine, machine.last_snapshot),
        len(machine.unmerged),
        _saved(machine.saved),
        machine.metering is not None,
    ]


def files_outcome(files: HostFiles) -> list[Any]:
    """A host's volumes and the files on them."""
    disks = Disks(files)
    return [
        [
            volume.letter,
            volume.capacity,
            volume.used,
            sorted((disks.outcome(file.path) for file in volume.files.values()), key=_digest),
            sorted(plain_text(folder) for folder in volume.folders),
        ]
        for volume in sorted(files.volumes, key=lambda one: one.letter)
    ]
