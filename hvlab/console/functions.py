"""Functions and script blocks at work: parameters into variables, begin, process and end."""

from __future__ import annotations

from hvlab.console.arguments import BindingError
from hvlab.console.binding import Argument, bind
from hvlab.console.cmdlets import Call, Cmdlet, Emit, Parameter
from hvlab.console.convert import NOTHING, plain, to_bool, to_text
from hvlab.console.errors import CmdletError, unsupported
from hvlab.console.objects import Method, ObjectType, PSObject, custom_object
from hvlab.console.prepared import PreparedCommand
from hvlab.console.runtime import (
    MISSING,
    CompiledBody,
    ReturnFlow,
    Runtime,
    Scope,
    Statement,
    Take,
)
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Position
from hvlab.console.stages import binding_failure, kept
from hvlab.console.values import Hashtable


class Frame:
    """What a function at work knows of its call: most functions never ask."""

    __slots__ = ("_given", "name", "parameters", "position", "values")

    def __init__(
        self, name: str, position: Position, parameters: tuple[Parameter, ...], values: dict[str, object]
    ) -> None:
        self.name = name
        self.position = position
        self.parameters = parameters
        self.values = values
        self._given: Hashtable | None = None

    def automatic(self, name: str) -> object:
        """``$MyInvocation`` (of a function with a name) and ``$PSBoundParameters``."""
        if name == "psboundparameters":
            return self.given()
        return INVOCATION.of(self) if name == "myinvocation" and self.name else MISSING

    def given(self) -> Hashtable:
        """The parameters that the call gave, by name."""
        if self._given is None:
            self._given = Hashtable(
                [
                    (p.name, self.values[p.name.lower()])
                    for p in self.parameters
                    if p.name.lower() in self.values
                ]
            )
        return self._given


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
        self.emit = self._outside(emit)
        self.has_input = has_input
        self.records: list[object] = []
        self.finished = False
        self.cmdlet = _command_of(body, name or "scriptblock")
        self.name = name
        self.position = command.position
        try:
            bound = bind(self.cmdlet, arguments, expects_input=has_input, collect_rest=not body.advanced)
        except BindingError as error:
            raise binding_failure(runtime, self.cmdlet, name, error, command.position) from None
        self.bound = bound
        frame = Frame(name, command.position, body.parameters, bound.values)
        if command.operator != ".":
            self.scope = Scope(scope, frame)
        else:
            self.scope = scope
            if name:
                scope.variables["psboundparameters"] = frame.given()
        if bound.common:
            self._take_common(bound.common)
        self._set_parameters(bound.values)
        self.scope.variables["args"] = bound.unbound
        if body.advanced:
            self.scope.variables["pscmdlet"] = PS_CMDLET.of(self)
        if body.begin is not None:
            self._run(body.begin)

    def _outside(self, emit: Emit) -> Emit:
        """What comes out goes on in the caller's surroundings: our preferences are not the next stage's."""
        runtime, outer = self.runtime, self.runtime.scope

        def outside(value: object) -> None:
            inner, runtime.scope = runtime.scope, outer
            try:
                emit(value)
            finally:
                runtime.scope = inner

        return outside

    def _take_common(self, common: dict[str, object]) -> None:
        """-ErrorAction and its like hold for all that the function runs."""
        variables = self.scope.variables
        for name, value in common.items():
            if name == "erroraction":
                variables["erroractionpreference"] = value
            elif name == "warningaction":
                variables["warningpreference"] = value
            elif name == "verbose":
                variables["verbosepreference"] = "Continue" if to_bool(value) else "SilentlyContinue"
            elif name in ("whatif", "confirm"):
                variables["whatifpreference" if name == "whatif" else "confirmpreference"] = (
                    to_bool(value) if name == "whatif" else "low" if to_bool(value) else "none"
                )
            elif name == "outvariable":
                self.emit = kept(self.runtime, to_text(value), self.emit)
            elif name != "debug":
                raise unsupported(f"-{name} of a function", self.position, "give it to the cmdlets inside")

    def _set_parameters(self, values: dict[str, object]) -> None:
        scope = self.scope
        defaults = self.body.defaults
        for take in self.body.takes:
            parameter, key, _, _ = take
            if key in values:
                value: object = values[key]
            elif key in defaults:
                value = defaults[key](scope)
            elif parameter.kind == "switch":
                value = False
            else:
                scope.variables[key] = _empty_of(parameter)
                continue
            self._store(take, plain(value))

    def _store(self, take: Take, value: object) -> None:
        parameter, key, convert, check = take
        if convert is not None:
            try:
                value = convert(value)
            except CmdletError as error:
                failure = BindingError(
                    f"Cannot process argument transformation on parameter '{parameter.name}'. "
                    f"{error.message}",
                    "ParameterArgumentTransformationError",
                )
                raise binding_failure(self.runtime, self.cmdlet, self.name, failure, self.position) from None
        reason = check(value) if check is not None else ""
        if reason:
            refusal = BindingError(
                f"Cannot validate argument on parameter '{parameter.name}'. {reason}",
                "ParameterArgumentValidationError",
            )
            raise binding_failure(self.runtime, self.cmdlet, self.name, refusal, self.position)
        self.scope.variables[key] = value

    def should_process(self, target: str, action: str) -> bool:
        """``$PSCmdlet.ShouldProcess``: as for a cmdlet, by the preferences in force."""
        call = Call(self.cmdlet, self.name, self.bound.args(), self.runtime.lab, self.runtime)
        outer, self.runtime.scope = self.runtime.scope, self.scope
        try:
            return self.runtime.should_process(call, target, action, False)
        finally:
            self.runtime.scope = outer

    def _run(self, part: Statement | None) -> None:
        if part is None or self.finished:
            return
        runtime = self.runtime
        runtime.enter_call(self.body.height)
        outer, runtime.scope = runtime.scope, self.scope
        try:
            part(self.scope, self.emit)
        except ReturnFlow:
            if part is self.body.end:
                self.finished = True
        finally:
            runtime.scope = outer
            runtime.leave_call(self.body.height)

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
        for take in self.body.takes:
            parameter, key, _, _ = take
            if key in self.bound.values:
                continue
            if parameter.by_property and isinstance(record, PSObject) and record.has(parameter.name):
                self._store(take, record.get(parameter.name))
            elif parameter.by_value:
                self._store(take, record)

    def end(self) -> None:
        if self.body.process is None:
            self.scope.variables["input"] = self.records
            if self.records and self.has_input:
                self._bind_record(self.records[-1])
        self._run(self.body.end)


