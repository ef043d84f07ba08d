"""The root's end of the bus: its table against one written from the reference, and the two ends by bytes alone."""

from __future__ import annotations

import uuid

import pytest

from hvlab.vmbus import guest, host, messages
from hvlab.vmbus.decisions import CREATED
from hvlab.vmbus.guest import Connection
from hvlab.vmbus.host import CHANNEL_STATES, CloseDevice, Offer, OpenDevice, Refused, Send, Server
from hvlab.vmbus.messages import IRON, RS3, V1, WIN7, WIN8, WIN10, pack

SCSI = uuid.UUID("ba6163d9-04a1-4d29-b605-72e2ffb1dc7f")


def offer(key: str = "scsi:0") -> Offer:
    return Offer(key, SCSI, uuid.UUID(int=len(key)))


def connected(version: int = V1) -> Server:
    server = Server((IRON, RS3, WIN10, WIN8, WIN7, V1))
    server.offer(offer())
    server.handle(pack("INITIATE_CONTACT", version=version, interrupt_page=0x5000))
    server.handle(pack("REQUEST_OFFERS"))
    return server


def names(effects: list[host.Effect]) -> list[str]:
    return [
        messages.parse(effect.message)[0].name if isinstance(effect, Send) else type(effect).__name__
        for effect in effects
    ]


def make_gpadl(server: Server, number: int = 0xE1, pages: int = 8, channel: int = 1) -> list[host.Effect]:
    effects: list[host.Effect] = []
    for message in messages.gpadl_messages(channel, number, list(range(100, 100 + pages)), pages * 4096):
        effects += server.handle(message)
    return effects


def opened(version: int = V1) -> Server:
    server = connected(version)
    make_gpadl(server)
    server.handle(
        pack("OPEN_CHANNEL", channel_id=1, open_id=5, ring_gpadl=0xE1, downstream_ring_page_offset=4)
    )
    server.open_complete(1, 0)
    return server


# Columns: Closed, Opening, Open, OpenReserved, Closing, ClosingReopen, Revoked, Reoffered.
TABLE = {
    "OPEN_CHANNEL": (
        "opens",
        "already open",
        "already open",
        "already open",
        "queued",
        "already open",
        "ignored",
        "ignored",
    ),
    "CLOSE_CHANNEL": (
        "not open",
        "not open",
        "closes",
        "reserved",
        "not open",
        "unqueued",
        "ignored",
        "ignored",
    ),
    "REL_ID_RELEASED": (*("bad state",) * 6, "released", "offered again"),
}
OPEN_MESSAGE = pack("OPEN_CHANNEL", channel_id=1, open_id=6, ring_gpadl=0xE1, downstream_ring_page_offset=4)
OFFER_AGAIN = pack("OFFER_CHANNEL", interface_id=SCSI, instance_id=uuid.UUID(int=6), channel_id=1)
FREE_GPADL = messages.gpadl_messages(1, 0xF0, [7], 4096)[0]
DONE: dict[str, tuple[list[host.Effect], str | None]] = {
    "opens": ([OpenDevice(1)], host.OPENING),
    "queued": ([], host.REOPENING),
    "already open": ([Refused("OPEN_CHANNEL", "ChannelAlreadyOpen")], None),
    "closes": ([CloseDevice(1)], host.CLOSING),
    "unqueued": ([], host.CLOSING),
    "reserved": ([Refused("CLOSE_CHANNEL", "ChannelReserved")], None),
    "not open": ([Refused("CLOSE_CHANNEL", "ChannelNotOpen")], None),
    "bad state": ([Refused("REL_ID_RELEASED", "InvalidChannelState")], None),
    "released": ([], "gone"),
    "offered again": ([Send(OFFER_AGAIN)], host.CLOSED),
    "ignored": ([], None),
}
"""What each word of the table means: the effects, and the state after it (None: the same)."""
BYTES = {
    "OPEN_CHANNEL": OPEN_MESSAGE,
    "CLOSE_CHANNEL": pack("CLOSE_CHANNEL", channel_id=1),
    "REL_ID_RELEASED": pack("REL_ID_RELEASED", channel_id=1),
    "GPADL_HEADER": FREE_GPADL,
    "GPADL_TEARDOWN": pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0xF0),
}


OPEN_RESERVED = pack("OPEN_RESERVED", channel_id=1, ring_gpadl=0xE1, downstream_ring_page_offset=4)
CLOSE_RESERVED = pack("CLOSE_RESERVED", channel_id=1)


