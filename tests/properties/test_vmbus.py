"""Whatever a guest sends, the root's end of the bus stays whole: no exception, no lost channel, no undecided case."""

from __future__ import annotations

import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.vmbus import messages
from hvlab.vmbus.host import (
    CHANNEL_STATES,
    CLOSED,
    CONNECTED,
    OPEN,
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
        st.sampled_from([messages.V1, messages.WIN7, messages.WIN8, 77]).map(
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
        SMALL.map(lambda channel: messages.pack("CLOSE_CHANNEL", channel_id=channel)),
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


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_the_server_survives_anything(steps: list[tuple[str, object]]) -> None:
    server = Server((messages.WIN8, messages.WIN7, messages.V1))
    for number in range(2):
        server.offer(Offer(f"d{number}", uuid.UUID(int=1), uuid.UUID(int=number)))
    opening: list[int] = []
    closing: list[int] = []
    announced: set[int] = set()
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
            for relid in opening:
                effects += server.open_complete(relid, 0 if value else messages.STATUS_FAILED)
            for relid in closing:
                effects += server.close_complete(relid)
            opening, closing = [], []
        for effect in effects:
            if isinstance(effect, OpenDevice):
                opening.append(effect.relid)
                assert server.ring_pages(server.channels[effect.relid]) is not None
            elif isinstance(effect, CloseDevice):
                closing.append(effect.relid)
            elif isinstance(effect, Send):
                kind, fields, _ = messages.parse(effect.message)
                assert kind.direction == messages.HOST_TO_GUEST
                if kind.name == "OFFER_CHANNEL":
                    announced.add(fields["channel_id"])
        for relid, channel in server.channels.items():
            assert channel.relid == relid in announced
            assert channel.state in CHANNEL_STATES
            if channel.state == OPEN:
                assert server.ring_pages(channel) is not None
        assert all(relid in server.channels for relid, _ in server.gpadls.known)
        if server.state != CONNECTED:
            assert not server.channels and not server.offers_sent
        assert all(channel.state != CLOSED or channel.relid for channel in server.channels.values())
