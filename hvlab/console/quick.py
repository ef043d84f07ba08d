"""Short ways for the commonest shapes of expressions: whole numbers, and plain variables.

Each returns a closure that settles the common case by itself and hands everything else to the general
one (``slow``), which alone knows PowerShell's rules and errors. Nothing here may decide what an operator
means; a shape may only be faster, never different.
"""

from __future__ import annotations

import operator as python_operator
from collections.abc import Callable

from hvlab.console.cmdlets import Emit
from hvlab.console.convert import to_bool
from hvlab.console.runtime import Expression, Scope, Statement
from hvlab.console.syntax import Constant, Node, Paren, Variable

_MISSING = object()
_SPECIAL = frozenset(("true", "false", "null", "?", "error"))

Slow = Callable[[object, object], object]
Write = Callable[[Scope, object], None]
_Range = tuple[int, int]


class Native:
    """An operator on whole numbers, and the operands for which Python's answer is PowerShell's."""

    def __init__(self, action: Callable[[int, int], object], left: _Range, right: _Range) -> None:
        self.action = action
        self.left = left
        self.right = right


def _quotient(first: int, second: int) -> int | float:
    """A division that comes out even stays whole."""
    whole, rest = divmod(first, second)
    return first / second if rest else whole


_WIDE = (-(1 << 40), 1 << 40)
_NARROW = (-(1 << 24), 1 << 24)
#: The ways of whole numbers, up to where PowerShell's own integers would behave differently. The rest
#: of a division has the dividend's sign there, and the divisor's here: so neither may be negative.
NATIVE: dict[str, Native] = {
    "+": Native(python_operator.add, _WIDE, _WIDE),
    "-": Native(python_operator.sub, _WIDE, _WIDE),
    "*": Native(python_operator.mul, _NARROW, _NARROW),
    "%": Native(python_operator.mod, (-1, 1 << 40), (0, 1 << 40)),
    "/": Native(_quotient, _WIDE, (0, 1 << 40)),
}
_ALL = (-(1 << 63), 1 << 63)
NATIVE_TESTS: dict[str, Native] = {
    "eq": Native(python_operator.eq, _ALL, _ALL),
    "ne": Native(python_operator.ne, _ALL, _ALL),
    "gt": Native(python_operator.gt, _ALL, _ALL),
    "ge": Native(python_operator.ge, _ALL, _ALL),
    "lt": Native(python_operator.lt, _ALL, _ALL),
    "le": Native(python_operator.le, _ALL, _ALL),
}


def plain_variable(node: Node) -> str | None:
    """The key of a variable without a scope and without a meaning of its own; None for anything else."""
    if not isinstance(node, Variable) or node.scope not in ("", "local", "private", "variable"):
        return None
    name = node.name.lower()
    if name in _SPECIAL:
        return None
    return "_" if name == "psitem" else name


def reader(name: str) -> Expression:
    """A variable's value, from the nearest scope that has one."""

    def read(scope: Scope) -> object:
        value = scope.variables.get(name, _MISSING)
        if value is not _MISSING:
            return value
        return scope.get(name)

    return read


def member(name: str, property_of: Callable[[object], object]) -> Expression:
    """``$_.Name``: a property of a plain variable."""

    def read(scope: Scope) -> object:
        value = scope.variables.get(name, _MISSING)
        return property_of(scope.get(name) if value is _MISSING else value)

    return read


def condition(test: Expression) -> Callable[[Scope], bool]:
    """Whether an expression is true, by PowerShell's idea of it."""

    def holds(scope: Scope) -> bool:
        value = test(scope)
        return value if value is True or value is False else to_bool(value)

    return holds


def whole_number(node: Node) -> int | None:
    """A constant's value where it is a whole number."""
    while isinstance(node, Paren) and isinstance(node.body, Constant):
        node = node.body
    if isinstance(node, Constant) and type(node.value) is int:
        return node.value
    return None


def binary(
    native: Native, nodes: tuple[Node, Node], sides: tuple[Expression, Expression], slow: Slow
) -> Expression:
    """An operator on two operands: ``sides`` are their closures, ``nodes`` what was written."""
    number, name = whole_number(nodes[1]), plain_variable(nodes[0])
    if number is not None and native.right[0] < number < native.right[1]:
        if name is not None:
            return _variable_and_number(native, name, number, slow)
        return _value_and_number(native, sides[0], number, slow)
    return _two_values(native, sides, slow)


def text_test(left: Expression, text: str, wanted: bool, slow: Slow) -> Expression:
    """``… -eq 'Off'`` in any case (``wanted`` is False for -ne)."""
    folded = text.lower()

    def run(scope: Scope) -> object:
        value = left(scope)
        if type(value) is str:
            return (value.lower() == folded) is wanted
        return slow(value, text)

    return run


def emitting(value: Expression) -> Statement:
    """A value as a statement's output: an array goes out element by element."""

    def run(scope: Scope, emit: Emit) -> None:
        result = value(scope)
        if isinstance(result, list):
            for item in result:
                emit(item)
        else:
            emit(result)

    return run


def _variable_and_number(native: Native, name: str, number: int, slow: Slow) -> Expression:
    action, (low, high) = native.action, native.left

    def run(scope: Scope) -> object:
        value = scope.variables.get(name, _MISSING)
        if type(value) is int and low < value < high:
            return action(value, number)
        if value is _MISSING:
            value = scope.get(name)
        return slow(value, number)

    return run


def _value_and_number(native: Native, left: Expression, number: int, slow: Slow) -> Expression:
    action, (low, high) = native.action, native.left

    def run(scope: Scope) -> object:
        value = left(scope)
        if type(value) is int and low < value < high:
            return action(value, number)
        return slow(value, number)

    return run


def _two_values(native: Native, sides: tuple[Expression, Expression], slow: Slow) -> Expression:
    left, right = sides
    action, (low, high), (right_low, right_high) = native.action, native.left, native.right

    def run(scope: Scope) -> object:
        first, second = left(scope), right(scope)
        if (
            type(first) is int
            and type(second) is int
            and low < first < high
            and right_low < second < right_high
        ):
            return action(first, second)
        return slow(first, second)

    return run


def update(native: Native, name: str, addend: Expression, slow: Slow, write: Write) -> Statement:
    """``$x += …`` as a statement, for a variable that may have a type of its own (``write`` knows)."""
    action, (low, high), (right_low, right_high) = native.action, native.left, native.right

    def run(scope: Scope, emit: Emit) -> None:
        variables = scope.variables
        before = variables.get(name, _MISSING)
        if before is _MISSING:
            before = scope.get(name)
        more = addend(scope)
        if (
            type(before) is int
            and type(more) is int
            and low < before < high
            and right_low < more < right_high
        ):
            result = action(before, more)
        else:
            result = slow(before, more)
        if scope.casts is None:
            variables[name] = result
        else:
            write(scope, result)

    return run


def store(name: str, value: Expression, write: Write) -> Statement:
    """``$x = …`` as a statement."""

    def run(scope: Scope, emit: Emit) -> None:
        result = value(scope)
        if scope.casts is None:
            scope.variables[name] = result
        else:
            write(scope, result)

    return run


def count(name: str, delta: int, general: Expression) -> Statement:
    """``$i++`` as a statement; ``general`` is the same as an expression, for everything but whole numbers."""
    low, high = _WIDE

    def run(scope: Scope, emit: Emit) -> None:
        variables = scope.variables
        value = variables.get(name)
        if type(value) is int and low < value < high and scope.casts is None:
            variables[name] = value + delta
        else:
            general(scope)

    return run
