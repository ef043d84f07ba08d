"""Two bases for panes that draw Lines with the line API and repaint only rows that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from hvlab.tui.canvas import Line

if TYPE_CHECKING:
    from hvlab.tui.app import HvlabApp
    from hvlab.tui.palette import Palette


def to_strip(line: Line, palette: Palette, base: Style, width: int) -> Strip:
    """A Line in colours, cut or filled to a width."""
    strip = Strip([Segment(text, base + palette.style(name)) for text, name in line])
    return strip.adjust_cell_length(width, base)


class LinePane(Widget):
    """A pane as tall as its content; `show` gives it its Lines and repaints what differs."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.shown: list[Line] = []
        self.repainted = 0
        """Rows repainted so far; tests read it."""

    @property
    def lab_app(self) -> HvlabApp:
        """The app, by its own type."""
        return cast("HvlabApp", self.app)

    def show(self, lines: Sequence[Line]) -> None:
        """Take over new content."""
        before = self.shown
        self.shown = list(lines)
        width = self.size.width
        changed = [
            Region(0, row, width, 1)
            for row in range(max(len(before), len(lines)))
            if (before[row] if row < len(before) else None) != (lines[row] if row < len(lines) else None)
        ]
        if changed:
            self.repainted += len(changed)
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """One row."""
        base = self.rich_style
        if y >= len(self.shown):
            return Strip.blank(self.size.width, base)
        return to_strip(self.shown[y], self.lab_app.palette, base, self.size.width)


class ScrollPane(ScrollView, can_focus=True):
    """A pane that scrolls over Lines; `follow` keeps the newest in sight."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.shown: list[Line] = []
        self.follow = False
        self.cursor_row: int | None = None

    @property
    def lab_app(self) -> HvlabApp:
        """The app, by its own type."""
        return cast("HvlabApp", self.app)

    def show(self, lines: list[Line], keep: int = 0) -> None:
        """Take over new content; the first `keep` rows are known to be unchanged."""
        before = len(self.shown)
        old = self.shown
        self.shown = lines
        if len(lines) != before:
            self.virtual_size = Size(1, len(lines))
        top = self.scroll_offset.y
        height = self.size.height
        if self.follow:
            # Set, not asked for: scroll_to does nothing before the layout has made room for a scroll bar.
            self.scroll_target_y = self.scroll_y = max(0, len(lines) - height)
        if self.scroll_offset.y != top:
            self.refresh()
            return
        changed = []
        for row in range(height):
            place = top + row
            if place < keep:
                continue
            mine = lines[place] if place < len(lines) else None
            if mine != (old[place] if place < before else None):
                changed.append(Region(0, row, self.size.width, 1))
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """One row of what is in sight."""
        row = y + self.scroll_offset.y
        width = self.size.width
        base = self.rich_style
        if row >= len(self.shown):
            return Strip.blank(width, base)
        palette = self.lab_app.palette
        if row == self.cursor_row:
            base += palette.style("selected")
        return to_strip(self.shown[row], palette, base, width)
