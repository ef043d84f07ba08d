"""Between the language's types: to text, to truth, to numbers, and casts by type name.

Everything is culture-invariant, as PowerShell's own conversions inside scripts are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hvlab.console.collections import ArrayList, Char, GenericList, TypedArray, Version
from hvlab.console.errors import CmdletError, ErrorRecord, fault
from hvlab.console.limits import check_text
from hvlab.console.objects import CustomFields, PSObject, custom_object
from hvlab.console.scanner import parse_number
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.values import NS_PER_SECOND, DateTime, EnumValue, Hashtable, TimeSpan


class Nothing(list[object]):
    """What a pipeline without output leaves behind: null as a value, and no element when enumerated."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


NOTHING = Nothing()


class TypeName(str):
    """A type as a value, ``[int]``: its full .NET name."""

    __slots__ = ()


class BareNumber:
    """A number written as an argument: a parameter that wants text gets it as written."""

    __slots__ = ("text", "value")

    def __init__(self, value: int | float, text: str) -> None:
        self.value = value
        self.text = text


TYPES: dict[str, str] = {
    "int": "System.Int32",
    "int32": "System.Int32",
    "long": "System.Int64",
    "int64": "System.Int64",
    "uint32": "System.UInt32",
    "uint64": "System.UInt64",
    "uint16": "System.UInt16",
    "int16": "System.Int16",
    "byte": "System.Byte",
    "double": "System.Double",
    "single": "System.Double",
    "float": "System.Double",
    "string": "System.String",
    "char": "System.Char",
    "bool": "System.Boolean",
    "boolean": "System.Boolean",
    "switch": "System.Boolean",
    "array": "System.Object[]",
    "object": "System.Object",
    "hashtable": "System.Collections.Hashtable",
    "ordered": "System.Collections.Specialized.OrderedDictionary",
    "timespan": "System.TimeSpan",
    "datetime": "System.DateTime",
    "scriptblock": "System.Management.Automation.ScriptBlock",
    "pscustomobject": "System.Management.Automation.PSCustomObject",
    "psobject": "System.Management.Automation.PSCustomObject",
    "void": "System.Void",
    "math": "System.Math",
    "guid": "System.Guid",
    "environment": "System.Environment",
    "convert": "System.Convert",
    "regex": "System.Text.RegularExpressions.Regex",
    "version": "System.Version",
    "io.path": "System.IO.Path",
    "collections.arraylist": "System.Collections.ArrayList",
    "collections.generic.list": "System.Collections.Generic.List`1",
    "dayofweek": "System.DayOfWeek",
    "wmi": "System.Management.ManagementObject",
    "wmiclass": "System.Management.ManagementClass",
}
EXCEPTIONS = (
    "Exception",
    "SystemException",
    "ApplicationException",
    "ArgumentException",
    "ArgumentNullException",
    "ArgumentOutOfRangeException",
    "ArithmeticException",
    "DivideByZeroException",
    "FormatException",
    "InvalidCastException",
    "InvalidOperationException",
    "NotImplementedException",
    "NotSupportedException",
    "TimeoutException",
    "UnauthorizedAccessException",
    "IO.IOException",
    "IO.FileNotFoundException",
    "IO.DirectoryNotFoundException",
)
"""Exceptions that a script can make and throw, without ``System.``."""
TYPES.update({name.lower(): f"System.{name}" for name in EXCEPTIONS})
_BY_FULL_NAME = {full.lower(): full for full in TYPES.values()}
INTEGERS = {
    "System.Int32": (-(1 << 31), (1 << 31) - 1),
    "System.Int64": (-(1 << 63), (1 << 63) - 1),
    "System.UInt32": (0, (1 << 32) - 1),
    "System.UInt64": (0, (1 << 64) - 1),
    "System.Int16": (-(1 << 15), (1 << 15) - 1),
    "System.UInt16": (0, (1 << 16) - 1),
    "System.Byte": (0, 255),
}


