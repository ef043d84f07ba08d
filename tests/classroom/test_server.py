"""The server as it is spoken to: learners over a WebSocket, the instructor over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient, WebSocketTestSession

from hvlab.classroom import standing
from hvlab.classroom.changes import Note
from hvlab.classroom.debrief import Debrief, as_page
from hvlab.classroom.tables import Base
from hvlab.course import grading, library
from hvlab.course.polls import free
from hvlab.session.log import Entry
from hvlab.text import Text
from tests.classroom.support import HOUR, PASSWORD, SECRET, Room, keep

AUTH = ("instructor", PASSWORD)


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(room.server.app()) as opened:
        yield opened


def say(socket: WebSocketTestSession, **message: Any) -> dict[str, Any]:
    socket.send_text(json.dumps(message))
    heard: dict[str, Any] = json.loads(socket.receive_text())
    return heard


def join(socket: WebSocketTestSession, name: str = "Ana") -> dict[str, Any]:
    return say(socket, type="join", secret=SECRET, name=name)


def command(text: str, at: int = 0) -> dict[str, Any]:
    return {"at": at, "kind": "command", "text": text}


def test_who_joins_is_told_the_lesson_and_comes_back_by_token(client: TestClient, room: Room) -> None:
    with client.websocket_connect("/learn") as socket:
        welcome = join(socket)
        assert (welcome["type"], welcome["lesson"], welcome["kept"]) == ("welcome", room.lesson.id, 0)
        assert say(socket, type="inputs", first=1, lines=[command("Get-VM")]) == {"type": "kept", "count": 1}
    with client.websocket_connect("/learn") as socket:
        again = say(socket, type="return", token=welcome["token"])
        assert (again["name"], again["kept"], again["token"]) == ("Ana", 1, "")
    assert room.store.log(1) == [Entry(0, "command", text="Get-VM")]


def test_the_instructor_sees_what_the_replay_found_and_gets_the_graders_reports(
    client: TestClient, room: Room
) -> None:
    assert client.portal is not None
    with client.websocket_connect("/learn") as socket:
        join(socket)
        say(socket, type="inputs", first=1, lines=[command("Get-VM nobody"), command("Get-VM")])
        client.portal.call(room.server.assess)
        room.clock.seconds += 400
        view = client.get("/class?lang=de", auth=AUTH).json()
        (row,) = view["rows"]
        assert (row["name"], row["here"], row["inputs"], row["seconds"]) == ("Ana", True, 2, 400)
        assert row["error_command"] == "Get-VM nobody" and row["goal"] and not row["refusal"]
    table = client.get("/results/csv", auth=AUTH).text.splitlines()
    assert table[0].startswith("file,passed,points") and table[1].startswith("Ana,no,0,100")
    for form in ("jsonl", "junit", "html", "gradescope"):
        assert "Ana" in client.get(f"/results/{form}", auth=AUTH).text or form == "gradescope"


def test_what_is_pushed_reaches_those_who_are_meant_now_or_later(client: TestClient, room: Room) -> None:
    assert client.portal is not None
    with client.websocket_connect("/learn") as ana, client.websocket_connect("/learn") as ben:
        join(ana)
        token = join(ben, "Ben")["token"]
        for order in (
            {"kind": "message", "text": "one", "to": ["Ana"]},
            {"kind": "command", "text": "Get-VM"},
        ):
            assert client.post("/push", json=order, auth=AUTH).status_code == 204
        client.portal.call(room.server.tell)
        assert [json.loads(ana.receive_text())["text"] for _ in range(2)] == ["one", "Get-VM"]
        assert json.loads(ben.receive_text())["text"] == "Get-VM"
    with client.websocket_connect("/learn") as ben:  # has not said that it reached the lab
        assert say(ben, type="return", token=token)["type"] == "welcome"
        assert json.loads(ben.receive_text())["number"] == 2
        ben.send_text(json.dumps({"type": "applied", "number": 2}))
        say(ben, type="inputs", first=1, lines=[command("Get-VM")])
    assert room.store.returning(token).applied == 2


GREETINGS: list[tuple[str, str]] = [
    ("", "malformed"),
    ("null", "malformed"),
    ("[]", "malformed"),
    ("{", "malformed"),
    ("\ud83d\ude00", "malformed"),
    ('{"type": "instructor"}', "malformed"),
    ('{"type": "welcome", "token": "x"}', "malformed"),
    ('{"type": "kept", "count": 9}', "malformed"),
    ('{"type": "push", "number": 1, "kind": "command", "text": "x"}', "malformed"),
    ('{"type": "join"}', "malformed"),
    ('{"type": "join", "secret": "ABCD2345"}', "malformed"),
    ('{"type": "join", "secret": "ABCD2345", "name": "A", "role": "instructor"}', "malformed"),
    ('{"type": "join", "secret": "ABCD2345", "name": "A", "id": 1}', "malformed"),
    ('{"type": "join", "secret": null, "name": "A"}', "malformed"),
    ('{"type": "join", "secret": ["ABCD2345"], "name": "A"}', "malformed"),
    ('{"type": "join", "secret": "abcd2345", "name": "A"}', "wrong-code"),
    ('{"type": "join", "secret": "", "name": "A"}', "wrong-code"),
    ('{"type": "join", "secret": "ABCD2345%00", "name": "A"}', "wrong-code"),
    ('{"type": "join", "secret": "ABCD2345", "name": "Victim"}', "name-taken"),
    ('{"type": "join", "secret": "ABCD2345", "name": "\\u001b]0;title\\u0007"}', "bad-name"),
    ('{"type": "join", "secret": "ABCD2345", "name": "a\\u202eb"}', "bad-name"),
    ('{"type": "join", "secret": "ABCD2345", "name": "' + "A" * 300 + '"}', "malformed"),
    ('{"type": "return", "token": ""}', "unknown-token"),
    ('{"type": "return", "token": "1"}', "unknown-token"),
    ('{"type": "return", "token": 1}', "malformed"),
    ('{"type": "return", "token": "\' OR 1=1 --"}', "unknown-token"),
    ('{"type": "return", "token": "%"}', "unknown-token"),
    ('{"type": "inputs", "first": 1, "lines": [{"at": 0, "kind": "command"}]}', "who-are-you"),
    ('{"type": "applied", "number": 1}', "who-are-you"),
]
"""What a stranger says first, and what they get: a refusal, and nothing else."""

FROM_INSIDE: list[tuple[str, str]] = [
    ('{"type": "join", "secret": "ABCD2345", "name": "Other"}', "known-already"),
    ('{"type": "return", "token": "x"}', "known-already"),
    ('{"type": "inputs", "first": 1, "lines": []}', "malformed"),
    ('{"type": "inputs", "first": 1, "learner": 1, "lines": [{"at": 0, "kind": "command"}]}', "malformed"),
    ('{"type": "inputs", "first": 2, "lines": [{"at": 0, "kind": "command"}]}', "gap"),
    ('{"type": "inputs", "first": 0, "lines": [{"at": 0, "kind": "command"}]}', "gap"),
    ('{"type": "inputs", "first": -1, "lines": [{"at": 0, "kind": "command"}]}', "malformed"),
    ('{"type": "inputs", "first": 99999999999, "lines": [{"at": 0, "kind": "command"}]}', "malformed"),
    ('{"type": "inputs", "first": 1, "lines": [{"at": -5, "kind": "command"}]}', "malformed"),
    ('{"type": "inputs", "first": 1, "lines": [{"at": 1e99, "kind": "command"}]}', "malformed"),
    ('{"type": "inputs", "first": 1, "lines": [{"at": 0, "kind": "grade", "text": "100"}]}', "bad-input"),
    ('{"type": "inputs", "first": 1, "lines": [{"at": 0, "kind": "command", "points": 100}]}', "malformed"),
    ('{"type": "inputs", "first": 1, "lines": [{"at": 0}]}', "malformed"),
    (
        '{"type": "inputs", "first": 1, "lines": [' + ",".join(['{"at":0,"kind":"clock"}'] * 257) + "]}",
        "malformed",
    ),
    ('{"type": "inputs", "first": 1, "lines": ' + "[" * 5000 + "]" * 5000 + "}", "malformed"),
    ('{"type": "applied", "number": -1}', "malformed"),
    ('{"type": "push", "kind": "command", "text": "Remove-VM *"}', "malformed"),
    ('{"type": "results"}', "malformed"),
    ('{"type": "check", "id": "hidden"}', "malformed"),
    ('{"type": "standing", "points": 100}', "malformed"),
]
"""What a learner who has joined says beyond their rights, and what they get."""


@pytest.mark.parametrize(("frame", "reason"), GREETINGS)
def test_a_stranger_gets_a_refusal_and_nothing_else(
    client: TestClient, room: Room, frame: str, reason: str
) -> None:
    room.store.join("Victim", 0, 1)
    with client.websocket_connect("/learn") as socket:
        socket.send_text(frame)
        assert json.loads(socket.receive_text()) == {"type": "refused", "reason": reason}
    assert [learner.name for learner in room.store.learners()] == ["Victim"]


@pytest.mark.parametrize(("frame", "reason"), FROM_INSIDE)
def test_a_learner_beyond_their_rights_is_shown_out_and_nothing_has_changed(
    client: TestClient, room: Room, frame: str, reason: str
) -> None:
    victim, _ = room.store.join("Victim", 0, 1)
    keep(room.store, victim.id, 1, [Entry(0, "command", text="Get-VM")], 1)
    with client.websocket_connect("/learn") as socket:
        join(socket)
        socket.send_text(frame)
        assert json.loads(socket.receive_text()) == {"type": "refused", "reason": reason}
    assert [room.store.kept(learner.id) for learner in room.store.learners()] == [1, 0]


def test_bytes_instead_of_text_are_refused(client: TestClient) -> None:
    with client.websocket_connect("/learn") as socket:
        socket.send_bytes(b"\xff\x00")
        assert json.loads(socket.receive_text())["reason"] == "malformed"


def test_a_flood_ends_and_so_do_guesses(client: TestClient, room: Room) -> None:
    with client.websocket_connect("/learn") as socket:
        join(socket)
        for _ in range(201):
            socket.send_text('{"type": "applied", "number": 0}')
        assert json.loads(socket.receive_text())["reason"] == "too-fast"
    reasons = []
    for _ in range(80):
        with client.websocket_connect("/learn") as socket:
            reasons.append(say(socket, type="join", secret="AAAAAAAA", name="x")["reason"])
    assert reasons[0] == "wrong-code" and reasons[-1] == "too-many-tries"
    assert client.get("/class", auth=AUTH).status_code == 429


def test_a_code_is_worth_nothing_after_its_time(client: TestClient, room: Room) -> None:
    room.clock.seconds += HOUR + 1
    with client.websocket_connect("/learn") as socket:
        assert join(socket)["reason"] == "expired"


@pytest.mark.parametrize("path", ["/class", "/results/csv", "/learner/Victim", "/push"])
def test_nobody_without_the_password_sees_or_sends(client: TestClient, room: Room, path: str) -> None:
    _, token = room.store.join("Victim", 0, 1)
    for headers in (
        {},
        {"Authorization": f"Bearer {token}"},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic aW5zdHJ1Y3Rvcjo="},
    ):
        method = "POST" if path == "/push" else "GET"
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == 401 and "Victim" not in answer.text
    assert client.delete("/learner/Victim").status_code == 401
    assert room.store.pushes(0) == [] and len(room.store.learners()) == 1


def test_a_log_that_cannot_be_is_told_and_takes_nobody_with_it(client: TestClient, room: Room) -> None:
    assert client.portal is not None
    for name, lines in (
        ("Liar", [command("Get-VM", at=9_999_999_999)]),
        ("Late", [command("Get-VM", at=5)]),
        ("Good", [command("Get-VM")]),
    ):
        with client.websocket_connect("/learn") as socket:
            join(socket, name)
            say(socket, type="inputs", first=1, lines=lines)
    client.portal.call(room.server.assess)
    rows = client.get("/class", auth=AUTH).json()["rows"]
    assert [bool(row["refusal"]) for row in rows] == [True, True, False]
    assert client.get("/results/jsonl", auth=AUTH).text.count('"refusal":""') == 1


def test_escape_sequences_of_a_learner_never_reach_the_instructors_terminal(
    client: TestClient, room: Room
) -> None:
    assert client.portal is not None
    with client.websocket_connect("/learn") as socket:
        join(socket)
        say(socket, type="inputs", first=1, lines=[command('Get-VM "\x1b]52;c;evil\x07\u202e"')])
    client.portal.call(room.server.assess)
    view = client.get("/class", auth=AUTH).json()
    shown = view["rows"][0]["error"] + view["rows"][0]["error_command"]
    assert "Get-VM" in shown and shown.isprintable()


def test_a_name_with_a_slash_is_a_name(client: TestClient) -> None:
    with client.websocket_connect("/learn") as socket:
        join(socket, "../Ana/..")
    assert client.get("/learner/..%2FAna%2F..", auth=AUTH).status_code == 200


def test_one_learner_can_be_taken_out_whole(client: TestClient, room: Room) -> None:
    with client.websocket_connect("/learn") as socket:
        join(socket)
        say(socket, type="inputs", first=1, lines=[command("Get-VM")])
        assert client.get("/learner/Ana", auth=AUTH).text.count("\n") == 2
        assert client.delete("/learner/Ana", auth=AUTH).status_code == 204
        assert json.loads(socket.receive_text())["reason"] == "erased"
    assert room.store.learners() == []
    assert client.get("/learner/Ana", auth=AUTH).status_code == 404


def test_a_poll_is_voted_on_discussed_voted_on_again_and_shown(client: TestClient, room: Room) -> None:
    assert client.portal is not None

    def poll(status: int, **order: str) -> None:
        assert client.post("/poll", json=order, auth=AUTH).status_code == status

    def told(socket: WebSocketTestSession) -> dict[str, Any]:
        assert client.portal is not None
        client.portal.call(room.server.tell)
        heard: dict[str, Any] = json.loads(socket.receive_text())
        assert heard["kind"] in ("poll", "tally")
        content: dict[str, Any] = json.loads(heard["text"])
        return content

    given = {"ana": 0, "ben": 0}

    def settled(socket: WebSocketTestSession, name: str) -> None:
        """What a connection has sent is done in order: an answer to this says that the votes before it are."""
        given[name] += 1
        heard = say(socket, type="inputs", first=given[name], lines=[command("Get-VM")])
        assert heard == {"type": "kept", "count": given[name]}

    def vote(socket: WebSocketTestSession, poll: int, round_: int, choice: int) -> None:
        socket.send_text(json.dumps({"type": "vote", "poll": poll, "round": round_, "choice": choice}))

    assert client.post("/poll", json={"act": "open", "words": "q | a | b"}).status_code == 401
    poll(400, act="open", words="no answers")
    poll(400, act="forge")
    poll(404, act="again")
    with client.websocket_connect("/learn") as ana, client.websocket_connect("/learn") as ben:
        join(ana)
        join(ben, "Ben")
        poll(204, act="open", words="How many? | one | two")
        ballot = told(ana)
        assert (ballot["round"], [one["en"] for one in ballot["choices"]]) == (1, ["one", "two"])
        json.loads(ben.receive_text())
        for socket, choice in (
            (ana, 1),
            (ben, 1),
            (ben, 2),
            (ana, 3),
        ):  # one thinks again, one names what is not there
            vote(socket, 1, 1, choice)
        settled(ana, "ana")
        settled(ben, "ben")
        poll(204, act="again")
        assert told(ana)["round"] == 2
        ben.receive_text()
        vote(ana, 1, 1, 2)  # too late for that round
        vote(ana, 1, 2, 2)
        vote(ben, 1, 2, 2)
        vote(ben, 7, 2, 2)
        settled(ana, "ana")
        settled(ben, "ben")
        poll(204, act="show")
        assert told(ana)["rounds"] == [[1, 1], [0, 2]]
        ben.receive_text()
        vote(ben, 1, 2, 1)
        settled(ben, "ben")
        view = client.get("/class", auth=AUTH).json()["poll"]
        assert view["rounds"] == [[1, 1], [0, 2]] and not view["open"]
    question = client.get("/class", auth=AUTH).json()["questions"][0]
    poll(204, act="open", words=question[0])
    assert client.get("/class", auth=AUTH).json()["poll"]["ballot"]["prompt"]["en"] == question[1]


def test_what_the_instructor_shows_is_followed_by_all_and_is_nobodys_result(
    client: TestClient, room: Room
) -> None:
    assert client.portal is not None
    assert client.post("/stage", json={"act": "begin"}).status_code == 401
    shown = client.post("/stage", json={"act": "begin"}, auth=AUTH).json()
    again = client.post("/stage", json={"act": "begin"}, auth=AUTH).json()
    assert shown["name"] == again["name"] and shown["token"] != again["token"]
    with client.websocket_connect("/learn") as ana, client.websocket_connect("/learn") as stage:
        join(ana)
        assert say(stage, type="return", token=again["token"])["kept"] == 0
        assert say(ana, type="look", after=0) == {
            "type": "stage",
            "seed": room.lesson.seed,
            "first": 1,
            "lines": [],
        }
        client.portal.call(room.server.tell)
        assert [json.loads(ana.receive_text())["kind"] for _ in range(2)] == ["follow", "follow"]
        for _ in range(2):
            stage.receive_text()
        say(stage, type="inputs", first=1, lines=[command("Get-VM"), command("Get-VM two")])
        seen = say(ana, type="look", after=1)
        assert (seen["first"], [line["text"] for line in seen["lines"]]) == (2, ["Get-VM two"])
        assert client.post("/stage", json={"act": "end"}, auth=AUTH).status_code == 204
        client.portal.call(room.server.tell)
        assert json.loads(ana.receive_text())["kind"] == "unfollow"
    assert [row["name"] for row in client.get("/class", auth=AUTH).json()["rows"]] == ["Ana"]
    with client.websocket_connect("/learn") as other:
        assert join(other, shown["name"])["reason"] == "bad-name"
    with client.websocket_connect("/learn") as other:  # the earlier token is worth nothing any more
        assert say(other, type="return", token=shown["token"])["reason"] == "unknown-token"


def test_the_debrief_names_the_commonest_errors_and_the_moments_they_were_made(
    client: TestClient, room: Room
) -> None:
    ids = [room.store.join(name, room.lesson.seed, 1)[0].id for name in ("Ana", "Ben", "Cyd")]
    start = grading.open_session(room.lesson)
    for learner, texts in zip(
        ids, (["Start-VM a"], ["New-VM b -NoVHD", "Start-VM c"], ["Frob", "Get-VM"]), strict=True
    ):
        session = grading.open_session(room.lesson)
        for text in texts:
            session.run(text)
        keep(room.store, learner, 1, session.log.entries, 1)
    assert client.portal is not None
    client.portal.call(room.server.assess)
    page = client.get("/debrief", auth=AUTH).json()
    first, second = page["errors"]
    assert (first["times"], first["learners"]) == (2, 2) and second["learners"] == 1
    assert [(name, command) for name, command, _ in first["places"]] == [
        ("Ana", "Start-VM a"),
        ("Ben", "Start-VM c"),
    ]
    assert first["places"][0][2] == len(start.world.trace) < first["places"][1][2]
    assert second["places"][0][:2] == ["Cyd", "Frob"] and page["learners"] == 3
    text = Text("de")
    lines = as_page(msgspec.convert(page, Debrief), text, "CODE@HOST")
    assert any("`Start-VM a`" in row for row in lines) and text("classroom.debrief.errors") in "\n".join(
        lines
    )
    assert client.get("/debrief").status_code == 401


def test_after_an_erasure_no_table_names_the_learner(room: Room) -> None:
    ana, _ = room.store.launched("https://platform", "1", "Ana", "", 0, 1)
    ben, _ = room.store.launched("https://platform", "2", "Ben", "", 0, 1)
    ballot = free("q | a | b")
    assert ballot is not None
    poll = room.store.open_poll(ballot, 1).poll
    for learner in (ana.id, ben.id):
        keep(room.store, learner, 1, [Entry(0, "command", text="Get-VM")], 1)
        room.store.write([Note(learner, 1, "{}", 1)])
        room.store.push("message", "hi", learner, 1)
        assert room.store.vote(learner, poll, 1, 1)
    for learner in (ana, ben):
        room.store.note_item(learner, "vlans", "https://platform/items/1")
    room.store.beat("one", [ana.id, ben.id], 1)

    def rows(learner: int) -> dict[str, int]:
        tables = [table for table in Base.metadata.sorted_tables if "learner" in table.columns]
        with room.store._engine.connect() as connection:
            query = {
                t.name: select(func.count()).select_from(t).where(t.c.learner == learner) for t in tables
            }
            return {name: connection.scalar(one) or 0 for name, one in query.items()}

    assert set(rows(ana.id).values()) == {1}  # a table that this test does not fill is one that it forgets
    room.store.erase(ana.id)
    assert set(rows(ana.id).values()) == {0} and set(rows(ben.id).values()) == {1}
    assert [one.name for one in room.store.learners()] == ["Ben"]


def test_a_lab_is_shown_where_it_was_left_or_from_its_start(client: TestClient, room: Room) -> None:
    def stage(act: str) -> dict[str, Any]:
        told: dict[str, Any] = client.post("/stage", json={"act": act}, auth=AUTH).json()
        return told

    with client.websocket_connect("/learn") as socket:
        say(socket, type="return", token=stage("begin")["token"])
        socket.send_text(json.dumps({"type": "inputs", "first": 1, "lines": [command("Get-VM")]}))
        while json.loads(socket.receive_text())["type"] != "kept":
            pass
    for act, kept in (("begin", 1), ("anew", 0)):
        with client.websocket_connect("/learn") as socket:
            assert say(socket, type="return", token=stage(act)["token"])["kept"] == kept


def test_another_lesson_is_given_to_some_and_their_work_at_the_first_stays(
    client: TestClient, room: Room
) -> None:
    assert client.portal is not None
    other = library.ids()[3]

    def give(to: list[str], lesson: str = other) -> int:
        return client.post("/push", json={"kind": "lesson", "text": lesson, "to": to}, auth=AUTH).status_code

    with client.websocket_connect("/learn") as ana, client.websocket_connect("/learn") as ben:
        join(ana)
        join(ben, "Ben")
        say(ana, type="inputs", first=1, lines=[command("Get-VM one")])
        assert (give(["Cyd"]), give(["Ana"], "no-lesson"), give(["Ana"], "../first")) == (404, 404, 404)
        assert client.post("/push", json={"kind": "message", "text": "before"}, auth=AUTH).status_code == 204
        assert give(["Ana"]) == 204
        client.portal.call(room.server.tell)
        assert json.loads(ana.receive_text())["text"] == "before"
        part = json.loads(json.loads(ana.receive_text())["text"])
        assert (part["lesson"], part["digest"]) == (other, library.find(other).digest)
        assert json.loads(ben.receive_text())["text"] == "before"
    with client.websocket_connect("/learn") as ana:
        welcome = say(ana, type="return", token=part["token"])
        assert (welcome["name"], welcome["lesson"], welcome["kept"]) == ("Ana", other, 0)
        say(
            ana, type="inputs", first=1, lines=[command("Get-VM two")]
        )  # and is told nothing from before once more
        assert (
            client.post("/push", json={"kind": "message", "text": "hi", "to": ["Ana"]}, auth=AUTH).status_code
            == 204
        )
        client.portal.call(room.server.tell)
        assert json.loads(ana.receive_text())["text"] == "hi"
        client.portal.call(room.server.assess)
        rows = client.get("/class", auth=AUTH).json()["rows"]
        assert [(row["name"], row["here"], row["inputs"]) for row in rows] == [
            ("Ana", True, 1),
            ("Ben", False, 0),
        ]
        assert rows[0]["maximum"] == library.find(other).max_points
        assert (
            give([], room.lesson.id) == 204 and give([]) == 204
        )  # back, and on again: the log there goes on
    first = client.get("/results/csv", auth=AUTH).text.splitlines()
    further = client.get(f"/results/csv?lesson={other}", auth=AUTH).text.splitlines()
    assert (
        [row.split(",")[0] for row in first[1:]]
        == ["Ana", "Ben"]
        == [row.split(",")[0] for row in further[1:]]
    )
    assert first[0] != further[0] and client.get("/results/csv?lesson=x", auth=AUTH).status_code == 404
    assert "Get-VM two" in client.get("/learner/Ana", auth=AUTH).text
    assert client.delete("/learner/Ana", auth=AUTH).status_code == 204
    assert [one.name for one in room.store.learners()] == ["Ben"] and room.store.lines(1) == []
    with client.websocket_connect("/learn") as ana:
        assert say(ana, type="return", token=part["token"])["reason"] == "unknown-token"


def test_a_log_that_grows_is_handed_on_from_where_it_was_looked_at(
    client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.portal is not None
    read: list[tuple[int, int]] = []
    lines = room.store.lines

    def noted(learner: int, after: int = 0) -> list[str]:
        read.append((learner, after))
        return lines(learner, after)

    monkeypatch.setattr(room.store, "lines", noted)

    def row() -> dict[str, Any]:
        found: dict[str, Any] = client.get("/class", auth=AUTH).json()["rows"][0]
        return found

    with client.websocket_connect("/learn") as socket:
        join(socket)
        for number in (1, 2, 3):
            say(socket, type="inputs", first=number, lines=[command("Get-VM")])
            while row()["commands"] < number:  # the server does so by itself, too
                client.portal.call(room.server.assess)
            assert not row()["refusal"]
        assert read == [(1, 0), (1, 1), (1, 2)]
        standing._mirrors.clear()  # the process that replays has been started anew
        say(socket, type="inputs", first=4, lines=[command("Get-VM")])
        while row()["commands"] < 4:
            client.portal.call(room.server.assess)
        assert read[3:] == [(1, 3), (1, 0)]
