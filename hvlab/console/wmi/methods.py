"""What the methods of root\\virtualization do: the same as the cmdlets, by the same management service.

A return code is a number, and what the host refuses is one of them: nothing is thrown
at whoever calls, a script has to look at ReturnValue. Where the work takes time, 4096
comes back at once with the path of a job to be asked.

An argument that names an object is that object itself or its path; settings come as
the text that `GetText` gives, as scripts of 2008 hand them over, or as an object or a hash
table, which is the lab's own shorthand. What a machine's parts are is in `parts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hvlab.console.hyperv.disks import new_identity, note_created
from hvlab.console.hyperv.objects import MachineView, vmms
from hvlab.console.hyperv.snapshots import default_name
from hvlab.console.objects import Hashtable, PSObject, custom_object
from hvlab.console.wmi import imagemethods, parts, switchmethods, texts
from hvlab.console.wmi.classes import COMPUTER_SYSTEM, job_path
from hvlab.console.wmi.finding import find_path
from hvlab.console.wmi.model import Blank, Instance
from hvlab.console.wmi.parts import BadArgument
from hvlab.console.wmi.summary import summary
from hvlab.console.wmi.views import machine_of, views
from hvlab.host.machine import OFF, PAUSED, SAVED, Refusal, VirtualMachine
from hvlab.host.vmms import Vmms
from hvlab.storage import vhd
from hvlab.storage.volume import FileMissing, StorageError

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


ENABLED, DISABLED, REBOOT, RESET, PAUSE, SUSPEND = 2, 3, 10, 11, 32768, 32769
DEFAULT_MEMORY = 512 << 20


def _service(one: Instance) -> Vmms:
    return vmms(one.lab)


def _job(one: Instance, machine: VirtualMachine) -> Values:
    """4096 and the job's path while it is under way, 0 if it is done already."""
    path = job_path(one.lab, one.namespace, machine)
    return {"ReturnValue": STARTED if path else COMPLETED, "Job": path}


def _any_instance(one: Instance, value: object) -> Instance | None:
    """The instance that an argument is, or whose path it is."""
    if isinstance(value, PSObject) and isinstance(value.subject, Instance):
        return value.subject
    return find_path(one.lab, one.namespace, str(value)) if value is not None else None


def _instance(one: Instance, value: object, kind: str) -> Instance:
    """The instance of that class that an argument is, or whose path it is. BadArgument."""
    found = _any_instance(one, value)
    if found is None or found.kind.name != kind or found.subject is None or isinstance(found.subject, Blank):
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
    else:
        return {"ReturnValue": BAD_STATE if wanted == ENABLED else BAD_PARAMETER}
    return _job(one, machine)


def initiate_shutdown(one: Instance, given: Values) -> Values:
    """Ask the guest to shut down."""
    machine = one.subject.machine
    _service(one).shut_down(machine.name, bool(given["Force"]))
    return {"ReturnValue": COMPLETED}


def settings(value: object) -> dict[str, Any]:
    """Settings given as the text of an instance, as an object or a hash table; names in lower case. BadArgument."""
    if isinstance(value, str):
        try:
            return texts.read(value)[1]
        except texts.BadText:
            raise BadArgument from None
    if isinstance(value, Hashtable):
        return {str(key).casefold(): value[key] for key in value.keys()}  # noqa: SIM118
    if isinstance(value, PSObject):
        return {name.casefold(): item for name, item in value.items()}
    raise BadArgument


def _rows(value: object) -> list[dict[str, Any]]:
    """Settings of several parts, or of one."""
    return [settings(row) for row in (value if isinstance(value, list) else [value]) if row]


