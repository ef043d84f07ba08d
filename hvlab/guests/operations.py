"""What each operation of a guest's program does: one function an operation, one table.

An operation returns the nanoseconds after which the next may follow (0: at
once), or None if it waits for something; whatever it waits for calls
`guest.unblock`. It works through the guest's own processor, memory and drivers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab import catalog
from hvlab.catalog.versions import word_versions
from hvlab.devices.emulated import ide
from hvlab.guests import legacy, programs, system_record
from hvlab.guests.bus import BusState
from hvlab.guests.programs import BOOT_SECTOR_GPA, RECORD_GPA
from hvlab.guests.records import Request
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.vmbus import guest as client
from hvlab.vmbus.guest import Connection

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem

MASTER, SLAVE = "ide:0:0", "ide:0:1"
"""The disks that are reached by port accesses too."""
VMBUS_VECTOR = 0x52


def _phase(guest: GuestSystem, phase: str) -> int:
    guest.phase = phase
    if phase == "running":
        guest.booted = guest.world.now
    name = guest.system if phase in ("loader", "running") else ""
    guest.world.emit("guest.phase", guest.name, guest.name, guest.partition, 0, None, phase, name)
    return 0


def _cpu(guest: GuestSystem, nanoseconds: int) -> int:
    return nanoseconds


def _out(guest: GuestSystem, port: int, value: int, size: int = 1) -> int | None:
    return _port(guest, port, True, size, value)


def _in(guest: GuestSystem, port: int, size: int = 1) -> int | None:
    return _port(guest, port, False, size, 0)


def _port(
    guest: GuestSystem, number: int, write: bool, size: int, value: int, count: int = 1, gpa: int = 0
) -> int | None:
    guest.blocked = "port"
    if guest.hypervisor.io_port(guest.partition, 0, number, write, size, value, count, gpa):
        return None
    guest.blocked = ""
    guest.value = guest.hypervisor.partitions[guest.partition].vps[0].registers.get("rax", 0)
    return guest.hypervisor.costs.exit


def _status(guest: GuestSystem) -> int | None:
    """Look at the status just read: on an error, skip to the request's end."""
    if guest.value & ide.FAILED or guest.value == 0:
        guest.failed = True
        while guest.program and guest.program[0][0] != "ata_done":
            guest.program.pop(0)
        guest.program.insert(0, ("in", ide.ERROR))
    return 0


def _line(guest: GuestSystem) -> int | None:
    if guest.line_raised:
        guest.line_raised = False
        return 0
    guest.program.insert(0, ("line",))
    guest.wait("line")
    return None


