"""Where a learner meets each misconception, and where the same idea returns in other clothes.

It is met where a wrong answer names it: in a lesson's question, or after a chapter. Along the whole route it has to
return: at least two lessons after the first meeting somebody is asked again. What is asked before a chapter does not
count, since there nobody is told what is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hvlab.course import quizzes
from hvlab.course.loading import misconceptions
from hvlab.course.model import Lesson

LATER = 2
"""So many lessons after the first meeting, at least, the same idea returns."""


@dataclass(frozen=True)
class Meeting:
    """A wrong answer that names a misconception. `after` is the number of lessons that lie behind or are open."""

    belief: str
    after: int
    lesson: str
    item: str
    says: str


def meetings(lessons: Sequence[Lesson]) -> dict[str, list[Meeting]]:
    """By misconception, where it is met, in the order of the whole route. BadLesson."""
    found: dict[str, list[Meeting]] = {name: [] for name in misconceptions()}
    for number, lesson in enumerate(lessons, 1):
        for one in _of_lesson(lesson, number):
            found.setdefault(one.belief, []).append(one)
        chapter = lesson.folder.parent
        ends = number == len(lessons) or lessons[number].folder.parent != chapter
        if ends and chapter in quizzes.chapters():
            for asked in quizzes.asked_in(chapter, quizzes.CLOSING):
                for wrong in asked.pair.form(asked.form).wrong:
                    if wrong.misconception:
                        where = quizzes.id_of(chapter, quizzes.CLOSING)
                        one = Meeting(wrong.misconception, number, where, asked.pair.id, wrong.en)
                        found.setdefault(wrong.misconception, []).append(one)
    return found


def _of_lesson(lesson: Lesson, number: int) -> Iterator[Meeting]:
    for question in lesson.plan.question:
        for choice in question.choices:
            if choice.misconception:
                yield Meeting(choice.misconception, number, lesson.id, question.id, choice.text["en"])


def returns(met: Sequence[Meeting]) -> list[Meeting]:
    """Those of a misconception's meetings in which it returns."""
    return [one for one in met if one.after >= met[0].after + LATER]


def unnamed(lessons: Sequence[Lesson]) -> Iterator[str]:
    """Wrong choices of marked questions that neither name a misconception nor say that they are slips."""
    for lesson in lessons:
        for question in lesson.plan.question:
            if question.kind != "choice" or question.guess:
                continue
            for choice in question.choices:
                if choice.id != question.correct and not choice.misconception and not choice.slip:
                    yield f"{lesson.id}, {question.id}: {choice.id} names no misconception and is not said to be a slip"


def problems(lessons: Sequence[Lesson]) -> list[str]:
    """Wrong choices with nothing behind them, and misconceptions that are met nowhere, or never return. BadLesson."""
    found = list(unnamed(lessons))
    for name, met in meetings(lessons).items():
        if not met:
            found.append(f"{name} is met nowhere")
        elif not returns(met):
            found.append(f"{name} is met in {met[0].lesson} and does not return {LATER} lessons later")
    return found


def table(lessons: Sequence[Lesson]) -> Iterator[str]:
    """The misconceptions as lines: what is believed, where it is met first, where it returns. BadLesson."""
    rows = meetings(lessons)
    for name, met in rows.items():
        yield f"{name}: {misconceptions()[name].en}" if name in misconceptions() else name
        if not met:
            yield "       met nowhere"
            continue
        yield f"       met first in {met[0].lesson}, {met[0].item}: {met[0].says!r}"
        again = returns(met)
        for one in again[:1]:
            more = f" (and {len(again) - 1} more)" if len(again) > 1 else ""
            yield f"       returns in {one.lesson}, {one.item}: {one.says!r}{more}"
        if not again:
            yield "       does not return"
    back = sum(bool(met and returns(met)) for met in rows.values())
    yield f"{back} of {len(rows)} misconceptions return at least {LATER} lessons after they were met"
