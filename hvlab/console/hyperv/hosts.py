"""Get-VMHost and Get-VMIntegrationService."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.disks import DEFAULT_FOLDER
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import vmms
from hvlab.console.lab import Lab
from hvlab.console.objects import Column, ObjectType
from hvlab.host.machine import RUNNING, VirtualMachine
from hvlab.hypervisor import PAGE_SIZE, Hypervisor

MODULE = "Hyper-V"
KEYS = {"Heartbeat": "heartbeat", "Shutdown": "shutdown"}


def _hypervisor(lab: Lab) -> Hypervisor:
    return lab.world.get(f"{lab.host}/hypervisor", Hypervisor)


HOST = ObjectType(
    "Microsoft.HyperV.PowerShell.VMHost",
    {
        "Name": lambda lab: lab.computer,
        "ComputerName": lambda lab: lab.computer,
        "LogicalProcessorCount": lambda lab: _hypervisor(lab).processors,
        "MemoryCapacity": lambda lab: _hypervisor(lab).memory.page_count * PAGE_SIZE,
        "VirtualMachineMigrationEnabled": lambda lab: False,
        "VirtualHardDiskPath": lambda lab: DEFAULT_FOLDER,
        "VirtualMachinePath": lambda lab: "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V",
        "Platform": lambda lab: lab.platform.name,
    },
    columns=(
        "Name",
        "LogicalProcessorCount",
        Column("MemoryCapacity(M)", lambda host: int(str(host.get("MemoryCapacity"))) >> 20),
        "VirtualMachineMigrationEnabled",
    ),
    text_property="Name",
)


@dataclass(frozen=True)
class ServiceView:
    """An integration service of a machine."""

    lab: Lab
    machine: VirtualMachine
    name: str

    @property
    def primary(self) -> str:
        """What the host knows of the service: OK, No Contact, or nothing while the machine is off."""
        if self.machine.state != RUNNING or not self.machine.services[self.name]:
            return ""
        link = vmms(self.lab).link(self.machine.name)
        return "OK" if link is not None and link.ready(KEYS[self.name]) else "No Contact"


SERVICE = ObjectType(
    "Microsoft.HyperV.PowerShell.VMIntegrationComponent",
    {
        "VMName": lambda view: view.machine.name,
        "Name": lambda view: view.name,
        "Enabled": lambda view: view.machine.services[view.name],
        "PrimaryStatusDescription": lambda view: view.primary,
        "SecondaryStatusDescription": lambda view: "",
    },
    columns=("VMName", "Name", "Enabled", "PrimaryStatusDescription", "SecondaryStatusDescription"),
    text_property="Name",
)


def _host(call: Call) -> Iterator[object]:
    yield HOST.of(call.lab)


def _services(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VMName):
        wanted = {name.casefold() for name in call.args.Name or KEYS}
        for name in KEYS:
            if name.casefold() in wanted:
                yield SERVICE.of(ServiceView(call.lab, machine, name))


CMDLETS = (
    Cmdlet("Get-VMHost", MODULE, (), _host, read_only=True, summary_id="help.Get-VMHost"),
    Cmdlet(
        "Get-VMIntegrationService",
        MODULE,
        (
            Parameter("VMName", position=0, mandatory=True, array=True, completer="vm", pipeline="both"),
            Parameter("Name", position=1, array=True, values=tuple(KEYS)),
        ),
        _services,
        read_only=True,
        summary_id="help.Get-VMIntegrationService",
    ),
)
