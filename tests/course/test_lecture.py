"""A lesson's demo: its scenes as written, and what one key does, vote by vote."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hvlab.course import grading, library
from hvlab.course.lecture import Scene, Showing, lecture, read_demo
from hvlab.course.model import LANGUAGES, BadLesson

DEMO = """# en: Look.
# de: Sehen Sie hin.
Get-VM |
  Select-Object Name

# A remark for both.
# poll: guess
New-VM web01
Start-VM web01

# en: The end.
# de: Das Ende.
"""


def test_scenes_are_read_as_they_are_written() -> None:
    assert read_demo(DEMO) == [
        Scene({"en": "Look.", "de": "Sehen Sie hin."}, "", "Get-VM | Select-Object Name"),
        Scene({"en": "A remark for both.", "de": "A remark for both."}, "guess", "New-VM web01"),
        Scene({"en": "", "de": ""}, "", "Start-VM web01"),
        Scene({"en": "The end.", "de": "Das Ende."}, "", ""),
    ]
    assert read_demo("") == []


def test_a_class_votes_talks_votes_again_and_only_then_the_experiment_runs() -> None:
    showing = Showing(read_demo(DEMO))
    acts = [showing.advance()[0] for _ in range(12)]
    assert acts == ["say", "run", "say", "ask", "tell", "again", "tell", "run", "say", "run", "say", "end"]
    assert showing.advance() == ("end", None)


def test_without_a_class_a_question_is_only_shown() -> None:
    showing = Showing(read_demo(DEMO), votes=False)
    assert [showing.advance()[0] for _ in range(6)] == ["say", "run", "say", "ask", "run", "say"]


def test_back_leads_to_the_beginning_of_a_scene_and_names_what_had_run() -> None:
    showing = Showing(read_demo(DEMO))
    for _ in range(4):
        showing.advance()
    assert showing.back() == "" and showing.advance()[0] == "say"  # asked only: nothing ran
    showing.back()
    assert showing.back().startswith("Get-VM") and showing.place == 0
    assert showing.back() == ""


def test_a_poll_on_what_is_no_question_is_named(tmp_path: Path) -> None:
    lesson = library.first()

    wrong = msgspec.structs.replace(lesson, scripts={"demo.ps1": "# poll: no-such\nGet-VM"})
    with pytest.raises(BadLesson, match="no-such"):
        lecture(wrong)


def _with_demos() -> list[str]:
    return [lesson.id for lesson in library.all_lessons() if "demo.ps1" in lesson.scripts]


@pytest.mark.parametrize("name", _with_demos())
def test_each_demo_runs_without_an_error_that_the_lab_does_not_explain_and_speaks_both_languages(
    name: str,
) -> None:
    found = lecture(library.find(name))
    assert found.scenes
    for scene in found.scenes:
        assert bool(scene.words["en"]) == bool(scene.words["de"])
    session = grading.open_session(found.lesson)
    for scene in found.scenes:
        session.run(scene.command)
    for error in session.shell.runtime.error_list:  # refusals may be what is shown
        assert error.explain is not None and error.explain[0].startswith("explain."), error.message
    assert set(found.notes) in (set(), set(LANGUAGES))
