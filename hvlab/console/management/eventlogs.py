"""Get-EventLog and Get-WinEvent: what the host's parts wrote into its event log."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.catalog.servers import LogEvent, log_events
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.elsewhere import with_computer_name
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import MANAGEMENT
from hvlab.console.hyperv.objects import moment, vmms
from hvlab.console.hyperv.refusals import RefusalsTold
from hvlab.console.lab import Lab
from hvlab.console.objects import Column, ObjectType
from hvlab.console.patterns import like
from hvlab.host.eventlog import LogEntry, event_log

CLASSIC = ("System", "Application", "Security")
"""The logs that Get-EventLog can read; the others are for Get-WinEvent."""

Row = tuple[Lab, LogEntry]


def _kind(row: Row) -> LogEvent:
    return log_events()[row[1].key]


def _message(row: Row) -> str:
    return _kind(row).text[row[0].text.language].format(**dict(row[1].values))


CLASSIC_ENTRY = ObjectType(
    "System.Diagnostics.EventLogEntry",
    {
        "Index": lambda row: row[1].index,
        "TimeGenerated": lambda row: moment(row[1].time),
        "EntryType": lambda row: _kind(row).level,
        "Source": lambda row: _kind(row).source,
        "EventID": lambda row: _kind(row).id,
        "InstanceId": lambda row: _kind(row).id,
        "Message": _message,
        "MachineName": lambda row: row[0].computer,
    },
    columns=("Index", Column("Time", "TimeGenerated"), "EntryType", "Source", "EventID", "Message"),
    text_property="Message",
)
RECORD = ObjectType(
    "System.Diagnostics.Eventing.Reader.EventLogRecord",
    {
        "TimeCreated": lambda row: moment(row[1].time),
        "ProviderName": lambda row: _kind(row).source,
        "Id": lambda row: _kind(row).id,
        "LevelDisplayName": lambda row: _kind(row).level,
        "LogName": lambda row: _kind(row).log,
        "Message": _message,
        "RecordId": lambda row: row[1].index,
        "MachineName": lambda row: row[0].computer,
    },
    columns=("TimeCreated", "ProviderName", "Id", "Message"),
    text_property="Message",
)


def _newest_first(call: Call, log: str) -> list[Row]:
    with RefusalsTold():
        vmms(call.lab).server.check_on()
    entries = reversed(event_log(call.lab.world, call.lab.host).entries)
    rows = [(call.lab, entry) for entry in entries]
    return [row for row in rows if _kind(row).log.casefold() == log.casefold()]


def _log_names() -> list[str]:
    return sorted({*CLASSIC, *(event.log for event in log_events().values())})


def _check_log(name: str, known: list[str]) -> None:
    if name.casefold() not in [log.casefold() for log in known]:
        raise CmdletError(
            f"The event log '{name}' does not exist here. There are: {', '.join(known)}.",
            "LogNotFound",
            "ObjectNotFound",
            explain=("explain.no-such-log", {"name": name, "known": ", ".join(known)}),
        )


def _classic(call: Call) -> Iterator[object]:
    args = call.args
    _check_log(args.LogName, list(CLASSIC))
    rows = [
        row
        for row in _newest_first(call, args.LogName)
        if args.Source is None or args.Source.casefold() in _kind(row).source.casefold()
    ]
    rows = [row for row in rows if not args.EntryType or _kind(row).level in args.EntryType]
    for row in rows[: args.Newest]:
        yield CLASSIC_ENTRY.of(row)


def _records(call: Call) -> Iterator[object]:
    names = _log_names()
    wanted: dict[str, None] = {}
    for asked in call.args.LogName or ["*"]:
        found = [name for name in names if like(name, asked)]
        if not found:
            _check_log(asked, names)
        wanted.update(dict.fromkeys(found))
    rows = [row for name in wanted for row in _newest_first(call, name)]
    rows.sort(key=lambda row: -row[1].index)
    for row in rows[: call.args.MaxEvents]:
        yield RECORD.of(row)


_HERE = (
    Cmdlet(
        "Get-EventLog",
        MANAGEMENT,
        (
            Parameter("LogName", position=0, mandatory=True),
            Parameter("Newest", "int", minimum=1),
            Parameter("Source"),
            Parameter("EntryType", "enum", values=("Information", "Warning", "Error"), array=True),
        ),
        _classic,
        read_only=True,
        summary_id="help.Get-EventLog",
    ),
    Cmdlet(
        "Get-WinEvent",
        MANAGEMENT,
        (Parameter("LogName", position=0, array=True), Parameter("MaxEvents", "int", minimum=1)),
        _records,
        read_only=True,
        summary_id="help.Get-WinEvent",
    ),
)

CMDLETS = tuple(with_computer_name(cmdlet) for cmdlet in _HERE)
