"""What each end of the VMBus does with every message in every state: the tables that dispatch uses.

The machines (`host`, `guest`) look their next step up here and have no other
branch for it; `rows` gives the same tables to whoever prints them. A message is
decided in up to three tables, one after the other: by the state of the
connection, of the channel that it names, and of the GPADL that it names.

A reaction that begins with `refuse` leaves everything as it was, and the root
notes the reason. OUR_READING holds the cells that no source at hand decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ROOT, CHILD = "root", "child"
"""Whose machine: the one in the root partition, or the one in the guest."""

Table = dict[tuple[str, str], str]


def _table(states: tuple[str, ...], rows: dict[str, tuple[str, ...]]) -> Table:
    if any(len(row) != len(states) for row in rows.values()):
        raise ValueError("a row has not one reaction for each state")
    return {
        (message, state): reaction
        for message, row in rows.items()
        for state, reaction in zip(states, row, strict=True)
    }


# -- the root's machine ---------------------------------------------------------------------

DISCONNECTED, CONNECTED, OFFERS_SENT, DISCONNECTING = (
    "Disconnected",
    "Connected",
    "OffersSent",
    "Disconnecting",
)
HOST_CONNECTION_STATES = (DISCONNECTED, CONNECTED, OFFERS_SENT, DISCONNECTING)

_TYPE = "refuse InvalidMessageType"
_BY_CHANNEL = (_TYPE, "by channel", "by channel", _TYPE)

HOST_CONNECTION = _table(
    HOST_CONNECTION_STATES,
    {
        "INITIATE_CONTACT": (
            "negotiate",
            "leave, then negotiate",
            "leave, then negotiate",
            "negotiate later",
        ),
        "REQUEST_OFFERS": (_TYPE, "send offers", "refuse OffersAlreadySent", _TYPE),
        "UNLOAD": (_TYPE, "leave", "leave", _TYPE),
        "OPEN_CHANNEL": _BY_CHANNEL,
        "CLOSE_CHANNEL": _BY_CHANNEL,
        "REL_ID_RELEASED": _BY_CHANNEL,
        "GPADL_HEADER": _BY_CHANNEL,
        "GPADL_BODY": (_TYPE, "by gpadl", "by gpadl", _TYPE),
        "GPADL_TEARDOWN": _BY_CHANNEL,
        "OPEN_RESERVED": _BY_CHANNEL,
        "CLOSE_RESERVED": ("by channel",) * 4,
        "TL_CONNECT_REQUEST": (_TYPE, "no listener", "no listener", _TYPE),
        "MODIFY_CHANNEL": _BY_CHANNEL,
        "MODIFY_CONNECTION": (_TYPE,) * 4,
        "PAUSE": (_TYPE,) * 4,
        "RESUME": (_TYPE,) * 4,
    },
)
"""A message that the version agreed on does not know is refused as InvalidMessageType before any table is asked."""

UNKNOWN = "Unknown"
CLOSED, OPENING, OPEN, RESERVED, CLOSING, REOPENING, REVOKED, REOFFERED = (
    "Closed",
    "Opening",
    "Open",
    "OpenReserved",
    "Closing",
    "ClosingReopen",
    "Revoked",
    "Reoffered",
)
CHANNEL_STATES = (CLOSED, OPENING, OPEN, RESERVED, CLOSING, REOPENING, REVOKED, REOFFERED)

_NO_CHANNEL = "refuse UnknownChannelId"
_OPEN_ALREADY = "refuse ChannelAlreadyOpen"
_NOT_OPEN = "refuse ChannelNotOpen"
_BAD_STATE = "refuse InvalidChannelState"

_NOT_RESERVED = "refuse ChannelNotReserved"
_FAIL_MOVE = "fail to move interrupt"

HOST_CHANNEL = _table(
    (UNKNOWN, *CHANNEL_STATES),
    {
        "OPEN_CHANNEL": (
            _NO_CHANNEL,
            "open",
            _OPEN_ALREADY,
            _OPEN_ALREADY,
            _OPEN_ALREADY,
            "queue open",
            _OPEN_ALREADY,
            "ignore",
            "ignore",
        ),
        "CLOSE_CHANNEL": (
            _NO_CHANNEL,
            _NOT_OPEN,
            _NOT_OPEN,
            "close",
            "refuse ChannelReserved",
            _NOT_OPEN,
            "unqueue open",
            "ignore",
            "ignore",
        ),
        "REL_ID_RELEASED": (
            _NO_CHANNEL,
            *(_BAD_STATE,) * 6,
            "release",
            "release and offer again",
        ),
        "GPADL_HEADER": (_NO_CHANNEL, *("by gpadl",) * 6, "fail gpadl", "fail gpadl"),
        "GPADL_TEARDOWN": (_NO_CHANNEL, *("by gpadl",) * 8),
        "OPEN_RESERVED": (
            _NO_CHANNEL,
            "open reserved",
            *(_OPEN_ALREADY,) * 3,
            *(_BAD_STATE,) * 2,
            "ignore",
            "ignore",
        ),
        "CLOSE_RESERVED": (
            _NO_CHANNEL,
            *(_NOT_OPEN,) * 2,
            _NOT_RESERVED,
            "close and answer",
            *(_NOT_OPEN,) * 2,
            "ignore",
            "ignore",
        ),
        "MODIFY_CHANNEL": (
            *(_FAIL_MOVE,) * 3,
            "move interrupt",
            *(_FAIL_MOVE,) * 5,
        ),
    },
)
"""OpenReserved: opened by OPEN_RESERVED, without interrupts; only CLOSE_RESERVED closes it, and gets an answer."""

IN_PROGRESS, CREATED, RING_IN_USE, DEVICE_LEAVING, TEARING_DOWN = (
    "InProgress",
    "Created",
    "RingInUse",
    "DeviceLeaving",
    "TearingDown",
)
GPADL_STATES = (IN_PROGRESS, CREATED, RING_IN_USE, DEVICE_LEAVING, TEARING_DOWN)
"""RingInUse: created, and the rings of an open channel. DeviceLeaving: created, its device is still closing."""

_NO_GPADL = "refuse UnknownGpadlId"
_BAD_GPADL = "refuse InvalidGpadlState"

HOST_GPADL = _table(
    (UNKNOWN, *GPADL_STATES),
    {
        "GPADL_HEADER": ("begin gpadl", *("fail duplicate gpadl",) * 5),
        "GPADL_BODY": (_NO_GPADL, "go on with gpadl", *(_NO_GPADL,) * 4),
        "GPADL_TEARDOWN": (
            _NO_GPADL,
            _BAD_GPADL,
            "tear down gpadl",
            _BAD_GPADL,
            "tear down gpadl later",
            _BAD_GPADL,
        ),
    },
)

# -- the child's machine --------------------------------------------------------------------

IDLE, CONTACTING, ASKING, JOINED, UNLOADING, GONE = (
    "Idle",
    "Contacting",
    "Asking",
    "Connected",
    "Unloading",
    "Gone",
)
GUEST_CONNECTION_STATES = (IDLE, CONTACTING, ASKING, JOINED, UNLOADING, GONE)

_IGNORE = "ignore"
_GUEST_BY_CHANNEL = (_IGNORE, _IGNORE, "by channel", "by channel", _IGNORE, _IGNORE)
_GUEST_BY_GPADL = (_IGNORE, _IGNORE, "by gpadl", "by gpadl", _IGNORE, _IGNORE)

_UNASKED = (
    "CLOSE_RESERVED_RESPONSE",
    "TL_CONNECT_RESULT",
    "MODIFY_CHANNEL_RESPONSE",
    "MODIFY_CONNECTION_RESPONSE",
    "PAUSE_RESPONSE",
)
"""Answers to what no guest of the lab asks: their drivers end before these versions."""

GUEST_CONNECTION = _table(
    GUEST_CONNECTION_STATES,
    {
        "VERSION_RESPONSE": (_IGNORE, "agree or step down", *(_IGNORE,) * 4),
        "ALL_OFFERS_DELIVERED": (_IGNORE, _IGNORE, "go on", *(_IGNORE,) * 3),
        "UNLOAD_COMPLETE": (*(_IGNORE,) * 4, "be gone", _IGNORE),
        "OFFER_CHANNEL": _GUEST_BY_CHANNEL,
        "RESCIND_CHANNEL_OFFER": _GUEST_BY_CHANNEL,
        "OPEN_CHANNEL_RESULT": _GUEST_BY_CHANNEL,
        "GPADL_CREATED": _GUEST_BY_GPADL,
        "GPADL_TORNDOWN": _GUEST_BY_GPADL,
        **dict.fromkeys(_UNASKED, (_IGNORE,) * 6),
    },
)

OFFERED, DESCRIBING, RESCINDED = "Offered", "Describing", "Rescinded"
GUEST_CHANNEL_STATES = (OFFERED, DESCRIBING, OPENING, OPEN, CLOSED, RESCINDED)

GUEST_CHANNEL = _table(
    (UNKNOWN, *GUEST_CHANNEL_STATES),
    {
        "OFFER_CHANNEL": ("take offer", *(_IGNORE,) * 6),
        "RESCIND_CHANNEL_OFFER": (_IGNORE, *("give back",) * 5, _IGNORE),
        "OPEN_CHANNEL_RESULT": (*(_IGNORE,) * 3, "use or take pages back", *(_IGNORE,) * 3),
    },
)

GUEST_GPADL_STATES = (DESCRIBING, CREATED, TEARING_DOWN)

GUEST_GPADL = _table(
    (UNKNOWN, *GUEST_GPADL_STATES),
    {
        "GPADL_CREATED": (_IGNORE, "go on with pages", _IGNORE, _IGNORE),
        "GPADL_TORNDOWN": (*(_IGNORE,) * 3, "own pages again"),
    },
)

# -- for whoever prints them ------------------------------------------------------------------

CONNECTION, CHANNEL, GPADL = "connection", "channel", "GPADL"

TABLES: dict[tuple[str, str], Table] = {
    (ROOT, CONNECTION): HOST_CONNECTION,
    (ROOT, CHANNEL): HOST_CHANNEL,
    (ROOT, GPADL): HOST_GPADL,
    (CHILD, CONNECTION): GUEST_CONNECTION,
    (CHILD, CHANNEL): GUEST_CHANNEL,
    (CHILD, GPADL): GUEST_GPADL,
}

OUR_READING = frozenset(
    {
        (ROOT, CHANNEL, "CLOSE_CHANNEL", OPENING),
        (ROOT, CHANNEL, "CLOSE_CHANNEL", CLOSING),
        (ROOT, CHANNEL, "CLOSE_CHANNEL", REOPENING),
        (ROOT, CHANNEL, "GPADL_HEADER", REVOKED),
        (ROOT, CHANNEL, "GPADL_HEADER", REOFFERED),
        (ROOT, GPADL, "GPADL_TEARDOWN", RING_IN_USE),
        (ROOT, GPADL, "GPADL_TEARDOWN", DEVICE_LEAVING),
        (ROOT, CONNECTION, "INITIATE_CONTACT", DISCONNECTING),
        (ROOT, CONNECTION, "CLOSE_RESERVED", DISCONNECTING),
        (ROOT, CONNECTION, "TL_CONNECT_REQUEST", CONNECTED),
        (ROOT, CONNECTION, "TL_CONNECT_REQUEST", OFFERS_SENT),
        *(
            (ROOT, CHANNEL, message, state)
            for message in ("OPEN_RESERVED", "CLOSE_RESERVED", "MODIFY_CHANNEL")
            for state in (UNKNOWN, *CHANNEL_STATES)
        ),
        *(
            (ROOT, CHANNEL, message, RESERVED)
            for message in (
                "OPEN_CHANNEL",
                "CLOSE_CHANNEL",
                "REL_ID_RELEASED",
                "GPADL_HEADER",
                "GPADL_TEARDOWN",
            )
        ),
        *(
            (CHILD, about, message, state)
            for (side, about), table in TABLES.items()
            if side == CHILD
            for (message, state), reaction in table.items()
            if reaction == _IGNORE
        ),
    }
)
"""(whose, about what, message, state) that the sources at hand leave open: what we do there is our choice."""


@dataclass(frozen=True)
class Row:
    """One cell of one table: whose machine meets which message in which state of what, and what it does."""

    side: str
    about: str
    message: str
    state: str
    reaction: str
    ours: bool


def rows() -> Iterator[Row]:
    """Every cell of every table, in the tables' order."""
    for (side, about), table in TABLES.items():
        for (message, state), reaction in table.items():
            yield Row(side, about, message, state, reaction, (side, about, message, state) in OUR_READING)
