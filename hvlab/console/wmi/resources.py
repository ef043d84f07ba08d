"""The settings of a machine's parts: memory, processors, controllers, drives and what is in them, network ports.

Each class also has its definitions, as on a real host: for each ResourceSubType an instance whose InstanceID ends in
`Default`, with what a new part begins with. A script takes one, fills in Parent, Address and Connection, and hands its
text to AddVirtualSystemResources. A hard disk is two parts: a drive on a controller, and the disk in the drive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from hvlab.console.hyperv.objects import MachineView
from hvlab.console.lab import Lab
from hvlab.console.wmi.model import V1, Getter, Instance, WmiClass
from hvlab.console.wmi.switchports import port_of, port_path
from hvlab.console.wmi.views import guid, machine_of, views
from hvlab.host.machine import Drive, NetworkAdapter, VirtualMachine
from hvlab.storage import raw

MEMORY_TYPE, PROCESSOR_TYPE = "Microsoft Virtual Machine Memory", "Microsoft Processor"
IDE, SCSI = "Microsoft Emulated IDE Controller", "Microsoft Synthetic SCSI Controller"
DRIVE, DISK_IMAGE = "Microsoft Synthetic Disk Drive", "Microsoft Virtual Hard Disk"
DVD, DISC_IMAGE = "Microsoft Synthetic DVD Drive", "Microsoft Virtual CD/DVD Disk"
PHYSICAL = "Microsoft Physical Disk Drive"
SYNTHETIC, EMULATED = "Microsoft Synthetic Ethernet Port", "Microsoft Emulated Ethernet Port"
RESOURCE_TYPES = {
    MEMORY_TYPE: 4,
    PROCESSOR_TYPE: 3,
    IDE: 5,
    SCSI: 6,
    SYNTHETIC: 10,
    EMULATED: 10,
    DVD: 16,
    DISK_IMAGE: 21,
    DISC_IMAGE: 21,
    DRIVE: 22,
    PHYSICAL: 22,
}
"""ResourceType of each ResourceSubType (facts, 2.3; K)."""
_RESOURCE = ("CIM_ResourceAllocationSettingData", "CIM_SettingData", "CIM_ManagedElement")


@dataclass(frozen=True)
class Definition:
    """What a new part of that ResourceSubType begins with."""

    subtype: str


@dataclass(frozen=True)
class Part:
    """A part of a machine: its ResourceSubType, what tells it from others of its kind, and the part itself."""

    subtype: str
    key: str = ""
    thing: Any = None


@dataclass(frozen=True)
class Place:
    """A place on a controller (`location` -1: the controller itself), and the file in it."""

    controller: str
    number: int
    location: int = -1
    path: str = ""


Found = tuple[MachineView, Part] | Definition


def _subtype(one: Instance) -> str:
    subject = one.subject
    found: str = subject.subtype if isinstance(subject, Definition) else subject[1].subtype
    return found


def _instance_id(one: Instance) -> str:
    subject = one.subject
    if isinstance(subject, Definition):
        return f"Microsoft:Definition\\{subject.subtype}\\Default"
    return f"Microsoft:{guid(machine_of(one).identifier)}\\{subject[1].key}"


def _of_part(read: Callable[[VirtualMachine, Any], object], default: object = None) -> Getter:
    """A property that is read from the machine and its part; a definition has the default."""
    return lambda one: (
        default if isinstance(one.subject, Definition) else read(machine_of(one), one.subject[1].thing)
    )


_COMMON: dict[str, Getter] = {
    "InstanceID": _instance_id,
    "ResourceType": lambda one: RESOURCE_TYPES[_subtype(one)],
    "ResourceSubType": _subtype,
}


def _whole(subtype: str, key: str) -> Callable[[Lab], Iterator[Found]]:
    def instances(lab: Lab) -> Iterator[Found]:
        for view in views(lab):
            yield view, Part(subtype, key)
        yield Definition(subtype)

    return instances


MEMORY = WmiClass(
    "Msvm_MemorySettingData",
    _RESOURCE,
    ("InstanceID",),
    {
        "ElementName": lambda one: "Memory",
        **_COMMON,
        "AllocationUnits": lambda one: "MB",
        "VirtualQuantity": _of_part(lambda machine, _: machine.memory >> 20, 512),
        "Reservation": _of_part(lambda machine, _: machine.memory >> 20, 512),
        "Limit": _of_part(lambda machine, _: machine.memory >> 20, 512),
    },
    _whole(MEMORY_TYPE, "Memory"),
    settings=True,
)
PROCESSOR = WmiClass(
    "Msvm_ProcessorSettingData",
    _RESOURCE,
    ("InstanceID",),
    {
        "ElementName": lambda one: "Processor",
        **_COMMON,
        "VirtualQuantity": _of_part(lambda machine, _: machine.processors, 1),
        "Reservation": _of_part(lambda machine, _: machine.reserve * 1000, 0),
        "Limit": _of_part(lambda machine, _: machine.maximum * 1000, 100_000),
        "Weight": _of_part(lambda machine, _: machine.weight, 100),
    },
    _whole(PROCESSOR_TYPE, "Processor"),
    settings=True,
)


# -- controllers, drives, and what is in them -----------------------------------------------------


def _key(place: Place, end: str = "") -> str:
    names = [place.controller, str(place.number)]
    return "\\".join(names if place.location < 0 else [*names, str(place.location), end])


def controller_parts(machine: VirtualMachine) -> Iterator[Part]:
    """The controllers: two for IDE, and those for SCSI."""
    for number in (0, 1):
        place = Place("IDE", number)
        yield Part(IDE, _key(place), place)
    for number in range(machine.scsi_controllers):
        place = Place("SCSI", number)
        yield Part(SCSI, _key(place), place)


def disk_parts(drive: Drive) -> Iterator[Part]:
    """A drive and the disk in it; a physical disk is one part."""
    place = Place(drive.controller, drive.number, drive.location, drive.path)
    if raw.number_of(drive.path) is not None:
        yield Part(PHYSICAL, _key(place, "D"), place)
        return
    yield Part(DRIVE, _key(place, "D"), replace(place, path=""))
    yield Part(DISK_IMAGE, _key(place, "L"), place)


def empty_part(controller: str, number: int, location: int) -> Part:
    """A drive without a disk."""
    place = Place(controller, number, location)
    return Part(DRIVE, _key(place, "D"), place)


def dvd_parts(number: int, location: int, path: str) -> Iterator[Part]:
    """A DVD drive and the disc in it, if there is one."""
    place = Place("IDE", number, location, path)
    yield Part(DVD, _key(place, "D"), replace(place, path=""))
    if path:
        yield Part(DISC_IMAGE, _key(place, "L"), place)


def _storage(lab: Lab) -> Iterator[Found]:
    for view in views(lab):
        machine = view.machine
        for part in controller_parts(machine):
            yield view, part
        for drive in machine.drives:
            yield from ((view, part) for part in disk_parts(drive))
        for place in machine.empty_drives:
            yield view, empty_part(*place)
        for dvd in machine.dvds:
            yield from ((view, part) for part in dvd_parts(dvd.number, dvd.location, dvd.path))
    yield from (Definition(subtype) for subtype in _NAMES)


_NAMES = {
    IDE: "IDE Controller",
    SCSI: "SCSI Controller",
    DRIVE: "Hard Drive",
    DISK_IMAGE: "Hard Disk Image",
    DVD: "DVD Drive",
    DISC_IMAGE: "ISO Disk Image",
    PHYSICAL: "Hard Drive",
}


def _name(one: Instance) -> object:
    name, subtype = _NAMES[_subtype(one)], _subtype(one)
    if subtype == IDE and not isinstance(one.subject, Definition):
        return f"{name} {one.subject[1].thing.number}"
    return name


def _parent(one: Instance) -> object:
    """The path of what it sits on: a disk in its drive, a drive on its controller."""
    if isinstance(one.subject, Definition):
        return None
    view, part = one.subject
    place: Place = part.thing
    if place.location < 0:
        return None
    above = Place(place.controller, place.number)
    subtype, key = IDE if place.controller == "IDE" else SCSI, _key(above)
    if part.subtype in (DISK_IMAGE, DISC_IMAGE):
        above = replace(place, path="")
        subtype, key = DRIVE if part.subtype == DISK_IMAGE else DVD, _key(above, "D")
    return replace(one, subject=(view, Part(subtype, key, above)), edits=None).path


def _address(machine: VirtualMachine, place: Place) -> str:
    return str(place.number if place.location < 0 else place.location)


STORAGE = WmiClass(
    "Msvm_ResourceAllocationSettingData",
    _RESOURCE,
    ("InstanceID",),
    {
        "ElementName": _name,
        **_COMMON,
        "Address": _of_part(_address),
        "Parent": _parent,
        "Connection": _of_part(lambda machine, place: [place.path] if place.path else []),
    },
    _storage,
    settings=True,
)


# -- network ports ----------------------------------------------------------------------------------


def port_part(adapter: NetworkAdapter) -> Part:
    """A network adapter."""
    subtype = EMULATED if adapter.legacy else SYNTHETIC
    return Part(subtype, f"Port\\{guid(adapter.identifier)}", adapter)


def _ports(subtype: str) -> Callable[[Lab], Iterator[Found]]:
    def instances(lab: Lab) -> Iterator[Found]:
        for view in views(lab):
            for adapter in view.machine.adapters:
                if adapter.legacy == (subtype == EMULATED):
                    yield view, port_part(adapter)
        yield Definition(subtype)

    return instances


def _connection(one: Instance) -> list[object]:
    """The port of a switch that it is connected to: its path, where the namespace has ports, or the switch's name."""
    adapter = None if isinstance(one.subject, Definition) else one.subject[1].thing
    if adapter is None or not adapter.switch:
        return []
    port = port_of(one.lab, adapter) if one.namespace == V1 else None
    return [adapter.switch if port is None else port_path(one.lab, port, one.namespace)]


