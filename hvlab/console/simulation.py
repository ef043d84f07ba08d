"""All cmdlets of the simulation: those of the Hyper-V module, of the host's files and clock, and the lab's own.

A module in `hyperv`, `labmodule` or `management` that has a tuple CMDLETS is found by itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache

from hvlab.console import hyperv, labmodule, management
from hvlab.console.cmdlets import Cmdlet


@cache
def simulation_cmdlets() -> tuple[Cmdlet, ...]:
    """What a session registers beside the general cmdlets, module by module in the order of their names."""
    return tuple(
        cmdlet
        for package in (hyperv, labmodule, management)
        for cmdlet in _cmdlets(package.__name__, package.__path__)
    )


def _cmdlets(name: str, path: Iterable[str]) -> Iterator[Cmdlet]:
    for module in sorted(pkgutil.iter_modules(path), key=lambda module: module.name):
        yield from getattr(importlib.import_module(f"{name}.{module.name}"), "CMDLETS", ())
