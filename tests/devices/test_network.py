"""netvsp and netvsc: the tables, exact bytes, every refusal, then both talking to each other."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.devices.network import protocol, vsc, vsp
from hvlab.devices.network.protocol import NO_SECTION, V1, V2, V4, V5
from hvlab.devices.network.vsc import NetVsc
from hvlab.devices.network.vsp import NetVsp

MAC = bytes.fromhex("00155d0a0a00")
SIZES = {0x11: 1 << 20, 0x22: 64 << 10, 0x33: 100}
FRAME = bytes(range(60)) + bytes(40)


# -- the wire table -----------------------------------------------------------------------------


def test_every_nvsp_message_has_28_bytes_and_rndis_the_references_sizes() -> None:
    assert {layout.size for layout in protocol.LAYOUTS.values()} == {28}
    assert protocol.RNDIS_HEADER.size == 8
    sizes = {kind: layout.size for kind, layout in protocol.RNDIS_LAYOUTS.items()}
    assert (sizes[1], sizes[2], sizes[0x80000002]) == (36, 16, 44)
    assert (sizes[4], sizes[5], sizes[0x80000004], sizes[0x80000005]) == (20, 20, 16, 8)
    assert protocol.SUB_ALLOCATION_SIZE == 256 + 1514 + 36


def test_messages_byte_by_byte() -> None:
    assert protocol.nvsp(1, minimum_version=V1, maximum_version=V1) == struct.pack("<III16x", 1, 2, 2)
    assert protocol.nvsp(101, gpadl=0xE1E11, id=0xCAFE) == struct.pack("<IIH18x", 101, 0xE1E11, 0xCAFE)
    assert protocol.nvsp(107, channel_type=0, section_index=3, section_size=144) == struct.pack(
        "<IIII12x", 107, 0, 3, 144
    )
    message = protocol.frame_message(b"frame")
    assert message == struct.pack("<IIII28x", 1, 8 + 36 + 5, 36, 5) + b"frame"
    assert protocol.read_rndis(message)[2] == b"frame"


@given(st.binary(max_size=120))
def test_rubbish_is_no_rndis_message(data: bytes) -> None:
    try:
        protocol.read_rndis(data)
    except protocol.BadRndis:
        return
    assert int.from_bytes(data[:4], "little") in protocol.RNDIS_LAYOUTS


# -- the service's tables -----------------------------------------------------------------------


def service(versions: tuple[int, ...] = (V1, V2, V4)) -> NetVsp:
    """A service with its adapter connected."""
    return NetVsp(versions, MAC, True)


def say(one: NetVsp, kind: int, **values: int) -> list[vsp.Effect]:
    """An NVSP message to the service."""
    return one.packet(9, protocol.nvsp(kind, **values), SIZES, 0)


def at(state: str, version: int = V2) -> NetVsp:
    """A service in that state."""
    one = service()
    steps: list[tuple[str, int, dict[str, int]]] = [
        (vsp.BEGIN, 1, {"minimum_version": version, "maximum_version": version}),
        (vsp.NEGOTIATED, 125, {"mtu": 1514}),
        (vsp.CONFIGURED, 100, {"major": 6, "minor": 1}),
        (vsp.DESCRIBED, 101, {"gpadl": 0x11, "id": 0xCAFE}),
        (vsp.RECEIVING, 104, {"gpadl": 0x22}),
        (vsp.SENDING, 103, {"id": 0xCAFE}),
    ]
    for before, kind, values in steps:
        if state == one.state:
            break
        if before == one.state:
            assert not any(isinstance(effect, vsp.Fail) for effect in say(one, kind, **values))
    assert one.state == state
    return one


EXPECTED = {
    (1, vsp.BEGIN), (125, vsp.NEGOTIATED), (100, vsp.CONFIGURED), (101, vsp.DESCRIBED), (103, vsp.RECEIVING),
    (104, vsp.RECEIVING), (107, vsp.RECEIVING), (103, vsp.SENDING), (106, vsp.SENDING), (107, vsp.SENDING),
    (106, vsp.LEAVING),
}  # fmt: skip
"""What the reference's order of initialization allows; everything else is UnexpectedPacketOrder."""


