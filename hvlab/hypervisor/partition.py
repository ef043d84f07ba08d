"""What the hypervisor keeps of each partition and each virtual processor: plain data, no behaviour.

States are those of TLFS 2.0 chapter 5; current documents say Created for
Uninitialized and Initialized for the first part of Active.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

UNINITIALIZED, ACTIVE, FINALIZING, FINALIZED = "Uninitialized", "Active", "Finalizing", "Finalized"

MSR_GUEST_OS_ID = 0x40000000
MSR_HYPERCALL = 0x40000001
MSR_SCONTROL = 0x40000080
MSR_SIEFP = 0x40000082
MSR_SIMP = 0x40000083
MSR_EOM = 0x40000084
MSR_SINT0 = 0x40000090
SINT_MASKED = 1 << 16
_FAR = 1 << 62
"""Beyond every page."""

MSR_NAMES = {
    MSR_GUEST_OS_ID: "HV_X64_MSR_GUEST_OS_ID",
    MSR_HYPERCALL: "HV_X64_MSR_HYPERCALL",
    MSR_SCONTROL: "HV_X64_MSR_SCONTROL",
    MSR_SIEFP: "HV_X64_MSR_SIEFP",
    MSR_SIMP: "HV_X64_MSR_SIMP",
    MSR_EOM: "HV_X64_MSR_EOM",
    **{MSR_SINT0 + n: f"HV_X64_MSR_SINT{n}" for n in range(16)},
}


@dataclass
class VirtualProcessor:
    """A virtual processor.

    It is suspended for either of two reasons or both: its parent has not let it run (new ones are so), or an
    intercept waits for its parent. `halted`: it has executed HLT and waits for an interrupt. `stopped`: it waits for
    another processor's start-up message, as all but the first do at power-on.
    """

    index: int
    suspended: bool = True
    intercepted: bool = False
    halted: bool = False
    stopped: bool = False
    pending: list[tuple[int, int]] = field(default_factory=list)
    """Interrupts that wait until it may run: (SINT or -1, vector), each once."""
    msrs: dict[int, int] = field(default_factory=lambda: {MSR_SINT0 + n: SINT_MASKED for n in range(16)})
    registers: dict[str, int] = field(default_factory=dict)
    waiting: dict[int, list[tuple[int, int, bytes]]] = field(default_factory=dict)
    """Messages that wait for their SINT's slot: (message type, sender or port, payload)."""
    exits: dict[str, int] = field(default_factory=dict)
    resumed_at: int = 0
    """When the parent last let it go on."""
    stopped_since: int = 0
    stopped_for: int = 0
    """When the parent last stopped it, and for how long in all before that, in ns."""

    def ticks(self, now: int) -> int:
        """For how long until now it has not been stopped by its parent: as many timer interrupts come."""
        return (self.stopped_since if self.suspended else now) - self.stopped_for

    @property
    def stands(self) -> bool:
        """Whether it may not run."""
        return self.suspended or self.intercepted

    @property
    def state(self) -> str:
        """Suspended, Stopped, Waiting (HLT) or Running."""
        if self.stands:
            return "Suspended"
        if self.stopped:
            return "Stopped"
        return "Waiting" if self.halted else "Running"


@dataclass(frozen=True)
class Port:
    """Where messages or events for a partition arrive."""

    number: int
    kind: int
    sint: int
    vp: int
    base_flag: int
    flag_count: int
    connection_partition: int


@dataclass
class Partition:
    """A partition as the hypervisor knows it; page numbers are 4096-byte pages."""

    number: int
    parent: int
    privileges: int
    state: str = UNINITIALIZED
    software: int = -1
    """The index of the component that is the partition's operating system."""
    pool: list[tuple[int, int]] = field(default_factory=list)
    """Deposited pages: (first SPA, count)."""
    pool_used: int = 0
    gpa_map: list[tuple[int, int, int]] = field(default_factory=list)
    """(first GPA page, first SPA page, count), sorted, not overlapping."""
    vps: dict[int, VirtualProcessor] = field(default_factory=dict)
    properties: dict[int, int] = field(default_factory=dict)
    """What was set of the properties that calls.PROPERTIES names."""
    ports: dict[int, Port] = field(default_factory=dict)
    connections: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Connection id to (port's partition, port id)."""
    intercepts: dict[tuple[int, int], int] = field(default_factory=dict)
    """(intercept type, parameter) to the access mask."""

    @property
    def pool_size(self) -> int:
        """Pages deposited and not withdrawn."""
        return sum(count for _, count in self.pool)

    @property
    def mapped_pages(self) -> int:
        """Pages that the partition sees as its memory."""
        return sum(count for _, _, count in self.gpa_map)

    def translate(self, gpa_page: int) -> int | None:
        """The system-physical page behind a guest-physical one, or None."""
        runs = self.gpa_map
        if runs:
            first, spa, count = runs[0]  # where most pages lie
            offset = gpa_page - first
            if 0 <= offset < count:
                return spa + offset
        place = bisect_right(runs, (gpa_page, _FAR)) - 1
        if place < 0:
            return None
        first, spa, count = runs[place]
        offset = gpa_page - first
        return spa + offset if offset < count else None


def take_pages(extents: list[tuple[int, int]], first: int, count: int) -> bool:
    """Remove a run of pages from a list of (first, count) runs; False if it is not wholly in one of them."""
    for place, (start, length) in enumerate(extents):
        if start <= first and first + count <= start + length:
            rest = [(start, first - start), (first + count, start + length - first - count)]
            extents[place : place + 1] = [run for run in rest if run[1]]
            return True
    return False


def give_pages(extents: list[tuple[int, int]], first: int, count: int) -> None:
    """Put a run of pages back into a sorted list of runs, joining neighbours."""
    extents.append((first, count))
    extents.sort()
    joined: list[tuple[int, int]] = []
    for start, length in extents:
        if joined and joined[-1][0] + joined[-1][1] == start:
            joined[-1] = (joined[-1][0], joined[-1][1] + length)
        else:
            joined.append((start, length))
    extents[:] = joined