def in_state(state: str, version: int = V1) -> Server:
    """A server whose only channel has come into this state by messages; OpenReserved needs version 4.0."""
    server = connected(max(version, WIN10) if state == host.RESERVED else version)
    make_gpadl(server)
    if state == host.RESERVED:
        assert server.handle(OPEN_RESERVED) == [OpenDevice(1)]
        server.open_complete(1, 0)
    if state in (host.CLOSED, host.RESERVED):
        return server
    server.handle(OPEN_MESSAGE)
    if state == host.OPENING:
        return server
    server.open_complete(1, 0)
    if state in (host.CLOSING, host.REOPENING):
        server.handle(BYTES["CLOSE_CHANNEL"])
    if state == host.REOPENING:
        server.handle(OPEN_MESSAGE)
    if state in (host.REVOKED, host.REOFFERED):
        server.revoke("scsi:0")
        server.close_complete(1)
    if state == host.REOFFERED:
        assert server.offer(offer()) == []
    assert server.channels[1].state == state
    return server


@pytest.mark.parametrize("name", ["OPEN_CHANNEL", "CLOSE_CHANNEL", "REL_ID_RELEASED"])
@pytest.mark.parametrize("state", CHANNEL_STATES)
def test_what_is_decided_is_done(name: str, state: str) -> None:
    """The same table as above, by bytes: what comes out, and in which state the channel then is."""
    effects, after = DONE[TABLE[name][CHANNEL_STATES.index(state)]]
    server = in_state(state)
    assert server.handle(BYTES[name]) == effects
    assert (server.channels[1].state if 1 in server.channels else "gone") == (after or state)


LATER = {
    "OPEN_RESERVED": (
        "opens",
        *("ChannelAlreadyOpen",) * 3,
        *("InvalidChannelState",) * 2,
        *("ignored",) * 2,
    ),
    "CLOSE_RESERVED": (
        *("ChannelNotOpen",) * 2,
        "ChannelNotReserved",
        "closes",
        *("ChannelNotOpen",) * 2,
        *("ignored",) * 2,
    ),
}
# As openvmm's server decides; its columns are those of the table above.


@pytest.mark.parametrize("name", LATER)
@pytest.mark.parametrize("state", CHANNEL_STATES)
def test_a_reserved_channel_is_opened_and_closed_as_decided(name: str, state: str) -> None:
    server = in_state(state, WIN10)
    word = LATER[name][CHANNEL_STATES.index(state)]
    expected: dict[str, list[host.Effect]] = {
        "opens": [OpenDevice(1)],
        "closes": [CloseDevice(1)],
        "ignored": [],
    }
    answer = server.handle(OPEN_RESERVED if name == "OPEN_RESERVED" else CLOSE_RESERVED)
    assert answer == expected.get(word, [Refused(name, word)])


def test_only_a_reserved_closing_is_answered_even_if_it_is_opened_again_meanwhile() -> None:
    answered = Send(pack("CLOSE_RESERVED_RESPONSE", channel_id=1))
    server = in_state(host.RESERVED)
    server.handle(CLOSE_RESERVED)
    assert server.close_complete(1) == [answered] and server.channels[1].state == host.CLOSED
    again = in_state(host.RESERVED)
    again.handle(CLOSE_RESERVED)
    again.handle(OPEN_MESSAGE)
    assert again.close_complete(1) == [answered, OpenDevice(1)]
    again.open_complete(1, 0)
    assert again.channels[1].state == host.OPEN
    again.handle(BYTES["CLOSE_CHANNEL"])
    assert again.close_complete(1) == []


def test_a_reserved_channel_that_could_not_be_opened_is_closed() -> None:
    server = in_state(host.CLOSED, WIN10)
    server.handle(OPEN_RESERVED)
    (result,) = server.open_complete(1, messages.STATUS_FAILED)
    assert names([result]) == ["OPEN_CHANNEL_RESULT"] and server.channels[1].state == host.CLOSED


def test_a_reserved_closing_before_any_contact_names_no_channel() -> None:
    assert Server((V1,)).handle(CLOSE_RESERVED) == [Refused("CLOSE_RESERVED", "UnknownChannelId")]


@pytest.mark.parametrize("state", CHANNEL_STATES)
@pytest.mark.parametrize("version", [RS3, IRON])
def test_only_an_open_channel_changes_the_processor_that_it_interrupts(version: int, state: str) -> None:
    server = in_state(state, version)
    before = server.channels[1].target_vp
    effects = server.handle(pack("MODIFY_CHANNEL", channel_id=1, target_vp=3))
    moved = state == host.OPEN
    assert server.channels[1].target_vp == (3 if moved else before)
    status = 0 if moved else messages.STATUS_FAILED
    answer = [Send(pack("MODIFY_CHANNEL_RESPONSE", channel_id=1, status=status))] if version == IRON else []
    assert effects == [*([] if moved else [Refused("MODIFY_CHANNEL", "InvalidChannelState")]), *answer]


