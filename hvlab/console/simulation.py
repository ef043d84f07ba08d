"""All cmdlets of the simulation: those of the Hyper-V module, of the host's files and clock, and the lab's own.

A module in `hyperv`, `labmodule`, `management` or `wmi` that has a tuple CMDLETS is found by itself. Those of the
Hyper-V module, and the lab's own about a virtual machine, get -ComputerName here.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache

from hvlab.console import hyperv, labmodule, management, wmi
from hvlab.console.cmdlets import Cmdlet
from hvlab.console.elsewhere import with_computer_name


@cache
def simulation_cmdlets() -> tuple[Cmdlet, ...]:
    """What a session registers beside the general cmdlets, module by module in the order of their names."""
    return tuple(
        cmdlet
        for package in (hyperv, labmodule, management, wmi)
        for cmdlet in _cmdlets(package.__name__, package.__path__)
    )


def _cmdlets(name: str, path: Iterable[str]) -> Iterator[Cmdlet]:
    for module in sorted(pkgutil.iter_modules(path), key=lambda module: module.name):
        for cmdlet in getattr(importlib.import_module(f"{name}.{module.name}"), "CMDLETS", ()):
            yield with_computer_name(cmdlet) if _of_a_host(cmdlet) else cmdlet


_OF_A_HOST = (
    "Restore-LabBackup",
    "Measure-LabUtilization",
    "Add-LabFault",
    "Get-LabFault",
    "Remove-LabFault",
)
"""Those that name no machine and are about a host all the same."""


def _of_a_host(cmdlet: Cmdlet) -> bool:
    """Whether it matters to which host it speaks."""
    about_machine = any(parameter.completer == "vm" for parameter in cmdlet.parameters)
    return cmdlet.module == "Hyper-V" or about_machine or cmdlet.name in _OF_A_HOST
