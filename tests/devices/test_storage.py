"""storvsp and storvsc: the service's every state by hand, then both talking to each other in bytes."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.devices.storage import protocol, scsi, vsc, vsp
from hvlab.devices.storage.protocol import (
    BEGIN_INITIALIZATION,
    END_INITIALIZATION,
    EXECUTE_SRB,
    QUERY_PROPERTIES,
    QUERY_PROTOCOL_VERSION,
    WIN6,
    WIN7,
    WIN8,
    WIN8_1,
)
from hvlab.devices.storage.vsc import Done, Failed, SendPacket, StorVsc
from hvlab.devices.storage.vsp import Complete, Fail, MoveSectors, StorVsp

INIT = [
    (vsp.BEGIN, BEGIN_INITIALIZATION),
    (vsp.VERSION, QUERY_PROTOCOL_VERSION),
    (vsp.PROPERTIES, QUERY_PROPERTIES),
    (vsp.END, END_INITIALIZATION),
]


def body_of(operation: int, version: int) -> bytes:
    """What an initialization packet says."""
    return version.to_bytes(2, "little") if operation == QUERY_PROTOCOL_VERSION else b""


def complete(service: StorVsp, transaction: int, payload: bytes, room: int = 0) -> Complete:
    """The one completion with which the service answers at once."""
    (effect,) = service.packet(transaction, payload, room)
    assert isinstance(effect, Complete) and effect.transaction == transaction
    assert len(effect.payload) == len(payload)
    assert effect.payload[:4] == b"\1\0\0\0", "every answer is a COMPLETE_IO"
    return effect


def status(effect: Complete) -> int:
    """The completion's status."""
    return int.from_bytes(effect.payload[8:12], "little")


def at(state: str, version: int = WIN6, disks: dict[int, int] | None = None, single: bool = False) -> StorVsp:
    """A service in that state."""
    service = StorVsp((WIN6, WIN7, WIN8, WIN8_1), {0: 1000} if disks is None else disks, single)
    for before, operation in INIT:
        if before == state:
            break
        size = 64 if before in (vsp.BEGIN, vsp.VERSION) else protocol.packet_size(version)
        answer = complete(service, 1, protocol.build(operation, size, body_of(operation, version)))
        assert status(answer) == 0
    assert service.state == state
    return service


def srb(cdb: bytes, version: int = WIN6, lun: int = 0, path: int = 0, target: int = 0) -> bytes:
    """An EXECUTE_SRB packet."""
    layout = protocol.request_layout(version)
    body = layout.pack(
        length=layout.size, lun=lun, path=path, target=target, cdb_length=len(cdb), cdb=cdb, sense_length=18
    )
    return protocol.build(EXECUTE_SRB, protocol.packet_size(version), body)


def request_of(effect: Complete, version: int = WIN6) -> dict[str, Any]:
    """The SCSI request in a completion."""
    return protocol.request_layout(version).unpack(effect.payload, 12)


# -- the wire table -----------------------------------------------------------------------------


def test_a_packet_is_48_or_64_bytes_with_its_fields_where_the_reference_says() -> None:
    assert [protocol.packet_size(v) for v in (WIN6, WIN7, WIN8, WIN8_1)] == [48, 48, 64, 64]
    assert protocol.SCSI_REQUEST_36.size == 36 and protocol.SCSI_REQUEST_52.size == 52
    assert protocol.CHANNEL_PROPERTIES.size == 24
    for layout in (protocol.SCSI_REQUEST_36, protocol.SCSI_REQUEST_52):
        where = {
            name: layout.offsets[name] for name in ("lun", "cdb_length", "data_in", "transfer_length", "cdb")
        }
        assert where == {"lun": 7, "cdb_length": 8, "data_in": 10, "transfer_length": 12, "cdb": 16}
    assert protocol.SCSI_REQUEST_52.offsets["srb_flags"] == 40
    packet = protocol.build(EXECUTE_SRB, 48, b"\xaa", status=0xC0000059, wants_completion=True)
    assert packet.hex() == "03000000" + "01000000" + "590000c0" + "aa" + "00" * 35


# -- the order of initialization ------------------------------------------------------------------


