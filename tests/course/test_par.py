"""With how few commands a lesson can be done, and how many it took."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import grading, library, par
from hvlab.course.view import OpenLesson
from hvlab.text import Text
from tests.course.support import SOLUTION, load


def test_what_looks_or_answers_or_was_taken_back_is_not_counted(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l", **{"solution-2_ps1": "Get-VM\nNew-VM b\nUndo-Lab\n" + SOLUTION})
    session = grading.open_session(lesson)
    assert par.fewest(lesson, session) == 4, "of two ways the shorter one"
    session.run("Get-VM; New-VM z; Undo-Lab")
    assert par.taken(session) == 0
    session.run(SOLUTION)
    assert par.taken(session) == 4


@pytest.mark.parametrize(
    ("more", "words"), [("", "You have reached its par"), ("Save-VM a; Start-VM a", "Its par is 4")]
)
def test_whoever_has_passed_is_told(tmp_path: Path, more: str, words: str) -> None:
    lesson = load(tmp_path / "l")
    view = OpenLesson(lesson, grading.open_session(lesson), "en")
    view.session.run(SOLUTION.replace("Start-VM a\nStop", f"Start-VM a\n{more}\nStop", 1))
    while view.next_step():
        pass
    view.refresh()
    told = par.told(lesson, view.session, Text("en"))
    assert words in told
    assert (told in view.page()) == view.is_over()


def test_every_lesson_of_the_course_has_a_way_to_compare_with() -> None:
    for lesson in library.all_lessons()[::9]:
        assert par.fewest(lesson, grading.open_session(lesson)) >= 0
