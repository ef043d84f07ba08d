"""The machine room as it is: hosts with what is licensed on them, the cluster and its votes, who holds which disk.

POSE is the instance of Windows Server on the hardware, a VOSE one in a virtual machine; whether
they are covered says the licence engine (R1 to R11 of about_Licensing), nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.console.completion import quoted
from hvlab.datacenter.cluster import CLUSTER, UP, WITH_DISK, Cluster
from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.datacenter.licensing import CLIENT, Instance, Verdict
from hvlab.datacenter.san import SAN, SharedStorage
from hvlab.host.root import RootKernel
from hvlab.host.server import ON, server_of
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.session.managerview import Action

COVERED, UNCOVERED, NOT_NEEDED, NOT_JUDGED, RESTS = (
    "covered",
    "uncovered",
    "not_needed",
    "not_judged",
    "rests",
)
"""NOT_JUDGED: it needs a right, but while the hardware's instance has none the engine asks no further."""
_HITS_HARDWARE = ("licence-none", "licence-architecture", "licence-sockets", "licence-physical-edition")
"""Reasons for which the instance on the hardware is not covered either."""
_RESTRICTS_HARDWARE = "licence-other-work"


@dataclass(frozen=True)
class VirtualInstance:
    """A virtual machine as the licences see it: `edition` needs the right, `by` is the edition whose right it uses."""

    name: str
    state: str
    edition: str
    cover: str
    by: str


@dataclass(frozen=True)
class PhysicalInstance:
    """What runs on the hardware: its edition, empty if nothing; whether it does more than serve; its cover."""

    edition: str
    other_work: bool
    cover: str


@dataclass(frozen=True)
class HostBox:
    """One server. Free memory in pages of 4 KiB; `licences` by number and edition."""

    name: str
    path: str
    on: bool
    down: bool
    launched: bool
    sockets: int
    free_pages: int
    physical: PhysicalInstance
    virtual: tuple[VirtualInstance, ...]
    licences: tuple[tuple[int, str], ...]
    legal: bool
    rule: str
    reason: str
    values: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True)
class NodeView:
    """A node: whether it is up, missed heartbeats, whether it hears the majority, and whether it holds the witness."""

    name: str
    state: str
    missed: int
    in_majority: bool
    has_witness: bool


@dataclass(frozen=True)
class GroupView:
    """A group: its machine, who owns it, its state, the step and the target of a move under way, its disks."""

    name: str
    owner: str
    state: str
    step: str
    target: str
    letters: tuple[str, ...]


@dataclass(frozen=True)
class ClusterView:
    """The cluster: its kind of quorum, the votes of its strongest part and all there are."""

    name: str
    quorum: str
    votes: int
    all_votes: int
    has_quorum: bool
    nodes: tuple[NodeView, ...]
    groups: tuple[GroupView, ...]


@dataclass(frozen=True)
class DiskBox:
    """A shared disk: sizes in bytes; `owner` is the name of the server that has it online, empty if none has."""

    letter: str
    name: str
    size: int
    owner: str
    groups: tuple[str, ...]
    votes: bool


@dataclass(frozen=True)
class RoomView:
    """The whole machine room; no cluster is None."""

    hosts: tuple[HostBox, ...]
    cluster: ClusterView | None
    disks: tuple[DiskBox, ...]


def _virtual(service: Vmms, running: list[Instance], verdict: Verdict) -> tuple[VirtualInstance, ...]:
    needs = {one.name: one.edition for one in running}
    covered = dict(verdict.covered)
    found = []
    for machine in service.machines.values():
        name = machine.name
        if name in covered:
            cover = COVERED
        elif name in verdict.uncovered:
            cover = UNCOVERED
        elif needs.get(name, "") not in ("", CLIENT):
            cover = NOT_JUDGED
        else:
            cover = NOT_NEEDED if name in needs else RESTS
        found.append(VirtualInstance(name, machine.state, needs.get(name, ""), cover, covered.get(name, "")))
    return tuple(found)


