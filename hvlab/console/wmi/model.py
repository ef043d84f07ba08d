"""What a WMI class and an instance of it are: properties read from the world at the moment they are asked for.

An instance holds no values, only what it stands for. So the objects that a query
gives and those that the cmdlets give are views of the same machine, and follow it.
Settings can be changed locally, as ManagementObjects can: such values are kept in
the instance (`edits`) until they are handed to a method; the world knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hvlab.console.lab import Lab
from hvlab.console.objects import Hashtable
from hvlab.console.wmi.wql import MISSING

V1, V2, CIMV2 = "root\\virtualization", "root\\virtualization\\v2", "root\\cimv2"


@dataclass(frozen=True)
class Blank:
    """What an instance stands for that was made anew (`CreateInstance`): nothing yet."""


@dataclass(slots=True)
class Instance:
    """An object of WMI: its class, what it stands for, and what was changed locally (None: nothing)."""

    lab: Lab
    kind: WmiClass
    subject: Any
    namespace: str = V1
    edits: Hashtable | None = field(default=None, compare=False)

    def read(self, name: str) -> object:
        """A property by its name, in any case; system properties too. MISSING if there is none."""
        folded = name.casefold()
        getter = self.kind.folded.get(folded)
        if getter is not None:
            return getter(self) if self.edits is None else self.present(folded, getter)
        system = SYSTEM_PROPERTIES.get(folded)
        return MISSING if system is None else system(self)

    def present(self, folded: str, getter: Getter) -> object:
        """A property of an instance with local changes, by its name in small letters."""
        if self.edits is not None and folded in self.edits:
            return self.edits[folded]
        return None if isinstance(self.subject, Blank) else getter(self)

    def edit(self, name: str, value: object) -> None:
        """Change a property locally."""
        if self.edits is None:
            self.edits = Hashtable()
        self.edits[name.casefold()] = value

    @property
    def relative_path(self) -> str:
        """Class and keys, as they stand at the end of a path; a new one has no keys yet."""
        if isinstance(self.subject, Blank):
            return self.kind.name
        keys = ",".join(f'{key}="{_in_path(self.read(key))}"' for key in self.kind.keys)
        return f"{self.kind.name}.{keys}"

    @property
    def path(self) -> str:
        """The whole path: server, namespace, class and keys."""
        return f"\\\\{self.lab.computer}\\{self.namespace.upper()}:{self.relative_path}"


Getter = Callable[[Instance], object]


def _in_path(value: object) -> str:
    """A key's value as it stands within quotes."""
    return str(value).replace("\\", "\\\\").replace('"', '\\"')


@dataclass(frozen=True, eq=False)
class WmiClass:
    """A class: what it derives from, its keys, its properties, and its instances in a lab."""

    name: str
    bases: tuple[str, ...]
    keys: tuple[str, ...]
    properties: dict[str, Getter]
    instances: Callable[[Lab], Iterable[Any]]
    """What its instances stand for."""
    namespaces: tuple[str, ...] = (V1, V2)
    settings: bool = False
    """Whether its instances are settings: changed locally, and handed to methods as texts."""
    new: dict[str, Getter] = field(default_factory=dict)
    """Shorter ways to some properties, for instances just made; their names in small letters."""
    folded: dict[str, Getter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folded.update({name.casefold(): getter for name, getter in self.properties.items()})

    def all(self, lab: Lab, namespace: str) -> list[Instance]:
        """Its instances."""
        return [Instance(lab, self, subject, namespace) for subject in self.instances(lab)]

    def reader(self, name: str) -> Getter:
        """Reads a property (in any case, system properties too) of one new instance after the other.

        MISSING if there is none.
        """
        folded = name.casefold()
        getter = self.new.get(folded) or self.folded.get(folded) or SYSTEM_PROPERTIES.get(folded)
        if getter is None:
            return lambda one: MISSING
        return getter

    @property
    def derivation(self) -> list[object]:
        """What it derives from, the nearest first."""
        return list(self.bases)

    def is_a(self, name: str) -> bool:
        """Whether it is that class or derives from it."""
        return name.casefold() in (self.name.casefold(), *(base.casefold() for base in self.bases))


SYSTEM_PROPERTIES: dict[str, Getter] = {
    "__class": lambda one: one.kind.name,
    "__superclass": lambda one: one.kind.bases[0] if one.kind.bases else None,
    "__derivation": lambda one: one.kind.derivation,
    "__relpath": lambda one: one.relative_path,
    "__namespace": lambda one: one.namespace.upper(),
    "__server": lambda one: one.lab.computer,
    "__path": lambda one: one.path,
}
