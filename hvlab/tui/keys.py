"""The keys that work everywhere on the screen: data, so that learners can bind them anew by their ids.

Texts name keys as they are at first (F4, Alt+L). `KeyNames` says what they are now, and puts
the present key into a text in place of the first one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from textual.binding import Binding

from hvlab import paths
from hvlab.text import Text

BAR = ("help", "lesson", "picture", "events", "inspector", "pause", "finish", "speed", "step", "next_view")
"""The bar at the bottom, the most useful first; then Tab and the key that ends."""

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
    Binding("alt+down", "lesson('scroll', 3)", "tui.keys.scroll_lesson", id="scroll_lesson"),
    Binding("alt+up", "lesson('scroll', -3)", "tui.keys.scroll_lesson_back", id="scroll_lesson_back"),
    Binding("alt+l", "map", "tui.keys.map", priority=True, id="map"),
    Binding("alt+v", "next_view", "tui.keys.next_view", priority=True, id="next_view"),
    Binding("alt+r", "pane('rings')", "tui.keys.rings", priority=True, id="rings"),
    Binding("alt+p", "pane('processors')", "tui.keys.processors", priority=True, id="processors"),
    Binding("alt+s", "pane('storage')", "tui.keys.storage", priority=True, id="storage"),
    Binding("alt+n", "pane('network')", "tui.keys.network", priority=True, id="network"),
    Binding("alt+m", "pane('manager')", "tui.keys.manager", priority=True, id="manager"),
    Binding("alt+e", "pane('server')", "tui.keys.server", priority=True, id="server"),
    Binding("alt+c", "pane('datacenter')", "tui.keys.datacenter", priority=True, id="datacenter"),
    Binding("alt+y", "pane('types')", "tui.keys.types", priority=True, id="types"),
    Binding("alt+h", "pane('history')", "tui.keys.history", priority=True, id="history"),
    Binding("alt+g", "pane('guestview')", "tui.keys.guestview", priority=True, id="guestview"),
    Binding("alt+k", "pane('backup')", "tui.keys.backup", priority=True, id="backup"),
    Binding("alt+o", "pane('conversion')", "tui.keys.conversion", priority=True, id="conversion"),
    Binding("alt+w", "pane('ways')", "tui.keys.ways", priority=True, id="ways"),
    Binding("alt+t", "time", "tui.keys.time", priority=True, id="time"),
    Binding("alt+j", "arrange", "tui.keys.arrange", priority=True, id="arrange"),
    Binding("alt+z", "zoom", "tui.keys.zoom", priority=True, id="zoom"),
    Binding("alt+q", "tour", "tui.keys.tour", priority=True, id="tour"),
    Binding("escape", "prompt", "tui.keys.prompt", id="prompt"),
    Binding("ctrl+l", "clear", "tui.keys.clear", id="clear"),
    Binding("ctrl+p", "command_palette", "tui.keys.palette", priority=True, id="palette"),
    Binding("ctrl+c", "interrupt", "tui.keys.interrupt", priority=True, id="interrupt"),
    Binding("ctrl+q", "quit", "tui.keys.quit", priority=True, id="quit"),
)
FIXED = ("prompt",)
"""What a lost learner must find under its key."""
FIRST = {binding.id: binding.key for binding in BINDINGS if binding.id}
"""Each action's key as hvlab comes."""
ACTIONS = {binding.id: binding.action for binding in BINDINGS if binding.id}

_NAMES = {
    "plus": "+",
    "minus": "−",
    "equals_sign": "=",
    "comma": ",",
    "full_stop": ".",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "Esc",
    "enter": "Enter",
    "slash": "/",
    "question_mark": "?",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}
_GERMAN = {
    "space": "Leertaste",
    "delete": "Entf",
    "insert": "Einfg",
    "home": "Pos1",
    "end": "Ende",
    "pageup": "Bild↑",
    "pagedown": "Bild↓",
    "ctrl": "Strg",
    "shift": "Umschalt",
}
_WRITTEN = re.compile(r"\b(?:F\d{1,2}\b|(?:Alt|Ctrl|Strg)\+(?:[A-Z]\b|[←→↑↓]))")
"""A key as texts name it."""


def key_name(key: str, language: str = "en") -> str:
    """A key as keyboards of that language write it."""
    for modifier in ("ctrl", "alt", "shift"):
        if key.startswith(f"{modifier}+"):
            rest = key_name(key[len(modifier) + 1 :], language)
            mark = _GERMAN.get(modifier) if language == "de" else None
            return f"{mark or modifier.capitalize()}+{rest.upper() if len(rest) == 1 else rest}"
    if language == "de" and key in _GERMAN:
        return _GERMAN[key]
    return _NAMES.get(key, key.upper() if key.startswith("f") and key[1:].isdigit() else key)


class KeyNames:
    """What the keys are called that are bound now. `bound`: actions bound anew, by id."""

    def __init__(self, bound: Mapping[str, str], language: str) -> None:
        self.language = language
        self._keys = present(bound)
        self._moved = {
            key_name(first, spoken): self.of(name)
            for name, first in FIRST.items()
            if self._keys[name] != first
            for spoken in ("en", language)
        }

    def of(self, name: str) -> str:
        """The key of an action."""
        return key_name(self._keys[name].split(",")[0], self.language)

    def short(self, name: str) -> str:
        """The key of an action as the bar writes it, where cells are few."""
        return self.of(name).replace("Ctrl+", "^").replace("Strg+", "^")

    def keyed(self, said: str) -> str:
        """A text with the present keys in place of those it was written with."""
        if not self._moved:
            return said
        return _WRITTEN.sub(lambda found: self._moved.get(found[0], found[0]), said)


class ScreenText(Text):
    """The sentences in one language, with the keys as they are bound now."""

    def __init__(self, language: str, bound: Mapping[str, str] | None = None) -> None:
        super().__init__(language)
        self.keys = KeyNames(bound or {}, language)

    def __call__(self, message_id: str, /, **values: object) -> str:
        """The sentence of that id with its values filled in; KeyError if there is none."""
        return self.keys.keyed(super().__call__(message_id, **values))


def present(bound: Mapping[str, str]) -> dict[str, str]:
    """The key of every action, as it is bound now; what is bound to no action of hvlab is left out."""
    return {name: bound.get(name, first) for name, first in FIRST.items()}


def rebound(bound: Mapping[str, str], name: str, key: str) -> tuple[dict[str, str], str]:
    """What is bound anew once an action has this key. The action that had it gets this one's, and is named."""
    keys = present(bound)
    other = next((had for had, its in keys.items() if its == key and had != name), "")
    if other:
        keys[other] = keys[name]
    keys[name] = key
    return {action: its for action, its in keys.items() if its != FIRST[action]}, other


def is_bindable(key: str) -> bool:
    """Whether a key can be told from typing: one with Ctrl or Alt, or one of F1 to F12."""
    if key in ("ctrl+i", "ctrl+m", "ctrl+h", "ctrl+j", "ctrl+@", "ctrl+left_square_bracket"):
        return False  # terminals send Tab, Enter, Backspace and Escape for these
    return key.startswith(("ctrl+", "alt+")) or (key[:1] == "f" and key[1:].isdigit())


@cache
def taken_elsewhere() -> Mapping[str, str]:
    """Keys that often never arrive, and who takes them (assets/keys.toml)."""
    held = tomllib.loads((paths.assets() / "keys.toml").read_text(encoding="utf-8"))
    return {key: entry["by"] for entry in held["taken"] for key in entry["keys"]}
