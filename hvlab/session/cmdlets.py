"""The session's own cmdlets: going back and forth, bookmarks, branches, breakpoints, stories.

Those of SESSION_CMDLETS that are not marked `read_only` move within the session's past
or note something in it; they are no inputs of the lab, hence neither recorded as
commands nor seen in the trace, and stand alone in their statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, cast

from hvlab.console.cmdlets import Call, Cmdlet, Parameter, RunFunction
from hvlab.kernel import KINDS, TraceEvent
from hvlab.session import pastcommands
from hvlab.session.breakpoints import Breakpoint
from hvlab.session.crossings import CROSSING_KINDS, EXIT, MESSAGE, crossings
from hvlab.session.picturing import Element, drawn, workers_of
from hvlab.session.refusals import refused
from hvlab.session.rows import BOOKMARK, BRANCH, BREAKPOINT, CROSSING, PICTURE, STEP, STORY, command_of, where
from hvlab.session.timeline import Branch, Step
from hvlab.session.travel import EVENT, TIME

if TYPE_CHECKING:
    from hvlab.session.session import Session

MODULE = "Lab"


def _session(call: Call) -> Session:
    return cast("Session", call.lab)


# -- going -------------------------------------------------------------------------------------------


def _go(call: Call, act: Callable[[], None]) -> None:
    """Go somewhere when the command has ended, and show where one is then."""
    session = _session(call)

    def travel() -> object:
        act()
        return where(session)

    if not session.after_this(travel):
        raise refused("stands-alone", command=call.cmdlet.name)


def _undo(call: Call) -> None:
    session = _session(call)

    def act() -> None:
        before = session.travel.standing()
        session.travel.undo(call.args.Count)
        _tell(session, "undone", before, session.travel.past())

    _go(call, act)


def _redo(call: Call) -> None:
    session = _session(call)

    def act() -> None:
        before = session.travel.past()
        session.travel.redo(call.args.Count)
        _tell(session, "redone", session.travel.past(), before)

    _go(call, act)


def _tell(session: Session, what: str, more: list[Step], fewer: list[Step]) -> None:
    """Say which steps one of two ways has more than the other: those that were undone, or done again."""
    kept = {step.first for step in fewer}
    steps = [step for step in more if step.first not in kept and session.travel.is_step(step)]
    commands = "; ".join(" ".join(command_of(step).split()) for step in steps)
    session.shell.host.write_host(session.text(f"session.{what}", count=len(steps), commands=commands))


def _step_number(session: Session, number: int) -> int:
    if number == 0:
        return session.travel.floor
    end = session.travel.timeline.end
    for step in session.travel.timeline.steps(end):
        if step.first == number:
            return step.last
    raise refused("no-such-step", number=number)


def bookmarks(session: Session) -> dict[str, tuple[str, int, int]]:
    """Name as written, event and node of each bookmark, by case-folded name."""
    found: dict[str, tuple[str, int, int]] = {}
    timeline = session.travel.timeline
    timeline.sync()
    for number, entry in enumerate(session.log.entries, 1):
        if entry.kind == "bookmark":
            found.pop(entry.name.casefold(), None)
            if entry.text != "remove":
                found[entry.name.casefold()] = (entry.name, entry.to, timeline.effective(number))
    return found


def _to_bookmark(session: Session, name: str) -> None:
    found = bookmarks(session).get(name.casefold())
    if found is None:
        raise refused("no-such-bookmark", name=name)
    _, event, node = found
    travel = session.travel
    way = travel.timeline.nodes(travel.timeline.end)
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
            _seek(session, EVENT, args.Event)
        elif "Time" in args:
            _seek(session, TIME, args.Time)
        elif "Step" in args:
            travel.go(_step_number(session, args.Step))
        elif "Bookmark" in args:
            _to_bookmark(session, args.Bookmark)
        elif "Back" in args:
            _back(session, args.Back, args.Kind)
        else:
            go_to_text(session, args.To)

    _go(call, act)


def _seek(session: Session, unit: str, value: int) -> None:
    """Go to an event or a moment; what lies before the lab's beginning leads to that, which is said."""
    travel = session.travel
    travel.seek(unit, value)
    here = travel.place
    if value < here.measure(unit) and here == travel.end_of(travel.floor):
        session.shell.host.write_host(session.text("session.begins", event=here.event))