@pytest.mark.parametrize("state", vsp.STATES)
@pytest.mark.parametrize("kind", sorted(protocol.TYPES))
def test_every_message_in_every_state(kind: int, state: str) -> None:
    one = at(state)
    values: dict[str, int] = {}
    if kind in (101, 104):
        values = {"gpadl": 0x22 if kind == 104 else 0x11}
    if kind == 1:
        values = {"minimum_version": V2, "maximum_version": V2}
    if kind == 107:
        values = {"section_index": 0, "section_size": 24, "channel_type": 1}
    effects = say(one, kind, **values)
    failed = [effect for effect in effects if isinstance(effect, vsp.Fail)]
    assert bool(failed) == ((kind, state) not in EXPECTED)
    if failed:
        assert "UnexpectedPacketOrder" in failed[0].reason and one == at(state), "a refusal changes nothing"


def test_the_tables_leave_nothing_undecided() -> None:
    assert set(vsp.DECISIONS) == {(kind, state) for kind in protocol.TYPES for state in vsp.STATES}
    states = (vsp.UNINITIALIZED, vsp.INITIALIZED)
    assert set(vsp.RNDIS_DECISIONS) == {(kind, s) for kind in protocol.RNDIS_LAYOUTS for s in states}


def test_an_unknown_message_or_a_short_one_fails() -> None:
    for payload in (bytes(28), protocol.nvsp(1)[:27], b"\x80" + bytes(27)):
        (effect,) = service().packet(1, payload, SIZES, 0)
        assert isinstance(effect, vsp.Fail)


def test_a_version_that_is_not_known_is_answered_with_status_none() -> None:
    one = service((V1,))
    for low, high in ((V2, V2), (V1, V2)):
        (effect,) = say(one, 1, minimum_version=low, maximum_version=high)
        assert isinstance(effect, vsp.Complete)
        assert effect.payload == struct.pack("<I24x", 2) and one.state == vsp.BEGIN
    (effect,) = say(one, 1, minimum_version=V1, maximum_version=V1)
    assert isinstance(effect, vsp.Complete) and effect.payload == struct.pack("<IIII12x", 2, V1, 34, 1)
    assert one.state == vsp.CONFIGURED, "version 1 has no NDIS configuration"


def test_buffers_are_cut_into_pieces() -> None:
    one = at(vsp.DESCRIBED)
    (effect,) = say(one, 101, gpadl=0x11)
    assert isinstance(effect, vsp.Complete)
    count = (1 << 20) // 1806
    assert effect.payload == struct.pack("<IIIIIII", 102, 1, 1, 0, 1806, count, count * 1806)
    (effect,) = say(one, 104, gpadl=0x22)
    assert isinstance(effect, vsp.Complete) and effect.payload == struct.pack("<III16x", 105, 1, 6144)
    assert one.sections == 10


@pytest.mark.parametrize("gpadl", [0x33, 0x99])
def test_a_buffer_that_is_too_small_or_unknown_is_not_taken(gpadl: int) -> None:
    for state, kind in ((vsp.DESCRIBED, 101), (vsp.RECEIVING, 104)):
        one = at(state)
        (effect,) = say(one, kind, gpadl=gpadl)
        assert isinstance(effect, vsp.Complete) and effect.payload[4:8] == b"\2\0\0\0" and one.state == state