def full_type_name(name: str) -> str | None:
    """The .NET name of a type of this language; None for one it does not know."""
    folded = "".join(name.split()).lower()
    if folded.startswith(("collections.generic.list[", "system.collections.generic.list[")):
        return TYPES["collections.generic.list"]
    if folded.endswith("[]"):
        inner = full_type_name(folded[:-2])
        return None if inner is None else inner + "[]"
    return TYPES.get(folded) or _BY_FULL_NAME.get(folded) or _BY_FULL_NAME.get("system." + folded)


def type_of(value: object) -> str:
    """The .NET name of a value's type."""
    if value is None or value is NOTHING:
        return "System.Object"
    if isinstance(value, TypeName):
        return "System.RuntimeType"
    if isinstance(value, bool):
        return "System.Boolean"
    if isinstance(value, str):
        return "System.Char" if isinstance(value, Char) else "System.String"
    if isinstance(value, int):
        return "System.Int32" if -(1 << 31) <= value < 1 << 31 else "System.Int64"
    if isinstance(value, float):
        return "System.Double"
    if isinstance(value, (list, tuple)):
        return _list_type(value)
    if isinstance(value, Version):
        return TYPES["version"]
    if isinstance(value, Hashtable):
        return TYPES["ordered"] if value.ordered else TYPES["hashtable"]
    if isinstance(value, TimeSpan):
        return "System.TimeSpan"
    if isinstance(value, DateTime):
        return "System.DateTime"
    if isinstance(value, EnumValue):
        return value.type_name
    if isinstance(value, ScriptBlock):
        return TYPES["scriptblock"]
    if isinstance(value, PSObject):
        if isinstance(value.subject, CustomFields) and value.type.name == "PSCustomObject":
            return TYPES["pscustomobject"]
        return value.type.name
    if isinstance(value, ErrorRecord):
        return "System.Management.Automation.ErrorRecord"
    return "System.Object"


def _list_type(value: object) -> str:
    if isinstance(value, TypedArray):
        return value.element + "[]"
    if isinstance(value, GenericList):
        return TYPES["collections.generic.list"]
    return TYPES["collections.arraylist"] if isinstance(value, ArrayList) else "System.Object[]"


def short_type(value: object) -> str:
    return type_of(value).rsplit(".", 1)[-1]


def to_bool(value: object) -> bool:
    if value is True or value is False:
        return value
    if value is None:
        return False
    if isinstance(value, (list, tuple)):
        if len(value) == 0:
            return False
        return len(value) > 1 or to_bool(value[0])
    if isinstance(value, str):
        return value != ""
    if isinstance(value, (int, float)):
        return value != 0
    if isinstance(value, EnumValue):
        return value.number != 0
    return True


def float_text(value: float) -> str:
    """A double with 15 significant digits, as .NET Framework prints it."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = format(value, ".15g")
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa}E{exponent[0]}{exponent[1:].lstrip('0').zfill(2)}"
    return "0" if text == "-0" else text


def to_text(value: object, _depth: int = 0) -> str:
    """As in an expandable string."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]
    if kind is int:
        return str(value)
    if isinstance(value, str):
        return str(value)
    if value is None or value is NOTHING:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, (list, tuple)):
        if _depth:
            return "System.Object[]"
        return check_text(" ".join([to_text(item, 1) for item in value]))
    if isinstance(value, PSObject):
        return object_text(value, _depth)
    if isinstance(value, BareNumber):
        return value.text
    if isinstance(value, (EnumValue, TimeSpan, DateTime, ScriptBlock, ErrorRecord, Version)):
        return str(value)
    return type_of(value)


def object_text(value: PSObject, depth: int = 0) -> str:
    kind = value.type
    if kind.text is not None:
        return kind.text(value.subject)
    if kind.text_property is not None:
        return to_text(value.get(kind.text_property), 1)
    if isinstance(value.subject, CustomFields):
        if depth:
            return ""
        return "@{" + "; ".join(f"{name}={to_text(item, 1)}" for name, item in value.items()) + "}"
    return kind.name


