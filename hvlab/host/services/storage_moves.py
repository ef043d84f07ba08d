"""What becomes of a disk request in the root where nothing else happens: what strides and series are made of.

Where something might come in between, service, disk and ring do all this one after the other, and look each time.
Here it is looked at beforehand (`sound`), done in one function (`serve`), and left as the last of several requests
leaves it (`leave`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from hvlab.devices.storage import protocol, scsi
from hvlab.host.guest_pages import Area, copy_to, lies_in
from hvlab.host.services.storage import StorageService, answer
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel.calendar import seconds
from hvlab.storage.vhd import Vhd
from hvlab.vmbus import lane, signals
from hvlab.vmbus.packets import TRAILER_SIZE

if TYPE_CHECKING:
    from hvlab.host.link import BusLink

EVENTS = 4
"""From a request's signal to its end: the root's interrupt, the service's thread, the disk, the guest's interrupt."""
_FIXED = protocol.PACKET_HEADER.size + protocol.SCSI_REQUEST_36.offsets["scsi_status"]
"""So many bytes at the beginning are alike in all completions of what went well; then the request comes back."""


class Target(NamedTuple):
    """Where requests go to: the disk, its file's path, and the guest's pages."""

    disk: Vhd
    path: str
    area: Area
    reach: int
    """How many of the sectors can be moved, from the first on."""


class Moves(NamedTuple):
    """The functions of a storage channel."""

    sound: Callable[[int, bool, int, int, int, int, int], Target | None]
    """Unit, whether it writes, first sector, sectors, guest address, bytes there, the root's event flag: where to.

    None if more may come of it than an answer. The disk is there and its structures are known to be sound, it need not
    grow, the pages are the guest's, the flag is this channel's, and nothing is made to fail.
    """
    serve: Callable[[Target, int, int, bytes, int, int, lane.Room, bytes, int, int], int]
    """Target, first sector, sectors, what is written (nothing: it is read), when the service has found the request and
    when the disk has done it, where the answer lies, the request's packet, its transaction, its cause: do it, and
    write down what service, disk and service do. The guest's interrupt in the trace."""
    leave: Callable[[Target, int, int, bool, int], None]
    """Target, first sector, sectors, whether it is read, when: this was the last request that the disk has done."""
    answered: int
    """The length of an answer in the ring, trailer included."""


def storage_moves(link: BusLink, relid: int, service: StorageService, way: lane.Lane) -> Moves:
    """The functions of a storage channel; `way` is the lane from the root to the guest."""
    root, disks, faults = link.root, link.disks, link.faults
    hypervisor, partition, storvsp = root.hypervisor, link.partition, service.storvsp
    key, _ = link.opened[relid]
    owner = partition, 0 if signals.guest_signals_through_page(link.server.version) else relid
    user, single = link.name, storvsp.single
    events, name, storage = link.world.trace.events, link.end(relid).name, disks.name
    append, record = events.append, way.record
    size = protocol.packet_size(storvsp.version)
    request = protocol.REQUEST_PACKETS[size].pack(length=size - protocol.PACKET_HEADER.size)
    sample = answer(0, request, 0)
    head, outcome = sample[:8], sample[16 : 16 + _FIXED]
    completion, back = struct.Struct(f"<8sQ{_FIXED}s{size - _FIXED}s").pack, _FIXED - size

    def sound(
        lun: int, write: bool, lba: int, sectors: int, gpa: int, length: int, flag: int
    ) -> Target | None:
        if single:
            lun = 0
        path = service.paths.get(lun, "")
        disk = disks.known(path)
        if (
            disk is None
            or length > protocol.MAXIMUM_TRANSFER
            or faults.faults
            or root.flag_owners.get(flag) != owner
        ):
            return None
        reach = min(sectors, storvsp.disks.get(lun, 0) - lba, disk.size // scsi.SECTOR - lba)
        first, offset = divmod(gpa, PAGE_SIZE)
        area = length, offset, tuple(range(first, first - (-(offset + length) // PAGE_SIZE)))
        if reach <= 0 or not lies_in(hypervisor, partition, area, length):
            return None
        return Target(disk, path, area, disk.settled(lba, reach, write))

    def serve(
        target: Target,
        lba: int,
        sectors: int,
        content: bytes,
        begun: int,
        done: int,
        place: lane.Room,
        packet: bytes,
        transaction: int,
        cause: int,
    ) -> int:
        disk, path, _, _ = target
        command, operation = ("WRITE", "write") if content else ("READ", "read")
        asked = key, command, lba, sectors
        append((begun, "device.command", cause, name, storage, partition, None, relid, asked))
        if content:
            disk.write(lba, content)
        had = operation, path, lba, sectors, "ok", 0
        append((done, "disk.io", cause, user, storage, None, None, None, had))
        return record(
            place, completion(head, transaction, outcome, packet[back:]), transaction, len(events), done
        )

    def leave(target: Target, lba: int, sectors: int, read: bool, done: int) -> None:
        disk, path, area, _ = target
        disks.moved_on(path, lba + sectors, done)
        if read:
            copy_to(hypervisor, partition, area, disk.read(lba, sectors))
        else:
            disk.store.touch(seconds(done))

    return Moves(sound, serve, leave, len(sample) + TRAILER_SIZE)
