"""Get-History: the commands that this session has recorded, as they stand on the present way."""

from __future__ import annotations

from collections.abc import Iterable

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.general.common import CORE
from hvlab.console.objects import Column, ObjectType

HISTORY = ObjectType(
    "Microsoft.PowerShell.Commands.HistoryInfo",
    {"Id": lambda row: row[0], "CommandLine": lambda row: row[1]},
    columns=("Id", Column("CommandLine")),
    key="Id",
)


def _history(call: Call) -> Iterable[object]:
    from hvlab.session.session import Session  # late: the session itself is made of these cmdlets

    lab = call.lab
    assert isinstance(lab, Session)
    timeline = lab.travel.timeline
    steps = timeline.group(timeline.nodes(timeline.head))
    texts = [step.entry.text for step in steps if step.entry.kind == "command"]
    del texts[-1:]  # the one under way is not history yet
    rows = list(enumerate(texts, 1))
    if call.args.Count is not None:
        rows = rows[max(0, len(rows) - call.args.Count) :]
    if call.args.Id:
        rows = [row for row in rows if row[0] in call.args.Id]
    return [HISTORY.of(row) for row in rows]


CMDLETS = (
    Cmdlet(
        "Get-History",
        CORE,
        (
            Parameter("Id", "int", position=0, array=True),
            Parameter("Count", "int", position=1, minimum=0),
        ),
        _history,
        aliases=("h", "history", "ghy"),
        read_only=True,
        summary_id="help.Get-History",
    ),
)
