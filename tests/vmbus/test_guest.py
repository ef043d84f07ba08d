"""The guest's end of the bus: what it says, what it takes no notice of, and that no answer is waited for in vain."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from hvlab.vmbus import guest, messages
from hvlab.vmbus.guest import (
    AllOffered,
    Connection,
    Described,
    Disconnected,
    Negotiated,
    NoBus,
    Offered,
    Opened,
    OpenFailed,
    Post,
    Rescinded,
    TakenBack,
    TornDown,
)
from hvlab.vmbus.messages import V1, WIN7, WIN8, pack

PAGES = list(range(100, 134))


def said(effects: list[guest.Effect]) -> list[tuple[str, dict[str, Any]]]:
    """The messages among the effects: their names and fields."""
    parsed = [messages.parse(effect.message) for effect in effects if isinstance(effect, Post)]
    return [(kind.name, fields) for kind, fields, _ in parsed]


def noticed(effects: list[guest.Effect]) -> list[guest.Effect]:
    return [effect for effect in effects if not isinstance(effect, Post)]


def asking(*versions: int) -> Connection:
    connection = Connection(versions or (V1,), 0x5000, (0x6000, 0x7000))
    connection.connect()
    connection.handle(pack("VERSION_RESPONSE", version_supported=1))
    return connection


def with_channel(*versions: int) -> Connection:
    connection = asking(*versions)
    connection.handle(
        pack("OFFER_CHANNEL", channel_id=1, interface_id=uuid.UUID(int=7), connection_id=0x2001)
    )
    connection.handle(pack("ALL_OFFERS_DELIVERED"))
    return connection


def describing() -> Connection:
    connection = with_channel()
    connection.open_channel(1, PAGES, 17)
    return connection


def opening() -> Connection:
    connection = describing()
    connection.handle(pack("GPADL_CREATED", channel_id=1, gpadl_id=0xE1E10))
    return connection


def with_open_channel(*versions: int) -> Connection:
    connection = with_channel(*versions)
    connection.open_channel(1, PAGES, 17)
    connection.handle(pack("GPADL_CREATED", channel_id=1, gpadl_id=0xE1E10))
    connection.handle(pack("OPEN_CHANNEL_RESULT", channel_id=1))
    return connection


def test_it_proposes_from_the_highest_version_down_one_at_a_time() -> None:
    connection = Connection((WIN8, WIN7, V1), 0x5000, (0x6000, 0x7000))
    refusal = pack("VERSION_RESPONSE")
    proposals = said(connection.connect())
    proposals += said(connection.handle(refusal)) + said(connection.handle(refusal))
    assert [(name, fields["version"], fields["interrupt_page"]) for name, fields in proposals] == [
        ("INITIATE_CONTACT", WIN8, 0),
        ("INITIATE_CONTACT", WIN7, 0x5000),
        ("INITIATE_CONTACT", V1, 0x5000),
    ]
    assert {f["parent_to_child_monitor_page"] for _, f in proposals} == {0x6000}
    assert {f["child_to_parent_monitor_page"] for _, f in proposals} == {0x7000}
    assert connection.handle(refusal) == [NoBus()]
    assert connection.state == guest.IDLE


def test_a_new_attempt_begins_at_the_top_again() -> None:
    connection = Connection((WIN8, V1), 0x5000, (0, 0))
    connection.connect()
    connection.handle(pack("VERSION_RESPONSE"))
    assert [fields["version"] for _, fields in said(connection.connect())] == [WIN8]


def test_once_agreed_it_asks_for_offers_and_hears_of_each() -> None:
    connection = Connection((WIN7, V1), 0x5000, (0, 0))
    connection.connect()
    effects = connection.handle(pack("VERSION_RESPONSE", version_supported=1))
    assert noticed(effects) == [Negotiated(WIN7)] and [name for name, _ in said(effects)] == [
        "REQUEST_OFFERS"
    ]
    interface, instance = uuid.uuid4(), uuid.uuid4()
    offer = pack(
        "OFFER_CHANNEL",
        channel_id=3,
        interface_id=interface,
        instance_id=instance,
        connection_id=0x2003,
        user_defined=b"x",
    )
    assert connection.handle(offer) == [Offered(3)]
    channel = connection.channels[3]
    assert (channel.interface, channel.instance, channel.signal_connection, channel.state) == (
        interface,
        instance,
        0x2003,
        guest.OFFERED,
    )
    assert channel.user_defined[:2] == b"x\0"
    assert connection.handle(pack("ALL_OFFERS_DELIVERED")) == [AllOffered()]
    assert connection.state == guest.CONNECTED


def test_a_channel_is_described_then_asked_for_then_open() -> None:
    connection = with_channel()
    described = connection.open_channel(1, PAGES, 17)
    channel = connection.channels[1]
    assert (channel.pages, channel.downstream_offset) == (PAGES, 17)
    assert [name for name, _ in said(described)] == ["GPADL_HEADER", "GPADL_BODY"]
    (opened,) = said(connection.handle(pack("GPADL_CREATED", channel_id=1, gpadl_id=0xE1E10)))
    assert opened[0] == "OPEN_CHANNEL"
    assert {
        name: opened[1][name] for name in ("channel_id", "ring_gpadl", "downstream_ring_page_offset")
    } == {
        "channel_id": 1,
        "ring_gpadl": 0xE1E10,
        "downstream_ring_page_offset": 17,
    }
    assert connection.handle(pack("OPEN_CHANNEL_RESULT", channel_id=1)) == [Opened(1)]
    assert connection.channels[1].state == guest.OPEN


def test_pages_have_a_new_number_each_time() -> None:
    connection = with_open_channel()
    connection.close_channel(1)
    connection.handle(pack("GPADL_TORNDOWN", gpadl_id=0xE1E10))
    (header, _) = said(connection.open_channel(1, PAGES, 17))
    assert header[1]["gpadl_id"] == 0xE1E11


def test_pages_the_root_refuses_are_ours_again() -> None:
    connection = describing()
    failed = connection.handle(pack("GPADL_CREATED", channel_id=1, gpadl_id=0xE1E10, status=0x8000FFFF))
    assert failed == [OpenFailed(1, 0x8000FFFF)]
    channel = connection.channels[1]
    assert (channel.state, channel.gpadl, channel.pages) == (guest.OFFERED, 0, [])


def test_pages_of_a_channel_that_could_not_be_opened_are_taken_back() -> None:
    connection = opening()
    effects = connection.handle(pack("OPEN_CHANNEL_RESULT", channel_id=1, status=5))
    assert noticed(effects) == [OpenFailed(1, 5)] and [name for name, _ in said(effects)] == [
        "GPADL_TEARDOWN"
    ]
    assert connection.handle(pack("GPADL_TORNDOWN", gpadl_id=0xE1E10)) == [TornDown(1)]
    assert connection.channels[1].pages == []


def test_closing_is_not_answered_but_the_teardown_is() -> None:
    connection = with_open_channel()
    effects = connection.close_channel(1)
    assert [(name, fields["channel_id"]) for name, fields in said(effects)] == [
        ("CLOSE_CHANNEL", 1),
        ("GPADL_TEARDOWN", 1),
    ]
    assert said(effects)[1][1]["gpadl_id"] == 0xE1E10
    assert connection.close_channel(1) == []
    assert connection.handle(pack("GPADL_TORNDOWN", gpadl_id=0xE1E10)) == [TornDown(1)]
    assert connection.handle(pack("GPADL_TORNDOWN", gpadl_id=0xE1E10)) == []


def test_a_channel_taken_back_is_torn_down_and_let_go() -> None:
    connection = with_open_channel()
    effects = connection.handle(pack("RESCIND_CHANNEL_OFFER", channel_id=1))
    assert noticed(effects) == [Rescinded(1)]
    assert [name for name, _ in said(effects)] == ["GPADL_TEARDOWN"]
    assert connection.handle(pack("RESCIND_CHANNEL_OFFER", channel_id=1)) == []
    effects = connection.handle(pack("GPADL_TORNDOWN", gpadl_id=0xE1E10))
    assert noticed(effects) == [TornDown(1)] and [name for name, _ in said(effects)] == ["REL_ID_RELEASED"]
    assert connection.channels == {} == connection.gpadls


def test_taken_back_while_it_is_described_the_answer_is_awaited() -> None:
    for status, expected in ((0, ["GPADL_TEARDOWN"]), (0x8000FFFF, ["REL_ID_RELEASED"])):
        connection = describing()
        assert connection.handle(pack("RESCIND_CHANNEL_OFFER", channel_id=1)) == [Rescinded(1)]
        answer = pack("GPADL_CREATED", channel_id=1, gpadl_id=0xE1E10, status=status)
        assert [name for name, _ in said(connection.handle(answer))] == expected


def test_a_channel_is_opened_only_where_it_is_on_offer() -> None:
    connection = with_open_channel()
    before = repr(connection)
    assert connection.open_channel(1, PAGES, 17) == [] == connection.open_channel(9, PAGES, 17)
    assert connection.close_channel(9) == [] and repr(connection) == before


def test_an_offer_under_a_number_in_use_changes_nothing() -> None:
    connection = with_open_channel()
    assert connection.handle(pack("OFFER_CHANNEL", channel_id=1)) == []
    assert connection.channels[1].state == guest.OPEN


def test_offers_are_heard_only_between_the_request_and_the_end() -> None:
    for connection in (Connection((V1,), 0, (0, 0)), with_channel(WIN7)):
        if connection.channels:
            connection.unload()
        assert connection.handle(pack("OFFER_CHANNEL", channel_id=5)) == []
        assert connection.channels == {}


def test_pages_beside_the_rings_are_described_used_and_taken_back() -> None:
    connection = with_open_channel()
    number, effects = connection.describe_pages(1, [7, 8])
    assert [name for name, _ in said(effects)] == ["GPADL_HEADER"] and number == 0xE1E11
    created = pack("GPADL_CREATED", channel_id=1, gpadl_id=number)
    assert connection.handle(created) == [Described(1, number, 0)]
    assert [name for name, _ in said(connection.take_back_pages(1, number))] == ["GPADL_TEARDOWN"]
    assert connection.take_back_pages(1, number) == []
    assert connection.handle(pack("GPADL_TORNDOWN", gpadl_id=number)) == [TakenBack(1, number)]
    assert list(connection.gpadls) == [0xE1E10]
    assert connection.take_back_pages(1, 0xE1E10) == []  # the rings' own go with the channel


def test_pages_beside_the_rings_that_the_root_refuses_are_said_to_be() -> None:
    connection = with_open_channel()
    number, _ = connection.describe_pages(1, [7])
    refused = pack("GPADL_CREATED", channel_id=1, gpadl_id=number, status=0x8000FFFF)
    assert connection.handle(refused) == [Described(1, number, 0x8000FFFF)]
    assert number not in connection.gpadls
    assert with_channel().describe_pages(1, [7]) == (0, [])


def test_a_channel_is_torn_down_when_the_last_of_its_pages_is_back() -> None:
    connection = with_open_channel()
    first, _ = connection.describe_pages(1, [7])
    connection.handle(pack("GPADL_CREATED", channel_id=1, gpadl_id=first))
    second, _ = connection.describe_pages(1, [8])  # its answer is still under way
    assert [name for name, _ in said(connection.close_channel(1))] == [
        "CLOSE_CHANNEL",
        *["GPADL_TEARDOWN"] * 2,
    ]
    assert connection.handle(pack("GPADL_TORNDOWN", gpadl_id=0xE1E10)) == []
    assert connection.handle(pack("GPADL_TORNDOWN", gpadl_id=first)) == []
    late = connection.handle(pack("GPADL_CREATED", channel_id=1, gpadl_id=second))
    assert [name for name, _ in said(late)] == ["GPADL_TEARDOWN"]
    assert connection.handle(pack("GPADL_TORNDOWN", gpadl_id=second)) == [TornDown(1)]
    assert connection.channels[1].state == guest.OFFERED


def test_a_new_contact_forgets_what_was() -> None:
    connection = with_open_channel()
    connection.connect()
    assert connection.channels == {} == connection.gpadls


def test_leaving_before_an_answer_to_the_contact_says_nothing() -> None:
    connection = Connection((WIN7,), 0, (0, 0))
    connection.connect()
    assert connection.unload() == [] and connection.state == guest.GONE


def test_a_channel_taken_back_that_was_never_opened_is_only_let_go() -> None:
    effects = with_channel().handle(pack("RESCIND_CHANNEL_OFFER", channel_id=1))
    assert [name for name, _ in said(effects)] == ["REL_ID_RELEASED"] and noticed(effects) == [Rescinded(1)]


def test_taken_back_while_it_closes_the_pages_count_as_returned_once() -> None:
    """The teardown and the rescind cross: the channel is kept until the answer has come, and then released."""
    connection = with_open_channel()
    connection.close_channel(1)
    effects = connection.handle(pack("RESCIND_CHANNEL_OFFER", channel_id=1))
    assert effects == [Rescinded(1)]
    effects = connection.handle(pack("GPADL_TORNDOWN", gpadl_id=0xE1E10))
    assert noticed(effects) == [TornDown(1)]
    assert [name for name, _ in said(effects)] == ["REL_ID_RELEASED"]


@pytest.mark.parametrize(("version", "after"), [(V1, guest.GONE), (WIN7, guest.UNLOADING)])
def test_leaving_awaits_an_answer_from_1_1_on(version: int, after: str) -> None:
    connection = with_channel(version)
    assert [name for name, _ in said(connection.unload())] == ["UNLOAD"]
    assert connection.state == after
    assert connection.handle(pack("UNLOAD_COMPLETE")) == ([Disconnected()] if version == WIN7 else [])
    assert connection.state == guest.GONE
    assert connection.unload() == []


def test_who_never_arrived_need_not_leave() -> None:
    assert Connection((V1,), 0, (0, 0)).unload() == []


@pytest.mark.parametrize(
    "message",
    [
        b"",
        bytes(8),
        pack("OPEN_CHANNEL", channel_id=1),  # a guest's own
        pack("VERSION_RESPONSE", version_supported=1),  # not asked any more
        pack("ALL_OFFERS_DELIVERED"),  # a second time
        pack("GPADL_CREATED", channel_id=1, gpadl_id=0xE1E10),  # nothing is being described
        pack("GPADL_CREATED", channel_id=9),
        pack("OPEN_CHANNEL_RESULT", channel_id=1),  # nothing is being opened
        pack("OPEN_CHANNEL_RESULT", channel_id=9),
        pack("GPADL_TORNDOWN", gpadl_id=0x99),
        pack("RESCIND_CHANNEL_OFFER", channel_id=9),
        pack("UNLOAD_COMPLETE"),
    ],
)
def test_what_does_not_fit_is_ignored(message: bytes) -> None:
    connection = with_channel()
    before = repr(connection)
    assert connection.handle(message) == []
    assert repr(connection) == before


def test_the_answer_for_other_pages_opens_nothing() -> None:
    connection = describing()
    assert connection.handle(pack("GPADL_CREATED", channel_id=1, gpadl_id=0x99)) == []
    assert connection.channels[1].state == guest.DESCRIBING
