"""Somebody else's lab on one's own screen: their inputs are fetched as they come, beside whoever shows them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from hvlab.classroom.link import Link
from hvlab.classroom.messages import Push
from hvlab.console.cmdlets import CmdletTable
from hvlab.course.classes import Trouble
from hvlab.course.polls import Ballot
from hvlab.session.log import Entry
from hvlab.text import Text

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


class Watching:
    """The class as one hears of it while one follows the lab that is shown: what is said and asked."""

    KINDS = ("message", "poll", "tally", "pause", "resume", "unfollow")

    def __init__(self, link: Link) -> None:
        self._link = link
        self.shared = False
        self.showing = False
        """It is followed already."""

    @property
    def paused(self) -> bool:
        """Whether all are to look up: they do, when they follow."""
        return False

    @property
    def ballot(self) -> Ballot | None:
        """What is being voted on."""
        return self._link.ballot

    def vote(self, choice: int) -> bool:
        """Vote; False if there is no connection."""
        return self._link.vote(choice)

    def forbids(self, command: str, table: CmdletTable, text: Text) -> str:
        """In a copy one may try anything."""
        return ""

    def order(self, command: str) -> None:
        """A copy is nobody's but one's own."""

    def halt(self, number: int, to: int) -> None:
        """A copy is nobody's but one's own."""

    def halting(self, number: int) -> Push | None:
        """Nothing is ended in a copy."""
        return None

    def back(self, text: Text) -> str:
        """The way back is open when the lab is shown no more."""
        return text("classroom.pushed.follow")

    def left(self) -> int | None:
        """The seconds that are left of an exam."""
        return self._link.left()

    def due(self) -> Push | None:
        """What is said or asked next; whatever concerns one's own lab waits until one is back in it."""
        return self._link.due(self.KINDS)

    def wait(self) -> None:
        """Until something comes, or a second has passed."""
        self._link.wait()

    def news(self, text: Text) -> list[str]:
        """What has become of the connection since the last question."""
        return self._link.news(text)
