"""One lab of a lesson in which many scripts are tried, one after another: what they begin with alike is done once.

The lab's ways so far are a tree of places, each reached by one statement, its text being all that counts. At a
place from which several ways go on the session is kept as it stands (`hvlab.session.stand`), as far as that was
worth it; from the nearest such place the rest is done again. How dense they are is a question of time and memory
alone: at every place the lab is the very one to which a script of just these statements leads, whatever was tried
before and in whatever order. So what the checks say somewhere is asked once, too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from hvlab.console.host import RecordingHost
from hvlab.console.shell import Script, Statement
from hvlab.course import par
from hvlab.course.checks import NOT_REACHED, PASS, CheckResult, Examiner
from hvlab.course.cmdlets import ANSWERING
from hvlab.course.model import Check, Lesson
from hvlab.course.opening import open_session
from hvlab.course.par import Figure
from hvlab.session import stand
from hvlab.session.log import Entry
from hvlab.session.session import Session
from hvlab.session.stand import Stand

FIRST, AGAIN = 16, 2
"""A stand is kept where the work since the last one is so many times what it costs: at the first visit, and later."""
FARTHEST = 50_000
"""Events from the start beyond which nothing is kept: few come there, and each such world is large."""
DEEPEST = 400
"""Statements from the start beyond which nothing is kept."""
ROOM = 300_000
"""Events that the traces of all stands may hold together; a stand counts as PLACE events beside its own."""
PLACE = 1_000
PLACES = 20_000
"""So many places are known; then all is forgotten but the start."""


@dataclass(eq=False)
class Place:
    """Where a way through the lab has led to. `ended` says that its last statement ended the script."""

    before: Place | None = None
    script: Script | None = None
    """The statement that led here, as a source of its own: where it stood in a file is nobody's business."""
    depth: int = 0
    ended: bool = False
    onward: dict[str, Place] = field(default_factory=dict)
    results: list[CheckResult] | None = None
    nothing_but_said: bool = False
    """Whether the world has heard of the statement that led here, and of nothing else: no event, no time."""
    visited: bool = False
    """Whether the session has gone on from here before."""
    stand: Stand | None = None
    errors: list[str] = field(default_factory=list)
    """What its last statement was answered with where it failed."""
    figures: list[Figure] | None = None
    """How the way here compares with the lesson's par, once somebody has asked."""


