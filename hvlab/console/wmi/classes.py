"""The classes of root\\virtualization: which there are, their properties and associations.

Property names and values are the real ones (facts, sections 2.2 and 2.3). A class
or property that is not here is not modelled, and asking for it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from hvlab.console.hyperv.objects import MachineView, heartbeat, moment, present, vmms
from hvlab.console.lab import Lab
from hvlab.console.wmi.model import V1, V2, Getter, Instance, WmiClass
from hvlab.console.wmi.resources import CAPABILITIES, PARTS
from hvlab.console.wmi.switchports import NETWORK_KINDS
from hvlab.console.wmi.views import guid, machine_of, views
from hvlab.host.machine import (
    OFF,
    RUNNING,
    SAVED,
    SAVING,
    SNAPSHOTTING,
    STARTING,
    STATE_NUMBERS,
    STOPPING,
    VirtualMachine,
)
from hvlab.host.snapshots import Snapshot

HOSTING, MACHINE = "Hosting Computer System", "Virtual Machine"
OK_STATUS = 2
"""OperationalStatus: OK."""
HEALTHY = 5
CRITICAL_STATE = 32780
LIFETIME = 300_000_000_000
"""How long a finished job can still be asked, in ns (K: some minutes)."""


# -- computer systems ---------------------------------------------------------------------------


def _of_machine(read: Any, host: object = None) -> Any:
    """A property that is read from the machine; the host has the other value."""
    return lambda one: host if one.subject is None else read(present(one.subject))


COMPUTER_SYSTEM = WmiClass(
    "Msvm_ComputerSystem",
    ("CIM_ComputerSystem", "CIM_System", "CIM_EnabledLogicalElement", "CIM_LogicalElement"),
    ("CreationClassName", "Name"),
    {
        "Caption": _of_machine(lambda machine: MACHINE, HOSTING),
        "CreationClassName": lambda one: "Msvm_ComputerSystem",
        "Description": _of_machine(
            lambda machine: "Microsoft Virtual Machine", "Microsoft Hosting Computer System"
        ),
        "ElementName": lambda one: one.lab.computer if one.subject is None else machine_of(one).name,
        "Name": lambda one: one.lab.computer if one.subject is None else guid(one.subject.identifier),
        "EnabledState": _of_machine(lambda machine: STATE_NUMBERS[machine.state], 2),
        "RequestedState": lambda one: 12,
        "HealthState": lambda one: HEALTHY,
        "OperationalStatus": lambda one: [OK_STATUS],
        "Status": lambda one: "OK",
        "InstallDate": lambda one: moment(0 if one.subject is None else machine_of(one).created),
        "TimeOfLastStateChange": lambda one: moment(0 if one.subject is None else machine_of(one).changed),
        "OnTimeInMilliseconds": lambda one: (
            (one.lab.world.now if one.subject is None else machine_of(one).uptime(one.lab.world.now))
            // 1_000_000
        ),
    },
    lambda lab: [None, *views(lab)],
    new={"enabledstate": lambda one: 2 if one.subject is None else STATE_NUMBERS[one.subject.last.state]},
)


# -- settings -------------------------------------------------------------------------------------


def _settings(lab: Lab) -> Iterator[tuple[MachineView, str]]:
    """The present settings of each machine, then its snapshots': (machine, snapshot or '')."""
    for view in views(lab):
        yield view, ""
        for identifier in view.machine.snapshots:
            yield view, identifier


def _snapshot(one: Instance) -> Snapshot | None:
    found: Snapshot | None = machine_of(one).snapshots.get(one.subject[1])
    return found


def _parent(one: Instance) -> str | None:
    snapshot = _snapshot(one)
    parent = snapshot.parent if snapshot is not None else machine_of(one).last_snapshot
    return f"Microsoft:{guid(parent)}" if parent else None


SETTING_DATA = WmiClass(
    "Msvm_VirtualSystemSettingData",
    ("CIM_VirtualSystemSettingData", "CIM_SettingData", "CIM_ManagedElement"),
    ("InstanceID",),
    {
        "Caption": lambda one: "Virtual Machine Settings",
        "ElementName": lambda one: snapshot.name if (snapshot := _snapshot(one)) else machine_of(one).name,
        "InstanceID": lambda one: f"Microsoft:{guid(one.subject[1] or machine_of(one).identifier)}",
        "SystemName": lambda one: guid(machine_of(one).identifier),
        "SettingType": lambda one: 5 if one.subject[1] else 3,
        "CreationTime": lambda one: moment(
            snapshot.created if (snapshot := _snapshot(one)) else machine_of(one).created
        ),
        "Notes": lambda one: machine_of(one).notes,
        "Parent": _parent,
    },
    _settings,
    settings=True,
)