@pytest.mark.parametrize("version", [WIN6, WIN7, WIN8, WIN8_1])
def test_initialization_in_order_makes_it_ready(version: int) -> None:
    service = at(vsp.READY, version)
    assert service.version == version


@pytest.mark.parametrize("state", [state for state, _ in INIT])
@pytest.mark.parametrize("operation", sorted(protocol.OPERATIONS))
def test_a_packet_out_of_order_is_answered_and_changes_nothing(state: str, operation: int) -> None:
    service = at(state)
    before = repr(service)
    if operation == dict(INIT)[state]:
        answer = complete(service, 7, protocol.build(operation, 48, body_of(operation, WIN6)))
        assert status(answer) == 0 and service.state != state
        return
    answer = complete(service, 7, protocol.build(operation, 48, b"\x55" * 36))
    assert status(answer) == protocol.STATUS_INVALID_DEVICE_STATE
    assert answer.payload[12:] == b"\x55" * 36, "the packet's body comes back"
    assert repr(service) == before


def test_initialization_cannot_be_done_twice() -> None:
    service = at(vsp.READY)
    for _, operation in INIT:
        answer = complete(service, 3, protocol.build(operation, 48))
        assert status(answer) == protocol.STATUS_INVALID_DEVICE_REQUEST
    assert service.state == vsp.READY


def test_an_unknown_version_is_echoed_and_may_be_followed_by_another() -> None:
    service = at(vsp.VERSION)
    for version in (0x0602, 0x0001, 0xFFFF):
        answer = complete(service, 1, protocol.build(QUERY_PROTOCOL_VERSION, 64, body_of(9, version)))
        assert status(answer) == protocol.STATUS_REVISION_MISMATCH
        assert answer.payload[12:14] == version.to_bytes(2, "little")
        assert service.state == vsp.VERSION and service.version == 0
    answer = complete(service, 1, protocol.build(QUERY_PROTOCOL_VERSION, 64, body_of(9, WIN8)))
    assert status(answer) == 0 and service.version == WIN8


def test_the_properties_name_the_largest_transfer() -> None:
    answer = complete(at(vsp.PROPERTIES), 1, protocol.build(QUERY_PROPERTIES, 48))
    properties = protocol.CHANNEL_PROPERTIES.unpack(answer.payload, 12)
    assert properties["maximum_transfer"] == 0x40000 and properties["maximum_subchannels"] == 0


@pytest.mark.parametrize("state", [state for state, _ in INIT] + [vsp.READY])
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\3\0\0\0",
        bytes(47),
        bytes(49),
        bytes(63),
        bytes(65),
        bytes(48),
        bytes([15]).ljust(48, b"\0"),
        b"\xff" * 64,
    ],
)
def test_what_is_no_storage_packet_makes_the_channel_fail(state: str, payload: bytes) -> None:
    service = at(state)
    before = repr(service)
    (effect,) = service.packet(1, payload, 0)
    assert isinstance(effect, Fail) and effect.reason
    assert repr(service) == before


@pytest.mark.parametrize(("version", "wrong"), [(WIN6, 64), (WIN7, 64), (WIN8, 48), (WIN8_1, 48)])
def test_a_request_of_the_other_versions_size_makes_the_channel_fail(version: int, wrong: int) -> None:
    service = at(vsp.READY, version)
    (effect,) = service.packet(1, protocol.build(EXECUTE_SRB, wrong), 0)
    assert isinstance(effect, Fail)
    assert status(complete(service, 2, srb(scsi.simple(0), version))) == 0


@pytest.mark.parametrize("operation", [4, 5, 6])
def test_resets_succeed_and_do_nothing(operation: int) -> None:
    service = at(vsp.READY)
    before = repr(service)
    assert status(complete(service, 9, protocol.build(operation, 48))) == 0
    assert repr(service) == before


@pytest.mark.parametrize("operation", [1, 2, 11, 12, 13, 14])
def test_what_a_2008_service_does_not_know_is_an_invalid_request(operation: int) -> None:
    answer = complete(at(vsp.READY), 9, protocol.build(operation, 48))
    assert status(answer) == protocol.STATUS_INVALID_DEVICE_REQUEST


