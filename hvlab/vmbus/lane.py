"""The shortest way of a packet from one partition to the other, for one open channel.

What it is. The general way of a packet leads through seven layers: the endpoint writes the ring, the shell
records it and signals, the stub makes the hypercall, the hypervisor looks up the route, the SynIC raises
the flag, and the flag interrupts. Each of them is right for every channel in every state, and asks for
what it needs. A lane is the same way with all that cannot change while the channel is open put in
beforehand: what is left is to move bytes and to write down what happened.

When it is taken. Only where the general way would do exactly this and nothing else: the sender has nothing
waiting, the ring is empty and wants a signal, the packet does not lie across its end, the hypervisor still
knows the same route (any hypercall or register that could change partitions, pages, ports or SINTs makes
it forget them all), the flag is down and the processor takes interrupts. All of it is looked at
before anything is changed; otherwise the answer is no, and the caller goes the general way.

Strides. Where nothing else is due until a request has ended, and nobody looks in between (`Kernel.stride`), all
of it is done in one go as soon as the guest has halted: the root is told what it would find in the ring, and
what one step would write only for the next to take back (the flag, the bit, the mask) is left out. A series
(`hvlab.guests.drivers.storage_series`) does the same with all that a program asks for one after the other.

Why it is the same. The general way stays the definition, and tests/properties/test_lanes.py drives
random work down all ways and compares the digests of worlds and traces. The lanes belong to no state: they
are made again whenever a component was put back to an earlier one, and whoever owns one drops it
with every step of the control plane.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from hvlab.hypervisor import synic
from hvlab.hypervisor.calls import FAST, STATUS, Status
from hvlab.hypervisor.hypervisor import Hypervisor
from hvlab.hypervisor.software import PartitionSoftware
from hvlab.hypervisor.synic import FLAG_BYTES, NO_MESSAGE, SLOT_SIZE
from hvlab.vmbus import packets
from hvlab.vmbus.endpoint import Endpoint
from hvlab.vmbus.ring import PAGE_SIZE, Ring
from hvlab.vmbus.signals import HALF_PAGE

Found = tuple[bytes, bytearray, int]
"""The bytes that wait in a ring; its control page and their end, for `drained`."""
Room = tuple[bytearray, int]
"""A ring's control page, and where the next packet will lie."""

NO_FLAGS, NO_BITS = bytes(FLAG_BYTES), bytes(HALF_PAGE)

_indices = struct.Struct("<IIII").unpack_from
_put_index = struct.Struct("<I").pack_into
_put_two = struct.Struct("<II").pack_into
_trailer = struct.Struct("<II").pack


class Switch:
    """Whether there are lanes, strides and series at all; tests close them to see the general way."""

    open = True
    strides = True
    series = True


class Sender(NamedTuple):
    """Who sends: what stands in the trace, and the signal's way."""

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


class Lane(NamedTuple):
    """The way out of an end of a channel. `send` is `room`, `record`, and the interrupt on its way."""

    room: Callable[[int], Room | None]
    """Where packets of so many bytes, trailers included, can lie, with all that is to follow; else None."""
    record: Callable[[Room, bytes, int, int, int], int]
    """Write a packet there and write down what happens: time, transaction, cause. The interrupt's event.

    The flag is not raised, and nobody is called: for a receiver that takes both at once.
    """
    send: Callable[[bytes, int, int], tuple[int, int] | None]
    """Send a packet (bytes without trailer, transaction, cause): the interrupt's ticket, and where the packet lies.

    None if nothing was done.
    """
    finds: Callable[[bool], bool]
    """Whether the receiver would find this lane's signal (or none), and nothing else: message, flag or bit."""
    lower: Callable[[], None]
    """Take the signal down, which is all that was raised: the receiver has seen it."""
    fresh: Callable[[], bool]
    """Whether the hypervisor still knows the route; a lane that is not fresh does nothing any more."""
    receiver: int
    """The index of the component that is interrupted."""
    size: int
    """Of its ring, in bytes."""
    delay: int
    """When the interrupt arrives, in ns."""


