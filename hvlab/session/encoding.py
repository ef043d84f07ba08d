"""Values as a file can hold them: what the parts of a world and a shell's variables are made of, and back.

A value becomes something that MessagePack can write: what MessagePack knows stands for itself, and
everything else is an array that begins with a number saying what it is. Long byte strings are held once
each, in a table. Reading builds values and calls nothing: a class is found by its name among those of
hvlab that hold data, and its fields are set. What cannot be written is refused (`CannotKeep`), and so is
what cannot be read (`BadState`).
"""

from __future__ import annotations

import enum
import sys
import uuid
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from hvlab.storage.content import CHUNK, FileSource
from hvlab.storage.spill import Spilled

LONG = 256
"""Byte strings of so many bytes are held in the table."""
_ATOMS = frozenset({type(None), bool, int, float, str, bytes})
_atoms_only = _ATOMS.issuperset

LIST, TUPLE, DICT, RECORD, BLOB, UUID, ENUM, BIG, OWN, ATOMS, SOME, SET, NAMED, EXTRA, RUNS, SOURCE = range(
    16
)


class CannotKeep(Exception):
    """A value has no form for a file."""


class BadState(Exception):
    """A file does not hold what it should."""


def class_name(kind: type) -> str:
    """How a class is called in a file."""
    return f"{kind.__module__}:{kind.__qualname__}"


def class_of(name: object) -> type:
    """The class of that name, if it is one of hvlab's and known already. BadState."""
    module, _, path = str(name).partition(":")
    found: Any = sys.modules.get(module) if module.startswith("hvlab.") else None
    for part in path.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type) or class_name(found) != name:
        raise BadState(f"no class {name}")
    return found


def _attributes(value: Any) -> list[str]:
    """The attributes of an object that copies itself (`copy_state`)."""
    slots = [name for owner in type(value).__mro__ for name in getattr(owner, "__slots__", ())]
    return slots or sorted(vars(value))


class Blobs:
    """Long byte strings, each once."""

    def __init__(self) -> None:
        self.all: list[bytes | bytearray] = []
        self._numbers: dict[int, int] = {}

    def number(self, value: bytes | bytearray) -> int:
        """The place of a byte string; one that is new is put at the end."""
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self.all)
            self.all.append(value)  # which keeps its identity its own
        return number


class Runs:
    """The long runs of files' bytes that lie beside memory (`storage.spill`), each once."""

    def __init__(self) -> None:
        self.all: list[Spilled] = []
        self._numbers: dict[int, int] = {}

    def number(self, run: Spilled) -> int:
        """The place of a run; one that is new is put at the end."""
        number = self._numbers.get(id(run))
        if number is None:
            number = self._numbers[id(run)] = len(self.all)
            self.all.append(run)
        return number


class Writer:
    """Writes values; `extra` is asked first about whatever is not plain data: it returns a form, or None."""

    def __init__(
        self,
        extra: Callable[[Any], list[Any] | None] | None = None,
        *,
        blobs: Blobs | None = None,
        runs: Runs | None = None,
    ) -> None:
        self.blobs = blobs or Blobs()
        self.extra = extra
        self.runs = runs
        """Where long runs are noted; None: they are written as the chunks that they stand for."""
        self._classes: dict[type, tuple[str, tuple[str, ...]]] = {}

    def write(self, value: Any) -> Any:
        """The value's form. CannotKeep."""
        kind = type(value)
        if kind in _ATOMS:
            if kind is int and not -(1 << 63) <= value < 1 << 63:
                return [BIG, str(value)]
            return [BLOB, self.blobs.number(value)] if kind is bytes and len(value) >= LONG else value
        if kind is list and self.extra is None:
            if _atoms_only(map(type, value)) and _small(value):
                return [ATOMS, *value]
            return [LIST, *map(self.write, value)]
        if kind is tuple:
            if _atoms_only(map(type, value)) and _small(value):
                return [SOME, *value]
            return [TUPLE, *map(self.write, value)]
        if kind is dict:
            if Spilled in set(map(type, value.values())):
                return self._chunks(value)
            return [DICT, [*map(self.write, value)], [*map(self.write, value.values())]]
        if kind is bytearray:
            return [BLOB, self.blobs.number(value)]
        if kind is uuid.UUID:
            return [UUID, value.bytes]
        return self._other(kind, value)

    def _chunks(self, table: dict[int, Any]) -> Any:
        """A file's chunks some of which lie in runs: those that do not, then (run, its beginning, from, how many)."""
        if self.runs is None:
            whole = {
                number: chunk.read((number - chunk.first) * CHUNK, CHUNK) if type(chunk) is Spilled else chunk
                for number, chunk in table.items()
            }
            return self.write(whole)
        found: list[list[int]] = []
        last: Spilled | None = None
        for number in sorted(number for number, chunk in table.items() if type(chunk) is Spilled):
            chunk = table[number]
            if chunk is last and number == found[-1][2] + found[-1][3]:
                found[-1][3] += 1
            else:
                found.append([self.runs.number(chunk), chunk.first, number, 1])
            last = chunk
        rest = {number: chunk for number, chunk in table.items() if type(chunk) is not Spilled}
        return [RUNS, self.write(rest), found]

    def _other(self, kind: type, value: Any) -> Any:
        if self.extra is not None and (form := self.extra(value)) is not None:
            return form
        if kind is FileSource:  # its bytes lie beside the log already
            return [SOURCE, value.identity]
        if isinstance(value, enum.Enum):
            return [ENUM, class_name(kind), value.name]
        if kind is set or kind is frozenset:
            return [SET, *map(self.write, sorted(value))]
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return [NAMED, class_name(kind), *map(self.write, value)]
        known = self._classes.get(kind)
        if known is None:
            if not kind.__module__.startswith("hvlab.") or "<" in kind.__qualname__:
                raise CannotKeep(class_name(kind))
            if hasattr(kind, "copy_state"):
                own = _attributes(value)
                return [OWN, class_name(kind), own, *[self.write(getattr(value, each)) for each in own]]
            if not is_dataclass(kind):
                raise CannotKeep(class_name(kind))
            known = self._classes[kind] = class_name(kind), tuple(field.name for field in fields(kind))
        name, names = known
        return [RECORD, name, *[self.write(getattr(value, each)) for each in names]]


