"""Select-, Sort-, Group-, Measure- and Compare-Object, and Get-Unique: records in another shape or order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cmp_to_key

from hvlab.console.cmdlets import Call, Cmdlet, Emit, Parameter
from hvlab.console.convert import NOTHING, number_or_none, to_list, to_text, type_of
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import INPUT, UTILITY, invoker
from hvlab.console.members import MISSING, get_property
from hvlab.console.objects import Column, ObjectType, PSObject, custom_object
from hvlab.console.operators import compare, equal
from hvlab.console.patterns import like
from hvlab.console.runtime import StopUpstream
from hvlab.console.values import Hashtable
from hvlab.console.views import Selector, selectors

_PROPERTY = Parameter("Property", "property", position=0, array=True, completer="property")


# --- Select-Object -----------------------------------------------------------------------------------------


class _Select:
    def __init__(self, call: Call, emit: Emit) -> None:
        args = call.args
        self.call = call
        self.emit = emit
        self.first: int | None = args.First
        self.last: int | None = args.Last
        self.skip: int = args.Skip or 0
        self.skip_last: int | None = args.SkipLast
        self.indexes: list[int] | None = args.Index
        self.unique: bool = args.Unique
        self.expand: str | None = args.ExpandProperty
        self.columns: list[Selector] | None = None
        self.count = 0
        self.passed = 0
        self.held: list[object] = []
        self.seen: set[str] = set()

    def process(self, record: object) -> None:
        self.count += 1
        if self.last is not None or self.skip_last is not None:
            self.held.append(record)
            return
        if self.indexes is not None:
            if self.count - 1 in self.indexes:
                self._pass(record)
            return
        if self.count <= self.skip:
            return
        if self.first is not None and self.passed >= self.first:
            raise StopUpstream(self)
        self.passed += 1
        self._pass(record)
        if self.first is not None and self.passed >= self.first:
            raise StopUpstream(self)

    def end(self) -> None:
        if self.skip_last is not None:
            kept = self.held[: max(0, len(self.held) - self.skip_last)]
        elif self.last is not None:
            upto = max(0, len(self.held) - self.skip)
            if self.first is not None:
                head = self.held[: self.first]
                rest = self.held[max(len(head), len(self.held) - self.last) :]
                kept = head + rest
            else:
                kept = self.held[max(0, upto - self.last) : upto] if self.last else []
        else:
            kept = []
        self.held = []
        for record in kept:
            self._pass(record)

    def _pass(self, record: object) -> None:
        for item in self._shaped(record):
            if self.unique:
                mark = _mark(item)
                if mark in self.seen:
                    continue
                self.seen.add(mark)
            self.emit(item)

    def _shaped(self, record: object) -> Iterable[object]:
        args = self.call.args
        if self.expand is not None:
            value = get_property(record, self.expand)
            if value is MISSING:
                self.call.error(
                    CmdletError(
                        f'Property "{self.expand}" cannot be found.',
                        "ExpandPropertyNotFound",
                        "InvalidArgument",
                        record,
                        exception="PSArgumentException",
                    )
                )
                return []
            return [None] if value is None else to_list(value)
        if args.Property is None and args.ExcludeProperty is None:
            return [record]
        if self.columns is None or any(isinstance(p, str) and "*" in p for p in args.Property or ["*"]):
            self.columns = selectors(args.Property or ["*"], [record], invoker(self.call), "Select-Object")
        fields: dict[str, object] = {}
        used: set[str] = set()
        for column in self.columns:
            if any(like(column.label, pattern) for pattern in args.ExcludeProperty or ()):
                continue
            if column.label.lower() not in used:
                used.add(column.label.lower())
                fields[column.label] = column.read(record)
        kind = type_of(record)
        name = "PSCustomObject" if kind.endswith("PSCustomObject") else f"Selected.{kind}"
        return [custom_object(fields, name)]


def _mark(item: object) -> str:
    """What makes two records the same for -Unique: type and text of every property; case counts."""
    if isinstance(item, PSObject):
        return "\0".join([item.type.name, *(f"{n}={to_text(v)}" for n, v in item.items())])
    return f"{type_of(item)}\0{to_text(item)}"


# --- Sort-Object -------------------------------------------------------------------------------------------


def order(left: object, right: object, case_sensitive: bool = False) -> int:
    """Any two values in an order: null first, then by comparison, then by text."""
    if left is None or left is NOTHING:
        return 0 if right is None or right is NOTHING else -1
    if right is None or right is NOTHING:
        return 1
    try:
        if isinstance(left, PSObject) and isinstance(right, PSObject) and left.type.key is not None:
            return order(left.get(left.type.key), right.get(left.type.key), case_sensitive)
        return compare(left, right, case_sensitive)
    except CmdletError:
        return compare(to_text(left), to_text(right), case_sensitive)


def _sort_by(indexes: list[int], values: list[object], descending: bool, case: bool) -> None:
    """Sort positions by one key; natively where all values are numbers, or all are text."""
    kinds = {type(value) for value in values}
    if kinds <= {int, float} and not any(value != value for value in values):
        numbers: list[float] = [value for value in values if isinstance(value, (int, float))]
        indexes.sort(key=numbers.__getitem__, reverse=descending)
    elif kinds == {str} and not case:
        folded = [str(value).lower() for value in values]
        indexes.sort(key=folded.__getitem__, reverse=descending)
    else:

        def by_value(left: int, right: int) -> int:
            return order(values[left], values[right], case)

        indexes.sort(key=cmp_to_key(by_value), reverse=descending)


def _sort(call: Call) -> Iterable[object]:
    args = call.args
    records = call.input
    columns = selectors(args.Property or [], records, invoker(call), "Sort-Object")
    count = len(records)
    call.runner.charge(count * (count.bit_length() + 1))
    keys = [[c.read(r) for c in columns] if columns else [r] for r in records]
    down = [args.Descending if c.descending is None else c.descending for c in columns] or [args.Descending]
    case = args.CaseSensitive

    def by_keys(left: int, right: int) -> int:
        for index, descending in enumerate(down):
            result = order(keys[left][index], keys[right][index], case)
            if result:
                return -result if descending else result
        return 0

    indexes = list(range(count))
    for column in range(len(down) - 1, -1, -1):  # stable: the last key first
        _sort_by(indexes, [row[column] for row in keys], down[column], case)
    previous: int | None = None
    for index in indexes:
        if args.Unique and previous is not None and by_keys(previous, index) == 0:
            continue
        previous = index
        yield records[index]


# --- Group-Object ------------------------------------------------------------------------------------------


class _Group:
    def __init__(self, name: str, values: list[object]) -> None:
        self.name = name
        self.values = values
        self.group: list[object] = []


GROUP = ObjectType(
    "Microsoft.PowerShell.Commands.GroupInfo",
    {
        "Values": lambda group: group.values,
        "Count": lambda group: len(group.group),
        "Group": lambda group: list(group.group),
        "Name": lambda group: group.name,
    },
    columns=(Column("Count", width=5), Column("Name", width=25), "Group"),
    text_property="Name",
)
GROUP_BARE = ObjectType(
    "Microsoft.PowerShell.Commands.GroupInfoNoElement",
    GROUP.properties,
    columns=(Column("Count", width=5), "Name"),
    text_property="Name",
)


def _group(call: Call) -> Iterable[object]:
    args = call.args
    columns = selectors(args.Property or [], call.input, invoker(call), "Group-Object")
    groups: dict[str, _Group] = {}
    for record in call.input:
        values = [c.read(record) for c in columns] if columns else [record]
        name = ", ".join(to_text(value) for value in values)
        key = name if args.CaseSensitive else name.lower()
        groups.setdefault(key, _Group(name, values)).group.append(record)
    if args.AsHashTable:
        table = Hashtable()
        for group in groups.values():
            table[group.name if args.AsString else group.values[0]] = group.group
        return [table]
    kind = GROUP_BARE if args.NoElement else GROUP
    return [kind.of(group) for group in groups.values()]


# --- Measure-Object ----------------------------------------------------------------------------------------

_MEASURES = ("Count", "Average", "Sum", "Maximum", "Minimum", "Property")


def _measure(call: Call) -> Iterable[object]:
    args = call.args
    if args.Line or args.Word or args.Character:
        return [_measure_text(call)]
    names = args.Property or [None]
    results: list[object] = []
    for name in names:
        values: list[object] = []
        for record in call.input:
            value = record if name is None else get_property(record, name)
            if value is not MISSING and value is not None:
                values.append(value)
        if name is not None and not values and call.input:
            call.error(
                CmdletError(
                    f'The property "{name}" cannot be found in the input for any objects.',
                    "GenericMeasurePropertyNotFound",
                    "InvalidArgument",
                    exception="PSArgumentException",
                )
            )
            continue
        results.append(_measured(call, name, values))
    return results


def _measured(call: Call, name: str | None, values: list[object]) -> PSObject:
    args = call.args
    fields: dict[str, object] = dict.fromkeys(_MEASURES)
    fields["Count"] = len(values)
    fields["Property"] = name
    if args.Sum or args.Average:
        numbers: list[int | float] = []
        for value in values:
            number = number_or_none(value)
            if number is None:
                call.error(
                    CmdletError(
                        f'Input object "{to_text(value)}" is not numeric.',
                        "NonNumericInputObject",
                        "InvalidType",
                        value,
                        exception="PSInvalidOperationException",
                    )
                )
            else:
                numbers.append(number)
        total = sum(numbers)
        if args.Sum:
            fields["Sum"] = total
        if args.Average and numbers:
            exact = isinstance(total, int) and total % len(numbers) == 0
            fields["Average"] = total // len(numbers) if exact else total / len(numbers)
    for wanted, sign in (("Maximum", 1), ("Minimum", -1)):
        if args[wanted] and values:
            best = values[0]
            for value in values[1:]:
                if order(value, best) * sign > 0:
                    best = value
            fields[wanted] = best
    return custom_object(fields, "Microsoft.PowerShell.Commands.GenericMeasureInfo")


def _measure_text(call: Call) -> PSObject:
    args = call.args
    texts = [to_text(record) for record in call.input]
    return custom_object(
        {
            "Lines": sum(len(text.splitlines()) for text in texts) if args.Line else None,
            "Words": sum(len(text.split()) for text in texts) if args.Word else None,
            "Characters": sum(len(text) for text in texts) if args.Character else None,
            "Property": None,
        },
        "Microsoft.PowerShell.Commands.TextMeasureInfo",
    )


# --- Compare-Object ----------------------------------------------------------------------------------------


def _compare(call: Call) -> Iterable[object]:
    args = call.args
    reference, difference = list(args.ReferenceObject), list(args.DifferenceObject)
    invoke = invoker(call)
    columns = selectors(args.Property or [], reference or difference, invoke, "Compare-Object")
    call.runner.charge(len(reference) * len(difference) // 4)

    def keys(record: object) -> list[object]:
        return [c.read(record) for c in columns] if columns else [record]

    def same(left: object, right: object) -> bool:
        pairs = zip(keys(left), keys(right), strict=True)
        return all(_alike(a, b, args.CaseSensitive) for a, b in pairs)

    remaining = list(reference)
    equals: list[object] = []
    added: list[object] = []
    for record in difference:
        index = next((i for i, other in enumerate(remaining) if same(other, record)), None)
        if index is None:
            added.append(record)
        else:
            equals.append(remaining.pop(index))
    rows = [(record, "==") for record in equals] if args.IncludeEqual else []
    if not args.ExcludeDifferent:
        rows += [(record, "=>") for record in added] + [(record, "<=") for record in remaining]
    for record, side in rows:
        if args.PassThru:
            yield record
        elif columns:
            fields = {c.label: c.read(record) for c in columns}
            yield custom_object({**fields, "SideIndicator": side})
        else:
            yield custom_object({"InputObject": record, "SideIndicator": side})


def _alike(left: object, right: object, case: bool) -> bool:
    if isinstance(left, PSObject) and isinstance(right, PSObject):
        return left.same_as(right) or (left.type.key is None and to_text(left) == to_text(right))
    return equal(left, right, case)


def _unique(call: Call) -> Iterable[object]:
    previous: object = MISSING
    for record in call.input:
        if previous is MISSING or to_text(previous) != to_text(record):
            yield record
        previous = record


CMDLETS = (
    Cmdlet(
        "Select-Object",
        UTILITY,
        (
            _PROPERTY,
            Parameter("ExcludeProperty", "string", array=True),
            Parameter("ExpandProperty", "string", completer="property"),
            Parameter("First", "int", minimum=0),
            Parameter("Last", "int", minimum=0),
            Parameter("Skip", "int", minimum=0),
            Parameter("SkipLast", "int", minimum=0),
            Parameter("Index", "int", array=True),
            Parameter("Unique", "switch"),
            INPUT,
        ),
        aliases=("select",),
        stage=_Select,
        read_only=True,
    ),
    Cmdlet(
        "Sort-Object",
        UTILITY,
        (
            _PROPERTY,
            Parameter("Descending", "switch"),
            Parameter("Unique", "switch"),
            Parameter("CaseSensitive", "switch"),
            INPUT,
        ),
        _sort,
        aliases=("sort",),
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "Group-Object",
        UTILITY,
        (
            _PROPERTY,
            Parameter("NoElement", "switch"),
            Parameter("AsHashTable", "switch", aliases=("AHT",)),
            Parameter("AsString", "switch"),
            Parameter("CaseSensitive", "switch"),
            INPUT,
        ),
        _group,
        aliases=("group",),
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "Measure-Object",
        UTILITY,
        (
            Parameter("Property", "string", position=0, array=True, completer="property"),
            *(Parameter(name, "switch") for name in ("Sum", "Average", "Maximum", "Minimum")),
            *(Parameter(name, "switch") for name in ("Line", "Word", "Character")),
            INPUT,
        ),
        _measure,
        aliases=("measure",),
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "Compare-Object",
        UTILITY,
        (
            Parameter("ReferenceObject", "object", position=0, mandatory=True, array=True),
            Parameter("DifferenceObject", "object", position=1, mandatory=True, array=True),
            Parameter("Property", "property", array=True, completer="property"),
            Parameter("IncludeEqual", "switch"),
            Parameter("ExcludeDifferent", "switch"),
            Parameter("CaseSensitive", "switch"),
            Parameter("PassThru", "switch"),
        ),
        _compare,
        aliases=("compare", "diff"),
        read_only=True,
    ),
    Cmdlet("Get-Unique", UTILITY, (INPUT,), _unique, aliases=("gu",), collects=True, read_only=True),
)
