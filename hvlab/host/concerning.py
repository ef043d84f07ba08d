"""Which virtual machine an event of the trace concerns: one rule for the console, the sentences and the picture."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the screen names machines before there is a world
    from hvlab.kernel.trace import TraceEvent


def machine_of(event: TraceEvent) -> str:
    """The virtual machine an event concerns, by the paths in it; empty if none."""
    named = event.fields.get("vm")
    return str(named) if named else _machine_of(event.source, event.target)


@lru_cache(maxsize=4096)
def _machine_of(source: str, target: str) -> str:
    for path in (source, target):
        parts = path.split("/")
        if len(parts) >= 4 and parts[1] == "root" and parts[2] in ("vmwp", "vmbus"):
            return parts[3]
        if len(parts) >= 2 and parts[1] not in ("root", "hypervisor"):
            return parts[1]
    return ""
