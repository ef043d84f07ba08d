"""Submit-LabAnswer: an answer that names not all it has to is refused in a sentence, and nothing is noted."""

from __future__ import annotations

import pytest

from hvlab.course import cmdlets, library
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text

ASKING = [
    (lesson.id, question)
    for lesson in library.all_lessons()
    for question in lesson.plan.question
    if question.kind in ("order", "match") and lesson.plan.seeds == "fixed"
]
KINDS = [next(pair for pair in ASKING if pair[1].kind == kind) for kind in ("order", "match")]


def session_of(lesson: str, language: str = "en") -> Session:
    plan = library.find(lesson)
    session = Session(
        scenario=plan.scenario,
        platform=plan.platform,
        seed=plan.seed,
        lesson=plan.id,
        lesson_digest=plan.digest,
        cmdlets=cmdlets.CMDLETS,
        language=language,
    )
    open_lesson(plan, session, language)
    return session


def incomplete(kind: str, count: int) -> list[str]:
    if kind == "order":
        full = [str(number) for number in range(1, count + 1)]
        return [" ".join(full[:-1]), " ".join([*full[:-1], "1"]), " ".join([*full, "1"]), "1"]
    pairs = [f"{number}a" for number in range(1, count + 1)]
    return [" ".join(pairs[:-1]), " ".join([*pairs[:-1], "1a"]), "1a", f"{' '.join(pairs[:-1])} {count}z"]


@pytest.mark.parametrize(("lesson", "question"), KINDS, ids=["order", "match"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_incomplete_is_refused_and_what_was_noted_stays(lesson: str, question, language: str) -> None:  # type: ignore[no-untyped-def]
    session = session_of(lesson, language)
    count = len(question.items or question.choices)
    whole = " ".join(f"{number}a" if question.items else str(number) for number in range(count, 0, -1))
    assert session.run(f"Submit-LabAnswer {question.id} '{whole}'").ok
    noted = dict(session.answers)
    for text in incomplete(question.kind, count):
        (error,) = session.run(f"Submit-LabAnswer {question.id} '{text}'").errors
        assert question.id in error.message and text in error.message
        assert error.explain is not None
        name, values = error.explain
        assert str(count) in Text(language)(name, **values)
        assert session.answers == noted, text


def test_a_refused_answer_is_no_attempt() -> None:
    lesson, question = KINDS[0]
    session = session_of(lesson)
    session.run("New-VM a")
    count = len(question.choices)
    session.run(f"Submit-LabAnswer {question.id} '{incomplete('order', count)[0]}'")
    assert question.id not in session.answers and question.id not in session.answers.first
