"""Which keys the bar at the bottom names, in which words, and which of them go first where there is little room.

A key's word says what it does now: F6 lets the clock run, pauses, goes on; F9 is named only while there
is a command whose end it could bring.
"""

from __future__ import annotations

from textual.widget import Widget

from hvlab.tui.bars import BarKey, pane_keys
from hvlab.tui.event_list import EventList
from hvlab.tui.keys import ACTIONS, BAR, ScreenText, key_name

URGENT = {"pause": 1, "finish": 1, "speed": 3}
"""What comes before the panes while a command is at work."""
RANKS = {"lesson": 4, "picture": 4, "events": 4, "tour": 5, "pause": 6, "inspector": 7}
"""The others by what one misses most; what stands in neither is the first to go."""
LEAST = 8


def bar_keys(
    pane: Widget | None,
    clock: str,
    text: ScreenText,
    *,
    busy: bool,
    toured: bool,
    alone: bool = False,
    lesson: bool = True,
) -> list[BarKey]:
    """The keys of the pane that has them, then those that work everywhere.

    `clock`: the lab's state (`standing.state`); `busy`: whether a command is under way; `toured`: whether the
    learner has seen the tour; `alone`: whether one pane has the whole screen;
    `lesson`: whether there is a page to go to.
    """
    names = text.keys
    quitting = BarKey(names.short("quit"), text("tui.bar.quit"), "quit", 0)
    if isinstance(pane, EventList) and pane.is_typing:
        own = [
            BarKey(key_name(key, text.language), text(f"tui.short.filter_{key}"), f"key('{key}')", 0)
            for key in ("enter", "escape")
        ]
        return [*own, quitting]
    first, *rest = _everywhere(clock, text, busy, toured)
    if not lesson:
        rest = [key for key in rest if key.action != ACTIONS["lesson"]]
    if alone:
        rest.insert(0, BarKey(names.short("zoom"), text("tui.bar.all_panes"), ACTIONS["zoom"], 0))
    if pane is None or pane.id == "console":
        return [first, *rest, BarKey("Tab", text("tui.bar.complete"), "complete", LEAST), quitting]
    back = BarKey(names.of("prompt"), text("tui.bar.prompt"), "prompt", 0)
    own = [BarKey(*key, 2) for key in pane_keys(pane, text)]
    return [back, first, *own, *rest, quitting]


def _everywhere(clock: str, text: ScreenText, busy: bool, toured: bool) -> list[BarKey]:
    """The first, which explains the pane, stays whatever happens."""
    found = []
    for name in BAR if toured else (BAR[0], "tour", *BAR[1:]):
        if name == "finish" and not busy:
            continue
        words = text(f"tui.bar.clock.{clock}" if name == "pause" else f"tui.bar.{name}")
        rank = URGENT.get(name) if busy else None
        rank = RANKS.get(name, LEAST) if rank is None else rank
        found.append(BarKey(text.keys.short(name), words, ACTIONS[name], 0 if name == BAR[0] else rank))
    return found
