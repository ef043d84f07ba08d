"""Properties, indexes and methods of values: ``$x.Name``, ``$x[0]``, ``$x.Trim()``, ``[math]::Abs(1)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hvlab.console import limits, methods, statics
from hvlab.console.collections import Char, Version
from hvlab.console.convert import EXCEPTIONS, NOTHING, TypeName, to_int, to_text, type_of
from hvlab.console.errors import CmdletError, ErrorRecord, fault, unsupported
from hvlab.console.objects import CustomFields, ObjectType, PSObject, custom_object
from hvlab.console.values import NS_PER_SECOND, DateTime, EnumValue, Hashtable, TimeSpan

if TYPE_CHECKING:
    from hvlab.console.runtime import Runtime

_TICKS_2000 = 630_822_816_000_000_000  # .NET ticks of 2000-01-01
_SPAN_PARTS = {"days": 0, "hours": 1, "minutes": 2, "seconds": 3}
_SPAN_TOTALS = {
    "totaldays": 86_400 * NS_PER_SECOND,
    "totalhours": 3_600 * NS_PER_SECOND,
    "totalminutes": 60 * NS_PER_SECOND,
    "totalseconds": NS_PER_SECOND,
    "totalmilliseconds": 1_000_000,
}
_DATE_PARTS = {"year": 0, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5}
MISSING = object()


def get_property(value: object, name: str) -> object:
    """The value of a property, or MISSING."""
    folded = name.lower()
    if isinstance(value, PSObject):
        getter = value.type.getters.get(folded)
        if getter is not None:
            result = getter(value.subject)
            return list(result) if isinstance(result, tuple) else result
        if folded == "psobject":
            return _about(value)
        if folded == "psbase":  # what lies below the language's own view: here the same
            return value
        return 1 if folded in ("count", "length") else MISSING
    if isinstance(value, Hashtable):
        if name in value:
            return value[name]
        return {"count": len(value), "keys": value.keys(), "values": value.values()}.get(folded, MISSING)
    if value is None or value is NOTHING:
        return 0 if folded in ("count", "length") else MISSING
    if isinstance(value, list):
        if folded in ("count", "length"):
            return len(value)
        if folded == "rank":
            return 1
        return _of_members(value, name)
    if isinstance(value, TypeName):
        return {"name": value.rsplit(".", 1)[-1], "fullname": str(value)}.get(folded, MISSING)
    if isinstance(value, str):
        return len(value) if folded == "length" else 1 if folded == "count" else MISSING
    if isinstance(value, TimeSpan):
        return _span_property(value, folded)
    if isinstance(value, DateTime):
        return _date_property(value, folded)
    if isinstance(value, Version):
        number = value.get(folded)
        return MISSING if number is None else number
    if isinstance(value, EnumValue) and folded == "value__":
        return value.number
    if isinstance(value, ErrorRecord):
        return _error_property(value, folded)
    return 1 if folded in ("count", "length") else MISSING


def property_reader(name: str) -> Callable[[object], object]:
    """Reads this property of one value after the other; None where a value has no such property."""
    folded = name.lower()
    last: ObjectType | None = None
    getter: Callable[[Any], object] | None = None
    label: str | None = None

    def read(value: object) -> object:
        nonlocal last, getter, label
        if type(value) is PSObject:
            kind = value.type
            if kind is not last:  # one record is like the other
                last, getter = kind, kind.getters.get(folded)
                label = kind.label(name) if kind.free_standing else None
            if label is not None:
                result = value.subject.values[label]
                return list(result) if type(result) is tuple else result
            if getter is not None:
                result = getter(value.subject)
                return list(result) if type(result) is tuple else result
        result = get_property(value, name)
        return None if result is MISSING else result

    return read


def _about(value: PSObject) -> PSObject:
    """``$x.PSObject``: the object's properties as objects, and the names of its types."""
    properties: list[object] = [
        custom_object(
            {"Name": name, "Value": item, "MemberType": "Property", "TypeNameOfValue": type_of(item)},
            "System.Management.Automation.PSProperty",
        )
        for name, item in value.items()
    ]
    return custom_object(
        {"Properties": properties, "TypeNames": [type_of(value), *value.type.base]},
        "System.Management.Automation.PSObject",
    )


