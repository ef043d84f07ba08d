"""What stands in the host's files: Get-, Set-, Add- and Clear-Content, Out-File, Export- and Import-Csv.

Text is kept as UTF-8 with the line ends of Windows (Windows PowerShell itself would
write UTF-16 for `>`; nobody in the lab could tell the difference but by the size).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import to_text
from hvlab.console.errors import CmdletError
from hvlab.console.formatting import format_values
from hvlab.console.general.common import INPUT, UTILITY
from hvlab.console.general.csvtext import csv_lines, objects_of
from hvlab.console.management import hostfiles as host
from hvlab.console.management.hostfiles import MANAGEMENT

END = "\r\n"
_PATH = Parameter(
    "Path", position=0, mandatory=True, aliases=("PSPath", "FullName"), array=True, completer="path"
)
_PIPED = Parameter(
    "Path",
    position=0,
    mandatory=True,
    pipeline="property",
    aliases=("PSPath", "FullName"),
    array=True,
    completer="path",
)
_VALUE = Parameter("Value", "object", position=1, pipeline="value", array=True, allow_null=True)
_ENCODING = Parameter("Encoding", hidden=True)


def _get(call: Call) -> Iterator[object]:
    args = call.args
    for path in args.Path:
        for entry in host.matching(call, path):
            text = host.read(call, entry.path).decode("utf-8", "replace").removeprefix("\ufeff")
            if args.Raw:
                yield text
                continue
            lines = text.splitlines()
            if args.TotalCount is not None:
                lines = lines[: args.TotalCount]
            if args.Tail is not None:
                lines = lines[max(0, len(lines) - args.Tail) :]
            yield from lines


def _lines(values: Iterable[object]) -> str:
    text = ""
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            text += to_text(item) + END
    return text


def _put(call: Call, append: bool) -> None:
    values = call.input or [call.args.Value]
    text = _lines(values)
    if call.args.NoNewline:
        text = text.replace(END, "")
    for path in call.args.Path:
        whole = host.full(call, path)
        if call.should_process(whole, "Add Content" if append else "Set Content"):
            host.write(call, whole, text, append=append)


def _set(call: Call) -> None:
    _put(call, append=False)


def _add(call: Call) -> None:
    _put(call, append=True)


def _clear(call: Call) -> None:
    for path in call.args.Path:
        for entry in host.matching(call, path):
            if call.should_process(entry.path, "Clear Content"):
                host.write(call, entry.path, "", append=False)


def _out_file(call: Call) -> None:
    args = call.args
    path = host.full(call, args.FilePath)
    if args.NoClobber and host.entry_at(call, path) is not None:
        raise CmdletError(
            f"The file '{path}' already exists.",
            "NoClobber",
            "ResourceExists",
            explain=("explain.file-exists", {"path": path}),
        )
    text = format_values(call.input, args.Width or call.host.width)
    lines = END.join(text.splitlines())
    host.write(call, path, lines + END if lines else "", append=args.Append)


def _export(call: Call) -> None:
    args = call.args
    path = host.full(call, args.Path)
    lines = csv_lines(call.input, args.Delimiter, not args.NoTypeInformation)
    if args.Append and host.entry_at(call, path) is not None:
        lines = lines[1 if args.NoTypeInformation else 2 :]
    if call.should_process(path, "Export Csv"):
        host.write(call, path, "".join(line + END for line in lines), append=args.Append)


def _import(call: Call) -> Iterator[object]:
    for path in call.args.Path:
        for entry in host.matching(call, path):
            text = host.read(call, entry.path).decode("utf-8", "replace")
            yield from objects_of(text.splitlines(), call.args.Delimiter, call.args.Header)


CMDLETS = (
    Cmdlet(
        "Get-Content",
        MANAGEMENT,
        (
            _PIPED,
            Parameter("TotalCount", "int", aliases=("First", "Head"), minimum=0),
            Parameter("Tail", "int", aliases=("Last",), minimum=0),
            Parameter("Raw", "switch"),
            _ENCODING,
        ),
        _get,
        aliases=("gc", "type", "cat"),
        read_only=True,
        summary_id="help.Get-Content",
    ),
    Cmdlet(
        "Set-Content",
        MANAGEMENT,
        (_PATH, _VALUE, Parameter("NoNewline", "switch"), Parameter("Force", "switch"), _ENCODING),
        _set,
        aliases=("sc",),
        collects=True,
        supports_should_process=True,
        summary_id="help.Set-Content",
    ),
    Cmdlet(
        "Add-Content",
        MANAGEMENT,
        (_PATH, _VALUE, Parameter("NoNewline", "switch"), Parameter("Force", "switch"), _ENCODING),
        _add,
        aliases=("ac",),
        collects=True,
        supports_should_process=True,
        summary_id="help.Add-Content",
    ),
    Cmdlet(
        "Clear-Content",
        MANAGEMENT,
        (_PATH,),
        _clear,
        aliases=("clc",),
        supports_should_process=True,
        summary_id="help.Clear-Content",
    ),
    Cmdlet(
        "Out-File",
        UTILITY,
        (
            Parameter("FilePath", position=0, mandatory=True, aliases=("Path",), completer="path"),
            Parameter("Append", "switch"),
            Parameter("NoClobber", "switch"),
            Parameter("Force", "switch"),
            Parameter("Width", "int", minimum=2),
            _ENCODING,
            INPUT,
        ),
        _out_file,
        collects=True,
        summary_id="help.Out-File",
    ),
    Cmdlet(
        "Export-Csv",
        UTILITY,
        (
            Parameter("Path", position=0, mandatory=True, completer="path"),
            Parameter("Delimiter", position=1, default=","),
            Parameter("NoTypeInformation", "switch", aliases=("NTI",)),
            Parameter("Append", "switch"),
            Parameter("Force", "switch"),
            _ENCODING,
            INPUT,
        ),
        _export,
        aliases=("epcsv",),
        collects=True,
        supports_should_process=True,
        summary_id="help.Export-Csv",
    ),
    Cmdlet(
        "Import-Csv",
        UTILITY,
        (
            _PIPED,
            Parameter("Delimiter", position=1, default=","),
            Parameter("Header", array=True),
            _ENCODING,
        ),
        _import,
        aliases=("ipcsv",),
        read_only=True,
        summary_id="help.Import-Csv",
    ),
)