def _host(world: World, book: LicenceBook, name: str, path: str) -> HostBox:
    server, system, root = book.servers[name], server_of(world, path), world.get(f"{path}/root", RootKernel)
    verdict = book.judge(name)
    on_hardware = NOT_NEEDED
    if server.physical:
        hit = verdict.reason in _HITS_HARDWARE or verdict.reason == _RESTRICTS_HARDWARE
        on_hardware = UNCOVERED if hit else COVERED
    return HostBox(
        name,
        path,
        system.power == ON,
        root.down,
        system.launched,
        server.sockets,
        root.free_pages,
        PhysicalInstance(server.physical, server.other_work, on_hardware),
        _virtual(world.get(f"{path}/root/vmms", Vmms), book.running(name), verdict),
        tuple((licence.number, licence.edition) for licence in book.of_server(name)),
        verdict.legal,
        verdict.rule,
        verdict.reason,
        tuple(verdict.values.items()),
    )


def _cluster(cluster: Cluster, names: dict[str, str]) -> ClusterView:
    majority = [node.host for node in cluster.majority()]
    witness = cluster.san.luns["Q"].owner if cluster.quorum == WITH_DISK else ""
    nodes = tuple(
        NodeView(node.name, node.state, node.missed, node.host in majority, node.host == witness)
        for node in cluster.nodes.values()
    )
    groups = tuple(
        GroupView(
            group.name,
            names.get(group.owner, group.owner),
            group.state,
            group.step,
            names.get(group.target, group.target),
            group.letters,
        )
        for group in cluster.groups.values()
    )
    strongest = max((cluster.votes(part) for part in cluster.parts()), default=0)
    return ClusterView(
        cluster.title, cluster.quorum, strongest, cluster.all_votes, bool(majority), nodes, groups
    )


def look(world: World) -> RoomView:
    """The machine room now."""
    book = world.get(BOOK, LicenceBook)
    names = {path: name for name, path in book.hosts.items()}
    cluster = world.get(CLUSTER, Cluster) if world.has(CLUSTER) else None
    luns = world.get(SAN, SharedStorage).luns.values() if world.has(SAN) else ()
    groups = list(cluster.groups.values()) if cluster is not None else []
    disks = tuple(
        DiskBox(
            lun.letter,
            lun.name,
            lun.size,
            names.get(lun.owner, lun.owner),
            tuple(group.name for group in groups if lun.letter in group.letters),
            cluster is not None and cluster.quorum == WITH_DISK and lun.letter == "Q",
        )
        for lun in luns
    )
    hosts = tuple(_host(world, book, name, path) for name, path in book.hosts.items())
    return RoomView(hosts, _cluster(cluster, names) if cluster is not None else None, disks)


def actions(room: RoomView, chosen: str) -> list[Action]:
    """What can be done with the server of that name, and with the whole room."""
    server = quoted(chosen)
    found = []
    if room.cluster is None and room.disks and len(room.hosts) > 1:
        nodes = ",".join(quoted(host.name) for host in room.hosts)
        found.append(Action("cluster", f"New-Cluster LAB -Node {nodes}"))
    if room.cluster is not None:
        up = [node.name for node in room.cluster.nodes if node.state == UP and node.name != chosen]
        here = [group for group in room.cluster.groups if group.owner == chosen and not group.step]
        if up and here:
            move = f"Move-ClusterVirtualMachineRole {quoted(here[0].name)} -Node {quoted(up[0])}"
            found.append(Action("move", move))
    found.append(Action("test", f"Test-LabLicense {server} | Format-List"))
    found.append(Action("measure", f"Measure-LabLicense -Server {server}"))
    found.append(Action("buy", f"Add-LabLicense Standard -Server {server}", run=False))
    host = next(host for host in room.hosts if host.name == chosen)
    if not host.on:
        found.append(Action("power", f"Start-LabServer -ComputerName {server}"))
    if room.cluster is not None:
        found.append(Action("nodes", "Get-ClusterNode"))
        found.append(Action("groups", "Get-ClusterGroup"))
    return found
