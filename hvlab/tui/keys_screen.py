"""The keys, to be bound anew: every action with its key; Enter, then the key it shall have.

An action whose key is taken gets the other one's in exchange, so that none is ever without a
key. What is bound is kept with the learner's other preferences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text as Styled
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hvlab.tui.canvas import line, wrap
from hvlab.tui.keys import BINDINGS, FIRST, FIXED, is_bindable, key_name, present, rebound, taken_elsewhere
from hvlab.tui.line_pane import LinePane
from hvlab.tui.window import Choices, Window

if TYPE_CHECKING:
    from hvlab.tui.app import HvlabApp


KEY = 15
"""Columns for a key."""


class KeysScreen(Window[None]):
    """A window over everything. `needed`: the keys that the prompt takes for itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("delete,backspace", "first", show=False),
        Binding("0", "all_first", show=False),
    ]

    def __init__(self, needed: frozenset[str]) -> None:
        super().__init__()
        self._needed = needed
        self.waiting = ""
        """The action whose key is pressed next; empty while one chooses."""

    @property
    def lab_app(self) -> HvlabApp:
        """The app, by its own type."""
        return cast("HvlabApp", self.app)

    def compose(self) -> ComposeResult:
        """The list, and below it what one can do or what became of it."""
        with Vertical(id="keys-box"):
            yield Choices(id="keys-list")
            yield LinePane(id="keys-note")

    def on_mount(self) -> None:
        """Fill it."""
        self.query_one("#keys-box").border_title = self.lab_app.text("tui.rebind.title")
        self._fill()
        self._note(self.lab_app.text("tui.rebind.how"), "dim")
        self.query_one(OptionList).focus()

    def on_resize(self) -> None:
        """Another room: the rows are broken anew."""
        self._fill()

    def _fill(self) -> None:
        text, listed = self.lab_app.text, self.query_one(OptionList)
        keys = present(self.lab_app.preferences.keys)
        at = listed.highlighted
        listed.clear_options()
        for binding in BINDINGS:
            name = binding.id or ""
            if name in FIXED or not name:
                continue
            moved = keys[name] != FIRST[name]
            row = Styled(f" {key_name(keys[name], text.language):<{KEY - 1}}", "bold" if moved else "")
            does = wrap(text(binding.description), max(20, self._room - KEY))
            row.append(("\n" + " " * KEY).join(does), "" if moved else "dim")
            listed.add_option(Option(row, id=name))
        listed.highlighted = at or 0

    @property
    def _room(self) -> int:
        """Columns within the box, as the style sheet measures it."""
        return min(84, self.app.size.width * 95 // 100) - 8

    def _note(self, words: str, style: str) -> None:
        from hvlab.tui.markdown import flow

        rows = flow([(words, style)], max(20, self._room), " ", " ")
        note = self.query_one("#keys-note", LinePane)
        note.styles.height = max(2, len(rows))
        note.show(rows or [line()])

    def _chosen(self) -> str:
        listed = self.query_one(OptionList)
        return listed.get_option_at_index(listed.highlighted or 0).id or ""

    def _does(self, name: str) -> str:
        return self.lab_app.text(f"tui.keys.{name}")

    @on(OptionList.OptionSelected)
    def _wants_key(self, event: OptionList.OptionSelected) -> None:
        self.waiting = event.option.id or ""
        self._note(self.lab_app.text("tui.rebind.press", action=self._does(self.waiting)), "accent")

    def on_key(self, event: events.Key) -> None:
        """The key that was waited for. The app holds its own keys back meanwhile (`check_action`)."""
        if self.waiting:
            event.stop()
            event.prevent_default()
            self.take(event.key)

    def take(self, key: str) -> None:
        """The key for the action that waits for one."""
        text, name = self.lab_app.text, self.waiting
        shown = key_name(key, text.language)
        if key == "escape":
            self.waiting = ""
            self._note(text("tui.rebind.how"), "dim")
            return
        if not is_bindable(key):
            self._note(text("tui.rebind.typing", key=shown), "warn")
            return
        if key in self._needed or key == FIRST["prompt"]:
            self._note(text("tui.rebind.needed", key=shown), "warn")
            return
        self.waiting = ""
        bound, other = rebound(self.lab_app.preferences.keys, name, key)
        self._bind(bound)
        said = text("tui.rebind.done", key=shown, action=self._does(name))
        if other:
            theirs = key_name(present(bound)[other], text.language)
            said += " " + text("tui.rebind.exchanged", other=self._does(other), key=theirs)
        taker = taken_elsewhere().get(key)
        if taker is not None:
            said += " " + text("tui.rebind.taken", key=shown, taker=taker)
        self._note(said, "warn" if taker else "good")

    def _bind(self, bound: dict[str, str]) -> None:
        self.lab_app.bind_anew(bound)
        self._fill()

    def action_first(self) -> None:
        """The chosen action gets the key that it had at first."""
        name = self._chosen()
        bound, _ = rebound(self.lab_app.preferences.keys, name, FIRST[name])
        self._bind(bound)
        key = key_name(FIRST[name], self.lab_app.text.language)
        self._note(self.lab_app.text("tui.rebind.done", key=key, action=self._does(name)), "good")

    def action_all_first(self) -> None:
        """All keys as hvlab comes."""
        self._bind({})
        self._note(self.lab_app.text("tui.rebind.all_first"), "good")

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
