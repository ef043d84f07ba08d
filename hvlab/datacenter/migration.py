"""A group changes its node: by quick migration, after a failure, or at rest.

Quick migration saves the machine onto the shared disk, lets the other node take the disk, and starts the machine
there from what was saved. Nothing is timed here but the disk's change of hands: saving and restoring take what
they take on these hosts, so the downtime follows from the machine's memory and the disk's throughput. After a
failure there is nothing to restore: the machine boots cold from its disk.
"""

from __future__ import annotations

from hvlab.datacenter.cluster import OFFLINE, ONLINE, PENDING, UP, Cluster, Group, Move, Node
from hvlab.host.handover import announce, check_arrival, hand_over, management
from hvlab.host.machine import OFF, PAUSED, RUNNING, SAVED, STARTING, Refusal, VirtualMachine

QUICK, FAILOVER, REST = "Quick", "Failover", "Rest"
SAVE, DISK, START = "saving", "moving the disk", "starting"
LOOK_AGAIN = 5_000_000
"""How often a cluster looks whether its hosts have done what it asked for, in ns."""


def check_move(cluster: Cluster, group: Group, target: Node) -> VirtualMachine:
    """The group's machine. Refusal if the group cannot go there now."""
    if group.step:
        raise Refusal("group-busy", name=group.name)
    if target.state != UP:
        raise Refusal("node-silent", node=target.name)
    if target.host == group.owner:
        raise Refusal("already-there", name=group.name, node=target.name)
    machine = cluster.machine(group)
    if machine is None:
        raise Refusal("no-such-vm", name=group.name)
    check_arrival(cluster.world, target.host, machine)
    return machine


def quick(cluster: Cluster, group: Group, target: Node) -> None:
    """Begin to move a group; one whose machine does not run only changes its owner. Refusal, with nothing done."""
    machine = check_move(cluster, group, target)
    if machine.state in (RUNNING, PAUSED):
        management(cluster.world, group.owner).save(machine.name)
        begin(cluster, group, target.host, QUICK, SAVE)
        group.stopped = cluster.world.now
        cluster.after(LOOK_AGAIN, Cluster.on_step, group.name.casefold())
    elif machine.state in (OFF, SAVED):
        begin(cluster, group, target.host, REST, DISK)
        cluster.after(cluster.facts.disk_move, Cluster.on_step, group.name.casefold())
    else:
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)


def fail_over(cluster: Cluster, group: Group, target: str) -> None:
    """Its node is lost: another takes the disks, and starts the machine if it ran."""
    machine = cluster.machine(group)
    begin(cluster, group, target, FAILOVER, DISK)
    group.stopped = machine.changed if machine is not None else cluster.world.now
    cluster.after(cluster.facts.disk_move, Cluster.on_step, group.name.casefold())


def begin(cluster: Cluster, group: Group, target: str, kind: str, first: str) -> None:
    """A move begins with its first step."""
    group.kind, group.source, group.target, group.state = kind, group.owner, target, PENDING
    group.begun, group.stopped, group.rounds = cluster.world.now, 0, ()
    enter(cluster, group, first)


def enter(cluster: Cluster, group: Group, name: str) -> None:
    """The next step of a move."""
    group.step = name
    note(cluster, group, name)


def note(cluster: Cluster, group: Group, action: str, number: int = 0, pages: int = 0) -> int:
    """Write what the move does into the trace."""
    return cluster.world.emit(
        "migration",
        cluster.name,
        f"{group.target}/{group.name}",
        None,
        None,
        None,
        action,
        group.name,
        number,
        pages,
    )


def _save(cluster: Cluster, group: Group, machine: VirtualMachine) -> int | None:
    """Until the machine's state lies on the shared disk."""
    if cluster.is_down(group.owner):
        return None  # the heartbeat will find out
    if machine.state == SAVED:
        enter(cluster, group, DISK)
        return cluster.facts.disk_move
    if machine.state in (RUNNING, OFF):
        end(cluster, group, machine.failure or "stopped")
        return None
    return LOOK_AGAIN


def _move_disk(cluster: Cluster, group: Group, machine: VirtualMachine) -> int | None:
    """The other node has the disks now, and the machine."""
    if machine.state not in (OFF, SAVED):
        return LOOK_AGAIN  # an isolated node still turns it off
    if cluster.is_down(group.target):
        end(cluster, group, "target lost")
        return None
    for letter in group.letters:
        cluster.san.give(letter, group.target)
    if group.source != group.target:
        hand_over(cluster.world, machine, group.source, group.target)
    group.owner = group.target
    if group.kind == REST or not (group.wanted or machine.saved is not None):
        end(cluster, group, "ok")
        return None
    enter(cluster, group, START)
    try:
        management(cluster.world, group.owner).start(machine.name)
    except Refusal as refusal:
        end(cluster, group, refusal.reason)
        return None
    return LOOK_AGAIN


def _start(cluster: Cluster, group: Group, machine: VirtualMachine) -> int | None:
    """The machine starts on its new node: from its saved state, or cold."""
    if cluster.is_down(group.owner):
        return None  # the heartbeat will find out
    if machine.state == STARTING:
        return LOOK_AGAIN
    if machine.state == RUNNING:
        announce(cluster.world, group.owner, machine)
    end(cluster, group, machine.failure or "ok")
    return None


def end(cluster: Cluster, group: Group, outcome: str) -> None:
    """The move has ended, one way or the other; what it was stands in the list of moves."""
    machine = cluster.machine(group)
    since = machine.running_since if machine is not None and machine.state == RUNNING else 0
    group.state = ONLINE if since else OFFLINE
    group.wanted = group.wanted or bool(since)
    now = cluster.world.now
    downtime = (since if since > group.stopped else now) - group.stopped if group.stopped else 0
    cluster.moves.append(
        Move(
            group.name,
            group.kind,
            group.source,
            group.target,
            group.begun,
            now,
            downtime,
            group.rounds,
            outcome,
        )
    )
    note(cluster, group, "done" if outcome == "ok" else outcome)
    group.target, group.step = "", ""


STEPS = {SAVE: _save, DISK: _move_disk, START: _start}
