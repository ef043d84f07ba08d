"""How the scrubber is drawn. Pure: Lines out, no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hvlab.session.timeview import Mark
from hvlab.session.units import clock_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line

LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Strip:
    """What there is to draw: density a cell, the whole time (ns), where the world stands, and the wish."""

    density: Sequence[int]
    span: int
    now: int
    event: int
    last: int
    """The number of the last event known."""
    wish: tuple[int, int] | None
    """Event and time one wants to go to."""

    def cell(self, time: int) -> int:
        """The column of a time."""
        return min(len(self.density) - 1, time * len(self.density) // max(1, self.span))


def level(count: int, most: int) -> str:
    """A bar for a count: each step stands for twice as many, so that single events are seen beside thousands."""
    if not count:
        return " "
    return LEVELS[min(7, 7 * (count.bit_length() - 1) // max(1, most.bit_length() - 1))]


def strip_rows(strip: Strip, marks: Sequence[Mark], text: Text, width: int) -> list[Line]:
    """Density, marks, and a sentence."""
    most = max(strip.density, default=0)
    here = strip.cell(strip.now)
    bars = [
        (level(count, most) if count else "·", ("vmbus+3" if cell <= here else "dim") if count else "faint")
        for cell, count in enumerate(strip.density)
    ]
    below = [(" ", "")] * len(strip.density)
    for mark in marks:
        if not mark.is_bookmark:
            below[strip.cell(mark.time)] = ("╵", "console+3")
    for mark in marks:
        if mark.is_bookmark:
            below[strip.cell(mark.time)] = ("◆", "accent")
    below[here] = ("▲", "good")
    if strip.wish is not None:
        below[strip.cell(strip.wish[1])] = ("△", "warn")
    return [line(*bars), line(*below), sentence(strip, marks, text, width)]


def sentence(strip: Strip, marks: Sequence[Mark], text: Text, width: int) -> Line:
    """Where one stands, or where one would go and which command leads there."""
    if strip.wish is None:
        words = text("tui.time.here", time=clock_text(strip.now), event=strip.event, last=strip.last)
        named = [mark.name for mark in marks if mark.is_bookmark and mark.event == strip.event]
        tail = "  ◆ " + " ".join(named) if named else ""
        return line((fit(f" {words}{tail}", width), "dim"))
    event, time = strip.wish
    near = next((mark for mark in marks if mark.event == event), None)
    name = f"  {'◆' if near.is_bookmark else '╵'} {near.name}" if near is not None else ""
    words = " " + text("tui.time.wish", time=clock_text(time), command=f"Move-Lab -Event {event}")
    return line((fit(words, width), "warn"), (fit(name, max(0, width - len(words))), "dim"))