def test_a_channel_that_is_not_there_moves_nothing() -> None:
    refused, answer = connected(IRON).handle(pack("MODIFY_CHANNEL", channel_id=9, target_vp=3))
    assert refused == Refused("MODIFY_CHANNEL", "UnknownChannelId")
    assert answer == Send(pack("MODIFY_CHANNEL_RESPONSE", channel_id=9, status=messages.STATUS_FAILED))


def test_nobody_listens_for_sockets_and_from_41_on_the_guest_hears_so() -> None:
    request = pack("TL_CONNECT_REQUEST", endpoint_id=uuid.UUID(int=4), service_id=uuid.UUID(int=5))
    assert connected(WIN10).handle(request) == []
    (told,) = connected(RS3).handle(request)
    assert isinstance(told, Send)
    fields = messages.parse(told.message)[1]
    assert (fields["endpoint_id"].int, fields["service_id"].int, fields["status"]) == (4, 5, 0xC0000236)


@pytest.mark.parametrize("version", [V1, WIN7, WIN8, WIN10, RS3, IRON])
def test_a_version_refuses_the_messages_that_came_after_it(version: int) -> None:
    first = {
        "OPEN_RESERVED": WIN10,
        "TL_CONNECT_REQUEST": WIN10,
        "MODIFY_CHANNEL": RS3,
        "MODIFY_CONNECTION": None,
        "PAUSE": None,
        "RESUME": None,
    }
    for name, since in first.items():
        server = in_state(host.OPEN, version)
        refused = [Refused(name, "InvalidMessageType")]
        message = pack(name, channel_id=1) if name in ("OPEN_RESERVED", "MODIFY_CHANNEL") else pack(name)
        known = since is not None and version >= since
        assert (server.handle(message) != refused) == known, name


@pytest.mark.parametrize("state", CHANNEL_STATES)
def test_pages_may_be_described_and_taken_back_in_every_state(state: str) -> None:
    server = in_state(state)
    (answer,) = server.handle(BYTES["GPADL_HEADER"])
    assert isinstance(answer, Send)
    gone = state in (host.REVOKED, host.REOFFERED)
    assert messages.parse(answer.message)[1]["status"] == (messages.STATUS_FAILED if gone else 0)
    torn = server.handle(BYTES["GPADL_TEARDOWN"])
    if gone:
        assert torn == [Refused("GPADL_TEARDOWN", "UnknownGpadlId")]
        torn = server.handle(pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0xE1))  # the rings' own
    elif state in (host.CLOSING, host.REOPENING):
        assert torn == []
        torn = server.close_complete(1)[:1]
    assert names(torn) == ["GPADL_TORNDOWN"]


def test_an_answer_of_a_device_whose_guest_has_gone_concerns_nobody() -> None:
    for leave in (pack("UNLOAD"), pack("INITIATE_CONTACT", version=V1)):
        server = in_state(host.OPENING)
        assert server.handle(leave) == [CloseDevice(1)]
        assert server.open_complete(1, 0) == []
        server.close_complete(1)
        assert server.close_complete(1) == [] and server.state != host.DISCONNECTING
    server = in_state(host.OPENING)
    server.revoke("scsi:0")
    assert server.open_complete(1, 0) == [] and server.channels[1].state == host.REVOKED


def test_a_channel_that_closes_and_is_not_wanted_again_ends_closed() -> None:
    server = in_state(host.REOPENING)
    server.handle(BYTES["CLOSE_CHANNEL"])
    assert server.close_complete(1) == [] and server.channels[1].state == host.CLOSED


def test_an_opening_that_waited_is_the_one_that_was_asked_for_last() -> None:
    server = in_state(host.CLOSING)
    make_gpadl(server, number=0xE2, pages=12)
    server.handle(
        pack(
            "OPEN_CHANNEL",
            channel_id=1,
            open_id=77,
            ring_gpadl=0xE2,
            target_vp=3,
            downstream_ring_page_offset=10,
        )
    )
    assert server.close_complete(1) == [OpenDevice(1)]
    channel = server.channels[1]
    assert (channel.open_id, channel.target_vp) == (77, 3)
    assert server.ring_pages(channel) == (list(range(100, 110)), [110, 111])
    (answer,) = server.open_complete(1, 0)
    assert isinstance(answer, Send) and messages.parse(answer.message)[1]["open_id"] == 77


@pytest.mark.parametrize("offset", [2, 6])
def test_a_ring_may_be_as_small_as_a_control_page_and_one_of_data(offset: int) -> None:
    server = connected()
    make_gpadl(server)
    message = pack("OPEN_CHANNEL", channel_id=1, ring_gpadl=0xE1, downstream_ring_page_offset=offset)
    assert server.handle(message) == [OpenDevice(1)]


