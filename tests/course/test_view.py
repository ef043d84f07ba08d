"""A lesson as a screen sees it: steps, goals, hints, questions, languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import cmdlets, grading, library
from hvlab.course.model import Lesson
from hvlab.course.view import OpenLesson, open_lesson
from hvlab.session.session import Session
from hvlab.text import Text
from tests.course.support import LESSON, load


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return load(tmp_path / "lesson")


@pytest.fixture
def view(lesson: Lesson) -> OpenLesson:
    return OpenLesson(lesson, grading.open_session(lesson), "en")


def test_steps_are_turned_like_pages(view: OpenLesson) -> None:
    assert view.title == "Small" and view.steps() == (1, 3)
    assert view.page().startswith("## One") and "New-VM a" not in view.page(), "it comes after the guess"
    assert not view.previous_step()
    assert view.next_step() and view.next_step() and view.steps() == (3, 3)
    assert not view.next_step() and view.steps() == (3, 3)
    assert view.previous_step() and view.page().startswith("## Two")


def test_goals_follow_the_lab_when_they_are_asked_to(view: OpenLesson) -> None:
    assert [goal.verdict for goal in view.goals()][:2] == ["fail", "fail"] and not view.step_done()
    assert not view.refresh(), "nothing has changed"
    view.session.run("New-VM a")
    assert view.goals()[0].verdict == "fail", "not before it is asked"
    assert view.refresh() and not view.refresh()
    assert [goal.verdict for goal in view.goals()][:2] == ["pass", "pass"] and view.step_done()
    assert view.page().endswith(Text("en")("course.step_done"))
    goal = view.goals()[0]
    assert (goal.id, goal.title, goal.points) == ("made", "a is made", 10)
    view.session.run("Remove-VM a -Force")
    assert view.refresh() and not view.step_done()


def test_hints_come_in_order_and_are_recorded_when_taken(view: OpenLesson) -> None:
    offer = view.next_hint()
    assert offer is not None and offer.cost == 0
    assert view.session.hints == [], "an offer is not yet taken"
    again = view.next_hint()
    assert again is not None and again.take() == "nudge"
    second = view.next_hint()
    assert second is not None and second.cost == 2 and second.take() == "the command"
    assert view.next_hint() is None
    assert view.session.hints == ["one/1", "one/2"]
    assert [(entry.kind, entry.name) for entry in view.session.log.entries] == [
        ("hint", "one/1"),
        ("hint", "one/2"),
    ]
    view.next_step()
    assert view.next_hint() is None, "this step has none"
    view.previous_step()
    assert view.next_hint() is None, "they stay taken"


def test_a_guess_is_recorded_and_not_marked(view: OpenLesson) -> None:
    question = view.question()
    assert question is not None
    assert (question.id, question.kind, list(question.choices)) == ("guess", "choice", ["Yes", "No"])
    assert question.answer("2") == (True, "Your guess: No. see")
    assert question.answer("yes") == (True, "Your guess: Yes. see")
    assert view.session.answers == {"guess": "yes"}
    view.refresh()
    assert all(goal.verdict != "pass" for goal in view.goals())


@pytest.mark.parametrize("text", ["2", "second", "The second", "die zweite"])
def test_a_choice_may_be_meant_by_number_id_or_text(view: OpenLesson, text: str) -> None:
    view.next_step()
    view.next_step()
    question = view.question()
    assert question is not None and question.answer(text) == (True, "yes")
    assert view.session.answers == {"which": "second"}
    assert view.session.log.entries[-1].text == "second"
    assert view.refresh() and view.goals()[-1].verdict == "pass"


@pytest.mark.parametrize(("text", "reply"), [("1", "no"), ("First", "no"), ("3", ""), ("", "")])
def test_a_wrong_choice_is_told(view: OpenLesson, text: str, reply: str) -> None:
    view.next_step()
    view.next_step()
    question = view.question()
    assert question is not None and question.answer(text) == (False, reply)
    view.refresh()
    assert view.goals()[-1].verdict == "fail"


def test_a_number_is_compared_with_the_learners_own_lab(view: OpenLesson) -> None:
    view.next_step()
    question = view.question()
    assert question is not None and (question.kind, list(question.choices)) == ("value", [])
    assert question.answer("1000") == (False, "wrong")
    view.session.run("New-VM a; New-VM b")
    assert question.answer("1000") == (False, "wrong") and question.answer("2 000") == (True, "right")
    for text in ("many", "", "2000; New-VM c", "(Get-VM).Count * 1000"):
        assert question.answer(text) == (False, "wrong")
    assert len(view.session.answers) == 1


def test_the_language_can_be_changed_at_any_moment(view: OpenLesson) -> None:
    view.session.run("New-VM a")
    view.refresh()
    view.set_language("de")
    assert view.title == "Klein" and view.goals()[0].title == "a gibt es"
    assert view.page().endswith(Text("de")("course.step_done"))
    question, hint = view.question(), view.next_hint()
    assert (
        question is not None
        and list(question.choices) == ["Ja", "Nein"]
        and question.answer("ja") == (True, "Ihre Vermutung: Ja. sieh")
    )
    assert hint is not None and hint.take() == "Stups"
    before = list(view.session.log.entries)
    view.set_language("en")
    assert view.page().startswith("## One") and view.session.log.entries == before, "a language is no input"


def test_opening_runs_the_start_script_first(tmp_path: Path) -> None:
    lesson = load(tmp_path / "begun", start_ps1="New-VM a")
    session = Session(lesson=lesson.id, lesson_digest=lesson.digest, cmdlets=cmdlets.CMDLETS)
    view = open_lesson(lesson, session, "de")
    assert view.step_done() and [entry.text for entry in session.log.entries] == ["New-VM a"]


def test_looking_at_a_lesson_changes_nothing(view: OpenLesson) -> None:
    view.session.run("New-VM a; Start-VM a")
    before = (view.session.world.digest(), view.session.world.trace.digest(), list(view.session.log.entries))
    for _ in range(3):
        view.refresh()
        view.page()
        view.goals()
        view.question()
        view.next_hint()
        view.next_step()
    assert before == (
        view.session.world.digest(),
        view.session.world.trace.digest(),
        view.session.log.entries,
    )


def test_a_lesson_is_gone_on_with_where_it_was_left(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    session = grading.open_session(lesson)
    assert open_lesson(lesson, session, "en").steps() == (1, 3)
    session.run("New-VM a")
    assert open_lesson(lesson, session, "en").steps()[0] > 1, "the first step's goals are reached"


def guessing(tmp_path: Path, correct: str = "no") -> OpenLesson:
    known = f'correct = "{correct}"\nright = {{ en = "So.", de = "Eben." }}' if correct else ""
    text = LESSON.replace('correct = "yes"', known, 1)
    lesson = load(tmp_path / "guessing", lesson_toml=text)
    return OpenLesson(lesson, grading.open_session(lesson), "en")


@pytest.mark.parametrize(
    ("guess", "told"),
    [
        ("1", 'You guessed "Yes". The experiment shows "No". So.'),
        ("2", 'Your guess was right: "No". So.'),
        ("", 'The experiment shows "No". So.'),
    ],
)
def test_a_guess_is_answered_as_soon_as_the_experiment_was_made(
    tmp_path: Path, guess: str, told: str
) -> None:
    view = guessing(tmp_path)
    question = view.question()
    assert question is not None and question.is_open
    if guess:
        question.answer(guess)
        assert not question.is_open
    assert view.resolved() == "" and told not in view.page()
    view.session.run("New-VM a")
    view.refresh()
    assert view.resolved() == told and told in view.page()
    view.set_language("de")
    assert view.resolved().endswith("Eben.") and "Nein" in view.resolved()


def test_a_guess_that_names_no_answer_is_not_resolved(tmp_path: Path) -> None:
    view = guessing(tmp_path, correct="")
    view.session.run("New-VM a")
    view.refresh()
    assert view.resolved() == ""


def test_a_guess_in_a_step_without_goals_is_answered_by_the_next_step(tmp_path: Path) -> None:
    lesson = library.first()
    view = OpenLesson(lesson, grading.open_session(lesson), "en")
    question = view.question()
    assert question is not None
    question.answer("2")
    assert view.resolved() == ""
    view.next_step()
    assert view.resolved() == "", "nothing has been tried yet"
    view.session.run(r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd")
    view.refresh()
    assert view.resolved() == "", "nobody has looked yet"
    view.session.run("Get-LabPartition")
    view.refresh()
    assert view.resolved().startswith('You guessed "Two: the root and the new machine".')
    assert "One: the root partition only" in view.page()


def test_an_answer_that_names_nothing_is_asked_for_again(view: OpenLesson) -> None:
    question = view.question()
    assert question is not None
    for text in ("9", "0", "perhaps", ""):
        assert question.unclear(text) == "Answer with one number from 1 to 2."
    assert question.unclear("2") == question.unclear("yes") == ""
    view.set_language("de")
    question = view.question()
    assert question is not None and question.unclear("9") == "Antworten Sie mit einer Zahl von 1 bis 2."


def test_bare_numbers_at_the_prompt_are_answers_while_the_question_is_open(view: OpenLesson) -> None:
    question = view.question()
    assert question is not None
    assert question.is_meant(" 2 ") and not question.is_meant("Get-VM") and not question.is_meant("1+1")
    question.answer("1")
    assert not question.is_meant("2"), "a guess is made once; then a number is PowerShell again"
    view.next_step()
    view.next_step()
    question = view.question()
    assert question is not None
    question.answer("1")
    assert question.is_open and question.is_meant("2"), "a wrong answer may be given again"
    question.answer("2")
    assert not question.is_open


def test_a_passed_lesson_says_so_on_every_page_and_an_unfinished_one_on_its_last(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    view = OpenLesson(lesson, grading.open_session(lesson), "en")
    view.session.run("New-VM a")
    view.refresh()
    assert view.step_done() and not view.passed() and "Passed" not in view.page()
    first = library.first()
    whole = OpenLesson(first, grading.open_session(first), "en")
    whole.session.run(first.scripts["solution.ps1"])
    whole.refresh()
    assert whole.passed()
    while True:
        if whole.lesson.plan.step[whole.steps()[0] - 1].goals:
            assert whole.page().endswith(Text("en")("course.lesson_done"))
        if not whole.next_step():
            break


def test_the_last_page_sends_back_to_what_is_still_open() -> None:
    first = library.first()
    view = OpenLesson(first, grading.open_session(first), "en")
    lines = first.scripts["solution.ps1"].splitlines()
    view.session.run("\n".join(line for line in lines if not line.startswith("Stop-VM")))
    view.refresh()
    while view.next_step():
        pass
    assert view.step_done() and not view.passed()
    assert view.page().endswith(Text("en")("course.goals_left"))
    assert view.page(plain=True).endswith(Text("en")("course.goals_left_plain"))


def test_what_must_come_in_order_is_not_told_as_a_bare_number(view: OpenLesson) -> None:
    view.session.run("New-VM a; Start-VM a")
    view.refresh()
    order = next(goal for goal in view.goals() if goal.id == "order")
    assert (order.expected, order.actual) == ("3 steps in this order", "1")
    view.set_language("de")
    order = next(goal for goal in view.goals() if goal.id == "order")
    assert order.expected == "3 Schritte in dieser Reihenfolge"


def test_a_goal_whose_finding_says_nothing_is_told_without_one(tmp_path: Path) -> None:
    lesson = load(
        tmp_path / "l",
        lesson_toml=LESSON.replace("(Get-VM).Count -ge 1", "[bool](Get-VM a -ErrorAction SilentlyContinue)"),
    )
    view = OpenLesson(lesson, grading.open_session(lesson), "en")
    made = next(goal for goal in view.goals() if goal.id == "made")
    assert (made.verdict, made.expected, made.actual) == ("fail", "", "")
