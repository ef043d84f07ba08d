"""The cable between learners and a class, which can be pulled, or go dead without anybody being told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


class Cable:
    """Passes on what comes to `port` of this machine, in a thread of its own, until it is cut."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._mode = "whole"
        self._ends: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="cable", daemon=True).start()
        self.port = 0
        self._do(self._open())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        if self._mode == "cut":
            writer.transport.abort()
        if self._mode != "whole":
            return  # silent: taken, and never answered
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:  # no server
            writer.transport.abort()
            return
        self._ends.add(far_writer)
        there, back = self._pass(reader, far_writer), self._pass(far_reader, writer)
        await asyncio.gather(there, back)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if self._mode == "silent":
                    return  # lost, and nobody is told
                writer.write(data)
                await writer.drain()
        if self._mode != "silent":
            writer.transport.abort()

    def cut(self) -> None:
        """Connections break at once, and no new one comes about."""
        self._set("cut")
        self._do(self._break())

    def go_dead(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        self._set("silent")

    def mend(self) -> None:
        """New connections work; those of before are dead for good."""
        self._do(self._break())
        self._set("whole")

    def _set(self, mode: str) -> None:
        self._mode = mode

    async def _break(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    def close(self) -> None:
        """Nothing is passed on any more."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
