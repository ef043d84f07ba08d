"""Grade a class's submissions on one machine and on a local Dask cluster of which a worker is killed.

    python -m tests.benchmarks.grading [COUNT]

Prints the time of each and whether the outcomes are the same; nothing here asserts a time.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click
import psutil
from distributed import LocalCluster

from hvlab.course import batch, library
from hvlab.course.batch import Outcome
from tests.benchmarks import learners

LESSON = "who-handles-what"
WORKERS = 2


def submissions(folder: Path, count: int) -> list[Path]:
    """A class of so many: everybody's own script."""
    for number, script in enumerate(learners.submissions(LESSON, count)):
        (folder / f"s{number:04}.ps1").write_text(script + "\n", encoding="utf-8")
    return batch.gather([str(folder)])


def main(count: int) -> None:
    """Measure and print."""
    lesson = library.find(LESSON)
    with tempfile.TemporaryDirectory() as folder:
        files = submissions(Path(folder), count)
        begun = time.monotonic()
        here = list(batch.grade_many(lesson, files, "en", WORKERS))
        click.echo(f"{count} on one machine, {WORKERS} processes: {time.monotonic() - begun:.1f} s")
        heard: Counter[str] = Counter()
        with LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            dashboard_address=None,
            worker_dashboard_address=None,
        ) as local:

            def one_is_there(outcome: Outcome) -> None:
                heard[outcome.file] += 1
                if heard.total() == count // 3:
                    psutil.Process(local.workers[0].pid).kill()

            begun = time.monotonic()
            there = list(
                batch.grade_many(lesson, files, "en", 1, None, one_is_there, local.scheduler_address)
            )
            click.echo(
                f"{count} on a Dask cluster of {WORKERS}, one killed: {time.monotonic() - begun:.1f} s"
            )
        twice = sum(times > 1 for times in heard.values())
        passed = sum(one.report is not None and one.report.passed for one in here)
        click.echo(
            f"the same outcomes: {here == there}; told {len(heard)} files, {twice} of them twice; {passed} passed"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
