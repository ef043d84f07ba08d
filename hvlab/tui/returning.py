"""What the console shows of a lab that is gone on with: what was entered before, and where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hvlab.tui.console_pane import FIRST, MORE

if TYPE_CHECKING:
    from hvlab.course.shown import LessonView
    from hvlab.session.session import Session
    from hvlab.text import Text

SHOWN = 30
"""Commands that are shown at most, the latest."""

Row = tuple[str, str]


def before(session: Session, lesson: LessonView | None, text: Text) -> list[Row]:
    """The rows that stand in the console when its lab is opened: none in a new lab.

    What commands printed is not there any more; what they were is, as far as they are not undone.
    """
    entries = [step.entry for step in session.travel.past() if step.entry.kind == "command"]
    if not session.resumed or not entries:
        return []
    rows: list[Row] = [(text("tui.back.commands"), "dim")]
    if len(entries) > SHOWN:
        rows.append((text("tui.back.more", count=len(entries) - SHOWN), "dim"))
    for entry in entries[-SHOWN:]:
        first, *more = entry.text.split("\n")
        rows += [(FIRST + first, "dim"), *((MORE + row, "dim") for row in more)]
    if lesson is None:
        return [*rows, (text("tui.back.lab"), "accent")]
    goals = lesson.goals()
    step, steps = lesson.steps()
    reached = sum(goal.verdict == "pass" for goal in goals)
    words = text("tui.back.lesson", step=step, steps=steps, reached=reached, total=len(goals))
    return [*rows, (words, "accent")]
