"""Arguments to parameters: names, abbreviations, positions, parameter sets, pipeline input.

Pure: knows cmdlets and values, and nothing of the evaluator. Every refusal is PowerShell's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from hvlab.console.arguments import PREFERENCE, BindingError, convert, fits
from hvlab.console.cmdlets import Args, Cmdlet, Parameter
from hvlab.console.convert import (
    plain,
    to_text,
)
from hvlab.console.objects import PSObject
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Span
from hvlab.console.suggest import nearest, nearest_beginning
from hvlab.console.values import EnumValue

# In the order of their numbers: -ErrorAction 0 is a habit many have.
_ACTIONS = ("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore")
COMMON = (
    Parameter("ErrorAction", "enum", aliases=("ea",), values=_ACTIONS, type_name=PREFERENCE),
    Parameter("WarningAction", "enum", aliases=("wa",), values=_ACTIONS, type_name=PREFERENCE),
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
    suggestion = nearest(name, known) or nearest_beginning(name, known)
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


def _unit_apart(value: object) -> tuple[str, dict[str, object]] | None:
    """`5 GB` for `5GB`: what somebody means who leaves a gap before the unit."""
    unit = to_text(value).upper()
    return ("console.unit_apart", {"unit": unit}) if unit in ("KB", "MB", "GB", "TB") else None


# --- the command line --------------------------------------------------------------------------------------


def bind(
    cmdlet: Cmdlet, arguments: Iterable[Argument], *, expects_input: bool, collect_rest: bool = False
) -> Bound:
    """Bind what was typed. With ``expects_input`` what a record can fill may still be open.

    ``collect_rest`` is for simple functions: what fits no parameter becomes ``$args``.
    """
    given = list(arguments)
    shape = (expects_input, collect_rest, *[(a.name, type(a.value), a.attached) for a in given])
    plan: Plan | None = cmdlet.plans.get(shape)
    if plan is not None:
        return plan.bind(cmdlet, given)
    bound = Bound(cmdlet, sets=cmdlet.set_names)
    taken: list[Taken] = []
    positional = _bind_named(bound, given, collect_rest, taken)
    _bind_positional(bound, positional, collect_rest, taken)
    _settle_sets(bound, expects_input)
    plan = _plan(bound, given, taken)
    if plan is not None:
        if len(cmdlet.plans) >= MOST_PLANS:
            cmdlet.plans.clear()
        cmdlet.plans[shape] = plan
    return bound


MOST_PLANS = 64
"""How many shapes of a cmdlet's arguments are remembered."""
Taken = tuple[Parameter, bool, "Argument | None", Argument, int]
"""A parameter that was bound, whether it is a common one, the argument that its value came from (None: a
switch that stands alone), the one that an error points at, and how many arguments that were."""
_SAME = frozenset({type(None), bool, int, float, str})


@dataclass(slots=True)
class Plan:
    """Which argument goes to which parameter.

    That depends on the arguments' names and types and not on their values, so that a loop finds it out once.
    """

    steps: tuple[tuple[str, bool, Parameter | None, int, int], ...]
    """Key, whether it is a common parameter, what converts the value (None: it is taken as it is), the places
    of the argument with the value (-1: a switch that stands alone) and of the one told by an error."""
    sets: tuple[str, ...]

    def bind(self, cmdlet: Cmdlet, arguments: list[Argument]) -> Bound:
        bound = Bound(cmdlet, sets=self.sets)
        for key, common, parameter, place, told in self.steps:
            value = True if place < 0 else arguments[place].value
            if parameter is not None:
                value = convert(parameter, value, arguments[told].span)
            (bound.common if common else bound.values)[key] = value
        return bound


def _plan(bound: Bound, arguments: list[Argument], taken: list[Taken]) -> Plan | None:
    """The plan that led to this, if values of the same types always lead there."""
    if sum(count for *_, count in taken) != len(arguments):
        return None  # something went the long way
    if any(isinstance(argument.value, (list, PSObject)) for argument in arguments):
        return None  # what they hold decides, too
    places = {id(argument): place for place, argument in enumerate(arguments)}
    if any(id(told) not in places for *_, told, _ in taken):
        return None  # a name that no parameter has was taken as a value, as simple functions take it
    steps: list[tuple[str, bool, Parameter | None, int, int]] = []
    for parameter, common, value, told, _ in taken:
        place = -1 if value is None else places[id(value)]
        as_it_is = value is not None and _unchanged(parameter, value.value)
        steps.append(
            (parameter.name.lower(), common, None if as_it_is else parameter, place, places[id(told)])
        )
    return Plan(tuple(steps), bound.sets)


def _unchanged(parameter: Parameter, value: object) -> bool:
    """Whether ``convert`` gives every value of this one's type back as it is."""
    if parameter.array or parameter.rest or parameter.minimum is not None or parameter.maximum is not None:
        return False
    if parameter.kind == "object":
        return not parameter.types and type(value) in _SAME
    return parameter.kind == "scriptblock" and type(value) is ScriptBlock


def _bind_named(
    bound: Bound, arguments: list[Argument], collect_rest: bool, taken: list[Taken]
) -> list[Argument]:
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
        told = argument
        if argument.attached:
            value = argument.value
            taken.append((parameter, common, argument, argument, 1))
        elif parameter.kind == "switch":
            value = True
            taken.append((parameter, common, None, argument, 1))
        elif index < len(arguments) and arguments[index].name is None:
            told = arguments[index]
            value = told.value
            taken.append((parameter, common, told, told, 2))
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
        target[parameter.name.lower()] = convert(parameter, value, told.span)
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


def _bind_positional(bound: Bound, arguments: list[Argument], collect_rest: bool, taken: list[Taken]) -> None:
    cmdlet = bound.cmdlet
    for number, argument in enumerate(arguments):
        free = [
            p
            for key, p in cmdlet.placed
            if key not in bound.values and (not p.sets or any(name in p.sets for name in bound.sets))
        ]
        open_parameters = [p for p in free if not p.rest]
        rest = next((p for p in free if p.rest), None)
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
                _unit_apart(argument.value),
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
            if chosen is not None:
                taken.append((parameter, False, argument, argument, 1))
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