def sender(hypervisor: Hypervisor, end: Endpoint, who: Sender, unsent: list[bytes]) -> Lane | None:
    """The way out of an end of a channel; None while the signal's route is not known. `unsent` waits for room."""
    known = hypervisor.routes.get(who.signal)
    if known is None or not Switch.open or known[0].owner.software < 0:
        return None
    route, block = known
    world, memory, costs = hypervisor.world, hypervisor.memory, hypervisor.costs
    own, door = memory.own, memory.page_for_write
    events = world.trace.events
    extend, schedule = events.extend, world.schedule
    control_page, data_pages, size = end.outgoing.places
    name, peer, partition, vp, relid = end.name, end.peer, who.partition, who.vp, who.relid
    direction, packet_type, key = who.direction, packets.PACKET_NAMES[who.kind], who.signal
    page_through, byte, bit = who.through or (0, 0, 0)
    caller, called, monitor = world.names[route.caller.software], route.caller.number, hypervisor.name
    exits = route.caller.vps[0].exits
    code, success = hypervisor.code_of["SignalEvent"], int(Status.SUCCESS)
    call = ("SignalEvent", code, success, STATUS[success], code | FAST, success, 1, 1, block)
    owner, target, flag_page, flag_at, flag = route.owner, route.vp, route.page, route.at, route.bit
    software, number, target_vp = owner.software, owner.number, target.index
    woken = world.names[software]
    raised = ("event flag", route.sint, route.vector, route.flag)
    delay = costs.hypercall + costs.interrupt
    look, message_page = memory.page, synic.message_page(owner, target)
    if message_page is None:
        return None
    slot, flags_at = route.sint * SLOT_SIZE, route.sint * FLAG_BYTES
    half = byte // HALF_PAGE * HALF_PAGE
    only_flag, only_bit = bytearray(FLAG_BYTES), bytearray(HALF_PAGE)
    only_flag[flag_at - flags_at], only_bit[byte - half] = flag, bit
    on_interrupt, interrupt = PartitionSoftware.on_interrupt.id, (target_vp, route.sint, route.vector)

    def room(length: int) -> Room | None:
        control = own.get(control_page) or door(control_page)
        write, read, mask, pending = _indices(control)
        if (
            write != read
            or mask
            or pending
            or unsent
            or write & 7
            or write + length >= size
            or hypervisor.routes.get(key) is not known
            or owner.software != software
            or target.suspended
            or target.intercepted
            or (own.get(flag_page) or door(flag_page))[flag_at] & flag
        ):
            return None
        return control, write

    def record(place: Room, packet: bytes, transaction: int, cause: int, now: int) -> int:
        control, write = place
        data = packet + _trailer(0, write)
        length = len(data)
        nth, offset = divmod(write, PAGE_SIZE)
        page, end = data_pages[nth], offset + length
        if end <= PAGE_SIZE:
            (own.get(page) or door(page))[offset:end] = data
        else:
            (own.get(page) or door(page))[offset:] = data[: PAGE_SIZE - offset]
            page = data_pages[nth + 1]
            (own.get(page) or door(page))[: end - PAGE_SIZE] = data[PAGE_SIZE - offset :]
        _put_index(control, 0, write + length)
        exits["hypercall"] += 1
        target.halted = False
        sent, seq = (direction, packet_type, transaction, write, True, data), len(events) + 1
        extend(
            (
                (now, "ring.packet", cause, name, peer, partition, vp, relid, sent),
                (now, "hypercall", seq, caller, monitor, called, 0, None, call),
                (now, "interrupt", seq + 1, monitor, woken, number, target_vp, None, raised),
            )
        )
        return seq + 2

    def send(packet: bytes, transaction: int, cause: int) -> tuple[int, int] | None:
        place = room(len(packet) + packets.TRAILER_SIZE)
        if place is None:
            return None
        seq = record(place, packet, transaction, cause, world.now)
        if page_through:
            (own.get(page_through) or door(page_through))[byte] |= bit
        (own.get(flag_page) or door(flag_page))[flag_at] |= flag
        return schedule(delay, software, on_interrupt, interrupt, seq), place[1]

    def finds(signal: bool) -> bool:
        flags, bits = (only_flag, only_bit) if signal else (NO_FLAGS, NO_BITS)
        return (
            (own.get(flag_page) or door(flag_page)).startswith(flags, flags_at)
            and look(message_page).startswith(NO_MESSAGE, slot)
            and (not page_through or (own.get(page_through) or door(page_through)).startswith(bits, half))
        )

    def lower() -> None:
        (own.get(flag_page) or door(flag_page))[flag_at] = 0
        if page_through:
            (own.get(page_through) or door(page_through))[byte] = 0

    def fresh() -> bool:
        return hypervisor.routes.get(key) is known

    return Lane(room, record, send, finds, lower, fresh, software, size, delay)


def finder(hypervisor: Hypervisor, ring: Ring) -> Callable[[], Found | None]:
    """What waits at an end of a channel, untouched; None if nothing does, if it lies across pages or room is wanted."""
    memory = hypervisor.memory
    own, door, look = memory.own, memory.page_for_write, memory.page
    control_page, data_pages, size = ring.places

    def find() -> Found | None:
        control = own.get(control_page) or door(control_page)
        write, read, _, pending = _indices(control)
        offset = read % PAGE_SIZE
        if not read < write < size or (write | read) & 7 or pending or offset + write - read > PAGE_SIZE:
            return None
        page = look(data_pages[read // PAGE_SIZE])
        return bytes(page[offset : offset + write - read]), control, write

    return find


def holds_only(hypervisor: Hypervisor, ring: Ring) -> Callable[[int, int], bytearray | None]:
    """A ring's control page if just what lies between two places waits in it, and its reader wants signals."""
    own, door = hypervisor.memory.own, hypervisor.memory.page_for_write
    control_page, _, _ = ring.places

    def holds(begin: int, end: int) -> bytearray | None:
        control = own.get(control_page) or door(control_page)
        return control if _indices(control) == (end, begin, 0, 0) else None

    return holds


def drained(control: bytearray, end: int) -> None:
    """All that a ring holds up to `end` was read, and its reader is unmasked."""
    _put_two(control, 4, end, 0)
