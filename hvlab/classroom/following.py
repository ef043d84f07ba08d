"""Somebody else's lab on one's own screen: their inputs are fetched as they come, beside whoever shows them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from hvlab.classroom.link import Link
from hvlab.course.classes import Trouble
from hvlab.session.log import Entry

LOOK = 1.0
"""Seconds between two looks for what was added."""


class Following:
    """Asks `fetch(after)` for the inputs after a number, in a thread of its own from `begin` to `end`."""

    def __init__(
        self, name: str, fetch: Callable[[int], Sequence[Entry]], known: int, look: float = LOOK
    ) -> None:
        self.name = name
        self._fetch, self._known, self._look = fetch, known, look
        self._fresh: list[Entry] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)

    @property
    def over(self) -> bool:
        """A learner's lab can be looked at for as long as one likes."""
        return False

    def begin(self) -> None:
        """Start to ask."""
        self._thread.start()

    def end(self) -> None:
        """Ask no more."""
        self._over.set()
        self._thread.join(LOOK)

    def more(self) -> list[Entry]:
        """The inputs that have come since the last question, in order."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
        return fresh

    def _run(self) -> None:
        while not self._over.wait(self._look):
            try:
                added = list(self._fetch(self._known))
            except Trouble:
                continue  # the next look may find the class again
            self._known += len(added)
            with self._lock:
                self._fresh += added


class Broadcast:
    """The lab that the instructor shows, as a learner's link fetches it."""

    def __init__(self, link: Link, name: str, known: int) -> None:
        self.name = name
        self._link, self._known = link, known

    @property
    def over(self) -> bool:
        """Whether the instructor shows it no more."""
        return not self._link.showing

    def more(self) -> list[Entry]:
        """The inputs that have come since the last question, in order."""
        fresh = self._link.watched(self._known)
        self._known += len(fresh)
        return fresh
