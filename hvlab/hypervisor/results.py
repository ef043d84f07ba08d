"""The result of a hypercall, apart so that the dispatcher and the calls can both use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hvlab.hypervisor.calls import Status


@dataclass
class Result:
    """A hypercall's status, the list elements done, its output, and what follows once it is recorded.

    `seq` is the number of its trace event; `entries` says how often the hypervisor was entered for it.
    `then` never outlives the call.
    """

    status: Status = Status.SUCCESS
    done: int = 0
    value: int = 0
    pages: tuple[tuple[int, int], ...] = ()
    then: Callable[[], object] | None = None
    seq: int = 0
    entries: int = 1

    @property
    def ok(self) -> bool:
        """Whether the status is success."""
        return self.status is Status.SUCCESS
