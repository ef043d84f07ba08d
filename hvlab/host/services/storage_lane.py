"""A disk request in the root on its shortest way: taken out of the ring in one function, completed in another.

What a lane is, when it may be taken and why it is the same as the general way, `hvlab.vmbus.lane` says. Here is
storvsp's part of it, for the one request that nearly always comes: READ (10) or WRITE (10) of sectors
that are there, from or to one range of pages, while nothing on the host is made to fail. Whatever
else waits in the ring is left there for the service.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hvlab.devices.storage import protocol, scsi, vsp
from hvlab.host.disks import DiskRequest
from hvlab.host.guest_pages import Area, ForeignPage, copy_from, copy_to
from hvlab.host.root import EVENT_PORT, port_number
from hvlab.host.services.storage import StorageService, answer
from hvlab.host.services.storage_moves import storage_moves
from hvlab.host.services.storage_series import storage_series
from hvlab.host.services.storage_stride import storage_stride
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.software import Sent, Series
from hvlab.vmbus import lane, messages, packets, signals

if TYPE_CHECKING:
    from hvlab.host.link import BusLink

_MOST_PAGES = protocol.MAXIMUM_TRANSFER // PAGE_SIZE
_new = tuple.__new__

_Request = tuple[int, str, int, int, bytes, Area, bytes, bytearray, int]
"""Transaction, file, first sector, sectors, what is to be written, range of guest pages, storage packet.

Then the ring's control page and where it is read to.
"""


class ServiceLane(NamedTuple):
    """The functions of a channel; each answers False or 0 if it has done nothing."""

    stride: Callable[[Sent], bool] | None
    """A request has been sent: to its end, if that is all that happens."""
    series: Callable[[Series], int] | None
    """Requests are about to be sent: as many of them to their end as are all that happens."""
    take: Callable[[], bool]
    """The service's thread runs."""
    complete: Callable[[int, int, bytes, int], bool]
    """The disk has done a request: transaction, number of the opening, what was read, cause."""
    fresh: Callable[[], bool]
    """Whether it is any use still."""


@lru_cache(maxsize=2)
def _shapes(size: int) -> dict[int, tuple[bytes, int, Callable[..., tuple[int, ...]]]]:
    """By its length, how a request for one range of 1, 2, 3 ... pages looks.

    The first bytes of its descriptor, where the storage packet begins, and what reads transaction, ranges,
    byte count, offset, pages and the packet's operation.
    """
    shapes = {}
    for count in range(1, _MOST_PAGES + 1):
        packet = packets.gpa_direct(bytes(size), 0, 1, 0, [0] * count)
        begin = len(packet) - size
        shapes[len(packet) + packets.TRAILER_SIZE] = (
            packet[:8],
            begin,
            struct.Struct(f"<8xQ4xIII{count}QI").unpack_from,
        )
    return shapes


def _way(link: BusLink, relid: int, unsent: list[bytes]) -> lane.Lane | None:
    """The lane from the root to the guest."""
    partition, through, flag = link.partition, None, relid
    if signals.host_signals_through_page(link.server.version):
        page = link.interrupt_page
        if page is None:
            return None
        byte, bit = divmod(relid, 8)
        through, flag = (page, byte, 1 << bit), 0
    signal = ROOT, port_number(partition, EVENT_PORT), flag
    who = lane.Sender(partition, None, relid, messages.HOST_TO_GUEST, packets.COMPLETION, signal, through)
    return lane.sender(link.root.hypervisor, link.end(relid), who, unsent)


def service_lane(link: BusLink, relid: int, service: StorageService) -> ServiceLane | None:
    """The lane of a storage channel; None as long as something of it is not settled."""
    storvsp, unsent = service.storvsp, link.unsent.get(relid)
    if unsent is None or storvsp.state != vsp.READY:
        return None
    way = _way(link, relid, unsent)
    if way is None:
        return None
    send, end, (key, opening) = way.send, link.end(relid), link.opened[relid]
    hypervisor, partition, disks, faults = link.root.hypervisor, link.partition, link.disks, link.faults
    world, user, single = link.world, link.name, storvsp.single
    append, name, storage = world.trace.events.append, end.name, disks.name
    find = lane.finder(hypervisor, end.incoming)
    size = protocol.packet_size(storvsp.version)
    shapes, target = _shapes(size), protocol.read_target[size]
    execute, trailer = protocol.EXECUTE_SRB, packets.TRAILER_SIZE

    def look() -> _Request | None:
        found = find()
        if found is None or unsent or faults.faults:
            return None
        data, control, at = found
        shape = shapes.get(len(data))
        if shape is None:
            return None
        head, begin, read = shape
        if not data.startswith(head):
            return None
        transaction, ranges, length, offset, *pages, operation = read(data)
        lun, block = target(data, begin)
        code = block[0]
        lba, sectors = scsi.ten(block)
        if single:
            lun = 0
        if (
            ranges != 1
            or operation != execute
            or (code != scsi.WRITE_10 and code != scsi.READ_10)
            or lba + sectors > storvsp.disks.get(lun, 0)
            or not 0 < sectors * scsi.SECTOR <= length
            or -(-(offset + length) // PAGE_SIZE) != len(pages)
            or offset >= PAGE_SIZE
            or transaction in storvsp.pending
        ):
            return None
        area, content, payload = (length, offset, tuple(pages)), b"", data[begin:-trailer]
        if code == scsi.WRITE_10:
            try:
                content = copy_from(hypervisor, partition, area, sectors * scsi.SECTOR)
            except ForeignPage:
                return None
        return transaction, service.paths[lun], lba, sectors, content, area, payload, control, at

    def take() -> bool:
        request = look()
        if request is None:
            return False
        transaction, path, lba, sectors, content, area, payload, control, at = request
        lane.drained(control, at)
        service.requests[transaction] = area
        storvsp.pending[transaction] = payload
        asked = (key, "WRITE" if content else "READ", lba, sectors)
        append((world.now, "device.command", world.cause, name, storage, partition, None, relid, asked))
        token = key, transaction, partition, opening
        disks.submit(_new(DiskRequest, (user, token, path, lba, sectors, content)))
        return True

    def complete(transaction: int, number: int, data: bytes, cause: int) -> bool:
        if number != opening or faults.faults or transaction not in service.requests or not way.fresh():
            return False
        request = storvsp.pending.get(transaction)
        if request is None:
            return False
        area = service.requests[transaction]
        if data:
            try:
                copy_to(hypervisor, partition, area, data)
            except ForeignPage:
                return False
        del storvsp.pending[transaction], service.requests[transaction]
        packet = answer(transaction, request, len(data))
        if not send(packet, transaction, cause):
            link.send(relid, packet)
        return True

    stride = series = None
    moves = storage_moves(link, relid, service, way)
    if lane.Switch.strides:
        stride = storage_stride(link, relid, moves, way)
    if lane.Switch.series:
        series = storage_series(link, moves, way)
    return ServiceLane(stride, series, take, complete, way.fresh)