def test_rings_lie_in_one_range() -> None:
    server = connected()
    ranges = b"".join((4096).to_bytes(8, "little") + (page).to_bytes(8, "little") for page in range(8))
    header = pack("GPADL_HEADER", ranges, channel_id=1, gpadl_id=0xE1, range_bytes=len(ranges), range_count=8)
    assert names(server.handle(header)) == ["GPADL_CREATED"] and len(server.gpadls.known[1, 0xE1].ranges) == 8
    assert names(server.handle(OPEN_MESSAGE)) == ["Refused", "OPEN_CHANNEL_RESULT"]


def test_rings_of_half_sent_pages_are_none() -> None:
    server = connected()
    server.handle(messages.gpadl_messages(1, 0xE1, list(range(40)), 40 * 4096)[0])
    assert names(server.handle(OPEN_MESSAGE)) == ["Refused", "OPEN_CHANNEL_RESULT"]


def test_only_what_is_named_is_taken_back() -> None:
    server = in_state(host.OPEN)
    server.offer(offer("other"))
    effects = server.revoke("other")
    assert names(effects) == ["RESCIND_CHANNEL_OFFER"]
    assert {relid: channel.state for relid, channel in server.channels.items()} == {
        1: host.OPEN,
        2: host.REVOKED,
    }


def test_what_is_offered_again_before_its_release_keeps_its_number() -> None:
    server = in_state(host.OPEN)
    server.revoke("scsi:0")
    assert server.offer(offer()) == [] and server.channels[1].state == host.REOFFERED
    assert server.handle(BYTES["REL_ID_RELEASED"]) == []  # its device has not let go yet
    assert server.channels == {} and names(server.offer(offer("scsi:10"))) == ["OFFER_CHANNEL"]
    assert sorted(server.channels) == [2]  # nobody else gets the number
    assert server.close_complete(1) == [Send(OFFER_AGAIN)]
    assert server.channels[1].state == host.CLOSED


def test_what_is_offered_again_and_taken_back_again_is_only_released() -> None:
    server = in_state(host.REOFFERED)
    assert server.revoke("scsi:0") == [] and server.channels[1].state == host.REVOKED
    assert server.handle(BYTES["REL_ID_RELEASED"]) == [] and server.channels == {}
    late = in_state(host.OPEN)
    late.revoke("scsi:0")
    late.offer(offer())
    late.handle(BYTES["REL_ID_RELEASED"])
    late.revoke("scsi:0")
    assert late.close_complete(1) == [] and late.channels == {}


def test_a_late_answer_of_a_device_does_not_close_its_successor() -> None:
    """The number goes to another channel only when the device has let go, however often the guest comes and goes."""
    server = in_state(host.OPEN)
    server.revoke("scsi:0")
    server.handle(BYTES["REL_ID_RELEASED"])
    server.offer(offer("next"))
    assert sorted(server.channels) == [2]
    assert server.close_complete(1) == []
    server.offer(offer("third"))
    assert sorted(server.channels) == [1, 2]


@pytest.mark.parametrize("version", [V1, WIN7, WIN8])
def test_the_answer_to_a_contact_says_the_version_again(version: int) -> None:
    server = Server((WIN8, WIN7, V1))
    answer = server.handle(pack("INITIATE_CONTACT", version=version))[-1]
    assert isinstance(answer, Send)
    fields = messages.parse(answer.message)[1]
    assert (fields["version_supported"], fields["connection_state"], fields["selected_version"]) == (
        1,
        0,
        version,
    )


def test_an_opening_that_waited_is_checked_when_its_turn_comes() -> None:
    """Its pages may have been taken back meanwhile: no device opens over rings that are none."""
    server = in_state(host.REOPENING)
    assert (
        server.handle(pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0xE1)) == []
    )  # the device still has them
    torn_down, refused, answer = server.close_complete(1)
    assert isinstance(torn_down, Send) and names([torn_down]) == ["GPADL_TORNDOWN"]
    assert refused == Refused("OPEN_CHANNEL", "InvalidRing")
    assert isinstance(answer, Send)
    fields = messages.parse(answer.message)[1]
    assert (fields["open_id"], fields["status"]) == (6, 0x8000FFFF)
    assert server.channels[1].state == host.CLOSED


def test_pages_come_back_when_the_device_has_let_go_and_not_before() -> None:
    server = in_state(host.CLOSING)
    teardown = pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0xE1)
    assert server.handle(teardown) == []
    assert server.handle(teardown) == [Refused("GPADL_TEARDOWN", "InvalidGpadlState")]
    assert names(server.close_complete(1)) == ["GPADL_TORNDOWN"]
    assert server.channels[1].state == host.CLOSED and server.gpadls.known == {}


