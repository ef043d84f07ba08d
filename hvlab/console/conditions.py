"""Checks: a condition's answer together with what was expected and what was found."""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.console.convert import NOTHING, to_bool, to_list, to_text
from hvlab.console.errors import CmdletError, fault
from hvlab.console.objects import PSObject
from hvlab.console.operators import COMPARISONS
from hvlab.console.runtime import Scope
from hvlab.console.statements import StatementCompiler
from hvlab.console.syntax import Binary, ExpressionElement, Node, Paren, Pipeline, Unary

WORDS = {
    "eq": "",
    "ne": "not ",
    "gt": "more than ",
    "ge": "at least ",
    "lt": "less than ",
    "le": "at most ",
    "like": "like ",
    "notlike": "not like ",
    "match": "matching ",
    "notmatch": "not matching ",
    "contains": "containing ",
    "notcontains": "not containing ",
    "in": "one of ",
    "notin": "none of ",
    "is": "of type ",
    "isnot": "not of type ",
}
_TESTS = COMPARISONS | frozenset(WORDS)
_SHOWN_ITEMS = 6
_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check's answer. ``expected`` and ``actual`` are short texts; ``source`` is the part they speak of:
    the whole expression, or the part of an -and or -or that decided."""

    value: bool
    expected: str
    actual: str
    source: str


def show(value: object) -> str:
    """A value in a report: lists print their members, shortened."""
    if value is None or value is NOTHING:
        return "nothing"
    if isinstance(value, list):
        if not value:
            return "nothing"
        shown = ", ".join(show(item) if not isinstance(item, list) else "…" for item in value[:_SHOWN_ITEMS])
        return shown + (f", … ({len(value)} in all)" if len(value) > _SHOWN_ITEMS else "")
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, PSObject):
        name = value.get("Name")
        text = to_text(name) if name is not None else to_text(value)
    else:
        text = to_text(value)
    text = text if text else '""'
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def judge(compiler: StatementCompiler, nodes: list[Node]) -> Verdict:
    """Run all statements but the last one, and judge the last one's value."""
    if not nodes:
        raise fault("The condition is empty.", "EmptyCondition", "InvalidArgument")
    scope = compiler.runtime.globals
    for node in nodes[:-1]:
        compiler.guarded(node)(scope, lambda value: None)
    try:
        return _judge(compiler, nodes[-1], scope)
    except CmdletError as error:
        error.record = error.record or compiler.runtime.make_record(error)
        raise


def _inner(node: Node) -> Node:
    """The expression inside single-element pipelines and parentheses."""
    while True:
        if isinstance(node, Pipeline) and len(node.elements) == 1:
            element = node.elements[0]
            if not isinstance(element, ExpressionElement) or element.redirections:
                return node
            node = element.expression
        elif isinstance(node, Paren):
            node = node.body
        else:
            return node


def _judge(compiler: StatementCompiler, node: Node, scope: Scope) -> Verdict:
    inner = _inner(node)
    text = compiler.source.slice(node.span)
    if isinstance(inner, Binary):
        if inner.operator in ("and", "or"):
            first = _judge(compiler, inner.left, scope)
            if first.value is (inner.operator == "or"):
                return first
            second = _judge(compiler, inner.right, scope)
            if inner.operator == "or" and not second.value:
                return Verdict(
                    False,
                    f"{first.expected} or {second.expected}",
                    first.actual if first.actual == second.actual else f"{first.actual}; {second.actual}",
                    text,
                )
            return second
        if inner.operator in _TESTS:
            left = compiler.expression(inner.left)(scope)
            right = compiler.expression(inner.right)(scope)
            try:
                result = compiler.action_of(inner)(left, right)
            except CmdletError as error:
                raise compiler.located(error, inner.span) from None
            wanted = to_list(right) if inner.operator in ("in", "notin") else right
            return Verdict(to_bool(result), WORDS[inner.operator] + show(wanted), show(left), text)
    if isinstance(inner, Unary) and inner.operator == "not":
        verdict = _judge(compiler, inner.operand, scope)
        return Verdict(not verdict.value, f"not {verdict.expected}", verdict.actual, text)
    value = compiler.value_of(inner)(scope) if isinstance(inner, Pipeline) else _value(compiler, inner, scope)
    return Verdict(to_bool(value), "True" if isinstance(value, bool) else "something", show(value), text)


def _value(compiler: StatementCompiler, node: Node, scope: Scope) -> object:
    if type(node) in compiler._EXPRESSIONS:
        return compiler.expression(node)(scope)
    return compiler.value_of(node)(scope)
