"""What a guest believes about its machine, beside what is true: aspect by aspect, from the world alone.

The left side is asked of the guest (its processors, the devices that its drivers
found, its clock), the right side of hypervisor, storage and switches. The words
are chosen by whoever shows it: an aspect has an id and values for each side.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.guests import computing, sending
from hvlab.guests.guest import GuestSystem
from hvlab.guests.records import Workload
from hvlab.guests.system_record import SECTOR
from hvlab.host.machine import VirtualMachine
from hvlab.host.vmms import Vmms
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.partition import Partition
from hvlab.kernel.calendar import lab_time
from hvlab.network.addresses import mac_text

Values = dict[str, str | int]
SYNTHETIC, EMULATED = "synthetic", "emulated"


@dataclass(frozen=True)
class Aspect:
    """One thing: the id of the sentence for each side (`guestview.<id>`), and what goes into it."""

    key: str
    """Which aspect: processors, memory, hypervisor, clock, disk, adapter, call."""
    name: str
    """Which one, where there are several: ide:0:0, the adapter's name."""
    believed: str
    belief: Values
    true: str
    truth: Values


def look(vmms: Vmms, machine: VirtualMachine, guest: GuestSystem) -> list[Aspect]:
    """All aspects of a machine's guest as it is at this moment; it must have a partition."""
    partition = guest.hypervisor.partitions[guest.partition]
    return [
        _call(guest),
        _hypervisor(vmms, guest, partition),
        _processors(guest, machine, partition),
        _memory(guest, partition),
        *_disks(vmms, machine, guest),
        *_adapters(vmms, machine, guest),
        *_clock(guest),
    ]


def _call(guest: GuestSystem) -> Aspect:
    """The last call of an application on a disk: the same line on every path."""
    done = [
        one for one in guest.workloads if one.operation not in (computing.COMPUTE, sending.SEND) and one.done
    ]
    if not done:
        return Aspect("call", "", "no-call", {}, "no-call", {})
    work: Workload = done[-1]
    belief: Values = {"operation": work.operation, "count": work.done, "bytes": work.moved}
    truth: Values = {"exits": work.exits, "out": work.ring_out, "back": work.ring_back}
    return Aspect("call", work.unit, "call", belief, f"call-{work.route}", truth)


def _hypervisor(vmms: Vmms, guest: GuestSystem, partition: Partition) -> Aspect:
    truth: Values = {"number": partition.number, "exits": guest.exits}
    true = "process" if vmms.platform.hosted else "child"
    return Aspect("hypervisor", "", "enlightened" if guest.bus_state else "bare-metal", {}, true, truth)


def _processors(guest: GuestSystem, machine: VirtualMachine, partition: Partition) -> Aspect:
    scheduler = guest.hypervisor.scheduler
    ran = sum(scheduler.account(partition.number, index).ran for index in partition.vps)
    waited = sum(scheduler.account(partition.number, index).waited for index in partition.vps)
    belief: Values = {"count": max(1, len(guest.processors))}
    truth: Values = {
        "count": len(partition.vps),
        "logical": len(scheduler.processors),
        "weight": machine.weight,
        "ran": ran // 1_000_000,
        "waited": waited // 1_000_000,
    }
    return Aspect("processors", "", "processors", belief, "processors", truth)


def _memory(guest: GuestSystem, partition: Partition) -> Aspect:
    belief: Values = {"size": guest.memory_pages * PAGE_SIZE >> 20, "last": f"{guest.memory_pages - 1:#x}"}
    first = partition.translate(0)
    truth: Values = {
        "runs": len(partition.gpa_map),
        "spa": f"{first or 0:#x}",
        "pages": partition.mapped_pages,
    }
    return Aspect("memory", "", "memory", belief, "memory", truth)


def _disks(vmms: Vmms, machine: VirtualMachine, guest: GuestSystem) -> list[Aspect]:
    found = []
    for drive in machine.drives:
        unit = f"{drive.controller.lower()}:{drive.number}:{drive.location}"
        relid, _, sectors = guest.units.get(unit, (0, 0, 0))
        if unit not in guest.units and drive.controller != "IDE":
            continue  # no driver: the guest knows nothing of it
        disk = vmms.storage.open(drive.path)
        size = (sectors or disk.size // SECTOR) * SECTOR >> 20
        truth: Values = {"path": drive.path, "kind": disk.kind, "channel": relid}
        kind = SYNTHETIC if relid else EMULATED
        found.append(Aspect("disk", unit, f"disk-{kind}", {"size": size}, f"disk-{kind}", truth))
    return found


def _adapters(vmms: Vmms, machine: VirtualMachine, guest: GuestSystem) -> list[Aspect]:
    if not guest.world.has(f"{guest.name}/network"):
        return []  # a hosted monitor of this lab has no network
    known = {one.key: one for one in guest.network.adapters.values()}
    found = []
    for adapter in machine.adapters:
        card = known.get(adapter.key)
        if card is None:
            continue
        kind = EMULATED if adapter.legacy else SYNTHETIC
        place = vmms.networks.port_of(machine, adapter)
        belief: Values = {"mac": mac_text(card.station.mac), "address": card.station.address or "-"}
        truth: Values = {"switch": place[0].name if place else "-", "channel": card.relid}
        true = f"adapter-{kind}" if place and adapter.cable else "adapter-nowhere"
        found.append(Aspect("adapter", adapter.name, f"adapter-{kind}", belief, true, truth))
    return found


def _clock(guest: GuestSystem) -> list[Aspect]:
    if guest.clock is None:
        return []
    off = (lab_time(guest.clock_time) - guest.world.now) // 1000
    truth: Values = {"off": off, "corrections": guest.clock.corrections}
    return [Aspect("clock", "", "clock", {"ticks": guest.ticks // 1_000_000}, "clock", truth)]
