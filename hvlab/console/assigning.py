"""Storing: variables, properties, elements, and ``++``; and what all of the compiler stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hvlab.console import limits, members, operators
from hvlab.console.convert import (
    NOTHING,
    cast,
    full_type_name,
    to_text,
)
from hvlab.console.errors import CmdletError, ParseError, fault
from hvlab.console.runtime import CompiledBody, Expression, Runtime, Scope, Statement
from hvlab.console.source import Position, Source, Span
from hvlab.console.syntax import (
    Block,
    BlockBody,
    Cast,
    Constant,
    Index,
    Member,
    Node,
    Step,
    Variable,
)


@dataclass(frozen=True, slots=True)
class CastTo:
    """What a variable with a type does to each value it is given; ``full`` is the type's .NET name."""

    full: str

    def __call__(self, value: object) -> object:
        return cast(value, self.full)


class AssigningCompiler:
    """Knows where to store. Expressions and statements are the subclasses'."""

    def __init__(self, source: Source, runtime: Runtime) -> None:
        self.source = source
        self.runtime = runtime
        self.nodes = 0  # compiled so far: what a statement costs
        self.calls = 0  # of anything that may note errors and go on: commands, blocks, methods
        self.level = 0
        self.height = 0

    def block(self, node: Block) -> Statement:
        raise NotImplementedError

    def value_of(self, node: Node) -> Expression:
        """A statement as a value."""
        raise NotImplementedError

    def body(self, node: BlockBody) -> CompiledBody:
        raise NotImplementedError

    def down(self, node: Node) -> None:
        self.nodes += 1
        self.level += 1
        if self.level > self.height:
            self.height = self.level
            if self.level > limits.HEIGHT:
                raise ParseError(
                    "The expression is nested too deeply.",
                    self.source,
                    node.span,
                    "NestingTooDeep",
                    explain=("console.depth", {"limit": limits.HEIGHT}),
                )

    def located(self, error: CmdletError, span: Span) -> CmdletError:
        """The error, at this place unless it knows a better one."""
        if error.position is None and error.record is None:
            error.position = Position(self.source, span)
        return error

    def expression(self, node: Node) -> Expression:
        raise NotImplementedError

    def type_name(self, name: str, span: Span) -> str:
        full = full_type_name(name)
        if full is None:
            raise ParseError(f"Unable to find type [{name}].", self.source, span, "TypeNotFound")
        return full

    def name_of(self, node: Node) -> Callable[[Scope], str]:
        if isinstance(node, Constant):
            value = to_text(node.value)
            return lambda scope: value
        inner = self.expression(node)
        return lambda scope: to_text(inner(scope))

    def step(self, node: Step) -> Expression:
        read = self.expression(node.target)
        write = self.assigner(node.target)
        delta, prefix, span = node.delta, node.prefix, node.span
        charge = self.runtime.charge

        def run(scope: Scope) -> object:
            before = read(scope)
            if before is None or before is NOTHING:
                before = 0
            if type(before) not in (int, float):
                raise self.located(
                    fault(
                        f"The '{'++' if delta > 0 else '--'}' operator works only on numbers.",
                        "OperatorRequiresNumber",
                        "InvalidOperation",
                    ),
                    span,
                )
            after = operators.add(before, delta, charge)
            write(scope, after)
            return after if prefix else before

        return run

    def assigner(self, node: Node) -> Callable[[Scope, object], None]:
        """How to store into a variable, property or element."""
        span = node.span
        if isinstance(node, Variable):
            return self._variable_assigner(node)
        if isinstance(node, Member) and not node.static:
            target, name = self.expression(node.target), self.name_of(node.name)

            def set_member(scope: Scope, value: object) -> None:
                try:
                    members.set_property(target(scope), name(scope), value)
                except CmdletError as error:
                    raise self.located(error, span) from None

            return set_member
        if isinstance(node, Index):
            container, index = self.expression(node.target), self.expression(node.index)

            def set_element(scope: Scope, value: object) -> None:
                try:
                    members.set_index(container(scope), index(scope), value)
                except CmdletError as error:
                    raise self.located(error, span) from None

            return set_element
        if isinstance(node, Cast):
            inner = self.assigner(node.operand)
            full = self.type_name(node.type, node.span)
            name_of = node.operand.name.lower() if isinstance(node.operand, Variable) else None
            convert = self.runtime.cast if full in self.runtime.lab_casts else cast

            def set_typed(scope: Scope, value: object) -> None:
                try:
                    converted = convert(value, full)
                except CmdletError as error:
                    raise self.located(error, span) from None
                if name_of is not None:
                    if scope.casts is None:
                        scope.casts = {}
                    scope.casts[name_of] = CastTo(full) if convert is cast else lambda new: convert(new, full)
                inner(scope, converted)

            return set_typed
        raise ParseError(
            "The assignment expression is not valid.", self.source, node.span, "InvalidLeftHandSide"
        )

    def _variable_assigner(self, node: Variable) -> Callable[[Scope, object], None]:
        name = "_" if node.name.lower() == "psitem" else node.name.lower()
        runtime, span = self.runtime, node.span
        if name in ("true", "false", "null", "?", "error"):
            if name == "null":
                return lambda scope, value: None  # $null = … throws the value away

            def refuse(scope: Scope, value: object) -> None:
                raise self.located(
                    fault(
                        f"Cannot overwrite variable {node.name} because it is read-only or constant.",
                        "VariableNotWritable",
                        "WriteError",
                        node.name,
                        "String",
                    ),
                    span,
                )

            return refuse
        if node.scope == "env":

            def set_environment(scope: Scope, value: object) -> None:
                runtime.environment[name] = to_text(value)

            return set_environment
        everywhere = node.scope in ("global", "script")

        def assign(scope: Scope, value: object) -> None:
            if everywhere:
                scope = runtime.globals
            if scope.casts is None:
                scope.variables[name] = value
                return
            try:
                scope.assign(name, value)
            except CmdletError as error:
                raise self.located(error, span) from None

        return assign
