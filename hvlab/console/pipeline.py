"""Commands and pipelines at work: records are pushed from stage to stage, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hvlab.console.binding import Argument, BindingError, Bound, bind, bind_record
from hvlab.console.cmdlets import Call, Cmdlet, Emit, Parameter, Stage
from hvlab.console.compiler import ExpressionCompiler
from hvlab.console.convert import NOTHING, plain, to_list, to_text
from hvlab.console.errors import CmdletError, fault, not_recognized, unsupported
from hvlab.console.objects import PSObject
from hvlab.console.runtime import (
    CompiledBody,
    Expression,
    ReturnFlow,
    Runtime,
    Scope,
    Statement,
    StopUpstream,
)
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Position, Span
from hvlab.console.suggest import nearest
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

#: Commands of a real system that will never be here, and what does the job.
ABSENT = {
    "invoke-expression": "write the command itself",
    "iex": "write the command itself",
    "read-host": "use a parameter or a variable",
    "add-type": "",
    "start-process": "",
    "start-job": "",
    "invoke-command": "",
    "icm": "",
    "enter-pssession": "",
    "new-pssession": "",
    "get-process": "",
    "ps": "",
    "get-random": "runs must be repeatable",
    "import-module": "every module is loaded already",
    "ipmo": "every module is loaded already",
    "set-executionpolicy": "every script may run",
    "set-alias": "use the command's own name",
    "new-alias": "use the command's own name",
    "set-strictmode": "",
    "invoke-webrequest": "",
    "get-wmiobject": "",
    "gwmi": "",
    "get-ciminstance": "",
    "cmd": "",
    "powershell": "",
}
Evaluate = Callable[[Scope], list[Argument]]


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

        def run(scope: Scope, emit: Emit) -> None:
            sink = emit
            stages: list[Stage] = []
            closing: list[Stage] = []  # files that redirections write
            position = runtime.position
            last = len(commands) - 1
            for index in range(last, -1, -1):
                stage = make_stage(
                    runtime, commands[index], scope, sink, index > 0 or head is not None, closing
                )
                stages.append(stage)
                sink = stage.process
            stages.reverse()
            first_end = 0
            try:
                if head is not None:
                    if head_redirections:
                        sink = _redirected(runtime, head_redirections, scope, sink, closing)
                    value = head(scope)
                    if isinstance(value, list):
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


class PreparedRedirection:
    """Where a stream goes: nowhere, into the output, or into a file through Out-File."""

    __slots__ = ("append", "merge", "null", "position", "stream", "target")

    def __init__(
        self,
        stream: str,
        target: Expression | None,
        null: bool,
        merge: bool,
        append: bool,
        position: Position,
    ) -> None:
        self.stream = stream
        self.target = target
        self.null = null
        self.merge = merge
        self.append = append
        self.position = position


class PreparedCommand:
    """A command's compiled parts."""

    __slots__ = ("dynamic", "evaluate", "name", "name_position", "operator", "position", "redirections")

    def __init__(
        self,
        name: str | None,
        dynamic: Expression | None,
        evaluate: Evaluate,
        position: Position,
        name_position: Position,
        operator: str,
        redirections: tuple[PreparedRedirection, ...],
    ) -> None:
        self.name = name
        self.dynamic = dynamic
        self.evaluate = evaluate
        self.position = position
        self.name_position = name_position
        self.operator = operator
        self.redirections = redirections


def _positional(value: Expression, span: Span) -> Callable[[Scope, list[Argument]], None]:
    def positional(scope: Scope, found: list[Argument]) -> None:
        found.append(Argument(span, None, value(scope)))

    return positional


def _index_of(stages: list[Stage], stop: StopUpstream) -> int:
    for index, stage in enumerate(stages):
        if stage is stop.stage or getattr(stage, "inner", None) is stop.stage:
            return index
    raise stop  # a stage of an outer pipeline


# --- finding the command -----------------------------------------------------------------------------------


