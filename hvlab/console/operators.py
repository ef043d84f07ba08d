"""What the operators do: PowerShell's rules for mixed types, arrays on the left, and letter case."""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console import limits
from hvlab.console.collections import Char, Version
from hvlab.console.convert import (
    NOTHING,
    TypeName,
    full_type_name,
    number_or_none,
    short_type,
    to_bool,
    to_datetime,
    to_int,
    to_list,
    to_number,
    to_text,
    to_timespan,
    to_version,
    type_of,
)
from hvlab.console.errors import CmdletError, fault, unsupported
from hvlab.console.objects import PSObject
from hvlab.console.patterns import like
from hvlab.console.regex import Capture, Regex, compile_regex
from hvlab.console.values import DateTime, EnumValue, Hashtable, TimeSpan

Charge = Callable[[int], None]
_EXACT = 10**15  # above this, PowerShell's Int32 arithmetic shows rounding because it went over to doubles
_INT32 = 1 << 31


# --- comparison --------------------------------------------------------------------------------------------


def equal(left: object, right: object, case_sensitive: bool = False) -> bool:
    """``-eq`` of two scalars: the right side is converted to the left side's type."""
    if left is NOTHING:
        left = None
    if right is NOTHING:
        right = None
    if isinstance(left, EnumValue):
        if isinstance(right, str):
            return left.name == right if case_sensitive else left == right
        if isinstance(right, bool):
            return left.number == int(right)
        return left == right
    if isinstance(left, str):
        if right is None:
            return False
        other = right if isinstance(right, str) else to_text(right)
        return left == other if case_sensitive else left.lower() == other.lower()
    if left is None:
        return right is None
    if isinstance(left, bool):
        return left is to_bool(right)
    if isinstance(left, (int, float)):
        if right is None or isinstance(right, (list, PSObject)):
            return False
        number = number_or_none(right)
        return number is not None and left == number
    if right is None:
        return False
    if isinstance(left, TimeSpan):
        return _converted(to_timespan, left, right)
    if isinstance(left, DateTime):
        return _converted(to_datetime, left, right)
    if isinstance(left, Version):
        return _converted(to_version, left, right)
    if isinstance(left, PSObject):
        if isinstance(right, PSObject):
            return left.same_as(right)
        return (
            isinstance(right, str) and left.type.text is not None and to_text(left).lower() == right.lower()
        )
    if isinstance(left, TypeName):
        return isinstance(right, TypeName) and left.lower() == right.lower()
    return left is right


def _converted(convert: Callable[[object], object], left: object, right: object) -> bool:
    try:
        return left == convert(right)
    except CmdletError:
        return False


def compare(left: object, right: object, case_sensitive: bool = False) -> int:
    """-1, 0 or 1 for ``-lt`` and its like. Raises CmdletError when the two cannot be compared."""
    if left is NOTHING:
        left = None
    if right is NOTHING:
        right = None
    if isinstance(left, str):
        return _order(*_text_keys(left, to_text(right), case_sensitive))
    if isinstance(left, EnumValue):
        if isinstance(right, str):
            raise _not_comparable(left, right)
        return _order(left.number, to_number(right))
    if isinstance(left, (bool, int, float)):
        return _order(left, to_number(right, type_of(left)))
    if left is None:
        if right is None:
            return 0
        number = number_or_none(right) if not isinstance(right, str) else None
        return -1 if number is None or number >= 0 else 1
    if isinstance(left, TimeSpan):
        return _order(left.nanoseconds, to_timespan(right).nanoseconds)
    if isinstance(left, DateTime):
        return _order(left.nanoseconds, to_datetime(right).nanoseconds)
    if isinstance(left, Version):
        return _order(left, to_version(right))
    if equal(left, right):
        return 0
    raise _not_comparable(left, right)


def _not_comparable(left: object, right: object) -> CmdletError:
    return fault(
        f'Cannot compare "{to_text(left)}" to "{to_text(right)}" because the objects are not the same '
        "type or "
        f'the object "{to_text(left)}" does not implement "IComparable".',
        "NotIcomparable",
        "InvalidOperation",
    )


def _text_keys(left: str, right: str, case_sensitive: bool) -> tuple[object, object]:
    """Sorting as people do: letters together whatever their case, small before capital."""
    if case_sensitive:
        return (left.lower(), left.swapcase()), (right.lower(), right.swapcase())
    return left.lower(), right.lower()


def _order(left: object, right: object) -> int:
    return (left > right) - (left < right)  # type: ignore[operator,no-any-return]


