"""The class database: what is acknowledged is there, once; what is another's is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.classroom.store import MAXIMUM_INPUTS, NotKept, Store, database_url
from hvlab.session.log import Entry
from tests.classroom.support import Room


def entries(count: int, word: str = "Get-VM") -> list[Entry]:
    return [Entry(number, "command", text=f"{word} {number}") for number in range(count)]


def refusal(act: object) -> str:
    assert callable(act)
    with pytest.raises(NotKept) as refused:
        act()
    return refused.value.reason


def test_inputs_that_come_twice_are_there_once(room: Room) -> None:
    learner, _ = room.store.join("Ana", 0, 1)
    sent = entries(5)
    assert room.store.keep(learner.id, 1, sent[:3], 1) == 3
    assert room.store.keep(learner.id, 1, sent[:3], 2) == 3
    assert room.store.keep(learner.id, 2, sent[1:], 3) == 5
    assert room.store.log(learner.id) == sent


def test_a_gap_another_history_and_too_much_are_refused_and_change_nothing(room: Room) -> None:
    learner, _ = room.store.join("Ana", 0, 1)
    room.store.keep(learner.id, 1, entries(3), 1)
    assert refusal(lambda: room.store.keep(learner.id, 5, entries(1), 1)) == "gap"
    assert refusal(lambda: room.store.keep(learner.id, 0, entries(1), 1)) == "gap"
    assert refusal(lambda: room.store.keep(learner.id, 2, entries(3, "Stop-VM"), 1)) == "other-history"
    assert refusal(lambda: room.store.keep(learner.id, 4, entries(MAXIMUM_INPUTS), 1)) == "too-much"
    assert refusal(lambda: room.store.keep(learner.id, 4, [Entry(9, "grade")], 1)) == "bad-input"
    assert room.store.log(learner.id) == entries(3)


def test_a_token_leads_to_its_own_learner_only(room: Room) -> None:
    ana, token = room.store.join("Ana", 7, 1)
    ben, other = room.store.join("Ben", 8, 1)
    assert room.store.returning(token) == ana and room.store.returning(other) == ben
    assert refusal(lambda: room.store.returning(token[:-1])) == "unknown-token"
    assert refusal(lambda: room.store.returning("")) == "unknown-token"


@pytest.mark.parametrize("name", ["", "   ", "\x1b[31mred", "a\nb", "a\u202eb"])
def test_a_name_that_could_steer_a_terminal_is_none(room: Room, name: str) -> None:
    assert refusal(lambda: room.store.join(name, 0, 1)) == "bad-name"


def test_a_name_is_taken_once(room: Room) -> None:
    room.store.join("Ana", 0, 1)
    assert refusal(lambda: room.store.join(" Ana ", 0, 1)) == "name-taken"


def test_what_was_erased_is_gone_and_the_others_stay(room: Room) -> None:
    ana, token = room.store.join("Ana", 0, 1)
    ben, _ = room.store.join("Ben", 0, 1)
    for one in (ana, ben):
        room.store.keep(one.id, 1, entries(2), 1)
        room.store.push("message", "hello", one.id, 1)
        room.store.note_standing(one.id, 2, "{}", 1)
    room.store.erase(ana.id)
    assert refusal(lambda: room.store.returning(token)) == "unknown-token"
    assert (room.store.kept(ana.id), room.store.kept(ben.id)) == (0, 2)
    assert [to for to, _ in room.store.pushes(0)] == [ben.id]
    assert list(room.store.standings()) == [ben.id]


def test_a_database_is_opened_again_as_it_was(room: Room, tmp_path: Path) -> None:
    learner, _ = room.store.join("Ana", 0, 1)
    room.store.keep(learner.id, 1, entries(2), 1)
    room.store.close()
    again = Store(database_url(tmp_path))
    assert again.log(learner.id) == entries(2)
    assert again.class_data() == room.data
    again.close()
