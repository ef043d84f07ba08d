"""Grades: scripts, recorded sessions, and files that are neither."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvlab.course import cmdlets, grading, library, opening
from hvlab.course.grading import BadSubmission, grade_file
from hvlab.course.model import Lesson
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.text import Text
from tests.course.support import SOLUTION, load, log_of


@pytest.fixture(autouse=True)
def no_open_labs() -> None:
    """A lab that an earlier test left open has that test's limits."""
    grading.close_labs()


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return load(tmp_path / "lesson")


def learn(lesson: Lesson, commands: str, path: Path | None = None, **changed: Any) -> Session:
    """A learner's live session."""
    options: dict[str, Any] = {
        "lesson": lesson.id,
        "lesson_digest": lesson.digest,
        "cmdlets": cmdlets.CMDLETS,
        "log": path,
        **changed,
    }
    session = Session(**options)
    open_lesson(lesson, session, "en")
    session.run(commands)
    return session


def graded(lesson: Lesson, tmp_path: Path, data: bytes | str, language: str = "en") -> grading.Report:
    """The report on a file with these contents."""
    path = tmp_path / "work"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return grade_file(lesson, path, language)


def refused(lesson: Lesson, tmp_path: Path, data: bytes | str) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(BadSubmission) as error:
        graded(lesson, tmp_path, data)
    text = str(error.value)
    assert text.startswith(str(tmp_path / "work")) and "\n" not in text
    return text


# -- scripts ------------------------------------------------------------------------------------


def test_a_solution_gets_all_points(lesson: Lesson, tmp_path: Path) -> None:
    report = graded(lesson, tmp_path, SOLUTION)
    assert report.passed and report.points == report.max_points == 40
    assert {check.verdict for check in report.checks} == {"pass"}


def test_the_report_has_its_shape(lesson: Lesson, tmp_path: Path) -> None:
    report = graded(lesson, tmp_path, "New-VM b")
    data = json.loads(grading.as_json(report))
    assert list(data) == ["lesson", "file", "passed", "points", "max_points", "checks", "hints_self_reported"]
    assert (data["lesson"], data["passed"], data["points"], data["max_points"]) == ("small", False, 10, 40)
    assert data["file"] == str(tmp_path / "work") and data["hints_self_reported"] == []
    assert [check["id"] for check in data["checks"]] == [
        "made",
        "noted",
        "exact",
        "never",
        "order",
        "number",
        "choice",
    ]
    assert list(data["checks"][0]) == ["id", "title", "verdict", "points", "message"]
    assert data["checks"][0] == {
        "id": "made",
        "title": "a is made",
        "verdict": "pass",
        "points": 10,
        "message": "",
    }
    assert data["checks"][2]["message"] == "exactly two (expected: 2; found: 0)"
    assert data["points"] == sum(check["points"] for check in data["checks"])
    assert "\n" not in grading.as_json(report)


def test_a_report_speaks_the_learners_language(lesson: Lesson, tmp_path: Path) -> None:
    report = graded(lesson, tmp_path, "New-VM b", "de")
    assert report.checks[0].title == "a gibt es"
    assert report.checks[2].message == "genau zwei (erwartet: 2; gefunden: 0)"
    for language in ("en", "de"):
        shown = grading.as_text(report, Text(language))
        assert "[x] a gibt es (10)" in shown and "[ ]" in shown and "10" in shown.splitlines()[0]
        unasked = any(check.verdict == "not_reached" for check in report.checks)
        assert (Text(language)("course.legend") in shown) is unasked


def test_a_script_with_errors_is_graded_on_what_it_reached(lesson: Lesson, tmp_path: Path) -> None:
    report = graded(lesson, tmp_path, "Start-VM nobody\nNew-VM a\nGet-Nonsense\nSubmit-LabAnswer which 2\n")
    assert [check.id for check in report.checks if check.verdict == "pass"] == [
        "made",
        "noted",
        "never",
        "choice",
    ]


def test_an_empty_script_is_a_script(lesson: Lesson, tmp_path: Path) -> None:
    assert graded(lesson, tmp_path, "").points == 0
    assert graded(lesson, tmp_path, "# nothing").points == 0


def test_a_byte_order_mark_and_windows_lines_are_read(lesson: Lesson, tmp_path: Path) -> None:
    assert graded(lesson, tmp_path, b"\xef\xbb\xbf" + SOLUTION.replace("\n", "\r\n").encode()).passed


