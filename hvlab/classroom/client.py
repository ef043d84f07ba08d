"""How hvlab reaches a class: TLS to the one certificate that the code names, before a word is said."""

from __future__ import annotations

import asyncio
import base64
import http.client
import socket
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from hvlab.classroom import messages
from hvlab.classroom.code import ClassCode
from hvlab.classroom.debrief import Debrief
from hvlab.classroom.grouping import GroupOrder, GroupView
from hvlab.classroom.instructing import ExamOrder, PollOrder, PushOrder, StageOrder
from hvlab.classroom.launching import Sent
from hvlab.classroom.messages import FRAME, FromLearner, FromServer, Refused, Welcome
from hvlab.classroom.view import ClassView
from hvlab.course.batch import Outcome
from hvlab.course.classes import Trouble
from hvlab.course.teams import Lost
from hvlab.session.log import Entry

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds to wait for a server that is to answer."""


class Unreachable(Trouble):
    """There is no connection; it may come back."""

    def __init__(self, why: str) -> None:
        super().__init__("classroom.link.unreachable", why=why)


class Refusal(Trouble):
    """The server (or this client, of a false server) says no; `reason` is a message id under classroom.refused."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"classroom.refused.{reason}")
        self.reason = reason


class Address:
    """Where a class is, and by what its certificate is known."""

    def __init__(self, code: ClassCode, host: str, port: int) -> None:
        self.code, self.host, self.port = code, host, port

    def reach(self) -> socket.socket:
        """A connection without TLS yet. Unreachable."""
        try:
            return socket.create_connection((self.host, self.port), PATIENCE)
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from None

    def dial(self) -> ssl.SSLSocket:
        """A connection on which nothing was said yet, to the class's own server. Unreachable, Refusal."""
        raw = self.reach()
        try:
            connection = tls().wrap_socket(raw, server_hostname=self.host)
        except OSError as error:
            raw.close()
            raise Unreachable(error.strerror or str(error)) from None
        if not self.code.fits(connection.getpeercert(binary_form=True) or b""):
            connection.close()
            raise Refusal("other-certificate")
        return connection


def tls() -> ssl.SSLContext:
    """TLS to a server that is known by its fingerprint, which says more than a name could."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Talk:
    """A learner's connection to a class. Unreachable from any call means that it has ended.

    For one thread, in whose calls everything happens: one TLS connection must not be read in one thread and
    written in another (OpenSSL allows no such thing: a request could stay unsent, or arrive as rubbish).
    """

    def __init__(self, address: Address) -> None:
        raw = address.reach()
        self._loop = asyncio.new_event_loop()
        try:
            self._socket: ClientConnection = self._do(self._connect(address, raw))
        except BaseException:
            raw.close()
            self._loop.close()
            raise

    @staticmethod
    async def _connect(address: Address, raw: socket.socket) -> ClientConnection:
        class Pinned(ClientConnection):
            """Looks at the server's certificate before it says a word."""

            async def handshake(self, *arguments: Any, **named: Any) -> None:
                """Refusal."""
                connection = self.transport.get_extra_info("ssl_object")
                if not address.code.fits(connection.getpeercert(binary_form=True) or b""):
                    raise Refusal("other-certificate")
                await super().handshake(*arguments, **named)

        return await connect(
            f"wss://{address.host}:{address.port}/learn",
            sock=raw,
            ssl=tls(),
            server_hostname=address.host,
            max_size=FRAME,
            open_timeout=PATIENCE,
            close_timeout=PATIENCE,
            compression=None,
            create_connection=Pinned,
        )

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self._loop.run_until_complete(work)
        except TimeoutError:
            raise Unreachable("timeout") from None
        except (WebSocketException, OSError) as error:
            raise Unreachable(str(error)) from None

    def say(self, message: FromLearner) -> None:
        """Send."""
        self._do(self._socket.send(messages.encode(message)))

    def hear(self, seconds: float = PATIENCE) -> FromServer | None:
        """The next message; None if none comes in time. Refusal."""
        frame = self._do(self._next(seconds))
        if frame is None:
            return None
        try:
            message = messages.from_server(frame)
        except msgspec.DecodeError as error:
            raise Unreachable(str(error)) from None
        if isinstance(message, Refused):
            raise Refusal(message.reason)
        return message

    async def _next(self, seconds: float) -> str | bytes | None:
        try:
            async with asyncio.timeout(seconds):
                return await self._socket.recv()
        except TimeoutError:
            return None

    def greet(self, greeting: FromLearner) -> Welcome:
        """Say who one is. Refusal."""
        self.say(greeting)
        answer = self.hear()
        if not isinstance(answer, Welcome):
            raise Unreachable("no welcome")
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._loop.is_closed():
            return
        with suppress(Unreachable):
            self._do(self._socket.close())
        self._loop.close()


