"""A session with a host that records, and the parts of its world that tests look into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hvlab.console.host import RecordingHost
from hvlab.guests.guest import GuestSystem
from hvlab.host.disks import HostStorage
from hvlab.host.link import BusLink
from hvlab.host.root import RootKernel
from hvlab.host.vmms import Vmms
from hvlab.hypervisor import Hypervisor
from hvlab.kernel.trace import TraceEvent
from hvlab.session.session import Session
from hvlab.storage.volume import FileHandle

SYSTEM = r"C:\Images\WS2008-x64.vhd"
NEWER = r"C:\Images\WS2012-x64.vhd"
OLD = r"C:\Images\NT4.vhd"
SECOND = 1_000_000_000


class Lab:
    """One host, driven by commands."""

    def __init__(self, **options: Any) -> None:
        self.recorded = RecordingHost()
        self.session = Session(host=self.recorded, **options)
        self.world = self.session.world

    def run(self, text: str) -> list[object]:
        """Run a script that must not fail; what it emits."""
        errors = self.tried(text)
        assert errors == [], (text, errors)
        return list(self.recorded.objects)

    def tried(self, text: str) -> list[str]:
        """Run a script; the ids of its errors."""
        self.recorded.objects.clear()
        self.recorded.errors.clear()
        self.session.run(text)
        return [error.error_id.partition(",")[0] for error in self.recorded.errors]

    def boot(self, name: str = "web01", path: str = SYSTEM, memory: str = "512MB") -> GuestSystem:
        """Define a machine, start it, and wait until it answers heartbeats (NT 4.0: until it has booted)."""
        self.run(f"New-VM {name} -MemoryStartupBytes {memory} -VHDPath {path}; Start-VM {name}")
        self.run(f"Wait-Lab {name}" + ("" if path == OLD else " -For Heartbeat"))
        return self.guest(name)

    def until(self, condition: Callable[[], bool], limit: int = 600 * SECOND) -> None:
        """Let the world go on, event by event, until the condition holds."""
        self.world.run(until=self.world.now + limit, stop=condition)
        assert condition()

    def settle(self, seconds: int = 1) -> None:
        """Let simulated time pass."""
        self.world.run(until=self.world.now + seconds * SECOND)

    def state(self, name: str = "web01") -> str:
        """The machine's state."""
        return self.vmms.machine(name).state

    def guest(self, name: str = "web01") -> GuestSystem:
        """What runs in a machine."""
        return self.world.get(f"host1/{name}", GuestSystem)

    def link(self, name: str = "web01") -> BusLink:
        """The root's end of a machine's bus."""
        return self.world.get(f"host1/root/vmbus/{name}", BusLink)

    @property
    def vmms(self) -> Vmms:
        """The management service."""
        return self.world.get("host1/root/vmms", Vmms)

    @property
    def storage(self) -> HostStorage:
        """The volumes."""
        return self.world.get("host1/root/storage", HostStorage)

    @property
    def root(self) -> RootKernel:
        """The root's kernel."""
        return self.world.get("host1/root", RootKernel)

    @property
    def hypervisor(self) -> Hypervisor:
        """The hypervisor."""
        return self.world.get("host1/hypervisor", Hypervisor)

    def file(self, path: str) -> FileHandle:
        """A file on a volume."""
        return self.storage.files.open(path)

    def events(self, kind: str = "", since: int = 0) -> list[TraceEvent]:
        """What happened after event `since`, of one kind."""
        return [event for event in self.world.trace.since(since) if kind in ("", event.kind)]

    def phases(self, name: str = "web01") -> list[str]:
        """The phases that a guest went through."""
        return [event.get("phase") for event in self.events("guest.phase") if event.source == f"host1/{name}"]
