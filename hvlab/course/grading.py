"""Grades a script or a recorded session: by replaying it in a world of the grader's own.

What a file says of itself is never believed. A script that runs into errors is
graded on what it reached; a file that cannot be replayed at all is refused with
one sentence.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hvlab import garbage
from hvlab.console.errors import ParseError
from hvlab.course import beliefs, opening, par
from hvlab.course.attempts import Attempts
from hvlab.course.beliefs import Belief
from hvlab.course.blueprint import ChapterResult, by_chapter
from hvlab.course.checks import FAIL, PASS, CheckResult, Examiner
from hvlab.course.model import Lesson
from hvlab.course.opening import TooLong, drawn_anew, open_session
from hvlab.course.par import Figure, in_words
from hvlab.session import log
from hvlab.session.session import ReplayMismatch, Session
from hvlab.text import Text

__all__ = [
    "BadSubmission",
    "CheckReport",
    "Report",
    "TooLong",
    "as_json",
    "as_text",
    "chapters_as_text",
    "close_labs",
    "drawn_anew",
    "grade_bytes",
    "grade_file",
    "message_of",
    "open_session",
    "read_submission",
    "replay_log",
    "report",
    "run_script",
    "seed_of_script",
    "too_long",
]

MAXIMUM_FILE = 64 << 20
LABS = 4
"""So many labs stay open, for the next submission to the same lesson and seed."""

_SEED = re.compile(r"^#\s*seed:\s*(\d{1,18})\s*$", re.MULTILINE)


class BadSubmission(Exception):
    """A file that cannot be graded: one sentence with its name and why."""


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
    misconceptions: dict[str, Belief] = {}
    """Of a recorded session: what its answers say of common misconceptions (hvlab.course.beliefs)."""
    par: list[Figure] = []
    """Of work that has passed: how it compares with the best known solutions (hvlab.course.par)."""


def seed_of_script(lesson: Lesson, source: str) -> int:
    """The seed that a script was written for: `# seed: 7` in one of its first lines, else the lesson's."""
    found = _SEED.search("\n".join(source.splitlines()[:5]))
    return int(found[1]) if found else lesson.seed


def run_script(lesson: Lesson, source: str, name: str) -> Session:
    """Run a script on the lesson's start, in a lab of its own. BadSubmission if it is no program, or never ends."""
    session = open_session(lesson)
    try:
        for statement in session.parse(source).statements:
            # Each for itself, as a record of it would be replayed.
            if session.run(statement.text).stopped_at is not None:
                break
    except ParseError as error:
        raise _no_program(name, error) from None
    except TooLong:
        raise too_long(name) from None
    return session


def _no_program(name: str, error: ParseError) -> BadSubmission:
    return BadSubmission(f"{name}, line {error.line}, column {error.column}: {error.message}")


def too_long(name: str) -> BadSubmission:
    """The sentence about a world that goes on for too long."""
    return BadSubmission(f"{name}: more than {opening.MAXIMUM_EVENTS:,} events; no lesson takes that long")


def replay_log(lesson: Lesson, data: bytes, name: str) -> Session:
    """Replay a recorded session on the lesson's start, in a lab of its own. BadSubmission."""
    lesson, entries = read_record(lesson, data, name)
    session = open_session(lesson)
    try:
        session.replay(_after_start(session, entries, lesson, name))
    except ReplayMismatch as error:
        raise BadSubmission(f"{name}: {error}") from None
    except TooLong:
        raise too_long(name) from None
    return session


def read_record(lesson: Lesson, data: bytes, name: str) -> tuple[Lesson, list[log.Entry]]:
    """The lesson as a record's seed draws it, and what the record holds. BadSubmission if it is of another lab."""
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
    if any(entry.at > opening.MAXIMUM_EVENTS for entry in entries):
        raise too_long(name)
    return lesson, entries


def _after_start(session: Session, entries: list[log.Entry], lesson: Lesson, name: str) -> list[log.Entry]:
    """What a record holds after the start script's own commands, which stand first in every record."""
    begun = len(session.log.entries)
    if entries[:begun] != session.log.entries:
        raise BadSubmission(f"{name}: does not begin as {lesson.id!r} begins")
    return entries[begun:]


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
    try:
        if log.looks_like_log(data):
            lesson, entries = read_record(lesson, data, name)
            with _lab(lesson) as lab:
                rest = _after_start(lab.go(lab.start), entries, lesson, name)
                attempt = lab.replay(rest)
                return _report(
                    lesson, attempt.results, lab.session.hints, name, language, rest, lab.figures(attempt)
                )
        source = _decoded(data, name)
        lesson = drawn_anew(lesson, seed_of_script(lesson, source))
        with _lab(lesson) as lab:
            attempt = lab.run(source)
            return _report(lesson, attempt.results, (), name, language, compared=lab.figures(attempt))
    except ParseError as error:
        raise _no_program(name, error) from None
    except ReplayMismatch as error:
        raise BadSubmission(f"{name}: {error}") from None
    except TooLong:
        raise too_long(name) from None


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadSubmission(f"{name}, line {line}: not UTF-8 text") from None


_labs: OrderedDict[tuple[str, str, int], Attempts] = OrderedDict()


@contextmanager
def _lab(lesson: Lesson) -> Iterator[Attempts]:
    """An open lab of the lesson, for one submission alone. One that was left by an exception is never used again."""
    key = lesson.id, lesson.digest, lesson.seed
    lab = _labs.pop(key, None) or Attempts(lesson)
    whole = False
    try:
        with garbage.seldom():
            yield lab
        whole = True
    except ParseError:
        whole = True  # nothing was done in it
        raise
    finally:
        if whole:
            _labs[key] = lab
    while len(_labs) > LABS:
        _labs.popitem(last=False)


def close_labs() -> None:
    """Give up the labs that are open: the next submission gets a new one."""
    _labs.clear()


def report(lesson: Lesson, session: Session, name: str, language: str) -> Report:
    """The report on a session as it stands."""
    results = Examiner(lesson, session).results()
    passed = all(result.verdict == PASS for result in results)
    compared = par.figures(lesson, session) if passed else []
    return _report(lesson, results, session.hints, name, language, session.log.entries, compared)


def _report(
    lesson: Lesson,
    results: Sequence[CheckResult],
    hints: Sequence[str],
    name: str,
    language: str,
    entries: Sequence[log.Entry] = (),
    compared: Sequence[Figure] = (),
) -> Report:
    rows = [_row(result, language) for result in results]
    passed = all(result.verdict == PASS for result in results)
    reached = [result.check.id for result in results if result.verdict == PASS]
    return Report(
        lesson.id,
        name,
        passed,
        sum(result.points for result in results),
        lesson.max_points,
        rows,
        list(hints),
        by_chapter(lesson, results, language),
        beliefs.follow({}, beliefs.signs(lesson, entries, reached)),
        list(compared),
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
    lines += [f"  {in_words(figure, text)}" for figure in result.par]
    if any(check.verdict == "not_reached" for check in result.checks):
        lines.append("  " + text("course.legend"))
    lines += [f"  {line}" for line in chapters_as_text(result.chapters, text)]
    lines += [f"  {line}" for line in beliefs.told(result.misconceptions, text)]
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
