"""The class server: an ASGI application over a store.

Learners speak over a WebSocket (`/learn`), the instructor over HTTP with a password. Every message is
checked against the role of its connection: a learner's can carry inputs of their own log, and nothing else.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hvlab.classroom import debrief, hidden, messages, standing
from hvlab.classroom.changes import Change, Keep, Note, NotKept, Reach
from hvlab.classroom.limits import Bucket, Clock, Tries
from hvlab.classroom.messages import (
    BATCH,
    STAGE,
    Applied,
    FromLearner,
    Inputs,
    Join,
    Kept,
    Look,
    Push,
    Refused,
    Return,
    Stage,
    Vote,
    Welcome,
)
from hvlab.classroom.store import ClassData, Learner, Store
from hvlab.classroom.view import make_view
from hvlab.classroom.writer import Writer
from hvlab.console.cmdlets import CmdletTable
from hvlab.course import batch, grading, library, polls, reports
from hvlab.course.exam import GRACE, Terms, forbidden
from hvlab.course.model import Lesson
from hvlab.session.log import Entry
from hvlab.text import LANGUAGES

LOOK = 0.5
"""Seconds between two looks for what was pushed, here or by another process of the class, and for new inputs."""
RATE, BURST = 20.0, 200
"""Messages a second that a connection may send, and how many at once (the log of an hour offline is some four)."""
TRIES, TRIES_RATE = 60, 0.5
"""Wrong codes, tokens and passwords from one address: at once (a whole class may mistype), then a second."""
ASIDE = ("bookmark", "hint")
"""Inputs that change nothing in a lab."""
ON_THEIR_WAY = 20
"""Inputs of an exam that a connection may bring at once: what was given before its end was noticed."""
BEAT = 5
"""Seconds between two words of a server to the others about who is connected to it; thrice that, and it is gone."""
GREETING = 10.0
"""Seconds within which a connection says who it is."""


Answer = Callable[[Request], Coroutine[object, object, Response]]


class PushOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the instructor asks to be sent; `to` are names, nobody means everybody."""

    kind: str
    text: str = ""
    to: list[str] = []


class PollOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A poll is opened (`words`: question | answer | answer, or the id of one of the lesson's), asked again, shown."""

    act: Literal["open", "again", "show"]
    words: str = ""


class ExamOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exam begins, ends, or its results are given out."""

    act: Literal["begin", "end", "release"]


class StageOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The instructor begins to show a lab, or ends it."""

    act: Literal["begin", "end"]


class ClassServer:
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
        self._released = data.released
        self._graded = self._lesson
        """The lesson as it is graded: in an exam it may have checks that no learner's program has."""
        if self._terms is not None and self._terms.hidden:
            self._graded = library.find(str(hidden.graded_folder(folder)))
        self._begins = 0
        """So many inputs of each log are those of the lesson's start, not the learner's."""
        self._table = CmdletTable()
        self._ordered: set[str] = set()
        """What the instructor has run in labs: that is allowed in an exam, whatever it is."""
        if self._terms is not None:
            begun = grading.open_session(self._lesson)
            self._begins, self._table = len(begun.log.entries), begun.table
        self._pools = pools
        self._clock = clock
        self._here: dict[int, asyncio.Queue[Push]] = {}
        """Of each learner who is connected to this process: what is to be sent to them."""
        self._told = 0
        self._beaten = 0
        self._id = secrets.token_hex(8)
        """By which servers that share the class's database tell each other apart."""
        self._others: dict[str, frozenset[int]] = {}
        """Who is connected to them."""
        self._paused = False
        """Whether the last thing of that kind sent to all was a pause."""
        self._tries = Tries(TRIES, TRIES_RATE, clock)
        self._hasher = PasswordHasher()
        self._salt, self._right = secrets.token_bytes(16), bytes(32)

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                WebSocketRoute("/learn", self._learn),
                Route("/class", self._for_instructor(self._class)),
                Route("/debrief", self._for_instructor(self._debrief)),
                Route("/stage", self._for_instructor(self._stage), methods=["POST"]),
                Route("/exam", self._for_instructor(self._exam), methods=["POST"]),
                Route("/mine", self._mine),
                Route("/poll", self._for_instructor(self._poll), methods=["POST"]),
                Route("/push", self._for_instructor(self._push), methods=["POST"]),
                Route("/results/{form}", self._for_instructor(self._results)),
                Route("/learner/{name:path}", self._for_instructor(self._learner_log)),
                Route("/learner/{name:path}", self._for_instructor(self._erase), methods=["DELETE"]),
            ],
            lifespan=self._lifespan,
        )

    def _now(self) -> int:
        return int(self._clock() * 1000)

    async def _write(self, change: Change) -> int:
        """Have a change stored for good, together with what others bring. NotKept, SQLAlchemyError."""
        return await asyncio.wrap_future(self._writer.submit(change))

    # -- learners -------------------------------------------------------------------------------

    async def _learn(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            try:
                await self._serve_learner(socket)
            except NotKept as refused:
                await socket.send_text(messages.encode(Refused(refused.reason)))
            except (msgspec.DecodeError, UnicodeError, RecursionError, KeyError):  # the last: bytes, not text
                await socket.send_text(messages.encode(Refused("malformed")))
            except TimeoutError:
                await socket.send_text(messages.encode(Refused("silent")))
            except SQLAlchemyError:
                await socket.send_text(messages.encode(Refused("database")))
            await socket.close(1008)
        except (WebSocketDisconnect, RuntimeError):
            return  # the learner has gone; their log stands

    async def _serve_learner(self, socket: WebSocket) -> None:
        learner, welcome = await self._greet(socket)
        queue: asyncio.Queue[Push] = asyncio.Queue()
        told = -1
        while told != self._told:  # what is passed on meanwhile must not overtake what came before it
            told = self._told
            waiting = await asyncio.to_thread(self._store.pushes, learner.applied)
        for to, push in waiting:
            if to in (None, learner.id) and push.number <= told:
                queue.put_nowait(push)
        before = self._here.get(learner.id)
        if before is not None:
            before.put_nowait(Push(0, "elsewhere", ""))
        self._here[learner.id] = queue
        try:
            await socket.send_text(messages.encode(welcome))
            sender = asyncio.create_task(_send_all(socket, queue))
            try:
                await self._receive(socket, learner)
            finally:
                sender.cancel()
                with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                    await sender
        finally:
            if self._here.get(learner.id) is queue:
                del self._here[learner.id]

    async def _greet(self, socket: WebSocket) -> tuple[Learner, Welcome]:
        frame = await asyncio.wait_for(socket.receive_text(), GREETING)
        greeting = messages.from_learner(frame)
        address = socket.client.host if socket.client else ""
        if self._tries.used_up(address):
            raise NotKept("too-many-tries")
        try:
            learner, token = await self._recognize(greeting)
        except NotKept as refused:
            if refused.reason in ("wrong-code", "unknown-token"):
                self._tries.fail(address)
            raise
        lesson = self._drawn(learner.seed)
        kept = await asyncio.to_thread(self._store.kept, learner.id)
        return learner, Welcome(
            token, learner.name, lesson.id, lesson.digest, learner.seed, kept, self._now(), self._terms
        )

    async def _recognize(self, greeting: FromLearner) -> tuple[Learner, str]:
        """Who says so, and the token of one who is new. NotKept."""
        if isinstance(greeting, Join):
            if self._now() > self._data.expires:
                raise NotKept("expired")
            if not secrets.compare_digest(greeting.secret.encode(), self._data.secret.encode()):
                raise NotKept("wrong-code")
            seed = self._lesson.seed
            if self._lesson.plan.seeds == "drawn":
                seed = secrets.randbelow(1 << 31)
            return await asyncio.to_thread(self._store.join, greeting.name, seed, self._now())
        if isinstance(greeting, Return):
            return await asyncio.to_thread(self._store.returning, greeting.token), ""
        raise NotKept("who-are-you")

    async def _receive(self, socket: WebSocket, learner: Learner) -> None:
        bucket = Bucket(BURST, RATE, self._clock)
        arrived = 0
        while True:
            message = messages.from_learner(await socket.receive_text())
            if not bucket.take():
                raise NotKept("too-fast")
            if isinstance(message, Inputs):
                if self._terms is not None and learner.name != STAGE:
                    self._keep_terms(self._terms, message, arrived)
                arrived += len(message.lines)
                count = await self._write(Keep(learner.id, message.first, message.lines, self._now()))
                await socket.send_text(messages.encode(Kept(count)))
            elif isinstance(message, Applied):
                await self._write(Reach(learner.id, min(message.number, self._told)))
            elif isinstance(message, Look):
                await self._tell_stage(socket, message.after)
            elif isinstance(message, Vote):
                vote = (learner.id, message.poll, message.round, message.choice)
                await asyncio.to_thread(self._store.vote, *vote)
            else:
                raise NotKept("known-already")

    def _keep_terms(self, terms: Terms, message: Inputs, arrived: int) -> None:
        """Whether inputs may be given in the exam as it stands. NotKept."""
        own = message.lines[max(0, self._begins - message.first + 1) :]
        own = [entry for entry in own if entry.kind not in ASIDE]
        if not own:
            return
        state = terms.state(self._now(), GRACE)
        if state != "runs":
            raise NotKept(f"exam-{state}")
        if terms.offline == "pause" and not arrived and len(own) > ON_THEIR_WAY:
            raise NotKept("exam-offline")
        for entry in own:
            if (
                entry.kind == "command"
                and entry.text not in self._ordered
                and forbidden(entry.text, terms.allowed, self._table)
            ):
                raise NotKept("exam-forbidden")

    # -- the instructor -------------------------------------------------------------------------

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

    async def _class(self, request: Request) -> Response:
        learners = await asyncio.to_thread(self._store.learners)
        found = await asyncio.to_thread(self._store.standings)
        tally = await asyncio.to_thread(self._store.tally)
        here = frozenset(self._here).union(*self._others.values())
        view = make_view(
            self._graded, _language(request), learners, found, here, self._now(), self._paused, tally
        )
        if self._terms is not None:
            now = self._now()
            view = msgspec.structs.replace(
                view, exam=self._terms.state(now), left=self._terms.left(now) // 1000
            )
        return Response(msgspec.json.encode(view), media_type="application/json")

    async def _push(self, request: Request) -> Response:
        try:
            order = msgspec.json.decode(await request.body(), type=PushOrder)
        except msgspec.DecodeError:
            return Response("malformed", 400)
        if order.kind not in messages.PUSHES:
            return Response("malformed", 400)
        known = {learner.name: learner.id for learner in await asyncio.to_thread(self._store.learners)}
        if any(name not in known for name in order.to):
            return Response("no-such-learner", 404)
        chosen: list[int | None] = [known[name] for name in order.to]
        if not chosen and order.kind in ("pause", "resume") and self._terms is not None:
            await self._set_terms(getattr(self._terms, order.kind)(self._now()))
        for learner in chosen or [None]:
            await asyncio.to_thread(self._store.push, order.kind, order.text, learner, self._now())
        return Response(status_code=204)

    async def _exam(self, request: Request) -> Response:
        try:
            act = msgspec.json.decode(await request.body(), type=ExamOrder).act
        except msgspec.DecodeError:
            return Response("malformed", 400)
        if self._terms is None:
            return Response("no-exam", 404)
        if act == "release":
            self._released = self._now()
            await asyncio.to_thread(self._store.change_class, released=self._released)
            return Response(status_code=204)
        terms = self._terms.begin(self._now()) if act == "begin" else self._terms.end(self._now())
        await self._set_terms(terms)
        return Response(status_code=204)

    async def _stage(self, request: Request) -> Response:
        """The instructor begins to show a lab of their own, and is given it; or ends it."""
        try:
            act = msgspec.json.decode(await request.body(), type=StageOrder).act
        except msgspec.DecodeError:
            return Response("malformed", 400)
        if act == "end":
            await asyncio.to_thread(self._store.push, "unfollow", "", None, self._now())
            return Response(status_code=204)
        seed = self._lesson.seed if self._lesson.plan.seeds == "fixed" else secrets.randbelow(1 << 31)
        learner, token = await asyncio.to_thread(self._store.stage, seed, self._now())
        lesson = self._drawn(learner.seed)
        await asyncio.to_thread(self._store.push, "follow", "", None, self._now())
        told = Welcome(token, learner.name, lesson.id, lesson.digest, learner.seed, 0, self._now())
        return Response(messages.encode(told), media_type="application/json")

    async def _tell_stage(self, socket: WebSocket, after: int) -> None:
        shown = await asyncio.to_thread(self._store.shown)
        if shown is not None:
            lines = await asyncio.to_thread(self._store.lines, shown.id, after)
            entries = [msgspec.json.decode(line, type=Entry) for line in lines[:BATCH]]
            await socket.send_text(messages.encode(Stage(shown.seed, after + 1, entries)))

    async def _set_terms(self, terms: Terms) -> None:
        """How the exam stands is kept, and told to all."""
        self._terms = terms
        await asyncio.to_thread(self._store.change_class, terms=msgspec.json.encode(terms).decode())
        await self._send_all("exam", terms)

    async def _mine(self, request: Request) -> Response:
        """A learner's own result; of an exam when it has been released."""
        address = request.client.host if request.client else ""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if self._tries.used_up(address):
            return Response("too-many-tries", 429)
        try:
            if scheme != "Bearer":
                raise NotKept("unknown-token")
            learner = await asyncio.to_thread(self._store.returning, token[:200])
        except NotKept as refused:
            self._tries.fail(address)
            return Response(refused.reason, 401)
        if self._terms is not None and not self._released:
            return Response("exam-held", 403)
        outcome = await self._outcome(learner, _language(request))
        return Response(msgspec.json.encode(outcome), media_type="application/json")

    async def _poll(self, request: Request) -> Response:
        try:
            order = msgspec.json.decode(await request.body(), type=PollOrder)
        except msgspec.DecodeError:
            return Response("malformed", 400)
        if order.act == "open":
            question = self._lesson.question(order.words)
            ballot = polls.free(order.words) if question is None else polls.of_question(question)
            if ballot is None:
                return Response("no-ballot", 400)
            ballot = await asyncio.to_thread(self._store.open_poll, ballot, self._now())
            return await self._send_all("poll", ballot)
        if order.act == "again":
            again = await asyncio.to_thread(self._store.next_round)
            return Response("no-poll", 404) if again is None else await self._send_all("poll", again)
        await asyncio.to_thread(self._store.close_poll)
        tally = await asyncio.to_thread(self._store.tally)
        return Response("no-poll", 404) if tally is None else await self._send_all("tally", tally)

    async def _send_all(self, kind: str, what: object) -> Response:
        text = msgspec.json.encode(what).decode()
        await asyncio.to_thread(self._store.push, kind, text, None, self._now())
        return Response(status_code=204)

    async def _results(self, request: Request) -> Response:
        form = request.path_params["form"]
        if form not in reports.FORMS:
            return Response("no-such-form", 404)
        language = _language(request)
        outcomes = [
            await self._outcome(learner, language)
            for learner in await asyncio.to_thread(self._store.learners)
        ]
        if not outcomes:
            return Response("nobody", 404)
        return Response(reports.FORMS[form](self._graded, outcomes), media_type="text/plain")

    async def _debrief(self, request: Request) -> Response:
        language = _language(request)
        learners = await asyncio.to_thread(self._store.learners)
        standings = await asyncio.to_thread(self._store.standings)
        now = self._now()
        view = make_view(self._graded, language, learners, standings, frozenset(), now)
        made = []
        for learner in learners:
            lines = await asyncio.to_thread(self._store.lines, learner.id)
            log = f"[{','.join(lines)}]".encode()
            found = await self._replay(learner, debrief.slips, str(self._graded.folder), learner.seed, log)
            made.append((learner.name, msgspec.json.decode(found, type=list[debrief.Slip])))
        reached = [debrief.Reached(goal.title, goal.passed) for goal in view.goals]
        page = debrief.Debrief(view.lesson, len(learners), reached, debrief.commonest(made))
        return Response(msgspec.json.encode(page), media_type="application/json")

    async def _outcome(self, learner: Learner, language: str) -> batch.Outcome:
        data = await self._record(learner)
        found = await self._replay(learner, grade, str(self._graded.folder), learner.name, data, language)
        return msgspec.json.decode(found, type=batch.Outcome)

    async def _record(self, learner: Learner) -> bytes:
        """A learner's session log."""
        entries = await asyncio.to_thread(self._store.log, learner.id)
        return standing.record(self._drawn(learner.seed, self._graded), entries)

    async def _replay(self, learner: Learner, work: Callable[..., bytes], *arguments: object) -> bytes:
        """Work on a learner's log, always in the same process: it knows the learner's lab."""
        pool = self._pools[learner.id % len(self._pools)]
        return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)

    async def _find(self, request: Request) -> Learner | None:
        if request.path_params["name"] == STAGE:
            return await asyncio.to_thread(self._store.shown)
        learners = await asyncio.to_thread(self._store.learners)
        return next((one for one in learners if one.name == request.path_params["name"]), None)

    async def _learner_log(self, request: Request) -> Response:
        learner = await self._find(request)
        if learner is None:
            return Response("no-such-learner", 404)
        after = request.query_params.get("after")
        if after is not None:
            if not (after.isascii() and after.isdigit() and len(after) < 10):
                return Response("malformed", 400)
            lines = await asyncio.to_thread(self._store.lines, learner.id, int(after))
            return Response(f"[{','.join(lines)}]", media_type="application/json")
        return Response(await self._record(learner), media_type="application/jsonl")

    async def _erase(self, request: Request) -> Response:
        learner = await self._find(request)
        if learner is None:
            return Response("no-such-learner", 404)
        if (queue := self._here.get(learner.id)) is not None:
            queue.put_nowait(Push(0, "erased", ""))
        await asyncio.to_thread(self._store.erase, learner.id)
        return Response(status_code=204)

    # -- what goes on by itself -----------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        self._writer.begin()
        earlier = await asyncio.to_thread(self._store.pushes, 0)
        self._told = earlier[-1][1].number if earlier else 0
        self._note_pauses(earlier)
        tasks = [asyncio.create_task(_again(job)) for job in (self.tell, self.assess, self.beat)]
        yield
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(self._writer.end)

    async def tell(self) -> None:
        """Pass on what was pushed since the last look to those who are connected here."""
        pushes = await asyncio.to_thread(self._store.pushes, self._told)
        self._note_pauses(pushes)
        for to, push in pushes:
            for learner, queue in self._here.items():
                if to in (None, learner):
                    queue.put_nowait(push)
            if push.kind == "exam":  # by whichever server of the class
                self._terms = msgspec.json.decode(push.text, type=Terms)
            self._told = push.number

    def _note_pauses(self, pushes: Sequence[tuple[int | None, Push]]) -> None:
        for to, push in pushes:
            if push.kind == "command":
                self._ordered.add(push.text)
            if to is None and push.kind in ("pause", "resume"):
                self._paused = push.kind == "pause"

    async def beat(self) -> None:
        """Tell the other servers of the class who is connected here, and learn who is there."""
        now = self._now()
        if now - self._beaten < BEAT * 1000:
            return
        self._beaten = now
        await asyncio.to_thread(self._store.beat, self._id, list(self._here), now)
        self._others = await asyncio.to_thread(self._store.elsewhere, self._id, now - 3 * BEAT * 1000)

    async def assess(self) -> None:
        """Replay the logs that have grown since they were last looked at: each server those of its own learners."""
        stale = await asyncio.to_thread(self._store.stale)
        theirs: frozenset[int] = frozenset().union(*self._others.values())
        is_first = all(
            self._id < other for other in self._others
        )  # who is nowhere is looked after by one of them
        stale = [one for one in stale if one.id in self._here or (one.id not in theirs and is_first)]
        if not stale:
            return
        before = await asyncio.to_thread(self._store.standings)
        await asyncio.gather(
            *(self._assess(learner, before.get(learner.id, (0, "{}", 0))) for learner in stale)
        )

    async def _assess(self, learner: Learner, before: tuple[int, str, int]) -> None:
        lines = await asyncio.to_thread(self._store.lines, learner.id)
        folder, log = str(self._graded.folder), f"[{','.join(lines)}]".encode()
        found = await self._replay(learner, standing.assess, folder, learner.seed, log, learner.id)
        earlier = msgspec.json.decode(before[1], type=standing.Standing)
        unmoved = before[2] and msgspec.json.decode(found, type=standing.Standing).passed == earlier.passed
        since = before[2] if unmoved else self._now()
        with contextlib.suppress(NotKept):  # the learner has been erased meanwhile
            await self._write(Note(learner.id, len(lines), found.decode(), since))

    def _drawn(self, seed: int, lesson: Lesson | None = None) -> Lesson:
        lesson = lesson or self._lesson
        return lesson if lesson.plan.seeds == "fixed" else library.find(str(lesson.folder), seed)


def grade(folder: str, name: str, data: bytes, language: str) -> bytes:
    """A learner's Outcome as JSON, exactly as the grader finds it for a file of that name."""
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "log.jsonl"
        path.write_bytes(data)
        outcome = msgspec.json.decode(batch.grade_one(folder, str(path), language), type=batch.Outcome)
        named = outcome.report and msgspec.structs.replace(outcome.report, file=name)
        refusal = outcome.refusal.replace(str(path), name)
    return msgspec.json.encode(batch.Outcome(name, outcome.sha256, named, refusal))


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "en")
    return asked if asked in LANGUAGES else "en"


async def _send_all(socket: WebSocket, queue: asyncio.Queue[Push]) -> None:
    while True:
        push = await queue.get()
        if push.kind in ("elsewhere", "erased"):
            await socket.send_text(messages.encode(Refused(push.kind)))
            await socket.close(1008)
            return
        await socket.send_text(messages.encode(push))


async def _again(job: Callable[[], Coroutine[object, object, None]]) -> None:
    while True:
        with contextlib.suppress(SQLAlchemyError, BrokenExecutor):  # the next look may find it well again
            await job()
        await asyncio.sleep(LOOK)
