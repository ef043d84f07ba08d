"""Statements into closures: ``closure(scope, emit)``. Here errors end a statement and not the script."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from hvlab.console import operators, quick
from hvlab.console.cmdlets import Emit, Parameter
from hvlab.console.compiler import collapse
from hvlab.console.convert import INTEGERS, NOTHING, cast, to_bool, to_int, to_list, to_text
from hvlab.console.errors import CmdletError, ErrorRecord, ParseError
from hvlab.console.guarding import GuardingCompiler, lone_expression
from hvlab.console.limits import check_count
from hvlab.console.objects import PSObject
from hvlab.console.patterns import like
from hvlab.console.runtime import (
    BreakLoop,
    CompiledBody,
    ContinueLoop,
    ExitFlow,
    Expression,
    OfItem,
    ReturnFlow,
    Scope,
    ScriptStop,
    Statement,
)
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Span
from hvlab.console.syntax import (
    ArrayLiteral,
    Assignment,
    BlockBody,
    Cast,
    For,
    ForEach,
    Function,
    If,
    Jump,
    Node,
    Pipeline,
    Step,
    Switch,
    Try,
    While,
)
from hvlab.console.validation import Check, checker


class StatementCompiler(GuardingCompiler):
    """The whole language."""

    def statement(self, node: Node) -> Statement:
        self.calls += 1
        self.down(node)
        result = self._STATEMENTS[type(node)](self, node)
        self.level -= 1
        return result

    def value_of(self, node: Node) -> Expression:
        """What a statement gives where a value is wanted."""
        self.down(node)
        try:
            if (alone := lone_expression(node)) is not None:
                return self.expression(alone)
            if isinstance(node, Assignment):
                return self._assigned_value(node)
            run = self.statement(node)

            def build(scope: Scope) -> object:
                found: list[object] = []
                run(scope, found.append)
                check_count(len(found))
                return collapse(found)

            return build
        finally:
            self.level -= 1

    # --- simple statements ---------------------------------------------------------------------------------

    def _pipeline(self, node: Pipeline) -> Statement:
        alone = lone_expression(node)
        if alone is None:
            return self.pipeline(node)
        value = self.expression(alone)
        if not isinstance(alone, Step):
            return quick.emitting(value)

        def silent(scope: Scope, emit: Emit) -> None:
            value(scope)

        return silent

    def _assignment(self, node: Assignment) -> Statement:
        store = self._assigned_value(node)

        def run(scope: Scope, emit: Emit) -> None:
            store(scope)

        return run

    def _assigned_value(self, node: Assignment) -> Expression:
        value = self.value_of(node.value)
        span = node.span
        target = node.target
        if isinstance(target, ArrayLiteral):
            if node.operator != "=":
                raise ParseError(
                    "Only = assigns to several variables.", self.source, span, "InvalidLeftHandSide"
                )
            return self._several(target, value)
        write = self.assigner(target)
        if node.operator == "=":

            def assign(scope: Scope) -> object:
                result = value(scope)
                write(scope, result)
                return result

            return assign
        inner = target
        while isinstance(inner, Cast):
            inner = inner.operand
        read = self.expression(inner)
        action = self.updating(node)

        def update(scope: Scope) -> object:
            before = read(scope)
            result = action(before, value(scope))
            write(scope, result)
            return result

        return update

    def _several(self, target: ArrayLiteral, value: Expression) -> Expression:
        """``$a, $b = …``: the last one takes what is left."""
        writers = [self.assigner(item) for item in target.items]

        def assign(scope: Scope) -> object:
            result = value(scope)
            items = to_list(result)
            for index, write in enumerate(writers[:-1]):
                write(scope, items[index] if index < len(items) else None)
            rest = items[len(writers) - 1 :]
            writers[-1](scope, rest[0] if len(rest) == 1 else rest or None)
            return result

        return assign

    # --- choices -------------------------------------------------------------------------------------------

    def _if(self, node: If) -> Statement:
        clauses = [(self.value_of(condition), self.block(body)) for condition, body in node.clauses]
        otherwise = self.block(node.otherwise) if node.otherwise is not None else None

        def run(scope: Scope, emit: Emit) -> None:
            for condition, body in clauses:
                holds = condition(scope)
                if holds is True or (holds is not False and to_bool(holds)):
                    body(scope, emit)
                    return
            if otherwise is not None:
                otherwise(scope, emit)

        return run

    def _switch(self, node: Switch) -> Statement:
        subject = self.value_of(node.subject)
        clauses = [(self._clause(label, node), self.block(body)) for label, body in node.clauses]
        default = self.block(node.default) if node.default is not None else None
        name = node.label

        def run(scope: Scope, emit: Emit) -> None:
            before = scope.variables.get("_")
            value = subject(scope)
            try:
                for item in to_list(value) if isinstance(value, list) else [value]:
                    scope.variables["_"] = item
                    matched = False
                    try:
                        for test, body in clauses:
                            if test(scope, item):
                                matched = True
                                scope.variables["_"] = item
                                body(scope, emit)
                        if not matched and default is not None:
                            default(scope, emit)
                    except ContinueLoop as jump:
                        if jump.label and jump.label != name:
                            raise
            except BreakLoop as jump:
                if jump.label and jump.label != name:
                    raise
            finally:
                scope.variables["_"] = before

        return run

    def _clause(self, label: Node, node: Switch) -> Callable[[Scope, object], bool]:
        value = self.expression(label)
        runtime, mode, case = self.runtime, node.mode, node.case_sensitive

        def test(scope: Scope, item: object) -> bool:
            wanted = value(scope)
            if isinstance(wanted, ScriptBlock):
                return to_bool(runtime.invoke(wanted, [], item))
            if mode == "wildcard":
                return like(to_text(item), to_text(wanted), case)
            if mode == "regex":
                result, table = operators.matching("match", to_text(item), wanted, case, runtime.charge)
                if table is not None:
                    runtime.globals.variables["matches"] = table
                return to_bool(result)
            return operators.equal(item, wanted, case)

        return test

    # --- loops ---------------------------------------------------------------------------------------------

    def _while(self, node: While) -> Statement:
        condition, body = quick.condition(self.value_of(node.condition)), self.block(node.body)
        runtime = self.runtime
        test_first, wanted, label = node.test_first, not node.negate, node.label

        def run(scope: Scope, emit: Emit) -> None:
            if test_first and condition(scope) is not wanted:
                return
            while True:
                runtime.charge(1)
                try:
                    body(scope, emit)
                except BreakLoop as jump:
                    if jump.label and jump.label != label:
                        raise
                    return
                except ContinueLoop as jump:
                    if jump.label and jump.label != label:
                        raise
                if condition(scope) is not wanted:
                    return

        return run

    def _for(self, node: For) -> Statement:
        start = self._stored(node.start)
        condition = quick.condition(self.value_of(node.condition)) if node.condition is not None else None
        advance = self._stored(node.step)
        body = self.block(node.body)
        runtime, label = self.runtime, node.label

        def run(scope: Scope, emit: Emit) -> None:
            if start is not None:
                start(scope, _drop)
            while condition is None or condition(scope):
                runtime.charge(2)
                try:
                    body(scope, emit)
                except BreakLoop as jump:
                    if jump.label and jump.label != label:
                        raise
                    return
                except ContinueLoop as jump:
                    if jump.label and jump.label != label:
                        raise
                if advance is not None:
                    advance(scope, _drop)

        return run

    def _stored(self, node: Node | None) -> Statement | None:
        """A part of a loop's head."""
        return None if node is None else self.quick_store(node) or self.statement(node)

    def _foreach(self, node: ForEach) -> Statement:
        collection, body = self.value_of(node.collection), self.block(node.body)
        write = self.assigner(node.variable)
        runtime, label = self.runtime, node.label

        def run(scope: Scope, emit: Emit) -> None:
            for item in to_list(collection(scope)):
                runtime.charge(1)
                write(scope, item)
                try:
                    body(scope, emit)
                except BreakLoop as jump:
                    if jump.label and jump.label != label:
                        raise
                    return
                except ContinueLoop as jump:
                    if jump.label and jump.label != label:
                        raise

        return run

    # --- leaving -------------------------------------------------------------------------------------------

    def _jump(self, node: Jump) -> Statement:
        if node.kind in ("break", "continue"):
            return _leaving(BreakLoop if node.kind == "break" else ContinueLoop, node.label)
        value = self.value_of(node.value) if node.value is not None else None
        if node.kind == "return":
            output = self.statement(node.value) if node.value is not None else None

            def leave(scope: Scope, emit: Emit) -> None:
                if output is not None:
                    output(scope, emit)
                raise ReturnFlow

            return leave
        if node.kind == "exit":

            def leave_script(scope: Scope, emit: Emit) -> None:
                raise ExitFlow(to_int(value(scope)) if value is not None else 0)

            return leave_script
        return self._throw(value, node.span)

    def _throw(self, value: Expression | None, span: Span) -> Statement:
        def throw(scope: Scope, emit: Emit) -> None:
            thrown = value(scope) if value is not None else scope.get("_")
            if isinstance(thrown, ErrorRecord):
                error = ScriptStop(thrown.message, thrown.error_id, thrown.category, terminating=True)
                error.record = thrown
                raise error
            if isinstance(thrown, PSObject) and thrown.type.name.endswith("Exception"):
                text, short = to_text(thrown.get("Message")), thrown.type.short_name
                stop = ScriptStop(text, text, "OperationStopped", thrown, exception=short, terminating=True)
                stop.target_type = short
                raise self.located(stop, span)
            text = to_text(thrown) if thrown is not None and thrown is not NOTHING else "ScriptHalted"
            stop = ScriptStop(
                text, text, "OperationStopped", text, "String", exception="RuntimeException", terminating=True
            )
            raise self.located(stop, span)

        return throw

    def _try(self, node: Try) -> Statement:
        body = self.block(node.body)
        catches = [
            ([name.rsplit(".", 1)[-1].lower() for name in names], self.block(block))
            for names, block in node.catches
        ]
        final = self.block(node.final) if node.final is not None else None
        runtime = self.runtime

        def run(scope: Scope, emit: Emit) -> None:
            try:
                runtime.tries += 1
                try:
                    body(scope, emit)
                finally:
                    runtime.tries -= 1
            except CmdletError as error:
                record = runtime.make_record(error)
                handler = _handler(catches, record)
                if handler is None:
                    raise
                runtime.record_error(record, "silentlycontinue")
                before = scope.variables.get("_")
                scope.variables["_"] = record
                try:
                    handler(scope, emit)
                finally:
                    scope.variables["_"] = before
            finally:
                if final is not None:
                    final(scope, emit)

        return run

    # --- functions -----------------------------------------------------------------------------------------

    def _function(self, node: Function) -> Statement:
        name = node.name.rpartition(":")[2]
        body = self.body(node.body)
        source, span = self.source, node.span
        runtime = self.runtime

        def define(scope: Scope, emit: Emit) -> None:
            runtime.functions[name.lower()] = (name, ScriptBlock(source, span, body, runtime.globals))

        return define

    def body(self, node: BlockBody) -> CompiledBody:
        level, height, nodes = self.level, self.height, self.nodes
        self.level = self.height = 0
        parameters: list[Parameter] = []
        defaults: dict[str, Expression] = {}
        casts: dict[str, Callable[[object], object]] = {}
        checks: dict[str, Check] = {}
        for index, declared in enumerate(node.parameters or []):
            kind: str = "object"
            if declared.type.lower() == "switch":
                kind = "switch"
            elif declared.values:
                kind = "string"
            parameters.append(
                Parameter(
                    declared.name,
                    kind,  # type: ignore[arg-type]
                    position=None
                    if kind == "switch"
                    else declared.position
                    if declared.position is not None
                    else index,
                    mandatory=declared.mandatory,
                    aliases=tuple(declared.aliases),
                    pipeline=_pipeline_kind(declared.by_value, declared.by_property),
                    values=tuple(declared.values) or None,
                    type_name=declared.type or None,
                )
            )
            key = declared.name.lower()
            if declared.default is not None:
                defaults[key] = self.expression(declared.default)
            if declared.checks:
                checks[key] = checker(declared.checks)
            if declared.type and kind != "switch":
                full = self.type_name(declared.type, declared.span)
                casts[key] = _caster(full)
        value, of_item = self._only_value(node)
        compiled = CompiledBody(
            quick.emitting(value) if value is not None else self.block(node.end),
            self.block(node.begin) if node.begin is not None else None,
            self.block(node.process) if node.process is not None else None,
            tuple(parameters),
            defaults,
            casts,
            has_parameters=node.parameters is not None,
            advanced=node.advanced,
            should_process=node.should_process,
            checks=checks,
            height=self.height + 2,
            value=value,
            of_item=of_item,
            takes=tuple(
                (parameter, key, casts.get(key), checks.get(key))
                for parameter in parameters
                for key in [parameter.name.lower()]
            ),
        )
        self.level, self.height, self.nodes = level, height, nodes
        return compiled

    def _only_value(self, node: BlockBody) -> tuple[Expression | None, OfItem | None]:
        """The value of a body that is nothing but one expression, and the same for a given ``$_``."""
        if node.begin is not None or node.process is not None or len(node.end.statements) != 1:
            return None, None
        (statement,) = node.end.statements
        expression = lone_expression(statement)
        if expression is None or isinstance(expression, Step):
            return None, None
        self.level += 1
        self.height = max(self.height, self.level)
        value, of_item = self.valued(statement, expression), self.valued_of_item(statement, expression)
        self.level -= 1
        return value, of_item

    _STATEMENTS: ClassVar[dict[type[Node], Callable[..., Statement]]] = {
        Pipeline: _pipeline,
        Assignment: _assignment,
        If: _if,
        While: _while,
        For: _for,
        ForEach: _foreach,
        Switch: _switch,
        Jump: _jump,
        Try: _try,
        Function: _function,
    }


def _pipeline_kind(by_value: bool, by_property: bool) -> Literal["value", "property", "both"] | None:
    if by_value:
        return "both" if by_property else "value"
    return "property" if by_property else None


def _caster(full: str) -> Callable[[object], object]:
    if full not in INTEGERS:
        return lambda value: cast(value, full)
    low, high = INTEGERS[full]

    def whole(value: object) -> object:
        return value if type(value) is int and low <= value <= high else cast(value, full)

    return whole


def _handler(catches: list[tuple[list[str], Statement]], record: ErrorRecord) -> Statement | None:
    for names, block in catches:
        if not names or any(record.is_a(name) for name in names):
            return block
    return None


def _drop(value: object) -> None:
    pass


def _leaving(kind: type[BreakLoop | ContinueLoop], label: str) -> Statement:
    def leave(scope: Scope, emit: Emit) -> None:
        raise kind(label)

    return leave
