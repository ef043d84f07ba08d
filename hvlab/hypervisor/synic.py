"""The synthetic interrupt controller: message slots and event flags in the receiver's own pages.

A message goes into the slot of its SINT in the SIM page if the slot is empty
(type 0); otherwise it waits, the slot's MessagePending flag is set, and it is
delivered when the receiver has cleared the slot and written EOM. An event flag
is set in the SIEF page and interrupts only if it was clear before. A masked SINT
gets its message but no interrupt; an event for it is refused and sets nothing (TLFS).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hvlab.hypervisor.intercepts import slot
from hvlab.hypervisor.partition import (
    MSR_SCONTROL,
    MSR_SIEFP,
    MSR_SIMP,
    MSR_SINT0,
    SINT_MASKED,
    Partition,
    VirtualProcessor,
)

if TYPE_CHECKING:
    from hvlab.hypervisor.hypervisor import Hypervisor

BUFFERS_PER_PORT = 16
SLOT_SIZE = 256
FLAG_BYTES = 256
NO_MESSAGE = bytes(4)
"""A free slot's type."""


def _page_of(partition: Partition, vp: VirtualProcessor, msr: int) -> int | None:
    """The SPA of the SIM or SIEF page, or None while it is off."""
    value = vp.msrs.get(msr, 0)
    if not value & 1 or not vp.msrs.get(MSR_SCONTROL, 0) & 1:
        return None
    return partition.translate(value >> 12)


def message_page(partition: Partition, vp: VirtualProcessor) -> int | None:
    """The SPA of the page of message slots; None while SynIC or page are off."""
    return _page_of(partition, vp, MSR_SIMP)


def known_message_page(hv: Hypervisor, partition: Partition, vp: VirtualProcessor) -> int | None:
    """As `message_page`, looked up once as long as nothing changes it (`Hypervisor.forget_ways`)."""
    known = hv.message_pages.get((partition.number, vp.index))
    if known is None:
        known = message_page(partition, vp)
        if known is not None:
            hv.message_pages[partition.number, vp.index] = known
    return known


def flag_page(partition: Partition, vp: VirtualProcessor, sint: int) -> int | None:
    """The SPA of the page of event flags; None while SynIC or page are off, or the SINT is masked."""
    return None if vp.msrs[MSR_SINT0 + sint] & SINT_MASKED else _page_of(partition, vp, MSR_SIEFP)


def buffers_in_use(vp: VirtualProcessor, sint: int, sender: int) -> int:
    """How many messages of one port wait for the slot."""
    return sum(1 for _, waiting_sender, _ in vp.waiting.get(sint, ()) if waiting_sender == sender)


def deliver(
    hv: Hypervisor,
    partition: Partition,
    vp: VirtualProcessor,
    sint: int,
    kind: int,
    sender: int,
    payload: bytes,
) -> None:
    """Put a message into its slot, or let it wait behind the one that is there."""
    page_number = known_message_page(hv, partition, vp)
    if page_number is None:
        vp.waiting.setdefault(sint, []).append((kind, sender, payload))
        return
    memory = hv.memory
    page = memory.own.get(page_number) or memory.page_for_write(page_number)
    at = sint * SLOT_SIZE
    queue = vp.waiting.get(sint)
    if queue is None:
        queue = vp.waiting[sint] = []
    free = page.startswith(NO_MESSAGE, at)
    if free and not queue:
        page[at : at + SLOT_SIZE] = slot(kind, payload, False, sender)
        assert_sint(hv, partition, vp, sint, "message", sender)
        return
    queue.append((kind, sender, payload))
    if not free:
        page[at + 5] |= 1
        hv.world.emit(
            "message.queued",
            hv.name,
            hv.software_name(partition),
            partition.number,
            vp.index,
            None,
            sint,
            len(queue),
        )
        return
    _fill_slot(hv, partition, vp, sint, page)


def _fill_slot(
    hv: Hypervisor, partition: Partition, vp: VirtualProcessor, sint: int, page: bytearray
) -> None:
    """Put the message that has waited longest into the free slot; its flag says whether more are waiting."""
    queue = vp.waiting[sint]
    kind, sender, payload = queue.pop(0)
    at = sint * SLOT_SIZE
    page[at : at + SLOT_SIZE] = slot(kind, payload, bool(queue), sender)
    assert_sint(hv, partition, vp, sint, "message", sender)


def end_of_message(hv: Hypervisor, partition: Partition, vp: VirtualProcessor) -> None:
    """EOM was written: deliver the next waiting message of each SINT whose slot is free."""
    page_number = known_message_page(hv, partition, vp)
    if page_number is None:
        return
    for sint in sorted(vp.waiting):
        queue = vp.waiting[sint]
        page = hv.memory.page(page_number)
        if queue and page.startswith(NO_MESSAGE, sint * SLOT_SIZE):
            _fill_slot(hv, partition, vp, sint, hv.memory.page_for_write(page_number))


class Route(NamedTuple):
    """Where a connection for events leads: a processor's SINT, and the flag in its page (`at`, `bit`)."""

    caller: Partition
    owner: Partition
    vp: VirtualProcessor
    sint: int
    vector: int
    flag: int
    page: int
    at: int
    bit: int


def route(
    caller: Partition, owner: Partition, vp: VirtualProcessor, sint: int, flag: int, page: int
) -> Route:
    """The way to a flag of a SINT; `page` is the SPA of the flags' page (`flag_page`)."""
    vector = vp.msrs[MSR_SINT0 + sint] & 0xFF
    return Route(caller, owner, vp, sint, vector, flag, page, sint * FLAG_BYTES + flag // 8, 1 << flag % 8)


def raise_flag(hv: Hypervisor, to: Route) -> None:
    """Set an event flag; it interrupts if it was clear before."""
    memory = hv.memory
    page = memory.own.get(to.page) or memory.page_for_write(to.page)
    if not page[to.at] & to.bit:
        page[to.at] |= to.bit
        hv.interrupt(to.owner, to.vp.index, to.sint, to.vector, "event flag", to.flag)


def assert_sint(
    hv: Hypervisor, partition: Partition, vp: VirtualProcessor, sint: int, reason: str, number: int
) -> None:
    """Interrupt the processor with the SINT's vector, unless it is masked."""
    value = vp.msrs[MSR_SINT0 + sint]
    if not value & SINT_MASKED:
        hv.interrupt(partition, vp.index, sint, value & 0xFF, reason, number)