def test_what_is_no_message_of_a_guest_is_refused() -> None:
    server = connected()
    assert server.handle(bytes(4)) == [Refused("?", "MessageTooSmall")]
    assert server.handle(bytes([5, *bytes(11)])) == [Refused("OPEN_CHANNEL", "MessageTooSmall")]
    assert server.handle(bytes([99, *bytes(7)])) == [Refused("99", "UnknownMessageType")]
    assert server.handle(pack("OFFER_CHANNEL")) == [Refused("OFFER_CHANNEL", "WrongDirection")]
    for name in BYTES:
        assert server.handle(pack(name, channel_id=9)) == [Refused(name, "UnknownChannelId")]


def test_a_relid_is_used_again_only_after_its_release() -> None:
    server = Server((V1,))
    for number in range(3):
        server.offer(offer("x" * number))
    server.handle(pack("INITIATE_CONTACT", version=V1))
    relids = [
        messages.parse(effect.message)[1].get("channel_id")
        for effect in server.handle(pack("REQUEST_OFFERS"))
        if isinstance(effect, Send)
    ]
    assert relids == [1, 2, 3, None]
    server.revoke("x")
    assert server.revoke("x") == []
    server.offer(offer("new"))
    server.handle(pack("REL_ID_RELEASED", channel_id=2))
    server.offer(offer("newer"))
    assert {relid: c.offer.key for relid, c in server.channels.items()} == {
        1: "",
        3: "xx",
        4: "new",
        2: "newer",
    }


def test_an_offer_taken_back_before_the_guest_asked_is_never_heard_of() -> None:
    server = Server((V1,))
    server.offer(offer("one"))
    server.offer(offer("two"))
    server.handle(pack("INITIATE_CONTACT", version=V1))
    assert server.revoke("one") == []
    assert names(server.handle(pack("REQUEST_OFFERS"))) == ["OFFER_CHANNEL", "ALL_OFFERS_DELIVERED"]
    assert server.channels[1].offer.key == "two"


def test_a_guest_that_ends_without_a_word_leaves_nothing() -> None:
    server = in_state(host.OPEN)
    assert server.guest_gone() == [CloseDevice(1)]
    assert (server.state, server.channels, server.gpadls.known, server.offers_sent) == (
        host.DISCONNECTING,
        {},
        {},
        False,
    )
    assert server.close_complete(1) == [] and server.state == host.DISCONNECTED
    assert server.guest_gone() == []
    assert in_state(host.CLOSED).guest_gone() == []


@pytest.mark.parametrize("version", [V1, WIN7, WIN8])
def test_the_interrupt_page_counts_before_2_4_only(version: int) -> None:
    server = connected(version)
    assert server.interrupt_page == (0x5000 if version < WIN8 else 0)


def test_an_unsupported_version_while_connected_ends_the_connection() -> None:
    server = in_state(host.OPEN)
    assert names(server.handle(pack("INITIATE_CONTACT", version=messages.COPPER))) == ["CloseDevice"]
    assert names(server.close_complete(1)) == ["VERSION_RESPONSE"]
    assert server.handle(pack("REQUEST_OFFERS")) == [Refused("REQUEST_OFFERS", "InvalidMessageType")]


@pytest.mark.parametrize("pages", [1, 26, 27, 54, 55, 512])
def test_pages_described_in_pieces_arrive_whole_and_in_order(pages: int) -> None:
    server = connected()
    sent = messages.gpadl_messages(1, 0xE1, list(range(5, 5 + pages)), pages * 4096)
    answers = [server.handle(message) for message in sent]
    assert [len(answer) for answer in answers] == [0] * (len(sent) - 1) + [1]
    assert server.gpadls.known[1, 0xE1].ranges == [(pages * 4096, 0, list(range(5, 5 + pages)))]


def test_two_half_sent_gpadls_do_not_mix() -> None:
    server = connected()
    first = messages.gpadl_messages(1, 0xE1, [3] * 40, 40 * 4096)
    second = messages.gpadl_messages(1, 0xE2, [4] * 40, 40 * 4096)
    for message in (first[0], second[0], second[1], first[1]):
        server.handle(message)
    assert {key: set(gpadl.ranges[0][2]) for key, gpadl in server.gpadls.known.items()} == {
        (1, 0xE1): {3},
        (1, 0xE2): {4},
    }
    assert server.handle(first[1]) == [Refused("GPADL_BODY", "UnknownGpadlId")]  # it is whole already


def test_a_half_sent_gpadl_is_not_torn_down() -> None:
    server = connected()
    server.handle(messages.gpadl_messages(1, 0xE1, [3] * 40, 40 * 4096)[0])
    assert server.handle(pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0xE1)) == [
        Refused("GPADL_TEARDOWN", "InvalidGpadlState")
    ]


