"""The root partition crashes: with it goes whatever it carried, and the whole machine starts again.

No child survives: their partitions, worker processes and buses are gone with the
memory. What lay on the disks stays. When the root has booted again, the machines
that ran are started anew, as is the default on Windows Server 2008: cold, from
their disks.
"""

from __future__ import annotations

from hvlab.guests.guest import GuestSystem
from hvlab.guests.network import GuestNetwork
from hvlab.host import metering
from hvlab.host.disks import HostStorage
from hvlab.host.machine import OFF, SAVED, VirtualMachine
from hvlab.host.root import RootKernel
from hvlab.kernel import Component, World


def lose_machine(world: World, host: str, machine: VirtualMachine) -> None:
    """A machine's guest and what served it vanish in the middle of whatever they did."""
    metering.settle(world, host, machine)
    storage = world.get(f"{host}/root/storage", HostStorage)
    guest = f"{host}/{machine.name}"
    processes = (f"{host}/root/vmwp/{machine.name}", f"{host}/root/vmbus/{machine.name}")
    for name, kind in ((f"{guest}/network", GuestNetwork), (guest, GuestSystem)):
        if world.has(name):
            world.remove(world.get(name, kind))
    for name in processes:
        if world.has(name):
            world.remove(world.get(name, Component))
        storage.forget(name)
    machine.partition = 0
    machine.running_since = 0


def crash(world: World, host: str, machines: list[VirtualMachine]) -> list[VirtualMachine]:
    """Everything in memory is gone; returns the machines that ran."""
    lost = [machine for machine in machines if machine.state not in (OFF, SAVED)]
    for machine in lost:
        lose_machine(world, host, machine)
    root = world.get(f"{host}/root", RootKernel)
    root.hypervisor.power_cycle()
    root.lose_everything()
    return lost
