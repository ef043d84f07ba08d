"""What stands in a lab, as the console tells it: the facts in which two moments of one lab can differ.

A fact is there or not (a machine called web01, a disk on it, a file), or has a value (how much memory it has).
Each is found by a command that looks, and each can be asked for by an expression that a check may hold; which
commands, in `LOOKS`. Those that come first there tell most of what somebody did.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hvlab.console.host import RecordingHost
from hvlab.console.members import get_property
from hvlab.console.shell import Shell
from hvlab.course.looking import looking_shell
from hvlab.session.session import Session

MADE_NAME = re.compile(r"\{?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-")
"""A name that holds a number drawn by the lab: nobody can be asked for just that one."""
MACHINE_FILES = (".xml", ".bin", ".vsv", ".avhd", ".avhdx")
"""Files that a machine keeps for itself."""
DISK_FILES = (".vhd", ".vhdx")
_BARE = re.compile(r"[A-Za-z][\w:\\.-]*")
_UNITS = (("TB", 40), ("GB", 30), ("MB", 20))

Key = tuple[object, ...]


@dataclass(frozen=True)
class Look:
    """One kind of facts: how they are listed, and how one of them is asked for.

    `each` says for what it is listed: once for the whole lab, for each host, machine (`vm`), drive or disk file,
    which stand in its commands in braces.
    What is listed is told apart by the properties of `key`; what it has besides are `values`, each with what is
    usual, which is not worth a word of something new. `one` is a command that gives just this one. Without
    `counts`, only its values are facts. `there` is another way to ask for it than counting the rows.
    """

    name: str
    listing: str
    key: tuple[str, ...]
    each: str = "lab"
    one: str = ""
    values: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    counts: bool = True
    there: str = ""
    born: bool = True
    """Whether it is worth a word of a machine that is new itself."""
    by_guest: bool = False
    """Whether the guest tells it, and tells nothing while it is down."""


LOOKS = (
    Look("cluster", "Get-Cluster", ("Name",), one="Get-Cluster", values={"Quorum": ()}),
    Look(
        "group",
        "Get-ClusterGroup",
        ("Name",),
        one="Get-ClusterGroup {0}",
        values={"OwnerNode": (), "State": ()},
    ),
    Look(
        "vm",
        "Get-VM{host}",
        ("Name",),
        each="host",
        one="Get-VM {0}{host}",
        values={
            "State": ("Off",),
            "MemoryStartup": (),
            "ProcessorCount": (1,),
            "AutomaticStartAction": ("StartIfRunning",),
            "AutomaticStopAction": ("Save",),
        },
    ),
    Look("disk", "Get-VMHardDiskDrive {vm}{host}", ("Path", "ControllerType"), each="vm"),
    Look("dvd", "Get-VMDvdDrive {vm}{host}", ("Path",), each="vm"),
    Look("adapter", "Get-VMNetworkAdapter {vm}{host}", ("SwitchName", "IsLegacy"), each="vm"),
    Look("vlan", "Get-VMNetworkAdapterVlan {vm}{host}", ("VlanList",), each="vm"),
    Look("snapshot", "Get-VMSnapshot {vm}{host}", ("Name",), each="vm"),
    Look(
        "switch",
        "Get-VMSwitch{host}",
        ("Name",),
        each="host",
        one="Get-VMSwitch {0}{host}",
        values={"SwitchType": ()},
    ),
    Look(
        "processor",
        "Get-VMProcessor {vm}{host}",
        ("VMName",),
        each="vm",
        one="Get-VMProcessor {vm}{host}",
        values={"Reserve": (0,), "Maximum": (100,), "RelativeWeight": (100,)},
        counts=False,
    ),
    Look("licence", "Get-LabLicense", ("Server", "Edition")),
    Look("migration", "Get-LabMigration", ("Name", "Kind", "To", "Outcome")),
    Look("backup", "Get-LabBackup", ("VMName", "Method", "Outcome")),
    Look("balanced", "Get-LabNlbNode", ("VM", "ClusterAddress")),
    Look("fault", "Get-LabFault", ("Kind",)),
    Look(
        "server",
        "Get-LabServer{host}",
        ("Computer",),
        each="host",
        one="Get-LabServer{host}",
        values={
            "Role": (),
            "HypervisorRunning": (),
            "VirtualizationSetting": (),
            "ExecuteDisableSetting": (),
        },
        counts=False,
    ),
    Look("update", "Get-LabUpdate{host}", ("Id", "State"), each="host"),
    Look(
        "address",
        "Get-LabGuestAddress {vm}{host}",
        ("IPAddress",),
        each="vm",
        there="(Get-LabGuestAddress {vm}{host}).IPAddress -contains {0}",
        by_guest=True,
    ),
    Look(
        "database",
        "Get-LabDatabase {vm}{host}",
        ("VMName",),
        each="vm",
        one="Get-LabDatabase {vm}{host}",
        values={"Committed": (), "Header": ()},
        counts=False,
    ),
    Look(
        "service", "Get-LabGuestService {vm}{host}", ("Name", "Status"), each="vm", born=False, by_guest=True
    ),
    Look("integration", "Get-VMIntegrationService {vm}{host}", ("Name", "Enabled"), each="vm", born=False),
    Look(
        "heartbeat",
        "Get-VM{host}",
        ("Name",),
        each="host",
        one="Get-VM {0}{host}",
        values={"Heartbeat": ("",)},
        counts=False,
    ),
    Look("file", "Get-ChildItem {drive} -Recurse -File", ("FullName",), each="drive", there="Test-Path {0}"),
    Look(
        "vhd",
        "Get-VHD {disk}",
        ("Path",),
        each="disk",
        one="Get-VHD {disk}",
        values={"VhdType": (), "Size": (), "ParentPath": ("",)},
        counts=False,
    ),
)


@dataclass(frozen=True)
class Place:
    """Where a look was taken: in which lab's part, by the words that stand in its commands."""

    look: Look
    vm: str = ""
    host: str = ""
    """`` -ComputerName HV02``, or nothing for the host that commands speak to."""
    drive: str = ""
    disk: str = ""

    def command(self, template: str, key: Key = ()) -> str:
        """A command of the look for this place, and for what `key` tells apart."""
        parts = [written(part, bare=True) for part in key]
        words = {name: written(getattr(self, name), bare=True) for name in ("vm", "drive", "disk")}
        return template.format(*parts, host=self.host, **words)

    def __hash__(self) -> int:
        return hash((self.look.name, self.vm, self.host, self.drive, self.disk))


