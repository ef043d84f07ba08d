"""How conversions are drawn: the servers, and each conversion as a chain of steps. Pure: Lines out, no widget."""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.session.conversionview import Progress, SourceRow
from hvlab.session.units import clock_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, wrap
from hvlab.tui.view_pane import heading

NAME, KIND = 12, 16


def none_rows(text: Text, width: int) -> list[Line]:
    """Where there is no server to convert."""
    return [line((words, "dim")) for words in wrap(text("tui.conversion.none"), width)]


def source_rows(rows: Sequence[SourceRow], text: Text, width: int) -> list[Line]:
    """A row a server: its name, what it is, its system, and whether it stands still for a conversion."""
    states = [_state(one, text) for one in rows]
    most = width - NAME - KIND - max((len(words) for words, _ in states), default=0)
    systems = [_system(one, text, short=False) for one in rows]
    if any(len(system) + 2 > most for system in systems):
        systems = [_system(one, text, short=True) for one in rows]
    left = max(8, min(most, max((len(system) for system in systems), default=0) + 2))
    found = []
    for one, system, (state, style) in zip(rows, systems, states, strict=True):
        found.append(
            line(
                (fit(one.name, NAME - 1).ljust(NAME), "bold"),
                (fit(text(f"tui.conversion.kind.{one.kind}"), KIND - 1).ljust(KIND), "device+2"),
                (fit(system, left - 1).ljust(left), ""),
                (fit(state, max(1, width - NAME - KIND - left)), style),
            )
        )
    return found


def _state(one: SourceRow, text: Text) -> tuple[str, str]:
    if not one.running:
        return text("tui.conversion.still"), "warn"
    if one.converted:
        return text("tui.conversion.came"), "good"
    if one.stood:
        return text("tui.conversion.stood", seconds=one.stood // 10**9), "dim"
    return text("tui.conversion.runs"), "dim"


def _system(one: SourceRow, text: Text, *, short: bool) -> str:
    """A server's load, system and disk driver; in short the release tells, not the maker's name."""
    if not short:
        return f"{text('tui.conversion.load', percent=one.load)} · {one.system} · {one.driver}"
    system = f"{one.load} % · {one.system} · {one.driver}"
    for edition in ("Standard", "Enterprise", "Business"):
        system = system.replace(f" {edition}", "")
    return system.replace("Windows Server ", "WS ").replace("Windows ", "Win ")


def progress_rows(conversions: Sequence[Progress], text: Text, width: int) -> list[Line]:
    """The conversions, the newest first: each step with when it was done; the first that is missing is under way."""
    rows = [heading(text("tui.conversion.steps"), width)]
    numbers = max((len(f"#{seq}") for one in conversions for seq, _ in one.steps.values()), default=0)
    for one in reversed(conversions):
        method = text(f"tui.conversion.{'offline' if one.offline else 'live'}")
        rows.append(line((fit(f"{one.source} → {one.machine}: {method}", width), "bold")))
        waits = not one.is_over
        for step in one.chain:
            done = one.steps.get(step)
            words = text(f"tui.conversion.step.{step}")
            if done is not None:
                seq, time = done
                tail = f"{clock_text(time)}  {f'#{seq}':<{numbers}}"
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
