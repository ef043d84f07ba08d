"""`hvlab grade`: many files, one report; an earlier run is gone on with, and a bar shows how far it has come."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from hvlab.course import batch, grading, reports
from hvlab.course.batch import Outcome
from hvlab.course.model import Lesson
from hvlab.text import Text

FEW = 4
"""So many files are graded in this process: starting others would take longer."""


class BadResults(Exception):
    """The file of earlier results cannot be used: one sentence with what would be right."""


def mark(
    lesson: Lesson,
    names: Sequence[str],
    text: Text,
    report: str,
    jobs: int | None,
    results: Path | None,
    scheduler: str | None = None,
) -> tuple[str, int]:
    """Grade files and folders; returns the report and the exit status. BadResults, NoCluster."""
    files = batch.gather(names)
    known = _earlier(lesson, results)
    if jobs is None:
        jobs = 1 if len(files) <= FEW else os.cpu_count() or 1
    store = _open(results)
    try:
        with click.progressbar(
            length=len(files),
            file=sys.stderr,
            label=lesson.id,
            hidden=len(files) <= 1 or not sys.stderr.isatty(),
        ) as bar:

            def done(outcome: Outcome) -> None:
                if store is not None:
                    store.write(msgspec.json.encode(_Line(lesson.id, lesson.digest, outcome)) + b"\n")
                    store.flush()
                bar.update(1)

            outcomes = list(batch.grade_many(lesson, files, text.language, jobs, known, done, scheduler))
    finally:
        if store is not None:
            store.close()
    for outcome in outcomes:
        if outcome.refusal:
            click.echo(f"hvlab: {outcome.refusal}", err=True)
    return _report(lesson, outcomes, text, report), _status(outcomes)


class _Line(msgspec.Struct, frozen=True):
    """An outcome as it is kept: of which edition of which lesson."""

    lesson: str
    digest: str
    outcome: Outcome


def _open(results: Path | None) -> BinaryIO | None:
    if results is None:
        return None
    try:
        return results.open("ab")
    except OSError as error:
        raise BadResults(f"{results}: cannot be written ({error.strerror})") from None


def _earlier(lesson: Lesson, results: Path | None) -> dict[str, Outcome]:
    """What an earlier run has found, as far as it is of this edition; a torn last line does not count."""
    if results is None or not results.exists():
        return {}
    found: dict[str, Outcome] = {}
    lines = results.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            kept = msgspec.json.decode(line, type=_Line)
        except msgspec.DecodeError:
            if number == len(lines):
                break
            raise BadResults(
                f"{results}, line {number}: no result of an earlier run; name another file with --results"
            ) from None
        if (kept.lesson, kept.digest) == (lesson.id, lesson.digest):
            outcome = kept.outcome
            found[batch.key(lesson, outcome.file, outcome.sha256)] = outcome
    return found


def _report(lesson: Lesson, outcomes: Sequence[Outcome], text: Text, report: str) -> str:
    if report in reports.FORMS:
        return reports.FORMS[report](lesson, outcomes).rstrip("\n")
    shown = [outcome.report for outcome in outcomes if outcome.report is not None]
    if report == "json":
        return "\n".join(grading.as_json(one) for one in shown)
    return "\n".join(grading.as_text(one, text) for one in shown)


def _status(outcomes: Sequence[Outcome]) -> int:
    if any(outcome.refusal for outcome in outcomes):
        return 2
    return 0 if all(outcome.report is not None and outcome.report.passed for outcome in outcomes) else 1