# -- requests -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [WIN6, WIN8])
def test_report_luns_names_every_disk_from_any_lun(version: int) -> None:
    service = at(vsp.READY, version, {5: 10, 0: 10, 63: 10})
    answer = complete(service, 1, srb(scsi.simple(scsi.REPORT_LUNS, 512), version, lun=9), 512)
    assert answer.data[:8] == (24).to_bytes(4, "big") + bytes(4) and len(answer.data) == 32
    assert scsi.read_luns(answer.data) == [0, 5, 63]
    request = request_of(answer, version)
    assert request["srb_status"] == 1 and request["transfer_length"] == 32


def test_inquiry_tells_a_disk_from_an_empty_place() -> None:
    service = at(vsp.READY, disks={2: 10})
    there = complete(service, 1, srb(scsi.simple(scsi.INQUIRY, 36), lun=2), 36)
    nothing = complete(service, 1, srb(scsi.simple(scsi.INQUIRY, 36), lun=1), 36)
    assert there.data[0] == 0 and nothing.data[0] == 0x7F
    assert there.data[8:16] == b"Msft    " and len(there.data) == len(nothing.data) == 36
    assert status(there) == status(nothing) == 0


def test_read_capacity_gives_the_last_block_and_its_length() -> None:
    answer = complete(at(vsp.READY, disks={0: 1000}), 1, srb(scsi.simple(scsi.READ_CAPACITY)), 8)
    assert answer.data == (999).to_bytes(4, "big") + (512).to_bytes(4, "big")


@pytest.mark.parametrize("code", [scsi.REPORT_LUNS, scsi.INQUIRY, scsi.READ_CAPACITY])
def test_no_more_data_than_the_named_pages_hold(code: int) -> None:
    answer = complete(at(vsp.READY), 1, srb(scsi.simple(code, 200)), 5)
    assert len(answer.data) == 5 and request_of(answer)["transfer_length"] == 5


@pytest.mark.parametrize(
    "cdb",
    [
        scsi.simple(scsi.READ_CAPACITY),
        scsi.transfer(scsi.READ_10, 0, 1),
        scsi.transfer(scsi.WRITE_10, 0, 1),
        b"\0",
    ],
)
def test_an_empty_place_answers_invalid_lun(cdb: bytes) -> None:
    service = at(vsp.READY, disks={0: 10})
    answer = complete(service, 1, srb(cdb, lun=1), 512)
    assert request_of(answer)["srb_status"] == 0x20
    assert status(answer) == protocol.STATUS_DEVICE_DOES_NOT_EXIST
    assert not answer.data and not service.pending


def test_the_ide_channels_one_disk_answers_at_any_address() -> None:
    service = at(vsp.READY, disks={0: 10}, single=True)
    effects = service.packet(1, srb(scsi.transfer(scsi.READ_10, 3, 2), lun=4, target=1, path=1), 1024)
    assert effects == [MoveSectors(1, 0, False, 3, 2)]


def test_a_write_is_moved_and_then_completed() -> None:
    service = at(vsp.READY)
    payload = srb(scsi.transfer(scsi.WRITE_10, 998, 2))
    assert service.packet(77, payload, 1024) == [MoveSectors(77, 0, True, 998, 2)]
    (done,) = service.moved(77, "ok", b"")
    assert isinstance(done, Complete) and done.transaction == 77 and status(done) == 0
    request = request_of(done)
    assert (request["srb_status"], request["scsi_status"], request["cdb"]) == (1, 0, payload[28:44])
    assert service.moved(77, "ok", b"") == [], "a request ends once"


def test_requests_may_end_in_another_order() -> None:
    service = at(vsp.READY)
    for transaction in (1, 2, 3):
        service.packet(transaction, srb(scsi.transfer(scsi.READ_10, transaction, 1)), 512)
    done = [service.moved(transaction, "ok", bytes([transaction]) * 512) for transaction in (3, 1, 2)]
    answers = [effect for effects in done for effect in effects if isinstance(effect, Complete)]
    assert [(answer.transaction, answer.data[0]) for answer in answers] == [(3, 3), (1, 1), (2, 2)]
    assert not service.pending


