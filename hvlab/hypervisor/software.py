"""What runs in a partition, as the hypervisor sees it: something that takes interrupts and goes on.

The root's kernel and every guest are such components. The hypervisor calls them
through events only, never directly, so that time passes in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hvlab.kernel import Component, handler


class Sent(NamedTuple):
    """A request for sectors that lies in a channel's ring and has been signalled, as its sender knows it."""

    ticket: int
    """Of the interrupt that is on its way."""
    cause: int
    """That interrupt's trace event."""
    transaction: int
    tag: int
    """The sender's own name for it."""
    write: bool
    unit: int
    lba: int
    sectors: int
    gpa: int
    packet: bytes
    """Without its trailer."""
    begin: int
    """Where it lies in the ring."""
    back: Any
    """What its sender gives along for the answer."""


class Series(NamedTuple):
    """Requests that one program of a partition makes next: alike, each where the last one ended and as soon as it has.

    The processor is at work, its last request has gone by a stride, and its other programs wait.
    """

    most: int
    """So many."""
    write: bool
    unit: int
    lba: int
    """Of the first."""
    sectors: int
    """Of each."""
    gpa: int
    content: Callable[[int], bytes]
    """What the request of that number (from 0) writes."""
    length: int
    """Of each packet in the ring, trailer included."""
    begin: Callable[[int, tuple[bytearray, int], int, int], tuple[bytes, int, int]]
    """The request of that number begins: where in the ring, when, and the cause. The processor halts after it.

    The packet without its trailer, its transaction, and the root's interrupt in the trace.
    """
    end: Callable[[int, int, int], None]
    """The request of that number has come to its good end: when, and the cause."""
    back: Any
    """As in `Sent`."""


class PartitionSoftware(Component):
    """The operating system of a partition."""

    @handler
    def on_interrupt(self, payload: tuple[int, int, int]) -> int | None:
        """An interrupt reaches a virtual processor: (vp, SINT or -1 for a device's line, vector)."""
        self.interrupt(*payload)
        return None

    @handler
    def on_resume(self, payload: int) -> int | None:
        """A virtual processor goes on after an intercept was handled: its index."""
        self.resumed(payload)
        return None

    @handler
    def on_started(self, payload: int) -> int | None:
        """A processor that another has started begins: its index."""
        self.started_up(payload)
        return None

    def interrupt(self, vp: int, sint: int, vector: int) -> None:
        """Take an interrupt."""
        raise NotImplementedError

    def stride(self, partition: int, channel: int, sent: Sent) -> bool:
        """A partition has sent what is told, and does nothing more at present: do all that it leads to, to its end.

        False, with nothing done, if that is not certain to be all that happens meanwhile (`Kernel.stride`).
        """
        return False

    def series(self, partition: int, channel: int, series: Series) -> int:
        """A partition is about to make these requests: do them all, each to its end, as far as `Kernel.clear` goes.

        How many were done.
        """
        return 0

    def computed(self, vp: int) -> None:
        """The processor time that was asked for (`Hypervisor.compute`) has been had."""
        raise NotImplementedError

    def started_up(self, vp: int) -> None:
        """A processor begins that another has started."""
        raise NotImplementedError

    def resumed(self, vp: int) -> None:
        """Go on after an intercept."""
        raise NotImplementedError
