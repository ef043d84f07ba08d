"""The methods of strings, arrays, tables, numbers and times.

Each entry is (fewest arguments, most arguments, code). As in .NET, string methods mind letter case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hvlab.console import growing, limits
from hvlab.console.collections import ArrayList, Char
from hvlab.console.convert import NOTHING, to_bool, to_int, to_list, to_number, to_text, to_timespan
from hvlab.console.errors import fault
from hvlab.console.formats import format_item
from hvlab.console.objects import custom_object
from hvlab.console.operators import compare, contains
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
    return [Char(character) for character in value]


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
    "tostring": (0, 0, lambda runtime, value, arguments: str(value)),
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


_add_milliseconds: Method = (
    1,
    1,
    lambda runtime, value, arguments: DateTime(
        value.nanoseconds + round(to_number(arguments[0]) * (NS_PER_SECOND // 1000))
    ),
)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _add_months(unit: int) -> Method:
    """So many months on; a day that the month has not becomes its last."""

    def run(runtime: Runtime, value: DateTime, arguments: list[object]) -> object:
        year, month, day, *time = value.parts()
        months = year * 12 + month - 1 + to_int(arguments[0]) * unit
        year, month = divmod(months, 12)
        if not 1 <= year <= 9999:
            raise fault("The added or subtracted value results in an un-representable DateTime.")
        leap = month == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        last = _MONTH_DAYS[month] + leap
        moved = DateTime.of(year, month + 1, min(day, last), *time)
        return DateTime(moved.nanoseconds + value.nanoseconds % NS_PER_SECOND)

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
    "addmilliseconds": _add_milliseconds,
    "addmonths": _add_months(1),
    "addyears": _add_months(12),
    "toshortdatestring": (0, 0, lambda runtime, value, arguments: format_item(value, "d")),
    "tolongdatestring": (0, 0, lambda runtime, value, arguments: format_item(value, "D")),
    "toshorttimestring": (0, 0, lambda runtime, value, arguments: format_item(value, "t")),
    "tolongtimestring": (0, 0, lambda runtime, value, arguments: format_item(value, "T")),
    "touniversaltime": (0, 0, lambda runtime, value, arguments: value),
    "tolocaltime": (0, 0, lambda runtime, value, arguments: value),
}


def _invoke_block(runtime: Runtime, value: ScriptBlock, arguments: list[object]) -> object:
    found: list[object] = []
    runtime.call_block(value, arguments, None, found.append)
    return found


BLOCK: dict[str, Method] = {"invoke": (0, 20, _invoke_block), "invokereturnasis": (0, 20, _invoke_block)}
_NONE: dict[str, Method] = {}


def for_value(value: object) -> dict[str, Method]:
    """The methods a value has of its type."""
    if isinstance(value, ArrayList):
        return growing.METHODS
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


_WRITTEN = (
    "ToUpper ToLower ToUpperInvariant ToLowerInvariant Trim TrimStart TrimEnd Contains StartsWith EndsWith IndexOf "
    "LastIndexOf Replace Split Substring PadLeft PadRight Insert Remove ToCharArray ToString CompareTo Where ForEach "
    "Add GetValue Clear ContainsKey ContainsValue GetEnumerator Subtract AddDays AddHours AddMinutes AddSeconds "
    "AddMilliseconds AddMonths AddYears ToShortDateString ToLongDateString ToShortTimeString ToLongTimeString "
    "ToUniversalTime ToLocalTime Invoke InvokeReturnAsIs AddRange RemoveAt Sort Reverse ToArray"
)
_NAMES = {name.lower(): name for name in _WRITTEN.split()}


def method_name(folded: str) -> str:
    """A method's name as .NET writes it, for Get-Member."""
    return _NAMES.get(folded, folded)
