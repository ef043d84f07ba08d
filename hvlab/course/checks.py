"""Evaluates checks over a world without changing anything: not the world, its trace, the log or a variable.

Expressions run in a shell of their own that knows only commands that look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hvlab.catalog import Platform, Scenario
from hvlab.console.cmdlets import CmdletTable
from hvlab.console.errors import CmdletError, ConsoleError
from hvlab.console.general import general_cmdlets
from hvlab.console.host import RecordingHost
from hvlab.console.lab import DEFAULT_WAIT
from hvlab.console.shell import Shell, Verdict
from hvlab.console.simulation import simulation_cmdlets
from hvlab.course.model import Check, Lesson, Pattern, Question
from hvlab.kernel import TraceEvent, World
from hvlab.session.session import Session

PASS, FAIL, NOT_REACHED = "pass", "fail", "not_reached"
STEP_LIMIT = 2_000_000
EVENT_FIELDS = ("partition", "channel", "source", "target")
"""What a pattern may ask of any event, besides the kind's own fields."""


@dataclass(frozen=True)
class CheckResult:
    """A check's verdict with what was expected and what was found."""

    check: Check
    verdict: str
    expected: str
    actual: str

    @property
    def points(self) -> int:
        """The points it brings."""
        return self.check.points if self.verdict == PASS else 0


class LookingLab:
    """A lab that can only be looked at."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def world(self) -> World:
        """The world."""
        return self._session.world

    @property
    def platform(self) -> Platform:
        """Its platform."""
        return self._session.platform

    @property
    def scenario(self) -> Scenario:
        """The situation it began with."""
        return self._session.scenario

    @property
    def host(self) -> str:
        """The host's path."""
        return self._session.host

    @property
    def computer(self) -> str:
        """The host's name."""
        return self._session.computer

    def wait(self, until: Callable[[], bool], limit: int = DEFAULT_WAIT) -> bool:
        """A check does not wait."""
        raise _only_looks()

    def advance(self, nanoseconds: int) -> None:
        """A check does not wait."""
        raise _only_looks()

    def step(self, events: int) -> int:
        """A check does not wait."""
        raise _only_looks()

    def export(self, target: str, pieces: Iterator[tuple[int, bytes]], size: int) -> None:
        """A check writes nothing."""
        raise _only_looks()


def _only_looks() -> CmdletError:
    return CmdletError("A check only looks.", "ReadOnly", "PermissionDenied", terminating=True)


def looking_shell(session: Session) -> Shell:
    """A shell over a session's world that knows no command which changes something."""
    cmdlets = [cmdlet for cmdlet in simulation_cmdlets() if cmdlet.read_only]
    table = CmdletTable([*general_cmdlets(), *cmdlets])
    return Shell(table, LookingLab(session), RecordingHost(), step_limit=STEP_LIMIT)


class Examiner:
    """Evaluates a lesson's checks over one session, as often as wanted."""

    def __init__(self, lesson: Lesson, session: Session) -> None:
        self.lesson = lesson
        self.session = session

    def results(self) -> list[CheckResult]:
        """All checks in the order of the lesson."""
        verdicts: dict[str, str] = {}
        found = []
        shell = looking_shell(self.session)
        events = list(self.session.world.trace)
        for check in self.lesson.plan.check:
            if any(verdicts.get(need) != PASS for need in check.needs):
                result = CheckResult(check, NOT_REACHED, "", "")
            else:
                result = self._evaluate(check, shell, events)
            verdicts[check.id] = result.verdict
            found.append(result)
        return found

    def _evaluate(self, check: Check, shell: Shell, events: list[TraceEvent]) -> CheckResult:
        parts: list[tuple[bool, str, str]] = []
        if check.expression:
            verdict = _condition(shell, check.expression)
            parts.append((verdict.value, verdict.expected, verdict.actual))
        if check.happened is not None:
            count = sum(1 for event in events if matches(check.happened, event))
            if check.exactly is not None:
                parts.append((count == check.exactly, str(check.exactly), str(count)))
            else:
                parts.append((count >= check.at_least, f">= {check.at_least}", str(count)))
        if check.never is not None:
            count = sum(1 for event in events if matches(check.never, event))
            parts.append((count == 0, "0", str(count)))
        if check.order:
            reached = _in_order(check.order, events)
            parts.append((reached == len(check.order), str(len(check.order)), str(reached)))
        if check.answer:
            question = self.lesson.question(check.answer)
            given = self.session.answers.get(check.answer)
            right = question is not None and given is not None and self.is_right(question, given)
            parts.append((right, "", given or "-"))
        failed = next((part for part in parts if not part[0]), None)
        chosen = failed or (parts[0] if parts else (False, "", ""))
        return CheckResult(check, FAIL if failed or not parts else PASS, chosen[1], chosen[2])

    # -- questions ------------------------------------------------------------------------------

    def is_right(self, question: Question, text: str) -> bool:
        """Whether an answer is right, in the world as it is now."""
        if question.choices:
            return question.choice_meant(text) == question.correct
        number = read_number(text)
        if number is None:
            return False
        return _condition(looking_shell(self.session), f"({question.expression}) -eq {number}").value


def read_number(text: str) -> int | None:
    """A whole number as people write it, with separators for thousands."""
    digits = text.strip().replace("'", "").replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(digits)
    groups = digits.replace(",", ".").split(".")
    if (
        len(groups) > 1
        and all(g.isascii() and g.isdigit() for g in groups)
        and all(len(g) == 3 for g in groups[1:])
    ):
        return int("".join(groups))
    return None


def _condition(shell: Shell, source: str) -> Verdict:
    try:
        return shell.evaluate_condition(source)
    except ConsoleError as error:
        return Verdict(False, "", str(error).splitlines()[0], source)


def matches(pattern: Pattern, event: TraceEvent) -> bool:
    """Whether an event fits a pattern. Text is compared in any case; a field that is not there does not fit."""
    if event.kind != pattern.kind:
        return False
    if pattern.vm:
        suffix = f"/{pattern.vm}".casefold()
        paths = (event.source.casefold(), event.target.casefold())
        if not any(path.endswith(suffix) or f"{suffix}/" in path for path in paths):
            return False
    for name, wanted in pattern.fields.items():
        actual = getattr(event, name) if name in EVENT_FIELDS else event.get(name)
        if isinstance(wanted, str):
            if str(actual).casefold() != wanted.casefold():
                return False
        elif actual != wanted:
            return False
    return True


def _in_order(patterns: list[Pattern], events: list[TraceEvent]) -> int:
    reached = 0
    for event in events:
        if reached < len(patterns) and matches(patterns[reached], event):
            reached += 1
    return reached
