"""Network load balancing among guests, and clients that ask: Add-, Get-, Remove-LabNlbNode, Invoke-LabRequest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.labmodule.network import (
    answer,
    ask,
    guest_network,
    inside,
    resolve,
    settings_kept,
    source_name,
    wait_for,
)
from hvlab.console.objects import ObjectType
from hvlab.network.addresses import BadAddress, mac_text, read_ip
from hvlab.network.nlb import MAXIMUM_MEMBERS, MULTICAST, UNICAST, Cluster
from hvlab.network.station import OK
from hvlab.network.talk import REQUEST

MODULE = "Lab"

NODE = ObjectType(
    "Hvlab.NlbNode",
    {
        "VM": lambda row: row[0],
        "ClusterAddress": lambda row: row[1].cluster.address,
        "Mode": lambda row: row[1].cluster.mode,
        "HostPriority": lambda row: row[1].cluster.member,
        "ClusterMac": lambda row: mac_text(row[1].cluster.mac),
        "Members": lambda row: row[1].cluster.members(row[2]),
        "Served": lambda row: row[1].served,
    },
    columns=("VM", "ClusterAddress", "Mode", "HostPriority", "ClusterMac", "Members", "Served"),
)


def _add(call: Call) -> Iterator[object]:
    args = call.args
    try:
        read_ip(args.ClusterAddress)
    except BadAddress:
        raise CmdletError(
            f"'{args.ClusterAddress}' is not a valid address for a cluster.",
            "InvalidParameter",
            "InvalidArgument",
            explain=("explain.bad-ip", {"address": args.ClusterAddress}),
        ) from None
    for machine in find_machines(call, [args.VM]):
        network, adapter = inside(call, machine, args.Adapter)
        network.join(adapter, Cluster(args.ClusterAddress, args.Mode, args.HostPriority))
        settings_kept(call, machine)
        yield NODE.of((machine.name, adapter.station, call.lab.world.now))


def _get(call: Call) -> Iterator[object]:
    for machine in find_machines(call, call.args.VM or ["*"]):
        network = guest_network(call.lab, machine.name)
        for adapter in network.adapters.values() if network else ():
            if adapter.station.cluster is not None:
                yield NODE.of((machine.name, adapter.station, call.lab.world.now))


def _remove(call: Call) -> None:
    for machine in find_machines(call, [call.args.VM]):
        network, adapter = inside(call, machine, call.args.Adapter)
        network.join(adapter, None)
        settings_kept(call, machine)


@dataclass(frozen=True)
class Answers:
    """How many of a client's requests ended alike."""

    source: str
    target: str
    node: str
    outcome: str
    count: int


ANSWERS = ObjectType(
    "Hvlab.RequestAnswers",
    {
        "Source": lambda row: row.source,
        "Target": lambda row: row.target,
        "Node": lambda row: row.node,
        "Outcome": lambda row: row.outcome,
        "Count": lambda row: row.count,
    },
    columns=("Source", "Target", "Node", "Outcome", "Count"),
)


def _request(call: Call) -> Iterator[object]:
    args = call.args
    source = source_name(call, args.Source)
    target = resolve(call, args.Address)
    begun = [ask(call.lab, source, REQUEST, target) for _ in range(args.Count)]
    tags = [asked.tag for asked in begun if asked is not None]
    call.progress("Invoke-LabRequest", f"{source} > {target}")
    wait_for(call, [(source, tag) for tag in tags])
    counts: dict[tuple[str, str], int] = {}
    for tag in tags:
        asked = answer(call.lab, source, tag)
        if asked is not None:
            key = (asked.text if asked.outcome == OK else "", asked.outcome)
            counts[key] = counts.get(key, 0) + 1
    for (node, outcome), count in sorted(counts.items()):
        yield ANSWERS.of(Answers(source, target, node, outcome, count))


_VM = Parameter("VM", position=0, mandatory=True, completer="vm", pipeline="both", aliases=("VMName", "Name"))
_ADAPTER = Parameter("Adapter", "int", default=1, minimum=1)

CMDLETS = (
    Cmdlet(
        "Add-LabNlbNode",
        MODULE,
        (
            _VM,
            Parameter("ClusterAddress", position=1, mandatory=True),
            Parameter("HostPriority", "int", position=2, mandatory=True, minimum=1, maximum=MAXIMUM_MEMBERS),
            Parameter("Mode", "enum", values=(UNICAST, MULTICAST), default=UNICAST),
            _ADAPTER,
        ),
        _add,
        lab_only=True,
        summary_id="help.Add-LabNlbNode",
    ),
    Cmdlet(
        "Get-LabNlbNode",
        MODULE,
        (Parameter("VM", position=0, array=True, completer="vm", pipeline="both", aliases=("VMName",)),),
        _get,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabNlbNode",
    ),
    Cmdlet(
        "Remove-LabNlbNode",
        MODULE,
        (_VM, _ADAPTER),
        _remove,
        lab_only=True,
        summary_id="help.Remove-LabNlbNode",
    ),
    Cmdlet(
        "Invoke-LabRequest",
        MODULE,
        (
            Parameter("Address", position=0, mandatory=True, aliases=("ComputerName",)),
            Parameter("Count", "int", default=1, minimum=1, maximum=400),
            Parameter("Source", completer="vm"),
        ),
        _request,
        lab_only=True,
        summary_id="help.Invoke-LabRequest",
    ),
)
