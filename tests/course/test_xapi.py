"""xAPI statements keep the rules of version 1.0.3, say what the grade says, and are the same each time."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest

from hvlab.course import batch, library, reports
from hvlab.course.batch import Outcome
from hvlab.course.model import Lesson


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return library.find("who-handles-what")


@pytest.fixture(scope="module")
def outcomes(lesson: Lesson, tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    folder: Path = tmp_path_factory.mktemp("handed-in")
    (folder / "good.ps1").write_text((lesson.folder / "solution.ps1").read_text("utf-8"), "utf-8")
    (folder / "none.ps1").write_text("", "utf-8")
    (folder / "torn.ps1").write_bytes(b"\xff")
    return list(batch.grade_many(lesson, batch.gather([str(folder)]), "en", 1))


def test_each_statement_is_whole(lesson: Lesson, outcomes: list[Outcome]) -> None:
    statements = [json.loads(line) for line in reports.xapi(lesson, outcomes).splitlines()]
    assert len({statement["id"] for statement in statements}) == len(statements) > len(outcomes)
    for statement in statements:
        assert set(statement) == {"id", "actor", "verb", "object", "result"}
        assert str(uuid.UUID(statement["id"])) == statement["id"]
        assert set(statement["actor"]) == {"objectType", "account"}  # exactly one way to know an agent
        assert set(statement["actor"]["account"]) == {"homePage", "name"}
        for address in (
            statement["actor"]["account"]["homePage"],
            statement["verb"]["id"],
            statement["object"]["id"],
            statement["object"]["definition"]["type"],
        ):
            assert re.fullmatch(r"https?://\S+", address)
        score = statement["result"]["score"]
        assert score["min"] <= score["raw"] <= score["max"] and -1 <= score["scaled"] <= 1
        assert statement["result"]["success"] == statement["verb"]["id"].endswith("/passed")


def test_they_say_what_the_grade_says(lesson: Lesson, outcomes: list[Outcome]) -> None:
    statements = [json.loads(line) for line in reports.xapi(lesson, outcomes).splitlines()]
    wholes = [s for s in statements if s["object"]["id"].endswith(f"/lessons/{lesson.id}")]
    assert [(Path(s["actor"]["account"]["name"]).name, s["result"]["score"]["raw"]) for s in wholes] == [
        ("good.ps1", lesson.max_points),
        ("none.ps1", outcomes[1].report.points if outcomes[1].report else -1),
    ]
    assert not any("torn" in s["actor"]["account"]["name"] for s in statements)


def test_the_same_work_makes_the_same_statements(lesson: Lesson, outcomes: list[Outcome]) -> None:
    assert reports.xapi(lesson, outcomes) == reports.xapi(lesson, outcomes)
    other = [outcomes[1], outcomes[0]]
    assert sorted(reports.xapi(lesson, other).splitlines()) == sorted(
        reports.xapi(lesson, outcomes).splitlines()
    )
