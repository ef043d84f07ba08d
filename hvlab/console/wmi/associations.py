"""What belongs together in root\\virtualization: classes whose instances join two others, each in its role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hvlab.console.lab import Lab
from hvlab.console.wmi.classes import (
    COMPONENTS,
    COMPUTER_SYSTEM,
    GLOBAL_SETTING_DATA,
    KINDS,
    SETTING_DATA,
    SWITCH,
)
from hvlab.console.wmi.model import V1, V2, Getter, Instance, WmiClass
from hvlab.console.wmi.resources import CAPABILITIES, PARTS, Definition, class_of_part
from hvlab.console.wmi.switchports import EXTERNAL_PORT, INTERNAL_PORT, MACHINE_END, SWITCH_PORT
from hvlab.console.wmi.views import machine_of
from hvlab.host.networks import MANAGEMENT, UPLINK

WHOLE, PART = "GroupComponent", "PartComponent"


@dataclass(frozen=True)
class Association:
    """A class that joins two instances, each in its role."""

    kind: str
    roles: tuple[str, str]
    ends: tuple[Instance, Instance]


def associations(lab: Lab, namespace: str) -> Iterator[Association]:
    """Every pair that belongs together: machine and settings, settings and parts, machine and components."""
    systems = COMPUTER_SYSTEM.all(lab, namespace)
    machines = {machine_of(one).identifier: one for one in systems if one.subject}
    host = next(one for one in systems if not one.subject)
    present = {}
    for setting in SETTING_DATA.all(lab, namespace):
        machine = machines[machine_of(setting).identifier]
        if setting.subject[1]:
            yield Association("Msvm_SnapshotOfVirtualSystem", ("Antecedent", "Dependent"), (machine, setting))
        else:
            present[machine_of(setting).identifier] = setting
            roles = ("ManagedElement", "SettingData")
            yield Association("Msvm_SettingsDefineState", roles, (machine, setting))
    for one in GLOBAL_SETTING_DATA.all(lab, namespace):
        roles = ("ManagedElement", "SettingData")
        yield Association("Msvm_ElementSettingData", roles, (machines[machine_of(one).identifier], one))
    for one in CAPABILITIES.all(lab, namespace):
        begins = Instance(lab, class_of_part(one.subject.subtype), one.subject, namespace)
        yield Association("Msvm_SettingsDefineCapabilities", (WHOLE, PART), (one, begins))
    for kind in PARTS:
        for part in kind.all(lab, namespace):
            if isinstance(part.subject, Definition):
                continue
            setting = present[machine_of(part).identifier]
            name = "Msvm_VirtualSystemSettingDataComponent"
            yield Association(name, (WHOLE, PART), (setting, part))
    for kind in COMPONENTS:
        for part in kind.all(lab, namespace):
            machine = machines[machine_of(part).identifier]
            yield Association("Msvm_SystemDevice", (WHOLE, PART), (machine, part))
    yield from _networks(lab, namespace, machines, host)


def _networks(
    lab: Lab, namespace: str, machines: dict[str, Instance], host: Instance
) -> Iterator[Association]:
    """Switches and their ports, ports and what is at their ends, ends and whose they are (2008's classes; K)."""
    if namespace != V1:
        return
    switches = {one.subject.identifier: one for one in SWITCH.all(lab, namespace)}
    ends: dict[str, Instance] = {}
    for one in MACHINE_END.all(lab, namespace):
        ends[one.subject.adapter.identifier] = one
        roles = ("Antecedent", "Dependent")
        machine = machines[one.subject.machine.identifier]
        yield Association("Msvm_HostedAccessPoint", roles, (machine, one))
    for one in EXTERNAL_PORT.all(lab, namespace):
        ends[f"{UPLINK} {one.subject.switch.casefold()}"] = one
        yield Association("Msvm_SystemDevice", (WHOLE, PART), (host, one))
    for one in INTERNAL_PORT.all(lab, namespace):
        ends[f"{MANAGEMENT} {one.subject.switch.casefold()}"] = one
        yield Association("Msvm_SystemDevice", (WHOLE, PART), (host, one))
    for port in SWITCH_PORT.all(lab, namespace):
        switch = port.subject.switch
        yield Association("Msvm_SystemDevice", (WHOLE, PART), (switches[switch.identifier], port))
        at_end = ends.get(port.subject.end) or ends.get(f"{port.subject.end} {switch.name.casefold()}")
        if port.subject.end and at_end is not None:
            yield Association("Msvm_ActiveConnection", ("Antecedent", "Dependent"), (port, at_end))


def _join(
    name: str, base: str, roles: tuple[str, str], more: dict[str, Getter] | None = None, only: str = ""
) -> WmiClass:
    def end(place: int) -> Getter:
        return lambda one: replace(one.subject.ends[place], namespace=one.namespace).path

    return WmiClass(
        name,
        (base,),
        roles,
        {**{role: end(place) for place, role in enumerate(roles)}, **(more or {})},
        lambda lab: [one for one in associations(lab, V1) if one.kind == name],
        (only,) if only else (V1, V2),
    )


CLASSES: tuple[WmiClass, ...] = (
    *KINDS,
    _join("Msvm_SettingsDefineState", "CIM_SettingsDefineState", ("ManagedElement", "SettingData")),
    _join("Msvm_SnapshotOfVirtualSystem", "CIM_Dependency", ("Antecedent", "Dependent")),
    _join("Msvm_VirtualSystemSettingDataComponent", "CIM_Component", (WHOLE, PART)),
    _join("Msvm_ElementSettingData", "CIM_ElementSettingData", ("ManagedElement", "SettingData")),
    _join(
        "Msvm_SettingsDefineCapabilities",
        "CIM_SettingsDefineCapabilities",
        (WHOLE, PART),
        {"ValueRole": lambda one: 0, "ValueRange": lambda one: 0},
    ),
    _join("Msvm_SystemDevice", "CIM_SystemDevice", (WHOLE, PART)),
    _join("Msvm_ActiveConnection", "CIM_ActiveConnection", ("Antecedent", "Dependent"), only=V1),
    _join("Msvm_HostedAccessPoint", "CIM_HostedAccessPoint", ("Antecedent", "Dependent"), only=V1),
)
"""All classes."""
