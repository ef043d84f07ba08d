"""What surrounds a statement: the steps that it costs, and what becomes of an error in it.

An error ends its statement alone, unless somebody catches it or wants the script to stop. What a
statement does is the subclass's business (``statement``).
"""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console import items, quick
from hvlab.console.cmdlets import Emit
from hvlab.console.compiler import ARITHMETIC
from hvlab.console.convert import NOTHING
from hvlab.console.errors import CmdletError, FatalError
from hvlab.console.pipeline import CommandCompiler
from hvlab.console.runtime import Expression, OfItem, Scope, ScriptStop, Statement
from hvlab.console.source import Position
from hvlab.console.syntax import Assignment, Block, ExpressionElement, Node, Pipeline, Step


def lone_expression(node: Node) -> Node | None:
    """The expression that a statement consists of, if it is nothing else."""
    if isinstance(node, Pipeline) and len(node.elements) == 1:
        element = node.elements[0]
        if isinstance(element, ExpressionElement) and not element.redirections:
            return element.expression
    return None


class GuardingCompiler(CommandCompiler):
    """Blocks, statement by statement."""

    def statement(self, node: Node) -> Statement:
        """What a statement does, without what surrounds it."""
        raise NotImplementedError

    def block(self, node: Block) -> Statement:
        self.calls += 1
        self.level += 1
        self.height = max(self.height, self.level)
        steps = [self.guarded(statement) for statement in node.statements]
        self.level -= 1
        if len(steps) == 1:
            return steps[0]

        def run(scope: Scope, emit: Emit) -> None:
            for step in steps:
                step(scope, emit)

        return run

    def guarded(self, node: Node) -> Statement:
        """A statement that charges its steps, and whose errors end it alone."""
        alone = lone_expression(node)
        if alone is not None and not isinstance(alone, Step):
            return quick.emitting(self.valued(node, alone))
        before = self.nodes
        self.nodes = 0
        calls = self.calls
        store = self.quick_store(node)
        silent = store is not None and self.calls == calls
        run = store or self.statement(node)
        cost = self.nodes + 1
        self.nodes = before
        runtime = self.runtime
        failed = self._ending(node)

        if silent:

            def silent_step(scope: Scope, emit: Emit) -> None:
                steps = runtime.steps = runtime.steps - cost
                try:
                    if steps < 0:
                        runtime.charge(0)
                    run(scope, emit)
                    runtime.ok = True
                except (FatalError, CmdletError) as error:
                    failed(error)

            return silent_step

        def step(scope: Scope, emit: Emit) -> None:
            steps = runtime.steps = runtime.steps - cost
            failures = runtime.failures
            try:
                if steps < 0:
                    runtime.charge(0)
                run(scope, emit)
            except (FatalError, CmdletError) as error:
                failed(error)
            runtime.ok = runtime.failures == failures

        return step

    def valued(self, node: Node, expression: Node) -> Expression:
        """A statement that is one expression, as its value: nothing where an error ended it."""
        before = self.nodes
        self.nodes = 0
        self.down(node)
        calls = self.calls
        value = self.expression(expression)
        silent = self.calls == calls
        self.level -= 1
        cost = self.nodes + 1
        self.nodes = before
        runtime = self.runtime
        failed = self._ending(node)

        def run_silent(scope: Scope) -> object:
            steps = runtime.steps = runtime.steps - cost
            try:
                if steps < 0:
                    runtime.charge(0)
                result = value(scope)
                runtime.ok = True
                return result
            except (FatalError, CmdletError) as error:
                failed(error)
                return NOTHING

        if silent:
            return run_silent

        def run(scope: Scope) -> object:
            steps = runtime.steps = runtime.steps - cost
            failures = runtime.failures
            result: object = NOTHING
            try:
                if steps < 0:
                    runtime.charge(0)
                result = value(scope)
            except (FatalError, CmdletError) as error:
                failed(error)
            runtime.ok = runtime.failures == failures
            return result

        return run

    def valued_of_item(self, node: Node, expression: Node) -> OfItem | None:
        """As ``valued``, for an expression that looks at nothing but ``$_``, which is given to it."""
        of_item = items.of_item(expression, lambda part: self.placed(self.action_of(part), part.span))
        if of_item is None:
            return None
        before = self.nodes
        self.nodes = 0
        self.down(node)
        self.expression(expression)  # only counted
        self.level -= 1
        cost = self.nodes + 1
        self.nodes = before
        return OfItem(of_item, cost, self._ending(node))

    def quick_store(self, node: Node) -> Statement | None:
        """A statement that only stores into a plain variable, its short way."""
        if isinstance(node, Assignment):
            name = quick.plain_variable(node.target)
            native = quick.NATIVE.get(node.operator[0])
            if name is None or (node.operator != "=" and native is None):
                return None
            self.down(node)
            value, write = self.value_of(node.value), self.assigner(node.target)
            self.level -= 1
            if native is None:
                return quick.store(name, value, write)
            self.nodes += 1  # the variable is read, too
            return quick.update(native, name, value, self.updating(node), write)
        step = lone_expression(node)
        if isinstance(step, Step) and (name := quick.plain_variable(step.target)) is not None:
            self.nodes += 1
            return quick.count(name, step.delta, self.expression(step))
        return None

    def updating(self, node: Assignment) -> quick.Slow:
        action, charge = ARITHMETIC[node.operator[0]], self.runtime.charge
        return self.placed(lambda before, addend: action(before, addend, charge), node.span)

    def _ending(self, node: Node) -> Callable[[FatalError | CmdletError], None]:
        """What becomes of an error that ends this statement: it is told, or goes on to whoever catches it."""
        runtime = self.runtime
        span = node.span
        position = Position(self.source, span)

        def failed(error: FatalError | CmdletError) -> None:
            if isinstance(error, FatalError):
                error.position = error.position or position
                raise error
            self.located(error, span)
            if isinstance(error, ScriptStop) or runtime.tries:
                raise error
            if runtime.preference("erroractionpreference") == "stop":
                stop = ScriptStop(error.message, error.error_id, error.category, terminating=True)
                stop.record = runtime.make_record(error)
                raise stop from None
            runtime.record_error(runtime.make_record(error), runtime.action(None))

        return failed
