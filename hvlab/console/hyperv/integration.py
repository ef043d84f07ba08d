"""Get-, Enable- and Disable-VMIntegrationService."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hvlab.catalog.versions import pair_versions
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import LOST_AFTER, vmms
from hvlab.console.lab import Lab
from hvlab.console.objects import ObjectType
from hvlab.host.integration import set_service
from hvlab.host.machine import RUNNING, SERVICE_KEYS, VirtualMachine
from hvlab.host.services.exchange import AskingService
from hvlab.host.services.integration import IntegrationService
from hvlab.host.services.plans import component_named

MODULE = "Hyper-V"
NAMES = tuple(sorted(SERVICE_KEYS))
MISMATCH = (
    "The protocol version of the component installed in the virtual machine does not match the version "
    "expected by the hosting system"
)


@dataclass(frozen=True)
class ServiceView:
    """An integration service of a machine."""

    lab: Lab
    last: VirtualMachine
    name: str

    @property
    def machine(self) -> VirtualMachine:
        """The machine as it is now."""
        return vmms(self.lab).find(self.last.name) or self.last

    @property
    def service(self) -> IntegrationService | None:
        """The running machine's service, if both sides have agreed."""
        machine = self.machine
        if machine.state != RUNNING or not machine.services[self.name]:
            return None
        link = vmms(self.lab).link(machine.name)
        key = SERVICE_KEYS[self.name]
        found = link.services.get(key) if link is not None and link.ready(key) else None
        return found if isinstance(found, IntegrationService) else None

    @property
    def primary(self) -> str:
        """What the host knows of it: OK, No Contact, Lost Communication, or nothing while it is not there."""
        machine = self.machine
        if machine.state != RUNNING or not machine.services[self.name]:
            return ""
        service = self.service
        if service is None:
            return "No Contact"
        lost = isinstance(service, AskingService) and service.lost
        if self.name == "Heartbeat":
            link = vmms(self.lab).link(machine.name)
            lost = link is not None and self.lab.world.now - link.last_beat >= LOST_AFTER
        return "Lost Communication" if lost else "OK"

    @property
    def secondary(self) -> str:
        """Whether the guest's component is older than the host's."""
        service = self.service
        if service is None:
            return ""
        newest = pair_versions(component_named(SERVICE_KEYS[self.name]).versions(self.lab.platform))[0]
        return MISMATCH if service.machine.version != newest else ""


SERVICE = ObjectType(
    "Microsoft.HyperV.PowerShell.VMIntegrationComponent",
    {
        "VMName": lambda view: view.machine.name,
        "Name": lambda view: view.name,
        "Enabled": lambda view: view.machine.services[view.name],
        "PrimaryStatusDescription": lambda view: view.primary,
        "SecondaryStatusDescription": lambda view: view.secondary,
    },
    columns=("VMName", "Name", "Enabled", "PrimaryStatusDescription", "SecondaryStatusDescription"),
    text_property="Name",
)


def _offered(lab: Lab) -> list[str]:
    """The services that the platform has."""
    return [name for name in NAMES if component_named(SERVICE_KEYS[name]).versions(lab.platform)]


def _chosen(call: Call) -> Iterator[ServiceView]:
    wanted = [name.casefold() for name in call.args.Name or NAMES]
    for machine in find_machines(call, call.args.VMName):
        for name in _offered(call.lab):
            if name.casefold() in wanted:
                yield ServiceView(call.lab, machine, name)


def _list(call: Call) -> Iterator[object]:
    for view in _chosen(call):
        yield SERVICE.of(view)


def _set(enabled: bool, verb: str) -> Callable[[Call], Iterator[object]]:
    def run(call: Call) -> Iterator[object]:
        for view in list(_chosen(call)):
            if call.should_process(f"{view.machine.name}: {view.name}", f"{verb}-VMIntegrationService"):
                set_service(vmms(call.lab), view.machine.name, view.name, enabled)
                if call.args.Passthru:
                    yield SERVICE.of(view)

    return run


def _switching(verb: str, enabled: bool) -> Cmdlet:
    return Cmdlet(
        f"{verb}-VMIntegrationService",
        MODULE,
        (
            Parameter("Name", position=0, mandatory=True, array=True, values=NAMES),
            Parameter("VMName", position=1, mandatory=True, array=True, completer="vm", pipeline="both"),
            Parameter("Passthru", "switch"),
        ),
        _set(enabled, verb),
        supports_should_process=True,
        summary_id=f"help.{verb}-VMIntegrationService",
    )


CMDLETS = (
    Cmdlet(
        "Get-VMIntegrationService",
        MODULE,
        (
            Parameter("VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both"),
            Parameter("Name", position=1, array=True, values=NAMES),
        ),
        _list,
        read_only=True,
        summary_id="help.Get-VMIntegrationService",
    ),
    _switching("Enable", True),
    _switching("Disable", False),
)
