"""The course as a map: chapters, their lessons, and how far one has come in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hvlab.course import library
from hvlab.course.model import Lesson
from hvlab.course.progress import Progress


@dataclass(frozen=True)
class Place:
    """A lesson on the map. `state` is new, begun or passed; `ready` is false while a prerequisite is open."""

    lesson: str
    title: str
    minutes: int
    state: str
    ready: bool
    points: int
    maximum: int


@dataclass(frozen=True)
class Stretch:
    """A chapter with its lessons, in order."""

    title: str
    places: Sequence[Place]


class CourseMap:
    """The whole course for one learner, who is in the lesson `here`. Anything may be opened; `ready` is advice.

    With a `route`, what comes next is of these lessons.
    """

    def __init__(self, progress: Progress, language: str, here: str = "", route: Sequence[str] = ()) -> None:
        self._progress = progress
        self._route = route
        self._here = here
        self.language = language

    def stretches(self) -> list[Stretch]:
        """The chapters. model.BadLesson if a lesson's file is wrong."""
        chapters: dict[str, tuple[str, list[Place]]] = {}
        for lesson in library.all_lessons():
            name = lesson.folder.parent.name
            title = lesson.chapter.title[self.language] if lesson.chapter else name
            chapters.setdefault(name, (title, []))[1].append(self._place(lesson))
        return [Stretch(title, places) for title, places in chapters.values()]

    def _place(self, lesson: Lesson) -> Place:
        mark = self._progress.of(lesson.id)
        state = "new" if mark is None else "passed" if mark.passed else "begun"
        ready = all(self._progress.passed(name) for name in lesson.plan.prerequisites)
        return Place(
            lesson.id,
            lesson.title[self.language],
            lesson.minutes,
            state,
            ready,
            mark.points if mark else 0,
            lesson.max_points,
        )

    def following(self) -> str:
        """The lesson to go on with: the first after the open one that was not passed, else the first of all.

        Where none is open, the one that was left last comes first, unless it was passed.
        """
        ids = list(self._route) or library.ids()
        last = self._progress.last
        if not self._here and last in ids:
            if not self._progress.passed(last):
                return last
            return CourseMap(self._progress, self.language, last, self._route).following()
        later = ids[ids.index(self._here) + 1 :] if self._here in ids else []
        waiting = [name for name in [*later, *ids] if not self._progress.passed(name) and name != self._here]
        return (waiting or later or ids)[0]
