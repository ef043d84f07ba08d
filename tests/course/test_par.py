"""With how few commands a lesson can be done, and how many it took."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hvlab.course import grading, library, loading, par, proofs
from hvlab.course.attempts import Attempts
from hvlab.course.view import OpenLesson
from hvlab.text import Text
from tests.course.support import LESSON, SOLUTION, load


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


MOVED = ("while-it-runs", "one-night", "planned-and-not")


@pytest.mark.parametrize("name", MOVED)
def test_what_is_best_is_what_the_solutions_measure(name: str) -> None:
    lesson = library.find(name)
    measured: dict[str, list[int]] = {}
    for script in lesson.scripts_like("solution*.ps1"):
        session = grading.open_session(lesson)
        session.run(lesson.scripts[script])
        for figure in par.figures(lesson, session):
            measured.setdefault(figure.kind, []).append(figure.taken)
            assert figure.par > 0
    assert "downtime" in measured
    assert {figure.kind: figure.par for figure in par.figures(lesson, session)} == {
        kind: min(values) for kind, values in measured.items()
    }


def test_a_better_solution_lowers_the_par(tmp_path: Path) -> None:
    """The figure follows the script beside the lesson: nobody types it in."""
    folder = shutil.copytree(library.find("cheapest-set").folder, tmp_path / "cheapest-set")
    session = grading.open_session(loading.load(folder))
    before = [one.par for one in par.figures(loading.load(folder), session) if one.kind == "licences"]
    (folder / "solution-dear.ps1").write_text("Add-LabLicense Datacenter -Count 9")
    assert [one.par for one in par.figures(loading.load(folder), session) if one.kind == "licences"] == before
    (folder / "solution-free.ps1").write_text("Get-LabLicense")
    [after] = [one.par for one in par.figures(loading.load(folder), session) if one.kind == "licences"]
    assert after < before[0]


@pytest.mark.parametrize(("language", "words"), [("en", "The par is 20.1"), ("de", "Par ist 20,1")])
def test_whoever_was_missed_longer_reads_it_in_every_report_and_on_the_page(
    tmp_path: Path, language: str, words: str
) -> None:
    lesson = library.find("while-it-runs")
    slow = lesson.scripts["solution.ps1"].replace(
        "Stop-VM intern", "Save-VM db01 -ComputerName HV02; Start-VM db01 -ComputerName HV02\nStop-VM intern"
    )
    report = grading.grade_bytes(lesson, "mine", slow.encode(), language)
    assert report.passed
    [figure] = [one for one in report.par if one.kind == "downtime"]
    assert not figure.reached and figure.taken > figure.par + 5000
    told = grading.as_text(report, Text(language))
    assert words in told and "(web01, db01)" in told
    assert {
        "kind": "downtime",
        "taken": figure.taken,
        "par": figure.par,
        "machines": ["web01", "db01"],
    } in json.loads(grading.as_json(report))["par"]
    view = OpenLesson(lesson, grading.open_session(lesson), language)
    view.session.run(slow)
    view.refresh()
    while view.next_step():
        pass
    assert words in view.closing()


def test_a_submission_is_compared_alike_whatever_was_graded_before(tmp_path: Path) -> None:
    lesson = library.find("one-night")
    right = lesson.scripts["solution.ps1"].encode()
    grading.close_labs()
    first = grading.grade_bytes(lesson, "mine", right)
    for script in lesson.scripts_like("*.ps1"):
        grading.grade_bytes(lesson, script, lesson.scripts[script].encode())
    session = grading.open_session(lesson)
    session.run(lesson.scripts["solution.ps1"])
    recorded = grading.grade_bytes(lesson, "mine", session.log.text())
    assert grading.grade_bytes(lesson, "mine", right).par == first.par == recorded.par != []
    assert par.figures(lesson, session) == first.par


def test_work_that_has_not_passed_is_not_compared() -> None:
    lesson = library.find("one-night")
    assert grading.grade_bytes(lesson, "mine", b"Get-VM").par == []


def test_a_name_that_nothing_bears_is_no_par(tmp_path: Path) -> None:
    lesson = load(
        tmp_path / "l",
        lesson_toml=LESSON.replace("minutes = 5", 'minutes = 5\npar = { downtime = ["nobody"] }'),
    )
    assert any("'nobody' never answers" in problem for problem in proofs._par(Attempts(lesson)))


def test_every_lesson_of_the_course_has_a_way_to_compare_with() -> None:
    for lesson in library.all_lessons()[::9]:
        assert par.fewest(lesson, grading.open_session(lesson)) >= 0
