"""Get-VMHost and Set-VMHost."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.disks import full_path, storage_error
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.lab import Lab
from hvlab.console.objects import Column, ObjectType
from hvlab.host.places import places, set_places
from hvlab.hypervisor import PAGE_SIZE, Hypervisor
from hvlab.storage.errors import StorageError

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
        "VirtualHardDiskPath": lambda lab: places(lab.world, lab.host).disks,
        "VirtualMachinePath": lambda lab: places(lab.world, lab.host).machines,
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


def _set(call: Call) -> Iterator[object]:
    args = call.args
    with RefusalsTold():
        vmms(call.lab).server.check_role()
    disks, machines = _folder(call, args.VirtualHardDiskPath), _folder(call, args.VirtualMachinePath)
    if call.should_process(call.lab.computer, "Set-VMHost"):
        set_places(call.lab.world, call.lab.host, disks, machines)
    if args.Passthru:
        yield HOST.of(call.lab)


def _folder(call: Call, path: str | None) -> str | None:
    """A folder's full path, on a volume that the host has. CmdletError."""
    if path is None:
        return None
    folder = full_path(call, path.rstrip("\\") + "\\x").removesuffix("\\x")
    try:
        vmms(call.lab).storage.files.volume(folder)
    except StorageError as error:
        raise storage_error(error, folder) from None
    return folder


CMDLETS = (
    Cmdlet("Get-VMHost", MODULE, (), _host, read_only=True, summary_id="help.Get-VMHost"),
    Cmdlet(
        "Set-VMHost",
        MODULE,
        (
            Parameter("VirtualHardDiskPath", completer="path"),
            Parameter("VirtualMachinePath", completer="path"),
            Parameter("Passthru", "switch"),
        ),
        _set,
        supports_should_process=True,
        summary_id="help.Set-VMHost",
    ),
)
