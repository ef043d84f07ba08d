"""The virtual machine management service: it keeps the virtual machines and starts and stops them.

Every request is checked here against the host's state and the platform's
limits; a refusal names its reason and its figures (`Refusal`), and changes nothing.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from hvlab.catalog import Platform
from hvlab.guests.guest import GuestSystem
from hvlab.host import discs, jobs, mounted, outcome, physical, role, saved, settings, snapshots
from hvlab.host.crash import crash
from hvlab.host.disks import HostStorage
from hvlab.host.link import BusLink
from hvlab.host.machine import (
    OFF,
    PAUSED,
    PAUSED_CRITICAL,
    RUNNING,
    SAVED,
    SAVING,
    SNAPSHOTTING,
    STARTING,
    STOPPING,
    Drive,
    Refusal,
    VirtualMachine,
)
from hvlab.host.networks import VirtualNetworks
from hvlab.host.root import RootKernel
from hvlab.host.saved import SavedState
from hvlab.host.server import ON, ServerSystem, server_of
from hvlab.host.services.storage import StorageService
from hvlab.host.snapshots import Merge, Snapshot
from hvlab.host.worker import Worker
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import Component, derived, handler
from hvlab.storage import iso, raw, vhd
from hvlab.storage.volume import StorageError

MINIMUM_MEMORY = 32 << 20
RESERVED_NAMES = ("root", "hypervisor")
"""A machine's name is a part of paths in the trace; these stand there for the host's own parts."""
SECTOR = 512
QUIET = 1_000_000
"""How often a machine that is to be saved is looked at until nothing of it is under way, in ns."""


class Vmms(Component):
    """The management service of one host."""

    PROCESS: ClassVar[str] = "vmwp.exe"
    """The process that plays a machine's board."""

    STATE = ("machines", "ran_before")

    def __init__(self, host: str, platform: Platform) -> None:
        self.host = host
        self.platform = platform
        self.machines: dict[str, VirtualMachine] = {}
        """By case-folded name, in the order of creation."""
        self.ran_before: tuple[str, ...] = ()
        """The machines that ran when the host was switched off, by folded name."""

    @derived
    def views(self) -> dict[str, Any]:
        """What whoever shows the machines has made of them, by identifier; it is made again when they are put back."""
        return {}

    @property
    def root(self) -> RootKernel:
        """The root's kernel."""
        return self.world.get(f"{self.host}/root", RootKernel)

    @property
    def server(self) -> ServerSystem:
        """The server that it runs on, with its firmware, its role and its event log."""
        return server_of(self.world, self.host)

    @property
    def storage(self) -> HostStorage:
        """The host's volumes."""
        return self.world.get(f"{self.host}/root/storage", HostStorage)

    @property
    def networks(self) -> VirtualNetworks:
        """The host's virtual switches."""
        return self.world.get(f"{self.host}/root/vmswitch", VirtualNetworks)

    def outcome(self) -> list[object]:
        """The machines, by name."""
        disks = outcome.Disks(self.storage.files)
        return [outcome.machine_outcome(one, disks) for _, one in sorted(self.machines.items())]

    # -- looking --------------------------------------------------------------------------------

    def find(self, name: str) -> VirtualMachine | None:
        """The machine of that name, in any case."""
        return self.machines.get(name.casefold())

    def machine(self, name: str) -> VirtualMachine:
        """The machine of that name; Refusal if there is none."""
        found = self.find(name)
        if found is None:
            raise Refusal("no-such-vm", name=name)
        return found

    def check_free(self, machine: VirtualMachine) -> None:
        """Refusal while a job has the machine's files in hand."""
        if machine.job:
            raise Refusal("vm-busy", name=machine.name, job=machine.job)

    def usage(self, machine: VirtualMachine) -> int:
        """What a machine's processors use of the host's at this moment, in per cent."""
        hypervisor = self.root.hypervisor
        running = hypervisor.scheduler.running_of(machine.partition) if machine.partition else 0
        return 100 * running // hypervisor.processors

    def link(self, name: str) -> BusLink | None:
        """The root's end of a running machine's VMBus."""
        path = f"{self.host}/root/vmbus/{self.machine(name).name}"
        return self.world.get(path, BusLink) if self.world.has(path) else None

    # -- settings -------------------------------------------------------------------------------

    def check_limit(self, name: str, asked: int) -> None:
        """Refusal if the platform allows fewer."""
        limit = self.platform.limits[name]
        if asked > limit.value and asked > (most := max(limit.value, self.server.raised(name))):
            values: dict[str, str | int] = {"asked": asked, "limit": most}
            if limit.handout is not None:
                values["handout"] = limit.handout
            raise Refusal(f"limit-{name.replace('_', '-')}", **values)

    def create(self, name: str, memory: int, processors: int = 1) -> VirtualMachine:
        """Define a virtual machine; it gets one SCSI controller, no disks."""
        self.check_new(name, memory, processors)
        identifier = str(uuid.UUID(bytes=self.world.stream(f"{self.name}/ids").uuid_bytes()))
        machine = VirtualMachine(name, identifier, memory, processors, self.world.now)
        self.machines[name.casefold()] = machine
        self._note(machine, "")
        self.server.log.write_of("vm-created", machine)
        return machine

    def check_new(self, name: str, memory: int, processors: int = 1) -> None:
        """Refusal if no machine of that name and size can be defined."""
        self.server.check_role()
        self.check_name(name)
        self.check_memory(memory)
        self.check_limit("processors_per_vm", processors)

    def check_name(self, name: str) -> None:
        """Refusal if no machine can have that name, or one has it."""
        bad = not name.strip() or len(name) > 100 or any(ord(c) < 32 or c in "/\\" for c in name)
        if bad or name.casefold() in RESERVED_NAMES:
            raise Refusal("bad-name", name=name)
        if self.find(name) is not None:
            raise Refusal("name-taken", name=name)

    def check_memory(self, memory: int) -> None:
        """Refusal if no machine can have so many bytes."""
        if memory < MINIMUM_MEMORY or memory % (2 << 20):
            raise Refusal("bad-memory", asked=memory >> 20, minimum=MINIMUM_MEMORY >> 20)
        self.check_limit("memory_per_vm_mb", memory >> 20)
        if not self.platform.handout:
            self.server.check_memory(memory)

    def note_settings(self, machine: VirtualMachine, what: str, value: str) -> int:
        """A machine's settings were changed: the trace tells which."""
        return self.world.emit(
            "vm.setting",
            self.name,
            f"{self.host}/{machine.name}",
            None,
            None,
            None,
            machine.name,
            what,
            value,
        )

    def set_processors(
        self,
        name: str,
        count: int | None = None,
        weight: int | None = None,
        reserve: int | None = None,
        maximum: int | None = None,
    ) -> None:
        """Change a machine's processors: their number while it is off, their share (per cent, weight) at any time."""
        machine = self.machine(name)
        if count is not None and count != machine.processors:
            if machine.state != OFF:
                raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
            self.check_limit("processors_per_vm", count)
            machine.processors = count
        new_reserve = machine.reserve if reserve is None else reserve
        new_maximum = machine.maximum if maximum is None else maximum
        if new_reserve > new_maximum:
            raise Refusal("reserve-over-maximum", reserve=new_reserve, maximum=new_maximum)
        machine.weight = machine.weight if weight is None else weight
        machine.reserve, machine.maximum = new_reserve, new_maximum
        path = f"{self.host}/root/vmwp/{machine.name}"
        if machine.partition and self.world.has(path):
            self.world.get(path, Worker).share_again(machine)

    def reserved(self) -> int:
        """Per cent of a logical processor that running machines have reserved in all."""
        running = (machine for machine in self.machines.values() if machine.state != OFF)
        return sum(machine.reserve * machine.processors for machine in running)

    def remove(self, name: str) -> list[str]:
        """Delete a machine's definition; its disks stay. Returns those of snapshots that could not be merged.

        It must be off or saved; what was saved goes with it.
        """
        machine = self.machine(name)
        self.check_free(machine)
        if machine.state == SAVED and machine.saved is not None:
            self.remove_saved(name)
        if machine.state != OFF:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
        self._leave_no_snapshots(machine)
        del self.machines[name.casefold()]
        self.server.log.write_of("vm-deleted", machine)
        self.world.emit(
            "vm.state",
            self.name,
            f"{self.host}/{machine.name}",
            None,
            None,
            None,
            machine.name,
            machine.state,
            "Removed",
        )
        return [drive.path for drive in machine.drives if drive.path.endswith(snapshots.EXTENSION)]

    def check_disk(self, path: str) -> str:
        """The full path of a disk, virtual or physical, that can be plugged in; Refusal if it cannot."""
        if raw.number_of(path) is not None:
            if self.platform.hosted:
                raise Refusal("no-pass-through", platform=self.platform.name)
            return physical.check_attach(self, path)
        path = self.storage.files.normalise(path)
        try:
            self.storage.open(path)
        except StorageError:
            raise Refusal("no-such-file", path=path) from None
        except vhd.BadVhd:
            raise Refusal("not-a-vhd", path=path) from None
        for other in self.machines.values():
            if any(drive.path.casefold() == path.casefold() for drive in other.drives):
                raise Refusal("disk-in-use", path=path, name=other.name)
        return path

    def mounted(self) -> tuple[str, ...]:
        """The virtual disks that the host itself has attached, by folded path."""
        path = mounted.path_of(self.host)
        return tuple(self.world.get(path, mounted.Mounts).mounts) if self.world.has(path) else ()

    def add_drive(
        self, name: str, path: str, controller: str | None, number: int | None, location: int | None
    ) -> Drive:
        """Plug a virtual disk in; without a place, into the first free one (IDE first)."""
        machine = self.machine(name)
        if machine.state == RUNNING and controller is None and self.platform.hot_add_disks:
            controller = "SCSI"
        self._check_plugging(machine, controller or "IDE")
        path = self.check_disk(path)
        drive = Drive(*self._place(machine, controller, number, location), path)
        machine.drives.append(drive)
        if machine.state == RUNNING:
            sectors = self.storage.open(path).size // SECTOR
            service, link = self._controller(machine, drive)
            self.world.because(
                self._note_drive(machine, drive, "plug"), service.plug, link, drive.location, path, sectors
            )
        return drive

    def remove_drive(self, name: str, controller: str, number: int, location: int) -> Drive:
        """Pull a virtual disk out; its file stays."""
        machine = self.machine(name)
        drive = machine.drive_at(controller, number, location)
        if drive is None:
            raise Refusal("no-drive-there", controller=controller, number=number, location=location)
        self._check_plugging(machine, controller)
        machine.drives.remove(drive)
        if machine.state == RUNNING:
            service, link = self._controller(machine, drive)
            self.world.because(
                self._note_drive(machine, drive, "unplug"), service.unplug, link, drive.location
            )
        return drive

    def _check_plugging(self, machine: VirtualMachine, controller: str) -> None:
        """Refusal unless disks can be plugged in and out now: while it is off, or while it runs, by SCSI only."""
        self.check_free(machine)
        if machine.state == OFF:
            return
        if machine.state != RUNNING:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
        if not self.platform.hot_add_disks:
            raise Refusal("no-hot-add", name=machine.name, platform=self.platform.name)
        if controller != "SCSI":
            raise Refusal("ide-not-hot", name=machine.name)

    def _controller(self, machine: VirtualMachine, drive: Drive) -> tuple[StorageService, BusLink]:
        """The service behind a running machine's SCSI controller."""
        link = self.link(machine.name)
        assert link is not None
        service = link.services[f"scsi:{drive.number}"]
        assert isinstance(service, StorageService)
        return service, link

    def _note_drive(self, machine: VirtualMachine, drive: Drive, action: str) -> int:
        return self.world.emit(
            "vm.drive",
            self.name,
            f"{self.host}/{machine.name}",
            machine.partition,
            None,
            None,
            machine.name,
            action,
            f"{drive.controller} {drive.number}:{drive.location}",
            drive.path,
        )

    def _place(
        self, machine: VirtualMachine, controller: str | None, number: int | None, location: int | None
    ) -> tuple[str, int, int]:
        per_scsi = self.platform.limits["disks_per_scsi_controller"].value
        places = [("IDE", bus, unit) for bus in (0, 1) for unit in (0, 1)]
        places += [("SCSI", bus, unit) for bus in range(machine.scsi_controllers) for unit in range(per_scsi)]
        fitting = [
            place
            for place in places
            if controller in (None, place[0]) and number in (None, place[1]) and location in (None, place[2])
        ]
        if not fitting:
            if controller == "SCSI" and location is not None and location >= per_scsi:
                self.check_limit("disks_per_scsi_controller", location + 1)
            raise Refusal(
                "no-such-place", controller=controller or "IDE", number=number or 0, location=location or 0
            )
        for place in fitting:
            if not machine.taken(*place):
                return place
        raise Refusal("place-taken", controller=fitting[0][0], number=fitting[0][1], location=fitting[0][2])

    # -- starting and stopping ------------------------------------------------------------------

    def _note(self, machine: VirtualMachine, previous: str) -> int:
        return self.world.emit(
            "vm.state",
            self.name,
            f"{self.host}/{machine.name}",
            machine.partition or None,
            None,
            None,
            machine.name,
            previous or None,
            machine.state,
        )

    def _set_state(self, machine: VirtualMachine, state: str) -> int:
        previous, machine.state = machine.state, state
        machine.changed = self.world.now
        return self._note(machine, previous)

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
            seq, self.after, self.platform.timing.management, Vmms.on_start, machine.name.casefold()
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

    # -- the root's own end -----------------------------------------------------------------------

    def root_crashes(self) -> None:
        """The root crashes, and every child with it; the machine resets and boots."""
        self.server.check_on()
        if self.root.down:
            raise Refusal("host-down")
        ran = tuple(key for key, machine in self.machines.items() if machine.state not in (OFF, SAVED))
        self._reboot(ran)
        self.server.log.write("unexpected")

    def restart_host(self, ran: tuple[str, ...]) -> None:
        """The host starts anew in good order, after what ran (by folded name) was stopped or saved. Refusal."""
        self._go_down("restart")
        self._reboot(ran)

    def switch_host_off(self, ran: tuple[str, ...]) -> None:
        """The host shuts down in good order, after what ran was stopped or saved, and the power goes. Refusal."""
        self._go_down("shutdown")
        self._lose_all()
        self.server.switch_off()
        self.ran_before = ran

    def switch_host_on(self) -> None:
        """The power button is pressed: the firmware reads its switches, and the system boots. Refusal if it is on."""
        if self.server.power == ON:
            raise Refusal("host-on")
        self.server.switch_on()
        self.after(self.platform.timing.host_boot, Vmms.on_root_booted, self.ran_before)

    def _go_down(self, kind: str) -> None:
        self.server.check_on()
        if self.root.down:
            raise Refusal("host-down")
        self.server.log.write("restart-asked", kind=kind, reason="console")
        self.server.log.write("log-stopped")

    def _reboot(self, ran: tuple[str, ...]) -> None:
        self._lose_all()
        self.after(self.platform.timing.host_boot, Vmms.on_root_booted, ran)

    def _lose_all(self) -> None:
        self.world.forget_component(self.index)  # its jobs
        lost = crash(self.world, self.host, list(self.machines.values()))
        self.networks.lose_links()
        seq = self.world.emit(
            "process", f"{self.host}/root", self.name, None, None, None, "end", "vmms.exe", ""
        )
        for machine in self.machines.values():
            jobs.lose(self.world, self.host, machine)
        mounted.lose(self.world, self.host, self.storage.files)
        for machine in lost:
            if machine.state in (STARTING, STOPPING, SAVING, SNAPSHOTTING):
                machine.failure = "state-lost"
            self.networks.power_off(machine)
            self.world.because(seq, self._set_state, machine, OFF)

    @handler
    def on_root_booted(self, ran: tuple[str, ...]) -> int | None:
        """The root is there again: machines are started as their settings say."""
        root = self.root
        beta = not self.server.released
        again = self.server.booted()
        if beta and self.server.released and self.platform.integration_disc:
            discs.put_setup_disc(self.storage.files, self.platform.integration_disc)
        if again:
            self.after(self.platform.timing.host_boot, Vmms.on_root_booted, ran)
            return None
        role.settle(self, self.server.role)
        root.down = False
        if not self.server.launched:
            return None
        root.hypervisor.launch(root.index)
        self._root_is_back()
        self.world.emit("process", f"{self.host}/root", self.name, None, None, None, "start", "vmms.exe", "")
        for key, machine in self.machines.items():
            if settings.comes_back(machine, key in ran):
                self.after(machine.start_delay, Vmms.on_autostart, key)
        return None

    @handler
    def on_autostart(self, key: str) -> int | None:
        """A machine's turn has come after the host's boot."""
        machine = self.machines.get(key)
        if machine is not None and machine.state in (OFF, SAVED):
            try:
                self.start(key)
            except Refusal as refusal:
                machine.failure = refusal.reason
        return None

    def _root_is_back(self) -> None:
        """Its kernel switches its synthetic interrupts on."""
        self.root.start()

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

    def _worker(self, machine: VirtualMachine) -> Worker:
        return self.world.get(f"{self.host}/root/vmwp/{machine.name}", Worker)

    # -- a volume without room ------------------------------------------------------------------

    def out_of_space(self, user: str) -> None:
        """A disk of a machine cannot grow: the machine is paused as it is, before its guest hears of an error."""
        machine = self.find(user.rpartition("/")[2])
        if machine is not None and machine.state in (RUNNING, STOPPING):
            seq = self._set_state(machine, PAUSED_CRITICAL)
            self.world.because(seq, self._worker(machine).pause)

    # -- snapshots --------------------------------------------------------------------------------

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
        self.world.because(seq, self.after, QUIET, Vmms.on_snapshot_quiet, (machine.name.casefold(), name))

    @handler
    def on_snapshot_quiet(self, payload: tuple[str, str]) -> int | None:
        """Wait until nothing of the machine is under way; then its memory is written."""
        machine = self.machines.get(payload[0])
        if machine is None or machine.state != SNAPSHOTTING:
            return None
        if self.busy(machine):
            return QUIET
        writing = machine.memory // SECTOR * self.platform.timing.disk_sector
        self.after(writing, Vmms.on_snapshot_written, payload)
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
        while (merge := snapshots.next_merge(machine, files)) is not None:
            try:
                snapshots.carry_out(self.storage, machine, merge, self.world.now)
            except (StorageError, vhd.BadVhd):
                return  # what is not merged stays, a chain of files that can be read and merged by hand

    def _note_snapshot(self, machine: VirtualMachine, action: str, name: str) -> None:
        child = f"{self.host}/{machine.name}"
        self.world.emit("snapshot", self.name, child, None, None, None, action, name, len(machine.snapshots))

    def merge_soon(self, machine: VirtualMachine) -> None:
        """Begin the next merge, if the machine is off or saved and there is one."""
        if machine.state not in (OFF, SAVED) or machine.job:
            return
        merge = snapshots.next_merge(machine, self.storage.files)
        if merge is not None:
            try:
                moved = snapshots.sectors_to_move(self.storage, merge)
            except (StorageError, vhd.BadVhd):
                self.server.log.write_of("merge-failed", machine)
                return
            length = self.platform.timing.management + 2 * moved * self.platform.timing.disk_sector
            self.after(length, Vmms.on_merged, (machine.name.casefold(), self.world.now, merge))

    @handler
    def on_merged(self, payload: tuple[str, int, Merge]) -> int | None:
        """A merge has had its time; if the machine was started meanwhile, all of it was in vain."""
        key, begun, merge = payload
        machine = self.machines.get(key)
        if machine is None or machine.state not in (OFF, SAVED) or machine.job or machine.changed > begun:
            return None
        if snapshots.next_merge(machine, self.storage.files) != merge:
            return None
        try:
            snapshots.carry_out(self.storage, machine, merge, self.world.now)
        except (StorageError, vhd.BadVhd):
            self.server.log.write_of("merge-failed", machine)
            return None
        self._note_snapshot(machine, "merged", (merge.lower or merge.upper).rpartition("\\")[2])
        self.merge_soon(machine)
        return None

    def busy(self, machine: VirtualMachine) -> bool:
        """Whether anything of a machine that stands is under way still."""
        users = [f"{self.host}/root/{process}/{machine.name}" for process in ("vmwp", "vmbus")]
        vps = self.root.hypervisor.partitions[machine.partition].vps
        requests = any(self.storage.under_way.get(user) for user in users)
        return requests or any(vp.intercepted for vp in vps.values())

    # -- standing still ---------------------------------------------------------------------------

    def suspend(self, name: str) -> None:
        """Stop a running machine's processors; its memory stays where it is."""
        machine = self.machine(name)
        if machine.state != RUNNING:
            raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
        self.server.log.write_of("vm-paused", machine)
        seq = self._set_state(machine, PAUSED)
        self.world.because(seq, self._worker(machine).pause)

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
        self.world.because(seq, self.after, QUIET, Vmms.on_quiet, machine.name.casefold())

    @handler
    def on_quiet(self, key: str) -> int | None:
        """Wait until nothing of the machine is under way, then write, which takes what the disk takes for it."""
        machine = self.machines.get(key)
        if machine is None or machine.state != SAVING:
            return None
        if self.busy(machine):
            return QUIET
        sectors = machine.memory // SECTOR
        self.after(sectors * self.platform.timing.disk_sector, Vmms.on_written, key)
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
