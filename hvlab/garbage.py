"""When a process that works without a screen looks for garbage: seldom.

A lab makes many objects that stay (its world, its trace, its snapshots) and hardly any garbage that only a search could
find. Python's own habit, to search whenever some hundred objects have come, goes through them again and
again in vain. Whoever computes without anybody waiting for a picture (`hvlab run`, a grader, the linter, a prompt)
says so here, once a process. The screen, which must not stand still while it searches, has a policy of its
own (`hvlab.tui.process`). The simulation itself knows of none of this.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 20_000, 10, 10
"""Objects until the youngest are searched, such searches until the next older ones are, and those until all are."""


def begin() -> None:
    """From now on this process looks seldom."""
    gc.set_threshold(*SELDOM)


@contextmanager
def seldom() -> Iterator[None]:
    """For so long: for work in a process that is not ours alone."""
    usual = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