@pytest.mark.parametrize(
    ("values", "room"),
    [
        ({"section_index": 10, "section_size": 24, "channel_type": 1}, 0),
        ({"section_index": 0, "section_size": 0, "channel_type": 1}, 0),
        ({"section_index": 0, "section_size": 6145, "channel_type": 1}, 0),
        ({"section_index": 0, "section_size": 24, "channel_type": 2}, 0),
        ({"section_index": NO_SECTION, "section_size": 0, "channel_type": 1}, 0),
        ({"section_index": NO_SECTION, "section_size": 0, "channel_type": 1}, 6145),
    ],
)
def test_a_message_that_lies_nowhere_is_completed_with_an_error(values: dict[str, int], room: int) -> None:
    one = at(vsp.SENDING)
    (effect,) = one.packet(5, protocol.nvsp(107, **values), SIZES, room)
    assert effect == vsp.Complete(5, struct.pack("<II20x", 108, 5))


def control(one: NetVsp, kind: int, data: bytes = b"", **values: int) -> list[vsp.Effect]:
    """An RNDIS control message through section 0."""
    message = protocol.rndis(kind, data, **values)
    (fetch,) = one.packet(
        7, protocol.nvsp(107, channel_type=1, section_index=0, section_size=len(message)), SIZES, 0
    )
    assert fetch == vsp.Fetch(7, 0x22, 0, len(message))
    return one.fetched(7, message)


def started(filter: int = 11) -> NetVsp:
    """A service whose guest has started RNDIS and opened its filter."""
    one = at(vsp.SENDING)
    control(one, 2, request_id=1, major=1)
    if filter:
        opened = control(one, 5, filter.to_bytes(4, "little"), request_id=2, oid=0x1010E,
                         information_length=4, information_offset=20)  # fmt: skip
        assert vsp.Ready(True) in opened
    return one


@pytest.mark.parametrize("kind", sorted(protocol.RNDIS_LAYOUTS))
def test_every_rndis_message_in_both_states(kind: int) -> None:
    for state, one in ((vsp.UNINITIALIZED, at(vsp.SENDING)), (vsp.INITIALIZED, started())):
        effects = control(one, kind) if kind != 1 else []
        failed = any(isinstance(effect, vsp.Fail) for effect in effects)
        allowed = {2, 3} if state == vsp.UNINITIALIZED else {3, 4, 5, 6, 8}
        expected = kind not in allowed and not (state == vsp.UNINITIALIZED and kind == 3)
        if state == vsp.INITIALIZED and kind == 2:
            expected = True
        assert failed == (expected and kind != 1)


def information(effects: list[vsp.Effect]) -> tuple[int, dict[str, int], bytes]:
    """The RNDIS message that the service delivers."""
    (deliver,) = [effect for effect in effects if isinstance(effect, vsp.Deliver)]
    assert deliver.payload == struct.pack("<IIII12x", 107, 1, NO_SECTION, 0)
    return protocol.read_rndis(deliver.data)


def test_queries() -> None:
    one = started()
    answers = {
        0x01010101: MAC,
        0x01010102: MAC,
        0x00010106: struct.pack("<I", 1500),
        0x00010107: struct.pack("<I", 100_000_000),
        0x0001010E: struct.pack("<I", 11),
        0x00010114: struct.pack("<I", 0),
    }
    for oid, value in answers.items():
        kind, fields, data = information(control(one, 4, request_id=4, oid=oid))
        assert (kind, fields["request_id"], fields["status"], data) == (0x80000004, 4, 0, value)
    _, fields, data = information(control(one, 4, request_id=4, oid=0x12345))
    assert (fields["status"], data) == (0xC00000BB, b"")
    _, fields, _ = information(
        control(one, 5, b"xx", oid=0x1010E, information_length=2, information_offset=20)
    )
    assert fields["status"] == 0xC0010015 and one.filter == 11


def test_a_frame_for_a_guest_that_takes_none_ends() -> None:
    for one in (at(vsp.SENDING), started(filter=0)):
        assert one.frame(FRAME) == [] and one.no_room == 0
    one = started()
    (deliver,) = one.frame(FRAME)
    assert isinstance(deliver, vsp.Deliver) and protocol.read_rndis(deliver.data)[2] == FRAME
    control(one, 3, request_id=3)
    assert one.frame(FRAME) == []


