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

import functools
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hvlab.console.errors import ParseError
from hvlab.console.texthost import TextHost
from hvlab.course import grading, library
from hvlab.course.model import Lesson
from hvlab.session.session import Session

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


@functools.lru_cache(maxsize=64)
def before(folder: Path, seed: int, step: str) -> str:
    """What of the lesson's own solution comes before a step.

    That is as much as the earlier steps' goals need, and in any case nothing that already reaches one of
    the step's own goals.
    """
    lesson = library.find(str(folder), seed)
    steps = [one.id for one in lesson.plan.step]
    place = steps.index(step)
    earlier = {goal for one in lesson.plan.step[:place] for goal in one.goals}
    own = set(lesson.plan.step[place].goals)
    session = grading.open_session(lesson)
    statements = session.parse(lesson.scripts["solution.ps1"]).statements
    done: list[str] = []
    for statement in ["", *(one.text for one in statements)]:
        if statement:
            session.run(statement)
        passed = _passed(lesson, session)
        if passed & own:
            break
        if statement:
            done.append(statement)
        if earlier <= passed:
            break
    return "\n".join(done)


def _passed(lesson: Lesson, session: Session) -> set[str]:
    rows = grading.report(lesson, session, "", "en").checks
    return {row.id for row in rows if row.verdict == "pass"}


def _begun(lesson: Lesson, answer: Answer) -> Session:
    session = grading.open_session(lesson)
    if answer.step:
        session.run(before(lesson.folder, lesson.seed, answer.step))
    return session


def judge(lesson: Lesson, number: int, answer: Answer) -> Judged:
    """Grade an answer in a lab of its own."""
    session = _begun(lesson, answer)
    held = _passed(lesson, session)
    try:
        session.parse(answer.script)
    except ParseError as error:
        return Judged(lesson.id, number, answer, False, (), f"line {error.line}: {error.message}")
    session.run(answer.script)
    report = grading.report(lesson, session, "", "en")
    own = next((set(step.goals) for step in lesson.plan.step if step.id == answer.step), None)
    counted = {check.id for check in lesson.plan.check} if own is None else own | held
    failed = [row for row in report.checks if row.id in counted and row.verdict != "pass"]
    said = next((f"{row.id}: {row.message}" for row in failed if row.message), "")
    return Judged(lesson.id, number, answer, not failed, tuple(row.id for row in failed), said)


def judge_lesson(name: str) -> list[Judged]:
    """How all answers to a lesson are judged."""
    lesson, answers = read(name)
    return [judge(lesson, number, answer) for number, answer in enumerate(answers, 1)]


def what_it_prints(lesson: Lesson, answer: Answer) -> Iterator[str]:
    """What the console prints while an answer runs, without a word on how it is judged: for whoever writes one."""
    session = _begun(lesson, answer)
    lines: list[str] = []
    session.shell.host = TextHost(lines.append, width=120)
    session.run(answer.script)
    yield from lines
