"""A class in browsers: a page behind a name and the class code, and a lab's process for each who is let in.

A browser learner costs a process, so there are so many and no more. Who one is, is a random cookie: whoever comes
back with it finds their own lab again, and a name alone opens nobody's.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import html
import secrets
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from hvlab.course.classes import Trouble
from hvlab.text import Text
from hvlab.tui.serving import CannotServe, Handler, ScreenServer, command_of

COOKIE = "hvlab_class"
WRONG_CODE = "classroom.refused.wrong-code"
"""The trouble after which a browser asks again."""
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>hvlab</title></head>
<body style="font: 18px/1.5 sans-serif; max-width: 36em; margin: 4em auto; padding: 0 1em">
<p>{words}</p></body></html>"""

Enter = Callable[[str, str, str, str], list[str]]
"""Lets somebody in by (name, code, cookie, address): what hvlab is to be run with for them. Trouble if not."""

_visitor: ContextVar[str] = ContextVar("visitor", default="")
_address: ContextVar[str] = ContextVar("address", default="")


class ClassPages(ScreenServer):
    """Pages for at most `most` learners at a time, over TLS where a context is given."""

    def __init__(
        self,
        enter: Enter,
        host: str,
        port: int,
        most: int,
        text: Text,
        tls: ssl.SSLContext | None,
        public_url: str,
    ) -> None:
        self._commands: dict[str, str] = {}
        self._tls = tls
        self._inside: list[str] = []
        super().__init__([], host, port, secrets.token_hex(16), public_url)
        self._enter, self._most, self._text = enter, most, text

    @property
    def command(self) -> str:
        """What is run for the visitor of the request under way."""
        return self._commands[_visitor.get()]

    @command.setter
    def command(self, words: str) -> None:
        """There is none for everybody."""

    @property
    def public_url(self) -> str:
        """Under the name by which the visitor of the request under way came."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{_address.get()}" if _address.get() else self._public

    @public_url.setter
    def public_url(self, url: str) -> None:
        self._public = url

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            if origin is not None and urlsplit(origin).netloc != request.host:
                raise web.HTTPForbidden(text="hvlab: not from this page")
            if request.path not in ("/", "/ws"):
                return await handler(request)
            return await self._let_in(request, handler)

        return guard

    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        _address.set(request.host)
        known = request.cookies.get(COOKIE, "")
        visitor = known if len(known) == 43 else secrets.token_urlsafe(32)
        name, code = _login(request.headers.get("Authorization", ""))
        is_let_in = request.path == "/ws" and visitor in self._commands
        if not code and not is_let_in:
            raise web.HTTPUnauthorized(
                headers={"WWW-Authenticate": 'Basic realm="hvlab: name and class code"'}
            )
        if len(self._inside) >= self._most:
            return self._refuse(self._text("classroom.browser.full", most=self._most), 503)
        try:
            if not is_let_in:
                words = await asyncio.to_thread(self._enter, name, code, visitor, request.remote or "")
                self._commands[visitor] = command_of(words)
        except Trouble as trouble:
            said = self._text(trouble.message, **trouble.values)
            again = {"WWW-Authenticate": 'Basic realm="hvlab: name and class code"'}
            return (
                self._refuse(said, 401, again) if trouble.message == WRONG_CODE else self._refuse(said, 403)
            )
        _visitor.set(visitor)
        if request.path == "/ws":
            self._inside.append(visitor)
            try:
                return await handler(request)
            finally:
                self._inside.remove(visitor)
        response = await handler(request)
        response.set_cookie(
            COOKIE,
            visitor,
            httponly=True,
            samesite="Strict",
            secure=self._tls is not None,
            max_age=30 * 86400,
        )
        return response

    def _refuse(self, words: str, status: int, headers: dict[str, str] | None = None) -> web.Response:
        page = PAGE.format(words=html.escape(words))
        return web.Response(text=page, content_type="text/html", status=status, headers=headers)

    async def on_startup(self, app: web.Application) -> None:
        """Where it is has been said already, with the certificate's fingerprint."""

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl+C. OSError."""
        web.run_app(
            self._make_app(), host=self.host, port=self.port, ssl_context=self._tls, print=lambda *_: None
        )


def _login(header: str) -> tuple[str, str]:
    """Name and code of a Basic login; empty if there is none."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, code = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name[:200], code[:200]


def serve(pages: ClassPages) -> None:
    """Serve pages until Ctrl+C. CannotServe."""
    try:
        pages.serve()
    except OSError as error:
        raise CannotServe(
            f"port {pages.port} of {pages.host} cannot be used ({error.strerror}); try --port"
        ) from None
