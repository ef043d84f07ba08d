"""The class database: the only module that writes to it. Calls block; the server runs them in threads.

An input is stored when the transaction that holds it has been committed, and only then does the
server acknowledge it. Its number in the log is part of its key, so none can be there twice.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, delete, event, func, insert, select, update
from sqlalchemy import text as sql
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session as Work

from hvlab.classroom.changes import Answer, Change, NotKept, Writing
from hvlab.classroom.messages import NAME, STAGE, Push, harmless
from hvlab.classroom.tables import (
    ClassRow,
    InputRow,
    LaunchedRow,
    LearnerRow,
    NonceRow,
    PollRow,
    PresenceRow,
    PushRow,
    ScoredRow,
    StandingRow,
    TeamRow,
    VoteRow,
)
from hvlab.course.polls import Ballot, Tally, counts
from hvlab.course.teams import Lost, Order
from hvlab.session.log import Entry

MAXIMUM_LEARNERS = 1000
LOCK = 0x68766C6162
"""The number by which servers that share a database agree who changes its tables."""


@dataclass(frozen=True)
class Learner:
    """A learner as the server knows them, at one lesson: `lesson` is empty for the class's.

    `person` is the id under which they joined; it is also that of their work at the class's lesson.
    """

    id: int
    name: str
    seed: int
    applied: int
    lesson: str = ""
    person: int = 0
    team: int = 0
    role: str = ""

    @property
    def lab(self) -> int:
        """Whose log is that of the lab they work in: their own, or their group's."""
        return self.team or self.id


@dataclass(frozen=True)
class Sent:
    """Something that was pushed: to one learner, to all, or into a group's log."""

    learner: int | None
    team: int
    push: Push

    def is_for(self, learner: Learner) -> bool:
        """Whether somebody is meant. What is run in a group's lab is in its log, or the members' labs would part."""
        if self.team:
            return self.team == learner.team
        return self.learner in (None, learner.id) and not (learner.team and self.push.kind == "command")


@dataclass(frozen=True)
class TeamData:
    """A group: its lab, its name, the rule for when a member is away, and who is in it now."""

    lab: Learner
    name: str
    lost: Lost
    members: tuple[Learner, ...]


@dataclass(frozen=True)
class ClassData:
    """The class; `password` is a hash."""

    secret: str
    password: str
    lesson: str
    expires: int
    terms: str = ""
    released: int = 0
    made: int = 0


