"""What the screen says of a lesson's goals: each as soon as it is reached, and what has fallen by going back.

Goals are looked at while a command is at work, too, but never so often that it would slow the lab down: a
look that took long is followed by a longer rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hvlab.course.shown import LessonView
    from hvlab.text import Text

SELDOM = 0.4
"""Seconds that pass between two looks at the goals at least."""
SHARE = 25
"""So many times as long as a look took, the lab is left alone after it."""
TOLD = 3
"""Goals that are named; of more, only the number is."""

Row = tuple[str, str]


class Goals:
    """The goals of an open lesson. `timer` gives seconds of real time."""

    def __init__(self, lesson: LessonView, timer: Callable[[], float]) -> None:
        self.lesson = lesson
        self._timer = timer
        self._rest = SELDOM
        self._length = 0
        self._reached = self._now()

    def _now(self) -> dict[str, str]:
        return {goal.id: goal.title for goal in self.lesson.goals() if goal.verdict == "pass"}

    def at_work(self, seconds: float, length: int, text: Text, *, packed: bool = False) -> list[Row]:
        """A frame of so many seconds has passed, and the trace is so long; what is to be said."""
        self._rest -= seconds
        if self._rest > 0 or length == self._length:
            return []
        begun = self._timer()
        rows = self.look(text, at_work=True, packed=packed)
        self._length = length
        self._rest = max(SELDOM, SHARE * (self._timer() - begun))
        return rows

    def look(
        self, text: Text, *, at_work: bool = False, undone: bool = False, packed: bool = False
    ) -> list[Row]:
        """Evaluate the goals; what is to be said of what has changed, a guess that was answered included.

        `undone`: one has gone back, and what was left can be had again. `packed`: there is little room, so that
        goals reached together share a row.
        """
        guess = self.lesson.resolved()
        self.lesson.refresh(at_work=at_work)
        before, self._reached = self._reached, self._now()
        new = [title for name, title in self._reached.items() if name not in before]
        gone = [title for name, title in before.items() if name not in self._reached]
        ticks = [f"✓ {title}" for title in new]
        rows = [(row, "good") for row in (["  ".join(ticks)] if packed and ticks else ticks)]
        if gone:
            titles = "; ".join(gone[:TOLD]) + (" …" if len(gone) > TOLD else "")
            rows.append((f"○ {text('tui.lesson.fallen', count=len(gone), titles=titles)}", "warn"))
            if undone:
                rows.append((f"  {text('tui.lesson.redo')}", "dim"))
        resolved = self.lesson.resolved()
        if resolved and not guess:
            rows.append((f"★ {resolved}", "accent"))
        return rows
