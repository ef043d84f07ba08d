"""A guest operating system at work in a child partition.

Its threads are programs of small operations: use the processor for a while,
touch a port, read sectors, write a synthetic register, connect to the VMBus. What
it does it does through the hypervisor alone; it knows its memory, its processors
and what its drivers tell it, and nothing of the host. Which system it is, it
learns by reading the boot disk.
"""

from __future__ import annotations

from hvlab import catalog
from hvlab.guests import database, keys, legacy, programs, services, stops, system_record
from hvlab.guests.bus import BusState, GuestBus
from hvlab.guests.clock import GuestClock
from hvlab.guests.database import Check, Database
from hvlab.guests.desk import Desk
from hvlab.guests.drivers import DRIVERS
from hvlab.guests.drivers.console import VideoDriver
from hvlab.guests.drivers.exchange import VssDriver
from hvlab.guests.files import FileJob
from hvlab.guests.legacy import LegacyDriver
from hvlab.guests.network import GuestNetwork
from hvlab.guests.operations import OPERATIONS
from hvlab.guests.records import Request, Workload
from hvlab.guests.threads import Op, Processor, Thread
from hvlab.guests.writers import SystemWriter, Writers
from hvlab.hypervisor import Hypercalls, Hypervisor, PartitionSoftware, PhysicalMemory
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.software import Sent
from hvlab.kernel import derived, handler, neighbour
from hvlab.kernel.calendar import file_time
from hvlab.vmbus import guest as client
from hvlab.vmbus.signals import POST_AGAIN

HYPERCALL_INPUT_PAGE = 0x1FF
FIRST_FREE_PAGE = 0x300
SYSTEM_DISK = "ide:0:0"

IPI_VECTOR = 0xE1
"""The interrupt by which one of its processors wakes another."""
TIMER_STANDS = 1_000_000_000
"""After how many ns a timer that came while the processor was stopped is looked at again."""
FOR_EVER = 1 << 60
"""The processor time that a loop without end wants, in ns."""


