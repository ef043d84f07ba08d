"""ConvertTo- and ConvertFrom-Json, in the form Windows PowerShell 5.1 writes; New-TimeSpan."""

from __future__ import annotations

from collections.abc import Iterable

from hvlab.console import limits
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import float_text, to_datetime, to_text
from hvlab.console.errors import CmdletError, unsupported
from hvlab.console.general.common import UTILITY
from hvlab.console.members import get_property
from hvlab.console.objects import PSObject, custom_object
from hvlab.console.values import NS_PER_SECOND, DateTime, EnumValue, Hashtable, TimeSpan
from hvlab.console.views import SPAN_NAMES

_UNIX_2000 = 946_684_800_000  # milliseconds
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
    "'": "\\u0027",
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
}


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


class _Json:
    """One conversion; it keeps count of what it has written."""

    def __init__(self, call: Call, compress: bool) -> None:
        self.call = call
        self.compress = compress

    def value(self, value: object, depth: int, column: int) -> str:
        self.call.runner.charge(1)
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, EnumValue):
            return str(value.number)
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            text = float_text(value)
            return text if text[-1].isdigit() else _quoted(text)
        if isinstance(value, str):
            return _quoted(value)
        if isinstance(value, DateTime):
            return _quoted(f"\\/Date({value.nanoseconds // 1_000_000 + _UNIX_2000})\\/").replace(
                "\\\\/", "\\/"
            )
        if isinstance(value, (list, tuple)):
            if depth < 0:
                return _quoted(to_text(list(value)))
            return self._enclosed("[]", [self.value(v, depth - 1, column + 4) for v in value], column)
        fields = fields_of(value)
        if fields is None or depth < 0:
            return _quoted(to_text(value))
        parts = []
        for name, item in fields:
            label = _quoted(name) + (":" if self.compress else ":  ")
            inner = column + 4 + len(label)
            parts.append(label + self.value(item, depth - 1, inner))
        return self._enclosed("{}", parts, column)

    def _enclosed(self, brackets: str, parts: list[str], column: int) -> str:
        if self.compress:
            return brackets[0] + ",".join(parts) + brackets[1]
        if not parts:
            return brackets[0] + "\n\n" + " " * column + brackets[1]
        pad = " " * (column + 4)
        size = sum(map(len, parts)) + len(parts) * len(pad)
        if size > limits.TEXT:
            raise limits.too_large("a string", limits.TEXT)
        return f"{brackets[0]}\n{pad}" + f",\n{pad}".join(parts) + "\n" + " " * column + brackets[1]


def fields_of(value: object) -> list[tuple[str, object]] | None:
    if isinstance(value, PSObject):
        return value.items()
    if isinstance(value, Hashtable):
        return [(to_text(key), item) for key, item in value.items()]
    if isinstance(value, TimeSpan):
        return [(name, get_property(value, name)) for name in SPAN_NAMES]
    return None


def _to_json(call: Call) -> Iterable[object]:
    records = call.input
    value: object = records[0] if len(records) == 1 else records
    if not records:
        return []
    return [_Json(call, call.args.Compress).value(value, call.args.Depth, 0)]


def _new_timespan(call: Call) -> Iterable[object]:
    args = call.args
    if "Start" in args or "End" in args:
        if args.Start is None or args.End is None:
            raise unsupported("New-TimeSpan with one end only", substitute="give -Start and -End")
        return [TimeSpan(to_datetime(args.End).nanoseconds - to_datetime(args.Start).nanoseconds)]
    hours = (args.Days * 24) + args.Hours
    return [TimeSpan(((hours * 60 + args.Minutes) * 60 + args.Seconds) * NS_PER_SECOND)]


def _value_from_json(call: Call) -> Iterable[object]:
    import json  # late: few scripts read JSON

    text = "\n".join(to_text(record) for record in call.input)
    call.runner.charge(len(text) // 4)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise CmdletError(
            "Invalid JSON primitive.",
            "System.ArgumentException",
            "NotSpecified",
            exception="ArgumentException",
            terminating=True,
        ) from None
    value = _from_json(data)
    return value if isinstance(value, list) else [value]


def _from_json(data: object) -> object:
    if isinstance(data, dict):
        return custom_object({str(key): _from_json(item) for key, item in data.items()})
    if isinstance(data, list):
        return [_from_json(item) for item in data]
    return data


CMDLETS = (
    Cmdlet(
        "ConvertTo-Json",
        UTILITY,
        (
            Parameter("InputObject", "object", position=0, pipeline="value", allow_null=True),
            Parameter("Depth", "int", default=2, minimum=0, maximum=50),
            Parameter("Compress", "switch"),
        ),
        _to_json,
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "ConvertFrom-Json",
        UTILITY,
        (Parameter("InputObject", "string", position=0, mandatory=True, pipeline="value"),),
        _value_from_json,
        collects=True,
        read_only=True,
    ),
    Cmdlet(
        "New-TimeSpan",
        UTILITY,
        (
            Parameter("Start", "object", position=0),
            Parameter("End", "object", position=1),
            *(Parameter(name, "int", default=0) for name in ("Days", "Hours", "Minutes", "Seconds")),
        ),
        _new_timespan,
        read_only=True,
    ),
)
