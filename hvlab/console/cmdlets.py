"""What a cmdlet is: its parameters, its code, and what its code may ask for.

A layer describes its cmdlets with ``Cmdlet`` and ``Parameter`` and registers them in the ``CmdletTable``
that the shell was given; there is no global table. ``run(call)`` is called once for each record of the
pipeline (once, when nothing is piped in), or, with ``collects``, once with all of them in ``call.input``.
It returns or yields the objects to emit; None emits nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from hvlab.console.errors import CmdletError
from hvlab.console.host import Host

if TYPE_CHECKING:
    from hvlab.console.lab import Lab
    from hvlab.console.scriptblock import ScriptBlock
    from hvlab.console.source import Position
else:
    Lab = Any  # the session's handle; the language itself never looks inside


Kind = Literal[
    "string",  # text
    "int",
    "double",
    "size",  # bytes: 512MB, "2GB" or a plain integer
    "bool",
    "switch",
    "seconds",  # integer nanoseconds, given as a number of seconds (may have a fraction)
    "timespan",  # a TimeSpan, given as one, as "hh:mm:ss" or as a number of seconds
    "enum",  # one of ``values``; a unique beginning will do, in any case; arrives as declared
    "scriptblock",
    "hashtable",
    "property",  # a property's name, a script block, or @{Name=; Expression=}: for Select-Object and its like
    "object",  # anything, or only objects of ``types`` where given
]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    ``sets`` are the parameter sets it belongs to (none: all of them). ``pipeline`` says whether a record
    itself ("value"), its property of this name or alias ("property"), or either ("both") may fill it.
    ``values`` are the allowed values of an enum, or a validate set of strings (a string parameter then
    accepts exactly these, in any case). ``array``: the code receives a list, and a comma list is accepted.
    ``completer`` names a source of completions (``vm``, ``switch``, ``path``, ``cmdlet``, ``property``…).
    """

    name: str
    kind: Kind = "string"
    position: int | None = None
    mandatory: bool = False
    aliases: tuple[str, ...] = ()
    pipeline: Literal["value", "property", "both"] | None = None
    values: tuple[str, ...] | None = None
    completer: str | None = None
    default: object = None
    array: bool = False
    sets: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    rest: bool = False  # takes all remaining positional arguments (Write-Host a b c)
    allow_null: bool = False
    type_name: str | None = None  # shown by Get-Help and in errors, where the kind's own name will not do
    told: tuple[
        tuple[str, str], ...
    ] = ()  # values that are often tried in vain, with the message that says why
    hidden: bool = False  # accepted, but neither listed nor completed

    @property
    def by_value(self) -> bool:
        return self.pipeline in ("value", "both")

    @property
    def by_property(self) -> bool:
        return self.pipeline in ("property", "both")

    @property
    def shown_type(self) -> str:
        """The type in a syntax line, as ``<string[]>``."""
        declared = self.type_name or (self.types[0] if self.types else _SHOWN[self.kind])
        base = declared.rsplit(".", 1)[-1]
        return f"{base}[]" if self.array or self.rest else base

    @property
    def clr_type(self) -> str:
        """The .NET type named in conversion errors."""
        return self.type_name or (self.types[0] if self.types else _CLR[self.kind])


_SHOWN: dict[str, str] = {
    "string": "string",
    "int": "int",
    "double": "double",
    "size": "long",
    "bool": "bool",
    "switch": "switch",
    "seconds": "double",
    "timespan": "timespan",
    "enum": "string",
    "scriptblock": "scriptblock",
    "hashtable": "hashtable",
    "property": "Object",
    "object": "Object",
}
_CLR: dict[str, str] = {
    "string": "System.String",
    "int": "System.Int32",
    "double": "System.Double",
    "size": "System.Int64",
    "bool": "System.Boolean",
    "switch": "System.Management.Automation.SwitchParameter",
    "seconds": "System.Double",
    "timespan": "System.TimeSpan",
    "enum": "System.String",
    "scriptblock": "System.Management.Automation.ScriptBlock",
    "hashtable": "System.Collections.Hashtable",
    "property": "System.Object",
    "object": "System.Object",
}


class Args(Mapping[str, Any]):
    """Arguments by parameter name, in any case, as attributes or items.

    A parameter that was not given reads as its default; ``"Name" in args`` says whether it was given.
    Asking for a name that is no parameter is a programming error (AttributeError / KeyError).
    """

    __slots__ = ("_bound", "_defaults")

    def __init__(self, bound: dict[str, object], defaults: Mapping[str, object]) -> None:
        self._bound = bound  # keys are lower case
        self._defaults = defaults

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the cmdlet has no parameter {name!r}") from None

    def __getitem__(self, name: str) -> Any:
        folded = name.lower()
        if folded in self._bound:
            return self._bound[folded]
        return self._defaults[folded]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._bound

    def __iter__(self) -> Iterator[str]:
        return iter(self._bound)

    def __len__(self) -> int:
        return len(self._bound)


