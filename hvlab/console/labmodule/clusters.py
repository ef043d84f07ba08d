"""The cmdlets of failover clusters: New-Cluster, Get-Cluster, Get-ClusterNode, Get-ClusterGroup and their like.

On Windows Server 2008 one used the console Failover Cluster Management or cluster.exe; the cmdlets came with
2008 R2. What a real cluster has no command for is the lab's own: Get-LabMigration, Get-LabSharedDisk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import computer_of, lab_of
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.lab import Lab
from hvlab.console.objects import Column, ObjectType, TimeSpan
from hvlab.datacenter import live, migration
from hvlab.datacenter.cluster import (
    CLUSTER,
    MAJORITY,
    WITH_DISK,
    Cluster,
    Group,
    Move,
    Node,
    cluster_of,
    facts_of,
)
from hvlab.datacenter.san import SAN, Lun, SharedStorage
from hvlab.host.machine import Refusal

MODULE = "FailoverClusters"
LIVE, QUICK = "Live", "Quick"


@dataclass(frozen=True)
class _Of:
    """Something of the lab's cluster, found again by its key at every access."""

    lab: Lab
    key: str

    @property
    def cluster(self) -> Cluster:
        return cluster_of(self.lab.world)

    @property
    def node(self) -> Node:
        return self.cluster.nodes[self.key]

    @property
    def group(self) -> Group:
        return self.cluster.groups[self.key]


CLUSTER_TYPE = ObjectType(
    "Microsoft.FailoverClusters.PowerShell.Cluster",
    {
        "Name": lambda of: of.cluster.title,
        "Quorum": lambda of: of.cluster.quorum,
        "Nodes": lambda of: [node.name for node in of.cluster.nodes.values()],
        "Votes": lambda of: of.cluster.all_votes,
        "VotesPresent": lambda of: max((of.cluster.votes(part) for part in of.cluster.parts()), default=0),
        "HasQuorum": lambda of: bool(of.cluster.majority()),
    },
    columns=("Name", "Quorum", "Votes", "VotesPresent", "HasQuorum"),
    text_property="Name",
)
NODE = ObjectType(
    "Microsoft.FailoverClusters.PowerShell.ClusterNode",
    {
        "Name": lambda of: of.node.name,
        "State": lambda of: of.node.state,
        "MissedHeartbeats": lambda of: of.node.missed,
        "Cluster": lambda of: of.cluster.title,
    },
    columns=("Name", "State", "MissedHeartbeats"),
    text_property="Name",
)
GROUP = ObjectType(
    "Microsoft.FailoverClusters.PowerShell.ClusterGroup",
    {
        "Name": lambda of: of.group.name,
        "OwnerNode": lambda of: computer_of(of.lab.world, of.group.owner),
        "State": lambda of: of.group.state,
        "Step": lambda of: of.group.step,
        "GroupType": lambda of: "VirtualMachine",
        "Disks": lambda of: [f"{letter}:" for letter in of.group.letters],
    },
    columns=("Name", "OwnerNode", "State"),
    text_property="Name",
)
MOVE = ObjectType(
    "Hvlab.Migration",
    {
        "Name": lambda pair: pair[1].group,
        "Kind": lambda pair: pair[1].kind,
        "From": lambda pair: computer_of(pair[0].world, pair[1].source),
        "To": lambda pair: computer_of(pair[0].world, pair[1].target),
        "Begun": lambda pair: TimeSpan(pair[1].begun),
        "Duration": lambda pair: TimeSpan(pair[1].ended - pair[1].begun),
        "Downtime": lambda pair: TimeSpan(pair[1].downtime),
        "DowntimeMs": lambda pair: pair[1].downtime // 1_000_000,
        "Rounds": lambda pair: list(pair[1].rounds),
        "Outcome": lambda pair: pair[1].outcome,
    },
    columns=("Name", "Kind", "From", "To", "Duration", Column("Downtime(ms)", "DowntimeMs"), "Outcome"),
    text_property="Name",
)
DISK = ObjectType(
    "Hvlab.SharedDisk",
    {
        "Name": lambda pair: pair[1].name,
        "Drive": lambda pair: f"{pair[1].letter}:",
        "Size": lambda pair: pair[1].size,
        "OwnerNode": lambda pair: computer_of(pair[0].world, pair[1].owner),
    },
    columns=("Name", "Drive", Column("Size(GB)", lambda disk: int(str(disk.get("Size"))) >> 30), "OwnerNode"),
    text_property="Name",
)


def _refusing(act: Callable[[Call], Iterator[object]]) -> Callable[[Call], Iterator[object]]:
    """The cluster's refusals as errors of the console."""

    def run(call: Call) -> Iterator[object]:
        with RefusalsTold():
            yield from act(call)

    return run


def _cluster(call: Call) -> Cluster:
    return cluster_of(call.lab.world)


