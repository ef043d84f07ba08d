"""The same grades on a Dask cluster as on one machine, also where a worker dies in the middle."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from distributed import LocalCluster

from hvlab.cli import cli
from hvlab.course import batch, cluster, library
from hvlab.course.batch import Outcome
from hvlab.course.model import Lesson

LESSON = "who-handles-what"


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return library.find(LESSON)


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, worker_dashboard_address=None
    ) as local:
        yield local


@pytest.fixture
def files(lesson: Lesson, tmp_path: Path) -> list[Path]:
    """Scripts, half of which solve the lesson, and one that cannot be read."""
    solution = (lesson.folder / "solution.ps1").read_text(encoding="utf-8")
    for number in range(12):
        (tmp_path / f"s{number:02}.ps1").write_text(f"# {number}\n{solution if number % 2 else ''}", "utf-8")
    (tmp_path / "s12.ps1").write_bytes(b"\xff\xfe\x00")
    return batch.gather([str(tmp_path)])


def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    lesson: Lesson, workers: LocalCluster, files: list[Path]
) -> None:
    heard: Counter[str] = Counter()

    def one_is_there(outcome: Outcome) -> None:
        if not heard:  # the first outcome: the work is under way, and one of its workers is gone
            psutil.Process(workers.workers[0].pid).kill()
        heard[outcome.file] += 1

    address = workers.scheduler_address
    spread = list(batch.grade_many(lesson, files, "en", 1, None, one_is_there, address))
    assert spread == list(batch.grade_many(lesson, files, "en", 1))
    assert heard == Counter(str(path) for path in files)
    assert [outcome.report is None for outcome in spread] == [False] * 12 + [True]


def test_another_edition_is_not_graded(lesson: Lesson, workers: LocalCluster, files: list[Path]) -> None:
    data = cluster.grade_there(LESSON, str(lesson.folder), "0" * 64, "a.ps1", b"", "en")
    assert "no lesson 'who-handles-what' of this edition" in batch.decoded(data).refusal
    data = cluster.grade_there("no-such-lesson", str(lesson.folder), lesson.digest, "a.ps1", b"", "en")
    assert batch.decoded(data).report is not None


def test_the_command_grades_there(workers: LocalCluster, files: list[Path]) -> None:
    arguments = ["grade", LESSON, str(files[0].parent), "--report", "jsonl", "--scheduler"]
    done = CliRunner().invoke(cli, [*arguments, workers.scheduler_address])
    assert done.exit_code == 2 and "s12.ps1, line 1: not UTF-8 text" in done.stderr
    passed = [json.loads(line)["report"] for line in done.stdout.splitlines()]
    assert [report and report["passed"] for report in passed] == [False, True] * 6 + [None]


def test_no_scheduler_is_one_sentence(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    done = CliRunner().invoke(cli, ["grade", LESSON, str(files[0]), "--scheduler", "tcp://127.0.0.1:1"])
    assert done.exit_code == 2 and "no scheduler of Dask answers there" in done.stderr
    assert done.stderr.count("\n") == 1
