"""The line between the lesson and the lab: dragged, it gives one of them more room."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from hvlab.tui.app import HvlabApp


class Splitter(Widget):
    """A column that follows the mouse."""

    def __init__(self) -> None:
        super().__init__(id="split")
        self.dragging = False

    @property
    def lab_app(self) -> HvlabApp:
        """The app, by its own type."""
        return cast("HvlabApp", self.app)

    def render_line(self, y: int) -> Strip:
        """A line, one cell wide."""
        style = self.lab_app.palette.style("title" if self.dragging or self.mouse_hover else "faint")
        return Strip([]).adjust_cell_length(0) if not self.size.width else _cell("│", self.rich_style + style)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of it."""
        self.dragging = True
        self.capture_mouse()
        event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The lesson ends where the mouse is."""
        if self.dragging:
            self.lab_app.arrangement.set_size("lesson", event.screen_x)

    def on_mouse_up(self) -> None:
        """Let go."""
        if self.dragging:
            self.dragging = False
            self.release_mouse()
            self.refresh()


def _cell(char: str, style: object) -> Strip:
    from rich.segment import Segment
    from rich.style import Style

    return Strip([Segment(char, cast("Style", style))])
