"""What the methods of root\\virtualization do: the same as the cmdlets, by the same management service.

A return code is a number, and what the host refuses is one of them: nothing is thrown
at whoever calls, a script has to look at ReturnValue. Where the work takes time, 4096
comes back at once with the path of a job to be asked.

An argument that names an object is that object itself or its path; settings come as
the text that `GetText` gives or as `Name=Value` pairs of a hash table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hvlab.console.hyperv.disks import new_identity, note_created
from hvlab.console.hyperv.objects import MachineView, vmms
from hvlab.console.hyperv.snapshots import default_name
from hvlab.console.objects import Hashtable, PSObject, custom_object
from hvlab.console.wmi.classes import COMPUTER_SYSTEM, job_path
from hvlab.console.wmi.finding import find_path
from hvlab.console.wmi.model import Instance
from hvlab.host import discs
from hvlab.host.machine import OFF, PAUSED, RUNNING, SAVED, Refusal, VirtualMachine
from hvlab.host.vmms import Vmms
from hvlab.storage import vhd
from hvlab.storage.volume import StorageError

COMPLETED, STARTED = 0, 4096
FAILED, NOT_SUPPORTED, BAD_PARAMETER, IN_USE, BAD_STATE, NO_MEMORY, NO_FILE = (
    32768,
    32770,
    32773,
    32774,
    32775,
    32778,
    32779,
)
"""Return codes (facts, section 2.2); as numbers of states some of them mean something else."""
_CODES = {
    "wrong-state": BAD_STATE,
    "no-such-vm": BAD_PARAMETER,
    "bad-name": BAD_PARAMETER,
    "name-taken": BAD_PARAMETER,
    "no-such-file": NO_FILE,
    "no-hot-add": NOT_SUPPORTED,
    "file-in-use": IN_USE,
}


Values = dict[str, object]


@dataclass(frozen=True)
class WmiMethod:
    """A method: the names of its arguments in their order, and its code, which gives what it returns by name."""

    arguments: tuple[str, ...]
    run: Callable[[Instance, Values], Values]


class BadArgument(Exception):
    """An argument is of the wrong kind, or names nothing."""


ENABLED, DISABLED, REBOOT, RESET, PAUSE, SUSPEND = 2, 3, 10, 11, 32768, 32769
DEFAULT_MEMORY = 512 << 20


def _service(one: Instance) -> Vmms:
    return vmms(one.lab)


def _job(one: Instance, machine: VirtualMachine) -> Values:
    """4096 and the job's path while it is under way, 0 if it is done already."""
    path = job_path(one.lab, one.namespace, machine)
    return {"ReturnValue": STARTED if path else COMPLETED, "Job": path}


def _instance(one: Instance, value: object, kind: str) -> Instance:
    """The instance of that class that an argument is, or whose path it is. BadArgument."""
    if isinstance(value, PSObject) and isinstance(value.subject, Instance):
        found: Instance | None = value.subject
    else:
        found = find_path(one.lab, one.namespace, str(value)) if value is not None else None
    if found is None or found.kind.name != kind or found.subject is None:
        raise BadArgument
    return found


def _machine_of(one: Instance, value: object) -> VirtualMachine:
    subject = _instance(one, value, "Msvm_ComputerSystem").subject
    assert isinstance(subject, MachineView)
    return subject.machine


def request_state_change(one: Instance, given: Values) -> Values:
    """Start, turn off, pause, save or reset a machine: RequestedState says which."""
    wanted = given["RequestedState"]
    if one.subject is None:
        return {"ReturnValue": NOT_SUPPORTED}
    service, machine = _service(one), one.subject.machine
    if wanted == ENABLED and machine.state == PAUSED:
        service.resume(machine.name)
    elif wanted == ENABLED and machine.state in (OFF, SAVED):
        service.start(machine.name)
    elif wanted == DISABLED and machine.state == SAVED:
        service.remove_saved(machine.name)
    elif wanted == DISABLED:
        service.turn_off(machine.name)
    elif wanted in (REBOOT, RESET):
        service.reset(machine.name)
    elif wanted == PAUSE:
        service.suspend(machine.name)
    elif wanted == SUSPEND:
        service.save(machine.name)
    elif wanted == ENABLED and machine.state == RUNNING:
        return {"ReturnValue": COMPLETED, "Job": None}
    else:
        return {"ReturnValue": BAD_STATE if wanted == ENABLED else BAD_PARAMETER}
    return _job(one, machine)


def initiate_shutdown(one: Instance, given: Values) -> Values:
    """Ask the guest to shut down."""
    machine = one.subject.machine
    _service(one).shut_down(machine.name, bool(given["Force"]))
    return {"ReturnValue": COMPLETED}


