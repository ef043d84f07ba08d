"""A guest operating system at work in a child partition.

It is a program of small operations (a list of tuples, so that it can be saved in
the middle): use the processor for a while, touch a port, read sectors, write a
synthetic register, connect to the VMBus. What it does it does through the
hypervisor alone; it knows its memory, its processor and what its drivers tell
it, and nothing of the host. Which system it is, it learns by reading the boot
disk.
"""

from __future__ import annotations

from hvlab import catalog
from hvlab.guests import legacy, programs, system_record
from hvlab.guests.bus import BusState, GuestBus
from hvlab.guests.drivers import DRIVERS
from hvlab.guests.legacy import LegacyDriver
from hvlab.guests.network import GuestNetwork
from hvlab.guests.operations import OPERATIONS
from hvlab.guests.programs import Op
from hvlab.guests.records import Request, Workload
from hvlab.hypervisor import Hypercalls, Hypervisor, PartitionSoftware, PhysicalMemory
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import handler
from hvlab.vmbus import guest as client
from hvlab.vmbus.signals import POST_AGAIN

HYPERCALL_INPUT_PAGE = 0x1FF
FIRST_FREE_PAGE = 0x300

IDLE = "idle"
HUNG = "hung"
SUSPENDED = "suspended"
LOOK_AT_VALUE = ("status", "ata_done", "check_disk", "legacy_address", "legacy_serve")
"""Operations that use what the one before has read: nothing comes between."""
TIMER_STANDS = 1_000_000_000
"""After how many ns a timer that came while the processor was stopped is looked at again."""


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
        "legacy",
        "deferred",
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
        self.legacy: list[LegacyDriver] = []
        """Drivers of legacy network adapters."""
        self.deferred: list[Op] = []
        """What interrupts have left to do, as soon as the processor is between two operations."""
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
        return Hypercalls(self.hypervisor, self.partition, 0, HYPERCALL_INPUT_PAGE * PAGE_SIZE)

    @property
    def bus(self) -> GuestBus:
        """Its VMBus drivers; only once they are loaded."""
        if self._bus is None:
            assert self.bus_state is not None
            self._bus = GuestBus(self, self.bus_state)
        return self._bus

    @property
    def network(self) -> GuestNetwork:
        """Its addresses and what it asks others."""
        return self.world.get(f"{self.name}/network", GuestNetwork)

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

    @property
    def costs(self) -> tuple[int, int, int]:
        """Exits so far, and bytes through the storage rings, out and back."""
        bus = self.bus_state
        if bus is None:
            return self.exits, 0, 0
        return self.exits, bus.sent.get("storvsc", 0), bus.received.get("storvsc", 0)

    # -- the program ----------------------------------------------------------------------------

    def power_on(self) -> None:
        """The processor starts: firmware first."""
        self.started = self.world.now
        self.program = programs.firmware()
        self.go()

    def go(self) -> None:
        if not self.running:
            self.running = True
            self.after(0, GuestSystem.on_run, None)

    def unblock(self, reason: str) -> None:
        if self.blocked == reason:
            self.blocked = ""
            self.go()

    @handler
    def on_run(self, payload: None) -> int | None:
        """Do the next operations of the program until one takes time or waits."""
        if self.blocked == HUNG:
            return None
        if self.hypervisor.partitions[self.partition].vps[0].suspended:
            self.running = False
            self.blocked = SUSPENDED
            return None
        while self.program or self.deferred:
            if self.deferred and not (self.program and self.program[0][0] in LOOK_AT_VALUE):
                self.program[:0] = self.deferred
                self.deferred = []
            op = self.program.pop(0)
            delay = OPERATIONS[op[0]](self, *op[1:])
            if delay is None:
                self.running = False
                return None
            if delay:
                return delay
        self.running = False
        self.blocked = IDLE
        self.hypervisor.halt(self.partition, 0)
        return None

    def soon(self, operations: list[Op]) -> None:
        """Do these operations as soon as the processor is between two others."""
        self.deferred += operations
        self.unblock(IDLE)

    def wait(self, reason: str) -> None:
        """Nothing to do until an interrupt: the idle loop halts the processor."""
        self.blocked = reason
        self.hypervisor.halt(self.partition, 0)

    def interrupt(self, vp: int, sint: int, vector: int) -> None:
        """An interrupt: the disk's line, or the VMBus. A hung kernel takes none."""
        if self.blocked == HUNG:
            return
        if sint < 0 and legacy.interrupted(self, vector):
            return
        if sint < 0:
            self.line_raised = True
            self.unblock("line")
        elif self.bus_state is not None:
            self.bus.interrupt()

    def resumed(self, vp: int) -> None:
        """The parent has emulated the access; its result is in RAX."""
        processor = self.hypervisor.partitions[self.partition].vps[vp]
        self.value = processor.registers.get("rax", 0)
        self.unblock("port")
        self.unblock(SUSPENDED)

    # -- operations -----------------------------------------------------------------------------

    def io_finished(self, tag: int, status: str) -> None:
        """A disk request has ended."""
        request = self.request
        if request is None or request.tag != tag:
            return
        self.note_io("end", status)
        self.failed = status != "ok"
        work = self.workload
        if work is not None:
            work.done += 1
            work.route = request.route
            if self.failed:
                work.errors += 1
            else:
                work.moved += request.sectors * system_record.SECTOR
        self.request = None
        self.unblock("io")

    def note_io(self, action: str, status: str) -> int:
        request = self.request
        assert request is not None
        return self.world.emit(
            "guest.io",
            self.name,
            f"{self.name}/{'storvsc' if request.route == 'synthetic' else 'atapi'}",
            self.partition,
            0,
            self.units.get(request.unit, (0, 0, 0))[0] or None,
            action,
            "write" if request.write else "read",
            request.lba,
            request.sectors,
            request.route,
            status,
        )

    def post_later(self) -> None:
        """The root's port is full: the bus driver tries again a little later."""
        self.after(POST_AGAIN, GuestSystem.on_post_again, None)

    @handler
    def on_post_again(self, payload: None) -> int | None:
        """Post what found no buffer before."""
        return POST_AGAIN if self.bus.post_again() else None

    def end_of_message(self) -> None:
        """Tell the SynIC that the slot is free: another message waits."""
        self.hypervisor.write_msr(self.partition, 0, programs.MSR_EOM, 0)

    # -- the VMBus --------------------------------------------------------------------------------

    def all_offered(self) -> None:
        """All devices are on offer: start the drivers without which the boot cannot go on."""
        if not self.open_channels(at_boot=True):
            self.bus_ready()

    def open_channels(self, at_boot: bool) -> int:
        """Open the channels on offer for which there is a driver of that kind; how many."""
        count = 0
        for channel in list(self.bus.state.connection.channels.values()):
            kind = DRIVERS.get(channel.interface)
            if kind is None or at_boot != kind.AT_BOOT or channel.state != client.OFFERED:
                continue
            driver = kind.make(self, channel)
            if driver is not None:
                count += 1
                self.bus.open(channel.relid, driver)
        return count

    def offered(self, relid: int) -> None:
        """A device came while the system runs: start its driver, if there is one and its time has come."""
        channel = self.bus.state.connection.channels[relid]
        kind = DRIVERS.get(channel.interface)
        if kind is not None and (kind.AT_BOOT or self.phase == "running"):
            driver = kind.make(self, channel)
            if driver is not None:
                self.bus.open(relid, driver)

    def later(self, delay: int, relid: int) -> None:
        """Call the `tick` of the channel's driver after so many nanoseconds, if it still has one."""
        self.after(delay, GuestSystem.on_tick, relid)

    @handler
    def on_tick(self, relid: int) -> int | None:
        """A driver's time has come; while the processor is stopped, its timers stand still."""
        if self.blocked == HUNG:
            return None
        if self.hypervisor.partitions[self.partition].vps[0].suspended:
            return TIMER_STANDS
        driver = self.bus_state.drivers.get(relid) if self.bus_state is not None else None
        if driver is not None:
            driver.tick(self, relid)
        return None

    @property
    def settled(self) -> bool:
        """Whether every driver is ready that the boot waits for."""
        return all(driver.settled for driver in self.bus.state.drivers.values())

    def disks_found(self, name: str, relid: int, disks: dict[int, int]) -> None:
        """A storage driver is ready: from now on its disks are reached through it."""
        gone = [unit for unit, place in self.units.items() if place[0] == relid and place[1] not in disks]
        for unit in gone:
            del self.units[unit]
        for lun, sectors in disks.items():
            unit = name if name.startswith("ide") else f"{name}:{lun}"
            self.units[unit] = (relid, lun, sectors)
        if self.settled:
            self.bus_ready()

    def storage_lost(self, relid: int) -> None:
        """A storage channel is no more: the request on it has failed, and none will be waited for at boot."""
        request = self.request
        if request is not None and self.units.get(request.unit, (0, 0, 0))[0] == relid:
            self.io_finished(request.tag, "error")
        if self.settled:
            self.bus_ready()

    def bus_ready(self) -> None:
        """The boot can go on."""
        self.unblock("vmbus")

    def note_driver(self, driver: str, state: str, detail: str) -> None:
        """A driver's state changed."""
        self.drivers[driver] = (state, detail)
        self.world.emit("guest.driver", self.name, self.name, self.partition, 0, None, driver, state, detail)

    def hang(self) -> None:
        """The kernel falls into a loop with interrupts off: nothing in the guest goes on any more."""
        self.program = []
        self.deferred = []
        self.blocked = HUNG
        self.running = True

    @property
    def resumed_at(self) -> int:
        """When its processor was last let go on: what it waits for begins to count anew from there."""
        return self.hypervisor.partitions[self.partition].vps[0].resumed_at

    # -- shutting down ------------------------------------------------------------------------------

    def shut_down(self) -> None:
        """Close everything and switch the machine off."""
        self.program = programs.shut_down(catalog.guest(self.system).shutdown_ms)
        if self.blocked in (IDLE, ""):
            self.blocked = ""
            self.go()

    def channel_gone(self, relid: int) -> None:
        """A channel's pages are ours again."""
        channels = self.bus.state.connection.channels.values()
        if not any(channel.state == client.CLOSED and channel.gpadl for channel in channels):
            self.unblock("closing")

    def bus_gone(self) -> None:
        """The root has confirmed the end of the connection."""
        self.unblock("unload")

    # -- workloads ----------------------------------------------------------------------------------

    @property
    def workload(self) -> Workload | None:
        """The workload under way: the first that has not ended; those started later wait for it."""
        return next((work for work in self.workloads if not work.finished), None)

    def start_workload(self, operation: str, unit: str, size: int, count: int, lba: int) -> Workload:
        """An application starts to read or write `count` blocks of `size` bytes of a disk, one after the other.

        Writes leave records that can be verified (`system_record.data_sector`). The
        caller has checked that the guest runs and has the disk.
        """
        number = len(self.workloads) + 1
        work = Workload(number, operation, unit, self.world.now, count, before=self.costs)
        self.workloads.append(work)
        self.note_workload("start", work, size * count)
        self.program += programs.workload(operation == "write", unit, size, count, lba)
        if self.blocked == IDLE:
            self.blocked = ""
            self.go()
        return work

    def note_workload(self, action: str, work: Workload, size: int) -> None:
        """A workload starts or has ended."""
        self.world.emit(
            "guest.workload",
            self.name,
            self.name,
            self.partition,
            0,
            None,
            action,
            work.operation,
            work.unit,
            work.total,
            size,
            work.exits,
            work.ring_out,
            work.ring_back,
        )
