"""F1: what the pane with the keys shows, and which keys work there now."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from hvlab.tui.canvas import Line, line, wrap
from hvlab.tui.keys import BINDINGS, key_name
from hvlab.tui.line_pane import ScrollPane
from hvlab.tui.markdown import lay_out
from hvlab.tui.window import Window

if TYPE_CHECKING:
    from hvlab.text import Text
    from hvlab.tui.app import HvlabApp


def _pressed(keys: str) -> str:
    """The action that presses a key: of several that do the same, the first."""
    return f"key('{keys.split(',')[0]}')"


NAMES = {"prompt": "console", "output": "console"}


class HelpKey(NamedTuple):
    """A key in the help: as it is written, what it does, the action behind it."""

    key: str
    words: str
    action: str


def help_lines(
    pane: str, keys: list[HelpKey], everywhere: list[HelpKey], text: Text, width: int
) -> tuple[list[Line], dict[int, str]]:
    """The help of a pane: its text, its own keys, the keys that work everywhere; and each row's action."""
    rows = list(lay_out(text(f"tui.help.{pane}"), width).lines)
    actions: dict[int, str] = {}
    for title, pairs in ((text("tui.help_keys_here"), keys), (text("tui.help_keys_everywhere"), everywhere)):
        if not pairs:
            continue
        rows += [(), line((title, "title"))]
        size = max(len(pair.key) for pair in pairs) + 2
        for key, words, action in pairs:
            first, *more = wrap(words, max(20, width - size - 2)) or [""]
            actions |= dict.fromkeys(range(len(rows), len(rows) + 1 + len(more)), action)
            rows.append(line(("  " + key.ljust(size), "key"), (first, "")))
            rows += [line((" " * (size + 2) + row, "")) for row in more]
    return rows, actions


class HelpBox(ScrollPane):
    """The text of the help. A click on a key does what the key does."""

    class Chosen(Message):
        """A key was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__(id="help-box")
        self.actions: dict[int, str] = {}
        """Which row stands for which action."""

    def on_click(self, event: Click) -> None:
        """The mouse's way to every key."""
        action = self.actions.get(event.y - self.gutter.top + self.scroll_offset.y)
        if action is not None:
            self.post_message(self.Chosen(action))


class HelpScreen(Window[str]):
    """A window over everything; k leads on to binding keys anew, any other of its keys closes it.

    Its result is the action of the key that was clicked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "dismiss", show=False),
        Binding("k", "keys", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
    ]

    def __init__(self, about: Widget | None) -> None:
        super().__init__()
        self.about = about

    def compose(self) -> ComposeResult:
        """One box."""
        yield HelpBox()

    def on_mount(self) -> None:
        """Fill it."""
        app = cast("HvlabApp", self.app)
        text = app.text
        widget = self.about
        pane = "console"
        while widget is not None:
            if text.has(f"tui.help.{NAMES.get(widget.id or '', widget.id or '')}"):
                pane = NAMES.get(widget.id or "", widget.id or "console")
                break
            widget = widget.parent if isinstance(widget.parent, Widget) else None
        own = self._keys(type(widget) if widget is not None else None, text)
        if pane == "console":
            own = [
                HelpKey(self._named(key), text(f"tui.keys.{name}"), _pressed(key))
                for key, name in CONSOLE_KEYS
            ]
        everywhere = [
            HelpKey(text.keys.of(binding.id), text(binding.description), binding.action)
            for binding in BINDINGS
            if binding.id
        ]
        box = self.query_one(HelpBox)
        box.border_title = text(f"tui.pane.{pane}")
        box.border_subtitle = text("tui.help_close")
        rows, box.actions = help_lines(pane, own, everywhere, text, min(69, self.size.width - 11))
        box.styles.height = min(len(rows) + 2, self.size.height - 2)
        box.show(rows)

    @on(HelpBox.Chosen)
    def _chosen(self, event: HelpBox.Chosen) -> None:
        self.dismiss(event.action)

    def _keys(self, owner: type | None, text: Text) -> list[HelpKey]:
        found = []
        for binding in getattr(owner, "BINDINGS", ()):
            if isinstance(binding, Binding) and binding.description.startswith("tui."):
                named = binding.key_display or self._named(binding.key)
                found.append(HelpKey(named, text(binding.description), _pressed(binding.key)))
        return found

    def _named(self, keys: str) -> str:
        language = cast("HvlabApp", self.app).text.language
        return " ".join(key_name(key, language) for key in keys.split(","))

    def action_keys(self) -> None:
        """On to binding keys anew."""
        self.dismiss()
        cast("HvlabApp", self.app).action_keys()

    def action_scroll(self, step: int) -> None:
        """Up or down."""
        self.query_one(HelpBox).scroll_relative(y=step, animate=False)


CONSOLE_KEYS = (
    ("tab", "complete"),
    ("up,down", "older"),
    ("pageup,pagedown", "scroll"),
    ("enter", "enter_on"),
    ("ctrl+d", "leave"),
)
