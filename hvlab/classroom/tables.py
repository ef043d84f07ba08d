"""What a class server stores, and nothing else: this is the list that data protection asks for.

Times are milliseconds since 1970 by the server's clock. The password is an argon2 hash, a
learner's token a SHA-256 digest; an e-mail address, an IP address or a real name is not kept.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""


class ClassRow(Base):
    """The class: one a database."""

    __tablename__ = "class"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(String(32))
    password: Mapped[str] = mapped_column(String(200))
    lesson: Mapped[str] = mapped_column(String(100))
    made: Mapped[int] = mapped_column(BigInteger)
    expires: Mapped[int] = mapped_column(BigInteger)
    terms: Mapped[str] = mapped_column(Text, default="")
    """Of an exam (JSON); empty for a class that is none."""
    released: Mapped[int] = mapped_column(BigInteger, default=0)
    """When the results were given out; 0: not yet."""


class LearnerRow(Base):
    """A learner, under the name that they chose; `applied` is the last push that reached their lab."""

    __tablename__ = "learner"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    seed: Mapped[int] = mapped_column(BigInteger)
    joined: Mapped[int] = mapped_column(BigInteger)
    applied: Mapped[int] = mapped_column(default=0)
    parent: Mapped[int] = mapped_column(default=0)
    """Of a further lesson that somebody was given: who. Such a row has a token, a seed and a log of its own."""
    lesson: Mapped[str] = mapped_column(String(100), default="")
    """Which that is; empty for the class's."""
    team: Mapped[int] = mapped_column(default=0)
    """The group's lab in which this is somebody's place; 0: none. Such a row has no log of its own."""
    role: Mapped[str] = mapped_column(String(20), default="")
    """What they may do in it."""
    given: Mapped[int] = mapped_column(default=0)
    """Among all that belongs to somebody, the highest is what they work at."""


class InputRow(Base):
    """One input of a session log; its number, from 1, is its place in the log. Never changed once written."""

    __tablename__ = "input"
    learner: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    arrived: Mapped[int] = mapped_column(BigInteger)


class PushRow(Base):
    """Something the instructor sent: to one learner, to all of them (`learner` is null), or in a group's order."""

    __tablename__ = "push"
    number: Mapped[int] = mapped_column(primary_key=True)
    learner: Mapped[int | None] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    team: Mapped[int] = mapped_column(default=0)
    """Of a command in a group's log: which group's."""
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    made: Mapped[int] = mapped_column(BigInteger)


class TeamRow(Base):
    """A group: the id of the learner's row that holds its lab and log, and what happens while a member is away."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    lost: Mapped[str] = mapped_column(String(10))


class LaunchedRow(Base):
    """Whom a learning platform has sent: who they are there, and where it wants their score; empty if it does not."""

    __tablename__ = "launched"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    learner: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    lineitem: Mapped[str] = mapped_column(Text)


class ScoredRow(Base):
    """Where a platform wants the score of one whom it has sent to a further lesson by a link of that lesson's own."""

    __tablename__ = "scored"
    learner: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(100), primary_key=True)
    lineitem: Mapped[str] = mapped_column(Text)


class NonceRow(Base):
    """A launch of a platform's that has happened: for some minutes, so that it cannot happen again at any server."""

    __tablename__ = "nonce"
    nonce: Mapped[str] = mapped_column(String(100), primary_key=True)
    made: Mapped[int] = mapped_column(BigInteger)


class StandingRow(Base):
    """What the replay of a learner's first `number` inputs found (JSON), and since when the goals stand so."""

    __tablename__ = "standing"
    learner: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int]
    found: Mapped[str] = mapped_column(Text)
    since: Mapped[int] = mapped_column(BigInteger)


class PresenceRow(Base):
    """A learner who is connected to a server of the class, by that server's word at a time; gone soon after it is."""

    __tablename__ = "presence"
    server: Mapped[str] = mapped_column(String(32), primary_key=True)
    learner: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    seen: Mapped[int] = mapped_column(BigInteger)


class PollRow(Base):
    """A question to all; its ballot is JSON. `round` is the present one, `open` whether votes count."""

    __tablename__ = "poll"
    number: Mapped[int] = mapped_column(primary_key=True)
    ballot: Mapped[str] = mapped_column(Text)
    round: Mapped[int]
    open: Mapped[int]
    made: Mapped[int] = mapped_column(BigInteger)


class VoteRow(Base):
    """What a learner chose (from 1) in a round of a poll."""

    __tablename__ = "vote"
    poll: Mapped[int] = mapped_column(ForeignKey("poll.number", ondelete="CASCADE"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    learner: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)
    choice: Mapped[int]
