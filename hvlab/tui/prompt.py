"""The prompt's input line: highlighting, history, and several pasted lines at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from rich.highlighter import Highlighter
from rich.text import Text as RichText
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input

from hvlab.tui.palette import Palette

TOKEN_STYLES = {
    "Keyword": "hypervisor+3",
    "Name.Function": "root+3",
    "Name.Builtin": "root+3",
    "Name.Variable": "guest+2",
    "Name.Attribute": "dim",
    "Name.Tag": "dim",
    "Literal.String": "code",
    "Literal.Number": "device+2",
    "Comment": "faint",
    "Operator": "dim",
    "Punctuation": "dim",
    "Error": "bad",
}
"""Beginnings of Pygments token names, and the style for them."""


def style_of(token: object) -> str:
    """The style name of a Pygments token; the longest known beginning counts."""
    name = str(token).removeprefix("Token.")
    while name:
        if name in TOKEN_STYLES:
            return TOKEN_STYLES[name]
        name = name.rpartition(".")[0]
    return ""


class PowerShellHighlighter(Highlighter):
    """Colours a line by the console's own lexer; without one it stays plain."""

    def __init__(self) -> None:
        super().__init__()
        self.palette: Palette | None = None
        self._lexer: object = None

    def highlight(self, text: RichText) -> None:
        """Style the text in place."""
        if self.palette is None or not text.plain:
            return
        if self._lexer is None:
            self._lexer = _load_lexer()
        tokens = getattr(self._lexer, "get_tokens_unprocessed", None)
        if tokens is None:
            return
        for start, token, value in tokens(text.plain):
            style = style_of(token)
            if style:
                text.stylize(self.palette.style(style), start, start + len(value))


def _load_lexer() -> object:
    try:
        from hvlab.console.highlight import (
            HvlabLexer,
        )  # only with the first key typed: it costs start-up time
    except ImportError:
        return False
    return HvlabLexer()


class Keeper(Protocol):
    """Who knows what to do with the line. It is asked at once: what is typed next must find its work done."""

    def enter(self) -> None:
        """Enter."""

    def walk(self, step: int) -> None:
        """An older (-1) or newer (1) line is wanted, or a move in the open menu."""

    def complete(self, step: int) -> None:
        """Tab."""

    def paste(self, lines: list[str]) -> None:
        """Several lines came from the clipboard."""


class PromptInput(Input):
    """One line of input. Up and down walk the history; Tab asks for completions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "history(-1)", show=False),
        Binding("down", "history(1)", show=False),
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
        Binding("escape", "dismiss", show=False),
        Binding("pageup", "scroll_output(-1)", show=False),
        Binding("pagedown", "scroll_output(1)", show=False),
        Binding("ctrl+d", "leave", show=False),
    ]

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """One row, as wide as what is typed. Unlike other widgets it asks for no layout: no letter changes its room."""

    class Dismiss(Message):
        """Escape."""

    class Leave(Message):
        """Ctrl+D where nothing is typed."""

    class ScrollOutput(Message):
        """Page up or down in the output above."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self) -> None:
        self.powershell = PowerShellHighlighter()
        super().__init__(highlighter=self.powershell, select_on_focus=False, compact=True, id="prompt")
        self.cursor_blink = False
        self.keeper: Keeper | None = None
        self._offered = ""
        """A line that was brought and not touched since: whoever types a word now means another one."""
        self.handled: Callable[[], object] = bool
        """Called after each key."""
        self.drawn = False
        """Whether its row was drawn since somebody last asked."""

    def render_line(self, y: int) -> Strip:
        """The row."""
        self.drawn = True
        return super().render_line(y)

    def on_show(self) -> None:
        """It comes into sight, and no pane has the keys, as when none had room for a while: then it has them."""
        if self.screen.focused is None:
            self.focus()

    async def action_submit(self) -> None:
        """Enter."""
        if self.keeper is not None:
            self.keeper.enter()

    def action_history(self, step: int) -> None:
        """Up, down."""
        if self.keeper is not None:
            self.keeper.walk(step)

    def action_complete(self, step: int) -> None:
        """Tab, Shift+Tab."""
        if self.keeper is not None:
            self.keeper.complete(step)

    def action_dismiss(self) -> None:
        """Escape."""
        self.post_message(self.Dismiss())

    def action_scroll_output(self, step: int) -> None:
        """Page up, page down."""
        self.post_message(self.ScrollOutput(step))

    def action_leave(self) -> None:
        """Ctrl+D: take away the character at the cursor; where there is nothing to take, leave."""
        if self.value:
            self.action_delete_right()
        else:
            self.post_message(self.Leave())

    async def _on_key(self, event: events.Key) -> None:
        if event.key.startswith("alt+"):
            event.prevent_default()  # it comes with its letter, and is no typing
            return
        offered, self._offered = self._offered, ""
        if offered and offered == self.value and _begins_a_line(event.character or "", offered):
            self.replace_all("")
        # Textual would send a key that is no letter round by the app; the letters after it would overtake it.
        for binding in () if event.is_printable else self._bindings.key_to_bindings.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.app.run_action(binding.action, self)
            self.handled()
            return
        await super()._on_key(event)
        self.handled()

    def _on_paste(self, event: events.Paste) -> None:
        lines = event.text.splitlines()
        if len(lines) > 1 and self.keeper is not None:
            event.prevent_default()
            event.stop()
            self.keeper.paste(lines)
            return
        if self._offered == self.value:
            self.replace_all("")
        super()._on_paste(event)

    def needed_keys(self) -> list[str]:
        """The keys that edit the line or walk the history."""
        return list(self._bindings.key_to_bindings)

    def replace_all(self, text: str) -> None:
        """Put a line in place of what stands there, cursor at its end."""
        self._offered = ""
        self.value = text
        self.cursor_position = len(text)

    def offer(self, text: str) -> None:
        """Bring a line: a word typed right after it takes its place, anything else goes on with it."""
        self.replace_all(text)
        self._offered = text


def _begins_a_line(typed: str, offered: str) -> bool:
    """Whether a character is rather the beginning of another line than the end of one that was brought."""
    return typed.isalpha() or typed in ("$", "[") or (typed.isdigit() and not offered[-1].isdigit())
