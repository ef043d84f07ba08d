"""Breakpoints: conditions at which a running lab stands still.

A condition is a script block that is asked for each new event of the trace (as
`$_`), or only for those of one kind. When it holds, the world stops after the
kernel event that wrote it: the command that waits is stopped as if the learner had
stopped it, and the log says so. A command that is done by then is not stopped, only
told of. A replay needs no breakpoints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab.console import limits
from hvlab.console.convert import to_bool
from hvlab.console.errors import ConsoleError
from hvlab.console.labmodule.looking import EVENT
from hvlab.console.scriptblock import ScriptBlock

if TYPE_CHECKING:
    from hvlab.session.session import Session


@dataclass
class Breakpoint:
    """One condition. `kind` is a kind of event or empty; without a block every event of the kind holds."""

    number: int
    block: ScriptBlock | None
    kind: str
    hits: int = 0
    failure: str = ""


class Breakpoints:
    """The breakpoints of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.all: list[Breakpoint] = []
        self.hit: tuple[Breakpoint, int] | None = None
        """The breakpoint that stopped the last run, and the number of the trace event it stopped at."""
        self._numbers = 0
        self._seen = 0

    def __bool__(self) -> bool:
        return bool(self.all)

    def add(self, block: ScriptBlock | None, kind: str) -> Breakpoint:
        """A new one."""
        self._numbers += 1
        self.all.append(Breakpoint(self._numbers, block, kind))
        return self.all[-1]

    def remove(self, number: int) -> bool:
        """Take one away; whether there was one of that number."""
        before = len(self.all)
        self.all = [known for known in self.all if known.number != number]
        return len(self.all) < before

    def begin(self) -> None:
        """A command, or a stretch of time, begins: what is in the trace already concerns nobody."""
        self.hit = None
        self._seen = len(self._session.world.trace)

    def or_before(self, stop: Callable[[], bool]) -> Callable[[], bool]:
        """The same condition for ending a run, or a breakpoint's."""
        events = self._session.world.trace.events

        def ends() -> bool:
            return stop() or (len(events) > self._seen and self._holds())

        return ends

    def _holds(self) -> bool:
        trace = self._session.world.trace
        begin, self._seen = self._seen, len(trace)
        for number in range(begin, self._seen):
            kind = trace.events[number][1]
            for breakpoint in self.all:
                if breakpoint.kind in ("", kind) and self._asks(breakpoint, number + 1):
                    breakpoint.hits += 1
                    self.hit = (breakpoint, number + 1)
                    return True
        return False

    def _asks(self, breakpoint: Breakpoint, seq: int) -> bool:
        """A condition is no work of the command that waits: the command's budget is left alone."""
        if breakpoint.block is None:
            return True
        if breakpoint.failure:
            return False
        runtime = self._session.shell.runtime
        before = runtime.steps, runtime.calls, runtime.height, runtime.tries, runtime.ok
        runtime.steps, runtime.tries = runtime.step_limit, 1
        try:
            with limits.deep_stack():
                found = runtime.invoke(breakpoint.block, [], EVENT.of(self._session.world.trace[seq]))
            return to_bool(found[0] if len(found) == 1 else found)
        except ConsoleError as error:
            breakpoint.failure = str(error)
            return False
        finally:
            runtime.steps, runtime.calls, runtime.height, runtime.tries, runtime.ok = before

    def tell_passed(self) -> None:
        """A command is done: say which breakpoint held at one of the events that no wait has asked it about."""
        if self.all and self._holds():
            self.tell("session.breakpoint-passed")

    def tell(self, sentence: str = "session.breakpoint") -> None:
        """Say which breakpoint stopped the lab, and let it be forgotten."""
        if self.hit is not None:
            breakpoint, seq = self.hit
            self.hit = None
            session = self._session
            event = session.world.trace[seq]
            session.shell.host.warning(
                session.text(
                    sentence,
                    number=breakpoint.number,
                    event=seq,
                    kind=event.kind,
                    time=f"{event.time / 1e9:.6f}",
                )
            )