@dataclass(frozen=True)
class Found:
    """All that one look lists somewhere: how often each key, and what the one of a key has."""

    counts: Counter[Key]
    values: dict[tuple[Key, str], object]


Survey = dict[Place, Found]


def written(value: object, *, bare: bool = False) -> str:
    """A value as one writes it in the console; `bare` where a command's argument stands."""
    if isinstance(value, bool):
        return f"${str(value).lower()}"
    if isinstance(value, int):
        for unit, shift in _UNITS:
            if value and value % (1 << shift) == 0:
                return f"{value >> shift}{unit}"
        return str(value)
    text = str(value)
    return text if bare and _BARE.fullmatch(text) else "'" + text.replace("'", "''") + "'"


def survey(session: Session) -> Survey:
    """What stands in a session's lab now; nothing in it is changed."""
    shell = looking_shell(session)
    hosts = ["", *(f" -ComputerName {plan.host}" for plan in session.scenario.more_hosts)]
    machines = [
        (str(get_property(row, "Name")), host) for host in hosts for row in _rows(shell, f"Get-VM{host}")
    ]
    drives = [str(get_property(row, "Root")) for row in _rows(shell, "Get-PSDrive")]
    disks: list[str] = []
    found: Survey = {}
    for look in LOOKS:
        places = {
            "lab": [Place(look)],
            "host": [Place(look, host=host) for host in hosts],
            "vm": [Place(look, vm=name, host=host) for name, host in machines],
            "drive": [Place(look, drive=root) for root in drives if root.endswith("\\")],
            "disk": [Place(look, disk=path) for path in disks],
        }[look.each]
        for place in places:
            listed = _found(look, _rows(shell, place.command(look.listing)))
            if listed.counts or listed.values:
                found[place] = listed
                if look.name == "file":
                    paths = (str(key[0]) for key in listed.counts)
                    disks += [path for path in paths if path.casefold().endswith(DISK_FILES)]
    return found


def _rows(shell: Shell, listing: str) -> list[object]:
    """What a command that looks puts out; nothing where the lab has nothing of the kind."""
    host = shell.host
    assert isinstance(host, RecordingHost)
    del host.objects[:]
    shell.run(listing)
    return [row for value in host.objects for row in (value if isinstance(value, list) else [value])]


def _found(look: Look, rows: list[object]) -> Found:
    counts: Counter[Key] = Counter()
    values: dict[tuple[Key, str], object] = {}
    for row in rows:
        for key in _keys(look, row):
            if look.counts:
                counts[key] += 1
            for name in look.values:
                values[key, name] = _plain(get_property(row, name))
    return Found(counts, values)


def _keys(look: Look, row: object) -> Iterator[Key]:
    """What tells a row apart; one that lists several things is several facts."""
    parts = [get_property(row, name) for name in look.key]
    for first in parts[0] if isinstance(parts[0], list) else [parts[0]]:
        key = tuple(_plain(part) for part in (first, *parts[1:]))
        name = str(key[0])
        if name and not MADE_NAME.search(name) and not name.casefold().endswith(MACHINE_FILES):
            yield key


def _plain(value: object) -> object:
    """A value that can be compared and written down."""
    if value is None:
        return ""
    return value if isinstance(value, (bool, int)) else str(value)
