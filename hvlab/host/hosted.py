"""Virtual Server's way: guests in contexts of a driver of the host's operating system, devices in a service process.

There is no hypervisor below the host's system, so nothing is offered to a guest:
no partitions, no hypercalls, no VMBus, no synthetic registers. Whatever a guest's
processor may not do alone is an exit to the monitor's driver; a device access goes
on from there by a context switch to the service process (vssrvc.exe), which plays
the device, asks the host's system for the disk, and switches back.

`HostedMonitor` keeps the same books as the hypervisor of the other platforms
(pages, processors), which is why the same guest runs on both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol, cast

from hvlab.devices.emulated import ide
from hvlab.guests.guest import GuestSystem
from hvlab.host.disks import DiskRequest
from hvlab.host.machine import VirtualMachine
from hvlab.host.vmms import Vmms
from hvlab.host.worker import Worker
from hvlab.hypervisor import Costs, Hypervisor
from hvlab.hypervisor.calls import Privilege, Status
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.hypervisor.intercepts import IO_PORT, REP, STRING, PortAccess, port_message
from hvlab.hypervisor.life import REGISTER_INTERCEPT_SUSPEND, REGISTER_NAMES
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.partition import ACTIVE, Partition, VirtualProcessor
from hvlab.hypervisor.results import Result
from hvlab.kernel import Component, handler

PROCESS = "vssrvc.exe"


class DevicePlayer(Protocol):
    """The service's part for one machine: it plays the devices."""

    def intercepted(self, kind: int, message: bytes) -> None:
        """A port access of the guest."""


