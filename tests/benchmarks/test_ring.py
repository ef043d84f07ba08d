"""A packet through a ring over scattered guest pages against a bare slice assignment."""

from __future__ import annotations

import pytest

from hvlab.hypervisor import PhysicalMemory
from hvlab.vmbus import packets
from hvlab.vmbus.ring import Ring
from tests.benchmarks.measure import best, seconds, show

pytestmark = pytest.mark.benchmark

PACKETS, ROUNDS = 20_000, 9
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

    return seconds(run)


def bare_slice() -> float:
    buffer = bytearray(64 << 10)
    length = len(PAYLOAD)
    size = len(buffer)

    def run() -> None:
        at = 0
        for _ in range(PACKETS):
            buffer[at : at + length] = PAYLOAD
            at += 64
            if at >= size:
                at = 0

    return seconds(run)


def test_a_write_and_a_read() -> None:
    ring, floor = best(ROUNDS, through_the_ring, bare_slice)
    show("ring write + read of 40 bytes: times a bare slice assignment", ring / floor, "<= 20")
    assert ring / floor <= 20
