"""`hvlab web`: the screen in a browser, by textual-serve (the extra `hvlab[web]`).

Every visitor gets a process and a lab of their own. It listens on this machine only; beyond it, a
password is asked for. The page is our own: the stock one fetches a font from elsewhere, and a
classroom may have no internet.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import shlex
import subprocess
import sys
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware
from textual_serve.server import Server

from hvlab import paths

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORT = 8765
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class CannotServe(Exception):
    """It would be unsafe, or the port is taken: one sentence with what would be right."""


def command_of(arguments: list[str]) -> str:
    """The command line that opens the screen for a visitor, as this system's shell reads it."""
    words = [sys.executable, "-m", "hvlab", *arguments]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


class ScreenServer(Server):
    """textual-serve with our own page, a password where one is wanted, and no visitors by other sites' pages."""

    def __init__(
        self, arguments: list[str], host: str, port: int, password: str, public_url: str | None
    ) -> None:
        if host not in LOOPBACK and not password:
            raise CannotServe(
                f"{host} can be reached from other machines: set a password with --password, or leave --host out"
            )
        super().__init__(
            command_of(arguments),
            host=host,
            port=port,
            title="hvlab",
            public_url=public_url,
            templates_path=str(paths.assets() / "web"),
        )
        self.password = password

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard())
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say where it is, on standard error."""
        sys.stderr.write(f"hvlab: {self.public_url}  (Ctrl+C ends it)\n")

    def initialize_logging(self) -> None:
        """Nothing is logged: what a learner types is nobody's business."""

    def _guard(self) -> Middleware:
        allowed = {urlsplit(self.public_url).netloc, f"{self.host}:{self.port}"}
        allowed |= {
            f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]") if self.host in LOOPBACK
        }

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            # A page of another site may open a web socket to this machine: its origin gives it away.
            origin = request.headers.get("Origin")
            if request.host not in allowed and self.host in LOOPBACK:
                raise web.HTTPForbidden(text="hvlab: not under this name")
            if origin is not None and urlsplit(origin).netloc not in (*allowed, request.host):
                raise web.HTTPForbidden(text="hvlab: not from this page")
            if self.password and not self._knows(request.headers.get("Authorization", "")):
                raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="hvlab"'})
            return await handler(request)

        return guard

    def _knows(self, header: str) -> bool:
        kind, _, value = header.partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            given = base64.b64decode(value, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
        return hmac.compare_digest(given, self.password.encode("utf-8"))


def serve(arguments: list[str], host: str, port: int, password: str, public_url: str | None) -> None:
    """Serve the screen until Ctrl+C. CannotServe."""
    server = ScreenServer(arguments, host, port, password, public_url)
    try:
        server.serve()
    except OSError as error:
        raise CannotServe(f"port {port} of {host} cannot be used ({error.strerror}); try --port") from None