def _sector_in(guest: GuestSystem, gpa: int) -> int | None:
    return _port(guest, ide.DATA, False, 2, 0, ide.SECTOR // 2, gpa)


def _sector_out(guest: GuestSystem, gpa: int) -> int | None:
    return _port(guest, ide.DATA, True, 2, 0, ide.SECTOR // 2, gpa)


def _ata_done(guest: GuestSystem) -> int:
    assert guest.request is not None
    damaged = guest.failed and guest.value & ide.UNCORRECTABLE and guest.value < 0xFF
    guest.io_finished(guest.request.tag, "medium" if damaged else "error" if guest.failed else "ok")
    return 0


def _io(guest: GuestSystem, write: bool, unit: str, lba: int, sectors: int, gpa: int) -> int | None:
    relid, lun, _ = guest.units.get(unit, (0, 0, 0))
    tag = guest.next_tag
    guest.next_tag += 1
    pio = not relid and unit in (MASTER, SLAVE)
    route = "emulated" if pio else "synthetic"
    guest.request = Request(tag, write, unit, lba, sectors, route)
    guest.failed = False
    seq = guest.note_io("start", "")
    if relid:
        guest.blocked = "io"
        guest.world.because(seq, guest.bus.submit, relid, tag, write, lun, lba, sectors, gpa)
        if guest.blocked != "io":
            return 0
        guest.hypervisor.halt(guest.partition, 0)
        return None
    if not pio:
        guest.world.because(seq, guest.io_finished, tag, "gone")  # a disk that has been pulled out
        return 0
    guest.line_raised = False
    guest.program[:0] = programs.ata(int(unit == SLAVE), write, lba, sectors, gpa)
    guest.world.cause = seq
    return 0


def _check_disk(guest: GuestSystem) -> int:
    """After the first status: is there a drive at all?"""
    if guest.value & 0xFF in (0, 0xFF):
        guest.program = [("phase", "no-boot-device")]
    return 0


def _find_system(guest: GuestSystem) -> int:
    start = None if guest.failed else system_record.partition_start(guest.read(BOOT_SECTOR_GPA, 512))
    if start is None:
        guest.program = [("phase", "no-boot-device")]
    else:
        guest.program[:0] = [("io", False, "ide:0:0", start, 1, RECORD_GPA), ("load_system",)]
    return 0


def _load_system(guest: GuestSystem) -> int:
    record = None if guest.failed else system_record.read_record(guest.read(RECORD_GPA, 512))
    if record is None or record.guest not in catalog.guests():
        guest.program = [("phase", "no-operating-system")]
        return 0
    guest.record = record
    guest.system = record.guest
    guest.program = programs.boot(catalog.guest(record.guest), record)
    return 0


def _require(guest: GuestSystem) -> int:
    """A boot that cannot read its disk ends in a stop error."""
    if guest.failed:
        guest.program = [("phase", "stop-error")]
    return 0


def _cpuid(guest: GuestSystem, leaf: int) -> int:
    guest.hypervisor.cpuid(guest.partition, 0, leaf)
    return guest.hypervisor.costs.exit


def _msr(guest: GuestSystem, msr: int, value: int) -> int:
    guest.hypervisor.write_msr(guest.partition, 0, msr, value)
    return guest.hypervisor.costs.exit


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
    guest.bus_state = BusState(connection, sim, sief, page)
    guest.restored()
    guest.program[:0] = programs.synic(known.guest_os_id, sim, sief, VMBUS_VECTOR)
    return 0


def _vmbus(guest: GuestSystem) -> int | None:
    guest.blocked = "vmbus"
    guest.bus.apply(guest.bus.state.connection.connect())
    if guest.blocked == "vmbus":
        guest.hypervisor.halt(guest.partition, 0)
        return None
    return 0


def _integration(guest: GuestSystem) -> int:
    guest.open_channels(at_boot=False)
    return 0


def _close_channels(guest: GuestSystem) -> int | None:
    if not guest.bus.close_all():
        return 0
    guest.blocked = "closing"
    return None


def _unload(guest: GuestSystem) -> int | None:
    guest.bus.apply(guest.bus.state.connection.unload())
    if guest.bus.state.connection.state == client.UNLOADING:
        guest.blocked = "unload"
        return None
    return 0


def _fill(guest: GuestSystem, gpa: int, lba: int, sectors: int, sequence: int) -> int:
    data = b"".join(system_record.data_sector(sequence + n, lba + n) for n in range(sectors))
    guest.write(gpa, data)
    return 0


def _workload_end(guest: GuestSystem) -> int:
    work = guest.workload
    assert work is not None
    work.finished = guest.world.now
    work.exits, work.ring_out, work.ring_back = (
        now - then for now, then in zip(guest.costs, work.before, strict=True)
    )
    guest.note_workload("end", work, work.moved)
    following = guest.workload
    if following is not None:
        following.before = guest.costs
        following.started = guest.world.now
    return 0


OPERATIONS: dict[str, Callable[..., int | None]] = {
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
    "cpuid": _cpuid,
    "msr": _msr,
    "enlighten": _enlighten,
    "vmbus": _vmbus,
    "integration": _integration,
    "close_channels": _close_channels,
    "unload": _unload,
    "fill": _fill,
    "workload_end": _workload_end,
    "require": _require,
    **legacy.OPERATIONS,
}
