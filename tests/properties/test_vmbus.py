"""Whatever one side sends, the other end of the bus stays whole: no exception, no lost channel, no undecided case."""

from __future__ import annotations

import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.vmbus import messages
from hvlab.vmbus.decisions import GUEST_CHANNEL_STATES, RESCINDED
from hvlab.vmbus.guest import Connection, Post
from hvlab.vmbus.host import (
    CHANNEL_STATES,
    CONNECTED,
    DISCONNECTING,
    OPEN,
    RESERVED,
    CloseDevice,
    Offer,
    OpenDevice,
    Send,
    Server,
)

SMALL = st.integers(0, 4)
GPADLS = st.integers(0xE0, 0xE3)


def legal() -> st.SearchStrategy[bytes]:
    """Messages that are well formed, in any order, about channels and GPADLs that may or may not exist."""

    def gpadl(arguments: tuple[int, int, int]) -> bytes:
        channel, number, pages = arguments
        return messages.gpadl_messages(channel, number, list(range(pages)), pages * 4096)[0]

    return st.one_of(
        st.sampled_from([messages.V1, messages.WIN7, messages.WIN8, messages.WIN10, messages.IRON, 77]).map(
            lambda version: messages.pack("INITIATE_CONTACT", version=version)
        ),
        st.just(messages.pack("REQUEST_OFFERS")),
        st.just(messages.pack("UNLOAD")),
        st.tuples(SMALL, GPADLS, st.integers(1, 30)).map(gpadl),
        st.tuples(GPADLS, st.binary(max_size=64)).map(
            lambda parts: messages.pack("GPADL_BODY", parts[1], gpadl_id=parts[0])
        ),
        st.tuples(SMALL, GPADLS, SMALL).map(
            lambda parts: messages.pack(
                "OPEN_CHANNEL",
                channel_id=parts[0],
                ring_gpadl=parts[1],
                downstream_ring_page_offset=parts[2],
            )
        ),
        st.tuples(SMALL, GPADLS, SMALL).map(
            lambda parts: messages.pack(
                "OPEN_RESERVED",
                channel_id=parts[0],
                ring_gpadl=parts[1],
                downstream_ring_page_offset=parts[2],
            )
        ),
        st.tuples(st.sampled_from(["CLOSE_CHANNEL", "CLOSE_RESERVED", "MODIFY_CHANNEL"]), SMALL).map(
            lambda parts: messages.pack(parts[0], channel_id=parts[1])
        ),
        st.sampled_from(
            [messages.pack(name) for name in ("TL_CONNECT_REQUEST", "MODIFY_CONNECTION", "PAUSE", "RESUME")]
        ),
        SMALL.map(lambda channel: messages.pack("REL_ID_RELEASED", channel_id=channel)),
        st.tuples(SMALL, GPADLS).map(
            lambda parts: messages.pack("GPADL_TEARDOWN", channel_id=parts[0], gpadl_id=parts[1])
        ),
    )


def anything() -> st.SearchStrategy[bytes]:
    """Legal messages, legal ones with a byte changed or cut short, and noise."""
    changed = st.tuples(legal(), st.integers(0, 200), st.integers(0, 255)).map(
        lambda parts: bytes(
            parts[2] if place == parts[1] % max(1, len(parts[0])) else byte
            for place, byte in enumerate(parts[0])
        )
    )
    cut = st.tuples(legal(), st.integers(0, 200)).map(lambda parts: parts[0][: parts[1]])
    return st.one_of(legal(), legal(), changed, cut, st.binary(max_size=240))


STEPS = st.lists(
    st.one_of(
        anything().map(lambda data: ("message", data)),
        SMALL.map(lambda number: ("revoke", number)),
        SMALL.map(lambda number: ("offer", number)),
        st.booleans().map(lambda good: ("complete", good)),
    ),
    max_size=60,
)


BEGIN = st.sampled_from(
    [
        [],
        *(
            [messages.pack("INITIATE_CONTACT", version=version), messages.pack("REQUEST_OFFERS")]
            for version in (messages.V1, messages.WIN7, messages.WIN8, messages.WIN10, messages.IRON)
        ),
        [
            messages.pack("INITIATE_CONTACT", version=messages.WIN7),
            messages.pack("REQUEST_OFFERS"),
            *messages.gpadl_messages(1, 0xE0, list(range(4)), 4 * 4096),
            messages.pack("OPEN_CHANNEL", channel_id=1, ring_gpadl=0xE0, downstream_ring_page_offset=2),
        ],
        [
            messages.pack("INITIATE_CONTACT", version=messages.WIN10),
            messages.pack("REQUEST_OFFERS"),
            *messages.gpadl_messages(1, 0xE0, list(range(4)), 4 * 4096),
            messages.pack("OPEN_RESERVED", channel_id=1, ring_gpadl=0xE0, downstream_ring_page_offset=2),
        ],
    ]
)
"""Where a guest has come to before it does as it likes; the last two have a channel that is opening."""


