"""How backups are drawn: the steps of the one under way, conditions, what was made. Pure: Lines out, no widget."""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.host.backup import CONSISTENCY
from hvlab.kernel.trace import TraceEvent
from hvlab.session.backupview import STEPS, BackupsView
from hvlab.session.sentences import say
from hvlab.session.units import clock_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, plain, squeeze, wrap
from hvlab.tui.view_pane import heading

MILLISECOND = 10**6
NAME = 31
STYLES = {"crash": "warn", "failed": "bad"}


def none_rows(text: Text, width: int) -> list[str]:
    """Where there is nothing to back up."""
    return wrap(text("tui.backup.none"), width)


def under_way_rows(view: BackupsView, text: Text, width: int) -> list[Line]:
    """Each backup that runs as a chain of steps: done, the present one, still to come."""
    rows = [heading(text("tui.backup.under_way"), width)]
    for one in view.under_way:
        method = text(f"tui.backup.method.{one.method.lower()}")
        rows.append(line((fit(f"#{one.number} {one.machine}: {method}", width), "bold")))
        runs: list[tuple[str, str]] = []
        steps = STEPS[one.method]
        present = steps.index(one.step) if one.step in steps else 0
        for number, step in enumerate(steps):
            style = "good" if number < present else ("root+4" if number == present else "faint")
            runs += [
                (f" {text(f'tui.backup.step.{step}')} ", style),
                ("›" if number < len(steps) - 1 else "", "dim"),
            ]
        chain = line(*runs)
        rows.append(chain if len(plain(chain)) <= width else line((fit(plain(chain), width), "bold")))
        if one.pending:
            rows.append(line((fit(text("tui.backup.pending", count=one.pending), width), "dim")))
    if not view.under_way:
        rows.append(line((fit(text("tui.backup.nothing"), width), "dim")))
    return rows


def _detail(detail: str, text: Text) -> str:
    """What a condition says; a machine's state by its name on the screen."""
    state = f"tui.state.{detail.lower()}"
    return text(state) if text.has(state) else detail


def condition_rows(view: BackupsView, text: Text, width: int) -> list[Line]:
    """What a live backup needs: if one of these is missing, the machine is saved for the picture."""
    rows = [heading(text("tui.backup.conditions", name=view.chosen), width)]
    for one in view.conditions:
        mark, style = ("✓", "good") if one.met else ("✗", "warn")
        name = fit(text(f"tui.backup.condition.{one.name.lower()}"), NAME - 1).ljust(NAME)
        rows.append(
            line(
                (f" {mark} ", style),
                (name, ""),
                (squeeze(_detail(one.detail, text), max(0, width - NAME - 3)), "dim"),
            )
        )
    return rows


def record_rows(view: BackupsView, text: Text, width: int) -> list[Line]:
    """The backups that have ended, the newest first: how good each is, and what it took."""
    rows = [heading(text("tui.backup.records"), width)]
    for one in view.records:
        good = one.outcome == "ok"
        worth = CONSISTENCY[one.method].lower() if good else "failed"
        took = text("tui.backup.took", held=one.held // MILLISECOND, stood=one.stood // MILLISECOND)
        head = f"#{one.number} {clock_text(one.begun)} {one.vm}: "
        left = max(0, width - len(head))
        said = f"{text(f'tui.backup.worth.{worth}')} · {took}"
        rows.append(line((fit(head, width), "dim"), (fit(said, left), STYLES.get(worth, "good"))))
        rows.append(line((fit(f"   {one.folder}", width), "faint")))
    if not view.records:
        rows.append(line((fit(text("tui.backup.no_records"), width), "dim")))
    return rows


def writer_rows(seen: Sequence[TraceEvent], text: Text, width: int) -> list[Line]:
    """What the guests' writers did, the newest first."""
    rows = [heading(text("tui.backup.writers"), width)]
    for event in reversed(seen):
        when = f"#{event.seq} {clock_text(event.time)} "
        rows.append(line((when, "dim"), (fit(say(event, text).strip(), width - len(when)), "device+3")))
    if not seen:
        rows.append(line((fit(text("tui.backup.no_writers"), width), "dim")))
    return rows
