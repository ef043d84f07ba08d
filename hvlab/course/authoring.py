"""Tools for authors: the shape of lesson.toml as a JSON Schema, a lesson to begin with, a page to read.

What a lesson may hold is said once, in `hvlab.course.model`; the schema is derived from it. The
lesson to begin with lies in assets/authoring and is a lesson like any other: the linter proves it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Any

import msgspec

from hvlab import paths
from hvlab.course import drafting, wording
from hvlab.course.drafting import Draft
from hvlab.course.model import BadLesson, Check, Lesson, LessonFile, Question
from hvlab.course.opening import TooLong
from hvlab.session.session import Session
from hvlab.text import Text

WATCHING = 0.5
"""Seconds between two looks at the files of a lesson that is being written."""
SCHEMA = "https://json-schema.org/draft/2020-12/schema"
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def schema() -> dict[str, Any]:
    """The JSON Schema of lesson.toml, read as JSON."""
    return {"$schema": SCHEMA, "title": "lesson.toml", **msgspec.json.schema(LessonFile)}


def begin(folder: Path) -> list[Path]:
    """Write a small lesson that works into a new folder, named after it; its files. BadLesson."""
    name = id_of(folder)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise BadLesson(f"{folder}: cannot be made ({error.strerror})") from None
    written = []
    for source in sorted((paths.assets() / "authoring" / "lesson").iterdir()):
        target = folder / source.name
        text = source.read_text(encoding="utf-8").replace('id = "new-lesson"', f'id = "{name}"')
        target.write_text(text, encoding="utf-8")
        written.append(target)
    return written


def record(session: Session, folder: Path, until: str, text: Text) -> tuple[list[Path], Draft]:
    """Write the draft of a lesson from a session's work into a new folder; its files. BadLesson."""
    name = id_of(folder)
    try:
        made = drafting.draft(session, name, until)
    except TooLong:
        raise BadLesson("the work goes on for longer than a lesson's lab may") from None
    try:
        return drafting.write(made, folder, text), made
    except OSError as error:
        raise BadLesson(f"{folder}: cannot be written ({error.strerror})") from None


def told(made: Draft, text: Text) -> Iterator[str]:
    """What an author should know of a draft, in the order in which it matters."""
    if not made.start:
        yield text("cli.record.no_start")
    if made.left_out:
        yield text("cli.record.left_out", commands="; ".join(" ".join(one.split()) for one in made.left_out))
    if made.stopped:
        yield text("cli.record.stopped", commands="; ".join(" ".join(one.split()) for one in made.stopped))
    if made.differs:
        yield text("cli.record.differs")
    if made.more:
        yield text("cli.record.more", count=len(made.more))


def id_of(folder: Path) -> str:
    """The id of a lesson that is to begin in a new folder: the folder's name. BadLesson."""
    name = folder.resolve().name
    if not _ID.fullmatch(name):
        raise BadLesson(
            f"{folder}: the folder's name becomes the lesson's id: small letters, digits and dashes, "
            "as in my-first-lesson"
        )
    if folder.exists():
        raise BadLesson(f"{folder}: exists already; name a new folder")
    return name


def saved(folder: Path, wait: Callable[[], None] = lambda: sleep(WATCHING)) -> Iterator[bool]:
    """False at once, then True each time after something in a lesson's folder was saved; it never ends by itself."""
    known = _stamps(folder)
    yield False
    while True:
        wait()
        now = _stamps(folder)
        if now != known:
            known = now
            yield True


def _stamps(folder: Path) -> list[tuple[str, int, int]]:
    found = []
    for path in sorted(folder.glob("*")):
        with suppress(OSError):  # an editor puts files away for a moment
            found.append((path.name, path.stat().st_mtime_ns, path.stat().st_size))
    return found


def preview(lesson: Lesson, language: str) -> Iterator[str]:
    """The lesson as lines to read: its text, and under each step what it asks, checks and hints at."""
    text = Text(language)
    checks = {check.id: check for check in lesson.plan.check}
    points = text("cli.preview.points", count=lesson.max_points)
    yield f"# {lesson.title[language]} ({lesson.id}, {lesson.minutes} min, {points})"
    for step in lesson.plan.step:
        yield ""
        yield lesson.sections[language][step.id].strip()
        if step.goals or step.question or step.hints:
            yield ""
        for goal in step.goals:
            check = checks[goal]
            yield f"  [{check.points}] {check.title[language]}: {_asks(check, text)}"
        question = lesson.question(step.question) if step.question else None
        if question is not None:
            kind = text(f"cli.preview.{question.kind}")
            guess = f", {text('cli.preview.guess')}" if question.guess else ""
            yield f"  ? {question.prompt[language]} ({kind}{guess})"
            yield from (f"      {mark} {choice}" for mark, choice in _choices(question, language))
        for number, hint in enumerate(step.hints, 1):
            yield f"  {text('cli.preview.hint', number=number, cost=hint.cost)} {hint.text[language]}"


def text_alone(lesson: Lesson, language: str, text: Text, *, goals: bool = False) -> Iterator[str]:
    """What a learner reads, as lines: by step the text and its question, without checks, hints and solutions.

    With `goals`, the titles of each step's goals stand under its text, as the screen lists them. At the end the
    glossary explains the words of the pages.
    """
    checks = {check.id: check for check in lesson.plan.check}
    if lesson.chapter is not None:
        yield lesson.chapter.morning[language].strip()
        yield ""
    yield f"# {lesson.title[language]}"
    for step in lesson.plan.step:
        yield ""
        heading, _, body = lesson.sections[language][step.id].strip().partition("\n")
        yield f"{heading} {{#{step.id}}}"
        if body:
            yield body
        if goals and step.goals:
            yield ""
            yield from (f"- [ ] {checks[goal].title[language]}" for goal in step.goals)
        question = lesson.question(step.question) if step.question else None
        if question is not None:
            yield ""
            yield f"? {question.prompt[language]} ({text(f'course.text_{question.kind}', id=question.id)})"
            yield from (f"  {n}. {item.text[language]}" for n, item in enumerate(question.items, 1))
            marks = "abcdefghijklmnopqrstuvwxyz" if question.items else [*map(str, range(1, 27))]
            for mark, choice in zip(marks, question.choices, strict=False):
                yield f"  {mark}{')' if question.items else '.'} {choice.text[language]}"
    if explained := wording.appendix(lesson, language):
        yield ""
        yield text("course.text_glossary")
        yield ""
        yield from explained


def _asks(check: Check, text: Text) -> str:
    """What a check looks at, in one line."""
    if check.answer:
        return text("cli.preview.answer", question=check.answer)
    if check.expression:
        probe = text("cli.preview.probe", script=check.probe) if check.probe else ""
        return f"{probe} {' '.join(check.expression.split())}".strip()
    if check.all or check.order:
        kinds = ", ".join(pattern.kind for pattern in check.all or check.order)
        return text(f"cli.preview.{'all' if check.all else 'in_order'}", kinds=kinds)
    pattern = check.happened or check.never
    assert pattern is not None  # the loader refuses a check without anything to look at
    event = f"{pattern.kind} {pattern.vm} {pattern.fields or ''}".strip()
    return text(f"cli.preview.{'never' if check.never else 'happened'}", event=event)


def _choices(question: Question, language: str) -> Iterator[tuple[str, str]]:
    right = {question.correct, *question.all_of}
    for choice in question.choices:
        yield ("+" if choice.id in right else "-"), choice.text[language]
