"""What authors get: a schema that all lessons keep, a lesson to begin with, a page, a script of a session."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hvlab.course import authoring, drawing, grading, library, recording
from hvlab.course.model import BadLesson
from hvlab.session.session import Session
from hvlab.text import Text


@pytest.fixture(scope="module")
def validator() -> Any:
    kind = jsonschema.validators.validator_for(authoring.schema())
    kind.check_schema(authoring.schema())
    return kind(authoring.schema())


@pytest.mark.parametrize("name", library.ids())
def test_every_lesson_keeps_the_schema(validator: Any, name: str) -> None:
    folder = library.find(name).folder
    validator.validate(tomllib.loads(drawing.blank((folder / "lesson.toml").read_text(encoding="utf-8"))))


def test_the_schema_refuses_what_the_loader_refuses(validator: Any) -> None:
    text = (library.first().folder / "lesson.toml").read_text(encoding="utf-8")
    for wrong in (text.replace("minutes", "minuets", 1), re.sub(r"minutes = \d+", 'minutes = "long"', text)):
        assert wrong != text
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(tomllib.loads(drawing.blank(wrong)))


def test_the_lesson_to_begin_with_is_proved(tmp_path: Path) -> None:
    files = authoring.begin(tmp_path / "my-first")
    assert {file.name for file in files} >= {"lesson.toml", "en.md", "de.md", "solution.ps1"}
    lesson = library.find(str(tmp_path / "my-first"))
    assert lesson.id == "my-first"
    assert library.lint(lesson) == []


@pytest.mark.parametrize("name", ["Bad Name", "ümlaut", "-x"])
def test_a_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadLesson, match="becomes the lesson's id"):
        authoring.begin(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(BadLesson, match="exists already"):
        authoring.begin(tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_preview_holds_every_step_check_and_hint(language: str) -> None:
    for name in library.ids():
        lesson = library.find(name)
        page = "\n".join(authoring.preview(lesson, language))
        for step in lesson.plan.step:
            assert lesson.sections[language][step.id].strip() in page
            assert all(hint.text[language] in page for hint in step.hints)
        shown = {goal for step in lesson.plan.step for goal in step.goals}
        assert all(check.title[language] in page for check in lesson.plan.check if check.id in shown)


def test_a_session_becomes_a_script_that_is_a_solution() -> None:
    lesson = library.find("first-child-partition")
    session = grading.open_session(lesson)
    session.run("New-VM wrong\nUndo-Lab\nGet-VM\n" + lesson.scripts["solution.ps1"])
    script = recording.script_of(session)
    assert "wrong" not in script and "Undo-Lab" not in script and "Get-VM\n" not in script
    again = Session(scenario=lesson.scenario, platform=lesson.platform, seed=lesson.seed)
    again.run(script)
    assert again.world.digest() == session.world.digest()


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_text_alone_gives_nothing_away(language: str) -> None:
    lesson = library.find("first-child-partition")
    lines = list(authoring.text_alone(lesson, language, Text(language), goals=True))
    told = "\n".join(lines)
    for step in lesson.plan.step:
        assert f"{{#{step.id}}}" in told
        assert all(hint.text[language] not in told for hint in step.hints[:1])
    for check in lesson.plan.check:
        assert f"- [ ] {check.title[language]}" in lines
        assert check.why[language] not in told
        assert not check.expression or check.expression not in told
    for question in lesson.plan.question:
        assert f"? {question.prompt[language]}" in told and f"Submit-LabAnswer {question.id} " in told
        for number, choice in enumerate(question.choices, 1):
            assert f"  {number}. {choice.text[language]}" in lines
            assert not choice.feedback or choice.feedback[language] not in told
    assert all(
        not line.startswith("- [ ]") for line in authoring.text_alone(lesson, language, Text(language))
    )


def test_a_lesson_that_is_being_written_is_seen_each_time_it_is_saved(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    authoring.begin(folder)
    waited: list[int] = []

    def wait() -> None:
        waited.append(1)
        if len(waited) in (2, 5):
            text = folder / "en.md"
            text.write_text(text.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")

    seen = authoring.saved(folder, wait)
    assert next(seen) is False and not waited, "at once"
    assert next(seen) is True and len(waited) == 2
    assert next(seen) is True and len(waited) == 5, "not as long as nothing is saved"
