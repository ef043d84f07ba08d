"""The class server: an ASGI application over a store.

Learners speak over a WebSocket (`/learn`), the instructor over HTTP with a password. Every message is
checked against the role of its connection: a learner's can carry inputs of their own log, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import BrokenExecutor

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hvlab.classroom import messages, standing
from hvlab.classroom.changes import Keep, Note, NotKept, Reach
from hvlab.classroom.holding import language_of
from hvlab.classroom.launching import Launching
from hvlab.classroom.limits import Bucket
from hvlab.classroom.messages import (
    BATCH,
    STAGE,
    Applied,
    Ask,
    Away,
    Back,
    FromLearner,
    Halt,
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
from hvlab.classroom.store import Learner, Sent
from hvlab.course.exam import GRACE, Terms, forbidden
from hvlab.session.log import Entry

LOOK = 0.5
"""Seconds between two looks for what was pushed, here or by another process of the class, and for new inputs."""
RATE, BURST = 20.0, 200
"""Messages a second that a connection may send, and how many at once (the log of an hour offline is some four)."""
ASIDE = ("bookmark", "hint")
"""Inputs that change nothing in a lab."""
ON_THEIR_WAY = 20
"""Inputs of an exam that a connection may bring at once: what was given before its end was noticed."""
SEARCH = 10
"""Seconds between two searches for logs that nobody looks after."""
BEAT = 5
"""Seconds between two words of a server to the others about who is connected to it; thrice that, and it is gone."""
DAY = 24 * 3600 * 1000
GREETING = 10.0
"""Seconds within which a connection says who it is."""


class ClassServer(Launching):
    """One class: the application, the learners' side, and what goes on by itself."""

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
                Route("/group", self._for_instructor(self._group), methods=["GET", "POST"]),
                *self._lti_routes(),
                Route("/poll", self._for_instructor(self._poll), methods=["POST"]),
                Route("/push", self._for_instructor(self._push), methods=["POST"]),
                Route("/results/{form}", self._for_instructor(self._results)),
                Route("/learner/{name:path}", self._for_instructor(self._learner_log)),
                Route("/learner/{name:path}", self._for_instructor(self._erase), methods=["DELETE"]),
            ],
            lifespan=self._lifespan,
        )

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
        queue: asyncio.Queue[Push | Away] = asyncio.Queue()
        told = -1
        while told != self._told:  # what is passed on meanwhile must not overtake what came before it
            told = self._told
            waiting = await asyncio.to_thread(self._store.pushes, learner.applied)
        for sent in waiting:
            if sent.is_for(learner) and sent.push.number <= told:
                queue.put_nowait(sent.push)
        before = self._here.get(learner.id)
        if before is not None:
            before.put_nowait(Push(0, "elsewhere", ""))
        self._here[learner.id], self._who[learner.id] = queue, learner
        if (team := self._teams.get(learner.team)) is not None:
            queue.put_nowait(self._away(team))
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
                del self._here[learner.id], self._who[learner.id]

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
        lesson = self._drawn(learner.seed, self._lesson_of(learner))
        kept = await asyncio.to_thread(self._store.kept, learner.id)
        if learner.team:
            await self._load_teams()
        team = self._team_of(learner)
        return learner, Welcome(
            token, learner.name, lesson.id, lesson.digest, learner.seed, kept, self._now(), self._terms, team
        )

    async def _recognize(self, greeting: FromLearner) -> tuple[Learner, str]:
        """Who says so, and the token of one who is new. NotKept."""
        if isinstance(greeting, Join):
            if self._now() > self._data.expires:
                raise NotKept("expired")
            if not secrets.compare_digest(greeting.secret.encode(), self._data.secret.encode()):
                raise NotKept("wrong-code")
            return await asyncio.to_thread(self._store.join, greeting.name, self._drawn_seed(), self._now())
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
                if learner.team:
                    raise NotKept("group-only")
                if self._terms is not None and learner.name != STAGE:
                    self._keep_terms(self._terms, message, arrived, await self._start_of(learner))
                arrived += len(message.lines)
                count = await self._write(Keep(learner.id, message.first, message.lines, self._now()))
                self._grown[learner.id] = count
                await socket.send_text(messages.encode(Kept(count)))
            elif isinstance(message, Applied):
                await self._write(Reach(learner.id, min(message.number, self._told)))
            elif isinstance(message, Ask):
                if (turned := await self._ask_for(learner, message.text)) is not None:
                    await socket.send_text(messages.encode(turned))
            elif isinstance(message, Halt):
                if (turned := await self._halt_for(learner, message)) is not None:
                    await socket.send_text(messages.encode(turned))
            elif isinstance(message, Back):
                await self._go_back(learner)
            elif isinstance(message, Look):
                await self._tell_stage(socket, message.after)
            elif isinstance(message, Vote):
                vote = (learner.id, message.poll, message.round, message.choice)
                await asyncio.to_thread(self._store.vote, *vote)
            else:
                raise NotKept("known-already")

    def _keep_terms(self, terms: Terms, message: Inputs, arrived: int, start: list[Entry]) -> None:
        """Whether inputs may be given in the exam as it stands; the lesson's own `start` may. NotKept."""
        begun = start[max(0, message.first - 1) :][: len(message.lines)]
        if message.lines[: len(begun)] != begun:
            raise NotKept("exam-start")
        own = [entry for entry in message.lines[len(begun) :] if entry.kind not in ASIDE]
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

    async def _go_back(self, learner: Learner) -> None:
        """Give somebody the class's own lesson again, where they left it. NotKept."""
        if self._terms is not None:
            raise NotKept("exam-lesson")
        present = next(
            (one for one in await asyncio.to_thread(self._store.learners) if one.person == learner.person),
            learner,
        )
        if present.id == learner.id and learner.person != learner.id:
            await self._give_one(learner, self._lesson, self._lesson.seed)
            await self.tell()

    async def _tell_stage(self, socket: WebSocket, after: int) -> None:
        shown = await asyncio.to_thread(self._store.shown)
        if shown is not None:
            lines = await asyncio.to_thread(self._store.lines, shown.id, after)
            entries = [msgspec.json.decode(line, type=Entry) for line in lines[:BATCH]]
            await socket.send_text(messages.encode(Stage(shown.seed, after + 1, entries)))

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
        data = await asyncio.to_thread(
            self._store.class_data
        )  # another server may have been told of the release
        if self._terms is not None and (data is None or not data.released):
            return Response("exam-held", 403)
        outcome = await self._outcome(learner, language_of(request))
        return Response(msgspec.json.encode(outcome), media_type="application/json")

    # -- what goes on by itself -----------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        self._writer.begin()
        earlier = await asyncio.to_thread(self._store.pushes, 0)
        self._told = earlier[-1].push.number if earlier else 0
        self._note_pauses(earlier)
        await self._load_teams()
        jobs = (self.tell, self.assess, self.beat, self.perform, self.forget)
        tasks = [asyncio.create_task(_again(job)) for job in jobs]
        yield
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(self._writer.end)

    async def tell(self) -> None:
        """Pass on what was pushed since the last look to those who are connected here."""
        async with self._telling:
            pushes = await asyncio.to_thread(self._store.pushes, self._told)
            self._note_pauses(pushes)
            for sent in pushes:
                for learner, queue in self._here.items():
                    if sent.is_for(self._who[learner]):
                        queue.put_nowait(sent.push)
                if sent.push.kind == "exam":  # by whichever server of the class
                    self._terms = msgspec.json.decode(sent.push.text, type=Terms)
                self._told = sent.push.number
            await self._tell_away()

    def _note_pauses(self, pushes: Sequence[Sent]) -> None:
        for sent in pushes:
            if sent.push.kind == "command":
                self._ordered.add(sent.push.text)
            if sent.learner is None and sent.push.kind in ("pause", "resume"):
                self._paused = sent.push.kind == "pause"

    async def forget(self) -> None:
        """Erase everybody, so many days after nobody can join any more, if the class is kept for a time only."""
        if self.keep_days is None or self._now() <= self._data.expires + self.keep_days * DAY:
            return
        for queue in self._here.values():
            queue.put_nowait(Push(0, "erased", ""))
        if await asyncio.to_thread(self._store.erase_everybody):
            self._handed.clear()
            await self._load_teams()

    async def beat(self) -> None:
        """Tell the other servers of the class who is connected here, and learn who is there."""
        now = self._now()
        if now - self._beaten < BEAT * 1000:
            return
        self._beaten = now
        await asyncio.to_thread(self._store.beat, self._id, list(self._here), now)
        self._others = await asyncio.to_thread(self._store.elsewhere, self._id, now - 3 * BEAT * 1000)

    async def assess(self) -> None:
        """Replay the logs that have grown since they were last looked at: each server those of its own learners.

        What arrives here is known here. The whole database is searched now and then only, for logs that nobody looks
        after: that costs the more, the more is in it.
        """
        grown, self._grown = self._grown, {}
        stale = [self._who[one] for one in grown if one in self._who]
        if len(stale) < len(grown) or self._now() - self._searched >= SEARCH * 1000:
            self._searched = self._now()
            found = await asyncio.to_thread(self._store.stale)
            theirs: frozenset[int] = frozenset().union(*self._others.values())
            is_first = all(
                self._id < other for other in self._others
            )  # who is nowhere is looked after by one
            known = {one.id for one in stale}
            for one in found:
                is_ours = one.id in self._here or (one.id not in theirs and is_first)
                if (
                    is_ours and one.id not in known and not one.team
                ):  # groups have labs of their own (perform)
                    stale.append(one)
        if not stale:
            return
        before = await asyncio.to_thread(self._store.standings, [one.id for one in stale])
        await asyncio.gather(
            *(self._assess(learner, before.get(learner.id, (0, "{}", 0))) for learner in stale)
        )

    async def _assess(self, learner: Learner, before: tuple[int, str, int]) -> None:
        folder = str(self._lesson_of(learner, graded=True).folder)
        after, found = self._handed.get(learner.id, 0), b""
        while not found:
            lines = await asyncio.to_thread(self._store.lines, learner.id, after)
            log = f"[{','.join(lines)}]".encode()
            found = await self._replay(learner, standing.assess, folder, learner.seed, log, learner.id, after)
            count = after + len(lines)
            after = 0  # if the process that replays has forgotten this lab, it is given all of it
        self._handed[learner.id] = count
        earlier = msgspec.json.decode(before[1], type=standing.Standing)
        unmoved = before[2] and msgspec.json.decode(found, type=standing.Standing).passed == earlier.passed
        since = before[2] if unmoved else self._now()
        with contextlib.suppress(NotKept):  # the learner has been erased meanwhile
            await self._write(Note(learner.id, count, found.decode(), since))


async def _send_all(socket: WebSocket, queue: asyncio.Queue[Push | Away]) -> None:
    while True:
        push = await queue.get()
        if isinstance(push, Push) and push.kind in ("elsewhere", "erased"):
            await socket.send_text(messages.encode(Refused(push.kind)))
            await socket.close(1008)
            return
        await socket.send_text(messages.encode(push))


async def _again(job: Callable[[], Coroutine[object, object, None]]) -> None:
    while True:
        with contextlib.suppress(SQLAlchemyError, BrokenExecutor):  # the next look may find it well again
            await job()
        await asyncio.sleep(LOOK)
