"""State as data: how a component's state is copied for a snapshot and spelled for a digest.

State may be made of None, booleans, integers, strings, bytes, bytearrays, UUIDs, lists,
tuples, dicts, dataclasses of these, named tuples of what cannot change, and of objects that bring their own
`copy_state()` and `digest_state()` (pages and files, which share what did not
change). Floats, sets, functions and references to components are refused.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Collection
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import Any, cast

from hvlab.kernel.copying import UNCHANGING, write_copier

_ATOMS = frozenset({type(None), bool, int, str, bytes})
_all_unchanging = UNCHANGING.issuperset
_ONLY_TUPLES = frozenset({tuple})
_FIELDS: dict[type, tuple[str, ...]] = {}


def field_names(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's or a named tuple's fields, looked up once a class."""
    names = _FIELDS.get(kind)
    if names is None and issubclass(kind, tuple):
        names = _FIELDS[kind] = kind._fields  # type: ignore[attr-defined]
    elif names is None:
        names = _FIELDS[kind] = tuple(field.name for field in fields(kind))
    return names


def copy_state(value: Any) -> Any:
    """A copy that shares nothing changeable with the original."""
    kind = type(value)
    if kind in UNCHANGING:
        return value
    copier = _COPIERS.get(kind)
    if copier is None:
        copier = _COPIERS[kind] = _copier_of(kind)
    return copier(value)


# Snapshots are taken while a session runs, so each kind's way of copying is looked up once, and
# what cannot change is recognised before a call is spent on it.


def _all_fixed(values: Collection[Any]) -> bool:
    """Whether nothing in it can change: atoms, or (as in a thread's program) tuples of them."""
    if _all_unchanging(map(type, values)):
        return True
    return _ONLY_TUPLES.issuperset(map(type, values)) and _all_unchanging(
        map(type, chain.from_iterable(values))
    )


def _copy_list(value: list[Any]) -> list[Any]:
    if _all_fixed(value):
        return value.copy()
    return [item if type(item) in UNCHANGING else copy_state(item) for item in value]


def _copy_dict(value: dict[Any, Any]) -> dict[Any, Any]:
    if _all_fixed(value.values()):
        return value.copy()
    return {key: item if type(item) in UNCHANGING else copy_state(item) for key, item in value.items()}


def _copy_tuple(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if _all_unchanging(map(type, value)):
        return value
    return tuple([copy_state(item) for item in value])


def _same(value: Any) -> Any:
    return value


def _copier_of(kind: type) -> Callable[[Any], Any]:
    """How values of this type are copied. TypeError if they may not be in a component's state."""
    own = getattr(kind, "copy_state", None)
    if own is not None:
        return cast(Callable[[Any], Any], own)
    if is_dataclass(kind):
        frozen: bool = kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
        return _same if frozen else write_copier(kind, copy_state, _copier_within)
    if issubclass(kind, enum.Enum) or _is_named_tuple(kind):
        return _same
    raise TypeError(f"{kind.__qualname__} is not allowed in a component's state")


_BEING_WRITTEN: list[type] = []


def _copier_within(kind: type) -> Callable[[Any], Any] | None:
    """The copier of a class that another one holds; None if that is the one just being written."""
    copier = _COPIERS.get(kind)
    if copier is None and kind not in _BEING_WRITTEN:
        _BEING_WRITTEN.append(kind)
        copier = _COPIERS[kind] = _copier_of(kind)
        _BEING_WRITTEN.remove(kind)
    return copier


def _is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and hasattr(kind, "_fields")


_COPIERS: dict[type, Callable[[Any], Any]] = {
    list: _copy_list,
    dict: _copy_dict,
    tuple: _copy_tuple,
    bytearray: bytearray,
}


def plain(value: Any) -> Any:
    """The same value made of None, bool, int, str, bytes and lists only, for the canonical encoding.

    Dicts become lists of pairs sorted by key, so the order of insertion does not matter;
    a dataclass or a named tuple becomes its name and its fields in order.
    """
    kind = type(value)
    if kind is int and not -(1 << 63) <= value < 1 << 64:
        return ["int", str(value)]
    if kind in _ATOMS:
        return value
    if kind is list or kind is tuple:
        return [plain(item) for item in value]
    if kind is dict:
        pairs = sorted(value.items(), key=lambda pair: (type(pair[0]).__name__, pair[0]))
        return [[plain(key), plain(item)] for key, item in pairs]
    if kind is bytearray:
        return bytes(value)
    if kind is uuid.UUID:
        return ["uuid", value.bytes]
    own = getattr(value, "digest_state", None)
    if own is not None:
        return plain(own())
    if is_dataclass(kind) or _is_named_tuple(kind):
        return [kind.__name__, *(plain(getattr(value, name)) for name in field_names(kind))]
    if isinstance(value, enum.Enum):
        return [kind.__name__, plain(value.value)]
    raise TypeError(f"{kind.__qualname__} is not allowed in a component's state")
