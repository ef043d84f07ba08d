"""The same class on PostgreSQL, and two servers that share it. Skips only where there is no PostgreSQL."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from hvlab.classroom.changes import NotKept
from hvlab.classroom.server import ClassServer
from hvlab.classroom.store import Store
from hvlab.course.polls import Tally, free
from hvlab.session.log import Entry
from tests.classroom import postgres
from tests.classroom.support import PASSWORD, Room, keep
from tests.classroom.test_server import command, join, say

pytestmark = pytest.mark.skipif(not postgres.is_there(), reason="there is no PostgreSQL here")
AUTH = ("instructor", PASSWORD)


@pytest.fixture(scope="module")
def database() -> Iterator[postgres.Postgres]:
    server = postgres.Postgres()
    server.start()
    yield server
    server.close()


@pytest.fixture
def room(database: postgres.Postgres) -> Iterator[Room]:
    database.clear()
    opened = Room(url=database.url)
    yield opened
    opened.store.close()


def second(room: Room) -> ClassServer:
    """Another server of the same class, with a store of its own."""
    return ClassServer(Store(room.url), room.data, [ThreadPoolExecutor(1)], room.clock)


def entries(count: int) -> list[Entry]:
    return [Entry(number, "command", text=f"Get-VM {number}") for number in range(count)]


def test_it_keeps_inputs_once_and_refuses_as_the_embedded_one_does(room: Room) -> None:
    learner, token = room.store.join("Ana \N{SNOWMAN}", 2**31 - 1, 1)
    sent = [*entries(3), Entry(3, "command", text="nul \x00 and \N{GRINNING FACE}")]
    assert keep(room.store, learner.id, 1, sent, 1) == 4 == keep(room.store, learner.id, 2, sent[1:], 2)
    assert room.store.log(learner.id) == sent
    with pytest.raises(NotKept, match="name-taken"):
        room.store.join("Ana \N{SNOWMAN}", 0, 1)
    with pytest.raises(NotKept, match="gap"):
        keep(room.store, learner.id, 9, entries(1), 1)
    room.store.erase(learner.id)
    assert room.store.learners() == [] and room.store.lines(learner.id) == []
    with pytest.raises(NotKept, match="unknown-token"):
        room.store.returning(token)


def test_a_schema_is_made_once_however_many_servers_open_it_at_the_same_time(
    database: postgres.Postgres,
) -> None:
    database.clear()
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: Store(database.url), range(6)))
    assert [store.class_data() for store in stores] == [None] * 6
    for store in stores:
        store.close()


def test_learners_of_one_class_on_two_servers_see_the_same(room: Room) -> None:
    other = second(room)
    with TestClient(room.server.app()) as one, TestClient(other.app()) as two:
        assert one.portal is not None and two.portal is not None
        with one.websocket_connect("/learn") as ana, two.websocket_connect("/learn") as ben:
            join(ana)
            token = join(ben, "Ben")["token"]
            say(ana, type="inputs", first=1, lines=[command("Get-VM nobody")])
            say(ben, type="inputs", first=1, lines=[command("Get-VM")])
            assert two.post("/push", json={"kind": "message", "text": "look"}, auth=AUTH).status_code == 204
            one.portal.call(room.server.tell)
            two.portal.call(other.tell)
            assert {json.loads(who.receive_text())["text"] for who in (ana, ben)} == {"look"}

            room.clock.seconds += 60  # both have a look at each other
            for client, server in ((one, room.server), (two, other)) * 2:
                server._beaten = 0
                client.portal.call(server.beat)
            for client, server in ((one, room.server), (two, other)):
                client.portal.call(server.assess)
            views: list[dict[str, Any]] = [client.get("/class", auth=AUTH).json() for client in (one, two)]
            assert views[0] == views[1]
            assert [(row["name"], row["here"], row["inputs"]) for row in views[0]["rows"]] == [
                ("Ana", True, 1),
                ("Ben", True, 1),
            ]
        with one.websocket_connect("/learn") as ben:  # goes on at the other server where this one left off
            assert say(ben, type="return", token=token)["kept"] == 1
            assert (
                say(ben, type="inputs", first=2, lines=[command("Get-VM", 1)])["text"] == "look"
            )  # not yet in the lab
            assert json.loads(ben.receive_text()) == {"type": "kept", "count": 2}


def test_of_two_servers_that_write_the_same_place_of_a_log_one_is_refused(room: Room) -> None:
    learner, _ = room.store.join("Ana", 0, 1)
    stores = [Store(room.url) for _ in range(4)]
    gate = threading.Barrier(4)

    def write(number: int) -> int | str:
        gate.wait()
        try:
            return keep(stores[number], learner.id, 1, [Entry(0, "command", text=f"Get-VM {number}")], 1)
        except NotKept as refused:
            return refused.reason

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(write, range(4)))
    assert got.count(1) == 1 and set(got) <= {1, "elsewhere", "other-history"}
    assert len(room.store.log(learner.id)) == 1
    for store in stores:
        store.close()


def test_what_is_pushed_at_once_by_many_is_seen_in_its_order_by_all(room: Room) -> None:
    seen: list[int] = []
    done = threading.Event()

    def watch() -> None:
        last = 0
        while True:
            over = done.is_set()
            for push in (sent.push for sent in room.store.pushes(last)):
                seen.append(push.number)
                last = push.number
            if over:
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    stores = [Store(room.url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda n: stores[n % 4].push("message", str(n), None, 1), range(60)))
    done.set()
    watcher.join()
    assert seen == sorted(numbers) and len(set(numbers)) == 60
    for store in stores:
        store.close()


def test_votes_from_two_servers_are_counted_together(room: Room) -> None:
    other = Store(room.url)
    ana, ben = room.store.join("Ana", 0, 1)[0], other.join("Ben", 0, 1)[0]
    asked = free("How many? | one | two")
    assert asked is not None
    ballot = room.store.open_poll(asked, 1)
    assert room.store.vote(ana.id, ballot.poll, 1, 1) and other.vote(ben.id, ballot.poll, 1, 2)
    assert room.store.vote(ana.id, ballot.poll, 1, 2) and not other.vote(ben.id, ballot.poll, 2, 1)
    assert room.store.tally() == Tally(ballot, [[0, 2]], True) == other.tally()
    other.close()


def test_a_database_that_is_stopped_and_started_has_everything_that_was_acknowledged(
    database: postgres.Postgres, room: Room
) -> None:
    learner, _ = room.store.join("Ana", 0, 1)
    keep(room.store, learner.id, 1, entries(2), 1)
    database.stop()
    try:
        with pytest.raises(OperationalError):
            keep(room.store, learner.id, 3, entries(3)[2:], 1)
    finally:
        database.start()
    assert keep(room.store, learner.id, 1, entries(3), 1) == 3
    assert room.store.log(learner.id) == entries(3)
