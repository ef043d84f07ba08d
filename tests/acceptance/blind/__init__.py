"""The confusion table: answers written from a lesson's text alone, and how the grader judges them.

`<lesson-id>.toml` holds the answers to a lesson, kept as they were written:

    seed = 7                                   # optional, where the lesson draws its names and numbers

    [[answer]]
    step = "create"                            # the step that is answered; without it, the whole lesson
    verdict = "right"                          # or "wrong": what the writer meant it to be
    way = "the machine is made with WMI"       # how it goes about it, in a few words
    script = '''
    New-VM web01 -VHDPath C:\\Images\\WS2008-x64.vhd
    Submit-LabAnswer why 2
    '''

A whole lesson's answer is graded as `hvlab grade` grades a script. For a step's answer the lesson's own
solution does what comes before, then the answer runs; it is accepted if every goal of the step holds then and
no goal is lost that held before. `exceptions.toml` names what is judged otherwise than its writer meant, each
with the reason why that is right. `python -m tests.acceptance.blind` prints the table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hvlab.console.errors import ParseError
from hvlab.console.texthost import TextHost
from hvlab.course import library
from hvlab.course.attempts import Attempts, Place
from hvlab.course.checks import PASS
from hvlab.course.grading import message_of
from hvlab.course.model import Lesson

HERE = Path(__file__).parent
RIGHT, WRONG = "right", "wrong"


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer as it was written."""

    verdict: str
    way: str
    script: str
    step: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in (RIGHT, WRONG):
            raise ValueError(f"the verdict is {RIGHT} or {WRONG}, not {self.verdict!r}")
        if not self.way.strip() or not self.script.strip():
            raise ValueError("an answer has a way and a script")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answer: list[Answer]
    seed: int | None = None


class BadAnswer(Exception):
    """An answer that cannot be judged: one sentence with the file and why."""


@dataclass(frozen=True)
class Judged:
    """How the grader judges an answer; `failed` are the checks that speak against it."""

    lesson: str
    number: int
    answer: Answer
    accepted: bool
    failed: tuple[str, ...]
    said: str = ""

    @property
    def name(self) -> str:
        """What stands for it in the file of exceptions."""
        return f"{self.lesson}#{self.number}"

    @property
    def as_meant(self) -> bool:
        """Whether right is accepted and wrong refused."""
        return self.accepted == (self.answer.verdict == RIGHT)


def written() -> list[str]:
    """The lessons that have answers, in the course's order."""
    files = {path.stem for path in HERE.glob("*.toml")} - {"exceptions"}
    known = library.ids()
    strange = sorted(files - set(known))
    if strange:
        raise BadAnswer(f"{HERE / strange[0]}.toml: there is no lesson {strange[0]!r}")
    return [name for name in known if name in files]


def read(name: str) -> tuple[Lesson, Sequence[Answer]]:
    """A lesson and the answers to it."""
    path = HERE / f"{name}.toml"
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except ValueError as error:  # both of the reader's and of the shapes
        raise BadAnswer(f"{path}: {error}") from None
    lesson = library.find(name, file.seed)
    steps = {step.id: step for step in lesson.plan.step}
    for number, answer in enumerate(file.answer, 1):
        if answer.step and answer.step not in steps:
            raise BadAnswer(f"{path}: answer {number}: no step {answer.step!r}; there are {', '.join(steps)}")
        if answer.step and not steps[answer.step].goals:
            raise BadAnswer(f"{path}: answer {number}: the step {answer.step!r} has no goals to judge by")
    return lesson, file.answer


def exceptions() -> dict[str, str]:
    """Why an answer is judged otherwise than its writer meant, by its name."""
    table = tomllib.loads((HERE / "exceptions.toml").read_text(encoding="utf-8"))
    return {str(name): str(reason) for name, reason in table.items()}


def before(attempts: Attempts, step: str) -> Place:
    """Where the lesson's own solution stands before a step.

    That is as far as the earlier steps' goals need, and in any case before anything that already reaches one of
    the step's own goals. Without a step it is the start.
    """
    lesson, place = attempts.lesson, attempts.start
    if not step:
        return place
    number = [one.id for one in lesson.plan.step].index(step)
    earlier = {goal for one in lesson.plan.step[:number] for goal in one.goals}
    own = set(lesson.plan.step[number].goals)
    for statement in attempts.statements(lesson.scripts["solution.ps1"]):
        if earlier <= set(attempts.at(place).ids(PASS)):
            break
        following = attempts.after(place, statement)
        if own & set(attempts.at(following).ids(PASS)):
            break
        place = following
    return place


def judge(attempts: Attempts, number: int, answer: Answer) -> Judged:
    """Grade an answer."""
    lesson = attempts.lesson
    place = before(attempts, answer.step)
    held = set(attempts.at(place).ids(PASS))
    try:
        statements = attempts.statements(answer.script)
    except ParseError as error:
        return Judged(lesson.id, number, answer, False, (), f"line {error.line}: {error.message}")
    for statement in statements:
        place = attempts.after(place, statement)
        if place.ended:
            break
    own = next((set(step.goals) for step in lesson.plan.step if step.id == answer.step), None)
    counted = {check.id for check in lesson.plan.check} if own is None else own | held
    failed = [row for row in attempts.at(place).results if row.check.id in counted and row.verdict != PASS]
    said = next((f"{row.check.id}: {text}" for row in failed if (text := message_of(row, "en"))), "")
    return Judged(lesson.id, number, answer, not failed, tuple(row.check.id for row in failed), said)


def judge_lesson(name: str) -> list[Judged]:
    """How all answers to a lesson are judged."""
    lesson, answers = read(name)
    attempts = Attempts(lesson)
    return [judge(attempts, number, answer) for number, answer in enumerate(answers, 1)]


def what_it_prints(lesson: Lesson, answer: Answer) -> Iterator[str]:
    """What the console prints while an answer runs, without a word on how it is judged: for whoever writes one."""
    attempts = Attempts(lesson)
    session = attempts.go(before(attempts, answer.step))
    lines: list[str] = []
    session.shell.host = TextHost(lines.append, width=120)
    session.run(answer.script)
    yield from lines
