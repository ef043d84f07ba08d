"""A whole disk request in one stride: from the guest's halt over the root and the disk to its end in the guest.

What it is. Between the signal of a request and its completion four events are due: the root's interrupt, the
service's thread, the disk, the guest's interrupt. Each writes what the next one takes back or reads again: event
flag and bit, interrupt mask, ring indices, what is under way. Here all four are done at once: what is written
is the trace, the bytes, and the state in which the four leave the world.

When it may be done. The guest has put one request into an empty ring, has signalled it and has halted
(`hypervisor.software.Sent`); the root would find that and nothing else, and the guest would find its completion
and nothing else; the request can be done, and nothing comes of it but its answer (`storage_moves`). Last of all the
kernel is asked whether nothing else is due until then and nobody looks (`Kernel.stride`). Up to that question
nothing is changed.

Why it is the same: tests/properties/test_lanes.py compares it with the general way and with the lanes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.devices.storage import scsi
from hvlab.host.guest_pages import copy_from
from hvlab.host.services.storage_moves import EVENTS, Moves
from hvlab.hypervisor.software import Sent
from hvlab.vmbus import lane
from hvlab.vmbus.packets import TRAILER_SIZE

if TYPE_CHECKING:
    from hvlab.host.link import BusLink


def storage_stride(link: BusLink, relid: int, moves: Moves, way: lane.Lane) -> Callable[[Sent], bool]:
    """The function of a storage channel that does a request in one stride, or nothing at all and says False.

    `way` is the lane from the root to the guest.
    """
    world, disks, wake = link.world, link.disks, link.platform.timing.service_wake
    hypervisor, partition = link.root.hypervisor, link.partition
    holds = lane.holds_only(hypervisor, link.end(relid).incoming)
    sound, serve, leave, answered = moves

    def stride(sent: Sent) -> bool:
        ticket, cause, transaction, tag, write, lun, lba, sectors, gpa, packet, begin, back = sent
        there, flag, end_there = back
        length, behind = sectors * scsi.SECTOR, begin + len(packet) + TRAILER_SIZE
        target = sound(lun, write, lba, sectors, gpa, length, flag)
        control, place = holds(begin, behind), way.room(answered)
        if (
            target is None
            or target.reach < sectors
            or control is None
            or place is None
            or not there.finds(True)
            or not way.finds(False)
        ):
            return False
        begun = world.now + there.delay + wake
        done = disks.when(target.path, lba, sectors, begun)
        if not world.stride(ticket, EVENTS, done + way.delay):
            return False
        there.lower()
        lane.drained(control, behind)
        content = copy_from(hypervisor, partition, target.area, length) if write else b""
        world.cause = serve(target, lba, sectors, content, begun, done, place, packet, transaction, cause)
        lane.drained(place[0], place[1] + answered)
        leave(target, lba, sectors, not write, done)
        end_there(transaction, tag)
        return True

    return stride
