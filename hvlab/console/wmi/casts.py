"""`[wmi]'path'` and `[wmiclass]'path'`: an object or a class by its path."""

from __future__ import annotations

import re

from hvlab.console.errors import CmdletError
from hvlab.console.lab import Lab
from hvlab.console.objects import Method, ObjectType, PSObject
from hvlab.console.wmi import finding
from hvlab.console.wmi.finding import NotInWmi
from hvlab.console.wmi.model import CIMV2, Blank, Instance, WmiClass
from hvlab.console.wmi.objects import object_of

OBJECT, CLASS = "System.Management.ManagementObject", "System.Management.ManagementClass"
_PATH = re.compile(r'^(?:\\\\(?P<server>[^\\:"]+)\\)?(?:(?P<namespace>[^:."]+):)?(?P<rest>.+)$', re.DOTALL)


def _failed(text: str, target: str, why: str, reason: str, known: str) -> CmdletError:
    return CmdletError(
        f'Cannot convert value "{text}" to type "{target}". Error: "{why}"',
        "InvalidCast",
        "InvalidArgument",
        exception="RuntimeException",
        explain=(f"explain.wmi-{reason}", {"what": text, "known": known}),
    )


def _split(lab: Lab, text: str, target: str) -> tuple[str, str]:
    """The namespace and what comes behind it. CmdletError."""
    match = _PATH.match(text.strip())
    if match is None:
        raise _failed(text, target, "Invalid parameter", "path", "")
    server = match["server"]
    if server not in (None, ".") and server.casefold() not in (lab.computer.casefold(), "localhost"):
        raise _failed(text, target, "The RPC server is unavailable.", "server", lab.computer)
    try:
        namespace = finding.namespace_of(lab, match["namespace"] or CIMV2)
    except NotInWmi:
        known = ", ".join(finding.namespaces(lab))
        raise _failed(text, target, "Invalid namespace", "no-namespace", known) from None
    return namespace, match["rest"]


def to_object(lab: Lab, value: object) -> object:
    """`[wmi]`: the object of a path; an object is its own. CmdletError."""
    if isinstance(value, PSObject) and isinstance(value.subject, Instance):
        return value
    text = str(value)
    namespace, rest = _split(lab, text, OBJECT)
    found = finding.find_path(lab, namespace, rest)
    if found is None:
        known = ", ".join(one.name for one in finding.classes_of(namespace)) or "-"
        raise _failed(text, OBJECT, "Not found", "no-object", known)
    return object_of(found)


def to_class(lab: Lab, value: object) -> object:
    """`[wmiclass]`: a class by its path. CmdletError."""
    if isinstance(value, PSObject) and isinstance(value.subject, ClassOf):
        return value
    text = str(value)
    namespace, rest = _split(lab, text, CLASS)
    try:
        kind = finding.class_of(namespace, rest)
    except NotInWmi:
        known = ", ".join(one.name for one in finding.classes_of(namespace)) or "-"
        raise _failed(text, CLASS, "Not found", "no-class", known) from None
    return MANAGEMENT_CLASS.of(ClassOf(lab, kind, namespace))


class ClassOf:
    """A class in a namespace of a lab."""

    def __init__(self, lab: Lab, kind: WmiClass, namespace: str) -> None:
        self.lab, self.kind, self.namespace = lab, kind, namespace

    def new(self) -> object:
        """An instance that stands for nothing yet."""
        return object_of(Instance(self.lab, self.kind, Blank(), self.namespace))

    def all(self) -> list[object]:
        """Its instances."""
        return [object_of(one) for one in self.kind.all(self.lab, self.namespace)]

    @property
    def path(self) -> str:
        """The whole path."""
        return f"\\\\{self.lab.computer}\\{self.namespace.upper()}:{self.kind.name}"


MANAGEMENT_CLASS = ObjectType(
    CLASS,
    {
        "Name": lambda one: one.kind.name,
        "__CLASS": lambda one: one.kind.name,
        "__DERIVATION": lambda one: one.kind.derivation,
        "__NAMESPACE": lambda one: one.namespace.upper(),
        "__PATH": lambda one: one.path,
        "Properties": lambda one: list(one.kind.properties),
    },
    columns=("Name", "Properties"),
    text=lambda one: one.path,
    key="__PATH",
    methods={
        "CreateInstance": Method(lambda one, arguments: one.new()),
        "GetInstances": Method(lambda one, arguments: one.all()),
    },
)
CASTS = {OBJECT: to_object, CLASS: to_class}
"""By the full name of the type."""