def _back(session: Session, count: int, kind: str | None) -> None:
    """Go to before the last `count` events; of one kind, to before that many of it. CmdletError."""
    trace = session.world.trace
    wanted = len(trace) - count + 1
    if kind is not None:
        of_kind = [seq for seq in range(1, len(trace) + 1) if trace[seq].kind == kind]
        if len(of_kind) < count:
            raise refused("no-event-before", kind=kind, count=count)
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
        travel.go(travel.timeline.end)
    elif folded in bookmarks(session):
        _to_bookmark(session, text.strip())
    elif folded.isdecimal():
        _seek(session, EVENT, int(folded))
    elif folded.endswith("s") and (nanoseconds := _nanoseconds(folded[:-1])) is not None:
        _seek(session, TIME, nanoseconds)
    else:
        raise refused("no-such-place", text=text)


def _nanoseconds(text: str) -> int | None:
    whole, _, part = text.partition(".")
    if not (whole + part).isdecimal() or not whole or len(part) > 9 or len(whole) > 9:
        return None
    return int(whole) * 1_000_000_000 + int(part.ljust(9, "0"))


def _place(call: Call) -> Iterator[object]:
    yield where(_session(call))


def _steps(call: Call) -> Iterator[object]:
    travel = _session(call).travel
    done = set(travel.timeline.nodes(travel.timeline.head))
    for step in travel.timeline.steps(travel.timeline.end):
        end = travel.end_of(step.last)
        state = "Done" if step.last in done else "Undone"
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
        raise refused("stands-alone", command=call.cmdlet.name)


def _remove_bookmark(call: Call) -> None:
    session = _session(call)
    if call.args.Name.casefold() not in bookmarks(session):
        raise refused("no-such-bookmark", name=call.args.Name)
    _go_silently(call, lambda: session.bookmark(call.args.Name, remove=True))


def _bookmarks(call: Call) -> Iterator[object]:
    for row in bookmarks(_session(call)).values():
        yield BOOKMARK.of(row)


def _branches(call: Call) -> Iterator[object]:
    timeline = _session(call).travel.timeline
    for branch in timeline.branches():
        steps = timeline.done(timeline.nodes(branch.tip))
        yield BRANCH.of((branch, command_of(steps[-1]) if steps else ""))


def _switch(call: Call) -> None:
    session = _session(call)
    branches: list[Branch] = session.travel.timeline.branches()
    if call.args.Branch not in [branch.tip for branch in branches]:
        raise refused("no-such-branch", number=call.args.Branch)
    _go(call, lambda: session.travel.go(call.args.Branch))


# -- breakpoints ---------------------------------------------------------------------------------------


def _set_breakpoint(call: Call) -> Iterable[object]:
    block, kind = call.args.Condition, call.args.Kind or ""
    if block is None and not kind:
        raise refused("nothing-to-watch")
    yield BREAKPOINT.of(_session(call).breakpoints.add(block, kind))


def _get_breakpoints(call: Call) -> Iterator[object]:
    known: list[Breakpoint] = _session(call).breakpoints.all
    for item in known:
        yield BREAKPOINT.of(item)


def _remove_breakpoint(call: Call) -> None:
    for number in call.args.Id:
        if not _session(call).breakpoints.remove(number):
            call.error(refused("no-such-breakpoint", number=number))


# -- stories -----------------------------------------------------------------------------------------


