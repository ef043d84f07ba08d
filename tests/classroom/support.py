"""A class in a folder, its server without a network, and a clock that only the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from argon2 import PasswordHasher

from hvlab.classroom.changes import Keep
from hvlab.classroom.server import ClassServer
from hvlab.classroom.store import ClassData, Store, database_url
from hvlab.course import library
from hvlab.session.log import Entry

SECRET, PASSWORD = "ABCD2345", "let-me-in"
HOUR = 3600.0


class Clock:
    """Seconds, as they are set."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


def keep(store: Store, learner: int, first: int, entries: Sequence[Entry], now: int) -> int:
    """Store inputs of one learner; how many there are then. NotKept."""
    (answer,) = store.write([Keep(learner, first, entries, now)])
    if isinstance(answer, Exception):
        raise answer
    return answer


class Room:
    """A class that is open for an hour; replays run in a thread of this process."""

    def __init__(self, folder: Path = Path(), url: str = "") -> None:
        self.clock = Clock()
        self.url = url or database_url(folder)
        self.store = Store(self.url)
        self.lesson = library.first()
        self.data = ClassData(
            SECRET,
            PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD),
            self.lesson.id,
            int((self.clock.seconds + HOUR) * 1000),
            made=int(self.clock.seconds * 1000),
        )
        self.store.open_class(self.data, int(self.clock.seconds * 1000))
        self.server = ClassServer(self.store, self.data, [ThreadPoolExecutor(1)], self.clock)