class Runner(Protocol):
    """What a call needs of the evaluator; a test can bring its own."""

    host: Host

    @property
    def table(self) -> CmdletTable: ...

    def report(self, call: Call, error: CmdletError) -> None:
        """Take a non-terminating error."""
        ...

    def warning(self, call: Call, text: str) -> None: ...

    def verbose(self, call: Call, text: str) -> None: ...

    def should_process(self, call: Call, target: str, action: str, high_impact: bool) -> bool: ...

    def invoke(self, block: ScriptBlock, arguments: list[object], item: object) -> list[object]: ...

    def charge(self, steps: int) -> None:
        """Count work against the script's budget."""
        ...


@dataclass(slots=True)
class Call:
    """One invocation of a cmdlet: what its code sees and may do."""

    cmdlet: Cmdlet
    name: str  # as the learner wrote it: an alias stays an alias
    args: Args
    lab: Lab
    runner: Runner
    parameter_set: str = ""
    input: list[object] = field(default_factory=list)  # all records (``collects``), or the present one
    expects_input: bool = False  # stands behind a | in the pipeline
    common: Mapping[str, object] = field(default_factory=dict)  # -Verbose, -ErrorAction… by lower-case name
    position: Position | None = None  # where the command stands

    @property
    def record(self) -> object:
        """The present pipeline record, or None."""
        return self.input[0] if self.input else None

    @property
    def host(self) -> Host:
        return self.runner.host

    @property
    def table(self) -> CmdletTable:
        return self.runner.table

    def warn(self, text: str) -> None:
        self.runner.warning(self, text)

    def verbose(self, text: str) -> None:
        """Shown with -Verbose only."""
        self.runner.verbose(self, text)

    def progress(self, activity: str, status: str = "", percent: int | None = None) -> None:
        self.host.progress(activity, status, percent)

    def error(self, error: CmdletError) -> None:
        """Report a non-terminating error and go on (unless -ErrorAction Stop)."""
        self.runner.report(self, error)

    def should_process(self, target: str, action: str | None = None, *, high_impact: bool = False) -> bool:
        """Whether to go on: False under -WhatIf (which prints what would be done) or when declined.

        ``action`` defaults to the cmdlet's name. With ``high_impact`` the host asks unless
        ``-Confirm:$false`` or ``-Force`` is given; otherwise it asks only with -Confirm.
        """
        return self.runner.should_process(self, target, action or self.cmdlet.name, high_impact)

    def invoke(self, block: ScriptBlock, *arguments: object, item: object = None) -> list[object]:
        """Run a script block with ``$_`` set to ``item``; what it emits."""
        return self.runner.invoke(block, list(arguments), item)

    def test(self, block: ScriptBlock, item: object = None) -> bool:
        """Run a script block as a condition."""
        from hvlab.console.convert import to_bool  # late: convert knows the values, not the cmdlets

        return to_bool(self.runner.invoke(block, [], item))


class Stage(Protocol):
    """A cmdlet that keeps state from record to record (Select-Object -First): see ``Cmdlet.stage``."""

    def process(self, record: object) -> None: ...

    def end(self) -> None: ...


Emit = Callable[[object], None]
RunFunction = Callable[[Call], Iterable[object] | None]


