"""One side's end of a channel: what waits goes out in order, and nobody is signalled who wants nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.hypervisor import PhysicalMemory
from hvlab.vmbus import packets
from hvlab.vmbus.endpoint import Endpoint
from hvlab.vmbus.ring import Ring

DOWN, UP = [5, 9, 2], [7, 1, 12]


def pair() -> tuple[Endpoint, Endpoint]:
    """Both ends of a channel over six scattered pages; neither masks its interrupts."""
    memory = PhysicalMemory(16)
    for pages in (DOWN, UP):
        Ring(memory, pages).reset()
    ends = (
        Endpoint(Ring(memory, DOWN), Ring(memory, UP)),
        Endpoint(Ring(memory, UP), Ring(memory, DOWN)),
    )
    for end in ends:
        end.incoming.unmask()
    return ends


def packet(number: int, size: int = 1000) -> bytes:
    return packets.in_band(number.to_bytes(2, "little") * (size // 2), number, False)


def wanted(end: Endpoint) -> int:
    return end.outgoing.indices()[3]


def test_what_finds_no_room_waits_and_goes_out_in_order() -> None:
    writer, reader = pair()
    waiting = [packet(number) for number in range(20)]
    got: list[int] = []
    rounds = 0
    while len(got) < 20:
        list(writer.send(waiting))
        got += [taken.transaction for taken, _ in reader.receive()]
        rounds += 1
    assert got == list(range(20)) and rounds == 3


def test_a_writer_that_has_sent_everything_wants_no_signal() -> None:
    """A size left behind would have the reader signal for ever, each time the free space crosses it."""
    writer, reader = pair()
    waiting = [packet(number) for number in range(8)]
    list(writer.send(waiting))
    assert waiting and wanted(writer) == len(waiting[0]) + 8
    assert [signal for _, signal in reader.receive()].count(True) == 1
    list(writer.send(waiting))
    assert waiting == [] and wanted(writer) == 0
    list(writer.send([packet(number) for number in range(6)]))
    assert not any(signal for _, signal in reader.receive())


def test_a_writer_that_still_waits_goes_on_wanting() -> None:
    writer, reader = pair()
    waiting = [packet(number, 4000) for number in range(5)]
    list(writer.send(waiting))
    reader.incoming.read()
    list(writer.send(waiting))
    assert waiting and wanted(writer) == len(waiting[0]) + 8


def test_the_reader_masks_while_it_drains_and_looks_again_after() -> None:
    """A packet that comes while the reader is at work makes no signal and is read all the same."""
    writer, reader = pair()
    assert [sent.signal for sent in writer.send([packet(1)])] == [True]
    got = []
    for taken, _ in reader.receive():
        got.append(taken.transaction)
        if len(got) < 4:
            assert [sent.signal for sent in writer.send([packet(taken.transaction + 1)])] == [False]
    assert got == [1, 2, 3, 4]
    assert [sent.signal for sent in writer.send([packet(5)])] == [True]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3500), st.booleans()), max_size=60))
def test_a_writer_that_waits_for_its_signal_never_waits_for_ever(steps: list[tuple[int, bool]]) -> None:
    """The writer sends only when it has something new or was signalled; all the same everything arrives in order."""
    writer, reader = pair()
    waiting: list[bytes] = []
    sent = 0
    got: list[int] = []

    def drain() -> None:
        for taken, signal in reader.receive():
            got.append(taken.transaction)
            if signal:
                list(writer.send(waiting))

    for size, reads in steps:
        waiting.append(packet(sent, size))
        sent += 1
        list(writer.send(waiting))
        if reads:
            drain()
    drain()
    assert got == list(range(sent)) and waiting == []
