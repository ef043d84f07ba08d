"""Objects with properties: what cmdlets emit and pipelines carry.

An ``ObjectType`` says which properties there are, how each is read from a Python ``subject``, and how the
objects print. Nothing is copied: a property is read when it is asked for, so ``$vm.State`` follows the
machine. ``custom_object`` makes a free-standing object with fixed values (PSCustomObject).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from hvlab.console.values import DateTime, EnumType, EnumValue, Hashtable, TimeSpan

__all__ = [
    "Column",
    "DateTime",
    "EnumType",
    "EnumValue",
    "Hashtable",
    "Method",
    "ObjectType",
    "PSObject",
    "Property",
    "TimeSpan",
    "custom_object",
]


@dataclass(frozen=True, slots=True)
class Property:
    """A property: how to read it, and (where a script may) how to set it. ``type_name`` is for Get-Member."""

    getter: Callable[[Any], object]
    type_name: str = "object"
    setter: Callable[[Any, object], None] | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A method a script may call: ``run(subject, arguments)``."""

    run: Callable[[Any, list[object]], object]
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a default table: ``value`` names a property or computes from the PSObject."""

    label: str
    value: str | Callable[[PSObject], object] | None = None
    width: int | None = None
    align: Literal["left", "right"] | None = None


class ObjectType:
    """A kind of object.

    ``columns`` is the default table (names of properties or ``Column``); without it, up to four properties
    print as a table and more as a list. ``list_columns`` is what a default list shows, and with
    ``default_view="list"`` that is the default. ``text_property`` is what stands for the object in a string
    and in a ``name``-typed parameter; ``key`` is the property Sort-Object and comparisons use (default: the
    same). ``group_by`` (label, property) heads the rows of a default table with ``   label: value``.
    ``lines`` makes the object a page: it prints as these lines, and no view is built for it.
    ``new`` has shorter ways to some properties, good until the lab changes for the first time after a
    subject was made.
    Property names are matched in any case.
    """

    def __init__(
        self,
        name: str,
        properties: Mapping[str, Property | Callable[[Any], object]],
        *,
        columns: Iterable[str | Column] = (),
        list_columns: Iterable[str | Column] = (),
        default_view: Literal["table", "list"] | None = None,
        text_property: str | None = None,
        text: Callable[[Any], str] | None = None,
        key: str | None = None,
        methods: Mapping[str, Method] | None = None,
        base: tuple[str, ...] = (),
        group_by: tuple[str, str] | None = None,
        lines: Callable[[Any], list[str]] | None = None,
        new: Mapping[str, Callable[[Any], object]] | None = None,
    ) -> None:
        self.name = name
        self.properties: dict[str, Property] = {
            label: item if isinstance(item, Property) else Property(item)
            for label, item in properties.items()
        }
        self.columns = tuple(Column(c) if isinstance(c, str) else c for c in columns)
        self.list_columns = tuple(Column(c) if isinstance(c, str) else c for c in list_columns)
        self.default_view = default_view
        self.text_property = text_property
        self.text = text
        self.key = key or text_property
        self.methods = dict(methods or {})
        self.base = base
        self.group_by = group_by
        self.lines = lines
        self.new = {label.lower(): getter for label, getter in (new or {}).items()}
        self.free_standing = False
        """Whether the properties are the values of a ``CustomFields``, and nothing else."""
        self.getters = {label.lower(): item.getter for label, item in self.properties.items()}
        self._folded: dict[str, str] = {label.lower(): label for label in self.properties}
        self._methods: dict[str, Method] = {label.lower(): item for label, item in self.methods.items()}

    @property
    def short_name(self) -> str:
        return self.name.rsplit(".", 1)[-1]

    def find(self, name: str) -> Property | None:
        label = self._folded.get(name.lower())
        return None if label is None else self.properties[label]

    def label(self, name: str) -> str | None:
        """The property's name as declared, or None."""
        return self._folded.get(name.lower())

    def find_method(self, name: str) -> Method | None:
        return self._methods.get(name.lower())

    def is_a(self, name: str) -> bool:
        """Whether objects of this type pass for ``name`` (full or short name, in any case)."""
        wanted = name.lower()
        return any(
            wanted in (known.lower(), known.rsplit(".", 1)[-1].lower()) for known in (self.name, *self.base)
        )

    def __repr__(self) -> str:
        return f"ObjectType({self.name!r})"

    def of(self, subject: Any) -> PSObject:
        return PSObject(self, subject)


class PSObject:
    """An object of the language: a type and the Python object it reads from.

    ``same_as`` says whether two of them stand for the same thing.
    """

    __slots__ = ("subject", "type")

    def __init__(self, type: ObjectType, subject: Any) -> None:
        self.type = type
        self.subject = subject

    def get(self, name: str) -> object:
        """The property's present value; None where there is no such property."""
        found = self.type.find(name)
        return None if found is None else found.getter(self.subject)

    def has(self, name: str) -> bool:
        return self.type.find(name) is not None

    def names(self) -> list[str]:
        return list(self.type.properties)

    def items(self) -> list[tuple[str, object]]:
        return [(name, item.getter(self.subject)) for name, item in self.type.properties.items()]

    def __repr__(self) -> str:
        return f"PSObject({self.type.name}, {self.subject!r})"

    def same_as(self, other: PSObject) -> bool:
        """Identity of what they stand for: two wrappers of one machine are the same machine."""
        if self.subject is other.subject:
            return True
        key = self.type.key
        return (
            key is not None
            and self.type.name == other.type.name
            and _plain_equal(self.get(key), other.get(key))
        )


def _plain_equal(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return left is not None and type(left) is type(right) and left == right


@dataclass(slots=True, eq=False)
class CustomFields:
    """The subject of a PSCustomObject: its own values."""

    values: dict[str, object] = field(default_factory=dict)


def _reader(name: str) -> Callable[[Any], object]:
    return lambda subject: subject.values[name]


def _writer(name: str) -> Callable[[Any, object], None]:
    def write(subject: Any, value: object) -> None:
        subject.values[name] = value

    return write


def custom_object(
    fields: Mapping[str, object] | None = None, /, type_name: str = "PSCustomObject", **more: object
) -> PSObject:
    """A free-standing object with these properties, in this order."""
    values = {**(fields or {}), **more}
    return PSObject(custom_type(type_name, tuple(values)), CustomFields(values))


@lru_cache(maxsize=512)
def custom_type(type_name: str, names: tuple[str, ...]) -> ObjectType:
    """The type of free-standing objects with these properties."""
    kind = ObjectType(type_name, {name: Property(_reader(name), "object", _writer(name)) for name in names})
    kind.free_standing = True
    return kind
