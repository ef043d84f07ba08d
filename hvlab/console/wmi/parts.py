"""Parts of machines by WMI: what AddVirtualSystemResources and its like make of settings.

A script of 2008 makes a hard disk in two steps: a drive whose Parent is a controller, then a disk image whose Parent
is that drive. In the lab's hash tables one step is enough: Parent `IDE 0`, Address the location.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hvlab.console.hyperv.objects import MachineView
from hvlab.console.wmi.finding import find_path
from hvlab.console.wmi.model import Instance
from hvlab.console.wmi.resources import (
    DISC_IMAGE,
    DISK_IMAGE,
    DRIVE,
    DVD,
    EMULATED,
    MEMORY_TYPE,
    PROCESSOR_TYPE,
    RESOURCE_TYPES,
    SCSI,
    SYNTHETIC,
    Part,
    Place,
    class_of_part,
    disk_parts,
    dvd_parts,
    empty_part,
    port_part,
)
from hvlab.console.wmi.switchports import SwitchPort
from hvlab.host import discs
from hvlab.host import settings as host_settings
from hvlab.host.machine import OFF, NetworkAdapter, Refusal, VirtualMachine
from hvlab.host.networks import VirtualSwitch
from hvlab.host.vmms import Vmms
from hvlab.storage.volume import StorageError

Row = dict[str, Any]


class BadArgument(Exception):
    """An argument is of the wrong kind, or names nothing."""


def number_in(row: Row, name: str) -> int:
    """A whole number; a script may have given it as text. BadArgument."""
    try:
        return int(str(row[name]))
    except (KeyError, ValueError):
        raise BadArgument from None


def _must_be_off(machine: VirtualMachine) -> None:
    if machine.state != OFF:
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)


def _text(value: object) -> str:
    """The first of a list of texts, or the text itself; empty if there is none. BadArgument."""
    first = (value[0] if value else "") if isinstance(value, list) else value
    if first is None:
        return ""
    if not isinstance(first, str):
        raise BadArgument
    return first


def _subtype(row: Row) -> str:
    """What kind of part is meant: ResourceSubType, or the usual one of its ResourceType. BadArgument."""
    named = row.get("resourcesubtype")
    for known in RESOURCE_TYPES:
        if isinstance(named, str) and named.casefold() == known.casefold():
            return known
    if named:
        raise BadArgument
    usual = {3: PROCESSOR_TYPE, 4: MEMORY_TYPE, 6: SCSI, 10: SYNTHETIC, 16: DVD, 21: DISK_IMAGE, 22: DRIVE}
    try:
        return usual[number_in(row, "resourcetype")]
    except KeyError:
        raise BadArgument from None


def _above(one: Instance, row: Row, usual: Place) -> tuple[str, Place]:
    """What a part sits on: the kind of that (empty: named by words), and its place. BadArgument."""
    parent = row.get("parent")
    if not parent:
        return "", usual
    if isinstance(parent, str) and "." not in parent:
        controller, _, number = parent.partition(" ")
        if controller.upper() not in ("IDE", "SCSI") or not (number or "0").isdigit():
            raise BadArgument
        return "", Place(controller.upper(), int(number or 0))
    found = find_path(one.lab, one.namespace, str(parent))
    if found is None or not isinstance(found.subject, tuple) or not isinstance(found.subject[1].thing, Place):
        raise BadArgument
    return found.subject[1].subtype, found.subject[1].thing


def _location(row: Row) -> int:
    return number_in(row, "address") if row.get("address") not in (None, "") else 0


def _path(one: Instance, machine: VirtualMachine, part: Part) -> str:
    view = MachineView(one.lab, machine.identifier, machine)
    return Instance(one.lab, class_of_part(part.subtype), (view, part), one.namespace).path


# -- adding ---------------------------------------------------------------------------------------------


def _add_drive(one: Instance, service: Vmms, machine: VirtualMachine, row: Row) -> Part:
    """A drive without a disk, on a controller."""
    _must_be_off(machine)
    _, place = _above(one, row, Place("IDE", 0))
    location = _location(row)
    if machine.taken(place.controller, place.number, location):
        raise Refusal("place-taken", controller=place.controller, number=place.number, location=location)
    most = 2 if place.controller == "IDE" else 64
    controllers = 2 if place.controller == "IDE" else machine.scsi_controllers
    if not 0 <= location < most or not 0 <= place.number < controllers:
        raise BadArgument
    machine.empty_drives.append((place.controller, place.number, location))
    return empty_part(place.controller, place.number, location)


def _add_disk(one: Instance, service: Vmms, machine: VirtualMachine, row: Row) -> Part:
    """A disk into a drive; with a controller for its parent, the drive comes along."""
    subtype, place = _above(one, row, Place("IDE", 0))
    location = place.location if subtype == DRIVE else _location(row)
    where = (place.controller, place.number, location)
    waiting = where in machine.empty_drives
    if subtype == DRIVE and not waiting:
        raise Refusal("place-taken", controller=where[0], number=where[1], location=where[2])
    if waiting:
        machine.empty_drives.remove(where)
    try:
        drive = service.add_drive(machine.name, _text(row.get("connection")), *where)
    except Refusal:
        if waiting:
            machine.empty_drives.append(where)
        raise
    return list(disk_parts(drive))[-1]


def _add_dvd(one: Instance, service: Vmms, machine: VirtualMachine, row: Row) -> Part:
    _, place = _above(one, row, Place("IDE", discs.CONTROLLER))
    drive = discs.add(service, machine, place.number, _location(row), _text(row.get("connection")))
    return next(iter(dvd_parts(drive.number, drive.location, drive.path)))


def _insert(one: Instance, service: Vmms, machine: VirtualMachine, row: Row) -> Part:
    """A disc into a DVD drive."""
    subtype, place = _above(one, row, Place("IDE", discs.CONTROLLER))
    drive = next(
        (dvd for dvd in machine.dvds if (dvd.number, dvd.location) == (place.number, place.location)), None
    )
    if subtype != DVD or drive is None:
        raise BadArgument
    discs.insert(service, machine, drive, _text(row.get("connection")))
    return list(dvd_parts(drive.number, drive.location, drive.path))[-1]


def _switch(one: Instance, service: Vmms, row: Row) -> str:
    """The switch that a port is connected to: its name, or the path of the switch or of a port on it. BadArgument."""
    wanted = _text(row.get("connection"))
    if ":" not in wanted and "." not in wanted:
        return wanted
    found = find_path(one.lab, one.namespace, wanted)
    if found is None:
        raise BadArgument
    if isinstance(found.subject, SwitchPort):
        return found.subject.switch.name
    if isinstance(found.subject, VirtualSwitch):
        return found.subject.name
    raise BadArgument


def _note_port(one: Instance, row: Row, adapter: NetworkAdapter) -> None:
    """The port that an adapter's Connection names has the adapter at its end from now on."""
    wanted = _text(row.get("connection"))
    found = find_path(one.lab, one.namespace, wanted) if "." in wanted else None
    if found is not None and isinstance(found.subject, SwitchPort) and found.subject.made is not None:
        found.subject.made.end = adapter.identifier