@dataclass(frozen=True)
class Attempt:
    """What came of a script: how each check stands at its end."""

    results: list[CheckResult]
    place: Place | None = None
    """Where its script led to; a replay leads to no place that is known."""

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
    """Tries scripts on the start of one lesson, as one seed draws it.

    With `sharing` off, every script is done from the start. After an exception other than ParseError it is not to be
    used any more.
    """

    def __init__(self, lesson: Lesson, *, sharing: bool = True) -> None:
        self.lesson = lesson
        self.sharing = sharing
        self.session = open_session(lesson)
        self.session.travel.spare()
        self.start = Place(visited=True, stand=stand.take(self.session))
        self._examiner = Examiner(lesson, self.session)
        self._here: Place | None = self.start
        self._begun = self.session.world.processed
        self._kept: OrderedDict[Place, int] = OrderedDict()
        """The places beside the start that have a stand, those used last at the end; what each counts."""
        self._room = ROOM
        self._places = 0
        self._cost = 0.001
        self._since = perf_counter()
        """When the last stand was taken or stood in: by a clock that is quick to read."""

    def statements(self, source: str) -> Sequence[Statement]:
        """A script's statements. ParseError."""
        return self.session.parse(source).statements

    def run(self, source: str) -> Attempt:
        """Run a script from the start. TooLong if it never ends, ParseError if it is no program."""
        place = self.start
        for statement in self.statements(source):
            place = self.after(place, statement)
            if place.ended:
                break
        return self.at(place)

    def replay(self, entries: Sequence[Entry]) -> Attempt:
        """Replay what a record holds after the start's own inputs. TooLong, ReplayMismatch."""
        session = self.go(self.start)
        self.moved()
        session.travel.spare(not any(entry.kind == "rewind" for entry in entries))
        session.replay(entries)
        return Attempt(self._examiner.results())

    def figures(self, attempt: Attempt) -> list[Figure]:
        """How the way of an attempt compares with the lesson's par; nothing of one that has not passed.

        Of a replay it is to be asked before anything else is done in the lab.
        """
        place = attempt.place
        if not attempt.passed:
            return []
        if place is None:
            return par.figures(self.lesson, self.session)
        if place.figures is None:
            place.figures = par.figures(self.lesson, self.go(place))
        return place.figures

    def after(self, place: Place, statement: Statement) -> Place:
        """Where a statement leads to from a place. TooLong."""
        text = statement.text
        known = place.onward.get(text) if self.sharing else None
        if known is None:
            if self._places >= PLACES:
                self._forget(place)
            self.go(place)
            known = Place(place, self.session.parse(text), place.depth + 1)
            self._do(known)
            if self.sharing:
                place.onward[text] = known
                self._places += 1
        return known

    def holds(self, place: Place, checks: Collection[str]) -> bool:
        """Whether these checks hold at a place; the others are not asked, but for those that they need."""
        if place.results is not None:
            return all(result.verdict == PASS for result in place.results if result.check.id in checks)
        self.go(place)
        return self._examiner.hold(checks)

    def go(self, place: Place) -> Session:
        """Let the lab stand at a place."""
        if self._here is place:
            return self.session
        way: list[Place] = []
        nearest = place
        while nearest is not self._here and (nearest.stand is None or not self._may_use(nearest)):
            way.append(nearest)
            assert nearest.before is not None
            nearest = nearest.before
        if nearest is not self._here:
            assert nearest.stand is not None
            self._use(nearest)
            stand.stand_in(self.session, nearest.stand)
            self.session.travel.spare()
            self.session.shell.host = RecordingHost()
            self._here = nearest
            self._since = perf_counter()
        for one in reversed(way):
            self._do(one)
        return self.session

    def moved(self) -> None:
        """Somebody else has worked in the lab: it stands at no known place any more."""
        self._here = None

    def at(self, place: Place) -> Attempt:
        """How the checks stand at a place."""
        if place.results is None:
            reuse: Mapping[str, CheckResult] = {}
            if place.before is not None and place.before.results is not None and place.nothing_but_said:
                reuse = self._unchanged(place.before.results, place)
            self.go(place)
            place.results = self._examiner.results(reuse)
        return Attempt(place.results, place)

    # -- doing and keeping -------------------------------------------------------------------------

    def _do(self, place: Place) -> None:
        """Do the statement that leads to a place; the session stands before it."""
        before, session = place.before, self.session
        assert before is not None and place.script is not None
        self._keep(before)
        self._here = None  # until it has come to an end
        if any(session.is_session_command(statement) for statement in place.script.statements):
            session.travel.spare(False)  # who goes back once may do so often
        place.ended = False
        world = session.world
        heard, processed, now = len(world.trace), world.processed, world.now
        for statement in place.script.statements:
            outcome = session.run_statement(statement)
            place.errors = [error.message for error in outcome.errors]
            if outcome.stopped_at is not None:
                place.ended = True
                break
        place.nothing_but_said = (len(world.trace), world.processed, world.now) == (heard + 1, processed, now)
        self._here = place

    def _keep(self, place: Place) -> None:
        """Keep the session as it stands at this place, if that is worth it."""
        visited, place.visited = place.visited, True
        if not self.sharing or place.stand is not None or place.depth > DEEPEST:
            return
        if perf_counter() - self._since < (AGAIN if visited else FIRST) * self._cost:
            return
        session = self.session
        if session.world.processed - self._begun > FARTHEST or not stand.can_be_stood_in(session):
            return
        begun = perf_counter()
        before = place.before
        while before is not None and before.stand is None:
            before = before.before
        place.stand = stand.take(session, before.stand if before is not None else None)
        known = before.stand.checkpoint.tape.length if before is not None and before.stand is not None else 0
        self._kept[place] = PLACE + place.stand.checkpoint.tape.length - known
        self._room -= self._kept[place]
        while self._room < 0 and len(self._kept) > 1:
            oldest, size = self._kept.popitem(last=False)
            oldest.stand = None
            self._room += size
        self._since = perf_counter()
        # One that was slow (the machine was busy elsewhere) shall not speak against all that follow.
        self._cost = min(self._since - begun, 2 * self._cost)

    def _may_use(self, place: Place) -> bool:
        return self.sharing or place is self.start

    def _use(self, place: Place) -> None:
        """A stand is used, and with it those that it went on from: what was used longest ago is given up first."""
        one: Place | None = place
        while one is not None:
            if one in self._kept:
                self._kept.move_to_end(one)
            one = one.before

    def _forget(self, place: Place) -> None:
        """Forget all places but the start and those that lead to this one, and all stands but the start's."""
        self.start.onward.clear()
        for kept in self._kept:
            kept.stand = None
        self._kept.clear()
        self._room, self._places = ROOM, place.depth

    def _unchanged(self, results: list[CheckResult], place: Place) -> Mapping[str, CheckResult]:
        """Which results still hold after a statement: those of checks that cannot see what it did."""
        statements = place.script.statements if place.script is not None else ()
        shell = self.session.shell
        if all(shell.is_read_only(statement) for statement in statements):
            seen = self._sees_commands
        elif all(_only_answers(self.session, statement) for statement in statements):
            seen = self._sees_answers
        else:
            return {}
        return {
            result.check.id: result
            for result in results
            if result.verdict != NOT_REACHED and not seen(result.check)
        }

    def _sees_commands(self, check: Check) -> bool:
        """Whether a check asks for the commands that were typed: nothing else is new after one that only looks."""
        question = self.lesson.question(check.answer) if check.answer else None
        patterns = list(check.patterns)
        asked = check.expression + check.probe
        if question is not None:
            named = (question.event, question.cause_of, question.after)
            patterns += [*question.events, *(pattern for pattern in named if pattern is not None)]
            asked += question.expression
        asked = asked.casefold()
        return (
            any(pattern.kind == "command" for pattern in patterns)
            or "command" in asked
            or "labevent" in asked
        )

    def _sees_answers(self, check: Check) -> bool:
        return bool(check.answer) or self._sees_commands(check)


def _only_answers(session: Session, statement: Statement) -> bool:
    cmdlet = session.shell.only_command(statement)
    return cmdlet is not None and cmdlet.name == ANSWERING and "(" not in statement.text