def test_a_channel_opens_over_pages_of_its_own_only() -> None:
    server = connected()
    server.offer(offer("other"))
    make_gpadl(server, number=0xE2, channel=2)
    for gpadl in (0xE2, 0x99):
        effects = server.handle(
            pack("OPEN_CHANNEL", channel_id=1, ring_gpadl=gpadl, downstream_ring_page_offset=4)
        )
        assert names(effects) == ["Refused", "OPEN_CHANNEL_RESULT"]
    assert server.handle(pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0xE2)) == [
        Refused("GPADL_TEARDOWN", "UnknownGpadlId")
    ]


@pytest.mark.parametrize(("count", "offset"), [(8 * 4096 - 1, 0), (7 * 4096, 16)])
def test_rings_are_whole_pages(count: int, offset: int) -> None:
    server = connected()
    server.handle(messages.gpadl_messages(1, 0xE1, list(range(8)), count, offset)[0])
    assert server.gpadls.known[1, 0xE1].state == CREATED
    assert names(server.handle(OPEN_MESSAGE)) == ["Refused", "OPEN_CHANNEL_RESULT"]


def test_a_gpadl_is_as_large_as_its_header_can_say() -> None:
    """The bytes of its range are counted in 16 bits: 8190 pages, some 32 MB."""
    server = connected()
    pages = messages.MAXIMUM_GPADL_PAGES
    assert pages == 8190
    assert names(make_gpadl(server, number=1, pages=pages)) == ["GPADL_CREATED"]
    assert server.gpadl_pages(1, 1) == list(range(100, 100 + pages))
    with pytest.raises(ValueError, match="8191 pages"):
        make_gpadl(server, number=2, pages=pages + 1)


def test_a_service_gets_whole_pages_of_its_own_channel_only() -> None:
    server = connected()
    server.offer(offer("other"))
    make_gpadl(server, number=0xE2, channel=2)
    server.handle(messages.gpadl_messages(1, 0xE3, list(range(40)), 40 * 4096)[0])
    assert server.gpadl_pages(2, 0xE2) == list(range(100, 108))
    assert server.gpadl_pages(1, 0xE2) is None is server.gpadl_pages(1, 0xE3)


def test_a_number_counts_within_its_channel() -> None:
    """Two channels may use one number, but not while one of the two is half-sent: a body names no channel."""
    server = connected()
    server.offer(offer("other"))
    assert names(make_gpadl(server, number=0xE1, channel=1)) == ["GPADL_CREATED"]
    assert names(make_gpadl(server, number=0xE1, channel=2)) == ["GPADL_CREATED"]
    server.handle(messages.gpadl_messages(1, 0xE3, list(range(40)), 40 * 4096)[0])
    refused, answer = server.handle(messages.gpadl_messages(2, 0xE3, [1], 4096)[0])
    assert refused == Refused("GPADL_HEADER", "DuplicateGpadlId")
    assert isinstance(answer, Send) and messages.parse(answer.message)[1]["status"] == 0x8000FFFF
    assert names(server.handle(pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0xE1))) == ["GPADL_TORNDOWN"]
    assert sorted(server.gpadls.known) == [(1, 0xE3), (2, 0xE1)]


def test_release_takes_the_channels_pages_along() -> None:
    server = in_state(host.OPEN)
    server.offer(offer("other"))
    make_gpadl(server, number=0xE2, channel=2)
    server.revoke("scsi:0")
    server.handle(BYTES["REL_ID_RELEASED"])
    assert sorted(server.gpadls.known) == [(2, 0xE2)]


def test_nothing_is_heard_before_contact() -> None:
    server = Server((V1,))
    for name in ("REQUEST_OFFERS", "OPEN_CHANNEL", "GPADL_BODY", "UNLOAD"):
        assert server.handle(pack(name)) == [Refused(name, "InvalidMessageType")]


def test_an_unknown_version_is_answered_no_and_a_known_one_yes() -> None:
    server = Server((V1,))
    (answer,) = server.handle(pack("INITIATE_CONTACT", version=WIN8))
    assert isinstance(answer, Send) and messages.parse(answer.message)[1]["version_supported"] == 0
    effects = server.handle(pack("INITIATE_CONTACT", version=V1, interrupt_page=0x5000))
    assert names(effects) == ["Contacted", "VERSION_RESPONSE"]
    assert server.interrupt_page == 0x5000


def test_offers_come_once_and_later_ones_at_once() -> None:
    server = connected()
    assert server.handle(pack("REQUEST_OFFERS")) == [Refused("REQUEST_OFFERS", "OffersAlreadySent")]
    assert names(server.offer(offer("scsi:1"))) == ["OFFER_CHANNEL"]
    assert sorted(server.channels) == [1, 2]


