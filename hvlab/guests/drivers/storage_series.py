"""A program's disk requests one after the other in one go, as long as nothing else happens meanwhile.

What it is. A program that reads or writes a stretch of a disk makes the same request over and over: it fills its
buffer, asks, waits, and is woken, only to do so again. When one such request has gone by a stride
(`hvlab.vmbus.lane`), so would the next, and what a stride looks at before it begins is the same for all of
them. A series looks once, and then does request after request: the guest's part of it stands here, the
root's in `hvlab.host.services.storage_series`.

What is left out is what one request puts in its place and the next takes out again: the thread that waits and goes
on, what is under way in the guest and its driver, the buffer's bytes before the last. The sums are made at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from hvlab.devices.storage import scsi
from hvlab.guests import system_record
from hvlab.guests.threads import Op, Thread
from hvlab.hypervisor.software import PartitionSoftware, Series
from hvlab.vmbus import lane
from hvlab.vmbus.packets import TRAILER_SIZE

if TYPE_CHECKING:
    from hvlab.guests.bus import GuestBus
    from hvlab.guests.drivers.storage import StorageDriver
    from hvlab.guests.drivers.storage_lane import Back, Mould

MOST = 50
"""So many requests are looked for at most: the world seldom leaves time for more."""
ROUTE, HALT = "synthetic", ("hlt", "", None)
"""What the trace says of each request's way, and of the exit after it."""


class Ahead(NamedTuple):
    """Requests at the beginning of a program that are alike but for their places, which follow on each other."""

    requests: int
    operations: int
    """So many operations of the program are one request."""
    write: bool
    unit: str
    lba: int
    """Of the first."""
    sectors: int
    gpa: int
    workload: int
    sequence: int
    """Of the first record that is written."""


def ahead(program: Sequence[Op]) -> Ahead | None:
    """The requests that a program begins with; None if it begins with anything else, or they are all it has left."""
    filled = program[:1] and program[0][0] == "fill"
    step = 2 if filled else 1
    if len(program) <= step or program[step - 1][0] != "io":
        return None
    first = program[step - 1]
    _, write, unit, lba, sectors, gpa, workload = cast(tuple[str, bool, str, int, int, int, int], first)
    sequence = cast(int, program[0][4]) if filled else 0
    if write is not filled:
        return None
    count = 0
    for at in range(0, min(len(program) - step, MOST * step), step):
        place = lba + count * sectors
        if program[at + step - 1] != ("io", write, unit, place, sectors, gpa, workload) or (
            filled and program[at] != ("fill", gpa, place, sectors, sequence + count * sectors)
        ):
            break
        count += 1
    return Ahead(count, step, write, unit, lba, sectors, gpa, workload, sequence) if count else None


def storage_series(
    bus: GuestBus, relid: int, driver: StorageDriver, way: lane.Lane, back: Back, moulds: Mould, answer: int
) -> Callable[[Thread], int]:
    """The function of a storage channel that does the requests which a thread makes next; how many.

    All other threads of its guest wait. `moulds` makes packets, `answer` is the length of a completion in the ring.
    """
    guest, state, storvsc = bus.guest, bus.state, driver.storvsc
    hypervisor, partition, path = guest.hypervisor, guest.partition, driver.PATH
    receiver = cast(PartitionSoftware, guest.world.at_index(way.receiver))
    record, events = way.record, guest.world.trace.events
    append, name, disk, monitor = events.append, guest.name, bus.end(relid).name, hypervisor.name

    def series(thread: Thread) -> int:
        found = ahead(thread.program)
        if found is None or thread.vp or guest.writers.frozen or not driver.watched:
            return 0
        requests, operations, write, unit, lba, sectors, gpa, workload, sequence = found
        channel, lun, _ = guest.units.get(unit, (0, 0, 0))
        if channel != relid or lba + requests * sectors > scsi.SHORT_ADDRESSES or not workload:
            return 0
        make, first = moulds(write, lun, sectors, gpa), storvsc.next_transaction
        length = len(make(first, lba)) + TRAILER_SIZE
        operation = "write" if write else "read"

        def content(number: int) -> bytes:
            done = number * sectors
            return system_record.data_sectors(sequence + done, lba + done, sectors)

        def begin(number: int, place: lane.Room, now: int, cause: int) -> tuple[bytes, int, int]:
            here, transaction = lba + number * sectors, first + number
            start = "start", operation, here, sectors, ROUTE, ""
            append((now, "guest.io", cause, name, disk, partition, 0, relid, start))
            packet = make(transaction, here)
            interrupt = record(place, packet, transaction, len(events), now)
            append((now, "exit", cause, name, monitor, partition, 0, None, HALT))
            return packet, transaction, interrupt

        def end(number: int, now: int, cause: int) -> None:
            ended = "end", operation, lba + number * sectors, sectors, ROUTE, "ok"
            append((now, "guest.io", cause, name, disk, partition, 0, relid, ended))

        asked = Series(requests, write, lun, lba, sectors, gpa, content, length, begin, end, back)
        done = receiver.series(partition, relid, asked)
        if done:
            guest.next_tag += done
            storvsc.next_transaction += done
            state.sent[path] += done * length
            state.received[path] += done * answer
            work = guest.workloads[workload - 1]
            work.done += done
            work.moved += done * sectors * system_record.SECTOR
            work.route = ROUTE
            hypervisor.partitions[partition].vps[0].exits["hlt"] += done
            del thread.program[: done * operations]
        return done

    return series
