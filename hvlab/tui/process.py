"""What the screen asks of its process, so that no key waits for what nobody sees.

Garbage: the lab makes many objects that stay (its trace, its snapshots) and next to no garbage that only a search could
find. A search through everything takes a tenth of a second and longer, in which nothing is painted; so it is made
while nothing goes on. Threads: the one that reads keys gets its turn while the screen's own computes.
"""

from __future__ import annotations

import gc
import sys

YOUNG, MIDDLE, NEVER = 1_000, 10, 1_000_000
"""Objects until the youngest are searched, such searches until the next older ones are, and those until all are."""
DUE = 10
"""Searches of the middle age after which everything is worth one."""
TURN = 0.0005
"""Seconds after which a thread gives way to another that wants to go on (Python's own: 0.005)."""


def begin() -> None:
    """What has been loaded until now stays, and is never searched again; the rest only by `sweep`."""
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)
    gc.enable()
    sys.setswitchinterval(TURN)


def sweep() -> None:
    """Nobody waits for anything: search everything, if that is due."""
    if gc.get_threshold()[2] == NEVER and gc.get_count()[2] >= DUE:
        gc.collect()
        gc.freeze()
