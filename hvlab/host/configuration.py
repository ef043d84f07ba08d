"""A virtual machine's configuration as a file: what an export writes and an import reads.

The text is plain XML of the lab's own making, an element for each thing. A real export of 2008 has the same
content in the words of WMI. Nobody has to trust the file: whatever stands in it is checked when it is read,
and again against the host's limits when it is imported.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from xml.etree import ElementTree

import msgspec
from msgspec import Meta, Struct

from hvlab.host.machine import BOOT_DEVICES, SERVICE_KEYS, Drive, DvdDrive, NetworkAdapter, VirtualMachine
from hvlab.host.settings import MAXIMUM_NOTES, START_ACTIONS, STOP_ACTIONS
from hvlab.host.snapshots import Snapshot

_Count = Annotated[int, Meta(ge=0, le=1 << 40)]
_Moment = Annotated[int, Meta(ge=0, le=1 << 62)]
_Small = Annotated[int, Meta(ge=0, le=255)]
_Percent = Annotated[int, Meta(ge=0, le=100)]
_Weight = Annotated[int, Meta(ge=1, le=10_000)]
_Text = Annotated[str, Meta(max_length=1000)]
_Guid = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]
_MOST_TEXT = 1 << 20


class BadConfiguration(Exception):
    """The text is no configuration that can be read."""


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class DriveEntry(_Strict, frozen=True):
    """A disk: its place, and its file."""

    controller: Literal["IDE", "SCSI"]
    number: _Small
    location: _Small
    path: _Text


class DvdEntry(_Strict, frozen=True):
    """A DVD drive and the image in it."""

    number: Annotated[int, Meta(ge=0, le=1)]
    location: Annotated[int, Meta(ge=0, le=1)]
    path: _Text = ""


class AdapterEntry(_Strict, frozen=True):
    """A network adapter; `mac` in hexadecimal, `allowed` VLANs separated by commas."""

    number: _Small
    name: _Text
    id: _Guid
    legacy: bool
    mac: Annotated[str, Meta(pattern=r"^([0-9a-f]{12})?$")]
    static: bool
    switch: _Text
    mode: Literal["Untagged", "Access", "Trunk"]
    vlan: Annotated[int, Meta(ge=0, le=4094)]
    allowed: Annotated[str, Meta(pattern=r"^([0-9]{1,4}(,[0-9]{1,4})*|none)?$")]
    spoofing: bool


class SavedEntry(_Strict, frozen=True):
    """The files of a saved state."""

    memory_file: _Text
    device_file: _Text


class SnapshotEntry(_Strict, frozen=True):
    """One moment."""

    id: _Guid
    name: _Text
    parent: _Text
    created: _Moment
    memory: _Count
    processors: _Small
    drives: list[DriveEntry] = []
    saved: SavedEntry | None = None


class Configuration(_Strict, frozen=True):
    """A machine's settings. Memory in bytes, times in ns; paths of exported files begin at the export's folder."""

    name: _Text
    id: _Guid
    version: _Text
    memory: _Count
    processors: _Small
    created: _Moment
    scsi_controllers: _Small
    weight: _Weight
    reserve: _Percent
    maximum: _Percent
    last_snapshot: _Text
    notes: Annotated[str, Meta(max_length=MAXIMUM_NOTES)]
    start_action: Literal["Nothing", "StartIfRunning", "Start"]
    start_delay: _Moment
    stop_action: Literal["TurnOff", "Save", "ShutDown"]
    services: _Text
    """The integration services that are enabled, separated by commas."""
    boot_order: Annotated[str, Meta(max_length=100)] = ""
    num_lock: bool = False
    drives: list[DriveEntry] = []
    dvds: list[DvdEntry] = []
    adapters: list[AdapterEntry] = []
    snapshots: list[SnapshotEntry] = []
    saved: SavedEntry | None = None


assert START_ACTIONS == ("Nothing", "StartIfRunning", "Start") and STOP_ACTIONS == (
    "TurnOff",
    "Save",
    "ShutDown",
)


# -- writing ------------------------------------------------------------------------------------


def text_of(machine: VirtualMachine, paths: dict[str, str], version: str) -> str:
    """A machine's configuration as text; `paths` says under which names its files lie (by folded path)."""

    def place(path: str) -> str:
        return paths.get(path.casefold(), path)

    root = ElementTree.Element(
        "configuration",
        _words(
            name=machine.name,
            id=machine.identifier,
            version=machine.version or version,
            memory=machine.memory,
            processors=machine.processors,
            created=machine.created,
            scsi_controllers=machine.scsi_controllers,
            weight=machine.weight,
            reserve=machine.reserve,
            maximum=machine.maximum,
            last_snapshot=machine.last_snapshot,
            notes=machine.notes,
            start_action=machine.start_action,
            start_delay=machine.start_delay,
            stop_action=machine.stop_action,
            boot_order=",".join(machine.startup_order),
            num_lock=machine.num_lock,
            services=",".join(name for name, enabled in machine.services.items() if enabled),
        ),
    )
    _write_drives(root, machine.drives, place)
    for dvd in machine.dvds:
        ElementTree.SubElement(root, "dvd", _words(number=dvd.number, location=dvd.location, path=dvd.path))
    for one in machine.adapters:
        allowed = "" if one.allowed is None else ",".join(map(str, one.allowed)) or "none"
        ElementTree.SubElement(
            root,
            "adapter",
            _words(
                number=one.number,
                name=one.name,
                id=one.identifier,
                legacy=one.legacy,
                mac=one.mac.hex(),
                static=one.static,
                switch=one.switch,
                mode=one.mode,
                vlan=one.vlan,
                allowed=allowed,
                spoofing=one.spoofing,
            ),
        )
    for snapshot in machine.snapshots.values():
        element = ElementTree.SubElement(
            root,
            "snapshot",
            _words(
                id=snapshot.identifier,
                name=snapshot.name,
                parent=snapshot.parent,
                created=snapshot.created,
                memory=snapshot.memory,
                processors=snapshot.processors,
            ),
        )
        _write_drives(element, snapshot.drives, place)
        _write_saved(element, snapshot.saved, place)
    _write_saved(root, machine.saved, place)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _words(**values: str | int | bool) -> dict[str, str]:
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else _writable(str(value))
        for name, value in values.items()
    }