def _small(values: Iterable[Any]) -> bool:
    """Whether each value stands for itself."""
    for value in values:
        kind = type(value)
        if kind is int and not -(1 << 63) <= value < 1 << 63:
            return False
        if kind is bytes and len(value) >= LONG:
            return False
    return True


class Reader:
    """Reads what a Writer has written; `extra` reads its own forms."""

    def __init__(
        self,
        blobs: list[bytes | bytearray],
        extra: Callable[[list[Any]], Any] | None = None,
        runs: list[Spilled] | None = None,
        source: Callable[[bytes], FileSource] | None = None,
    ) -> None:
        self.blobs = blobs
        self.extra = extra
        self.runs = runs or []
        self.source = source
        """Finds a file that was brought in by the hash of its bytes; BadState."""
        self._classes: dict[str, tuple[type, tuple[str, ...]]] = {}

    def read(self, form: Any) -> Any:
        """The value of a form. BadState, or another error if the form is none."""
        if type(form) is not list:
            return form
        tag = form[0]
        if tag == ATOMS:
            return form[1:]
        if tag == SOME:
            return tuple(form[1:])
        if tag == RECORD:
            return self._record(form)
        if tag == LIST:
            return [self.read(item) for item in form[1:]]
        if tag == TUPLE:
            return tuple([self.read(item) for item in form[1:]])
        if tag == DICT:
            return dict(zip(map(self.read, form[1]), map(self.read, form[2]), strict=True))
        if tag == BLOB:
            return self.blobs[form[1]]
        if tag == UUID:
            return uuid.UUID(bytes=form[1])
        if tag == BIG:
            return int(form[1])
        if tag == OWN:
            return self._own(form)
        if tag == NAMED:
            kind = class_of(form[1])
            if not issubclass(kind, tuple) or len(form) - 2 != len(getattr(kind, "_fields", ())):
                raise BadState(f"{form[1]} is no named tuple of that length")
            return tuple.__new__(kind, map(self.read, form[2:]))
        if tag == SET:
            return set(map(self.read, form[1:]))
        if tag == RUNS:
            return self._chunks(form)
        if tag == SOURCE and self.source is not None:
            return self.source(form[1])
        if tag == ENUM:
            kind = class_of(form[1])
            if not issubclass(kind, enum.Enum):
                raise BadState(f"{form[1]} is no enumeration")
            return kind[form[2]]
        if self.extra is None:
            raise BadState(f"a form {tag}")
        return self.extra(form)

    def _chunks(self, form: list[Any]) -> dict[int, Any]:
        table: dict[int, Any] = self.read(form[1])
        for number, first, begin, count in form[2]:
            run = self.runs[number]
            if run.first != first or not first <= begin <= begin + count <= first + run.length // CHUNK:
                raise BadState("a run that is another")
            table.update(dict.fromkeys(range(begin, begin + count), run))
        return table

    def _record(self, form: list[Any]) -> Any:
        name = form[1]
        known = self._classes.get(name)
        if known is None:
            kind = class_of(name)
            if not is_dataclass(kind):
                raise BadState(f"{name} holds no data")
            known = self._classes[name] = kind, tuple(field.name for field in fields(kind))
        kind, names = known
        if len(form) != len(names) + 2:
            raise BadState(f"{name} has other fields")
        value: Any = object.__new__(kind)
        read, put = self.read, object.__setattr__
        for each, item in zip(names, form[2:], strict=True):
            put(value, each, read(item) if type(item) is list else item)
        return value

    def _own(self, form: list[Any]) -> Any:
        kind = class_of(form[1])
        if not hasattr(kind, "copy_state"):
            raise BadState(f"{form[1]} holds no data")
        value: Any = object.__new__(kind)
        for name, item in zip(form[2], form[3:], strict=True):
            setattr(value, name, self.read(item))
        return value
