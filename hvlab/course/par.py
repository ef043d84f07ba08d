"""The par of a lesson: what its best known ways take, and what one's own took. Nothing here counts for a grade.

Every lesson has one by commands. Counted are those that change the lab: what only looks costs nothing, nor does an
answer, nor what was taken back; a loop is one command. Where moving, saving or repairing is the subject the lesson
names machines whose downtime counts; where licences are, it says that their cost does (`Par` in hvlab.course.model).
What is best is not written down: the lesson's solutions are done, once a process, and measured.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from hvlab.catalog.licences import use_rights
from hvlab.console.errors import ParseError
from hvlab.course.cmdlets import ANSWERING
from hvlab.course.downtime import ANY, downtime
from hvlab.course.model import Lesson
from hvlab.course.opening import TooLong, open_session
from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.session.session import Session
from hvlab.text import Text

Kind = Literal["commands", "downtime", "licences"]
MILLISECOND = 1_000_000


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One measure: what the work took and the least that a known way takes.

    `commands` are counted, `downtime` is in simulated milliseconds, `licences` in dollars.
    """

    kind: Kind
    taken: int
    par: int
    machines: list[str] = []
    """Whose downtime it is (`*`: all that answered when the work began)."""

    @property
    def reached(self) -> bool:
        """Whether the work took no more."""
        return self.taken <= self.par


def fewest(lesson: Lesson, session: Session) -> int:
    """The commands of the shortest known way; 0 if none is known, or it takes none."""
    counts = []
    for name in lesson.scripts_like("solution*.ps1"):
        try:
            statements = session.parse(lesson.scripts[name]).statements
        except ParseError:
            continue
        counts.append(
            sum(
                not session.shell.is_read_only(one)
                and not session.is_session_command(one)
                and ANSWERING not in one.text
                for one in statements
            )
        )
    return min(counts, default=0)


def taken(session: Session) -> int:
    """The commands that the learner's present way took."""
    travel = session.travel
    return sum(
        step.entry.kind == "command" and travel.is_step(step) and ANSWERING not in step.entry.text
        for step in travel.past()
    )


def figures(lesson: Lesson, session: Session) -> list[Figure]:
    """How the work in a session compares with the best known ways, measure by measure; none of an exam."""
    if lesson.plan.exam:
        return []
    found = []
    if least := fewest(lesson, session):
        found.append(Figure("commands", taken(session), least))
    best = _best_of(lesson)
    for kind, measure in _measures(lesson).items():
        if kind in best:
            machines = lesson.plan.par.downtime if kind == "downtime" else []
            found.append(Figure(kind, measure(session), best[kind], machines))
    return found


def told(lesson: Lesson, session: Session, text: Text) -> str:
    """How one's way compares with the best known ones; empty where there is nothing to beat."""
    return "\n\n".join(in_words(figure, text) for figure in figures(lesson, session))


def in_words(figure: Figure, text: Text) -> str:
    """One measure as a sentence."""
    verdict = "reached" if figure.reached else "over"
    if figure.kind == "commands":
        return text(f"course.par.{verdict}", count=figure.taken, par=figure.par)
    said = [_said(figure.kind, value, text) for value in (figure.taken, figure.par)]
    machines = ", ".join(text("course.par.any") if name == ANY else name for name in figure.machines)
    return text(f"course.par.{figure.kind}_{verdict}", taken=said[0], par=said[1], machines=machines)


def _said(kind: Kind, value: int, text: Text) -> str:
    if kind == "downtime":
        return text.decimal(value / 1000, 1)
    return f"{value:,}" if text.language == "en" else f"{value:,}".replace(",", ".")


def _measures(lesson: Lesson) -> Mapping[Kind, Callable[[Session], int]]:
    """What of a session is measured in this lesson, besides its commands."""
    found: dict[Kind, Callable[[Session], int]] = {}
    names = lesson.plan.par.downtime
    if names:
        # To the tenth of a second, as it is told: nobody is to lose by what cannot be seen.
        found["downtime"] = lambda session: round(downtime(session, names) / (100 * MILLISECOND)) * 100
    if lesson.plan.par.licences:
        found["licences"] = _cost
    return found


def _cost(session: Session) -> int:
    """What all licences that the firm holds now cost, in dollars."""
    book = session.world.get(BOOK, LicenceBook)
    return sum(use_rights().edition(licence.edition).price for licence in book.licences)


def _best_of(lesson: Lesson) -> Mapping[Kind, int]:
    """The least of each measure among the lesson's solutions."""
    names = lesson.scripts_like("solution*.ps1")
    if not _measures(lesson) or not names:
        return {}
    sources = tuple(lesson.scripts[name] for name in names)
    return _measured(_Known(lesson, (str(lesson.folder), lesson.digest, lesson.seed, sources)))


class _Known:
    """A lesson as the solutions to it are remembered by: two readings of the same files are the same."""

    def __init__(self, lesson: Lesson, mark: tuple[object, ...]) -> None:
        self.lesson, self._mark = lesson, mark

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self._mark == other._mark

    def __hash__(self) -> int:
        return hash(self._mark)


@functools.lru_cache(64)
def _measured(known: _Known) -> Mapping[Kind, int]:
    lesson, best = known.lesson, dict[Kind, int]()
    for name in lesson.scripts_like("solution*.ps1"):
        session = open_session(lesson)
        try:
            session.run(lesson.scripts[name])
        except TooLong:
            continue
        for kind, measure in _measures(lesson).items():
            value = measure(session)
            best[kind] = min(best.get(kind, value), value)
    return best