def _add_port(one: Instance, service: Vmms, machine: VirtualMachine, row: Row) -> Part:
    legacy = _subtype(row) == EMULATED
    usual = "Legacy Network Adapter" if legacy else "Network Adapter"
    mac = b""
    if row.get("staticmacaddress"):
        mac = _mac(row)
    switch = _switch(one, service, row)
    name = row.get("elementname") or usual
    adapter = service.networks.add_adapter(machine, str(name), legacy, mac, switch)
    _note_port(one, row, adapter)
    return port_part(adapter)


def _mac(row: Row) -> bytes:
    try:
        mac = bytes.fromhex(str(row.get("address") or ""))
    except ValueError:
        raise BadArgument from None
    if len(mac) != 6:
        raise BadArgument
    return mac


def _add_scsi(one: Instance, service: Vmms, machine: VirtualMachine, row: Row) -> Part:
    host_settings.add_scsi_controller(service, machine)
    place = Place("SCSI", machine.scsi_controllers - 1)
    return Part(SCSI, f"SCSI\\{place.number}", place)


_ADD: dict[str, Callable[[Instance, Vmms, VirtualMachine, Row], Part]] = {
    SCSI: _add_scsi,
    DRIVE: _add_drive,
    DISK_IMAGE: _add_disk,
    DVD: _add_dvd,
    DISC_IMAGE: _insert,
    SYNTHETIC: _add_port,
    EMULATED: _add_port,
}


def add(one: Instance, service: Vmms, machine: VirtualMachine, row: Row) -> str:
    """Give a machine one part; the path of the new one. Refusal, BadArgument."""
    adder = _ADD.get(_subtype(row))
    if adder is None:
        raise BadArgument
    return _path(one, machine, adder(one, service, machine, row))


# -- changing and taking away ------------------------------------------------------------------------------


def _found(one: Instance, machine: VirtualMachine, row: Row) -> Part:
    """The part whose InstanceID settings carry. BadArgument."""
    wanted = str(row.get("instanceid") or "").casefold()
    prefix = f"Microsoft:{machine.identifier}\\".casefold()
    if not wanted.startswith(prefix):
        raise BadArgument
    kind = class_of_part(_subtype(row))
    for known in kind.all(one.lab, one.namespace):
        if str(known.read("InstanceID")).casefold() == wanted:
            part: Part = known.subject[1]
            return part
    raise BadArgument