def _new(call: Call) -> Iterator[object]:
    world, args = call.lab.world, call.args
    facts_of(call.lab.platform)
    if world.has(CLUSTER):
        raise Refusal("cluster-exists", name=_cluster(call).title)
    hosts = [_host(call, name) for name in args.Node or [call.lab.computer]]
    if not call.should_process(args.Name, "New-Cluster"):
        return
    cluster = world.add(CLUSTER, Cluster(args.Name, call.lab.platform))
    try:
        for name, host in hosts:
            cluster.join(name, host)
    except Refusal:
        world.remove(cluster)
        raise
    cluster.begin()
    yield CLUSTER_TYPE.of(_Of(call.lab, ""))


def _host(call: Call, name: str) -> tuple[str, str]:
    lab = lab_of(call.lab, name)
    return lab.computer, lab.host


def _get(call: Call) -> Iterator[object]:
    _cluster(call)
    yield CLUSTER_TYPE.of(_Of(call.lab, ""))


def _add_node(call: Call) -> Iterator[object]:
    for name in call.args.Name:
        found = _host(call, name)
        if call.should_process(found[0], "Add-ClusterNode"):
            yield NODE.of(_Of(call.lab, _cluster(call).join(*found).host))


def _nodes(call: Call) -> Iterator[object]:
    cluster = _cluster(call)
    names = call.args.Name
    chosen = [cluster.node(name) for name in names] if names else list(cluster.nodes.values())
    for node in chosen:
        yield NODE.of(_Of(call.lab, node.host))


def _groups(call: Call) -> Iterator[object]:
    cluster = _cluster(call)
    names = call.args.Name
    chosen = [cluster.group(name) for name in names] if names else list(cluster.groups.values())
    for group in chosen:
        yield GROUP.of(_Of(call.lab, group.name.casefold()))


def _add_machine(call: Call) -> Iterator[object]:
    cluster = _cluster(call)
    for name in call.args.VMName:
        if call.should_process(name, "Add-ClusterVirtualMachineRole"):
            yield GROUP.of(_Of(call.lab, cluster.add_machine(name).name.casefold()))


def _remove_group(call: Call) -> Iterator[object]:
    for name in call.args.Name:
        if call.should_process(name, "Remove-ClusterGroup", high_impact=True):
            _cluster(call).remove_machine(name)
    yield from ()


def _set_quorum(call: Call) -> Iterator[object]:
    cluster = _cluster(call)
    wanted = WITH_DISK if call.args.NodeAndDiskMajority else MAJORITY
    if wanted == WITH_DISK and not cluster.has_witness():
        raise Refusal("no-witness")
    if call.should_process(cluster.title, "Set-ClusterQuorum"):
        cluster.quorum = wanted
        cluster.note("quorum", CLUSTER, wanted)
        yield CLUSTER_TYPE.of(_Of(call.lab, ""))


def _move(call: Call) -> Iterator[object]:
    kind = call.args.MigrationType or (LIVE if facts_of(call.lab.platform).live else QUICK)
    yield from _moved(call, kind, call.args.Node)


def _move_group(call: Call) -> Iterator[object]:
    yield from _moved(call, QUICK, call.args.Node)


def _moved(call: Call, kind: str, node: str | None) -> Iterator[object]:
    """Move a group to a node, or to the best of the others, and wait until it is there."""
    cluster = _cluster(call)
    group = cluster.group(call.args.Name)
    target = _target(node, cluster, group)
    if not call.should_process(group.name, f"{call.cmdlet.name} -> {target.name}"):
        return
    if kind == LIVE and not cluster.facts.live:
        raise Refusal("no-live-migration", name=group.name, platform=call.lab.platform.name)
    (live.live if kind == LIVE else migration.quick)(cluster, group, target)
    call.progress(call.cmdlet.name, group.name)
    key, before = group.name.casefold(), len(cluster.moves)
    call.lab.wait(lambda: not _Of(call.lab, key).group.step)
    moves = _cluster(call).moves
    if len(moves) > before and moves[-1].outcome != "ok":
        call.error(_failed(moves[-1]))
    yield GROUP.of(_Of(call.lab, key))


def _move_vm(call: Call) -> Iterator[object]:
    """Move-VM: to another host while it runs, which here is live migration within the cluster."""
    platform = call.lab.platform
    if platform.cluster is None or not platform.cluster.live:
        vmms(call.lab).machine(call.args.Name)
        raise Refusal("no-live-migration", name=call.args.Name, platform=platform.name)
    if not call.lab.world.has(CLUSTER):
        vmms(call.lab).machine(call.args.Name)
        raise Refusal("only-in-a-cluster", name=call.args.Name)
    yield from _moved(call, LIVE, call.args.DestinationHost)


def _target(name: str | None, cluster: Cluster, group: Group) -> Node:
    """The node that is named, or the best of the others."""
    if name:
        return cluster.node(name)
    others = [node for node in cluster.nodes.values() if node.host != group.owner]
    if not others:
        raise Refusal("no-other-node", name=group.name)
    return cluster.best_node(without=group.owner) or others[0]


