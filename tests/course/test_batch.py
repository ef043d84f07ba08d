"""Many submissions at once: the same outcome in any order and number of processes, and reports others can read."""

from __future__ import annotations

import csv
import io
import json
import os
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hvlab.course import batch, grading, marking, reports
from hvlab.course.attempts import Attempt, Attempts
from hvlab.course.batch import Outcome
from hvlab.course.model import Lesson
from hvlab.text import Text
from tests.course.support import SOLUTION, load

HOSTILE = 'New-VM "=cmd|calc"\n\x1b[2J'


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return load(tmp_path / "lesson")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six submissions: three good, two short of the goal, one that is no text; and what is no submission."""
    folder = tmp_path / "class"
    (folder / "b").mkdir(parents=True)
    for name in ("a1", "b/a2", "b/=a3"):
        (folder / f"{name}.ps1").write_text(SOLUTION, encoding="utf-8")
    (folder / "short.ps1").write_text("New-VM a", encoding="utf-8")
    (folder / "hostile.ps1").write_text(HOSTILE, encoding="utf-8")
    (folder / "binary.ps1").write_bytes(b"\xff\xfe\x00")
    (folder / "notes.txt").write_text("not a submission", encoding="utf-8")
    if hasattr(os, "symlink"):
        os.symlink("/etc/passwd", folder / "link.ps1")
    return folder


def test_a_folder_holds_what_looks_like_a_submission(folder: Path) -> None:
    names = [str(path.relative_to(folder)) for path in batch.gather([str(folder), str(folder / "a1.ps1")])]
    assert sorted(names) == sorted(
        [
            "a1.ps1",
            os.path.join("b", "=a3.ps1"),
            os.path.join("b", "a2.ps1"),
            "binary.ps1",
            "hostile.ps1",
            "short.ps1",
        ]
    )


def test_any_number_of_processes_finds_the_same(lesson: Lesson, folder: Path) -> None:
    files = batch.gather([str(folder)])
    alone = list(batch.grade_many(lesson, files, "en", 1))
    assert list(batch.grade_many(lesson, files, "en", 3)) == alone
    assert list(batch.grade_many(lesson, files[::-1], "en", 2)) == alone[::-1]
    assert [outcome.report.passed for outcome in alone if outcome.report] == [True, True, True, False, False]
    assert [Path(outcome.file).name for outcome in alone if outcome.refusal] == ["binary.ps1"]


def test_one_that_kills_its_process_takes_no_other_with_it(
    lesson: Lesson, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = batch.gather([str(folder)])
    real = batch.grade_one
    monkeypatch.setattr(batch, "grade_one", deadly)
    outcomes = {Path(o.file).name: o for o in batch.grade_many(lesson, files, "en", 2)}
    assert outcomes["short.ps1"].refusal.endswith("brought the grader's process down")
    monkeypatch.setattr(batch, "grade_one", real)
    for outcome in batch.grade_many(lesson, files, "en", 1):
        if not outcome.file.endswith("short.ps1"):
            assert outcomes[Path(outcome.file).name] == outcome


def deadly(folder: str, file: str, language: str) -> bytes:
    """Dies of one submission, as a worker without memory would."""
    if file.endswith("short.ps1"):
        os._exit(9)
    return batch_grade_one(folder, file, language)


batch_grade_one = batch.grade_one


def test_an_earlier_run_is_gone_on_with(lesson: Lesson, folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "results.jsonl"
    first, status = marking.mark(lesson, [str(folder)], Text("en"), "jsonl", 1, kept)
    lines = kept.read_bytes().splitlines()
    assert status == 2 and len(lines) == 6
    kept.write_bytes(b"\n".join(lines[:4]) + b"\n" + lines[4][:30])  # killed in the middle of a line
    heard: list[Outcome] = []
    known = marking._earlier(lesson, kept)
    list(batch.grade_many(lesson, batch.gather([str(folder)]), "en", 1, known, heard.append))
    assert len(known) == 4 and len(heard) == 2
    (folder / "short.ps1").write_text(SOLUTION, encoding="utf-8")
    again, _ = marking.mark(lesson, [str(folder)], Text("en"), "jsonl", 1, kept)
    assert (
        again != first
        and '"passed":false' in first.splitlines()[-1]
        and '"passed":true' in again.splitlines()[-1]
    )


def test_a_file_that_holds_no_results_is_refused(lesson: Lesson, folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "results.jsonl"
    kept.write_text("hello\nworld\n", encoding="utf-8")
    with pytest.raises(marking.BadResults, match="line 1: no result of an earlier run"):
        marking.mark(lesson, [str(folder)], Text("en"), "text", 1, kept)


@pytest.fixture
def outcomes(lesson: Lesson, folder: Path) -> list[Outcome]:
    return list(batch.grade_many(lesson, batch.gather([str(folder)]), "en", 1))


def test_csv_is_read_by_others_and_runs_nothing(lesson: Lesson, outcomes: list[Outcome]) -> None:
    rows = list(csv.DictReader(io.StringIO(reports.as_csv(lesson, outcomes))))
    assert [row["passed"] for row in rows].count("yes") == 3 and len(rows) == 6
    assert {row["made"] for row in rows} == {"pass", "fail", ""} or {row["made"] for row in rows} == {
        "pass",
        "",
    }
    formula = Outcome("=HYPERLINK()", "", refusal="+1")
    assert "\n'=HYPERLINK()," in reports.as_csv(lesson, [formula]) and ",'+1" in reports.as_csv(
        lesson, [formula]
    )


def test_junit_counts_what_it_holds(lesson: Lesson, outcomes: list[Outcome]) -> None:
    odd = Outcome("a\x1b[2Jb\ud800", "", refusal="<b>&\x00")
    root = ElementTree.fromstring(reports.junit(lesson, [*outcomes, odd]))
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests", "")) == len(cases)
        bad = [case for case in cases if case.find("failure") is not None or case.find("skipped") is not None]
        assert int(suite.get("failures", "")) == len(bad)
    assert root[-1].get("name") == "a\ufffd[2Jb\ufffd"


def test_gradescope_gets_its_numbers(lesson: Lesson, outcomes: list[Outcome]) -> None:
    result = json.loads(reports.gradescope(lesson, outcomes))
    assert result["score"] == sum(test["score"] for test in result["tests"]) == lesson.max_points
    assert {test["status"] for test in result["tests"]} == {"passed"}
    assert json.loads(reports.gradescope(lesson, [Outcome("f", "", refusal="no")]))["score"] == 0


def test_the_page_runs_nothing(lesson: Lesson, outcomes: list[Outcome]) -> None:
    tags: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.add(tag)

    page = reports.html(lesson, [*outcomes, Outcome("<script>", "", refusal="<img onerror=x>")])
    Reader().feed(page)
    assert not tags & {"script", "img", "link"} and "&lt;script&gt;" in page


@pytest.mark.parametrize(("failures", "refused"), [(0, False), (1, False), (2, True)])
def test_what_is_kept_of_others_does_not_use_up_a_submission_s_memory(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch, failures: int, refused: bool
) -> None:
    """Where memory runs out in the lab that is open, the submission is graded once more, in a new one."""
    opened: list[Lesson] = []

    class Cramped(Attempts):
        def __init__(self, lesson: Lesson) -> None:
            super().__init__(lesson)
            opened.append(lesson)

        def run(self, source: str) -> Attempt:
            if len(opened) <= failures:
                raise MemoryError
            return super().run(source)

    grading.close_labs()
    monkeypatch.setattr(grading, "Attempts", Cramped)
    outcome = batch.decoded(batch.grade_data(lesson, "x.ps1", SOLUTION.encode(), "en"))
    assert len(opened) == min(failures + 1, 2)
    if refused:
        assert outcome.report is None and "takes more memory than a grade may" in outcome.refusal
    else:
        assert outcome.report is not None and outcome.report.passed
    grading.close_labs()
