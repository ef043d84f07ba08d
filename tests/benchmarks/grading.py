"""Grade many submissions on one machine and on a local Dask cluster of which a worker is killed; how fast one is.

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

from hvlab.course import batch, grading, library
from hvlab.course.batch import Outcome

LESSON = "who-handles-what"
WORKERS = 2


def submissions(folder: Path, count: int) -> list[Path]:
    """So many different scripts: the solution, its beginnings, and the plausible mistakes."""
    lesson = library.find(LESSON)
    lines = lesson.scripts["solution.ps1"].splitlines()
    kinds = ["\n".join(lines[:n]) for n in range(1, len(lines) + 1)]
    kinds += [lesson.scripts[name] for name in lesson.scripts_like("wrong-*.ps1")]
    for number in range(count):
        path = folder / f"s{number:04}.ps1"
        path.write_text(f"# submission {number}\n{kinds[number % len(kinds)]}\n", encoding="utf-8")
    return batch.gather([str(folder)])


def in_process(name: str) -> tuple[float, int]:
    """Submissions a second in this process, and the events of one."""
    lesson = library.find(name)
    source = lesson.scripts["solution.ps1"].encode()
    grading.grade_bytes(lesson, "warm.ps1", source)
    begun, count = time.process_time(), 0
    while time.process_time() - begun < 3:
        grading.grade_bytes(lesson, "x.ps1", source)
        count += 1
    took = time.process_time() - begun
    return count / took, len(grading.run_script(lesson, source.decode(), "x").world.trace)


def main(count: int) -> None:
    """Measure and print."""
    lesson = library.find(LESSON)
    for name in (LESSON, "three-groups"):
        rate, events = in_process(name)
        click.echo(f"{name}: {rate:.1f} submissions a second in one process, of {events} events each")
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
