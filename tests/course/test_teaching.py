"""What an instructor gets: notes that are whole, a demonstration that runs, and each planted defect found."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hvlab.course import library, teaching
from hvlab.course.attempts import Attempts
from hvlab.course.model import NOTES, BadLesson
from tests.course.support import load

NOTE = "# Notes\n\n" + "\n\n".join(f"## A heading {{#{name}}}\n\nSee `New-VM`." for name in NOTES) + "\n"
DEMO = "New-VM a\nStart-VM b # refused\nGet-VM\n"
WHOLE = {"demo_ps1": DEMO, "notes.en_md": NOTE, "notes.de_md": NOTE}


def test_notes_and_demonstration_are_read_and_proved(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l", **WHOLE)
    assert lesson.demo() == DEMO
    assert list(lesson.notes) == ["en", "de"] and tuple(lesson.notes["de"]) == NOTES
    assert lesson.notes["en"]["aim"] == "## A heading\n\nSee `New-VM`."
    assert library.lint(lesson) == []


def test_every_lesson_of_the_course_can_be_taught() -> None:
    assert [lesson.id for lesson in library.all_lessons() if not lesson.notes] == ["final-exam"]


def test_a_lesson_without_them_is_told(tmp_path: Path) -> None:
    attempts = Attempts(library.find("shares"))
    assert teaching.problems(attempts) == []
    scripts = {name: text for name, text in attempts.lesson.scripts.items() if name != "demo.ps1"}
    attempts.lesson = msgspec.structs.replace(attempts.lesson, notes={}, scripts=scripts)
    assert "a lesson of the course has a demo.ps1" in teaching.problems(attempts)[0]
    assert teaching.problems(Attempts(load(tmp_path / "l"))) == [], "one's own lesson may do without"


def test_they_do_not_change_the_edition(tmp_path: Path) -> None:
    assert load(tmp_path / "a").digest == load(tmp_path / "b", **WHOLE).digest


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"demo_ps1": ""}, "come together"),
        ({"demo_ps1": "New-VM a\nStart-VM b\nGet-VM"}, "demo.ps1, statement 2: "),
        ({"demo_ps1": "New-VM a # refused\nGet-VM"}, "marked as refused, and runs"),
        ({"demo_ps1": "Get-VM\nNew-VM a | Out-Null"}, "shows nothing"),
        ({"demo_ps1": "New-VM ("}, "demo.ps1, line 1: "),
        ({"demo_ps1": "Get-VM\n" * 16}, "16 statements"),
        ({"notes.en_md": NOTE.replace("New-VM", "New-Vm1")}, "no command New-Vm1"),
        ({"notes.en_md": NOTE.replace("New-VM", "Get-VM")}, "different commands"),
        ({"notes.en_md": NOTE.replace("See `New-VM`.", "", 1)}, "{#aim}: is empty"),
    ],
)
def test_a_planted_defect_is_found(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    problems = library.lint(load(tmp_path / "l", **{**WHOLE, **changed}))
    assert any(words in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"notes.en_md": NOTE}, "notes.de.md: is missing beside notes.en.md"),
        ({"notes.en_md": NOTE, "notes.fr_md": NOTE}, "notes are called notes.en.md and notes.de.md"),
        ({**WHOLE, "notes.de_md": NOTE.replace("#demo", "#show")}, "its sections must be {#aim}, "),
    ],
)
def test_notes_that_are_not_whole_are_refused(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    with pytest.raises(BadLesson) as told:
        load(tmp_path / "l", **changed)
    assert words in str(told.value)