def exception_of(record: ErrorRecord) -> PSObject:
    """``$_.Exception``: the exception itself where a script threw one."""
    if isinstance(record.subject, PSObject) and record.subject.type.name.startswith("System."):
        return record.subject
    known = record.exception in EXCEPTIONS
    inner = custom_object({"Message": record.message}, f"System.{record.inner}") if record.inner else None
    return custom_object(
        {"Message": record.message, "InnerException": inner},
        f"System.{record.exception}" if known else f"System.Management.Automation.{record.exception}",
    )


def _of_members(items: list[object], name: str) -> object:
    """Member enumeration: the property of every element that has it."""
    found: list[object] = []
    for item in items:
        result = get_property(item, name) if not isinstance(item, list) else _of_members(item, name)
        if result is MISSING or (isinstance(result, list) and not result):
            continue
        if isinstance(result, list):
            found += result
        else:
            found.append(result)
    if not found:
        return MISSING
    return found[0] if len(found) == 1 else found


def _span_property(value: TimeSpan, name: str) -> object:
    sign = -1 if value.nanoseconds < 0 else 1
    if name in _SPAN_PARTS:
        return sign * value.parts()[_SPAN_PARTS[name]]
    if name == "milliseconds":
        return sign * (value.parts()[4] // 1_000_000)
    if name == "ticks":
        return sign * (abs(value.nanoseconds) // 100)
    if name in _SPAN_TOTALS:
        return value.nanoseconds / _SPAN_TOTALS[name]
    return MISSING


def _date_property(value: DateTime, name: str) -> object:
    if name in _DATE_PARTS:
        return value.parts()[_DATE_PARTS[name]]
    day_ns = 86_400 * NS_PER_SECOND
    if name == "millisecond":
        return value.nanoseconds % NS_PER_SECOND // 1_000_000
    if name == "date":
        return DateTime(value.nanoseconds // day_ns * day_ns)
    if name == "timeofday":
        return TimeSpan(value.nanoseconds % day_ns)
    if name == "ticks":
        return _TICKS_2000 + value.nanoseconds // 100
    if name == "dayofweek":
        number = (value.nanoseconds // day_ns) % 7
        return EnumValue("System.DayOfWeek", value.weekday, (number + 6) % 7)
    return MISSING


def _error_property(record: ErrorRecord, name: str) -> object:
    if name == "exception":
        return exception_of(record)
    if name == "fullyqualifiederrorid":
        return record.error_id
    if name == "categoryinfo":
        return custom_object(
            {
                "Category": record.category,
                "Activity": record.command if record.activity is None else record.activity,
                "Reason": record.exception,
                "TargetName": record.target,
                "TargetType": record.target_type,
            }
        )
    if name == "targetobject":
        return record.subject
    if name == "invocationinfo" and record.position is not None:
        return custom_object(
            {
                "ScriptLineNumber": record.position.line,
                "OffsetInLine": record.position.column,
                "Line": record.position.source.line_text(record.position.line),
            }
        )
    return MISSING


def set_property(value: object, name: str, new: object) -> None:
    """``$x.Name = …``. Raises CmdletError where that cannot be."""
    if isinstance(value, Hashtable):
        value[name] = new
        return
    if isinstance(value, PSObject):
        found = value.type.find(name)
        label = value.type.label(name) or name
        if found is not None and found.setter is not None:
            if isinstance(value.subject, CustomFields):
                value.subject.values[label] = new
            else:
                found.setter(value.subject, new)
            return
        if found is not None:
            raise fault(
                f"'{label}' is a ReadOnly property.", "PropertyAssignmentException", "InvalidOperation"
            )
    if value is None or value is NOTHING:
        raise fault(
            f"The property '{name}' cannot be found on this object. Verify that the property exists and "
            "can be "
            "set.",
            "PropertyNotFound",
            "InvalidOperation",
        )
    if isinstance(value, list):
        for item in value:
            set_property(item, name, new)
        return
    raise fault(
        f"The property '{name}' cannot be found on this object. Verify that the property exists and can "
        "be set.",
        "PropertyNotFound",
        "InvalidOperation",
    )


def get_index(value: object, index: object) -> object:
    """``$x[i]``; out of range is null, as PowerShell has it."""
    if isinstance(value, Hashtable):
        if isinstance(index, list) and index is not NOTHING:
            return [value.get(item) for item in index]
        if value.ordered and isinstance(index, int) and not isinstance(index, bool) and index not in value:
            values = value.values()
            return values[index] if -len(values) <= index < len(values) else None
        return value.get(index)
    if value is None or value is NOTHING:
        raise fault("Cannot index into a null array.", "NullArray", "InvalidOperation")
    if isinstance(index, list) and index is not NOTHING:
        return [item for position in index if (item := _at(value, position)) is not MISSING]
    found = _at(value, index)
    return None if found is MISSING else found


def _at(value: object, index: object) -> object:
    if isinstance(value, Hashtable):
        return value.get(index)
    if not isinstance(value, (list, str)) or isinstance(value, TypeName):
        # Since version 3, one object may be indexed as a list of one: (Get-VM web01)[0].
        return value if to_int(index) in (0, -1) else MISSING
    number = to_int(index)
    if -len(value) <= number < len(value):
        return Char(value[number]) if isinstance(value, str) else value[number]
    return MISSING


def set_index(value: object, index: object, new: object) -> None:
    if isinstance(value, Hashtable):
        if index is None:
            raise fault(
                "Index operation failed; the array index evaluated to null.",
                "NullArrayIndex",
                "InvalidOperation",
            )
        value[index] = new
        limits.check_count(len(value))
        return
    if value is None or value is NOTHING:
        raise fault("Cannot index into a null array.", "NullArray", "InvalidOperation")
    if isinstance(value, list):
        number = to_int(index)
        if not -len(value) <= number < len(value):
            raise fault(
                "Index was outside the bounds of the array.",
                "System.IndexOutOfRangeException",
                "OperationStopped",
            )
        value[number] = new
        return
    raise fault(
        f"Unable to index into an object of type {type_of(value)}.", "CannotIndex", "InvalidOperation"
    )


def call_method(runtime: Runtime, value: object, name: str, arguments: list[object]) -> object:
    """``$x.Name(…)``."""
    folded = name.lower()
    if value is None or value is NOTHING:
        raise fault(
            "You cannot call a method on a null-valued expression.", "InvokeMethodOnNull", "InvalidOperation"
        )
    if isinstance(value, PSObject):
        found = value.type.find_method(name)
        if found is not None:
            return found.run(value.subject, arguments)
    if folded == "gettype" and not arguments:
        return type_object(type_of(value))
    if folded == "equals" and len(arguments) == 1:
        return _same(value, arguments[0])
    table = methods.for_value(value)
    run = table.get(folded)
    if run is not None:
        result: object = _run(run, runtime, value, arguments, name)
        return result
    if folded == "tostring" and not arguments:
        return to_text(value)
    if isinstance(value, list):
        common = methods.of_any_list(folded)
        if common is not None:
            return _run(common, runtime, value, arguments, name)
        if value:  # member enumeration
            return [call_method(runtime, item, name, arguments) for item in value]
    raise no_method(value, name)


def _same(left: object, right: object) -> bool:
    if isinstance(left, PSObject) and isinstance(right, PSObject):
        return left.same_as(right)
    return type(left) is type(right) and (left is right or left == right)


def no_method(value: object, name: str) -> CmdletError:
    return fault(
        f"Method invocation failed because [{type_of(value)}] does not contain a method named '{name}'.",
        "MethodNotFound",
        "InvalidOperation",
        name,
        "String",
        ("console.no_such_method", {}),
    )


Method = Callable[["Runtime", object, list[object]], object]


def _run(run: methods.Method, runtime: Runtime, value: object, arguments: list[object], name: str) -> object:
    low, high, code = run
    if not low <= len(arguments) <= high:
        raise fault(
            f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".',
            "MethodCountCouldNotFindBest",
            "NotSpecified",
        )
    runtime.charge(1)
    return code(runtime, value, arguments)


def type_object(name: str) -> PSObject:
    short = name.rsplit(".", 1)[-1]
    return custom_object(
        {"IsPublic": True, "IsSerial": True, "Name": short, "FullName": name}, "System.RuntimeType"
    )


def get_static(type_name: str, name: str) -> object:
    found = statics.STATIC_VALUES.get((type_name, name.lower()), MISSING)
    if found is MISSING:
        raise _no_static(type_name, name)
    return found


def call_static(runtime: Runtime, type_name: str, name: str, arguments: list[object]) -> object:
    run = statics.STATICS.get((type_name, name.lower()))
    if run is None:
        raise _no_static(type_name, name)
    return _run(run, runtime, type_name, arguments, name)


def _no_static(type_name: str, name: str) -> CmdletError:
    return unsupported(f"[{type_name.rsplit('.', 1)[-1].lower()}]::{name}")
