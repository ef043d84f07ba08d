"""How far a learner has come, as remembered on this machine: for the map and for going on, never for a grade.

A grade is a replay; this file only remembers which lessons were open and what their
own checks said. A damaged file is put aside, not trusted and not lost.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from hvlab.course import remembered

NAME = "progress.json"


class Mark(msgspec.Struct, frozen=True):
    """A lesson as it was left: `record` is the session's file, to go on with, `step` the id of the open step."""

    points: int
    maximum: int
    passed: bool
    record: str = ""
    step: str = ""


class _File(msgspec.Struct):
    format: int = 1
    lessons: dict[str, Mark] = {}
    """In the order in which they were worked on, the last one at the end."""
    last: str = ""


class Progress:
    """What the map shows. `folder` is the user's own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file = remembered.read(self._path, _File)

    def of(self, lesson: str) -> Mark | None:
        """How a lesson was left, None if it never was open."""
        return self._file.lessons.get(lesson)

    def passed(self, lesson: str) -> bool:
        """Whether it was ever done to the end."""
        mark = self.of(lesson)
        return mark is not None and mark.passed

    @property
    def order(self) -> list[str]:
        """All that was worked on, what was worked on last at the end."""
        return list(self._file.lessons)

    @property
    def last(self) -> str:
        """The lesson that was worked on last; empty if none ever was."""
        return self._file.last

    def note(
        self,
        lesson: str,
        points: int,
        maximum: int,
        passed: bool,
        record: str,
        step: str = "",
        *,
        aside: bool = False,
    ) -> None:
        """Remember how a lesson was left. What was passed once stays passed. OSError if it cannot be written.

        With `aside` it is none that one goes on with, such as a chapter's questions.
        """
        before = self.of(lesson)
        if before is not None and before.passed and not passed:
            passed, points = True, max(points, before.points)
        self._file.lessons.pop(lesson, None)
        self._file.lessons[lesson] = Mark(points, maximum, passed, record, step)
        if not aside:
            self._file.last = lesson
        remembered.write(self._path, self._file)
