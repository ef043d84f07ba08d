"""The hypervisor of one machine: it checks, executes and records every hypercall, exit and intercept.

It knows partitions, pages, virtual processors, ports and connections, and
nothing of what they are used for: no VMBus, no disk, no operating system. It is
called by the software that runs in a partition (through `call`, `cpuid`,
`write_msr`, `io_port`), and it answers through interrupts and resumptions, which
are events of the world.
"""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.hypervisor import life, synic
from hvlab.hypervisor.calls import (
    FAST,
    HYPERCALLS,
    LONGEST_ENTRY,
    REGISTER_VALUE,
    SIGNAL_EVENT,
    STATUS,
    Privilege,
    Status,
    entries,
    input_value,
    result_value,
    runs_from,
)
from hvlab.hypervisor.costs import Costs
from hvlab.hypervisor.intercepts import (
    INTERCEPT_NAMES,
    IO_PORT,
    MEMORY_MESSAGE,
    READ,
    REP,
    STRING,
    UNMAPPED_GPA,
    WRITE,
    port_message,
)
from hvlab.hypervisor.memory import PAGE_SIZE, PhysicalMemory
from hvlab.hypervisor.partition import (
    ACTIVE,
    MSR_EOM,
    MSR_GUEST_OS_ID,
    MSR_HYPERCALL,
    MSR_NAMES,
    Partition,
    VirtualProcessor,
)
from hvlab.hypervisor.results import Result
from hvlab.hypervisor.scheduler import Scheduler
from hvlab.hypervisor.software import PartitionSoftware
from hvlab.hypervisor.synic import Route
from hvlab.kernel import Component, derived, neighbour

ROOT = 1
HYPERVISOR_PRESENT = 1 << 31
LOCAL_APIC = 1 << 9
"""CPUID's leaf 1, EDX: each processor has an interrupt controller of its own."""
LONG_MODE_LEAF, LONG_MODE = 0x80000001, 1 << 29


register_value = REGISTER_VALUE.struct.pack
_on_interrupt, _on_resume = PartitionSoftware.on_interrupt.id, PartitionSoftware.on_resume.id

_LEAVES_WAYS = ("SignalEvent", "PostMessage", "SetVpRegisters")
"""Hypercalls that change nothing about where signals, messages and accesses go."""


