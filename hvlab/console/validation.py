"""What ``[ValidateRange(1, 4)]`` and its like ask of a parameter's value."""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console.convert import to_list, to_number, to_text
from hvlab.console.operators import compare, matching

Check = Callable[[object], str]
"""Gives the reason why a value is refused, or nothing."""
#: Attributes with the number of their arguments.
KNOWN: dict[str, int] = {
    "validaterange": 2,
    "validatelength": 2,
    "validatecount": 2,
    "validatepattern": 1,
    "validatenotnull": 0,
    "validatenotnullorempty": 0,
    "allownull": 0,
    "allowemptystring": 0,
    "allowemptycollection": 0,
}


def _range(value: object, low: object, high: object) -> str:
    for item in to_list(value):
        if compare(item, high) > 0:
            return (
                f"The {to_text(item)} argument is greater than the maximum allowed range of {to_text(high)}. "
                f"Supply an argument that is less than or equal to {to_text(high)} and then try the command again."
            )
        if compare(item, low) < 0:
            return (
                f"The {to_text(item)} argument is less than the minimum allowed range of {to_text(low)}. "
                f"Supply an argument that is greater than or equal to {to_text(low)} and then try the command "
                "again."
            )
    return ""


def _length(value: object, low: object, high: object) -> str:
    least, most = to_number(low), to_number(high)
    for item in to_list(value):
        if not least <= len(to_text(item)) <= most:
            return f"The character length of the {len(to_text(item))} argument is not between {least} and {most}."
    return ""


def _count(value: object, low: object, high: object) -> str:
    least, most = to_number(low), to_number(high)
    count = len(to_list(value))
    return (
        ""
        if least <= count <= most
        else f"The number of arguments {count} is not between {least} and {most}."
    )


def _pattern(value: object, pattern: object) -> str:
    for item in to_list(value):
        if not matching("match", to_text(item), pattern, False, lambda steps: None)[0]:
            return f'The argument "{to_text(item)}" does not match the "{to_text(pattern)}" pattern.'
    return ""


def _not_null(value: object) -> str:
    return "The argument is null." if value is None else ""


def _not_empty(value: object) -> str:
    if value is None or value == "" or value == []:
        return "The argument is null or empty. Provide an argument that is not null or empty."
    return ""


def _anything(value: object) -> str:
    return ""


_CHECKS: dict[str, Callable[..., str]] = {
    "validaterange": _range,
    "validatelength": _length,
    "validatecount": _count,
    "validatepattern": _pattern,
    "validatenotnull": _not_null,
    "validatenotnullorempty": _not_empty,
}


def checker(declared: list[tuple[str, list[object]]]) -> Check:
    """All the checks of one parameter, in the order of their attributes."""

    def check(value: object) -> str:
        for name, arguments in declared:
            reason = _CHECKS.get(name, _anything)(value, *(arguments if name in _CHECKS else ()))
            if reason:
                return reason
        return ""

    return check
