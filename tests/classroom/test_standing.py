"""What the server finds out by replaying: the same whether it goes on with a lab or begins anew."""

from __future__ import annotations

import msgspec
import pytest

from hvlab.classroom import standing
from hvlab.classroom.standing import Standing, assess
from hvlab.course import grading, library
from hvlab.session.log import Entry

LESSON = library.first()


def solved() -> list[Entry]:
    source = (LESSON.folder / "solution.ps1").read_text(encoding="utf-8")
    return grading.run_script(LESSON, source, "solution").log.entries


def look(entries: list[Entry], learner: int = 0) -> Standing:
    lines = msgspec.json.encode(entries)
    return msgspec.json.decode(assess(str(LESSON.folder), LESSON.seed, lines, learner), type=Standing)


def test_a_lab_that_is_gone_on_with_stands_as_one_replayed_whole() -> None:
    entries = solved()
    for count in range(1, len(entries) + 1):
        assert look(entries[:count], learner=1) == look(entries[:count])
    assert look(entries, learner=1).points == LESSON.max_points


def test_going_on_replays_only_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = solved()
    look(entries[:-1], learner=2)

    def whole(*_: object) -> None:
        raise AssertionError("replayed from the beginning")

    monkeypatch.setattr(grading, "replay_log", whole)
    assert look(entries, learner=2).points == LESSON.max_points


def test_what_goes_back_or_was_stopped_is_replayed_whole_and_right() -> None:
    entries = look_log("New-VM a", "New-VM b", "Undo-Lab", "Get-VM b")
    for count in range(1, len(entries) + 1):
        assert look(entries[:count], learner=3) == look(entries[:count])
    assert "b" in look(entries, learner=3).error


def look_log(*commands: str) -> list[Entry]:
    session = grading.open_session(LESSON)
    for command in commands:
        session.run(command)
    return session.log.entries


def test_a_record_that_was_changed_behind_is_not_mixed_up_with_the_old_one() -> None:
    first, other = look_log("New-VM a", "Get-VM x"), look_log("New-VM a", "Get-VM y")
    assert "x" in look(first, learner=4).error_command
    assert "y" in look([*other, Entry(0, "bookmark", name="m")], learner=4).error_command


def test_only_so_many_labs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MIRRORS", 2)
    standing._mirrors.clear()
    for learner in (11, 12, 13):
        look(look_log("Get-VM"), learner)
    assert [learner for _, learner in standing._mirrors] == [12, 13]