class Hypervisor(Component):
    """One machine's hypervisor; `memory` is the machine's, `partitions` by id, the root is 1."""

    STATE = ("memory", "partitions", "next_partition")

    def __init__(
        self,
        page_count: int,
        costs: Costs,
        codes: dict[str, int],
        processors: int,
        nested_paging: bool = False,
        architecture: str = "x64",
    ) -> None:
        self.nested_paging = nested_paging
        self.architecture = architecture
        """Whose code the processors run."""
        self.memory = PhysicalMemory(page_count)
        self.costs = costs
        self.processors = processors
        self.code_of = {name: codes.get(name, call.code) for name, call in HYPERCALLS.items()}
        self.name_of = {code: name for name, code in self.code_of.items()}
        self.partitions: dict[int, Partition] = {}
        self.next_partition = ROOT + 1
        self._lead = 0
        """What the crossing under way costs before an interrupt it leads to; only within one call."""
        self.losing = False
        """Whether the interrupt that the call under way leads to gets lost; only within one call."""

    def launch(self, software: int) -> Partition:
        """Start: the root partition owns the whole machine and runs `software`."""
        root = Partition(ROOT, 0, Privilege.ROOT, ACTIVE, software)
        root.gpa_map = [(0, 0, self.memory.page_count)]
        root.vps = {number: VirtualProcessor(number, suspended=False) for number in range(self.processors)}
        self.have_scheduler()
        self.partitions[ROOT] = root
        self.world.emit("partition", self.name, self.software_name(root), ROOT, None, None, ACTIVE)
        return root

    def have_scheduler(self) -> None:
        """The one who shares the processors; after a reset it is there already, with empty books."""
        if not self.world.has(f"{self.name}/scheduler"):
            costs = self.costs
            scheduler = Scheduler(self.name, self.processors, costs.scheduler_slice, costs.scheduler_window)
            self.world.add(f"{self.name}/scheduler", scheduler)

    def power_cycle(self) -> None:
        """The machine is reset: no partition is left, and nothing in memory."""
        for number, partition in self.partitions.items():
            partition.state = "Deleted"
            self.world.emit(
                "partition", self.name, f"{self.name}/partition{number}", number, None, None, partition.state
            )
        self.partitions.clear()
        self.forget_ways()
        self.memory.clear(0, self.memory.page_count)
        self.scheduler.forget_all()

    def software_name(self, partition: Partition) -> str:
        """The path of what runs in a partition, for the trace."""
        software = partition.software
        if software < 0:
            return f"{self.name}/partition{partition.number}"
        return self.world.names[software]

    # -- memory, as a partition sees it ------------------------------------------------------

    def machine_page(self, number: int, page: int) -> int:
        """The machine's page behind one of a partition's own. Raises LookupError where nothing is mapped."""
        spa = self.pages.get((number, page))
        if spa is None:
            spa = self.partitions[number].translate(page)
            if spa is None:
                raise LookupError(f"partition {number} has no page at GPA {page * PAGE_SIZE:#x}")
            self.pages[number, page] = spa
        return spa

    def read_gpa(self, number: int, gpa: int, count: int) -> bytes:
        """Bytes of a partition's memory. Raises LookupError where nothing is mapped."""
        page, offset = divmod(gpa, PAGE_SIZE)
        if 0 < count <= PAGE_SIZE - offset:
            return bytes(self.memory.page(self.machine_page(number, page))[offset : offset + count])
        parts = []
        while count > 0:
            step = min(count, PAGE_SIZE - offset)
            parts.append(bytes(self.memory.page(self.machine_page(number, page))[offset : offset + step]))
            page += 1
            offset = 0
            count -= step
        return b"".join(parts)

    def write_gpa(self, number: int, gpa: int, data: bytes) -> None:
        """Change bytes of a partition's memory. Raises LookupError where nothing is mapped."""
        page, offset = divmod(gpa, PAGE_SIZE)
        length, memory = len(data), self.memory
        if 0 < length <= PAGE_SIZE - offset:
            spa = self.machine_page(number, page)
            (memory.own.get(spa) or memory.page_for_write(spa))[offset : offset + length] = data
            return
        done = 0
        while done < length:
            step = min(length - done, PAGE_SIZE - offset)
            target = memory.page_for_write(self.machine_page(number, page))
            target[offset : offset + step] = data[done : done + step]
            page += 1
            offset = 0
            done += step

    # -- hypercalls ------------------------------------------------------------------------

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
        """Execute a hypercall of partition `caller` and record it.

        `block` is the input struct's bytes as they lie in the caller's input page (or
        registers, for a fast call); `runs` stands for the list of pages of a repeat call as
        (first page, count) and `values` for a list of other elements, of which those before
        `start` are done already. Never raises for what a guest may do wrong: the status says it.
        """
        call = HYPERCALLS[name]
        partition = self.partitions[caller]
        changes_ways = name not in _LEAVES_WAYS
        if changes_ways:
            self.forget_ways()
        count = sum(length for _, length in runs) if runs else len(values)
        done = 1
        if call.privilege and not partition.privileges & call.privilege:
            result = Result(Status.ACCESS_DENIED)
        elif start and start >= count:
            result = Result(Status.INVALID_HYPERCALL_INPUT)
        elif call.repeat:
            result = life.execute(self, partition, call, block, runs_from(runs, start), values[start:])
        else:
            result = life.execute(self, partition, call, block)
        if changes_ways:
            self.forget_ways()
        code, status = self.code_of[name], int(result.status)
        value, answer = code | FAST if call.fast else code, status
        if call.repeat:
            worked = entries(count, start, start + result.done, self.costs.repeat_element)
            result.entries = len(worked)
            last = worked[-1]
            value = input_value(code, call.fast, last.count, last.start)
            answer = result_value(status, last.done)
            block += b"".join(values)
            done = result.done
        world, software = self.world, partition.software
        caller_name = world.names[software] if software >= 0 else self.software_name(partition)
        made = name, code, status, STATUS[status], value, answer, done, result.entries, block
        events, before = world.trace.events, world.cause
        events.append((world.now, "hypercall", before, caller_name, self.name, caller, vp, None, made))
        result.seq = seq = len(events)
        processor = partition.vps.get(vp)
        if processor is not None:
            exits = processor.exits
            exits["hypercall"] = exits.get("hypercall", 0) + 1
        if result.then is not None:
            self._lead = self.cost_of(result)
            world.cause = seq
            result.then()
            world.cause = before
            self._lead = 0
        return result

    @derived
    def routes(self) -> dict[tuple[int, int, int], tuple[Route, bytes]]:
        """Where signals go: (caller, connection, flag number) to the way there and the call's input block."""
        return {}

    @derived
    def pages(self) -> dict[tuple[int, int], int]:
        """The machine's pages behind those that partitions have used: (partition, page) to page."""
        return {}

    @derived
    def message_pages(self) -> dict[tuple[int, int], int]:
        """The machine's pages with message slots: (partition, virtual processor) to page."""
        return {}

    def forget_ways(self) -> None:
        """Partitions, ports, pages or synthetic registers change: where signals and messages go is to be found anew."""
        self.routes.clear()
        self.pages.clear()
        self.message_pages.clear()

    def set_registers(
        self, caller: int, vp: int, block: bytes, number: int, index: int, registers: dict[int, int]
    ) -> Result:
        """SetVpRegisters, with which each intercept ends; `block` says whose registers these are.

        Where `call` would find nothing to refuse and enter once, it does the same at once.
        """
        partition, target = self.partitions[caller], self.partitions.get(number)
        count = len(registers)
        if (
            target is None
            or target.parent != caller
            or target.state != ACTIVE
            or index not in target.vps
            or not life.KNOWN_REGISTERS.issuperset(registers)
            or not 0 < count * self.costs.repeat_element <= LONGEST_ENTRY
        ):
            values = [register_value(name, b"", value, 0) for name, value in registers.items()]
            return self.call(caller, vp, "SetVpRegisters", block, (), values)
        processor = target.vps[index]
        was = suspended, intercepted = processor.suspended, processor.intercepted
        for name, value in registers.items():
            block += register_value(name, b"", value, 0)
            if name == life.REGISTER_INTERCEPT_SUSPEND:
                intercepted = bool(value)
            elif name == life.REGISTER_EXPLICIT_SUSPEND:
                suspended = bool(value)
            else:
                processor.registers[life.REGISTER_NAMES[name]] = value
        world, costs, code = self.world, self.costs, self.code_of["SetVpRegisters"]
        caller_name, given, done = self.software_name(partition), code | count << 32, count << 32
        made = "SetVpRegisters", code, 0, "HV_STATUS_SUCCESS", given, done, count, 1, block
        events, before = world.trace.events, world.cause
        events.append((world.now, "hypercall", before, caller_name, self.name, caller, vp, None, made))
        exits, seq = partition.vps[vp].exits, len(events)
        exits["hypercall"] = exits.get("hypercall", 0) + 1
        if was != (suspended, intercepted):
            self._lead = costs.hypercall + count * costs.repeat_element
            world.cause = seq
            self.set_suspended(target, index, suspended, intercepted)
            world.cause = before
            self._lead = 0
        return Result(done=count, seq=seq)

    def signal(self, caller: int, vp: int, connection: int, flag: int) -> Result:
        """SignalEvent, the most frequent call: its way is looked up by `call`, and then known for the next time."""
        known = self.routes.get((caller, connection, flag))
        if known is None:
            block = SIGNAL_EVENT.pack(connection_id=connection, flag_number=flag)
            result = self.call(caller, vp, "SignalEvent", block)
            route = life.find_route(self, self.partitions[caller], connection, flag) if result.ok else None
            if isinstance(route, Route):
                self.routes[caller, connection, flag] = route, block
            return result
        route, block = known
        partition = route.caller
        code = self.code_of["SignalEvent"]
        world = self.world
        seq = world.emit(
            "hypercall",
            world.names[partition.software] if partition.software >= 0 else self.software_name(partition),
            self.name,
            caller,
            vp,
            None,
            "SignalEvent",
            code,
            0,
            "HV_STATUS_SUCCESS",
            code | FAST,
            0,
            1,
            1,
            block,
        )
        exits = partition.vps[vp].exits
        exits["hypercall"] = exits.get("hypercall", 0) + 1
        self._lead = self.costs.hypercall
        before, world.cause = world.cause, seq
        synic.raise_flag(self, route)
        world.cause = before
        self._lead = 0
        return Result(seq=seq)

    def cost_of(self, result: Result) -> int:
        """How long a hypercall took, in ns: each entry costs as much as a call, each element its own time."""
        return result.entries * self.costs.hypercall + result.done * self.costs.repeat_element

    # -- interrupts -----------------------------------------------------------------------

    def interrupt(
        self, partition: Partition, vp: int, sint: int, vector: int, reason: str, number: int
    ) -> None:
        """Interrupt a virtual processor; its software, if there is any, gets it after the interrupt's cost."""
        if partition.software < 0 or self.losing:
            return
        world, software = self.world, partition.software
        events, name = world.trace.events, world.names[software]
        raised = reason, sint if sint >= 0 else None, vector, number
        events.append(
            (world.now, "interrupt", world.cause, self.name, name, partition.number, vp, None, raised)
        )
        processor = partition.vps[vp]
        if processor.suspended or processor.intercepted:
            if (sint, vector) not in processor.pending:  # one bit a vector, as in the APIC
                processor.pending.append((sint, vector))
            return
        processor.halted = False
        delay = self._lead + self.costs.interrupt
        world.schedule(delay, software, _on_interrupt, (vp, sint, vector), len(events))

    def line_interrupt(self, number: int, vector: int, line: int) -> None:
        """A device's interrupt line, raised by the worker process for its emulated device."""
        partition = self.partitions.get(number)
        if partition is not None and 0 in partition.vps:
            self.interrupt(partition, 0, -1, vector, "device line", line)

    # -- what traps in a partition -----------------------------------------------------------

    def _exit(self, partition: Partition, vp: int, reason: str, detail: str, value: int | None) -> int:
        exits = partition.vps[vp].exits
        exits[reason] = exits.get(reason, 0) + 1
        return self.world.emit(
            "exit",
            self.software_name(partition),
            self.name,
            partition.number,
            vp,
            None,
            reason,
            detail,
            value,
        )

    def cpuid(self, number: int, vp: int, leaf: int) -> tuple[int, int, int, int]:
        """CPUID in a partition: an exit that the hypervisor answers itself."""
        partition = self.partitions[number]
        self._exit(partition, vp, "cpuid", f"0x{leaf:x}", leaf)
        if leaf == 1:
            return 0x00010676, 0, HYPERVISOR_PRESENT, LOCAL_APIC
        if leaf == LONG_MODE_LEAF:
            return 0, 0, 0, LONG_MODE
        if leaf == 0x40000000:
            return 0x40000005, 0x7263694D, 0x666F736F, 0x76482074  # "Microsoft Hv"
        if leaf == 0x40000001:
            return int.from_bytes(b"Hv#1", "little"), 0, 0, 0
        if leaf == 0x40000003:
            return 0x3F, partition.privileges >> 32, 0, 0
        return 0, 0, 0, 0

    def write_msr(self, number: int, vp: int, msr: int, value: int) -> None:
        """WRMSR of a synthetic register in a partition: an exit that the hypervisor answers itself."""
        partition = self.partitions[number]
        processor = partition.vps[vp]
        seq = self._exit(partition, vp, "msr", MSR_NAMES.get(msr, f"0x{msr:x}"), value)
        if msr == MSR_EOM:
            self.world.because(seq, synic.end_of_message, self, partition, processor)
            return
        if msr == MSR_HYPERCALL and not processor.msrs.get(MSR_GUEST_OS_ID, 0):
            value &= ~1  # the page stays off until the guest has said who it is
        processor.msrs[msr] = value
        self.forget_ways()

    def halt(self, number: int, vp: int) -> None:
        """HLT in a partition: the processor waits for an interrupt."""
        partition = self.partitions[number]
        processor = partition.vps[vp]
        processor.exits["hlt"] = processor.exits.get("hlt", 0) + 1
        processor.halted = True
        self.world.emit("exit", self.software_name(partition), self.name, number, vp, None, "hlt", "", None)

    def trap(self, number: int, vp: int, reason: str, detail: str) -> None:
        """An instruction leaves a partition and is answered by the hypervisor; nothing else comes of it."""
        self._exit(self.partitions[number], vp, reason, detail, None)

    def owns_devices(self, number: int) -> bool:
        """Whether a partition reaches the machine's devices: the root alone does."""
        return number == ROOT

    @property
    def takes_calls(self) -> bool:
        """Whether a partition's kernel can call it."""
        return True

    @property
    def knows_additions(self) -> bool:
        """Whether it answers the call that Virtual PC's and Virtual Server's Additions make."""
        return False

    def intercepts_port(self, number: int, port: int) -> bool:
        """Whether a partition's parent answers its accesses to a port."""
        return bool(self.partitions[number].intercepts.get((0, port)))

    def unmapped_access(self, number: int, vp: int, gpa: int, write: bool) -> None:
        """An access to memory that a partition has not got: the parent is told, and answers as for a device."""
        partition = self.partitions[number]
        partition.vps[vp].intercepted = True
        message = MEMORY_MESSAGE.pack(
            vp_index=vp, access_type=WRITE if write else READ, guest_physical_address=gpa
        )
        self._tell_parent(
            partition, vp, UNMAPPED_GPA, message, (gpa, "write" if write else "read", 8, 1, None)
        )

    def halted(self, number: int, vp: int) -> bool:
        """Whether a processor has executed HLT and nothing has interrupted it since."""
        return self.partitions[number].vps[vp].halted

    def begins(self, number: int, vp: int) -> bool:
        """A processor begins to work, out of its halt if it was in one; False if it is suspended and cannot."""
        processor = self.partitions[number].vps[vp]
        if processor.suspended or processor.intercepted:
            return False
        processor.halted = False
        return True

    def wake(self, number: int, vp: int) -> None:
        """What a person starts in a partition from outside needs no interrupt to begin."""
        self.partitions[number].vps[vp].halted = False

    def stands(self, number: int, vp: int) -> bool:
        """Whether a processor is suspended, by its parent or by an intercept."""
        processor = self.partitions[number].vps[vp]
        return processor.suspended or processor.intercepted

    def send_interrupt(self, number: int, vp: int, target: int, vector: int) -> None:
        """A processor of a partition interrupts another through its APIC: an exit that the hypervisor answers."""
        partition = self.partitions[number]
        seq = self._exit(partition, vp, "apic", f"ICR 0x{vector:x} to {target}", vector)
        self.world.because(seq, self.interrupt, partition, target, -1, vector, "processor", vp)

    def send_startup(self, number: int, vp: int, target: int, page: int) -> None:
        """A processor of a partition starts another that has stopped since power-on (INIT, then SIPI with a page)."""
        partition = self.partitions[number]
        seq = self._exit(partition, vp, "apic", f"ICR SIPI to {target}", page)
        processor = partition.vps[target]
        if processor.stopped:
            processor.stopped = False
            started = PartitionSoftware.on_started.id
            self.world.because(
                seq, self.world.schedule, self.costs.interrupt, partition.software, started, target
            )

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
        """IN or OUT in a partition (`count` > 1: REP INS/OUTS through `buffer_gpa`).

        If the parent has intercepted the port, the processor is suspended before the
        instruction and a message goes to the parent's SINT0; returns True. Otherwise the
        port is empty: reads give all ones, and False is returned.
        """
        partition = self.partitions[number]
        processor = partition.vps[vp]
        if not partition.intercepts.get((0, port)):
            self._exit(partition, vp, "io port", f"0x{port:x}", None)
            processor.registers["rax"] = (1 << 8 * size) - 1
            return False
        if count > 1:
            rsi, rdi = (buffer_gpa, 0) if write else (0, buffer_gpa)
            message = port_message(vp, 2, write, port, size | STRING | REP, value, count, rsi, rdi)
        else:
            message = port_message(vp, 1, write, port, size, value)
        processor.intercepted = True
        shown = value if write and count <= 1 else None
        self._tell_parent(
            partition, vp, IO_PORT, message, (port, "write" if write else "read", size, count, shown)
        )
        return True

    def _tell_parent(
        self,
        partition: Partition,
        vp: int,
        kind: int,
        message: bytes,
        shown: tuple[int, str, int, int, int | None],
    ) -> None:
        """Record an intercept and put its message into the parent's slot 0."""
        exits, number, world = partition.vps[vp].exits, partition.number, self.world
        exits["intercept"] = exits.get("intercept", 0) + 1
        software, told = self.software_name(partition), (INTERCEPT_NAMES[kind], kind, *shown, message)
        events, before = world.trace.events, world.cause
        events.append((world.now, "intercept", before, software, self.name, number, vp, None, told))
        root = self.partitions[partition.parent]
        self._lead = self.costs.intercept
        world.cause = len(events)
        synic.deliver(self, root, root.vps[0], 0, kind, number, message)
        world.cause = before
        self._lead = 0

    def set_suspended(self, partition: Partition, vp: int, suspended: bool, intercepted: bool) -> None:
        """The parent suspends a processor, lets it go on, or has handled its intercept.

        It goes on when neither reason is left, after the crossing's cost; what interrupted it meanwhile comes then.
        """
        processor = partition.vps[vp]
        was_suspended = processor.suspended
        stood = was_suspended or processor.intercepted
        if suspended and not was_suspended:
            processor.stopped_since = self.world.now
        elif was_suspended and not suspended:
            processor.stopped_for += self.world.now - processor.stopped_since
        processor.suspended = suspended
        processor.intercepted = intercepted
        if suspended or intercepted:
            if not stood:
                self.scheduler.suspend(partition.number, vp)
            return
        if not stood or partition.software < 0:
            return
        if was_suspended:
            processor.resumed_at = self.world.now
        delay = self._lead + self.costs.exit
        self.world.schedule(delay, partition.software, _on_resume, vp)
        self.scheduler.resume(partition.number, vp)
        if processor.pending:
            for sint, vector in processor.pending:
                processor.halted = False
                self.world.schedule(delay, partition.software, _on_interrupt, (vp, sint, vector))
            processor.pending = []

    # -- processor time --------------------------------------------------------------------------

    @neighbour
    def scheduler(self) -> Scheduler:
        """Who shares the logical processors."""
        return self.world.get(f"{self.name}/scheduler", Scheduler)

    def compute(self, number: int, vp: int, nanoseconds: int) -> None:
        """A partition's software wants that much processor time; `computed(vp)` is called when it has had it."""
        self.scheduler.compute(number, vp, nanoseconds)
