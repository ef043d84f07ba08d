"""For who comes back: where one was, what the last lessons taught, what is still believed or due, one thing to do.

All of it is read from the learner's own record. It knows in which order things were done, not when.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hvlab.course import library, review
from hvlab.course.loading import misconceptions
from hvlab.course.map import CourseMap
from hvlab.course.model import Lesson
from hvlab.course.progress import Progress
from hvlab.course.quizzes import REVIEW
from hvlab.text import Text

TAUGHT, BELIEVED = 2, 2
"""So many lessons and misconceptions are told: it is to fit half a screen."""


@dataclass(frozen=True)
class Recap:
    """`page` is Markdown; `wants` is the one thing to do: what is opened by it, a lesson or the review."""

    page: str
    wants: str


def of(folder: Path, text: Text, course: CourseMap | None = None) -> Recap:
    """What there is to tell to the learner whose record lies in that folder. BadLesson if a lesson's file is wrong.

    With a `course`, its route is the one gone along, and where the learner has just come back, what was before counts.
    """
    progress = (course.returning if course is not None else None) or Progress(folder)
    known, route = review.Review(folder), course.route if course is not None else ()
    worked = _worked_on(progress)
    passed = [name for name in worked if progress.passed(name)]
    parts = [_where(progress, text)]
    if passed:
        taught = [_taught(library.find(name), text.language) for name in passed[-TAUGHT:]]
        parts.append("\n".join([text("course.recap.taught"), *taught]))
    names = misconceptions()
    held = [name for name, state in known.beliefs.items() if state != "refuted" and name in names]
    if held:
        listed = [f"- *{getattr(names[name], text.language)}*" for name in held[-BELIEVED:]]
        parts.append("\n".join([text("course.recap.held"), *listed]))
    due = len(known.due())
    following = CourseMap(progress, text.language, route=route).following()
    mark = progress.of(progress.last)
    left_open = mark is not None and not mark.passed and following == progress.last
    if left_open or not due:
        wants = following
        if due:
            parts.append(text("course.recap.due", count=due, command=command(REVIEW)))
        title = library.find(following).title[text.language]
        begun = progress.of(following)
        how = "go_on" if begun is not None and not begun.passed else "begin"
        parts.append(text(f"course.recap.{how}", title=title))
    else:
        wants = REVIEW
        parts.append(text("course.recap.review", count=due))
    return Recap("\n\n".join(parts), wants)


def command(wants: str) -> str:
    """The command that does the one thing to do."""
    return f"hvlab learn {wants}"


def _worked_on(progress: Progress) -> list[str]:
    """The lessons of the course that were worked on, the last one last."""
    known = library.ids()
    return [name for name in progress.order if name in known]


def _where(progress: Progress, text: Text) -> str:
    """Which lesson was open last, and how far the whole is."""
    known = library.ids()
    values: dict[str, str | int] = {
        "passed": sum(progress.passed(name) for name in known),
        "total": len(known),
    }
    mark = progress.of(progress.last)
    if mark is None or progress.last not in known:
        return text("course.recap.nowhere", **values)
    lesson = library.find(progress.last)
    steps = [step.id for step in lesson.plan.step]
    values |= {"title": lesson.title[text.language], "points": mark.points, "maximum": mark.maximum}
    if mark.passed:
        return text("course.recap.passed", **values)
    if mark.step not in steps:
        return text("course.recap.begun", **values)
    place = steps.index(mark.step)
    heading = lesson.sections[text.language][mark.step].partition("\n")[0].lstrip("# ")
    return text("course.recap.left_at", step=place + 1, steps=len(steps), heading=heading, **values)


def _taught(lesson: Lesson, language: str) -> str:
    """A lesson's title and its aim in one sentence, where it is written down."""
    title = lesson.title[language]
    _, _, aim = lesson.notes[language]["aim"].partition("\n") if lesson.notes else ("", "", "")
    sentence = " ".join(aim.split())
    return f"- **{title}**: {sentence}" if sentence else f"- **{title}**"