def make_stage(
    runtime: Runtime,
    command: PreparedCommand,
    scope: Scope,
    emit: Emit,
    has_input: bool,
    closing: list[Stage],
) -> Stage:
    """Find the command, evaluate and bind its arguments."""
    target: object = command.name
    if command.dynamic is not None:
        target = command.dynamic(scope)
    arguments = command.evaluate(scope)
    redirections = command.redirections
    if redirections:
        emit = _redirected(runtime, redirections, scope, emit, closing)
    silenced = _silenced(redirections)
    if isinstance(target, ScriptBlock):
        return FunctionStage(runtime, "", target, arguments, scope, emit, has_input, command)
    name = to_text(target)
    if name == "":
        raise _at(
            fault(
                "The expression after '&' in a pipeline element produced an object that was not valid. "
                "It must "
                "result in a command name, a script block, or a CommandInfo object.",
                "BadExpression",
                "InvalidOperation",
            ),
            command.name_position,
        )
    function = runtime.functions.get(name.lower())
    cmdlet = runtime.table.find(name)
    if function is not None and (cmdlet is None or cmdlet.name.lower() == name.lower()):
        # an alias comes before a function, and a function before a cmdlet
        return FunctionStage(runtime, function[0], function[1], arguments, scope, emit, has_input, command)
    if cmdlet is None and "-" not in name:
        cmdlet = runtime.table.find("Get-" + name)  # as PowerShell: a noun alone gets it
    if cmdlet is None:
        raise command_not_found(runtime, name, command.name_position)
    return cmdlet_stage(runtime, cmdlet, name, arguments, command.position, emit, has_input, silenced)


def _at(error: CmdletError, position: Position) -> CmdletError:
    error.position = position
    return error


def command_not_found(runtime: Runtime, name: str, position: Position) -> CmdletError:
    """What to say about a name that is no command here."""
    if name.lower() in ABSENT:
        return unsupported(name, position, ABSENT[name.lower()])
    error = not_recognized(name)
    error.terminating = True
    names = dict(runtime.table.names())
    names.update({folded: shown for folded, (shown, _) in runtime.functions.items()})
    suggestion = nearest(name, names)
    if suggestion is not None:
        error.explain = ("console.did_you_mean_command", {"name": name, "suggestion": suggestion})
    error.position = position
    record = runtime.make_record(error)
    error.record = replace(record, command=name, activity="")
    return error


def _silenced(redirections: tuple[PreparedRedirection, ...]) -> bool:
    return any(item.stream in ("2", "*") and item.null for item in redirections)


def _redirected(
    runtime: Runtime,
    redirections: tuple[PreparedRedirection, ...],
    scope: Scope,
    emit: Emit,
    closing: list[Stage],
) -> Emit:
    """The output stream behind redirections. Files are Out-File's business, where the lab has it.

    What must still be told that the pipeline has ended goes into ``closing``.
    """
    for item in redirections:
        if item.merge:
            raise unsupported(f"{item.stream}>&1", item.position, "use -ErrorVariable")
        if item.null:
            if item.stream in ("1", "*"):
                emit = _drop
            continue
        out_file = runtime.table.find("Out-File")
        if out_file is None or item.stream != "1" or item.target is None:
            construct = f"{item.stream if item.stream != '1' else ''}{'>>' if item.append else '>'}"
            raise unsupported(construct, item.position)
        span = item.position.span
        arguments = [Argument(span, "FilePath", item.target(scope), attached=True)]
        if item.append:
            arguments.append(Argument(span, "Append"))
        stage = cmdlet_stage(runtime, out_file, "Out-File", arguments, item.position, emit, True, False)
        closing.append(stage)
        emit = stage.process
    return emit


def _drop(value: object) -> None:
    pass


# --- cmdlets -----------------------------------------------------------------------------------------------


def cmdlet_stage(
    runtime: Runtime,
    cmdlet: Cmdlet,
    name: str,
    arguments: list[Argument],
    position: Position,
    emit: Emit,
    has_input: bool,
    silenced: bool,
) -> Stage:
    try:
        bound = bind(cmdlet, arguments, expects_input=has_input)
    except BindingError as error:
        raise _binding_failure(runtime, cmdlet, name, error, position) from None
    common = bound.common
    if silenced:
        common = {"erroraction": "SilentlyContinue", **common}
    call = Call(cmdlet, name, bound.args(), runtime.lab, runtime, "", [], has_input, common, position)
    call.parameter_set = bound.sets[0] if len(bound.sets) == 1 else ""
    if "outvariable" in common:
        emit = _kept(runtime, to_text(common["outvariable"]), emit)
    if cmdlet.stage is not None:
        return CustomStage(runtime, call, cmdlet.stage(call, emit), bound, position)
    return CmdletStage(runtime, call, bound, emit, position)


