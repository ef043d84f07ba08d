"""The static members that there are: ``[math]::Round(…)``, ``[string]::Join(…)``, ``[IO.Path]::GetExtension(…)``.

Each method is (fewest arguments, most arguments, code).
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hvlab.console import limits, operators
from hvlab.console.collections import ArrayList, GenericList
from hvlab.console.convert import NOTHING, cast, to_int, to_list, to_number, to_text
from hvlab.console.errors import fault
from hvlab.console.formats import format_text
from hvlab.console.methods import Method
from hvlab.console.operators import settle
from hvlab.console.regex import compile_regex
from hvlab.console.values import DateTime, TimeSpan

if TYPE_CHECKING:
    from hvlab.console.runtime import Runtime


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


def _convert_to_text(runtime: Runtime, value: object, arguments: list[object]) -> object:
    """[Convert]::ToString: with a base of 2, 8, 10 or 16, a whole number's digits in it."""
    if len(arguments) == 1:
        return to_text(arguments[0])
    base, number = to_int(arguments[1]), to_int(arguments[0], "System.Int64")
    if base not in (2, 8, 10, 16):
        raise fault("Invalid Base.", "ArgumentException")
    if number < 0 and base != 10:
        number += 1 << (32 if number >= -(1 << 31) else 64)
    return format(number, {2: "b", 8: "o", 10: "d", 16: "x"}[base])


def _convert_to_int(target: str) -> Method:
    def run(runtime: Runtime, value: object, arguments: list[object]) -> object:
        if len(arguments) == 1:
            return to_int(arguments[0], target)
        base, text = to_int(arguments[1]), to_text(arguments[0]).lower()
        text = text.removeprefix("0x") if base == 16 else text
        digits = "0123456789abcdef"[:base]
        if base not in (2, 8, 10, 16) or not text or len(text) > 64 or any(c not in digits for c in text):
            raise fault("Could not find any recognizable digits.", "FormatException")
        return to_int(int(text, base), target)

    return 1, 2, run


def _escape(runtime: Runtime, value: object, arguments: list[object]) -> object:
    return limits.check_text(
        "".join("\\" + c if c in "\\*+?|{[()^$.# " else c for c in to_text(arguments[0]))
    )


def _regex_replace(runtime: Runtime, value: object, arguments: list[object]) -> object:
    return operators.replace(to_text(arguments[0]), list(arguments[1:3]), True, runtime.charge)


def _regex_test(runtime: Runtime, value: object, arguments: list[object]) -> object:
    regex = compile_regex(to_text(arguments[1]), False)
    return regex.search(to_text(arguments[0]), 0, runtime.charge) is not None


def _regex_split(runtime: Runtime, value: object, arguments: list[object]) -> object:
    return operators.split(to_text(arguments[0]), arguments[1], True, runtime.charge)


def _reverse(runtime: Runtime, value: object, arguments: list[Any]) -> object:
    if isinstance(arguments[0], list):
        arguments[0].reverse()
        runtime.charge(len(arguments[0]))
    return NOTHING


def _sort(runtime: Runtime, value: object, arguments: list[Any]) -> object:
    from functools import cmp_to_key

    if isinstance(arguments[0], list):
        arguments[0].sort(key=cmp_to_key(operators.compare))
        runtime.charge(4 * len(arguments[0]))
    return NOTHING


def _new_list(runtime: Runtime, value: object, arguments: list[object]) -> object:
    items = to_list(arguments[0] if arguments else None)
    return ArrayList(items) if value == _LISTS[0] else GenericList(items)


def _index_of(runtime: Runtime, value: object, arguments: list[object]) -> object:
    for index, item in enumerate(to_list(arguments[0])):
        if operators.equal(item, arguments[1], True):
            return index
    return -1


# --- paths as text -----------------------------------------------------------------------------------------


def _name(path: str) -> str:
    return path.replace("/", "\\").rpartition("\\")[2]


def _extension(path: str) -> str:
    name = _name(path)
    return "." + name.rpartition(".")[2] if "." in name else ""


def _folder(path: str) -> str:
    head = path.replace("/", "\\").rpartition("\\")[0]
    return head + "\\" if head.endswith(":") else head


def _combine(runtime: Runtime, value: object, arguments: list[object]) -> object:
    whole = ""
    for part in map(to_text, arguments):
        if part.startswith("\\") or part[1:2] == ":" or not whole:
            whole = part
        elif part:
            whole = whole.rstrip("\\") + "\\" + part
    return whole


def _change_extension(path: str, extension: str) -> str:
    stem = path.removesuffix(_extension(path))
    return stem + ("." if extension and not extension.startswith(".") else "") + extension


def _new_guid(runtime: Runtime, value: object, arguments: list[object]) -> object:
    """Drawn from the world's own numbers, so that the same work gives the same ones again."""
    return str(uuid.UUID(bytes=runtime.lab.world.stream(f"{runtime.lab.host}/guids").uuid_bytes()))


def _of_texts(count: int, code: Callable[..., object]) -> Method:
    return count, count, lambda runtime, value, arguments: code(*map(to_text, arguments))


_LISTS = ("System.Collections.ArrayList", "System.Collections.Generic.List`1")
_PATH = "System.IO.Path"
_REGEX = "System.Text.RegularExpressions.Regex"
_CONVERT = "System.Convert"
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
    ("System.DateTime", "parse"): _parse("System.DateTime"),
    ("System.Version", "parse"): _parse("System.Version"),
    ("System.Guid", "parse"): _parse("System.Guid"),
    ("System.Guid", "newguid"): (0, 0, _new_guid),
    ("System.Char", "isdigit"): (1, 1, lambda runtime, value, arguments: to_text(arguments[0])[:1].isdigit()),
    ("System.Char", "isletter"): (
        1,
        1,
        lambda runtime, value, arguments: to_text(arguments[0])[:1].isalpha(),
    ),
    (_CONVERT, "tostring"): (1, 2, _convert_to_text),
    (_CONVERT, "toint32"): _convert_to_int("System.Int32"),
    (_CONVERT, "toint64"): _convert_to_int("System.Int64"),
    (_CONVERT, "toboolean"): _parse("System.Boolean"),
    (_CONVERT, "todouble"): _parse("System.Double"),
    (_REGEX, "escape"): (1, 1, _escape),
    (_REGEX, "replace"): (3, 3, _regex_replace),
    (_REGEX, "ismatch"): (2, 2, _regex_test),
    (_REGEX, "split"): (2, 2, _regex_split),
    ("System.Object[]", "reverse"): (1, 1, _reverse),
    ("System.Object[]", "sort"): (1, 1, _sort),
    ("System.Object[]", "indexof"): (2, 2, _index_of),
    (_PATH, "getfilename"): _of_texts(1, _name),
    (_PATH, "getextension"): _of_texts(1, _extension),
    (_PATH, "getfilenamewithoutextension"): _of_texts(
        1, lambda path: _name(path).removesuffix(_extension(path))
    ),
    (_PATH, "getdirectoryname"): _of_texts(1, _folder),
    (_PATH, "changeextension"): _of_texts(2, _change_extension),
    (_PATH, "combine"): (1, 9, _combine),
    **{(name, "new"): (0, 1, _new_list) for name in _LISTS},
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
    ("System.Guid", "empty"): "00000000-0000-0000-0000-000000000000",
    ("System.DateTime", "minvalue"): DateTime.of(1, 1, 1),
}
