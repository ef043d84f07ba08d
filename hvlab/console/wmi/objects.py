"""Instances of WMI as objects of the console: their properties, the system's own ones, and their methods."""

from __future__ import annotations

from functools import cache

from hvlab.console.objects import Method, ObjectType, PSObject
from hvlab.console.wmi.methods import METHODS, WmiMethod, call_method
from hvlab.console.wmi.model import SYSTEM_PROPERTIES, Instance, WmiClass

_SHOWN = ("CLASS", "SUPERCLASS", "RELPATH", "NAMESPACE", "SERVER", "PATH", "DERIVATION")


@cache
def type_of(kind: WmiClass) -> ObjectType:
    """The type of a class's objects: the same for every lab."""
    system = {f"__{name}": SYSTEM_PROPERTIES[f"__{name.casefold()}"] for name in _SHOWN}
    return ObjectType(
        f"System.Management.ManagementObject#root\\virtualization\\{kind.name}",
        {**system, **kind.properties},
        default_view="list",
        list_columns=tuple(kind.properties),
        text=lambda instance: instance.path,
        key="__PATH",
        methods={name: Method(_caller(method)) for name, method in METHODS.get(kind.name, {}).items()},
    )


def object_of(instance: Instance) -> PSObject:
    """The console's object."""
    return type_of(instance.kind).of(instance)


def _caller(method: WmiMethod):  # type: ignore[no-untyped-def]
    def run(instance: Instance, arguments: list[object]) -> object:
        return call_method(instance, method, dict(zip(method.arguments, arguments, strict=False)))

    return run
