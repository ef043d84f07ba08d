"""Print the confusion table, for all lessons that have answers or those that are named.

    python -m tests.acceptance.blind [--jobs N] [LESSON ...]
    python -m tests.acceptance.blind try LESSON [STEP] < SCRIPT

The second runs a script from standard input in the lesson's lab (with a step: after the solution of those before)
and shows what the console prints, never how it is judged: for whoever writes an answer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

import click

from hvlab.course import library
from tests.acceptance import blind

_HEAD = "right/accepted right/refused wrong/accepted wrong/refused"


def _counts(judged: Iterable[blind.Judged]) -> list[int]:
    counts = [0, 0, 0, 0]
    for one in judged:
        counts[2 * (one.answer.verdict == blind.WRONG) + (not one.accepted)] += 1
    return counts


def _columns(counts: list[int]) -> str:
    return " ".join(f"{count:>{len(name)}}" for count, name in zip(counts, _HEAD.split(), strict=True))


def _all(names: list[str], jobs: int) -> Iterator[list[blind.Judged]]:
    if jobs == 1:
        yield from map(blind.judge_lesson, names)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(blind.judge_lesson, names)


def _table(names: list[str], jobs: int) -> int:
    known = blind.exceptions()
    judged: list[blind.Judged] = []
    click.echo(f"{'lesson':<30} {_HEAD}")
    for name, rows in zip(names, _all(names, jobs), strict=True):
        click.echo(f"{name:<30} {_columns(_counts(rows))}")
        judged += rows
        for one in rows:
            if not one.as_meant:
                _tell(one, known)
        sys.stdout.flush()
    click.echo(f"{f'{len(names)} lessons':<30} {_columns(_counts(judged))}")
    odd = [one for one in judged if not one.as_meant]
    named = sum(one.name in known for one in odd)
    click.echo(
        f"{len(odd)} are judged otherwise than they were meant, {named} of them for a reason that is written down"
    )
    return 0 if named == len(odd) else 1


def _tell(one: blind.Judged, known: dict[str, str]) -> None:
    """An answer that is judged otherwise than it was meant."""
    what = "accepted" if one.accepted else f"refused at {', '.join(one.failed) or 'its form'}"
    click.echo(
        f"  {one.name} {one.answer.step or 'whole'}: meant {one.answer.verdict}, {what}: {one.answer.way}"
    )
    for line in (one.said, f"known: {known[one.name]}" if one.name in known else ""):
        if line:
            click.echo(f"      {line}")


def _try(name: str, step: str) -> int:
    lesson = library.find(name)
    if step and step not in [one.id for one in lesson.plan.step]:
        raise blind.BadAnswer(f"{name} has no step {step!r}")
    answer = blind.Answer(blind.RIGHT, "try", sys.stdin.read(), step)
    for text in blind.what_it_prints(lesson, answer):
        click.echo(text, nl=False)
    return 0


@click.command()
@click.option("--jobs", type=click.IntRange(1, 64), default=1)
@click.argument("names", nargs=-1)
def main(names: tuple[str, ...], jobs: int) -> None:
    """Print the table."""
    try:
        if names[:1] == ("try",):
            sys.exit(_try(names[1], names[2] if len(names) > 2 else ""))
        sys.exit(_table(list(names) or blind.written(), jobs))
    except (blind.BadAnswer, library.BadLesson) as error:
        click.echo(error, err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
