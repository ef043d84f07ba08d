"""A whole disk request in one stride: from the guest's halt over the root and the disk to its end in the guest.

What it is. Between the signal of a request and its completion four events are due: the root's interrupt, the
service's thread, the disk, the guest's interrupt. Each writes what the next one takes back or reads again: event
flag and bit, interrupt mask, ring indices, what is under way. Here all four are done at once: what is written
is the trace, the bytes, and the state in which the four leave the world.

When it may be done. The guest has put one request into an empty ring, has signalled it and has halted
(`hypervisor.software.Sent`); the root would find that and nothing else, and the guest would find its completion
and nothing else; nothing on the host is made to fail; the disk is a fixed one whose structures are known to
be sound; the sectors and the pages are there. Last of all the kernel is asked whether nothing else is due
until then and nobody looks (`Kernel.stride`). Up to that question nothing is changed.

Why it is the same: tests/properties/test_lanes.py compares it with the general way and with the lanes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.devices.storage import protocol, scsi
from hvlab.host.guest_pages import ForeignPage, copy_from, copy_to, lies_in
from hvlab.host.services.storage import StorageService, answer
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.software import Sent
from hvlab.kernel.calendar import seconds
from hvlab.vmbus import lane, signals
from hvlab.vmbus.packets import TRAILER_SIZE

if TYPE_CHECKING:
    from hvlab.host.link import BusLink

EVENTS = 4
_FIXED = protocol.PACKET_HEADER.size + protocol.SCSI_REQUEST_36.offsets["scsi_status"]
"""So many bytes at the beginning are alike in all completions of what went well; then the request comes back."""


def strider(link: BusLink, relid: int, service: StorageService, way: lane.Lane) -> Callable[[Sent], bool]:
    """The function of a storage channel that does a request in one stride, or nothing at all and says False.

    `way` is the lane from the root to the guest.
    """
    world, root, disks, faults = link.world, link.root, link.disks, link.faults
    hypervisor, partition, storvsp = root.hypervisor, link.partition, service.storvsp
    key, _ = link.opened[relid]
    owner = partition, 0 if signals.guest_signals_through_page(link.server.version) else relid
    wake, user, single = link.platform.timing.service_wake, link.name, storvsp.single
    end = link.end(relid)
    holds = lane.holds_only(hypervisor, end.incoming)
    events, name, storage = world.trace.events, end.name, disks.name
    append = events.append
    size = protocol.packet_size(storvsp.version)
    request = protocol.REQUEST_PACKETS[size].pack(length=size - protocol.PACKET_HEADER.size)
    sample = answer(0, request, 0)
    total = len(sample) + TRAILER_SIZE
    head, outcome = sample[:8], sample[16 : 16 + _FIXED]
    completion = struct.Struct(f"<8sQ{_FIXED}s{size - _FIXED}s").pack

    def stride(sent: Sent) -> bool:
        ticket, cause, transaction, tag, write, lun, lba, sectors, gpa, packet, begin, back = sent
        there, flag, end_there = back
        if single:
            lun = 0
        path, length = service.paths.get(lun, ""), sectors * scsi.SECTOR
        disk = disks.known(path)
        if (
            disk is None
            or disk.block_size
            or lba + sectors > storvsp.disks.get(lun, 0)
            or lba * scsi.SECTOR + length > disk.size
            or length > protocol.MAXIMUM_TRANSFER
            or faults.faults
            or root.flag_owners.get(flag) != owner
            or not there.finds(True)
            or not way.finds(False)
        ):
            return False
        behind = begin + len(packet) + TRAILER_SIZE
        control, place = holds(begin, behind), way.room(total)
        if control is None or place is None:
            return False
        first, offset = divmod(gpa, PAGE_SIZE)
        area = length, offset, tuple(range(first, first - (-(offset + length) // PAGE_SIZE)))
        content = b""
        if write:
            try:
                content = copy_from(hypervisor, partition, area, length)
            except ForeignPage:
                return False
        elif not lies_in(hypervisor, partition, area, length):
            return False
        begun = world.now + there.delay + wake
        done = disks.when(path, lba, sectors, begun)
        if not world.stride(ticket, EVENTS, done + way.delay):
            return False
        there.lower()
        lane.drained(control, behind)
        command, operation = ("WRITE", "write") if write else ("READ", "read")
        asked = key, command, lba, sectors
        append((begun, "device.command", cause, name, storage, partition, None, relid, asked))
        disks.moved_on(path, lba + sectors, done)
        if write:
            disk.store.write(lba * scsi.SECTOR, content)  # a fixed disk's sectors lie in its file as they are
            disk.store.touch(seconds(done))
        else:
            copy_to(hypervisor, partition, area, disk.read(lba, sectors))
        had = operation, path, lba, sectors, "ok", 0
        append((done, "disk.io", cause, user, storage, None, None, None, had))
        answered = completion(head, transaction, outcome, packet[_FIXED - size :])
        world.cause = way.record(place, answered, transaction, len(events), done)
        lane.drained(place[0], place[1] + total)
        end_there(transaction, tag)
        return True

    return stride
