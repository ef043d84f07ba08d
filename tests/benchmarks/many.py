"""A lab with many guests, for benchmarks: one host with as much memory and as many system disks as they need."""

from __future__ import annotations

from hvlab.host.disks import HostStorage
from hvlab.host.root import RootKernel
from hvlab.hypervisor import Hypervisor
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.partition import give_pages
from hvlab.session.session import Session
from hvlab.storage.volume import HostFile

SYSTEM = r"C:\Images\WS2008-x64.vhd"
GUEST_MEMORY = 512 << 20


def lab(guests: int) -> Session:
    """A session with so many machines, defined and started, not booted."""
    session = Session()
    world = session.world
    hypervisor = world.get("host1/hypervisor", Hypervisor)
    root = world.get("host1/root", RootKernel)
    files = world.get("host1/root/storage", HostStorage).files
    more = guests * (GUEST_MEMORY // PAGE_SIZE) * 2
    first = hypervisor.memory.page_count
    hypervisor.memory.page_count += more
    hypervisor.partitions[1].gpa_map = [(0, 0, first + more)]
    give_pages(root.free, first, more)
    volume = files.volumes[0]
    volume.capacity *= 1000
    system = files.open(SYSTEM).file.content
    for number in range(guests):
        path = rf"C:\Images\g{number}.vhd"
        volume.files[path.casefold()] = HostFile(path, system.copy())
    session.travel.rebase()
    for number in range(guests):
        outcome = session.run(
            rf"New-VM g{number} -MemoryStartupBytes 512MB -VHDPath C:\Images\g{number}.vhd; Start-VM g{number}"
        )
        assert outcome.ok, outcome.errors
    return session


def work_until(session: Session, guests: int, events: int) -> None:
    """Let the guests boot and then write to their disks, until the trace has so many events."""
    for number in range(guests):
        assert session.run(f"Wait-Lab g{number} -For Heartbeat").ok
    turn = 0
    while len(session.world.trace) < events:
        number = turn % guests
        assert session.run(f"Start-LabWorkload g{number} -Operation Write -Count 100").ok
        turn += 1
