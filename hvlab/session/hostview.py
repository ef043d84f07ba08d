"""What the picture shows of the world's present state: plain, comparable data without a screen.

Only what really is in the world is read here; what happened comes from the trace
(`feed`), how it is drawn stands in `picture_scene`.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab import catalog
from hvlab.console.elsewhere import computers
from hvlab.guests.guest import GuestSystem
from hvlab.host.link import BusLink
from hvlab.host.machine import VirtualMachine
from hvlab.host.root import RootKernel
from hvlab.host.server import INSTALLED, server_of
from hvlab.host.vmms import Vmms
from hvlab.hypervisor import Hypervisor
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.kernel import World


@dataclass(frozen=True)
class ChannelView:
    """A channel the root has offered: its relid, the root's name for its device, its state, its driver's."""

    relid: int
    device: str
    state: str
    driver: str

    @property
    def is_storage(self) -> bool:
        """Whether storvsp serves it (else the worker process does)."""
        return self.device.startswith(("ide", "scsi"))


@dataclass(frozen=True)
class MachineView:
    """A virtual machine: settings, state, and what its guest has come to."""

    name: str
    state: str
    memory: int
    partition: int
    phase: str
    system: str
    vmbus: str
    channels: tuple[ChannelView, ...]
    has_worker: bool
    emulated_disk: bool
    """Whether its IDE disk is reached through port accesses (no driver has taken it over)."""
    pages: int


@dataclass(frozen=True)
class HostView:
    """One host: processors, pages by owner, its machines in the order of creation."""

    processors: int
    pages: int
    free_pages: int
    machines: tuple[MachineView, ...]
    partitions: int
    launched: bool = True
    """Whether there is a hypervisor below its system; if not, that system is no partition of anything."""
    role: bool = True
    """Whether the role with its services is installed."""
    hosted: bool = False
    """Whether machines are processes of the host's system, with a monitor as a driver in its kernel."""

    @property
    def child_pages(self) -> int:
        """Pages that machines have."""
        return sum(machine.pages for machine in self.machines)


def _channels(world: World, host: str, name: str, guest: GuestSystem | None) -> tuple[ChannelView, ...]:
    path = f"{host}/root/vmbus/{name}"
    if not world.has(path):
        return ()
    link = world.get(path, BusLink)
    drivers = guest.drivers if guest else {}
    return tuple(
        ChannelView(
            relid,
            channel.offer.key,
            channel.state,
            " ".join(part for part in drivers.get(channel.offer.key, ()) if part),
        )
        for relid, channel in sorted(link.server.channels.items())
    )


def _machine(world: World, host: str, machine: VirtualMachine, hypervisor: Hypervisor) -> MachineView:
    path = f"{host}/{machine.name}"
    guest = world.get(path, GuestSystem) if world.has(path) else None
    partition = hypervisor.partitions.get(machine.partition)
    system = catalog.guest(guest.system).name if guest and guest.system else ""
    bus = guest.drivers.get("vmbus", ("", "")) if guest else ("", "")
    has_ide = any(drive.controller == "IDE" for drive in machine.drives)
    taken_over = guest is not None and any(unit.startswith("ide") for unit in guest.units)
    return MachineView(
        name=machine.name,
        state=machine.state,
        memory=machine.memory,
        partition=machine.partition,
        phase=guest.phase if guest else "",
        system=system,
        vmbus=bus[1] if bus[0] == "connected" else "",
        channels=_channels(world, host, machine.name, guest),
        has_worker=world.has(f"{host}/root/vmwp/{machine.name}"),
        emulated_disk=has_ide and not taken_over,
        pages=partition.pool_size + partition.mapped_pages if partition else 0,
    )


def other_hosts(world: World, host: str) -> tuple[str, ...]:
    """How the paths of the other hosts' parts begin; none in a lab of one host."""
    return tuple(f"{path}/" for path in computers(world).values() if path != host)


def look(world: World, host: str) -> HostView:
    """The host as it is now."""
    hypervisor = world.get(f"{host}/hypervisor", Hypervisor)
    vmms = world.get(f"{host}/root/vmms", Vmms)
    server = server_of(world, host)
    return HostView(
        processors=hypervisor.processors,
        pages=hypervisor.memory.page_count,
        free_pages=world.get(f"{host}/root", RootKernel).free_pages,
        machines=tuple(_machine(world, host, m, hypervisor) for m in vmms.machines.values()),
        partitions=sum(1 for number in hypervisor.partitions if number != ROOT),
        launched=server.launched,
        role=server.role == INSTALLED,
        hosted=vmms.platform.hosted,
    )
