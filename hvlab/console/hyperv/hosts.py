"""Get-VMHost."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet
from hvlab.console.hyperv.disks import DEFAULT_FOLDER
from hvlab.console.lab import Lab
from hvlab.console.objects import Column, ObjectType
from hvlab.hypervisor import PAGE_SIZE, Hypervisor

MODULE = "Hyper-V"


def _hypervisor(lab: Lab) -> Hypervisor:
    return lab.world.get(f"{lab.host}/hypervisor", Hypervisor)


HOST = ObjectType(
    "Microsoft.HyperV.PowerShell.VMHost",
    {
        "Name": lambda lab: lab.computer,
        "ComputerName": lambda lab: lab.computer,
        "LogicalProcessorCount": lambda lab: _hypervisor(lab).processors,
        "MemoryCapacity": lambda lab: _hypervisor(lab).memory.page_count * PAGE_SIZE,
        "VirtualMachineMigrationEnabled": lambda lab: (
            lab.platform.cluster is not None and lab.platform.cluster.live
        ),
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


def _host(call: Call) -> Iterator[object]:
    yield HOST.of(call.lab)


CMDLETS = (Cmdlet("Get-VMHost", MODULE, (), _host, read_only=True, summary_id="help.Get-VMHost"),)
