"""Machines that stand: paused, or saved into files.

A machine is saved when nothing of it is under way any more; a disk without room pauses it before its guest hears
of an error.
"""

from __future__ import annotations

from hvlab.host import saved
from hvlab.host.machine import (
    OFF,
    PAUSED,
    PAUSED_CRITICAL,
    RUNNING,
    SAVED,
    SAVING,
    STOPPING,
    Refusal,
    VirtualMachine,
)
from hvlab.host.vmms.drives import DriveKeeper
from hvlab.kernel import handler
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import StorageError

QUIET = 1_000_000
"""How often a machine that is to be saved is looked at until nothing of it is under way, in ns."""


class Standing(DriveKeeper):
    """To pause, to save, to go on."""

    def busy(self, machine: VirtualMachine) -> bool:
        """Whether anything of a machine that stands is under way still."""
        users = [f"{self.host}/root/{process}/{machine.name}" for process in ("vmwp", "vmbus")]
        vps = self.root.hypervisor.partitions[machine.partition].vps
        requests = any(self.storage.under_way.get(user) for user in users)
        return requests or any(vp.intercepted for vp in vps.values())

    def suspend(self, name: str) -> None:
        """Stop a running machine's processors; its memory stays where it is."""
        machine = self.machine(name)
        if machine.state != RUNNING:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
        self.server.log.write_of("vm-paused", machine)
        seq = self._set_state(machine, PAUSED)
        self.world.because(seq, self._worker(machine).pause)

    def out_of_space(self, user: str) -> None:
        """A disk of a machine cannot grow: the machine is paused as it is, before its guest hears of an error."""
        machine = self.find(user.rpartition("/")[2])
        if machine is not None and machine.state in (RUNNING, STOPPING):
            self.server.log.write_of("vm-out-of-space", machine)
            seq = self._set_state(machine, PAUSED_CRITICAL)
            self.world.because(seq, self._worker(machine).pause)

    def resume(self, name: str) -> None:
        """Let a paused machine go on; the disk is asked again for what could not be done."""
        machine = self.machine(name)
        if machine.state not in (PAUSED, PAUSED_CRITICAL):
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=PAUSED)
        self.server.log.write_of("vm-resumed", machine)
        seq = self._set_state(machine, RUNNING)
        self.world.because(seq, self._go_on, machine)

    def _go_on(self, machine: VirtualMachine) -> None:
        self._worker(machine).resume()
        for process in ("vmwp", "vmbus"):
            self.storage.retry(f"{self.host}/root/{process}/{machine.name}")

    # -- saved into files --------------------------------------------------------------------------

    def save(self, name: str) -> None:
        """Begin to write a machine's state into files; it is Saved, or as it was with a `failure`, some time later."""
        machine = self.machine(name)
        if machine.state not in (RUNNING, PAUSED):
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
        if self.platform.hosted:
            raise Refusal("cannot-save", name=machine.name)
        room = machine.memory + saved.DEVICE_STATE_SIZE
        volume = self.storage.files.volume(saved.folder_of(machine))
        if room > volume.free:
            raise Refusal(
                "no-room-to-save",
                name=machine.name,
                volume=f"{volume.letter}:",
                needed=room >> 20,
                free=max(0, volume.free) >> 20,
            )
        machine.failure = ""
        seq = self._set_state(machine, SAVING)
        self.world.because(seq, self._worker(machine).pause)
        self.world.because(seq, self.after, QUIET, Standing.on_quiet, machine.name.casefold())

    @handler
    def on_quiet(self, key: str) -> int | None:
        """Wait until nothing of the machine is under way, then write, which takes what the disk takes for it."""
        machine = self.machines.get(key)
        if machine is None or machine.state != SAVING:
            return None
        if self.busy(machine):
            return QUIET
        sectors = machine.memory // SECTOR
        self.after(sectors * self.platform.timing.disk_sector, Standing.on_written, key)
        return None

    @handler
    def on_written(self, key: str) -> int | None:
        """The files are written: the partition is not needed any more."""
        machine = self.machines.get(key)
        if machine is None or machine.state != SAVING:
            return None
        try:
            machine.saved = saved.take(self.world, self.host, machine, self.storage.files)
        except StorageError:
            machine.failure = "disk-full"
            self._worker(machine).resume()
            self._set_state(machine, RUNNING)
            return None
        self._worker(machine).tear_down()
        return None

    def remove_saved(self, name: str) -> None:
        """Throw a machine's saved state away: it starts cold, as after a power failure."""
        machine = self.machine(name)
        self.check_free(machine)
        if machine.state != SAVED or machine.saved is None:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=SAVED)
        saved.discard(machine.saved, self.storage.files)
        machine.saved = None
        self._set_state(machine, OFF)