def _port(name: str, subtype: str, title: str) -> WmiClass:
    return WmiClass(
        name,
        _RESOURCE,
        ("InstanceID",),
        {
            "ElementName": _of_part(lambda machine, adapter: adapter.name, title),
            **_COMMON,
            "Address": _of_part(lambda machine, adapter: adapter.mac.hex().upper()),
            "StaticMacAddress": _of_part(lambda machine, adapter: adapter.static, False),
            "VirtualSystemIdentifiers": _of_part(
                lambda machine, adapter: [f"{{{guid(adapter.identifier)}}}"], []
            ),
            "Connection": _connection,
        },
        _ports(subtype),
        settings=True,
    )


SYNTHETIC_PORT = _port("Msvm_SyntheticEthernetPortSettingData", SYNTHETIC, "Network Adapter")
EMULATED_PORT = _port("Msvm_EmulatedEthernetPortSettingData", EMULATED, "Legacy Network Adapter")
PARTS = (MEMORY, PROCESSOR, STORAGE, SYNTHETIC_PORT, EMULATED_PORT)

# -- what a new part begins with ----------------------------------------------------------------------


CAPABILITIES = WmiClass(
    "Msvm_AllocationCapabilities",
    ("CIM_AllocationCapabilities", "CIM_Capabilities", "CIM_ManagedElement"),
    ("InstanceID",),
    {
        "ElementName": lambda one: one.subject.subtype,
        "InstanceID": lambda one: f"Microsoft:Definition\\{one.subject.subtype}",
        "ResourceType": lambda one: RESOURCE_TYPES[one.subject.subtype],
        "ResourceSubType": lambda one: one.subject.subtype,
    },
    lambda lab: [Definition(subtype) for subtype in RESOURCE_TYPES],
)


def class_of_part(subtype: str) -> WmiClass:
    """The class whose instances stand for parts of that ResourceSubType."""
    named = {
        MEMORY_TYPE: MEMORY,
        PROCESSOR_TYPE: PROCESSOR,
        SYNTHETIC: SYNTHETIC_PORT,
        EMULATED: EMULATED_PORT,
    }
    return named.get(subtype, STORAGE)
