"""Snapshots taken, applied and deleted, and the merges that come later (what one is: hvlab/host/snapshots.py)."""

from __future__ import annotations

import uuid

from hvlab.host import physical, saved, snapshots
from hvlab.host.machine import (
    OFF,
    RUNNING,
    SAVED,
    SNAPSHOTTING,
    Drive,
    Refusal,
    VirtualMachine,
)
from hvlab.host.saved import SavedState
from hvlab.host.snapshots import Merge, MergeTrouble, Snapshot
from hvlab.host.vmms.standing import QUIET, Standing
from hvlab.kernel import handler
from hvlab.storage import vhd
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import StorageError


class Snapshotting(Standing):
    """When a snapshot may be taken, and what happens until it is."""

    def find_snapshot(self, vm: str, name: str) -> Snapshot:
        """The snapshot of that name, the newest if there are several. Refusal no-such-snapshot."""
        machine = self.machine(vm)
        for snapshot in reversed(machine.snapshots.values()):
            if snapshot.name.casefold() == name.casefold():
                return snapshot
        raise Refusal("no-such-snapshot", name=machine.name, snapshot=name)

    def take_snapshot(self, vm: str, name: str) -> None:
        """Begin to take a snapshot of a machine that is off, saved or running; a running one stands meanwhile."""
        machine = self.machine(vm)
        self.check_free(machine)
        if machine.state not in (OFF, SAVED, RUNNING):
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
        if self.platform.hosted:
            raise Refusal("cannot-save", name=machine.name)
        physical.check_plain(machine, "snapshot-physical")
        self.check_limit("snapshots", len(machine.snapshots) + 1)
        machine.failure = ""
        if machine.state != RUNNING:
            self._freeze(machine, name, None)
            return
        volume = self.storage.files.volume(saved.snapshots_of(machine))
        room = machine.memory + saved.DEVICE_STATE_SIZE
        if room > volume.free:
            values = {"needed": room >> 20, "free": max(0, volume.free) >> 20}
            raise Refusal("no-room-to-save", name=machine.name, volume=f"{volume.letter}:", **values)
        seq = self._set_state(machine, SNAPSHOTTING)
        self.world.because(seq, self._worker(machine).pause)
        self.world.because(
            seq, self.after, QUIET, Snapshotting.on_snapshot_quiet, (machine.name.casefold(), name)
        )

    @handler
    def on_snapshot_quiet(self, payload: tuple[str, str]) -> int | None:
        """Wait until nothing of the machine is under way; then its memory is written."""
        machine = self.machines.get(payload[0])
        if machine is None or machine.state != SNAPSHOTTING:
            return None
        if self.busy(machine):
            return QUIET
        writing = machine.memory // SECTOR * self.platform.timing.disk_sector
        self.after(writing, Snapshotting.on_snapshot_written, payload)
        return None

    @handler
    def on_snapshot_written(self, payload: tuple[str, str]) -> int | None:
        """The memory is written: the disks are frozen, and the machine goes on."""
        machine = self.machines.get(payload[0])
        if machine is None or machine.state != SNAPSHOTTING:
            return None
        stem = f"{saved.snapshots_of(machine)}\\Snapshots\\{self._new_id()}"
        try:
            kept = saved.take(self.world, self.host, machine, self.storage.files, stem)
            self._freeze(machine, payload[1], kept)
        except StorageError:
            machine.failure = "snapshot-full"
        except Refusal:
            machine.failure = "snapshot-damaged"
        link = self.link(machine.name)
        if link is not None:
            link.disks_moved(machine.drives)
        self._worker(machine).resume()
        self._set_state(machine, RUNNING)
        return None

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.world.stream(f"{self.name}/snapshots").uuid_bytes())).upper()

    def _freeze(self, machine: VirtualMachine, name: str, kept: SavedState | None) -> None:
        """The moment itself. Refusal, StorageError, with nothing left of it, the state that was kept neither."""
        identifier = self._new_id()
        files = self.storage.files
        if kept is None:
            stem = f"{saved.snapshots_of(machine)}\\Snapshots\\{identifier}"
            kept = snapshots.copy_saved(machine.saved, files, stem)
        try:
            drives = self._fresh_disks(machine, machine.drives)
        except (Refusal, StorageError):
            if kept is not None:
                saved.discard(kept, files)
            raise
        machine.snapshots[identifier] = Snapshot(
            identifier,
            name,
            machine.last_snapshot,
            self.world.now,
            machine.memory,
            machine.processors,
            machine.drives,
            kept,
        )
        machine.drives = drives
        machine.last_snapshot = identifier
        self._note_snapshot(machine, "taken", name)

    def _fresh_disks(self, machine: VirtualMachine, bases: list[Drive]) -> list[Drive]:
        """New children of these disks. Refusal if one of them cannot be read; StorageError; nothing is left behind."""
        for drive in bases:
            try:
                self.storage.open(drive.path)
            except vhd.BadVhd:
                raise Refusal("snapshot-unreadable", name=machine.name, path=drive.path) from None
        return snapshots.fresh_disks(self.world, self.storage, machine, bases)

    def apply_snapshot(self, vm: str, name: str) -> None:
        """Go back to a snapshot: the machine is off or saved, and will be as the snapshot has it.

        Refusal, StorageError, with nothing changed.
        """
        machine, snapshot = self.machine(vm), self.find_snapshot(vm, name)
        self.check_free(machine)
        if machine.state not in (OFF, SAVED):
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
        files = self.storage.files
        fresh = self._fresh_disks(machine, snapshot.drives)
        try:
            snapshots.check_room(machine, snapshot.saved, files, saved.files_of(machine)[0])
        except StorageError:
            for drive in fresh:
                files.delete(drive.path)
            raise
        snapshots.drop_present(machine, files)
        machine.drives = fresh
        machine.memory, machine.processors = snapshot.memory, snapshot.processors
        machine.last_snapshot = snapshot.identifier
        machine.saved = snapshots.copy_saved(snapshot.saved, files, saved.files_of(machine)[0][:-4])
        self._note_snapshot(machine, "applied", snapshot.name)
        self._set_state(machine, OFF if machine.saved is None else SAVED)

    def remove_snapshot(self, vm: str, name: str, subtree: bool) -> None:
        """Take a snapshot out of the tree, or it and all after it; the disks are merged when the machine is off."""
        machine, snapshot = self.machine(vm), self.find_snapshot(vm, name)
        self.check_free(machine)
        gone = snapshots.below(machine, snapshot.identifier) if subtree else [snapshot.identifier]
        for identifier in reversed(gone):
            snapshots.forget(machine, identifier, self.storage.files)
        self._note_snapshot(machine, "deleted", snapshot.name)
        self.merge_soon(machine)

    def _leave_no_snapshots(self, machine: VirtualMachine) -> None:
        """A machine is removed: its disks stay, as they are now and without any history."""
        files = self.storage.files
        for identifier in list(machine.snapshots):
            snapshots.forget(machine, identifier, files)
        try:
            while (merge := snapshots.next_merge(machine, files)) is not None:
                snapshots.carry_out(self.storage, machine, merge, self.world.now)
        except (StorageError, vhd.BadVhd, MergeTrouble):
            return  # what is not merged stays, a chain of files that can be read and merged by hand

    def _note_snapshot(self, machine: VirtualMachine, action: str, name: str) -> None:
        child = f"{self.host}/{machine.name}"
        self.world.emit("snapshot", self.name, child, None, None, None, action, name, len(machine.snapshots))

    # -- merges ------------------------------------------------------------------------------------

    def merge_soon(self, machine: VirtualMachine) -> None:
        """Begin the next merge, if the machine is off or saved and there is one."""
        if machine.state not in (OFF, SAVED) or machine.job:
            return
        machine.merge_trouble = ""
        merge: Merge | None = None
        try:
            merge = snapshots.next_merge(machine, self.storage.files)
            moved = 0 if merge is None else snapshots.sectors_to_move(self.storage, merge)
        except (StorageError, vhd.BadVhd, MergeTrouble) as error:
            self._merge_failed(machine, merge, error)
            return
        if merge is not None:
            length = self.platform.timing.management + 2 * moved * self.platform.timing.disk_sector
            self.after(length, Snapshotting.on_merged, (machine.name.casefold(), self.world.now, merge))

    def merging(self, machine: VirtualMachine) -> bool:
        """Whether disks of deleted snapshots wait for a merge that can be done."""
        try:
            return snapshots.next_merge(machine, self.storage.files) is not None
        except MergeTrouble:
            return False

    def _merge_failed(self, machine: VirtualMachine, merge: Merge | None, error: Exception) -> None:
        """Say at which disk; it is tried again when the machine is off the next time, or the host boots."""
        where = error.path if isinstance(error, MergeTrouble) else ""
        machine.merge_trouble = where or (merge.lower or merge.upper if merge is not None else machine.name)
        self.server.log.write(
            "merge-failed",
            vm=machine.name,
            identifier=machine.identifier.upper(),
            path=machine.merge_trouble,
        )

    @handler
    def on_merged(self, payload: tuple[str, int, Merge]) -> int | None:
        """A merge has had its time; if the machine was started meanwhile, all of it was in vain."""
        key, begun, merge = payload
        machine = self.machines.get(key)
        if machine is None or machine.state not in (OFF, SAVED) or machine.job or machine.changed > begun:
            return None
        try:
            if snapshots.next_merge(machine, self.storage.files) != merge:
                return None
            snapshots.carry_out(self.storage, machine, merge, self.world.now)
        except (StorageError, vhd.BadVhd, MergeTrouble) as error:
            self._merge_failed(machine, merge, error)
            return None
        self._note_snapshot(machine, "merged", (merge.lower or merge.upper).rpartition("\\")[2])
        self.merge_soon(machine)
        return None
