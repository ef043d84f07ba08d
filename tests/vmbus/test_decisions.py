"""The tables that dispatch uses, cell by cell, against one transcribed from the reference (sections 7, 6E, 6F, 8).

The transcription is in the reference's own words. The root's opening, closing and
releasing and the GPADL rules were noted before the code was read; the grid itself,
and all of the child's side, was typed by the one who had written the tables. A cell
in brackets is one that the reference leaves open; it must be marked as our reading.
"""

from __future__ import annotations

import pytest

from hvlab.vmbus import decisions, messages
from hvlab.vmbus.decisions import CHANNEL, CHILD, CONNECTION, GPADL, ROOT, Row

ROOT_CONNECTION = """
                 Disconnected         Connected       OffersSent          Disconnecting
INITIATE_CONTACT negotiate            reset+negotiate reset+negotiate     [next]
REQUEST_OFFERS   InvalidMessageType   offers          OffersAlreadySent   InvalidMessageType
UNLOAD           InvalidMessageType   close-all       close-all           InvalidMessageType
OPEN_CHANNEL     InvalidMessageType   channel         channel             InvalidMessageType
CLOSE_CHANNEL    InvalidMessageType   channel         channel             InvalidMessageType
REL_ID_RELEASED  InvalidMessageType   channel         channel             InvalidMessageType
GPADL_HEADER     InvalidMessageType   channel         channel             InvalidMessageType
GPADL_BODY       InvalidMessageType   gpadl           gpadl               InvalidMessageType
GPADL_TEARDOWN   InvalidMessageType   channel         channel             InvalidMessageType
OPEN_RESERVED    InvalidMessageType   channel         channel             InvalidMessageType
CLOSE_RESERVED   channel              channel         channel             [channel]
TL_CONNECT_REQUEST InvalidMessageType [nobody]        [nobody]            InvalidMessageType
MODIFY_CHANNEL   InvalidMessageType   channel         channel             InvalidMessageType
MODIFY_CONNECTION InvalidMessageType  InvalidMessageType InvalidMessageType InvalidMessageType
PAUSE            InvalidMessageType   InvalidMessageType InvalidMessageType InvalidMessageType
RESUME           InvalidMessageType   InvalidMessageType InvalidMessageType InvalidMessageType
"""
ROOT_CHANNEL_TURNED = """
              OPEN_CHANNEL       CLOSE_CHANNEL    REL_ID_RELEASED     GPADL_HEADER     GPADL_TEARDOWN
Unknown       UnknownChannelId   UnknownChannelId UnknownChannelId    UnknownChannelId UnknownChannelId
Closed        opens              ChannelNotOpen   InvalidChannelState gpadl            gpadl
Opening       ChannelAlreadyOpen [ChannelNotOpen] InvalidChannelState gpadl            gpadl
Open          ChannelAlreadyOpen closes           InvalidChannelState gpadl            gpadl
OpenReserved  [ChannelAlreadyOpen] [ChannelReserved] [InvalidChannelState] [gpadl]     [gpadl]
Closing       queued             [ChannelNotOpen] InvalidChannelState gpadl            gpadl
ClosingReopen ChannelAlreadyOpen [unqueued]       InvalidChannelState gpadl            gpadl
Revoked       ignored            ignored          releases            [failed]         gpadl
Reoffered     ignored            ignored          reoffers            [failed]         gpadl
"""
ROOT_CHANNEL_LATER_TURNED = """
              OPEN_RESERVED         CLOSE_RESERVED       MODIFY_CHANNEL
Unknown       [UnknownChannelId]    [UnknownChannelId]   [unmoved]
Closed        [reserves]            [ChannelNotOpen]     [unmoved]
Opening       [ChannelAlreadyOpen]  [ChannelNotOpen]     [unmoved]
Open          [ChannelAlreadyOpen]  [ChannelNotReserved] [moved]
OpenReserved  [ChannelAlreadyOpen]  [closes+answers]     [unmoved]
Closing       [InvalidChannelState] [ChannelNotOpen]     [unmoved]
ClosingReopen [InvalidChannelState] [ChannelNotOpen]     [unmoved]
Revoked       [ignored]             [ignored]            [unmoved]
Reoffered     [ignored]             [ignored]            [unmoved]
"""
ROOT_GPADL = """
                Unknown        InProgress        Created        RingInUse           DeviceLeaving  TearingDown
GPADL_HEADER    begun          duplicate         duplicate      duplicate           duplicate      duplicate
GPADL_BODY      UnknownGpadlId continued         UnknownGpadlId UnknownGpadlId      UnknownGpadlId UnknownGpadlId
GPADL_TEARDOWN  UnknownGpadlId InvalidGpadlState torndown       [InvalidGpadlState] [waits]        InvalidGpadlState
"""
CHILD_CONNECTION = """
                      Idle      Contacting Asking    Connected Unloading Gone
VERSION_RESPONSE      [ignored] versions   [ignored] [ignored] [ignored] [ignored]
ALL_OFFERS_DELIVERED  [ignored] [ignored]  complete  [ignored] [ignored] [ignored]
UNLOAD_COMPLETE       [ignored] [ignored]  [ignored] [ignored] gone      [ignored]
OFFER_CHANNEL         [ignored] [ignored]  channel   channel   [ignored] [ignored]
RESCIND_CHANNEL_OFFER [ignored] [ignored]  channel   channel   [ignored] [ignored]
OPEN_CHANNEL_RESULT   [ignored] [ignored]  channel   channel   [ignored] [ignored]
GPADL_CREATED         [ignored] [ignored]  gpadl     gpadl     [ignored] [ignored]
GPADL_TORNDOWN        [ignored] [ignored]  gpadl     gpadl     [ignored] [ignored]
CLOSE_RESERVED_RESPONSE [ignored] [ignored] [ignored] [ignored] [ignored] [ignored]
TL_CONNECT_RESULT     [ignored] [ignored]  [ignored] [ignored] [ignored] [ignored]
MODIFY_CHANNEL_RESPONSE [ignored] [ignored] [ignored] [ignored] [ignored] [ignored]
MODIFY_CONNECTION_RESPONSE [ignored] [ignored] [ignored] [ignored] [ignored] [ignored]
PAUSE_RESPONSE        [ignored] [ignored]  [ignored] [ignored] [ignored] [ignored]
"""
CHILD_CHANNEL = """
                      Unknown   Offered   Describing Opening   Open      Closed    Rescinded
OFFER_CHANNEL         known     [ignored] [ignored]  [ignored] [ignored] [ignored] [ignored]
RESCIND_CHANNEL_OFFER [ignored] returned  returned   returned  returned  returned  [ignored]
OPEN_CHANNEL_RESULT   [ignored] [ignored] [ignored]  result    [ignored] [ignored] [ignored]
"""
CHILD_GPADL = """
               Unknown   Describing Created   TearingDown
GPADL_CREATED  [ignored] answered   [ignored] [ignored]
GPADL_TORNDOWN [ignored] [ignored]  [ignored] freed
"""
WORDS = {
    "negotiate": "negotiate",
    "leave, then negotiate": "reset+negotiate",
    "negotiate later": "next",
    "send offers": "offers",
    "leave": "close-all",
    "by channel": "channel",
    "by gpadl": "gpadl",
    "open": "opens",
    "queue open": "queued",
    "unqueue open": "unqueued",
    "close": "closes",
    "ignore": "ignored",
    "release": "releases",
    "release and offer again": "reoffers",
    "begin gpadl": "begun",
    "fail gpadl": "failed",
    "fail duplicate gpadl": "duplicate",
    "go on with gpadl": "continued",
    "tear down gpadl": "torndown",
    "tear down gpadl later": "waits",
    "agree or step down": "versions",
    "go on": "complete",
    "be gone": "gone",
    "take offer": "known",
    "give back": "returned",
    "use or take pages back": "result",
    "go on with pages": "answered",
    "own pages again": "freed",
    "open reserved": "reserves",
    "close and answer": "closes+answers",
    "move interrupt": "moved",
    "fail to move interrupt": "unmoved",
    "no listener": "nobody",
}


