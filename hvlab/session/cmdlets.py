"""The session's own cmdlets: going back and forth, bookmarks, branches, breakpoints, stories.

Those of SESSION_CMDLETS that are not marked `read_only` move within the session's past
or note something in it; they are no inputs of the lab, hence neither recorded as
commands nor seen in the trace, and stand alone in their statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hvlab.console.cmdlets import Call, Cmdlet, Parameter, RunFunction
from hvlab.console.errors import CmdletError
from hvlab.console.objects import Column, ObjectType, PSObject, TimeSpan
from hvlab.kernel import KINDS
from hvlab.session import pastcommands
from hvlab.session.breakpoints import Breakpoint
from hvlab.session.timeline import Branch, Step
from hvlab.session.travel import EVENT, TIME, CannotGo

if TYPE_CHECKING:
    from hvlab.session.session import Session

MODULE = "Lab"
_MESSAGES = {
    "nothing-to-undo": "There is nothing to undo.",
    "nothing-to-redo": "There is nothing to redo.",
    "before-the-start": "That lies before the beginning of the lesson.",
    "not-yet": "The lab has not come so far: it stands at {reached}, {wanted} was asked for.",
    "no-such-step": "There is no step {number} on the present branch.",
    "no-such-branch": "There is no branch {number}.",
    "no-such-bookmark": "There is no bookmark '{name}'.",
    "no-such-breakpoint": "There is no breakpoint {number}.",
    "no-such-place": "'{text}' is no event, no time and no bookmark.",
    "stands-alone": "{command} moves the whole session and must stand alone in its statement.",
    "nothing-to-watch": "A breakpoint needs a condition, a kind of event, or both.",
    "file": "The file '{path}' cannot be written: {why}.",
    "no-event-before": "There are not {count} events of the kind '{kind}' behind this place.",
}


def _refused(reason: str, **values: str | int) -> CmdletError:
    return CmdletError(
        _MESSAGES[reason].format(**values),
        "".join(part.capitalize() for part in reason.split("-")),
        "InvalidOperation",
        exception="InvalidOperationException",
        explain=(f"explain.travel-{reason}", values),
    )


def refusal(error: CannotGo) -> CmdletError:
    """A way that there is not, as the console's error."""
    return _refused(error.reason, **error.values)


def _session(call: Call) -> Session:
    return cast("Session", call.lab)


# -- what is shown -----------------------------------------------------------------------------------


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
    redo = sum(travel.is_step(known) for known in travel.future())
    return PLACE.of(
        Where(
            place.event,
            place.time,
            step.first if step is not None else 0,
            _command(step),
            undo,
            redo,
            travel.view is not None,
        )
    )


def _command(step: Step | None) -> str:
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
        "Command": lambda row: _command(row[0]),
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
        "Text": lambda row: "  " * row[0] + _caption(row[1]),
    },
    columns=("Event", "Time", Column("Story", "Text")),
    text_property="Text",
    key="Event",
)


def _caption(event: object) -> str:
    from hvlab.kernel import TraceEvent

    assert isinstance(event, TraceEvent)
    named = [
        str(event.fields[name])
        for name in ("text", "name", "reason", "operation", "phase", "state", "action")
        if event.fields.get(name)
    ]
    return f"{event.kind} {named[0] if named else ''}".rstrip() + f": {event.source} -> {event.target}"


# -- going -------------------------------------------------------------------------------------------


def _go(call: Call, act: Callable[[], None]) -> None:
    """Go somewhere when the command has ended, and show where one is then."""
    session = _session(call)

    def travel() -> object:
        act()
        return where(session)

    if not session.after_this(travel):
        raise _refused("stands-alone", command=call.cmdlet.name)


def _undo(call: Call) -> None:
    travel = _session(call).travel
    _go(call, lambda: travel.undo(call.args.Count))


def _redo(call: Call) -> None:
    travel = _session(call).travel
    _go(call, lambda: travel.redo(call.args.Count))


def _step_number(session: Session, number: int) -> int:
    if number == 0:
        return session.travel.floor
    end = session.travel.timeline.onward or session.travel.timeline.head
    for step in session.travel.timeline.steps(end):
        if step.first == number:
            return step.last
    raise _refused("no-such-step", number=number)


def bookmarks(session: Session) -> dict[str, tuple[str, int, int]]:
    """Name as written, event and node of each bookmark, by case-folded name."""
    found: dict[str, tuple[str, int, int]] = {}
    timeline = session.travel.timeline
    for number, entry in enumerate(session.log.entries, 1):
        if entry.kind == "bookmark":
            found.pop(entry.name.casefold(), None)
            if entry.text != "remove":
                found[entry.name.casefold()] = (entry.name, entry.to, timeline.effective(number))
    return found