def sense_of(answer: Complete, version: int = WIN6) -> tuple[int, int]:
    """Sense key and additional code of a check condition."""
    request = protocol.request_layout(version).unpack(answer.payload, 12)
    assert request["srb_status"] == 0x84 and request["scsi_status"] == 2 and request["sense_length"] == 18
    assert status(answer) == protocol.STATUS_IO_DEVICE_ERROR and not answer.data
    sense = answer.payload[12 + 16 : 12 + 16 + 18]
    assert sense[0] == 0x70
    return sense[2], sense[12]


@pytest.mark.parametrize("version", [WIN6, WIN8])
@pytest.mark.parametrize(("lba", "sectors"), [(1000, 1), (999, 2), (0xFFFFFFFF, 1), (0, 1001)])
@pytest.mark.parametrize("code", [scsi.READ_10, scsi.WRITE_10])
def test_sectors_outside_the_disk_are_an_illegal_request(
    code: int, lba: int, sectors: int, version: int
) -> None:
    service = at(vsp.READY, version)
    answer = complete(service, 1, srb(scsi.transfer(code, lba, sectors), version), 1 << 20)
    assert sense_of(answer, version) == (5, 0x21)
    assert not service.pending


@pytest.mark.parametrize(
    ("cdb", "code"),
    [
        (bytes([0xFF]) + bytes(9), 0x20),
        (bytes([0x43]) + bytes(9), 0x20),
        (bytes([0x9E, 0x11]) + bytes(14), 0x24),  # another service action
        (scsi.vital(0xB0, 255), 0x24),
        (bytes([0x12, 0, 0x80, 0, 36, 0]), 0x24),  # a page without the bit that asks for one
        (bytes([0x1A, 0, 0x2A, 0, 255, 0]), 0x24),
        (scsi.transfer(scsi.WRITE_10, 0, 513), 0x24),  # more than one request may move
        (scsi.transfer(scsi.READ_16, 0, 0xFFFFFFF), 0x21),
    ],
)
def test_what_a_disk_cannot_do_is_an_illegal_request(cdb: bytes, code: int) -> None:
    service = at(vsp.READY)
    assert sense_of(complete(service, 1, srb(cdb), 1 << 20)) == (5, code)
    assert not service.pending


@pytest.mark.parametrize("room", [0, 512, 1023])
def test_pages_too_small_for_the_sectors_are_a_data_overrun(room: int) -> None:
    for code in (scsi.READ_10, scsi.WRITE_10):
        answer = complete(at(vsp.READY), 1, srb(scsi.transfer(code, 0, 2)), room)
        assert request_of(answer)["srb_status"] == 0x12
        assert status(answer) == protocol.STATUS_BUFFER_OVERFLOW


@pytest.mark.parametrize("code", [*scsi.READS, *scsi.WRITES])
def test_reads_and_writes_come_in_four_lengths(code: int) -> None:
    service = at(vsp.READY, disks={0: 1 << 30})
    write = code in scsi.WRITES
    payload = srb(scsi.transfer(code, 0x12345, 3))
    assert service.packet(1, payload, 4096) == [MoveSectors(1, 0, write, 0x12345, 3)]
    if code not in (scsi.READ_6, scsi.WRITE_6):
        assert status(complete(service, 2, srb(scsi.transfer(code, 5, 0)), 0)) == 0  # nothing to move
        assert service.pending.keys() == {1}
    else:
        wanted = [MoveSectors(2, 0, write, 5, 256)]  # in six bytes, 0 is 256
        assert service.packet(2, srb(scsi.transfer(code, 5, 256)), 1 << 20) == wanted


