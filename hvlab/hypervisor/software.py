"""What runs in a partition, as the hypervisor sees it: something that takes interrupts and goes on.

The root's kernel and every guest are such components. The hypervisor calls them
through events only, never directly, so that time passes in between.
"""

from __future__ import annotations

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

    def computed(self, vp: int) -> None:
        """The processor time that was asked for (`Hypervisor.compute`) has been had."""
        raise NotImplementedError

    def started_up(self, vp: int) -> None:
        """A processor begins that another has started."""
        raise NotImplementedError

    def resumed(self, vp: int) -> None:
        """Go on after an intercept."""
        raise NotImplementedError
