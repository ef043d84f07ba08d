"""How much a script may use: the numbers, and the errors that say so.

All limits are counts of the language's own things (steps, characters, elements, levels), never seconds or
bytes of the process, so that a script ends at the same place on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hvlab.console.errors import FatalError

SPARE_FAULTS = True
"""Whether a fault of hvlab's own in a command becomes an error like others, instead of ending the program. Tests
switch it off, to see the fault."""
STEPS = 5_000_000
TEXT = 4_000_000  # characters in one string
ELEMENTS = 1_000_000  # elements in one array
CALLS = 100  # functions and script blocks within one another
HEIGHT = 600  # levels of one compiled expression
_FRAMES = 40_000  # Python's own limit while parsing and running; ours are always reached first


def steps_spent(limit: int) -> FatalError:
    return FatalError(
        f"The script was stopped: it used up its budget of {limit} steps. Is there a loop that never ends?",
        "StepBudgetExceeded",
        ("console.budget", {"limit": limit}),
    )


def calls_too_deep() -> FatalError:
    return FatalError(
        "The script failed due to call depth overflow.",
        "CallDepthOverflow",
        ("console.depth", {"limit": CALLS}),
    )


def too_large(what: str, limit: int) -> FatalError:
    return FatalError(
        f"The script was stopped: {what} may hold at most {limit} "
        f"{'characters' if 'string' in what else 'elements'}.",
        "SizeLimitExceeded",
        ("console.too_large", {"what": what, "limit": limit}),
    )


def check_text(text: str) -> str:
    if len(text) > TEXT:
        raise too_large("a string", TEXT)
    return text


def check_count(count: int) -> int:
    if count > ELEMENTS:
        raise too_large("an array", ELEMENTS)
    return count


@contextmanager
def deep_stack() -> Iterator[None]:
    """Make room for the language's own limits of depth, wherever on the stack the caller stands."""
    before = sys.getrecursionlimit()
    if before < _FRAMES:
        sys.setrecursionlimit(_FRAMES)
    try:
        yield
    finally:
        if before < _FRAMES:
            sys.setrecursionlimit(before)
