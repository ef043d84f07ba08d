"""A virtual machine changes hands: from one host's management service to another's.

Its definition goes as one; what it refers to (disks, saved state, switches) must be
there already. Whether it may go is the cluster's business.
"""

from __future__ import annotations

from hvlab.guests.network import GuestNetwork
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.host.vmms import Vmms
from hvlab.kernel import World


def management(world: World, host: str) -> Vmms:
    """The management service of a host."""
    return world.get(f"{host}/root/vmms", Vmms)


def check_arrival(world: World, host: str, machine: VirtualMachine) -> None:
    """Refusal if that host cannot have the machine: a name that is taken, a switch that it does not have."""
    service = management(world, host)
    if service.find(machine.name) is not None:
        raise Refusal("name-taken", name=machine.name)
    for adapter in machine.adapters:
        if adapter.switch:
            service.networks.named(adapter.switch)


def hand_over(world: World, machine: VirtualMachine, source: str, target: str) -> None:
    """The machine, which runs nowhere, is the other host's from now on."""
    key = machine.name.casefold()
    del management(world, source).machines[key]
    machine.failure = ""
    management(world, target).machines[key] = machine


def announce(world: World, host: str, machine: VirtualMachine) -> None:
    """The machine's adapters tell the network where they are now."""
    path = f"{host}/{machine.name}/network"
    if world.has(path):
        world.get(path, GuestNetwork).announce()
