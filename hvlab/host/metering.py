"""What a virtual machine used since its metering was enabled: processor time, memory, disks, network.

It is counted where it is used: the hypervisor's scheduler books processor time by virtual processor, a switch's port
the bytes. Both end with the partition, so what had come together is written down (`settle`) just before. From Windows
Server 2012 on (K); the counts are of the host that the machine runs on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab.host.networks import VirtualNetworks
from hvlab.hypervisor import Hypervisor
from hvlab.kernel import World

if TYPE_CHECKING:
    from hvlab.host.machine import VirtualMachine


@dataclass
class Metering:
    """Times in ns, memory in bytes. What is of partitions that have ended, and where the present one began."""

    since: int
    ran: int = 0
    on: int = 0
    held: int = 0
    """Bytes of memory times the ns that they were held."""
    least: int = 0
    most: int = 0
    received: int = 0
    sent: int = 0
    partition: int = 0
    """The partition that was there already when counting began, with what it had had by then."""
    ran_before: int = 0
    received_before: int = 0
    sent_before: int = 0


@dataclass(frozen=True)
class Used:
    """What was used: processor time and the time that it ran (ns), memory (bytes), network (bytes)."""

    window: int
    ran: int
    on: int
    average: int
    least: int
    most: int
    received: int
    sent: int


def _ran(world: World, host: str, machine: VirtualMachine) -> int:
    hypervisor = world.get(f"{host}/hypervisor", Hypervisor)
    vps = hypervisor.partitions[machine.partition].vps
    return sum(hypervisor.scheduler.account(machine.partition, index).ran for index in vps)


def _network(world: World, host: str, machine: VirtualMachine) -> tuple[int, int]:
    """Bytes that came to the machine, and that it sent."""
    networks = world.get(f"{host}/root/vmswitch", VirtualNetworks)
    ports = [found[1] for one in machine.adapters if (found := networks.port_of(machine, one)) is not None]
    return sum(port.bytes_out for port in ports), sum(port.bytes_in for port in ports)


def begin(world: World, host: str, machine: VirtualMachine) -> None:
    """Count from now on."""
    machine.metering = Metering(world.now)
    if machine.partition:
        received, sent = _network(world, host, machine)
        machine.metering = Metering(
            world.now,
            partition=machine.partition,
            ran_before=_ran(world, host, machine),
            received_before=received,
            sent_before=sent,
        )


def settle(world: World, host: str, machine: VirtualMachine) -> None:
    """The machine's partition is about to end: write down what it had."""
    known = machine.metering
    if known is None or not machine.partition:
        return
    machine.metering = _with_present(world, host, machine, known)
    machine.metering.partition = 0


def _with_present(world: World, host: str, machine: VirtualMachine, known: Metering) -> Metering:
    """The counts with those of the present partition."""
    there = known.partition == machine.partition
    ran = _ran(world, host, machine) - (known.ran_before if there else 0)
    received, sent = _network(world, host, machine)
    begun = max(known.since, machine.running_since) if machine.running_since else world.now
    on = world.now - begun
    least = min(known.least or machine.memory, machine.memory)
    return Metering(
        known.since,
        known.ran + ran,
        known.on + on,
        known.held + on * machine.memory,
        least,
        max(known.most, machine.memory),
        known.received + received - (known.received_before if there else 0),
        known.sent + sent - (known.sent_before if there else 0),
        known.partition,
        known.ran_before,
        known.received_before,
        known.sent_before,
    )


def used(world: World, host: str, machine: VirtualMachine) -> Used | None:
    """What was used so far; None if nothing is counted."""
    known = machine.metering
    if known is None:
        return None
    if machine.partition:
        known = _with_present(world, host, machine, known)
    average = known.held // known.on if known.on else known.most
    return Used(
        world.now - known.since,
        known.ran,
        known.on,
        average,
        known.least,
        known.most,
        known.received,
        known.sent,
    )
