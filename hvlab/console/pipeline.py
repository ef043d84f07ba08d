"""Pipelines: commands and expressions compiled, chained, and ended in the right order."""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console.binding import Argument
from hvlab.console.cmdlets import Emit, Stage
from hvlab.console.compiler import ExpressionCompiler
from hvlab.console.convert import NOTHING, to_list, to_text
from hvlab.console.errors import CmdletError
from hvlab.console.invocation import make_stage, redirected, refuse_unknown
from hvlab.console.prepared import PreparedCommand, PreparedRedirection
from hvlab.console.runtime import (
    Expression,
    Scope,
    Statement,
    StopUpstream,
)
from hvlab.console.source import Position, Span
from hvlab.console.stages import CmdletStage
from hvlab.console.syntax import (
    BareWord,
    Command,
    ExpressionElement,
    ParameterArgument,
    Pipeline,
    Redirection,
    Splat,
    Variable,
)
from hvlab.console.values import Hashtable


class CommandCompiler(ExpressionCompiler):
    """Pipelines and commands into closures."""

    def pipeline(self, node: Pipeline) -> Statement:
        head: Expression | None = None
        commands: list[PreparedCommand] = []
        head_redirections: tuple[PreparedRedirection, ...] = ()
        for element in node.elements:
            if isinstance(element, ExpressionElement):
                head = self.expression(element.expression)
                head_redirections = self._redirections(element.redirections)
            elif isinstance(element, Command):
                commands.append(self._command(element))
        runtime = self.runtime
        if head is None and len(commands) == 1:
            return self._alone(commands[0])

        def run(scope: Scope, emit: Emit) -> None:
            sink = emit
            stages: list[Stage] = []
            closing: list[Stage] = []  # files that redirections write
            position = runtime.position
            last = len(commands) - 1
            for index in range(last, -1, -1):
                try:
                    stage = make_stage(
                        runtime, commands[index], scope, sink, index > 0 or head is not None, closing
                    )
                except CmdletError:
                    # built from the end, told from the beginning: the first unknown name is the one to mend
                    refuse_unknown(runtime, commands[:index])
                    raise
                if isinstance(stage, CmdletStage) and stages and stage.emit is sink:
                    stage.onward = getattr(stages[-1], "take", None)
                stages.append(stage)
                sink = stage.process
            stages.reverse()
            first_end = 0
            try:
                if head is not None:
                    if head_redirections:
                        sink = redirected(runtime, head_redirections, scope, sink, closing)
                    value = head(scope)
                    take = getattr(stages[0], "take", None) if stages and not head_redirections else None
                    if isinstance(value, list) and take is not None:
                        take(value, False)
                    elif isinstance(value, list):
                        for item in value:
                            sink(item)
                    else:
                        sink(value)
                else:
                    stages[0].process(NOTHING)
            except StopUpstream as stop:
                first_end = _index_of(stages, stop)
            index = first_end
            while index < len(stages):
                try:
                    stages[index].end()
                except StopUpstream as stop:
                    index = _index_of(stages, stop)
                    stages[index].end()
                index += 1
            for stage in closing:
                stage.end()
            runtime.position = position

        return run

    def _alone(self, command: PreparedCommand) -> Statement:
        """A command that nothing stands before or behind."""
        runtime = self.runtime

        def run(scope: Scope, emit: Emit) -> None:
            closing: list[Stage] = []
            position = runtime.position
            stage = make_stage(runtime, command, scope, emit, False, closing)
            try:
                stage.process(NOTHING)
            except StopUpstream as stop:
                _index_of([stage], stop)
            try:
                stage.end()
            except StopUpstream as stop:
                _index_of([stage], stop)
                stage.end()
            for file in closing:
                file.end()
            runtime.position = position

        return run

    def _command(self, node: Command) -> PreparedCommand:
        name: str | None = None
        dynamic: Expression | None = None
        self.down(node)
        if isinstance(node.name, BareWord) and not (node.operator and node.name.value == ""):
            name = node.name.value
        else:
            dynamic = self.expression(node.name)
        parts: list[Callable[[Scope, list[Argument]], None]] = []
        for element in node.elements:
            if isinstance(element, ParameterArgument):
                parts.append(self._parameter(element))
            elif isinstance(element, Splat):
                parts.append(self._splat(element))
            else:
                parts.append(_positional(self.argument(element), element.span))

        def evaluate(scope: Scope) -> list[Argument]:
            found: list[Argument] = []
            for part in parts:
                part(scope, found)
            return found

        self.level -= 1
        return PreparedCommand(
            name,
            dynamic,
            evaluate,
            Position(self.source, node.span),
            Position(self.source, node.name.span),
            node.operator,
            self._redirections(node.redirections),
        )

    def _parameter(self, node: ParameterArgument) -> Callable[[Scope, list[Argument]], None]:
        if node.value is None:
            argument = Argument(node.span, node.name)

            def bare(scope: Scope, found: list[Argument]) -> None:
                found.append(argument)

            return bare
        value = self.argument(node.value)
        span, name = node.span, node.name

        def with_value(scope: Scope, found: list[Argument]) -> None:
            found.append(Argument(span, name, value(scope), attached=True))

        return with_value

    def _splat(self, node: Splat) -> Callable[[Scope, list[Argument]], None]:
        read = self.expression(Variable(node.span, node.name))
        span = node.span

        def splat(scope: Scope, found: list[Argument]) -> None:
            value = read(scope)
            if isinstance(value, Hashtable):
                for key, item in value.items():
                    found.append(Argument(span, to_text(key), item, attached=True))
            else:
                found.extend(Argument(span, None, item) for item in to_list(value))

        return splat

    def _redirections(self, nodes: list[Redirection]) -> tuple[PreparedRedirection, ...]:
        prepared: list[PreparedRedirection] = []
        for node in nodes:
            target = node.target
            null = isinstance(target, Variable) and target.name.lower() == "null"
            value = None if target is None or null else self.expression(target)
            prepared.append(
                PreparedRedirection(
                    node.stream, value, null, target is None, node.append, Position(self.source, node.span)
                )
            )
        return tuple(prepared)


def _positional(value: Expression, span: Span) -> Callable[[Scope, list[Argument]], None]:
    def positional(scope: Scope, found: list[Argument]) -> None:
        found.append(Argument(span, None, value(scope)))

    return positional


def _index_of(stages: list[Stage], stop: StopUpstream) -> int:
    for index, stage in enumerate(stages):
        if stage is stop.stage or getattr(stage, "inner", None) is stop.stage:
            return index
    raise stop  # a stage of an outer pipeline
