"""Expressions that look at nothing but ``$_``, as functions of it: what Where- and ForEach-Object run per record.

As in ``quick``, a shape may only be faster, never different: whatever is not settled here goes to the
general operator, and an expression of any other shape is not taken at all.
"""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console import quick
from hvlab.console.convert import to_bool, to_text
from hvlab.console.members import property_reader
from hvlab.console.syntax import Binary, Constant, ExpressionElement, Member, Node, Paren, Pipeline, Unary

OfItem = Callable[[object], object]


def of_item(node: Node, slow_of: Callable[[Binary], quick.Slow]) -> OfItem | None:
    """The expression's value for a ``$_``; None where it asks for anything else."""
    if isinstance(node, Paren):
        inner = _inside(node)
        return None if inner is None else of_item(inner, slow_of)
    if quick.plain_variable(node) == "_":
        return lambda item: item
    if isinstance(node, Constant):
        value = node.value
        return lambda item: value
    if isinstance(node, Member):
        if node.static or not isinstance(node.name, Constant):
            return None
        read = property_reader(to_text(node.name.value))
        if quick.plain_variable(node.target) == "_":
            return read
        target = of_item(node.target, slow_of)
        return None if target is None else _chained(target, read)
    if isinstance(node, Unary) and node.operator == "not":
        operand = of_item(node.operand, slow_of)
        return None if operand is None else _denied(operand)
    return _binary(node, slow_of) if isinstance(node, Binary) else None


def _inside(node: Paren) -> Node | None:
    """The expression between parentheses, if there is no more than one."""
    body = node.body
    if isinstance(body, Pipeline) and len(body.elements) == 1:
        element = body.elements[0]
        if isinstance(element, ExpressionElement) and not element.redirections:
            return element.expression
    return None


def _chained(target: OfItem, read: OfItem) -> OfItem:
    return lambda item: read(target(item))


def _denied(operand: OfItem) -> OfItem:
    return lambda item: not to_bool(operand(item))


def _binary(node: Binary, slow_of: Callable[[Binary], quick.Slow]) -> OfItem | None:
    operator = node.operator
    left, right = of_item(node.left, slow_of), of_item(node.right, slow_of)
    if left is None or right is None or operator in ("xor", "match", "notmatch"):
        return None  # a match leaves its groups in a variable
    if operator == "and":
        return lambda item: to_bool(left(item)) and to_bool(right(item))
    if operator == "or":
        return lambda item: to_bool(left(item)) or to_bool(right(item))
    slow = slow_of(node)
    if isinstance(node.right, Constant):
        value = node.right.value
        if operator in ("eq", "ne") and node.case != "c" and type(value) is str:
            return _text_test(left, value, operator == "eq", slow)
        native = quick.NATIVE.get(operator) or quick.NATIVE_TESTS.get(operator)
        if native is not None and type(value) is int and native.right[0] < value < native.right[1]:
            return _with_number(left, value, native, slow)
        return lambda item: slow(left(item), value)
    return lambda item: slow(left(item), right(item))


def _text_test(left: OfItem, text: str, wanted: bool, slow: quick.Slow) -> OfItem:
    folded = text.lower()

    def test(item: object) -> object:
        value = left(item)
        if type(value) is str:
            return (value.lower() == folded) is wanted
        return slow(value, text)

    return test


def _with_number(left: OfItem, number: int, native: quick.Native, slow: quick.Slow) -> OfItem:
    action, (low, high) = native.action, native.left

    def run(item: object) -> object:
        value = left(item)
        if type(value) is int and low < value < high:
            return action(value, number)
        return slow(value, number)

    return run
