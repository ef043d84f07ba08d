"""Practice without an end: one lesson after another that carries a concept, each time with other names and numbers.

Only lessons that draw their names and numbers by a seed can be practised. A round is such a lesson with a seed of its
own: its record is that of the lesson, and is graded and replayed like any other. The lesson that was practised least
comes next, with the first seed from a given one on that draws what was not drawn before; once all has been drawn,
what was drawn longest ago may come again. Rounds count nothing on the map.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from hvlab.course import drawing, library
from hvlab.course.map import CourseMap
from hvlab.course.model import BadLesson, Lesson

NAME = "practice"
PREFIX = f"{NAME}."
TRIES = 500
"""So many seeds are looked at for one that draws something new; the pools of a lesson hold fewer ways than that."""


class PracticeMap(CourseMap):
    """The course's map while a concept is practised: what comes next is the next round."""

    practised: str = ""

    def following(self) -> str:
        """The next round, whatever was passed."""
        return PREFIX + self.practised


def concepts() -> dict[str, list[Lesson]]:
    """What can be practised, by name: the lessons that carry it, in the course's order. BadLesson."""
    found: dict[str, list[Lesson]] = {}
    for lesson in library.all_lessons():
        if lesson.plan.variables and lesson.plan.seeds == "drawn" and not lesson.plan.exam:
            for concept in lesson.plan.concepts:
                found.setdefault(concept, []).append(lesson)
    return dict(sorted(found.items(), key=lambda item: item[0].casefold()))


def lessons_of(concept: str) -> tuple[str, list[Lesson]]:
    """A concept's name as the course writes it, and its lessons. BadLesson if it cannot be practised."""
    known = concepts()
    for name, lessons in known.items():
        if name.casefold() == concept.casefold():
            return name, lessons
    near = difflib.get_close_matches(concept.casefold(), [name.casefold() for name in known], 1)
    written = [name for name in known if near and name.casefold() == near[0]]
    hint = f"did you mean {written[0]!r}?" if written else "`hvlab learn practice` lists what there is"
    raise BadLesson(f"there is no practice of the concept {concept!r}; {hint}")


def table(language: str) -> list[str]:
    """What can be practised, as lines: the concept, then the titles of its lessons. BadLesson."""
    known = concepts()
    width = max(len(name) for name in known)
    return [
        f"{name:<{width}}  {'; '.join(lesson.title[language] for lesson in lessons)}"
        for name, lessons in known.items()
    ]


def next_round(lessons: Sequence[Lesson], had: Mapping[str, Sequence[int]], first: int) -> tuple[str, int]:
    """The next round's lesson and seed, from `first` on; `had` are the seeds of each lesson's rounds, oldest first."""
    lesson = min(lessons, key=lambda one: len(had.get(one.id, ())))  # the first of those practised least
    before = [_drawn(lesson, seed) for seed in had.get(lesson.id, ())]
    for seed in range(first, first + TRIES):
        if _drawn(lesson, seed) not in before:
            return lesson.id, seed
    last = {str(drawn): number for number, drawn in enumerate(before)}
    return lesson.id, min(
        range(first, first + TRIES), key=lambda seed: last.get(str(_drawn(lesson, seed)), -1)
    )


def _drawn(lesson: Lesson, seed: int) -> dict[str, str]:
    return drawing.draw(lesson.plan.variables, seed, lesson.id)
