"""A guest operating system at work in a child partition.

It is a program of small operations (a list of tuples, so that it can be saved in
the middle): use the processor for a while, touch a port, read sectors, write a
synthetic register, connect to the VMBus. What it does it does through the
hypervisor alone; it knows its memory, its processor and what its drivers tell
it, and nothing of the host. Which system it is, it learns by reading the boot
disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hvlab import catalog
from hvlab.catalog.versions import pair_versions, wire_versions, word_versions
from hvlab.devices.emulated import ide
from hvlab.devices.integration import protocol as ic_protocol
from hvlab.devices.integration.guest import IcGuest
from hvlab.devices.storage.vsc import StorVsc
from hvlab.guests import programs, system_record
from hvlab.guests.bus import INTEGRATION_RING_PAGES, STORAGE_RING_PAGES, BusState, GuestBus
from hvlab.guests.programs import Op
from hvlab.hypervisor import Hypercalls, Hypervisor, PartitionSoftware, PhysicalMemory
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import handler
from hvlab.vmbus import guest as client
from hvlab.vmbus import interfaces
from hvlab.vmbus.guest import Connection

BOOT_SECTOR_GPA = 0x7C00
RECORD_GPA = 0x8000
BUFFER_PAGE = 0x200
BUFFER_PAGES = 64
FIRST_FREE_PAGE = 0x300
VMBUS_VECTOR = 0x52

IDLE = "idle"
SLAVE = "ide:0:1"


@dataclass
class Request:
    """A disk request under way."""

    tag: int
    write: bool
    unit: str
    lba: int
    sectors: int
    path: str


@dataclass
class Workload:
    """A workload's sums: times in ns, counts of what its requests cost."""

    number: int
    operation: str
    unit: str
    started: int
    total: int
    done: int = 0
    errors: int = 0
    moved: int = 0
    path: str = ""
    finished: int = 0
    exits_before: int = 0
    exits: int = 0


