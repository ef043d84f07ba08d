"""A class that is served on this machine with TLS, as attackers and tests meet it: plain, or an exam."""

from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import uvicorn

from hvlab.classroom import certificate
from hvlab.classroom.lti import Platform, Platforms, Tool
from hvlab.classroom.server import ClassServer
from hvlab.classroom.serving import settings
from hvlab.course.exam import Terms
from tests.classroom.attacks import Target
from tests.classroom.support import PASSWORD, SECRET, Room
from tests.classroom.testplatform import CLIENT, DEPLOYMENT, ISSUER, public_keys

STARTED = "three-silences"
"""A lesson with a start, whose inputs an exam does not judge."""


@contextmanager
def served(folder: Path, *, exam: bool = False) -> Iterator[tuple[Room, Target]]:
    """A class and who attacks it. An exam allows Get-* alone, and has not begun; the other has a learning platform."""
    room = Room(folder)
    certificate.make(folder, datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    if exam:
        room.store.change_class(terms=msgspec.json.encode(Terms(10, ["Get-*"])).decode())
        data = room.store.class_data()
        assert data is not None
        pool = ThreadPoolExecutor(1)
        room.server = ClassServer(room.store, replace(data, lesson=STARTED), [pool], room.clock)
    else:
        address = "https://platform.example"
        known = Platform(
            ISSUER, CLIENT, [DEPLOYMENT], f"{address}/auth", f"{address}/token", keys=public_keys()
        )
        import time

        room.server.tool = Tool(Platforms([known]), folder, time.time, room.store.spend)
        room.server.place = "CODE@HOST"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(settings(room.server, folder))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield room, Target("127.0.0.1", port, SECRET, password=PASSWORD)
        server.should_exit = server.force_exit = True
        thread.join()
    room.store.close()