def _failed(move: Move) -> CmdletError:
    return CmdletError(
        f"The operation on the clustered role '{move.group}' failed: {move.outcome}.",
        "OperationFailed",
        "OperationStopped",
        explain=("explain.move-failed", {"name": move.group, "outcome": move.outcome}),
    )


def _moves(call: Call) -> Iterator[object]:
    cluster = _cluster(call)
    for move in cluster.moves:
        if call.args.Name is None or move.group.casefold() == call.args.Name.casefold():
            yield MOVE.of((call.lab, move))


def _disks(call: Call) -> Iterator[object]:
    world = call.lab.world
    luns: list[Lun] = list(world.get(SAN, SharedStorage).luns.values()) if world.has(SAN) else []
    for lun in luns:
        yield DISK.of((call.lab, lun))


_GROUP = Parameter("Name", position=0, mandatory=True, pipeline="both", aliases=("Group",))
_NODE = Parameter("Node", position=1, completer="computer", aliases=("TargetNode",))
_TYPE = "Microsoft.FailoverClusters.PowerShell"

CMDLETS = (
    Cmdlet(
        "New-Cluster",
        MODULE,
        (
            Parameter("Name", position=0, mandatory=True),
            Parameter("Node", array=True, completer="computer"),
        ),
        _refusing(_new),
        supports_should_process=True,
        implementing_type=f"{_TYPE}.NewClusterCommand",
    ),
    Cmdlet(
        "Get-Cluster",
        MODULE,
        (),
        _refusing(_get),
        read_only=True,
        implementing_type=f"{_TYPE}.GetClusterCommand",
    ),
    Cmdlet(
        "Add-ClusterNode",
        MODULE,
        (Parameter("Name", position=0, mandatory=True, array=True, completer="computer", pipeline="both"),),
        _refusing(_add_node),
        supports_should_process=True,
        implementing_type=f"{_TYPE}.AddClusterNodeCommand",
    ),
    Cmdlet(
        "Get-ClusterNode",
        MODULE,
        (Parameter("Name", position=0, array=True, completer="computer", pipeline="both"),),
        _refusing(_nodes),
        read_only=True,
        implementing_type=f"{_TYPE}.GetNodeCommand",
    ),
    Cmdlet(
        "Get-ClusterGroup",
        MODULE,
        (Parameter("Name", position=0, array=True, pipeline="both"),),
        _refusing(_groups),
        read_only=True,
        implementing_type=f"{_TYPE}.GetGroupCommand",
    ),
    Cmdlet(
        "Add-ClusterVirtualMachineRole",
        MODULE,
        (
            Parameter(
                "VMName",
                position=0,
                mandatory=True,
                array=True,
                pipeline="both",
                aliases=("Name", "VirtualMachine"),
            ),
        ),
        _refusing(_add_machine),
        supports_should_process=True,
        implementing_type=f"{_TYPE}.AddClusterVirtualMachineRoleCommand",
    ),
    Cmdlet(
        "Remove-ClusterGroup",
        MODULE,
        (
            Parameter("Name", position=0, mandatory=True, array=True, pipeline="both"),
            Parameter("Force", "switch"),
        ),
        _refusing(_remove_group),
        supports_should_process=True,
        implementing_type=f"{_TYPE}.RemoveClusterGroupCommand",
    ),
    Cmdlet(
        "Set-ClusterQuorum",
        MODULE,
        (
            Parameter("NodeMajority", "switch", sets=("Nodes",), mandatory=True),
            Parameter("NodeAndDiskMajority", "switch", sets=("Disk",), mandatory=True),
        ),
        _refusing(_set_quorum),
        supports_should_process=True,
        implementing_type=f"{_TYPE}.SetClusterQuorumCommand",
    ),
    Cmdlet(
        "Move-ClusterVirtualMachineRole",
        MODULE,
        (_GROUP, _NODE, Parameter("MigrationType", "enum", values=(LIVE, QUICK))),
        _refusing(_move),
        supports_should_process=True,
        implementing_type=f"{_TYPE}.MoveClusterVirtualMachineRoleCommand",
    ),
    Cmdlet(
        "Move-ClusterGroup",
        MODULE,
        (_GROUP, _NODE),
        _refusing(_move_group),
        supports_should_process=True,
        implementing_type=f"{_TYPE}.MoveClusterGroupCommand",
    ),
    Cmdlet(
        "Move-VM",
        "Hyper-V",
        (
            Parameter(
                "Name", position=0, mandatory=True, pipeline="both", completer="vm", aliases=("VMName",)
            ),
            Parameter("DestinationHost", position=1, mandatory=True, completer="computer"),
        ),
        _refusing(_move_vm),
        supports_should_process=True,
    ),
    Cmdlet(
        "Get-LabMigration",
        "Lab",
        (Parameter("Name", position=0),),
        _refusing(_moves),
        lab_only=True,
        read_only=True,
    ),
    Cmdlet("Get-LabSharedDisk", "Lab", (), _disks, lab_only=True, read_only=True),
)