def contains(collection: object, item: object, case_sensitive: bool = False) -> bool:
    return any(equal(member, item, case_sensitive) for member in to_list(collection))


def _negated(test: Callable[[object, object, bool], bool]) -> Callable[[object, object, bool], bool]:
    return lambda left, right, case: not test(left, right, case)


def _like(left: object, right: object, case: bool) -> bool:
    return like(to_text(left), to_text(right), case)


_SCALAR: dict[str, Callable[[object, object, bool], bool]] = {
    "eq": equal,
    "ne": _negated(equal),
    "gt": lambda left, right, case: compare(left, right, case) > 0,
    "ge": lambda left, right, case: compare(left, right, case) >= 0,
    "lt": lambda left, right, case: compare(left, right, case) < 0,
    "le": lambda left, right, case: compare(left, right, case) <= 0,
    "like": _like,
    "notlike": _negated(_like),
}
COMPARISONS = frozenset(_SCALAR)


def comparison(operator: str, left: object, right: object, case_sensitive: bool, charge: Charge) -> object:
    """A comparison; with an array on the left it filters the array."""
    test = _SCALAR[operator]
    if isinstance(left, list) and left is not NOTHING:
        charge(len(left))
        return [item for item in left if test(item, right, case_sensitive)]
    if operator in ("like", "notlike"):
        charge(_length(left) // 16 + 1)
    return test(left, right, case_sensitive)


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0


def membership(operator: str, left: object, right: object, case_sensitive: bool, charge: Charge) -> bool:
    if operator in ("in", "notin"):
        left, right = right, left
    charge(len(left) if isinstance(left, list) else 1)
    found = contains(left, right, case_sensitive)
    return found is not operator.startswith("not")


# --- patterns ----------------------------------------------------------------------------------------------


def match_table(regex: Regex, text: str, found: Capture) -> Hashtable:
    """What $Matches holds."""
    table = Hashtable([(0, text[found[0] : found[1]])])
    names = {number: name for name, number in regex.names.items()}
    for group in range(1, regex.groups + 1):
        if found[2 * group] >= 0:
            table[names.get(group, group)] = text[found[2 * group] : found[2 * group + 1]]
    return table


def matching(
    operator: str, left: object, right: object, case_sensitive: bool, charge: Charge
) -> tuple[object, Hashtable | None]:
    """``-match``: the answer, and the new $Matches where there is one."""
    regex = compile_regex(to_text(right), not case_sensitive)
    wanted = operator == "match"
    if isinstance(left, list) and left is not NOTHING:
        return [item for item in left if (regex.search(to_text(item), 0, charge) is not None) is wanted], None
    text = to_text(left)
    found = regex.search(text, 0, charge)
    table = match_table(regex, text, found) if found is not None else None
    return (found is not None) is wanted, table


def replace(left: object, right: object, case_sensitive: bool, charge: Charge) -> object:
    arguments = right if isinstance(right, list) and right is not NOTHING else [right]
    if not 1 <= len(arguments) <= 2:
        raise fault(
            "The -replace operator allows only two elements to follow it, not " + f"{len(arguments)}.",
            "BadReplaceArgument",
            "InvalidOperation",
        )
    regex = compile_regex(to_text(arguments[0]), not case_sensitive)
    replacement = to_text(arguments[1]) if len(arguments) == 2 else ""

    def one(value: object) -> str:
        text = to_text(value)
        hits = regex.matches(text, charge)
        if len(hits) * len(replacement) + len(text) > limits.TEXT and hits:
            raise limits.too_large("a string", limits.TEXT)
        result = regex.replace(text, replacement, charge) if hits else text
        charge(len(result) // 16)
        return limits.check_text(result)

    if isinstance(left, list) and left is not NOTHING:
        return [one(item) for item in left]
    return one(left)


def split(left: object, right: object, case_sensitive: bool, charge: Charge) -> list[object]:
    arguments = right if isinstance(right, list) and right is not NOTHING else [right]
    limit = to_int(arguments[1]) if len(arguments) > 1 else 0
    simple = len(arguments) > 2 and to_text(arguments[2]).lower() == "simplematch"
    if len(arguments) > 3 or (len(arguments) > 2 and not simple) or limit < 0:
        raise unsupported("-split with these options")
    pattern = to_text(arguments[0])
    if simple:
        pattern = "".join("\\" + c if c in "\\*+?|{[()^$.# " else c for c in pattern)
    regex = compile_regex(pattern, not case_sensitive)
    pieces: list[object] = []
    for value in to_list(left):
        text = to_text(value)
        position, count = 0, 0
        for found in regex.matches(text, charge):
            if limit and count >= limit - 1:
                break
            if found[0] == found[1] and found[0] in (0, len(text)) and not text:
                continue
            pieces.append(text[position : found[0]])
            pieces += [
                text[found[2 * g] : found[2 * g + 1]] for g in range(1, regex.groups + 1) if found[2 * g] >= 0
            ]
            position = found[1]
            count += 1
        pieces.append(text[position:])
    limits.check_count(len(pieces))
    charge(len(pieces))
    return pieces


def split_blanks(value: object, charge: Charge) -> list[object]:
    """Unary ``-split``: at white space."""
    pieces: list[object] = [piece for item in to_list(value) for piece in to_text(item).split()]
    charge(len(pieces))
    return pieces


def join(items: object, separator: object, charge: Charge) -> str:
    members = to_list(items)
    texts = [to_text(item) for item in members]
    glue = to_text(separator)
    size = sum(map(len, texts)) + len(glue) * len(texts)
    if size > limits.TEXT:
        raise limits.too_large("a string", limits.TEXT)
    charge(len(texts) + size // 16)
    return glue.join(texts)


# --- arithmetic --------------------------------------------------------------------------------------------


def settle(value: int | float, left: object = None, right: object = None) -> int | float:
    """A result as PowerShell would hold it: too large for its integers, it becomes a double."""
    if isinstance(value, int):
        if -(1 << 63) <= value < 1 << 63:
            small = (
                -_EXACT < value < _EXACT
                or not isinstance(left, int)
                or not isinstance(right, int)
                or not (-_INT32 <= left < _INT32 and -_INT32 <= right < _INT32)
            )
            return value if small else float(value)
        return float(value)
    return value


def _no_operator(name: str, left: object) -> CmdletError:
    return fault(
        f"Method invocation failed because [{type_of(left)}] does not contain a method named '{name}'.",
        "MethodNotFound",
        "InvalidOperation",
        f"{name}",
        "String",
    )


def add(left: object, right: object, charge: Charge) -> object:
    if type(left) is Char and type(right) in (int, float):
        return settle(ord(left) + right)  # type: ignore[operator]
    if isinstance(left, str):
        text = to_text(right)
        if len(left) + len(text) > limits.TEXT:
            raise limits.too_large("a string", limits.TEXT)
        charge((len(left) + len(text)) // 16)
        return left + text
    if type(left) in (int, float) and type(right) in (int, float):
        return settle(left + right, left, right)  # type: ignore[operator]
    if left is NOTHING or left is None:
        return None if right is NOTHING else right
    if isinstance(left, list):
        more = right if isinstance(right, list) else [right]
        limits.check_count(len(left) + len(more))
        charge((len(left) + len(more)) // 4 + 1)
        return left + more
    if isinstance(left, Hashtable):
        return _add_tables(left, right)
    if isinstance(left, TimeSpan):
        return TimeSpan(left.nanoseconds + to_timespan(right).nanoseconds)
    if isinstance(left, DateTime):
        return DateTime(left.nanoseconds + to_timespan(right).nanoseconds)
    if isinstance(left, (bool, int, float, EnumValue)):
        return settle(to_number(left) + to_number(right, "System.Int32"), left, right)
    raise _no_operator("op_Addition", left)


def _add_tables(left: Hashtable, right: object) -> Hashtable:
    if not isinstance(right, Hashtable):
        raise fault(
            "A hash table can only be added to another hash table.",
            "AddHashTableToNonHashTable",
            "InvalidOperation",
        )
    result = Hashtable(left.items(), ordered=left.ordered)
    for key, value in right.items():
        if key in result:
            raise fault(
                f"Item has already been added. Key in dictionary: '{to_text(key)}'  Key being added: "
                f"'{to_text(key)}'",
                "DuplicateKeyInHashLiteral",
                "InvalidArgument",
            )
        result[key] = value
    return result


def subtract(left: object, right: object, charge: Charge) -> object:
    if isinstance(left, DateTime):
        if isinstance(right, DateTime):
            return TimeSpan(left.nanoseconds - right.nanoseconds)
        return DateTime(left.nanoseconds - to_timespan(right).nanoseconds)
    if isinstance(left, TimeSpan):
        return TimeSpan(left.nanoseconds - to_timespan(right).nanoseconds)
    first, second = _numbers(left, right, "op_Subtraction")
    return settle(first - second, left, right)


def multiply(left: object, right: object, charge: Charge) -> object:
    if isinstance(left, str) or (isinstance(left, list) and left is not NOTHING):
        count = to_int(right)
        if count < 0:
            raise fault(
                "Specified argument was out of the range of valid values.",
                "System.ArgumentOutOfRangeException",
            )
        if isinstance(left, str):
            if len(left) * count > limits.TEXT:
                raise limits.too_large("a string", limits.TEXT)
            charge(len(left) * count // 16)
            return left * count
        limits.check_count(len(left) * count)
        charge(len(left) * count)
        return left * count
    first, second = _numbers(left, right, "op_Multiply")
    return settle(first * second, left, right)


def divide(left: object, right: object, charge: Charge) -> object:
    first, second = _numbers(left, right, "op_Division")
    if second == 0:
        if isinstance(first, float) or isinstance(second, float):
            return float("nan") if first == 0 else (float("inf") if first > 0 else float("-inf"))
        raise fault("Attempted to divide by zero.", "RuntimeException", "NotSpecified")
    if isinstance(first, int) and isinstance(second, int) and first % second == 0:
        return settle(first // second)
    return first / second


def modulo(left: object, right: object, charge: Charge) -> object:
    first, second = _numbers(left, right, "op_Modulus")
    if second == 0:
        if isinstance(first, float) or isinstance(second, float):
            return float("nan")
        raise fault("Attempted to divide by zero.", "RuntimeException", "NotSpecified")
    if isinstance(first, int) and isinstance(second, int):
        rest = abs(first) % abs(second)
        return -rest if first < 0 else rest
    from math import fmod

    return fmod(first, second)


def _numbers(left: object, right: object, name: str) -> tuple[int | float, int | float]:
    """Both operands as numbers; only + and * know other things than numbers on the left."""
    if type(left) in (int, float) and type(right) in (int, float):
        return left, right  # type: ignore[return-value]
    if (isinstance(left, list) and left is not NOTHING) or isinstance(left, (Hashtable, PSObject, TimeSpan)):
        raise _no_operator(name, left)
    return to_number(left), to_number(right)


def negate(value: object) -> object:
    if isinstance(value, TimeSpan):
        return TimeSpan(-value.nanoseconds)
    if isinstance(value, list) and value is not NOTHING:
        raise _no_operator("op_UnaryNegation", value)
    return settle(-to_number(value))


def span(left: object, right: object, charge: Charge) -> list[object]:
    """``left..right``, both included, up or down."""
    first, last = to_int(left), to_int(right)
    count = limits.check_count(abs(last - first) + 1)
    charge(count)
    return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))


def bitwise(operator: str, left: object, right: object) -> int:
    if operator in ("shl", "shr"):
        return _shifted(operator, to_int(left, "System.Int64"), to_int(right))
    first, second = to_int(left, "System.Int64"), to_int(right, "System.Int64")
    if operator == "band":
        return first & second
    return first | second if operator == "bor" else first ^ second


def _shifted(operator: str, value: int, count: int) -> int:
    """Within 32 bits, or 64 where the value needs them; the count is taken modulo the width, as .NET does."""
    width = 32 if -_INT32 <= value < _INT32 else 64
    count &= width - 1
    if operator == "shr":
        return value >> count
    wrapped = (value << count) & ((1 << width) - 1)
    return wrapped - (1 << width) if wrapped >> (width - 1) else wrapped


# --- types -------------------------------------------------------------------------------------------------


def type_name_of(value: object) -> str:
    """The full name a type operand stands for."""
    if isinstance(value, TypeName):
        return str(value)
    name = full_type_name(to_text(value).strip("[]") if not to_text(value).endswith("[]") else to_text(value))
    if name is None:
        raise fault(
            f'Cannot convert the "{to_text(value)}" value of type "System.String" to type "System.Type".',
            "ConvertToFinalInvalidCastException",
            "InvalidArgument",
        )
    return name


def is_type(value: object, type_operand: object) -> bool:
    if value is None or value is NOTHING:
        return False
    wanted = type_name_of(type_operand).lower()
    if wanted == "system.object":
        return True
    actual = type_of(value).lower()
    if wanted == actual:
        return True
    if wanted.endswith("[]") or wanted == "system.array":
        return isinstance(value, list) and wanted in ("system.object[]", "system.array")
    if isinstance(value, PSObject):
        return value.type.is_a(wanted) or wanted == "system.management.automation.pscustomobject"
    if wanted == "system.int64" and isinstance(value, int):
        return short_type(value) == "Int64"
    return False
