"""Which of the checked handout's claims the course grades, and by which wrong answer who believes the opposite fails.

A lesson's check or question names claims (`claims = [...]`), and so do the wrong answers of a chapter's quiz. A
check, or a question that is not answered by choosing, counts only with a `wrong-*.ps1` that the linter proves to
fail at it; a question answered by choosing has its wrong choices.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hvlab import paths
from hvlab.course import quizzes
from hvlab.course.model import BadLesson, Check, Lesson, Question

NAMES = re.compile(r"^#\s*check:\s*(\S+)", re.MULTILINE)
"""The checks that a wrong-*.ps1 says it fails at."""


@dataclass(frozen=True)
class Graded:
    """A claim as an item grades it: in which lesson, at which check or question, and what fails there."""

    claim: int
    lesson: str
    item: str
    wrong: str


@lru_cache(maxsize=1)
def texts() -> dict[int, str]:
    """Every claim in our own words, by its number. BadLesson."""
    path = paths.assets() / "handout.toml"
    try:
        return {int(n): str(text) for n, text in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError) as error:
        raise BadLesson(f"{path}: {error}") from None


def fails_at(lesson: Lesson, check: str) -> list[str]:
    """The wrong-*.ps1 that name a check."""
    return [
        name for name in lesson.scripts_like("wrong-*.ps1") if check in NAMES.findall(lesson.scripts[name])
    ]


def of_lesson(lesson: Lesson) -> Iterator[Graded]:
    """What a lesson's checks and questions grade; an item without a wrong answer that fails grades nothing."""
    for check in lesson.plan.check:
        asked = lesson.question(check.answer) if check.answer else None
        named = [*check.claims, *(asked.claims if asked is not None else [])]
        wrong = _wrong(lesson, check, asked) if named else ""
        if wrong:
            yield from (Graded(claim, lesson.id, check.id, wrong) for claim in named)


def _wrong(lesson: Lesson, check: Check, asked: Question | None) -> str:
    if scripts := fails_at(lesson, check.id):
        return scripts[0]
    if asked is not None and asked.kind in ("choice", "multiple"):
        right = {asked.correct, *asked.all_of}
        return next((choice.text["en"] for choice in asked.choices if choice.id not in right), "")
    return ""


def of_quizzes() -> Iterator[Graded]:
    """What the chapters' quizzes grade."""
    for chapter in quizzes.chapters():
        short = chapter.name.partition("-")[2]
        for pair in quizzes.pairs_of(chapter):
            for form in reversed(quizzes.FORMS):
                for wrong in pair.form(form).wrong:
                    for claim in wrong.claims:
                        yield Graded(claim, f"{form}-{short}", pair.id, wrong.en)


def coverage(lessons: Sequence[Lesson]) -> dict[int, list[Graded]]:
    """By claim, the items that grade it: those of the lessons first."""
    found: dict[int, list[Graded]] = {number: [] for number in texts()}
    for graded in [*(one for lesson in lessons for one in of_lesson(lesson)), *of_quizzes()]:
        found.setdefault(graded.claim, []).append(graded)
    return found


def problems(lesson: Lesson) -> list[str]:
    """Claims of a lesson that there are not, or that no wrong answer shows to be graded."""
    found = []
    shown = {(one.item, one.claim) for one in of_lesson(lesson)}
    for check in lesson.plan.check:
        asked = lesson.question(check.answer) if check.answer else None
        for claim in [*check.claims, *(asked.claims if asked is not None else [])]:
            if claim not in texts():
                found.append(f"check {check.id}: there is no claim {claim}")
            elif (check.id, claim) not in shown:
                found.append(
                    f"check {check.id}: claim {claim}: no wrong-*.ps1 fails here, and there is nothing to choose"
                )
    graded = {check.answer for check in lesson.plan.check if check.answer}
    found += [
        f"question {question.id}: names claims, and no check asks for its answer"
        for question in lesson.plan.question
        if question.claims and question.id not in graded
    ]
    return found


def uncovered(lessons: Sequence[Lesson]) -> list[str]:
    """What the course as a whole lacks: claims that nothing grades, and numbers that there are not."""
    found = []
    for number, graded in coverage(lessons).items():
        if number not in texts():
            found.append(f"{graded[0].lesson}, {graded[0].item}: there is no claim {number}")
        elif not graded:
            found.append(f"claim {number} is graded nowhere: {texts()[number]}")
    return found


def table(lessons: Sequence[Lesson]) -> Iterator[str]:
    """The coverage table as lines: each claim, how many items grade it, the first of them and what fails there."""
    rows = coverage(lessons)
    for number, graded in sorted(rows.items()):
        yield f"{number:>3}  {texts().get(number, '?')}"
        if not graded:
            yield "       graded nowhere"
        else:
            first = graded[0]
            more = f" (and {len(graded) - 1} more)" if len(graded) > 1 else ""
            yield f"       {first.lesson}, {first.item}: fails {first.wrong!r}{more}"
    covered = sum(bool(graded) for graded in rows.values())
    worked = sum(any(not one.lesson.startswith(quizzes.FORMS) for one in graded) for graded in rows.values())
    items = sum(len(graded) for graded in rows.values())
    yield f"{covered} of {len(rows)} claims graded, {worked} of them in lessons; {items} items in all"