def bad_conversion(
    value: object, target: str, reason: str = "Input string was not in a correct format."
) -> CmdletError:
    if isinstance(value, str):
        return fault(
            f'Cannot convert value "{value}" to type "{target}". Error: "{reason}"',
            "InvalidCastFromStringToInteger" if "Int" in target else "InvalidCast",
            "InvalidArgument",
        )
    return fault(
        f'Cannot convert the "{to_text(value)}" value of type "{type_of(value)}" to type "{target}".',
        "ConvertToFinalInvalidCastException",
        "InvalidArgument",
    )


def number_or_none(value: object) -> int | float | None:
    """A number if the value is one or reads as one."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, BareNumber):
        return value.value
    if isinstance(value, str):
        if isinstance(value, Char):
            return ord(value)
        if not value.strip():
            return 0
        return parse_number(value.strip()) if len(value) <= 400 else None
    if value is None or value is NOTHING:
        return 0
    if isinstance(value, EnumValue):
        return value.number
    return None


def to_number(value: object, target: str = "System.Int32") -> int | float:
    found = number_or_none(value)
    if found is None and isinstance(value, (list, tuple)) and len(value) == 1:
        found = number_or_none(value[0])
    if found is None:
        raise bad_conversion(value, target)
    return found


def to_int(value: object, target: str = "System.Int32") -> int:
    number = to_number(value, target)
    low, high = INTEGERS[target]
    if isinstance(number, float):
        if number != number or not -1e19 < number < 2e19:
            raise bad_conversion(value, target, f"Value was either too large or too small for {target}.")
        number = round(number)  # halves to even, as .NET
    if not low <= number <= high:
        kind = target.rsplit(".", 1)[-1]
        if isinstance(value, str):
            raise bad_conversion(value, target, f"Value was either too large or too small for an {kind}.")
        raise fault(
            f'Cannot convert value "{to_text(value)}" to type "{target}". Error: "Value was either too large '
            f'or too small for an {kind}."',
            "InvalidCastIConvertible",
            "InvalidArgument",
        )
    return number


def seconds_to_ns(number: int | float) -> int:
    if isinstance(number, int):
        return number * NS_PER_SECOND
    whole = int(number // 1)
    return whole * NS_PER_SECOND + round((number - whole) * NS_PER_SECOND)


_TIMESPAN = re.compile(r"(-)?(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?", re.ASCII)


def to_timespan(value: object) -> TimeSpan:
    """From ``[d.]hh:mm[:ss[.f]]`` or from a number, which counts ticks of 100 ns, as [timespan] does."""
    if isinstance(value, TimeSpan):
        return value
    if isinstance(value, str):
        match = _TIMESPAN.fullmatch(value.strip())
        if match is not None:
            days, hours, minutes, seconds = (int(match[i] or 0) for i in (2, 3, 4, 5))
            if hours < 24 and minutes < 60 and seconds < 60:
                total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
                ns = total * NS_PER_SECOND + int((match[6] or "0").ljust(7, "0")) * 100
                return TimeSpan(-ns if match[1] else ns)
        if value.strip().isascii() and value.strip().isdigit() and len(value) < 9:
            return TimeSpan(int(value) * 86_400 * NS_PER_SECOND)  # [timespan]"5" is five days
        raise bad_conversion(value, "System.TimeSpan", "String was not recognized as a valid TimeSpan.")
    if isinstance(value, int) and not isinstance(value, bool):
        return TimeSpan(value * 100)
    raise bad_conversion(value, "System.TimeSpan")


_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?Z?", re.ASCII)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


def to_datetime(value: object) -> DateTime:
    if isinstance(value, DateTime):
        return value
    if isinstance(value, str):
        text = value.strip()
        fields: list[int] = []
        if (match := _DATE.fullmatch(text)) is not None:
            fields = [int(match[i] or 0) for i in (1, 2, 3, 4, 5, 6)]
        elif (match := _US_DATE.fullmatch(text)) is not None:
            fields = [int(match[i] or 0) for i in (3, 1, 2, 4, 5, 6)]
        if fields:
            moment = DateTime.of(*fields)
            if list(moment.parts()) == fields:
                return moment
        raise bad_conversion(value, "System.DateTime", "String was not recognized as a valid DateTime.")
    raise bad_conversion(value, "System.DateTime")


def to_list(value: object) -> list[object]:
    """As ``@( )`` or a foreach sees it: no element for null, one for a scalar."""
    if value is None or value is NOTHING:
        return []
    if isinstance(value, (list, tuple)):
        return list(value)
    return [value]


def _to_char(value: object) -> object:
    if isinstance(value, str) and len(value) == 1:
        return Char(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 0xD800:
        return Char(chr(value))
    raise bad_conversion(value, "System.Char", "String must be exactly one character long.")


def _to_custom(value: object) -> object:
    if isinstance(value, Hashtable):
        return custom_object({to_text(key): item for key, item in value.items()})
    return value


def _to_guid(value: object) -> object:
    text = to_text(value).strip("{}")
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        return text.lower()
    raise bad_conversion(value, "System.Guid", "Guid should contain 32 digits with 4 dashes.")


def _to_hash(value: object) -> object:
    if isinstance(value, Hashtable) or value is None:
        return value
    raise bad_conversion(value, "System.Collections.Hashtable")


def _to_block(value: object) -> object:
    if isinstance(value, ScriptBlock):
        return value
    raise bad_conversion(value, "System.Management.Automation.ScriptBlock")


def to_version(value: object) -> Version:
    if isinstance(value, Version):
        return value
    found = Version.of(to_text(value))
    if found is None:
        raise bad_conversion(
            to_text(value), "System.Version", "Version string portion was too short or too long."
        )
    return found


def _to_growing(value: object) -> object:
    return value if isinstance(value, ArrayList) else ArrayList(to_list(value))


def make_exception(full_name: str) -> Callable[[object], object]:
    """A cast to an exception's type: an exception with that message."""
    return lambda value: custom_object({"Message": to_text(value), "InnerException": None}, full_name)


