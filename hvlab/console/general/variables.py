"""Get-, Set-, New-, Clear- and Remove-Variable: the shell's own variables as objects."""

from __future__ import annotations

from collections.abc import Iterable

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import UTILITY
from hvlab.console.objects import Column, ObjectType, PSObject
from hvlab.console.patterns import has_wildcard, like
from hvlab.console.runtime import Runtime

VARIABLE = ObjectType(
    "System.Management.Automation.PSVariable",
    {"Name": lambda pair: pair[0], "Value": lambda pair: pair[1]},
    columns=(Column("Name", width=30), "Value"),
    text_property="Name",
    key="Name",
)
_CONSTANT = ("true", "false", "null", "error", "?")


def _variables(call: Call) -> dict[str, object]:
    runner = call.runner
    assert isinstance(runner, Runtime)
    return runner.globals.variables


def _missing(name: str) -> CmdletError:
    return CmdletError(
        f"Cannot find a variable with the name '{name}'.",
        "VariableNotFound",
        "ObjectNotFound",
        name,
        "String",
        "ItemNotFoundException",
    )


def _matching(call: Call) -> list[str]:
    """Names meant by -Name; what is not there is reported."""
    variables = _variables(call)
    found: list[str] = []
    for pattern in call.args.Name or ["*"]:
        if has_wildcard(pattern):
            found += [name for name in sorted(variables) if name != "_" and like(name, pattern)]
        elif pattern.lower() in variables:
            found.append(pattern.lower())
        else:
            call.error(_missing(pattern))
    return found


def _get(call: Call) -> Iterable[PSObject | object]:
    variables = _variables(call)
    for name in _matching(call):
        yield variables[name] if call.args.ValueOnly else VARIABLE.of((name, variables[name]))


def _set(call: Call) -> Iterable[object]:
    for name in call.args.Name:
        if name.lower() in _CONSTANT:
            raise CmdletError(
                f"Cannot overwrite variable {name} because it is read-only or constant.",
                "VariableNotWritable",
                "WriteError",
                name,
                "String",
                "SessionStateUnauthorizedAccessException",
            )
        _variables(call)[name.lower()] = call.args.Value
        if call.args.PassThru:
            yield VARIABLE.of((name, call.args.Value))


def _remove(call: Call) -> None:
    for name in _matching(call):
        del _variables(call)[name]


def _clear(call: Call) -> None:
    for name in _matching(call):
        _variables(call)[name] = None


_NAMES = Parameter("Name", "string", position=0, array=True, pipeline="both", completer="variable")
_NEEDED = Parameter(
    "Name", "string", position=0, mandatory=True, array=True, pipeline="property", completer="variable"
)
_VALUE = Parameter("Value", "object", position=1)

CMDLETS = (
    Cmdlet(
        "Get-Variable",
        UTILITY,
        (_NAMES, Parameter("ValueOnly", "switch")),
        _get,
        aliases=("gv",),
        read_only=True,
    ),
    Cmdlet(
        "Set-Variable",
        UTILITY,
        (_NEEDED, _VALUE, Parameter("PassThru", "switch")),
        _set,
        aliases=("sv", "set"),
    ),
    Cmdlet(
        "New-Variable", UTILITY, (_NEEDED, _VALUE, Parameter("PassThru", "switch")), _set, aliases=("nv",)
    ),
    Cmdlet("Clear-Variable", UTILITY, (_NEEDED,), _clear, aliases=("clv",)),
    Cmdlet("Remove-Variable", UTILITY, (_NEEDED,), _remove, aliases=("rv",)),
)
