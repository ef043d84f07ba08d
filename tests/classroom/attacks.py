"""What somebody who knows the protocol tries over the wire, and what they get.

`python -m tests.classroom.attack` tries all of it, and what stands in attacks_inside.py, and prints a table.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import socket
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds after which a server that says nothing has failed."""


def tls() -> ssl.SSLContext:
    """TLS to whoever answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Channel:
    """A WebSocket that only the calling thread reads and writes: one TLS connection is not for two threads."""

    def __init__(self, uri: str, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        try:
            self._socket = self._do(self._open(uri, options))
        except BaseException:
            self._loop.close()
            raise

    @staticmethod
    async def _open(uri: str, options: dict[str, Any]) -> Any:
        return await connect(uri, ssl=tls(), server_hostname="hvlab", open_timeout=PATIENCE, **options)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(asyncio.wait_for(work, PATIENCE))

    def send(self, text: str) -> None:
        """A message."""
        self._do(self._socket.send(text))

    def send_raw(self, *parts: bytes) -> None:
        """Bytes where frames should be."""
        for part in parts:
            self._socket.transport.write(part)

    def recv(self) -> str | bytes:
        """The next message. TimeoutError, ConnectionClosed."""
        message: str | bytes = self._do(self._socket.recv())
        return message

    def cut(self) -> None:
        """End it without a goodbye."""
        if not self._loop.is_closed():
            self._socket.transport.abort()
            with suppress(ConnectionClosed):
                self._do(self._socket.wait_closed())
            self._loop.close()

    def close(self) -> None:
        """End it with a goodbye."""
        if not self._loop.is_closed():
            self._do(self._socket.close())
            self._loop.close()

    def __enter__(self) -> Channel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class Target:
    """A class that is attacked, by somebody who has its code and has joined it."""

    host: str
    port: int
    secret: str
    token: str = ""
    password: str = ""
    """The instructor's, where an attack needs a class in which something goes on."""

    def dial(self) -> ssl.SSLSocket:
        """A connection on which nothing was said."""
        raw = socket.create_connection((self.host, self.port), PATIENCE)
        return tls().wrap_socket(raw, server_hostname="hvlab")

    def http(self, request: bytes) -> str:
        """The status that a request gets, or `cut`."""
        return _status(self.dial(), request)

    def call(self, method: str, path: str, body: str = "", *headers: str) -> tuple[int, dict[str, str], str]:
        """A whole answer: status, headers, text."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        connection.sock = self.dial()
        connection.request(method, path, body.encode(), dict(header.split(": ", 1) for header in headers))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, answer.read().decode()

    def teach(self, path: str, method: str = "POST", **order: Any) -> str:
        """What the instructor does meanwhile."""
        login = base64.b64encode(f"instructor:{self.password}".encode()).decode()
        status, _, text = self.call(method, path, json.dumps(order), f"Authorization: Basic {login}")
        assert status < 300, (path, status, text)
        return text

    def open(self, path: str = "/learn", **options: Any) -> Channel:
        """A WebSocket."""
        return Channel(f"wss://{self.host}:{self.port}{path}", **options)

    def inside(self, **options: Any) -> Channel:
        """A WebSocket of the learner who has joined."""
        channel = self.open(**options)
        channel.send(json.dumps({"type": "return", "token": self.token}))
        welcome = json.loads(channel.recv())
        assert welcome["type"] == "welcome", welcome
        return channel


def _status(connection: socket.socket, request: bytes) -> str:
    answer = b""
    with connection, suppress(OSError):
        connection.sendall(request)
        while b"\r\n" not in answer and (part := connection.recv(4096)):
            answer += part
    return answer.split(b" ")[1].decode() if answer.startswith(b"HTTP/") else "cut"


def heard(channel: Channel) -> str:
    """The next word from the server: what it says, or the code with which it hangs up."""
    try:
        message = json.loads(channel.recv())
        return str(message.get("reason") or message["type"])
    except ConnectionClosed as closed:
        return str(closed.rcvd.code) if closed.rcvd else "cut"
    finally:
        channel.cut()


def join(target: Target, name: str) -> Target:
    """The same class, with a learner of its own."""
    with target.open() as channel:
        channel.send(json.dumps({"type": "join", "secret": target.secret, "name": name}))
        welcome = json.loads(channel.recv())
    return replace(target, token=welcome["token"])


# -- HTTP -----------------------------------------------------------------------------------------


def request(line: str, *headers: str, body: str = "") -> Callable[[Target], str]:
    """A request as it is written; {secret} and {token} are filled in."""

    def attack(target: Target) -> str:
        filled = [header.format(secret=target.secret, token=target.token) for header in headers]
        return target.http("\r\n".join([line, "Host: hvlab", *filled, "", body]).encode())

    return attack


def password(make: Callable[[Target], str]) -> Callable[[Target], str]:
    """A guess at the instructor's password."""

    def attack(target: Target) -> str:
        given = base64.b64encode(f"instructor:{make(target)}".encode()).decode()
        return target.http(f"GET /class HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {given}\r\n\r\n".encode())

    return attack


