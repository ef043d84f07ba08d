"""The course as a map: chapters, their lessons, the questions before and after, and how far one has come in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hvlab.course import library, quizzes, tasks
from hvlab.course.model import Lesson
from hvlab.course.progress import Progress
from hvlab.course.quizzes import CLOSING, OPENING
from hvlab.text import Text


@dataclass(frozen=True)
class Place:
    """A lesson on the map, or a chapter's questions. `state` is new, begun or passed; `ready` is false while a
    prerequisite is open."""

    lesson: str
    title: str
    minutes: int
    state: str
    ready: bool
    points: int
    maximum: int
    tasks: bool = False
    """Whether it has tasks that can be practised."""


@dataclass(frozen=True)
class Stretch:
    """A chapter with its lessons, in order, and the questions before and after them where it has any."""

    title: str
    places: Sequence[Place]
    opening: Place | None = None
    closing: Place | None = None

    def rows(self) -> list[Place]:
        """All that can be opened, in the order in which one goes through it."""
        return [place for place in (self.opening, *self.places, self.closing) if place is not None]


class CourseMap:
    """The whole course for one learner, who is in the lesson `here`. Anything may be opened; `ready` is advice.

    With a `route`, what comes next is of these lessons.
    """

    def __init__(self, progress: Progress, language: str, here: str = "", route: Sequence[str] = ()) -> None:
        self._progress = progress
        self.route = route
        self.returning: Progress | None = None
        """What stood on the map before this sitting, where the learner has just come back and is to be told (recap)."""
        self.here = here
        self.language = language

    def stretches(self) -> list[Stretch]:
        """The chapters. model.BadLesson if a lesson's file is wrong."""
        chapters: dict[Path, tuple[str, list[Place]]] = {}
        for lesson in library.all_lessons():
            folder = lesson.folder.parent
            title = lesson.chapter.title[self.language] if lesson.chapter else folder.name
            chapters.setdefault(folder, (title, []))[1].append(self._place(lesson))
        return [
            Stretch(title, places, self._questions(folder, OPENING), self._questions(folder, CLOSING))
            for folder, (title, places) in chapters.items()
        ]

    def _questions(self, chapter: Path, form: str) -> Place | None:
        """The questions before or after a chapter. Those before are passed by whoever has answered, right or wrong."""
        if not (chapter / quizzes.NAME).is_file():
            return None
        lesson = quizzes.id_of(chapter, form)
        count = len(quizzes.asked_in(chapter, form))
        mark = self._progress.of(lesson)
        state = "new" if mark is None else "passed" if mark.passed or form == OPENING else "begun"
        title = Text(self.language)(f"course.map_{form}", count=count)
        return Place(lesson, title, quizzes.minutes_of(count), state, True, mark.points if mark else 0, count)

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
            bool(tasks.steps_of(lesson)),
        )

    @cached_property
    def concepts(self) -> list[str]:
        """What can be practised: those of the open lesson first. model.BadLesson if a lesson's file is wrong."""
        from hvlab.course import practice  # late: its rounds have a map of their own, made from this one

        known = practice.concepts()
        own = library.find(self.here).plan.concepts if self.here in library.ids() else []
        return [*(name for name in own if name in known), *(name for name in known if name not in own)]

    def following(self) -> str:
        """The lesson to go on with: the first after the open one that was not passed, else the first of all.

        Where none is open, the one that was left last comes first, unless it was passed. After a chapter's last
        lesson come the questions that close it, and before the next chapter those that open it.
        """
        ids = list(self.route) or library.ids()
        if (asked := self._asked_next()) or (asked := self._after_questions()):
            return asked
        last = self._progress.last
        if not self.here and last in ids:
            if not self._progress.passed(last):
                return last
            return CourseMap(self._progress, self.language, last, self.route).following()
        later = ids[ids.index(self.here) + 1 :] if self.here in ids else []
        waiting = [name for name in [*later, *ids] if not self._progress.passed(name) and name != self.here]
        return (waiting or later or ids)[0]

    def _asked_next(self) -> str:
        """The questions that come next: those after the open lesson's chapter, once the whole chapter is passed."""
        chapter = library.chapter_of(self.here)
        if chapter is None or not (chapter / quizzes.NAME).is_file():
            return ""
        closing = quizzes.id_of(chapter, CLOSING)
        done = all(self._progress.passed(name) for name in library.ids_of(chapter))
        return closing if done and self._progress.of(closing) is None else ""

    def _after_questions(self) -> str:
        """From a chapter's questions: into its lessons, or on to the questions before the next chapter."""
        found = quizzes.chapter_of(self.here)
        if found is None:
            return ""
        chapter, form = found
        if form == OPENING:
            own = library.ids_of(chapter)
            return next((name for name in own if not self._progress.passed(name)), own[0])
        later = [name for name in self.route or library.ids() if not self._progress.passed(name)]
        behind = [name for name in later if (folder := library.chapter_of(name)) and folder > chapter]
        following = next(iter([*behind, *later]), "")
        ahead = library.chapter_of(following)
        if self.route or ahead is None or not (ahead / quizzes.NAME).is_file():
            return following
        opening = quizzes.id_of(ahead, OPENING)
        fresh = not any(self._progress.of(name) for name in (opening, *library.ids_of(ahead)))
        return opening if fresh else following
