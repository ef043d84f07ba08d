"""What the two rings of a channel and the machine's memory look like now: plain, comparable data without a screen.

Everything is read from the pages themselves and from the hypervisor's books;
reading changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.host.link import BusLink
from hvlab.host.root import RootKernel
from hvlab.host.vmms import Vmms
from hvlab.hypervisor import Hypervisor
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import World
from hvlab.vmbus.ring import CONTROL_PAGE, Ring, RingCorrupt

DIRECTIONS = ("guest->host", "host->guest")


@dataclass(frozen=True)
class RingView:
    """One ring: indices and sizes in bytes; `pages` are (guest page, machine page), the control page first."""

    direction: str
    size: int
    write: int
    read: int
    mask: int
    pending: int
    data: bytes
    pages: tuple[tuple[int, int], ...]
    sound: bool

    @property
    def used(self) -> int:
        """Bytes that wait to be read."""
        return (self.write - self.read) % self.size

    @property
    def free(self) -> int:
        """Bytes that nobody waits for; the last 8 of them are never filled."""
        return self.size - self.used

    def waits(self, offset: int) -> bool:
        """Whether the byte at that place waits to be read."""
        return (offset - self.read) % self.size < self.used


@dataclass(frozen=True)
class ChannelRings:
    """An open channel of a machine with its two rings, guest to host first; none if it is not open."""

    machine: str
    relid: int
    device: str
    state: str
    rings: tuple[RingView, ...]


def channels(world: World, host: str) -> list[tuple[str, int]]:
    """(machine, relid) of every channel on offer, in the order of machines and relids."""
    found: list[tuple[str, int]] = []
    if not world.has(f"{host}/root/vmms"):
        return found
    for machine in world.get(f"{host}/root/vmms", Vmms).machines.values():
        path = f"{host}/root/vmbus/{machine.name}"
        if world.has(path):
            link = world.get(path, BusLink)
            found += [(machine.name, relid) for relid in sorted(link.server.channels)]
    return found


def look(world: World, host: str, machine: str, relid: int) -> ChannelRings | None:
    """The rings of one channel; None if there is no such channel."""
    path = f"{host}/root/vmbus/{machine}"
    if not world.has(path):
        return None
    link = world.get(path, BusLink)
    channel = link.server.channels.get(relid)
    if channel is None:
        return None
    hypervisor = world.get(f"{host}/hypervisor", Hypervisor)
    partition = hypervisor.partitions.get(link.partition)
    halves = link.server.ring_pages(channel)
    rings: list[RingView] = []
    if halves is not None and partition is not None and channel.open_id >= 0:
        for direction, half in zip(DIRECTIONS, halves, strict=True):
            places = [(page, partition.translate(page)) for page in half]
            pages = tuple((page, spa) for page, spa in places if spa is not None)
            if len(pages) == len(half):
                rings.append(_ring(hypervisor, direction, pages))
    return ChannelRings(machine, relid, channel.offer.key, channel.state, tuple(rings))


def _ring(hypervisor: Hypervisor, direction: str, pages: tuple[tuple[int, int], ...]) -> RingView:
    memory = hypervisor.memory
    ring = Ring(memory, [spa for _, spa in pages])
    data = b"".join(bytes(memory.page(spa)) for _, spa in pages[1:])
    try:
        write, read, mask, pending = ring.indices()
        sound = True
    except RingCorrupt:
        fields = CONTROL_PAGE.unpack(bytes(memory.page(pages[0][1])[: CONTROL_PAGE.size]))
        write, read = fields["write_index"], fields["read_index"]
        mask, pending, sound = fields["interrupt_mask"], fields["pending_send_size"], False
    return RingView(direction, ring.size, write, read, mask, pending, data, pages, sound)


@dataclass(frozen=True)
class Extent:
    """A run of machine pages and whose it is; `guest` is the first guest page, -1 for pages of a pool."""

    owner: str
    use: str
    """`memory`: the owner sees it as its own; `pool`: deposited for the hypervisor's tables; `free`: the root's."""
    first: int
    count: int
    guest: int


@dataclass(frozen=True)
class MemoryView:
    """All pages of the machine: who has which, and how many were ever written."""

    pages: int
    touched: int
    free: int
    extents: tuple[Extent, ...]
    """By first page; pages in none of them are in use by the root itself."""

    def owned(self, owner: str, use: str) -> int:
        """How many pages somebody has for something."""
        return sum(e.count for e in self.extents if (e.owner, e.use) == (owner, use))

    @property
    def owners(self) -> list[str]:
        """Whoever has pages besides the root, in the order of their first page."""
        return list(dict.fromkeys(e.owner for e in self.extents if e.use != "free"))


def memory(world: World, host: str) -> MemoryView | None:
    """Who owns which page; None where there is no hypervisor."""
    if not world.has(f"{host}/hypervisor"):
        return None
    hypervisor = world.get(f"{host}/hypervisor", Hypervisor)
    root = world.get(f"{host}/root", RootKernel)
    extents = [Extent("root", "free", first, count, -1) for first, count in root.free]
    for number, partition in hypervisor.partitions.items():
        if number == ROOT:
            continue
        owner = hypervisor.software_name(partition).rpartition("/")[2]
        extents += [Extent(owner, "memory", spa, count, gpa) for gpa, spa, count in partition.gpa_map]
        extents += [Extent(owner, "pool", first, count, -1) for first, count in partition.pool]
    extents.sort(key=lambda extent: (extent.first, extent.count))
    return MemoryView(
        hypervisor.memory.page_count, hypervisor.memory.touched, root.free_pages, tuple(extents)
    )


__all__ = ["PAGE_SIZE", "ChannelRings", "Extent", "MemoryView", "RingView", "channels", "look", "memory"]