def database_url(folder: Path) -> str:
    """The embedded default."""
    return f"sqlite:///{folder / 'class.sqlite'}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Store:
    """Opens a database and brings it to the present schema. sqlalchemy.exc.SQLAlchemyError if that fails."""

    def __init__(self, url: str) -> None:
        if url.startswith(
            "postgresql://"
        ):  # the driver that comes with the extra, not SQLAlchemy's first choice
            url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
        self._engine = create_engine(url, pool_pre_ping=True)
        self._is_shared = self._engine.dialect.name == "postgresql"
        if self._engine.dialect.name == "sqlite":
            _prepare_sqlite(self._engine)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", str(Path(__file__).parent / "migrations" / "versions"))
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            if self._is_shared:  # two servers may open the class at once: one makes the tables
                connection.execute(sql(f"SELECT pg_advisory_xact_lock({LOCK})"))
            command.upgrade(config, "head")

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # -- the class ------------------------------------------------------------------------------

    def open_class(self, data: ClassData, now: int) -> None:
        """Make the class of this database."""
        with Work(self._engine) as work, work.begin():
            work.add(
                ClassRow(
                    id=1,
                    secret=data.secret,
                    password=data.password,
                    lesson=data.lesson,
                    made=now,
                    expires=data.expires,
                    terms=data.terms,
                    released=data.released,
                )
            )

    def class_data(self) -> ClassData | None:
        """The class, if there is one."""
        with Work(self._engine) as work:
            row = work.get(ClassRow, 1)
            if row is None:
                return None
            return ClassData(
                row.secret, row.password, row.lesson, row.expires, row.terms, row.released, row.made
            )

    def change_class(self, *, terms: str | None = None, released: int | None = None) -> None:
        """An exam's terms have changed, or its results are given out."""
        values: dict[str, object] = {"terms": terms, "released": released}
        values = {name: value for name, value in values.items() if value is not None}
        with self._engine.begin() as connection:
            connection.execute(update(ClassRow).where(ClassRow.id == 1).values(**values))

    # -- learners -------------------------------------------------------------------------------

    def join(self, name: str, seed: int, now: int) -> tuple[Learner, str]:
        """A new learner and their token. NotKept if the name is taken or cannot be one, or the class is full."""
        name = harmless(name.strip(), NAME)
        if not name or "\ufffd" in name or name.startswith(STAGE):
            raise NotKept("bad-name")
        return self._add(name, seed, now)

    def stage(self, seed: int, now: int) -> tuple[Learner, str]:
        """The lab that the instructor shows, and a new token for it; made if there is none yet."""
        token = secrets.token_urlsafe(32)
        with Work(self._engine) as work, work.begin():
            row = work.scalar(select(LearnerRow).where(LearnerRow.name == STAGE))
            if row is not None:
                row.token = _digest(token)
                return _learner(row), token
        return self._add(STAGE, seed, now)

    def _add(self, name: str, seed: int, now: int) -> tuple[Learner, str]:
        token = secrets.token_urlsafe(32)
        try:
            with Work(self._engine) as work, work.begin():
                if (work.scalar(select(func.count()).where(LearnerRow.parent == 0)) or 0) >= MAXIMUM_LEARNERS:
                    raise NotKept("full")
                row = LearnerRow(name=name, token=_digest(token), seed=seed, joined=now, applied=0)
                work.add(row)
                work.flush()
                return _learner(row), token
        except IntegrityError:
            raise NotKept("name-taken") from None

    def launched(
        self, issuer: str, subject: str, name: str, lineitem: str, seed: int, now: int
    ) -> tuple[Learner, str]:
        """One whom a platform has sent, new or known, and a new token: the one before is good no more. NotKept."""
        token = secrets.token_urlsafe(32)
        with Work(self._engine) as work, work.begin():
            at = (LaunchedRow.issuer == issuer) & (LaunchedRow.subject == subject)
            known = work.scalar(select(LaunchedRow).where(at))
            if known is not None:
                row = work.get_one(LearnerRow, known.learner)
                row.token = _digest(token)
                known.lineitem = lineitem or known.lineitem
                return _learner(row), token
        learner, token = self._add(self._free_name(name), seed, now)
        with Work(self._engine) as work, work.begin():
            work.add(LaunchedRow(learner=learner.id, issuer=issuer, subject=subject, lineitem=lineitem))
        return learner, token

    def _free_name(self, wanted: str) -> str:
        """A name like the one a platform gives, which nobody has and which can be one."""
        plain = harmless(wanted.strip(), NAME - 5).replace("\ufffd", "").lstrip(STAGE).strip() or "Learner"
        with Work(self._engine) as work:
            taken = set(work.scalars(select(LearnerRow.name).where(LearnerRow.name.startswith(plain))))
        numbers = (f"{plain} {number}" for number in range(2, MAXIMUM_LEARNERS + 3))
        return plain if plain not in taken else next(name for name in numbers if name not in taken)

    def spend(self, nonce: str, now: int, life: int) -> bool:
        """Whether a launch's nonce is used for the first time, by whichever server; it is kept for `life` ms."""
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(NonceRow).where(NonceRow.made < now - life))
                connection.execute(insert(NonceRow).values(nonce=nonce, made=now))
        except IntegrityError:
            return False
        return True

    def note_item(self, learner: Learner, lesson: str, lineitem: str) -> None:
        """Where a platform wants somebody's score at a further lesson."""
        with Work(self._engine) as work, work.begin():
            work.merge(ScoredRow(learner=learner.person, lesson=lesson, lineitem=lineitem))

    def sent_by_platforms(self) -> list[tuple[Learner, str, str, str]]:
        """Those whom platforms have sent, at each lesson with a score to give: with issuer, subject, line item."""
        found = []
        with Work(self._engine) as work:
            for row in list(work.scalars(select(LaunchedRow).order_by(LaunchedRow.learner))):
                person = work.get_one(LearnerRow, row.learner)
                further = work.scalars(
                    select(ScoredRow).where(ScoredRow.learner == row.learner).order_by(ScoredRow.lesson)
                )
                items = [(one.lesson, one.lineitem) for one in further]
                if row.lineitem or not items:
                    found.append((_learner(person), row.issuer, row.subject, row.lineitem))
                for lesson, lineitem in items:
                    at = (
                        (LearnerRow.parent == person.id)
                        & (LearnerRow.lesson == lesson)
                        & (LearnerRow.team == 0)
                    )
                    work_at = work.scalar(select(LearnerRow).where(at))
                    if work_at is not None:
                        names = {person.id: person.name}
                        found.append((_learner(work_at, names), row.issuer, row.subject, lineitem))
        return found

    def returning(self, token: str) -> Learner:
        """The learner whose token this is. NotKept."""
        with Work(self._engine) as work:
            row = work.scalar(select(LearnerRow).where(LearnerRow.token == _digest(token)))
            if row is None:
                raise NotKept("unknown-token")
            parent = work.get(LearnerRow, row.parent) if row.parent else None
            return _learner(row, {row.parent: parent.name} if parent is not None else None)

    def learners(self, lesson: str | None = None) -> list[Learner]:
        """All, in the order in which they joined, each at the lesson they were given last; or at a certain one."""
        is_lab = LearnerRow.name.startswith(STAGE) & (LearnerRow.parent == 0)  # the instructor's, a group's
        query = select(LearnerRow).where(~is_lab).order_by(LearnerRow.id)
        with Work(self._engine) as work:
            rows = list(work.scalars(query))
        names = {row.id: row.name for row in rows}
        people: dict[int, LearnerRow] = {}
        for row in rows:
            person = row.parent or row.id
            if (lesson is None or (lesson == row.lesson and not row.team)) and (
                person not in people or people[person].given < row.given
            ):
                people[person] = row
        return [_learner(people[one], names) for one in sorted(people)]

    def give(
        self, learner: Learner, lesson: str, seed: int, now: int, team: int = 0, role: str = ""
    ) -> tuple[Learner, str]:
        """Let a learner work at another lesson (empty: the class's), or go on with it; a token for it.

        With a `team`, in that group's lab.
        """
        token = secrets.token_urlsafe(32)
        with Work(self._engine) as work, work.begin():
            family = (LearnerRow.parent == learner.person) | (LearnerRow.id == learner.person)
            last = work.scalar(select(func.max(LearnerRow.given)).where(family)) or 0
            same = (LearnerRow.lesson == lesson) & (LearnerRow.team == team)
            row = work.scalar(select(LearnerRow).where(family, same))
            if row is None:
                row = LearnerRow(
                    name=f"{STAGE}{learner.person}:{last + 1}",
                    token=_digest(token),
                    seed=seed,
                    joined=now,
                    applied=0,
                    parent=learner.person,
                    lesson=lesson,
                    team=team,
                )
                work.add(row)
            row.role = role
            row.token, row.given = _digest(token), last + 1
            work.flush()
            return _learner(row, {learner.person: learner.name}), token

    # -- groups ---------------------------------------------------------------------------------

    def make_team(self, name: str, lost: Lost, lesson: str, seed: int, now: int) -> Learner:
        """A group's lab. NotKept if there is such a group already or the name cannot be one."""
        name = harmless(name.strip(), NAME)
        if not name or "\ufffd" in name:
            raise NotKept("bad-name")
        try:
            with Work(self._engine) as work, work.begin():
                token = _digest(secrets.token_urlsafe(32))  # nobody has it: the lab is the server's
                row = LearnerRow(
                    name=f"{STAGE}{STAGE}{name}"[:NAME], token=token, seed=seed, joined=now, lesson=lesson
                )
                work.add(row)
                work.flush()
                row.team = row.id
                work.add(TeamRow(id=row.id, name=name, lost=lost))
                work.flush()
                return _learner(row)
        except IntegrityError:
            raise NotKept("group-taken") from None

    def change_team(self, name: str, lost: Lost) -> bool:
        """Another rule for when a member has no connection; False if there is no such group."""
        with self._engine.begin() as connection:
            return (
                connection.execute(update(TeamRow).where(TeamRow.name == name).values(lost=lost)).rowcount > 0
            )

    def teams(self) -> list[TeamData]:
        """All groups with those who work in their labs now."""
        with Work(self._engine) as work:
            rows = list(work.scalars(select(TeamRow).order_by(TeamRow.id)))
            labs = {row.id: _learner(work.get_one(LearnerRow, row.id)) for row in rows}
        if not rows:
            return []
        members: dict[int, list[Learner]] = {row.id: [] for row in rows}
        for learner in self.learners():
            if learner.team:
                members[learner.team].append(learner)
        return [TeamData(labs[row.id], row.name, lost_of(row.lost), tuple(members[row.id])) for row in rows]

    def orders(self, team: int) -> list[str]:
        """The commands in a group's log, in order (teams.Order as JSON)."""
        query = select(PushRow.text).where(PushRow.team == team).order_by(PushRow.number)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def last_order(self, team: int) -> tuple[int, str] | None:
        """The number and text (teams.Order as JSON) of the last in a group's log, if there is one."""
        query = select(PushRow.number, PushRow.text).where(PushRow.team == team)
        with self._engine.connect() as connection:
            row = connection.execute(query.order_by(PushRow.number.desc()).limit(1)).first()
        return None if row is None else (row[0], row[1])

    def _forget_name(self, work: Work, person: int) -> None:
        """Commands that somebody gave in a group's lab stay, for the others; their name does not."""
        row = work.get(LearnerRow, person)
        for push in work.scalars(select(PushRow).where(PushRow.kind == "order")):
            order = msgspec.json.decode(push.text, type=Order)
            if row is not None and order.by == row.name:
                push.text = msgspec.json.encode(msgspec.structs.replace(order, by="")).decode()

    def shown(self) -> Learner | None:
        """The lab that the instructor shows, if one was ever shown."""
        with Work(self._engine) as work:
            row = work.scalar(select(LearnerRow).where(LearnerRow.name == STAGE))
            return _learner(row) if row is not None else None

    def erase(self, learner: int) -> None:
        """Remove a learner and everything that is stored about them."""
        with Work(self._engine) as work, work.begin():
            person = work.scalar(select(LearnerRow.parent).where(LearnerRow.id == learner)) or learner
            family = select(LearnerRow.id).where((LearnerRow.id == person) | (LearnerRow.parent == person))
            ids = list(work.scalars(family))
            self._forget_name(work, person)
            for table in (InputRow, StandingRow, PushRow, PresenceRow, VoteRow, LaunchedRow, ScoredRow):
                work.execute(delete(table).where(table.learner.in_(ids)))
            work.execute(delete(LearnerRow).where(LearnerRow.id.in_(ids)))

    def erase_everybody(self) -> int:
        """Remove all learners and groups with everything that is stored about them; how many rows it was."""
        with Work(self._engine) as work, work.begin():
            for table in (
                VoteRow,
                PollRow,
                PresenceRow,
                StandingRow,
                InputRow,
                PushRow,
                ScoredRow,
                LaunchedRow,
            ):
                work.execute(delete(table))
            work.execute(delete(TeamRow))
            count = work.scalar(select(func.count()).select_from(LearnerRow)) or 0
            work.execute(delete(LearnerRow))
            return count

    # -- logs -----------------------------------------------------------------------------------

    def kept(self, learner: int) -> int:
        """How many inputs of a learner are stored."""
        with Work(self._engine) as work:
            return _count(work, learner)

    def write(self, changes: Sequence[Change]) -> list[Answer]:
        """Write changes in one transaction; when this returns they are stored for good, each with its answer.

        If what one of them brings cannot be written, each has a transaction of its own, so that nobody's
        change stops another's. sqlalchemy.exc.OperationalError if the database is not to be reached.
        """
        try:
            with self._engine.begin() as connection:
                writing = Writing(connection, changes)
                answers = [writing.do(change) for change in changes]
                writing.finish()
                return answers
        except OperationalError:
            raise
        except SQLAlchemyError as error:
            if len(changes) > 1:
                return [answer for change in changes for answer in self.write([change])]
            # another server of the class has written the same, or the learner has just been erased
            return [NotKept("elsewhere") if isinstance(error, IntegrityError) else error]

    def log(self, learner: int) -> list[Entry]:
        """A learner's inputs, in order."""
        return [msgspec.json.decode(line, type=Entry) for line in self.lines(learner)]

    def lines(self, learner: int, after: int = 0) -> list[str]:
        """A learner's inputs after a number, in order, each as JSON."""
        with self._engine.connect() as connection:
            query = (
                select(InputRow.line)
                .where(InputRow.learner == learner, InputRow.number > after)
                .order_by(InputRow.number)
            )
            return list(connection.scalars(query))

    # -- what the instructor sends --------------------------------------------------------------

    def push(self, kind: str, text: str, learner: int | None, now: int, team: int = 0) -> int:
        """Keep something for one learner, for all, or in a group's order; returns its number."""
        with Work(self._engine) as work, work.begin():
            if self._is_shared:  # numbers must become visible in their order, or one would be passed over
                work.execute(sql("LOCK TABLE push IN SHARE ROW EXCLUSIVE MODE"))
            row = PushRow(learner=learner, kind=kind, text=text, made=now, team=team)
            work.add(row)
            work.flush()
            return row.number

    def pushes(self, after: int) -> list[Sent]:
        """What was pushed after a number, and to whom."""
        with Work(self._engine) as work:
            rows = work.scalars(select(PushRow).where(PushRow.number > after).order_by(PushRow.number))
            return [Sent(row.learner, row.team, Push(row.number, row.kind, row.text)) for row in rows]

    # -- who is connected where ----------------------------------------------------------------------

    def beat(self, server: str, learners: Sequence[int], now: int) -> None:
        """These are connected to that server at that time, and nobody else is."""
        with self._engine.begin() as connection:
            connection.execute(delete(PresenceRow).where(PresenceRow.server == server))
            there = select(LearnerRow.id).where(LearnerRow.id.in_(learners))
            rows = [{"server": server, "learner": one, "seen": now} for one in connection.scalars(there)]
            if rows:
                connection.execute(insert(PresenceRow), rows)

    def elsewhere(self, server: str, since: int) -> dict[str, frozenset[int]]:
        """Who is connected to the other servers of the class that have said so since a time."""
        query = select(PresenceRow.server, PresenceRow.learner).where(
            PresenceRow.server != server, PresenceRow.seen >= since
        )
        found: dict[str, set[int]] = {}
        with self._engine.connect() as connection:
            for other, learner in connection.execute(query):
                found.setdefault(other, set()).add(learner)
        return {name: frozenset(found[name]) for name in sorted(found)}

    # -- polls ----------------------------------------------------------------------------------------

    def open_poll(self, ballot: Ballot, now: int) -> Ballot:
        """A new poll; the one before it is closed. Returns the ballot with its number."""
        with Work(self._engine) as work, work.begin():
            work.execute(update(PollRow).values(open=0))
            row = PollRow(ballot="", round=1, open=1, made=now)
            work.add(row)
            work.flush()
            numbered = msgspec.structs.replace(ballot, poll=row.number, round=1)
            row.ballot = msgspec.json.encode(numbered).decode()
            return numbered

    def next_round(self) -> Ballot | None:
        """Let everybody vote once more in the last poll."""
        with Work(self._engine) as work, work.begin():
            row = work.scalar(select(PollRow).order_by(PollRow.number.desc()).limit(1))
            if row is None:
                return None
            row.round, row.open = row.round + 1, 1
            numbered = msgspec.json.decode(row.ballot, type=Ballot)
            numbered = msgspec.structs.replace(numbered, round=row.round)
            row.ballot = msgspec.json.encode(numbered).decode()
            return numbered

    def close_poll(self) -> None:
        """Votes count no more."""
        with self._engine.begin() as connection:
            connection.execute(update(PollRow).values(open=0))

    def vote(self, learner: int, poll: int, round_: int, choice: int) -> bool:
        """A learner's vote, in place of the one before it; whether it counts."""
        with Work(self._engine) as work, work.begin():
            row = work.get(PollRow, poll)
            if row is None or not row.open or row.round != round_:
                return False
            if choice > len(msgspec.json.decode(row.ballot, type=Ballot).choices):
                return False
            work.merge(VoteRow(poll=poll, round=round_, learner=learner, choice=choice))
            return True

    def tally(self) -> Tally | None:
        """The last poll, and how the votes are distributed."""
        with Work(self._engine) as work:
            row = work.scalar(select(PollRow).order_by(PollRow.number.desc()).limit(1))
            if row is None:
                return None
            ballot = msgspec.json.decode(row.ballot, type=Ballot)
            query = select(VoteRow.round, VoteRow.choice).where(VoteRow.poll == row.number)
            votes = [(one[0], one[1]) for one in work.execute(query)]
            return Tally(ballot, counts(ballot, votes, row.round), bool(row.open))

    # -- what replays found ---------------------------------------------------------------------

    def stale(self) -> list[Learner]:
        """The learners of whom more inputs are stored than their standing has seen."""
        counts = select(InputRow.learner, func.max(InputRow.number).label("n")).group_by(InputRow.learner)
        found = counts.subquery()
        query = (
            select(LearnerRow)
            .join(found, found.c.learner == LearnerRow.id)
            .outerjoin(StandingRow, StandingRow.learner == LearnerRow.id)
            .where(func.coalesce(StandingRow.number, 0) < found.c.n)
        )
        with Work(self._engine) as work:
            return [_learner(row) for row in work.scalars(query)]

    def standings(self, of: Sequence[int] | None = None) -> dict[int, tuple[int, str, int]]:
        """By learner (all, or these): how many inputs were replayed, what was found (JSON), since when it stands so."""
        query = select(StandingRow.learner, StandingRow.number, StandingRow.found, StandingRow.since)
        if of is not None:
            query = query.where(StandingRow.learner.in_(of))
        with self._engine.connect() as connection:
            return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}


def _learner(row: LearnerRow, names: dict[int, str] | None = None) -> Learner:
    name = (names or {}).get(row.parent, row.name)
    return Learner(row.id, name, row.seed, row.applied, row.lesson, row.parent or row.id, row.team, row.role)


def lost_of(word: str) -> Lost:
    """The rule that a database's word means."""
    return "go-on" if word == "go-on" else "pause"


def _count(work: Work, learner: int) -> int:
    return work.scalar(select(func.max(InputRow.number)).where(InputRow.learner == learner)) or 0


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _set(connection: object, record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