@pytest.mark.parametrize(
    ("version", "dedicated", "connection"), [(V1, 0, 0), (WIN7, 1, 0x2001), (WIN8, 1, 0x2001)]
)
def test_what_an_offer_says_of_signals_depends_on_the_version(
    version: int, dedicated: int, connection: int
) -> None:
    server = Server((WIN8, WIN7, V1))
    server.offer(offer())
    server.handle(pack("INITIATE_CONTACT", version=version))
    first = server.handle(pack("REQUEST_OFFERS"))[0]
    assert isinstance(first, Send) and len(first.message) == 196
    fields = messages.parse(first.message)[1]
    assert (fields["is_dedicated"], fields["connection_id"]) == (dedicated, connection)
    assert first.message[180:184] == bytes(4)


def test_opening_closing_and_opening_again_while_it_closes() -> None:
    server = opened()
    open_message = pack(
        "OPEN_CHANNEL", channel_id=1, open_id=6, ring_gpadl=0xE1, downstream_ring_page_offset=4
    )
    assert server.handle(open_message) == [Refused("OPEN_CHANNEL", "ChannelAlreadyOpen")]
    assert server.handle(pack("CLOSE_CHANNEL", channel_id=1)) == [CloseDevice(1)]
    assert server.handle(open_message) == []
    assert server.close_complete(1) == [OpenDevice(1)]
    assert names(server.open_complete(1, 0)) == ["OPEN_CHANNEL_RESULT"]


def test_a_device_that_cannot_open_leaves_the_channel_closed() -> None:
    server = connected()
    make_gpadl(server)
    server.handle(pack("OPEN_CHANNEL", channel_id=1, ring_gpadl=0xE1, downstream_ring_page_offset=4))
    (result,) = server.open_complete(1, messages.STATUS_FAILED)
    assert isinstance(result, Send) and messages.parse(result.message)[1]["status"] == 0x8000FFFF
    assert server.channels[1].state == host.CLOSED


@pytest.mark.parametrize("offset", [0, 1, 7, 8, 99])
def test_an_open_over_pages_that_make_no_two_rings_fails(offset: int) -> None:
    server = connected()
    make_gpadl(server)
    effects = server.handle(
        pack("OPEN_CHANNEL", channel_id=1, ring_gpadl=0xE1, downstream_ring_page_offset=offset)
    )
    assert names(effects) == ["Refused", "OPEN_CHANNEL_RESULT"]


def test_gpadls_that_are_refused() -> None:
    server = connected()
    assert names(make_gpadl(server)) == ["GPADL_CREATED"]
    assert names(make_gpadl(server)) == ["Refused", "GPADL_CREATED"]  # the id is taken
    assert server.handle(pack("GPADL_BODY", gpadl_id=0x77)) == [Refused("GPADL_BODY", "UnknownGpadlId")]
    assert server.handle(pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0x77)) == [
        Refused("GPADL_TEARDOWN", "UnknownGpadlId")
    ]
    bad = pack("GPADL_HEADER", bytes(16), channel_id=1, gpadl_id=0x88, range_bytes=16, range_count=1)
    refused, answer = server.handle(bad)
    assert refused == Refused("GPADL_HEADER", "InvalidGpaRange")
    assert isinstance(answer, Send) and messages.parse(answer.message)[1]["status"] == 0x8000FFFF


def test_rings_in_use_are_not_torn_down() -> None:
    server = opened()
    teardown = pack("GPADL_TEARDOWN", channel_id=1, gpadl_id=0xE1)
    assert server.handle(teardown) == [Refused("GPADL_TEARDOWN", "InvalidGpadlState")]
    server.handle(pack("CLOSE_CHANNEL", channel_id=1))
    server.close_complete(1)
    assert names(server.handle(teardown)) == ["GPADL_TORNDOWN"]


def test_a_half_sent_gpadl_is_forgotten_at_a_new_contact() -> None:
    server = connected()
    parts = messages.gpadl_messages(1, 0xE1, list(range(60)), 60 * 4096)
    assert server.handle(parts[0]) == []
    server.handle(pack("INITIATE_CONTACT", version=V1))
    server.handle(pack("REQUEST_OFFERS"))
    assert server.handle(parts[1]) == [Refused("GPADL_BODY", "UnknownGpadlId")]


def test_contact_while_connected_closes_everything_without_a_word() -> None:
    server = opened()
    assert names(server.handle(pack("INITIATE_CONTACT", version=WIN7))) == ["CloseDevice"]
    assert names(server.close_complete(1)) == ["Contacted", "VERSION_RESPONSE"]
    assert server.channels == {} and server.gpadls.known == {}


@pytest.mark.parametrize(
    ("version", "answer"), [(V1, []), (WIN7, ["UNLOAD_COMPLETE"]), (WIN8, ["UNLOAD_COMPLETE"])]
)
def test_unload_is_answered_from_1_1_on(version: int, answer: list[str]) -> None:
    server = opened(version)
    assert names(server.handle(pack("UNLOAD"))) == ["CloseDevice"]
    assert names(server.close_complete(1)) == ["Unloaded", *answer]
    assert server.handle(pack("UNLOAD")) == [Refused("UNLOAD", "InvalidMessageType")]