@pytest.mark.parametrize(
    ("cdb", "data"),
    [
        (scsi.simple(scsi.TEST_UNIT_READY), ""),
        (scsi.simple(scsi.START_STOP_UNIT), ""),
        (scsi.simple(scsi.SYNCHRONIZE_CACHE), ""),
        (scsi.simple(scsi.SYNCHRONIZE_CACHE_16) + bytes(6), ""),
        (bytes([scsi.VERIFY_10, 0, 0, 0, 0, 0, 0, 0, 9, 0]), ""),
        (scsi.simple(scsi.REQUEST_SENSE, 18), "700000000000000a" + "00" * 10),
        (scsi.simple(scsi.SERVICE_ACTION_IN_16, 32), "00000000000003e7" + "00000200" + "00" * 20),
        (scsi.simple(scsi.SERVICE_ACTION_IN_16, 12), "00000000000003e7" + "00000200"),
        (scsi.simple(scsi.MODE_SENSE_6, 255), "17000000" + "0812" + "00" * 18),
        (scsi.simple(scsi.MODE_SENSE_10, 255), "001a000000000000" + "0812" + "00" * 18),
        (scsi.simple(scsi.MODE_SENSE_6, 4), "17000000"),
        (scsi.vital(0, 255), "00000003" + "008083"),
        (scsi.vital(0x83, 255), "0083001c" + "01010018" + b"Msft    ".hex() + "00" * 16),
        (scsi.vital(0x80, 4), "00800020"),
    ],
)
def test_what_a_disk_says_of_itself(cdb: bytes, data: str) -> None:
    answer = complete(at(vsp.READY), 1, srb(cdb), 4096)
    assert (status(answer), answer.data.hex()) == (0, data)


def test_disks_of_one_controller_are_told_apart_by_their_serial_numbers() -> None:
    service = at(vsp.READY, disks={0: 10, 5: 10})
    serials = {complete(service, 1, srb(scsi.vital(0x80, 255), lun=lun), 255).data for lun in (0, 5)}
    assert len(serials) == 2


def test_a_transaction_that_is_under_way_cannot_begin_again() -> None:
    service = at(vsp.READY)
    service.packet(4, srb(scsi.transfer(scsi.READ_10, 0, 1)), 512)
    (effect,) = service.packet(4, srb(scsi.transfer(scsi.READ_10, 7, 1)), 512)
    assert isinstance(effect, Fail) and "transaction 4" in effect.reason


def test_a_bad_sector_is_told_from_a_write_that_failed() -> None:
    service = at(vsp.READY)
    service.packet(1, srb(scsi.transfer(scsi.READ_16, 0, 1)), 512)
    (answer,) = service.moved(1, "error", b"")
    assert isinstance(answer, Complete) and sense_of(answer) == (3, 0x11)


# -- disks that come and go ------------------------------------------------------------------------


@pytest.mark.parametrize("version", [WIN6, WIN7, WIN8])
def test_a_client_of_4_2_or_later_is_told_that_disks_came_or_went(version: int) -> None:
    service = at(vsp.READY, version, {0: 10})
    effects = service.plug(3, 99)
    assert service.disks == {0: 10, 3: 99}
    effects += service.unplug(0)
    assert service.disks == {3: 99}
    told = [effect.payload for effect in effects if isinstance(effect, vsp.Announce)]
    packet = protocol.build(protocol.ENUMERATE_BUS, protocol.packet_size(version))
    assert told == ([] if version == WIN6 else [packet, packet])
    assert at(vsp.END, version).plug(1, 5) == []  # it has not looked yet


def test_a_request_on_its_way_to_a_disk_that_is_pulled_out_still_ends() -> None:
    service = at(vsp.READY, WIN7)
    service.packet(1, srb(scsi.transfer(scsi.READ_10, 0, 1), WIN7), 512)
    service.unplug(0)
    (answer,) = service.moved(1, "ok", bytes(512))
    assert isinstance(answer, Complete) and status(answer) == 0
    late = complete(service, 2, srb(scsi.transfer(scsi.READ_10, 0, 1), WIN7), 512)
    assert request_of(late, WIN7)["srb_status"] == 0x20


@pytest.mark.parametrize(("how", "sense"), [("range", (5, 0x21)), ("full", (3, 0x0C)), ("error", (3, 0x0C))])
def test_a_disk_that_fails_is_told_by_its_sense(how: str, sense: tuple[int, int]) -> None:
    service = at(vsp.READY)
    service.packet(1, srb(scsi.transfer(scsi.WRITE_10, 0, 1)), 512)
    (answer,) = service.moved(1, how, b"")
    assert isinstance(answer, Complete) and sense_of(answer) == sense


# -- both together, by bytes ------------------------------------------------------------------------


