"""The objects that the Hyper-V cmdlets emit, with the properties and views they have on a real host.

A virtual machine's object is live: it reads the world when a property is asked
for, and still answers when the machine is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from hvlab.console.lab import Lab
from hvlab.console.objects import Column, DateTime, EnumType, ObjectType, PSObject, TimeSpan
from hvlab.devices.integration.host import HEARTBEAT_INTERVAL
from hvlab.guests.guest import GuestSystem
from hvlab.host.machine import OFF, PAUSED_CRITICAL, RUNNING, SAVED, STATE_NUMBERS, Drive, VirtualMachine
from hvlab.host.saved import snapshots_of
from hvlab.host.vmms import Vmms
from hvlab.kernel.calendar import LAB_BEGIN
from hvlab.storage import raw
from hvlab.storage.vhd import Vhd

VM_STATE = EnumType("VMState", [(name, number) for name, number in STATE_NUMBERS.items()])
_STATES = {name: VM_STATE[name] for name in STATE_NUMBERS}
VHD_TYPE = EnumType("VhdType", [("Unknown", 0), ("Fixed", 2), ("Dynamic", 3), ("Differencing", 4)])
VHD_FORMAT = EnumType("VhdFormat", [("Unknown", 0), ("VHD", 2)])
CONTROLLER = EnumType("ControllerType", ["IDE", "SCSI"])

_MODULE = "Microsoft.HyperV.PowerShell"
LOST_AFTER = 5 * HEARTBEAT_INTERVAL
"""After how many nanoseconds without an answer the host takes a guest for lost."""


def vmms(lab: Lab) -> Vmms:
    """The management service of the host that commands speak to."""
    return lab.world.get(f"{lab.host}/root/vmms", Vmms)


def guest_of(lab: Lab, machine: VirtualMachine) -> GuestSystem | None:
    """What runs in the machine, if it runs."""
    name = f"{lab.host}/{machine.name}"
    return lab.world.get(name, GuestSystem) if lab.world.has(name) else None


@dataclass(init=False)
class MachineView:
    """A machine as a property reads it: found again by its identifier at every access. It never changes itself.

    `service` is what it has looked up: no part of what it is, so that a copy looks it up again.
    """

    __slots__ = ("identifier", "lab", "last", "service")
    lab: Lab
    identifier: str
    last: VirtualMachine

    def __init__(self, lab: Lab, identifier: str, last: VirtualMachine, service: Vmms | None = None) -> None:
        """`service`: the host's management service, if it is at hand."""
        self.lab = lab
        self.identifier = identifier
        self.last = last
        if service is not None:
            self.service = service

    @property
    def machine(self) -> VirtualMachine:
        """The machine as it is now, or as it was when it was removed."""
        return present(self)

    def __copy__(self) -> MachineView:
        return MachineView(self.lab, self.identifier, self.last)


def present(view: MachineView) -> VirtualMachine:
    """A view's machine as it is now, or as it was when it was removed."""
    last = view.last
    try:
        service = view.service
        if not service.world.again(service):
            service = view.service = vmms(view.lab)
    except AttributeError:
        service = view.service = vmms(view.lab)
    known = service.machines.get(last.name.casefold())
    if known is last or (known is not None and known.identifier == view.identifier):
        return known
    for machine in service.machines.values():  # it was renamed
        if machine.identifier == view.identifier:
            return machine
    return last


def _status(view: MachineView) -> str:
    if view.machine.state == PAUSED_CRITICAL:
        return "Paused: there is no room left for its disk"
    machine = present(view)
    if machine.merge_trouble:
        return f"Disks cannot be merged: {machine.merge_trouble}"
    if machine.unmerged and machine.state in (OFF, SAVED) and vmms(view.lab).merging(machine):
        return "Merging disks"
    return "Operating normally"


def heartbeat(view: MachineView) -> str:
    """The heartbeat as the host sees it."""
    link = vmms(view.lab).link(view.machine.name) if vmms(view.lab).find(view.machine.name) else None
    if link is None or view.machine.state != RUNNING:
        return ""
    if link.ready("heartbeat") and link.last_beat:
        silent = view.lab.world.now - link.last_beat
        return "OkApplicationsUnknown" if silent < LOST_AFTER else "LostCommunication"
    return "NoContact"


DRIVE = ObjectType(
    f"{_MODULE}.HardDiskDrive",
    {
        "VMName": lambda pair: pair[0].name,
        "ControllerType": lambda pair: CONTROLLER[pair[1].controller],
        "ControllerNumber": lambda pair: pair[1].number,
        "ControllerLocation": lambda pair: pair[1].location,
        "DiskNumber": lambda pair: raw.number_of(pair[1].path),
        "Path": lambda pair: pair[1].path,
        "Name": lambda pair: "Hard Drive",
    },
    columns=("VMName", "ControllerType", "ControllerNumber", "ControllerLocation", "DiskNumber", "Path"),
    text_property="Path",
)


