"""The VMNetworkAdapter cmdlets: add, list, change, connect, disconnect and remove adapters, and their VLANs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.hyperv.switches import networks
from hvlab.console.lab import Lab
from hvlab.console.objects import EnumType, ObjectType, PSObject
from hvlab.devices.network.vsp import INITIALIZED
from hvlab.host.machine import NetworkAdapter, Refusal, VirtualMachine
from hvlab.host.services.network import NetworkService
from hvlab.network.addresses import BadAddress, is_group, mac_short, read_mac
from hvlab.network.switch import ACCESS, LAST_VLAN, TRUNK, UNTAGGED

MODULE = "Hyper-V"
DEFAULT_NAMES = {False: "Network Adapter", True: "Legacy Network Adapter"}
VLAN_MODE = EnumType("VMNetworkAdapterVlanMode", [(UNTAGGED, 0), (ACCESS, 1), (TRUNK, 2)])


@dataclass(frozen=True)
class AdapterView:
    """An adapter of a machine (or, without one, of the host on a switch)."""

    lab: Lab
    machine: VirtualMachine | None
    last: NetworkAdapter

    @property
    def adapter(self) -> NetworkAdapter:
        """The adapter as it is now, or as it was when it was removed."""
        machine = vmms(self.lab).find(self.machine.name) if self.machine else None
        for adapter in machine.adapters if machine else ():
            if adapter.identifier == self.last.identifier:
                return adapter
        return self.last

    @property
    def status(self) -> str:
        """Ok once the guest's driver has the adapter at work; nothing while the machine is off."""
        if self.machine is None:
            return "Ok"
        machine = vmms(self.lab).find(self.machine.name)
        if machine is None or not machine.partition:
            return ""
        link = vmms(self.lab).link(machine.name)
        service = link.services.get(self.adapter.key) if link is not None else None
        if isinstance(service, NetworkService) and service.netvsp.rndis != INITIALIZED:
            return "No Contact"
        return "Ok"


ADAPTER = ObjectType(
    "Microsoft.HyperV.PowerShell.VMNetworkAdapter",
    {
        "Name": lambda view: view.adapter.name,
        "VMNetworkAdapterName": lambda view: view.adapter.name,
        "IsManagementOs": lambda view: view.machine is None,
        "VMName": lambda view: view.machine.name if view.machine else None,
        "SwitchName": lambda view: view.adapter.switch,
        "MacAddress": lambda view: mac_short(view.adapter.mac or bytes(6)),
        "Status": lambda view: view.status,
        "IsLegacy": lambda view: view.adapter.legacy,
        "DynamicMacAddressEnabled": lambda view: not view.adapter.static,
        "Connected": lambda view: bool(view.adapter.switch) and view.adapter.cable,
        "Id": lambda view: view.adapter.identifier,
    },
    columns=("Name", "IsManagementOs", "VMName", "SwitchName", "MacAddress", "Status"),
    text_property="Name",
    key="Id",
)


def vlan_list(adapter: NetworkAdapter) -> str:
    """The VLANs of an adapter as people write them: 10, or 5,10-20 for a trunk."""
    if adapter.mode == UNTAGGED:
        return ""
    if adapter.mode == ACCESS:
        return str(adapter.vlan)
    runs: list[list[int]] = []
    for vlan in adapter.allowed or ():
        if runs and vlan == runs[-1][1] + 1:
            runs[-1][1] = vlan
        else:
            runs.append([vlan, vlan])
    allowed = ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
    return f"{adapter.vlan}/{allowed}"


VLAN = ObjectType(
    "Microsoft.HyperV.PowerShell.VMNetworkAdapterVlanSetting",
    {
        "VMName": lambda view: view.machine.name if view.machine else None,
        "VMNetworkAdapterName": lambda view: view.adapter.name,
        "Mode": lambda view: VLAN_MODE[view.adapter.mode],
        "OperationMode": lambda view: VLAN_MODE[view.adapter.mode],
        "VlanList": lambda view: vlan_list(view.adapter),
        "AccessVlanId": lambda view: view.adapter.vlan if view.adapter.mode == ACCESS else 0,
        "NativeVlanId": lambda view: view.adapter.vlan if view.adapter.mode == TRUNK else 0,
        "AllowedVlanIdList": lambda view: list(view.adapter.allowed or ()),
    },
    columns=("VMName", "VMNetworkAdapterName", "Mode", "VlanList"),
)


def _view(call: Call, machine: VirtualMachine, adapter: NetworkAdapter) -> AdapterView:
    return AdapterView(call.lab, machine, adapter)


