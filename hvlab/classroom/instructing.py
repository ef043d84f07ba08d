"""The instructor's side of the class server: HTTP with a password."""

from __future__ import annotations

import asyncio
import secrets
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hvlab.classroom import debrief, messages
from hvlab.classroom.changes import Reach
from hvlab.classroom.holding import Holding, language_of
from hvlab.classroom.messages import (
    STAGE,
    Push,
    Welcome,
)
from hvlab.classroom.store import Learner
from hvlab.classroom.view import make_view
from hvlab.course import freelab, library, polls, reports
from hvlab.course.companion import Part
from hvlab.course.exam import Terms
from hvlab.course.model import Lesson


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
    """The instructor begins to show a lab, where they left it or from its start, or ends it."""

    act: Literal["begin", "anew", "end"]


class Instructing(Holding):
    """What an instructor asks for; who asks is known when these are called."""

    def _at(self, learner: Learner) -> Lesson:
        return self._lesson_of(learner, graded=True)

    async def _class(self, request: Request) -> Response:
        learners = await asyncio.to_thread(self._store.learners)
        found = await asyncio.to_thread(self._store.standings)
        tally = await asyncio.to_thread(self._store.tally)
        here = frozenset(self._here).union(*self._others.values())
        view = make_view(self._at, language_of(request), learners, found, here, self._now())
        minutes = (self._now() - self._data.made) // 60_000 if self._data.made else 0
        view = msgspec.structs.replace(view, paused=self._paused, poll=tally, minutes=minutes)
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
        if order.kind in ("lesson", "scenario"):
            return await self._give(order)
        known = {learner.name: learner.id for learner in await asyncio.to_thread(self._store.learners)}
        if any(name not in known for name in order.to):
            return Response("no-such-learner", 404)
        chosen: list[int | None] = [known[name] for name in order.to]
        if order.kind == "command":
            await self._run_in_teams(order.text, order.to)
        if not chosen and order.kind in ("pause", "resume") and self._terms is not None:
            await self._set_terms(getattr(self._terms, order.kind)(self._now()))
        for learner in chosen or [None]:
            await asyncio.to_thread(self._store.push, order.kind, order.text, learner, self._now())
        return Response(status_code=204)

    async def _give(self, order: PushOrder) -> Response:
        """A further lesson, to some or to all who are in the class."""
        if self._terms is not None:
            return Response("exam-lesson", 409)
        wanted = order.text
        if order.kind == "scenario":
            wanted = freelab.PREFIX + wanted.removeprefix(freelab.PREFIX)
        if wanted not in (freelab.names() if order.kind == "scenario" else library.ids()):
            return Response(f"no-such-{order.kind}", 404)
        learners = await asyncio.to_thread(self._store.learners)
        chosen = [one for one in learners if not order.to or one.name in order.to]
        if len(chosen) < len(set(order.to)):
            return Response("no-such-learner", 404)
        lesson = library.find(wanted)
        for learner in chosen:
            if self._lesson_of(learner).id == lesson.id and not learner.team:
                continue  # they are at it
            seed = lesson.seed if lesson.plan.seeds == "fixed" else secrets.randbelow(1 << 31)
            await self._give_one(learner, lesson, seed)
        return Response(status_code=204)

    async def _give_one(
        self, learner: Learner, lesson: Lesson, seed: int, team: int = 0, role: str = ""
    ) -> str:
        """A lesson, drawn by a seed unless they were at it before, to somebody; with a `team`, in that group's lab.

        Returns the token of their work at it.
        """
        name = "" if lesson.id == self._lesson.id else lesson.id
        given, token = await asyncio.to_thread(self._store.give, learner, name, seed, self._now(), team, role)
        digest = self._drawn(given.seed, lesson).digest
        part = msgspec.json.encode(Part(token, lesson.id, digest, given.seed, lesson.title, team)).decode()
        number = await asyncio.to_thread(self._store.push, "lesson", part, learner.id, self._now())
        await self._write(Reach(given.id, number))
        return token

    async def _run_in_teams(self, text: str, names: list[str]) -> None:
        """What the instructor runs in the labs of groups (Grouping)."""

    async def _exam(self, request: Request) -> Response:
        try:
            act = msgspec.json.decode(await request.body(), type=ExamOrder).act
        except msgspec.DecodeError:
            return Response("malformed", 400)
        if self._terms is None:
            return Response("no-exam", 404)
        if act == "release":
            await asyncio.to_thread(self._store.change_class, released=self._now())
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
        before = await asyncio.to_thread(self._store.shown) if act == "anew" else None
        if before is not None:
            await asyncio.to_thread(self._store.erase, before.id)
        learner, token = await asyncio.to_thread(self._store.stage, seed, self._now())
        lesson = self._drawn(learner.seed)
        await asyncio.to_thread(self._store.push, "follow", "", None, self._now())
        told = Welcome(token, learner.name, lesson.id, lesson.digest, learner.seed, 0, self._now())
        return Response(messages.encode(told), media_type="application/json")

    async def _set_terms(self, terms: Terms) -> None:
        """How the exam stands is kept, and told to all."""
        self._terms = terms
        await asyncio.to_thread(self._store.change_class, terms=msgspec.json.encode(terms).decode())
        await self._tell_all("exam", terms)

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
            return await self._tell_all("poll", ballot)
        if order.act == "again":
            again = await asyncio.to_thread(self._store.next_round)
            return Response("no-poll", 404) if again is None else await self._tell_all("poll", again)
        await asyncio.to_thread(self._store.close_poll)
        tally = await asyncio.to_thread(self._store.tally)
        return Response("no-poll", 404) if tally is None else await self._tell_all("tally", tally)

    async def _tell_all(self, kind: str, what: object) -> Response:
        text = msgspec.json.encode(what).decode()
        await asyncio.to_thread(self._store.push, kind, text, None, self._now())
        return Response(status_code=204)

    async def _results(self, request: Request) -> Response:
        form = request.path_params["form"]
        if form not in reports.FORMS:
            return Response("no-such-form", 404)
        language = language_of(request)
        wanted = request.query_params.get("lesson", "")
        lesson = self._graded
        if wanted and wanted != self._lesson.id:
            if wanted not in [*library.ids(), *freelab.names()]:
                return Response("no-such-lesson", 404)
            lesson = library.find(wanted)
        else:
            wanted = ""
        outcomes = [
            await self._outcome(learner, language)
            for learner in await asyncio.to_thread(self._store.learners, wanted)
        ]
        if not outcomes:
            return Response("nobody", 404)
        return Response(reports.FORMS[form](lesson, outcomes), media_type="text/plain")

    async def _debrief(self, request: Request) -> Response:
        language = language_of(request)
        learners = await asyncio.to_thread(self._store.learners)
        standings = await asyncio.to_thread(self._store.standings)
        now = self._now()
        view = make_view(self._at, language, learners, standings, frozenset(), now)
        made = []
        for learner in learners:
            lines = await asyncio.to_thread(self._store.lines, learner.lab)
            log = f"[{','.join(lines)}]".encode()
            found = await self._replay(
                learner, debrief.slips, str(self._at(learner).folder), learner.seed, log
            )
            made.append((learner.name, msgspec.json.decode(found, type=list[debrief.Slip])))
        reached = [debrief.Reached(goal.title, goal.passed) for goal in view.goals]
        page = debrief.Debrief(view.lesson, len(learners), reached, debrief.commonest(made))
        return Response(msgspec.json.encode(page), media_type="application/json")

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
            lines = await asyncio.to_thread(self._store.lines, learner.lab, int(after))
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
