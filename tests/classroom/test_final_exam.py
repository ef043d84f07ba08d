"""The practical exam of the course, served: its time, its hidden checks, and results by chapter when released."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from hvlab.classroom import hidden
from hvlab.classroom.server import ClassServer
from hvlab.classroom.store import ClassData
from hvlab.course import library
from hvlab.course.batch import Outcome
from hvlab.course.exam import Terms
from hvlab.course.model import BadLesson
from hvlab.session.log import Entry
from tests.classroom.support import Room
from tests.classroom.test_exam_class import post
from tests.classroom.test_server import AUTH, command, join, say

EXAM = "final-exam"
CHECK = """
[[check]]
id = "hidden-{part}"
part = "{part}"
repeat = ["vlans"]
points = 6
title = {{ en = "Nobody was told", de = "Das wusste niemand" }}
why = {{ en = "Have a look.", de = "Sehen Sie nach." }}
{asks}
"""
ANY = "expression = '@(Get-VM).Count -gt 0'"


def checks(tmp_path: Path, **asks: str) -> Path:
    file = tmp_path / "hidden.toml"
    file.write_text(
        "".join(CHECK.format(part=part, asks=ask) for part, ask in asks.items()), encoding="utf-8"
    )
    return file


@pytest.fixture
def why() -> str:
    """The third part of an exam: an answer by an event, as the exam itself asks for."""
    (check,) = [check for check in library.find(EXAM).plan.check if check.part == "why"][:1]
    return f'answer = "{check.answer}"'


@pytest.fixture
def served(room: Room, tmp_path: Path, why: str) -> Iterator[tuple[Room, TestClient]]:
    lesson = library.find(EXAM)
    hidden.prepare(lesson, checks(tmp_path, transfer=ANY, fault=ANY, why=why), tmp_path)
    terms = msgspec.json.encode(Terms(lesson.minutes, ["*"], hidden=True)).decode()
    room.data = ClassData(room.data.secret, room.data.password, EXAM, room.data.expires, terms)
    room.store.change_class(terms=terms)
    room.server = ClassServer(room.store, room.data, [ThreadPoolExecutor(1)], room.clock, tmp_path)
    with TestClient(room.server.app()) as client:
        yield room, client


def test_it_runs_for_its_time_and_is_graded_by_what_only_the_server_has(
    served: tuple[Room, TestClient],
) -> None:
    room, client = served
    own = library.find(EXAM)
    with client.websocket_connect("/learn") as socket:
        welcome = join(socket)
        assert welcome["lesson"] == EXAM and welcome["exam"]["minutes"] == own.minutes
        assert welcome["digest"] == library.find(EXAM, welcome["seed"]).digest, "the learner's own edition"
        assert "hidden" not in str(welcome["exam"]["allowed"]) and "Nobody was told" not in str(welcome)
        token = welcome["token"]
        start = _start(welcome["seed"])
        begun = len(start)
        lines = [msgspec.to_builtins(entry) for entry in start]
        assert say(socket, type="inputs", first=1, lines=lines)["count"] == begun
        early = say(socket, type="inputs", first=begun + 1, lines=[command("Get-VM")])
        assert early["reason"] == "exam-waiting"
    assert post(client, "/exam", act="begin") == 204
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/mine", headers=headers).status_code == 403, "held until released"
    room.clock.seconds += own.minutes * 60 + 10
    with client.websocket_connect("/learn") as socket:
        say(socket, type="return", token=token)
        late = say(socket, type="inputs", first=begun + 1, lines=[command("Get-VM")])
        assert late["reason"] == "exam-over"
    assert post(client, "/exam", act="release") == 204
    outcome = msgspec.json.decode(client.get("/mine", headers=headers).content, type=Outcome)
    assert outcome.report is not None, outcome.refusal
    assert outcome.report.max_points == own.max_points + 18
    verdicts = {check.id: check.verdict for check in outcome.report.checks}
    assert verdicts["hidden-transfer"] == "pass" and verdicts["hidden-why"] != "pass"
    assert outcome.report.chapters, "results by chapter, with what to repeat"
    csv = client.get("/results/csv", auth=AUTH).text
    assert "hidden-fault" in csv.splitlines()[0]


def _start(seed: int) -> list[Entry]:
    from hvlab.course.grading import open_session

    return list(open_session(library.find(EXAM, seed)).log.entries)


def test_hidden_checks_keep_to_the_blueprint(tmp_path: Path, why: str) -> None:
    lesson = library.find(EXAM)
    with pytest.raises(BadLesson, match="third"):
        hidden.prepare(lesson, checks(tmp_path, transfer=ANY), tmp_path)
    file = checks(tmp_path, transfer=ANY, fault=ANY, why=why)
    file.write_text(
        file.read_text(encoding="utf-8").replace('repeat = ["vlans"]', "repeat = []"), encoding="utf-8"
    )
    with pytest.raises(BadLesson, match=r"hidden\.toml: .*repeat"):
        hidden.prepare(lesson, file, tmp_path)
    assert not hidden.graded_folder(tmp_path).exists()
