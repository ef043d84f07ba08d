"""Grades a script or a recorded session: by replaying it in a world of the grader's own.

What a file says of itself is never believed. A script that runs into errors is
graded on what it reached; a file that cannot be replayed at all is refused with
one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from hvlab.console.errors import ParseError
from hvlab.course import cmdlets
from hvlab.course.blueprint import ChapterResult, by_chapter
from hvlab.course.checks import FAIL, PASS, CheckResult, Examiner
from hvlab.course.loading import load
from hvlab.course.model import Lesson
from hvlab.kernel import World
from hvlab.session import log
from hvlab.session.session import ReplayMismatch, Session
from hvlab.text import Text

MAXIMUM_FILE = 64 << 20
STEP_LIMIT = 2_000_000
MAXIMUM_EVENTS = 2_000_000
"""As far as a submission's world may go: days of simulated time, a minute or two of a computer's."""


_SEED = re.compile(r"^#\s*seed:\s*(\d{1,18})\s*$", re.MULTILINE)


class BadSubmission(Exception):
    """A file that cannot be graded: one sentence with its name and why."""


class TooLong(Exception):
    """A submission's world went on for longer than anyone needs."""


class _Bounded:
    """Moves the world at once, but not for ever: a script may ask to wait for a thousand years."""

    def move(self, world: World, until: int, stop: Callable[[], bool]) -> None:
        world.run(until=until, limit=MAXIMUM_EVENTS - world.processed, stop=stop)
        if world.processed >= MAXIMUM_EVENTS:
            raise TooLong


class CheckReport(msgspec.Struct, frozen=True):
    """One check in a report."""

    id: str
    title: str
    verdict: str
    points: int
    message: str


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a submission reached. Hints are self-reported: a replay cannot prove what was seen."""

    lesson: str
    file: str
    passed: bool
    points: int
    max_points: int
    checks: list[CheckReport]
    hints_self_reported: list[str]
    chapters: list[ChapterResult] = []
    """Of an exam: its results by chapter; left out of the JSON of every other lesson."""


def open_session(lesson: Lesson) -> Session:
    """A session at the lesson's start."""
    session = Session(
        scenario=lesson.scenario,
        platform=lesson.platform,
        seed=lesson.seed,
        lesson=lesson.id,
        lesson_digest=lesson.digest,
        exports=False,
        cmdlets=cmdlets.CMDLETS,
        step_limit=STEP_LIMIT,
    )
    session.mover = _Bounded()
    if lesson.start():
        session.run(lesson.start())
        session.travel.floor = session.travel.timeline.head
    return session


def drawn_anew(lesson: Lesson, seed: int) -> Lesson:
    """The lesson as another seed draws it, where each learner has one of their own."""
    if lesson.plan.seeds == "fixed" or seed == lesson.seed:
        return lesson
    return load(lesson.folder, seed)


def seed_of_script(lesson: Lesson, source: str) -> int:
    """The seed that a script was written for: `# seed: 7` in one of its first lines, else the lesson's."""
    found = _SEED.search("\n".join(source.splitlines()[:5]))
    return int(found[1]) if found else lesson.seed


def run_script(lesson: Lesson, source: str, name: str) -> Session:
    """Run a script on the lesson's start. BadSubmission if it is no program."""
    session = open_session(lesson)
    try:
        session.parse(source)
    except ParseError as error:
        raise BadSubmission(f"{name}, line {error.line}, column {error.column}: {error.message}") from None
    try:
        session.run(source)
    except TooLong:
        raise too_long(name) from None
    return session


def too_long(name: str) -> BadSubmission:
    """The sentence about a world that goes on for too long."""
    return BadSubmission(f"{name}: more than {MAXIMUM_EVENTS:,} events; no lesson takes that long")


