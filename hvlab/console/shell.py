"""The shell: sources in, effects on a host out. (Being built: the signatures are settled.)"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.console.cmdlets import CmdletTable, Lab
from hvlab.console.errors import ErrorRecord
from hvlab.console.host import Host
from hvlab.console.source import Source, Span


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement: the unit of recording and restarting."""

    source: Source
    span: Span
    node: object = field(repr=False, compare=False, default=None)

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
    """What running a source came to. ``exit_code``: 0 done, 1 some command failed, 2 not a program, else
    what ``exit N`` said. ``stopped_at`` is the statement (from 0) that ended the run early, or None."""

    statements: int
    errors: tuple[ErrorRecord, ...]
    exit_code: int
    stopped_at: int | None = None

    @property
    def ok(self) -> bool:
        return not self.errors and self.exit_code == 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check's answer: whether it holds, what was expected and what was found (short texts)."""

    value: bool
    expected: str
    actual: str
    source: str


class Shell:
    """A running console: variables and ``$Error`` live on from one run to the next."""

    def __init__(self, table: CmdletTable, lab: Lab, host: Host, *, step_limit: int = 5_000_000) -> None:
        self.table = table
        self.lab = lab
        self.host = host
        self.step_limit = step_limit

    def parse(self, source: str, name: str = "") -> Script:
        """Raises ParseError."""
        raise NotImplementedError

    def run(self, source: str, name: str = "") -> Outcome:
        """Parse and run; every error goes to the host and into the outcome."""
        raise NotImplementedError

    def run_statement(self, statement: Statement) -> Outcome:
        """Run one statement of a parsed script."""
        raise NotImplementedError

    def evaluate_condition(self, source: str) -> Verdict:
        """A check's expression. Raises ParseError or CmdletError when it cannot be evaluated."""
        raise NotImplementedError