def test_sub_allocations_run_out_and_come_back() -> None:
    one = started()
    one.free = [5]
    one.held = {}
    (deliver,) = one.frame(FRAME)
    assert isinstance(deliver, vsp.Deliver) and deliver.offset == 5 * 1806 and one.free == []
    assert one.frame(FRAME) == [] and one.no_room == 1
    assert [type(effect) for effect in control(one, 8, request_id=6)] == [vsp.Complete]
    assert one.completed(deliver.transaction + 7) == []
    (late,) = one.completed(deliver.transaction)
    assert isinstance(late, vsp.Deliver) and protocol.read_rndis(late.data)[1]["request_id"] == 6
    assert one.completed(deliver.transaction) == [], "twice is once"


def test_a_cable_is_told_to_an_open_adapter_only() -> None:
    assert at(vsp.SENDING).cable(False) == []
    one = started()
    assert one.cable(True) == []
    (deliver,) = one.cable(False)
    assert isinstance(deliver, vsp.Deliver)
    assert protocol.read_rndis(deliver.data)[1]["status"] == protocol.MEDIA_DISCONNECT
    assert one.frame(FRAME) == []


# -- both together ------------------------------------------------------------------------------


class Pair:
    """A service and a driver with the buffers between them, as bytes."""

    def __init__(self, host: tuple[int, ...], guest: tuple[int, ...], send_size: int = 64 << 10) -> None:
        self.vsp = NetVsp(host, MAC, True)
        self.vsc = NetVsc(guest, 1 << 20, send_size)
        self.buffers = {0x101: bytearray(1 << 20), 0x102: bytearray(send_size)}
        self.direct: dict[int, bytes] = {}
        self.log: list[Any] = []
        self.up: list[bytes] = []
        self.down: list[bytes] = []
        self.kinds: list[int] = []

    def guest(self, effects: list[vsc.Effect]) -> None:
        """Do what the driver wants."""
        for effect in effects:
            self.log.append(effect)
            if isinstance(effect, vsc.SendPacket):
                self.packet(effect.transaction, effect.payload, b"")
            elif isinstance(effect, vsc.SendDirect):
                self.packet(effect.transaction, effect.payload, effect.data)
            elif isinstance(effect, vsc.WriteSection):
                self.buffers[0x102][effect.offset : effect.offset + len(effect.data)] = effect.data
            elif isinstance(effect, vsc.OpenBuffer):
                self.guest(self.vsc.buffer_open(effect.which, 0x101 if effect.which == "receive" else 0x102))
            elif isinstance(effect, vsc.Release):
                self.host(self.vsp.completed(effect.transaction))
            elif isinstance(effect, vsc.Received):
                self.down.append(effect.data)

    def packet(self, transaction: int, payload: bytes, data: bytes) -> None:
        """A packet for the service."""
        self.direct[transaction] = data
        self.kinds.append(int.from_bytes(payload[:4], "little"))
        sizes = {gpadl: len(buffer) for gpadl, buffer in self.buffers.items()}
        self.host(self.vsp.packet(transaction, payload, sizes, len(data)))

    def host(self, effects: list[vsp.Effect]) -> None:
        """Do what the service wants."""
        for effect in effects:
            self.log.append(effect)
            if isinstance(effect, vsp.Complete):
                self.guest(self.vsc.completed(effect.transaction, effect.payload))
            elif isinstance(effect, vsp.Fetch):
                data = self.direct[effect.transaction]
                if effect.offset >= 0:
                    data = bytes(self.buffers[effect.gpadl][effect.offset : effect.offset + effect.size])
                self.host(self.vsp.fetched(effect.transaction, data))
            elif isinstance(effect, vsp.Deliver):
                end = effect.offset + len(effect.data)
                self.buffers[effect.gpadl][effect.offset : end] = effect.data
                found = bytes(self.buffers[effect.gpadl][effect.offset : end])
                self.guest(self.vsc.received(effect.transaction, effect.payload, [found]))
            elif isinstance(effect, vsp.Frame):
                self.up.append(effect.data)


