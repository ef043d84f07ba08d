"""Get-Disk, Set-Disk and Clear-Disk: the host's physical disks.

The cmdlets came with Windows Server 2012; on 2008 the same was done with diskpart or in Disk Management.
"""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.disks import storage_error
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.objects import Column, ObjectType
from hvlab.host import disk_changes, physical
from hvlab.host.physical import PhysicalDisk
from hvlab.host.vmms import Vmms
from hvlab.storage.errors import StorageError

MODULE = "Storage"


def _online(pair: tuple[Vmms, PhysicalDisk]) -> bool:
    """A shared disk is online where its volume is."""
    service, disk = pair
    if disk.shared:
        return any(volume.letter == disk.letter for volume in service.storage.files.volumes)
    return not disk.offline


def _user(pair: tuple[Vmms, PhysicalDisk]) -> str:
    found = physical.holder(pair[0].machines.values(), pair[1].path)
    return found.name if found is not None else ""


DISK = ObjectType(
    "Microsoft.Management.Infrastructure.CimInstance#MSFT_Disk",
    {
        "Number": lambda pair: pair[1].number,
        "FriendlyName": lambda pair: pair[1].model,
        "SerialNumber": lambda pair: pair[1].identifier[:8].upper(),
        "UniqueId": lambda pair: pair[1].identifier.upper(),
        "HealthStatus": lambda pair: "Healthy",
        "OperationalStatus": lambda pair: "Online" if _online(pair) else "Offline",
        "IsOffline": lambda pair: not _online(pair),
        "Size": lambda pair: pair[1].size,
        "PartitionStyle": lambda pair: pair[1].style,
        "BusType": lambda pair: pair[1].bus,
        "IsSystem": lambda pair: pair[1].letter == physical.SYSTEM_LETTER,
        "DriveLetter": lambda pair: pair[1].letter,
        "Path": lambda pair: pair[1].path,
        "VMName": _user,
    },
    columns=(
        "Number",
        "FriendlyName",
        "BusType",
        "OperationalStatus",
        Column("TotalSize(GB)", lambda disk: int(str(disk.get("Size"))) >> 30),
        "PartitionStyle",
        Column("Letter", "DriveLetter"),
        "VMName",
    ),
    text_property="Path",
)


def _get(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    disks = physical.disks_of(call.lab.world, call.lab.host)
    with RefusalsTold():
        service.server.check_on()
        for number in call.args.Number or list(disks):
            yield DISK.of((service, physical.disk_at(call.lab.world, call.lab.host, number)))


def _set(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    for number in call.args.Number:
        if not call.should_process(f"Disk {number}", "Set-Disk"):
            continue
        with RefusalsTold():
            service.server.check_on()
            try:
                disk_changes.set_offline(service, number, call.args.IsOffline)
            except StorageError as error:
                raise storage_error(error, f"Disk {number}") from None
    yield from ()


def _clear(call: Call) -> Iterator[object]:
    service = vmms(call.lab)
    for number in call.args.Number:
        if not call.should_process(f"Disk {number}", "Clear-Disk"):
            continue
        with RefusalsTold():
            service.server.check_on()
            disk_changes.clear(service, number, data=call.args.RemoveData)
    yield from ()


def _number(mandatory: bool) -> Parameter:
    return Parameter(
        "Number",
        "int",
        position=0,
        mandatory=mandatory,
        minimum=0,
        array=True,
        pipeline="both",
        aliases=("DeviceId",),
    )


CMDLETS = (
    Cmdlet("Get-Disk", MODULE, (_number(False),), _get, read_only=True, summary_id="help.Get-Disk"),
    Cmdlet(
        "Set-Disk",
        MODULE,
        (_number(True), Parameter("IsOffline", "bool", position=1, mandatory=True)),
        _set,
        supports_should_process=True,
        summary_id="help.Set-Disk",
    ),
    Cmdlet(
        "Clear-Disk",
        MODULE,
        (_number(True), Parameter("RemoveData", "switch")),
        _clear,
        supports_should_process=True,
        summary_id="help.Clear-Disk",
    ),
)
