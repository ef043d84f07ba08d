"""The root partition's kernel: it takes the root's interrupts and passes them to whom they concern.

Intercept messages (SINT0) go to the worker process of the partition they come
from, VMBus messages and event flags (SINT2) to that partition's bus. It also
keeps the root's memory for virtual machines and its SynIC event flags.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from hvlab.hypervisor import Hypercalls, Hypervisor, PartitionSoftware
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.hypervisor.intercepts import slot_content
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.partition import (
    MSR_EOM,
    MSR_SCONTROL,
    MSR_SIEFP,
    MSR_SIMP,
    MSR_SINT0,
    give_pages,
    take_pages,
)
from hvlab.hypervisor.software import Sent, Series
from hvlab.hypervisor.synic import FLAG_BYTES, NO_MESSAGE, SLOT_SIZE
from hvlab.kernel import Component, derived, neighbour
from hvlab.vmbus.signals import VMBUS_SINT, set_bits

MESSAGE_PORT, EVENT_PORT, CHANNEL_PORTS = 1, 2, 16
"""The root's ports of a child: one for messages, one for events, and from here on one a channel."""


def port_number(partition: int, place: int) -> int:
    """The number of one of the root's ports for a child; the root's connection to the child has the same."""
    return partition << 12 | place


def partition_of_port(port: int) -> int:
    """Whose port that is."""
    return port >> 12


INPUT_PAGE, SIM_PAGE, SIEF_PAGE = 0x100, 0x101, 0x102
INTERCEPT_VECTOR, VMBUS_VECTOR = 0x40, 0x41


_NO_FLAGS = bytes(FLAG_BYTES)


class InterceptTaker(Protocol):
    """A worker process: it gets its partition's intercept messages."""

    def intercepted(self, kind: int, message: bytes) -> None:
        """Emulate what the message of that type tells of."""


class BusEnd(Protocol):
    """The root's end of one child's VMBus."""

    def message(self, payload: bytes) -> None:
        """A message of the child."""

    def signalled(self, relid: int) -> None:
        """An event of the child: a channel, or 0 for the shared connection."""

    def stride(self, relid: int, sent: Sent) -> bool:
        """As `PartitionSoftware.stride`."""

    def series(self, relid: int, series: Series) -> int:
        """As `PartitionSoftware.series`."""


