"""Proves of a lesson that it can be solved, and only by solving it; used by `hvlab lesson lint` and the tests."""

from __future__ import annotations

import re

from hvlab.console.errors import ParseError
from hvlab.console.looking import commands_in
from hvlab.console.shell import Statement
from hvlab.course import blueprint, claims, pages, teaching
from hvlab.course.attempts import Attempts
from hvlab.course.checks import FAIL, PASS
from hvlab.course.downtime import unknown
from hvlab.course.grading import message_of, open_session
from hvlab.course.loading import load, misconceptions
from hvlab.course.model import LANGUAGES, Lesson
from hvlab.course.pages import unwritten
from hvlab.course.patterns import EVENT_FIELDS
from hvlab.course.walking import Walk
from hvlab.kernel.trace import KINDS
from hvlab.session.session import Session

_RELEASE = re.compile(r"^# (Windows Server \d{4}( R2)?|Hyper-V Server \d{4}( R2)?)\b")
MOST_WORDS = 120
OTHER_SEEDS = (1, 2)


def prove(lesson: Lesson) -> list[str]:
    """What is wrong with a lesson: an empty list if nothing is."""
    attempts = Attempts(lesson)
    problems = [
        *_texts(lesson),
        *_asked(lesson),
        *_guesses(lesson),
        *_looks(attempts),
        *_misconceptions(lesson),
        *blueprint.problems(lesson),
        *claims.problems(lesson),
        *_lengths(lesson),
        *_patterns(lesson),
        *_expressions(attempts),
        *_takeaway(attempts),
        *teaching.problems(attempts),
    ]
    if problems:
        return problems
    problems = _work(attempts)
    if not problems and not lesson.plan.exam:
        problems = Walk(attempts).run()
    if not problems:
        problems = _par(attempts)
    problems += unwritten(lesson)
    if lesson.plan.seeds == "drawn":
        for seed in OTHER_SEEDS:
            problems += [
                f"seed {seed}: {problem}"
                for problem in _work(Attempts(load(lesson.folder, seed)), again=True)
            ]
    return problems


