"""Single tasks: a step that is to be done alone, as a lesson of its own, on the lab that the steps before it lead to.

`LESSON.STEP` is the id of such a task, and `…/LESSON-FOLDER/STEP` the place that stands for its folder, where there
is none: `loading.load` finds it. Its start is the lesson's own and then whatever the earlier steps' pages and last
hints say (hvlab.course.walking); the linter proves of them that they solve those steps. Text, goals, hints and
question are the step's. So a task is shown, recorded, replayed and graded as every lesson is.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import msgspec

from hvlab.course.loading import load
from hvlab.course.model import LANGUAGES, BadLesson, Lesson, Step
from hvlab.text import Text

PREFIX = "practice."
"""What stands behind it, a concept, a lesson or a task, is wanted as tasks one after the other (practice)."""


def id_of(lesson: Lesson, step: Step) -> str:
    """The id of the task that a lesson's step is."""
    return f"{lesson.id}.{step.id}"


def steps_of(lesson: Lesson) -> list[Step]:
    """The steps of a lesson that are tasks: those to be done alone."""
    return [] if lesson.plan.exam else [step for step in lesson.plan.step if step.alone and step.goals]


def stands_for(place: Path) -> bool:
    """Whether a place can only be that of a task: it lies in a lesson's folder."""
    return (place.parent / "lesson.toml").is_file() and not place.exists()


def at(place: Path, seed: int | None) -> Lesson | None:
    """The task at such a place, as a seed draws it; None if it stands for none. BadLesson."""
    if not stands_for(place):
        return None
    whole = load(place.parent, seed)
    known = {step.id: step for step in steps_of(whole)}
    if place.name not in known:
        named = ", ".join(id_of(whole, step) for step in known.values()) or "none"
        raise BadLesson(f"{place.name!r} is no task of {whole.id!r} to be done alone; there are: {named}")
    before, own = _scripts(place, whole.digest, whole.seed)
    return _made(place, whole, known[place.name], before, own)


@functools.lru_cache(maxsize=8)
def _scripts(place: Path, edition: str, seed: int) -> tuple[str, str]:
    """What leads to the task, and what solves it. `edition` keeps apart what a lesson was and what it is now."""
    from hvlab.course.attempts import Attempts  # late: finding a lesson must not load the whole lab
    from hvlab.course.walking import Walk

    whole = load(place.parent, seed)
    done = Walk(Attempts(whole)).to(place.name)
    *before, own = ["\n".join(one) for one in done]
    return "\n".join([whole.start().rstrip(), *filter(None, before)]).lstrip("\n"), own


def _made(place: Path, whole: Lesson, step: Step, before: str, own: str) -> Lesson:
    plan, names = whole.plan, set(step.goals)
    with_goals = sum(1 for one in plan.step if one.goals)
    asked = {step.question, *(check.answer for check in plan.check if check.id in names)}
    task = msgspec.structs.replace(
        plan,
        id=id_of(whole, step),
        title={lang: Text(lang)("course.task_title", title=plan.title[lang]) for lang in LANGUAGES},
        minutes=max(2, plan.minutes // with_goals),
        step=[step],
        check=[
            msgspec.structs.replace(check, needs=[need for need in check.needs if need in names])
            for check in plan.check
            if check.id in names
        ],
        question=[question for question in plan.question if question.id in asked],
        prerequisites=[],
    )
    note = "course.task_drawn" if plan.seeds == "drawn" else "course.task_fixed"
    pages = {}
    for lang in LANGUAGES:
        heading, _, body = whole.sections[lang][step.id].partition("\n")
        said = Text(lang)(note, title=plan.title[lang], seed=whole.seed)
        pages[lang] = {step.id: f"{heading}\n\n{said}\n\n{body.lstrip()}"}
    digest = hashlib.sha256(f"{whole.digest}.{step.id}".encode()).hexdigest()
    scripts = {"start.ps1": before, "solution.ps1": own}
    return Lesson(place, task, pages, digest, whole.seed, whole.drawn, whole.chapter, scripts)