class GuestSystem(PartitionSoftware):
    """What runs in a virtual machine's partition."""

    STATE = (
        "vm",
        "host",
        "partition",
        "memory_pages",
        "phase",
        "program",
        "blocked",
        "line_raised",
        "running",
        "value",
        "next_page",
        "system",
        "record",
        "bus_state",
        "units",
        "request",
        "next_tag",
        "failed",
        "workloads",
        "started",
        "booted",
        "drivers",
    )

    def __init__(self, vm: str, host: str, partition: int, memory_pages: int) -> None:
        self.vm = vm
        self.host = host
        self.partition = partition
        self.memory_pages = memory_pages
        self.phase = "firmware"
        self.program: list[Op] = []
        self.blocked = ""
        self.line_raised = False
        self.running = False
        self.value = 0
        self.next_page = FIRST_FREE_PAGE
        self.system = ""
        self.record: system_record.SystemRecord | None = None
        self.bus_state: BusState | None = None
        self.units: dict[str, tuple[int, int, int]] = {}
        """Disk (ide:0:0, scsi:0:1) to (relid or 0 for the emulated channel, logical unit, sectors)."""
        self.request: Request | None = None
        self.next_tag = 1
        self.failed = False
        self.workloads: list[Workload] = []
        self.started = 0
        self.booted = 0
        self.drivers: dict[str, tuple[str, str]] = {}
        self._bus: GuestBus | None = None

    def restored(self) -> None:
        """Views are made again from the state."""
        self._bus = None

    # -- the machine as the guest sees it -----------------------------------------------------

    @property
    def hypervisor(self) -> Hypervisor:
        """What it runs on."""
        return self.world.get(f"{self.host}/hypervisor", Hypervisor)

    @property
    def memory(self) -> PhysicalMemory:
        """The machine's pages, for rings; page numbers go through `machine_page`."""
        return self.hypervisor.memory

    @property
    def hypercalls(self) -> Hypercalls:
        """Hypercalls of its processor 0."""
        return Hypercalls(self.hypervisor, self.partition, 0, BUFFER_PAGE * PAGE_SIZE - PAGE_SIZE)

    @property
    def bus(self) -> GuestBus:
        """Its VMBus drivers; only once they are loaded."""
        if self._bus is None:
            assert self.bus_state is not None
            self._bus = GuestBus(self, self.bus_state)
        return self._bus

    def read(self, gpa: int, count: int) -> bytes:
        """Bytes of its memory."""
        return self.hypervisor.read_gpa(self.partition, gpa, count)

    def write(self, gpa: int, data: bytes) -> None:
        """Change its memory."""
        self.hypervisor.write_gpa(self.partition, gpa, data)

    def machine_page(self, page: int) -> int:
        """The machine's page behind one of its own. LookupError if there is none."""
        spa = self.hypervisor.partitions[self.partition].translate(page)
        if spa is None:
            raise LookupError(f"no page {page:#x}")
        return spa

    def allocate(self, count: int) -> list[int]:
        """Pages for drivers: not contiguous, as a busy system's are not."""
        pages = [self.next_page + 3 * number for number in range(count)]
        self.next_page = pages[-1] + 1 if count % 3 else pages[-1] + 2
        return pages

    @property
    def exits(self) -> int:
        """How often its processors have left it for the hypervisor."""
        partition = self.hypervisor.partitions.get(self.partition)
        return sum(sum(vp.exits.values()) for vp in partition.vps.values()) if partition else 0

    # -- the program ----------------------------------------------------------------------------

    def power_on(self) -> None:
        """The processor starts: firmware first."""
        self.started = self.world.now
        self.program = programs.firmware()
        self._go()

    def _go(self) -> None:
        if not self.running:
            self.running = True
            self.after(0, GuestSystem.on_run, None)

    def _unblock(self, reason: str) -> None:
        if self.blocked == reason:
            self.blocked = ""
            self._go()

    @handler
    def on_run(self, payload: None) -> int | None:
        """Do the next operations of the program until one takes time or waits."""
        while self.program:
            op = self.program.pop(0)
            delay = self._OPERATIONS[op[0]](self, *op[1:])
            if delay is None:
                self.running = False
                return None
            if delay:
                return delay
        self.running = False
        self.blocked = IDLE
        self.hypervisor.halt(self.partition, 0)
        return None

    def _wait(self, reason: str) -> None:
        """Nothing to do until an interrupt: the idle loop halts the processor."""
        self.blocked = reason
        self.hypervisor.halt(self.partition, 0)

    def interrupt(self, vp: int, sint: int, vector: int) -> None:
        """An interrupt: the disk's line, or the VMBus."""
        if sint < 0:
            self.line_raised = True
            self._unblock("line")
        elif self.bus_state is not None:
            self.bus.interrupt()

    def resumed(self, vp: int) -> None:
        """The parent has emulated the access; its result is in RAX."""
        processor = self.hypervisor.partitions[self.partition].vps[vp]
        self.value = processor.registers.get("rax", 0)
        self._unblock("port")

    # -- operations -----------------------------------------------------------------------------

    def _op_phase(self, phase: str) -> int:
        self.phase = phase
        if phase == "running":
            self.booted = self.world.now
        name = self.system if phase in ("loader", "running") else ""
        self.world.emit("guest.phase", self.name, self.name, self.partition, 0, None, phase, name)
        return 0

    def _op_cpu(self, nanoseconds: int) -> int:
        return nanoseconds

    def _op_out(self, port: int, value: int, size: int = 1) -> int | None:
        return self._port(port, True, size, value)

    def _op_in(self, port: int) -> int | None:
        return self._port(port, False, 1, 0)

    def _port(
        self, port: int, write: bool, size: int, value: int, count: int = 1, gpa: int = 0
    ) -> int | None:
        self.blocked = "port"
        if self.hypervisor.io_port(self.partition, 0, port, write, size, value, count, gpa):
            return None
        self.blocked = ""
        self.value = self.hypervisor.partitions[self.partition].vps[0].registers.get("rax", 0)
        return self.hypervisor.costs.exit

    def _op_status(self) -> int | None:
        """Look at the status just read: on an error, skip to the request's end."""
        if self.value & ide.FAILED or self.value == 0:
            self.failed = True
            while self.program and self.program[0][0] != "ata_done":
                self.program.pop(0)
        return 0

    def _op_line(self) -> int | None:
        if self.line_raised:
            self.line_raised = False
            return 0
        self.program.insert(0, ("line",))
        self._wait("line")
        return None

    def _op_sector_in(self, gpa: int) -> int | None:
        return self._port(ide.DATA, False, 2, 0, ide.SECTOR // 2, gpa)

    def _op_sector_out(self, gpa: int) -> int | None:
        return self._port(ide.DATA, True, 2, 0, ide.SECTOR // 2, gpa)

    def _op_ata_done(self) -> int:
        assert self.request is not None
        self.io_finished(self.request.tag, "error" if self.failed else "ok")
        return 0

    def _op_io(self, write: bool, unit: str, lba: int, sectors: int, gpa: int) -> int | None:
        relid, lun, _ = self.units.get(unit, (0, 0, 0))
        tag = self.next_tag
        self.next_tag += 1
        path = "synthetic" if relid else "emulated"
        self.request = Request(tag, write, unit, lba, sectors, path)
        self.failed = False
        seq = self._note_io("start", "")
        if relid:
            self.blocked = "io"
            self.world.because(seq, self.bus.submit, relid, tag, write, lun, lba, sectors, gpa)
            if self.blocked == "io":
                self.hypervisor.halt(self.partition, 0)
            return None
        self.line_raised = False
        self.program[:0] = programs.ata(int(unit == SLAVE), write, lba, sectors, gpa)
        self.world.cause = seq
        return 0

    def io_finished(self, tag: int, status: str) -> None:
        """A disk request has ended."""
        request = self.request
        if request is None or request.tag != tag:
            return
        self._note_io("end", status)
        self.failed = status != "ok"
        if self.workloads and not self.workloads[-1].finished:
            work = self.workloads[-1]
            work.done += 1
            work.path = request.path
            if self.failed:
                work.errors += 1
            else:
                work.moved += request.sectors * system_record.SECTOR
        self.request = None
        self._unblock("io")

    def _note_io(self, action: str, status: str) -> int:
        request = self.request
        assert request is not None
        return self.world.emit(
            "guest.io",
            self.name,
            f"{self.name}/{'storvsc' if request.path == 'synthetic' else 'atapi'}",
            self.partition,
            0,
            self.units.get(request.unit, (0, 0, 0))[0] or None,
            action,
            "write" if request.write else "read",
            request.lba,
            request.sectors,
            request.path,
            status,
        )

    def _op_check_disk(self) -> int:
        """After the first status: is there a drive at all?"""
        if self.value & 0xFF in (0, 0xFF):
            self.program = [("phase", "no-boot-device")]
        return 0

    def _op_find_system(self) -> int:
        start = None if self.failed else system_record.partition_start(self.read(BOOT_SECTOR_GPA, 512))
        if start is None:
            self.program = [("phase", "no-boot-device")]
        else:
            self.program[:0] = [("io", False, "ide:0:0", start, 1, RECORD_GPA), ("load_system",)]
        return 0

    def _op_load_system(self) -> int:
        record = None if self.failed else system_record.read_record(self.read(RECORD_GPA, 512))
        if record is None or record.guest not in catalog.guests():
            self.program = [("phase", "no-operating-system")]
            return 0
        self.record = record
        self.system = record.guest
        self.program = programs.boot(catalog.guest(record.guest), record, BUFFER_PAGE * PAGE_SIZE)
        return 0

    def _op_cpuid(self, leaf: int) -> int:
        self.hypervisor.cpuid(self.partition, 0, leaf)
        return self.hypervisor.costs.exit

    def _op_msr(self, msr: int, value: int) -> int:
        self.hypervisor.write_msr(self.partition, 0, msr, value)
        return self.hypervisor.costs.exit

    def end_of_message(self) -> None:
        """Tell the SynIC that the slot is free: another message waits."""
        self.hypervisor.write_msr(self.partition, 0, programs.MSR_EOM, 0)

    # -- the VMBus --------------------------------------------------------------------------------

    def _op_enlighten(self) -> int:
        """Set up the SynIC's pages; the registers follow as operations of their own."""
        assert self.record is not None
        known = catalog.guest(self.system)
        sim, sief, page, monitor1, monitor2 = self.allocate(5)
        connection = Connection(
            word_versions(known.vmbus_versions),
            page * PAGE_SIZE,
            (monitor1 * PAGE_SIZE, monitor2 * PAGE_SIZE),
        )
        self.bus_state = BusState(connection, sim, sief, page)
        self._bus = None
        self.program[:0] = programs.synic(known.guest_os_id, sim, sief, VMBUS_VECTOR)
        return 0

    def _op_vmbus(self) -> int | None:
        self.blocked = "vmbus"
        self.bus.apply(self.bus.state.connection.connect())
        if self.blocked == "vmbus":
            self.hypervisor.halt(self.partition, 0)
            return None
        return 0

    def all_offered(self) -> None:
        """All devices are on offer: start the storage drivers, the boot disk's first."""
        known = catalog.guest(self.system)
        versions = wire_versions(known.storage_versions)
        found = False
        for channel in list(self.bus.state.connection.channels.values()):
            name = interfaces.storage_name(channel.interface, channel.instance)
            if name:
                found = True
                buffer = self.allocate(1)[0] * PAGE_SIZE
                self.bus.state.storage[channel.relid] = StorVsc(versions, buffer)
                self.bus.open(channel.relid, name, STORAGE_RING_PAGES)
        if not found:
            self.bus_ready()

    def disks_found(self, relid: int, disks: dict[int, int]) -> None:
        """A storage driver is ready: from now on its disks are reached through it."""
        name = self.bus.state.names[relid]
        for lun, sectors in disks.items():
            unit = name if name.startswith("ide") else f"{name}:{lun}"
            self.units[unit] = (relid, lun, sectors)
        if all(driver.step == "ready" for driver in self.bus.state.storage.values()):
            self.bus_ready()

    def bus_ready(self) -> None:
        """The boot can go on."""
        self._unblock("vmbus")

    def _op_integration(self) -> int:
        known = catalog.guest(self.system)
        frameworks = pair_versions(known.ic_frameworks)
        kinds = {
            ic_protocol.SHUTDOWN_INTERFACE: ("shutdown", ic_protocol.SHUTDOWN, known.shutdown_versions),
            ic_protocol.HEARTBEAT_INTERFACE: ("heartbeat", ic_protocol.HEARTBEAT, known.heartbeat_versions),
        }
        for channel in list(self.bus.state.connection.channels.values()):
            if channel.interface in kinds and channel.state == client.OFFERED:
                name, kind, versions = kinds[channel.interface]
                self.bus.state.services[channel.relid] = IcGuest(kind, frameworks, pair_versions(versions))
                self.bus.open(channel.relid, name, INTEGRATION_RING_PAGES)
        return 0

    def note_driver(self, driver: str, state: str, detail: str) -> None:
        """A driver's state changed."""
        self.drivers[driver] = (state, detail)
        self.world.emit("guest.driver", self.name, self.name, self.partition, 0, None, driver, state, detail)

    # -- shutting down ------------------------------------------------------------------------------

    def shut_down(self) -> None:
        """Close everything and switch the machine off."""
        self.program = programs.shut_down(catalog.guest(self.system).shutdown_ms)
        if self.blocked in (IDLE, ""):
            self.blocked = ""
            self._go()

    def _op_close_channels(self) -> int | None:
        if not self.bus.close_all():
            return 0
        self.blocked = "closing"
        return None

    def channel_gone(self, relid: int) -> None:
        """A channel's pages are ours again."""
        channels = self.bus.state.connection.channels.values()
        if not any(channel.state == client.CLOSED and channel.gpadl for channel in channels):
            self._unblock("closing")

    def _op_unload(self) -> int | None:
        self.bus.apply(self.bus.state.connection.unload())
        if self.bus.state.connection.state == client.UNLOADING:
            self.blocked = "unload"
            return None
        return 0

    def bus_gone(self) -> None:
        """The root has confirmed the end of the connection."""
        self._unblock("unload")

    # -- workloads ----------------------------------------------------------------------------------

    def start_workload(self, operation: str, unit: str, size: int, count: int, lba: int) -> Workload:
        """An application starts to read or write `count` blocks of `size` bytes of a disk, one after the other.

        Writes leave records that can be verified (`system_record.data_sector`). The
        caller has checked that the guest runs and has the disk.
        """
        work = Workload(
            len(self.workloads) + 1, operation, unit, self.world.now, count, exits_before=self.exits
        )
        self.workloads.append(work)
        self.world.emit(
            "guest.workload",
            self.name,
            self.name,
            self.partition,
            0,
            None,
            "start",
            operation,
            unit,
            size * count,
        )
        self.program += programs.workload(
            operation == "write", unit, size, count, lba, BUFFER_PAGE * PAGE_SIZE
        )
        if self.blocked == IDLE:
            self.blocked = ""
            self._go()
        return work

    def _op_fill(self, gpa: int, lba: int, sectors: int, sequence: int) -> int:
        data = b"".join(system_record.data_sector(sequence + n, lba + n) for n in range(sectors))
        self.write(gpa, data)
        return 0

    def _op_workload_end(self) -> int:
        work = self.workloads[-1]
        work.finished = self.world.now
        work.exits = self.exits - work.exits_before
        self.world.emit(
            "guest.workload",
            self.name,
            self.name,
            self.partition,
            0,
            None,
            "end",
            work.operation,
            work.unit,
            work.moved,
        )
        return 0

    _OPERATIONS: dict[str, Callable[..., int | None]] = {  # noqa: RUF012 - the meaning of each operation
        "phase": _op_phase,
        "cpu": _op_cpu,
        "out": _op_out,
        "in": _op_in,
        "status": _op_status,
        "line": _op_line,
        "sector_in": _op_sector_in,
        "sector_out": _op_sector_out,
        "ata_done": _op_ata_done,
        "io": _op_io,
        "check_disk": _op_check_disk,
        "find_system": _op_find_system,
        "load_system": _op_load_system,
        "cpuid": _op_cpuid,
        "msr": _op_msr,
        "enlighten": _op_enlighten,
        "vmbus": _op_vmbus,
        "integration": _op_integration,
        "close_channels": _op_close_channels,
        "unload": _op_unload,
        "fill": _op_fill,
        "workload_end": _op_workload_end,
    }