def settings(value: object) -> dict[str, Any]:
    """Settings given as a hash table or as an object with properties; names in lower case. BadArgument."""
    if isinstance(value, Hashtable):
        return {str(key).casefold(): value[key] for key in value.keys()}  # noqa: SIM118
    if isinstance(value, PSObject):
        return {name.casefold(): item for name, item in value.items()}
    raise BadArgument


def define_system(one: Instance, given: Values) -> Values:
    """Define a machine: SystemSettingData has ElementName, ResourceSettingData memory and processors."""
    wanted = settings(given["SystemSettingData"])
    name = wanted.get("elementname")
    if not isinstance(name, str) or not name:
        raise BadArgument
    resources = given["ResourceSettingData"]
    rows = [settings(row) for row in (resources if isinstance(resources, list) else [resources]) if row]
    memory = next(
        (row["virtualquantity"] << 20 for row in rows if row.get("resourcetype") == 4), DEFAULT_MEMORY
    )
    processors = next((row["virtualquantity"] for row in rows if row.get("resourcetype") == 3), 1)
    service = _service(one)
    service.check_new(name, memory, processors)
    machine = service.create(name, memory, processors)
    view = MachineView(one.lab, machine.identifier, machine)
    path = Instance(one.lab, COMPUTER_SYSTEM, view, one.namespace).path
    return {"ReturnValue": COMPLETED, "DefinedSystem": path, "Job": None}


def destroy_system(one: Instance, given: Values) -> Values:
    """Remove a machine; its disks stay."""
    _service(one).remove(_machine_of(one, given["ComputerSystem"]).name)
    return {"ReturnValue": COMPLETED, "Job": None}


def add_resources(one: Instance, given: Values) -> Values:
    """Give a machine devices, one after the other: what of each kind its settings say."""
    machine = _machine_of(one, given["TargetSystem"])
    rows = given["ResourceSettingData"]
    for row in rows if isinstance(rows, list) else [rows]:
        wanted = settings(row)
        add = _RESOURCES.get(wanted.get("resourcetype"))
        if add is None:
            raise BadArgument
        add(_service(one), machine, wanted)
    return {"ReturnValue": COMPLETED, "Job": None}


def _connection(wanted: dict[str, Any]) -> str:
    """The file or switch behind a device; empty if there is none."""
    connection = wanted.get("connection") or ""
    first = connection[0] if isinstance(connection, list) else connection
    if not isinstance(first, str):
        raise BadArgument
    return first


def _place(wanted: dict[str, Any]) -> tuple[str, int, int]:
    """Controller, its number and the location: Parent is `IDE 0`, Address the location."""
    controller, _, number = str(wanted.get("parent", "IDE")).partition(" ")
    try:
        return controller.upper(), int(number or 0), int(str(wanted.get("address", 0)))
    except ValueError:
        raise BadArgument from None


def _add_disk(service: Vmms, machine: VirtualMachine, wanted: dict[str, Any]) -> None:
    service.add_drive(machine.name, _connection(wanted), *_place(wanted))


def _add_dvd(service: Vmms, machine: VirtualMachine, wanted: dict[str, Any]) -> None:
    _, number, location = _place({"parent": f"IDE {discs.CONTROLLER}", **wanted})
    discs.add(service, machine, number, location, _connection(wanted))


def _add_port(service: Vmms, machine: VirtualMachine, wanted: dict[str, Any]) -> None:
    legacy = wanted.get("resourcesubtype") == "Microsoft Emulated Ethernet Port"
    name = wanted.get("elementname") or "Network Adapter"
    service.networks.add_adapter(machine, name, legacy, switch=_connection(wanted))


_RESOURCES: dict[object, Callable[[Vmms, VirtualMachine, dict[str, Any]], None]] = {
    10: _add_port,
    16: _add_dvd,
    21: _add_disk,
}
"""Devices that can be added, by ResourceType: an Ethernet port, a DVD drive, a hard disk image."""


def create_snapshot(one: Instance, given: Values) -> Values:
    """Take a snapshot; its name is the machine's with the time, as Hyper-V Manager names it."""
    machine = _machine_of(one, given["SourceSystem"])
    _service(one).take_snapshot(machine.name, default_name(one.lab, machine))
    return _job(one, machine)


def apply_snapshot(one: Instance, given: Values) -> Values:
    """Go back to a snapshot; the machine must be off or saved."""
    found = _instance(one, given["SnapshotSettingData"], "Msvm_VirtualSystemSettingData")
    view, snapshot = found.subject
    if not snapshot:
        raise BadArgument
    _service(one).apply_snapshot(view.machine.name, view.machine.snapshots[snapshot].name)
    return {"ReturnValue": COMPLETED}


