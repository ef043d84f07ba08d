"""The guest's programs: what firmware, boot, shutdown and workloads do, as lists of operations.

An operation is a tuple: its name and its operands. What each does stands in
`operations`; here is only the order.
"""

from __future__ import annotations

from hvlab.catalog import Guest, Phase
from hvlab.devices.emulated import ide
from hvlab.guests import disc, network_record
from hvlab.guests.system_record import APIC, BOOT_SET_START, PARTITION_START, SystemRecord
from hvlab.guests.threads import Op
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.partition import (
    MSR_EOM as MSR_EOM,
)
from hvlab.hypervisor.partition import (
    MSR_GUEST_OS_ID,
    MSR_HYPERCALL,
    MSR_SCONTROL,
    MSR_SIEFP,
    MSR_SIMP,
    MSR_SINT0,
)
from hvlab.storage import iso
from hvlab.vmbus.signals import VMBUS_SINT

MILLISECOND = 1_000_000
CHUNK = 8
"""Sectors that boot code asks for at once."""
POWER_PORT = 0x404
SLEEP_NOW = 0x2000
"""The ACPI control register's port on the emulated board, and the bit that switches it off."""
RESET_PORT = 0xCF9
RESET_NOW = 0x06
"""The chipset's reset register, and the value that resets the machine."""
SETUP_SECTORS = 64
"""Sectors that the set-up of integration services copies from its disc."""
HYPERCALL_PAGE = 0x1F0
BOOT_SECTOR_GPA = 0x7C00
RECORD_GPA = 0x8000
NETWORK_RECORD_GPA = RECORD_GPA + network_record.PLACE * network_record.SECTOR
"""The loader reads the network settings together with the system record."""
BUFFER_GPA = 0x200000
"""Where boot code reads to, and what applications read and write: they use it one after the other."""


def firmware() -> list[Op]:
    """Power-on self-test, then the devices that its settings name."""
    return [
        ("phase", "firmware"),
        ("cpu", 900 * MILLISECOND),
        ("boot_from", 0),
    ]


def ata(tag: int, slave: int, write: bool, lba: int, sectors: int, gpa: int) -> list[Op]:
    """One disk request as a driver of the 1990s makes it: six registers, then sector by sector."""
    program: list[Op] = [
        ("out", ide.DRIVE, 0xE0 | slave << 4 | lba >> 24 & 0x0F),
        ("out", ide.COUNT, sectors & 0xFF),
        ("out", ide.LBA_LOW, lba & 0xFF),
        ("out", ide.LBA_MIDDLE, lba >> 8 & 0xFF),
        ("out", ide.LBA_HIGH, lba >> 16 & 0xFF),
        ("out", ide.COMMAND, ide.WRITE_SECTORS if write else ide.READ_SECTORS),
    ]
    if write:
        program += [("in", ide.COMMAND), ("status",)]
        for number in range(sectors):
            program += [
                ("sector_out", gpa + number * ide.SECTOR),
                ("line",),
                ("in", ide.COMMAND),
                ("status",),
            ]
    else:
        for number in range(sectors):
            program += [("line",), ("in", ide.COMMAND), ("status",), ("sector_in", gpa + number * ide.SECTOR)]
    return [*program, ("ata_done", tag)]


