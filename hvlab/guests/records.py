"""What a guest keeps of its disk requests and workloads: plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Request:
    """A disk request under way: whose it is, and for which workload (0: none)."""

    tag: int
    thread: int
    workload: int
    write: bool
    unit: str
    lba: int
    sectors: int
    route: str


@dataclass
class Workload:
    """A workload's sums: times in ns, counts of what its requests cost."""

    number: int
    operation: str
    unit: str
    started: int
    total: int
    done: int = 0
    errors: int = 0
    moved: int = 0
    route: str = ""
    finished: int = 0
    exits: int = 0
    ring_out: int = 0
    ring_back: int = 0
    """Bytes that went through the rings of its client, both ways, trailers included."""
    client: str = "storvsc"
    """The driver whose ring bytes are counted; empty where no ring is used."""
    target: str = ""
    size: int = 0
    """A sender's target and the bytes of one datagram."""
    nanoseconds: int = 0
    """The processor time that a computation wants in all."""
    parallel: int = 0
    """How many per cent of it several threads can share."""
    processors: int = 0
    """How many processors its guest had started when it began."""
    before: tuple[int, int, int] = (0, 0, 0)
    """Exits, ring bytes out and back when it began."""
