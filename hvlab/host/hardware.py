"""What a server has been bought with, and how much of it its edition and Hyper-V use.

An edition uses as many sockets as it is made for, and so much memory; of the logical processors behind those sockets
the hypervisor uses as many as its release, with its updates, can. What is more is there and does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.catalog import Platform
from hvlab.catalog.servers import Edition, server_facts


@dataclass(frozen=True)
class Hardware:
    """Sockets, logical processors, and memory in bytes, as they are built in."""

    sockets: int
    processors: int
    memory: int


@dataclass(frozen=True)
class Used:
    """One kind of hardware: what is built in, what is used, and the least limit with whose it is (empty: none)."""

    what: str
    built_in: int
    used: int
    limit: int
    whose: str


def used(hardware: Hardware, edition: Edition, release: Platform, updates: list[str]) -> list[Used]:
    """Sockets, logical processors and memory (in MB)."""
    if release.hosted:
        return [
            _least("Sockets", hardware.sockets, []),
            _least("LogicalProcessors", hardware.processors, []),
            _least("MemoryMB", hardware.memory >> 20, []),
        ]
    known = server_facts().updates
    raised = max(
        (known[number].limits.get("logical_processors", 0) for number in updates if number in known),
        default=0,
    )
    sockets = _least("Sockets", hardware.sockets, [(edition.sockets, edition.name)])
    behind = hardware.processors * sockets.used // hardware.sockets
    limits = [(max(release.limits["logical_processors"].value, raised), release.name)]
    if behind < hardware.processors:
        limits.append((behind, edition.name))
    return [
        sockets,
        _least("LogicalProcessors", hardware.processors, limits),
        _least("MemoryMB", hardware.memory >> 20, [(edition.memory_gb << 10, edition.name)]),
    ]


def _least(what: str, built_in: int, limits: list[tuple[int, str]]) -> Used:
    limit, whose = min(limits, default=(0, ""))
    return Used(what, built_in, min(built_in, limit) if whose else built_in, limit, whose)