class HostedMonitor(Hypervisor):
    """The monitor's driver in the host's kernel: one context a machine, each exit a way through the host's system."""

    def __init__(self, page_count: int, costs: Costs, switch: int, processors: int) -> None:
        super().__init__(page_count, costs, {}, processors)
        self.switch = switch
        """What a context switch to or from the service process costs, in ns."""

    def launch(self, software: int) -> Partition:
        """The host's system owns the machine; that is no partition of anything, only the first line of the books."""
        host = Partition(ROOT, 0, Privilege.ROOT, ACTIVE, software)
        host.gpa_map = [(0, 0, self.memory.page_count)]
        host.vps = {number: VirtualProcessor(number, suspended=False) for number in range(self.processors)}
        self.have_scheduler()
        self.partitions[ROOT] = host
        return host

    @property
    def takes_calls(self) -> bool:
        """No guest knows of it: it pretends to be a machine in every respect."""
        return False

    @property
    def knows_additions(self) -> bool:
        """Its own Additions call it."""
        return True

    def intercepts_port(self, number: int, port: int) -> bool:
        """The service process answers every access of a guest."""
        return True

    def power_cycle(self) -> None:
        """The machine is reset: no context is left, and nothing in memory."""
        self.partitions.clear()
        self.forget_ways()
        self.memory.clear(0, self.memory.page_count)
        self.scheduler.forget_all()

    def open_context(self, runs: list[tuple[int, int]], software: int) -> int:
        """A context for a machine of one processor, with these pages of the host as its memory."""
        number = self.next_partition
        self.next_partition += 1
        context = Partition(number, ROOT, 0, ACTIVE, software)
        at = 0
        for first, count in runs:
            context.gpa_map.append((at, first, count))
            at += count
        context.vps = {0: VirtualProcessor(0, suspended=False)}
        self.partitions[number] = context
        return number

    def close_context(self, number: int) -> None:
        """The machine is gone; its pages are clean."""
        for _, first, count in self.partitions.pop(number).gpa_map:
            self.memory.clear(first, count)
        self.forget_ways()

    # -- what a guest meets -------------------------------------------------------------------

    def call(
        self,
        caller: int,
        vp: int,
        name: str,
        block: bytes,
        runs: Sequence[tuple[int, int]] = (),
        values: Sequence[bytes] = (),
        start: int = 0,
    ) -> Result:
        """There are no hypercalls."""
        return Result(Status.INVALID_HYPERCALL_CODE)

    def set_registers(
        self, caller: int, vp: int, block: bytes, number: int, index: int, registers: dict[int, int]
    ) -> Result:
        """There are no hypercalls."""
        return Result(Status.INVALID_HYPERCALL_CODE)

    def cpuid(self, number: int, vp: int, leaf: int) -> tuple[int, int, int, int]:
        """A processor of 32 bits without a hypervisor's sign."""
        self._exit(self.partitions[number], vp, "cpuid", f"0x{leaf:x}", leaf)
        return (0x00010676, 0, 0, 0) if leaf == 1 else (0, 0, 0, 0)

    def write_msr(self, number: int, vp: int, msr: int, value: int) -> None:
        """A register that is not there: the exit leads to nothing."""
        self._exit(self.partitions[number], vp, "msr", f"0x{msr:x}", value)

    def io_port(
        self,
        number: int,
        vp: int,
        port: int,
        write: bool,
        size: int,
        value: int = 0,
        count: int = 1,
        buffer_gpa: int = 0,
    ) -> bool:
        """Every port access leaves the guest for the driver, and the driver for the service process."""
        partition = self.partitions[number]
        processor = partition.vps[vp]
        repeat = count > 1
        if repeat:
            rsi, rdi = (buffer_gpa, 0) if write else (0, buffer_gpa)
            message = port_message(vp, 2, write, port, size | STRING | REP, value, count, rsi, rdi)
        else:
            message = port_message(vp, 1, write, port, size, value)
        processor.intercepted = True
        seq = self._exit(partition, vp, "io port", f"0x{port:x}", value if write and not repeat else None)
        self.world.because(seq, self._ask_service, number, message)
        return True

    def _ask_service(self, number: int, message: bytes) -> None:
        """The exit is the service's business: its thread comes back from the driver."""
        seq = self.note_switch(number, self.name, self._service(number))
        self.world.because(seq, self.after, self.switch, HostedMonitor.on_service, (number, message))

    @handler
    def on_service(self, payload: tuple[int, bytes]) -> int | None:
        """The service's thread runs."""
        number, message = payload
        if number in self.partitions:
            cast(DevicePlayer, self.world.get(self._service(number), Component)).intercepted(IO_PORT, message)
        return None

    def enter(self, number: int, vp: int, registers: dict[int, int]) -> None:
        """The service has played the device: its thread goes back into the driver, the driver into the guest."""
        processor = self.partitions[number].vps[vp]
        for register, value in registers.items():
            if register in REGISTER_NAMES:
                processor.registers[REGISTER_NAMES[register]] = value
        seq = self.note_switch(number, self._service(number), self.name)
        self.world.because(seq, self.after, self.switch, HostedMonitor.on_entry, (number, vp))

    @handler
    def on_entry(self, payload: tuple[int, int]) -> int | None:
        """The guest goes on."""
        number, vp = payload
        partition = self.partitions.get(number)
        if partition is not None:
            self.set_suspended(partition, vp, partition.vps[vp].suspended, False)
        return None

    def note_switch(self, number: int, source: str, target: str) -> int:
        """The processor changes to another address space."""
        return self.world.emit("context.switch", source, target, number, 0, None, PROCESS)

    def _service(self, number: int) -> str:
        guest = self.world.at_index(self.partitions[number].software)
        host, _, vm = guest.name.rpartition("/")
        return f"{host}/root/vmwp/{vm}"