def _without_tls(target: Target) -> str:
    raw = socket.create_connection((target.host, target.port), PATIENCE)
    return _status(raw, b"GET /class HTTP/1.1\r\nHost: x\r\n\r\n")


def _upgrade(path: str) -> Callable[[Target], str]:
    def attack(target: Target) -> str:
        try:
            return heard(target.open(path))
        except InvalidStatus as refused:
            return str(refused.response.status_code)

    return attack


# -- frames ---------------------------------------------------------------------------------------


def raw(*parts: bytes) -> Callable[[Target], str]:
    """Bytes where frames should be, from a learner who has joined."""

    def attack(target: Target) -> str:
        channel = target.inside(compression=None)
        channel.send_raw(*parts)
        return heard(channel)

    return attack


TEXT, BINARY, CLOSE, PING, CONTINUED = 1, 2, 8, 9, 0
LAST, RESERVED = 0x80, 0x20


def frame(opcode: int, data: bytes, bits: int = LAST) -> bytes:
    """A frame with a mask of zeros, and with whatever bits."""
    size = len(data)
    if size > 0xFFFF:
        length = b"\xff" + size.to_bytes(8, "big")
    else:
        length = b"\xfe" + size.to_bytes(2, "big") if size > 125 else bytes([0x80 | size])
    return bytes([bits | opcode]) + length + bytes(4) + data


def _bomb(target: Target) -> str:
    channel = target.inside(compression="deflate")
    with suppress(ConnectionClosed):
        channel.send(" " * (64 << 20))
    return heard(channel)


# -- words ----------------------------------------------------------------------------------------


def say(*messages: dict[str, Any], joined: bool = True) -> Callable[[Target], str]:
    """Messages; what the last of them gets."""

    def attack(target: Target) -> str:
        channel = target.inside() if joined else target.open()
        for message in messages[:-1]:
            channel.send(json.dumps(message))
            channel.recv()
        text = json.dumps(messages[-1]).replace("{secret}", target.secret).replace("{token}", target.token)
        channel.send(text)
        return heard(channel)

    return attack


def inputs(first: int, *texts: str, **more: Any) -> dict[str, Any]:
    """A message that adds commands to a log."""
    lines = [{"at": 0, "kind": "command", "text": text} for text in texts]
    return {"type": "inputs", "first": first, "lines": lines, **more}


def _flood(target: Target) -> str:
    channel = target.inside()
    with suppress(ConnectionClosed):
        for _ in range(2000):
            channel.send('{"type": "applied", "number": 0}')
    return heard(channel)


def _twice_at_once(target: Target) -> str:
    first = target.inside()
    target.inside().cut()
    return heard(first)


def _from_another_page(target: Target) -> str:
    channel = target.open(origin="https://elsewhere.example")
    channel.send(json.dumps({"type": "return", "token": ""}))
    return heard(channel)


@dataclass(frozen=True)
class Attack:
    """An attempt and what it must get: a refusal's reason, a WebSocket's or HTTP's code, or `cut`."""

    name: str
    act: Callable[[Target], str]
    gets: tuple[str, ...]


