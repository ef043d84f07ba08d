"""New-, Get-, Set- and Remove-VMSwitch, and Get-NetAdapter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold, as_error
from hvlab.console.lab import Lab
from hvlab.console.objects import EnumType, ObjectType
from hvlab.host.machine import Refusal
from hvlab.host.networks import EXTERNAL, INTERNAL, PRIVATE, PhysicalNic, VirtualNetworks, VirtualSwitch
from hvlab.network.addresses import mac_text

MODULE = "Hyper-V"
SWITCH_TYPE = EnumType("VMSwitchType", [(PRIVATE, 0), (INTERNAL, 1), (EXTERNAL, 2)])


def networks(lab: Lab) -> VirtualNetworks:
    """The virtual switches of the host that commands speak to."""
    return vmms(lab).networks


@dataclass(frozen=True)
class SwitchView:
    """A switch, found again by its identifier at every access."""

    lab: Lab
    last: VirtualSwitch

    @property
    def switch(self) -> VirtualSwitch:
        """The switch as it is now, or as it was when it was removed."""
        for switch in networks(self.lab).switches.values():
            if switch.identifier == self.last.identifier:
                return switch
        return self.last

    @property
    def description(self) -> str:
        """The physical adapter's description."""
        return networks(self.lab).nic(self.switch.nic).description if self.switch.nic else ""


SWITCH = ObjectType(
    "Microsoft.HyperV.PowerShell.VMSwitch",
    {
        "Name": lambda view: view.switch.name,
        "SwitchName": lambda view: view.switch.name,
        "SwitchType": lambda view: SWITCH_TYPE[view.switch.kind],
        "NetAdapterInterfaceDescription": lambda view: view.description,
        "AllowManagementOS": lambda view: view.switch.management,
        "Notes": lambda view: view.switch.notes,
        "Id": lambda view: view.switch.identifier,
        "ComputerName": lambda view: view.lab.computer,
        "Ports": lambda view: len(view.switch.switch.ports),
    },
    columns=("Name", "SwitchType", "NetAdapterInterfaceDescription"),
    text_property="Name",
    key="Id",
)


def _linked(view: tuple[Lab, PhysicalNic]) -> str:
    ports = networks(view[0]).segment.switch.ports
    return "Up" if ports[view[1].port].linked else "Disconnected"


NIC = ObjectType(
    "Microsoft.Management.Infrastructure.CimInstance#MSFT_NetAdapter",
    {
        "Name": lambda view: view[1].name,
        "InterfaceDescription": lambda view: view[1].description,
        "Status": _linked,
        "MacAddress": lambda view: mac_text(view[1].mac),
        "LinkSpeed": lambda view: "54 Mbps" if view[1].wireless else "1 Gbps",
        "VMSwitch": lambda view: view[1].switch,
    },
    columns=("Name", "InterfaceDescription", "Status", "MacAddress", "LinkSpeed", "VMSwitch"),
    text_property="Name",
)


def _found(call: Call, patterns: list[str]) -> Iterator[VirtualSwitch]:
    """The switches that names or patterns mean; a name without a switch is an error for itself."""
    all_switches = networks(call.lab).switches
    for pattern in patterns:
        folded = pattern.casefold()
        if any(sign in pattern for sign in "*?["):
            yield from [switch for key, switch in all_switches.items() if fnmatchcase(key, folded)]
        elif folded in all_switches:
            yield all_switches[folded]
        else:
            call.error(as_error(Refusal("no-such-switch", name=pattern)))


def _get(call: Call) -> Iterator[object]:
    for switch in sorted(_found(call, call.args.Name or ["*"]), key=lambda one: one.name.casefold()):
        if call.args.SwitchType in (None, switch.kind):
            yield SWITCH.of(SwitchView(call.lab, switch))


def _new(call: Call) -> Iterator[object]:
    args = call.args
    if not call.should_process(args.Name, "New-VMSwitch"):
        return
    kind = EXTERNAL if args.NetAdapterName else args.SwitchType
    management = True if args.AllowManagementOS is None else args.AllowManagementOS
    with RefusalsTold():
        made = networks(call.lab).create(
            args.Name, kind, args.NetAdapterName or "", management, args.Notes or ""
        )
    yield SWITCH.of(SwitchView(call.lab, made))


def _set(call: Call) -> Iterator[object]:
    args = call.args
    for switch in _found(call, args.Name):
        if not call.should_process(switch.name, "Set-VMSwitch"):
            continue
        if args.Notes is not None:
            switch.notes = args.Notes
        if args.AllowManagementOS is not None:
            if switch.kind != EXTERNAL:
                call.error(
                    CmdletError(
                        "Only an external virtual switch can be shared with the management operating system.",
                        "InvalidParameter",
                        "InvalidArgument",
                        explain=("explain.management-external-only", {"name": switch.name}),
                    )
                )
                continue
            networks(call.lab).set_management(switch, args.AllowManagementOS)
        if args.Passthru:
            yield SWITCH.of(SwitchView(call.lab, switch))


def _remove(call: Call) -> None:
    for switch in list(_found(call, call.args.Name)):
        if call.should_process(switch.name, "Remove-VMSwitch", high_impact=True):
            networks(call.lab).remove(switch.name)


def _nics(call: Call) -> Iterator[object]:
    wanted = [name.casefold() for name in call.args.Name or ["*"]]
    for nic in networks(call.lab).nics:
        if any(fnmatchcase(nic.name.casefold(), name) for name in wanted):
            yield NIC.of((call.lab, nic))


_NAME = Parameter(
    "Name", position=0, mandatory=True, array=True, aliases=("SwitchName",), completer="switch", pipeline="both"
)  # fmt: skip

CMDLETS = (
    Cmdlet(
        "Get-VMSwitch",
        MODULE,
        (
            Parameter(
                "Name", position=0, array=True, aliases=("SwitchName",), completer="switch", pipeline="both"
            ),
            Parameter("SwitchType", "enum", values=(EXTERNAL, INTERNAL, PRIVATE)),
        ),
        _get,
        read_only=True,
        summary_id="help.Get-VMSwitch",
    ),
    Cmdlet(
        "New-VMSwitch",
        MODULE,
        (
            Parameter("Name", position=0, mandatory=True, aliases=("SwitchName",)),
            Parameter(
                "SwitchType",
                "enum",
                values=(INTERNAL, PRIVATE),
                sets=("Type",),
                mandatory=True,
                told=((EXTERNAL, "explain.external-by-adapter"),),
            ),
            Parameter("NetAdapterName", sets=("Adapter",), mandatory=True, completer="nic"),
            Parameter("AllowManagementOS", "bool", sets=("Adapter",)),
            Parameter("Notes"),
        ),
        _new,
        supports_should_process=True,
        default_set="Type",
        summary_id="help.New-VMSwitch",
    ),
    Cmdlet(
        "Set-VMSwitch",
        MODULE,
        (
            _NAME,
            Parameter("AllowManagementOS", "bool"),
            Parameter("Notes"),
            Parameter("Passthru", "switch"),
        ),
        _set,
        supports_should_process=True,
        summary_id="help.Set-VMSwitch",
    ),
    Cmdlet(
        "Remove-VMSwitch",
        MODULE,
        (_NAME, Parameter("Force", "switch")),
        _remove,
        supports_should_process=True,
        summary_id="help.Remove-VMSwitch",
    ),
    Cmdlet(
        "Get-NetAdapter",
        "NetAdapter",
        (Parameter("Name", position=0, array=True, completer="nic"),),
        _nics,
        read_only=True,
        summary_id="help.Get-NetAdapter",
    ),
)
