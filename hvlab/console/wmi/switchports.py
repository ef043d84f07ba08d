"""Switches' ports and the host's Ethernet ports, as 2008's network classes show them.

A port can be made before anything is connected to it; all others are there because an adapter is connected to the
switch, the host has an adapter on it, or a physical adapter is bound to it. An end of the wire (LANEndpoint) is what
`ConnectSwitchPort` puts at a port. Names of classes and methods: facts, section 2.2, and K.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hvlab.console.hyperv.objects import vmms
from hvlab.console.lab import Lab
from hvlab.console.wmi.model import V1, Instance, WmiClass
from hvlab.console.wmi.views import guid
from hvlab.host.machine import NetworkAdapter, VirtualMachine
from hvlab.host.networks import MANAGEMENT, UPLINK, MadePort, PhysicalNic, VirtualNetworks, VirtualSwitch
from hvlab.network.addresses import mac_text


@dataclass(frozen=True)
class SwitchPort:
    """A port: its switch, its name, and what is at its end (`MadePort.end`); `made` if it was made by itself."""

    switch: VirtualSwitch
    name: str
    title: str
    end: str
    made: MadePort | None = None


def _networks(lab: Lab) -> VirtualNetworks:
    return vmms(lab).networks


def adapters_on(lab: Lab, switch: str) -> Iterator[tuple[VirtualMachine, NetworkAdapter]]:
    """The machines' adapters that are connected to a switch."""
    for machine in vmms(lab).machines.values():
        for adapter in machine.adapters:
            if adapter.switch.casefold() == switch.casefold():
                yield machine, adapter


def ports(lab: Lab) -> Iterator[SwitchPort]:
    """The ports of all switches."""
    for switch in _networks(lab).switches.values():
        ends = {adapter.identifier: adapter.name for _, adapter in adapters_on(lab, switch.name)}
        if switch.nic:
            ends[UPLINK] = switch.nic
        if switch.management:
            ends[MANAGEMENT] = f"{switch.name} ({lab.computer})"
        for made in switch.made:
            end = made.end if ends.pop(made.end, None) is not None else ""
            yield SwitchPort(switch, made.name, made.title, end, made)
        for end, title in ends.items():
            own = f"{switch.identifier}-{end}" if end in (UPLINK, MANAGEMENT) else end
            yield SwitchPort(switch, own, title, end)


def port_of(lab: Lab, adapter: NetworkAdapter) -> SwitchPort | None:
    """The port that an adapter is connected to."""
    return next((port for port in ports(lab) if port.end == adapter.identifier), None)


SWITCH_PORT = WmiClass(
    "Msvm_SwitchPort",
    ("CIM_EthernetPort", "CIM_NetworkPort", "CIM_LogicalPort", "CIM_LogicalDevice"),
    ("CreationClassName", "Name", "SystemCreationClassName", "SystemName"),
    {
        "ElementName": lambda one: one.subject.title,
        "CreationClassName": lambda one: "Msvm_SwitchPort",
        "Name": lambda one: guid(one.subject.name),
        "SystemCreationClassName": lambda one: "Msvm_VirtualSwitch",
        "SystemName": lambda one: guid(one.subject.switch.identifier),
        "EnabledState": lambda one: 2 if one.subject.end else 3,
    },
    ports,
    (V1,),
)


# -- what can be at a port's end ------------------------------------------------------------------


@dataclass(frozen=True)
class HostPort:
    """A virtual adapter of the host: on a switch (named by it), or on none yet (`loose` is its name)."""

    name: str
    title: str
    switch: str = ""


def host_ports(lab: Lab) -> Iterator[HostPort]:
    """The host's virtual adapters."""
    networks = _networks(lab)
    for name, title in networks.loose.items():
        yield HostPort(name, title)
    for switch in networks.switches.values():
        if switch.management:
            yield HostPort(f"{switch.identifier}-{MANAGEMENT}", switch.name, switch.name)


INTERNAL_PORT = WmiClass(
    "Msvm_InternalEthernetPort",
    ("CIM_EthernetPort", "CIM_NetworkPort", "CIM_LogicalPort", "CIM_LogicalDevice"),
    ("CreationClassName", "DeviceID"),
    {
        "ElementName": lambda one: one.subject.title,
        "CreationClassName": lambda one: "Msvm_InternalEthernetPort",
        "DeviceID": lambda one: f"Microsoft:{guid(one.subject.name)}",
        "EnabledState": lambda one: 2 if one.subject.switch else 3,
    },
    host_ports,
    (V1,),
)


def _address(nic: PhysicalNic) -> str:
    return mac_text(nic.mac).replace("-", "").replace(":", "")


EXTERNAL_PORT = WmiClass(
    "Msvm_ExternalEthernetPort",
    ("CIM_EthernetPort", "CIM_NetworkPort", "CIM_LogicalPort", "CIM_LogicalDevice"),
    ("CreationClassName", "DeviceID"),
    {
        "ElementName": lambda one: one.subject.description,
        "CreationClassName": lambda one: "Msvm_ExternalEthernetPort",
        "DeviceID": lambda one: f"Microsoft:{one.subject.name}",
        "PermanentAddress": lambda one: _address(one.subject),
        "IsBound": lambda one: bool(one.subject.switch),
    },
    lambda lab: [nic for nic in _networks(lab).nics if not nic.wireless],
    (V1,),
)


@dataclass(frozen=True)
class MachineEnd:
    """The end of the wire at a machine's adapter."""

    machine: VirtualMachine
    adapter: NetworkAdapter


def _machine_ends(lab: Lab) -> Iterator[MachineEnd]:
    for machine in vmms(lab).machines.values():
        for adapter in machine.adapters:
            yield MachineEnd(machine, adapter)


MACHINE_END = WmiClass(
    "Msvm_VmLANEndpoint",
    ("CIM_LANEndpoint", "CIM_ProtocolEndpoint", "CIM_ServiceAccessPoint"),
    ("CreationClassName", "Name", "SystemName"),
    {
        "ElementName": lambda one: one.subject.adapter.name,
        "CreationClassName": lambda one: "Msvm_VmLANEndpoint",
        "Name": lambda one: guid(one.subject.adapter.identifier),
        "SystemName": lambda one: guid(one.subject.machine.identifier),
        "Connected": lambda one: bool(one.subject.adapter.switch),
    },
    _machine_ends,
    (V1,),
)
NETWORK_KINDS = (SWITCH_PORT, INTERNAL_PORT, EXTERNAL_PORT, MACHINE_END)


def port_path(lab: Lab, port: SwitchPort, namespace: str) -> str:
    """The path of a port."""
    return Instance(lab, SWITCH_PORT, port, namespace).path
