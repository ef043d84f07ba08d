"""Msvm_VirtualSwitchManagementService: switches and their ports made, joined and taken away, as 2008's scripts do.

A switch is made private. `SetupSwitch` gives it a physical adapter, and the host an adapter on it if a port for that
is named; `ConnectSwitchPort` puts a machine's adapter or one of the host's at a port.
"""

from __future__ import annotations

from hvlab.console.hyperv.objects import vmms
from hvlab.console.objects import PSObject
from hvlab.console.wmi.classes import SWITCH
from hvlab.console.wmi.finding import find_path
from hvlab.console.wmi.model import Instance
from hvlab.console.wmi.parts import BadArgument
from hvlab.console.wmi.switchports import INTERNAL_PORT, HostPort, MachineEnd, SwitchPort, port_path
from hvlab.host.machine import Refusal
from hvlab.host.networks import (
    MANAGEMENT,
    PRIVATE,
    UPLINK,
    MadePort,
    PhysicalNic,
    VirtualNetworks,
    VirtualSwitch,
)

Values = dict[str, object]


def _networks(one: Instance) -> VirtualNetworks:
    return vmms(one.lab).networks


def _subject(one: Instance, value: object) -> object:
    """What an argument stands for: an object or the path of one. BadArgument."""
    found = (
        value.subject
        if isinstance(value, PSObject) and isinstance(value.subject, Instance)
        else find_path(one.lab, one.namespace, str(value))
        if value is not None
        else None
    )
    if found is None:
        raise BadArgument
    return found.subject


def _switch(one: Instance, value: object) -> VirtualSwitch:
    found = _subject(one, value)
    if not isinstance(found, VirtualSwitch):
        raise BadArgument
    return found


def _port(one: Instance, value: object) -> SwitchPort:
    found = _subject(one, value)
    if not isinstance(found, SwitchPort):
        raise BadArgument
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 100:
        raise BadArgument
    return value


def create_switch(one: Instance, given: Values) -> Values:
    """A private switch; FriendlyName is what people call it."""
    title = _text(given["FriendlyName"]) or _text(given["Name"])
    made = _networks(one).create(title, PRIVATE)
    return {"CreatedVirtualSwitch": Instance(one.lab, SWITCH, made, one.namespace).path}


def delete_switch(one: Instance, given: Values) -> Values:
    """Take a switch away; who is connected to it has no network any more."""
    _networks(one).remove(_switch(one, given["VirtualSwitch"]).name)
    return {}


def create_port(one: Instance, given: Values) -> Values:
    """A port with nothing at its end."""
    switch, networks = _switch(one, given["VirtualSwitch"]), _networks(one)
    name = _text(given["Name"]) or networks.new_identifier()
    if any(port.name.casefold() == name.casefold() for port in switch.made):
        raise BadArgument
    made = MadePort(name, _text(given["FriendlyName"]) or name)
    switch.made.append(made)
    port = SwitchPort(switch, made.name, made.title, "", made)
    return {"CreatedSwitchPort": port_path(one.lab, port, one.namespace)}


def delete_port(one: Instance, given: Values) -> Values:
    """Take a port away, with the connection at it."""
    port = _port(one, given["SwitchPort"])
    _loosen(one, port)
    if port.made is not None:
        port.switch.made.remove(port.made)
    return {}


def _loosen(one: Instance, port: SwitchPort) -> None:
    """Take what is at a port's end from it. BadArgument for the physical adapter's port."""
    networks = _networks(one)
    if port.end == UPLINK:
        raise BadArgument
    if port.end == MANAGEMENT:
        networks.set_management(port.switch, False)
    for machine in vmms(one.lab).machines.values():
        for adapter in machine.adapters:
            if adapter.identifier == port.end:
                networks.disconnect(machine, adapter)
    if port.made is not None:
        port.made.end = ""


def connect_port(one: Instance, given: Values) -> Values:
    """Put a machine's adapter, or one of the host's own, at a port."""
    port, end = _port(one, given["SwitchPort"]), _subject(one, given["LANEndpoint"])
    networks = _networks(one)
    if port.end:
        raise Refusal("file-in-use", path=port.name)
    if isinstance(end, MachineEnd):
        networks.connect(end.machine, end.adapter, port.switch.name)
        name = end.adapter.identifier
    elif isinstance(end, HostPort) and end.name in networks.loose:
        networks.make_internal(port.switch)
        del networks.loose[end.name]
        name = MANAGEMENT
    else:
        raise BadArgument
    if port.made is not None:
        port.made.end = name
    return {}


def disconnect_port(one: Instance, given: Values) -> Values:
    """Take what is at a port's end from it; the port stays."""
    _loosen(one, _port(one, given["SwitchPort"]))
    return {}


def setup_switch(one: Instance, given: Values) -> Values:
    """Bind a physical adapter to a switch; with a port for it, the host shares that adapter."""
    outer = _port(one, given["ExternalSwitchPort"])
    inner = None if given["InternalSwitchPort"] is None else _port(one, given["InternalSwitchPort"])
    nic = _subject(one, given["ExternalEthernetPort"])
    if not isinstance(nic, PhysicalNic) or outer.made is None or (inner is not None and inner.made is None):
        raise BadArgument
    if inner is not None and inner.switch is not outer.switch:
        raise BadArgument
    _networks(one).make_external(outer.switch, nic.name, inner is not None)
    outer.made.end = UPLINK
    if inner is None or inner.made is None:
        return {"CreatedInternalEthernetPort": None}
    inner.made.end = MANAGEMENT
    host = HostPort(f"{outer.switch.identifier}-{MANAGEMENT}", outer.switch.name, outer.switch.name)
    return {"CreatedInternalEthernetPort": Instance(one.lab, INTERNAL_PORT, host, one.namespace).path}


def create_internal(one: Instance, given: Values) -> Values:
    """A virtual adapter of the host's, on no switch yet."""
    networks = _networks(one)
    name = _text(given["Name"]) or networks.new_identifier()
    if name in networks.loose:
        raise BadArgument
    networks.loose[name] = _text(given["FriendlyName"]) or name
    host = HostPort(name, networks.loose[name])
    return {"CreatedInternalEthernetPort": Instance(one.lab, INTERNAL_PORT, host, one.namespace).path}