def _command_of(body: CompiledBody, name: str) -> Cmdlet:
    known = body.commands.get(name)
    if known is None:
        known = Cmdlet(
            name, "", body.parameters, implementing_type=name, supports_should_process=body.should_process
        )
        body.commands[name] = known
    return known


def _asked(stage: FunctionStage, arguments: list[object]) -> object:
    target = to_text(arguments[0]) if arguments else stage.name
    return stage.should_process(target, to_text(arguments[1]) if len(arguments) > 1 else stage.name)


INVOCATION = ObjectType(
    "System.Management.Automation.InvocationInfo",
    {
        "MyCommand": lambda frame: custom_object({"Name": frame.name, "CommandType": "Function"}),
        "InvocationName": lambda frame: frame.name,
        "ScriptLineNumber": lambda frame: frame.position.line,
        "OffsetInLine": lambda frame: frame.position.column,
        "BoundParameters": lambda frame: frame.given(),
    },
    text_property="InvocationName",
)
"""What ``$MyInvocation`` is in a function."""
PS_CMDLET = ObjectType(
    "System.Management.Automation.PSScriptCmdlet",
    {"ParameterSetName": lambda stage: "__AllParameterSets"},
    methods={"ShouldProcess": Method(_asked), "ShouldContinue": Method(_asked)},
)
"""What ``$PSCmdlet`` is in a function with [CmdletBinding()]."""


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
