"""A failover cluster: nodes that hear each other, votes, and groups that one node at a time has online.

A node's heartbeat reaches another if both run and a network joins them: their adapters' cables are in, on the
same physical network. Whoever has been missed too often is lost; the nodes that have more than half of all
votes go on and take over what it had, and the others stop. Moving a group is told in `migration`.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.catalog.models import Clustering
from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.datacenter.san import SAN, SharedStorage
from hvlab.host.handover import management
from hvlab.host.machine import OFF, RUNNING, SAVED, Refusal, VirtualMachine
from hvlab.host.networks import VirtualNetworks
from hvlab.host.root import RootKernel
from hvlab.host.saved import folder_of
from hvlab.kernel import Component, World, handler

CLUSTER = "cluster"
"""The component's path; a lab has one cluster at most."""
UP, DOWN = "Up", "Down"
ONLINE, OFFLINE, PENDING, FAILED = "Online", "Offline", "Pending", "Failed"
WITNESS = "Q"
"""The letter of the disk that votes."""
MAJORITY, WITH_DISK = "NodeMajority", "NodeAndDiskMajority"


@dataclass
class Node:
    """A member: its computer's name and its host's path; `missed` heartbeats in a row."""

    name: str
    host: str
    state: str = UP
    missed: int = 0


@dataclass
class Group:
    """What moves as one: a virtual machine with its shared disks (by letter).

    `owner` is the path of the host that has it; `source` and `target` those it moves between, `step` what the
    move does now; target and step are empty if it rests. `kind`, `begun` and `stopped` tell of the last move (ns;
    stopped: since when the machine stands still, 0 while it does not). `wanted`: it is to be online;
    `rounds`: the pages of each round of a live migration.
    """

    name: str
    letters: tuple[str, ...]
    owner: str
    state: str = OFFLINE
    wanted: bool = False
    source: str = ""
    target: str = ""
    step: str = ""
    kind: str = ""
    begun: int = 0
    stopped: int = 0
    rounds: tuple[int, ...] = ()


@dataclass
class Move:
    """A move that has ended: times in ns, `downtime` while the machine stood still, `rounds` pages copied in each."""

    group: str
    kind: str
    source: str
    target: str
    begun: int
    ended: int
    downtime: int
    rounds: tuple[int, ...] = ()
    outcome: str = "ok"


