"""Commands on a screen: the evaluator waits, the screen goes on.

The shell is a plain interpreter that blocks while the world moves. So that a
screen can draw meanwhile, it runs in a thread of its own, but never at the same
time as the screen: exactly one of the two holds the baton. `pump` moves the world
a slice; when what the command waits for is reached, the baton goes to the
evaluator until it waits again or has ended. There is no parallelism, hence no
locking and no difference from a headless run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from hvlab.console.shell import Outcome
from hvlab.kernel import World
from hvlab.kernel.queue import is_steady, steady
from hvlab.session.session import AtOnce, Session, Stopped


class Task:
    """A source being run on a screen. `outcome` is there once `done`."""

    def __init__(self, session: Session, text: str) -> None:
        self.session = session
        self.text = text
        self.done = False
        self.outcome: Outcome | None = None
        self.waiting = False
        """Whether the command waits for simulated time to pass (rather than not having begun)."""
        self._error: BaseException | None = None
        self._until = 0
        self._stop: Callable[[], bool] = bool
        self._held = False
        self._failure: BaseException | None = None
        """What the condition raised: it belongs to the command, not to the screen."""
        self._cancelled = False
        self._to_evaluator = threading.Semaphore(0)
        self._to_screen = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._work, name="evaluator", daemon=True)
        session.mover = self
        self._thread.start()
        self._hand_over()

    # -- the evaluator's thread -----------------------------------------------------------------

    def _work(self) -> None:
        self._to_evaluator.acquire()
        try:
            self.outcome = self.session.run(self.text)
        except Stopped:
            pass
        except BaseException as error:  # handed to the screen's thread, which raises it
            self._error = error
        finally:
            self.done = True
            self.session.mover = AtOnce()
            self._to_screen.release()

    def move(self, world: World, until: int, stop: Callable[[], bool]) -> None:
        """Called by the session in the evaluator's thread: give the baton away until it is reached."""
        if self._cancelled:
            raise Stopped
        self._until, self._stop, self._held, self._failure = until, stop, False, None
        self.waiting = True
        self._to_screen.release()
        self._to_evaluator.acquire()
        self.waiting = False
        if self._cancelled:
            raise Stopped
        if self._failure is not None:
            raise self._failure

    # -- the screen's thread --------------------------------------------------------------------

    def _hand_over(self) -> None:
        self._to_evaluator.release()
        self._to_screen.acquire()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _holds(self) -> bool:
        """Asked after each event, as in a headless run, never in between: a slice that moves the clock is no event."""
        try:
            self._held = self._stop()
        except BaseException as error:
            self._failure, self._held = error, True
        return self._held

    def pump(self, until: int, events: int) -> bool:
        """Move on to simulated time `until` at most, over at most so many events; returns whether it is done.

        A command that is content goes on at once, so several may end in one call.
        """
        left = events
        world = self.session.world
        while not self.done and left > 0:
            limit = min(until, self._until)
            holds = steady(partial(self._holds)) if is_steady(self._stop) else self._holds
            handled = world.run(until=limit, limit=left, stop=holds)
            left -= max(handled, 1)
            if self._held or world.now >= self._until:
                self._hand_over()
            elif world.now >= until or handled == 0:
                break
        return self.done

    def cancel(self) -> None:
        """Stop a waiting command; what it has done so far stays, and the log says how far it came."""
        if not self.done:
            self._cancelled = True
            self.session.note_stop()
            self._hand_over()
