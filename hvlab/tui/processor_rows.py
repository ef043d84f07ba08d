"""How the processors are drawn: a strip of time for each virtual one, totals, exits by reason. Pure: Lines out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from hvlab.session.schedule import ROOT_NAME, LogicalView, Stretch, VirtualView, strip
from hvlab.text import Text
from hvlab.tui.canvas import Line, beside, fit, line
from hvlab.tui.view_pane import heading

MILLISECOND, SECOND = 10**6, 10**9
SPANS = (
    *(MILLISECOND * step for step in (10, 20, 50, 100, 200, 500)),
    *(SECOND * step for step in (1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 300, 600)),
)
"""The lengths of time that a strip can show."""
NAME = 12
EXITS = 58
"""Columns that one processor's exits need where they stand side by side."""
SHADES = ((75, "▓"), (40, "▒"), (0, "░"))


def span_text(nanoseconds: int) -> str:
    """A length of time, short."""
    if nanoseconds >= SECOND:
        return f"{nanoseconds / SECOND:g} s"
    return f"{nanoseconds // MILLISECOND} ms"


def seconds(nanoseconds: int, text: Text) -> str:
    """A total, in seconds."""
    return f"{text.decimal(nanoseconds / SECOND, 3)} s"


def layer_of(owner: str) -> str:
    """The colour of the root and of the others."""
    return "root" if owner == ROOT_NAME else "guest"


def strip_cells(stretches: Sequence[Stretch], begin: int, span: int, width: int) -> list[tuple[str, str]]:
    """A strip: the processor's number where a stretch begins, solid where it ran in one piece."""
    cells: list[tuple[str, str]] = []
    before: Stretch | None = None
    for one in strip(stretches, begin, span, width):
        if one is None:
            cells.append(("·", "faint"))
        elif one is not before:
            cells.append((str(one.lp % 10), f"{layer_of(one.owner)}+4"))
        elif one.pieces == 1:
            cells.append(("█", f"{layer_of(one.owner)}+3"))
        else:
            shade = next(mark for least, mark in SHADES if one.share >= least)
            cells.append((shade, f"{layer_of(one.owner)}+3"))
        before = one
    return cells


def axis(begin: int, span: int, width: int, indent: int, text: Text) -> Line:
    """The strip's time, at its ends and in its middle."""
    marks = [" "] * width
    for part, place in ((0, 0), (1, width // 2), (2, width)):
        words = f"{text.decimal((begin + span * part // 2) / SECOND, 2)} s"
        start = min(max(0, place - len(words) // 2 if part == 1 else place), width - len(words))
        marks[start : start + len(words)] = words
    return line((" " * indent + "".join(marks), "faint"))


def gantt_rows(
    views: Sequence[VirtualView],
    stretches: Sequence[Stretch],
    begin: int,
    span: int,
    text: Text,
    width: int,
) -> list[Line]:
    """A row for each virtual processor that exists or has run in that time."""
    tail = 11
    room = max(10, width - NAME - tail)
    rows = []
    known = {(view.owner, view.vp): view for view in views}
    keys = list(known)
    keys += [key for key in dict.fromkeys((s.owner, s.vp) for s in stretches) if key not in known]
    idle: dict[str, list[int]] = {}
    for owner, vp in keys:
        own = [one for one in stretches if (one.owner, one.vp) == (owner, vp)]
        view = known.get((owner, vp))
        if not own and view is not None and not view.ran:
            idle.setdefault(owner, []).append(vp)
            continue
        total = seconds(view.ran, text) if view else text("tui.processors.gone")
        rows.append(
            line(
                (f"{fit(owner, NAME - 4).ljust(NAME - 4)} {vp:<2} ", f"{layer_of(owner)}+3"),
                *strip_cells(own, begin, span, room),
                (fit(total, tail - 1).rjust(tail), "dim"),
            )
        )
    rows.append(axis(begin, span, room, NAME, text))
    for owner, numbers in idle.items():
        words = text("tui.processors.idle", owner=owner, vps=" ".join(str(number) for number in numbers))
        rows.append(line((fit(words, width), "dim")))
    return rows


def logical_rows(views: Sequence[LogicalView], now: int, text: Text, width: int) -> list[Line]:
    """The machine's processors: how busy since the beginning, whom they run."""
    rows = []
    room = max(8, width - NAME - 46)
    for view in views:
        share = 100 * view.busy // max(1, now)
        full = room * view.busy // max(1, now)
        rows.append(
            line(
                (f"{text('tui.processors.lp')} {view.number:<2}".ljust(NAME), "hardware+3"),
                ("█" * full, "hardware+3"),
                ("·" * (room - full), "faint"),
                (f" {share:>3} %  {seconds(view.busy, text):>10}  ", "dim"),
                (text("tui.processors.switches", count=view.switches), "dim"),
                (f"  ▸ {view.running}" if view.running else "", "good"),
            )
        )
    if any(view.busy for view in views) and not all(view.busy for view in views):
        rows.append(line((fit(text("tui.processors.resting"), width), "dim")))
    return rows


def exit_rows(views: Sequence[VirtualView], text: Text, width: int, height: int) -> list[Line]:
    """For each virtual processor its exits, the most frequent reason first; all bars at one measure.

    One below the other while there is room for all of them, so that bars are long; else side by side.
    """
    left = [view for view in views if view.exits]
    if not left:
        return [line((text("tui.processors.no_exits"), "dim"))]
    most = max(count for view in left for _, count in view.exits)
    across = 1 if sum(len(view.exits) for view in left) <= height else max(1, min(len(left), width // EXITS))
    column = width // across
    rows: list[Line] = []
    for start in range(0, len(left), across):
        blocks = [_exits(view, most, text, column - 2) for view in left[start : start + across]]
        for cells in zip_longest(*blocks, fillvalue=()):
            row: Line = cells[0]
            for place, cell in enumerate(cells[1:], 1):
                row = beside(row, cell, place * column)
            rows.append(row)
    return rows


def _exits(view: VirtualView, most: int, text: Text, width: int) -> list[Line]:
    """The exits of one processor; `most`: what fills the longest bar."""
    rows: list[Line] = []
    room = max(6, width - NAME - 32)
    head = f"{fit(view.owner, NAME - 4).ljust(NAME - 4)} {view.vp:<2} "
    for reason, count in view.exits:
        name = f"tui.processors.exit.{reason.replace(' ', '_')}"
        words = text(name) if text.has(name) else reason
        full = max(1, room * count // most)
        rows.append(
            line(
                (head, f"{layer_of(view.owner)}+3"),
                (f"{fit(words, 20).ljust(20)} {count:>8} ", ""),
                ("▄" * full, "hypervisor+3"),
            )
        )
        head = " " * NAME
    return rows


def processor_rows(
    virtual: Sequence[VirtualView],
    logical: Sequence[LogicalView],
    stretches: Sequence[Stretch],
    window: tuple[int, int],
    now: int,
    text: Text,
    width: int,
    height: int,
) -> list[Line]:
    """The whole view; `window` is where the strip begins and how long it is (ns)."""
    begin, span = window
    rows = [heading(text("tui.processors.strip", span=span_text(span)), width)]
    rows += gantt_rows(virtual, stretches, begin, span, text, width)
    rows.append(line((fit(text("tui.processors.legend"), width), "dim")))
    rows += [heading(text("tui.processors.logical"), width), *logical_rows(logical, now, text, width)]
    left = height - len(rows) - 3  # this heading, and air before it and the one above
    return [*rows, heading(text("tui.processors.exits"), width), *exit_rows(virtual, text, width, left)]
