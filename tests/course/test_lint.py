"""The proofs of a lesson: nothing is wrong with ours, and each planted defect is found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hvlab.course import library, loading
from tests.course.support import LESSON, SOLUTION, TEXT, load

FIRST = library.find("first-child-partition").folder


SAMPLE = 8
"""The usual run proves every eighth lesson; `hvlab lesson lint` proves all of them, in CI too."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if place % SAMPLE else [])
        for place, name in enumerate(library.ids())
    ],
)
def test_our_lessons_are_proved(name: str) -> None:
    assert library.lint(library.find(name)) == []


def test_the_small_lesson_of_these_tests_is_proved(tmp_path: Path) -> None:
    assert library.lint(load(tmp_path / "l")) == []


def shown(command: str) -> str:
    """The text with another command in its first step."""
    return TEXT.replace("New-VM a", command)


def asked(hint: str, german: str = "") -> str:
    """The lesson with a goal and a last hint in its second step."""
    text = f"{{ en = '{hint}', de = '{german or hint}' }}"
    step = f'goals = ["number"]\nquestion = "count"\n[[step.hints]]\ntext = {text}'
    return LESSON.replace('question = "count"', step)


SOLVES = "Submit-LabAnswer count 1000"
REPEATED = LESSON.replace(
    'id = "two"\nquestion = "count"',
    """id = "two"
alone = true
goals = ["second"]
question = "count"
[[step.hints]]
text = { en = "New-VM two", de = "New-VM two" }""",
).replace(
    '[[check]]\nid = "exact"',
    """[[check]]
id = "second"
points = 5
title = { en = "t", de = "t" }
why = { en = "w", de = "w" }
expression = "@(Get-VM two).Count -eq 1"

[[check]]
id = "exact\"""",
)
"""The second step asks for another machine, as the first showed it."""
TWICE = SOLUTION.replace("Submit", "New-VM two\nSubmit", 1).replace("1000", "2000")


