"""Machines started and stopped: the checks, the worker process, and what it reports back."""

from __future__ import annotations

from typing import ClassVar

from hvlab.guests.guest import GuestSystem
from hvlab.host import physical, saved
from hvlab.host.link import BusLink
from hvlab.host.machine import (
    OFF,
    PAUSED,
    PAUSED_CRITICAL,
    RUNNING,
    SAVED,
    STARTING,
    STOPPING,
    Refusal,
    VirtualMachine,
)
from hvlab.host.vmms.snapshotting import Snapshotting
from hvlab.host.worker import Worker
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import handler
from hvlab.storage import iso, vhd
from hvlab.storage.vhd_layout import SECTOR
from hvlab.storage.volume import StorageError


class Starting(Snapshotting):
    """From Off to Running and back."""

    PROCESS: ClassVar[str] = "vmwp.exe"
    """The process that plays a machine's board."""

    def start(self, name: str) -> None:
        """Begin to start a machine; it is Running, or Off again with a `failure`, some time later."""
        machine = self.machine(name)
        self.check_free(machine)
        self.server.check_role()
        if self.root.down:
            raise Refusal("host-down")
        if machine.state not in (OFF, SAVED):
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
        if not self.server.launched:
            self.server.log.write_of("no-hypervisor", machine)
            raise Refusal("no-hypervisor", name=machine.name, identifier=machine.identifier.upper())
        running = sum(1 for other in self.machines.values() if other.state not in (OFF, SAVED))
        self.check_limit("running_vms", running + 1)
        capacity = 100 * self.root.hypervisor.processors
        if self.reserved() + machine.reserve * machine.processors > capacity:
            raise Refusal("reserve-taken", name=machine.name, reserved=self.reserved(), capacity=capacity)
        for path in (path for drive in machine.drives for path in self.storage.chain(drive.path)):
            if path.casefold() in self.mounted():
                raise Refusal("disk-mounted", name=machine.name, path=path)
        machine.failure = ""
        seq = self._set_state(machine, STARTING)
        self.world.because(
            seq, self.after, self.platform.timing.management, Starting.on_start, machine.name.casefold()
        )

    @handler
    def on_start(self, key: str) -> int | None:
        """The job of starting: check the disks, then let a worker process build the machine."""
        machine = self.machines[key]
        if machine.saved is not None and machine.saved.beta and self.server.released:
            self.worker_failed(machine.name, "saved-by-beta")
            return None
        sizes: dict[str, int] = {}
        for drive in machine.drives:
            if physical.is_online(self.world, self.host, drive.path):
                self.worker_failed(machine.name, "physical-disk-online")
                return None
            try:
                sizes[drive.path] = self.storage.open(drive.path).size // SECTOR
            except (StorageError, vhd.BadVhd):
                self.worker_failed(machine.name, "disk-unreadable")
                return None
        for dvd in machine.dvds:
            try:
                if dvd.path:
                    self.storage.disc(dvd.path)
            except (StorageError, iso.BadDisc):
                self.worker_failed(machine.name, "disk-unreadable")
                return None
        if machine.memory // PAGE_SIZE > self.root.free_pages:
            self.worker_failed(machine.name, "not-enough-memory")
            return None
        try:
            self.networks.power_on(machine)
        except Refusal as refusal:
            self.worker_failed(machine.name, refusal.reason)
            return None
        self._launch(machine, sizes)
        return None

    def _launch(self, machine: VirtualMachine, sizes: dict[str, int]) -> None:
        """A worker process builds the machine."""
        worker, seq = self.start_worker(machine)
        self.world.because(seq, worker.build, machine, sizes)

    def start_worker(self, machine: VirtualMachine) -> tuple[Worker, int]:
        """A worker process of its own for the machine, and the root's end of its bus; with the trace event's seq."""
        worker = self.world.add(
            f"{self.host}/root/vmwp/{machine.name}", Worker(self.host, machine.name, self.platform)
        )
        self.world.add(
            f"{self.host}/root/vmbus/{machine.name}", BusLink(self.host, machine.name, self.platform)
        )
        seq = self.world.emit(
            "process", self.name, worker.name, None, None, None, "start", self.PROCESS, machine.name
        )
        return worker, seq

    # -- what the worker process reports -----------------------------------------------------------

    def worker_running(self, vm: str, partition: int) -> None:
        """The machine's processor has started."""
        machine = self.machine(vm)
        machine.partition = partition
        machine.running_since = self.world.now
        self.server.log.write_of("vm-started" if machine.saved is None else "vm-restored", machine)
        if machine.saved is not None:
            saved.discard(machine.saved, self.storage.files)
            machine.saved = None
        self._set_state(machine, RUNNING)

    def worker_failed(self, vm: str, reason: str) -> None:
        """The machine could not be built: it is off again."""
        machine = self.machine(vm)
        machine.failure = reason
        if machine.state == STARTING:
            self.server.log.write_of("vm-start-failed", machine)
        self._drop_processes(machine)
        self._set_state(machine, OFF if machine.saved is None else SAVED)

    def worker_gone(self, vm: str, restart: bool = False) -> None:
        """The machine's partition is deleted; after a reset the machine starts again at once."""
        machine = self.machine(vm)
        machine.partition = 0
        machine.running_since = 0
        if machine.saved is not None:
            self.server.log.write_of("vm-saved", machine)
        elif machine.state == RUNNING:
            self.server.log.write_of("vm-reset" if restart else "vm-shut-itself-down", machine)
        self._drop_processes(machine)
        self._set_state(machine, OFF if machine.saved is None else SAVED)
        self.merge_soon(machine)
        if restart:
            self.start(machine.name)

    def _drop_processes(self, machine: VirtualMachine) -> None:
        self.networks.power_off(machine)
        for path, kind in ((f"vmwp/{machine.name}", Worker), (f"vmbus/{machine.name}", BusLink)):
            name = f"{self.host}/root/{path}"
            if self.world.has(name):
                if kind is Worker:
                    self.world.emit(
                        "process", self.name, name, None, None, None, "end", self.PROCESS, machine.name
                    )
                self.world.remove(self.world.get(name, kind))
                self.storage.forget(name)

    # -- stopping ----------------------------------------------------------------------------------

    def shut_down(self, name: str, force: bool) -> None:
        """Ask the guest to shut down through its integration service."""
        machine = self.machine(name)
        if machine.state != RUNNING:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
        link = self.link(name)
        if link is None or not link.ready("shutdown"):
            guest = f"{self.host}/{machine.name}"
            system = self.world.get(guest, GuestSystem) if self.world.has(guest) else None
            never = system is not None and system.record is not None and not system.record.integration_version
            raise Refusal("no-shutdown-ever" if never else "no-shutdown-service", name=machine.name)
        self.server.log.write_of("vm-shut-down", machine)
        seq = self._set_state(machine, STOPPING)
        self.world.because(seq, link.ask_shutdown, force)

    def turn_off(self, name: str) -> None:
        """Pull the plug: the guest is not asked."""
        machine = self.machine(name)
        if machine.state not in (RUNNING, STOPPING, PAUSED, PAUSED_CRITICAL):
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
        self.server.log.write_of("vm-turned-off", machine)
        seq = self._set_state(machine, STOPPING)
        self.world.because(seq, self._worker(machine).tear_down)

    def reset(self, name: str) -> None:
        """Press the reset button: the guest is not asked, and the machine starts again from its disk."""
        machine = self.machine(name)
        if machine.state != RUNNING:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
        self.server.log.write_of("vm-reset", machine)
        seq = self._set_state(machine, STOPPING)
        self.world.because(seq, self._worker(machine).tear_down, True)
