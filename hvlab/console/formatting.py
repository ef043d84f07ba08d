"""Objects to lines of text, as PowerShell's Out-Default prints them. Pure: width in, lines out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from hvlab.console.convert import NOTHING, to_text, type_of
from hvlab.console.errors import ErrorRecord
from hvlab.console.objects import PSObject
from hvlab.console.values import DateTime, Hashtable, TimeSpan
from hvlab.console.views import Selector, by_column, by_name, cell, property_names

_WEEKDAYS = ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
TABLE_LIMIT = 4  # more properties than this make a list, where a type has no view of its own


class FormatData:
    """Finished lines: what Format-Table and its like emit."""

    __slots__ = ("lines",)

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def __str__(self) -> str:
        return "Microsoft.PowerShell.Commands.Internal.Format.FormatEntryData"


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def between_words(line: str, width: int) -> list[str]:
    """A line that is longer than the window goes on below its own beginning."""
    if len(line) <= width:
        return [line]
    indent = " " * min(len(line) - len(line.lstrip()), width // 2)
    return wrap(
        line.strip(),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _short(text: str, width: int) -> str:
    """Cut to a width, with ``...`` where something is lost."""
    if len(text) <= width:
        return text
    return text[: width - 3] + "..." if width > 3 else text[:width]


def _one_line(text: str) -> str:
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def table(
    records: Sequence[object],
    columns: Sequence[Selector],
    width: int,
    *,
    headers: bool = True,
    wrap: bool = False,
    rows: int = 1,
) -> list[str]:
    """A table without the blank lines around it. Columns that find no room at the right are left out.

    A cell that is too wide is cut; with `wrap` it goes on below as far as need be, with `rows` in so many rows.
    """
    if not columns:
        return []
    values = [[column.read(record) for column in columns] for record in records]
    cells = [
        [_one_line(cell(value, column)) for value, column in zip(row, columns, strict=True)] for row in values
    ]
    right = [
        column.align == "right" or (column.align is None and any(is_number(row[i]) for row in values[:1]))
        for i, column in enumerate(columns)
    ]
    widths = [
        column.width or max(len(column.label), max((len(row[i]) for row in cells), default=0), 1)
        for i, column in enumerate(columns)
    ]
    widths = _fit(widths, [len(column.label) for column in columns], right, max(width, 10))
    shown = columns[: len(widths)]
    lines: list[str] = []
    if headers:
        lines.append(_row([_short(c.label, w) for c, w in zip(shown, widths, strict=True)], widths, right))
        marks = ["-" * min(len(c.label), w) for c, w in zip(shown, widths, strict=True)]
        lines.append(_row(marks, widths, right))
    for row in cells:
        if wrap:
            lines += _wrapped_row(row, widths, right)
        elif rows > 1:
            lines += _continued_row(row, widths, right, rows)
        else:
            lines.append(_row([_short(t, w) for t, w in zip(row, widths, strict=False)], widths, right))
    return lines


def _row(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        text.rjust(width) if to_right else text.ljust(width)
        for text, width, to_right in zip(texts, widths, right, strict=False)
    ]
    return " ".join(padded).rstrip()


def _wrapped_row(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    pieces = [
        [text[i : i + width] for i in range(0, len(text), width)] or [""]
        for text, width in zip(row, widths, strict=False)
    ]
    height = max(map(len, pieces))
    return [_row([p[i] if i < len(p) else "" for p in pieces], widths, right) for i in range(height)]


def _continued_row(row: Sequence[str], widths: Sequence[int], right: Sequence[bool], rows: int) -> list[str]:
    """Cells that find no room go on between words, in so many rows at most; what is lost then is marked as cut."""
    pieces = []
    for text, width in zip(row, widths, strict=False):
        parts = [text] if len(text) <= width else wrap(text, width, break_on_hyphens=False)
        if len(parts) > rows:
            parts = [*parts[: rows - 1], _short(" ".join(parts[rows - 1 :]), width)]
        pieces.append(parts)
    height = max(map(len, pieces))
    return [_row([p[i] if i < len(p) else "" for p in pieces], widths, right) for i in range(height)]


def _fit(widths: list[int], least: list[int], right: list[bool], width: int) -> list[int]:
    """Shrink the widest text columns until the table fits; where that is not enough, leave out columns at the right.

    What stays is shrunk for what stays only.
    """
    floor = [
        n if to_right else min(n, max(need, 8))
        for n, need, to_right in zip(widths, least, right, strict=True)
    ]
    count = len(widths)
    while count > 1 and sum(floor[:count]) + count - 1 > width:
        count -= 1
    widths, floor = widths[:count], floor[:count]
    while (excess := sum(widths) + count - 1 - width) > 0:
        room = [(n - f, i) for i, (n, f) in enumerate(zip(widths, floor, strict=True)) if n > f]
        if not room:
            return [width]
        most, index = max(room, key=lambda item: (item[0], -item[1]))
        second = sorted((n for n, _ in room), reverse=True)[1:2]
        widths[index] -= min(excess, most, max(1, most - (second[0] if second else 0)))
    return widths


def listing(record: object, columns: Sequence[Selector], width: int) -> list[str]:
    """``Name : value`` lines of one object; long values go on under themselves."""
    if not columns:
        return []
    label_width = max(len(column.label) for column in columns)
    room = max(width - label_width - 3, 10)
    lines: list[str] = []
    for column in columns:
        text = cell(column.read(record), column, listing=True)
        pieces: list[str] = []
        for line in text.splitlines() or [""]:
            pieces += [line[i : i + room] for i in range(0, len(line), room)] or [""]
        lines.append(f"{column.label.ljust(label_width)} : {pieces[0]}".rstrip())
        lines += [(" " * (label_width + 3) + piece).rstrip() for piece in pieces[1:]]
    return lines


def wide(texts: Sequence[str], width: int, columns: int = 0) -> list[str]:
    """Format-Wide: one property in several columns."""
    if not texts:
        return []
    if columns <= 0:
        columns = 2
    each = max(1, (width - columns + 1) // columns)
    lines: list[str] = []
    for start in range(0, len(texts), columns):
        lines.append(" ".join(_short(t, each).ljust(each) for t in texts[start : start + columns]).rstrip())
    return lines


def default_columns(record: object) -> tuple[str, list[Selector]]:
    """The view of an object: "table" or "list", and its columns."""
    if isinstance(record, PSObject):
        kind = record.type
        view = kind.default_view
        if view is None:
            if kind.columns:
                view = "table"
            elif kind.list_columns:
                view = "list"
            else:
                view = "table" if len(kind.properties) <= TABLE_LIMIT else "list"
        columns = kind.list_columns if view == "list" else kind.columns
        if columns:
            return view, [by_column(column) for column in columns]
        return view, [by_name(name) for name in record.names()]
    return "list", [by_name(name) for name in property_names(record)]


def list_columns(record: object) -> list[Selector]:
    """What Format-List shows of an object unless told otherwise."""
    if isinstance(record, PSObject) and record.type.list_columns:
        return [by_column(column) for column in record.type.list_columns]
    return [by_name(name) for name in property_names(record)]


def _long_date(value: DateTime) -> str:
    year, month, day, hour, minute, second = value.parts()
    weekday = _WEEKDAYS[value.nanoseconds // (86_400 * 1_000_000_000) % 7]
    half = "AM" if hour < 12 else "PM"
    return f"{weekday}, {_MONTHS[month - 1]} {day}, {year} {hour % 12 or 12}:{minute:02d}:{second:02d} {half}"


def _shape(value: object) -> object:
    """What may share a table: objects of one type with one set of columns."""
    if isinstance(value, PSObject) and value.type.lines is None:
        group = value.get(value.type.group_by[1]) if value.type.group_by else None
        return value.type.name, tuple(value.type.properties), to_text(group)
    if isinstance(value, (Hashtable, TimeSpan)):
        return type_of(value)
    return None


class Formatter:
    """Turns a stream of objects into lines; rows of one table wait for ``flush`` or for another shape.

    `rows`: in how many rows a cell of a default table may go on before it is cut; a real console cuts at once.
    """

    def __init__(self, width: int = 120, rows: int = 1) -> None:
        self.width = max(width, 20)
        self.rows = rows
        self._pending: list[object] = []
        self._kind: object = None

    def feed(self, value: object) -> list[str]:
        """The lines that are certain after this object."""
        if isinstance(value, tuple):
            value = list(value)
        shape = _shape(value)
        if shape is not None:
            lines = self.flush() if shape != self._kind else []
            self._kind = shape
            self._pending.append(value)
            return lines
        lines = self.flush()
        if value is None or value is NOTHING:
            return lines
        if isinstance(value, list):
            inner = type(self)(self.width)
            inner.rows = self.rows
            for item in value:
                lines += inner.feed(to_text(item) if isinstance(item, list) else item)
            return lines + inner.flush()
        if isinstance(value, FormatData):
            return lines + value.lines
        if isinstance(value, PSObject) and value.type.lines is not None:
            return lines + [
                part for line in value.type.lines(value.subject) for part in between_words(line, self.width)
            ]
        if isinstance(value, ErrorRecord):
            return lines + value.render().split("\n")
        if isinstance(value, DateTime):
            return [*lines, "", _long_date(value), ""]
        return lines + to_text(value).split("\n")

    def table_lines(
        self, heading: list[str], records: Sequence[object], columns: Sequence[Selector]
    ) -> list[str]:
        """Objects of one shape in their default table, with the blank lines around it."""
        return [*heading, "", *table(records, columns, self.width, rows=self.rows), ""]

    def flush(self) -> list[str]:
        """Print what waits."""
        pending, self._pending, self._kind = self._pending, [], None
        if not pending:
            return []
        first = pending[0]
        if isinstance(first, Hashtable):
            return [
                "",
                *hash_table(
                    [item for h in pending if isinstance(h, Hashtable) for item in h.items()], self.width
                ),
                "",
            ]
        view, columns = default_columns(first)
        if view == "table" and isinstance(first, PSObject):
            heading: list[str] = []
            if first.type.group_by is not None:
                label, name = first.type.group_by
                heading = ["", f"   {label}: {to_text(first.get(name))}"]
            return self.table_lines(heading, pending, columns)
        lines = [""]
        for record in pending:
            lines += listing(record, columns, self.width)
            lines.append("")
        return lines


def hash_table(items: Iterable[tuple[object, object]], width: int) -> list[str]:
    """A hashtable's Name and Value columns; the first is 30 wide, as on a real system."""
    room = max(width - 31, 10)
    lines = ["Name".ljust(30) + " Value", "----".ljust(30) + " -----"]
    for key, value in items:
        lines.append(f"{_short(to_text(key), 30).ljust(30)} {_short(_one_line(cell(value)), room)}".rstrip())
    return lines


def format_values(values: Iterable[object], width: int = 120) -> str:
    """All of it as one text, each line ended: what Out-String gives."""
    formatter = Formatter(width)
    lines: list[str] = []
    for value in values:
        lines += formatter.feed(value)
    lines += formatter.flush()
    return "".join(line + "\n" for line in lines)
