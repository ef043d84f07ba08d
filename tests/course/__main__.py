"""Hand the whole hostile corpus in at once, and print what each file got: `python -m tests.course`.

Once in the order of the corpus on two processes, and once the other way round in this one: the outcomes must be the
same, and as each file's entry in `tests/course/hostile.py` says. Exit status 1 if not.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click
import msgspec

from hvlab.course import authoring, batch, grading, library
from tests.course import hostile


def main() -> int:
    """Grade and print."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        authoring.begin(place / "demo-lesson")
        lesson = library.find(str(place / "demo-lesson"))
        header = msgspec.to_builtins(grading.open_session(lesson).header)
        corpus = list(hostile.corpus(header))
        files = []
        for shape in corpus:
            path = place / "handed-in" / shape.id / shape.name
            path.parent.mkdir(parents=True)
            path.write_bytes(shape.data)
            files.append(path)
        before = sorted(place.rglob("*"))
        begun = time.monotonic()
        there = list(batch.grade_many(lesson, files, "en", 2))
        took = time.monotonic() - begun
        here = list(batch.grade_many(lesson, files[::-1], "en", 1))[::-1]
        totals: Counter[str] = Counter()
        for shape, path, outcome in zip(corpus, files, there, strict=True):
            report = outcome.report
            got = f"{report.points} points of {report.max_points}" if report else outcome.refusal
            fits = report.points <= shape.most if report else bool(shape.refused) and shape.refused in got
            totals["graded" if report else "refused"] += 1
            totals["not as it should be"] += not fits
            click.echo(
                f"{shape.id:<28} {got.replace(str(path), shape.name)[:110]}{'' if fits else '   WRONG'}"
            )
        same, left = there == here, sorted(place.rglob("*")) == before
        click.echo(
            f"{len(corpus)} files in {took:.1f} s: {totals['graded']} graded, {totals['refused']} refused, "
            f"{totals['not as it should be']} otherwise than they should be; the other way round "
            f"{'the same' if same else 'OTHERWISE'}; {'nothing' if left else 'SOMETHING'} written beside them"
        )
        return 0 if same and left and not totals["not as it should be"] else 1


if __name__ == "__main__":
    sys.exit(main())
