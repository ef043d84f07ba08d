"""What is asked again, and when: pairs of questions that were missed, and those that are due.

The measure of time is the learner's own work: a sitting is a lesson or a quiz that was left with something done in
it. What was answered rightly comes back after two sittings, then after four, eight and so on; what was missed, or
belongs to a lesson whose question was missed, after one. Nothing here asks a clock, and nothing counts for a grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from hvlab.course import answers, beliefs, quizzes, remembered
from hvlab.course.beliefs import Belief
from hvlab.course.model import Lesson
from hvlab.session.log import Entry

NAME = "review.json"
MOST = 6
"""So many questions at most are asked in one review."""
LONGEST = 6
"""Two to the power of that is the longest time, in sittings, after which something comes back."""


class Known(msgspec.Struct, frozen=True):
    """How well a pair is known: it comes back `due` sittings from the beginning on."""

    box: int
    due: int


class _File(msgspec.Struct):
    format: int = 1
    sittings: int = 0
    pairs: dict[str, Known] = {}
    beliefs: dict[str, Belief] = {}


class Review:
    """What one learner is to be asked again. `folder` is the user's own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file = remembered.read(self._path, _File)

    def due(self) -> list[str]:
        """The pairs to ask now, the least known first, at most MOST."""
        known = quizzes.all_pairs()
        waiting = [
            (pair.box, pair.due, name)
            for name, pair in self._file.pairs.items()
            if name in known and pair.due <= self._file.sittings
        ]
        return [name for _, _, name in sorted(waiting)[:MOST]]

    @property
    def beliefs(self) -> dict[str, Belief]:
        """What the learner's answers have said of common misconceptions, over all lessons."""
        return dict(self._file.beliefs)

    def answered(self, signs: Iterable[tuple[str, bool]]) -> dict[str, Belief]:
        """Take in what a sitting says of misconceptions; returns those that were touched. `sitting` writes it."""
        seen = list(signs)
        self._file.beliefs = beliefs.follow(self._file.beliefs, seen)
        touched = {name for name, _ in seen}
        return {name: state for name, state in self._file.beliefs.items() if name in touched}

    def sitting(self, right: Iterable[str], missed: Iterable[str]) -> None:
        """A sitting is over, in which these pairs were answered rightly and those missed. OSError."""
        self._file.sittings += 1
        now = self._file.sittings
        for name in right:
            box = min(self._file.pairs[name].box + 1 if name in self._file.pairs else 1, LONGEST)
            self._file.pairs[name] = Known(box, now + (1 << box))
        for name in missed:
            self._file.pairs[name] = Known(0, now)
        remembered.write(self._path, self._file)


def outcome(
    lesson: Lesson, entries: Sequence[Entry], passed: Iterable[str], asked: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Which pairs were answered rightly and which missed: `passed` of the checks of `asked` hold.

    In a lesson that is made of pairs these are its own; in any other, those that share a claim of the handout with
    a question that was answered wrongly at first.
    """
    pairs = quizzes.all_pairs()
    made_of = [name for name in asked if name in pairs and lesson.question(name) is not None]
    if quizzes.place_of(lesson.id) is not None:
        given = {entry.name for entry in entries if entry.kind == "answer"}
        known = set(passed).difference(
            missed_questions(lesson, entries)
        )  # at first, not after a hint of the lab
        answered = [name for name in made_of if name in given or name in set(passed)]
        return [n for n in answered if n in known], [n for n in answered if n not in known]
    claims = {claim for name in missed_questions(lesson, entries) for claim in _claims(lesson, name)}
    return [], [name for name, pair in pairs.items() if claims.intersection(pair.claims)]


def missed_questions(lesson: Lesson, entries: Sequence[Entry]) -> list[str]:
    """The questions to choose an answer to that were ever answered wrongly."""
    missed = []
    for entry in entries:
        question = lesson.question(entry.name) if entry.kind == "answer" else None
        if question is None or question.guess or question.kind not in ("choice", "multiple"):
            continue
        meant = answers.as_recorded(question, entry.text)
        right = (
            meant == question.correct
            if question.kind == "choice"
            else sorted(meant.split()) == sorted(question.all_of)
        )
        if not right and question.id not in missed:
            missed.append(question.id)
    return missed


def _claims(lesson: Lesson, name: str) -> list[int]:
    question = lesson.question(name)
    checks = [check for check in lesson.plan.check if check.answer == name]
    return [
        *(question.claims if question is not None else []),
        *(n for check in checks for n in check.claims),
    ]