def _remove(one: Instance, given: Values, subtree: bool) -> Values:
    found = _instance(one, given["SnapshotSettingData"], "Msvm_VirtualSystemSettingData")
    view, snapshot = found.subject
    if not snapshot:
        raise BadArgument
    _service(one).remove_snapshot(view.machine.name, view.machine.snapshots[snapshot].name, subtree)
    return {"ReturnValue": COMPLETED, "Job": None}


def remove_snapshot(one: Instance, given: Values) -> Values:
    """Delete one snapshot."""
    return _remove(one, given, False)


def remove_snapshot_tree(one: Instance, given: Values) -> Values:
    """Delete a snapshot and all that came after it."""
    return _remove(one, given, True)


def create_dynamic(one: Instance, given: Values) -> Values:
    """A new dynamic disk of MaxInternalSize bytes."""
    return _create(one, given, True)


def create_fixed(one: Instance, given: Values) -> Values:
    """A new fixed disk of MaxInternalSize bytes."""
    return _create(one, given, False)


def _create(one: Instance, given: Values, dynamic: bool) -> Values:
    size, path = given["MaxInternalSize"], given["Path"]
    if not isinstance(path, str) or not isinstance(size, int) or not path.casefold().endswith(".vhd"):
        raise BadArgument
    identifier, timestamp = new_identity(one.lab)
    try:
        vhd.check_size(size)
        handle = _service(one).storage.files.create(path)
        create = vhd.create_dynamic if dynamic else vhd.create_fixed
        create(handle, size, identifier=identifier, timestamp=timestamp)
        note_created(one.lab, path, size)
    except (StorageError, vhd.BadSize):
        raise BadArgument from None
    return {"ReturnValue": COMPLETED, "Job": None}


def disk_info(one: Instance, given: Values) -> Values:
    """Kind, size and parent of a virtual disk."""
    try:
        disk = _service(one).storage.open(str(given["Path"]))
    except (StorageError, vhd.BadVhd):
        raise BadArgument from None
    return {"ReturnValue": COMPLETED, "Info": {"Type": disk.kind, "MaxInternalSize": disk.size}}


_SNAPSHOTS = {
    "CreateVirtualSystemSnapshot": WmiMethod(("SourceSystem",), create_snapshot),
    "ApplyVirtualSystemSnapshot": WmiMethod(("ComputerSystem", "SnapshotSettingData"), apply_snapshot),
    "RemoveVirtualSystemSnapshot": WmiMethod(("SnapshotSettingData",), remove_snapshot),
    "RemoveVirtualSystemSnapshotTree": WmiMethod(("SnapshotSettingData",), remove_snapshot_tree),
}
METHODS: dict[str, dict[str, WmiMethod]] = {
    "Msvm_ComputerSystem": {
        "RequestStateChange": WmiMethod(("RequestedState", "TimeoutPeriod"), request_state_change)
    },
    "Msvm_ShutdownComponent": {"InitiateShutdown": WmiMethod(("Force", "Reason"), initiate_shutdown)},
    "Msvm_VirtualSystemManagementService": {
        "DefineVirtualSystem": WmiMethod(
            ("SystemSettingData", "ResourceSettingData", "SourceSetting"), define_system
        ),
        "DestroyVirtualSystem": WmiMethod(("ComputerSystem",), destroy_system),
        "AddVirtualSystemResources": WmiMethod(("TargetSystem", "ResourceSettingData"), add_resources),
        **_SNAPSHOTS,
    },
    "Msvm_ImageManagementService": {
        "CreateDynamicVirtualHardDisk": WmiMethod(("Path", "MaxInternalSize"), create_dynamic),
        "CreateFixedVirtualHardDisk": WmiMethod(("Path", "MaxInternalSize"), create_fixed),
        "GetVirtualHardDiskInfo": WmiMethod(("Path",), disk_info),
    },
}
"""The methods by class."""


def call_method(instance: Instance, method: WmiMethod, arguments: Values) -> PSObject:
    """Do it; what it returns, ReturnValue first."""
    try:
        given = {name: arguments.get(name) for name in method.arguments}
        returned = method.run(instance, given)
    except Refusal as refusal:
        returned = {"ReturnValue": _CODES.get(refusal.reason, FAILED)}
    except BadArgument:
        returned = {"ReturnValue": BAD_PARAMETER}
    return custom_object(
        {"ReturnValue": returned.pop("ReturnValue", COMPLETED), **returned},
        type_name="System.Management.ManagementBaseObject#\\__PARAMETERS",
    )
