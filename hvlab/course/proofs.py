"""Proves of a lesson that it can be solved, and only by solving it; used by `hvlab lesson lint` and the tests."""

from __future__ import annotations

import re
from pathlib import Path

from hvlab.console.errors import ParseError
from hvlab.course import grading
from hvlab.course.checks import EVENT_FIELDS
from hvlab.course.model import LANGUAGES, Lesson
from hvlab.kernel.trace import KINDS

_FENCE = re.compile(r"```powershell\n(.*?)```", re.DOTALL)
_NAMES = re.compile(r"^#\s*check:\s*(\S+)", re.MULTILINE)


def prove(lesson: Lesson) -> list[str]:
    """What is wrong with a lesson: an empty list if nothing is."""
    return [
        *_texts(lesson),
        *_patterns(lesson),
        *_start(lesson),
        *_solutions(lesson),
        *_mistakes(lesson),
        *_commands(lesson),
    ]


def _texts(lesson: Lesson) -> list[str]:
    problems = []
    plan = lesson.plan
    texts = [("title", plan.title)]
    for check in plan.check:
        texts += [(f"check {check.id}: title", check.title), (f"check {check.id}: why", check.why)]
    for question in plan.question:
        texts.append((f"question {question.id}: prompt", question.prompt))
        texts += [(f"question {question.id}: {c.id}", c.text) for c in question.choices]
        texts += [(f"question {question.id}: feedback {c.id}", c.feedback) for c in question.choices]
        if question.choices and question.correct not in [choice.id for choice in question.choices]:
            problems.append(f"question {question.id}: the correct answer {question.correct!r} is no choice")
        if not question.choices:
            texts += [
                (f"question {question.id}: right", question.right),
                (f"question {question.id}: wrong", question.wrong),
            ]
    for step in plan.step:
        texts += [(f"step {step.id}: a hint", hint.text) for hint in step.hints]
        if step.goals and not step.hints:
            problems.append(f"step {step.id}: has goals and no hint")
    problems += [f"{place}: not in both languages" for place, text in texts if set(text) != set(LANGUAGES)]
    return problems


def _patterns(lesson: Lesson) -> list[str]:
    """A pattern that no event can fit proves nothing, least of all as a `never`."""
    problems = []
    for check in lesson.plan.check:
        for pattern in [check.happened, check.never, *check.order]:
            if pattern is None:
                continue
            kind = KINDS.get(pattern.kind)
            if kind is None:
                problems.append(f"check {check.id}: there is no kind of event {pattern.kind!r}")
                continue
            known = (*kind.fields, *EVENT_FIELDS)
            problems += [
                f"check {check.id}: an event {pattern.kind!r} has no field {name!r}"
                for name in pattern.fields
                if name not in known
            ]
    return problems


def _start(lesson: Lesson) -> list[str]:
    report = grading.report(lesson, grading.open_session(lesson), "start", "en")
    passed = [check.id for check in report.checks if check.verdict == "pass"]
    return [f"check {name} passes before anything was done" for name in passed]


def _grade(lesson: Lesson, path: Path) -> grading.Report:
    session = grading.run_script(lesson, path.read_text(encoding="utf-8"), path.name)
    return grading.report(lesson, session, path.name, "en")


def _solutions(lesson: Lesson) -> list[str]:
    problems = []
    scripts = lesson.scripts("solution*.ps1")
    if not scripts:
        problems.append("there is no solution.ps1")
    for path in scripts:
        report = _grade(lesson, path)
        problems += [
            f"{path.name}: check {check.id} does not pass: {check.message}"
            for check in report.checks
            if check.verdict != "pass"
        ]
        problems += _prefixes(lesson, path)
    return problems


def _prefixes(lesson: Lesson, path: Path) -> list[str]:
    """Points never drop along a solution, and nothing short of the whole passes."""
    session = grading.open_session(lesson)
    statements = session.parse(path.read_text(encoding="utf-8")).statements
    before = 0
    for number, statement in enumerate(statements, 1):
        session.run(statement.text)
        report = grading.report(lesson, session, path.name, "en")
        if report.points < before:
            return [f"{path.name}: statement {number} loses points ({before} to {report.points})"]
        before = report.points
        if report.passed and number < len(statements):
            return [f"{path.name}: passes after statement {number} already; what follows is not needed"]
    return []


def _mistakes(lesson: Lesson) -> list[str]:
    problems = []
    for path in lesson.scripts("wrong-*.ps1"):
        named = _NAMES.findall(path.read_text(encoding="utf-8"))
        report = _grade(lesson, path)
        failed = [check.id for check in report.checks if check.verdict == "fail"]
        if report.passed:
            problems.append(f"{path.name}: passes")
        if not named:
            problems.append(f"{path.name}: its first line must name a check (# check: ID)")
        problems += [f"{path.name}: check {name} does not catch it" for name in named if name not in failed]
        problems += [
            f"{path.name}: fails at {name} as well" for name in failed if named and name not in named
        ]
    return problems


def _commands(lesson: Lesson) -> list[str]:
    """Every command in the texts is one, and both languages show the same."""
    problems = []
    session = grading.open_session(lesson)
    shown: dict[str, list[str]] = {}
    for language, sections in lesson.sections.items():
        shown[language] = [block.strip() for text in sections.values() for block in _FENCE.findall(text)]
        for block in shown[language]:
            try:
                session.parse(block)
            except ParseError as error:
                problems.append(f"{language}.md: {block.splitlines()[0]!r}: {error.message}")
    if len({tuple(blocks) for blocks in shown.values()}) > 1:
        problems.append("the languages show different commands")
    return problems
