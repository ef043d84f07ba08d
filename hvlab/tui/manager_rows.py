"""How the manager's list and its actions are drawn. Pure: Lines out, no widget."""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.session.managerview import Action, MachineRow
from hvlab.session.units import bytes_text, clock_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, squeeze

STATES = {"Running": ("●", "good"), "Off": ("○", "dim"), "Saved": ("◐", "accent"), "Paused": ("‖", "accent")}
COLUMNS = (("state", 18), ("usage", 6), ("memory", 10), ("uptime", 14), ("snapshots", 10))

DETAIL = 26
"""Columns for what a part of a machine is called."""


def _name_width(width: int) -> int:
    return max(12, min(28, width - sum(size for _, size in COLUMNS) - 4))


def title_row(text: Text, width: int) -> Line:
    """The columns' heads."""
    words = "  " + text("tui.manager.name").ljust(_name_width(width))
    words += "".join(fit(text(f"tui.manager.{name}"), size - 1).ljust(size) for name, size in COLUMNS)
    return line((fit(words, width), "faint"))


def machine_row(row: MachineRow, is_chosen: bool, text: Text, width: int) -> Line:
    """One machine."""
    mark, style = STATES.get(row.state, ("◌", "accent"))
    name = _name_width(width)
    values = {
        "state": text(f"tui.state.{row.state.lower()}"),
        "usage": f"{row.usage} %" if row.memory else "",
        "memory": bytes_text(row.memory, text) if row.memory else "",
        "uptime": clock_text(row.uptime).partition(".")[0] if row.uptime else "",
        "snapshots": str(row.snapshots) if row.snapshots else "",
    }
    rest = "".join(fit(values[column], size - 1).ljust(size) for column, size in COLUMNS)
    return line(
        (mark + " ", style),
        (fit(row.name, name - 1).ljust(name), "bold" if is_chosen else ""),
        (fit(rest, width - name - 2), "" if is_chosen else "dim"),
    )


def action_rows(
    actions: Sequence[Action], current: str, text: Text, width: int, names: str = "tui.manager.action"
) -> tuple[list[Line], list[tuple[int, int, int, str]]]:
    """The actions as words, broken at the edge; and where each stands: row, first and last column, name.

    `names`: under which message their words stand.
    """
    rows: list[list[tuple[str, str]]] = [[]]
    spans: list[tuple[int, int, int, str]] = []
    x = 0
    for action in actions:
        words = f" {action.label or text(f'{names}.{action.name}')} "
        if x and x + len(words) > width:
            rows.append([])
            x = 0
        rows[-1].append((words, "root+4" if action.name == current else "key"))
        rows[-1].append((" ", ""))
        spans.append((len(rows) - 1, x, x + len(words), action.name))
        x += len(words) + 1
    return [line(*runs) for runs in rows], spans


def detail_rows(details: Sequence[tuple[str, str]], text: Text, width: int) -> list[Line]:
    """What a machine is made of, a row each."""
    rows = []
    for name, value in details:
        words = fit(text(f"tui.manager.has.{name}"), DETAIL - 1).ljust(DETAIL)
        rows.append(line((words, "dim"), (squeeze(value, max(0, width - DETAIL)), "")))
    return rows
