"""What a virtual machine must fulfil so that it can be backed up while it runs (S10 of the reference).

Where one of the five conditions is not met, the machine is saved for the moment of the picture: its guest stands
still, and what it had in memory is part of the backup.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.guests.system_record import PARTITION_ENTRY
from hvlab.host.machine import RUNNING, VirtualMachine
from hvlab.host.saved import folder_of
from hvlab.host.vmms import Vmms
from hvlab.storage import vhd
from hvlab.storage.volume import StorageError

STATE, SERVICE, LOCATION, BASIC, FILE_SYSTEM = (
    "Running",
    "BackupService",
    "SnapshotLocation",
    "BasicDisks",
    "Ntfs",
)
DYNAMIC_TYPE = 0x42
"""The partition type of a disk that Windows has made a dynamic one."""
NTFS_TYPE = 0x07


@dataclass(frozen=True)
class Condition:
    """One of the five: its name, whether it is met, and what was found (a state, a path)."""

    name: str
    met: bool
    detail: str


def conditions(service: Vmms, machine: VirtualMachine) -> list[Condition]:
    """All five, in the order in which they are looked at."""
    link = service.link(machine.name)
    answers = link is not None and link.ready("vss")
    folder = folder_of(machine)
    elsewhere = [drive.path for drive in machine.drives if drive.path[:1] != folder[:1]]
    kinds = [(drive.path, kind) for drive in machine.drives for kind in partition_types(service, drive.path)]
    dynamic = [path for path, kind in kinds if kind == DYNAMIC_TYPE]
    foreign = [path for path, kind in kinds if kind not in (DYNAMIC_TYPE, NTFS_TYPE)]
    return [
        Condition(STATE, machine.state == RUNNING, machine.state),
        Condition(SERVICE, answers, "VSS" if answers else ""),
        Condition(LOCATION, not elsewhere, elsewhere[0] if elsewhere else folder),
        Condition(BASIC, not dynamic, dynamic[0] if dynamic else ""),
        Condition(FILE_SYSTEM, not foreign, foreign[0] if foreign else ""),
    ]


def partition_types(service: Vmms, path: str) -> list[int]:
    """The types of a disk's partitions; none for a disk that has no boot record, or cannot be read."""
    try:
        sector = service.storage.open(path).read(0, 1)
    except (StorageError, vhd.BadVhd):
        return []
    if sector[510:512] != b"\x55\xaa":
        return []
    entries = [PARTITION_ENTRY.unpack(sector, 446 + 16 * number) for number in range(4)]
    return [int(entry["type"]) for entry in entries if entry["type"]]


def set_partition_types(service: Vmms, path: str, kind: int) -> None:
    """Make every partition of a disk that nobody uses one of another type. StorageError, BadVhd."""
    disk = service.storage.open(path)
    sector = bytearray(disk.read(0, 1))
    at = PARTITION_ENTRY.offsets["type"]
    for number in range(4):
        if sector[446 + PARTITION_ENTRY.size * number + at]:
            sector[446 + PARTITION_ENTRY.size * number + at] = kind
    disk.write(0, bytes(sector))