def chosen(
    call: Call, name: str | None, machines: list[str]
) -> Iterator[tuple[VirtualMachine, NetworkAdapter]]:
    """The adapters meant: all of each machine, or those of that name or pattern. None at all is an error.

    A machine from the pipeline stands for all its adapters: its own name is not the name of one.
    """
    if isinstance(call.record, PSObject) and call.record.type.is_a("VirtualMachine"):
        name = name if name is not None and name != call.record.get("Name") else None
    for machine in find_machines(call, machines):
        found = [a for a in machine.adapters if fnmatchcase(a.name.casefold(), (name or "*").casefold())]
        if not found and name is not None:
            call.error(as_error(Refusal("no-such-adapter", name=machine.name, adapter=name)))
        for adapter in found:
            yield machine, adapter


def address(call: Call, text: str) -> bytes:
    """A static address as it was typed. CmdletError if no adapter can have it."""
    try:
        mac = read_mac(text)
    except BadAddress:
        mac = bytes(6)
    if mac == bytes(6) or is_group(mac):
        raise CmdletError(
            f"'{text}' is not a valid network address.",
            "InvalidParameter",
            "InvalidArgument",
            explain=("explain.bad-mac", {"address": text}),
        )
    return mac


def _get(call: Call) -> Iterator[object]:
    args = call.args
    if args.ManagementOS or args.All:
        for switch in networks(call.lab).switches.values():
            if switch.management:
                mac = networks(call.lab).stations[f"switch:{switch.name}"].mac
                own = NetworkAdapter(0, switch.name, switch.identifier, False, mac, True, switch.name)
                yield ADAPTER.of(AdapterView(call.lab, None, own))
    if args.ManagementOS:
        return
    for machine, adapter in chosen(call, args.Name, args.VMName or ["*"]):
        if args.IsLegacy is None or args.IsLegacy == adapter.legacy:
            yield ADAPTER.of(_view(call, machine, adapter))


def _add(call: Call) -> Iterator[object]:
    args = call.args
    mac = address(call, args.StaticMacAddress) if args.StaticMacAddress else b""
    legacy = bool(args.IsLegacy)
    for machine in find_machines(call, args.VMName):
        if not call.should_process(machine.name, "Add-VMNetworkAdapter"):
            continue
        name = args.Name or DEFAULT_NAMES[legacy]
        try:
            adapter = networks(call.lab).add_adapter(machine, name, legacy, mac, args.SwitchName or "")
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        if args.Passthru:
            yield ADAPTER.of(_view(call, machine, adapter))


def _each(call: Call, act: str) -> Iterator[tuple[VirtualMachine, NetworkAdapter]]:
    """The adapters to change, those that a refusal hits reported and left out by the caller's `_try`."""
    for machine, adapter in list(chosen(call, call.args.Name, call.args.VMName)):
        if call.should_process(f"{machine.name}: {adapter.name}", act):
            yield machine, adapter


def _remove(call: Call) -> None:
    for machine, adapter in _each(call, "Remove-VMNetworkAdapter"):
        try:
            networks(call.lab).remove_adapter(machine, adapter)
        except Refusal as refusal:
            call.error(as_error(refusal))


def _set(call: Call) -> Iterator[object]:
    args = call.args
    mac = address(call, args.StaticMacAddress) if args.StaticMacAddress else b""
    for machine, adapter in _each(call, "Set-VMNetworkAdapter"):
        try:
            if mac or args.DynamicMacAddress:
                networks(call.lab).set_address(machine, adapter, mac)
            if args.MacAddressSpoofing is not None:
                networks(call.lab).set_spoofing(machine, adapter, args.MacAddressSpoofing == "On")
        except Refusal as refusal:
            call.error(as_error(refusal))
            continue
        if args.Passthru:
            yield ADAPTER.of(_view(call, machine, adapter))


def _connect(call: Call) -> Iterator[object]:
    for machine, adapter in _each(call, "Connect-VMNetworkAdapter"):
        with RefusalsTold():
            networks(call.lab).connect(machine, adapter, call.args.SwitchName)
        if call.args.Passthru:
            yield ADAPTER.of(_view(call, machine, adapter))


def _disconnect(call: Call) -> Iterator[object]:
    for machine, adapter in _each(call, "Disconnect-VMNetworkAdapter"):
        networks(call.lab).disconnect(machine, adapter)
        if call.args.Passthru:
            yield ADAPTER.of(_view(call, machine, adapter))


def read_vlans(text: str) -> tuple[int, ...]:
    """The VLANs of `5,10-20`. CmdletError."""
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        ends = [first, last or first]
        if not all(end.isascii() and end.isdigit() and 1 <= int(end) <= LAST_VLAN for end in ends):
            raise CmdletError(
                f"The VLAN id list '{text}' is not valid.",
                "InvalidParameter",
                "InvalidArgument",
                explain=("explain.bad-vlan-list", {"text": text, "last": LAST_VLAN}),
            )
        found += range(int(ends[0]), int(ends[1]) + 1)
    return tuple(sorted(set(found)))


