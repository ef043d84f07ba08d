"""How conversions are drawn: the servers, and each conversion as a chain of steps. Pure: Lines out, no widget."""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.session.conversionview import Progress, SourceRow
from hvlab.session.units import clock_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, wrap
from hvlab.tui.view_pane import heading

NAME, KIND, STATE = 12, 16, 24


def none_rows(text: Text, width: int) -> list[Line]:
    """Where there is no server to convert."""
    return [line((words, "dim")) for words in wrap(text("tui.conversion.none"), width)]


def source_rows(rows: Sequence[SourceRow], text: Text, width: int) -> list[Line]:
    """A row a server: its name, what it is, its system, and whether it stands still for a conversion."""
    found = []
    for one in rows:
        state, style = text("tui.conversion.runs"), "dim"
        if not one.running:
            state, style = text("tui.conversion.still"), "warn"
        elif one.converted:
            state, style = text("tui.conversion.came"), "good"
        elif one.stood:
            state = text("tui.conversion.stood", seconds=one.stood // 10**9)
        system = f"{one.load} % · {one.system} · {one.driver}"
        if len(system) >= max(8, width - NAME - KIND - STATE):  # the release tells, not the maker's name
            system = system.replace("Windows Server ", "WS ").replace("Windows ", "Win ")
        left = max(8, width - NAME - KIND - STATE)
        found.append(
            line(
                (fit(one.name, NAME - 1).ljust(NAME), "bold"),
                (fit(text(f"tui.conversion.kind.{one.kind}"), KIND - 1).ljust(KIND), "device+2"),
                (fit(system, left - 1).ljust(left), ""),
                (fit(state, STATE), style),
            )
        )
    return found


def progress_rows(conversions: Sequence[Progress], text: Text, width: int) -> list[Line]:
    """The conversions, the newest first: each step with when it was done; the first that is missing is under way."""
    rows = [heading(text("tui.conversion.steps"), width)]
    for one in reversed(conversions):
        method = text(f"tui.conversion.{'offline' if one.offline else 'live'}")
        rows.append(line((fit(f"{one.source} → {one.machine}: {method}", width), "bold")))
        waits = not one.is_over
        for step in one.chain:
            done = one.steps.get(step)
            words = text(f"tui.conversion.step.{step}")
            if done is not None:
                seq, time = done
                tail = f"{clock_text(time)}  #{seq}"
                room = max(4, width - 4 - len(tail) - 2)
                rows.append(
                    line(("  ✓ ", "good"), (fit(words, room).ljust(room), ""), ("  ", ""), (tail, "faint"))
                )
            elif waits and not any(later in one.steps for later in one.chain[one.chain.index(step) :]):
                waits = False
                rows.append(line(("  ▸ ", "accent"), (fit(words, width - 4), "accent")))
            else:
                rows.append(line(("  · ", "faint"), (fit(words, width - 4), "faint")))
    if not conversions:
        rows.append(line((fit(text("tui.conversion.nothing"), width), "dim")))
    return rows