def test_grading_twice_gives_the_same_and_leaves_nothing(lesson: Lesson, tmp_path: Path) -> None:
    target = tmp_path / "stolen.vhd"
    script = SOLUTION + rf"New-VHD D:\a.vhd 5MB; Export-LabFile D:\a.vhd '{target}'"
    assert graded(lesson, tmp_path, script) == graded(lesson, tmp_path, script)
    assert not target.exists()


def test_a_script_that_never_ends_is_stopped(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "STEP_LIMIT", 20_000)
    report = graded(lesson, tmp_path, "New-VM a\nwhile ($true) { $n++ }\n")
    assert report.checks[0].verdict == "pass" and not report.passed


@pytest.mark.parametrize(
    "script",
    [
        "Wait-Lab -Seconds 1000000000",
        "while ($true) { Wait-Lab -Seconds 60 }",
        "Step-Lab 100000 | Out-Null",
        "Wait-Lab -Until { $false } -Timeout 100000000",
        "try { Wait-Lab -Seconds 1000000000 } catch { }",
    ],
)
def test_a_script_that_waits_for_a_thousand_years_is_refused(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(opening, "MAXIMUM_EVENTS", 5_000)
    script = rf"New-VM a -VHDPath C:\Images\WS2008-x64.vhd; Start-VM a; {script}"
    assert "more than 5,000 events; no lesson takes that long" in refused(lesson, tmp_path, script)
    with pytest.raises(BadSubmission):
        grading.run_script(lesson, script, "x")


def test_a_record_that_waits_for_a_thousand_years_is_refused(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = learn(lesson, r"New-VM a -VHDPath C:\Images\WS2008-x64.vhd; Start-VM a; Wait-Lab -Seconds 5000")
    assert graded(lesson, tmp_path, log_of(session)).points > 0
    monkeypatch.setattr(opening, "MAXIMUM_EVENTS", 5_000)
    assert "more than 5,000 events" in refused(lesson, tmp_path, log_of(session))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("New-VM a\nGet-VM |", "line 2"),
        ("New-VM 'a", "line 1"),
        ("{", ""),
        (b"New-VM a\n\xff\xfe\0", "line 2: not UTF-8 text"),
        (b"\x7fELF\x02\x01\x01\x00\xff\xff", "line 1: not UTF-8 text"),
        (b"PK\x03\x04\x14\x00\x08\x08\xe9", "not UTF-8 text"),
    ],
)
def test_what_is_no_script_is_refused_with_its_place(
    lesson: Lesson, tmp_path: Path, data: bytes | str, words: str
) -> None:
    assert words in refused(lesson, tmp_path, data)


def test_what_cannot_be_read_is_refused(lesson: Lesson, tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(BadSubmission, match="cannot be read"):
            grade_file(lesson, path)


def test_what_is_too_long_is_refused_unread(lesson: Lesson, tmp_path: Path) -> None:
    path = tmp_path / "work"
    with path.open("wb") as file:
        os.truncate(file.fileno(), grading.MAXIMUM_FILE + 1)
    with pytest.raises(BadSubmission, match="larger than 64 MiB"):
        grade_file(lesson, path)


# -- recorded sessions ------------------------------------------------------------------------------


def test_a_recorded_session_is_graded_by_its_replay(lesson: Lesson, tmp_path: Path) -> None:
    path = tmp_path / "work"
    session = learn(lesson, "New-VM a; Start-VM a", path)
    session.let_run(session.world.now + 5_000_000_000)
    session.run("Stop-VM a -TurnOff; Start-VM a")
    session.take_hint("one/1")
    session.answer("count", "1'000")
    session.answer("which", "2")
    session.close()
    report = grade_file(lesson, path)
    assert report.passed and report.points == 40
    assert report.hints_self_reported == ["one/1"]
    assert "hint" in grading.as_text(report, Text("en")).casefold()


def test_an_unfinished_session_is_graded_as_far_as_it_came(lesson: Lesson, tmp_path: Path) -> None:
    assert graded(lesson, tmp_path, log_of(learn(lesson, "New-VM a"))).points == 20
    assert graded(lesson, tmp_path, log_of(learn(lesson, ""))).points == 0


def edit(data: bytes, change: Callable[[list[dict[str, Any]]], object]) -> bytes:
    """The record with its lines changed."""
    lines = [json.loads(line) for line in data.splitlines()]
    change(lines)
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines[0].update(lesson="other"), "recorded in 'other', not in 'small'"),
        (lambda lines: lines[0].pop("lesson"), "recorded in 'a sandbox'"),
        (lambda lines: lines[0].update(lesson_digest="0" * 64), "another edition of 'small'"),
        (lambda lines: lines[0].pop("lesson_digest"), "another edition"),
        (lambda lines: lines[0].update(seed=5), "a lab that is not this lesson's"),
        (lambda lines: lines[0].update(platform="../x"), "a lab that is not this lesson's"),
        (lambda lines: lines[0].update(format=9), "line 1: format 9"),
        (lambda lines: lines[0].update(points=40), "unknown field `points`"),
        (lambda lines: lines[4].update(at=0), "`at` goes backwards"),
        (lambda lines: lines[2].update(at=1), "the file was changed"),
        (lambda lines: lines[-1].update(at=10**5), "the file was changed"),
        (lambda lines: lines[-1].update(at=10**9), "more than 2,000,000 events"),
        (
            lambda lines: lines.append({"at": 10**15, "kind": "clock", "to": 10**18}),
            "more than 2,000,000 events",
        ),
        (lambda lines: lines.append({"at": 10**6, "kind": "clock", "to": 0}), "the file was changed"),
        (lambda lines: lines.append({"at": 10**6, "kind": "grade", "to": 0}), "unknown kind 'grade'"),
        (lambda lines: lines.pop(2), "the file was changed"),
    ],
)
def test_a_changed_record_is_refused(
    lesson: Lesson, tmp_path: Path, change: Callable[[list[dict[str, Any]]], object], words: str
) -> None:
    session = learn(lesson, "New-VM a; Start-VM a; Stop-VM a -TurnOff; Start-VM a; Submit-LabAnswer which 1")
    assert graded(lesson, tmp_path, log_of(session)).points == 30
    text = refused(lesson, tmp_path, edit(log_of(session), change))
    assert words in text


