"""What a running class writes all the time, and how many such changes go into one transaction.

Committing is what costs: the database waits for the disk, and an embedded one lets one writer at a
time. So whatever waits is written together, and each change still gets an answer of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from hvlab.classroom.tables import InputRow, LearnerRow, StandingRow
from hvlab.session.log import KINDS, Entry

MAXIMUM_INPUTS = 20_000
"""Of one learner: more than a day of typing one each four seconds."""


class NotKept(Exception):
    """Something is not stored; `reason` is a message id under classroom.refused."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Keep:
    """Inputs of a learner's log from the number `first` on; those that are stored already must be the same.

    Answered by how many inputs are stored then, or NotKept. `now` is in milliseconds since 1970.
    """

    learner: int
    first: int
    entries: Sequence[Entry]
    now: int


@dataclass(frozen=True)
class Reach:
    """What was pushed up to `number` has reached a learner's lab. Answered by that number."""

    learner: int
    number: int


@dataclass(frozen=True)
class Note:
    """What the replay of a learner's first `number` inputs found (JSON). Answered by that number.

    `since` is when the goals came to stand so, in milliseconds since 1970. An older finding changes nothing.
    """

    learner: int
    number: int
    found: str
    since: int


Change = Keep | Reach | Note
Answer = int | Exception


class Writing:
    """Changes within one transaction: what they need is read once for all, and what they write is written once for all.

    A database that is asked over a connection answers each question in its own time: it is asked few.
    """

    def __init__(self, connection: Connection, changes: Sequence[Change]) -> None:
        self._connection = connection
        keeping = {change.learner for change in changes if isinstance(change, Keep)}
        noting = {change.learner for change in changes if isinstance(change, Note)}
        stored = (
            select(InputRow.learner, func.max(InputRow.number))
            .where(InputRow.learner.in_(sorted(keeping)))
            .group_by(InputRow.learner)
        )
        noted = select(StandingRow.learner, StandingRow.number).where(StandingRow.learner.in_(sorted(noting)))
        self._stored = {row[0]: row[1] for row in connection.execute(stored)} if keeping else {}
        self._noted = {row[0]: row[1] for row in connection.execute(noted)} if noting else {}
        self._rows: list[dict[str, object]] = []
        """Inputs that are written at the end: one statement for all learners, however many they are."""
        self._fresh: dict[int, list[str]] = {}
        """Of each learner, the lines among them."""
        self._reached: dict[int, int] = {}

    def do(self, change: Change) -> Answer:
        """Write one change, and answer it."""
        match change:
            case Keep():
                try:
                    return self._keep(change)
                except NotKept as refused:  # nothing of it was written: the others' changes stand
                    return refused
            case Reach():
                return self._reach(change)
            case Note():
                return self._note(change)

    def _keep(self, change: Keep) -> int:
        if any(entry.kind not in KINDS for entry in change.entries):
            raise NotKept("bad-input")
        count = self._stored.get(change.learner, 0)
        if not 1 <= change.first <= count + 1:
            raise NotKept("gap")
        last = change.first + len(change.entries) - 1
        if last > MAXIMUM_INPUTS:
            raise NotKept("too-much")
        lines = [msgspec.json.encode(entry).decode() for entry in change.entries]
        known = self._known(change.learner, change.first) if change.first <= count else []
        if known[: len(lines)] != lines[: len(known)]:
            raise NotKept("other-history")
        rows = [
            {"learner": change.learner, "number": number, "line": line, "arrived": change.now}
            for number, line in enumerate(lines[len(known) :], change.first + len(known))
        ]
        self._rows += rows
        self._fresh.setdefault(change.learner, []).extend(lines[len(known) :])
        self._stored[change.learner] = max(count, last)
        return max(count, last)

    def finish(self) -> None:
        """Write what has gathered."""
        if self._rows:
            self._connection.execute(insert(InputRow), self._rows)
        if self._reached:
            self._connection.execute(
                update(LearnerRow)
                .where(LearnerRow.id == bindparam("who"), LearnerRow.applied < bindparam("upto"))
                .values(applied=bindparam("upto")),
                [{"who": learner, "upto": number} for learner, number in self._reached.items()],
            )

    def _known(self, learner: int, first: int) -> list[str]:
        fresh = self._fresh.get(learner, [])
        older = self._stored[learner] - len(fresh)
        return [*(self._read(learner, first) if first <= older else []), *fresh[max(0, first - older - 1) :]]

    def _read(self, learner: int, first: int) -> list[str]:
        query = (
            select(InputRow.line)
            .where(InputRow.learner == learner, InputRow.number >= first)
            .order_by(InputRow.number)
        )
        return list(self._connection.scalars(query))

    def _reach(self, change: Reach) -> int:
        self._reached[change.learner] = max(change.number, self._reached.get(change.learner, 0))
        return change.number

    def _note(self, change: Note) -> int:
        values = {"number": change.number, "found": change.found, "since": change.since}
        before = self._noted.get(change.learner)
        if before is None:
            self._connection.execute(insert(StandingRow).values(learner=change.learner, **values))
        elif before < change.number:
            self._connection.execute(
                update(StandingRow).where(StandingRow.learner == change.learner).values(**values)
            )
        self._noted[change.learner] = max(before or 0, change.number)
        return change.number
