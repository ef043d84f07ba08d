"""The host's physical disks: which are online with a volume of the host's, and which a machine can have as a whole.

A disk belongs to one system at a time. While the host has it online, its file system is the host's business;
offline, nothing of the host touches it, and its sectors can be given to one machine (a pass-through disk). The
lab keeps the host's own file systems as files and not as sectors, so a disk that carries a volume of the host's
must be cleared before its sectors mean anything to a guest.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.kernel import Component, World
from hvlab.storage import raw
from hvlab.storage.content import FileContent
from hvlab.storage.errors import FileMissing
from hvlab.storage.raw import RawDisk
from hvlab.storage.volume import Volume

SYSTEM_LETTER = "C"
RAW, MBR = "RAW", "MBR"


@dataclass
class PhysicalDisk:
    """A disk: its model, how it is connected, its size in bytes.

    `letter` is the volume of the host's on it; while the disk is offline the volume waits in `volume`. A disk
    without a volume has its sectors in `content`. `shared`: the storage network says who has it.
    """

    number: int
    model: str
    bus: str
    size: int
    identifier: str
    letter: str = ""
    offline: bool = False
    shared: bool = False
    volume: Volume | None = None
    content: FileContent | None = None

    @property
    def path(self) -> str:
        """How Windows names the whole disk."""
        return raw.path_of(self.number)

    @property
    def style(self) -> str:
        """Whether there is a partition table on it."""
        if self.content is None:
            return MBR
        return MBR if self.content.read(510, 2) == b"\x55\xaa" else RAW


class PhysicalDisks(Component):
    """All disks of one host, by number."""

    STATE = ("disks",)

    def __init__(self) -> None:
        self.disks: dict[int, PhysicalDisk] = {}

    def outcome(self) -> list[object]:
        """Which are offline, and what lies on those without a volume."""
        return [
            [one.number, one.model, one.bus, one.size, one.letter, one.offline, one.content]
            for _, one in sorted(self.disks.items())
        ]

    def add(self, disk: PhysicalDisk) -> PhysicalDisk:
        """One more disk; its number is set."""
        disk.number = len(self.disks)
        self.disks[disk.number] = disk
        return disk


class Service(Protocol):
    """What is asked of the management service: where it is, and its machines."""

    world: World
    host: str
    machines: dict[str, VirtualMachine]


def disks_of(world: World, host: str) -> dict[int, PhysicalDisk]:
    """The disks of a host, by number."""
    return world.get(f"{host}/root/disks", PhysicalDisks).disks


def disk_at(world: World, host: str, number: int) -> PhysicalDisk:
    """The disk of that number. Refusal."""
    found = disks_of(world, host).get(number)
    if found is None:
        raise Refusal("no-such-disk-number", number=number)
    return found


def open_disk(world: World, host: str, path: str) -> RawDisk:
    """The sectors of a physical disk. FileMissing if there is none, or it carries a volume of the host's."""
    number = raw.number_of(path)
    disk = disks_of(world, host).get(-1 if number is None else number)
    if disk is None or disk.content is None:
        raise FileMissing(path)
    return RawDisk(disk.path, disk.content, uuid.UUID(disk.identifier))


def holder(machines: Iterable[VirtualMachine], path: str) -> VirtualMachine | None:
    """The machine that a physical disk is plugged into."""
    for machine in machines:
        if any(drive.path.casefold() == path.casefold() for drive in machine.drives):
            return machine
    return None


def physical_drives(machine: VirtualMachine) -> list[str]:
    """The physical disks of a machine, as paths."""
    return [drive.path for drive in machine.drives if raw.number_of(drive.path) is not None]


def check_plain(machine: VirtualMachine, reason: str) -> None:
    """Refusal, for that reason, of a machine with a physical disk: nothing can be put between it and its disk."""
    found = physical_drives(machine)
    if found:
        raise Refusal(reason, name=machine.name, number=raw.number_of(found[0]) or 0)


def check_attach(service: Service, path: str) -> str:
    """The path of a physical disk that a machine can have. Refusal."""
    disk = disk_at(service.world, service.host, raw.number_of(path) or 0)
    if not disk.offline:
        raise Refusal("disk-online", number=disk.number)
    if disk.content is None:
        raise Refusal("disk-has-volume", number=disk.number, letter=f"{disk.letter}:")
    user = holder(service.machines.values(), disk.path)
    if user is not None:
        raise Refusal("disk-in-use", path=f"Disk {disk.number}", name=user.name)
    return disk.path


def is_online(world: World, host: str, path: str) -> bool:
    """Whether the host has a physical disk to itself; of no other path."""
    number = raw.number_of(path)
    disk = disks_of(world, host).get(-1 if number is None else number)
    return disk is not None and not disk.offline
