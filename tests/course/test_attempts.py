"""Scripts tried in one lab come to what they come to in labs of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import grading, library
from hvlab.course.attempts import Attempts
from hvlab.course.checks import NOT_REACHED, CheckResult, Examiner
from hvlab.course.model import Lesson
from tests.course.support import LESSON, SOLUTION, load


def rows(results: list[CheckResult]) -> list[tuple[str, str, str, str]]:
    return [(row.check.id, row.verdict, row.expected, row.actual) for row in results]


def alone(lesson: Lesson, source: str) -> list[CheckResult]:
    return Examiner(lesson, grading.run_script(lesson, source, "x")).results()


@pytest.mark.parametrize(
    "name",
    [
        "what-the-ring-carries",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in library.ids()
            if name != "what-the-ring-carries"
        ),
    ],
)
def test_a_lesson_s_scripts_come_to_the_same_in_one_lab(name: str) -> None:
    lesson = library.find(name)
    attempts = Attempts(lesson)
    for script in [*lesson.scripts_like("solution*.ps1"), *lesson.scripts_like("wrong-*.ps1")]:
        source = lesson.scripts[script]
        assert rows(attempts.run(source).results) == rows(alone(lesson, source)), script


def test_each_prefix_is_judged_as_if_it_were_all(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    attempts = Attempts(lesson)
    place, done = attempts.start, ""
    source = SOLUTION.replace("Submit", "Get-VM a\nSubmit", 1)
    for statement in attempts.statements(source):
        place = attempts.after(place, statement)
        done += f"{statement.text}\n"
        assert rows(attempts.at(place).results) == rows(alone(lesson, done))


def test_a_check_that_asks_for_a_look_sees_it(tmp_path: Path) -> None:
    """What only looks changes nothing but the list of commands, and a check may ask for that."""
    changed = LESSON.replace(
        'happened = { kind = "vm.state", vm = "a", fields = { state = "Off" } }',
        'happened = { kind = "command", fields = { text = "Get-VM*" } }',
    )
    assert changed != LESSON
    lesson = load(tmp_path / "l", lesson_toml=changed)
    attempts = Attempts(lesson)
    first, second = attempts.statements("New-VM a\nGet-VM a")
    made = attempts.after(attempts.start, first)
    assert "noted" not in attempts.at(made).ids("pass")
    assert "noted" in attempts.at(attempts.after(made, second)).ids("pass")


def test_a_script_that_ends_itself_ends_there(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    attempts = Attempts(lesson)
    for source in ("exit 3\nNew-VM a", "throw 'x'\nNew-VM a", "New-VM a; return; Start-VM a"):
        assert rows(attempts.run(source).results) == rows(alone(lesson, source))


def test_a_script_that_goes_back_has_a_lab_of_its_own(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    attempts = Attempts(lesson)
    source = "New-VM b\nUndo-Lab\n" + SOLUTION
    assert attempts.travels(attempts.statements(source))
    assert attempts.run(source).passed
    assert attempts.start.onward == {}
    assert attempts.run(SOLUTION).passed and not attempts.travels(attempts.statements(SOLUTION))


def test_answers_of_one_script_are_not_another_s(tmp_path: Path) -> None:
    attempts = Attempts(load(tmp_path / "l"))
    assert attempts.run(SOLUTION).ids(NOT_REACHED) == []
    assert "choice" not in attempts.run("New-VM a").ids("pass")
