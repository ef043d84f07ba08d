"""The keys that work everywhere on the screen: data, so that learners can bind them anew by their ids."""

from __future__ import annotations

from textual.binding import Binding

KEYS = (
    ("F1", "help", "help"),
    ("F2", "lesson", "pane('lesson')"),
    ("F3", "picture", "pane('picture')"),
    ("F4", "events", "pane('events')"),
    ("F5", "inspector", "pane('inspector')"),
    ("F6", "pause", "pause"),
    ("F9", "finish", "finish"),
    ("F7", "speed", "speed(1)"),
    ("F8", "step", "step"),
    ("Alt+V", "views", "next_view"),
    ("Tab", "complete", "complete"),
    ("^Q", "quit", "quit"),
)
"""The bar at the bottom: key as written, name of its word, action; the most useful first."""

# Only what an input line would take for itself has priority: such keys overtake those typed before them.
BINDINGS = (
    Binding("f1", "help", "tui.keys.help", id="help"),
    Binding("f2", "pane('lesson')", "tui.keys.lesson", id="lesson"),
    Binding("f3", "pane('picture')", "tui.keys.picture", id="picture"),
    Binding("f4", "pane('events')", "tui.keys.events", id="events"),
    Binding("f5", "pane('inspector')", "tui.keys.inspector", id="inspector"),
    Binding("f6", "pause", "tui.keys.pause", id="pause"),
    Binding("f7", "speed(1)", "tui.keys.speed", id="speed"),
    Binding("f8", "step", "tui.keys.step", id="step"),
    Binding("f9", "finish", "tui.keys.finish", id="finish"),
    Binding("alt+right", "lesson('turn', 1)", "tui.keys.next_step", id="next_step"),
    Binding("alt+left", "lesson('turn', -1)", "tui.keys.previous_step", id="previous_step"),
    Binding(
        "alt+down",
        "lesson('scroll', 3)",
        "tui.keys.scroll_lesson",
        key_display="Alt+↑ ↓",
        id="scroll_lesson",
    ),
    Binding("alt+up", "lesson('scroll', -3)", show=False),
    Binding("alt+l", "map", "tui.keys.map", priority=True, id="map"),
    Binding("alt+v", "next_view", "tui.keys.next_view", priority=True, id="next_view"),
    Binding("alt+r", "pane('rings')", "tui.keys.rings", priority=True, id="rings"),
    Binding(
        "alt+p",
        "pane('processors')",
        "tui.keys.processors",
        priority=True,
        id="processors",
    ),
    Binding("alt+s", "pane('storage')", "tui.keys.storage", priority=True, id="storage"),
    Binding("alt+n", "pane('network')", "tui.keys.network", priority=True, id="network"),
    Binding("alt+m", "pane('manager')", "tui.keys.manager", priority=True, id="manager"),
    Binding("alt+e", "pane('server')", "tui.keys.server", priority=True, id="server"),
    Binding(
        "alt+c",
        "pane('datacenter')",
        "tui.keys.datacenter",
        priority=True,
        id="datacenter",
    ),
    Binding("alt+y", "pane('types')", "tui.keys.types", priority=True, id="types"),
    Binding("alt+h", "pane('history')", "tui.keys.history", priority=True, id="history"),
    Binding(
        "alt+g",
        "pane('guestview')",
        "tui.keys.guestview",
        priority=True,
        id="guestview",
    ),
    Binding("alt+k", "pane('backup')", "tui.keys.backup", priority=True, id="backup"),
    Binding("alt+o", "pane('conversion')", "tui.keys.conversion", priority=True, id="conversion"),
    Binding("alt+w", "pane('ways')", "tui.keys.ways", priority=True, id="ways"),
    Binding("alt+t", "time", "tui.keys.time", priority=True, id="time"),
    Binding("alt+j", "arrange", "tui.keys.arrange", priority=True, id="arrange"),
    Binding("alt+z", "zoom", "tui.keys.zoom", priority=True, id="zoom"),
    Binding("escape", "prompt", "tui.keys.prompt", id="prompt"),
    Binding("ctrl+l", "clear", "tui.keys.clear", id="clear"),
    Binding("ctrl+c", "interrupt", "tui.keys.interrupt", priority=True, id="interrupt"),
    Binding("ctrl+q", "quit", "tui.keys.quit", priority=True, id="quit"),
)
