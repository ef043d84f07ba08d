"""The shortest way of a packet from one partition to the other: one function to send it, one to find it.

What it is. The general way of a packet leads through seven layers: the endpoint writes the ring, the shell
records it and signals, the stub makes the hypercall, the hypervisor looks up the route, the SynIC raises
the flag, and the flag interrupts. Each of them is right for every channel in every state, and asks for
what it needs. A lane is the same way for one open channel, with all that cannot change
while it is open put in beforehand: what is left is to move bytes and to write down what happened.

When it is taken. Only where the general way would do exactly this and nothing else: the sender has nothing
waiting, the ring is empty and wants a signal, the packet does not lie across pages, the hypervisor still
knows the same route (any hypercall or register that could change partitions, pages, ports or SINTs makes
it forget them all), the flag is down and the processor takes interrupts. All of it is looked at
before anything is changed; otherwise the answer is no, and the caller goes the general way.

Why it is the same. The general way stays the definition, and tests/properties/test_lanes.py drives
random work down both and compares the digests of worlds and traces. The lanes belong to no state: they
are made again whenever a component was put back to an earlier one, and whoever owns one drops it
with every step of the control plane.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from hvlab.hypervisor.calls import FAST, STATUS, Status
from hvlab.hypervisor.hypervisor import Hypervisor
from hvlab.hypervisor.software import PartitionSoftware
from hvlab.vmbus import packets
from hvlab.vmbus.endpoint import Endpoint
from hvlab.vmbus.ring import PAGE_SIZE, Ring

Send = Callable[[bytes, int, int], bool]
"""Send a packet (bytes without trailer, transaction, the cause's trace event); False if nothing was done."""
Waiting = tuple[bytes, bytearray, int]
"""The bytes that wait in a ring; its control page and their end, for `drained`."""
Find = Callable[[], "Waiting | None"]

_indices = struct.Struct("<IIII").unpack_from
_put_index = struct.Struct("<I").pack_into
_put_two = struct.Struct("<II").pack_into
_trailer = struct.Struct("<II").pack


class Sender(NamedTuple):
    """Who sends: what stands in the trace, and the signal's way. `through` is the interrupt page's bit, if any."""

    partition: int
    vp: int | None
    relid: int
    direction: str
    kind: int
    """The type of the packets."""
    signal: tuple[int, int, int]
    """The caller, the connection and the flag number, as `Hypervisor.routes` has them."""
    through: tuple[int, int, int] | None
    """(machine page, byte, bit) to set before the signal: versions before 2.4."""


class Switch:
    """Whether there are lanes at all; tests close them to see the general way."""

    open = True


def sender(hypervisor: Hypervisor, end: Endpoint, who: Sender, unsent: list[bytes]) -> Send | None:
    """The way out of an end of a channel; None while the signal's route is not known. `unsent` waits for room."""
    known = hypervisor.routes.get(who.signal)
    if known is None or not Switch.open:
        return None
    route, block = known
    world, memory, costs = hypervisor.world, hypervisor.memory, hypervisor.costs
    own, door = memory.own, memory.page_for_write
    events = world.trace.events
    append, schedule = events.append, world.schedule
    control_page, data_pages, size = end.outgoing.places
    name, peer, partition, vp, relid = end.name, end.peer, who.partition, who.vp, who.relid
    direction, packet_type = who.direction, packets.PACKET_NAMES[who.kind]
    key = who.signal
    caller, calling_vp, monitor = world.names[route.caller.software], 0, hypervisor.name
    called = route.caller.number
    exits = route.caller.vps[calling_vp].exits
    code = hypervisor.code_of["SignalEvent"]
    success = int(Status.SUCCESS)
    call = ("SignalEvent", code, success, STATUS[success], code | FAST, success, 1, 1, block)
    owner, target, flag_page, flag_at, flag = route.owner, route.vp, route.page, route.at, route.bit
    software = owner.software
    if software < 0:
        return None
    woken, number, target_vp = world.names[software], owner.number, target.index
    raised = ("event flag", route.sint, route.vector, route.flag)
    delay = costs.hypercall + costs.interrupt
    on_interrupt, interrupt = PartitionSoftware.on_interrupt.id, (target_vp, route.sint, route.vector)
    page_through, byte, bit = who.through or (0, 0, 0)

    def send(packet: bytes, transaction: int, cause: int) -> bool:
        control = own.get(control_page) or door(control_page)
        write, read, mask, pending = _indices(control)
        if unsent or write != read or mask or pending or write >= size or write & 7:
            return False
        if hypervisor.routes.get(key) is not known or owner.software != software:
            return False
        flags = own.get(flag_page) or door(flag_page)
        if flags[flag_at] & flag or target.suspended or target.intercepted:
            return False
        offset = write % PAGE_SIZE
        total = len(packet) + 8
        if offset + total >= PAGE_SIZE:
            return False
        place = data_pages[write // PAGE_SIZE]
        data = packet + _trailer(0, write)
        (own.get(place) or door(place))[offset : offset + total] = data
        _put_index(control, 0, write + total)
        now = world.now
        append(
            (
                now,
                "ring.packet",
                cause,
                name,
                peer,
                partition,
                vp,
                relid,
                (direction, packet_type, transaction, write, True, data),
            )
        )
        if page_through:
            (own.get(page_through) or door(page_through))[byte] |= bit
        append((now, "hypercall", len(events), caller, monitor, called, calling_vp, None, call))
        exits["hypercall"] += 1
        flags[flag_at] |= flag
        append((now, "interrupt", len(events), monitor, woken, number, target_vp, None, raised))
        target.halted = False
        schedule(delay, software, on_interrupt, interrupt, len(events))
        return True

    return send


def finder(hypervisor: Hypervisor, ring: Ring) -> Find:
    """What waits at an end of a channel, untouched; None if nothing does, if it lies across pages or room is wanted."""
    memory = hypervisor.memory
    own, door, look = memory.own, memory.page_for_write, memory.page
    control_page, data_pages, size = ring.places

    def find() -> Waiting | None:
        control = own.get(control_page) or door(control_page)
        write, read, _, pending = _indices(control)
        offset = read % PAGE_SIZE
        if not read < write < size or (write | read) & 7 or pending or offset + write - read > PAGE_SIZE:
            return None
        page = look(data_pages[read // PAGE_SIZE])
        return bytes(page[offset : offset + write - read]), control, write

    return find


def drained(control: bytearray, end: int) -> None:
    """What `find` found was read: the ring is empty, and its reader unmasked."""
    _put_two(control, 4, end, 0)
