"""A script's surroundings while it runs: scopes, streams, the step budget, and what becomes of errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hvlab.console import limits
from hvlab.console.cmdlets import Call, CmdletTable, Emit
from hvlab.console.collections import ArrayList
from hvlab.console.convert import NOTHING, TypeName, plain, short_type, to_bool, to_list, to_text
from hvlab.console.errors import CmdletError, ErrorRecord, FatalError
from hvlab.console.host import Host
from hvlab.console.objects import PSObject
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Position

if TYPE_CHECKING:
    from hvlab.console.cmdlets import Cmdlet, Parameter
    from hvlab.console.lab import Lab

MISSING = object()
MAX_ERRORS = 256  # what $Error keeps
ERROR_STEPS = 500  # an error is work: a loop of nothing but errors must end soon, too

Statement = Callable[["Scope", Emit], None]
Expression = Callable[["Scope"], object]


class Frame(Protocol):
    """A function at work: the variables that it has without setting them."""

    def automatic(self, name: str) -> object:
        """A variable's value when it is asked for first; MISSING for any other name."""
        ...


class Scope:
    """Variables (by lower-case name) and where to look next."""

    __slots__ = ("casts", "frame", "parent", "variables")

    def __init__(self, parent: Scope | None = None, frame: Frame | None = None) -> None:
        self.variables: dict[str, object] = {}
        self.parent = parent
        self.frame = frame
        self.casts: dict[str, Callable[[object], object]] | None = None

    def get(self, name: str) -> object:
        scope: Scope | None = self
        while scope is not None:
            value = scope.variables.get(name, MISSING)
            if value is not MISSING:
                return value
            if scope.frame is not None and (value := scope.frame.automatic(name)) is not MISSING:
                scope.variables[name] = value
                return value
            scope = scope.parent
        return None

    def assign(self, name: str, value: object) -> None:
        """Set in this scope, as PowerShell does; a ``[type]`` given to the variable earlier holds on."""
        if self.casts is not None and name in self.casts:
            value = self.casts[name](value)
        self.variables[name] = value


class BreakLoop(Exception):
    """``break``; with a label it leaves the loop of that name."""

    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class ContinueLoop(Exception):
    """``continue``; with a label it goes on with the loop of that name."""

    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class ReturnFlow(Exception):
    pass


