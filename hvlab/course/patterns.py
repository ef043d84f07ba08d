"""What checks and questions ask of a lab: whether an expression holds, and whether an event fits a pattern."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from hvlab.console.errors import ConsoleError
from hvlab.console.shell import Shell, Verdict
from hvlab.course.model import Pattern
from hvlab.kernel import TraceEvent

EVENT_FIELDS = ("partition", "channel", "source", "target")
"""What a pattern may ask of any event, besides the kind's own fields."""


_SIZE = re.compile(r"(\d+)([KMGkmg])[Bb]")
_SHIFT = {"K": 10, "M": 20, "G": 30}


def condition(shell: Shell, source: str) -> Verdict:
    """What an expression comes to; false, with the reason as what was found, if it cannot be evaluated."""
    try:
        return shell.evaluate_condition(source)
    except ConsoleError as error:
        return Verdict(False, "", str(error).splitlines()[0], source)


def _fits(actual: str, wanted: str) -> bool:
    """Text fits in any case; a `*` in what is wanted stands for anything, as with -like."""
    if "*" in wanted:
        return fnmatchcase(actual.casefold(), wanted.casefold().replace("[", "[[]"))
    return actual.casefold() == wanted.casefold()


def matches(pattern: Pattern, event: TraceEvent) -> bool:
    """Whether an event fits a pattern; text in any case, with `*` for anything. A missing field does not fit.

    A number may be wanted as a size, such as `48KB`.
    """
    if event.kind != pattern.kind:
        return False
    if pattern.vm:
        suffix = f"/{pattern.vm}".casefold()
        paths = (event.source.casefold(), event.target.casefold())
        if not any(path.endswith(suffix) or f"{suffix}/" in path for path in paths):
            return False
    for name, wanted in pattern.fields.items():
        actual = getattr(event, name) if name in EVENT_FIELDS else event.get(name)
        if isinstance(wanted, str):
            size = _SIZE.fullmatch(wanted) if isinstance(actual, int) else None
            if size is not None:
                if actual != int(size[1]) << _SHIFT[size[2].upper()]:
                    return False
            elif not _fits(str(actual), wanted):
                return False
        elif actual != wanted:
            return False
    return True