def test_a_hint_that_solves_its_step_is_proved(tmp_path: Path) -> None:
    assert library.lint(load(tmp_path / "l", lesson_toml=asked(SOLVES))) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"lesson_toml": LESSON.replace('en = "Small", de = "Klein"', 'en = "Small"')},
            "title: not in both languages",
        ),
        (
            {"lesson_toml": LESSON.replace('{ en = "make a", de = "leg a an" }', '{ en = "make a" }')},
            "check made: why: not in both languages",
        ),
        (
            {"lesson_toml": LESSON.replace('{ en = "nudge", de = "Stups" }', '{ de = "Stups" }')},
            "step one: a hint: not in both languages",
        ),
        (
            {"lesson_toml": LESSON.replace('{ en = "g?", de = "g?" }', '{ en = "g?" }')},
            "question guess: prompt: not in both languages",
        ),
        (
            {"lesson_toml": LESSON.replace('{ en = "No", de = "Nein" }', '{ en = "No" }')},
            "question guess: no: not in both languages",
        ),
        (
            {"lesson_toml": LESSON.replace('{ en = "no", de = "nein" }', '{ en = "no" }')},
            "question which: feedback first: not in both languages",
        ),
        ({"lesson_toml": LESSON.replace('question = "count"\n', "")}, "question count: no step asks it"),
        (
            {"lesson_toml": LESSON.replace('"(Get-VM).Count -ge 1"', '"(Get-VM).Count -gee 1"')},
            "check made: expression: ",
        ),
        (
            {"lesson_toml": LESSON.replace('"(Get-VM).Count * 1000"', '"(Get-VM).Count * "')},
            "question count: expression: ",
        ),
        (
            {"lesson_toml": LESSON.replace('right = { en = "right", de = "richtig" }', "")},
            "question count: right: not in both languages",
        ),
        (
            {"lesson_toml": LESSON.replace('question = "count"', 'goals = ["made"]\nquestion = "count"')},
            "step two: has goals and no hint",
        ),
        (
            {"lesson_toml": LESSON.replace("(Get-VM).Count -ge 1", "(Get-VM).Count -ge 0")},
            "check made passes before anything was done",
        ),
        (
            {"lesson_toml": LESSON.replace("(Get-VM).Count -ge 1", "(Get-VM).Count -ge 2")},
            "solution.ps1: check made does not pass",
        ),
        (
            {"lesson_toml": LESSON.replace('kind = "vm.state", vm = "b"', 'kind = "vm.stat", vm = "b"')},
            "check never: there is no kind of event 'vm.stat'",
        ),
        (
            {"lesson_toml": LESSON.replace('fields = { state = "Off" }', 'fields = { stat = "Off" }')},
            "check noted: an event 'vm.state' has no field 'stat'",
        ),
        (
            {"solution_ps1": SOLUTION.replace("which second", "which first")},
            "solution.ps1: check choice does not pass",
        ),
        ({"solution_ps1": SOLUTION + "Get-VM\n"}, "solution.ps1: passes after statement 6 already"),
        ({"solution_ps1": SOLUTION + "Remove-VM a\nNew-VM b\n"}, "solution.ps1: check never does not pass"),
        (
            {
                "solution_ps1": "New-VM z; "
                + SOLUTION.replace("Submit", "Start-VM z; Stop-VM z -TurnOff; Submit", 1)
            },
            "loses points",
        ),
        ({"solution-2_ps1": "New-VM a\n"}, "solution-2.ps1: check exact does not pass"),
        ({"wrong-b_ps1": "# check: never\n" + SOLUTION}, "wrong-b.ps1: passes"),
        (
            {"wrong-b_ps1": "# check: made\nNew-VM b\n" + SOLUTION.replace("1000", "2000")},
            "wrong-b.ps1: check made does not catch it",
        ),
        (
            {"wrong-b_ps1": "# check: made\nNew-VM b\n" + SOLUTION.replace("1000", "2000")},
            "wrong-b.ps1: fails at never as well",
        ),
        ({"wrong-b_ps1": "New-VM b\n" + SOLUTION}, "wrong-b.ps1: its first line must name a check"),
        ({"en_md": TEXT.replace("New-VM a", "New-VM (")}, "en.md: 'New-VM (': "),
        ({"en_md": TEXT.replace("New-VM a", "New-VM b")}, "the languages show different commands"),
        (
            {"en_md": shown("Get-VM zz"), "de_md": shown("Get-VM zz")},
            "en.md {#one}: 'Get-VM zz' is refused: Hyper-V was unable to find",
        ),
        (
            {"lesson_toml": LESSON.replace('id = "one"', 'id = "one"\nrefused = ["New-VM a"]')},
            "step one: 'New-VM a' is named as refused, and is not",
        ),
        ({"lesson_toml": asked("Start-VM a, then wait")}, "step two: its last hint does not solve it"),
        ({"lesson_toml": asked("Submit-LabAnswer count 2000")}, "step two: its last hint does not solve it"),
        (
            {"lesson_toml": asked(SOLVES, "Submit-LabAnswer count 7")},
            "step two: its last hint does not solve it",
        ),
        (
            {
                "lesson_toml": REPEATED,
                "solution_ps1": TWICE,
                "wrong-b_ps1": f"# check: never\nNew-VM b\n{TWICE.replace('2000', '3000')}",
            },
            "step two: is no transfer: with other names and numbers, step one solves it",
        ),
    ],
)
def test_a_planted_defect_is_found(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    problems = library.lint(load(tmp_path / "l", **changed))
    assert any(words in problem for problem in problems), problems


def test_all_that_was_shown_before_must_not_solve_a_task_either(tmp_path: Path) -> None:
    task = """id = "three"
alone = true
goals = ["third"]
question = "which"
[[step.hints]]
text = { en = "New-VM three; Set-VMProcessor three -Count 2", de = "New-VM three; Set-VMProcessor three -Count 2" }"""
    check = """[[check]]
id = "third"
points = 5
title = { en = "t", de = "t" }
why = { en = "w", de = "w" }
expression = "(Get-VMProcessor three).Count -eq 2"

[[check]]
id = "exact\""""
    lesson = LESSON.replace('id = "three"\nquestion = "which"', task).replace(
        '[[check]]\nid = "exact"', check
    )
    text = TEXT.replace("\ntwo\n", "\n```powershell\nSet-VMProcessor a -Count 2\n```\n")
    solution = TWICE.replace("New-VM two", "New-VM three; Set-VMProcessor three -Count 2")
    small = load(
        tmp_path / "l",
        lesson_toml=lesson,
        en_md=text,
        de_md=text.replace("# Small", "# Klein"),
        solution_ps1=solution,
        **{"wrong-b_ps1": f"# check: never\nNew-VM b\n{solution.replace('2000', '3000')}"},
    )
    problems = library.lint(small)
    words = "step three: is no transfer: with other names and numbers, "
    assert f"{words}the steps before solve it" in problems
    assert not any(problem.startswith(f"{words}step") for problem in problems), "none of them alone does"


def test_a_lesson_without_a_solution_is_no_lesson(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    (lesson.folder / "solution.ps1").unlink()
    assert "there is no solution.ps1" in library.lint(loading.load(lesson.folder))


def cut(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Change a text in one of the lesson's files."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    "change",
    [
        cut(
            "lesson.toml",
            'never = { kind = "vmbus.message", vm = "nt4" }',
            'never = { kind = "vmbus.message" }',
        ),
        cut("solution.ps1", "ring-bytes 168", "ring-bytes 4096"),
        cut("wrong-turned-off.ps1", "web01, nt4 -TurnOff", "nt4 -TurnOff; Stop-VM web01"),
        cut("lesson.toml", "refute = 'Get-LabEvent partition", "refute = 'Get-LabEvents partition"),
        cut("lesson.toml", "refute = '", "refute = 'Start-VM nobody; "),
    ],
)
def test_a_defect_planted_in_the_first_lesson_is_found(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    folder = tmp_path / "lesson"
    shutil.copytree(FIRST, folder)
    change(folder)
    assert library.lint(loading.load(folder)) != []
