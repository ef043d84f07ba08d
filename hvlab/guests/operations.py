"""What each operation of a guest's program does: one function an operation, one table.

An operation is done for the thread `guest.current`, on its processor. It returns
the nanoseconds after which that goes on (0: at once). If the thread must wait, it
says for what (`waits`), and whoever brings that calls `guest.unblock`; if the
processor itself is taken (computing, in a port access), it marks it busy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from hvlab import catalog
from hvlab.catalog.versions import word_versions
from hvlab.devices.emulated import ide
from hvlab.guests import (
    computing,
    database,
    disc,
    duty,
    files,
    keys,
    legacy,
    network_record,
    programs,
    sending,
    startup,
    stops,
    system_record,
)
from hvlab.guests.bus import BusState
from hvlab.guests.programs import BOOT_SECTOR_GPA, RECORD_GPA
from hvlab.guests.records import Request
from hvlab.hypervisor import instructions
from hvlab.hypervisor.hypervisor import HYPERVISOR_PRESENT, LOCAL_APIC, LONG_MODE, LONG_MODE_LEAF
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.vmbus import guest as client
from hvlab.vmbus.guest import Connection

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem

MASTER, SLAVE = "ide:0:0", "ide:0:1"
"""The disks that are reached by port accesses too."""
VMBUS_VECTOR = 0x52
STARTUP_PAGE = 0x8
"""Where the code lies that a processor begins with, as the start-up message names it."""


def _phase(guest: GuestSystem, phase: str) -> int:
    guest.phase = phase
    if phase == "running":
        guest.booted = guest.world.now
    name = guest.system if phase in ("loader", "running") else ""
    guest.world.emit("guest.phase", guest.name, guest.name, guest.partition, 0, None, phase, name)
    guest.screen_changed()
    return 0


def _cpu(guest: GuestSystem, nanoseconds: int) -> int:
    vp = guest.current.vp
    guest.processors[vp].busy = "compute"
    guest.hypervisor.compute(guest.partition, vp, nanoseconds)
    return 0


def _out(guest: GuestSystem, port: int, value: int, size: int = 1) -> int:
    return _port(guest, port, True, size, value)


def _in(guest: GuestSystem, port: int, size: int = 1) -> int:
    return _port(guest, port, False, size, 0)


def _port(
    guest: GuestSystem, number: int, write: bool, size: int, value: int, count: int = 1, gpa: int = 0
) -> int:
    thread = guest.current
    if guest.hypervisor.io_port(guest.partition, thread.vp, number, write, size, value, count, gpa):
        guest.processors[thread.vp].busy = "port"
        return 0
    thread.value = guest.hypervisor.partitions[guest.partition].vps[thread.vp].registers.get("rax", 0)
    return guest.hypervisor.costs.exit


def _status(guest: GuestSystem) -> int:
    """Look at the status just read: on an error, skip to the request's end."""
    thread = guest.current
    if thread.value & ide.FAILED or thread.value == 0:
        thread.failed = True
        while thread.program and thread.program[0][0] != "ata_done":
            thread.program.pop(0)
        thread.program.insert(0, ("in", ide.ERROR))
    return 0


def _line(guest: GuestSystem) -> int:
    if guest.line_raised:
        guest.line_raised = False
        return 0
    guest.current.program.insert(0, ("line",))
    guest.current.waits = "line"
    return 0


