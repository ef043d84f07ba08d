"""Import-Module, Get-Module and hostname: what scripts begin with. Every module is loaded from the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import CORE, MANAGEMENT
from hvlab.console.objects import Column, ObjectType, PSObject
from hvlab.console.patterns import like

_ALSO = ("HyperV", "Virtualization")
"""Names under which scripts load a module for Hyper-V; here they are that of the module Hyper-V."""
_SHOWN = 60

MODULE = ObjectType(
    "System.Management.Automation.PSModuleInfo",
    {
        "ModuleType": lambda entry: "Binary",
        "Name": lambda entry: entry[0],
        "ExportedCommands": lambda entry: list(entry[1]),
    },
    columns=(
        Column("ModuleType", width=10),
        Column("Name", width=32),
        Column("ExportedCommands", lambda item: _beginning(item.subject[1])),
    ),
    text_property="Name",
)


def _beginning(names: list[str]) -> str:
    text = ", ".join(names)
    return "{" + (text if len(text) <= _SHOWN else text[:_SHOWN].rpartition(",")[0] + "...") + "}"


def _modules(call: Call) -> dict[str, list[str]]:
    """The commands of each module, by names."""
    found: dict[str, list[str]] = {}
    for cmdlet in call.table:
        found.setdefault(cmdlet.module, []).append(cmdlet.name)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def _get(call: Call) -> Iterator[PSObject]:
    wanted = call.args.Name or ["*"]
    for name, commands in _modules(call).items():
        if any(like(name, pattern) for pattern in wanted):
            yield MODULE.of((name, commands))


def _import(call: Call) -> Iterator[PSObject]:
    for given in call.args.Name:
        name = "Hyper-V" if given.lower() in (other.lower() for other in _ALSO) else given
        found = [module for module in _modules(call).items() if like(module[0], name)]
        if not found:
            call.error(
                CmdletError(
                    f"The specified module '{given}' was not loaded because no valid module file was found in "
                    "any module directory.",
                    "Modules_ModuleNotFound",
                    "ResourceUnavailable",
                    given,
                    "String",
                    "FileNotFoundException",
                    ("console.no_such_module", {"name": given}),
                )
            )
        elif call.args.PassThru:
            yield from (MODULE.of(module) for module in found)


def _hostname(call: Call) -> Iterable[object]:
    return [call.lab.computer]


CMDLETS = (
    Cmdlet(
        "Import-Module",
        CORE,
        (
            Parameter("Name", position=0, mandatory=True, array=True, pipeline="both"),
            Parameter("Force", "switch"),
            Parameter("PassThru", "switch"),
        ),
        _import,
        aliases=("ipmo",),
        read_only=True,
    ),
    Cmdlet(
        "Get-Module",
        CORE,
        (
            Parameter("Name", position=0, array=True, pipeline="value"),
            Parameter("ListAvailable", "switch"),
        ),
        _get,
        aliases=("gmo",),
        read_only=True,
    ),
    Cmdlet("hostname", MANAGEMENT, (), _hostname, read_only=True),
)
