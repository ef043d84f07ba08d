"""Set-Alias and New-Alias: other names for commands, for as long as the session lasts."""

from __future__ import annotations

from collections.abc import Iterable

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import UTILITY
from hvlab.console.runtime import Runtime


def _define(call: Call, *, replace: bool) -> Iterable[object]:
    runtime = call.runner
    assert isinstance(runtime, Runtime)
    name, value = call.args.Name, call.args.Value
    built_in = call.table.find(name)
    if not replace and (name.lower() in runtime.aliases or built_in is not None):
        raise CmdletError(
            f"The alias is not allowed, because an alias with the name '{name}' already exists.",
            "AliasAlreadyExists",
            "ResourceExists",
            name,
            "String",
            "SessionStateException",
        )
    runtime.aliases[name.lower()] = (name, value)
    return []


def _set(call: Call) -> Iterable[object]:
    return _define(call, replace=True)


def _new(call: Call) -> Iterable[object]:
    return _define(call, replace=bool(call.args.Force))


_PARAMETERS = (
    Parameter("Name", position=0, mandatory=True, pipeline="property"),
    Parameter("Value", position=1, mandatory=True, pipeline="property", completer="cmdlet"),
    Parameter("Force", "switch"),
    Parameter("Scope", hidden=True),
    Parameter("Description", hidden=True),
    Parameter("Option", hidden=True),
)
CMDLETS = (
    Cmdlet("Set-Alias", UTILITY, _PARAMETERS, _set, aliases=("sal",)),
    Cmdlet("New-Alias", UTILITY, _PARAMETERS, _new, aliases=("nal",)),
)
