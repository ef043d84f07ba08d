"""How two ways are drawn: what both have done once, then a column each. Pure: Lines out, no widget."""

from __future__ import annotations

from itertools import zip_longest

from hvlab.session.units import clock_text
from hvlab.session.waysview import KINDS, Way, Ways, WayStep
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, wrap
from hvlab.tui.view_pane import heading

GAP = " │ "
NARROW = 50
COMMON = 3
"""So many of the last common steps are shown."""
Cell = list[tuple[str, str]]


def none_rows(text: Text, width: int) -> list[Line]:
    """Where no way has been left."""
    return [line((words, "dim")) for words in wrap(text("tui.ways.none"), width)]


def common_rows(ways: Ways, text: Text, width: int) -> list[Line]:
    """What was done before the fork."""
    rows = [heading(text("tui.ways.common", count=len(ways.common)), width)]
    if len(ways.common) > COMMON:
        rows.append(line(("  …", "faint")))
    rows += [line(*_step_cell(step, width, "dim")) for step in ways.common[-COMMON:]]
    return rows


def column_rows(ways: Ways, text: Text, width: int) -> list[Line]:
    """The other way at the left, the present one at the right."""
    half = (width - len(GAP)) // 2
    left, right = _column(ways.other, ways, text, half), _column(ways.here, ways, text, half)
    rows = []
    empty: Cell = []
    for one, two in zip_longest(left, right, fillvalue=empty):
        used = sum(len(part) for part, _ in one)
        rows.append(line(*one, (" " * (half - used), ""), (GAP, "faint"), *two))
    return rows


def _step_cell(step: WayStep, width: int, style: str) -> Cell:
    when = clock_text(step.time) if step.time >= 0 else "?"
    if width < NARROW:  # the command needs the room more than hours that have not come
        when = when.removeprefix("00:")
    room = max(4, width - len(when) - 4)
    return [("▸ ", "faint"), (fit(step.command, room).ljust(room), style), ("  ", ""), (when, "faint")]


def _column(way: Way, ways: Ways, text: Text, width: int) -> list[Cell]:
    other = ways.other if way.present else ways.here
    head = text("tui.ways.here") if way.present else text("tui.ways.left", number=way.tip)
    cells: list[Cell] = [[(fit(head, width), "title")]]
    cells += [_step_cell(step, width, "code") for step in way.steps]
    if not way.steps:
        cells.append([(fit(text("tui.ways.nothing"), width), "dim")])
    # Both columns count from the same row on, so that figures stand beside each other.
    longest = max(1, len(ways.here.steps), len(ways.other.steps))
    cells += [[] for _ in range(longest + 2 - len(cells))]
    if not way.is_kept:
        return [*cells, *([(words, "warn")] for words in wrap(text("tui.ways.not_kept"), width))]
    for kind in KINDS:
        same = way.counts[kind] == other.counts.get(kind)
        cells.append(
            _pair(text(f"tui.ways.kind.{kind.replace('.', '_')}"), str(way.counts[kind]), width, same)
        )
    for name in sorted({*way.machines, *other.machines}):
        state = way.machines.get(name, "")
        words = text(f"tui.state.{state.lower()}") if state else text("tui.ways.no_machine")
        cells.append(_pair(name, words, width, state == other.machines.get(name, "")))
    return cells


def _pair(name: str, value: str, width: int, same: bool) -> Cell:
    mark = "  " if same else "≠ "
    room = max(4, width - len(value) - 4)
    return [
        (mark, "warn"),
        (fit(name, room).ljust(room), "dim"),
        ("  ", ""),
        (value, "dim" if same else "bold"),
    ]
