"""Two endpoints over one pair of rings: driven by nothing but their signals, everything arrives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hvlab.hypervisor import PhysicalMemory
from hvlab.vmbus import packets
from hvlab.vmbus.endpoint import Endpoint
from hvlab.vmbus.packets import BadPacket, Packet
from hvlab.vmbus.ring import Ring

THERE, BACK = [9, 3], [50, 7]


def pair() -> tuple[Endpoint, Endpoint]:
    """Both sides of a channel whose rings hold one data page each."""
    memory = PhysicalMemory(64)
    for pages in (THERE, BACK):
        Ring(memory, pages).reset()
    left = Endpoint(Ring(memory, BACK), Ring(memory, THERE))
    right = Endpoint(Ring(memory, THERE), Ring(memory, BACK))
    for end in (left, right):
        end.incoming.unmask()
    return left, right


class Line:
    """A sender and a receiver that act only when they are signalled, one small step at a time."""

    def __init__(self) -> None:
        self.sender, self.receiver = pair()
        self.waiting: list[bytes] = []
        self.sent: list[int] = []
        self.arrived: list[int] = []
        self.draining: Iterator[tuple[Packet, bool]] | None = None
        self.wake_receiver = self.wake_sender = False

    def produce(self, length: int) -> None:
        self.sent.append(len(self.sent))
        self.waiting.append(packets.in_band(bytes(length), self.sent[-1], False))
        self.flush()

    def flush(self) -> None:
        while self.waiting and (sent := self.sender.send(self.waiting)) is not None:
            self.wake_receiver = self.wake_receiver or sent[2]

    def step(self) -> bool:
        """One thing that a signal asks for; False if none does."""
        if self.wake_sender:
            self.wake_sender = False
            self.flush()
        elif self.draining is not None:
            taken = next(self.draining, None)
            if taken is None:
                self.draining = None
            else:
                self.arrived.append(taken[0].transaction)
                self.wake_sender = self.wake_sender or taken[1]
        elif self.wake_receiver:
            self.wake_receiver = False
            self.draining = self.receiver.receive()
        else:
            return False
        return True


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4)), max_size=40))
@example([(2000, 0), (2048 - 16, 0)])  # exactly what is free: one byte group too many
@example([(4000, 0), (48, 0), (0, 0)])
def test_nothing_is_lost_or_stuck_whatever_the_pace(work: list[tuple[int, int]]) -> None:
    line = Line()
    for length, steps in work:
        line.produce(length)
        for _ in range(steps):
            line.step()
    while line.step():
        pass
    assert line.arrived == line.sent and not line.waiting
    assert line.sender.outgoing.indices()[2:] == (0, 0)  # unmasked, and nobody waits for room


def test_what_comes_while_the_receiver_drains_needs_no_second_signal() -> None:
    line = Line()
    line.produce(8)
    line.step()
    line.step()
    line.wake_receiver = False
    line.produce(16)
    assert not line.wake_receiver
    while line.step():
        pass
    assert line.arrived == [0, 1]


def test_what_was_sent_is_told_with_its_place_in_the_ring() -> None:
    left, _ = pair()
    waiting = [packets.in_band(b"a" * 8, 4, True), packets.in_band(b"", 5, False)]
    first, second = left.send(waiting), left.send(waiting)
    assert first is not None and second is not None
    assert first[1:] == (0, True, "in-band", 4) and len(first[0]) == 32
    assert second[1:] == (32, False, "in-band", 5)
    assert waiting == []


def test_a_packet_that_breaks_the_rules_reaches_nobody() -> None:
    left, right = pair()
    left.outgoing.write(bytes.fromhex("0a00020002000000") + bytes(8))
    with pytest.raises(BadPacket):
        list(right.receive())


def test_what_comes_between_the_last_look_and_the_unmasking_is_not_overlooked() -> None:
    left, right = pair()

    class Late(Ring):
        """The other side writes at the very moment of the unmasking, while it may not signal."""

        def unmask(self) -> bool:
            while late:
                assert left.outgoing.write(late.pop())[2] is False
            return super().unmask()

    late = [packets.in_band(b"", 2, False)]
    left.outgoing.write(packets.in_band(b"", 1, False))
    end = Endpoint(Late(right.incoming._memory, THERE), right.outgoing)
    assert [packet.transaction for packet, _ in end.receive()] == [1, 2]
    assert end.incoming.indices()[2] == 0
