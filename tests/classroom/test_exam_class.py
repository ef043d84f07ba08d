"""An exam as the server holds it: when it takes inputs, with checks that only it knows, and results when released."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient, WebSocketTestSession

from hvlab.classroom import hidden
from hvlab.classroom.server import ON_THEIR_WAY, ClassServer
from hvlab.course import grading, library
from hvlab.course.exam import GRACE, Terms
from hvlab.course.model import BadLesson
from tests.classroom.support import Room
from tests.classroom.test_server import AUTH, command, join, say

HIDDEN = """
[[check]]
id = "secret-machine"
points = 7
title = { en = "A machine that nobody was told of", de = "Eine Maschine, von der niemand wusste" }
why = { en = "Make one.", de = "Legen Sie eine an." }
expression = '(Get-VM secret -ErrorAction SilentlyContinue) -ne $null'
"""


@pytest.fixture
def exam(room: Room, tmp_path: Path) -> Iterator[tuple[Room, TestClient]]:
    """Ten minutes, some commands, one hidden check."""
    checks = tmp_path / "hidden.toml"
    checks.write_text(HIDDEN, encoding="utf-8")
    hidden.prepare(room.lesson, checks, tmp_path)
    terms = Terms(10, ["Get-*", "New-VM"], hidden=True)
    room.store.change_class(terms=msgspec.json.encode(terms).decode())
    data = room.store.class_data()
    assert data is not None
    room.server = ClassServer(room.store, data, [ThreadPoolExecutor(1)], room.clock, tmp_path)
    with TestClient(room.server.app()) as client:
        yield room, client


def post(client: TestClient, path: str, **order: Any) -> int:
    return client.post(path, json=order, auth=AUTH).status_code


def give(socket: WebSocketTestSession, first: int, *texts: str) -> str:
    """What inputs get: `kept`, or why they are refused; what else is told meanwhile is passed over."""
    heard = say(socket, type="inputs", first=first, lines=[command(text) for text in texts])
    while heard["type"] == "push":
        heard = json.loads(socket.receive_text())
    return str(heard.get("reason") or heard["type"])


def again(client: TestClient, token: str, first: int, *texts: str) -> str:
    """The same over a new connection."""
    with client.websocket_connect("/learn") as socket:
        say(socket, type="return", token=token)
        return give(socket, first, *texts)


def test_inputs_are_taken_while_it_runs_and_at_no_other_time(exam: tuple[Room, TestClient]) -> None:
    room, client = exam
    with client.websocket_connect("/learn") as ana:
        welcome = join(ana)
        assert welcome["exam"]["minutes"] == 10 and welcome["now"] == room.clock.seconds * 1000
        token = welcome["token"]
        assert give(ana, 1, "Get-VM") == "exam-waiting"
    assert client.post("/exam", json={"act": "begin"}).status_code == 401
    assert post(client, "/exam", act="cheat") == 400
    assert post(client, "/exam", act="begin") == 204
    assert again(client, token, 1, "Get-VM") == "kept"
    assert again(client, token, 2, "Get-VM | % { Stop-VM $_ }") == "exam-forbidden"
    assert post(client, "/push", kind="command", text="Stop-VM web01") == 204
    assert client.portal is not None
    client.portal.call(room.server.tell)
    assert again(client, token, 2, "Stop-VM web01") == "kept"  # the instructor's own

    assert post(client, "/push", kind="pause") == 204
    room.clock.seconds += GRACE / 1000
    assert again(client, token, 3, "Get-VM") == "kept"  # it was on its way
    room.clock.seconds += 60
    assert again(client, token, 4, "Get-VM") == "exam-paused"
    assert client.get("/class", auth=AUTH).json()["exam"] == "paused"
    assert post(client, "/push", kind="resume") == 204
    assert again(client, token, 4, *["Get-VM"] * (ON_THEIR_WAY + 1)) == "exam-offline"
    room.clock.seconds += 590
    assert again(client, token, 4, "New-VM web01 -NoVHD") == "kept"
    room.clock.seconds += 30
    assert again(client, token, 5, "Get-VM") == "exam-over"
    assert client.get("/class", auth=AUTH).json()["left"] == 0
    assert len(room.store.log(1)) == 4


def test_hidden_checks_count_and_never_reach_a_learner_before_the_release(
    exam: tuple[Room, TestClient],
) -> None:
    room, client = exam
    assert post(client, "/exam", act="begin") == 204
    with client.websocket_connect("/learn") as ana:
        welcome = join(ana)
        assert give(ana, 1, "New-VM secret -NoVHD") == "kept"
        assert "secret-machine" not in json.dumps(welcome) and welcome["digest"] == room.lesson.digest
    bearer = {"Authorization": f"Bearer {welcome['token']}"}
    for path in ("/mine", "/mine?lang=de"):
        held = client.get(path, headers=bearer)
        assert (held.status_code, held.text) == (403, "exam-held")
    assert client.get("/mine").status_code == 401
    assert client.get("/mine", headers={"Authorization": "Bearer x"}).status_code == 401
    table = client.get("/results/csv", auth=AUTH).text.splitlines()
    assert "secret-machine" in table[0] and table[1].startswith("Ana,no,7,")
    assert post(client, "/exam", act="release") == 204
    mine = client.get("/mine", headers=bearer).json()
    verdicts = {check["id"]: check["verdict"] for check in mine["report"]["checks"]}
    assert verdicts["secret-machine"] == "pass" and mine["report"]["points"] == 7
    assert post(client, "/exam", act="end") == 204
    assert client.get("/class", auth=AUTH).json()["exam"] == "over"


def test_how_an_exam_stands_outlives_the_server(exam: tuple[Room, TestClient], tmp_path: Path) -> None:
    room, client = exam
    assert post(client, "/exam", act="begin") == post(client, "/push", kind="pause") == 204
    room.clock.seconds += 500
    data = room.store.class_data()
    assert data is not None
    again_server = ClassServer(room.store, data, [ThreadPoolExecutor(1)], room.clock, tmp_path)
    with TestClient(again_server.app()) as other:
        view = other.get("/class", auth=AUTH).json()
    assert (view["exam"], view["left"]) == ("paused", 600)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = [",
        "[[check]]\nid = 'a'\n",
        HIDDEN.replace("secret-machine", "vm-exists") + "[[step]]\nid = 'x'\n",
        "minutes = 3\n",
    ],
)
def test_checks_that_are_none_are_refused_in_one_sentence_that_names_their_file(
    room: Room, tmp_path: Path, text: str
) -> None:
    checks = tmp_path / "mine.toml"
    checks.write_text(text, encoding="utf-8")
    with pytest.raises(BadLesson, match=r"mine\.toml"):
        hidden.prepare(room.lesson, checks, tmp_path)
    assert not hidden.graded_folder(tmp_path).exists()


def test_a_class_that_is_no_exam_says_so(room: Room) -> None:
    with TestClient(room.server.app()) as client:
        assert post(client, "/exam", act="begin") == 404
        with client.websocket_connect("/learn") as ana:
            token = join(ana)["token"]
            assert give(ana, 1, "Get-VM") == "kept"
        assert (
            client.get("/mine", headers={"Authorization": f"Bearer {token}"}).json()["report"]["points"] == 0
        )


def opened_on(folder: Path, lesson: str) -> Room:
    """An exam on a lesson that has a start, with two commands allowed."""
    room = Room(folder)
    room.store.change_class(terms=msgspec.json.encode(Terms(10, ["Get-*", "Set-VM"])).decode())
    data = room.store.class_data()
    assert data is not None
    data = replace(data, lesson=lesson)
    room.server = ClassServer(room.store, data, [ThreadPoolExecutor(1)], room.clock)
    return room


@pytest.mark.parametrize("lesson", ["three-silences", "what-removing-costs"])
def test_only_the_lessons_own_start_is_exempt_from_the_terms(tmp_path: Path, lesson: str) -> None:
    room = opened_on(tmp_path, lesson)
    with TestClient(room.server.app()) as client:
        with client.websocket_connect("/learn") as ana:
            welcome = join(ana)
            token, seed = welcome["token"], welcome["seed"]
            start = grading.open_session(library.find(str(library.find(lesson).folder), seed)).log.entries
            assert start and any("New-VM" in entry.text for entry in start)  # nothing the exam allows
            forged = [msgspec.to_builtins(entry) for entry in start]
            forged[-1] = {**forged[-1], "text": "New-VM smuggled -NoVHD"}
            assert say(ana, type="inputs", first=1, lines=forged)["reason"] == "exam-start"
        for count in (1, len(start)):  # as many as the start has, or the first alone
            assert again(client, token, 1, *["Get-VM"] * count) == "exam-start"
        honest = [msgspec.to_builtins(entry) for entry in start]
        with client.websocket_connect("/learn") as ana:
            say(ana, type="return", token=token)
            assert say(ana, type="inputs", first=1, lines=honest) == {"type": "kept", "count": len(start)}
        assert again(client, token, len(start) + 1, "Get-VM") == "exam-waiting"
        assert post(client, "/exam", act="begin") == 204
        assert again(client, token, len(start) + 1, "New-VM smuggled -NoVHD") == "exam-forbidden"
        assert again(client, token, len(start) + 1, "Get-VM") == "kept"
    room.store.close()