class Pair:
    """A client and a service that exchange nothing but bytes; `buffer` is the client's own page."""

    def __init__(self, client: tuple[int, ...], service: tuple[int, ...], disks: dict[int, int]) -> None:
        self.client = StorVsc(client, 0x1000)
        self.service = StorVsp(service, disks)
        self.buffer = bytes(512)
        self.sizes: list[int] = []
        self.operations: list[int] = []
        self.statuses: list[int] = []
        self.outcome: list[vsc.Effect] = []
        self.moves: list[MoveSectors] = []
        self.deliver(self.client.start())

    def deliver(self, effects: list[vsc.Effect]) -> None:
        """Carry packets and completions until nothing more is said."""
        queue = list(effects)
        while queue:
            effect = queue.pop(0)
            if not isinstance(effect, vsc.SendPacket):
                self.outcome.append(effect)
                continue
            self.sizes.append(len(effect.payload))
            self.operations.append(effect.payload[0])
            for answer in self.service.packet(effect.transaction, effect.payload, effect.length):
                if isinstance(answer, MoveSectors):
                    self.moves.append(answer)
                    (answer,) = self.service.moved(answer.transaction, "ok", b"")
                assert isinstance(answer, Complete)
                self.statuses.append(status(answer))
                if answer.data:
                    self.buffer = answer.data.ljust(512, b"\0")
                queue += self.client.completed(answer.transaction, answer.payload, self.buffer)


def test_they_find_each_others_disks() -> None:
    pair = Pair((WIN6,), (WIN6,), {0: 2048, 7: 10})
    assert pair.outcome == [vsc.Ready({0: 2048, 7: 10})]
    assert pair.operations[:5] == [7, 9, 10, 8, 3]
    assert set(pair.sizes) == {48} and set(pair.statuses) == {0}


def test_the_client_steps_down_until_the_service_knows_the_version() -> None:
    pair = Pair((0x0602, WIN8_1, WIN8, WIN7, WIN6), (WIN7, WIN6), {0: 5})
    assert pair.client.version == pair.service.version == WIN7
    assert pair.operations[:7] == [7, 9, 9, 9, 9, 10, 8]
    assert pair.statuses[:6] == [0, *[protocol.STATUS_REVISION_MISMATCH] * 3, 0, 0]
    assert pair.sizes[:5] == [64] * 5 and set(pair.sizes[5:]) == {48}
    assert pair.outcome == [vsc.Ready({0: 5})]


def test_a_newer_pair_speaks_in_64_bytes() -> None:
    pair = Pair((WIN8_1, WIN8), (WIN6, WIN7, WIN8, WIN8_1), {1: 5})
    assert pair.client.version == WIN8_1 and set(pair.sizes) == {64}
    assert pair.outcome == [vsc.Ready({1: 5})]


def test_without_a_common_version_the_client_gives_up() -> None:
    pair = Pair((WIN8_1, WIN8), (WIN6,), {0: 5})
    (failed,) = pair.outcome
    assert isinstance(failed, vsc.Failed) and pair.service.state == vsp.VERSION
    assert not pair.client.waiting


def test_a_controller_without_disks_is_ready_too() -> None:
    assert Pair((WIN6,), (WIN6,), {}).outcome == [vsc.Ready({})]


def test_requests_reach_the_disk_as_they_were_made() -> None:
    pair = Pair((WIN6,), (WIN6,), {3: 5000})
    pair.outcome.clear()
    pair.deliver(pair.client.submit(41, True, 3, 4990, 8, 0x20_0000))
    pair.deliver(pair.client.submit(42, False, 3, 0x102, 1, 0x20_0000))
    pair.deliver(pair.client.submit(43, False, 3, 4999, 2, 0x20_0000))
    pair.deliver(pair.client.submit(44, False, 0, 0, 1, 0x20_0000))
    assert [(move.lun, move.write, move.lba, move.sectors) for move in pair.moves] == [
        (3, True, 4990, 8),
        (3, False, 0x102, 1),
    ]
    assert pair.outcome == [
        vsc.Done(41, "ok"),
        vsc.Done(42, "ok"),
        vsc.Done(43, "error"),
        vsc.Done(44, "error"),
    ]


