"""Where a learner is: found by replaying the inputs that the server keeps, in a world of the server's own.

Runs in a process of a pool, under limits, like a grade: what a learner's log does to it can
hurt nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from hvlab.console.host import RecordingHost
from hvlab.course import grading
from hvlab.course.checks import PASS, Examiner
from hvlab.course.loading import load
from hvlab.course.model import Lesson
from hvlab.session import log
from hvlab.session.log import Entry

ERROR = 300
"""The most characters that are kept of an error or a command."""


class Standing(msgspec.Struct, frozen=True):
    """`passed` are the ids of the checks that hold; `step` counts from 1; `refusal` is why nothing was found."""

    points: int = 0
    passed: list[str] = []
    step: int = 1
    goal: str = ""
    commands: int = 0
    hints: int = 0
    error: str = ""
    error_command: str = ""
    refusal: str = ""


def record(lesson: Lesson, entries: Sequence[Entry]) -> bytes:
    """A learner's session log: the header is the server's own, whatever the client believes."""
    header = log.new_header(lesson.scenario, lesson.platform, lesson.seed, lesson.id, lesson.digest)
    return log.text_of(header, entries)


def assess(folder: str, seed: int, lines: bytes) -> bytes:
    """Replay a learner's inputs (a JSON array) on a lesson; the Standing as JSON."""
    lesson = load(Path(folder), seed)
    entries = msgspec.json.decode(lines, type=list[Entry])
    try:
        return msgspec.json.encode(_found(lesson, entries))
    except grading.BadSubmission as error:
        return msgspec.json.encode(Standing(refusal=str(error)[:ERROR]))
    except (MemoryError, RecursionError):
        return msgspec.json.encode(Standing(refusal="memory"))


def _found(lesson: Lesson, entries: list[Entry]) -> Standing:
    session = grading.replay_log(lesson, record(lesson, entries), lesson.id)
    results = Examiner(lesson, session).results()
    passed = [result.check.id for result in results if result.verdict == PASS]
    steps = lesson.plan.step
    place = next(
        (n for n, step in enumerate(steps) if not set(step.goals) <= set(passed)),
        len(steps) - 1,
    )
    goal = next((name for name in steps[place].goals if name not in passed), "")
    host = session.shell.host
    error = command = ""
    if isinstance(host, RecordingHost) and host.errors:
        last = host.errors[-1]
        error, command = last.message, last.command
        if last.position is not None:
            command = last.position.source.line_text(last.position.line)
    return Standing(
        sum(result.points for result in results),
        passed,
        place + 1,
        goal,
        sum(1 for entry in entries if entry.kind == "command"),
        len(session.hints),
        error[:ERROR],
        command.strip()[:ERROR],
    )
