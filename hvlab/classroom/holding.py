"""What a class server holds, and what all of its sides need: who may ask, a learner's log, a replay of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from starlette.requests import Request
from starlette.responses import Response

from hvlab.classroom import hidden, standing
from hvlab.classroom.changes import Change
from hvlab.classroom.limits import Clock, Tries
from hvlab.classroom.messages import Away, Push
from hvlab.classroom.store import ClassData, Learner, Store, TeamData
from hvlab.classroom.writer import Writer
from hvlab.console.cmdlets import CmdletTable
from hvlab.course import batch, grading, library
from hvlab.course.exam import Terms
from hvlab.course.model import Lesson
from hvlab.session.log import Entry
from hvlab.text import LANGUAGES

TRIES, TRIES_RATE = 60, 0.5
"""Wrong codes, tokens and passwords from one address: at once (a whole class may mistype), then a second."""
Answer = Callable[[Request], Coroutine[object, object, Response]]


class Holding:
    """One class. `clock` gives seconds since 1970; `pools`, each of one worker, run the replays.

    In `folder` lies what only the server knows of an exam.
    """

    def __init__(
        self, store: Store, data: ClassData, pools: Sequence[Executor], clock: Clock, folder: Path = Path()
    ) -> None:
        self._store = store
        self._writer = Writer(store)
        self._data = data
        self._lesson = library.find(data.lesson)
        self._terms = msgspec.json.decode(data.terms, type=Terms) if data.terms else None
        self._graded = self._lesson
        """The lesson as it is graded: in an exam it may have checks that no learner's program has."""
        if self._terms is not None and self._terms.hidden:
            self._graded = library.find(str(hidden.graded_folder(folder)))
        self._further: dict[str, Lesson] = {}
        """Lessons that were given to learners in the course of the class."""
        self._starts: dict[int, list[Entry]] = {}
        """By seed, the inputs of the lesson's start: with them each log begins, whatever an exam allows."""
        self._table = CmdletTable()
        self._ordered: set[str] = set()
        """What the instructor has run in labs: that is allowed in an exam, whatever it is."""
        if self._terms is not None:
            begun = grading.open_session(self._lesson)
            self._starts[self._lesson.seed], self._table = list(begun.log.entries), begun.table
        self._pools = pools
        self._clock = clock
        self._here: dict[int, asyncio.Queue[Push | Away]] = {}
        """Of each learner who is connected to this process: what is to be sent to them."""
        self._who: dict[int, Learner] = {}
        """Who they are."""
        self._teams: dict[int, TeamData] = {}
        """Groups by the id of their lab, as they were last read."""
        self._tables: dict[int, CmdletTable] = {}
        """The commands that there are in a group's lab."""
        self._told_away: dict[int, Away] = {}
        self._performed: dict[int, int] = {}
        """So many commands of a group's log have been done in the server's own lab."""
        self._grown: dict[int, int] = {}
        """Learners of this process's whose logs have grown since they were looked at, and how long they are now."""
        self._handed: dict[int, int] = {}
        """So many inputs of a learner are known to the process that replays them."""
        self._searched = 0
        """When the database was last searched for logs that nobody looks after."""
        self._told = 0
        self._telling = asyncio.Lock()
        """Held while what was pushed is passed on, so that nothing is passed on twice."""
        self._beaten = 0
        self._id = secrets.token_hex(8)
        """By which servers that share the class's database tell each other apart."""
        self._others: dict[str, frozenset[int]] = {}
        """Who is connected to them."""
        self.keep_days: int | None = None
        """So many days after the code's end everybody is erased; None: nobody is, until somebody does it."""
        self._paused = False
        """Whether the last thing of that kind sent to all was a pause."""
        self._tries = Tries(TRIES, TRIES_RATE, clock)
        self._hasher = PasswordHasher()
        self._salt, self._right = secrets.token_bytes(16), bytes(32)

    def _now(self) -> int:
        return int(self._clock() * 1000)

    async def tell(self) -> None:
        """Pass on what was pushed since the last look to those who are connected here (ClassServer)."""

    async def _write(self, change: Change) -> int:
        """Have a change stored for good, together with what others bring. NotKept, SQLAlchemyError."""
        return await asyncio.wrap_future(self._writer.submit(change))

    def _lesson_of(self, learner: Learner, *, graded: bool = False) -> Lesson:
        """The lesson somebody works at; `graded`: with the checks that only the server has. BadLesson."""
        if not learner.lesson:
            return self._graded if graded else self._lesson
        if learner.lesson not in self._further:
            self._further[learner.lesson] = library.find(learner.lesson)
        return self._further[learner.lesson]

    def _drawn_seed(self) -> int:
        """The seed of somebody new."""
        return self._lesson.seed if self._lesson.plan.seeds == "fixed" else secrets.randbelow(1 << 31)

    def _drawn(self, seed: int, lesson: Lesson | None = None) -> Lesson:
        lesson = lesson or self._lesson
        return lesson if lesson.plan.seeds == "fixed" else library.find(str(lesson.folder), seed)

    async def _start_of(self, learner: Learner) -> list[Entry]:
        """The inputs with which a learner's log of the class's lesson begins."""
        if learner.seed not in self._starts:
            begun = await asyncio.to_thread(grading.open_session, self._drawn(learner.seed))
            self._starts[learner.seed] = list(begun.log.entries)
        return self._starts[learner.seed]

    async def _record(self, learner: Learner) -> bytes:
        """A learner's session log."""
        entries = await asyncio.to_thread(self._store.log, learner.lab)
        return standing.record(self._drawn(learner.seed, self._lesson_of(learner, graded=True)), entries)

    async def _replay(self, learner: Learner, work: Callable[..., bytes], *arguments: object) -> bytes:
        """Work on a learner's log, always in the same process: it knows the learner's lab."""
        pool = self._pools[learner.id % len(self._pools)]
        return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)

    async def _outcome(self, learner: Learner, language: str) -> batch.Outcome:
        data = await self._record(learner)
        folder = str(self._lesson_of(learner, graded=True).folder)
        found = await self._replay(learner, grade, folder, learner.name, data, language)
        return msgspec.json.decode(found, type=batch.Outcome)

    def _for_instructor(self, answer: Answer) -> Answer:
        """What answers a request, for whoever has the instructor's password and nobody else."""

        async def guarded(request: Request) -> Response:
            return await self._refusal(request) or await answer(request)

        return guarded

    async def _refusal(self, request: Request) -> Response | None:
        """None if the request carries the instructor's password."""
        address = request.client.host if request.client else ""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            if scheme != "Basic":
                raise ValueError
            password = base64.b64decode(given, validate=True).decode().partition(":")[2]
            if self._tries.used_up(address):
                return Response("too-many-tries", 429)
            digest = hashlib.sha256(self._salt + password.encode()).digest()
            if not secrets.compare_digest(digest, self._right):  # hashing is slow on purpose: once is enough
                await asyncio.to_thread(self._hasher.verify, self._data.password, password[:200])
                self._right = digest
        except (ValueError, Argon2Error):
            self._tries.fail(address)
            return Response("password", 401, {"WWW-Authenticate": 'Basic realm="hvlab class"'})
        return None


def grade(folder: str, name: str, data: bytes, language: str) -> bytes:
    """A learner's Outcome as JSON, exactly as the grader finds it for a file of that name."""
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "log.jsonl"
        path.write_bytes(data)
        outcome = msgspec.json.decode(batch.grade_one(folder, str(path), language), type=batch.Outcome)
        named = outcome.report and msgspec.structs.replace(outcome.report, file=name)
        refusal = outcome.refusal.replace(str(path), name)
    return msgspec.json.encode(batch.Outcome(name, outcome.sha256, named, refusal))


def language_of(request: Request) -> str:
    asked = request.query_params.get("lang", "en")
    return asked if asked in LANGUAGES else "en"
