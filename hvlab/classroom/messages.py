"""What travels between a learner's hvlab and the class server: JSON text frames over a WebSocket.

Everything a client may say stands here, with its bounds; a frame that does not decode into
one of these is refused. There is no message that names a learner: whose log it is follows from
the token alone. A state cannot be sent at all.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from hvlab.course.exam import Terms
from hvlab.course.teams import ORDER, Lost, Team
from hvlab.session.log import Entry

FRAME = 2 << 20
"""The most bytes of a frame: one line of a log may take half of it."""
BATCH = 256
"""The most inputs of a message."""
NAME = 40
STAGE = "\u2605"
"""The name under which the lab lies that the instructor shows; nobody can join by it."""
PUSHES = ("message", "command", "pause", "resume", "lesson", "scenario")

ShortText = Annotated[str, msgspec.Meta(max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=0, le=1 << 31)]


class Join(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="join"):
    """A new learner: the secret part of the class code, and the name to appear under."""

    secret: ShortText
    name: ShortText


class Return(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="return"):
    """A learner who joined before."""

    token: ShortText


class Inputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="inputs"):
    """Inputs of the log, of which the first has the number `first` (from 1)."""

    first: Number
    lines: Annotated[list[Entry], msgspec.Meta(min_length=1, max_length=BATCH)]


class Applied(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="applied"):
    """What was pushed, up to this number, has reached the learner."""

    number: Number


class Vote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="vote"):
    """The learner's choice, from 1, in a round of a poll."""

    poll: Number
    round: Number
    choice: Annotated[int, msgspec.Meta(ge=1, le=9)]


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="look"):
    """Asks for the inputs of the lab that the instructor shows, after a number."""

    after: Number


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="ask"):
    """Asks for a command to be put into the log of the learner's group; whose it is follows from the token."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=ORDER)]


class Halt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="halt"):
    """Asks for the group's order of that number to end at a simulated time, in every lab."""

    number: Number
    to: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)]


class Back(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="back"):
    """Asks to go on with the class's own lesson."""


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """The learner is in: `kept` inputs of their log are on the server. `token` is empty on a return."""

    token: str
    name: str
    lesson: str
    digest: str
    seed: int
    kept: int
    now: int = 0
    """The server's time, in ms since 1970."""
    exam: Terms | None = None
    team: Team | None = None


class Kept(msgspec.Struct, frozen=True, tag="kept"):
    """So many inputs are stored for good."""

    count: int


class Push(msgspec.Struct, frozen=True, tag="push"):
    """From the instructor; `kind` is one of PUSHES, follow, unfollow, poll, tally, exam, order, some with JSON."""

    number: int
    kind: str
    text: str


class Stage(msgspec.Struct, frozen=True, tag="stage"):
    """Inputs of the lab that the instructor shows, which was drawn by `seed`; the first has the number `first`."""

    seed: int
    first: int
    lines: list[Entry]


class Away(msgspec.Struct, frozen=True, tag="away"):
    """The names of those in the learner's group who have no connection, and what the lab does meanwhile."""

    names: list[str]
    lost: Lost = "pause"


class Turned(msgspec.Struct, frozen=True, tag="turned"):
    """A command was not put into the group's log; `reason` is a message id under classroom.refused."""

    reason: str
    text: str


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """What was asked is not done; `reason` is a message id under classroom.refused. The connection ends."""

    reason: str


FromLearner = Join | Return | Inputs | Applied | Vote | Look | Ask | Halt | Back
FromServer = Welcome | Kept | Push | Stage | Away | Turned | Refused
_FROM_LEARNER: msgspec.json.Decoder[FromLearner] = msgspec.json.Decoder(FromLearner)
_FROM_SERVER: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)


def encode(message: FromLearner | FromServer) -> str:
    """A frame's text."""
    return msgspec.json.encode(message).decode()


def from_learner(frame: str | bytes) -> FromLearner:
    """Decode what a client sent. msgspec.DecodeError."""
    return _FROM_LEARNER.decode(frame)


def from_server(frame: str | bytes) -> FromServer:
    """Decode what the server sent. msgspec.DecodeError."""
    return _FROM_SERVER.decode(frame)


def harmless(text: str, length: int = 4000) -> str:
    """Text of another person as it may be shown in a terminal: no control, format or direction characters."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:length])
