"""A copy of a lab to try things on: "if this host now failed, would ...?" The lab itself stays as it is.

The copy is the session's own world, put back afterwards to the very moment it was
taken from, with its trace, its random streams and what the learner's variables show;
nothing of it is recorded.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hvlab.console.cmdlets import CmdletTable
from hvlab.console.errors import ErrorRecord
from hvlab.console.general import general_cmdlets
from hvlab.console.host import Host, RecordingHost
from hvlab.console.lab import DEFAULT_WAIT
from hvlab.console.shell import Shell
from hvlab.console.simulation import simulation_cmdlets
from hvlab.console.texthost import TextHost
from hvlab.course.looking import STEP_LIMIT, LookingLab
from hvlab.kernel.queue import FOREVER, steady
from hvlab.session import shellstate
from hvlab.session.session import Session
from hvlab.session.travel import uncollected

MAXIMUM_EVENTS = 300_000
"""As far as an attempt may go: minutes of a large lab. What is not reached by then counts as not happening."""


class CopiedLab(LookingLab):
    """The lab while it is a copy: it can be worked on, and it can wait; it writes no real file."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._last = session.world.processed + MAXIMUM_EVENTS

    def _move(self, until: int, stop: Callable[[], bool]) -> None:
        self.world.run(until=until, limit=max(0, self._last - self.world.processed), stop=stop)

    def wait(self, until: Callable[[], bool], limit: int = DEFAULT_WAIT) -> bool:
        """Let the copy go on until the condition holds, at most `limit` ns; returns whether it holds."""
        if not until():
            self._move(self.world.now + limit, until)
        return until()

    def advance(self, nanoseconds: int) -> None:
        """Let simulated time pass on the copy."""
        self._move(self.world.now + nanoseconds, _never)

    def step(self, events: int) -> int:
        """Handle so many of the copy's events; returns how many there were."""
        before = self.world.processed
        self._move(FOREVER, lambda: self.world.processed >= before + events)
        return self.world.processed - before


@steady
def _never() -> bool:
    return False


@contextmanager
def copy_of(session: Session) -> Iterator[CopiedLab]:
    """The session's lab as a copy, as long as the block lasts."""
    world = session.world
    between, cause = world.between, world.cause
    variables = shellstate.save(session.shell, world)
    with uncollected():
        moment = world.snapshot()
    world.between = None
    try:
        yield CopiedLab(session)
    finally:
        with uncollected():
            world.go_to(moment)
        world.touch_all()  # a command that waits meanwhile may still have what it had looked up
        shellstate.apply(variables, session.shell, world)
        world.between, world.cause = between, cause


@functools.cache
def _table() -> CmdletTable:
    """All that works on a lab. Nobody adds to it."""
    return CmdletTable([*general_cmdlets(), *simulation_cmdlets()])


def run(copy: CopiedLab, script: str, host: Host | None = None) -> bool:
    """Run a script on a copy, in a shell of its own; returns whether it ran without an error."""
    return Shell(_table(), copy, host or RecordingHost(), step_limit=STEP_LIMIT).run(script).ok


def shown(
    session: Session, script: str, width: int, explain: Callable[[ErrorRecord], str] = lambda record: ""
) -> str:
    """What a script prints when it is run on a copy of the session's lab."""
    lines: list[str] = []
    host = TextHost(lines.append, width=width, explain=explain)
    with copy_of(session) as copy:
        run(copy, script, host)
        host.statement_done()
    return "".join(lines).strip("\n")
