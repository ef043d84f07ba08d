"""Instances of WMI as objects of the console: their properties, the system's own ones, and their methods."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import groupby
from operator import attrgetter

from hvlab.console.errors import fault
from hvlab.console.objects import CustomFields, Method, ObjectType, Property, PSObject, custom_object
from hvlab.console.wmi import texts
from hvlab.console.wmi.methods import METHODS, WmiMethod, call_method, settings
from hvlab.console.wmi.model import SYSTEM_PROPERTIES, Getter, Instance, WmiClass

_SHOWN = ("CLASS", "SUPERCLASS", "RELPATH", "NAMESPACE", "SERVER", "PATH", "DERIVATION")
PARAMETERS = "System.Management.ManagementBaseObject#\\__PARAMETERS"


@cache
def type_of(kind: WmiClass) -> ObjectType:
    """The type of a class's objects: the same for every lab."""
    system = {f"__{name}": SYSTEM_PROPERTIES[f"__{name.casefold()}"] for name in _SHOWN}
    own: dict[str, Property | Getter] = (
        {name: _editable(name, getter) for name, getter in kind.properties.items()}
        if kind.settings
        else dict(kind.properties)
    )
    methods = METHODS.get(kind.name, {})
    return ObjectType(
        f"System.Management.ManagementObject#root\\virtualization\\{kind.name}",
        {**system, **own},
        default_view="list",
        list_columns=tuple(kind.properties),
        text=lambda instance: instance.path,
        key="__PATH",
        methods={
            **{name: Method(_caller(method)) for name, method in methods.items()},
            **_BASE_METHODS,
        },
    )


def object_of(instance: Instance) -> PSObject:
    """The console's object."""
    return type_of(instance.kind).of(instance)


def objects_of(found: list[Instance]) -> list[object]:
    """The console's objects, of one class after the other."""
    objects: list[object] = []
    for kind, ones in groupby(found, key=attrgetter("kind")):
        objects += map(partial(PSObject, type_of(kind)), ones)
    return objects


def _editable(name: str, getter: Getter) -> Property:
    """A property that can be changed in the object at hand; the world learns of it by a method only."""
    folded = name.casefold()

    def get(instance: Instance) -> object:
        return instance.present(folded, getter)

    return Property(get, "object", lambda instance, value: instance.edit(name, value))


def _caller(method: WmiMethod) -> Callable[[Instance, list[object]], object]:
    def run(instance: Instance, arguments: list[object]) -> object:
        return call_method(instance, method, dict(zip(method.arguments, arguments, strict=False)))

    return run


def _text(instance: Instance, arguments: list[object]) -> object:
    """GetText(0): MOF; 1 and 2: XML."""
    if len(arguments) != 1 or arguments[0] not in (texts.MOF, texts.CIM_XML, texts.WMI_XML):
        raise fault("GetText wants 0 (MOF), 1 or 2 (XML).", "MethodException")
    properties = [(name, instance.read(name)) for name in instance.kind.properties]
    return texts.write(instance.kind.name, properties, int(str(arguments[0])))


def _forget(instance: Instance, arguments: list[object]) -> object:
    """Get(): what was changed locally is forgotten, and the object is what it stands for."""
    instance.edits = None
    return None


def _found(instance: Instance, name: object) -> tuple[str, WmiMethod]:
    methods = METHODS.get(instance.kind.name, {})
    for known, method in methods.items():
        if known.casefold() == str(name).casefold():
            return known, method
    raise fault(f'Invalid method "{name}"', "MethodException")


def _parameters(instance: Instance, arguments: list[object]) -> object:
    """GetMethodParameters(name): an object to be filled in."""
    _, method = _found(instance, arguments[0] if arguments else "")
    return custom_object(dict.fromkeys(method.arguments), type_name=PARAMETERS)


def _invoke(instance: Instance, arguments: list[object]) -> object:
    """InvokeMethod(name, parameters, options): with an object of parameters what comes out, with a list its code."""
    _, method = _found(instance, arguments[0] if arguments else "")
    given = arguments[1] if len(arguments) > 1 else None
    if isinstance(given, PSObject) and isinstance(given.subject, CustomFields):
        table = settings(given)
        return call_method(instance, method, {name: table.get(name.casefold()) for name in method.arguments})
    values = given if isinstance(given, list) else [] if given is None else [given]
    result = call_method(instance, method, dict(zip(method.arguments, values, strict=False)))
    return result.get("ReturnValue")


def _put(instance: Instance, arguments: list[object]) -> object:
    """Put(): the provider of root\\virtualization cannot; what is changed, is handed to a service's method."""
    raise fault(
        'Exception calling "Put" with "0" argument(s): "Provider is not capable of the attempted operation "',
        "MethodInvocationException",
        "NotSpecified",
        explain=("explain.wmi-put", {"kind": instance.kind.name}),
    )


_BASE_METHODS = {
    "GetText": Method(_text, "string GetText(TextFormat format)"),
    "Get": Method(_forget, "void Get()"),
    "Put": Method(_put, "ManagementPath Put()"),
    "GetMethodParameters": Method(_parameters, "ManagementBaseObject GetMethodParameters(string name)"),
    "InvokeMethod": Method(_invoke, "ManagementBaseObject InvokeMethod(string name, parameters, options)"),
    "Clone": Method(lambda instance, arguments: object_of(_copy(instance)), "Object Clone()"),
}


def _copy(instance: Instance) -> Instance:
    twin = Instance(instance.lab, instance.kind, instance.subject, instance.namespace)
    for name, value in instance.edits.items() if instance.edits is not None else ():
        twin.edit(str(name), value)
    return twin
