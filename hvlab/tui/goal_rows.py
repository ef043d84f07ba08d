"""How a lesson's goals are drawn below its page. Pure: Lines out, no widget."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from hvlab.tui.canvas import Line, line
from hvlab.tui.markdown import flow

if TYPE_CHECKING:
    from hvlab.course.shown import Goal
    from hvlab.text import Text

TICKS = {"pass": ("✓", "good"), "fail": ("○", "accent"), "not_reached": ("○", "dim")}
"""What has not been reached yet is open, not wrong."""
SIDE_BY_SIDE = 60
"""Columns from which several goals find room in one row."""


def goal_rows(goals: Sequence[Goal], text: Text, width: int, room: int) -> list[Line]:
    """The goals under a heading, a row each; one after the other where that would take more than `room` rows.

    Of the first that is open, what was expected and found is told: the next one to reach is enough.
    """
    if not goals:
        return []
    reached = sum(1 for goal in goals if goal.verdict == "pass")
    head = text("tui.lesson.goals", reached=reached, total=len(goals))
    rows: list[Line] = [
        (),
        line(("── " + head + " ", "dim"), ("─" * max(0, width - len(head) - 4), "faint")),
    ]
    failing = next((g for g in goals if g.verdict == "fail" and g.expected and g.actual), None)
    detail = [] if failing is None else _detail(failing, text, width)
    each = [(goal, flow(_runs(goal), width, "", "  ")) for goal in goals]
    if width < SIDE_BY_SIDE or len(rows) + sum(len(flowed) for _, flowed in each) + len(detail) <= room:
        for goal, flowed in each:
            rows += flowed + (detail if goal is failing else [])
        return rows
    for _, group in groupby(goals, lambda goal: goal.verdict == "pass"):
        rows += _packed(list(group), width)
    return rows + detail


def _packed(goals: Sequence[Goal], width: int) -> list[Line]:
    """One goal after the other; a mark stays with the first word of its goal."""
    rows: list[Line] = []
    row: list[tuple[str, str]] = []
    used = 0
    for goal in goals:
        (mark, mark_style), (title, style) = _runs(goal)
        gap = "   "
        for number, word in enumerate(title.split()):
            runs = [(mark, mark_style), (word, style)] if number == 0 else [(word, style)]
            size = sum(len(part) for part, _ in runs)
            if used and used + len(gap) + size > width:
                rows.append(line(*row))
                row, used = [], 0
            if used:
                runs = [(gap, style), *runs]
            row += runs
            used += sum(len(part) for part, _ in runs)
            gap = " "
    return [*rows, line(*row)] if row else rows


def _runs(goal: Goal) -> list[tuple[str, str]]:
    mark, style = TICKS.get(goal.verdict, TICKS["not_reached"])
    return [(mark + " ", style), (goal.title, "dim" if goal.verdict == "pass" else "")]


def _detail(goal: Goal, text: Text, width: int) -> list[Line]:
    words = text("tui.lesson.actual", expected=goal.expected, actual=goal.actual)
    return flow([(words, "dim")], width, "    ", "    ")
