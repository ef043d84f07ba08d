"""The class database: what is acknowledged is there, once; what is another's is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy import text as sql

from hvlab.classroom import migrations
from hvlab.classroom.changes import MAXIMUM_INPUTS, Change, Keep, Note, NotKept, Reach
from hvlab.classroom.store import ClassData, Store, database_url
from hvlab.session.log import Entry
from tests.classroom.support import Room, keep


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
    assert keep(room.store, learner.id, 1, sent[:3], 1) == 3
    assert keep(room.store, learner.id, 1, sent[:3], 2) == 3
    assert keep(room.store, learner.id, 2, sent[1:], 3) == 5
    assert room.store.log(learner.id) == sent


def test_a_gap_another_history_and_too_much_are_refused_and_change_nothing(room: Room) -> None:
    learner, _ = room.store.join("Ana", 0, 1)
    keep(room.store, learner.id, 1, entries(3), 1)
    assert refusal(lambda: keep(room.store, learner.id, 5, entries(1), 1)) == "gap"
    assert refusal(lambda: keep(room.store, learner.id, 0, entries(1), 1)) == "gap"
    assert refusal(lambda: keep(room.store, learner.id, 2, entries(3, "Stop-VM"), 1)) == "other-history"
    assert refusal(lambda: keep(room.store, learner.id, 4, entries(MAXIMUM_INPUTS), 1)) == "too-much"
    assert refusal(lambda: keep(room.store, learner.id, 4, [Entry(9, "grade")], 1)) == "bad-input"
    assert room.store.log(learner.id) == entries(3)


def test_what_is_written_together_is_answered_one_by_one(room: Room) -> None:
    ana, _ = room.store.join("Ana", 0, 1)
    ben, token = room.store.join("Ben", 0, 1)
    answers = room.store.write(
        [
            Keep(ana.id, 1, entries(2), 1),
            Keep(ben.id, 2, entries(1), 1),
            Keep(ana.id, 2, entries(4)[1:], 1),
            Keep(ana.id, 1, entries(1, "Stop-VM"), 1),
            Note(ana.id, 4, "later", 1),
            Note(ana.id, 2, "earlier", 1),
            Reach(ben.id, 5),
            Reach(ben.id, 3),
        ]
    )
    told = [answer.reason if isinstance(answer, NotKept) else answer for answer in answers]
    assert told == [2, "gap", 4, "other-history", 4, 2, 5, 3]
    assert room.store.log(ana.id) == entries(4) and room.store.log(ben.id) == []
    assert room.store.standings() == {ana.id: (4, "later", 1)}
    assert room.store.returning(token).applied == 5


def test_what_cannot_be_written_stops_nobody_elses(room: Room) -> None:
    ana, _ = room.store.join("Ana", 0, 1)
    gone = ana.id + 1
    answers = room.store.write(
        [Keep(ana.id, 1, entries(1), 1), Keep(gone, 1, entries(1), 1), Note(ana.id, 1, "{}", 1)]
    )
    assert isinstance(answers[1], NotKept) and answers[1].reason == "elsewhere"
    assert (answers[0], answers[2]) == (1, 1)
    assert room.store.log(ana.id) == entries(1) and room.store.kept(gone) == 0
    assert list(room.store.standings()) == [ana.id]


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
        keep(room.store, one.id, 1, entries(2), 1)
        room.store.push("message", "hello", one.id, 1)
        room.store.write([Note(one.id, 2, "{}", 1)])
    room.store.erase(ana.id)
    assert refusal(lambda: room.store.returning(token)) == "unknown-token"
    assert (room.store.kept(ana.id), room.store.kept(ben.id)) == (0, 2)
    assert [sent.learner for sent in room.store.pushes(0)] == [ben.id]
    assert list(room.store.standings()) == [ben.id]


def test_a_database_is_opened_again_as_it_was(room: Room, tmp_path: Path) -> None:
    learner, _ = room.store.join("Ana", 0, 1)
    keep(room.store, learner.id, 1, entries(2), 1)
    room.store.close()
    again = Store(database_url(tmp_path))
    assert again.log(learner.id) == entries(2)
    assert again.class_data() == room.data
    again.close()


def test_a_class_of_the_first_schema_is_gone_on_with(tmp_path: Path) -> None:
    url = database_url(tmp_path)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sql("INSERT INTO class VALUES (1, 'ABCD2345', 'hash', 'first-child', 1, 2)"))
        connection.execute(sql("INSERT INTO learner VALUES (1, 'Ana', 'digest', 0, 1, 0)"))
    engine.dispose()
    store = Store(url)
    assert store.class_data() == ClassData("ABCD2345", "hash", "first-child", 2, made=1)
    assert [one.name for one in store.learners()] == ["Ana"] and store.tally() is None
    store.change_class(released=5)
    store.close()
    again = Store(url)
    data = again.class_data()
    assert data is not None and (data.terms, data.released) == ("", 5)
    again.close()


def test_a_whole_class_is_written_by_as_few_statements_as_one_learner(room: Room) -> None:
    """A database over a connection answers each question in its own time."""
    learners = [room.store.join(f"Learner {n}", 0, 1)[0].id for n in range(40)]
    statements: list[str] = []
    event.listen(
        room.store._engine,
        "before_cursor_execute",
        lambda *given: statements.append(str(given[2]).split()[0]),
    )

    def written(some: list[int], first: int) -> list[str]:
        statements.clear()
        changes: list[Change] = [Keep(one, first, entries(2), 1) for one in some]
        changes += [Reach(one, first) for one in some]
        assert all(isinstance(answer, int) for answer in room.store.write(changes))
        return list(statements)

    assert written(learners[:1], 1) == written(learners[1:], 1) == ["SELECT", "INSERT", "UPDATE"]
    assert room.store.kept(learners[7]) == 2


def test_what_comes_twice_in_one_batch_is_there_once(room: Room) -> None:
    ana, _ = room.store.join("Ana", 0, 1)
    one, two = entries(2)
    other = Entry(0, "command", text="Get-VM other")
    batch = [
        Keep(ana.id, 1, [one], 1),
        Keep(ana.id, 1, [one, two], 1),
        Keep(ana.id, 1, [other], 1),
        Keep(ana.id, 2, [two], 1),
    ]
    answers = room.store.write(batch)
    assert [answers[0], answers[1], answers[3]] == [1, 2, 2]
    assert isinstance(answers[2], NotKept) and answers[2].reason == "other-history"
    assert room.store.log(ana.id) == [one, two]
