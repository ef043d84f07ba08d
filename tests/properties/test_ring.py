"""A ring against a plain list: nothing is lost, nothing changes order, and signals follow the rules."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hvlab.hypervisor import PhysicalMemory
from hvlab.vmbus import packets
from hvlab.vmbus.ring import Ring, RingFull


class RingMachine(RuleBasedStateMachine):
    """A writer, a reader, and the list of what lies between them."""

    def __init__(self) -> None:
        super().__init__()
        memory = PhysicalMemory(64)
        pages = [9, 3, 50]
        self.writer, self.reader = Ring(memory, pages), Ring(memory, pages)
        self.writer.reset()
        self.waiting: list[bytes] = []
        self.masked = False
        self.pending = 0
        self.owed = False
        self.number = 0

    @property
    def used(self) -> int:
        return sum(len(packet) + 8 for packet in self.waiting)

    @rule(length=st.integers(0, 4000))
    def write(self, length: int) -> None:
        self.number += 1
        packet = packets.in_band(bytes([self.number % 256]) * length, self.number, False)
        total = len(packet) + 8
        fits = self.writer.size - self.used > total
        try:
            data, _, signal = self.writer.write(packet)
        except RingFull:
            assert not fits
            self.pending = total
            self.owed = True
            return
        assert fits and data[:-8] == packet
        assert signal == (not self.masked and not self.waiting)
        self.waiting.append(packet)

    @rule(short_by=st.sampled_from([-8, 0, 8]))
    def write_what_just_fits_or_just_does_not(self, short_by: int) -> None:
        self.write(min(max(self.writer.size - self.used - 24 + short_by, 0), self.writer.size - 32))

    @rule()
    def read(self) -> None:
        free = self.writer.size - self.used
        taken = self.reader.read()
        if not self.waiting:
            assert taken is None
            return
        assert taken is not None
        packet = self.waiting.pop(0)
        assert taken[0][:-8] == packet
        after = free + len(packet) + 8
        # Signalled by the packet that makes room, and by no other: more than is wanted must be free.
        assert taken[1] == (self.pending != 0 and not free > self.pending and after > self.pending)
        self.owed = self.owed and not taken[1]

    @rule()
    def mask(self) -> None:
        self.reader.mask()
        self.masked = True

    @rule()
    def unmask(self) -> None:
        assert self.reader.unmask() == bool(self.waiting)
        self.masked = False

    @rule()
    def content_writer(self) -> None:
        self.writer.clear_pending()
        self.pending = 0
        self.owed = False

    @invariant()
    def both_sides_agree_on_what_is_in_it(self) -> None:
        assert self.writer.used() == self.reader.used() == self.used
        assert self.used < self.writer.size

    @invariant()
    def a_blocked_writer_is_told_before_its_packet_fits_unnoticed(self) -> None:
        if self.owed:
            assert self.writer.size - self.used <= self.pending


TestRing = RingMachine.TestCase
TestRing.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
