"""Arguments to parameters: names, abbreviations, positions, parameter sets, conversions, pipeline input.

Pure: knows cmdlets and values, and nothing of the evaluator. Every refusal is PowerShell's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from hvlab.console.cmdlets import Args, Cmdlet, Parameter
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

# In the order of their numbers: -ErrorAction 0 is a habit many have.
_ACTIONS = ("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore")
_PREFERENCE = "System.Management.Automation.ActionPreference"
COMMON = (
    Parameter("ErrorAction", "enum", aliases=("ea",), values=_ACTIONS, type_name=_PREFERENCE),
    Parameter("WarningAction", "enum", aliases=("wa",), values=_ACTIONS, type_name=_PREFERENCE),
    Parameter("Verbose", "switch", aliases=("vb",)),
    Parameter("Debug", "switch", aliases=("db",)),
    Parameter("ErrorVariable", "string", aliases=("ev",)),
    Parameter("WarningVariable", "string", aliases=("wv",)),
    Parameter("OutVariable", "string", aliases=("ov",)),
)
SHOULD_PROCESS = (
    Parameter("WhatIf", "switch", aliases=("wi",)),
    Parameter("Confirm", "switch", aliases=("cf",)),
)


class Argument(NamedTuple):
    """An evaluated argument; ``attached`` when a ``-Name`` came with its value (by colon or splat)."""

    span: Span
    name: str | None = None
    value: object = None
    attached: bool = False


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


def common_parameters(cmdlet: Cmdlet) -> tuple[Parameter, ...]:
    return COMMON + SHOULD_PROCESS if cmdlet.supports_should_process else COMMON


@dataclass(slots=True)
class Bound:
    """What the command line settles; records may settle more."""

    cmdlet: Cmdlet
    values: dict[str, object] = field(default_factory=dict)  # by lower-case name
    common: dict[str, object] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    unbound: list[object] = field(default_factory=list)  # $args of a simple function

    def args(self) -> Args:
        return Args(self.values, self.cmdlet.defaults)


def _in_set(parameter: Parameter, name: str) -> bool:
    return not parameter.sets or name in parameter.sets


def find_parameter(cmdlet: Cmdlet, name: str, span: Span | None = None) -> tuple[Parameter, bool]:
    """By name, alias or unique beginning; and whether it is a common parameter. Raises BindingError."""
    exact = cmdlet.parameter(name)
    if exact is not None:
        return exact, False
    folded = name.lower()
    common = common_parameters(cmdlet)
    for parameter in common:
        if folded == parameter.name.lower() or folded in parameter.aliases:
            return parameter, True
    own = cmdlet.parameters_starting(folded)
    shared = [parameter for parameter in common if parameter.name.lower().startswith(folded)]
    if len(own) == 1 and not shared:
        return own[0], False
    if len(shared) == 1 and not own:
        return shared[0], True
    if own or shared:
        names = " ".join(f"-{parameter.name}" for parameter in (*own, *shared))
        raise BindingError(
            f"Parameter cannot be processed because the parameter name '{name}' is ambiguous. "
            f"Possible matches include: {names}.",
            "AmbiguousParameter",
            span,
        )
    known = {
        parameter.name.lower(): parameter.name for parameter in cmdlet.parameters if not parameter.hidden
    }
    suggestion = nearest(name, known)
    explain: tuple[str, dict[str, object]] | None = None
    if suggestion is not None:
        explain = (
            "console.did_you_mean_parameter",
            {"command": cmdlet.name, "name": name, "suggestion": suggestion},
        )
    raise BindingError(
        f"A parameter cannot be found that matches parameter name '{name}'.",
        "NamedParameterNotFound",
        span,
        explain,
    )


# --- conversion --------------------------------------------------------------------------------------------


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
        return "" if kind == "string" else None
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
    if parameter.type_name == _PREFERENCE and folded in ("0", "1", "2", "3", "4"):
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


# --- the command line --------------------------------------------------------------------------------------


def bind(
    cmdlet: Cmdlet, arguments: Iterable[Argument], *, expects_input: bool, collect_rest: bool = False
) -> Bound:
    """Bind what was typed. With ``expects_input`` what a record can fill may still be open.

    ``collect_rest`` is for simple functions: what fits no parameter becomes ``$args``.
    """
    bound = Bound(cmdlet, sets=cmdlet.set_names)
    positional = _bind_named(bound, list(arguments), collect_rest)
    _bind_positional(bound, positional, collect_rest)
    _settle_sets(bound, expects_input)
    return bound


def _bind_named(bound: Bound, arguments: list[Argument], collect_rest: bool) -> list[Argument]:
    positional: list[Argument] = []
    index = 0
    while index < len(arguments):
        argument = arguments[index]
        index += 1
        if argument.name is None:
            positional.append(argument)
            continue
        try:
            parameter, common = find_parameter(bound.cmdlet, argument.name, argument.span)
        except BindingError:
            if not collect_rest:
                raise
            positional.append(Argument(argument.span, None, "-" + argument.name))
            continue
        if argument.attached:
            value, span = argument.value, argument.span
        elif parameter.kind == "switch":
            value, span = True, argument.span
        elif index < len(arguments) and arguments[index].name is None:
            value, span = arguments[index].value, arguments[index].span
            index += 1
        else:
            raise BindingError(
                f"Missing an argument for parameter '{parameter.name}'. Specify a parameter of type "
                f"'{parameter.clr_type}{'[]' if parameter.array else ''}' and try again.",
                "MissingArgument",
                argument.span,
            )
        target = bound.common if common else bound.values
        if parameter.name.lower() in target:
            raise BindingError(
                f"Cannot bind parameter because parameter '{parameter.name}' is specified more than once. To "
                "provide multiple values to parameters that can accept multiple values, use the array "
                "syntax. "
                'For example, "-parameter value1,value2,value3".',
                "ParameterAlreadyBound",
                argument.span,
            )
        target[parameter.name.lower()] = convert(parameter, value, span)
        if not common:
            _narrow(bound, parameter)
    return positional


def _narrow(bound: Bound, parameter: Parameter) -> None:
    bound.sets = tuple(name for name in bound.sets if _in_set(parameter, name))
    if not bound.sets:
        raise _ambiguous()


def _ambiguous() -> BindingError:
    return BindingError(
        "Parameter set cannot be resolved using the specified named parameters.", "AmbiguousParameterSet"
    )


def _bind_positional(bound: Bound, arguments: list[Argument], collect_rest: bool) -> None:
    cmdlet = bound.cmdlet
    for number, argument in enumerate(arguments):
        open_parameters = [
            p
            for p in cmdlet.parameters
            if p.position is not None
            and not p.rest
            and p.name.lower() not in bound.values
            and any(_in_set(p, name) for name in bound.sets)
        ]
        rest = next(
            (
                p
                for p in cmdlet.parameters
                if p.rest
                and p.name.lower() not in bound.values
                and any(_in_set(p, name) for name in bound.sets)
            ),
            None,
        )
        by_rest = rest is not None and not any(fits(p, plain(argument.value)) for p in open_parameters)
        if not open_parameters or (by_rest and rest is not None and fits(rest, plain(argument.value))):
            if rest is not None:
                values = _flat([given.value for given in arguments[number:]])
                if len(arguments) - number == 1:
                    values = argument.value if isinstance(argument.value, list) else [argument.value]
                bound.values[rest.name.lower()] = convert(rest, values, argument.span)
                _narrow(bound, rest)
                return
            if collect_rest:
                bound.unbound = [plain(given.value) for given in arguments[number:]]
                return
            raise BindingError(
                f"A positional parameter cannot be found that accepts argument '{to_text(argument.value)}'.",
                "PositionalParameterNotFound",
                argument.span,
            )
        lowest = min(p.position for p in open_parameters if p.position is not None)
        candidates = [p for p in open_parameters if p.position == lowest]
        default = cmdlet.default_set
        candidates.sort(key=lambda p: default is None or not _in_set(p, default))
        chosen = next((p for p in candidates if fits(p, plain(argument.value))), None)
        failure: BindingError | None = None
        for parameter in [chosen] if chosen is not None else candidates:
            try:
                value = convert(parameter, argument.value, argument.span)
            except BindingError as error:
                failure = failure or error
                continue
            bound.values[parameter.name.lower()] = value
            _narrow(bound, parameter)
            failure = None
            break
        if failure is not None:
            raise failure


def _missing(bound: Bound, name: str, expects_input: bool) -> list[Parameter]:
    """Mandatory parameters of a set that are open, and that no record can fill."""
    return [
        p
        for p in bound.cmdlet.parameters
        if p.mandatory
        and _in_set(p, name)
        and p.name.lower() not in bound.values
        and not (expects_input and p.pipeline is not None)
    ]


def _settle_sets(bound: Bound, expects_input: bool) -> None:
    """Drop the sets that cannot be meant; at the end of binding exactly one must be left (or the default)."""
    cmdlet = bound.cmdlet
    possible = tuple(name for name in bound.sets if not _missing(bound, name, expects_input))
    if not possible:
        wanted = cmdlet.default_set if cmdlet.default_set in bound.sets else None
        if wanted is None and len(bound.sets) == 1:
            wanted = bound.sets[0]
        if wanted is None:
            missing = [_missing(bound, name, expects_input) for name in bound.sets]
            shared = [p for p in missing[0] if all(p in other for other in missing)]
            if not shared:
                raise _ambiguous()
            names = [p.name for p in shared]
        else:
            names = [p.name for p in _missing(bound, wanted, expects_input)]
        raise missing_mandatory(cmdlet, names)
    bound.sets = possible
    if not expects_input:
        bound.sets = (_choose(bound),)


def missing_mandatory(cmdlet: Cmdlet, names: list[str]) -> BindingError:
    listed = " ".join(names)
    return BindingError(
        f"Cannot process command because of one or more missing mandatory parameters: {listed}.",
        "MissingMandatoryParameter",
        explain=("console.missing_parameter", {"command": cmdlet.name, "parameters": listed}),
    )


def _choose(bound: Bound) -> str:
    if len(bound.sets) == 1:
        return bound.sets[0]
    if bound.cmdlet.default_set in bound.sets:
        return bound.cmdlet.default_set or ""
    if bound.cmdlet.default_set is None and not any(
        p.mandatory and p.sets and any(name in bound.sets for name in p.sets) for p in bound.cmdlet.parameters
    ):
        return bound.sets[0]
    raise _ambiguous()


# --- records -----------------------------------------------------------------------------------------------


def bind_record(bound: Bound, record: object) -> tuple[Args, str]:
    """Arguments for one pipeline record, and the parameter set. Raises BindingError."""
    cmdlet = bound.cmdlet
    open_parameters = [
        p
        for p in cmdlet.parameters
        if p.pipeline is not None
        and p.name.lower() not in bound.values
        and any(_in_set(p, name) for name in bound.sets)
    ]
    work = Bound(cmdlet, dict(bound.values), bound.common, bound.sets)
    done = (
        _record_by_value(work, open_parameters, record, exact=True)
        or _record_by_property(work, open_parameters, record, exact=True)
        or _record_by_value(work, open_parameters, record, exact=False)
        or _record_by_property(work, open_parameters, record, exact=False)
    )
    if not done:
        raise BindingError(
            "The input object cannot be bound to any parameters for the command either because the "
            "command does "
            "not take pipeline input or the input and its properties do not match any of the parameters "
            "that take "
            "pipeline input.",
            "InputObjectNotBound",
            target=record,
        )
    if len(work.values) < len(cmdlet.parameters):
        _record_by_property(work, open_parameters, record, exact=True)
    _settle_sets(work, expects_input=False)
    return work.args(), work.sets[0]


def _record_by_value(bound: Bound, parameters: list[Parameter], record: object, *, exact: bool) -> bool:
    default = bound.cmdlet.default_set
    ordered = sorted(parameters, key=lambda p: default is None or not _in_set(p, default))
    for parameter in ordered:
        if not parameter.by_value or parameter.name.lower() in bound.values:
            continue
        if not any(_in_set(parameter, name) for name in bound.sets):
            continue
        if exact is not fits(parameter, record):
            continue
        text_of_object = not exact and parameter.kind == "string" and isinstance(record, PSObject)
        if text_of_object and any(p.by_property for p in parameters):
            continue  # a property of the right name says more than the object's text
        try:
            value = convert(parameter, record)
        except BindingError:
            if exact:
                raise
            continue
        bound.values[parameter.name.lower()] = value
        bound.sets = tuple(name for name in bound.sets if _in_set(parameter, name))
        return True
    return False


def _record_by_property(bound: Bound, parameters: list[Parameter], record: object, *, exact: bool) -> bool:
    found = False
    for parameter in parameters:
        folded = parameter.name.lower()
        if not parameter.by_property or folded in bound.values:
            continue
        if not any(_in_set(parameter, name) for name in bound.sets):
            continue
        for name in (parameter.name, *parameter.aliases):
            if not isinstance(record, PSObject) or not record.has(name):
                continue
            value = record.get(name)
            if value is None or (
                exact and not fits(parameter, value) and not isinstance(value, (EnumValue, int))
            ):
                continue
            try:
                bound.values[folded] = convert(parameter, value)
            except BindingError:
                if exact:
                    continue
                raise
            bound.sets = tuple(s for s in bound.sets if _in_set(parameter, s))
            found = True
            break
    return found


def _flat(values: list[object]) -> list[object]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]
