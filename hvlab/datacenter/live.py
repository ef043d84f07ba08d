"""Live migration: a machine moves to another node while it runs.

The other node builds a partition for it. Then its memory is copied in rounds: first every page, and from then on
those that the guest has written since they were sent, found by comparing. When only few are left, or the rounds
are used up, the machine stands still; what is left is sent with its processors and devices, its disk changes
hands, and it goes on at the other place. How long it stands follows from what the guest writes.
"""

from __future__ import annotations

from hvlab.datacenter import migration
from hvlab.datacenter.cluster import ONLINE, Cluster, Group, Node
from hvlab.datacenter.migration import LOOK_AGAIN, begin, check_move, end, enter, note
from hvlab.guests.guest import GuestSystem
from hvlab.guests.network import GuestNetwork
from hvlab.host import saved
from hvlab.host.handover import announce, management
from hvlab.host.link import BusLink
from hvlab.host.machine import OFF, RUNNING, STARTING, Refusal, VirtualMachine
from hvlab.host.worker import Worker
from hvlab.hypervisor import PAGE_SIZE, Hypervisor
from hvlab.kernel.state import copy_state
from hvlab.storage.vhd_layout import SECTOR

LIVE = "Live"
BUILD, COPY, STILL, REST = "building", "copying", "standing still", "sending the rest"
LEAVE = "leaving"
"""The machine runs at the other node; its old partition is being deleted."""
_ZERO = bytes(PAGE_SIZE)


