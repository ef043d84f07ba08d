"""The first thing that hvlab asks, once: which language. One key answers it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from hvlab.tui.canvas import line
from hvlab.tui.line_pane import LinePane
from hvlab.tui.window import Window

CHOICES = (("en", "English"), ("de", "Deutsch"))


class LanguageScreen(Window[str | None]):
    """Ends with the language; `likely`, the system's own, is marked, and Enter takes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left,shift+tab", "mark(-1)", show=False),
        Binding("down,right,tab", "mark(1)", show=False),
        Binding("enter,escape", "take", show=False),
        *(
            Binding(f"{number},{language[0]}", f"choose('{language}')", show=False)
            for number, (language, _) in enumerate(CHOICES, 1)
        ),
    ]

    def __init__(self, likely: str) -> None:
        super().__init__()
        self._marked = [language for language, _ in CHOICES].index(likely)

    def compose(self) -> ComposeResult:
        """A box with two rows."""
        yield LinePane(id="language-box")

    def on_mount(self) -> None:
        """Show them."""
        self._draw()

    def _draw(self) -> None:
        rows = [(), line(("  Language · Sprache", "title")), ()]
        for number, (_, name) in enumerate(CHOICES):
            chosen = number == self._marked
            mark = "▸" if chosen else " "
            rows.append(line((f"  {mark} {number + 1}  {name} ".ljust(34), "marked" if chosen else "bold")))
        rows += [(), line(("  1 / 2, Enter", "dim")), ()]
        self.query_one(LinePane).show(rows)

    def action_mark(self, step: int) -> None:
        """The other one."""
        self._marked = (self._marked + step) % len(CHOICES)
        self._draw()

    def action_take(self) -> None:
        """The one that is marked."""
        self.dismiss(CHOICES[self._marked][0])

    def action_choose(self, language: str) -> None:
        """The one with that number or letter."""
        self.dismiss(language)

    def on_click(self, event: events.Click) -> None:
        """The row that is clicked."""
        row = event.screen_y - self.query_one(LinePane).region.y - 4
        if 0 <= row < len(CHOICES):
            self.dismiss(CHOICES[row][0])
