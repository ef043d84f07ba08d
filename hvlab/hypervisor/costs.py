"""What crossings cost: the figures of a platform's [timing] that the hypervisor goes by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """What crossings cost, in simulated nanoseconds (a teaching model; see the platform's [timing])."""

    hypercall: int
    exit: int
    intercept: int
    interrupt: int
    repeat_element: int
    native: int = 1
    system_call: int = 100
    scheduler_slice: int = 50_000_000
    scheduler_window: int = 500_000_000
