"""One lab of a lesson in which many scripts are tried, one after another: what they begin with alike is done once.

The session goes back to where a script parts from those before it, as a learner would with Undo-Lab; and what the
checks say somewhere is asked once. A script that itself goes back and forth gets a lab of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hvlab.console.shell import Statement
from hvlab.course import grading
from hvlab.course.checks import NOT_REACHED, PASS, CheckResult, Examiner
from hvlab.course.model import Check, Lesson
from hvlab.session.session import Session

ANSWERING = "Submit-LabAnswer"


@dataclass
class Place:
    """Where a way through the lab has led to. `ended` says that its last statement ended the script."""

    node: int
    before: Place | None = None
    statement: Statement | None = None
    ended: bool = False
    onward: dict[str, Place] = field(default_factory=dict)
    results: list[CheckResult] | None = None


@dataclass(frozen=True)
class Attempt:
    """What came of a script: how each check stands at its end."""

    results: list[CheckResult]

    @property
    def passed(self) -> bool:
        """Whether all checks hold."""
        return all(result.verdict == PASS for result in self.results)

    @property
    def points(self) -> int:
        """What the checks bring."""
        return sum(result.points for result in self.results)

    def ids(self, verdict: str) -> list[str]:
        """The checks with that verdict, in the lesson's order."""
        return [result.check.id for result in self.results if result.verdict == verdict]


class Attempts:
    """Tries scripts on the start of one lesson, as one seed draws it."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.session = grading.open_session(lesson)
        self.start = Place(self.session.travel.timeline.head)
        self._examiner = Examiner(lesson, self.session)
        self._here = self.start

    def statements(self, source: str) -> list[Statement]:
        """A script's statements. ParseError."""
        return list(self.session.parse(source).statements)

    def travels(self, statements: list[Statement]) -> bool:
        """Whether a script goes back and forth itself (Undo-Lab and its like)."""
        return any(self.session.is_session_command(statement) for statement in statements)

    def run(self, source: str) -> Attempt:
        """Run a script from the start. BadSubmission if it never ends, ParseError if it is no program."""
        statements = self.statements(source)
        if self.travels(statements):
            session = grading.run_script(self.lesson, source, self.lesson.id)
            return Attempt(Examiner(self.lesson, session).results())
        place = self.start
        for statement in statements:
            place = self.after(place, statement)
            if place.ended:
                break
        return self.at(place)

    def after(self, place: Place, statement: Statement) -> Place:
        """Where a statement leads to from a place."""
        known = place.onward.get(statement.text)
        if known is None:
            self.go(place)
            outcome = self.session.run_statement(statement)
            node = self.session.travel.timeline.head
            known = Place(node, place, statement, outcome.stopped_at is not None)
            place.onward[statement.text] = known
            self._here = known
        return known

    def go(self, place: Place) -> Session:
        """Let the lab stand at a place."""
        if self._here is not place:
            self.session.travel.go(place.node)
            self._here = place
        return self.session

    def moved(self) -> None:
        """Somebody else has worked in the lab: it stands at no known place any more."""
        self._here = Place(-1)

    def at(self, place: Place) -> Attempt:
        """How the checks stand at a place."""
        if place.results is None:
            reuse: Mapping[str, CheckResult] = {}
            if place.before is not None and place.before.results is not None:
                reuse = self._unchanged(place.before.results, place.statement)
            self.go(place)
            place.results = self._examiner.results(reuse)
        return Attempt(place.results)

    def _unchanged(
        self, results: list[CheckResult], statement: Statement | None
    ) -> Mapping[str, CheckResult]:
        """Which results still hold after a statement: those of checks that cannot see what it did."""
        if statement is None:
            return {}
        shell = self.session.shell
        if shell.is_read_only(statement):
            seen = _sees_commands
        elif _only_answers(self.session, statement):
            seen = _sees_answers
        else:
            return {}
        return {
            result.check.id: result
            for result in results
            if result.verdict != NOT_REACHED and not seen(result.check)
        }


def _only_answers(session: Session, statement: Statement) -> bool:
    cmdlet = session.shell.only_command(statement)
    return cmdlet is not None and cmdlet.name == ANSWERING and "(" not in statement.text


def _sees_commands(check: Check) -> bool:
    """Whether a check asks for the commands that were typed: nothing else is new after one that only looks."""
    asked = (check.expression + check.probe).casefold()
    return (
        any(pattern.kind == "command" for pattern in check.patterns)
        or "command" in asked
        or "labevent" in asked
    )


def _sees_answers(check: Check) -> bool:
    return bool(check.answer) or _sees_commands(check)