def _kept(runtime: Runtime, name: str, emit: Emit) -> Emit:
    """-OutVariable: what is emitted is kept as well."""
    append = name.startswith("+")
    name = name.lstrip("+").lower()
    kept = to_list(runtime.globals.get(name)) if append else []
    runtime.globals.variables[name] = kept

    def both(value: object) -> None:
        kept.append(value)
        emit(value)

    return both


def _binding_failure(
    runtime: Runtime, cmdlet: Cmdlet, name: str, error: BindingError, position: Position
) -> CmdletError:
    error.position = Position(position.source, error.span) if error.span is not None else position
    call = Call(cmdlet, name, Bound(cmdlet).args(), runtime.lab, runtime)
    error.record = runtime.make_record(error, call)
    return error


class CmdletStage:
    """A cmdlet that runs record by record, or once with all of them."""

    def __init__(self, runtime: Runtime, call: Call, bound: Bound, emit: Emit, position: Position) -> None:
        self.runtime = runtime
        self.call = call
        self.bound = bound
        self.emit = emit
        self.position = position
        self.collected: list[object] | None = [] if call.cmdlet.collects else None

    def process(self, record: object) -> None:
        if self.collected is not None:
            if record is not NOTHING:
                self.collected.append(record)
                self.runtime.charge(1)
            return
        runtime = self.runtime
        runtime.charge(2)
        call = self.call
        if call.expects_input:
            if record is NOTHING:
                return
            runtime.position = self.position
            try:
                args, parameter_set = bind_record(self.bound, record)
            except BindingError as error:
                error.position = self.position
                runtime.report(call, error)
                return
            call = Call(
                call.cmdlet,
                call.name,
                args,
                call.lab,
                runtime,
                parameter_set,
                [record],
                True,
                call.common,
                self.position,
            )
        self._run(call)

    def end(self) -> None:
        if self.collected is not None:
            self.call.input = self.collected
            if not self.call.expects_input and "inputobject" in self.bound.values:
                self.call.input = to_list(self.bound.values["inputobject"])
            self._run(self.call)

    def _run(self, call: Call) -> None:
        runtime = self.runtime
        outer = runtime.position
        runtime.position = self.position
        run = call.cmdlet.run
        if run is None:
            raise RuntimeError(f"{call.cmdlet.name} has no code")
        try:
            results = run(call)
            if results is None:
                return
            iterator = iter(results)
        except CmdletError as error:
            self._failed(call, error)
            return
        finally:
            runtime.position = outer
        while True:
            try:
                item = next(iterator)
            except StopIteration:
                return
            except CmdletError as error:
                self._failed(call, error)
                return
            self.emit(list(item) if isinstance(item, tuple) else item)

    def _failed(self, call: Call, error: CmdletError) -> None:
        fail(self.runtime, call, error, self.position)


def fail(runtime: Runtime, call: Call, error: CmdletError, position: Position) -> None:
    """What becomes of an error raised in a cmdlet's code."""
    if error.record is not None:
        raise error  # it is a script block's own, and placed already
    if error.position is None:
        error.position = position
    if error.terminating:
        error.record = runtime.make_record(error, call)
        raise error
    runtime.report(call, error)


class CustomStage:
    """A cmdlet with state of its own (``Cmdlet.stage``)."""

    def __init__(self, runtime: Runtime, call: Call, inner: Stage, bound: Bound, position: Position) -> None:
        self.runtime = runtime
        self.call = call
        self.inner = inner
        self.bound = bound
        self.position = position

    def process(self, record: object) -> None:
        self.runtime.charge(1)
        try:
            if not self.call.expects_input:
                if "inputobject" in self.bound.values:
                    for item in to_list(self.bound.values["inputobject"]):
                        self.inner.process(item)
                return
            if record is not NOTHING:
                self.inner.process(record)
        except CmdletError as error:
            fail(self.runtime, self.call, error, self.position)

    def end(self) -> None:
        try:
            self.inner.end()
        except CmdletError as error:
            fail(self.runtime, self.call, error, self.position)


