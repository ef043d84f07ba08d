"""What a lesson draws by its seed: names and numbers that differ from learner to learner.

`{{name}}` in any of a lesson's files stands for what is drawn; the same in the text, the
start, the checks and the solutions, so that they always belong together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hvlab.course.model import Variable
from hvlab.kernel.random import Stream

_PLACE = re.compile(r"\{\{\s*([A-Za-z]\w*)\s*\}\}")


class BadVariable(Exception):
    """A variable that cannot be drawn, or that is used and not there."""


def draw(variables: Mapping[str, Variable], seed: int, lesson: str) -> dict[str, str]:
    """A value for each variable. No two variables with the same pool get the same value. BadVariable."""
    values: dict[str, str] = {}
    taken: dict[tuple[str | int, ...], list[str | int]] = {}
    for name, variable in variables.items():
        stream = Stream.named(seed, f"{lesson}/{name}")
        pool = variable.pool or list(range(variable.low, variable.high + 1, max(1, variable.step)))
        used = taken.setdefault(tuple(pool), [])
        left = [value for value in pool if value not in used]
        if not left:
            raise BadVariable(f"variable {name!r}: its pool has nothing left to draw")
        chosen = left[stream.below(len(left))]
        used.append(chosen)
        values[name] = str(chosen)
    return values


def blank(text: str) -> str:
    """The text with 0 in every place: as it can be read before anything is drawn."""
    return _PLACE.sub("0", text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with what was drawn in it. BadVariable for a name that was not."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise BadVariable(f"{found[0]} stands in a file, but there is no [variables.{found[1]}]")
        return values[found[1]]

    return _PLACE.sub(value, text)
