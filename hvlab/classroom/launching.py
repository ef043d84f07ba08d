"""What the class server answers to learning platforms, and to the instructor about grades that go to them."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hvlab.classroom import launch_pages
from hvlab.classroom.grouping import Grouping
from hvlab.classroom.holding import language_of
from hvlab.course import library
from hvlab.text import Text

if TYPE_CHECKING:
    from hvlab.classroom.lti import Tool

FIELDS = 50
"""The most fields of a form."""


class Sent(msgspec.Struct, frozen=True):
    """A learner whose score was given to their platform; `why` not, if it was not."""

    name: str
    points: int
    maximum: int
    why: str = ""


class Launching(Grouping):
    """The class as a tool; `tool` is None where no platform is registered."""

    tool: Tool | None = None
    place: str = ""
    """CODE@HOST, as learners are told it."""

    def _lti_routes(self) -> list[Route]:
        if self.tool is None:
            return []
        return [
            Route("/lti/login", self._lti_login, methods=["GET", "POST"]),
            Route("/lti/launch", self._lti_launch, methods=["POST"], name="launch"),
            Route("/lti/choose", self._lti_choose, methods=["POST"], name="choose"),
            Route("/lti/keys", self._lti_keys),
            Route("/lti/grades", self._for_instructor(self._lti_grades), methods=["POST"]),
        ]

    async def _fields(self, request: Request) -> dict[str, str]:
        if request.method == "GET":
            return dict(request.query_params)
        form = await request.form(max_files=0, max_fields=FIELDS)
        return {name: value for name, value in form.items() if isinstance(value, str)}

    async def _lti_keys(self, request: Request) -> Response:
        assert self.tool is not None
        return Response(msgspec.json.encode(self.tool.keys), media_type="application/json")

    async def _lti_login(self, request: Request) -> Response:
        from hvlab.classroom.lti import LIFE, NotLaunched

        assert self.tool is not None
        try:
            url, cookies = self.tool.login(await self._fields(request), str(request.url_for("launch")))
        except NotLaunched:
            return self._not_launched(request)
        response = RedirectResponse(url, 302)
        for name, value in cookies.items():  # within a platform's frame, hence none
            response.set_cookie(
                name, value, max_age=int(LIFE), path="/lti", secure=True, httponly=True, samesite="none"
            )
        return response

    async def _lti_launch(self, request: Request) -> Response:
        from hvlab.classroom import lti

        assert self.tool is not None
        address = request.client.host if request.client else ""
        if self._tries.used_up(address):
            return Response("too-many-tries", 429)
        fields = await self._fields(request)
        try:
            launch = await asyncio.to_thread(self.tool.launch, fields, dict(request.cookies))
        except lti.NotLaunched:
            self._tries.fail(address)
            return self._not_launched(request)
        text = Text(language_of(request))
        if isinstance(launch, lti.Choosing):
            action = str(request.url_for("choose").include_query_params(lang=text.language))
            offered = [(name, title) for name, (title, _) in self._offered(text.language).items()]
            return _page(launch_pages.choice_page(text, offered, self.tool.ticket(launch), action))
        wanted = launch.lesson if launch.lesson in self._offered(text.language) else ""
        seed = self._drawn_seed()
        learner, token = await asyncio.to_thread(
            self._store.launched,
            launch.issuer,
            launch.subject,
            launch.name,
            "" if wanted else launch.lineitem,
            seed,
            self._now(),
        )
        if wanted:
            lesson = library.find(wanted)
            seed = lesson.seed if lesson.plan.seeds == "fixed" else secrets.randbelow(1 << 31)
            token = await self._give_one(learner, lesson, seed)
            await self.tell()
            if launch.lineitem:
                await asyncio.to_thread(self._store.note_item, learner, lesson.id, launch.lineitem)
        command = f"hvlab class join {self.place} --key {token}"
        return _page(launch_pages.page(text, learner.name, command, self.tool.browser, token))

    def _offered(self, language: str) -> dict[str, tuple[str, int]]:
        """The lessons that a platform's link may be for, each with title and points; the class's own by an empty id."""
        found = {"": (self._lesson.title[language], self._graded.max_points)}
        if self._terms is None:  # an exam is an exam
            lessons = [library.find(name) for name in library.ids() if name != self._lesson.id]
            found |= {one.id: (one.title[language], one.max_points) for one in lessons}
        return found

    async def _lti_choose(self, request: Request) -> Response:
        """A lesson was chosen for a link: the answer that the platform waits for."""
        from hvlab.classroom import lti

        assert self.tool is not None
        fields = await self._fields(request)
        text = Text(language_of(request))
        offered = self._offered(text.language)
        lesson = fields.get("lesson", "")
        try:
            if lesson not in offered:
                raise lti.NotLaunched("no such lesson")
            title, points = offered[lesson]
            where, answer = self.tool.chosen(
                fields.get("ticket", ""), lesson, title, points, str(request.url_for("launch"))
            )
        except lti.NotLaunched:
            return self._not_launched(request)
        return _page(launch_pages.answer_page(text, title, where, answer))

    def _not_launched(self, request: Request) -> Response:
        """One sentence for all: whoever forges learns nothing from it."""
        return Response(Text(language_of(request))("classroom.lti.refused"), 401, media_type="text/plain")

    async def _lti_grades(self, request: Request) -> Response:
        """Give each platform the scores of those whom it has sent; of an exam when its results are released."""
        from hvlab.classroom.lti import NotLaunched

        assert self.tool is not None
        data = await asyncio.to_thread(self._store.class_data)
        if self._terms is not None and (data is None or not data.released):
            return Response("exam-held", 403)
        told = []
        for learner, issuer, subject, lineitem in await asyncio.to_thread(self._store.sent_by_platforms):
            outcome = await self._outcome(learner, language_of(request))
            report = outcome.report
            most = self._lesson_of(learner, graded=True).max_points
            points, maximum = (report.points, report.max_points) if report else (0, most)
            why = "" if lineitem else "no-lineitem"
            if lineitem:
                try:
                    await asyncio.to_thread(self.tool.put_score, issuer, subject, lineitem, points, maximum)
                except NotLaunched as error:
                    why = str(error)
            told.append(Sent(learner.name, points, maximum, why))
        return Response(msgspec.json.encode(told), media_type="application/json")


def _page(shown: str) -> Response:
    return Response(shown, media_type="text/html", headers={"Cache-Control": "no-store"})
