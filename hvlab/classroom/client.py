"""How hvlab reaches a class: TLS to the one certificate that the code names, before a word is said."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from urllib.parse import quote

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from hvlab.classroom import messages
from hvlab.classroom.code import ClassCode
from hvlab.classroom.messages import FRAME, FromLearner, FromServer, Refused, Welcome
from hvlab.classroom.server import PushOrder
from hvlab.classroom.view import ClassView

PATIENCE = 10.0
"""Seconds to wait for a server that is to answer."""


class Unreachable(Exception):
    """There is no connection; it may come back."""


class Refusal(Exception):
    """The server (or this client, of a false server) says no; `reason` is a message id under classroom.refused."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Address:
    """Where a class is, and by what its certificate is known."""

    def __init__(self, code: ClassCode, host: str, port: int) -> None:
        self.code, self.host, self.port = code, host, port

    def dial(self) -> ssl.SSLSocket:
        """A connection on which nothing was said yet, to the class's own server. Unreachable, Refusal."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False  # the fingerprint says more than a name could
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            raw = socket.create_connection((self.host, self.port), PATIENCE)
            connection = context.wrap_socket(raw, server_hostname=self.host)
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from None
        if not self.code.fits(connection.getpeercert(binary_form=True) or b""):
            connection.close()
            raise Refusal("other-certificate")
        return connection


class Talk:
    """A learner's connection to a class. Unreachable from any call means that it has ended."""

    def __init__(self, address: Address) -> None:
        try:
            self._socket: ClientConnection = connect(
                f"ws://{address.host}:{address.port}/learn",
                sock=address.dial(),
                max_size=FRAME,
                open_timeout=PATIENCE,
                compression=None,
            )
        except (WebSocketException, OSError) as error:
            raise Unreachable(str(error)) from None

    def say(self, message: FromLearner) -> None:
        """Send."""
        try:
            self._socket.send(messages.encode(message))
        except (WebSocketException, OSError) as error:
            raise Unreachable(str(error)) from None

    def hear(self, seconds: float | None = PATIENCE) -> FromServer | None:
        """The next message; None if none comes in time. Refusal."""
        try:
            message = messages.from_server(self._socket.recv(seconds))
        except TimeoutError:
            return None
        except (WebSocketException, OSError, msgspec.DecodeError) as error:
            raise Unreachable(str(error)) from None
        if isinstance(message, Refused):
            raise Refusal(message.reason)
        return message

    def greet(self, greeting: FromLearner) -> Welcome:
        """Say who one is. Refusal."""
        self.say(greeting)
        answer = self.hear()
        if not isinstance(answer, Welcome):
            raise Unreachable("no welcome")
        return answer

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


class Instructor:
    """What an instructor can ask of the server. Unreachable, Refusal."""

    def __init__(self, address: Address, password: str) -> None:
        self._address = address
        self._authorization = "Basic " + base64.b64encode(f"instructor:{password}".encode()).decode()

    def look(self, language: str) -> ClassView:
        """The class as it stands."""
        return msgspec.json.decode(self._ask("GET", f"/class?lang={language}"), type=ClassView)

    def push(self, kind: str, text: str, to: list[str]) -> None:
        """Send something to some learners, or to all if nobody is named."""
        self._ask("POST", "/push", msgspec.json.encode(PushOrder(kind, text, to)))

    def results(self, form: str, language: str) -> str:
        """The grader's report on every learner."""
        return self._ask("GET", f"/results/{form}?lang={language}").decode()

    def log(self, name: str) -> str:
        """A learner's session log."""
        return self._ask("GET", f"/learner/{quote(name, safe='')}").decode()

    def erase(self, name: str) -> None:
        """Remove a learner and all that is stored about them."""
        self._ask("DELETE", f"/learner/{quote(name, safe='')}")

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
