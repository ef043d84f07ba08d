"""What a final exam is made of, and what it says afterwards: results by chapter, with the lessons to repeat.

The blueprint is published (about_Exam): of all points a third each goes to work in a changed
situation, to faults that are found and mended, and to the question why, which is answered by
pointing at the event of the trace that was the cause. Every check names the lessons that teach
what it asks; the first of them says to which chapter it counts. Seeds draw other names and
numbers, never other tasks, so all forms are equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from hvlab.course.checks import PASS, CheckResult
from hvlab.course.library import find, ids
from hvlab.course.model import Check, Lesson

TRANSFER, FAULT, WHY = PARTS = ("transfer", "fault", "why")


class ChapterResult(msgspec.Struct, frozen=True):
    """How much of a chapter was reached; `repeat` are the lessons of what was not."""

    title: str
    points: int
    max_points: int
    repeat: list[str]


def problems(lesson: Lesson) -> list[str]:
    """What an exam lacks of its blueprint; nothing for a lesson that is none."""
    plan = lesson.plan
    if not plan.exam:
        return [
            f"check {check.id}: part and repeat are for exams only (exam = true)"
            for check in plan.check
            if check.part or check.repeat
        ]
    found = []
    if plan.seeds != "drawn" or not plan.variables:
        found.append('an exam is drawn anew for everybody: seeds = "drawn", and variables')
    known = ids()
    for check in plan.check:
        if not check.part:
            found.append(f"check {check.id}: an exam's check has a part: {', '.join(PARTS)}")
        if not check.repeat:
            found.append(f"check {check.id}: an exam's check names the lessons to repeat")
        found += [
            f"check {check.id}: no lesson {name!r} to repeat" for name in check.repeat if name not in known
        ]
        if check.part == WHY and not _points_at_a_cause(lesson, check):
            found.append(f"check {check.id}: why is answered by an event, with cause_of in its question")
    shares = {part: sum(check.points for check in plan.check if check.part == part) for part in PARTS}
    if len(set(shares.values())) > 1:
        told = ", ".join(f"{part} {points}" for part, points in shares.items())
        found.append(f"a third of the points belongs to each part, but they are: {told}")
    return found


def _points_at_a_cause(lesson: Lesson, check: Check) -> bool:
    question = lesson.question(check.answer) if check.answer else None
    return question is not None and question.kind == "event" and question.cause_of is not None


@lru_cache(maxsize=256)
def _chapter_of(name: str) -> Mapping[str, str]:
    """The title of the chapter that a lesson of the course belongs to, or its own, by language. BadLesson."""
    taught = find(name)
    return taught.chapter.title if taught.chapter else taught.title


def by_chapter(lesson: Lesson, results: Sequence[CheckResult], language: str) -> list[ChapterResult]:
    """Results by chapter, in the order in which they are asked about; none for a lesson that names none to repeat."""
    if not any(check.repeat for check in lesson.plan.check):
        return []
    rows: dict[str, list[CheckResult]] = {}
    for result in results:
        rows.setdefault(_chapter_of(result.check.repeat[0])[language], []).append(result)
    return [
        ChapterResult(
            title,
            sum(row.points for row in asked),
            sum(row.check.points for row in asked),
            list(dict.fromkeys(name for row in asked if row.verdict != PASS for name in row.check.repeat)),
        )
        for title, asked in rows.items()
    ]
