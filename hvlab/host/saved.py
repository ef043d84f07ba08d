"""A virtual machine's saved state: taken from a machine that stands still, and put into a new partition.

The memory goes into a file of the machine's size (.bin), page by page; processors
and devices go beside it (.vsv stands for them on the volume). Nobody in the guest
notices: its pages have the same numbers, its channels the same rings, its
processors the same registers. What has changed is the machine below: another
partition, other pages of the machine, other ports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from hvlab.guests.guest import GuestSystem
from hvlab.guests.network import GuestNetwork
from hvlab.host.link import BusLink
from hvlab.host.machine import VirtualMachine
from hvlab.host.server import server_of
from hvlab.hypervisor import PAGE_SIZE, Hypervisor
from hvlab.hypervisor.partition import VirtualProcessor
from hvlab.kernel import Component, World
from hvlab.kernel.queue import handler_name, handler_of
from hvlab.kernel.state import copy_state
from hvlab.storage.errors import StorageError
from hvlab.storage.volume import HostFiles

if TYPE_CHECKING:
    from hvlab.host.worker import Worker

HOME = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V"
FOLDER = f"{HOME}\\Virtual Machines"
DEVICE_STATE_SIZE = 64 << 10
"""Bytes of the .vsv file: a round figure, the devices' state is kept beside it."""


@dataclass
class Pending:
    """A timer that ran: whose it was, how much of it is left (ns), what it calls."""

    role: str
    remaining: int
    handler: str
    payload: Any


@dataclass
class SavedState:
    """Everything but the memory and the disks. `pages`: the numbers of the pages that hold anything."""

    memory_file: str
    device_file: str
    pages: list[int]
    components: dict[str, dict[str, Any]]
    processors: dict[int, VirtualProcessor]
    wanted: dict[int, int]
    """Processor time that was still wanted, by virtual processor, in ns."""
    timers: list[Pending] = field(default_factory=list)
    beta: bool = False
    """Whether it was taken by the role's beta, whose saved states the release does not take."""


class Unreadable(Exception):
    """A file of the saved state is missing or damaged; the text is its path."""


def folder_of(machine: VirtualMachine) -> str:
    """The folder that a machine's configuration and saved state lie in."""
    return machine.folder or FOLDER


def snapshots_of(machine: VirtualMachine) -> str:
    """The folder below which the states of its snapshots lie."""
    return machine.snapshot_folder or folder_of(machine)


def files_of(machine: VirtualMachine) -> tuple[str, str]:
    """The paths of a machine's memory and device state."""
    folder = f"{folder_of(machine)}\\{machine.identifier.upper()}\\{machine.identifier.upper()}"
    return f"{folder}.bin", f"{folder}.vsv"


def _roles(world: World, host: str, vm: str) -> dict[str, Component]:
    names = {
        "guest": f"{host}/{vm}",
        "network": f"{host}/{vm}/network",
        "link": f"{host}/root/vmbus/{vm}",
        "worker": f"{host}/root/vmwp/{vm}",
    }
    return {role: world.get(name, Component) for role, name in names.items() if world.has(name)}


_KEPT = {
    "guest": GuestSystem.STATE,
    "network": GuestNetwork.STATE,
    "link": tuple(name for name in BusLink.STATE if name not in ("host", "vm", "platform_id", "partition")),
    "worker": ("board", "cd", "nics", "access", "keys"),
}
"""What of each part belongs to the machine, and not to the partition that it ran in."""


def memory_of(world: World, host: str, machine: VirtualMachine) -> Iterator[tuple[int, bytes]]:
    """The machine's pages that hold anything, by their number in the machine."""
    hypervisor = world.get(f"{host}/hypervisor", Hypervisor)
    for first, spa, count in hypervisor.partitions[machine.partition].gpa_map:
        for touched in hypervisor.memory.touched_in(spa, count):
            data = hypervisor.memory.page(touched)
            if any(data):
                yield first + touched - spa, bytes(data)


