"""The coverage of the checked handout: every claim is graded where who believes the opposite fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import claims, library
from tests.course.support import LESSON, load

LESSONS = library.all_lessons()


def test_every_claim_is_graded() -> None:
    assert list(claims.texts()) == list(range(1, 116))
    assert claims.uncovered(LESSONS) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: str(lesson.id))
def test_what_a_lesson_names_it_grades(lesson: library.Lesson) -> None:
    assert claims.problems(lesson) == []


def test_most_claims_are_graded_by_lessons_not_by_quizzes_alone() -> None:
    graded = {one.claim for lesson in LESSONS for one in claims.of_lesson(lesson)}
    assert len(graded) >= 75


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "never"\n', 'id = "never"\nclaims = [3]\n', ""),
        ('id = "order"\n', 'id = "order"\nclaims = [3]\n', "check order: claim 3: no wrong-*.ps1 fails here"),
        ('id = "never"\n', 'id = "never"\nclaims = [300]\n', "check never: there is no claim 300"),
        ('id = "guess"\n', 'id = "guess"\nclaims = [3]\n', "question guess: names claims, and no check asks"),
        ('id = "which"\n', 'id = "which"\nclaims = [3]\n', ""),
        ('id = "choice"\n', 'id = "choice"\nclaims = [3]\n', ""),
    ],
)
def test_a_claim_without_a_wrong_answer_is_found(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in LESSON
    problems = claims.problems(load(tmp_path / "l", lesson_toml=LESSON.replace(old, new, 1)))
    assert any(words in problem for problem in problems) if words else problems == []


def test_a_claim_that_nothing_grades_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims.quizzes, "chapters", list)
    some = [lesson for lesson in LESSONS if 87 not in {one.claim for one in claims.of_lesson(lesson)}]
    problems = claims.uncovered(some)
    assert f"claim 87 is graded nowhere: {claims.texts()[87]}" in problems
    table = list(claims.table(some))
    assert len(table) == 2 * 115 + 1
    assert table[-1].startswith(f"{115 - len(problems)} of 115 claims graded")
