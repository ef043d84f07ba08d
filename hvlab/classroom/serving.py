"""Opens a class in a folder and serves it: one process, an embedded database, a certificate made on the spot."""

from __future__ import annotations

import datetime
import multiprocessing
import os
import secrets
import socket
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy.exc import SQLAlchemyError

from hvlab import garbage
from hvlab.classroom import certificate, hidden
from hvlab.classroom.code import ClassCode, new_secret, pin_of
from hvlab.classroom.messages import FRAME
from hvlab.classroom.server import ClassServer
from hvlab.classroom.store import ClassData, Store, database_url
from hvlab.course import library, limits
from hvlab.course.batch import MEMORY
from hvlab.course.exam import Terms

if TYPE_CHECKING:
    from hvlab.classroom.lti import Tool

NICE = 10
"""By so much replays stand back: where everybody is may be known a little later, an input is kept at once."""


class CannotServe(Exception):
    """The class cannot be opened; `reason` is a message id under classroom.serve."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


@dataclass(frozen=True)
class Opened:
    """A class that is ready to be served; `password` is empty for one that was opened before."""

    store: Store
    data: ClassData
    code: ClassCode
    password: str
    folder: Path


def open_class(
    folder: Path,
    lesson: str,
    hours: int,
    url: str = "",
    now: float | None = None,
    terms: Terms | None = None,
    checks: Path | None = None,
) -> Opened:
    """The class of a folder; a new one if there is none yet. With `terms` it is an exam, with hidden `checks`.

    CannotServe, BadLesson, OSError.
    """
    moment = time.time() if now is None else now
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    der = certificate.make(folder, datetime.datetime.fromtimestamp(moment, datetime.UTC))
    try:
        store = Store(url or database_url(folder))
        data = store.class_data()
        password = ""
        if data is None:
            password = secrets.token_urlsafe(12)
            expires = int((moment + hours * 3600) * 1000)
            if terms is not None and checks is not None:
                hidden.prepare(library.find(lesson), checks, folder)
                terms = msgspec.structs.replace(terms, hidden=True)
            kept = "" if terms is None else msgspec.json.encode(terms).decode()
            data = ClassData(
                new_secret(), PasswordHasher().hash(password), lesson, expires, kept, made=int(moment * 1000)
            )
            store.open_class(data, int(moment * 1000))
        elif data.lesson != lesson:
            raise CannotServe("other-lesson", folder=folder, lesson=data.lesson)
        elif terms is not None and not _agree(terms, data.terms):
            raise CannotServe("other-terms", folder=folder)
    except SQLAlchemyError as error:
        raise CannotServe("database", why=str(error).splitlines()[0]) from None
    return Opened(store, data, ClassCode(pin_of(der), data.secret), password, folder)


def _agree(terms: Terms, kept: str) -> bool:
    if not kept:
        return False
    before = msgspec.json.decode(kept, type=Terms)
    return (terms.minutes, terms.allowed, terms.offline) == (before.minutes, before.allowed, before.offline)


def _worker() -> None:
    """A replaying process bounds its memory, lets the server go first, and ends with the server however that ends."""
    limits.restrict(MEMORY)
    garbage.begin()
    if hasattr(os, "nice"):
        os.nice(NICE)
    threading.Thread(target=_end_with_the_server, daemon=True).start()


def _end_with_the_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(0)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, so that nobody is told to come before it does. CannotServe."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name != "nt":  # there the option would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise CannotServe("port", host=host, port=port, why=error.strerror or str(error)) from None
    return listener


def settings(server: ClassServer, folder: Path) -> uvicorn.Config:
    """How a class is served. What a client says about other addresses is not believed: tries are counted by it."""
    key_file, certificate_file = certificate.files(folder)
    return uvicorn.Config(
        server.app(),
        ssl_keyfile=key_file,
        ssl_certfile=certificate_file,
        ws_max_size=FRAME,
        proxy_headers=False,
        log_level="warning",
        server_header=False,
    )


def serve(
    opened: Opened,
    listener: socket.socket,
    jobs: int,
    tool: Tool | None = None,
    place: str = "",
    keep_days: int | None = None,
) -> None:
    """Serve at a listening socket until interrupted; `jobs` processes replay.

    `keep_days` after nobody can join any more, everybody is erased.
    With a `tool`, learning platforms may send learners, who are told `place`.
    """
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pools = [stack.enter_context(ProcessPoolExecutor(1, context, _worker)) for _ in range(jobs)]
        server = ClassServer(opened.store, opened.data, pools, time.time, opened.folder)
        server.tool, server.place, server.keep_days = tool, place, keep_days
        with suppress(KeyboardInterrupt):
            uvicorn.Server(settings(server, opened.folder)).run(sockets=[listener])
    opened.store.close()