def change(one: Instance, service: Vmms, machine: VirtualMachine, row: Row) -> None:
    """Change one part to what its settings say. Refusal, BadArgument."""
    part = _found(one, machine, row)
    if part.subtype == MEMORY_TYPE:
        host_settings.set_memory(service, machine, number_in(row, "virtualquantity") << 20)
    elif part.subtype == PROCESSOR_TYPE:
        service.set_processors(
            machine.name,
            number_in(row, "virtualquantity"),
            number_in(row, "weight"),
            number_in(row, "reservation") // 1000,
            number_in(row, "limit") // 1000,
        )
    elif part.subtype == DISC_IMAGE:
        place: Place = part.thing
        drive = next(
            dvd for dvd in machine.dvds if (dvd.number, dvd.location) == (place.number, place.location)
        )
        discs.insert(service, machine, drive, _text(row.get("connection")))
    elif part.subtype in (SYNTHETIC, EMULATED):
        adapter: NetworkAdapter = part.thing
        switch = _switch(one, service, row)
        if switch:
            service.networks.connect(machine, adapter, switch)
            _note_port(one, row, adapter)
        else:
            service.networks.disconnect(machine, adapter)
    else:
        raise BadArgument


def remove(service: Vmms, machine: VirtualMachine, part: Part) -> None:
    """Take one part away. Refusal, BadArgument."""
    if part.subtype in (SYNTHETIC, EMULATED):
        service.networks.remove_adapter(machine, part.thing)
        return
    if not isinstance(part.thing, Place):
        raise BadArgument
    place: Place = part.thing
    where = (place.controller, place.number, place.location)
    dvd = next((one for one in machine.dvds if (one.number, one.location) == where[1:]), None)
    if part.subtype == DISK_IMAGE:
        service.remove_drive(machine.name, *where)
        machine.empty_drives.append(where)
    elif part.subtype == DRIVE:
        if where in machine.empty_drives:
            _must_be_off(machine)
            machine.empty_drives.remove(where)
        else:
            service.remove_drive(machine.name, *where)
    elif part.subtype == DISC_IMAGE and dvd is not None:
        discs.insert(service, machine, dvd, "")
    elif part.subtype == DVD and dvd is not None:
        discs.remove(machine, dvd)
    elif part.subtype == SCSI and place.number == machine.scsi_controllers - 1:
        host_settings.remove_scsi_controller(service, machine)
    else:
        raise BadArgument


# -- settings of the whole machine -----------------------------------------------------------------------------

_START = {0: "Nothing", 1: "StartIfRunning", 2: "Start"}
_STOP = {0: "TurnOff", 1: "Save", 2: "ShutDown"}


def data_root(service: Vmms, row: Row) -> str:
    """ExternalDataRoot, a new machine's folder; empty: where the host keeps all others. BadArgument."""
    wanted = _text(row.pop("externaldataroot", None))
    if not wanted:
        return ""
    return _path_here(service, wanted)


def _path_here(service: Vmms, wanted: str) -> str:
    """The full path of a folder on one of the host's volumes. BadArgument."""
    try:
        path = service.storage.files.normalise(wanted).rstrip("\\")
        service.storage.files.volume(path)
    except StorageError:
        raise BadArgument from None
    return path


def change_global(service: Vmms, machine: VirtualMachine, row: Row) -> None:
    """What becomes of it when its host starts and stops, where its files lie, and its notes. Refusal, BadArgument."""
    start, stop = row.get("automaticstartupaction"), row.get("automaticshutdownaction")
    if start not in (None, *_START) or stop not in (None, *_STOP):
        raise BadArgument
    if start is not None:
        machine.start_action = _START[start]
    if stop is not None:
        machine.stop_action = _STOP[stop]
    root = row.get("externaldataroot")
    if root and _text(root).casefold() != machine.folder.casefold():
        raise BadArgument  # where a machine's files lie is said when it is defined, and not changed later
    states = _text(row.get("snapshotdataroot"))
    if states and states.casefold() != machine.snapshot_folder.casefold():
        host_settings.set_snapshot_folder(service, machine, _path_here(service, states))
    if row.get("notes") is not None:
        host_settings.set_notes(service, machine, _text(row["notes"]))


def change_system(service: Vmms, machine: VirtualMachine, row: Row) -> None:
    """ModifyVirtualSystem: the same, and another name. Refusal, BadArgument."""
    name = _text(row.get("elementname"))
    change_global(service, machine, row)
    if name and name != machine.name:
        host_settings.rename(service, machine, name)