def _writable(text: str) -> str:
    """XML has no way to write most control characters; a machine's notes may hold some."""
    return "".join(c if c >= " " or c in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _write_drives(element: ElementTree.Element, drives: list[Drive], place: Any) -> None:
    for drive in drives:
        words = _words(
            controller=drive.controller,
            number=drive.number,
            location=drive.location,
            path=place(drive.path),
        )
        ElementTree.SubElement(element, "drive", words)


def _write_saved(element: ElementTree.Element, saved: Any, place: Any) -> None:
    if saved is not None:
        words = _words(memory_file=place(saved.memory_file), device_file=place(saved.device_file))
        ElementTree.SubElement(element, "saved", words)


# -- reading ------------------------------------------------------------------------------------

_LISTS = {"drive": "drives", "dvd": "dvds", "adapter": "adapters", "snapshot": "snapshots"}


def read(data: bytes) -> Configuration:
    """The configuration that stands in a file. BadConfiguration."""
    if len(data) > _MOST_TEXT or b"<!" in data:  # no document type, so nothing in it can grow
        raise BadConfiguration("form")
    try:
        root = ElementTree.fromstring(data)
        if root.tag != "configuration":
            raise BadConfiguration(root.tag)
        return msgspec.convert(_plain(root), Configuration, strict=False)
    except (ElementTree.ParseError, msgspec.ValidationError, ValueError, RecursionError) as error:
        raise BadConfiguration(str(error)) from None


def _plain(element: ElementTree.Element) -> dict[str, object]:
    found: dict[str, Any] = dict(element.attrib)
    for child in element:
        if child.tag in _LISTS:
            found.setdefault(_LISTS[child.tag], []).append(_plain(child))
        else:
            found[child.tag] = _plain(child)
    return found


def machine_of(known: Configuration, identifier: str, paths: dict[str, str], now: int) -> VirtualMachine:
    """A machine of that configuration, which is off; its saved states are not put in. `paths`: where its files lie."""

    def drives(entries: list[DriveEntry]) -> list[Drive]:
        return [
            Drive(e.controller, e.number, e.location, paths.get(e.path.casefold(), e.path)) for e in entries
        ]

    machine = VirtualMachine(known.name, identifier, known.memory, known.processors, known.created)
    machine.changed = now
    machine.version = known.version
    machine.drives = drives(known.drives)
    machine.dvds = [DvdDrive(entry.number, entry.location, entry.path) for entry in known.dvds]
    machine.adapters = [_adapter_of(entry) for entry in known.adapters]
    machine.scsi_controllers = known.scsi_controllers
    machine.weight, machine.reserve, machine.maximum = known.weight, known.reserve, known.maximum
    machine.notes = known.notes
    machine.start_action, machine.start_delay = known.start_action, known.start_delay
    machine.stop_action = known.stop_action
    order = tuple(known.boot_order.split(","))
    machine.startup_order = order if sorted(order) == sorted(BOOT_DEVICES) else ()
    machine.num_lock = known.num_lock
    enabled = known.services.split(",")
    machine.services = {name: name in enabled for name in SERVICE_KEYS}
    machine.snapshots = {
        e.id: Snapshot(e.id, e.name, e.parent, e.created, e.memory, e.processors, drives(e.drives))
        for e in known.snapshots
    }
    machine.last_snapshot = known.last_snapshot
    return machine


def _adapter_of(entry: AdapterEntry) -> NetworkAdapter:
    allowed: tuple[int, ...] | None = None if not entry.allowed else ()
    if entry.allowed not in ("", "none"):
        allowed = tuple(int(one) for one in entry.allowed.split(","))
    return NetworkAdapter(
        entry.number,
        entry.name,
        entry.id,
        entry.legacy,
        bytes.fromhex(entry.mac),
        entry.static,
        entry.switch,
        entry.mode,
        entry.vlan,
        allowed,
        True,
        entry.spoofing,
    )
