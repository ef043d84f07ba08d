"""Reads a lesson's folder: whatever is wrong in it gets one sentence with file, place and what would be right."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from hvlab import paths
from hvlab.course import drawing
from hvlab.course.model import (
    LANGUAGES,
    NOTES,
    PANES,
    BadLesson,
    Chapter,
    Check,
    Choice,
    Hint,
    Item,
    Lesson,
    LessonFile,
    Misconception,
    Par,
    Pattern,
    Question,
    Step,
    Variable,
)

_HEADING = re.compile(r"^## .*\{#([a-z0-9-]+)\}\s*$")
_UNKNOWN = re.compile(r"unknown field `(\w+)`")
_STRUCTS = (LessonFile, Step, Check, Question, Choice, Item, Hint, Par, Pattern, Variable, Chapter)


def load(folder: Path, seed: int | None = None) -> Lesson:
    """A lesson as its own seed draws it, or as `seed` does. BadLesson."""
    path = folder / "lesson.toml"
    if not path.is_file():
        from hvlab.course import quizzes, tasks  # late: they read chapters and lessons by this module

        if (made := quizzes.at(folder, seed) or tasks.at(folder, seed)) is not None:
            return made
        raise BadLesson(f"{folder}: there is no lesson.toml in it")
    raw = {path.name: _read(path)}
    for name in [
        *(f"{language}.md" for language in LANGUAGES),
        *sorted(p.name for p in folder.glob("*.ps1")),
        *sorted(p.name for p in folder.glob("notes.*.md")),
    ]:
        raw[name] = _read(folder / name)
    # What decides the grade is part of the digest; solutions and mistakes may be added later.
    hasher = hashlib.sha256()
    for name, text in raw.items():
        if not name.startswith(("solution", "wrong-", "takeaway", "demo", "notes")):
            hasher.update(text.encode())
    blank = drawing.blank(raw[path.name])
    plan = _convert(_toml(blank, path), LessonFile, path)
    chosen = plan.seed if seed is None or plan.seeds == "fixed" else seed
    try:
        drawn = drawing.draw(plan.variables, chosen, plan.id)
        texts = {name: drawing.fill(text, drawn) for name, text in raw.items()}
    except drawing.BadVariable as error:
        raise BadLesson(f"{path}: {error}") from None
    if texts[path.name] != blank:
        plan = _convert(_toml(texts[path.name], path), LessonFile, path)
    sections = {
        language: split_sections(texts[f"{language}.md"], folder / f"{language}.md") for language in LANGUAGES
    }
    lesson = Lesson(
        folder,
        plan,
        sections,
        hasher.hexdigest(),
        chosen,
        drawn,
        load_chapter(folder.parent),
        {name: text for name, text in texts.items() if name.endswith(".ps1")},
        _notes(folder, texts),
    )
    _cross_check(lesson)
    return lesson


def _notes(folder: Path, texts: dict[str, str]) -> dict[str, dict[str, str]]:
    """The instructor's notes: whole, in every language, or not at all."""
    names = {language: f"notes.{language}.md" for language in LANGUAGES}
    given = [name for name in texts if name.startswith("notes.")]
    odd = [name for name in given if name not in names.values()]
    if odd:
        raise BadLesson(f"{folder / odd[0]}: notes are called {' and '.join(names.values())}")
    if not given:
        return {}
    found = {}
    for language, name in names.items():
        if name not in texts:
            raise BadLesson(f"{folder / name}: is missing beside {given[0]}")
        found[language] = split_sections(texts[name], folder / name)
        if tuple(found[language]) != NOTES:
            wanted = ", ".join(f"{{#{section}}}" for section in NOTES)
            raise BadLesson(f"{folder / name}: its sections must be {wanted}, in this order")
    return found


@lru_cache(maxsize=64)
def load_chapter(folder: Path) -> Chapter | None:
    """The chapter of a folder of lessons, None if it has no chapter.toml. BadLesson."""
    path = folder / "chapter.toml"
    return _convert(_toml(_read(path), path), Chapter, path) if path.is_file() else None


