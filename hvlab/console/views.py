"""Selecting and labelling properties: what Select-Object, Format-Table and Sort-Object take as -Property."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from hvlab.console.convert import NOTHING, to_bool, to_int, to_text
from hvlab.console.errors import CmdletError
from hvlab.console.formats import format_item
from hvlab.console.members import MISSING, get_property
from hvlab.console.objects import Column, PSObject
from hvlab.console.patterns import has_wildcard, like
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.values import DateTime, Hashtable, TimeSpan

Invoke = Callable[[ScriptBlock, object], list[object]]
_KEYS = {
    "n": "name",
    "name": "name",
    "l": "name",
    "label": "name",
    "e": "expression",
    "expression": "expression",
    "formatstring": "format",
    "f": "format",
    "width": "width",
    "align": "align",
    "alignment": "align",
    "descending": "descending",
    "ascending": "ascending",
}
SPAN_NAMES = [
    "Days",
    "Hours",
    "Minutes",
    "Seconds",
    "Milliseconds",
    "Ticks",
    "TotalDays",
    "TotalHours",
    "TotalMinutes",
    "TotalSeconds",
    "TotalMilliseconds",
]
DATE_NAMES = ["Year", "Month", "Day", "Hour", "Minute", "Second", "Ticks"]


@dataclass(frozen=True, slots=True)
class Selector:
    """One column: how it is called and how it is read from a record. ``descending`` is for sorting."""

    label: str
    read: Callable[[object], object]
    width: int | None = None
    align: Literal["left", "right"] | None = None
    format: str = ""
    descending: bool | None = None
    exists: Callable[[object], bool] = lambda record: True


def property_names(record: object) -> list[str]:
    """The names of a record's properties, as a list or Get-Member shows them."""
    if isinstance(record, PSObject):
        return record.names()
    if isinstance(record, TimeSpan):
        return list(SPAN_NAMES)
    if isinstance(record, DateTime):
        return list(DATE_NAMES)
    if isinstance(record, str):
        return ["Length"]
    if isinstance(record, list):
        return ["Count", "Length"]
    if isinstance(record, Hashtable):
        return ["Count", "Keys", "Values"]
    return []


def by_name(name: str) -> Selector:
    def read(record: object) -> object:
        value = get_property(record, name)
        return None if value is MISSING else value

    return Selector(name, read, exists=lambda record: get_property(record, name) is not MISSING)


def by_column(column: Column) -> Selector:
    """A column of an object type's default view."""
    value = column.value if column.value is not None else column.label
    if isinstance(value, str):
        named = by_name(value)
        return Selector(column.label, named.read, column.width, column.align)
    read: Callable[[Any], object] = value
    return Selector(column.label, read, column.width, column.align)


def selectors(
    specs: Iterable[object], records: Iterable[object], invoke: Invoke, command: str
) -> list[Selector]:
    """The columns meant by -Property. Wildcards look at the first record. Raises CmdletError."""
    found: list[Selector] = []
    first = next(iter(records), None)
    for spec in specs:
        if isinstance(spec, ScriptBlock):
            found.append(Selector(spec.text.strip(), _runner(spec, invoke)))
        elif isinstance(spec, Hashtable):
            found.append(_from_table(spec, invoke, command))
        else:
            name = to_text(spec)
            if has_wildcard(name):
                found += [by_name(known) for known in property_names(first) if like(known, name)]
            else:
                label = first.type.label(name) if isinstance(first, PSObject) else None
                selector = by_name(name)
                found.append(
                    selector if label is None else Selector(label, selector.read, exists=selector.exists)
                )
    return found


def _runner(block: ScriptBlock, invoke: Invoke) -> Callable[[object], object]:
    def read(record: object) -> object:
        results = invoke(block, record)
        if len(results) == 1:
            return None if results[0] is NOTHING else results[0]
        return results or None

    return read


def _from_table(table: Hashtable, invoke: Invoke, command: str) -> Selector:
    options: dict[str, object] = {}
    for key, value in table.items():
        name = to_text(key).lower()
        full = _KEYS.get(name)
        if full is None:
            starting = (
                {target for known, target in _KEYS.items() if known.startswith(name)} if name else set()
            )
            if len(starting) != 1:
                raise CmdletError(
                    f"The {to_text(key)} key is not valid.",
                    "DictionaryKeyIllegal",
                    "InvalidArgument",
                    exception="NotSupportedException",
                    terminating=True,
                )
            full = starting.pop()
        options[full] = value
    expression = options.get("expression", options.get("name"))
    if isinstance(expression, ScriptBlock):
        read = _runner(expression, invoke)
        label = to_text(options["name"]) if "name" in options else expression.text.strip()
    else:
        read = by_name(to_text(expression)).read
        label = to_text(options.get("name", expression))
    align = to_text(options.get("align")).lower()
    descending: bool | None = None
    if "descending" in options:
        descending = to_bool(options["descending"])
    elif "ascending" in options:
        descending = not to_bool(options["ascending"])
    return Selector(
        label,
        read,
        to_int(options["width"]) if "width" in options else None,
        "right" if align == "right" else "left" if align == "left" else None,
        to_text(options.get("format")),
        descending,
    )


def cell(value: object, selector: Selector | None = None, *, listing: bool = False) -> str:
    """A value as a table's cell or a list's entry shows it."""
    if selector is not None and selector.format:
        return format_item(value, selector.format)
    if isinstance(value, (list, tuple)):
        shown = ", ".join(to_text(item, 1) for item in value[:4])
        return "{" + shown + ("..." if len(value) > 4 else "") + "}"
    if isinstance(value, Hashtable):
        shown = ", ".join(to_text(key) for key in value.keys()[:4])
        return "{" + shown + ("..." if len(value) > 4 else "") + "}"
    if isinstance(value, DateTime):
        return value.display()
    if isinstance(value, TimeSpan) and not listing:
        return value.clock_text()
    return to_text(value)
