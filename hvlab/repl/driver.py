"""Runs what is typed in the foreground, slice by slice, so that a waiting command can be watched and stopped.

Ctrl+C does not break into the simulation: it is noted, and the command is stopped
between two events, which the record says. The world stands where it stood.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from hvlab.console.asking import Reply, Settled
from hvlab.kernel.queue import FOREVER
from hvlab.session.session import Session
from hvlab.session.task import Task

SLICE = 256
"""Events between two looks at the keyboard."""
Asker = Callable[[str, str], Reply | None]
"""Asks the learner; None (at the end of input) or Ctrl+C stops the command that wanted to know."""


class Driver:
    """`watch` is called after each slice of a command that waits, and after `pause` ns of simulated time at the
    latest; `ask` answers a command's question."""

    def __init__(
        self, session: Session, watch: Callable[[], object], ask: Asker, pause: int | None = None
    ) -> None:
        self.session = session
        self._watch = watch
        self._ask = ask
        self._pause = pause
        self._question: tuple[str, str] | None = None
        self._reply: bool | None = None
        self._settled = Settled()

    def run(self, text: str) -> bool:
        """Run a source to its end; False if it was stopped or did not succeed."""
        with interrupts() as pressed:
            task = Task(self.session, text)
            while not task.done:
                if pressed():
                    task.cancel()
                elif self._question is not None:
                    if self._answered(*self._question):
                        task.pump(self.session.world.now - 1, 1)  # a moment that is over: no event is handled
                    else:
                        task.cancel()
                else:
                    until = FOREVER if self._pause is None else self.session.world.now + self._pause
                    task.pump(until, SLICE)
                self._watch()
        return task.outcome is not None and task.outcome.ok

    def _answered(self, caption: str, question: str) -> bool:
        self._question = None
        try:
            with breaking():
                reply = self._ask(caption, question)
        except KeyboardInterrupt:
            return False
        if reply is not None:
            self._reply = self._settled.keep(self.session.shell.runtime.asker, reply)
        return reply is not None

    def ask(self, caption: str, question: str) -> bool:
        """Called by a command, in the evaluator's thread: the clock stands until the learner has answered."""
        settled = self._settled.answer(self.session.shell.runtime.asker)
        if settled is not None:
            return settled
        self._question, self._reply = (caption, question), None
        world = self.session.world
        self.session.mover.move(world, world.now, lambda: self._reply is not None)
        return bool(self._reply)


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Meanwhile Ctrl+C only leaves a note; gives a function that reads it."""
    notes: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        notes.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(notes)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def breaking() -> Iterator[None]:
    """Meanwhile Ctrl+C raises KeyboardInterrupt again: nothing else ends a read that waits for a line."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