def _root(call: Call) -> int:
    """The event whose consequences are asked for: -Event, or the last command that begins so; else the last one."""
    session = _session(call)
    trace = session.world.trace
    root = call.args.Event
    if root is None:
        prepared = session.prologue
        commands = [n for n, raw in enumerate(trace.events, 1) if raw[1] == "command" and n > prepared]
        text = call.args.Command
        if text is not None:
            wanted = text.casefold()
            commands = [n for n in commands if str(trace[n].get("text")).casefold().startswith(wanted)]
            if not commands:
                raise refused("no-such-command", text=text)
        own = call.args.Command is None and bool(commands) and session.travel.view is None
        root = commands[-2] if own and len(commands) > 1 else commands[-1] if commands else 0
    if not 1 <= root <= len(trace):
        raise refused("not-yet", wanted=root, reached=len(trace))
    return int(root)


def _caused(call: Call, root: int) -> Iterator[tuple[int, TraceEvent]]:
    """An event and all that it led to, each with its depth, in the order in which it happened."""
    trace = _session(call).world.trace
    depths = {root: 0}
    yield 0, trace[root]
    for number in range(root, len(trace.events)):
        call.runner.charge(1)
        depth = depths.get(trace.events[number][2])
        if depth is not None:
            depths[number + 1] = depth + 1
            yield depth + 1, trace[number + 1]


STORY_ROWS = 60
"""Events that a story tells unless all are asked for: one screen and a half."""


def _story(call: Call) -> Iterator[object]:
    root = _root(call)
    told = more = 0
    for row in _caused(call, root):
        if call.args.Depth is not None and row[0] > call.args.Depth:
            continue
        if told == STORY_ROWS and not call.args.All:
            more += 1
            continue
        told += 1
        yield STORY.of(row)
    if more:
        call.warn(_session(call).text("session.story-more", told=told, more=more, event=root))


def _crossings(call: Call) -> Iterator[object]:
    events = (event for _, event in _caused(call, _root(call)))
    wanted = {name.casefold() for name in call.args.VMName or ()}
    for row in crossings(events, call.args.Kind or (MESSAGE, EXIT)):
        if not wanted or row.machine.casefold() in wanted:
            yield CROSSING.of(row)


def _picture(call: Call) -> Iterator[object]:
    """The picture's elements beside the events for which they stand."""
    session = _session(call)
    root = _last_request(session) if call.args.Request else _root(call)
    workers = workers_of(session.world.trace.since(0))
    for _, event in _caused(call, root):
        yield PICTURE.of(Element.of(drawn(event, workers), session.text))


def _last_request(session: Session) -> int:
    """The event with which the last disk request of a guest begins."""
    for number, raw in reversed(list(enumerate(session.world.trace.events, 1))):
        if raw[1] == "guest.io" and session.world.trace[number].get("action") == "start":
            return number
    raise refused("no-request")


def _export(call: Call) -> None:
    session = _session(call)
    path = call.args.Path
    force = bool(call.args.Force)

    def write() -> None:
        try:
            session.export_log(path, over=force)
        except FileExistsError:
            raise refused("file-exists", path=path) from None
        except OSError as error:
            raise refused("file", path=path, why=error.strerror or str(error)) from None

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
    _cmdlet(
        "Export-LabSession",
        _export,
        Parameter("Path", position=0, mandatory=True),
        Parameter("Force", "switch"),
    ),
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
        Parameter("Depth", "int", minimum=0),
        Parameter("All", "switch"),
        read_only=True,
    ),
    _cmdlet(
        "Get-LabCrossing",
        _crossings,
        Parameter("Command", position=0, sets=("Command",)),
        Parameter("Event", "int", mandatory=True, minimum=1, sets=("Event",)),
        Parameter("VMName", array=True, completer="vm"),
        Parameter("Kind", "enum", array=True, values=CROSSING_KINDS),
        read_only=True,
    ),
    _cmdlet(
        "Get-LabPicture",
        _picture,
        Parameter("Command", position=0, sets=("Command",)),
        Parameter("Event", "int", mandatory=True, minimum=1, sets=("Event",)),
        Parameter("Request", "switch", mandatory=True, sets=("Request",)),
        read_only=True,
    ),
)
SESSION_CMDLETS = (*TRAVELLING, *LOOKING, *pastcommands.CMDLETS)