def replay_log(lesson: Lesson, data: bytes, name: str) -> Session:
    """Replay a recorded session on the lesson's start. BadSubmission."""
    try:
        header, entries = log.read(data, name)
    except log.BadLog as error:
        raise BadSubmission(str(error)) from None
    if header.lesson != lesson.id:
        raise BadSubmission(f"{name}: recorded in {header.lesson or 'a sandbox'!r}, not in {lesson.id!r}")
    lesson = drawn_anew(lesson, header.seed)
    if (header.scenario, header.platform, header.seed) != (lesson.scenario, lesson.platform, lesson.seed):
        raise BadSubmission(f"{name}: recorded in a lab that is not this lesson's")
    if header.lesson_digest != lesson.digest:
        raise BadSubmission(f"{name}: recorded with another edition of {lesson.id!r}")
    if any(entry.at > MAXIMUM_EVENTS for entry in entries):
        raise too_long(name)
    session = open_session(lesson)
    begun = len(session.log.entries)  # the start script's own commands stand first in every record
    if entries[:begun] != session.log.entries:
        raise BadSubmission(f"{name}: does not begin as {lesson.id!r} begins")
    try:
        session.replay(entries[begun:])
    except ReplayMismatch as error:
        raise BadSubmission(f"{name}: {error}") from None
    except TooLong:
        raise too_long(name) from None
    return session


def read_submission(path: Path) -> bytes:
    """A submission's bytes. BadSubmission if it cannot be read or is too large to be one."""
    try:
        if path.stat().st_size > MAXIMUM_FILE:
            raise BadSubmission(f"{path}: larger than {MAXIMUM_FILE >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise BadSubmission(f"{path}: cannot be read ({error.strerror})") from None


def grade_file(lesson: Lesson, path: Path, language: str = "en") -> Report:
    """Grade a file. BadSubmission if it cannot be read or replayed."""
    return grade_bytes(lesson, str(path), read_submission(path), language)


def grade_bytes(lesson: Lesson, name: str, data: bytes, language: str = "en") -> Report:
    """Grade what a file holds. BadSubmission if it cannot be replayed."""
    if log.looks_like_log(data):
        session = replay_log(lesson, data, name)
        lesson = drawn_anew(lesson, session.header.seed)
    else:
        try:
            source = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise BadSubmission(f"{name}, line {line}: not UTF-8 text") from None
        lesson = drawn_anew(lesson, seed_of_script(lesson, source))
        session = run_script(lesson, source, name)
    return report(lesson, session, name, language)


def report(lesson: Lesson, session: Session, name: str, language: str) -> Report:
    """The report on a session as it stands."""
    results = Examiner(lesson, session).results()
    rows = [_row(result, language) for result in results]
    return Report(
        lesson.id,
        name,
        all(result.verdict == PASS for result in results),
        sum(result.points for result in results),
        lesson.max_points,
        rows,
        list(session.hints),
        by_chapter(lesson, results, language),
    )


def _row(result: CheckResult, language: str) -> CheckReport:
    check = result.check
    return CheckReport(
        check.id, check.title[language], result.verdict, result.points, message_of(result, language)
    )


def message_of(result: CheckResult, language: str) -> str:
    """What to say of a check that fails: what to do, what was expected and what was found; else nothing."""
    if result.verdict != FAIL:
        return ""
    if not result.expected:
        return result.check.why[language]
    wanted, found = {"en": ("expected", "found"), "de": ("erwartet", "gefunden")}[language]
    return f"{result.check.why[language]} ({wanted}: {result.expected}; {found}: {result.actual})"


def as_json(result: Report) -> str:
    """One line of JSON."""
    return msgspec.json.encode(result).decode()


def as_text(result: Report, text: Text) -> str:
    """The report for people."""
    marks = {"pass": "[x]", "fail": "[ ]", "not_reached": "[-]"}
    lines = [f"{result.file}: {text('course.result', points=result.points, maximum=result.max_points)}"]
    for check in result.checks:
        lines.append(f"  {marks[check.verdict]} {check.title} ({check.points})")
        if check.message:
            lines.append(f"      {check.message}")
    lines.append("  " + text("course.passed" if result.passed else "course.not_passed"))
    if any(check.verdict == "not_reached" for check in result.checks):
        lines.append("  " + text("course.legend"))
    lines += [f"  {line}" for line in chapters_as_text(result.chapters, text)]
    if result.hints_self_reported:
        lines.append("  " + text("course.hints", count=len(result.hints_self_reported)))
    return "\n".join(lines)


def chapters_as_text(chapters: Sequence[ChapterResult], text: Text) -> list[str]:
    """An exam's results by chapter, and which lessons to repeat; nothing for a lesson."""
    lines = [text("course.by_chapter")] if chapters else []
    for row in chapters:
        line = text("course.chapter_result", title=row.title, points=row.points, maximum=row.max_points)
        if row.repeat:
            line += " " + text("course.chapter_repeat", lessons=", ".join(row.repeat))
        lines.append("  " + line)
    return lines