@lru_cache(maxsize=1)
def misconceptions() -> dict[str, Misconception]:
    """What learners commonly believe and what is not so, by id. BadLesson."""
    path = paths.assets() / "misconceptions.toml"
    found: dict[str, Misconception] = _convert(_toml(_read(path), path), dict[str, Misconception], path)
    return found


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLesson(f"{path}: {error}") from None
    except OSError as error:
        raise BadLesson(f"{path}: cannot be read ({error.strerror})") from None


_parsed = lru_cache(maxsize=128)(tomllib.loads)
"""The course's map asks for every lesson each time it is opened. What it gives is only read."""


def _toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return _parsed(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLesson(f"{path}: {error}") from None


def _convert(data: Any, kind: type[Any], path: Path) -> Any:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise BadLesson(f"{path}: {error}{_nearest(str(error))}") from None


def _nearest(message: str) -> str:
    found = _UNKNOWN.search(message)
    if found is None:
        return ""
    known = {field for kind in _STRUCTS for field in kind.__struct_fields__}
    near = difflib.get_close_matches(found[1], sorted(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def split_sections(text: str, path: Path) -> dict[str, str]:
    """The sections of a text by step id, each with its heading (without the mark). BadLesson."""
    sections: dict[str, str] = {}
    current = ""
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            found = _HEADING.match(line)
            if found is None:
                raise BadLesson(f"{path}, line {number}: a section's heading ends in {{#step-id}}")
            if current:
                sections[current] = "\n".join(lines).strip()
            current, lines = found[1], [line[: line.rindex("{")].rstrip()]
            if current in sections:
                raise BadLesson(f"{path}, line {number}: a second section {{#{current}}}")
        elif current:
            lines.append(line)
    if current:
        sections[current] = "\n".join(lines).strip()
    return sections


def _cross_check(lesson: Lesson) -> None:
    """Ids that point nowhere, and texts that one language lacks."""
    plan, where = lesson.plan, lesson.folder / "lesson.toml"
    for kind, name in (("platform", plan.platform), ("scenario", plan.scenario)):
        folder = paths.assets() / f"{kind}s"
        if not (folder / f"{name}.toml").is_file():
            known = sorted(path.stem for path in folder.glob("*.toml"))
            raise BadLesson(f"{where}: there is no {kind} {name!r}; there are: {', '.join(known)}")
    checks = [check.id for check in plan.check]
    questions = [question.id for question in plan.question]
    for ids in (checks, questions, [step.id for step in plan.step]):
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise BadLesson(f"{where}: the id {doubled[0]!r} is used twice")
    wanted = [(f"step {step.id}", "check", goal, checks) for step in plan.step for goal in step.goals]
    wanted += [
        (f"step {step.id}", "question", step.question, questions) for step in plan.step if step.question
    ]
    wanted += [(f"check {check.id}", "check", need, checks) for check in plan.check for need in check.needs]
    wanted += [(f"check {c.id}", "question", c.answer, questions) for c in plan.check if c.answer]
    for question in plan.question:
        choices = [choice.id for choice in question.choices]
        named = [*question.all_of, *question.sequence, *(item.match for item in question.items)]
        if question.correct:
            named.append(question.correct)
        wanted += [(f"question {question.id}", "choice", name, choices) for name in named]
    wanted += [("panes", "pane", name, list(PANES)) for name in plan.panes]
    for place, kind, name, known in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise BadLesson(f"{where}: {place} names the {kind} {name!r}, which there is not{hint}")
    steps = {step.id for step in plan.step}
    for language, sections in lesson.sections.items():
        if set(sections) != steps:
            file = lesson.folder / f"{language}.md"
            missing, odd = sorted(steps - set(sections)), sorted(set(sections) - steps)
            if missing:
                hint = f"; {{#{odd[0]}}} is no step" if odd else ""
                raise BadLesson(f"{file}: no section {{#{missing[0]}}} for that step of lesson.toml{hint}")
            raise BadLesson(f"{file}: the section {{#{odd[0]}}} is no step of lesson.toml")
