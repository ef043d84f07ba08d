"""The methods of ArrayList and List[…]: each is (fewest arguments, most arguments, code)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from hvlab.console import limits
from hvlab.console.collections import ArrayList, GenericList
from hvlab.console.convert import NOTHING, to_int, to_list
from hvlab.console.errors import fault
from hvlab.console.operators import compare, equal

if TYPE_CHECKING:
    from hvlab.console.runtime import Runtime

Code = Callable[["Runtime", Any, list[Any]], object]


def _place(value: ArrayList, index: object, last: int) -> int:
    number = to_int(index)
    if not 0 <= number < last:
        raise fault(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            "ArgumentOutOfRangeException",
        )
    return number


def _add(runtime: Runtime, value: ArrayList, arguments: list[object]) -> object:
    limits.check_count(len(value) + 1)
    value.append(arguments[0])
    return NOTHING if isinstance(value, GenericList) else len(value) - 1


def _add_range(runtime: Runtime, value: ArrayList, arguments: list[object]) -> object:
    more = to_list(arguments[0])
    limits.check_count(len(value) + len(more))
    runtime.charge(len(more))
    value += more
    return NOTHING


def _insert(runtime: Runtime, value: ArrayList, arguments: list[object]) -> object:
    limits.check_count(len(value) + 1)
    value.insert(_place(value, arguments[0], len(value) + 1), arguments[1])
    return NOTHING


def _find(value: ArrayList, wanted: object) -> int:
    return next((index for index, item in enumerate(value) if equal(item, wanted, True)), -1)


def _remove(runtime: Runtime, value: ArrayList, arguments: list[object]) -> object:
    index = _find(value, arguments[0])
    if index >= 0:
        del value[index]
    return NOTHING


def _remove_at(runtime: Runtime, value: ArrayList, arguments: list[object]) -> object:
    del value[_place(value, arguments[0], len(value))]
    return NOTHING


def _clear(runtime: Runtime, value: ArrayList, arguments: list[object]) -> object:
    value.clear()
    return NOTHING


def _sort(runtime: Runtime, value: ArrayList, arguments: list[object]) -> object:
    runtime.charge(4 * len(value))
    value.sort(key=cmp_to_key(compare))
    return NOTHING


def _reverse(runtime: Runtime, value: ArrayList, arguments: list[object]) -> object:
    runtime.charge(len(value))
    value.reverse()
    return NOTHING


METHODS: dict[str, tuple[int, int, Code]] = {
    "add": (1, 1, _add),
    "addrange": (1, 1, _add_range),
    "insert": (2, 2, _insert),
    "remove": (1, 1, _remove),
    "removeat": (1, 1, _remove_at),
    "clear": (0, 0, _clear),
    "sort": (0, 0, _sort),
    "reverse": (0, 0, _reverse),
    "contains": (1, 1, lambda runtime, value, arguments: _find(value, arguments[0]) >= 0),
    "indexof": (1, 1, lambda runtime, value, arguments: _find(value, arguments[0])),
    "toarray": (0, 0, lambda runtime, value, arguments: list(value)),
}