def test_the_client_ignores_completions_of_nothing() -> None:
    pair = Pair((WIN6,), (WIN6,), {0: 5})
    before = repr(pair.client)
    for transaction, payload in ((999, bytes(48)), (0, b""), (1, bytes(48))):
        assert pair.client.completed(transaction, payload, bytes(512)) == []
    assert repr(pair.client) == before


def test_a_completion_that_is_cut_short_is_a_failure() -> None:
    """A ring whose bytes were changed may hold one; the driver says so and goes on."""
    client = StorVsc((WIN8,), 0x5000)
    client.start()
    assert client.completed(1, bytes(8), b"") == [Failed("a completion that is cut short")]
    client.version, client.step = WIN8, "ready"
    (sent,) = client.submit(7, True, 0, 0, 1, 0x6000)
    assert isinstance(sent, SendPacket)
    assert client.completed(sent.transaction, bytes(48), b"") == [Done(7, "error")]  # 64 bytes are due


@pytest.mark.parametrize("count", [0, 1, 63, 64])
def test_a_full_controller_is_listed_whole(count: int) -> None:
    listed = scsi.luns_data(list(range(count)))
    assert scsi.read_luns(listed[: scsi.LUN_LIST_SIZE].ljust(scsi.LUN_LIST_SIZE, b"\0")) == list(range(count))


def test_a_list_that_claims_more_than_it_holds_ends_where_it_ends() -> None:
    assert scsi.read_luns((8000).to_bytes(4, "big") + bytes(12)) == [0]


ENUMERATE = protocol.build(protocol.ENUMERATE_BUS, 48)


def test_the_client_looks_again_when_it_is_told_that_disks_came_or_went() -> None:
    pair = Pair((WIN7,), (WIN7,), {0: 10, 1: 20})
    pair.outcome.clear()
    pair.service.plug(2, 30)
    pair.service.unplug(0)
    pair.deliver(pair.client.announced(ENUMERATE))
    assert pair.outcome == [vsc.Ready({1: 20, 2: 30}, again=True)]
    assert pair.client.disks == {1: 20, 2: 30}


def test_a_change_while_it_looks_is_looked_at_afterwards() -> None:
    pair = Pair((WIN7,), (WIN7,), {0: 10})
    pair.outcome.clear()
    begun = pair.client.announced(ENUMERATE)
    assert pair.client.announced(ENUMERATE) == [] and pair.client.changed
    pair.service.plug(1, 20)
    pair.operations.clear()
    pair.deliver(begun)
    assert pair.outcome == [vsc.Ready({0: 10, 1: 20}, again=True)]
    assert len(pair.operations) == 10  # the list, and inquiry and capacity of each of two disks: twice


@pytest.mark.parametrize("payload", [b"", bytes(48), protocol.build(protocol.EXECUTE_SRB, 48)])
def test_what_announces_nothing_is_ignored(payload: bytes) -> None:
    pair = Pair((WIN7,), (WIN7,), {0: 10})
    assert pair.client.announced(payload) == []


def test_a_request_without_an_answer_fails_and_the_disk_is_reset() -> None:
    pair = Pair((WIN6,), (WIN6,), {0: 10})
    (sent,) = pair.client.submit(5, True, 0, 0, 1, 0x6000)
    assert isinstance(sent, SendPacket)
    done, reset = pair.client.expired(sent.transaction)
    assert done == Done(5, "timeout")
    assert isinstance(reset, SendPacket) and reset.payload[0] == protocol.RESET_LUN
    assert pair.client.expired(sent.transaction) == []
    assert pair.client.completed(sent.transaction, bytes(48), b"") == []  # too late
    assert pair.client.completed(reset.transaction, bytes(48), b"") == [] and not pair.client.waiting


def test_a_service_that_never_answers_ends_the_initialization() -> None:
    client = StorVsc((WIN6,), 0x5000)
    (begun,) = client.start()
    assert isinstance(begun, SendPacket)
    assert client.expired(begun.transaction) == [Failed("no answer")]


def test_a_disk_that_does_not_answer_while_disks_are_looked_for_is_left_out() -> None:
    pair = Pair((WIN7,), (WIN7,), {0: 10})
    (looked,) = pair.client.announced(ENUMERATE)
    assert isinstance(looked, SendPacket)
    assert pair.client.expired(looked.transaction) == [vsc.Ready({}, again=True)]
