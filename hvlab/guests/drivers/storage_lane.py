"""A disk request in the guest on its shortest way: submitted in one function, completed in another.

What a lane is, when it may be taken and why it is the same as the general way, `hvlab.vmbus.lane` says. Here is
storvsc's part of it. The packet of a request is cut once out of what the general functions make, and
only its transaction and its block address are put in each time; a completion is looked at for the one
thing that it nearly always says, that the request is done. Whatever else comes is left to the driver.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, cast

from hvlab.devices.storage import protocol, scsi, vsc
from hvlab.guests.drivers.storage import StorageDriver, packet_of
from hvlab.guests.drivers.storage_series import storage_series
from hvlab.guests.threads import Thread
from hvlab.hypervisor.software import PartitionSoftware, Sent
from hvlab.vmbus import lane, messages, packets, signals

if TYPE_CHECKING:
    from hvlab.guests.bus import GuestBus

_NOBODY = ("", 0)
_new = tuple.__new__
_outcome = struct.Struct("<8xQ8xI2xB").unpack_from
"""Of a completion: its transaction, the status, the SRB status."""


Mould = Callable[[bool, int, int, int], Callable[[int, int], bytes]]
"""By writing, unit, sectors and guest address: what makes packets out of transaction and first sector."""


class Back(NamedTuple):
    """What a stride needs of the guest's side."""

    way: lane.Lane
    """To the root."""
    flag: int
    """The root's event flag for it."""
    end: Callable[[int, int], None]
    """The completion of this transaction with that tag has come; ring, bit and flag are as when it was taken."""


class StorageLane(NamedTuple):
    """The functions of a channel; each answers False if it has done nothing."""

    submit: Callable[[int, bool, int, int, int, int, int], bool]
    """Tag, whether it writes, logical unit, first sector, sectors, guest address, cause."""
    series: Callable[[Thread], int]
    """The only thread that does not wait goes on: requests that it makes next are done, so many."""
    completed: Callable[[], bool]
    """The channel has been signalled."""
    fresh: Callable[[], bool]
    """Whether it is any use still."""


@lru_cache(maxsize=256)
def _mould(size: int, write: bool, lun: int, sectors: int, gpa: int) -> Callable[[int, int], bytes]:
    """Makes the packet of such a request out of its transaction and its first sector."""
    block = scsi.transfer(scsi.WRITE_10 if write else scsi.READ_10, 0, sectors)
    length = sectors * scsi.SECTOR
    payload = vsc.request(size, lun, block, protocol.DATA_OUT if write else protocol.DATA_IN, length)
    whole = packet_of(vsc.SendPacket(0, payload, gpa, length))
    at = packets.DESCRIPTOR.offsets["transaction_id"]
    address = len(whole) - size + protocol.REQUEST_PACKETS[size].offsets["cdb"] + scsi.ADDRESS_AT
    head, middle, tail = whole[:at], whole[at + 8 : address], whole[address + 4 :]
    pack = struct.Struct(f"<{len(head)}sQ{len(middle)}s4s{len(tail)}s").pack
    return lambda transaction, lba: pack(head, transaction, middle, lba.to_bytes(4, "big"), tail)


def storage_lane(bus: GuestBus, relid: int, driver: StorageDriver) -> StorageLane | None:
    """The lane of a storage channel; None as long as something of it is not settled."""
    guest, state, storvsc = bus.guest, bus.state, driver.storvsc
    connection, unsent = state.connection, state.unsent.get(relid)
    if unsent is None or storvsc.step != "ready":
        return None
    through, signal = None, connection.channels[relid].signal_connection
    if signals.guest_signals_through_page(connection.version):
        byte, bit = divmod(relid, 8)
        through, signal = (bus.interrupt_page, signals.HALF_PAGE + byte, 1 << bit), signals.EVENT_CONNECTION
    hypervisor = guest.hypervisor
    who = lane.Sender(
        guest.partition,
        0,
        relid,
        messages.GUEST_TO_HOST,
        packets.GPA_DIRECT,
        (guest.partition, signal, 0),
        through,
    )
    way = lane.sender(hypervisor, bus.end(relid), who, unsent)
    if way is None:
        return None
    send = way.send
    find = lane.finder(hypervisor, bus.end(relid).incoming)
    size = protocol.packet_size(storvsc.version)
    empty = packets.completion(bytes(size), 0)
    done, length = empty[:8], len(empty) + packets.TRAILER_SIZE
    world, path, events = guest.world, driver.PATH, guest.world.trace.events
    receiver = cast(PartitionSoftware, world.at_index(way.receiver))
    success = protocol.SRB_SUCCESS

    def submit(tag: int, write: bool, lun: int, lba: int, sectors: int, gpa: int, cause: int) -> bool:
        if lba + sectors > scsi.SHORT_ADDRESSES or not driver.watched:
            return False
        transaction = storvsc.next_transaction
        packet = _mould(size, write, lun, sectors, gpa)(transaction, lba)
        sent = send(packet, transaction, cause)
        if sent is None:
            return False
        storvsc.next_transaction = transaction + 1
        storvsc.waiting[transaction] = "io", tag
        driver.since[transaction] = world.now
        state.sent[path] += len(packet) + packets.TRAILER_SIZE
        what = sent[0], len(events), transaction, tag, write, lun, lba, sectors, gpa, packet, sent[1], back
        guest.sent = receiver, relid, _new(Sent, what)
        return True

    def completed() -> bool:
        found = find()
        if found is None or unsent:
            return False
        data, control, at = found
        if len(data) != length or not data.startswith(done):
            return False
        transaction, status, srb_status = _outcome(data)
        what, tag = storvsc.waiting.get(transaction, _NOBODY)
        if what != "io" or status or srb_status != success:
            return False
        lane.drained(control, at)
        state.received[path] += length
        driver.since.pop(transaction, None)
        del storvsc.waiting[transaction]
        guest.io_finished(tag, "ok")
        return True

    def end(transaction: int, tag: int) -> None:
        state.received[path] += length
        del driver.since[transaction], storvsc.waiting[transaction]
        guest.request_ended(tag)

    back = Back(way, hypervisor.routes[who.signal][0].flag, end)
    series = storage_series(bus, relid, driver, way, back, partial(_mould, size), length)
    return StorageLane(submit, series, completed, way.fresh)
