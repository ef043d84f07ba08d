"""One value for one parameter: does it fit, what does it become, and what is wrong with it.

Pure: knows parameters and values. Every refusal is PowerShell's own.
"""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console.cmdlets import Parameter
from hvlab.console.convert import (
    NOTHING,
    BareNumber,
    bad_conversion,
    cast,
    number_or_none,
    plain,
    seconds_to_ns,
    to_bool,
    to_int,
    to_list,
    to_text,
    to_timespan,
    type_of,
)
from hvlab.console.errors import CmdletError
from hvlab.console.objects import PSObject
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Span
from hvlab.console.suggest import nearest
from hvlab.console.values import NS_PER_SECOND, EnumValue, Hashtable, TimeSpan

PREFERENCE = "System.Management.Automation.ActionPreference"


class BindingError(CmdletError):
    """A ParameterBindingException; ``span`` is the argument at fault, where there is one."""

    def __init__(
        self,
        message: str,
        error_id: str,
        span: Span | None = None,
        explain: tuple[str, dict[str, object]] | None = None,
        target: object = None,
    ) -> None:
        super().__init__(
            message,
            error_id,
            "InvalidArgument",
            target,
            exception="ParameterBindingException",
            explain=explain,
            terminating=True,
        )
        self.span = span


def fits(parameter: Parameter, value: object) -> bool:
    """Whether a value is of the parameter's type as it stands."""
    if isinstance(value, list) and (parameter.array or parameter.rest):
        return all(fits_one(parameter, item) for item in value)
    return fits_one(parameter, value)


