"""A guest's application that sends: datagrams of one size to one address, one after the other.

Nobody answers them (the discard service), so that what a frame costs on its way
out can be counted alone. The adapter's driver sets the pace: while it has a
frame that it could not hand over, the application waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.guests.records import Workload

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem
    from hvlab.guests.threads import Op

SEND = "send"
DATAGRAM_TIME = 5_000
"""Processor time of application and protocol stack for one datagram, in ns (K: some microseconds)."""
FIRST_LOOK = 1_000
"""How long a sender waits before it looks again, in ns; then twice that, and so on."""
PATIENCE = 22
"""So often it looks, some four seconds in all; then it gives up."""


def program(number: int, count: int) -> list[Op]:
    """`count` datagrams, then the wait until the adapter has nothing left of them."""
    each: list[Op] = [("cpu", DATAGRAM_TIME), ("send_datagram", number, 0)]
    return [("workload_begin", number), *each * count, ("sent_all", number, 0), ("workload_end", number)]


def start(guest: GuestSystem, key: str, target: str, size: int, count: int) -> Workload:
    """Begin to send `count` datagrams of `size` bytes over that adapter; the caller has checked that it works."""
    number = len(guest.workloads) + 1
    adapter = guest.network.adapters[key]
    work = Workload(number, SEND, key, guest.world.now, count)
    work.target, work.size = target, size
    work.route, work.client = ("synthetic", "netvsc") if adapter.relid else ("emulated", "")
    guest.workloads.append(work)
    guest.note_workload("start", work, size * count)
    guest.spawn(f"workload {number}", program(number, count))
    return work


def send_datagram(guest: GuestSystem, number: int, looked: int) -> int:
    """One datagram, as soon as the adapter has room."""
    work = guest.workloads[number - 1]
    if guest.network.backlog(work.unit):
        return _look_again(guest, "send_datagram", number, looked)
    work.done += 1
    if guest.network.send_datagram(work.unit, work.target, work.size):
        work.moved += work.size
    else:
        work.errors += 1
    return 0


def sent_all(guest: GuestSystem, number: int, looked: int) -> int:
    """The adapter has given every frame to the switch, and its buffers are its own again."""
    if guest.network.sending(guest.workloads[number - 1].unit):
        return _look_again(guest, "sent_all", number, looked)
    return 0


def _look_again(guest: GuestSystem, operation: str, number: int, looked: int) -> int:
    """Wait, each time twice as long; in the end what is not sent is lost."""
    program = guest.current.program
    if looked < PATIENCE:
        program.insert(0, (operation, number, looked + 1))
        return FIRST_LOOK << looked
    work = guest.workloads[number - 1]
    work.errors += work.total - work.done
    program[:] = [("workload_end", number)]
    return 0


OPERATIONS: dict[str, Callable[..., int]] = {"send_datagram": send_datagram, "sent_all": sent_all}