class GuestSystem(PartitionSoftware):
    """What runs in a virtual machine's partition."""

    STATE = (
        "vm",
        "host",
        "partition",
        "memory_pages",
        "phase",
        "threads",
        "next_thread",
        "processors",
        "line_raised",
        "line_user",
        "hung",
        "activity",
        "next_page",
        "system",
        "record",
        "bus_state",
        "units",
        "requests",
        "next_tag",
        "workloads",
        "files",
        "started",
        "booted",
        "drivers",
        "legacy",
        "clock",
        "writers",
        "desk",
        "databases",
        "checks",
        "stopped_services",
        "stop_code",
    )

    def outcome(self) -> list[object]:
        """How far it is, what system it is, with which drivers, and what of it stands still."""
        return [
            self.phase,
            self.system,
            sorted(self.drivers.items()),
            sorted(self.stopped_services),
            self.hung,
            self.stop_code,
        ]

    def __init__(self, vm: str, host: str, partition: int, memory_pages: int) -> None:
        self.vm = vm
        self.host = host
        self.partition = partition
        self.memory_pages = memory_pages
        self.phase = "firmware"
        self.threads: dict[int, Thread] = {}
        self.next_thread = 1
        self.processors: list[Processor] = []
        """The processors that have been started."""
        self.line_raised = False
        self.hung = False
        self.activity = ""
        """What its system does besides running: installing, or nothing."""
        self.line_user = 0
        """The thread that uses the emulated disk controller: it takes one request at a time."""
        self.next_page = FIRST_FREE_PAGE
        self.system = ""
        self.record: system_record.SystemRecord | None = None
        self.bus_state: BusState | None = None
        self.units: dict[str, tuple[int, int, int]] = {}
        """Disk (ide:0:0, scsi:0:1) to (relid or 0 for the emulated channel, logical unit, sectors)."""
        self.requests: dict[int, Request] = {}
        """Disk requests under way, by tag."""
        self.next_tag = 1
        self.workloads: list[Workload] = []
        self.files: list[FileJob] = []
        """What its applications have asked of its file system."""
        self.started = 0
        self.booted = 0
        self.drivers: dict[str, tuple[str, str]] = {}
        self.legacy: list[LegacyDriver] = []
        """Drivers of legacy network adapters."""
        self.clock: GuestClock | None = None
        """From the kernel's start on."""
        self.writers = Writers()
        self.desk = Desk()
        self.databases: dict[str, Database] = {}
        """Open databases, by disk."""
        self.checks: list[Check] = []
        self.stopped_services: list[str] = []
        """Services that somebody has stopped."""
        self.stop_code = 0
        """The number of its stop error, 0 while its kernel lives."""
        self._working: Thread | None = None
        self._at = -1
        """The processor that runs at present, -1 for none; only within one event."""
        self.sent: tuple[PartitionSoftware, int, Sent] | None = None
        """To whom, over which channel and what a lane has sent last; only within one event."""
        self.strode = 0
        """The channel whose request has gone by a stride, 0 for none; only until the processor goes on."""

    def restored(self) -> None:
        """Nothing is under way."""
        self._working = None
        self._at = -1
        self.sent = None
        self.strode = 0

    # -- the machine as the guest sees it -----------------------------------------------------

    @neighbour
    def hypervisor(self) -> Hypervisor:
        """What it runs on."""
        return self.world.get(f"{self.host}/hypervisor", Hypervisor)

    @property
    def memory(self) -> PhysicalMemory:
        """The machine's pages, for rings; page numbers go through `machine_page`."""
        return self.hypervisor.memory

    @derived
    def hypercalls(self) -> Hypercalls:
        """Hypercalls of its processor 0."""
        return Hypercalls(self.hypervisor, self.partition, 0, HYPERCALL_INPUT_PAGE * PAGE_SIZE)

    @derived
    def bus(self) -> GuestBus:
        """Its VMBus drivers; only once they are loaded."""
        assert self.bus_state is not None
        return GuestBus(self, self.bus_state)

    @property
    def network(self) -> GuestNetwork:
        """Its addresses and what it asks others."""
        return self.world.get(f"{self.name}/network", GuestNetwork)

    def load_bus(self, state: BusState) -> None:
        """Its VMBus drivers begin, anew if they had begun before."""
        self.bus_state = state
        self.forget_derived()

    def read(self, gpa: int, count: int) -> bytes:
        """Bytes of its memory."""
        return self.hypervisor.read_gpa(self.partition, gpa, count)

    def write(self, gpa: int, data: bytes) -> None:
        """Change its memory."""
        self.hypervisor.write_gpa(self.partition, gpa, data)

    def machine_page(self, page: int) -> int:
        """The machine's page behind one of its own. LookupError if there is none."""
        return self.hypervisor.machine_page(self.partition, page)

    def allocate(self, count: int) -> list[int]:
        """Pages for drivers: not contiguous, as a busy system's are not."""
        pages = list(range(self.next_page, self.next_page + 3 * count, 3))
        self.next_page = pages[-1] + 1 if count % 3 else pages[-1] + 2
        return pages

    @property
    def exits(self) -> int:
        """How often its processors have left it for the hypervisor."""
        partition = self.hypervisor.partitions.get(self.partition)
        return sum(sum(vp.exits.values()) for vp in partition.vps.values()) if partition else 0

    def costs(self, client: str) -> tuple[int, int, int]:
        """Exits so far, and bytes through the rings of that kind of driver, out and back."""
        bus = self.bus_state
        if bus is None:
            return self.exits, 0, 0
        return self.exits, bus.sent.get(client, 0), bus.received.get(client, 0)

    # -- the clock and the writers ----------------------------------------------------------------

    @property
    def ticks(self) -> int:
        """How long its first processor has not been stopped, in ns: what its clock counts."""
        return self.hypervisor.partitions[self.partition].vps[0].ticks(self.world.now)

    @property
    def clock_time(self) -> int:
        """The file time on its clock; 0 before its kernel has started."""
        return self.clock.read(self.ticks) if self.clock is not None else 0

    def start_system(self) -> None:
        """The kernel starts: its clock is right to the second, as the machine's own clock is; its writers are there."""
        known = catalog.guest(self.system)
        second = file_time(self.world.now) // 10_000_000 * 10_000_000
        self.clock = GuestClock(known.clock_drift_ppm, second, self.ticks)
        self.writers = Writers([SystemWriter(name) for name in known.writers])

    def set_clock(self, time: int, why: str) -> None:
        """Set the clock; `why` is sync or sample."""
        assert self.clock is not None
        self.clock.set(time, self.ticks, self.world.now)
        off = self.clock.corrected // 1000
        self.world.emit("guest.clock", self.name, self.name, self.partition, 0, None, why, off)

    def key(self, code: int, info: int) -> None:
        """A key event has reached the guest."""
        self.world.emit(
            "guest.input", self.name, self.name, self.partition, 0, None, "key", f"{code:#04x} {info}"
        )
        if self.phase == "running" and self.desk.key(code, info):
            self.screen_changed()

    def pointer(self, buttons: int, x: int, y: int) -> None:
        """The mouse has been moved or clicked."""
        self.desk.buttons, self.desk.x, self.desk.y = buttons, x, y
        self.world.emit(
            "guest.input", self.name, self.name, self.partition, 0, None, "pointer", f"{x} {y} {buttons}"
        )

    def screen_changed(self) -> None:
        """Something else is on the screen: the video driver tells the host."""
        for relid, driver in list(self.bus_state.drivers.items()) if self.bus_state is not None else ():
            if isinstance(driver, VideoDriver):
                driver.changed(self, relid)

    def freeze(self) -> bool:
        """The writers hold still, and writes are held back from here on; False if one of them cannot."""
        done = self.writers.freeze(self.world.now)
        self._note_writers("frozen" if done else "failed", "")
        if done:
            database.flush_all(self)
        return done

    def thaw(self, why: str) -> None:
        """The writers go on, and what was held back is written."""
        if self.writers.frozen:
            self.writers.thaw()
        self._note_writers("thawed", why)
        self.unblock("thaw")

    def writes_done(self) -> None:
        """A write has ended, or a writer is whole: perhaps a backup has waited for that."""
        if self.writers.frozen and self.bus_state is not None:
            for relid, driver in list(self.bus_state.drivers.items()):
                if isinstance(driver, VssDriver):
                    driver.quiet(self, relid)

    def _note_writers(self, action: str, why: str) -> None:
        count = len(self.writers.writers)
        self.world.emit("guest.writers", self.name, self.name, self.partition, 0, None, action, count, why)

    @property
    def writing(self) -> bool:
        """Whether a write is under way, or a writer still has something to write."""
        return any(request.write for request in self.requests.values()) or not self.writers.whole

    # -- threads and processors -------------------------------------------------------------------

    @property
    def current(self) -> Thread:
        """The thread whose operation is being done."""
        assert self._working is not None
        return self._working

    @property
    def idle(self) -> bool:
        """Whether no thread is left."""
        return not self.threads

    def power_on(self) -> None:
        """The first processor starts: firmware first."""
        self.started = self.world.now
        self.processors = [Processor(0)]
        self.spawn("boot", programs.firmware(), 0)

    def spawn(self, name: str, program: list[Op], vp: int | None = None, urgent: bool = False) -> Thread:
        """A new thread, on that processor or on the one with the fewest."""
        if vp is None:
            load = [thread.vp for thread in self.threads.values()]
            vp = min(self.processors, key=lambda processor: load.count(processor.index)).index
        thread = Thread(self.next_thread, name, vp, program, urgent)
        self.threads[thread.number] = thread
        self.next_thread += 1
        self.go(vp)
        return thread

    def soon(self, operations: list[Op]) -> None:
        """Do what an interrupt has left to do, as soon as the first processor is between two operations."""
        self.spawn("deferred", operations, 0, urgent=True)

    def go(self, vp: int) -> None:
        """A processor has something to do: it goes on, or is woken out of its halt.

        By another processor it is woken with an interrupt. What a person starts from outside just begins.
        The processor that is at work at this moment looks for its next thread by itself.
        """
        processor = self.processors[vp]
        if processor.due or processor.busy or self._at == vp:
            return
        if self.hypervisor.halted(self.partition, vp) and self._at not in (vp, -1):
            self.hypervisor.send_interrupt(self.partition, self._at, vp, IPI_VECTOR)
            return
        processor.due = True
        self.world.schedule(0, self.index, GuestSystem.on_run.id, vp)

    def unblock(self, reason: str) -> None:
        """What threads have waited for has happened."""
        for thread in list(self.threads.values()):
            if thread.waits == reason:
                thread.waits = ""
                self.go(thread.vp)

    @handler
    def on_run(self, vp: int) -> int | None:
        """Do operations of a processor's threads until one takes time, or none can go on."""
        processor = self.processors[vp]
        processor.due = False
        if self.hung or not self.hypervisor.begins(self.partition, vp):
            return None  # `resumed` starts a suspended one again
        leapt = self.strode and self._go_on(vp)
        self._at = vp
        try:
            delay = self._run(processor)
        finally:
            self._at, self._working = -1, None
        sent, self.sent = self.sent, None
        if delay is not None:
            processor.due = True
        elif sent is not None and not (processor.due or self.hung or self.stop_code):
            receiver, channel, what = sent
            if receiver.stride(self.partition, channel, what):
                self.strode = channel
        if delay is not None and leapt:  # the queue would count from when the first of the series began
            self.world.schedule(delay, self.index, GuestSystem.on_run.id, vp)
            return None
        return delay

    def _go_on(self, vp: int) -> int:
        """The last request went by a stride: those that come next go in a series, as far as that is all; how many."""
        relid, self.strode = self.strode, 0
        lane = self.bus.lanes.get(relid) if self.bus_state is not None else None
        going = [thread for thread in self.threads.values() if not thread.waits]
        return lane.series(going[0]) if lane is not None and not vp and len(going) == 1 else 0

    def _run(self, processor: Processor) -> int | None:
        thread = self._next_thread(processor)
        while thread is not None:
            self._working = thread
            operation, *arguments = thread.program.pop(0)
            delay = OPERATIONS[operation](self, *arguments)  # type: ignore[index]  # its name comes first
            if processor.busy:
                return None
            if not thread.program and not thread.waits:
                self.threads.pop(thread.number, None)
            if delay:
                return delay
            threads = self.threads
            if thread.waits or not thread.program or len(threads) > 1 or thread.number not in threads:
                thread = self._next_thread(processor)
        self.hypervisor.halt(self.partition, processor.index)
        return None

    def _next_thread(self, processor: Processor) -> Thread | None:
        """An urgent thread, the one that it works on if that can go on, or the next that can."""
        index, present = processor.index, processor.thread
        if len(self.threads) == 1:  # as it mostly is: nobody to choose from
            (thread,) = self.threads.values()
            if thread.program and thread.vp == index:
                if thread.waits:
                    processor.thread = 0
                    return None
                processor.thread = thread.number
                return thread
        chosen, best = None, 4
        over = []
        for thread in self.threads.values():
            if thread.waits or thread.vp != index:
                continue
            if not thread.program:
                over.append(thread.number)
                continue
            rank = (0 if thread.urgent else 2) + (thread.number != present)
            if rank < best:
                chosen, best = thread, rank
        for number in over:
            del self.threads[number]
        processor.thread = chosen.number if chosen else 0
        return chosen

    def interrupt(self, vp: int, sint: int, vector: int) -> None:
        """An interrupt: the disk's line, another processor, or the VMBus. A hung or stopped kernel takes none."""
        if self.hung or self.stop_code:
            return
        before, self._at = self._at, vp
        try:
            if sint < 0:
                known = keys.interrupted(self, vector) or legacy.interrupted(self, vector)
                if vector != IPI_VECTOR and not known:
                    self.line_raised = True
                    self.unblock("line")
            elif self.bus_state is not None:
                self.bus.interrupt()
        finally:
            self._at = before if before == vp else -1
        if vp < len(self.processors):
            self.go(vp)

    def computed(self, vp: int) -> None:
        """The processor time of a `cpu` operation has been had."""
        self.processors[vp].busy = ""
        if self.hung:
            self._loop(vp)
        else:
            self.go(vp)

    def resumed(self, vp: int) -> None:
        """The processor may go on: the parent has emulated an access (its result is in RAX), or lets it run again."""
        if vp >= len(self.processors):
            return
        processor = self.processors[vp]
        thread = self.threads.get(processor.thread)
        if processor.busy == "port":
            processor.busy = ""
            if thread is not None:
                thread.value = self.hypervisor.partitions[self.partition].vps[vp].registers.get("rax", 0)
        if self.hung:
            self._loop(vp)
        else:
            self.go(vp)

    def started_up(self, vp: int) -> None:
        """Another processor has been started: it finds the kernel ready, and waits for work."""
        self.processors.append(Processor(vp))
        self.go(vp)

    # -- operations -----------------------------------------------------------------------------

    def io_finished(self, tag: int, status: str) -> None:
        """A disk request has ended."""
        request = self.requests.pop(tag, None)
        if request is None:
            return
        self.note_io(request, "end", status)
        failed = status != "ok"
        if request.workload:
            work = self.workloads[request.workload - 1]
            work.done += 1
            work.route = request.route
            if failed:
                work.errors += 1
            else:
                work.moved += request.sectors * system_record.SECTOR
        thread = self.threads.get(request.thread)
        if thread is not None:
            thread.failed = failed
        if self.writers.frozen:
            self.writes_done()
        if thread is not None and thread.waits == f"io {tag}":  # nobody else waits for it
            thread.waits = ""
            self.go(thread.vp)

    def request_ended(self, tag: int) -> None:
        """An interrupt has brought the good end of a disk request, and nothing else: as `interrupt`."""
        self._at = 0
        self.io_finished(tag, "ok")
        self._at = -1
        self.go(0)

    @derived
    def _disk_paths(self) -> dict[str, str]:
        """The path of the driver that serves each route."""
        return {"synthetic": f"{self.name}/storvsc", "emulated": f"{self.name}/atapi"}

    def note_io(self, request: Request, action: str, status: str) -> int:
        """A disk request begins or has ended."""
        unit = self.units.get(request.unit)
        return self.world.emit(
            "guest.io",
            self.name,
            self._disk_paths[request.route],
            self.partition,
            0,
            unit[0] or None if unit else None,
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

    def open_channels(self, at_boot: bool, devices_only: bool = False) -> int:
        """Open the channels on offer for which there is a driver of that kind; how many."""
        count = 0
        for channel in list(self.bus.state.connection.channels.values()):
            kind = DRIVERS.get(channel.interface)
            if kind is None or at_boot != kind.AT_BOOT or channel.state != client.OFFERED:
                continue
            if devices_only and not kind.WITH_DEVICES:
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
            if not services.may_open(self, channel.interface):
                return
            driver = kind.make(self, channel)
            if driver is not None:
                self.bus.open(relid, driver)

    def later(self, delay: int, relid: int) -> None:
        """Call the `tick` of the channel's driver after so many nanoseconds, if it still has one."""
        self.after(delay, GuestSystem.on_tick, relid)

    @handler
    def on_tick(self, relid: int) -> int | None:
        """A driver's time has come; while the processor is stopped, its timers stand still."""
        if self.hung or self.stop_code:
            return None
        if self.hypervisor.stands(self.partition, 0):
            return TIMER_STANDS
        driver = self.bus_state.drivers.get(relid) if self.bus_state is not None else None
        if driver is not None:
            driver.tick(self, relid)
        return None

    def rest(self, delay: int, thread: int) -> None:
        """Let a thread go on after so many nanoseconds."""
        self.after(delay, GuestSystem.on_rested, thread)

    @handler
    def on_rested(self, thread: int) -> int | None:
        """A thread has rested; while the processor is stopped, its timers stand still."""
        if self.hung or self.stop_code:
            return None
        if self.hypervisor.stands(self.partition, 0):
            return TIMER_STANDS
        self.unblock(f"rest {thread}")
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
        for request in list(self.requests.values()):
            if self.units.get(request.unit, (0, 0, 0))[0] == relid:
                self.io_finished(request.tag, "error")
        if self.phase == "running" and self.units.get(SYSTEM_DISK, (0, 0, 0))[0] == relid:
            self.stop(stops.CRITICAL_OBJECT_TERMINATION)
            return
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
        self.hung = True
        self.threads = {}
        for processor in self.processors:
            self._loop(processor.index)

    def stop(self, code: int) -> None:
        """A stop error: the kernel says which on its screen, and does nothing more."""
        self.stop_code, self.phase, self.threads = code, "stop-error", {}
        what = f"0x{code:08X} {stops.NAMES[code]}"
        self.world.emit("guest.phase", self.name, self.name, self.partition, 0, None, self.phase, what)

    def _loop(self, vp: int) -> None:
        """A processor goes round in the hung kernel's loop, and uses all the time it gets."""
        processor = self.processors[vp]
        if not processor.busy:
            processor.busy = "compute"
            self.hypervisor.wake(self.partition, vp)
            self.hypervisor.compute(self.partition, vp, FOR_EVER)

    @property
    def resumed_at(self) -> int:
        """When its processor was last let go on: what it waits for begins to count anew from there."""
        return self.hypervisor.partitions[self.partition].vps[0].resumed_at

    # -- shutting down ------------------------------------------------------------------------------

    def install_services(self, version: str, unit: int) -> int:
        """Set integration services of that version up from the disc in a DVD drive (0 or 1), and restart.

        The number of the thread that does it.
        """
        assert self.record is not None
        place = self.record.boot_set_start + self.record.boot_sectors
        return self.spawn("setup", programs.install(version, place, unit)).number

    def set_up_additions(self, version: str) -> int:
        """Put Virtual Server's Additions of that version on its disk, or take them off (empty), and restart.

        The number of the thread that does it.
        """
        return self.spawn("setup", programs.set_up("additions", ("name_additions", version))).number

    def remove_services(self) -> int:
        """Take the integration services off its disk, and restart. The number of the thread that does it."""
        return self.spawn("setup", programs.set_up("removing", ("name_services", ""))).number

    def shut_down(self, restart: bool = False) -> None:
        """Stop whatever runs, close everything and switch the machine off."""
        self.threads = {}
        if self.writers.frozen:
            self.thaw("shutdown")
        system = programs.shut_down(catalog.guest(self.system).shutdown_ms, restart)
        self.spawn("shutdown", [system[0], *database.closing(self), *system[1:]], 0)

    def channel_gone(self, relid: int) -> None:
        """A channel's pages are ours again."""
        channels = self.bus.state.connection.channels.values()
        if not any(channel.state == client.CLOSED and channel.gpadl for channel in channels):
            self.unblock("closing")

    def bus_gone(self) -> None:
        """The root has confirmed the end of the connection."""
        self.unblock("unload")

    # -- workloads ----------------------------------------------------------------------------------

    def start_workload(self, operation: str, unit: str, size: int, count: int, lba: int) -> Workload:
        """An application starts to read or write `count` blocks of `size` bytes of a disk, one after the other.

        Writes leave records that can be verified (`system_record.data_sector`). The
        caller has checked that the guest runs and has the disk.
        """
        number = len(self.workloads) + 1
        work = Workload(number, operation, unit, self.world.now, count)
        self.workloads.append(work)
        self.note_workload("start", work, size * count)
        self.spawn(
            f"workload {number}", programs.workload(number, operation == "write", unit, size, count, lba)
        )
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
