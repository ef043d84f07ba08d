"""How the history is drawn: the line of time, the stops, the floors of a machine. Pure: Lines out, no widget."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hvlab.catalog.history import Stop
from hvlab.session.historyview import FLOORS, Landing, year
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, wrap

DATE = 12
FLOOR = 26
STYLES = {"application": "guest", "kernel": "guest", "hypervisor": "hypervisor", "root": "root"}


def axis_row(stops: Sequence[Stop], number: int, width: int) -> Line:
    """The line of time to scale: ● a stop, ◆ the one chosen, with the years of both ends."""
    first, last = year(stops[0]), year(stops[-1])
    room = max(10, width - 12)
    cells = [("─", "faint")] * room
    for stop in stops:
        cells[(year(stop) - first) * (room - 1) // (last - first)] = ("●", "accent")
    cells[(year(stops[number]) - first) * (room - 1) // (last - first)] = ("◆", "title")
    return line((f"{first} ", "dim"), *cells, (f" {last}", "dim"))


def stop_rows(stops: Sequence[Stop], text: Text, width: int) -> list[Line]:
    """Stops one below the other."""
    return [
        line((stop.date.ljust(DATE), "dim"), (fit(stop.title[text.language], width - DATE), "bold"))
        for stop in stops
    ]


def text_rows(stop: Stop, text: Text, width: int) -> list[Line]:
    """What was new, what the handout says where that differs, and where it is from."""
    rows = [line((row, "")) for row in wrap(stop.text[text.language], width)]
    if stop.handout:
        rows += [line((row, "warn")) for row in wrap(stop.handout[text.language], width)]
    source = re.sub(r"\bK\b", text("tui.history.common"), stop.source)
    said = wrap(text("tui.history.source", source=source), width)
    return [*rows, *(line((row, "faint")) for row in said)]


def floor_rows(landings: Sequence[Landing], text: Text, width: int) -> list[Line]:
    """The floors of the machine, and on which each of the latest instructions began (●) and landed (▼)."""
    if not landings:
        return [line((row, "dim")) for row in wrap(text("tui.history.no_landing"), width)]
    name = min(FLOOR, width // 3)
    column = (width - name) // len(landings)
    heads = "".join(fit(f"{one.text} (#{one.seq})", column - 1).ljust(column) for one in landings)
    rows = [line((" " * name, ""), (heads, "code"))]
    for floor in FLOORS:
        runs = [(fit(text(f"tui.history.floor.{floor}"), name - 1).ljust(name), STYLES[floor])]
        for one in landings:
            if floor == one.lands:
                mark = "●" if one.begins == floor else "▼"
                words, style = (
                    f"{mark} {text('tui.history.way.' + one.way.replace(' ', '_'))}",
                    f"{STYLES[floor]}~1",
                )
            elif floor == one.begins:
                words, style = "●", STYLES[floor]
            else:
                passed = FLOORS.index(one.begins) < FLOORS.index(floor) < FLOORS.index(one.lands)
                words, style = ("│" if passed else ""), "dim"
            runs += [(fit(words, column - 2).ljust(column - 1), style), (" ", "")]
        rows.append(line(*runs))
    return rows
