"""Errors as PowerShell shows them.

``CmdletError`` is what a cmdlet raises or hands to ``call.error``; the evaluator turns it into an
``ErrorRecord`` by adding the command and the place. ``ParseError`` stands for text that is no program.
An error may carry ``explain``: a message id and values for the lab's own extra line, which a higher layer
renders in the learner's language; this module knows no language but PowerShell's.

Message ids used by the console itself (values in brackets):

========================================  ==========================================================
``console.did_you_mean_command``          {name, suggestion}
``console.no_such_command_but``           {name, word}
``console.no_such_command``               {name}
``console.no_such_script``                {path}
``console.no_such_method``                {}
``console.unit_apart``                    {unit}
``console.how_written``                   {command}
``console.did_you_mean_parameter``        {command, name, suggestion}
``console.did_you_mean_value``            {parameter, value, suggestion}
``console.unsupported``                   {construct, substitute}
``console.unsupported_bare``              {construct}
``console.missing_parameter``             {command, parameters}
``console.budget``                        {limit, line}
``console.depth``                         {limit}
``console.too_large``                     {limit, what}
========================================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hvlab.console.source import Position, Source, Span

Explain = tuple[str, Mapping[str, object]]


class ConsoleError(Exception):
    """Common base of everything the language reports as an error."""


class CmdletError(ConsoleError):
    """A cmdlet's failure.

    Raised from ``run`` it ends the work on the present record and the pipeline goes on with the next one
    (PowerShell's non-terminating error); with ``terminating=True`` it ends the statement. ``error_id`` is
    without the command's class, which is added here. ``target`` is the object at fault.
    """

    def __init__(
        self,
        message: str,
        error_id: str = "InvalidParameter",
        category: str = "InvalidArgument",
        target: object = None,
        target_type: str | None = None,
        exception: str = "VirtualizationException",
        explain: Explain | None = None,
        *,
        terminating: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_id = error_id
        self.category = category
        self.target = target
        self.target_type = target_type
        self.exception = exception
        self.explain = explain
        self.terminating = terminating
        self.position: Position | None = None  # filled in by the evaluator
        self.record: ErrorRecord | None = None  # once it has been reported


def fault(
    message: str,
    error_id: str = "RuntimeException",
    category: str = "NotSpecified",
    target: object = None,
    target_type: str | None = None,
    explain: Explain | None = None,
) -> CmdletError:
    """An error of the language itself: ends the statement."""
    return CmdletError(
        message, error_id, category, target, target_type, "RuntimeException", explain, terminating=True
    )


def not_recognized(name: str) -> CmdletError:
    """There is no such command."""
    return CmdletError(
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable "
        "program. Check the spelling of the name, or if a path was included, verify that the path is correct "
        "and try again.",
        "CommandNotFoundException",
        "ObjectNotFound",
        name,
        "String",
        "CommandNotFoundException",
    )


def left_out(construct: str, substitute: str) -> tuple[str, dict[str, object]]:
    """The lab's own line about PowerShell that hvlab does not know; `substitute` may be empty."""
    if not substitute:
        return "console.unsupported_bare", {"construct": construct}
    return "console.unsupported", {"construct": construct, "substitute": substitute}


def unsupported(construct: str, position: Position | None = None, substitute: str = "") -> CmdletError:
    """The refusal by name: this is PowerShell, but not hvlab's."""
    where = ""
    if position is not None:
        where = f" (line {position.line}, column {position.column})"
    error = CmdletError(
        f"`{construct}` is not part of hvlab's PowerShell{where}" + (f"; {substitute}" if substitute else ""),
        "UnsupportedConstruct",
        "NotImplemented",
        exception="NotSupportedException",
        explain=left_out(construct, substitute),
        terminating=True,
    )
    error.position = position
    return error


class FatalError(ConsoleError):
    """A limit was passed: ends the whole run, and no ``try`` catches it."""

    def __init__(self, message: str, error_id: str, explain: Explain) -> None:
        super().__init__(message)
        self.message = message
        self.error_id = error_id
        self.explain = explain
        self.position: Position | None = None


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """An error with its command and its place: what ``$Error`` holds and a host prints."""

    message: str
    error_id: str
    category: str = "NotSpecified"
    exception: str = "RuntimeException"
    command: str = ""
    target: str = ""
    target_type: str = ""
    position: Position | None = None
    explain: Explain | None = None
    parse: bool = False
    activity: str | None = None  # the cmdlet's own name, where ``command`` is an alias of it
    subject: object = field(default=None, compare=False, repr=False)

    @property
    def inner(self) -> str:
        """The exception within, where the language wraps one of .NET's in its own; else empty."""
        return "DivideByZeroException" if self.message == "Attempted to divide by zero." else ""

    @property
    def category_info(self) -> str:
        target = f"{self.target}:{self.target_type}" if self.target or self.target_type else ":"
        activity = self.command if self.activity is None else self.activity
        return f"{self.category}: ({target}) [{activity}], {self.exception}"

    def render(self) -> str:
        """The error in the form of PowerShell 2 to 5, several lines, without a final newline."""
        lines: list[str] = []
        place = self.position.render() if self.position is not None else []
        if self.parse:
            lines += place
            lines.append(self.message)
        else:
            lines.append(f"{self.command} : {self.message}" if self.command else self.message)
            lines += place
        lines.append(f"    + CategoryInfo          : {self.category_info}")
        lines.append(f"    + FullyQualifiedErrorId : {self.error_id}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.message

    def is_a(self, name: str) -> bool:
        """Whether ``catch [name]`` takes it; ``name`` is lower case and without namespace."""
        own = self.exception.lower()
        if name in ("exception", own, self.inner.lower()):
            return True
        if name == "runtimeexception":
            return own.endswith(_RUNTIME)
        if name == "systemexception":
            return own != "applicationexception"
        if name in ("ioexception", "argumentexception", "arithmeticexception"):
            return name in _BASES.get(own, ()) or name in _BASES.get(self.inner.lower(), ())
        return False


_RUNTIME = (
    "runtimeexception",
    "commandnotfoundexception",
    "parameterbindingexception",
    "actionpreferencestopexception",
    "itemnotfoundexception",
    "drivenotfoundexception",
    "sessionstateunauthorizedaccessexception",
)
_BASES = {
    "dividebyzeroexception": ("arithmeticexception",),
    "filenotfoundexception": ("ioexception",),
    "directorynotfoundexception": ("ioexception",),
    "argumentnullexception": ("argumentexception",),
    "argumentoutofrangeexception": ("argumentexception",),
}


class ParseError(ConsoleError):
    """The text is not a program of this language.

    ``incomplete`` says that more text could still make it one: a prompt then asks for another line.
    """

    def __init__(
        self,
        message: str,
        source: Source,
        span: Span,
        error_id: str = "UnexpectedToken",
        *,
        incomplete: bool = False,
        explain: Explain | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.span = span
        self.error_id = error_id
        self.incomplete = incomplete
        self.explain = explain

    @property
    def line(self) -> int:
        return self.source.line_column(self.span.start)[0]

    @property
    def column(self) -> int:
        return self.source.line_column(self.span.start)[1]

    def record(self) -> ErrorRecord:
        return ErrorRecord(
            self.message,
            self.error_id,
            category="ParserError",
            exception="ParentContainsErrorRecordException",
            position=Position(self.source, self.span),
            explain=self.explain,
            parse=True,
        )

    def render(self) -> str:
        return self.record().render()
