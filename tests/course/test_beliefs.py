"""What answers say of common misconceptions: held, refuted, come back; over one lesson and over several."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import beliefs, grading, library
from hvlab.course.review import Review
from hvlab.course.seen import resolves_guess
from hvlab.session.log import Entry
from hvlab.text import Text

LESSON = library.find("what-counts")
FIRST = library.find("first-child-partition")
NAME = "snapshot-is-backup"


def entries(*given: str) -> list[Entry]:
    return [Entry(0, "answer", text=answer, name="backup") for answer in given]


def of(*given: str) -> dict[str, str]:
    lesson = library.find("a-moment")
    return dict(beliefs.follow({}, beliefs.signs(lesson, entries(*given), ())))


def guesses() -> list[tuple[str, int, str, str]]:
    """Each guess of the first lesson behind which a misconception stands: the step that answers it comes with it."""
    return [
        (question.id, number, choice.id, choice.misconception)
        for number, step in enumerate(FIRST.plan.step)
        if step.goals and (question := FIRST.question(resolves_guess(FIRST, number) or "-")) is not None
        for choice in question.choices
        if choice.misconception
    ]


def test_there_are_guesses_to_refute() -> None:
    assert guesses()


@pytest.mark.parametrize(("question", "number", "choice", "name"), guesses())
def test_an_experiment_refutes_its_guess_before_the_lesson_is_passed(
    question: str, number: int, choice: str, name: str
) -> None:
    given = [Entry(0, "answer", text=choice, name=question)]

    def state(reached: set[str]) -> str:
        return beliefs.follow({}, beliefs.signs(FIRST, given, reached))[name]

    goals, checks = set(FIRST.plan.step[number].goals), {check.id for check in FIRST.plan.check}
    assert state(set()) == "held"
    assert state(checks - goals) == "held", "another step's experiment is not this one's"
    assert state(goals) == "refuted"
    assert state(checks) == "refuted"


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (("nothing",), None),
        (("half",), "held"),
        (("half", "half"), "held"),
        (("half", "nothing"), "refuted"),
        (("half", "nothing", "half"), "relapsed"),
        (("half", "nothing", "half", "nothing"), "refuted"),
        (("zzz",), None),
    ],
)
def test_a_misconception_is_held_refuted_and_may_come_back(given: tuple[str, ...], state: str | None) -> None:
    assert of(*given).get(NAME) == state


def test_it_is_followed_from_lesson_to_lesson(tmp_path: Path) -> None:
    known = Review(tmp_path)
    assert known.answered([(NAME, True), (NAME, False)]) == {NAME: "refuted"}
    known.sitting([], [])
    again = Review(tmp_path)
    assert again.beliefs == {NAME: "refuted"}
    assert again.answered([(NAME, True), ("windows-only", True)]) == {
        NAME: "relapsed",
        "windows-only": "held",
    }


def test_the_report_names_it_and_says_nothing_where_there_is_nothing_to_say() -> None:
    lesson = library.find("a-moment")
    session = grading.open_session(lesson)
    session.answer("backup", "half")
    report = grading.report(lesson, session, "x", "en")
    assert report.misconceptions == {NAME: "held"}
    assert "You held: A snapshot is a backup." in grading.as_text(report, Text("en"))
    assert grading.report(LESSON, grading.open_session(LESSON), "x", "en").misconceptions == {}


def test_what_is_still_held_is_told_first() -> None:
    told = beliefs.told({"windows-only": "refuted", NAME: "held", "gone-from-the-list": "held"}, Text("de"))
    assert [line.split(":")[0] for line in told] == ["Sie meinten", "Sie meinten dies und haben es widerlegt"]
