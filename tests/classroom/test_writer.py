"""The writing thread: what waits together is written together, and everybody hears what became of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from hvlab.classroom.changes import Answer, Change, Keep, NotKept
from hvlab.classroom.store import Store, database_url
from hvlab.classroom.writer import MOST, Writer
from hvlab.session.log import Entry
from tests.classroom.support import Room


class Watched(Store):
    """Remembers how many changes came at a time; fails when told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.sizes: list[int] = []
        self.broken: Exception | None = None

    def write(self, changes: Sequence[Change]) -> list[Answer]:
        self.sizes.append(len(changes))
        if self.broken is not None:
            raise self.broken
        return super().write(changes)


@pytest.fixture
def watched(room: Room, tmp_path: Path) -> Iterator[Watched]:
    store = Watched(database_url(tmp_path))
    yield store
    store.close()


def one(learner: int, number: int) -> Keep:
    return Keep(learner, number, [Entry(number, "command", text="Get-VM")], 1)


def test_what_waits_is_written_in_order_and_together(watched: Watched) -> None:
    ana, _ = watched.join("Ana", 0, 1)
    writer = Writer(watched)
    futures = [writer.submit(one(ana.id, number)) for number in range(1, MOST + 11)]
    futures[3].cancel()  # who has gone away before: nothing of it is written, and nothing that builds on it
    writer.begin()
    writer.end()
    assert [future.result() for future in futures[:3]] == [1, 2, 3]
    refused = futures[4].exception()
    assert isinstance(refused, NotKept) and refused.reason == "gap"
    assert watched.kept(ana.id) == 3
    assert watched.sizes == [MOST - 1, 10]


@pytest.mark.parametrize("broken", [OperationalError("insert", {}, Exception("locked")), ValueError("odd")])
def test_a_database_that_fails_is_told_to_all_and_the_thread_lives(
    watched: Watched, broken: Exception
) -> None:
    ana, _ = watched.join("Ana", 0, 1)
    writer = Writer(watched)
    watched.broken = broken
    writer.begin()
    assert writer.submit(one(ana.id, 1)).exception() is broken
    watched.broken = None
    assert writer.submit(one(ana.id, 1)).result() == 1
    writer.end()