class Asker:
    """Asks the server over HTTP. Unreachable, Refusal."""

    def __init__(self, address: Address, authorization: str) -> None:
        self._address, self._authorization = address, authorization

    def _ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        connection = http.client.HTTPConnection(self._address.host, self._address.port)
        connection.sock = self._address.dial()
        connection.sock.settimeout(None)  # a report on a whole class takes its time
        try:
            connection.request(method, path, body, {"Authorization": self._authorization})
            response = connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from None
        finally:
            connection.close()
        if response.status >= 500:
            raise Unreachable(f"HTTP {response.status}")
        if response.status >= 400:
            raise Refusal(data.decode(errors="replace")[:40])
        return data


def own_result(address: Address, token: str, language: str) -> Outcome:
    """A learner's own result. Unreachable, Refusal."""
    found = Asker(address, f"Bearer {token}")._ask("GET", f"/mine?lang={language}")
    return msgspec.json.decode(found, type=Outcome)


class Instructor(Asker):
    """What an instructor can ask of the server. Unreachable, Refusal."""

    def __init__(self, address: Address, password: str) -> None:
        super().__init__(address, "Basic " + base64.b64encode(f"instructor:{password}".encode()).decode())

    def look(self, language: str) -> ClassView:
        """The class as it stands."""
        return msgspec.json.decode(self._ask("GET", f"/class?lang={language}"), type=ClassView)

    def push(self, kind: str, text: str, to: list[str]) -> None:
        """Send something to some learners, or to all if nobody is named."""
        self._ask("POST", "/push", msgspec.json.encode(PushOrder(kind, text, to)))

    def poll(self, act: Literal["open", "again", "show"], words: str = "") -> None:
        """Open a poll, let all vote again, or close it and show everybody the distribution."""
        self._ask("POST", "/poll", msgspec.json.encode(PollOrder(act, words)))

    def stage(self, anew: bool = False) -> Welcome:
        """Begin to show a lab of one's own, as it was left or from its start; what is needed to work in it."""
        order = StageOrder("anew" if anew else "begin")
        told = messages.from_server(self._ask("POST", "/stage", msgspec.json.encode(order)))
        if not isinstance(told, Welcome):
            raise Refusal("malformed")
        return told

    def leave_stage(self) -> None:
        """Show it no more."""
        self._ask("POST", "/stage", msgspec.json.encode(StageOrder("end")))

    def group(
        self, act: Literal["make", "rule"], name: str, members: list[str], lesson: str, lost: Lost
    ) -> None:
        """Make a group of members (NAME=ROLE) that shares a lab, or change its rule."""
        self._ask("POST", "/group", msgspec.json.encode(GroupOrder(act, name, members, lesson, lost)))

    def groups(self) -> list[GroupView]:
        """All groups."""
        return msgspec.json.decode(self._ask("GET", "/group"), type=list[GroupView])

    def exam(self, act: Literal["begin", "end", "release"]) -> None:
        """Begin an exam, end it, give its results out."""
        self._ask("POST", "/exam", msgspec.json.encode(ExamOrder(act)))

    def grades(self, language: str) -> list[Sent]:
        """Give the learning platforms the scores of those whom they have sent."""
        return msgspec.json.decode(self._ask("POST", f"/lti/grades?lang={language}"), type=list[Sent])

    def results(self, form: str, language: str, lesson: str = "") -> str:
        """The grader's report on every learner; of the class's lesson, or of one that was given."""
        return self._ask("GET", f"/results/{form}?lang={language}&lesson={quote(lesson, safe='')}").decode()

    def debrief(self, language: str) -> Debrief:
        """What was reached, and which errors were commonest."""
        return msgspec.json.decode(self._ask("GET", f"/debrief?lang={language}"), type=Debrief)

    def log(self, name: str) -> str:
        """A learner's session log."""
        return self._ask("GET", f"/learner/{quote(name, safe='')}").decode()

    def inputs(self, name: str, after: int) -> list[Entry]:
        """A learner's inputs after a number."""
        path = f"/learner/{quote(name, safe='')}?after={after}"
        return msgspec.json.decode(self._ask("GET", path), type=list[Entry])

    def erase(self, name: str) -> None:
        """Remove a learner and all that is stored about them."""
        self._ask("DELETE", f"/learner/{quote(name, safe='')}")