class ExitFlow(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class StopUpstream(Exception):
    """A stage needs no more input: everything before it in its pipeline ends."""

    def __init__(self, stage: object) -> None:
        super().__init__()
        self.stage = stage


class ScriptStop(CmdletError):
    """A script-terminating error: throw, or any error under -ErrorAction Stop."""


HOME = "C:\\"
"""Where one is before the first `cd`."""

Take = tuple["Parameter", str, "Callable[[object], object] | None", "Callable[[object], str] | None"]
"""A parameter, the variable it becomes, its cast, and its check."""


class OfItem(NamedTuple):
    """An expression that looks at nothing but ``$_``."""

    value: Callable[[object], object]
    cost: int
    failed: Callable[[FatalError | CmdletError], None]
    """What becomes of an error in it."""


@dataclass(slots=True)
class CompiledBody:
    """A script block ready to run. ``simple`` has neither param() nor begin/process."""

    end: Statement
    begin: Statement | None = None
    process: Statement | None = None
    parameters: tuple[Parameter, ...] = ()
    defaults: dict[str, Expression] = field(default_factory=dict)
    casts: dict[str, Callable[[object], object]] = field(default_factory=dict)
    has_parameters: bool = False
    advanced: bool = False
    should_process: bool = False
    checks: dict[str, Callable[[object], str]] = field(default_factory=dict)
    height: int = 1
    value: Expression | None = None
    """Where the body is one expression: its value, with everything that ``end`` does but emit."""
    of_item: OfItem | None = None
    """The same where the expression looks at nothing but ``$_``: that is given to it."""
    takes: tuple[Take, ...] = ()
    """The parameters once more, with what a value has to go through."""
    commands: dict[str, Cmdlet] = field(default_factory=dict)
    """What binds the body's parameters, by the name of the function that it is of."""


class Runtime:
    """Implements what cmdlets may ask for (``cmdlets.Runner``) and what compiled code needs."""

    def __init__(self, table: CmdletTable, lab: Lab, host: Host) -> None:
        self._table = table
        self.lab = lab
        self.host = host
        self.lab_casts: dict[str, Callable[[Lab, object], object]] = {}
        """Conversions to types that are of the lab, by the type's full name."""
        self.confirm: Callable[[str, str], bool] | None = None
        self.asker: object = None
        """The invocation that asks at present: the same object for all objects it is given."""
        """Who is asked; a session puts itself here, since an answer is an input of its own."""
        self.globals = Scope()
        self.scope = self.globals  # of the function now running: where preferences are looked up
        self.functions: dict[str, tuple[str, ScriptBlock]] = {}
        self.environment: dict[str, str] = {}
        self.error_list: list[object] = ArrayList()
        self.aliases: dict[
            str, tuple[str, str]
        ] = {}  # a script's own: (as written, the command it stands for)
        self.reported: list[ErrorRecord] = []  # of the present run, those that were shown
        self.failures = 0  # errors so far, shown or not
        self.ok = True
        self.steps = self.step_limit = limits.STEPS
        self.calls = 0
        self.height = 0
        self.tries = 0
        self.position: Position | None = None  # of the command now running

    @property
    def location(self) -> str:
        """Where in the lab's files one is: `$PWD`."""
        return to_text(self.globals.variables.get("pwd") or HOME)

    @property
    def table(self) -> CmdletTable:
        return self._table

    def cast(self, value: object, full_name: str) -> object:
        """`[type]value` where the type is one of the lab's. Raises CmdletError."""
        return self.lab_casts[full_name](self.lab, plain(value))

    # --- budget --------------------------------------------------------------------------------------------

    def charge(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise limits.steps_spent(self.step_limit)

    # --- errors --------------------------------------------------------------------------------------------

    def make_record(self, error: CmdletError, call: Call | None = None) -> ErrorRecord:
        """The error with its command and place."""
        if error.record is not None:
            return error.record
        target = error.target
        target_type = error.target_type
        if target is not None and target_type is None:
            target_type = target.type.short_name if isinstance(target, PSObject) else short_type(target)
        error_id, name, activity = error.error_id, "", ""
        if call is not None:
            error_id = f"{error_id},{call.cmdlet.type_name}"
            name, activity = call.name, call.cmdlet.name
        return ErrorRecord(
            error.message,
            error_id,
            error.category,
            error.exception,
            name,
            "" if target is None else str(target) if isinstance(target, TypeName) else to_text(target)[:200],
            target_type or "",
            error.position or (call.position if call is not None else None) or self.position,
            error.explain,
            activity=activity,
            subject=target,
        )

    def record_error(self, record: ErrorRecord, action: str = "continue") -> None:
        """Note an error, and show it unless it is to be silent."""
        self.failures += 1
        self.steps -= ERROR_STEPS
        self.ok = False
        if action == "ignore":
            return
        self.error_list.insert(0, record)
        del self.error_list[MAX_ERRORS:]
        if action != "silentlycontinue":
            self.reported.append(record)
            self.host.error(record)

    def action(self, call: Call | None, kind: str = "erroraction") -> str:
        """The -ErrorAction (-WarningAction) in force, in lower case."""
        if call is not None and kind in call.common:
            return to_text(call.common[kind]).lower()
        name = "erroractionpreference" if kind == "erroraction" else "warningpreference"
        return self.preference(name) or "continue"

    def preference(self, name: str) -> str:
        """A preference variable as the running function sees it, in lower case."""
        return to_text(self.scope.get(name)).lower()

    def report(self, call: Call, error: CmdletError) -> None:
        record = self.make_record(error, call)
        action = self.action(call)
        self._remember(call, "errorvariable", record)
        if action == "stop":
            stop = ScriptStop(
                error.message, error.error_id, error.category, explain=error.explain, terminating=True
            )
            stop.record = record
            raise stop
        self.record_error(record, action)

    def _remember(self, call: Call, option: str, value: object) -> None:
        """Put a value into the variable named by -ErrorVariable or -WarningVariable."""
        if option not in call.common:
            return
        name = to_text(call.common[option])
        append = name.startswith("+")
        name = name.lstrip("+").lower()
        old = to_list(self.globals.get(name)) if append or getattr(call, "_remembered", False) else []
        self.globals.variables[name] = [*old, value]
        if not append:
            call.common = {**call.common, option: "+" + name}

    # --- streams -------------------------------------------------------------------------------------------

    def warning(self, call: Call, text: str) -> None:
        action = self.action(call, "warningaction")
        self._remember(call, "warningvariable", text)
        if action == "stop":
            raise ScriptStop(
                'The running command stopped because the preference variable "WarningPreference" or common '
                f"parameter is set to Stop: {text}",
                "ActionPreferenceStop",
                "OperationStopped",
                exception="ActionPreferenceStopException",
                terminating=True,
            )
        if action not in ("silentlycontinue", "ignore"):
            self.host.warning(text)

    def verbose(self, call: Call, text: str) -> None:
        wanted = call.common.get("verbose")
        if wanted is None:
            wanted = self.preference("verbosepreference") == "continue"
        if to_bool(wanted):
            self.host.verbose(text)

    def should_process(self, call: Call, target: str, action: str, high_impact: bool) -> bool:
        if to_bool(call.common.get("whatif", self.scope.get("whatifpreference"))):
            self.host.write_host(f'What if: Performing the operation "{action}" on target "{target}".')
            return False
        confirm = call.common.get("confirm")
        if confirm is None:
            force = call.cmdlet.parameter("Force") is not None and to_bool(call.args.Force)
            preference = self.preference("confirmpreference") or "high"
            confirm = (high_impact and not force and preference != "none") or preference in ("low", "medium")
        if not to_bool(confirm):
            return True
        question = "Are you sure you want to perform this action?\n"
        question += f'Performing the operation "{action}" on target "{target}".'
        self.asker = call.common
        try:
            return (self.confirm or self.host.confirm)("Confirm", question)
        finally:
            self.asker = None

    # --- script blocks -------------------------------------------------------------------------------------

    def enter_call(self, height: int) -> None:
        self.calls += 1
        self.height += height
        if self.calls > limits.CALLS or self.height > 40 * limits.CALLS:
            raise limits.calls_too_deep()

    def leave_call(self, height: int) -> None:
        self.calls -= 1
        self.height -= height

    def run_inline(self, block: ScriptBlock, item: object, emit: Emit) -> None:
        """Run a block in the scope it was written in, with ``$_`` set: as ForEach-Object does."""
        body: CompiledBody = block.body  # type: ignore[assignment]
        scope: Scope = block.scope  # type: ignore[assignment]
        variables = scope.variables
        before = variables.get("_", MISSING)
        variables["_"] = item
        height = body.height
        self.enter_call(height)
        try:
            if body.begin is not None:
                body.begin(scope, emit)
            if body.process is not None:
                body.process(scope, emit)
            body.end(scope, emit)
        except ReturnFlow:
            pass
        finally:
            self.calls -= 1
            self.height -= height
            if before is MISSING:
                variables.pop("_", None)
            else:
                variables["_"] = before

    def valuer(self, block: ScriptBlock) -> Callable[[object], object] | None:
        """For a block that is one expression: its value with ``$_`` set, as ``run_inline`` would find it."""
        body: CompiledBody = block.body  # type: ignore[assignment]
        scope: Scope = block.scope  # type: ignore[assignment]
        value, of_item, height = body.value, body.of_item, body.height
        if value is None:
            return None
        most_calls, most_height = limits.CALLS, 40 * limits.CALLS
        if of_item is not None:
            of, cost, failed = of_item

            def value_of(item: object) -> object:
                if self.calls >= most_calls or self.height + height > most_height:
                    raise limits.calls_too_deep()
                steps = self.steps = self.steps - cost
                try:
                    if steps < 0:
                        self.charge(0)
                    result = of(item)
                    self.ok = True
                    return result
                except (FatalError, CmdletError) as error:
                    failed(error)
                    return NOTHING

            return value_of
        variables = scope.variables

        def value_for(item: object) -> object:
            before = variables.get("_", MISSING)
            variables["_"] = item
            calls = self.calls
            whole = self.height
            self.calls = calls + 1
            self.height = whole + height
            try:
                if calls >= most_calls or whole + height > most_height:
                    raise limits.calls_too_deep()
                return value(scope)
            finally:
                self.calls = calls
                self.height = whole
                if before is MISSING:
                    variables.pop("_", None)
                else:
                    variables["_"] = before

        return value_for

    def condition(self, block: ScriptBlock) -> Callable[[object], bool]:
        """Whether a block gives something true for a ``$_``."""
        value_for = self.valuer(block)
        if value_for is not None:
            valued = value_for

            def holds(item: object) -> bool:
                value = valued(item)
                return value if value is True or value is False else to_bool(value)

            return holds

        def found_true(item: object) -> bool:
            found: list[object] = []
            self.run_inline(block, item, found.append)
            return to_bool(found)

        return found_true

    def invoke(self, block: ScriptBlock, arguments: list[object], item: object) -> list[object]:
        found: list[object] = []
        if arguments:
            self.call_block(block, arguments, item, found.append)
        else:
            self.run_inline(block, item, found.append)
        return found

    def call_block(self, block: ScriptBlock, arguments: list[object], item: object, emit: Emit) -> None:
        """Run a block in a scope of its own with positional arguments (``.Invoke()``, ``.Where{}``)."""
        body: CompiledBody = block.body  # type: ignore[assignment]
        scope = Scope(block.scope)  # type: ignore[arg-type]
        scope.variables["_"] = item
        rest = list(arguments)
        for parameter in body.parameters:
            name = parameter.name.lower()
            value = rest.pop(0) if rest else None
            if name in body.casts:
                value = body.casts[name](value)
            scope.variables[name] = plain(value)
        scope.variables["args"] = rest
        self.enter_call(body.height)
        outer, self.scope = self.scope, scope
        try:
            for part in (body.begin, body.process, body.end):
                if part is not None:
                    part(scope, emit)
        except ReturnFlow:
            pass
        finally:
            self.scope = outer
            self.leave_call(body.height)
