"""Where a manager would put a virtual machine: hosts with stars, and why one gets none.

Virtual Machine Manager 2008 rates hosts from none to five stars, and knows clusters: a machine that is highly
available goes to a node of its cluster only. How the stars are reckoned is the lab's own choice: by the share of a
host's memory that would be left.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.catalog.managers import Manager
from hvlab.datacenter.cluster import CLUSTER, UP, Cluster
from hvlab.datacenter.conversion import check_host
from hvlab.host.handover import check_arrival, management
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.host.root import RootKernel
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import World

MOST_STARS = 5
HERE, DOWN, OUTSIDE, MEMORY = "here", "host-down", "not-in-its-cluster", "no-room-there"


@dataclass(frozen=True)
class Rating:
    """A host with its stars; without any, `reason` says why not. Memory in bytes that would be left there."""

    computer: str
    stars: int
    reason: str
    left: int


def rate(
    world: World, manager: Manager, hosts: dict[str, str], machine: VirtualMachine, owner: str
) -> list[Rating]:
    """All hosts (computer name to path), best first. Refusal if this manager manages no host like the machine's."""
    check_host(manager, management(world, owner), through=True)
    found = [_rating(world, name, path, machine, owner) for name, path in hosts.items()]
    return sorted(found, key=lambda one: (-one.stars, -one.left, one.computer))


def _rating(world: World, name: str, path: str, machine: VirtualMachine, owner: str) -> Rating:
    root = world.get(f"{path}/root", RootKernel)
    used = 0 if path == owner and machine.partition else machine.memory
    left = root.free_pages * PAGE_SIZE - used
    reason = _obstacle(world, path, machine, owner) or (MEMORY if left < 0 else "")
    total = root.hypervisor.memory.page_count * PAGE_SIZE
    stars = 0 if reason else max(1, -(-MOST_STARS * left // total))
    return Rating(name, stars, reason or (HERE if path == owner else ""), max(0, left))


def _obstacle(world: World, path: str, machine: VirtualMachine, owner: str) -> str:
    if world.get(f"{path}/root", RootKernel).down:
        return DOWN
    if path == owner:
        return ""
    if world.has(CLUSTER):
        cluster = world.get(CLUSTER, Cluster)
        node = cluster.nodes.get(path)
        if machine.name.casefold() in cluster.groups and (node is None or node.state != UP):
            return OUTSIDE
    try:
        check_arrival(world, path, machine)
    except Refusal as refusal:
        return refusal.reason
    return ""
