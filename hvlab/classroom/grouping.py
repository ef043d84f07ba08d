"""Groups on the class server: their members' commands are put into one order here, and replayed here.

A member asks for a command; whether their role allows it, and whether the group's lab waits for somebody, is
decided here, whatever their program thinks. Everybody's lab then does it, the server's own too: the group's log
is what that one records, and no member can add to it in any other way.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hvlab.classroom import standing
from hvlab.classroom.changes import Keep, Note, NotKept
from hvlab.classroom.instructing import Instructing
from hvlab.classroom.messages import Away, Halt, Turned
from hvlab.classroom.store import Learner, TeamData
from hvlab.course import grading, library
from hvlab.course.teams import Lost, Member, Order, Team, denied, may_stop, roles

COMMANDS = 2000
"""The most commands of a group's log."""
BATCH = 500


class GroupOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group is made (`members` as NAME=ROLE; without a lesson, on the class's), or its rule for the lost changed."""

    act: Literal["make", "rule"]
    name: str
    members: list[str] = []
    lesson: str = ""
    lost: Lost = "pause"


class GroupView(msgspec.Struct, frozen=True):
    """A group as the instructor sees it."""

    name: str
    members: list[Member]
    lost: Lost
    commands: int


class Grouping(Instructing):
    """What concerns groups; `_teams` holds them by the id of their lab."""

    async def _load_teams(self) -> None:
        found = await asyncio.to_thread(self._store.teams)
        self._teams = {team.lab.id: team for team in found}
        for team in found:
            if team.lab.id not in self._tables:
                lesson = self._drawn(team.lab.seed, self._lesson_of(team.lab))
                begun = await asyncio.to_thread(grading.open_session, lesson)
                self._tables[team.lab.id] = begun.table

    def _team_of(self, learner: Learner) -> Team | None:
        """A member's group as they are told of it."""
        team = self._teams.get(learner.team)
        if team is None:
            return None
        return Team(team.name, learner.role, [Member(one.name, one.role) for one in team.members], team.lost)

    def _away(self, team: TeamData) -> Away:
        here = frozenset(self._here).union(*self._others.values())
        return Away([one.name for one in team.members if one.id not in here], team.lost)

    async def _ask_for(self, learner: Learner, text: str) -> Turned | None:
        """Put a member's command into their group's log; why not, if it is not put there. NotKept."""
        if not learner.team:
            raise NotKept("no-group")
        await self._load_teams()
        team = self._teams.get(learner.team)
        member = next((one for one in team.members if one.id == learner.id), None) if team else None
        if team is None or member is None:
            raise NotKept("no-group")
        if self._paused:
            return Turned("class-paused", text)
        if team.lost == "pause" and self._away(team).names:
            return Turned("group-waits", text)
        if denied(text, member.role, self._tables[team.lab.id]) is not None:
            return Turned("group-denied", text)
        if len(await asyncio.to_thread(self._store.orders, team.lab.id)) >= COMMANDS:
            return Turned("too-much", text)
        await self._put(team, Order(member.name, member.role, text))
        await self.tell()
        return None

    async def _halt_for(self, learner: Learner, halt: Halt) -> Turned | None:
        """Have the last order of a member's group end; why not, if it does not. NotKept.

        Whoever sees an order at work holds their commands back, so what follows it was given by somebody who has
        seen its end: then it is over for all.
        """
        await self._load_teams()
        team = self._teams.get(learner.team)
        member = next((one for one in team.members if one.id == learner.id), None) if team else None
        if team is None or member is None:
            raise NotKept("no-group")
        last = await asyncio.to_thread(self._store.last_order, team.lab.id)
        if last is None or last[0] != halt.number:
            return Turned("group-passed", "")
        order = msgspec.json.decode(last[1], type=Order)
        if order.halts:
            return Turned("group-passed", "")
        if not may_stop(member.name, member.role, order):
            return Turned("group-not-yours", order.text)
        await self._put(team, Order(member.name, member.role, "", halt.number, halt.to))
        await self.tell()
        return None

    async def _put(self, team: TeamData, order: Order) -> None:
        text = msgspec.json.encode(order).decode()
        await asyncio.to_thread(self._store.push, "order", text, None, self._now(), team.lab.id)

    async def _run_in_teams(self, text: str, names: list[str]) -> None:
        """What the instructor runs in the labs of some, or of all: once in each group's that is meant."""
        await self._load_teams()
        for team in self._teams.values():
            if team.members and (not names or any(one.name in names for one in team.members)):
                await self._put(team, Order("", "", text))

    async def _tell_away(self) -> None:
        """Tell the members of each group who of them has no connection, when that has changed."""
        for lab, team in self._teams.items():
            away = self._away(team)
            if self._told_away.get(lab) == away:
                continue
            self._told_away[lab] = away
            for one in team.members:
                if (queue := self._here.get(one.id)) is not None:
                    queue.put_nowait(away)

    async def perform(self) -> None:
        """Do in the server's own labs what was put into the groups' logs, and store what they record."""
        await self._load_teams()
        if any(self._id > other for other in self._others):
            return  # one server of a class does it for all
        for lab, team in self._teams.items():
            orders = await asyncio.to_thread(self._store.orders, lab)
            if len(orders) == self._performed.get(lab, -1):
                continue
            given = [msgspec.json.decode(order, type=Order) for order in orders]
            texts = [(order.text, order.to if order.halts else -1) for order in given]
            folder = str(self._lesson_of(team.lab, graded=True).folder)
            found = await self._replay(team.lab, standing.perform, folder, team.lab.seed, texts, lab)
            done = msgspec.json.decode(found, type=standing.Performed)
            kept = await asyncio.to_thread(self._store.kept, lab)
            while kept < len(done.entries):
                more = done.entries[kept : kept + BATCH]
                kept = await self._write(Keep(lab, kept + 1, more, self._now()))
            before = (await asyncio.to_thread(self._store.standings)).get(lab, (0, "{}", 0))
            earlier = msgspec.json.decode(before[1], type=standing.Standing)
            unmoved = before[2] and done.standing.passed == earlier.passed
            since = before[2] if unmoved else self._now()
            text = msgspec.json.encode(done.standing).decode()
            with contextlib.suppress(NotKept):
                await self._write(Note(lab, max(1, len(done.entries)), text, since))
            self._performed[lab] = len(orders)

    # -- for the instructor -----------------------------------------------------------------------

    async def _group(self, request: Request) -> Response:
        if request.method == "GET":
            return await self._groups()
        try:
            order = msgspec.json.decode(await request.body(), type=GroupOrder)
        except msgspec.DecodeError:
            return Response("malformed", 400)
        if order.act == "rule":
            if not await asyncio.to_thread(self._store.change_team, order.name, order.lost):
                return Response("no-such-group", 404)
            await self._load_teams()
            return Response(status_code=204)
        if self._terms is not None:
            return Response("group-exam", 409)
        known = {one.name: one for one in await asyncio.to_thread(self._store.learners)}
        members = [tuple(member.rpartition("=")[::2]) for member in order.members]
        names = [name for name, _ in members]
        if (
            not members
            or len(set(names)) < len(names)
            or any(name not in known for name in names)
            or any(role not in [one.id for one in roles().role] for _, role in members)
        ):
            return Response("group-member", 400)
        try:
            lesson = library.find(order.lesson) if order.lesson else self._lesson
        except library.BadLesson:
            return Response("group-lesson", 404)
        if (
            order.lesson and lesson.id != order.lesson
        ):  # a folder of the server's is none of the course's lessons
            return Response("group-lesson", 404)
        seed = lesson.seed if lesson.plan.seeds == "fixed" else secrets.randbelow(1 << 31)
        name = "" if lesson.id == self._lesson.id else lesson.id
        try:
            lab = await asyncio.to_thread(
                self._store.make_team, order.name, order.lost, name, seed, self._now()
            )
        except NotKept as refused:
            return Response(refused.reason, 409)
        for member, role in members:
            await self._give_one(known[member], lesson, seed, team=lab.id, role=role)
        await self._load_teams()
        return Response(status_code=204)

    async def _groups(self) -> Response:
        await self._load_teams()
        found = [
            GroupView(
                team.name,
                [Member(one.name, one.role) for one in team.members],
                team.lost,
                len(await asyncio.to_thread(self._store.orders, lab)),
            )
            for lab, team in self._teams.items()
        ]
        return Response(msgspec.json.encode(found), media_type="application/json")