# --- functions ---------------------------------------------------------------------------------------------


class FunctionStage:
    """A function, or a script block behind ``&`` or ``.``."""

    def __init__(
        self,
        runtime: Runtime,
        name: str,
        block: ScriptBlock,
        arguments: list[Argument],
        scope: Scope,
        emit: Emit,
        has_input: bool,
        command: PreparedCommand,
    ) -> None:
        body: CompiledBody = block.body  # type: ignore[assignment]
        self.runtime = runtime
        self.body = body
        self.emit = emit
        self.has_input = has_input
        self.records: list[object] = []
        self.finished = False
        self.scope = scope if command.operator == "." else Scope(scope)
        self.cmdlet = Cmdlet(
            name or "scriptblock", "", body.parameters, implementing_type=name or "scriptblock"
        )
        self.name = name
        self.position = command.position
        try:
            bound = bind(self.cmdlet, arguments, expects_input=has_input, collect_rest=not body.advanced)
        except BindingError as error:
            raise _binding_failure(runtime, self.cmdlet, name, error, command.position) from None
        self.bound = bound
        self._set_parameters(bound.values)
        self.scope.variables["args"] = bound.unbound
        if name or command.operator == "&":
            self.scope.variables["psboundparameters"] = Hashtable(
                [
                    (p.name, bound.values[p.name.lower()])
                    for p in body.parameters
                    if p.name.lower() in bound.values
                ]
            )
        self._run(body.begin)

    def _set_parameters(self, values: dict[str, object]) -> None:
        scope = self.scope
        for parameter in self.body.parameters:
            key = parameter.name.lower()
            if key in values:
                value: object = values[key]
            elif key in self.body.defaults:
                value = self.body.defaults[key](scope)
            elif parameter.kind == "switch":
                value = False
            else:
                scope.variables[key] = _empty_of(parameter)
                continue
            self._store(parameter, plain(value))

    def _store(self, parameter: Parameter, value: object) -> None:
        key = parameter.name.lower()
        convert = self.body.casts.get(key)
        if convert is not None:
            try:
                value = convert(value)
            except CmdletError as error:
                failure = BindingError(
                    f"Cannot process argument transformation on parameter '{parameter.name}'. "
                    f"{error.message}",
                    "ParameterArgumentTransformationError",
                )
                raise _binding_failure(self.runtime, self.cmdlet, self.name, failure, self.position) from None
        self.scope.variables[key] = value

    def _run(self, part: Statement | None) -> None:
        if part is None or self.finished:
            return
        self.runtime.enter_call(self.body.height)
        try:
            part(self.scope, self.emit)
        except ReturnFlow:
            if part is self.body.end:
                self.finished = True
        finally:
            self.runtime.leave_call(self.body.height)

    def process(self, record: object) -> None:
        self.runtime.charge(2)
        if self.has_input and record is NOTHING:
            return
        body = self.body
        if body.process is None:
            if record is not NOTHING:
                self.records.append(record)
            return
        if self.has_input:
            self.scope.variables["_"] = record
            self._bind_record(record)
        self._run(body.process)

    def _bind_record(self, record: object) -> None:
        """Fill what a record can fill."""
        for parameter in self.body.parameters:
            key = parameter.name.lower()
            if key in self.bound.values:
                continue
            if parameter.by_property and isinstance(record, PSObject) and record.has(parameter.name):
                self._store(parameter, record.get(parameter.name))
            elif parameter.by_value:
                self._store(parameter, record)

    def end(self) -> None:
        if self.body.process is None:
            self.scope.variables["input"] = self.records
            if self.records and self.has_input:
                self._bind_record(self.records[-1])
        self._run(self.body.end)


def _empty_of(parameter: Parameter) -> object:
    """What a typed parameter holds when it was not given."""
    kind = (parameter.type_name or "").lower()
    if kind in ("int", "long", "int32", "int64", "byte", "uint32"):
        return 0
    if kind in ("double", "float"):
        return 0.0
    if kind in ("bool", "boolean"):
        return False
    return "" if kind == "string" else None
