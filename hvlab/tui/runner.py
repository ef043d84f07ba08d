"""Runs what the learner types, slice by slice, and says what state the lab's clock is in.

Between the screen and the session: it owns the task under way, the lines typed
meanwhile, pause and speed. It knows no widget, so tests and pictures drive it by
hand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any

from hvlab.console.asking import Reply, Settled
from hvlab.kernel import World
from hvlab.session.session import Session
from hvlab.session.task import Task
from hvlab.tui.pacing import SPEEDS, Pacer


class Runner:
    """The lab's motor. `on_start` and `on_end` tell of each source that begins and ends."""

    def __init__(self, session: Session, timer: Callable[[], float] = perf_counter) -> None:
        self.session = session
        self.pacer = Pacer(timer)
        self.task: Task | None = None
        self.queue: deque[str] = deque()
        self.paused = False
        self.free = False
        """Whether the learner lets the clock run while no command does."""
        self.question: tuple[str, str] | None = None
        self._reply: bool | None = None
        self._settled = Settled()
        self._finish = False
        self.on_start: Callable[[str], Any] = lambda text: None
        self.on_end: Callable[[Task], Any] = lambda task: None
        self.on_crash: Callable[[Exception], Any] = lambda error: None
        """An error of hvlab's own, which must not take the learner's work with it."""

    @property
    def world(self) -> World:
        """The session's world."""
        return self.session.world

    @property
    def busy(self) -> bool:
        """Whether a command is under way."""
        return self.task is not None

    @property
    def moving(self) -> bool:
        """Whether the clock moves in the next frame."""
        return not self.paused and self.question is None and (self.busy or self.free)

    @property
    def hurries(self) -> bool:
        """Whether the learner wants to see the end rather than the way."""
        return self._finish or SPEEDS[self.pacer.speed].factor == 0

    # -- what the learner wants -----------------------------------------------------------------

    def submit(self, text: str) -> None:
        """Run a source, after those that were typed before."""
        self.queue.append(text)
        self._next()

    def interrupt(self) -> bool:
        """Stop the command under way and forget what was typed after it; False if there was none."""
        self.queue.clear()
        if self.task is None:
            return False
        self.question = None
        self.task.cancel()
        self._settle()
        return True

    def finish(self) -> None:
        """Let the command under way come to its end as fast as the machine can; without one, nothing is to be done."""
        if self.busy:
            self._finish = True
            self.paused = False

    def step(self) -> bool:
        """Go on to the next trace event and stand there; False if nothing is left to happen."""
        self.paused = True
        length = len(self.world.trace)
        for _ in range(100_000):
            if self._advance(1 << 62, 1) or len(self.world.trace) > length or self.world.next_time() is None:
                break
        return len(self.world.trace) > length

    def set_speed(self, number: int) -> None:
        """One of SPEEDS, by its place."""
        self.pacer.speed = max(0, min(number, len(SPEEDS) - 1))

    # -- confirmation ------------------------------------------------------------------------------

    def ask(self, caption: str, question: str) -> bool:
        """Called by a command: wait for the learner's yes or no. The clock stands meanwhile."""
        self.question, self._reply = (caption, question), None
        self.session.mover.move(self.world, self.world.now, lambda: self._reply is not None)
        return bool(self._reply)

    def settled(self) -> bool | None:
        """What the command that asks was answered once for all; None if it is to ask."""
        return self._settled.answer(self.session.shell.runtime.asker)

    def reply(self, reply: Reply) -> None:
        """The learner's answer to the question."""
        self.question, self._reply = None, self._settled.keep(self.session.shell.runtime.asker, reply)
        if self.task is not None:
            self._pump(self.task, self.world.now - 1, 1)  # a moment that is over: no event is handled
            self._settle()

    # -- frames ------------------------------------------------------------------------------------

    @property
    def rushing(self) -> bool:
        """Whether the world goes on as fast as it can, also between frames."""
        return self.moving and (SPEEDS[self.pacer.speed].factor == 0 or (self._finish and self.busy))

    def frame(self, seconds: float) -> None:
        """Let the world go on for one frame."""
        if not self.moving:
            return
        if self._finish and self.busy:
            self.pacer.rush(self.world, self._advance)
        else:
            self.pacer.spend(self.world, self._advance, seconds)

    def _advance(self, until: int, events: int) -> bool:
        if self.task is not None:
            self._pump(self.task, until, events)
            return self._settle()
        if self.world.next_time() is None:
            return True
        self.session.let_run(until, events)
        return False

    def _settle(self) -> bool:
        """Note the end of a task; returns whether none is under way any more."""
        if self.task is None or not self.task.done:
            return self.question is not None
        ended, self.task = self.task, None
        self._finish = False
        self.on_end(ended)
        self._next()
        return self.task is None

    def _pump(self, task: Task, until: int, events: int) -> None:
        try:
            task.pump(until, events)
        except Exception as error:
            self.on_crash(error)

    def _next(self) -> None:
        while self.queue and self.task is None:
            text = self.queue.popleft()
            self.pacer.begin()
            self.on_start(text)
            try:
                self.task = Task(self.session, text)
            except Exception as error:
                self.on_crash(error)
                continue
            if self.task.done:
                self._settle()
                return