def define_system(one: Instance, given: Values) -> Values:
    """Define a machine: the global settings have its name, the resources memory and processors."""
    wanted = settings(given["SystemSettingData"])
    name = wanted.get("elementname")
    if not isinstance(name, str) or not name:
        raise BadArgument
    memory, processors = DEFAULT_MEMORY, 1
    for row in _rows(given["ResourceSettingData"]):
        if row.get("resourcetype") == 4:
            memory = parts.number_in(row, "virtualquantity") << 20
        elif row.get("resourcetype") == 3:
            processors = parts.number_in(row, "virtualquantity")
        else:
            raise BadArgument
    service = _service(one)
    folder = parts.data_root(service, wanted)
    service.check_new(name, memory, processors)
    machine = service.create(name, memory, processors)
    parts.change_global(service, machine, wanted)
    machine.folder = folder
    view = MachineView(one.lab, machine.identifier, machine)
    path = Instance(one.lab, COMPUTER_SYSTEM, view, one.namespace).path
    return {"ReturnValue": COMPLETED, "DefinedSystem": path, "Job": None}


def destroy_system(one: Instance, given: Values) -> Values:
    """Remove a machine; its disks stay."""
    _service(one).remove(_machine_of(one, given["ComputerSystem"]).name)
    return {"ReturnValue": COMPLETED, "Job": None}


def add_resources(one: Instance, given: Values) -> Values:
    """Give a machine parts, one after the other: what of each kind its settings say; NewResources has their paths."""
    machine, service = _machine_of(one, given["TargetSystem"]), _service(one)
    made = [parts.add(one, service, machine, row) for row in _rows(given["ResourceSettingData"])]
    return {"ReturnValue": COMPLETED, "NewResources": made, "Job": None}


def modify_resources(one: Instance, given: Values) -> Values:
    """Change parts to what their settings say; InstanceID tells which."""
    machine, service = _machine_of(one, given["ComputerSystem"]), _service(one)
    for row in _rows(given["ResourceSettingData"]):
        parts.change(one, service, machine, row)
    return {"ReturnValue": COMPLETED, "Job": None}


def remove_resources(one: Instance, given: Values) -> Values:
    """Take parts away; they are named by their paths, or are the objects themselves."""
    machine, service = _machine_of(one, given["ComputerSystem"]), _service(one)
    named = given["ResourceSettingData"]
    for value in named if isinstance(named, list) else [named]:
        found = _any_instance(one, value)
        if found is None or not isinstance(found.subject, tuple) or machine_of(found) is not machine:
            raise BadArgument
        parts.remove(service, machine, found.subject[1])
    return {"ReturnValue": COMPLETED, "Job": None}


def modify_system(one: Instance, given: Values) -> Values:
    """Change a machine's name, notes, and what becomes of it when its host starts and stops."""
    machine = _machine_of(one, given["ComputerSystem"])
    parts.change_system(_service(one), machine, settings(given["SystemSettingData"]))
    return {"ReturnValue": COMPLETED, "Job": None}


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
        files = _service(one).storage.files
        handle = files.create(path)
        create = vhd.create_dynamic if dynamic else vhd.create_fixed
        try:
            create(handle, size, identifier=identifier, timestamp=timestamp)
        except StorageError:
            files.delete(path)
            raise
        note_created(one.lab, path, size)
    except (StorageError, vhd.BadSize):
        raise BadArgument from None
    return {"ReturnValue": COMPLETED, "Job": None}


def export_system(one: Instance, given: Values) -> Values:
    """A machine with its disks into a folder."""
    return imagemethods.export(one, _machine_of(one, given["ComputerSystem"]).name, given)


def summary_information(one: Instance, given: Values) -> Values:
    """What RequestedInformation's numbers ask for, of the settings that are named, or of every machine."""
    named = given["SettingData"]
    if named is None:
        found = [(view, "") for view in views(one.lab)]
    else:
        kind = "Msvm_VirtualSystemSettingData"
        asked = named if isinstance(named, list) else [named]
        found = [_instance(one, value, kind).subject for value in asked]
    return {"SummaryInformation": summary(one, found, given["RequestedInformation"])}