def test_an_edited_command_is_graded_for_what_it_does(lesson: Lesson, tmp_path: Path) -> None:
    data = log_of(learn(lesson, "New-VM c; New-VM d"))
    assert graded(lesson, tmp_path, data).points == 15
    data = edit(data, lambda lines: lines[1].update(text="New-VM a"))
    assert graded(lesson, tmp_path, data).points == 20, (
        "it is as if a had been made; no file says more than its work"
    )


def test_a_records_claims_bring_nothing(lesson: Lesson, tmp_path: Path) -> None:
    data = log_of(learn(lesson, "'all checks passed'; $points = 40; Write-Output passed"))
    assert graded(lesson, tmp_path, data).points == 0


# -- a lesson that begins with something --------------------------------------------------------------

START = r"""New-VM old -VHDPath C:\Images\NT4.vhd
Start-VM old
Wait-Lab old
"""


@pytest.fixture
def begun(tmp_path: Path) -> Lesson:
    return load(tmp_path / "begun", start_ps1=START)


def test_the_start_script_runs_before_the_learner(begun: Lesson, tmp_path: Path) -> None:
    report = graded(begun, tmp_path, "")
    assert [check.id for check in report.checks if check.verdict == "pass"] == ["made", "never"]


def test_a_record_holds_the_start_and_is_replayed_with_it_once(begun: Lesson, tmp_path: Path) -> None:
    session = learn(
        begun, "Start-LabWorkload old -Operation Write -Count 2; New-VM a; Submit-LabAnswer count 2000"
    )
    report = graded(begun, tmp_path, log_of(session))
    assert [check.id for check in report.checks if check.verdict == "pass"] == [
        "made",
        "noted",
        "never",
        "number",
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.__delitem__(slice(1, 4)),
        lambda lines: lines.__delitem__(3),
        lambda lines: lines[1].update(text="New-VM old"),
    ],
)
def test_a_record_that_begins_otherwise_is_refused(
    begun: Lesson, tmp_path: Path, change: Callable[[list[dict[str, Any]]], object]
) -> None:
    data = edit(log_of(learn(begun, "New-VM a")), change)
    assert "does not begin as 'small' begins" in refused(begun, tmp_path, data)


def test_an_answer_to_no_question_is_told() -> None:
    lesson = library.find("first-child-partition")
    session = grading.open_session(lesson)
    names = [question.id for question in lesson.plan.question]
    told = session.run("Submit-LabAnswer nonsense 1").errors[0]
    assert told.explain == ("explain.no-such-question", {"known": ", ".join(names)})
    assert session.run(f"Submit-LabAnswer {names[0]} 1").ok
    assert list(session.answers) == [names[0]]