def _to_bookmark(session: Session, name: str) -> None:
    found = bookmarks(session).get(name.casefold())
    if found is None:
        raise _refused("no-such-bookmark", name=name)
    _, event, node = found
    travel = session.travel
    way = travel.timeline.nodes(travel.timeline.onward or travel.timeline.head)
    if node and node not in way:
        travel.go(node)
    end = travel.ends.get(node)
    if end is not None and end.event == event:
        travel.go(node)
    else:
        travel.seek(EVENT, event)


def _move(call: Call) -> None:
    session, args = _session(call), call.args
    travel = session.travel

    def act() -> None:
        if "Event" in args:
            travel.seek(EVENT, args.Event)
        elif "Time" in args:
            travel.seek(TIME, args.Time)
        elif "Step" in args:
            travel.go(_step_number(session, args.Step))
        elif "Bookmark" in args:
            _to_bookmark(session, args.Bookmark)
        elif "Back" in args:
            _back(session, args.Back, args.Kind)
        else:
            go_to_text(session, args.To)

    _go(call, act)


def _back(session: Session, count: int, kind: str | None) -> None:
    """Go to before the last `count` events; of one kind, to before that many of it. CmdletError."""
    trace = session.world.trace
    wanted = len(trace) - count + 1
    if kind is not None:
        of_kind = [seq for seq in range(1, len(trace) + 1) if trace[seq].kind == kind]
        if len(of_kind) < count:
            raise _refused("no-event-before", kind=kind, count=count)
        wanted = of_kind[-count]
    target = max(0, wanted - 1)
    session.travel.seek(EVENT, target)
    # One step of the simulation may write several events, and only between steps is there a place to stand.
    while target and len(session.world.trace) >= wanted:
        target -= 1
        session.travel.seek(EVENT, target)


def go_to_text(session: Session, text: str) -> None:
    """A place as one writes it: an event's number, seconds as 12.5s, start, end, or a bookmark."""
    travel = session.travel
    folded = text.strip().casefold()
    if folded == "start":
        travel.go(travel.floor)
    elif folded == "end":
        travel.go(travel.timeline.onward or travel.timeline.head)
    elif folded in bookmarks(session):
        _to_bookmark(session, text.strip())
    elif folded.isdecimal():
        travel.seek(EVENT, int(folded))
    elif folded.endswith("s") and (nanoseconds := _nanoseconds(folded[:-1])) is not None:
        travel.seek(TIME, nanoseconds)
    else:
        raise _refused("no-such-place", text=text)


def _nanoseconds(text: str) -> int | None:
    whole, _, part = text.partition(".")
    if not (whole + part).isdecimal() or not whole or len(part) > 9 or len(whole) > 9:
        return None
    return int(whole) * 1_000_000_000 + int(part.ljust(9, "0"))


def _place(call: Call) -> Iterator[object]:
    yield where(_session(call))


def _steps(call: Call) -> Iterator[object]:
    travel = _session(call).travel
    travel.ends[travel.timeline.head] = (
        travel.place if travel.view is None else travel.ends[travel.timeline.head]
    )
    head = travel.timeline.head
    for step in travel.timeline.steps(travel.timeline.onward or head):
        end = travel.ends.get(step.last)
        state = "Done" if step.last <= head else "Undone"
        if travel.view is not None and step.first == travel.view.step.first:
            state = "Looking"
        yield STEP.of((step, end and end.event, end and end.time, state))


# -- bookmarks, branches ---------------------------------------------------------------------------


def _new_bookmark(call: Call) -> None:
    session = _session(call)
    _go_silently(call, lambda: session.bookmark(call.args.Name))


def _go_silently(call: Call, act: Callable[[], None]) -> None:
    """Note something when the command has ended."""
    if not _session(call).after_this(act):
        raise _refused("stands-alone", command=call.cmdlet.name)


def _remove_bookmark(call: Call) -> None:
    session = _session(call)
    if call.args.Name.casefold() not in bookmarks(session):
        raise _refused("no-such-bookmark", name=call.args.Name)
    _go_silently(call, lambda: session.bookmark(call.args.Name, remove=True))


def _bookmarks(call: Call) -> Iterator[object]:
    for row in bookmarks(_session(call)).values():
        yield BOOKMARK.of(row)


def _branches(call: Call) -> Iterator[object]:
    timeline = _session(call).travel.timeline
    for branch in timeline.branches():
        steps = timeline.steps(branch.tip)
        yield BRANCH.of((branch, _command(steps[-1]) if steps else ""))


def _switch(call: Call) -> None:
    session = _session(call)
    branches: list[Branch] = session.travel.timeline.branches()
    if call.args.Branch not in [branch.tip for branch in branches]:
        raise _refused("no-such-branch", number=call.args.Branch)
    _go(call, lambda: session.travel.go(call.args.Branch))


# -- breakpoints ---------------------------------------------------------------------------------------


