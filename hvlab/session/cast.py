"""A session's console as an asciinema cast (version 2): what was typed and what was printed.

The times are the simulated ones, with long waits cut short, so that the same record
always gives the same cast.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hvlab.console.texthost import TextHost
from hvlab.session import log
from hvlab.session.session import Session

LONGEST = 2.0
"""Seconds that a wait takes in the cast at most."""
KEY = 0.04
"""Seconds from one typed character to the next."""
WIDTH, HEIGHT = 120, 40


class _Screen:
    """Collects what appears, and when."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, str]] = []
        self.now = 0.0
        self.world_time: Callable[[], int] = lambda: 0
        self._seen = 0

    def write(self, text: str) -> None:
        """Something is printed now."""
        time = self.world_time()
        self.now += min((time - self._seen) / 1e9, LONGEST)
        self._seen = time
        self.rows.append((self.now, text.replace("\r\n", "\n").replace("\n", "\r\n")))

    def type(self, prompt: str, text: str) -> None:
        """Somebody types a line."""
        self.write(prompt)
        for character in text:
            self.now += KEY
            self.rows.append((self.now, character.replace("\n", "\r\n>> ")))
        self.now += 5 * KEY
        self.rows.append((self.now, "\r\n"))


def cast(data: bytes, name: str, session_of: Callable[[log.Header, TextHost], Session]) -> bytes:
    """The cast of a recorded session's present way. Raises what a replay raises."""
    header, entries = log.read(data, name)
    screen = _Screen()
    session = session_of(header, TextHost(screen.write, screen.write, width=WIDTH))
    screen.world_time = lambda: session.world.now

    def typed(text: str) -> None:
        session.shell.host.statement_done()
        screen.type(session.shell.prompt, text)

    session.on_replayed = typed
    session.replay(entries)
    session.shell.host.statement_done()
    screen.write(session.shell.prompt)
    lines: list[object] = [
        {"version": 2, "width": WIDTH, "height": HEIGHT, "title": f"hvlab {header.scenario}"}
    ]
    lines += [(round(time, 6), "o", text) for time, text in screen.rows]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