ATTACKS = [
    # without a password
    Attack("speak without TLS", _without_tls, ("cut",)),
    Attack("look at the class", request("GET /class HTTP/1.1"), ("401",)),
    Attack("read another's log", request("GET /learner/Victim HTTP/1.1"), ("401",)),
    Attack("erase another", request("DELETE /learner/Victim HTTP/1.1"), ("401",)),
    Attack("take the results", request("GET /results/jsonl HTTP/1.1"), ("401",)),
    Attack("push a command", request("POST /push HTTP/1.1", "Content-Length: 0"), ("401",)),
    Attack("open a poll", request("POST /poll HTTP/1.1", "Content-Length: 0"), ("401",)),
    Attack("begin an exam", request("POST /exam HTTP/1.1", "Content-Length: 0"), ("401",)),
    Attack("show a lab to all", request("POST /stage HTTP/1.1", "Content-Length: 0"), ("401",)),
    Attack("take the debrief", request("GET /debrief HTTP/1.1"), ("401",)),
    Attack("the result of nobody", request("GET /mine HTTP/1.1"), ("401",)),
    Attack("a result by a guessed token", request("GET /mine HTTP/1.1", "Authorization: Bearer 1"), ("401",)),
    Attack("a token as bearer", request("GET /class HTTP/1.1", "Authorization: Bearer {token}"), ("401",)),
    Attack("a token as cookie", request("GET /class HTTP/1.1", "Cookie: session={token}"), ("401",)),
    Attack("a role in a header", request("GET /class HTTP/1.1", "X-Role: instructor"), ("401",)),
    Attack("another method in a header", request("GET /push HTTP/1.1", "X-HTTP-Method: POST"), ("405",)),
    Attack("no password", password(lambda target: ""), ("401",)),
    Attack("the learner's token as password", password(lambda target: target.token), ("401",)),
    Attack("the class code as password", password(lambda target: target.secret), ("401",)),
    Attack("a password of 40 000 characters", password(lambda target: "x" * 40_000), ("401", "400")),
    Attack("SQL as password", password(lambda target: "' OR '1'='1"), ("401",)),
    Attack("a header of a megabyte", request("GET /class HTTP/1.1", "X: " + "x" * (1 << 20)), ("400", "cut")),
    # what the server does not have
    Attack("the database as a file", request("GET /class.sqlite HTTP/1.1"), ("404",)),
    Attack("a path out of the class", request("GET /../../etc/passwd HTTP/1.1"), ("404",)),
    Attack("an encoded path", request("GET /results/..%2f..%2fclass.sqlite HTTP/1.1"), ("401", "404")),
    Attack("the lesson's checks", request("GET /lesson/checks.toml HTTP/1.1"), ("404",)),
    Attack("the API's description", request("GET /openapi.json HTTP/1.1"), ("404",)),
    Attack("learn without a WebSocket", request("GET /learn HTTP/1.1"), ("404", "426")),
    Attack("a WebSocket to the instructor's door", _upgrade("/class"), ("403", "404")),
    # no HTTP at all
    Attack("nonsense", lambda target: target.http(b"NONSENSE\r\n\r\n"), ("400", "cut")),
    Attack(
        "HTTP/2's first words",
        lambda target: target.http(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("400", "404", "cut"),
    ),
    Attack(
        "two lengths of one body",
        request(
            "POST /push HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked", body="0\r\n\r\nGET /"
        ),
        ("400", "401", "cut"),
    ),
    Attack("zero bytes", lambda target: target.http(bytes(5000) + b"\r\n\r\n"), ("400", "cut")),
    # frames
    Attack("a frame of 3 MB", raw(frame(TEXT, b" " * (3 << 20))), ("1009",)),
    Attack(
        "a frame that claims 2^62 bytes",
        raw(b"\x81\xff" + (1 << 62).to_bytes(8, "big") + bytes(4)),
        ("1009",),
    ),
    Attack("a negative length", raw(b"\x81\xff" + b"\xff" * 8 + bytes(4)), ("1002", "1009")),
    Attack(
        "a text of many parts, 3 MB",
        raw(
            frame(TEXT, b" " * (1 << 20), 0),
            frame(CONTINUED, b" " * (1 << 20), 0),
            frame(CONTINUED, b" " * (1 << 20)),
        ),
        ("1009",),
    ),
    Attack("64 MB squeezed into 64 kB", _bomb, ("1009",)),
    Attack("an unmasked frame", raw(b"\x81\x02{}"), ("1002",)),
    Attack("a reserved bit", raw(frame(TEXT, b"{}", LAST | RESERVED)), ("1002",)),
    Attack("a reserved kind of frame", raw(frame(3, b"")), ("1002",)),
    Attack("a part of nothing", raw(frame(CONTINUED, b"{}")), ("1002",)),
    Attack("a text within a text", raw(frame(TEXT, b"{", 0), frame(TEXT, b"}")), ("1002",)),
    Attack("a ping in parts", raw(frame(PING, b"x", 0)), ("1002",)),
    Attack("a ping of 126 bytes", raw(frame(PING, bytes(126))), ("1002",)),
    Attack("text that is no UTF-8", raw(frame(TEXT, b"\xff\xfe")), ("1007",)),
    Attack("bytes instead of text", raw(frame(BINARY, b"{}")), ("malformed",)),
    Attack("a goodbye that is none", raw(frame(CLOSE, b"\x00\x01")), ("1002",)),
    # who one is
    Attack("no code", say({"type": "join", "secret": "", "name": "X"}, joined=False), ("wrong-code",)),
    Attack("a token of nobody", say({"type": "return", "token": "1"}, joined=False), ("unknown-token",)),
    Attack("from another site's page", _from_another_page, ("unknown-token",)),
    Attack(
        "another's name",
        say({"type": "join", "secret": "{secret}", "name": "Victim"}, joined=False),
        ("name-taken",),
    ),
    Attack(
        "a role at joining",
        say({"type": "join", "secret": "{secret}", "name": "X", "role": "instructor"}, joined=False),
        ("malformed",),
    ),
    Attack(
        "an escape sequence as name",
        say({"type": "join", "secret": "{secret}", "name": "\x1b]52;c;eA==\x07"}, joined=False),
        ("bad-name",),
    ),
    Attack(
        "the name of the instructor's lab",
        say({"type": "join", "secret": "{secret}", "name": "\u2605"}, joined=False),
        ("bad-name",),
    ),
    Attack("inputs of nobody", say(inputs(1, "Get-VM"), joined=False), ("who-are-you",)),
    Attack("two learners in one connection", say({"type": "return", "token": "{token}"}), ("known-already",)),
    Attack("the same learner twice at once", _twice_at_once, ("elsewhere",)),
    # whose log
    Attack("another's number with the inputs", say(inputs(1, "Get-VM", learner=1)), ("malformed",)),
    Attack("inputs that leave a gap", say(inputs(50, "Get-VM")), ("gap",)),
    Attack("the input before the first", say(inputs(0, "Get-VM")), ("gap",)),
    Attack("the same inputs again", say(inputs(1, "Get-VM"), inputs(1, "Get-VM")), ("kept",)),
    Attack("another past", say(inputs(1, "Get-VM"), inputs(1, "Stop-VM")), ("other-history",)),
    Attack(
        "points with an input",
        say({"type": "inputs", "first": 1, "lines": [{"at": 0, "kind": "command", "points": 100}]}),
        ("malformed",),
    ),
    Attack(
        "a grade as an input",
        say({"type": "inputs", "first": 1, "lines": [{"at": 0, "kind": "grade", "text": "100"}]}),
        ("bad-input",),
    ),
    Attack("a state", say({"type": "state", "vms": []}), ("malformed",)),
    Attack("a hidden check by its name", say({"type": "check", "id": "hidden"}), ("malformed",)),
    Attack("the server's own words", say({"type": "kept", "count": 99}), ("malformed",)),
    Attack(
        "a push to others", say({"type": "push", "number": 1, "kind": "command", "text": "x"}), ("malformed",)
    ),
    Attack(
        "a vote for another",
        say({"type": "vote", "poll": 1, "round": 1, "choice": 1, "learner": 1}),
        ("malformed",),
    ),
    Attack("a vote for choice 0", say({"type": "vote", "poll": 1, "round": 1, "choice": 0}), ("malformed",)),
    Attack(
        "another's inputs as what is shown", say({"type": "look", "after": 0, "learner": 1}), ("malformed",)
    ),
    Attack("what is shown, from before its first", say({"type": "look", "after": -1}), ("malformed",)),
    Attack(
        "a shown lab of one's own", say({"type": "stage", "seed": 1, "first": 1, "lines": []}), ("malformed",)
    ),
    Attack("more time for the exam", say({"type": "exam", "minutes": 999}), ("malformed",)),
    Attack("257 inputs at once", say(inputs(1, *["Get-VM"] * 257)), ("malformed",)),
    Attack("5 000 brackets", say({"type": "inputs", "first": 1, "lines": "[" * 5000}), ("malformed",)),
    Attack("2 000 messages at once", _flood, ("too-fast",)),
]