def _set_breakpoint(call: Call) -> Iterable[object]:
    block, kind = call.args.Condition, call.args.Kind or ""
    if block is None and not kind:
        raise _refused("nothing-to-watch")
    yield BREAKPOINT.of(_session(call).breakpoints.add(block, kind))


def _get_breakpoints(call: Call) -> Iterator[object]:
    known: list[Breakpoint] = _session(call).breakpoints.all
    for item in known:
        yield BREAKPOINT.of(item)


def _remove_breakpoint(call: Call) -> None:
    for number in call.args.Id:
        if not _session(call).breakpoints.remove(number):
            call.error(_refused("no-such-breakpoint", number=number))


# -- stories -----------------------------------------------------------------------------------------


def _story(call: Call) -> Iterator[object]:
    session = _session(call)
    trace = session.world.trace
    root = call.args.Event
    if root is None:
        commands = [number for number, raw in enumerate(trace.events, 1) if raw[1] == "command"]
        text = call.args.Command
        if text is not None:
            wanted = text.casefold()
            commands = [n for n in commands if str(trace[n].get("text")).casefold().startswith(wanted)]
        own = call.args.Command is None and bool(commands) and session.travel.view is None
        root = commands[-2] if own and len(commands) > 1 else commands[-1] if commands else 0
    if not 1 <= root <= len(trace):
        raise _refused("not-yet", wanted=root, reached=len(trace))
    depths = {root: 0}
    yield STORY.of((0, trace[root]))
    for number in range(root, len(trace.events)):
        call.runner.charge(1)
        depth = depths.get(trace.events[number][2])
        if depth is not None:
            depths[number + 1] = depth + 1
            yield STORY.of((depth + 1, trace[number + 1]))


def _export(call: Call) -> None:
    session = _session(call)
    path = call.args.Path

    def write() -> None:
        try:
            session.export_log(path)
        except OSError as error:
            raise _refused("file", path=path, why=error.strerror or str(error)) from None

    _go_silently(call, write)


# -- the table -------------------------------------------------------------------------------------------


def _cmdlet(name: str, run: RunFunction, *parameters: Parameter, read_only: bool = False) -> Cmdlet:
    return Cmdlet(
        name,
        MODULE,
        parameters,
        run,
        lab_only=True,
        read_only=read_only,
        summary_id=f"help.{name}",
    )


_COUNT = Parameter("Count", "int", position=0, default=1, minimum=1, maximum=1_000_000)

TRAVELLING = (
    _cmdlet("Undo-Lab", _undo, _COUNT),
    _cmdlet("Redo-Lab", _redo, _COUNT),
    Cmdlet(
        "Move-Lab",
        MODULE,
        (
            Parameter("To", position=0, mandatory=True, sets=("To",)),
            Parameter("Event", "int", mandatory=True, minimum=0, sets=("Event",)),
            Parameter("Time", "seconds", mandatory=True, sets=("Time",)),
            Parameter("Step", "int", mandatory=True, minimum=0, sets=("Step",)),
            Parameter("Bookmark", mandatory=True, sets=("Bookmark",)),
            Parameter("Back", "int", mandatory=True, minimum=1, sets=("Back",)),
            Parameter("Kind", "enum", values=tuple(KINDS), sets=("Back",)),
        ),
        _move,
        lab_only=True,
        default_set="To",
        summary_id="help.Move-Lab",
    ),
    _cmdlet("Switch-LabBranch", _switch, Parameter("Branch", "int", position=0, mandatory=True, minimum=0)),
    _cmdlet("New-LabBookmark", _new_bookmark, Parameter("Name", position=0, mandatory=True)),
    _cmdlet("Remove-LabBookmark", _remove_bookmark, Parameter("Name", position=0, mandatory=True)),
    _cmdlet(
        "Set-LabBreakpoint",
        _set_breakpoint,
        Parameter("Condition", "scriptblock", position=0),
        Parameter("Kind", "enum", values=tuple(KINDS)),
    ),
    _cmdlet(
        "Remove-LabBreakpoint",
        _remove_breakpoint,
        Parameter("Id", "int", position=0, mandatory=True, array=True, pipeline="property"),
    ),
    _cmdlet("Export-LabSession", _export, Parameter("Path", position=0, mandatory=True)),
)
LOOKING = (
    _cmdlet("Get-LabPlace", _place, read_only=True),
    _cmdlet("Get-LabStep", _steps, read_only=True),
    _cmdlet("Get-LabBookmark", _bookmarks, read_only=True),
    _cmdlet("Get-LabBranch", _branches, read_only=True),
    _cmdlet("Get-LabBreakpoint", _get_breakpoints, read_only=True),
    _cmdlet(
        "Get-LabStory",
        _story,
        Parameter("Command", position=0, sets=("Command",)),
        Parameter("Event", "int", mandatory=True, minimum=1, sets=("Event",)),
        read_only=True,
    ),
)
SESSION_CMDLETS = (*TRAVELLING, *LOOKING, *pastcommands.CMDLETS)