def _phases(phases: list[Phase], start: int) -> tuple[list[Op], int]:
    """Phases of a boot: half of the processor time before the sectors, the rest after."""
    program: list[Op] = []
    for phase in phases:
        program += [("phase", phase.id), ("cpu", phase.processor_ms * MILLISECOND // 2)]
        for first in range(0, phase.sectors, CHUNK):
            count = min(CHUNK, phase.sectors - first)
            program += [("io", False, "ide:0:0", start + first, count, BUFFER_GPA), ("require",)]
        start += phase.sectors
        program.append(("cpu", phase.processor_ms * MILLISECOND // 2))
    return program, start


def boot(guest: Guest, record: SystemRecord, driver: str = "") -> list[Op]:
    """From the loader to the logon screen. With integration services the drivers come before the services.

    `driver`: the only driver that the system has for its boot disk, where that is not the IDE controller's.
    """
    start = record.boot_set_start or BOOT_SET_START
    loader, start = _phases(guest.loader, start)
    kernel, start = _phases(guest.kernel, start)
    late, _ = _phases(guest.services, start)
    drivers: list[Op] = []
    integration: list[Op] = []
    if guest.has_vmbus and record.integration_version:
        drivers = [("phase", "drivers"), ("enlighten",), ("vmbus",), ("devices",)]
        integration = [("integration",)]
    network: list[Op] = [("legacy_network",)] if guest.legacy_network else []
    # the set-up by hand exchanges the layer above the board for one that needs an APIC (facts, row 70)
    board: list[Op] = [("board",)] if record.hal == APIC else []
    additions: list[Op] = [("additions",)] if record.additions else []
    return [
        *loader,
        *board,
        *([("foreign_disk",)] if driver else []),
        *kernel,
        *additions,
        ("processors",),
        *drivers,
        *network,
        *late,
        *integration,
        ("phase", "running"),
    ]


def synic(guest_os_id: int, sim: int, sief: int, vector: int) -> list[Op]:
    """How an enlightened guest finds the hypervisor and switches its synthetic interrupt controller on."""
    return [
        ("cpuid", 0x1),
        ("cpuid", 0x40000000),
        ("cpuid", 0x40000001),
        ("cpuid", 0x40000003),
        ("msr", MSR_GUEST_OS_ID, guest_os_id),
        ("msr", MSR_HYPERCALL, HYPERCALL_PAGE * PAGE_SIZE | 1),
        ("msr", MSR_SIMP, sim * PAGE_SIZE | 1),
        ("msr", MSR_SIEFP, sief * PAGE_SIZE | 1),
        ("msr", MSR_SINT0 + VMBUS_SINT, vector),
        ("msr", MSR_SCONTROL, 1),
    ]


def install(version: str, place: int, unit: int) -> list[Op]:
    """Set integration services up from the disc in a DVD drive.

    The drivers are copied behind the boot set, then the system record names them.
    """
    program: list[Op] = [
        ("activity", "installing"),
        *disc.settle(unit),
        *disc.read(unit, iso.DESCRIPTOR_SECTOR, 1, BUFFER_GPA),
        ("disc_version", BUFFER_GPA, version),
        ("require_setup",),
        ("cpu", 6_000 * MILLISECOND),
    ]
    for first in range(0, SETUP_SECTORS, CHUNK):
        from_disc = iso.FILES_SECTOR + first * ide.SECTOR // iso.SECTOR
        program += [
            *disc.read(unit, from_disc, CHUNK * ide.SECTOR // iso.SECTOR, BUFFER_GPA),
            ("require_setup",),
            ("io", True, "ide:0:0", place + first, CHUNK, BUFFER_GPA),
            ("require_setup",),
        ]
    return [
        *program,
        ("cpu", 4_000 * MILLISECOND),
        ("name_services", version),
        ("io", True, "ide:0:0", PARTITION_START, 1, RECORD_GPA),
        ("require_setup",),
        ("activity", ""),
        ("restart",),
    ]


def set_up(activity: str, name: Op) -> list[Op]:
    """A set-up that changes only which drivers the system record names; then the system starts anew."""
    return [
        ("activity", activity),
        ("cpu", 8_000 * MILLISECOND),
        name,
        ("io", True, "ide:0:0", PARTITION_START, 1, RECORD_GPA),
        ("require_setup",),
        ("activity", ""),
        ("restart",),
    ]


def shut_down(milliseconds: int, restart: bool = False) -> list[Op]:
    """An orderly end: services stop, channels close, the bus is left, the board is switched off or reset."""
    return [
        ("phase", "shutting-down"),
        ("cpu", milliseconds * MILLISECOND),
        ("close_channels",),
        ("unload",),
        ("phase", "off"),
        ("out", RESET_PORT, RESET_NOW, 1) if restart else ("out", POWER_PORT, SLEEP_NOW, 2),
    ]


def keep_network(lba: int) -> list[Op]:
    """Write the network settings back, as they stand in memory."""
    return [("io", True, "ide:0:0", lba, 1, NETWORK_RECORD_GPA)]


def workload(number: int, write: bool, unit: str, size: int, count: int, lba: int) -> list[Op]:
    """`count` blocks of `size` bytes, one after the other."""
    program: list[Op] = [("workload_begin", number)]
    sectors = size // ide.SECTOR
    for block in range(count):
        place = lba + block * sectors
        if write:
            program.append(("fill", BUFFER_GPA, place, sectors, block * sectors))
        program.append(("io", write, unit, place, sectors, BUFFER_GPA, number))
    return [*program, ("workload_end", number)]