def fits_one(parameter: Parameter, value: object) -> bool:
    kind = parameter.kind
    if kind == "object":
        if not parameter.types:
            return True
        return isinstance(value, PSObject) and any(value.type.is_a(name) for name in parameter.types)
    if kind in ("string", "enum"):
        return isinstance(value, str)
    if kind in ("int", "size", "double", "seconds"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in ("bool", "switch"):
        return isinstance(value, bool)
    if kind == "scriptblock":
        return isinstance(value, ScriptBlock)
    if kind == "hashtable":
        return isinstance(value, Hashtable)
    if kind == "timespan":
        return isinstance(value, TimeSpan)
    return True


def convert(parameter: Parameter, value: object, span: Span | None = None) -> object:
    """The value as the cmdlet receives it. Raises BindingError."""
    if value is NOTHING:
        value = None
    if parameter.array or parameter.rest:
        items = value if isinstance(value, list) else [value]
        if not items and parameter.mandatory:
            raise _empty(parameter, span, "an empty array", "EmptyArray")
        return [_convert_one(parameter, item, span) for item in items]
    if isinstance(value, list) and parameter.kind not in ("object", "property"):
        if parameter.kind == "string" and len(value) != 1:
            raise _cannot(parameter, value, span)
        if len(value) != 1:
            raise _cannot(parameter, value, span)
        value = value[0]
    return _convert_one(parameter, value, span)


def _convert_one(parameter: Parameter, value: object, span: Span | None) -> object:
    kind = parameter.kind
    if value is None and kind not in ("object", "property", "bool", "switch"):
        if parameter.mandatory and not parameter.allow_null:
            raise _empty(parameter, span, "null", "NullNotAllowed" if kind != "string" else "EmptyString")
        if kind not in ("int", "double", "size"):
            return "" if kind == "string" else None
        value = 0  # as .NET makes a number of nothing
    try:
        result = _CONVERTERS[kind](parameter, value)
    except BindingError as error:
        error.span = error.span or span
        raise
    except CmdletError as error:
        raise BindingError(
            f"Cannot bind parameter '{parameter.name}'. {error.message}",
            "CannotConvertArgumentNoMessage",
            span,
        ) from None
    if parameter.minimum is not None or parameter.maximum is not None:
        _check_range(parameter, result, span)
    if kind == "string" and parameter.values is not None:
        return _validate_set(parameter, to_text(result), span)
    if kind == "string" and result == "" and parameter.mandatory and not parameter.allow_null:
        raise _empty(parameter, span, "an empty string", "EmptyString")
    return result


def _empty(parameter: Parameter, span: Span | None, what: str, kind: str) -> BindingError:
    if what == "null":
        return BindingError(
            f"Cannot bind argument to parameter '{parameter.name}' because it is null.",
            "ParameterArgumentValidationErrorNullNotAllowed",
            span,
        )
    return BindingError(
        f"Cannot bind argument to parameter '{parameter.name}' because it is {what}.",
        f"ParameterArgumentValidationError{kind}NotAllowed",
        span,
    )


def _cannot(parameter: Parameter, value: object, span: Span | None) -> BindingError:
    return BindingError(
        f"Cannot convert '{type_of(value)}' to the type '{parameter.clr_type}' required by parameter "
        f"'{parameter.name}'. Specified method is not supported.",
        "CannotConvertArgument",
        span,
    )


def _check_range(parameter: Parameter, value: object, span: Span | None) -> None:
    for item in to_list(value):
        if not isinstance(item, (int, float)) or isinstance(item, bool):
            continue
        low, high = parameter.minimum, parameter.maximum
        factor = NS_PER_SECOND if parameter.kind == "seconds" else 1
        if low is not None and item < low * factor:
            side, limit, word = "less", low, "minimum"
        elif high is not None and item > high * factor:
            side, limit, word = "greater", high, "maximum"
        else:
            continue
        shown = item // factor if factor != 1 else item
        raise BindingError(
            f"Cannot validate argument on parameter '{parameter.name}'. The {shown} argument is {side} "
            "than the "
            f"{word} allowed range of {limit}. Supply an argument that is "
            f"{'greater' if side == 'less' else 'less'} "
            f"than or equal to {limit} and then try the command again.",
            "ParameterArgumentValidationError",
            span,
        )


def _validate_set(parameter: Parameter, text: str, span: Span | None) -> str:
    values = parameter.values or ()
    for value in values:
        if value.lower() == text.lower():
            return value
    raise BindingError(
        f"Cannot validate argument on parameter '{parameter.name}'. The argument \"{text}\" does not "
        "belong to the "
        f'set "{",".join(values)}" specified by the ValidateSet attribute. Supply an argument that is in '
        "the set "
        "and then try the command again.",
        "ParameterArgumentValidationError",
        span,
        _near(parameter, text),
    )


def _near(parameter: Parameter, text: str) -> tuple[str, dict[str, object]] | None:
    for value, message in parameter.told:
        if value.lower() == text.lower():
            return message, {"value": value}
    folded = {value.lower(): value for value in parameter.values or ()}
    suggestion = nearest(text, folded)
    if suggestion is None:
        return None
    return (
        "console.did_you_mean_value",
        {"parameter": parameter.name, "value": text, "suggestion": suggestion},
    )


def _string(parameter: Parameter, value: object) -> object:
    return to_text(value)


def _integer(parameter: Parameter, value: object) -> object:
    target = "System.Int64" if parameter.kind == "size" else "System.Int32"
    return to_int(plain(value), target)


def _double(parameter: Parameter, value: object) -> object:
    return cast(plain(value), "System.Double")


def _seconds(parameter: Parameter, value: object) -> object:
    if isinstance(value, TimeSpan):
        return value.nanoseconds
    number = number_or_none(value)
    if number is None:
        raise bad_conversion(value, "System.Double")
    return seconds_to_ns(number)


def _timespan(parameter: Parameter, value: object) -> object:
    """Where a time is asked for, a bare number is seconds: as in -Timeout and its like."""
    if isinstance(value, str) and ":" in value:
        return to_timespan(value)
    return value if isinstance(value, TimeSpan) else TimeSpan(_seconds(parameter, value))  # type: ignore[arg-type]


def _bool(parameter: Parameter, value: object) -> object:
    if isinstance(value, str):
        raise BindingError(
            f"Cannot process argument transformation on parameter '{parameter.name}'. Cannot convert value "
            f'"{value}" to type "System.Boolean". Boolean parameters accept only Boolean values and '
            "numbers, such "
            "as $True, $False, 1 or 0.",
            "ParameterArgumentTransformationError",
        )
    return to_bool(plain(value))


def _enum(parameter: Parameter, value: object) -> object:
    values = parameter.values or ()
    if isinstance(value, EnumValue):
        text = value.name
    elif isinstance(value, BareNumber):
        text = value.text
    else:
        text = to_text(value).strip()
    folded = text.lower()
    if parameter.type_name == PREFERENCE and folded in ("0", "1", "2", "3", "4"):
        return values[int(folded)]
    for name in values:
        if name.lower() == folded:
            return name
    starting = [name for name in values if folded and name.lower().startswith(folded)]
    if len(starting) == 1:
        return starting[0]
    target = parameter.type_name or "System.Enum"
    raise BindingError(
        f'Cannot bind parameter \'{parameter.name}\'. Cannot convert value "{text}" to type "{target}". '
        "Error: "
        f'"Unable to match the identifier name {text} to a valid enumerator name. Specify one of the '
        "following "
        f'enumerator names and try again:\n{", ".join(values)}"',
        "CannotConvertArgumentNoMessage",
        explain=_near(parameter, text),
    )


def _block(parameter: Parameter, value: object) -> object:
    if isinstance(value, ScriptBlock):
        return value
    raise bad_conversion(value, parameter.clr_type)


def _table(parameter: Parameter, value: object) -> object:
    if isinstance(value, Hashtable):
        return value
    raise bad_conversion(value, parameter.clr_type)


def _object(parameter: Parameter, value: object) -> object:
    value = plain(value)
    if parameter.types and not fits_one(parameter, value):
        raise bad_conversion(value, parameter.clr_type)
    return value


def _property(parameter: Parameter, value: object) -> object:
    if isinstance(value, (ScriptBlock, Hashtable)):
        return value
    return to_text(value)


_CONVERTERS: dict[str, Callable[[Parameter, object], object]] = {
    "string": _string,
    "int": _integer,
    "size": _integer,
    "double": _double,
    "seconds": _seconds,
    "timespan": _timespan,
    "bool": _bool,
    "switch": _bool,
    "enum": _enum,
    "scriptblock": _block,
    "hashtable": _table,
    "object": _object,
    "property": _property,
}
