"""Servers that are no machines of the lab's hosts yet, and can be converted: physical ones, and other monitors' guests.

Such a server is its disk, byte by byte, and whether it runs. What it does all day is not simulated; its
applications have left numbered records on the disk, each with a checksum, by which a copy can be judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.catalog.models import Source
from hvlab.guests import system_record
from hvlab.kernel import Component, World
from hvlab.storage.vhd import Vhd, open_vhd
from hvlab.storage.volume import HostFiles

DISK = "C:\\disk.vhd"
"""Where its disk lies in `files`; nobody but its conversion sees the path."""
APART = 4096
"""Sectors from one record to the next: 2 MiB, so that they lie all over the disk."""


class SourceServer(Component):
    """One such server; `stood` in ns: how long it has stood still for conversions.

    `load` and `peak`: what its work takes of its processors on average and at the most, in per cent.
    """

    STATE = ("files", "running", "stood", "load", "peak")

    def __init__(self, plan: Source, files: HostFiles) -> None:
        self.plan = plan
        self.files = files
        self.running = True
        self.stood = 0
        self.load, self.peak = plan.load, plan.peak

    @property
    def disk(self) -> Vhd:
        """Its disk; to be read only."""
        return open_vhd(self.files.open(DISK))


def path_of(name: str) -> str:
    """The path of a server."""
    return f"sources/{name}"


def servers(world: World, names: list[str]) -> list[SourceServer]:
    """The servers of a scenario, by the names that it has for them."""
    return [world.get(path_of(name), SourceServer) for name in names]


def record_place(number: int) -> int:
    """The sector of a record, from 0."""
    return system_record.DATA_START + APART * number


@dataclass(frozen=True)
class Records:
    """What of a source's records is on a disk: how many there are to be, how many are sound and the same."""

    expected: int
    sound: int


def compare(source: SourceServer, copy: Vhd) -> Records:
    """Look at each record of a source on a copy of its disk."""
    sound = 0
    for number in range(source.plan.records):
        place = record_place(number)
        if (place + 1) * 512 > copy.size:
            break
        found = copy.read(place, 1)
        sound += system_record.is_sound(found) and found == source.disk.read(place, 1)
    return Records(source.plan.records, sound)
