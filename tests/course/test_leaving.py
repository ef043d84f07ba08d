"""What is said when a lesson is left is what its record grades to, wherever in the past the learner was."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvlab.course import grading, learning, library
from hvlab.course.view import OpenLesson
from hvlab.session.session import Session
from hvlab.text import Text

looked: list[bool] = []
"""Whether the lesson was left in a view of the past."""
LESSON = library.find("first-child-partition")
SOLUTION = (LESSON.folder / "solution.ps1").read_text(encoding="utf-8").splitlines()
WORDS = {
    "en": (r"(\d+) of (\d+) points", "You had 100 of 100 points before", "Redo-Lab goes forward again"),
    "de": (
        r"(\d+) von (\d+) Punkten",
        "Sie hatten 100 von 100 Punkten, bevor",
        "geht Redo-Lab wieder vorwärts",
    ),
}


def opener(**arguments: Any) -> Session:
    resumed = arguments.pop("resume") and arguments["log"].exists()
    if resumed:
        return Session.resume(arguments["log"], cmdlets=arguments["cmdlets"], language=arguments["language"])
    return Session(**arguments)


def left(file: Path, lines: list[str], language: str = "en") -> str:
    """Open the lesson as `hvlab learn` does, type lines, leave; what is said then."""
    looked.clear()

    def show(session: Callable[[], Session], lesson: Any, *_: object, **__: object) -> tuple[int, str]:
        lab = session()
        view: OpenLesson = lesson(lab)
        for line in lines:
            lab.run(line.format(middle=middle_of_a_wait(lab)) if "{middle}" in line else line)
            view.refresh()
        looked.append(lab.travel.view is not None)
        return 0, ""

    return learning.learn(LESSON.id, file, None, Text(language), opener, show)[1]


def middle_of_a_wait(lab: Session) -> int:
    """An event in the midst of the last command that waited."""
    step = next(
        s for s in lab.travel.timeline.steps(lab.travel.timeline.head) if "Wait-Lab nt4" in s.entry.text
    )
    before, after = lab.travel.end_of(step.before), lab.travel.end_of(step.last)
    assert before is not None and after is not None
    return (before.event + after.event) // 2


def said_points(said: str, language: str = "en") -> int:
    found = re.search(WORDS[language][0], said.splitlines()[0])
    assert found is not None, said
    return int(found[1])


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("hvlab.paths.user_data", lambda: tmp_path)
    return tmp_path / "record.jsonl"


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_went_back_is_told_what_the_record_grades_to(record: Path, language: str) -> None:
    said = left(record, [*SOLUTION, "Move-Lab -Event {middle}", "Undo-Lab"], language)
    report = grading.grade_file(LESSON, record)
    assert not report.passed and 0 < report.points < 100
    assert said_points(said, language) == report.points
    _, had, redo = WORDS[language]
    assert had in said and redo in said and f"hvlab learn {LESSON.id} --session {record}" in said


def test_what_is_offered_then_works(record: Path) -> None:
    left(record, [*SOLUTION, "Undo-Lab 5"])
    lower = grading.grade_file(LESSON, record)
    said = left(record, [])
    assert said_points(said) == lower.points < 100 and "you passed the lesson before" in said
    said = left(record, ["Redo-Lab 5"])
    assert said_points(said) == grading.grade_file(LESSON, record).points == 100 and "You had" not in said


def test_a_look_at_the_past_changes_neither_the_record_nor_what_is_said(record: Path) -> None:
    said = left(record, [*SOLUTION, "Move-Lab -Event {middle}"])
    report = grading.grade_file(LESSON, record)
    assert looked == [True]
    assert report.passed and said_points(said) == report.points == 100 and "You had" not in said


def test_who_goes_another_way_is_told_of_the_one_that_was_left(record: Path) -> None:
    said = left(record, [*SOLUTION, "Undo-Lab 5", "New-VM other"])
    assert said_points(said) == grading.grade_file(LESSON, record).points < 100
    assert "You had 100 of 100 points before;" in said and "Get-LabBranch" in said and "Redo-Lab" not in said
