"""Practice without an end: one task after another of a concept, those that draw each time with other names and numbers.

A round is a single task (hvlab.course.tasks): a lesson's step to be done alone, on the lab that the steps before it
lead to. The task that was practised least comes next, with the first seed from a given one on that draws what was
not drawn before; once all has been drawn, what was drawn longest ago may come again. A task whose names and numbers
are always the same comes once, and again only where there is no other kind. Each round has a record of its own, that
is graded and replayed like any other, and counts nothing on the map.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab.course import drawing, library, quizzes, tasks
from hvlab.course.map import CourseMap
from hvlab.course.model import BadLesson, Lesson, Step
from hvlab.course.tasks import PREFIX

if TYPE_CHECKING:
    from hvlab.session.log import Entry

TRIES = 500
"""So many seeds are looked at for one that draws something new; the pools of a lesson hold fewer ways than that."""


@dataclass(frozen=True)
class Task:
    """A step of a lesson that can be practised."""

    lesson: Lesson
    step: Step

    @property
    def id(self) -> str:
        """The id of the lesson that it is made into."""
        return tasks.id_of(self.lesson, self.step)

    @property
    def draws(self) -> bool:
        """Whether its names and numbers differ from seed to seed."""
        return bool(self.lesson.plan.variables) and self.lesson.plan.seeds == "drawn"


class PracticeMap(CourseMap):
    """The course's map while something is practised: what comes next is the next round."""

    practised: str = ""

    def following(self) -> str:
        """The next round, whatever was passed."""
        return PREFIX + self.practised


def tasks_of(lesson: Lesson) -> list[Task]:
    """A lesson's tasks."""
    return [Task(lesson, step) for step in tasks.steps_of(lesson)]


def concepts() -> dict[str, list[Task]]:
    """What can be practised, by name: the tasks of the lessons that carry it, in the course's order. BadLesson."""
    found: dict[str, list[Task]] = {}
    for lesson in library.all_lessons():
        for concept in lesson.plan.concepts:
            if own := tasks_of(lesson):
                found.setdefault(concept, []).extend(own)
    return dict(sorted(found.items(), key=lambda item: item[0].casefold()))


def meant(name: str) -> tuple[str, list[Task]]:
    """What a word means: a concept as the course writes it, a lesson or one of its tasks. BadLesson."""
    known = concepts()
    for concept, found in known.items():
        if concept.casefold() == name.casefold():
            return concept, found
    whole, _, step = name.partition(".")
    if whole in library.ids():
        own = [task for task in tasks_of(library.find(whole)) if step in ("", task.step.id)]
        if own:
            return name, own
    near = difflib.get_close_matches(name.casefold(), [concept.casefold() for concept in known], 1)
    written = [concept for concept in known if near and concept.casefold() == near[0]]
    hint = f"did you mean {written[0]!r}?" if written else "`hvlab learn practice` lists what there is"
    raise BadLesson(f"there is no practice of the concept {name!r}; {hint}")


def missed(lesson: Lesson, entries: Sequence[Entry]) -> list[Lesson]:
    """Of a lesson made of pairs: the lessons of those that were missed, as far as they have tasks. BadLesson."""
    if quizzes.place_of(lesson.id) is None:
        return []
    from hvlab.course import review  # late: what opens a lesson must not load the whole lab

    pairs = quizzes.all_pairs()
    wrong = [pairs[name].lesson for name in review.missed_questions(lesson, entries) if name in pairs]
    return [found for name in dict.fromkeys(wrong) if tasks_of(found := library.find(name))]


def table(language: str) -> list[str]:
    """What can be practised, as lines: the concept, then its tasks' lessons; a star where they draw. BadLesson."""
    known = concepts()
    width = max(len(name) for name in known)

    def titles(found: Sequence[Task]) -> str:
        marked = [task.lesson.title[language] + ("*" if task.draws else "") for task in found]
        return "; ".join(dict.fromkeys(marked))

    return [f"{name:<{width}}  {titles(found)}" for name, found in known.items()]


def next_round(found: Sequence[Task], had: Mapping[str, Sequence[int]], first: int) -> tuple[str, int]:
    """The next round's task and seed, from `first` on; `had` are the seeds of each task's rounds, oldest first."""
    fresh = [task for task in found if task.draws or not had.get(task.id)]
    task = min(fresh or found, key=lambda one: len(had.get(one.id, ())))  # the first of those practised least
    if not task.draws:
        return task.id, task.lesson.seed
    before = [_drawn(task.lesson, seed) for seed in had.get(task.id, ())]
    for seed in range(first, first + TRIES):
        if _drawn(task.lesson, seed) not in before:
            return task.id, seed
    last = {str(drawn): number for number, drawn in enumerate(before)}
    return task.id, min(
        range(first, first + TRIES), key=lambda seed: last.get(str(_drawn(task.lesson, seed)), -1)
    )


def _drawn(lesson: Lesson, seed: int) -> dict[str, str]:
    return drawing.draw(lesson.plan.variables, seed, lesson.id)
