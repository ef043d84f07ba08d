"""Evaluates checks over a world without changing anything: not the world, its trace, the log or a variable.

Expressions run in a shell of their own that knows only commands that look.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hvlab.console.shell import Shell
from hvlab.course import answers, copies
from hvlab.course.looking import looking_shell
from hvlab.course.model import Check, Lesson, Pattern, Question
from hvlab.course.patterns import condition, matches
from hvlab.kernel import Trace, TraceEvent
from hvlab.session.session import Session

PASS, FAIL, NOT_REACHED = "pass", "fail", "not_reached"


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


class Examiner:
    """Evaluates a lesson's checks over one session, as often as wanted."""

    def __init__(self, lesson: Lesson, session: Session) -> None:
        self.lesson = lesson
        self.session = session

    def results(self, reuse: Mapping[str, CheckResult] | None = None) -> list[CheckResult]:
        """All checks in the order of the lesson; `reuse` holds results, by id, that are known to hold still."""
        verdicts: dict[str, str] = {}
        found = []
        shell = looking_shell(self.session)
        for check in self.lesson.plan.check:
            if any(verdicts.get(need) != PASS for need in check.needs):
                result = CheckResult(check, NOT_REACHED, "", "")
            elif reuse and check.id in reuse:
                result = reuse[check.id]
            else:
                result = self._evaluate(check, shell)
            verdicts[check.id] = result.verdict
            found.append(result)
        return found

    def hold(self, wanted: Collection[str]) -> bool:
        """Whether these checks pass; only they are asked, and what they need."""
        shell = looking_shell(self.session)
        known = {check.id: check for check in self.lesson.plan.check}

        def passes(name: str) -> bool:
            check = known[name]
            return all(passes(need) for need in check.needs) and self._evaluate(check, shell).verdict == PASS

        return all(passes(name) for name in wanted)

    def _evaluate(self, check: Check, shell: Shell) -> CheckResult:
        trace = self.session.world.trace
        parts: list[tuple[bool, str, str]] = []
        if check.expression:
            if check.probe:
                with copies.copy_of(self.session) as copy:
                    copies.run(copy, check.probe)
                    verdict = condition(looking_shell(self.session), check.expression)
            else:
                verdict = condition(shell, check.expression)
            parts.append((verdict.value, verdict.expected, verdict.actual))
        if check.happened is not None:
            count = _count(check.happened, trace)
            if check.exactly is not None:
                parts.append((count == check.exactly, str(check.exactly), str(count)))
            else:
                parts.append((count >= check.at_least, f">= {check.at_least}", str(count)))
        if check.never is not None:
            count = _count(check.never, trace)
            parts.append((count == 0, "0", str(count)))
        if check.order:
            parts.append(_in_order(check, list(trace.of_kinds({pattern.kind for pattern in check.order}))))
        for pattern in check.all:
            count = _count(pattern, trace)
            parts.append((count >= 1, ">= 1", str(count)))
        if check.answer:
            question = self.lesson.question(check.answer)
            given = self.session.answers.get(check.answer)
            right = question is not None and given is not None and self.is_right(question, given)
            parts.append((right, "", given or "-"))
            if right and check.foretells is not None:
                parts.append(self._foretold(check.answer, check.foretells))
        failed = next((part for part in parts if not part[0]), None)
        chosen = failed or (parts[0] if parts else (False, "", ""))
        return CheckResult(check, FAIL if failed or not parts else PASS, chosen[1], chosen[2])

    def _foretold(self, question: str, experiment: Pattern) -> tuple[bool, str, str]:
        """Whether the first answer came before the experiment; which event of it came too soon, if not."""
        answered = self.session.answers.first[question]
        trace = self.session.world.trace
        early = next((e for e in trace.of_kinds({experiment.kind}) if matches(experiment, e)), None)
        if early is None or early.seq > answered:
            return True, "", ""
        return False, "", f"#{early.seq}"

    def is_right(self, question: Question, text: str) -> bool:
        """Whether an answer is right, in the world as it is now."""
        return answers.is_right(question, text, looking_shell(self.session), self.session.world)


def _count(pattern: Pattern, trace: Trace) -> int:
    return sum(1 for event in trace.of_kinds({pattern.kind}) if matches(pattern, event))


def _in_order(check: Check, events: list[TraceEvent]) -> tuple[bool, str, str]:
    """Whether events of the check's patterns follow one another, within its time if it sets one.

    Each event that fits the first pattern may be the beginning; the best attempt counts.
    """
    wanted, room = len(check.order), check.within_ms * 1_000_000
    best = 0
    for start, first in enumerate(events):
        if not matches(check.order[0], first):
            continue
        reached = 1
        for event in events[start + 1 :]:
            if reached == wanted or (room and event.time - first.time > room):
                break
            if matches(check.order[reached], event):
                reached += 1
        best = max(best, reached)
        if best == wanted or not room:
            break
    return best == wanted, str(wanted), str(best)