def live(cluster: Cluster, group: Group, target: Node) -> None:
    """Begin to move a group whose machine runs; another is moved at rest. Refusal, with nothing done."""
    machine = check_move(cluster, group, target)
    if machine.state != RUNNING:
        migration.quick(cluster, group, target)
        return
    room = cluster.room(target.host) * PAGE_SIZE
    if machine.memory > room:
        raise Refusal("no-room-there", name=machine.name, node=target.name, free=room >> 20)
    discs = [drive.path for drive in machine.dvds if drive.path]
    if discs:
        raise Refusal("local-disc", name=machine.name, path=discs[0])
    begin(cluster, group, target.host, cluster.facts.live_name, BUILD)
    twin = copy_state(machine)
    twin.state, twin.partition, twin.running_since = STARTING, 0, 0
    there = management(cluster.world, target.host)
    there.machines[machine.name.casefold()] = twin
    worker, seq = there.start_worker(twin)
    storage = management(cluster.world, group.owner).storage
    sizes = {drive.path: storage.open(drive.path).size // SECTOR for drive in machine.drives}
    cluster.world.because(seq, worker.receive, twin, sizes)
    cluster.after(LOOK_AGAIN, Cluster.on_step, group.name.casefold())


def _worker(cluster: Cluster, host: str, group: Group) -> Worker:
    return cluster.world.get(f"{host}/root/vmwp/{group.name}", Worker)


def _build(cluster: Cluster, group: Group, machine: VirtualMachine) -> int | None:
    """Until the other node has a partition for it; then the first round sends every page."""
    twin = management(cluster.world, group.target).find(group.name)
    if twin is None or twin.state == OFF:
        abandon(cluster, group, twin.failure if twin is not None and twin.failure else "target lost")
        return None
    if _worker(cluster, group.target, group).plan:
        return LOOK_AGAIN
    enter(cluster, group, COPY)
    cluster.sent[group.name.casefold()] = {}
    _send(cluster, group, machine)
    return _round(cluster, group, machine.memory // PAGE_SIZE)


def _unsent(cluster: Cluster, group: Group, machine: VirtualMachine) -> dict[int, bytes]:
    """The pages that are not as they were sent."""
    sent = cluster.sent[group.name.casefold()]
    present = dict(saved.memory_of(cluster.world, group.owner, machine))
    emptied = {page: _ZERO for page, data in sent.items() if page not in present and any(data)}
    return {page: data for page, data in present.items() if sent.get(page) != data} | emptied


def _send(cluster: Cluster, group: Group, machine: VirtualMachine) -> int:
    """The pages that are not there yet go over the network, as they are now; returns how many."""
    pages = _unsent(cluster, group, machine)
    cluster.sent[group.name.casefold()].update(pages)
    return len(pages)


def _round(cluster: Cluster, group: Group, pages: int) -> int:
    """Note a round; returns how long it takes, in ns."""
    group.rounds = (*group.rounds, pages)
    note(cluster, group, "round", len(group.rounds), pages)
    return pages * cluster.facts.page_copy


def _copy(cluster: Cluster, group: Group, machine: VirtualMachine) -> int | None:
    """A round has come to its end: another one, or the machine stands still for what is left."""
    left = len(_unsent(cluster, group, machine))
    if left > cluster.facts.few_pages and len(group.rounds) < cluster.facts.rounds:
        return _round(cluster, group, _send(cluster, group, machine))
    enter(cluster, group, STILL)
    group.stopped = cluster.world.now
    _worker(cluster, group.owner, group).pause()
    return LOOK_AGAIN


def _still(cluster: Cluster, group: Group, machine: VirtualMachine) -> int | None:
    """Until nothing of the machine is under way; then the last pages are sent."""
    if management(cluster.world, group.owner).busy(machine):
        return LOOK_AGAIN
    enter(cluster, group, REST)
    return _round(cluster, group, _send(cluster, group, machine)) + cluster.facts.hand_over


def _rest(cluster: Cluster, group: Group, machine: VirtualMachine) -> int | None:
    """Everything is there: the machine goes on at the other node, and its old partition is deleted."""
    world, name = cluster.world, machine.name
    here, there = management(world, group.owner), management(world, group.target)
    _send(cluster, group, machine)
    state = saved.capture(world, group.owner, machine)
    for letter in group.letters:
        cluster.san.give(letter, group.target)
    old = (
        world.get(f"{group.owner}/{name}", GuestSystem),
        world.get(f"{group.owner}/{name}/network", GuestNetwork),
        world.get(f"{group.owner}/root/vmbus/{name}", BusLink),
    )
    for part in old:
        world.forget_component(part.index)
    here.networks.power_off(machine)
    here.turn_off(name)
    twin, worker = there.machine(name), _worker(cluster, group.target, group)
    hypervisor = world.get(f"{group.target}/hypervisor", Hypervisor)
    for page, data in cluster.sent.pop(name.casefold()).items():
        hypervisor.write_gpa(worker.partition, page * PAGE_SIZE, data)
    there.networks.power_on(twin)
    saved.put_devices(world, group.target, twin, worker, state)
    worker.take_over()
    group.owner = group.target
    group.state = ONLINE
    announce(world, group.owner, twin)
    cluster.after(LOOK_AGAIN, Cluster.on_leaving, (group.source, name.casefold()))
    enter(cluster, group, LEAVE)
    return LOOK_AGAIN


def abandon(cluster: Cluster, group: Group, outcome: str) -> None:
    """The move is broken off: the machine goes on where it was, and what was built for it elsewhere goes."""
    key = group.name.casefold()
    cluster.sent.pop(key, None)
    if management(cluster.world, group.target).find(key) is not None:
        cluster.after(LOOK_AGAIN, Cluster.on_leaving, (group.target, key))
    if group.step in (STILL, REST) and not cluster.is_down(group.owner):
        _worker(cluster, group.owner, group).resume()
    end(cluster, group, outcome)


def leaving(cluster: Cluster, host: str, key: str) -> int | None:
    """A host forgets a machine that is not its own any more, as soon as its partition is gone."""
    service = management(cluster.world, host)
    machine = service.find(key)
    if machine is None:
        return None
    if machine.state == OFF:
        del service.machines[key]
        return None
    worker = cluster.world.get(f"{host}/root/vmwp/{machine.name}", Worker)
    if not worker.plan:
        worker.give_back()
    return LOOK_AGAIN


def break_off(cluster: Cluster, group: Group, outcome: str) -> None:
    """Whatever the group was doing is not done any more."""
    if group.step in _LIVE_STEPS:
        abandon(cluster, group, outcome)
    else:
        end(cluster, group, outcome)


def step(cluster: Cluster, group: Group) -> int | None:
    """Go on with a move; the delay in ns until it is to be looked at again, or None."""
    machine = cluster.machine(group)
    if machine is None:
        return None
    if group.step == LEAVE:
        if management(cluster.world, group.source).find(group.name) is not None:
            return LOOK_AGAIN
        end(cluster, group, "ok")
        return None
    if group.step not in _LIVE_STEPS:
        return migration.STEPS[group.step](cluster, group, machine)
    for host, outcome in ((group.owner, "source lost"), (group.target, "target lost")):
        if cluster.is_down(host):
            abandon(cluster, group, outcome)
            return None
    if machine.state != RUNNING:
        abandon(cluster, group, "stopped")
        return None
    return _LIVE_STEPS[group.step](cluster, group, machine)


_LIVE_STEPS = {BUILD: _build, COPY: _copy, STILL: _still, REST: _rest}