@pytest.mark.parametrize(
    ("host", "guest", "agreed", "order"),
    [
        ((V1,), (V1,), V1, [1, 100, 101, 104]),
        ((V1,), (V5, V4, V2, V1), V1, [1, 1, 1, 1, 100, 101, 104]),
        ((V1, V2, V4), (V4, V2, V1), V4, [1, 125, 100, 101, 104]),
        ((V1, V2), (V4, V2, V1), V2, [1, 1, 125, 100, 101, 104]),
    ],
)
def test_they_come_together_at_the_highest_common_version(
    host: tuple[int, ...], guest: tuple[int, ...], agreed: int, order: list[int]
) -> None:
    pair = Pair(host, guest)
    pair.guest(pair.vsc.start())
    assert pair.vsc.step == vsc.READY and pair.vsc.version == pair.vsp.version == agreed
    assert vsc.Ready(MAC) in pair.log and pair.vsp.filter == 0x0B
    assert pair.kinds == [*order, 107, 107, 107]
    assert len(pair.vsc.free) == 10 and pair.vsp.held == {}, "everything was given back"


def test_without_a_common_version_the_driver_fails() -> None:
    pair = Pair((V1,), (V5, V4))
    pair.guest(pair.vsc.start())
    assert pair.log[-1] == vsc.Failed("no common network version")
    assert pair.vsc.send(FRAME) == [] and pair.vsc.dropped == 1


@pytest.mark.parametrize("send_size", [0, 64 << 10])
def test_frames_go_both_ways_with_and_without_a_send_buffer(send_size: int) -> None:
    pair = Pair((V1,), (V1,), send_size)
    pair.guest(pair.vsc.start())
    for number in range(700):
        frame = bytes([number % 256]) * (60 + number * 2)
        pair.guest(pair.vsc.send(frame[:1514]))
        pair.host(pair.vsp.frame(frame[:1514]))
        assert pair.up[-1] == pair.down[-1] == frame[:1514]
    assert pair.vsc.busy == {} and pair.vsp.held == {} and pair.vsp.fetching == {}
    assert sorted(pair.vsc.free) == list(range(send_size // 6144))
    assert sum(isinstance(effect, vsc.SendDirect) for effect in pair.log) == (0 if send_size else 703)


def test_the_driver_hears_of_the_cable() -> None:
    pair = Pair((V1,), (V1,))
    pair.guest(pair.vsc.start())
    pair.host(pair.vsp.cable(False))
    assert pair.log[-1] == vsc.Cable(False) and pair.vsc.send(FRAME) == []
    pair.host(pair.vsp.cable(True))
    assert pair.log[-1] == vsc.Cable(True) and pair.vsc.send(FRAME) != []


def test_an_adapter_without_a_cable_is_known_as_such_from_the_start() -> None:
    pair = Pair((V1,), (V1,))
    pair.vsp.linked = False
    pair.guest(pair.vsc.start())
    assert pair.vsc.step == vsc.READY and not pair.vsc.linked


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["send", "complete", "late"]), max_size=120))
def test_sections_are_conserved(actions: list[str]) -> None:
    driver = NetVsc((V1,), 1 << 20, 64 << 10, step=vsc.READY, section_size=6144, free=list(range(10)))
    under_way: list[int] = []
    done = protocol.nvsp(108, status=1)

    def note(effects: list[vsc.Effect]) -> None:
        under_way.extend(effect.transaction for effect in effects if isinstance(effect, vsc.SendPacket))

    sent = 0
    for action in actions:
        if action == "send":
            note(driver.send(FRAME))
        elif under_way:
            sent += 1
            note(driver.completed(under_way.pop(0 if action == "complete" else -1), done))
        assert sorted([*driver.free, *driver.busy.values()]) == list(range(10))
        assert not (driver.free and driver.waiting), "nothing waits while there is a section"
    assert driver.frames_out == sent + len(under_way) + len(driver.waiting)
