"""Opens a lesson's lab where nobody watches: for the grader, the linter and a class's record."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from hvlab.course import cmdlets
from hvlab.course.loading import load
from hvlab.course.model import Lesson
from hvlab.kernel import World
from hvlab.session.session import Session

STEP_LIMIT = 2_000_000
MAXIMUM_EVENTS = 2_000_000
"""As far as a submission's world may go: days of simulated time, a minute or two of a computer's."""


class TooLong(Exception):
    """A submission's world went on for longer than anyone needs."""


class _Bounded:
    """Moves the world at once, but not for ever: a script may ask to wait for a thousand years."""

    def move(self, world: World, until: int, stop: Callable[[], bool]) -> None:
        world.run(until=until, limit=MAXIMUM_EVENTS - world.processed, stop=stop)
        if world.processed >= MAXIMUM_EVENTS:
            raise TooLong


def open_session(lesson: Lesson) -> Session:
    """A session at the lesson's start."""
    session = Session(
        scenario=lesson.scenario,
        platform=lesson.platform,
        seed=lesson.seed,
        lesson=lesson.id,
        lesson_digest=lesson.digest,
        exports=False,
        cmdlets=cmdlets.CMDLETS,
        step_limit=STEP_LIMIT,
    )
    session.mover = _Bounded()
    if lesson.start():
        session.run(lesson.start())
        session.travel.floor = session.travel.timeline.head
    return session


def drawn_anew(lesson: Lesson, seed: int) -> Lesson:
    """The lesson as another seed draws it, where each learner has one of their own."""
    if lesson.plan.seeds == "fixed" or seed == lesson.seed:
        return lesson
    return _drawn(lesson.folder, lesson.digest, seed)


@functools.lru_cache(64)
def _drawn(folder: Path, edition: str, seed: int) -> Lesson:
    return load(folder, seed)