def _set_vlan(call: Call) -> Iterator[object]:
    args = call.args
    if args.Access:
        setting: tuple[str, int, tuple[int, ...] | None] = (ACCESS, args.VlanId, None)
    elif args.Trunk:
        setting = (TRUNK, args.NativeVlanId, read_vlans(args.AllowedVlanIdList))
    else:
        setting = (UNTAGGED, 0, None)
    for machine, adapter in list(chosen(call, args.VMNetworkAdapterName, args.VMName)):
        if call.should_process(f"{machine.name}: {adapter.name}", "Set-VMNetworkAdapterVlan"):
            networks(call.lab).set_vlan(machine, adapter, *setting)
            if args.Passthru:
                yield VLAN.of(_view(call, machine, adapter))


def _get_vlan(call: Call) -> Iterator[object]:
    for machine, adapter in chosen(call, call.args.VMNetworkAdapterName, call.args.VMName or ["*"]):
        yield VLAN.of(_view(call, machine, adapter))


_VM = Parameter("VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both")
_ANY_VM = Parameter("VMName", position=0, array=True, completer="vm", pipeline="both")
_NAME = Parameter("Name", position=1, aliases=("VMNetworkAdapterName",), pipeline="property")
_ADAPTER_NAME = Parameter("VMNetworkAdapterName", position=1, pipeline="property")
_PASSTHRU = Parameter("Passthru", "switch")
_STATIC = Parameter("StaticMacAddress", sets=("Static",), mandatory=True)

CMDLETS = (
    Cmdlet(
        "Get-VMNetworkAdapter",
        MODULE,
        (
            _ANY_VM,
            _NAME,
            Parameter("IsLegacy", "bool"),
            Parameter("ManagementOS", "switch"),
            Parameter("All", "switch"),
        ),
        _get,
        read_only=True,
        summary_id="help.Get-VMNetworkAdapter",
    ),
    Cmdlet(
        "Add-VMNetworkAdapter",
        MODULE,
        (
            _VM,
            Parameter("SwitchName", completer="switch"),
            Parameter("Name", aliases=("VMNetworkAdapterName",)),
            Parameter("IsLegacy", "bool"),
            _STATIC,
            Parameter("DynamicMacAddress", "switch", sets=("Dynamic",)),
            _PASSTHRU,
        ),
        _add,
        supports_should_process=True,
        default_set="Dynamic",
        summary_id="help.Add-VMNetworkAdapter",
    ),
    Cmdlet(
        "Remove-VMNetworkAdapter",
        MODULE,
        (_VM, _NAME),
        _remove,
        supports_should_process=True,
        summary_id="help.Remove-VMNetworkAdapter",
    ),
    Cmdlet(
        "Set-VMNetworkAdapter",
        MODULE,
        (
            _VM,
            _NAME,
            _STATIC,
            Parameter("DynamicMacAddress", "switch", sets=("Dynamic",)),
            Parameter("MacAddressSpoofing", "enum", values=("On", "Off")),
            _PASSTHRU,
        ),
        _set,
        supports_should_process=True,
        default_set="Dynamic",
        summary_id="help.Set-VMNetworkAdapter",
    ),
    Cmdlet(
        "Connect-VMNetworkAdapter",
        MODULE,
        (_VM, _NAME, Parameter("SwitchName", position=2, mandatory=True, completer="switch"), _PASSTHRU),
        _connect,
        supports_should_process=True,
        summary_id="help.Connect-VMNetworkAdapter",
    ),
    Cmdlet(
        "Disconnect-VMNetworkAdapter",
        MODULE,
        (_VM, _NAME, _PASSTHRU),
        _disconnect,
        supports_should_process=True,
        summary_id="help.Disconnect-VMNetworkAdapter",
    ),
    Cmdlet(
        "Set-VMNetworkAdapterVlan",
        MODULE,
        (
            _VM,
            _ADAPTER_NAME,
            Parameter("Untagged", "switch", sets=("Untagged",), mandatory=True),
            Parameter("Access", "switch", sets=("Access",), mandatory=True),
            Parameter("VlanId", "int", sets=("Access",), mandatory=True, minimum=1, maximum=LAST_VLAN),
            Parameter("Trunk", "switch", sets=("Trunk",), mandatory=True),
            Parameter("AllowedVlanIdList", sets=("Trunk",), mandatory=True),
            Parameter("NativeVlanId", "int", sets=("Trunk",), mandatory=True, minimum=0, maximum=LAST_VLAN),
            _PASSTHRU,
        ),
        _set_vlan,
        supports_should_process=True,
        default_set="Untagged",
        summary_id="help.Set-VMNetworkAdapterVlan",
    ),
    Cmdlet(
        "Get-VMNetworkAdapterVlan",
        MODULE,
        (_ANY_VM, _ADAPTER_NAME),
        _get_vlan,
        read_only=True,
        summary_id="help.Get-VMNetworkAdapterVlan",
    ),
)
