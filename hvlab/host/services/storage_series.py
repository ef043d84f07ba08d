"""Disk requests of one program after the other in one go: the root's part, which also says how far it may go.

What a series is, `hvlab.guests.drivers.storage_series` says. One request takes as long as the other, since each goes on
where the last has left the disk; so it is known before the first how many of them end before anything else is due or
somebody looks (`Kernel.clear`), and how many go into the rings before these begin anew. That
many are done, the others go their way as ever.

Why it is the same: tests/properties/test_lanes.py compares it with strides, lanes and the general way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.devices.storage import scsi
from hvlab.host.guest_pages import copy_to
from hvlab.host.services.storage_moves import EVENTS, Moves
from hvlab.hypervisor.software import Series
from hvlab.vmbus import lane

if TYPE_CHECKING:
    from hvlab.host.link import BusLink

TURN = EVENTS + 1
"""The events of a request, and that of the processor which goes on behind it."""


def storage_series(link: BusLink, moves: Moves, way: lane.Lane) -> Callable[[Series], int]:
    """The function of a storage channel that does as many of the requests as it may, and says how many.

    `way` is the lane from the root to the guest.
    """
    world, disks, wake = link.world, link.disks, link.platform.timing.service_wake
    hypervisor, partition = link.root.hypervisor, link.partition
    serve, answered = moves.serve, moves.answered

    def series(series: Series) -> int:
        most, write, lun, lba, sectors, gpa, content, length, begin, end, (there, flag, _) = series
        now, cause = world.now, world.cause
        place, place_back = there.room(length), way.room(answered)
        target = moves.sound(lun, write, lba, most * sectors, gpa, sectors * scsi.SECTOR, flag)
        if target is None or place is None or place_back is None:
            return 0
        to_service = there.delay + wake
        to_disk = disks.pace(target.path, lba, sectors, now + to_service)
        turn = to_service + to_disk + way.delay
        (control, at), (control_back, at_back) = place, place_back
        until, events = world.clear()
        count: int = min(
            target.reach // sectors,
            (until - now) // turn,
            events // TURN,
            (there.size - 1 - at) // length,
            (way.size - 1 - at_back) // answered,
        )
        if not to_disk or count <= 0 or not there.finds(False) or not way.finds(False):
            return 0
        data = b""
        for number in range(count):
            packet, transaction, cause = begin(number, (control, at), now, cause)
            if write:
                data = content(number)
            begun = now + to_service
            done = begun + to_disk
            place = control_back, at_back
            cause = serve(target, lba, sectors, data, begun, done, place, packet, transaction, cause)
            now = done + way.delay
            end(number, now, cause)
            at += length
            at_back += answered
            lba += sectors
        lane.drained(control, at)
        lane.drained(control_back, at_back)
        moves.leave(target, lba - sectors, sectors, not write, now - way.delay)
        if write:
            copy_to(hypervisor, partition, target.area, data)
        world.cause = cause
        world.leap(count * TURN, now)
        return count

    return series