class Cluster(Component):
    """The one cluster of the lab."""

    STATE = ("title", "platform_id", "nodes", "groups", "moves", "quorum", "sent")

    def __init__(self, title: str, platform: Platform) -> None:
        self.title = title
        self.platform_id = platform.id
        self.nodes: dict[str, Node] = {}
        """By the path of the host."""
        self.groups: dict[str, Group] = {}
        """By case-folded name."""
        self.moves: list[Move] = []
        self.quorum = MAJORITY
        self.sent: dict[str, dict[int, bytes]] = {}
        """Pages that were sent to another node, by the group that is on its way while it runs."""

    def outcome(self) -> list[object]:
        """Nodes, the rule of votes, and which group lies where in which state."""
        return [
            self.title,
            sorted([node.name, node.host] for node in self.nodes.values()),
            self.quorum,
            [
                [one.name, sorted(one.letters), one.owner, one.state, one.wanted, one.target, one.step]
                for _, one in sorted(self.groups.items())
            ],
        ]

    @property
    def facts(self) -> Clustering:
        """What the platform says of clusters."""
        return facts_of(catalog.platform(self.platform_id))

    @property
    def san(self) -> SharedStorage:
        """The shared disks."""
        return self.world.get(SAN, SharedStorage)

    def note(self, action: str, target: str, what: str, detail: str = "") -> int:
        """Write what the cluster does into the trace."""
        return self.world.emit("cluster", self.name, target, None, None, None, action, what, detail)

    # -- members --------------------------------------------------------------------------------

    def join(self, name: str, host: str) -> Node:
        """A host becomes a node. Refusal."""
        if host in self.nodes:
            raise Refusal("node-already", node=name, cluster=self.title)
        own, there = catalog.platform(self.platform_id), management(self.world, host).platform
        if own.id != there.id:
            raise Refusal("node-platform", node=name, cluster=self.title, platform=there.name, own=own.name)
        limit = catalog.platform(self.platform_id).limits["cluster_nodes"].value
        if len(self.nodes) >= limit:
            raise Refusal("limit-cluster-nodes", asked=len(self.nodes) + 1, limit=limit)
        server = self.world.get(BOOK, LicenceBook).server(name)
        if own.windows and server.physical not in self.facts.editions:
            editions = ", ".join(edition.capitalize() for edition in self.facts.editions)
            raise Refusal("no-clustering", node=name, edition=server.physical.capitalize(), editions=editions)
        if self.is_down(host):
            raise Refusal("node-silent", node=name)
        node = self.nodes[host] = Node(name, host)
        self.note("joined", host, name)
        self.choose_quorum()
        return node

    def choose_quorum(self) -> None:
        """The recommended votes: a disk's beside those of an even number of nodes, if there is one."""
        self.quorum = WITH_DISK if len(self.nodes) % 2 == 0 and self.has_witness() else MAJORITY

    def has_witness(self) -> bool:
        """Whether there is a shared disk that can vote."""
        return self.world.has(SAN) and WITNESS in self.san.luns

    def begin(self) -> None:
        """The heartbeats begin."""
        self.after(self.facts.heartbeat, Cluster.on_heartbeat, None)

    def is_down(self, host: str) -> bool:
        """Whether nothing runs on a host."""
        return self.world.get(f"{host}/root", RootKernel).down

    # -- hearing each other ---------------------------------------------------------------------

    def _on_the_wire(self, host: str) -> bool:
        networks = self.world.get(f"{host}/root/vmswitch", VirtualNetworks)
        ports = networks.segment.switch.ports
        return any(ports[nic.port].linked for nic in networks.nics)

    def parts(self) -> list[list[Node]]:
        """The nodes that run, in parts that hear each other."""
        running = [node for node in self.nodes.values() if not self.is_down(node.host)]
        joined = [node for node in running if self._on_the_wire(node.host)]
        alone = [[node] for node in running if node not in joined]
        return [*([joined] if joined else []), *alone]

    def votes(self, part: list[Node]) -> int:
        """The votes of a part: one for each node, and one for the disk if this part has it."""
        holder = self._holder(self.parts()) if self.quorum == WITH_DISK else None
        return len(part) + (holder is not None and any(node.host == holder for node in part))

    @property
    def all_votes(self) -> int:
        """The votes there are."""
        return len(self.nodes) + (self.quorum == WITH_DISK)

    def _holder(self, parts: list[list[Node]]) -> str | None:
        """Who has the disk that votes: its owner while that runs, otherwise the first of the largest part takes it."""
        owner = self.san.luns[WITNESS].owner
        if any(node.host == owner for part in parts for node in part):
            return owner
        largest = max(parts, key=len, default=None)
        return largest[0].host if largest else None

    def majority(self) -> list[Node]:
        """The nodes of the part with more than half of all votes; none if no part has."""
        for part in self.parts():
            if 2 * self.votes(part) > self.all_votes:
                return part
        return []

    @handler
    def on_heartbeat(self, payload: None) -> int | None:
        """Once an interval: who was heard, who is lost, who is back."""
        winners = self.majority()
        hosts = [node.host for node in winners]
        for node in self.nodes.values():
            if node.host in hosts:
                self._heard(node)
            else:
                self._missed(node)
        if winners:
            if self.quorum == WITH_DISK and self.san.luns[WITNESS].owner not in hosts:
                self._take_witness(winners[0])
            self._take_over()
        return self.facts.heartbeat

    def _heard(self, node: Node) -> None:
        node.missed = 0
        if node.state == UP:
            self._look_after(node)
            return
        node.state = UP
        seq = self.note("node up", node.host, node.name)
        for group in self.groups.values():
            if group.owner == node.host and not group.step and group.wanted and self._rests(group, OFF):
                self.world.because(seq, self._recover, group)

    def _look_after(self, node: Node) -> None:
        """A group is online as long as its machine runs; whoever stops the machine takes it offline."""
        for group in self.groups.values():
            machine = self.machine(group)
            if group.owner == node.host and not group.step and machine is not None:
                group.wanted = machine.state not in (OFF, SAVED)
                group.state = ONLINE if group.wanted else OFFLINE

    def _missed(self, node: Node) -> None:
        node.missed += 1
        if node.state == UP:
            seq = self.note("heartbeat missed", node.host, node.name, str(node.missed))
            if node.missed >= self.facts.missed:
                node.state = DOWN
                lost = self.world.because(seq, self.note, "node down", node.host, node.name)
                self.world.because(lost, self._stop, node)

    def _stop(self, node: Node) -> None:
        """A node that is lost, or on its own, has no groups online: where it still runs, it turns the machines off."""
        from hvlab.datacenter import live  # it moves what is defined here

        for group in self.groups.values():
            if group.owner != node.host:
                continue
            if group.step:
                live.break_off(self, group, "node lost")
            group.state = OFFLINE
            seq = self.note("group offline", group.owner, group.name)
            if self._rests(group, RUNNING):
                self.world.because(seq, management(self.world, node.host).turn_off, group.name)

    def _rests(self, group: Group, *states: str) -> bool:
        machine = self.machine(group)
        return machine is not None and machine.state in states

    def _take_witness(self, node: Node) -> None:
        self.san.give(WITNESS, node.host)
        self.note("disk taken", node.host, self.san.luns[WITNESS].name)

    def _take_over(self) -> None:
        """Groups whose node is lost go to one that is there."""
        for group in self.groups.values():
            lost = self.nodes[group.owner].state == DOWN
            if lost and not group.step and self._rests(group, OFF, SAVED):
                self._recover(group)

    def _recover(self, group: Group) -> None:
        from hvlab.datacenter import migration  # it moves what is defined here

        target = self.best_node()
        if target is not None:
            migration.fail_over(self, group, target.host)

    def best_node(self, without: str = "") -> Node | None:
        """The node with the most free memory of those that are up; `without` the host of that path."""
        candidates = [node for node in self.nodes.values() if node.state == UP and node.host != without]
        return max(candidates, key=lambda node: self.room(node.host), default=None)

    def room(self, host: str) -> int:
        """Pages of memory that machines could still have on a host."""
        return self.world.get(f"{host}/root", RootKernel).free_pages

    # -- groups ---------------------------------------------------------------------------------

    def machine(self, group: Group) -> VirtualMachine | None:
        """The group's virtual machine, where it is now."""
        return management(self.world, group.owner).find(group.name)

    def group(self, name: str) -> Group:
        """The group of that name. Refusal."""
        found = self.groups.get(name.casefold())
        if found is None:
            raise Refusal("no-such-group", name=name, cluster=self.title)
        return found

    def node(self, name: str) -> Node:
        """The node of that name or path. Refusal."""
        for node in self.nodes.values():
            if name.casefold() in (node.name.casefold(), node.host.casefold()):
                return node
        known = ", ".join(node.name for node in self.nodes.values())
        raise Refusal("no-such-node", node=name, known=known)

    def find_machine(self, name: str) -> tuple[VirtualMachine, str] | None:
        """A virtual machine on any node, with that node's host."""
        for node in self.nodes.values():
            machine = management(self.world, node.host).find(name)
            if machine is not None:
                return machine, node.host
        return None

    def add_machine(self, name: str) -> Group:
        """Make a virtual machine highly available: all its files lie on shared disks. Refusal."""
        if name.casefold() in self.groups:
            raise Refusal("group-already", name=name, cluster=self.title)
        found = self.find_machine(name)
        if found is None:
            raise Refusal("no-such-vm", name=name)
        machine, host = found
        letters = self._letters(machine)
        for group in self.groups.values():
            shared = [letter for letter in letters if letter in group.letters]
            if shared:
                raise Refusal("lun-taken", name=machine.name, disk=f"{shared[0]}:", other=group.name)
        group = self.groups[name.casefold()] = Group(machine.name, letters, host)
        group.wanted = machine.state == RUNNING
        group.state = ONLINE if group.wanted else OFFLINE
        self.note("group added", host, machine.name, ", ".join(f"{letter}:" for letter in letters))
        return group

    def _letters(self, machine: VirtualMachine) -> tuple[str, ...]:
        luns = self.san.luns if self.world.has(SAN) else {}
        letters: list[str] = []
        for path in [folder_of(machine), *(drive.path for drive in machine.drives)]:
            letter = path[0].upper()
            if letter not in luns or letter == WITNESS:
                raise Refusal("files-not-shared", name=machine.name, path=path)
            if letter not in letters:
                letters.append(letter)
        return tuple(letters)

    def remove_machine(self, name: str) -> None:
        """The machine stays where it is, and nobody takes it over any more. Refusal."""
        group = self.group(name)
        if group.step:
            raise Refusal("group-busy", name=group.name)
        del self.groups[group.name.casefold()]
        self.note("group removed", group.owner, group.name)

    @handler
    def on_step(self, key: str) -> int | None:
        """The next step of a group's move, if it still moves."""
        from hvlab.datacenter import live  # it moves what is defined here

        group = self.groups.get(key)
        return live.step(self, group) if group is not None and group.step else None

    @handler
    def on_leaving(self, payload: tuple[str, str]) -> int | None:
        """A host gets rid of a machine that has moved on, or has not come."""
        from hvlab.datacenter import live  # it moves what is defined here

        return live.leaving(self, *payload)


def facts_of(platform: Platform) -> Clustering:
    """What a platform says of clusters. Refusal if the lab has none there."""
    if platform.cluster is None:
        raise Refusal("no-cluster-here", platform=platform.name)
    return platform.cluster


def cluster_of(world: World) -> Cluster:
    """The lab's cluster. Refusal if there is none."""
    if not world.has(CLUSTER):
        raise Refusal("no-cluster")
    return world.get(CLUSTER, Cluster)
