"""Faults that a lab can be given: what fails, where it acts, and what has become of it.

A fault is an input of the world like a command: it is recorded, saved and replayed.
Here stands which there are; what follows from one is decided where the real failure
would act: a disk asks for bad sectors, a bus link whether its service's thread hangs
or its interrupt gets lost. Each time a fault acts it leaves a trace event of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from hvlab.guests.guest import GuestSystem
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.host.networks import VirtualNetworks
from hvlab.kernel import Component, World
from hvlab.storage.volume import HostFiles

SERVICE_SILENT, LOST_INTERRUPT, BAD_SECTOR, VOLUME_FULL, HUNG_GUEST, ROOT_CRASH, PULLED_CABLE, DISK_LOST = (
    "ServiceSilent",
    "LostInterrupt",
    "BadSector",
    "VolumeFull",
    "HungGuest",
    "RootCrash",
    "PulledCable",
    "DiskLost",
)

FAULT_KINDS: dict[str, tuple[str, ...]] = {
    SERVICE_SILENT: ("VM", "Device"),
    LOST_INTERRUPT: ("VM", "Device"),
    BAD_SECTOR: ("Path", "Sector"),
    VOLUME_FULL: ("Volume",),
    HUNG_GUEST: ("VM",),
    ROOT_CRASH: (),
    PULLED_CABLE: ("VM", "Device"),
    DISK_LOST: ("Volume",),
}
"""Each kind with the parameters that it needs."""


@dataclass
class Fault:
    """One fault. `sector` and `count` in sectors of the virtual disk; `after`: the n-th event is the lost one."""

    number: int
    kind: str
    since: int
    vm: str = ""
    device: str = ""
    path: str = ""
    sector: int = 0
    count: int = 1
    after: int = 1
    seen: int = 0
    """Events that passed where it waits for the n-th."""
    hits: int = 0
    """How often it has acted."""
    taken: int = 0
    """Bytes that a full volume's fault holds."""

    @property
    def target(self) -> str:
        """What it is about, for a person."""
        if self.path:
            return f"{self.path} {self.sector}" if self.kind == BAD_SECTOR else self.path
        return f"{self.vm} {self.device}".rstrip()


class FaultBoard(Component):
    """The faults of one host, by number."""

    STATE = ("faults", "next_number")

    def __init__(self, host: str) -> None:
        self.host = host
        self.faults: dict[int, Fault] = {}
        self.next_number = 1

    def outcome(self) -> list[list[object]]:
        """What is made to fail."""
        found = [
            (one.kind, one.vm, one.device, one.path.casefold(), one.sector, one.count)
            for one in self.faults.values()
        ]
        return [[*one] for one in sorted(found)]

    # -- adding and removing ------------------------------------------------------------------

    def add(self, kind: str, files: HostFiles, **values: Any) -> Fault:
        """A new fault; it acts from now on. Refusal if what it is about is not there."""
        fault = Fault(self.next_number, kind, self.world.now, **values)
        seq = self._note("added", fault)
        prepare = _AT_ONCE.get(kind)
        if prepare is not None:
            self.world.because(seq, prepare, self, fault, files)
        self.faults[fault.number] = fault
        self.next_number += 1
        return fault

    def remove(self, number: int, files: HostFiles) -> None:
        """What failed works again; what waited because of it goes on."""
        fault = self.faults.pop(number, None)
        if fault is None:
            raise Refusal("no-such-fault", number=number)
        seq = self._note("removed", fault)
        repair = _REPAIRS.get(fault.kind)
        if repair is not None:
            self.world.because(seq, repair, self, fault, files)

    def _note(self, action: str, fault: Fault) -> int:
        return self.world.emit(
            "fault",
            self.name,
            f"{self.host}/{fault.vm}" if fault.vm else f"{self.host}/root/storage",
            None,
            None,
            None,
            action,
            fault.kind,
            fault.number,
            fault.target,
        )

    def struck(self, fault: Fault) -> int:
        """A fault has acted; the trace event's number."""
        fault.hits += 1
        return self._note("acts", fault)

    # -- asked where the failure would act ----------------------------------------------------

    def bad_sector(self, path: str, lba: int, sectors: int) -> Fault | None:
        """The damage that a request meets, if it meets one."""
        for fault in self.faults.values():
            here = fault.kind == BAD_SECTOR and fault.path.casefold() == path.casefold()
            if here and fault.sector < lba + sectors and lba < fault.sector + fault.count:
                return fault
        return None

    def full_volume(self, path: str) -> Fault | None:
        """The fault that has taken the room of a file's volume."""
        for fault in self.faults.values():
            if fault.kind == VOLUME_FULL and fault.path[0] == path[0].upper():
                return fault
        return None

    def silent(self, vm: str, device: str) -> Fault | None:
        """The fault that keeps a device's service from answering."""
        return self._of(SERVICE_SILENT, vm, device)

    def loses(self, vm: str, device: str) -> Fault | None:
        """Count one event for the guest; the fault, if this is the one that gets lost."""
        fault = self._of(LOST_INTERRUPT, vm, device)
        if fault is None or fault.seen >= fault.after:
            return None
        fault.seen += 1
        return fault if fault.seen == fault.after else None

    def _of(self, kind: str, vm: str, device: str) -> Fault | None:
        for fault in self.faults.values():
            if fault.kind == kind and fault.vm == vm and fault.device == device:
                return fault
        return None