def _work(attempts: Attempts, again: bool = False) -> list[str]:
    """What the scripts prove. `again` is for another seed: a prefix lacks there what it lacks with the first."""
    return [
        *_start(attempts),
        *_solutions(attempts, prefixes=not again),
        *_mistakes(attempts),
        *_commands(attempts),
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
        if question.kind == "choice":
            texts += [(f"question {question.id}: feedback {c.id}", c.feedback) for c in question.choices]
            if not question.correct and not question.guess:
                problems.append(f"question {question.id}: no choice is correct")
        texts += [(f"question {question.id}: {item.id}", item.text) for item in question.items]
        if question.kind != "choice":
            texts += [
                (f"question {question.id}: right", question.right),
                (f"question {question.id}: wrong", question.wrong),
            ]
    for step in plan.step:
        texts += [(f"step {step.id}: a hint", hint.text) for hint in step.hints]
        if step.goals and not step.hints and not plan.exam:
            problems.append(f"step {step.id}: has goals and no hint")
    problems += [f"{place}: not in both languages" for place, text in texts if set(text) != set(LANGUAGES)]
    return problems


def _asked(lesson: Lesson) -> list[str]:
    """A step asks at most one question: one that no step asks is never seen, and cannot be answered."""
    asked = {step.question for step in lesson.plan.step}
    return [f"question {q.id}: no step asks it" for q in lesson.plan.question if q.id not in asked]


def _guesses(lesson: Lesson) -> list[str]:
    """What may be read before a guess does not hold its answer."""
    problems = []
    for step in lesson.plan.step:
        question = lesson.question(step.question)
        if question is None or not question.guess:
            continue
        right = next((choice.text for choice in question.choices if choice.id == question.correct), {})
        for language, sections in lesson.sections.items():
            read = pages.before_answer(sections[step.id], guess=True)
            for name, told in (("answer", right), ("resolution", question.right)):
                if pages.gives_away(read, told.get(language, "")):
                    problems.append(
                        f"{language}.md {{#{step.id}}}: the {name} of the guess {question.id} stands before it; "
                        "it may follow the first commands"
                    )
    return problems


def _looks(attempts: Attempts) -> list[str]:
    """What a step wants looked at are commands that only look, and its page brings them."""
    problems = []
    lesson, session = attempts.lesson, attempts.session
    for step in lesson.plan.step:
        for look in step.looks:
            cmdlet = session.table.find(look)
            if cmdlet is None or not cmdlet.read_only:
                problems.append(f"step {step.id}: {look!r} is no command that only looks")
                continue
            for language, sections in lesson.sections.items():
                brought = [
                    name
                    for block in pages.commands_in(sections[step.id])
                    for statement in _statements(session, block)
                    for name in commands_in(statement.node, session.table)
                ]
                if cmdlet.name not in brought:
                    problems.append(f"{language}.md {{#{step.id}}}: no command of the page calls {look}")
    return problems


def _statements(session: Session, block: str) -> tuple[Statement, ...]:
    try:
        return session.parse(block).statements
    except ParseError:
        return ()  # which _commands reports


def _misconceptions(lesson: Lesson) -> list[str]:
    """A wrong choice names a misconception that is written down, and a right one names none."""
    problems = []
    for question in lesson.plan.question:
        for choice in question.choices:
            if choice.misconception and choice.misconception not in misconceptions():
                known = ", ".join(misconceptions())
                problems.append(
                    f"question {question.id}: no misconception {choice.misconception!r}; there are {known}"
                )
            if choice.misconception and choice.id == question.correct:
                problems.append(f"question {question.id}: the right choice {choice.id} names a misconception")
            if choice.slip and (choice.misconception or choice.id == question.correct):
                problems.append(f"question {question.id}: {choice.id} is no slip: it is right, or believed")
    return problems


def _lengths(lesson: Lesson) -> list[str]:
    """Nobody reads a wall of text: so many words at most between two things to do."""
    problems = []
    for language, sections in lesson.sections.items():
        for step, text in sections.items():
            for stretch in re.split(r"```.*?```", text, flags=re.DOTALL):
                words = len(re.findall(r"\w+", stretch))
                if words > MOST_WORDS:
                    problems.append(
                        f"{language}.md {{#{step}}}: {words} words without anything to do; at most {MOST_WORDS}"
                    )
    return problems


def _takeaway(attempts: Attempts) -> list[str]:
    """What one takes home runs on a real host: real cmdlets only, and the release stands above it."""
    script, session = attempts.lesson.scripts.get("takeaway.ps1"), attempts.session
    if script is None:
        return []
    if _RELEASE.match(script) is None:
        return ["takeaway.ps1: its first line names the release it runs on: # Windows Server 2012"]
    try:
        session.parse(script)
    except ParseError as error:
        return [f"takeaway.ps1, line {error.line}: {error.message}"]
    names = {cmdlet.name.casefold() for cmdlet in session.table if cmdlet.lab_only}
    return [
        f"takeaway.ps1: {word} exists in the lab only"
        for word in re.findall(r"[A-Z]\w*-[A-Z]\w*", script)
        if word.casefold() in names
    ]


def _patterns(lesson: Lesson) -> list[str]:
    """A pattern that no event can fit proves nothing, least of all as a `never`."""
    problems = []
    for check in lesson.plan.check:
        for pattern in check.patterns:
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


def _expressions(attempts: Attempts) -> list[str]:
    """What the console cannot read is never true, and a learner could do nothing about it."""
    lesson, session, problems = attempts.lesson, attempts.session, []
    texts = [
        (f"check {check.id}: {name}", text)
        for check in lesson.plan.check
        for name, text in (("expression", check.expression), ("probe", check.probe))
        if text
    ]
    texts += [(f"question {q.id}: expression", q.expression) for q in lesson.plan.question if q.expression]
    for place, text in texts:
        try:
            session.parse(text)
        except ParseError as error:
            problems.append(f"{place}: {error.message}")
    return problems


def _start(attempts: Attempts) -> list[str]:
    passed = attempts.at(attempts.start).ids(PASS)
    return [f"check {name} passes before anything was done" for name in passed]


def _solutions(attempts: Attempts, prefixes: bool) -> list[str]:
    problems = []
    lesson = attempts.lesson
    scripts = lesson.scripts_like("solution*.ps1")
    if not scripts:
        problems.append("there is no solution.ps1")
    for name in scripts:
        source = lesson.scripts[name]
        if prefixes:
            problems += _prefixes(attempts, name)
        results = attempts.run(source).results
        problems += [
            f"{name}: check {result.check.id} does not pass: {message_of(result, 'en') or 'one that it needs does not'}"
            for result in results
            if result.verdict != PASS
        ]
    return problems


def _prefixes(attempts: Attempts, name: str) -> list[str]:
    """Points never drop along a solution, and nothing short of the whole passes."""
    statements = attempts.statements(attempts.lesson.scripts[name])
    place, before = attempts.start, 0
    for number, statement in enumerate(statements, 1):
        place = attempts.after(place, statement)
        attempt = attempts.at(place)
        if attempt.points < before:
            return [f"{name}: statement {number} loses points ({before} to {attempt.points})"]
        before = attempt.points
        if attempt.passed and number < len(statements):
            return [f"{name}: passes after statement {number} already; what follows is not needed"]
    return []


def _par(attempts: Attempts) -> list[str]:
    """Whatever is to be missed as little as possible answers at some time in the solution."""
    lesson = attempts.lesson
    if not lesson.plan.par.downtime:
        return []
    session = open_session(lesson)
    session.run(lesson.scripts[lesson.scripts_like("solution*.ps1")[0]])
    return [
        f"par: {name!r} never answers in the solution" for name in unknown(session, lesson.plan.par.downtime)
    ]


def _mistakes(attempts: Attempts) -> list[str]:
    problems = []
    lesson = attempts.lesson
    for name in lesson.scripts_like("wrong-*.ps1"):
        named = claims.NAMES.findall(lesson.scripts[name])
        attempt = attempts.run(lesson.scripts[name])
        failed = attempt.ids(FAIL)
        if attempt.passed:
            problems.append(f"{name}: passes")
        if not named:
            problems.append(f"{name}: its first line must name a check (# check: ID)")
        problems += [f"{name}: check {check} does not catch it" for check in named if check not in failed]
        problems += [f"{name}: fails at {check} as well" for check in failed if named and check not in named]
    return problems


def _commands(attempts: Attempts) -> list[str]:
    """Every command in the texts is one, and both languages show the same."""
    problems = []
    lesson, session = attempts.lesson, attempts.session
    shown: dict[str, list[str]] = {}
    for language, sections in lesson.sections.items():
        shown[language] = [block.strip() for text in sections.values() for block in pages.commands_in(text)]
        for block in shown[language]:
            try:
                session.parse(block)
            except ParseError as error:
                problems.append(f"{language}.md: {block.splitlines()[0]!r}: {error.message}")
    if len({tuple(blocks) for blocks in shown.values()}) > 1:
        problems.append("the languages show different commands")
    return problems
