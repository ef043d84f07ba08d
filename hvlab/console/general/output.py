"""Format-, Out- and Write- cmdlets: where objects become text, and the other streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hvlab.console.cmdlets import Args, Call, Cmdlet, Emit, Parameter
from hvlab.console.convert import to_bool, to_text
from hvlab.console.errors import CmdletError, unsupported
from hvlab.console.formatting import (
    FormatData,
    default_columns,
    format_values,
    list_columns,
    listing,
    table,
    wide,
)
from hvlab.console.general.common import CORE, INPUT, UTILITY, invoker
from hvlab.console.objects import PSObject
from hvlab.console.runtime import Runtime
from hvlab.console.views import Selector, cell, selectors

_PROPERTY = Parameter("Property", "property", position=0, array=True, completer="property")
_GROUP_BY = Parameter("GroupBy", "property", completer="property")
_VIEWLESS = (str, int, float, bool)

_CATEGORIES = [
    "NotSpecified",
    "OpenError",
    "CloseError",
    "DeviceError",
    "DeadlockDetected",
    "InvalidArgument",
    "InvalidData",
    "InvalidOperation",
    "InvalidResult",
    "InvalidType",
    "MetadataError",
    "NotImplemented",
    "NotInstalled",
    "ObjectNotFound",
    "OperationStopped",
    "OperationTimeout",
    "SyntaxError",
    "ParserError",
    "PermissionDenied",
    "ResourceBusy",
    "ResourceExists",
    "ResourceUnavailable",
    "ReadError",
    "WriteError",
    "FromStdErr",
    "SecurityError",
    "LimitsExceeded",
]
COLORS = [
    "Black",
    "DarkBlue",
    "DarkGreen",
    "DarkCyan",
    "DarkRed",
    "DarkMagenta",
    "DarkYellow",
    "Gray",
    "DarkGray",
    "Blue",
    "Green",
    "Cyan",
    "Red",
    "Magenta",
    "Yellow",
    "White",
]


# --- Format-Table, -List, -Wide ----------------------------------------------------------------------------


def _grouped(call: Call, records: list[object]) -> list[tuple[str | None, list[object]]]:
    """Runs of records with the same -GroupBy value, each with its heading."""
    if "GroupBy" not in call.args:
        return [(None, records)]
    column = next(iter(selectors([call.args.GroupBy], records, invoker(call), call.cmdlet.name)), None)
    groups: list[tuple[str | None, list[object]]] = []
    for record in records:
        heading = f"   {column.label}: {to_text(column.read(record))}" if column is not None else ""
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        groups[-1][1].append(record)
    return groups


def _kind(record: object) -> object:
    return record.type.name if isinstance(record, PSObject) else type(record)


def _format(call: Call, view: Callable[[list[object], list[object] | None], list[str]]) -> Iterable[object]:
    records = [record for record in call.input if record is not None]
    chosen = call.args.Property is not None  # the same columns for all, whatever they are
    for heading, group in _grouped(call, records):
        lines: list[str] = ["", heading] if heading is not None else []
        start = 0
        while start < len(group):
            end = start + 1
            while end < len(group) and (chosen or _kind(group[end]) == _kind(group[start])):
                end += 1
            lines += view(group[start:end], call.args.Property)
            start = end
        yield FormatData(lines)


def _plain_run(records: list[object], specs: list[object] | None) -> list[str] | None:
    """Text and numbers print as they are, unless columns were asked for."""
    if isinstance(records[0], _VIEWLESS) and specs is None:
        return [line for record in records for line in to_text(record).split("\n")]
    return None


def _format_table(call: Call) -> Iterable[object]:
    def view(records: list[object], specs: list[object] | None) -> list[str]:
        plain = _plain_run(records, specs)
        if plain is not None:
            return plain
        if specs is not None:
            columns = selectors(specs, records, invoker(call), "Format-Table")
        else:
            kind, columns = default_columns(records[0])
            if kind == "list" and isinstance(records[0], PSObject) and records[0].type.columns:
                columns = default_columns(PSObject(records[0].type, records[0].subject))[1]
        lines = table(
            records, columns, call.host.width, headers=not call.args.HideTableHeaders, wrap=call.args.Wrap
        )
        return ["", *lines, ""]

    return _format(call, view)


def _format_list(call: Call) -> Iterable[object]:
    def view(records: list[object], specs: list[object] | None) -> list[str]:
        plain = _plain_run(records, specs)
        if plain is not None:
            return plain
        lines = [""]
        for record in records:
            columns = (
                list_columns(record)
                if specs is None
                else selectors(specs, [record], invoker(call), "Format-List")
            )
            lines += [*listing(record, columns, call.host.width), ""]
        return lines

    return _format(call, view)


def _format_wide(call: Call) -> Iterable[object]:
    def view(records: list[object], specs: list[object] | None) -> list[str]:
        plain = _plain_run(records, specs)
        if plain is not None:
            return plain
        column: Selector | None
        if specs is not None:
            column = selectors(specs[:1], records, invoker(call), "Format-Wide")[0]
        else:
            column = next(iter(default_columns(records[0])[1]), None)
        texts = [cell(column.read(record), column) for record in records] if column is not None else []
        return ["", *wide(texts, call.host.width, call.args.Column or 0), ""]

    return _format(call, view)


# --- Out- --------------------------------------------------------------------------------------------------


def _out_string(call: Call) -> Iterable[object]:
    text = format_values(call.input, call.args.Width or call.host.width)
    return text.splitlines() if call.args.Stream else [text]


class _OutNull:
    free = True
    """Nothing is done for a record."""

    def __init__(self, call: Call, emit: Emit) -> None:
        pass

    def process(self, record: object) -> None:
        pass

    def end(self) -> None:
        pass


class _OutHost:
    """Straight to the host, past the rest of the pipeline."""

    def __init__(self, call: Call, emit: Emit) -> None:
        self.host = call.host

    def process(self, record: object) -> None:
        self.host.output(record)

    def end(self) -> None:
        self.host.statement_done()


def _out_grid_view(call: Call) -> Iterable[object]:
    raise unsupported("Out-GridView", substitute="there is no desktop here: Format-Table shows the same")


class _Tee:
    def __init__(self, call: Call, emit: Emit) -> None:
        self.call = call
        self.emit = emit
        self.kept: list[object] = []

    def process(self, record: object) -> None:
        self.kept.append(record)
        self.emit(record)

    def end(self) -> None:
        kept = self.kept
        if "FilePath" in self.call.args:
            self._write_file()
            return
        variables = self.call.runner.globals.variables  # type: ignore[attr-defined]
        variables[self.call.args.Variable.lower()] = kept[0] if len(kept) == 1 else kept

    def _write_file(self) -> None:
        """Through Out-File, where the lab has files."""
        call = self.call
        out_file = call.table.find("Out-File")
        if out_file is None or out_file.run is None:
            raise unsupported("Tee-Object -FilePath", substitute="use -Variable")
        bound = {"filepath": call.args.FilePath, "append": call.args.Append}
        args = Args(bound, out_file.defaults)
        out_file.run(Call(out_file, out_file.name, args, call.lab, call.runner, input=self.kept))


# --- Write- ------------------------------------------------------------------------------------------------


def _write_output(call: Call) -> Iterable[object]:
    given: list[object] = call.args.InputObject if "InputObject" in call.args else [call.record]
    if call.args.NoEnumerate:
        return [given if len(given) != 1 else given[0]]
    return [item for value in given for item in (value if isinstance(value, list) else [value])]


def _host_text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(_host_text(item) if not isinstance(item, list) else to_text(item) for item in value)
    if isinstance(value, FormatData):
        return "\n".join(value.lines)
    return to_text(value)


def _write_host(call: Call) -> None:
    given = call.args.Object if "Object" in call.args else []
    separator = call.args.Separator if call.args.Separator is not None else " "
    call.host.write_host(separator.join(_host_text(item) for item in given), not call.args.NoNewline)


def _write_warning(call: Call) -> None:
    call.warn(call.args.Message)


def _write_verbose(call: Call) -> None:
    call.verbose(call.args.Message)


def _write_error(call: Call) -> None:
    error = CmdletError(
        call.args.Message,
        call.args.ErrorId or "Microsoft.PowerShell.Commands.WriteErrorException",
        call.args.Category or "NotSpecified",
        call.args.TargetObject,
        exception="WriteErrorException",
    )
    runtime = call.runner
    if isinstance(runtime, Runtime) and call.position is not None:  # it is the caller who complains
        caller = runtime.scope.get("myinvocation")
        record = runtime.make_record(error, call)
        named = caller.get("InvocationName") if isinstance(caller, PSObject) else None
        shown = to_text(named) or call.position.source.slice(call.position.span)
        error.record = replace(record, command=shown, activity=call.cmdlet.name)
    call.error(error)


def _write_progress(call: Call) -> None:
    percent = call.args.PercentComplete
    if not to_bool(call.args.Completed):
        call.progress(call.args.Activity, call.args.Status or "", percent)


def _write_nothing(call: Call) -> None:
    pass


_MESSAGE = Parameter(
    "Message", "string", position=0, mandatory=True, pipeline="value", allow_null=True, aliases=("Msg",)
)

CMDLETS = (
    Cmdlet(
        "Format-Table",
        UTILITY,
        (
            _PROPERTY,
            Parameter("AutoSize", "switch"),
            Parameter("Wrap", "switch"),
            Parameter("HideTableHeaders", "switch"),
            _GROUP_BY,
            INPUT,
        ),
        _format_table,
        aliases=("ft",),
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "Format-List",
        UTILITY,
        (_PROPERTY, Parameter("Force", "switch"), _GROUP_BY, INPUT),
        _format_list,
        aliases=("fl",),
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "Format-Wide",
        UTILITY,
        (_PROPERTY, Parameter("Column", "int", minimum=1), Parameter("AutoSize", "switch"), _GROUP_BY, INPUT),
        _format_wide,
        aliases=("fw",),
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "Out-String",
        UTILITY,
        (Parameter("Width", "int", minimum=2, maximum=10_000), Parameter("Stream", "switch"), INPUT),
        _out_string,
        collects=True,
        read_only=True,
    ),
    Cmdlet("Out-Null", CORE, (INPUT,), stage=_OutNull, read_only=True),
    Cmdlet("Out-Host", CORE, (INPUT,), aliases=("oh",), stage=_OutHost, read_only=True),
    Cmdlet("Out-Default", CORE, (INPUT,), stage=_OutHost, read_only=True),
    Cmdlet(
        "Out-GridView", UTILITY, (INPUT,), _out_grid_view, aliases=("ogv",), collects=True, read_only=True
    ),
    Cmdlet(
        "Tee-Object",
        UTILITY,
        (
            Parameter("FilePath", position=0, mandatory=True, sets=("File",), completer="path"),
            Parameter("Append", "switch", sets=("File",)),
            Parameter("Variable", mandatory=True, sets=("Variable",)),
            INPUT,
        ),
        default_set="File",
        aliases=("tee",),
        stage=_Tee,
    ),
    Cmdlet(
        "Write-Output",
        UTILITY,
        (
            Parameter("InputObject", "object", mandatory=True, pipeline="value", rest=True, allow_null=True),
            Parameter("NoEnumerate", "switch"),
        ),
        _write_output,
        aliases=("echo", "write"),
        read_only=True,
    ),
    Cmdlet(
        "Write-Host",
        UTILITY,
        (
            Parameter("Object", "object", pipeline="value", rest=True, allow_null=True),
            Parameter("NoNewline", "switch"),
            Parameter("Separator", "string"),
            Parameter("ForegroundColor", "enum", values=tuple(COLORS), type_name="System.ConsoleColor"),
            Parameter("BackgroundColor", "enum", values=tuple(COLORS), type_name="System.ConsoleColor"),
        ),
        _write_host,
        read_only=True,
    ),
    Cmdlet("Write-Warning", UTILITY, (_MESSAGE,), _write_warning, read_only=True),
    Cmdlet("Write-Verbose", UTILITY, (_MESSAGE,), _write_verbose, read_only=True),
    Cmdlet("Write-Debug", UTILITY, (_MESSAGE,), _write_nothing, read_only=True),
    Cmdlet(
        "Write-Error",
        UTILITY,
        (
            _MESSAGE,
            Parameter("ErrorId", "string"),
            Parameter(
                "Category",
                "enum",
                values=tuple(_CATEGORIES),
                type_name="System.Management.Automation.ErrorCategory",
            ),
            Parameter("TargetObject", "object"),
        ),
        _write_error,
        read_only=True,
    ),
    Cmdlet(
        "Write-Progress",
        UTILITY,
        (
            Parameter("Activity", "string", position=0, mandatory=True),
            Parameter("Status", "string", position=1),
            Parameter("PercentComplete", "int", minimum=-1, maximum=100),
            Parameter("Completed", "switch"),
        ),
        _write_progress,
        read_only=True,
    ),
)