MACHINE = ObjectType(
    f"{_MODULE}.VirtualMachine",
    {
        "Name": lambda view: view.machine.name,
        "VMName": lambda view: view.machine.name,
        "State": lambda view: _STATES[present(view).state],
        "CPUUsage": lambda view: vmms(view.lab).usage(view.machine),
        "MemoryAssigned": lambda view: view.machine.assigned,
        "MemoryStartup": lambda view: view.machine.memory,
        "Uptime": lambda view: TimeSpan(view.machine.uptime(view.lab.world.now)),
        "Status": _status,
        "Version": lambda view: view.machine.version or view.lab.platform.vm_version,
        "Generation": lambda view: 1,
        "ProcessorCount": lambda view: view.machine.processors,
        "Heartbeat": heartbeat,
        "Notes": lambda view: view.machine.notes,
        "SnapshotFileLocation": lambda view: snapshots_of(view.machine),
        "AutomaticStartAction": lambda view: view.machine.start_action,
        "AutomaticStartDelay": lambda view: view.machine.start_delay // 1_000_000_000,
        "AutomaticStopAction": lambda view: view.machine.stop_action,
        "Id": lambda view: view.identifier,
        "VMId": lambda view: view.identifier,
        "ComputerName": lambda view: view.lab.computer,
        "CreationTime": lambda view: moment(view.machine.created),
        "HardDrives": lambda view: [DRIVE.of((view.machine, drive)) for drive in view.machine.drives],
    },
    columns=(
        "Name",
        "State",
        Column("CPUUsage(%)", "CPUUsage"),
        Column("MemoryAssigned(M)", lambda vm: int(str(vm.get("MemoryAssigned"))) >> 20),
        "Uptime",
        "Status",
        "Version",
    ),
    text=lambda view: f"VirtualMachine (Name = '{view.machine.name}') [Id = '{view.identifier}']",
    text_property="Name",
    key="Id",
    new={"State": lambda view: _STATES[view.last.state]},
)


def moment(nanoseconds: int) -> DateTime:
    """A moment of the lab's calendar, which begins in June 2008."""
    return DateTime(LAB_BEGIN * 1_000_000_000 + nanoseconds)


@dataclass(frozen=True)
class VhdView:
    """A virtual disk's file, as it was read."""

    lab: Lab
    path: str
    disk: Vhd
    attached: bool
    parent: str


VHD = ObjectType(
    "Microsoft.Vhd.PowerShell.VirtualHardDisk",
    {
        "ComputerName": lambda view: view.lab.computer,
        "Path": lambda view: view.path,
        "VhdFormat": lambda view: VHD_FORMAT["VHD"],
        "VhdType": lambda view: VHD_TYPE[view.disk.kind],
        "FileSize": lambda view: view.disk.file_size,
        "Size": lambda view: view.disk.size,
        "MinimumSize": lambda view: None,
        "LogicalSectorSize": lambda view: 512,
        "PhysicalSectorSize": lambda view: 512,
        "BlockSize": lambda view: view.disk.block_size,
        "ParentPath": lambda view: view.parent,
        "DiskIdentifier": lambda view: str(view.disk.identifier).upper(),
        "FragmentationPercentage": lambda view: None,
        "Alignment": lambda view: None,
        "Attached": lambda view: view.attached,
        "DiskNumber": lambda view: None,
        "AllocatedBlocks": lambda view: view.disk.allocated_blocks,
    },
    list_columns=(
        "ComputerName",
        "Path",
        "VhdFormat",
        "VhdType",
        "FileSize",
        "Size",
        "MinimumSize",
        "LogicalSectorSize",
        "PhysicalSectorSize",
        "BlockSize",
        "ParentPath",
        "DiskIdentifier",
        "FragmentationPercentage",
        "Alignment",
        "Attached",
        "DiskNumber",
    ),
    default_view="list",
    text_property="Path",
)


def machine_object(lab: Lab, machine: VirtualMachine) -> object:
    """The object for a machine."""
    return PSObject(MACHINE, MachineView(lab, machine.identifier, machine))


def machine_objects(lab: Lab, machines: Iterable[VirtualMachine]) -> list[object]:
    """The objects for machines, in their order."""
    return list(map(partial(PSObject, MACHINE), machine_views(lab, vmms(lab), machines)))


def machine_views(lab: Lab, service: Vmms, machines: Iterable[VirtualMachine]) -> list[MachineView]:
    """Views of a host's machines: those that were made before, where there are any."""
    known = service.views
    asked = list(machines)
    last_lab, last_asked, last_found = known.get(_LAST, (None, None, None))
    if last_lab is lab and last_asked == asked:
        return list(last_found)
    found: list[MachineView] = []
    for one in asked:
        view = known.get(one.identifier)
        if view is None or view.last is not one or view.lab is not lab:
            view = known[one.identifier] = MachineView(lab, one.identifier, one, service)
        found.append(view)
    known[_LAST] = lab, asked, found
    return found


_LAST = ""
"""Where the last answer to "all of these" is kept beside the views; no machine's identifier is empty."""


def drive_object(machine: VirtualMachine, drive: Drive) -> object:
    """The object for a drive."""
    return DRIVE.of((machine, drive))
