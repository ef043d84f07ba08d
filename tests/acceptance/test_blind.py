"""The confusion table: answers written without sight of the checks are judged as their writers meant them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import library
from hvlab.course.attempts import Attempts
from tests.acceptance import blind

SAMPLE = 6
"""The usual run judges the first right and the first wrong answer to every sixth lesson."""
NAMES = blind.written()


def unexpected(judged: list[blind.Judged]) -> list[blind.Judged]:
    known = blind.exceptions()
    return [one for one in judged if not one.as_meant and one.name not in known]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_judged_as_it_was_meant(name: str) -> None:
    judged = blind.judge_lesson(name)
    assert unexpected(judged) == []
    stale = {one.name for one in judged if one.as_meant} & set(blind.exceptions())
    assert not stale, "these are judged as meant by now: take them off the exceptions"


@pytest.mark.parametrize("name", NAMES[::SAMPLE])
def test_a_sample_is_judged_as_it_was_meant(name: str) -> None:
    lesson, answers = blind.read(name)
    first = {answer.verdict: number for number, answer in reversed(list(enumerate(answers, 1)))}
    attempts = Attempts(lesson)
    judged = [blind.judge(attempts, number, answers[number - 1]) for number in first.values()]
    assert unexpected(judged) == []


def test_every_file_can_be_read() -> None:
    names = [f"{name}#{number}" for name in NAMES for number, _ in enumerate(blind.read(name)[1], 1)]
    assert set(blind.exceptions()) <= set(names)


# -- the table itself ---------------------------------------------------------------------------------

LESSON = "first-child-partition"


def judged(script: str, step: str = "", verdict: str = blind.RIGHT) -> blind.Judged:
    return blind.judge(Attempts(library.find(LESSON)), 1, blind.Answer(verdict, "a test", script, step))


def test_a_step_is_judged_alone_after_the_solution_of_those_before() -> None:
    done = judged("Stop-VM web01\nStop-VM nt4 -TurnOff", "stop")
    assert (done.accepted, done.failed) == (True, ())
    half = judged("Stop-VM web01", "stop")
    assert (half.accepted, half.failed) == (False, ("pulled",))
    assert half.said.startswith("pulled: ")


def test_what_takes_an_earlier_goal_away_is_refused() -> None:
    assert judged("Remove-VMHardDiskDrive web01 IDE 0 0\nStop-VM nt4 -TurnOff", "stop").accepted is False


def test_a_whole_lesson_is_judged_by_all_its_checks() -> None:
    short = judged("New-VM web01 -VHDPath C:\\Images\\WS2008-x64.vhd", verdict=blind.WRONG)
    assert short.as_meant and "emulated-boot" in short.failed and "created" not in short.failed


def test_no_program_is_refused_and_says_where() -> None:
    assert judged("New-VM (", verdict=blind.WRONG).said.startswith("line 1: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[answer]]\nverdict = 'perhaps'\nway = 'w'\nscript = 's'", "right or wrong"),
        ("[[answer]]\nverdict = 'right'\nway = ' '\nscript = 's'", "a way and a script"),
        ("[[answer]]\nverdict = 'right'\nway = 'w'\nscript = 's'\nstep = 'x'", "no step 'x'"),
        ("[[answer]]\nverdict = 'right'\nway = 'w'\nscript = 's'\nstep = 'boxes'", "has no goals"),
        ("[[answer]]\nverdict = 'right'\nway = 'w'\nscript = 's'\nsteps = 'x'", "unknown field"),
        ("[[answer]", "line 1"),
    ],
)
def test_a_file_that_is_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.setattr(blind, "HERE", tmp_path)
    (tmp_path / f"{LESSON}.toml").write_text(text)
    with pytest.raises(blind.BadAnswer) as told:
        blind.read(LESSON)
    assert words in str(told.value)


def test_answers_to_no_lesson_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind, "HERE", tmp_path)
    (tmp_path / "nothing.toml").write_text("")
    with pytest.raises(blind.BadAnswer, match="no lesson 'nothing'"):
        blind.written()
