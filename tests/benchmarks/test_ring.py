"""A packet through a ring over scattered guest pages against a bare slice assignment."""

from __future__ import annotations

import pytest

from hvlab.hypervisor import PhysicalMemory
from hvlab.vmbus import packets
from hvlab.vmbus.ring import Ring
from tests.benchmarks.measure import medians, seconds, show

pytestmark = pytest.mark.benchmark

PACKETS, ROUNDS = 3_000, 25
FLOOR = 15  # times as many bare assignments, so that both sides are measured for about as long
PAYLOAD = bytes(range(40))


def through_the_ring() -> float:
    memory = PhysicalMemory(1 << 20)
    pages = [1000 + 37 * number for number in range(17)]
    writer, reader = Ring(memory, pages), Ring(memory, pages)
    writer.reset()

    def run() -> None:
        for number in range(PACKETS):
            writer.write(packets.in_band(PAYLOAD, number, True))
            reader.read()

    taken = seconds(run)
    assert reader.read() is None and writer.indices()[0] == PACKETS * 64 % writer.size
    return taken


def bare_slice() -> float:
    buffer = bytearray(64 << 10)
    length = len(PAYLOAD)
    size = len(buffer)

    def run() -> None:
        at = 0
        for _ in range(PACKETS * FLOOR):
            buffer[at : at + length] = PAYLOAD
            at += 64
            if at >= size:
                at = 0

    return seconds(run) / FLOOR


def test_a_write_and_a_read() -> None:
    ring, floor = medians(ROUNDS, through_the_ring, bare_slice)
    show("ring write + read of 40 bytes: times a bare slice assignment", ring / floor, "<= 20")
    assert ring / floor <= 20