@dataclass(frozen=True, eq=False)
class Cmdlet:
    """A cmdlet's description and code.

    ``aliases`` are other names of the whole cmdlet. ``default_set`` breaks a tie between parameter sets.
    ``lab_only`` marks what no real system has; help, Get-Command and completion show it. ``summary_id`` is
    the message id of its one-line help. ``stage`` replaces ``run`` for cmdlets that stream with state.
    """

    name: str
    module: str
    parameters: tuple[Parameter, ...] = ()
    run: RunFunction | None = None
    aliases: tuple[str, ...] = ()
    collects: bool = False
    lab_only: bool = False
    summary_id: str | None = None
    supports_should_process: bool = False
    default_set: str | None = None
    stage: Callable[[Call, Emit], Stage] | None = None
    implementing_type: str | None = None
    read_only: bool = False  # never changes the lab: the session need not make it a step of undo

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        folded: dict[str, Parameter] = {}
        for parameter in self.parameters:
            for name in (parameter.name, *parameter.aliases):
                if name.lower() in folded:
                    raise ValueError(f"{self.name}: parameter name {name!r} is used twice")
                folded[name.lower()] = parameter
        object.__setattr__(self, "_folded", folded)
        sets: dict[str, None] = {}
        for parameter in self.parameters:
            for name in parameter.sets:
                sets.setdefault(name)
        object.__setattr__(self, "set_names", tuple(sets) or ("",))
        defaults = {
            p.name.lower(): (False if p.kind == "switch" and p.default is None else p.default)
            for p in self.parameters
        }
        object.__setattr__(self, "defaults", defaults)
        placed = [(p.name.lower(), p) for p in self.parameters if p.position is not None or p.rest]
        object.__setattr__(self, "placed", tuple(placed))

    _folded: dict[str, Parameter] = field(init=False, repr=False, default_factory=dict)
    set_names: tuple[str, ...] = field(init=False, repr=False, default=())
    defaults: dict[str, object] = field(init=False, repr=False, default_factory=dict)
    placed: tuple[tuple[str, Parameter], ...] = field(init=False, repr=False, default=())
    """The parameters that take arguments without a name, by lower-case name."""
    plans: dict[tuple[object, ...], Any] = field(init=False, repr=False, default_factory=dict)
    """How arguments of a shape were bound before (``binding.Plan``)."""

    @property
    def type_name(self) -> str:
        """The command's class, the second half of a FullyQualifiedErrorId."""
        if self.implementing_type is not None:
            return self.implementing_type
        joined = self.name.replace("-", "")
        if self.lab_only:
            return f"Hvlab.Commands.{joined}"
        if self.module == "Hyper-V":
            return f"Microsoft.HyperV.PowerShell.Commands.{joined}"
        return f"Microsoft.PowerShell.Commands.{joined}Command"

    def parameter(self, name: str) -> Parameter | None:
        """By exact name or alias, in any case."""
        return self._folded.get(name.lower())

    def parameters_starting(self, prefix: str) -> list[Parameter]:
        """The parameters with a name or alias that begins so, each once."""
        wanted = prefix.lower()
        found = {id(p): p for name, p in self._folded.items() if name.startswith(wanted)}
        return list(found.values())


class CmdletTable:
    """The cmdlets of one shell, by name and alias."""

    def __init__(self, cmdlets: Iterable[Cmdlet] = ()) -> None:
        self._by_name: dict[str, Cmdlet] = {}
        self._aliases: dict[str, tuple[str, Cmdlet]] = {}
        self._sorted: list[tuple[str, str]] | None = None
        self.register(*cmdlets)

    def register(self, *cmdlets: Cmdlet) -> None:
        """Add cmdlets. A name or alias that is taken already is an error of the programmer's."""
        for cmdlet in cmdlets:
            for name in (cmdlet.name, *cmdlet.aliases):
                if name.lower() in self._by_name or name.lower() in self._aliases:
                    raise ValueError(f"{name!r} is registered already")
            self._by_name[cmdlet.name.lower()] = cmdlet
            for alias in cmdlet.aliases:
                self._aliases[alias.lower()] = (alias, cmdlet)
        self._sorted = None

    def find(self, name: str) -> Cmdlet | None:
        """By name or alias, in any case."""
        folded = name.lower()
        found = self._by_name.get(folded)
        if found is None and (alias := self._aliases.get(folded)) is not None:
            found = alias[1]
        return found

    def knows(self, folded: str) -> bool:
        """Whether a name in lower case is a cmdlet's or an alias."""
        return folded in self._by_name or folded in self._aliases

    def __iter__(self) -> Iterator[Cmdlet]:
        """All cmdlets by name."""
        return iter(sorted(self._by_name.values(), key=lambda cmdlet: cmdlet.name.lower()))

    def aliases(self) -> list[tuple[str, Cmdlet]]:
        return [self._aliases[name] for name in sorted(self._aliases)]

    def names(self) -> list[tuple[str, str]]:
        """(lower case, as shown) of every cmdlet, sorted; kept until something is registered."""
        if self._sorted is None:
            self._sorted = sorted((name, cmdlet.name) for name, cmdlet in self._by_name.items())
        return self._sorted

    def starting(self, prefix: str) -> list[Cmdlet]:
        """Cmdlets whose name begins so, by name."""
        names = self.names()
        wanted = prefix.lower()
        first = bisect_left(names, (wanted, ""))
        found: list[Cmdlet] = []
        for folded, _ in names[first:]:
            if not folded.startswith(wanted):
                break
            found.append(self._by_name[folded])
        return found
