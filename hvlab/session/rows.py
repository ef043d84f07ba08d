"""What the session's cmdlets show: places, steps, branches, bookmarks, breakpoints and lines of a story as objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab.console.objects import Column, ObjectType, PSObject, TimeSpan
from hvlab.kernel import TraceEvent
from hvlab.session.timeline import Step

if TYPE_CHECKING:
    from hvlab.session.session import Session


@dataclass(frozen=True)
class Where:
    """Where a session stands."""

    event: int
    time: int
    step: int
    command: str
    undo: int
    redo: int
    looking: bool


PLACE = ObjectType(
    "Hvlab.Place",
    {
        "Event": lambda where: where.event,
        "Time": lambda where: TimeSpan(where.time),
        "Step": lambda where: where.step,
        "Command": lambda where: where.command,
        "CanUndo": lambda where: where.undo,
        "CanRedo": lambda where: where.redo,
        "ReadOnly": lambda where: where.looking,
    },
    columns=("Event", "Time", "Step", "CanUndo", "CanRedo", "ReadOnly", "Command"),
    text_property="Event",
)


def where(session: Session) -> PSObject:
    """The place as an object."""
    travel = session.travel
    place = travel.place
    step = travel.view.step if travel.view is not None else None
    past = travel.past()
    if step is None and past:
        step = past[-1]
    undo = sum(travel.is_step(known) for known in past)
    redo = sum(travel.is_step(known) for known in travel.timeline.ahead())
    return PLACE.of(
        Where(
            place.event,
            place.time,
            step.first if step is not None else 0,
            command_of(step),
            undo,
            redo,
            travel.view is not None,
        )
    )


def command_of(step: Step | None) -> str:
    """A step in words: its command, or in brackets what else it was."""
    if step is None:
        return ""
    entry = step.entry
    return entry.text if entry.kind == "command" else f"({entry.kind})"


STEP = ObjectType(
    "Hvlab.Step",
    {
        "Step": lambda row: row[0].first,
        "Event": lambda row: row[1],
        "Time": lambda row: None if row[2] is None else TimeSpan(row[2]),
        "State": lambda row: row[3],
        "Kind": lambda row: row[0].entry.kind,
        "Stopped": lambda row: row[0].halt is not None,
        "Command": lambda row: command_of(row[0]),
    },
    columns=("Step", "State", "Event", "Time", "Command"),
    text_property="Command",
    key="Step",
)

BRANCH = ObjectType(
    "Hvlab.Branch",
    {
        "Branch": lambda row: row[0].tip,
        "Steps": lambda row: row[0].steps,
        "LeavesAt": lambda row: row[0].fork,
        "Present": lambda row: row[0].present,
        "LastCommand": lambda row: row[1],
    },
    columns=("Branch", "Present", "Steps", "LeavesAt", "LastCommand"),
    text_property="Branch",
    key="Branch",
)

BOOKMARK = ObjectType(
    "Hvlab.Bookmark",
    {"Name": lambda row: row[0], "Event": lambda row: row[1], "Step": lambda row: row[2]},
    columns=("Name", "Event", "Step"),
    text_property="Name",
    key="Name",
)

BREAKPOINT = ObjectType(
    "Hvlab.Breakpoint",
    {
        "Id": lambda item: item.number,
        "Kind": lambda item: item.kind,
        "Condition": lambda item: item.block.text.strip() if item.block is not None else "",
        "HitCount": lambda item: item.hits,
        "Failure": lambda item: item.failure,
    },
    columns=("Id", "Kind", "HitCount", "Condition", "Failure"),
    text_property="Id",
    key="Id",
)

STORY = ObjectType(
    "Hvlab.StoryLine",
    {
        "Event": lambda row: row[1].seq,
        "Depth": lambda row: row[0],
        "Time": lambda row: TimeSpan(row[1].time),
        "Kind": lambda row: row[1].kind,
        "Cause": lambda row: row[1].cause,
        "Text": lambda row: _indented(row[0]) + _caption(row[1]),
    },
    columns=("Event", "Time", Column("Story", "Text")),
    text_property="Text",
    key="Event",
)


CROSSING = ObjectType(
    "Hvlab.Crossing",
    {
        "VMName": lambda row: row.machine,
        "Phase": lambda row: row.phase,
        "Kind": lambda row: row.kind,
        "Name": lambda row: row.name,
        "Direction": lambda row: row.direction,
        "Count": lambda row: row.count,
        "Event": lambda row: row.first,
        "Time": lambda row: TimeSpan(row.time),
        "Microseconds": lambda row: row.since // 1_000,
    },
    columns=(
        "Event",
        Column("Time(us)", "Microseconds"),
        "VMName",
        "Phase",
        "Kind",
        "Name",
        "Direction",
        "Count",
    ),
    text_property="Name",
    key="Event",
)


DEEPEST = 8
"""How far a story's lines are moved to the right; deeper ones say how deep they lie."""


def _indented(depth: int) -> str:
    """The depth of a line of a story, to be seen in a window of any width."""
    return "  " * depth if depth <= DEEPEST else "  " * DEEPEST + f"({depth}) "


def _caption(event: TraceEvent) -> str:
    named = [
        str(event.fields[name])
        for name in ("text", "name", "reason", "operation", "phase", "state", "action")
        if event.fields.get(name)
    ]
    return f"{event.kind} {named[0] if named else ''}".rstrip() + f": {event.source} -> {event.target}"


PICTURE = ObjectType(
    "Hvlab.PictureElement",
    {
        "Event": lambda row: row.drawn.event.seq,
        "Kind": lambda row: row.drawn.event.kind,
        "Glyph": lambda row: row.drawn.move.glyph if row.drawn.move is not None else "",
        "Way": lambda row: row.way,
        "Lights": lambda row: row.lights,
        "Counts": lambda row: row.counts,
        "Text": lambda row: _caption(row.drawn.event),
    },
    columns=("Event", "Kind", "Glyph", "Way", "Lights", "Counts"),
    text_property="Text",
    key="Event",
)