_SNAPSHOTS = {
    "CreateVirtualSystemSnapshot": WmiMethod(("SourceSystem",), create_snapshot),
    "ApplyVirtualSystemSnapshot": WmiMethod(("ComputerSystem", "SnapshotSettingData"), apply_snapshot),
    "ApplyVirtualSystemSnapshotEx": WmiMethod(("ComputerSystem", "SnapshotSettingData"), apply_snapshot),
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
        "ModifyVirtualSystem": WmiMethod(("ComputerSystem", "SystemSettingData"), modify_system),
        "AddVirtualSystemResources": WmiMethod(("TargetSystem", "ResourceSettingData"), add_resources),
        "ModifyVirtualSystemResources": WmiMethod(
            ("ComputerSystem", "ResourceSettingData"), modify_resources
        ),
        "RemoveVirtualSystemResources": WmiMethod(
            ("ComputerSystem", "ResourceSettingData"), remove_resources
        ),
        "ExportVirtualSystem": WmiMethod(("ComputerSystem", "CopyVmState", "ExportDirectory"), export_system),
        "ImportVirtualSystem": WmiMethod(("GenerateNewID", "ImportDirectory"), imagemethods.import_system),
        "GetSummaryInformation": WmiMethod(("SettingData", "RequestedInformation"), summary_information),
        **_SNAPSHOTS,
    },
    "Msvm_VirtualSwitchManagementService": {
        "CreateSwitch": WmiMethod(
            ("Name", "FriendlyName", "NumLearnableAddresses", "ScopeOfResidence"), switchmethods.create_switch
        ),
        "DeleteSwitch": WmiMethod(("VirtualSwitch",), switchmethods.delete_switch),
        "CreateSwitchPort": WmiMethod(
            ("VirtualSwitch", "Name", "FriendlyName", "ScopeOfResidence"), switchmethods.create_port
        ),
        "DeleteSwitchPort": WmiMethod(("SwitchPort",), switchmethods.delete_port),
        "ConnectSwitchPort": WmiMethod(("SwitchPort", "LANEndpoint"), switchmethods.connect_port),
        "DisconnectSwitchPort": WmiMethod(("SwitchPort",), switchmethods.disconnect_port),
        "SetupSwitch": WmiMethod(
            (
                "ExternalSwitchPort",
                "InternalSwitchPort",
                "ExternalEthernetPort",
                "InternalEthernetPortFriendlyName",
            ),
            switchmethods.setup_switch,
        ),
        "CreateInternalEthernetPortDynamicMac": WmiMethod(
            ("Name", "FriendlyName"), switchmethods.create_internal
        ),
    },
    "Msvm_ImageManagementService": {
        "CreateDynamicVirtualHardDisk": WmiMethod(("Path", "MaxInternalSize"), create_dynamic),
        "CreateFixedVirtualHardDisk": WmiMethod(("Path", "MaxInternalSize"), create_fixed),
        "CreateDifferencingVirtualHardDisk": WmiMethod(("Path", "ParentPath"), imagemethods.create_child),
        "CreateVirtualFloppyDisk": WmiMethod(("Path",), imagemethods.create_floppy),
        "ConvertVirtualHardDisk": WmiMethod(("SourcePath", "DestinationPath", "Type"), imagemethods.convert),
        "ExpandVirtualHardDisk": WmiMethod(("Path", "MaxInternalSize"), imagemethods.expand),
        "CompactVirtualHardDisk": WmiMethod(("Path",), imagemethods.compact),
        "MergeVirtualHardDisk": WmiMethod(("SourcePath", "DestinationPath"), imagemethods.merge),
        "Mount": WmiMethod(("Path",), imagemethods.mount),
        "Unmount": WmiMethod(("Path",), imagemethods.unmount),
        "ReconnectParentVirtualHardDisk": WmiMethod(
            ("ChildPath", "ParentPath", "Force"), imagemethods.reconnect
        ),
        "ValidateVirtualHardDisk": WmiMethod(("Path",), imagemethods.validate),
        "GetVirtualHardDiskInfo": WmiMethod(("Path",), imagemethods.info),
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
    except FileMissing:
        returned = {"ReturnValue": NO_FILE}
    except StorageError:  # no room, as a rule
        returned = {"ReturnValue": FAILED}
    return custom_object(
        {"ReturnValue": returned.pop("ReturnValue", COMPLETED), **returned},
        type_name="System.Management.ManagementBaseObject#\\__PARAMETERS",
    )
