"""Get-LabClusterPlacement: where Virtual Machine Manager would put a machine."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.catalog.managers import manager, managers
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import computers
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.objects import Column, ObjectType
from hvlab.datacenter import cluster_placement

MODULE = "Lab"
VERSIONS = tuple(one.id for one in managers().versions)
PLACE = ObjectType(
    "Hvlab.ClusterPlacement",
    {
        "VM": lambda row: row[0],
        "Host": lambda row: row[1].computer,
        "Stars": lambda row: row[1].stars,
        "MemoryLeft": lambda row: row[1].left,
        "Reason": lambda row: row[1].reason,
    },
    columns=(
        "VM",
        "Host",
        "Stars",
        Column("MemoryLeft(M)", lambda row: int(str(row.get("MemoryLeft"))) >> 20),
        "Reason",
    ),
    text_property="Host",
)


def _placement(call: Call) -> Iterator[object]:
    version = manager(call.args.Version or "2008")
    for machine in find_machines(call, call.args.VM):
        with RefusalsTold():
            hosts = computers(call.lab.world)
            found = cluster_placement.rate(call.lab.world, version, hosts, machine, call.lab.host)
        for one in found:
            yield PLACE.of((machine.name, one))


CMDLETS = (
    Cmdlet(
        "Get-LabClusterPlacement",
        MODULE,
        (
            Parameter(
                "VM",
                position=0,
                mandatory=True,
                array=True,
                completer="vm",
                pipeline="both",
                aliases=("VMName", "Name"),
            ),
            Parameter("Version", "enum", position=1, values=VERSIONS),
        ),
        _placement,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabClusterPlacement",
    ),
)