def _sector_in(guest: GuestSystem, gpa: int) -> int:
    return _port(guest, ide.DATA, False, 2, 0, ide.SECTOR // 2, gpa)


def _sector_out(guest: GuestSystem, gpa: int) -> int:
    return _port(guest, ide.DATA, True, 2, 0, ide.SECTOR // 2, gpa)


def _string(guest: GuestSystem, write: bool, port: int, words: int, gpa: int) -> int:
    """REP INSW or OUTSW: one exit, however many words."""
    return _port(guest, port, write, 2, 0, words, gpa)


def _lay(guest: GuestSystem, gpa: int, data: bytes) -> int:
    guest.write(gpa, data)
    return 0


def _ata_done(guest: GuestSystem, tag: int) -> int:
    thread = guest.current
    guest.line_user = 0
    guest.unblock("controller")
    damaged = thread.failed and thread.value & ide.UNCORRECTABLE and thread.value < 0xFF
    guest.io_finished(tag, "medium" if damaged else "error" if thread.failed else "ok")
    return 0


def _io(
    guest: GuestSystem, write: bool, unit: str, lba: int, sectors: int, gpa: int, workload: int = 0
) -> int:
    thread = guest.current
    relid, lun, _ = guest.units.get(unit, (0, 0, 0))
    pio = not relid and unit in (MASTER, SLAVE)
    if pio and guest.line_user:
        thread.program.insert(0, ("io", write, unit, lba, sectors, gpa, workload))
        thread.waits = "controller"
        return 0
    if write and guest.writers.frozen and thread.name != database.FLUSHER:
        thread.program.insert(0, ("io", write, unit, lba, sectors, gpa, workload))
        thread.waits = "thaw"
        return 0
    tag = guest.next_tag
    guest.next_tag += 1
    route = "emulated" if pio else "synthetic"
    request = guest.requests[tag] = Request(tag, thread.number, workload, write, unit, lba, sectors, route)
    thread.failed = False
    seq = guest.note_io(request, "start", "")
    if relid:
        thread.waits = f"io {tag}"
        lane = guest.bus.lanes.get(relid)
        if lane is not None and lane.submit(tag, write, lun, lba, sectors, gpa, seq):
            return 0
        guest.world.because(seq, guest.bus.submit, relid, tag, write, lun, lba, sectors, gpa)
        return 0
    if not pio:
        guest.world.because(seq, guest.io_finished, tag, "gone")  # a disk that has been pulled out
        return 0
    if lba + sectors > ide.REACH:
        guest.world.because(seq, guest.io_finished, tag, "error")  # an address of 28 bits ends before
        return 0
    guest.line_user = thread.number
    guest.line_raised = False
    thread.program[:0] = programs.ata(tag, int(unit == SLAVE), write, lba, sectors, gpa)
    guest.world.cause = seq
    return 0


def _check_disk(guest: GuestSystem, number: int) -> int:
    """After the first status: is there a drive at all? It is the boot order's device of that number."""
    if guest.current.value & 0xFF in (0, 0xFF):
        startup.try_next(guest, number)
    return 0


def _find_system(guest: GuestSystem, number: int) -> int:
    start = None if guest.current.failed else system_record.partition_start(guest.read(BOOT_SECTOR_GPA, 512))
    if start is None:
        startup.try_next(guest, number)
    else:
        guest.current.program[:0] = [
            ("io", False, "ide:0:0", start, 1 + network_record.PLACE, RECORD_GPA),
            ("load_system",),
        ]
    return 0


def _load_system(guest: GuestSystem) -> int:
    record = None if guest.current.failed else system_record.read_record(guest.read(RECORD_GPA, 512))
    if record is None or record.guest not in catalog.guests():
        guest.current.program = [("phase", "no-operating-system")]
        return 0
    system = catalog.guest(record.guest)
    if (system.architecture == "ia64") != (guest.hypervisor.architecture == "ia64"):
        guest.current.program = [("phase", "other-processor")]
        return 0
    guest.record = record
    guest.system = record.guest
    guest.start_system()
    driver = system_record.boot_driver(guest.read(BOOT_SECTOR_GPA, 512))
    guest.current.program = programs.boot(system, record, driver)
    if system.bits == 64 and system.architecture == "x86":
        guest.current.program.insert(0, ("long_mode",))
    return 0


def _long_mode(guest: GuestSystem) -> int:
    """A 64-bit loader looks whether the processor can do what its system needs."""
    features = guest.hypervisor.cpuid(guest.partition, guest.current.vp, LONG_MODE_LEAF)[3]
    if not features & LONG_MODE:
        guest.current.program = [("phase", "no-long-mode")]
    return guest.hypervisor.costs.exit


def _board(guest: GuestSystem) -> int:
    """A system that was set up for an APIC looks whether the board has one."""
    if not guest.hypervisor.cpuid(guest.partition, guest.current.vp, 1)[3] & LOCAL_APIC:
        guest.stop(stops.MISMATCHED_HAL)
    return guest.hypervisor.costs.exit


def _foreign_disk(guest: GuestSystem) -> int:
    """The kernel takes over from the firmware; its only driver is for a controller that is not on this board."""
    guest.stop(stops.INACCESSIBLE_BOOT_DEVICE)
    return 0


def _require(guest: GuestSystem) -> int:
    """A boot that cannot read its disk ends in a stop error."""
    if guest.current.failed:
        guest.stop(stops.INACCESSIBLE_BOOT_DEVICE)
    return 0


def _cpuid(guest: GuestSystem, leaf: int) -> int:
    features = guest.hypervisor.cpuid(guest.partition, guest.current.vp, leaf)[2]
    if leaf == 1 and not features & HYPERVISOR_PRESENT:
        _stay_plain(guest)
    return guest.hypervisor.costs.exit


def _instruction(guest: GuestSystem, text: str, level: int) -> int:
    vp = guest.current.vp
    outcome = instructions.execute(guest.hypervisor, guest.partition, vp, text, level)
    if outcome.way == instructions.INTERCEPT:
        guest.processors[vp].busy = "port"
    return outcome.cost


def _stay_plain(guest: GuestSystem) -> None:
    """No hypervisor below: the drivers for one stay unused, and the boot goes on as on any machine."""
    guest.bus_state = None
    program = guest.current.program
    while program and program[0][0] != "vmbus":
        program.pop(0)
    program[:] = [op for op in program if op[0] not in ("vmbus", "devices", "integration")]


def _msr(guest: GuestSystem, msr: int, value: int) -> int:
    guest.hypervisor.write_msr(guest.partition, guest.current.vp, msr, value)
    return guest.hypervisor.costs.exit


def _processors(guest: GuestSystem) -> int:
    """Start the other processors, as far as there are any and the system can use them."""
    present = len(guest.hypervisor.partitions[guest.partition].vps)
    usable = min(present, catalog.guest(guest.system).maximum_processors)
    for index in range(1, usable):
        guest.hypervisor.send_startup(guest.partition, 0, index, STARTUP_PAGE)
    return (usable - 1) * guest.hypervisor.costs.exit


def _enlighten(guest: GuestSystem) -> int:
    """Set up the SynIC's pages; the registers follow as operations of their own."""
    assert guest.record is not None
    known = catalog.guest(guest.system)
    sim, sief, page, monitor1, monitor2 = guest.allocate(5)
    connection = Connection(
        word_versions(known.vmbus_versions),
        page * PAGE_SIZE,
        (monitor1 * PAGE_SIZE, monitor2 * PAGE_SIZE),
    )
    guest.load_bus(BusState(connection, sim, sief, page))
    guest.current.program[:0] = programs.synic(known.guest_os_id, sim, sief, VMBUS_VECTOR)
    return 0


def _vmbus(guest: GuestSystem) -> int:
    guest.current.waits = "vmbus"
    guest.bus.apply(guest.bus.state.connection.connect())
    return 0


def _devices(guest: GuestSystem) -> int:
    guest.open_channels(at_boot=False, devices_only=True)
    return 0


def _integration(guest: GuestSystem) -> int:
    guest.open_channels(at_boot=False)
    return 0


def _activity(guest: GuestSystem, activity: str) -> int:
    guest.activity = activity
    guest.world.emit(
        "guest.phase", guest.name, guest.name, guest.partition, 0, None, activity or "running", guest.system
    )
    return 0


def _name_services(guest: GuestSystem, version: str) -> int:
    """The system record as it is to be written: the system starts the new drivers from the next boot on."""
    assert guest.record is not None
    by_hand = catalog.guest(guest.system).drivers == "manual"
    hal = (
        system_record.APIC if by_hand and version else guest.record.hal
    )  # taking them off brings no old one back
    guest.record = replace(guest.record, integration_version=version, hal=hal)
    guest.write(RECORD_GPA, system_record.pack_record(guest.record))
    return 0


def _name_additions(guest: GuestSystem, version: str) -> int:
    """The system record as it is to be written, with Virtual Server's Additions or without them."""
    assert guest.record is not None
    guest.record = replace(guest.record, additions=version)
    guest.write(RECORD_GPA, system_record.pack_record(guest.record))
    return 0


def _additions(guest: GuestSystem) -> int:
    """The Additions' driver calls the monitor that it was made for, in that monitor's own way."""
    vp = guest.current.vp
    outcome = instructions.execute(
        guest.hypervisor, guest.partition, vp, instructions.OWN_CALL, instructions.KERNEL
    )
    if outcome.way == instructions.EXCEPTION:
        guest.stop(stops.KMODE_EXCEPTION_NOT_HANDLED)
    return outcome.cost


def _require_setup(guest: GuestSystem) -> int:
    """A set-up that cannot write its files ends, and leaves the system as it was."""
    if guest.current.failed:
        guest.current.program = [("activity", "")]
        guest.note_driver("setup", "failed", "")
    return 0


def _restart(guest: GuestSystem) -> int:
    guest.shut_down(restart=True)
    return 0


def _close_channels(guest: GuestSystem) -> int:
    guest.current.waits = "closing"
    if guest.bus_state is None or not guest.bus.close_all():
        guest.current.waits = ""
    return 0


def _unload(guest: GuestSystem) -> int:
    if guest.bus_state is None:
        return 0
    guest.current.waits = "unload"
    guest.bus.apply(guest.bus.state.connection.unload())
    if guest.bus.state.connection.state != client.UNLOADING:
        guest.current.waits = ""
    return 0


def _fill(guest: GuestSystem, gpa: int, lba: int, sectors: int, sequence: int) -> int:
    guest.hypervisor.write_gpa(guest.partition, gpa, system_record.data_sectors(sequence, lba, sectors))
    return 0


def _workload_begin(guest: GuestSystem, number: int) -> int:
    """Workloads run one after the other, so that each has an account of its own."""
    if any(not work.finished for work in guest.workloads[: number - 1]):
        guest.current.program.insert(0, ("workload_begin", number))
        guest.current.waits = "workloads"
        return 0
    work = guest.workloads[number - 1]
    work.before = guest.costs(work.client)
    work.started = guest.world.now
    return 0


def _workload_end(guest: GuestSystem, number: int) -> int:
    work = guest.workloads[number - 1]
    work.finished = guest.world.now
    work.exits, work.ring_out, work.ring_back = (
        now - then for now, then in zip(guest.costs(work.client), work.before, strict=True)
    )
    guest.note_workload("end", work, work.moved)
    guest.unblock("workloads")
    return 0


OPERATIONS: dict[str, Callable[..., int]] = {
    "phase": _phase,
    "cpu": _cpu,
    "out": _out,
    "in": _in,
    "status": _status,
    "line": _line,
    "sector_in": _sector_in,
    "sector_out": _sector_out,
    "ata_done": _ata_done,
    "io": _io,
    "check_disk": _check_disk,
    "find_system": _find_system,
    "load_system": _load_system,
    "long_mode": _long_mode,
    "board": _board,
    "foreign_disk": _foreign_disk,
    "cpuid": _cpuid,
    "instruction": _instruction,
    "msr": _msr,
    "processors": _processors,
    "enlighten": _enlighten,
    "vmbus": _vmbus,
    "devices": _devices,
    "integration": _integration,
    "activity": _activity,
    "string": _string,
    "lay": _lay,
    "name_services": _name_services,
    "name_additions": _name_additions,
    "additions": _additions,
    "require_setup": _require_setup,
    "restart": _restart,
    "close_channels": _close_channels,
    "unload": _unload,
    "fill": _fill,
    "workload_begin": _workload_begin,
    "workload_end": _workload_end,
    "require": _require,
    **legacy.OPERATIONS,
    **sending.OPERATIONS,
    **computing.OPERATIONS,
    **duty.OPERATIONS,
    **files.OPERATIONS,
    **database.OPERATIONS,
    **disc.OPERATIONS,
    **startup.OPERATIONS,
    **keys.OPERATIONS,
}
