"""The thread through which a running class writes: in the order in which it comes, together what waits together.

Many threads that write to an embedded database each wait for its lock with ever longer naps, and the one
that is unlucky waits for seconds. One thread never waits for itself, and what came in during a commit goes
into the next one: the more there is to do, the less each part of it costs.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future

from hvlab.classroom.changes import Change
from hvlab.classroom.store import Store

MOST = 500
"""Changes of one transaction: a whole class that presses Enter at once."""


class Writer:
    """Writes to a store from `begin` to `end`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: queue.SimpleQueue[tuple[Change, Future[int]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="class writer", daemon=True)

    def begin(self) -> None:
        """Start writing; what was submitted before is written first."""
        self._thread.start()

    def end(self) -> None:
        """Write what waits, and stop."""
        self._waiting.put(None)
        self._thread.join()

    def submit(self, change: Change) -> Future[int]:
        """Have a change written. The future holds its answer once that is committed: NotKept or SQLAlchemyError."""
        future: Future[int] = Future()
        self._waiting.put((change, future))
        return future

    def _run(self) -> None:
        going_on = True
        while going_on:
            batch = [self._waiting.get()]
            while len(batch) < MOST and not self._waiting.empty():  # nobody else takes from it
                batch.append(self._waiting.get())
            going_on = None not in batch
            self._write([one for one in batch if one is not None and one[1].set_running_or_notify_cancel()])

    def _write(self, batch: list[tuple[Change, Future[int]]]) -> None:
        try:
            answers = self._store.write([change for change, _ in batch])
        except Exception as error:  # whatever it is: the thread must live, or the class would wait for ever
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