def board(world: World, host: str) -> FaultBoard:
    """The faults of a host."""
    return world.get(f"{host}/faults", FaultBoard)


def _fill(faults: FaultBoard, fault: Fault, files: HostFiles) -> None:
    """Something outside the lab writes the volume full."""
    volume = files.volume(fault.path)
    fault.taken = volume.free
    volume.used += fault.taken


def _empty(faults: FaultBoard, fault: Fault, files: HostFiles) -> None:
    files.volume(fault.path).used -= fault.taken


def _lose_disk(faults: FaultBoard, fault: Fault, files: HostFiles) -> None:
    """The physical disk below a volume dies; an empty one takes its place, and no file comes back."""
    volume = files.volume(fault.path)
    volume.files.clear()
    volume.folders.clear()
    faults.struck(fault)


def _hang(faults: FaultBoard, fault: Fault, files: HostFiles) -> None:
    """The guest's kernel loops with interrupts off."""
    faults.world.get(f"{faults.host}/{fault.vm}", GuestSystem).hang()
    faults.struck(fault)


def _crash(faults: FaultBoard, fault: Fault, files: HostFiles) -> None:
    """The root partition stops with an error."""
    cast(Any, faults.world.get(f"{faults.host}/root/vmms", Component)).root_crashes()
    faults.struck(fault)


def _pull(faults: FaultBoard, fault: Fault, files: HostFiles) -> None:
    """The virtual cable between an adapter and its switch comes off."""
    _cable(faults, fault, False)
    faults.struck(fault)


def _plug(faults: FaultBoard, fault: Fault, files: HostFiles) -> None:
    _cable(faults, fault, True)


def _cable(faults: FaultBoard, fault: Fault, linked: bool) -> None:
    """Move the cable; a machine or an adapter that was removed in the meantime has none."""
    management = cast(Any, faults.world.get(f"{faults.host}/root/vmms", Component))
    machine: VirtualMachine | None = management.machines.get(fault.vm.casefold())
    networks: VirtualNetworks = management.networks
    for adapter in machine.adapters if machine is not None else ():
        if machine is not None and adapter.key == fault.device:
            networks.cable(machine, adapter, linked)


def _release(faults: FaultBoard, fault: Fault, files: HostFiles) -> None:
    """The service's thread goes on with what has come in the meantime."""
    path = f"{faults.host}/root/vmbus/{fault.vm}"
    if faults.world.has(path):
        cast(Any, faults.world.get(path, Component)).go_on(fault.device)


_Act = Callable[[FaultBoard, Fault, HostFiles], None]
_AT_ONCE: dict[str, _Act] = {
    VOLUME_FULL: _fill,
    HUNG_GUEST: _hang,
    ROOT_CRASH: _crash,
    PULLED_CABLE: _pull,
    DISK_LOST: _lose_disk,
}
_REPAIRS: dict[str, _Act] = {VOLUME_FULL: _empty, SERVICE_SILENT: _release, PULLED_CABLE: _plug}
