"""How a dataclass that belongs to a component's state is copied: a function written for it from its annotations.

Snapshots are taken while a session runs, and most of what they cost is looking at one value after
the other to see whether it could change. The annotations say so once for all (they are
checked by mypy, and a snapshot that shared too much would show in a digest): what is declared as
unchanging is taken over, a list or dict of such things is copied whole, and only for the rest
is the value itself asked (`copy_state`). `dataclasses` writes its own functions in the same manner.
"""

from __future__ import annotations

import enum
import inspect
import sys
import types
import typing
import uuid
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, cast

Copier = Callable[[Any], Any]

UNCHANGING = frozenset({type(None), bool, int, str, bytes, uuid.UUID})
"""The types of values that cannot change."""


def write_copier(kind: type, copy_state: Copier, copier_of: Callable[[type], Copier | None]) -> Copier:
    """A function that copies values of exactly this dataclass; it must not be a frozen one.

    `copier_of` gives the copiers of the dataclasses in it, or None for one that is just being written.
    """
    space: dict[str, Any] = {
        "new": kind.__new__,
        "kind": kind,
        "copy_state": copy_state,
        "copy_any": lambda value: value if type(value) in UNCHANGING else copy_state(value),
    }

    def within(annotation: type, name: str) -> str:
        copier = copier_of(annotation)
        if copier is None:
            return f"copy_state({name})"
        number = len(space)
        space[f"kind_{number}"], space[f"copy_{number}"] = annotation, copier
        return f"(copy_{number}({name}) if type({name}) is kind_{number} else copy_state({name}))"

    lines = ["def copier(value):", " twin = new(kind)"]
    for field in fields(kind):
        copied = _copied(_annotation(kind, field.name), f"value.{field.name}", 0, within)
        lines.append(f" twin.{field.name} = {copied}")
    lines.append(" return twin")
    exec(compile("\n".join(lines), f"<copier of {kind.__qualname__}>", "exec"), space)  # noqa: S102 - made of the names of fields alone
    return cast(Copier, space["copier"])


def _annotation(kind: type, name: str) -> Any:
    """A field's type; Any where it cannot be told (a name that only type checkers see)."""
    for owner in kind.__mro__:
        written = inspect.get_annotations(owner).get(name)
        if isinstance(written, str):
            try:
                return eval(written, vars(sys.modules[owner.__module__]))  # noqa: S307 - our own annotation
            except (NameError, TypeError, AttributeError):
                return Any
        if written is not None:
            return written
    return Any


def _copied(annotation: Any, name: str, depth: int, within: Callable[[type, str], str]) -> str:
    """An expression for the copy of the value behind `name`, which is `name` itself where nothing can change."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if _is_unchanging(annotation):
        return name
    if origin in (types.UnionType, typing.Union):
        rest = [part for part in arguments if part is not type(None)]
        if len(rest) == 1 and len(arguments) == 2:
            return f"(None if {name} is None else {_copied(rest[0], name, depth, within)})"
    inner = f"item{depth}"
    if origin is list and len(arguments) == 1:
        copied = _copied(arguments[0], inner, depth + 1, within)
        return f"{name}.copy()" if copied == inner else f"[{copied} for {inner} in {name}]"
    if origin is dict and len(arguments) == 2 and _is_unchanging(arguments[0]):
        copied = _copied(arguments[1], inner, depth + 1, within)
        if copied == inner:
            return f"{name}.copy()"
        return f"{{key{depth}: {copied} for key{depth}, {inner} in {name}.items()}}"
    if origin is tuple and Ellipsis not in arguments:
        parts = [_copied(part, f"{name}[{place}]", depth, within) for place, part in enumerate(arguments)]
        return f"({', '.join(parts)},)"
    if annotation is bytearray:
        return f"bytearray({name})"
    if isinstance(annotation, type) and (is_dataclass(annotation) or hasattr(annotation, "copy_state")):
        return within(annotation, name)
    return f"copy_any({name})"


def _is_unchanging(annotation: Any) -> bool:
    """Whether values of a type hold nothing that could change."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is None or annotation in UNCHANGING or origin is typing.Literal:
        return True
    if origin in (types.UnionType, typing.Union):
        return all(_is_unchanging(part) for part in arguments)
    if origin is tuple:
        return all(part is Ellipsis or _is_unchanging(part) for part in arguments)
    if not isinstance(annotation, type) or hasattr(annotation, "copy_state"):
        return False
    if issubclass(annotation, enum.Enum) or (
        issubclass(annotation, tuple) and hasattr(annotation, "_fields")
    ):
        return True
    return is_dataclass(annotation) and bool(annotation.__dataclass_params__.frozen)  # type: ignore[attr-defined]