def take(
    world: World, host: str, machine: VirtualMachine, files: HostFiles, stem: str | None = None
) -> SavedState:
    """Write the files and keep the rest. The machine stands, and nothing of it is under way. DiskFull, nothing done."""
    memory_path, device_path = files_of(machine) if stem is None else (f"{stem}.bin", f"{stem}.vsv")
    files.volume(memory_path).check_growth(machine.memory + DEVICE_STATE_SIZE)
    memory = files.create(memory_path)
    memory.truncate(machine.memory)
    files.create(device_path).truncate(DEVICE_STATE_SIZE)
    pages = []
    for page, data in memory_of(world, host, machine):
        memory.write(page * PAGE_SIZE, data)
        pages.append(page)
    kept = capture(world, host, machine)
    kept.memory_file, kept.device_file, kept.pages = memory_path, device_path, pages
    return kept


def capture(world: World, host: str, machine: VirtualMachine) -> SavedState:
    """Processors, devices and timers of a machine that stands; without its memory."""
    hypervisor = world.get(f"{host}/hypervisor", Hypervisor)
    partition = hypervisor.partitions[machine.partition]
    roles = _roles(world, host, machine.name)
    indices = {component.index: role for role, component in roles.items() if role != "worker"}
    timers = [
        Pending(indices[entry[2]], entry[0] - world.now, handler_name(entry[3]), entry[4])
        for entry in world.pending()
        if entry[2] in indices
    ]
    components = {
        role: {name: copy_state(getattr(component, name)) for name in _KEPT[role] if hasattr(component, name)}
        for role, component in roles.items()
    }
    wanted = hypervisor.scheduler.wanted_by(machine.partition)
    beta = not server_of(world, host).released
    return SavedState("", "", [], components, copy_state(partition.vps), wanted, timers, beta)


def discard(saved: SavedState, files: HostFiles) -> None:
    """Delete the files, as far as they are there."""
    for path in (saved.memory_file, saved.device_file):
        if files.exists(path):
            files.delete(path)


def put(world: World, host: str, machine: VirtualMachine, worker: Worker, files: HostFiles) -> None:
    """Fill a new partition, whose processors are suspended and whose ports are connected. Unreadable."""
    saved = machine.saved
    assert saved is not None
    _read_memory(world.get(f"{host}/hypervisor", Hypervisor), worker.partition, saved, files, machine.memory)
    put_devices(world, host, machine, worker, saved)


def put_devices(world: World, host: str, machine: VirtualMachine, worker: Worker, saved: SavedState) -> None:
    """All but the memory into such a partition."""
    hypervisor = world.get(f"{host}/hypervisor", Hypervisor)
    number = worker.partition
    partition = hypervisor.partitions[number]
    partition.vps = copy_state(saved.processors)
    hypervisor.forget_ways()  # they lead to the processors that were there before
    guest = world.add(
        f"{host}/{machine.name}", GuestSystem(machine.name, host, number, machine.memory // PAGE_SIZE)
    )
    partition.software = guest.index
    world.add(f"{host}/{machine.name}/network", GuestNetwork(guest.name))
    roles = _roles(world, host, machine.name)
    for role, values in saved.components.items():
        component = roles[role]
        for name, value in values.items():
            setattr(component, name, copy_state(value))
        component.forget_derived()
        component.restored()
    guest.partition = number
    guest.host = host  # it may have been another host's until now
    cast(GuestNetwork, roles["network"]).guest_name = guest.name
    worker.link.moved_to(number)
    worker.link.disks_moved(machine.drives)
    for vp, nanoseconds in saved.wanted.items():
        hypervisor.scheduler.adopt(number, vp, nanoseconds)
    for timer in saved.timers:
        world.schedule(timer.remaining, roles[timer.role].index, handler_of(timer.handler), timer.payload)


def _read_memory(
    hypervisor: Hypervisor, number: int, saved: SavedState, files: HostFiles, memory: int
) -> None:
    try:
        handle = files.open(saved.memory_file)
        files.open(saved.device_file)
    except StorageError as error:
        raise Unreadable(saved.memory_file) from error
    if handle.size != memory:
        raise Unreadable(saved.memory_file)
    for page in saved.pages:
        hypervisor.write_gpa(number, page * PAGE_SIZE, handle.read(page * PAGE_SIZE, PAGE_SIZE))
