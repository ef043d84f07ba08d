"""Looks that a step wants, pages that go on after a guess, and goals evaluated while a command is at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import grading, proofs
from hvlab.course.attempts import Attempts
from hvlab.course.pages import before_answer, gives_away, whole
from hvlab.course.view import OpenLesson
from tests.course.support import LESSON, TEXT, load

LOOKING = LESSON.replace(
    'question = "guess"\n', 'question = "guess"\nlooks = ["Get-LabPartition", "gvm"]\n', 1
)
BRINGING = TEXT.replace("New-VM a\n```", "New-VM a\nGet-LabPartition\n(Get-VM).Count\n```")


def opened(folder: Path, lesson: str = LOOKING, text: str = BRINGING) -> OpenLesson:
    plan = load(folder, lesson_toml=lesson, en_md=text, de_md=text.replace("# Small", "# Klein"))
    return OpenLesson(plan, grading.open_session(plan), "en")


def run(view: OpenLesson, source: str) -> None:
    view.session.run(source)
    view.refresh()


def test_a_step_is_done_when_its_looks_were_made_after_its_goals_were_reached(tmp_path: Path) -> None:
    view = opened(tmp_path / "a")
    run(view, "Get-LabPartition; Get-VM")
    assert not view.step_done(), "nothing is reached"
    run(view, "New-VM a")
    assert list(view.unseen()) == ["Get-LabPartition", "gvm"], "what was seen before counts no longer"
    assert not view.step_done() and not view.resolved()
    assert "Get-LabPartition" in view.closing() and "Done" not in view.closing()
    assert "`(Get-VM).Count`" in view.closing(), "a look is named as the page writes it"
    run(view, "Get-LabPartition | Format-List")
    assert list(view.unseen()) == ["gvm"] and not view.step_done()
    run(view, "if ($true) { (Get-VM).Count }")
    assert not view.unseen() and view.step_done()
    assert view.resolved() and "Done" in view.closing()


def test_a_look_in_the_same_line_as_the_work_counts(tmp_path: Path) -> None:
    view = opened(tmp_path / "a")
    run(view, "New-VM a; Get-LabPartition; Get-VM")
    assert view.step_done()


def test_what_is_undone_is_unseen_and_what_was_seen_is_known_to_who_comes_back(tmp_path: Path) -> None:
    view = opened(tmp_path / "a")
    run(view, "New-VM a")
    run(view, "Get-LabPartition")
    run(view, "Get-VM")
    assert view.step_done()
    assert not OpenLesson(view.lesson, view.session, "en").unseen(), "opened again in the same record"
    run(view, "Undo-Lab")
    assert not view.step_done()
    run(view, "New-VM a")
    assert list(view.unseen()) == ["Get-LabPartition", "gvm"]


def test_the_page_goes_on_after_the_guess(tmp_path: Path) -> None:
    view = opened(tmp_path / "a")
    question = view.question()
    assert question is not None and question.holds_back
    assert view.page() == "## One"
    question.answer("1")
    assert not question.holds_back and "New-VM a" in view.page()


def test_who_makes_the_experiment_without_a_guess_reads_the_whole_page(tmp_path: Path) -> None:
    view = opened(tmp_path / "a", LESSON, TEXT)
    run(view, "New-VM a")
    assert "New-VM a" in view.page() and view.resolved() in view.closing()


def test_before_a_guess_a_page_ends_with_what_leads_to_its_commands() -> None:
    page = "## T\n\nDo:\n\n```powershell\nGet-VM\n```\n\nSo it is."
    assert before_answer(page, guess=True) == "## T\n\nDo:"
    assert before_answer(page, guess=False) == page, "what is marked may be looked up"
    picture = '## T\n\n```text alt="x"\n+--+\n```\n\nLook.'
    assert before_answer(picture, guess=True) == picture, "a drawing is no command"


@pytest.mark.parametrize("guess", [True, False])
def test_a_rule_holds_back_what_stands_below_it(guess: bool) -> None:
    page = "## T\n\n```powershell\nGet-VM\n```\n\nReckon.\n\n---\n\nSo it is."
    assert before_answer(page, guess=guess).endswith("Reckon.")
    assert whole(page).endswith("Reckon.\n\n\nSo it is.")


def test_a_page_with_a_rule_goes_on_after_any_answer(tmp_path: Path) -> None:
    text = TEXT.replace("\ntwo\n", "\ntwo\n\n---\n\nNow start it.\n")
    view = opened(tmp_path / "a", LESSON, text)
    view.next_step()
    question = view.question()
    assert question is not None and question.holds_back and "Now start it." not in view.page()
    question.answer("7")
    assert question.is_open and not question.holds_back and "Now start it." in view.page()
    assert "---" not in view.page()


def test_a_guess_is_answered_when_the_page_s_last_commands_have_looked(tmp_path: Path) -> None:
    view = opened(tmp_path / "a", LESSON)
    run(view, "New-VM a")
    run(view, "Get-VM")
    assert view.resolved() == "", "the step names no look, but its page ends with one"
    run(view, "Get-LabPartition")
    assert view.resolved()


@pytest.mark.parametrize(
    ("text", "answer", "told"),
    [
        ("It takes **far fewer** bytes, as we know.", "Far fewer bytes", True),
        ("It takes far fewer, and bytes.", "Far fewer bytes", False),
        ("One partition.", "one", False),
    ],
)
def test_an_answer_is_recognised_in_a_text(text: str, answer: str, told: bool) -> None:
    assert gives_away(text, answer) is told


def test_the_proof_refuses_a_guess_that_the_page_answers_first(tmp_path: Path) -> None:
    long = LESSON.replace('en = "Yes", de = "Ja"', 'en = "Yes, one each", de = "Ja, je eine"')
    told = TEXT.replace("{#one}\n", "{#one}\n\nThere is **yes: one each**.\n")
    plan = load(tmp_path / "a", lesson_toml=long, en_md=told)
    assert [p for p in proofs.prove(plan) if "guess guess" in p] == [
        "en.md {#one}: the answer of the guess guess stands before it; it may follow the first commands"
    ]
    after = TEXT.replace("New-VM a\n```", "New-VM a\n```\n\nThere is yes, one each.")
    plan = load(tmp_path / "b", lesson_toml=long, en_md=after)
    assert not [p for p in proofs.prove(plan) if "guess guess" in p]


@pytest.mark.parametrize(
    ("look", "problem"),
    [
        ("New-VM", "step one: 'New-VM' is no command that only looks"),
        ("Get-Nothing", "step one: 'Get-Nothing' is no command that only looks"),
        ("Get-VMSwitch", "en.md {#one}: no command of the page calls Get-VMSwitch"),
    ],
)
def test_the_proof_refuses_looks_that_cannot_be_made(tmp_path: Path, look: str, problem: str) -> None:
    plan = load(
        tmp_path / "a", lesson_toml=LOOKING.replace('"gvm"', f'"{look}"'), en_md=BRINGING, de_md=BRINGING
    )
    assert problem in proofs._looks(Attempts(plan))


def test_at_work_only_what_does_not_hold_yet_is_evaluated(tmp_path: Path) -> None:
    view = opened(tmp_path / "a", LESSON)
    run(view, "New-VM a")
    view.session.run("Remove-VM a -Force; New-VM b; Start-VM b")
    view.refresh(at_work=True)
    verdicts = {goal.id: goal.verdict for goal in view.goals()}
    assert verdicts["never"] == "pass", "what held is left alone until the command has ended"
    view.refresh()
    verdicts = {goal.id: goal.verdict for goal in view.goals()}
    assert verdicts["never"] == "fail"


def test_a_page_with_a_command_that_cannot_be_read_asks_for_no_looks(tmp_path: Path) -> None:
    view = opened(tmp_path / "a", LESSON, TEXT.replace("New-VM a\n```", "New-VM a {\n```"))
    run(view, "New-VM a")
    assert view.step_done()