class HostedWorker(Worker):
    """The service's thread of one machine."""

    STATE: ClassVar[tuple[str, ...]] = (*Worker.STATE, "late")

    late = 0
    """What the copies of the access under way cost, in ns."""

    @property
    def monitor(self) -> HostedMonitor:
        """The monitor's driver."""
        return self.world.get(f"{self.host}/hypervisor", HostedMonitor)

    def build(self, machine: VirtualMachine, sizes: dict[str, int]) -> None:
        """Give the machine memory of the host and a context of the driver, then let it run."""
        pages = machine.memory // PAGE_SIZE
        self.board = self.make_board(machine, sizes)
        self.plan = [("reserve", pages, 0), ("context", pages), ("enter",)]
        self.after(self.platform.timing.process_start, Worker.on_step, None)

    def tear_down(self, restart: bool = False) -> None:
        """Give everything back."""
        if not self.stopping:
            self.stopping = True
            self.restart = restart
            self.plan = [("leave",), ("end",)]
            self.after(self.platform.timing.management, Worker.on_step, None)

    def _step_context(self, pages: int) -> int:
        self.partition = self.monitor.open_context(self.ram, -1)
        guest = GuestSystem(self.vm, self.host, self.partition, pages)
        self.world.add(f"{self.host}/{self.vm}", guest)
        self.monitor.partitions[self.partition].software = guest.index
        return self.monitor.switch

    def _step_enter(self) -> int:
        self.management.worker_running(self.vm, self.partition)
        self.world.get(f"{self.host}/{self.vm}", GuestSystem).power_on()
        return 0

    def _step_leave(self) -> int:
        self.world.remove(self.world.get(f"{self.host}/{self.vm}", GuestSystem))
        self.monitor.close_context(self.partition)
        self.root.release(self.ram)
        return self.monitor.switch

    _STEPS: ClassVar[dict[str, Callable[..., int]]] = {
        **Worker._STEPS,
        "context": _step_context,
        "enter": _step_enter,
        "leave": _step_leave,
    }

    def _suspend(self, value: int) -> None:
        context = self.monitor.partitions[self.partition]
        for vp, processor in context.vps.items():
            self.monitor.set_suspended(context, vp, bool(value), processor.intercepted)

    # -- playing devices ----------------------------------------------------------------------

    def _copy(self, what: str, size: int) -> int:
        self.world.emit("copy", self.name, self.name, self.partition, None, None, what, size)
        return self.platform.timing.copy

    def _string(self, access: PortAccess) -> list[ide.Effect]:
        effects = super()._string(access)
        self.late += self._copy("guest buffer", access.rcx * (access.access_info & 7))
        return effects

    def _answer(self, vp: int, registers: dict[int, int]) -> None:
        registers.pop(REGISTER_INTERCEPT_SUSPEND)
        delay, self.late = self.late, 0
        self.after(delay, HostedWorker.on_answer, (self.partition, vp, registers))

    @handler
    def on_answer(self, payload: tuple[int, int, dict[int, int]]) -> int | None:
        """The device is played."""
        if not self.stopping:
            self.monitor.enter(*payload)
        return None

    def _submit(self, request: DiskRequest) -> None:
        """The service asks the host's system, which takes the data into its own buffer first."""
        timing = self.platform.timing
        size = request.sectors * ide.SECTOR
        name = "WriteFile" if request.data else "ReadFile"
        self.world.emit(
            "host.call", self.name, self.disks.name, self.partition, None, None, name, request.path, size
        )
        delay = timing.host_call + (self._copy("file buffer", size) if request.data else 0)
        self.after(delay, HostedWorker.on_submit, request)

    @handler
    def on_submit(self, request: DiskRequest) -> int | None:
        """The host's disk driver has the request."""
        self.disks.submit(request)
        return None

    def disk_done(self, token: object, status: str, data: bytes) -> None:
        """The host's disk has ended a request: the service's thread is woken for it."""
        if self.stopping or token != ("ide", self.partition):
            return
        seq = self.monitor.note_switch(self.partition, self.disks.name, self.name)
        delay = self.monitor.switch + (self._copy("file buffer", len(data)) if data else 0)
        self.world.because(seq, self.after, delay, HostedWorker.on_disk, (self.partition, status, data))

    @handler
    def on_disk(self, payload: tuple[int, str, bytes]) -> int | None:
        """The service has the answer: the emulated drive raises its line."""
        number, status, data = payload
        super().disk_done(("ide", number), status, data)
        return None


class VirtualServer(Vmms):
    """The management of Virtual Server: the same questions, answered for machines without a partition."""

    PROCESS = PROCESS

    def create(self, name: str, memory: int, processors: int = 1) -> VirtualMachine:
        """Define a machine; SCSI adapters are not modelled here."""
        machine = super().create(name, memory, processors)
        machine.scsi_controllers = 0
        return machine

    def _root_is_back(self) -> None:
        """The host's system has no synthetic interrupts to switch on."""

    def _launch(self, machine: VirtualMachine, sizes: dict[str, int]) -> None:
        worker = self.world.add(
            f"{self.host}/root/vmwp/{machine.name}", HostedWorker(self.host, machine.name, self.platform)
        )
        seq = self.world.emit(
            "process", self.name, worker.name, None, None, None, "start", PROCESS, machine.name
        )
        self.world.because(seq, worker.build, machine, sizes)