class RootKernel(PartitionSoftware):
    """The kernel of the root partition of one host."""

    STATE = ("free", "workers", "buses", "flag_owners", "down")

    def __init__(self, host: str, reserved_pages: int, total_pages: int) -> None:
        self.host = host
        self.all_free = (reserved_pages, total_pages - reserved_pages)
        self.free: list[tuple[int, int]] = [self.all_free]
        """Runs of pages that virtual machines may have."""
        self.down = False
        """Whether the root is not there: it has crashed and boots."""
        self.workers: dict[int, str] = {}
        self.buses: dict[int, str] = {}
        """Partition number to the component that serves it."""
        self.flag_owners: dict[int, tuple[int, int]] = {}
        """Event flag of the root to (partition, relid)."""

    @neighbour
    def hypervisor(self) -> Hypervisor:
        """What the root runs on."""
        return self.world.get(f"{self.host}/hypervisor", Hypervisor)

    @derived
    def hypercalls(self) -> Hypercalls:
        """Hypercalls of the root's processor 0."""
        return Hypercalls(self.hypervisor, ROOT, 0, INPUT_PAGE * PAGE_SIZE)

    def start(self) -> None:
        """Switch the root's SynIC on."""
        for msr, value in (
            (MSR_SIMP, SIM_PAGE * PAGE_SIZE | 1),
            (MSR_SIEFP, SIEF_PAGE * PAGE_SIZE | 1),
            (MSR_SINT0, INTERCEPT_VECTOR),
            (MSR_SINT0 + VMBUS_SINT, VMBUS_VECTOR),
            (MSR_SCONTROL, 1),
        ):
            self.hypervisor.write_msr(ROOT, 0, msr, value)

    def lose_everything(self) -> None:
        """It has crashed: what it kept in memory is gone."""
        self.down = True
        self.world.forget_component(self.index)
        self.free = [self.all_free]
        self.workers, self.buses, self.flag_owners = {}, {}, {}

    # -- memory for virtual machines ----------------------------------------------------------

    @property
    def free_pages(self) -> int:
        """Pages that virtual machines could still have."""
        return sum(count for _, count in self.free)

    def reserve(self, count: int) -> list[tuple[int, int]] | None:
        """Take pages out of the free ones, from the end; None if there are not enough."""
        if count > self.free_pages:
            return None
        runs: list[tuple[int, int]] = []
        while count:
            first, length = self.free[-1]
            take = min(length, count)
            run = (first + length - take, take)
            take_pages(self.free, *run)
            runs.append(run)
            count -= take
        return runs

    def release(self, runs: Sequence[tuple[int, int]]) -> None:
        """Give pages back."""
        for first, count in runs:
            give_pages(self.free, first, count)

    # -- event flags ------------------------------------------------------------------------------

    def claim_flag(self, partition: int, relid: int) -> int:
        """A free event flag for a child's event."""
        flag = 1
        while flag in self.flag_owners:
            flag += 1
        self.flag_owners[flag] = (partition, relid)
        return flag

    def forget(self, partition: int) -> None:
        """A partition is gone."""
        self.workers.pop(partition, None)
        self.buses.pop(partition, None)
        self.flag_owners = {f: owner for f, owner in self.flag_owners.items() if owner[0] != partition}

    # -- interrupts -----------------------------------------------------------------------------

    def interrupt(self, vp: int, sint: int, vector: int) -> None:
        """A message or event flags for the root."""
        if not self.hypervisor.memory.page(self._sim).startswith(NO_MESSAGE, sint * SLOT_SIZE):
            kind, sender, payload = self._take_message(sint)
            if sint == 0 and kind >> 31:
                worker = self.workers.get(sender)
                if worker is not None:
                    self._component(worker).intercepted(kind, payload)
            elif sint == VMBUS_SINT:
                bus = self.buses.get(partition_of_port(sender))
                if bus is not None:
                    self._component(bus).message(payload)
        if sint == VMBUS_SINT:
            for flag in self._take_flags():
                partition, relid = self.flag_owners.get(flag, (0, 0))
                bus = self.buses.get(partition)
                if bus is not None:
                    self._component(bus).signalled(relid)

    def stride(self, partition: int, channel: int, sent: Sent) -> bool:
        """A child's request goes its way in one go, if its bus can tell that this is all that happens."""
        bus = self.buses.get(partition)
        return bus is not None and self._component(bus).stride(channel, sent) is True

    def series(self, partition: int, channel: int, series: Series) -> int:
        """A child's requests go their way one after the other, as far as its bus can tell that nothing else happens."""
        bus = self.buses.get(partition)
        done: int = self._component(bus).series(channel, series) if bus is not None else 0
        return done

    def _component(self, name: str) -> Any:
        """A worker process (InterceptTaker) or the root's end of a bus (BusEnd)."""
        return self.world.get(name, Component)

    @derived
    def _sim(self) -> int:
        """The machine's page with the root's message slots."""
        return self.hypervisor.machine_page(ROOT, SIM_PAGE)

    @derived
    def _sief(self) -> int:
        """The machine's page with the root's event flags."""
        return self.hypervisor.machine_page(ROOT, SIEF_PAGE)

    def _take_message(self, sint: int) -> tuple[int, int, bytes]:
        memory = self.hypervisor.memory
        at = sint * SLOT_SIZE
        page = memory.own.get(self._sim) or memory.page_for_write(self._sim)
        kind, size, sender, payload = slot_content(page, at)
        page[at : at + 4] = NO_MESSAGE
        # Looked at only now: what came before the slot was free has set it, what comes later finds the slot.
        if page[at + 5] & 1:
            self.hypervisor.write_msr(ROOT, 0, MSR_EOM, 0)
        return kind, sender, payload[:size]

    def _take_flags(self) -> list[int]:
        memory = self.hypervisor.memory
        at = VMBUS_SINT * FLAG_BYTES
        page = memory.own.get(self._sief) or memory.page_for_write(self._sief)
        raised = page[at : at + FLAG_BYTES]
        if raised == _NO_FLAGS:
            return []
        page[at : at + FLAG_BYTES] = _NO_FLAGS
        return set_bits(raised)

    def computed(self, vp: int) -> None:
        """The root's own work is charged, not waited for."""

    def started_up(self, vp: int) -> None:
        """The root's processors all run from the beginning."""

    def resumed(self, vp: int) -> None:
        """The root is never intercepted."""
