"""The final exam: its blueprint, equal forms by seed, and results by chapter with the lessons to repeat."""

from __future__ import annotations

import msgspec
import pytest

from hvlab.course import blueprint, grading, library
from hvlab.course.blueprint import PARTS
from hvlab.course.model import Lesson
from hvlab.course.view import OpenLesson
from hvlab.text import Text

EXAM = library.find("final-exam")


def _with(fields: dict[str, object]) -> Lesson:
    return msgspec.structs.replace(EXAM, plan=msgspec.structs.replace(EXAM.plan, **fields))


def test_each_part_has_a_third_of_the_points() -> None:
    shares = {part: sum(c.points for c in EXAM.plan.check if c.part == part) for part in PARTS}
    assert set(shares.values()) == {EXAM.max_points // 3}
    assert blueprint.problems(EXAM) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"points": 12}, "a third of the points belongs to each part, but they are: transfer 34"),
        ({"part": ""}, "check build: an exam's check has a part: transfer, fault, why"),
        ({"repeat": []}, "check build: an exam's check names the lessons to repeat"),
        ({"repeat": ["one-parents"]}, "check build: no lesson 'one-parents' to repeat"),
        ({"part": "why"}, "check build: why is answered by an event, with cause_of in its question"),
    ],
)
def test_what_breaks_the_blueprint_is_named(fields: dict[str, object], words: str) -> None:
    first, *others = EXAM.plan.check
    broken = _with({"check": [msgspec.structs.replace(first, **fields), *others]})
    assert any(words in problem for problem in blueprint.problems(broken))


def test_an_exam_that_is_the_same_for_everybody_is_none() -> None:
    assert any("drawn anew" in problem for problem in blueprint.problems(_with({"seeds": "fixed"})))


def test_only_an_exam_has_parts() -> None:
    assert all("for exams only" in problem for problem in blueprint.problems(_with({"exam": False})))
    assert len(blueprint.problems(_with({"exam": False}))) == len(EXAM.plan.check)


def test_forms_differ_in_names_and_numbers_and_in_nothing_else() -> None:
    forms = [library.find("final-exam", seed) for seed in range(8)]
    assert len({tuple(form.drawn.values()) for form in forms}) == len(forms)
    assert all(len({form.drawn[name] for name in "abcd"}) == 4 for form in forms)
    asked = {tuple((c.id, c.part, c.points, tuple(c.repeat)) for c in form.plan.check) for form in forms}
    assert len(asked) == 1
    lengths = {form.scripts["solution.ps1"].count("\n") for form in forms}
    assert len(lengths) == 1


def test_results_come_by_chapter_and_say_what_to_repeat() -> None:
    name = "wrong-all-in-one-vlan.ps1"
    report = grading.report(EXAM, grading.run_script(EXAM, EXAM.scripts[name], name), name, "en")
    assert sum(row.points for row in report.chapters) == report.points == EXAM.max_points - 11
    assert sum(row.max_points for row in report.chapters) == report.max_points
    assert [row.repeat for row in report.chapters if row.points < row.max_points] == [["vlans"]]
    assert "    8 Networks: 0 of 11. To repeat: vlans" in grading.as_text(report, Text("en")).splitlines()


def test_an_answer_is_noted_without_a_word_on_whether_it_is_right() -> None:
    view = OpenLesson(EXAM, grading.open_session(EXAM), "en")
    while (question := view.question()) is None:
        assert view.next_step()
    said = [question.answer(text) for text in ("1", "2")]
    assert all(right and "Noted" in words for right, words in said)
    assert not question.is_open and question.guess, "no screen may call it right or wrong"
    view.refresh()
    shown = {goal.id: (goal.verdict, goal.title) for goal in view.goals()}
    assert shown["wish"] == ("not_reached", "Why were the writers frozen? (answered)")
    assert shown["offers"] == ("not_reached", "Why were the channels offered?")
    assert {row.title: row.points for row in view.chapters()}["16 Backup and recovery"] == 0


def test_a_lesson_has_no_results_by_chapter() -> None:
    lesson = library.find("first-child-partition")
    report = grading.report(lesson, grading.open_session(lesson), "start", "en")
    assert report.chapters == []
    assert "By chapter" not in grading.as_text(report, Text("en"))
