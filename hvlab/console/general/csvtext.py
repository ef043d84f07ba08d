"""Objects as comma-separated lines and back: ConvertTo- and ConvertFrom-Csv, and what the file cmdlets share."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import to_text, type_of
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import UTILITY
from hvlab.console.general.convert import fields_of
from hvlab.console.members import get_property
from hvlab.console.objects import custom_object
from hvlab.console.views import property_names


def csv_lines(records: Iterable[object], delimiter: str, typed: bool) -> list[str]:
    """The lines, the names first; `typed` puts the type of the first record above them, as 5.1 does."""
    names: list[str] | None = None
    lines: list[str] = []
    for record in records:
        fields = fields_of(record)
        if fields is None:
            fields = [(name, get_property(record, name)) for name in property_names(record)]
        values = dict(fields)
        if names is None:
            names = list(values)
            if typed:
                lines.append(f"#TYPE {type_of(record)}")
            lines.append(delimiter.join(_quoted(name) for name in names))
        lines.append(
            delimiter.join(
                "" if values.get(name) is None else _quoted(to_text(values[name])) for name in names
            )
        )
    return lines


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def objects_of(lines: Sequence[str], delimiter: str, header: Sequence[str] | None) -> Iterator[object]:
    """An object a line. The names come from the first line, or are given. CmdletError for a bad delimiter."""
    if len(delimiter) != 1:
        raise CmdletError(
            f'Cannot convert value "{delimiter}" to type "System.Char".',
            "CannotConvertArgumentNoMessage",
            "InvalidArgument",
        )
    rows = csv.reader((line for line in lines if not line.startswith("#TYPE ")), delimiter=delimiter)
    names = list(header) if header else next(rows, [])
    for row in rows:
        if row:
            cells: list[str | None] = [*row[: len(names)], *[None] * (len(names) - len(row))]
            yield custom_object(dict(zip(names, cells, strict=True)))


def _to_csv(call: Call) -> Iterable[object]:
    return csv_lines(call.input, call.args.Delimiter, not call.args.NoTypeInformation)


def _from_csv(call: Call) -> Iterable[object]:
    text = [line for record in call.input for line in to_text(record).splitlines()]
    call.runner.charge(sum(map(len, text)) // 4)
    return objects_of(text, call.args.Delimiter, call.args.Header)


CMDLETS = (
    Cmdlet(
        "ConvertTo-Csv",
        UTILITY,
        (
            Parameter("InputObject", "object", pipeline="value"),
            Parameter("Delimiter", "string", position=0, default=","),
            Parameter("NoTypeInformation", "switch", aliases=("NTI",)),
        ),
        _to_csv,
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "ConvertFrom-Csv",
        UTILITY,
        (
            Parameter("InputObject", "string", position=0, pipeline="value"),
            Parameter("Delimiter", "string", position=1, default=","),
            Parameter("Header", array=True),
        ),
        _from_csv,
        collects=True,
        read_only=True,
    ),
)
