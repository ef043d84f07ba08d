"""What an instructor gets for a lesson, and the proof that it holds: a demonstration that runs, and notes to it."""

from __future__ import annotations

import re

from hvlab import paths
from hvlab.console.errors import ParseError
from hvlab.console.shell import Statement
from hvlab.console.texthost import TextHost
from hvlab.course.attempts import Attempts
from hvlab.course.model import LANGUAGES, Lesson

MOST_STATEMENTS = 15
"""More than that nobody shows, and explains, in five minutes."""
REFUSED = "# refused"
"""Stands behind a statement that the lab is to refuse."""
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"[A-Z][a-z]+-[A-Z]\w+")


def problems(attempts: Attempts) -> list[str]:
    """What is wrong with a lesson's demonstration and notes; each lesson of the course has to have them."""
    lesson = attempts.lesson
    if not lesson.demo() and not lesson.notes:
        missing = "a lesson of the course has a demo.ps1, notes.en.md and notes.de.md"
        return [missing] if _is_taught(lesson) else []
    if not lesson.demo() or not lesson.notes:
        return ["demo.ps1 and notes.en.md, notes.de.md come together"]
    return [*_demo(attempts), *_notes(attempts)]


def _is_taught(lesson: Lesson) -> bool:
    """Whether a lesson is one of the course; an exam is not taught."""
    return not lesson.plan.exam and lesson.folder.parent.parent == paths.lessons()


def _demo(attempts: Attempts) -> list[str]:
    """Every statement runs without an error, and the class gets to see something."""
    try:
        statements = attempts.statements(attempts.lesson.demo())
    except ParseError as error:
        return [f"demo.ps1, line {error.line}: {error.message}"]
    if len(statements) > MOST_STATEMENTS:
        return [
            f"demo.ps1: {len(statements)} statements; in five minutes one shows at most {MOST_STATEMENTS}"
        ]
    session = attempts.go(attempts.start)
    lines: list[str] = []
    usual, session.shell.host = session.shell.host, TextHost(lines.append)
    try:
        for number, statement in enumerate(statements, 1):
            before = len(lines)
            outcome = session.run_statement(statement)
            refused = _marked_refused(statement)
            if outcome.errors and not refused:
                return [f"demo.ps1, statement {number}: {outcome.errors[0].message}"]
            if refused and not outcome.errors:
                return [f"demo.ps1, statement {number}: is marked as refused, and runs"]
            del lines[:before]
    finally:
        session.shell.host = usual
        attempts.moved()
    return [] if lines else ["demo.ps1: its last statement shows nothing; end with what the class is to see"]


def _marked_refused(statement: Statement) -> bool:
    """Whether the comment at the end of its line says that this is to be refused before the class's eyes."""
    rest = statement.source.text[statement.span.end :].partition("\n")[0]
    return rest.strip().startswith(REFUSED)


def _notes(attempts: Attempts) -> list[str]:
    """The notes name only commands that there are, the same in each language."""
    found, lesson = [], attempts.lesson
    named: dict[str, list[str]] = {}
    for language in LANGUAGES:
        text = "\n".join(lesson.notes[language].values())
        named[language] = sorted({word for span in _SPAN.findall(text) for word in _COMMAND.findall(span)})
        found += [
            f"notes.{language}.md: there is no command {word}"
            for word in named[language]
            if attempts.session.table.find(word) is None
        ]
        found += [
            f"notes.{language}.md {{#{section}}}: is empty"
            for section, body in lesson.notes[language].items()
            if not body.partition("\n")[2].strip()
        ]
    if len({tuple(words) for words in named.values()}) > 1:
        found.append("the notes name different commands in the two languages")
    return found