def _refuse_type(value: object) -> object:
    raise fault("This type can be named, but nothing can be converted to it here.", "InvalidCast")


_CASTS: dict[str, Callable[[object], object]] = {
    "System.Double": lambda value: float(to_number(value, "System.Double")),
    "System.String": to_text,
    "System.Char": _to_char,
    "System.Boolean": to_bool,
    "System.Object[]": to_list,
    "System.Object": lambda value: value,
    "System.TimeSpan": to_timespan,
    "System.DateTime": to_datetime,
    "System.Guid": _to_guid,
    TYPES["hashtable"]: _to_hash,
    TYPES["ordered"]: _to_hash,
    TYPES["scriptblock"]: _to_block,
    TYPES["pscustomobject"]: _to_custom,
    "System.Void": lambda value: NOTHING,
    "System.Version": to_version,
    TYPES["collections.arraylist"]: _to_growing,
    TYPES["collections.generic.list"]: lambda value: GenericList(to_list(value)),
    **{f"System.{name}": make_exception(f"System.{name}") for name in EXCEPTIONS},
}


def cast(value: object, full_name: str) -> object:
    """``[type]value`` by the type's full name. Raises CmdletError."""
    if isinstance(value, BareNumber):
        value = value.text if full_name == "System.String" else value.value
    if full_name in INTEGERS:
        return to_int(value, full_name)
    if full_name.endswith("[]") and full_name != "System.Object[]":
        return TypedArray([cast(item, full_name[:-2]) for item in to_list(value)], full_name[:-2])
    return _CASTS.get(full_name, _refuse_type)(value)


def plain(value: object) -> object:
    """An argument as a value: the wrappers of command mode taken off."""
    if isinstance(value, BareNumber):
        return value.value
    if isinstance(value, list):
        if value is NOTHING:
            return None
        if any(isinstance(item, BareNumber) for item in value):
            return [item.value if isinstance(item, BareNumber) else item for item in value]
    return value
