"""Plays what is known of the lab's time, forwards or backwards, at any speed. It moves the lab as Move-Lab does.

Each event costs the time that its kind is worth to a reader, each stretch without events a
part of itself; so a boot played backwards takes as long as it took forwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hvlab.session.travel import EVENT, CannotGo
from hvlab.tui.pacing import DWELL, QUIET, SPEEDS

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.session import Session

WHOLE = 4.0
"""Seconds in which all that is known goes by at full speed."""
LEAST = 0.1
"""Seconds between two looks: going back is dearer than going on."""


class Player:
    """`direction`: 1 forwards, -1 backwards, 0 stands still."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.direction = 0
        self._place = 0
        """After so many events one wants to stand; what comes in one piece is passed in one piece."""
        self._moment = -1
        self._credit = 0.0
        self._waited = 0.0

    def play(self, direction: int) -> None:
        """Play that way; the way it plays already: stand still."""
        self.direction = 0 if direction == self.direction else direction
        self._place = len(self.session.world.trace)
        self._moment = -1
        self._credit = self._waited = 0.0

    def frame(self, seconds: float, known: Sequence[RawEvent], speed: int) -> bool:
        """Go on for a frame; True if the lab has moved. Stops by itself at the end and at the beginning."""
        if not self.direction:
            return False
        here = len(self.session.world.trace)
        factor = SPEEDS[speed].factor
        self._credit += seconds * (factor or 1.0)
        self._waited += seconds
        if self._waited < LEAST:
            return False
        self._waited = 0.0
        before = self._place
        self._place = self._full(before, known) if not factor else self._paced(before, known)
        if self._place != before:
            try:
                self.session.travel.seek(EVENT, self._place)
            except CannotGo:
                self.direction = 0
                return False
        reached = len(self.session.world.trace)
        if self.direction > 0:
            self._place = max(self._place, reached)
        if not self._has_more(self._place, known):
            self.direction = 0
        return reached != here

    def _has_more(self, here: int, known: Sequence[RawEvent]) -> bool:
        floor = self.session.travel.end_of(self.session.travel.floor)
        least = floor.event if floor is not None else 0
        return here > least if self.direction < 0 else here < len(known)

    def _full(self, here: int, known: Sequence[RawEvent]) -> int:
        step = max(1, int(len(known) * LEAST / WHOLE))
        return max(0, min(here + self.direction * step, len(known)))

    def _paced(self, here: int, known: Sequence[RawEvent]) -> int:
        goal = here
        while goal + min(0, self.direction) >= 0 and goal + max(0, self.direction) <= len(known):
            # Forwards the next event is passed, backwards the last one.
            place = goal if self.direction > 0 else goal - 1
            before = known[place - 1][0] if place else 0
            price = DWELL.get(known[place][1], 0.01) + (known[place][0] - before) / 1e9 / QUIET
            if known[place][0] == self._moment:
                price = 0.0  # events of one moment come in one piece: one cannot stand between them
            if price > self._credit:
                break
            self._credit -= price
            self._moment = known[place][0]
            goal += self.direction
        return goal