@settings(max_examples=150, deadline=None)
@given(BEGIN, STEPS)
def test_the_server_survives_anything(begin: list[bytes], steps: list[tuple[str, object]]) -> None:
    server = Server((messages.IRON, messages.WIN10, messages.WIN8, messages.WIN7, messages.V1))
    for number in range(2):
        server.offer(Offer(f"d{number}", uuid.UUID(int=1), uuid.UUID(int=number)))
    for start in begin:
        server.handle(start)
    opening: list[int] = []
    closing: list[int] = []
    announced: set[int] = set(server.channels)
    for what, value in steps:
        if what == "message":
            assert isinstance(value, bytes)
            effects = server.handle(value)
        elif what == "revoke":
            effects = server.revoke(f"d{value}")
        elif what == "offer":
            effects = server.offer(Offer(f"d{value}", uuid.UUID(int=1), uuid.UUID(int=9)))
        else:
            effects = []
            opened, opening = opening, []
            closed, closing = closing, []
            for relid in opened:
                effects += server.open_complete(relid, 0 if value else messages.STATUS_FAILED)
            for relid in closed:
                effects += server.close_complete(relid)
        for effect in effects:
            if isinstance(effect, OpenDevice):
                opening.append(effect.relid)
                assert server.ring_pages(server.channels[effect.relid]) is not None
                # What a device holds on to is opened for nobody else.
                assert effect.relid not in closing
            elif isinstance(effect, CloseDevice):
                if effect.relid in opening:
                    opening.remove(effect.relid)
                closing.append(effect.relid)
            elif isinstance(effect, Send):
                kind, fields, _ = messages.parse(effect.message)
                assert kind.direction == messages.HOST_TO_GUEST
                if kind.name == "OFFER_CHANNEL":
                    announced.add(fields["channel_id"])
        for relid, channel in server.channels.items():
            assert channel.relid == relid in announced
            assert channel.state in CHANNEL_STATES
            if channel.state in (OPEN, RESERVED):
                assert server.ring_pages(channel) is not None
        assert all(relid in server.channels for relid, _ in server.gpadls.known)
        if server.state != CONNECTED:
            assert not server.channels and not server.offers_sent
        assert server.state != DISCONNECTING or server.leaving


def of_a_root() -> st.SearchStrategy[bytes]:
    """Well-formed messages of a root, in any order, about anything; then changed, cut short, or mere noise."""
    status = st.sampled_from([0, messages.STATUS_FAILED])
    numbers = st.integers(0xE1E0F, 0xE1E13)

    def build(parts: tuple[str, int, int, int]) -> bytes:
        name, relid, gpadl, result = parts
        values = {"channel_id": relid, "gpadl_id": gpadl, "status": result, "version_supported": result == 0}
        known = messages.BY_NAME[name].layout.offsets
        return messages.pack(name, **{key: value for key, value in values.items() if key in known})

    names = [kind.name for kind in messages.TYPES.values() if kind.direction == messages.HOST_TO_GUEST]
    fair = st.tuples(st.sampled_from(names), SMALL, numbers, status).map(build)
    cut = st.tuples(fair, st.integers(0, 200)).map(lambda parts: parts[0][: parts[1]])
    longer = st.tuples(fair, st.binary(max_size=50)).map(lambda parts: parts[0] + parts[1])
    return st.one_of(fair, fair, fair, cut, longer, legal(), st.binary(max_size=240))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            of_a_root(),
            st.tuples(
                st.sampled_from(["connect", "open", "describe", "take back", "close", "unload"]), SMALL
            ),
        ),
        max_size=60,
    )
)
def test_the_connection_survives_anything(steps: list[bytes | tuple[str, int]]) -> None:
    """A root that has gone mad: the guest's end stays whole, and says nothing that is no message of a guest."""
    connection = Connection((messages.WIN8, messages.WIN7, messages.V1), 0x5000, (0, 0))
    effects = connection.connect()
    effects += connection.handle(messages.pack("VERSION_RESPONSE", version_supported=1))
    for relid in (1, 2):
        connection.handle(messages.pack("OFFER_CHANNEL", channel_id=relid))
    for step in steps:
        if isinstance(step, bytes):
            effects += connection.handle(step)
            continue
        what, relid = step
        if what == "connect":
            effects += connection.connect()
        elif what == "open":
            effects += connection.open_channel(relid, list(range(8)), 4)
        elif what == "describe":
            effects += connection.describe_pages(relid, [9])[1]
        elif what == "take back":
            effects += connection.take_back_pages(relid, connection.next_gpadl - 1)
        elif what == "close":
            effects += connection.close_channel(relid)
        else:
            effects += connection.unload()
        assert all(gpadl.relid in connection.channels for gpadl in connection.gpadls.values())
        for channel in connection.channels.values():
            assert channel.state in GUEST_CHANNEL_STATES
            assert channel.state != RESCINDED or any(
                gpadl.relid == channel.relid for gpadl in connection.gpadls.values()
            )
    for effect in effects:
        if isinstance(effect, Post):
            assert messages.parse(effect.message)[0].direction == messages.GUEST_TO_HOST
