"""The shell: sources in, effects on a host out.

Variables, functions and ``$Error`` live on from run to run. A statement of a script is the unit that a
session records and can restart at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from hvlab.console import limits
from hvlab.console.cmdlets import Cmdlet, CmdletTable
from hvlab.console.collections import Version
from hvlab.console.conditions import Verdict, judge
from hvlab.console.convert import NOTHING
from hvlab.console.errors import CmdletError, ErrorRecord, FatalError, ParseError
from hvlab.console.host import Host
from hvlab.console.looking import only_looks
from hvlab.console.parser import parse_source
from hvlab.console.runtime import (
    BreakLoop,
    ContinueLoop,
    ExitFlow,
    ReturnFlow,
    Runtime,
    ScriptStop,
    StopUpstream,
)
from hvlab.console.source import Position, Source, Span
from hvlab.console.statements import StatementCompiler
from hvlab.console.syntax import Node, Pipeline
from hvlab.console.values import Hashtable

if TYPE_CHECKING:
    from hvlab.console.lab import Lab

__all__ = ["Outcome", "Script", "Shell", "Statement", "Verdict"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement: the unit of recording and restarting."""

    source: Source
    span: Span
    node: Node = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        return self.source.slice(self.span)


@dataclass(frozen=True, slots=True)
class Script:
    """A parsed source."""

    source: Source
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What running a source came to.

    ``statements`` counts those begun. ``exit_code``: 0 done, 1 some command failed, 2 not a program, else
    what ``exit N`` said. ``stopped_at`` is the statement (from 0) that ended the run early, or None.
    """

    statements: int
    errors: tuple[ErrorRecord, ...]
    exit_code: int
    stopped_at: int | None = None

    @property
    def ok(self) -> bool:
        return not self.errors and self.exit_code == 0


def _parse(source: str, name: str) -> Script:
    origin = Source(source, name)
    with limits.deep_stack():
        block, _ = parse_source(origin)
    return Script(origin, tuple(Statement(origin, node.span, node) for node in block.statements))


_SHORT = 4_096
"""Characters up to which a source is kept taken apart: the same lines and conditions come again and again."""
_parsed = lru_cache(1_024)(_parse)


class Shell:
    """A running console."""

    def __init__(self, table: CmdletTable, lab: Lab, host: Host, *, step_limit: int = limits.STEPS) -> None:
        self.step_limit = step_limit
        self.runtime = Runtime(table, lab, host)
        for name, value in _PREFERENCES.items():
            self.runtime.globals.variables[name] = value
        self.runtime.globals.variables["psversiontable"] = Hashtable(
            [("PSVersion", Version((5, 1))), ("PSEdition", "Desktop")]
        )

    @property
    def table(self) -> CmdletTable:
        return self.runtime.table

    @property
    def host(self) -> Host:
        return self.runtime.host

    @host.setter
    def host(self, host: Host) -> None:
        self.runtime.host = host

    def variable(self, name: str) -> object:
        """A global variable's value, None where there is none."""
        return self.runtime.globals.get(name.lower())

    def set_variable(self, name: str, value: object) -> None:
        self.runtime.globals.variables[name.lower()] = value

    @property
    def prompt(self) -> str:
        """What stands before a line: where in the lab's files one is."""
        return f"PS {self.runtime.location}> "

    def variable_names(self) -> list[str]:
        return sorted({*self.runtime.globals.variables, "true", "false", "null", "error"} - {"_"})

    def parse(self, source: str, name: str = "") -> Script:
        """The statements of a source. Raises ParseError."""
        return _parsed(source, name) if len(source) <= _SHORT else _parse(source, name)

    def run(self, source: str, name: str = "") -> Outcome:
        """Parse and run; every error goes to the host and into the outcome."""
        try:
            script = self.parse(source, name)
        except ParseError as error:
            record = error.record()
            self.runtime.record_error(record)
            return Outcome(0, (record,), 2, 0)
        return self.run_script(script)

    def run_script(self, script: Script) -> Outcome:
        """Run a parsed script; the step budget counts for all of it."""
        return self._run(script.statements)

    def run_statement(self, statement: Statement) -> Outcome:
        """Run one statement, with a budget of its own."""
        return self._run((statement,))

    def _run(self, statements: tuple[Statement, ...]) -> Outcome:
        runtime = self.runtime
        runtime.reported = []
        runtime.steps = runtime.step_limit = self.step_limit
        runtime.calls = runtime.height = runtime.tries = 0
        runtime.scope = runtime.globals
        runtime.position = None
        for index, statement in enumerate(statements):
            code: int | None = None
            try:
                with limits.deep_stack():
                    compiler = StatementCompiler(statement.source, runtime)
                    run = compiler.guarded(statement.node)
                    self._wrapped(run, statement)
            except ExitFlow as flow:
                code = flow.code
            except (BreakLoop, ContinueLoop, ReturnFlow, StopUpstream):
                code = 1 if runtime.reported else 0
            except ParseError as error:
                runtime.record_error(error.record())
                code = 2
            except ScriptStop as error:
                runtime.record_error(runtime.make_record(error))
                code = 1
            except FatalError as error:
                runtime.record_error(_fatal_record(error, statement))
                code = 1
            except Exception as error:
                if not limits.SPARE_FAULTS or type(error).__module__ not in ("builtins", "struct"):
                    raise
                runtime.record_error(_fault_record(error, statement))
                code = 1
            self.host.statement_done()
            if code is not None:
                return Outcome(index + 1, tuple(runtime.reported), code, index)
        return Outcome(len(statements), tuple(runtime.reported), 1 if runtime.reported else 0)

    def _wrapped(self, run: object, statement: Statement) -> None:
        runtime = self.runtime
        host = runtime.host
        position = Position(statement.source, statement.span)

        def emit(value: object) -> None:
            if value is not None and value is not NOTHING:
                host.output(value)

        try:
            run(runtime.globals, emit)  # type: ignore[operator]
        except (RecursionError, MemoryError):  # our own limits come first; this is the net below them
            error = limits.calls_too_deep()
            error.position = position
            raise error from None

    def only_command(self, statement: Statement) -> Cmdlet | None:
        """The cmdlet that is all there is to a statement: named in plain words, no pipeline, no assignment."""
        from hvlab.console.syntax import BareWord, Command

        if not isinstance(statement.node, Pipeline) or len(statement.node.elements) != 1:
            return None
        command = statement.node.elements[0]
        if not isinstance(command, Command) or not isinstance(command.name, BareWord) or command.operator:
            return None
        return self.table.find(command.name.value)

    def is_read_only(self, statement: Statement) -> bool:
        """Whether a statement only looks: it neither changes the lab nor keeps anything for later."""
        return only_looks(statement.node, self.table)

    def evaluate_condition(self, source: str, name: str = "") -> Verdict:
        """A check's expression: true or false, with what was expected and what was found.

        Raises ParseError where it is no expression, CmdletError where it cannot be evaluated.
        """
        script = self.parse(source, name)
        runtime = self.runtime
        runtime.steps = runtime.step_limit = self.step_limit
        runtime.calls = runtime.height = 0
        runtime.tries = 1  # errors come back to the caller
        try:
            with limits.deep_stack():
                return judge(StatementCompiler(script.source, runtime), [s.node for s in script.statements])
        except FatalError as error:
            raise CmdletError(
                error.message, error.error_id, "LimitsExceeded", explain=error.explain
            ) from None
        finally:
            runtime.tries = 0


def _fatal_record(error: FatalError, statement: Statement) -> ErrorRecord:
    return ErrorRecord(
        error.message,
        error.error_id,
        "LimitsExceeded",
        "RuntimeException",
        position=error.position or Position(statement.source, statement.span),
        explain=error.explain,
    )


def _fault_record(error: Exception, statement: Statement) -> ErrorRecord:
    """hvlab itself has failed in a command: said as what it is, and the session goes on."""
    kind = type(error).__name__
    return ErrorRecord(
        f"hvlab failed here by a fault of its own ({kind}: {error}).",
        "InternalFault",
        "InvalidResult",
        kind,
        position=Position(statement.source, statement.span),
        explain=("console.fault", {}),
    )


_PREFERENCES: dict[str, object] = {
    "erroractionpreference": "Continue",
    "warningpreference": "Continue",
    "verbosepreference": "SilentlyContinue",
    "confirmpreference": "High",
    "whatifpreference": False,
}
