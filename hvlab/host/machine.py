"""A virtual machine as its host knows it: settings and state, plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hvlab.host.metering import Metering
    from hvlab.host.saved import SavedState
    from hvlab.host.snapshots import Snapshot

OFF, STARTING, RUNNING, STOPPING = "Off", "Starting", "Running", "Stopping"
PAUSED, SAVING, SAVED, PAUSED_CRITICAL = "Paused", "Saving", "Saved", "PausedCritical"
SNAPSHOTTING = "Snapshotting"
STATE_NUMBERS = {
    "Running": 2,
    "Off": 3,
    PAUSED: 32768,
    SAVED: 32769,
    "Starting": 32770,
    SNAPSHOTTING: 32771,
    SAVING: 32773,
    "Stopping": 32774,
    PAUSED_CRITICAL: 32787,
}
"""WMI's EnabledState; a critical pause has a number of its own only in later releases."""
BOOT_DEVICES = ("CD", "IDE", "LegacyNetworkAdapter", "Floppy")
"""What the firmware of 2008's machines can boot from, in the order that a new machine has (K)."""
CONTROLLERS = ("IDE", "SCSI")
SERVICE_KEYS = {
    "Shutdown": "shutdown",
    "Heartbeat": "heartbeat",
    "Time Synchronization": "timesync",
    "Key-Value Pair Exchange": "kvp",
    "VSS": "vss",
}
"""The integration services by the names that people use, with the keys of their offers, in the order of these."""


@dataclass
class Drive:
    """A hard disk drive of a virtual machine: where it is plugged in, and the file behind it."""

    controller: str
    number: int
    location: int
    path: str


@dataclass
class DvdDrive:
    """A DVD drive on an IDE controller; `path` is the disc image in it, empty while it has none."""

    number: int
    location: int
    path: str = ""


@dataclass
class NetworkAdapter:
    """A network adapter of a virtual machine: its address, which switch it is connected to, and its VLANs.

    `mac` is empty until a dynamic address is taken from the host's pool, at the first
    start. `cable`: the connection can be pulled without changing the settings.
    """

    number: int
    name: str
    identifier: str
    legacy: bool = False
    mac: bytes = b""
    static: bool = False
    switch: str = ""
    mode: str = "Untagged"
    vlan: int = 0
    allowed: tuple[int, ...] | None = None
    cable: bool = True
    spoofing: bool = False
    """Whether it may send from foreign addresses, where the platform has a setting for that."""

    @property
    def key(self) -> str:
        """How the machine's devices are told apart: net:0, legacy:1."""
        return f"{'legacy' if self.legacy else 'net'}:{self.number}"


_UNUSUAL = (
    "folder",
    "version",
    "job",
    "startup_order",
    "num_lock",
    "empty_drives",
    "snapshot_folder",
    "metering",
    "merge_trouble",
)
"""Fields of a machine that are empty as a rule."""


@dataclass
class VirtualMachine:
    """Settings and state. Memory in bytes, times in ns; `partition` is 0 while there is none."""

    name: str
    identifier: str
    memory: int
    processors: int
    created: int
    drives: list[Drive] = field(default_factory=list)
    dvds: list[DvdDrive] = field(default_factory=list)
    adapters: list[NetworkAdapter] = field(default_factory=list)
    scsi_controllers: int = 1
    weight: int = 100
    reserve: int = 0
    maximum: int = 100
    """What each of its processors may have of a logical one, in per cent; weight against the other machines."""
    state: str = OFF
    partition: int = 0
    running_since: int = 0
    changed: int = 0
    """When its state was changed last, in ns."""
    failure: str = ""
    saved: SavedState | None = None
    """What it was doing when it was saved."""
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    """By identifier, in the order of their creation."""
    last_snapshot: str = ""
    """The snapshot that the present came after."""
    unmerged: list[str] = field(default_factory=list)
    """Disks of deleted snapshots that wait to be merged."""
    notes: str = ""
    start_action: str = "StartIfRunning"
    start_delay: int = 0
    """What becomes of it when the host starts (hvlab.host.settings), and after how many ns."""
    stop_action: str = "Save"
    """What becomes of it when the host goes down in good order."""
    services: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(SERVICE_KEYS, True))
    """Which integration services are enabled."""
    folder: str = ""
    """Where its configuration and saved state lie; empty: where the host keeps all others."""
    version: str = ""
    """The version of its configuration; empty: its host's own."""
    job: str = ""
    """What is done with its files, so that it can neither start nor change meanwhile; empty as a rule."""

    startup_order: tuple[str, ...] = ()
    """What its firmware tries to boot from, in this order; empty: as a new machine does (`boot_order`)."""
    num_lock: bool = False
    """Whether its keyboard begins with the digits."""
    empty_drives: list[tuple[str, int, int]] = field(default_factory=list)
    """Disk drives without a disk (controller, number, location), as WMI makes them on the way to one with a disk."""

    snapshot_folder: str = ""
    """Where the states of its snapshots lie; empty: in its own folder."""

    metering: Metering | None = None
    """What it uses is counted (`hvlab.host.metering`); None: it is not."""

    merge_trouble: str = ""
    """The disk at which the last merge of disks of deleted snapshots failed; empty as a rule."""

    def digest_state(self) -> list[object]:
        """Its fields in order; what is as usual of the last ones is left out, and such a machine spelled as ever."""
        names = [one.name for one in fields(self) if one.name not in _UNUSUAL or getattr(self, one.name)]
        return ["VirtualMachine", *(getattr(self, name) for name in names)]

    @property
    def boot_order(self) -> tuple[str, ...]:
        """What its firmware tries to boot from, in this order."""
        return self.startup_order or BOOT_DEVICES

    @property
    def assigned(self) -> int:
        """The memory that it has at this moment, in bytes."""
        return self.memory if self.partition else 0

    def uptime(self, now: int) -> int:
        """How long ago it was switched on or restored, in ns, paused or not; 0 while it has not begun or has ended."""
        return now - self.running_since if self.state not in (OFF, SAVED, STARTING) else 0

    def drive_at(self, controller: str, number: int, location: int) -> Drive | None:
        """The drive in that place."""
        for drive in self.drives:
            if (drive.controller, drive.number, drive.location) == (controller, number, location):
                return drive
        return None

    def taken(self, controller: str, number: int, location: int) -> bool:
        """Whether a disk or a DVD drive sits in that place."""
        dvd = controller == "IDE" and any(
            (one.number, one.location) == (number, location) for one in self.dvds
        )
        empty = (controller, number, location) in self.empty_drives
        return dvd or empty or self.drive_at(controller, number, location) is not None


class Refusal(Exception):
    """The host does not do what was asked: `reason` is an id of a sentence, `values` go into it."""

    def __init__(self, reason: str, **values: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values
