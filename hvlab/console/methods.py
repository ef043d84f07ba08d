"""The methods of strings, arrays, tables, numbers and times, and the few static members there are.

Each entry is (fewest arguments, most arguments, code). As in .NET, string methods mind letter case.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hvlab.console import limits
from hvlab.console.convert import NOTHING, cast, to_bool, to_int, to_list, to_number, to_text, to_timespan
from hvlab.console.errors import fault
from hvlab.console.formats import format_item, format_text
from hvlab.console.objects import custom_object
from hvlab.console.operators import compare, contains, settle
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.values import NS_PER_SECOND, DateTime, Hashtable, TimeSpan

if TYPE_CHECKING:
    from hvlab.console.runtime import Runtime

Code = Callable[["Runtime", Any, list[Any]], object]
Method = tuple[int, int, Code]
_BLANK = None


def _text_method(low: int, high: int, code: Callable[..., object]) -> Method:
    """A method of strings whose arguments are all strings."""
    return low, high, lambda runtime, value, arguments: code(value, *[to_text(a) for a in arguments])


def _trim(how: Callable[[str, str | None], str]) -> Method:
    def run(runtime: Runtime, value: str, arguments: list[object]) -> object:
        characters = "".join(to_text(c) for a in arguments for c in to_list(a))
        return how(value, characters or _BLANK)

    return 0, 9, run


def _split(runtime: Runtime, value: str, arguments: list[object]) -> object:
    """String.Split: at any one of the given characters (not at the string), or at white space."""
    characters = "".join(to_text(c) for c in to_list(arguments[0])) if arguments else ""
    options = to_text(arguments[1]).lower() if len(arguments) > 1 else ""
    maximum = 0
    if options and options.isascii() and options.isdigit():
        maximum, options = int(options), ""
    pieces: list[object] = []
    start = 0
    for index, char in enumerate(value):
        if maximum and len(pieces) == maximum - 1:
            break
        if (char in characters) if characters else char.isspace():
            pieces.append(value[start:index])
            start = index + 1
    pieces.append(value[start:])
    runtime.charge(len(value) // 8 + len(pieces))
    return [piece for piece in pieces if piece] if options == "removeemptyentries" else pieces


def _replace(runtime: Runtime, value: str, arguments: list[object]) -> object:
    old, new = to_text(arguments[0]), to_text(arguments[1])
    if old == "":
        raise fault("String cannot be of zero length.", "ArgumentException")
    if value.count(old) * len(new) + len(value) > limits.TEXT:
        raise limits.too_large("a string", limits.TEXT)
    runtime.charge(len(value) // 16)
    return value.replace(old, new)


def _substring(runtime: Runtime, value: str, arguments: list[object]) -> object:
    start = to_int(arguments[0])
    length = to_int(arguments[1]) if len(arguments) > 1 else len(value) - start
    if start < 0 or length < 0 or start + length > len(value):
        raise fault(
            'Exception calling "Substring" with "'
            + f'{len(arguments)}" argument(s): "Index and length must refer to a location within the '
            'string."',
            "ArgumentOutOfRangeException",
        )
    return value[start : start + length]


def _pad(left: bool) -> Method:
    def run(runtime: Runtime, value: str, arguments: list[object]) -> object:
        width = to_int(arguments[0])
        if width > limits.TEXT:
            raise limits.too_large("a string", limits.TEXT)
        runtime.charge(width // 16 if width > 0 else 0)
        filler = to_text(arguments[1]) if len(arguments) > 1 else " "
        if len(filler) != 1:
            raise fault(
                "String must be exactly one character long.", "MethodArgumentConversionInvalidCastArgument"
            )
        return value.rjust(width, filler) if left else value.ljust(width, filler)

    return 1, 2, run


def _insert(runtime: Runtime, value: str, arguments: list[object]) -> object:
    at = to_int(arguments[0])
    if not 0 <= at <= len(value):
        raise fault("Specified argument was out of the range of valid values.", "ArgumentOutOfRangeException")
    return limits.check_text(value[:at] + to_text(arguments[1]) + value[at:])


def _remove(runtime: Runtime, value: str, arguments: list[object]) -> object:
    at = to_int(arguments[0])
    count = to_int(arguments[1]) if len(arguments) > 1 else len(value) - at
    if at < 0 or count < 0 or at + count > len(value):
        raise fault("Specified argument was out of the range of valid values.", "ArgumentOutOfRangeException")
    return value[:at] + value[at + count :]


def _char_list(runtime: Runtime, value: str, arguments: list[object]) -> object:
    limits.check_count(len(value))
    runtime.charge(len(value))
    return list(value)


STRING: dict[str, Method] = {
    "toupper": _text_method(0, 0, str.upper),
    "tolower": _text_method(0, 0, str.lower),
    "toupperinvariant": _text_method(0, 0, str.upper),
    "tolowerinvariant": _text_method(0, 0, str.lower),
    "trim": _trim(str.strip),
    "trimstart": _trim(str.lstrip),
    "trimend": _trim(str.rstrip),
    "contains": _text_method(1, 1, lambda value, part: part in value),
    "startswith": _text_method(1, 1, str.startswith),
    "endswith": _text_method(1, 1, str.endswith),
    "indexof": _text_method(1, 1, str.find),
    "lastindexof": _text_method(1, 1, str.rfind),
    "replace": (2, 2, _replace),
    "split": (0, 2, _split),
    "substring": (1, 2, _substring),
    "padleft": _pad(True),
    "padright": _pad(False),
    "insert": (2, 2, _insert),
    "remove": (1, 2, _remove),
    "tochararray": (0, 0, _char_list),
    "compareto": (1, 1, lambda runtime, value, arguments: compare(value, arguments[0])),
}


def _where(runtime: Runtime, value: list[object], arguments: list[object]) -> object:
    block = arguments[0]
    if not isinstance(block, ScriptBlock):
        raise fault("Where() wants a script block.", "MethodArgumentConversionInvalidCastArgument")
    return [item for item in value if to_bool(runtime.invoke(block, [], item))]


def _for_each(runtime: Runtime, value: list[object], arguments: list[object]) -> object:
    block = arguments[0]
    if not isinstance(block, ScriptBlock):
        raise fault("ForEach() wants a script block.", "MethodArgumentConversionInvalidCastArgument")
    return [result for item in value for result in runtime.invoke(block, [], item)]


def _index_of(runtime: Runtime, value: list[object], arguments: list[object]) -> object:
    for index, item in enumerate(value):
        if type(item) is type(arguments[0]) and item == arguments[0]:
            return index
    return -1


def _fixed(runtime: Runtime, value: list[object], arguments: list[object]) -> object:
    raise fault(
        f'Exception calling "Add" with "{len(arguments)}" argument(s): "Collection was of a fixed size."',
        "NotSupportedException",
    )


LIST: dict[str, Method] = {
    "contains": (
        1,
        1,
        lambda runtime, value, arguments: any(
            type(item) is type(arguments[0]) and contains([item], arguments[0], True) for item in value
        ),
    ),
    "where": (1, 1, _where),
    "foreach": (1, 1, _for_each),
    "indexof": (1, 1, _index_of),
    "add": (1, 1, _fixed),
    "getvalue": (1, 1, lambda runtime, value, arguments: value[to_int(arguments[0])]),
}


def of_any_list(name: str) -> Method | None:
    return LIST.get(name)


def _table_add(runtime: Runtime, value: Hashtable, arguments: list[object]) -> object:
    if arguments[0] in value:
        key = to_text(arguments[0])
        raise fault(
            f'Exception calling "Add" with "2" argument(s): "Item has already been added. Key in dictionary: '
            f"'{key}'  Key being added: '{key}'\"",
            "ArgumentException",
        )
    limits.check_count(len(value) + 1)
    value[arguments[0]] = arguments[1]
    return NOTHING


def _table_remove(runtime: Runtime, value: Hashtable, arguments: list[object]) -> object:
    value.remove(arguments[0])
    return NOTHING


def _table_clear(runtime: Runtime, value: Hashtable, arguments: list[object]) -> object:
    value.clear()
    return NOTHING


def entries(value: Hashtable) -> list[object]:
    return [
        custom_object({"Name": key, "Key": key, "Value": item}, "System.Collections.DictionaryEntry")
        for key, item in value.items()
    ]


TABLE: dict[str, Method] = {
    "add": (2, 2, _table_add),
    "remove": (1, 1, _table_remove),
    "clear": (0, 0, _table_clear),
    "contains": (1, 1, lambda runtime, value, arguments: arguments[0] in value),
    "containskey": (1, 1, lambda runtime, value, arguments: arguments[0] in value),
    "containsvalue": (
        1,
        1,
        lambda runtime, value, arguments: contains(value.values(), arguments[0], True),
    ),
    "getenumerator": (0, 0, lambda runtime, value, arguments: entries(value)),
}
NUMBER: dict[str, Method] = {
    "tostring": (
        0,
        1,
        lambda runtime, value, arguments: (
            format_item(value, to_text(arguments[0])) if arguments else to_text(value)
        ),
    ),
    "compareto": (1, 1, lambda runtime, value, arguments: compare(value, arguments[0])),
}


def _add_time(unit: int) -> Method:
    def run(runtime: Runtime, value: DateTime, arguments: list[object]) -> object:
        amount = to_number(arguments[0])
        shift = (
            amount * unit * NS_PER_SECOND if isinstance(amount, int) else round(amount * unit * NS_PER_SECOND)
        )
        return DateTime(value.nanoseconds + shift)

    return 1, 1, run


TIME: dict[str, Method] = {
    "tostring": NUMBER["tostring"],
    "add": (
        1,
        1,
        lambda runtime, value, arguments: type(value)(
            value.nanoseconds + to_timespan(arguments[0]).nanoseconds
        ),
    ),
    "subtract": (
        1,
        1,
        lambda runtime, value, arguments: (
            TimeSpan(value.nanoseconds - arguments[0].nanoseconds)
            if isinstance(arguments[0], type(value))
            else type(value)(value.nanoseconds - to_timespan(arguments[0]).nanoseconds)
        ),
    ),
    "compareto": NUMBER["compareto"],
}
DATE: dict[str, Method] = {
    **TIME,
    "adddays": _add_time(86_400),
    "addhours": _add_time(3_600),
    "addminutes": _add_time(60),
    "addseconds": _add_time(1),
}


def _invoke_block(runtime: Runtime, value: ScriptBlock, arguments: list[object]) -> object:
    found: list[object] = []
    runtime.call_block(value, arguments, None, found.append)
    return found


BLOCK: dict[str, Method] = {"invoke": (0, 20, _invoke_block), "invokereturnasis": (0, 20, _invoke_block)}
_NONE: dict[str, Method] = {}


def for_value(value: object) -> dict[str, Method]:
    """The methods a value has of its type."""
    if isinstance(value, bool):
        return _NONE
    if isinstance(value, str):
        return STRING
    if isinstance(value, (int, float)):
        return NUMBER
    if isinstance(value, Hashtable):
        return TABLE
    if isinstance(value, DateTime):
        return DATE
    if isinstance(value, TimeSpan):
        return TIME
    if isinstance(value, ScriptBlock):
        return BLOCK
    return _NONE


# --- static members ----------------------------------------------------------------------------------------


def _round(runtime: Runtime, value: object, arguments: list[object]) -> object:
    number = to_number(arguments[0])
    digits = to_int(arguments[1]) if len(arguments) > 1 else 0
    if isinstance(number, int):
        return number
    if not 0 <= digits <= 15:
        raise fault("Rounding digits must be between 0 and 15, inclusive.", "ArgumentOutOfRangeException")
    return _whole(round(number, digits))


def _whole(number: float) -> float:
    return number


def _math(code: Callable[[Any], Any]) -> Method:
    return 1, 1, lambda runtime, value, arguments: code(to_number(arguments[0]))


def _pow(runtime: Runtime, value: object, arguments: list[object]) -> object:
    base, exponent = to_number(arguments[0]), to_number(arguments[1])
    if isinstance(base, int) and isinstance(exponent, int) and 0 <= exponent <= 64 and abs(base) < 1 << 32:
        result = base**exponent
        return float(result)
    try:
        power = float(base) ** float(exponent)
    except (OverflowError, ZeroDivisionError):
        return float("inf")
    return power if isinstance(power, float) else float("nan")


def _extreme(largest: bool) -> Method:
    def run(runtime: Runtime, value: object, arguments: list[object]) -> object:
        left, right = to_number(arguments[0]), to_number(arguments[1])
        return max(left, right) if largest else min(left, right)

    return 2, 2, run


def _floor(number: int | float) -> object:
    return number if isinstance(number, int) or not math.isfinite(number) else float(math.floor(number))


def _ceiling(number: int | float) -> object:
    return number if isinstance(number, int) or not math.isfinite(number) else float(math.ceil(number))


def _truncate(number: int | float) -> object:
    return number if isinstance(number, int) or not math.isfinite(number) else float(math.trunc(number))


def _join(runtime: Runtime, value: object, arguments: list[object]) -> object:
    items = arguments[1] if len(arguments) == 2 else arguments[1:]
    return limits.check_text(to_text(arguments[0]).join(to_text(item) for item in to_list(items)))


def _format(runtime: Runtime, value: object, arguments: list[object]) -> object:
    items = arguments[1] if len(arguments) == 2 and isinstance(arguments[1], list) else arguments[1:]
    return format_text(to_text(arguments[0]), to_list(items))


def _parse(target: str) -> Method:
    return 1, 1, lambda runtime, value, arguments: cast(to_text(arguments[0]), target)


def _from(unit: int) -> Method:
    def run(runtime: Runtime, value: object, arguments: list[object]) -> object:
        amount = to_number(arguments[0])
        scale = unit * 1_000_000
        return TimeSpan(amount * scale if isinstance(amount, int) else round(amount * scale))

    return 1, 1, run


_MATH = "System.Math"
STATICS: dict[tuple[str, str], Method] = {
    (_MATH, "round"): (1, 2, _round),
    (_MATH, "floor"): _math(_floor),
    (_MATH, "ceiling"): _math(_ceiling),
    (_MATH, "truncate"): _math(_truncate),
    (_MATH, "abs"): _math(lambda number: settle(abs(number))),
    (_MATH, "sign"): _math(lambda number: (number > 0) - (number < 0)),
    (_MATH, "sqrt"): _math(lambda number: math.sqrt(number) if number >= 0 else float("nan")),
    (_MATH, "pow"): (2, 2, _pow),
    (_MATH, "max"): _extreme(True),
    (_MATH, "min"): _extreme(False),
    ("System.String", "isnullorempty"): (1, 1, lambda runtime, value, arguments: to_text(arguments[0]) == ""),
    ("System.String", "isnullorwhitespace"): (
        1,
        1,
        lambda runtime, value, arguments: to_text(arguments[0]).strip() == "",
    ),
    ("System.String", "join"): (2, 99, _join),
    ("System.String", "format"): (1, 99, _format),
    ("System.Int32", "parse"): _parse("System.Int32"),
    ("System.Int64", "parse"): _parse("System.Int64"),
    ("System.Double", "parse"): _parse("System.Double"),
    ("System.TimeSpan", "parse"): _parse("System.TimeSpan"),
    ("System.TimeSpan", "frommilliseconds"): _from(1),
    ("System.TimeSpan", "fromseconds"): _from(1_000),
    ("System.TimeSpan", "fromminutes"): _from(60_000),
    ("System.TimeSpan", "fromhours"): _from(3_600_000),
    ("System.TimeSpan", "fromdays"): _from(86_400_000),
}
STATIC_VALUES: dict[tuple[str, str], object] = {
    (_MATH, "pi"): math.pi,
    (_MATH, "e"): math.e,
    ("System.Int32", "maxvalue"): (1 << 31) - 1,
    ("System.Int32", "minvalue"): -(1 << 31),
    ("System.Int64", "maxvalue"): (1 << 63) - 1,
    ("System.Int64", "minvalue"): -(1 << 63),
    ("System.String", "empty"): "",
    ("System.TimeSpan", "zero"): TimeSpan(0),
    ("System.Environment", "newline"): "\n",
}
