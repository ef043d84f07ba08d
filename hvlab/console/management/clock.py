"""Start-Sleep, Get-Date and Measure-Command: the lab's own clock.

It moves only while a command waits, and it is never the real one.
"""

from __future__ import annotations

from collections.abc import Iterable

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import to_datetime
from hvlab.console.errors import CmdletError
from hvlab.console.formats import format_item
from hvlab.console.general.common import UTILITY
from hvlab.console.hyperv.objects import moment
from hvlab.console.values import DateTime, TimeSpan

LONGEST = 30 * 86_400 * 1_000_000_000
"""A month, in ns: who sleeps longer has mistyped."""


def _sleep(call: Call) -> None:
    wanted = call.args.Milliseconds * 1_000_000 if "Milliseconds" in call.args else call.args.Seconds
    if wanted > LONGEST:
        raise CmdletError(
            "Cannot sleep longer than 30 days.",
            "ParameterArgumentValidationError",
            "InvalidArgument",
            explain=("explain.sleep-too-long", {}),
        )
    if wanted:
        call.lab.advance(wanted)


def _date(call: Call) -> Iterable[object]:
    args = call.args
    value = moment(call.lab.world.now) if args.Date is None else to_datetime(args.Date)
    parts = list(value.parts())
    for place, name in enumerate(("Year", "Month", "Day", "Hour", "Minute", "Second")):
        if name in args:
            parts[place] = args[name]
    if tuple(parts) != value.parts():
        value = _checked(parts)
    yield value if args.Format is None else format_item(value, args.Format)


def _checked(parts: list[int]) -> DateTime:
    value = DateTime.of(*parts)
    if list(value.parts()) != parts:
        raise CmdletError(
            "Year, Month, and Day parameters describe an un-representable DateTime.",
            "ArgumentOutOfRangeException",
            "InvalidArgument",
        )
    return value


def _part(name: str, low: int, high: int) -> Parameter:
    return Parameter(name, "int", minimum=low, maximum=high)


def _measure(call: Call) -> Iterable[object]:
    before = call.lab.world.now
    call.invoke(call.args.Expression)
    return [TimeSpan(call.lab.world.now - before)]


CMDLETS = (
    Cmdlet(
        "Measure-Command",
        UTILITY,
        (Parameter("Expression", "scriptblock", position=0, mandatory=True),),
        _measure,
        summary_id="help.Measure-Command",
    ),
    Cmdlet(
        "Start-Sleep",
        UTILITY,
        (
            Parameter(
                "Seconds",
                "seconds",
                position=0,
                mandatory=True,
                pipeline="both",
                minimum=0,
                sets=("Seconds",),
            ),
            Parameter(
                "Milliseconds", "int", mandatory=True, aliases=("ms",), minimum=0, sets=("Milliseconds",)
            ),
        ),
        _sleep,
        aliases=("sleep",),
        summary_id="help.Start-Sleep",
    ),
    Cmdlet(
        "Get-Date",
        UTILITY,
        (
            Parameter("Date", "object", position=0, pipeline="value"),
            _part("Year", 1, 9999),
            _part("Month", 1, 12),
            _part("Day", 1, 31),
            _part("Hour", 0, 23),
            _part("Minute", 0, 59),
            _part("Second", 0, 59),
            Parameter("Format"),
        ),
        _date,
        read_only=True,
        summary_id="help.Get-Date",
    ),
)