def test_unload_is_answered_when_the_last_device_has_let_go() -> None:
    server = opened(WIN7)
    server.offer(offer("other"))
    make_gpadl(server, number=0xE2, channel=2)
    server.handle(pack("OPEN_CHANNEL", channel_id=2, ring_gpadl=0xE2, downstream_ring_page_offset=4))
    assert server.handle(pack("UNLOAD")) == [CloseDevice(1), CloseDevice(2)]
    assert server.open_complete(2, 0) == [] == server.close_complete(2)
    assert server.handle(pack("REQUEST_OFFERS")) == [Refused("REQUEST_OFFERS", "InvalidMessageType")]
    assert names(server.close_complete(1)) == ["Unloaded", "UNLOAD_COMPLETE"]
    assert server.close_complete(1) == []


def test_a_contact_while_devices_still_let_go_waits_and_the_last_one_counts() -> None:
    server = opened(WIN7)
    assert server.handle(pack("UNLOAD")) == [CloseDevice(1)]
    for version in (WIN8, V1):
        assert server.handle(pack("INITIATE_CONTACT", version=version)) == []
    effects = server.close_complete(1)
    assert names(effects) == ["Contacted", "VERSION_RESPONSE"]  # and no UNLOAD_COMPLETE
    assert (server.version, server.state) == (V1, host.CONNECTED)


def test_a_revoked_channel_is_kept_until_the_guest_lets_go() -> None:
    server = opened()
    assert names(server.revoke("scsi:0")) == ["CloseDevice", "RESCIND_CHANNEL_OFFER"]
    assert server.handle(pack("OPEN_CHANNEL", channel_id=1)) == []
    assert names(server.offer(offer("scsi:10"))) == ["OFFER_CHANNEL"]
    assert sorted(server.channels) == [1, 2]  # the relid is not used again before its release
    assert server.handle(pack("REL_ID_RELEASED", channel_id=1)) == []
    assert sorted(server.channels) == [2]
    assert server.handle(pack("CLOSE_CHANNEL", channel_id=1)) == [
        Refused("CLOSE_CHANNEL", "UnknownChannelId")
    ]


def converse(server: Server, connection: Connection, effects: list[guest.Effect]) -> list[guest.Effect]:
    """Let the two ends talk by bytes until neither has anything to say; what the guest noticed."""
    noticed: list[guest.Effect] = []
    queue = list(effects)
    while queue:
        effect = queue.pop(0)
        if not isinstance(effect, guest.Post):
            noticed.append(effect)
            continue
        for answer in server.handle(effect.message):
            answers = server.open_complete(answer.relid, 0) if isinstance(answer, OpenDevice) else [answer]
            answers += server.close_complete(answer.relid) if isinstance(answer, CloseDevice) else []
            for reply in answers:
                if isinstance(reply, Send):
                    queue += connection.handle(reply.message)
    return noticed


@pytest.mark.parametrize(
    ("root", "child", "agreed"),
    [
        ((V1,), (WIN8, WIN7, V1), V1),
        ((WIN8, WIN7, V1), (V1,), V1),
        ((WIN8, WIN7, V1), (WIN8, WIN7, V1), WIN8),
    ],
)
def test_the_highest_common_version_is_agreed(
    root: tuple[int, ...], child: tuple[int, ...], agreed: int
) -> None:
    server, connection = Server(root), Connection(child, 0x5000, (0, 0))
    server.offer(offer())
    noticed = converse(server, connection, connection.connect())
    assert noticed == [guest.Negotiated(agreed), guest.Offered(1), guest.AllOffered()]
    assert connection.version == server.version == agreed


def test_no_common_version_ends_without_a_bus() -> None:
    connection = Connection((WIN8,), 0, (0, 0))
    assert converse(Server((V1,)), connection, connection.connect()) == [guest.NoBus()]


def test_a_channel_from_its_offer_to_its_end() -> None:
    server, connection = Server((V1,)), Connection((V1,), 0x5000, (0, 0))
    server.offer(offer())
    converse(server, connection, connection.connect())
    pages = list(range(300, 334))
    assert converse(server, connection, connection.open_channel(1, pages, 17)) == [guest.Opened(1)]
    assert server.ring_pages(server.channels[1]) == (pages[:17], pages[17:])
    assert converse(server, connection, connection.close_channel(1)) == [guest.TornDown(1)]
    converse(server, connection, connection.unload())
    assert (server.state, connection.state) == (host.DISCONNECTED, guest.GONE)