_START = {"Nothing": 0, "StartIfRunning": 1, "Start": 2}
_STOP = {"TurnOff": 0, "Save": 1, "ShutDown": 2}
"""AutomaticStartupAction and AutomaticShutdownAction (K)."""


def _delay(nanoseconds: int) -> str:
    """A length of time as CIM writes one."""
    minutes, seconds = divmod(nanoseconds // 1_000_000_000, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days:08d}{hours:02d}{minutes:02d}{seconds:02d}.000000:000"


GLOBAL_SETTING_DATA = WmiClass(
    "Msvm_VirtualSystemGlobalSettingData",
    ("CIM_SettingData", "CIM_ManagedElement"),
    ("InstanceID",),
    {
        "Caption": lambda one: "Global Virtual Machine Settings",
        "ElementName": lambda one: machine_of(one).name,
        "InstanceID": lambda one: f"Microsoft:GlobalSettings\\{guid(machine_of(one).identifier)}",
        "SystemName": lambda one: guid(machine_of(one).identifier),
        "ExternalDataRoot": lambda one: machine_of(one).folder,
        "SnapshotDataRoot": lambda one: machine_of(one).snapshot_folder,
        "AutomaticStartupAction": lambda one: _START[machine_of(one).start_action],
        "AutomaticStartupActionDelay": lambda one: _delay(machine_of(one).start_delay),
        "AutomaticShutdownAction": lambda one: _STOP[machine_of(one).stop_action],
    },
    views,
    settings=True,
)


# -- components: what a guest has of the integration services ---------------------------------------


def _running(lab: Lab) -> Iterator[MachineView]:
    return (view for view in views(lab) if view.machine.partition)


_LOGICAL = ("CIM_LogicalDevice", "CIM_EnabledLogicalElement", "CIM_LogicalElement")


def _component(name: str, title: str, key: str, more: Any = None) -> WmiClass:
    def enabled(one: Instance) -> int:
        return 2 if machine_of(one).services.get(key, False) else 3

    def status(one: Instance) -> list[object]:
        link = vmms(one.lab).link(machine_of(one).name)
        return [OK_STATUS if link is not None and link.ready(key) else 12]  # 12: no contact

    return WmiClass(
        name,
        _LOGICAL,
        ("SystemName", "DeviceID"),
        {
            "ElementName": lambda one: title,
            "SystemName": lambda one: guid(machine_of(one).identifier),
            "DeviceID": lambda one: f"Microsoft:{guid(machine_of(one).identifier)}\\{key}",
            "EnabledState": enabled,
            "OperationalStatus": status,
            **(more or {}),
        },
        _running,
    )


def _beat(one: Instance) -> list[object]:
    """OK, Lost Communication or No Contact: the numbers of OperationalStatus."""
    return [{"OkApplicationsUnknown": 2, "LostCommunication": 13}.get(heartbeat(one.subject), 12)]


def _exchanged(one: Instance) -> list[object]:
    link = vmms(one.lab).link(machine_of(one).name)
    service = link.services.get("kvp") if link is not None else None
    items = getattr(getattr(service, "machine", None), "items", {}).get(2, {})
    return [f"{name}={value}" for name, value in items.items()]


SHUTDOWN = _component("Msvm_ShutdownComponent", "Shutdown", "shutdown")
HEARTBEAT = _component("Msvm_HeartbeatComponent", "Heartbeat", "heartbeat", {"OperationalStatus": _beat})
EXCHANGE = _component(
    "Msvm_KvpExchangeComponent",
    "Key-Value Pair Exchange",
    "kvp",
    {"GuestIntrinsicExchangeItems": _exchanged},
)
TIME = _component("Msvm_TimeSyncComponent", "Time Synchronization", "timesync")
BACKUP = _component("Msvm_VssComponent", "VSS", "vss")


# -- switches, services and jobs ---------------------------------------------------------------------

SWITCH = WmiClass(
    "Msvm_VirtualSwitch",
    ("CIM_ComputerSystem", "CIM_System"),
    ("CreationClassName", "Name"),
    {
        "ElementName": lambda one: one.subject.name,
        "CreationClassName": lambda one: "Msvm_VirtualSwitch",
        "Name": lambda one: guid(one.subject.identifier),
        "MaxVMOffloads": lambda one: 0,
    },
    lambda lab: list(vmms(lab).networks.switches.values()),
)


def _service(name: str, title: str, *namespaces: str) -> WmiClass:
    return WmiClass(
        name,
        ("CIM_Service", "CIM_EnabledLogicalElement", "CIM_LogicalElement"),
        ("CreationClassName", "SystemName"),
        {
            "ElementName": lambda one: title,
            "CreationClassName": lambda one: name,
            "SystemName": lambda one: one.lab.computer,
            "Started": lambda one: True,
            "EnabledState": lambda one: 2,
        },
        lambda lab: [None],
        namespaces or (V1, V2),
    )


MANAGEMENT = _service("Msvm_VirtualSystemManagementService", "Hyper-V Virtual System Management Service")
SWITCHES = _service("Msvm_VirtualSwitchManagementService", "Hyper-V Networking Management Service", V1)
IMAGES = _service("Msvm_ImageManagementService", "Hyper-V Image Management Service")
SNAPSHOT_SERVICE = _service("Msvm_VirtualSystemSnapshotService", "Hyper-V Snapshot Service", V2)

_ENDS = {STARTING: RUNNING, STOPPING: OFF, SAVING: SAVED, SNAPSHOTTING: ""}
"""What a state on the way leads to if all goes well; empty: back to where it came from."""
_TITLES = {STARTING: "Starting", STOPPING: "Turning off", SAVING: "Saving", SNAPSHOTTING: "Snapshot"}
RUNNING_JOB, DONE, EXCEPTION = 4, 7, 10


@dataclass(frozen=True)
class _Job:
    """A change of state that takes time, as the trace has it; `end` is empty while it is under way."""

    seq: int
    begun: int
    vm: str
    way: str
    end: str = ""
    ended: int = 0

    @property
    def state(self) -> int:
        """JobState."""
        if not self.end:
            return RUNNING_JOB
        return DONE if _ENDS[self.way] in ("", self.end) else EXCEPTION


def _jobs(lab: Lab) -> dict[int, _Job]:
    """What machines' changes of state took or take their time, by the number of the event that began each."""
    jobs: dict[int, _Job] = {}
    under_way: dict[str, int] = {}
    trace = lab.world.trace
    changes = [number for number, raw in enumerate(trace.events, 1) if raw[1] == "vm.state"]
    for event in (trace[number] for number in changes):
        vm, state = event.get("vm"), event.get("state")
        begun = under_way.pop(vm, None)
        if begun is not None:
            jobs[begun] = replace(jobs[begun], end=state, ended=event.time)
        if state in _ENDS:
            under_way[vm] = event.seq
            jobs[event.seq] = _Job(event.seq, event.time, vm, state)
    return jobs


def _present_jobs(lab: Lab) -> list[int]:
    now = lab.world.now
    return [seq for seq, job in _jobs(lab).items() if not job.end or now - job.ended <= LIFETIME]


def job_path(lab: Lab, namespace: str, machine: VirtualMachine) -> str | None:
    """The job that a machine's last change of state belongs to, if that is under way."""
    for seq, job in reversed(_jobs(lab).items()):
        if job.vm == machine.name:
            return None if job.end else Instance(lab, JOB, seq, namespace).path
    return None


def _of_job(read: Callable[[_Job], object]) -> Getter:
    return lambda one: read(_jobs(one.lab)[one.subject])


JOB = WmiClass(
    "Msvm_ConcreteJob",
    ("CIM_ConcreteJob", "CIM_Job", "CIM_LogicalElement"),
    ("InstanceID",),
    {
        "InstanceID": lambda one: f"00000000-0000-0000-0000-{one.subject:012X}",
        "Caption": _of_job(lambda job: f"{_TITLES[job.way]} virtual machine"),
        "ElementName": _of_job(lambda job: job.vm),
        "JobState": _of_job(lambda job: job.state),
        "PercentComplete": _of_job(lambda job: 100 if job.end else 0),
        "ErrorCode": _of_job(lambda job: 32768 if job.state == EXCEPTION else 0),
        "ErrorDescription": _of_job(
            lambda job: f"'{job.vm}': {_TITLES[job.way]} failed." if job.state == EXCEPTION else ""
        ),
        "StartTime": _of_job(lambda job: moment(job.begun)),
    },
    _present_jobs,
)

KINDS: tuple[WmiClass, ...] = (
    COMPUTER_SYSTEM,
    SETTING_DATA,
    GLOBAL_SETTING_DATA,
    *PARTS,
    CAPABILITIES,
    SHUTDOWN,
    HEARTBEAT,
    EXCHANGE,
    TIME,
    BACKUP,
    SWITCH,
    *NETWORK_KINDS,
    MANAGEMENT,
    SWITCHES,
    IMAGES,
    SNAPSHOT_SERVICE,
    JOB,
)
"""Everything that stands for a thing; the classes that join them are in `associations`."""
COMPONENTS = (SHUTDOWN, HEARTBEAT, EXCHANGE, TIME, BACKUP)
