"""The ring's rules, one by one, over pages that are not contiguous."""

from __future__ import annotations

import pytest

from hvlab.hypervisor import PhysicalMemory
from hvlab.vmbus import packets
from hvlab.vmbus.ring import CONTROL_PAGE, Ring, RingCorrupt, RingFull

PAGES = [40, 7, 91, 13]


class Pair:
    """Both sides of a ring on the same pages."""

    def __init__(self, pages: list[int] = PAGES) -> None:
        self.memory = PhysicalMemory(100)
        self.writer, self.reader = Ring(self.memory, pages), Ring(self.memory, pages)
        self.writer.reset()

    def poke(self, offset: int, value: int) -> None:
        self.memory.page_for_write(PAGES[0])[offset : offset + 4] = value.to_bytes(4, "little")

    def fill(self, leave: int) -> None:
        """Put packets in until at most `leave` bytes are free."""
        while self.writer.size - self.writer.used() > leave:
            free = self.writer.size - self.writer.used()
            length = min(1024, free - leave)
            self.writer.write(packets.in_band(bytes(length - 24), 0, False))


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_the_control_page_is_laid_out_as_in_the_reference() -> None:
    assert CONTROL_PAGE.offsets == {
        "write_index": 0,
        "read_index": 4,
        "interrupt_mask": 8,
        "pending_send_size": 12,
        "_reserved": 16,
        "feature_bits": 64,
    }


def test_the_trailer_says_where_the_packet_began(pair: Pair) -> None:
    first = packets.in_band(b"a" * 40, 1, False)
    assert pair.writer.write(first)[0] == first + bytes(8)
    data, offset, _ = pair.writer.write(first)
    assert offset == 64 and data[-8:] == (64 << 32).to_bytes(8, "little")


def test_only_the_first_packet_into_an_empty_ring_signals(pair: Pair) -> None:
    packet = packets.in_band(b"x", 1, False)
    assert [pair.writer.write(packet)[2] for _ in range(3)] == [True, False, False]
    pair.reader.read()
    assert pair.writer.write(packet)[2] is False
    while pair.reader.read():
        pass
    assert pair.writer.write(packet)[2] is True


def test_a_masked_reader_is_not_signalled_and_looks_again(pair: Pair) -> None:
    pair.reader.mask()
    assert pair.writer.write(packets.in_band(b"x", 1, False))[2] is False
    assert pair.reader.unmask() is True
    pair.reader.read()
    assert pair.reader.unmask() is False


def test_a_ring_is_never_filled_whole(pair: Pair) -> None:
    pair.fill(48)
    with pytest.raises(RingFull):
        pair.writer.write(packets.in_band(bytes(24), 1, False))  # 48 with its trailer
    pair.writer.write(packets.in_band(bytes(16), 1, False))  # 40
    assert pair.writer.size - pair.writer.used() == 8


def test_a_blocked_writer_is_signalled_once_when_there_is_room(pair: Pair) -> None:
    pair.fill(8)
    with pytest.raises(RingFull):
        pair.writer.write(packets.in_band(bytes(1500), 1, False))
    assert pair.writer.indices()[3] == 16 + 1504 + 8
    wanted = [pair.reader.read() for _ in range(4)]
    assert [taken is not None and taken[1] for taken in wanted] == [False, True, False, False]


@pytest.mark.parametrize("short_by", [0, 8, 16, 1024, 4096])
def test_a_writer_is_woken_exactly_when_its_packet_fits(pair: Pair, short_by: int) -> None:
    packet = packets.in_band(bytes(4096), 1, False)
    while pair.writer.size - pair.writer.used() > len(packet) + 8 - short_by:
        free = pair.writer.size - pair.writer.used()
        pair.writer.write(packets.in_band(bytes(min(512, free - len(packet) - 8 + short_by) - 24), 0, False))
    with pytest.raises(RingFull):
        pair.writer.write(packet)
    while True:
        taken = pair.reader.read()
        assert taken is not None, "the ring is empty and the writer was never told"
        if taken[1]:
            break
        with pytest.raises(RingFull):
            pair.writer.write(packet)
    pair.writer.write(packet)


def test_a_writer_that_wants_no_room_any_more_is_left_alone(pair: Pair) -> None:
    pair.fill(8)
    with pytest.raises(RingFull):
        pair.writer.write(packets.in_band(bytes(1500), 1, False))
    pair.writer.clear_pending()
    while (taken := pair.reader.read()) is not None:
        assert taken[1] is False


def test_packets_go_round_the_end_over_scattered_pages(pair: Pair) -> None:
    for number in range(500):
        packet = packets.in_band(bytes([number % 256]) * (200 + number % 77), number, False)
        pair.writer.write(packet)
        taken = pair.reader.read()
        assert taken is not None and taken[0][:-8] == packet


def test_a_packet_that_no_ring_could_hold_is_the_callers_mistake(pair: Pair) -> None:
    with pytest.raises(ValueError):
        pair.writer.write(bytes(pair.writer.size - 8))
    largest = packets.in_band(bytes(pair.writer.size - 8 - 24), 1, False)
    pair.writer.write(largest)
    assert len(largest) + 8 == pair.writer.size - 8


@pytest.mark.parametrize(("offset", "value"), [(0, 3), (0, 12288), (4, 12288), (4, 1), (0, 0xFFFFFFF8)])
def test_indices_that_make_no_sense(pair: Pair, offset: int, value: int) -> None:
    pair.poke(offset, value)
    for work in (pair.reader.read, lambda: pair.writer.write(packets.in_band(b"x", 1, False))):
        with pytest.raises(RingCorrupt):
            work()


@pytest.mark.parametrize(("offset8", "length8"), [(0, 0), (1, 8), (9, 8), (2, 5000), (2, 4)])
def test_lengths_that_make_no_sense(pair: Pair, offset8: int, length8: int) -> None:
    pair.writer.write(packets.in_band(bytes(8), 1, False))
    page = pair.memory.page_for_write(PAGES[1])
    page[2:4], page[4:6] = offset8.to_bytes(2, "little"), length8.to_bytes(2, "little")
    with pytest.raises(RingCorrupt):
        pair.reader.read()


def test_a_ring_needs_a_control_page_and_data() -> None:
    with pytest.raises(ValueError):
        Ring(PhysicalMemory(4), [1])