def transcribed(text: str) -> dict[tuple[str, str], str]:
    """The cells of a transcription: (message, state) to the word, brackets included."""
    states, *rows = (line.split() for line in text.strip().splitlines())
    assert all(len(row) == len(states) + 1 for row in rows)
    return {(row[0], state): word for row in rows for state, word in zip(states, row[1:], strict=True)}


def turned(text: str) -> str:
    """A transcription with its states downwards, made to one with its states across."""
    states, *rows = (line.split() for line in text.strip().splitlines())
    return "\n".join(" ".join(column) for column in zip(["", *states], *rows, strict=True))


def without_states(text: str) -> str:
    """The rows of a transcription alone, to stand below another of the same states."""
    return text.split("\n", 1)[1]


def ours(side: str, about: str) -> dict[tuple[str, str], str]:
    """The same from the tables that dispatch uses."""

    def word(row: Row) -> str:
        plain = row.reaction.removeprefix("refuse ") if row.reaction[:6] == "refuse" else WORDS[row.reaction]
        return f"[{plain}]" if row.ours else plain

    return {
        (row.message, row.state): word(row)
        for row in decisions.rows()
        if (row.side, row.about) == (side, about)
    }


@pytest.mark.parametrize(
    ("side", "about", "text"),
    [
        (ROOT, CONNECTION, ROOT_CONNECTION),
        (
            ROOT,
            CHANNEL,
            f"{turned(ROOT_CHANNEL_TURNED)}\n{without_states(turned(ROOT_CHANNEL_LATER_TURNED))}",
        ),
        (ROOT, GPADL, ROOT_GPADL),
        (CHILD, CONNECTION, CHILD_CONNECTION),
        (CHILD, CHANNEL, CHILD_CHANNEL),
        (CHILD, GPADL, CHILD_GPADL),
    ],
)
def test_every_cell_is_as_transcribed(side: str, about: str, text: str) -> None:
    assert ours(side, about) == transcribed(text)


def test_each_message_is_decided_in_each_state_of_the_connection_by_who_gets_it() -> None:
    for side, direction in ((ROOT, messages.GUEST_TO_HOST), (CHILD, messages.HOST_TO_GUEST)):
        names = {row.message for row in decisions.rows() if row.side == side}
        assert names == {kind.name for kind in messages.TYPES.values() if kind.direction == direction}
        connection = {row.message for row in decisions.rows() if row.side == side and row.about == CONNECTION}
        assert connection == names


def test_what_one_table_passes_on_the_next_one_decides() -> None:
    for side in (ROOT, CHILD):
        for about, further in (
            (CONNECTION, "by channel"),
            (CONNECTION, "by gpadl"),
            (CHANNEL, "by gpadl"),
        ):
            passed = {
                message
                for (message, _), reaction in decisions.TABLES[side, about].items()
                if reaction == further
            }
            next_table = decisions.TABLES[side, CHANNEL if further == "by channel" else GPADL]
            assert passed <= {message for message, _ in next_table}


def test_a_row_that_leaves_out_a_state_is_no_table() -> None:
    with pytest.raises(ValueError, match="not one reaction"):
        decisions._table(("A", "B"), {"UNLOAD": ("leave",)})
