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


MADE = 400
"""Strips that a pane keeps: several screens of rows."""


class Strips:
    """Lines in colours. A row that was made before is given again, as long as the colours are the same ones."""

    def __init__(self) -> None:
        self._made: dict[tuple[Line, int, bool], Strip] = {}
        self._palette: Palette | None = None
        self._base = Style.null()
        self._marked = Style.null()

    def begin(self, palette: Palette, base: Style) -> None:
        """Rows are painted in these colours from now on."""
        if palette is not self._palette or base != self._base:
            self._palette, self._base = palette, base
            self._marked = base + palette.style("selected")
            self._made.clear()

    def of(self, line: Line, width: int, marked: bool = False) -> Strip:
        """A Line cut or filled to a width; `marked`: the bar stands on it."""
        key = (line, width, marked)
        strip = self._made.get(key)
        if strip is None:
            assert self._palette is not None
            if len(self._made) >= MADE:
                self._made.clear()
            style, base = self._palette.style, self._marked if marked else self._base
            strip = Strip([Segment(text, base + style(name)) for text, name in line])
            strip = self._made[key] = strip.adjust_cell_length(width, base)
        return strip


class LinePane(Widget):
    """A pane as tall as its content; `show` gives it its Lines and repaints what differs."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.shown: list[Line] = []
        self._strips = Strips()
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

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows asked for; their ground is looked up once."""
        self._strips.begin(self.lab_app.palette, self.rich_style)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One row."""
        return self._strips.of(self.shown[y] if y < len(self.shown) else (), self.size.width)


class ScrollPane(ScrollView, can_focus=True):
    """A pane that scrolls over Lines; `follow` keeps the newest in sight."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.shown: list[Line] = []
        self._strips = Strips()
        self.follow = False
        self.cursor_row: int | None = None

    @property
    def lab_app(self) -> HvlabApp:
        """The app, by its own type."""
        return cast("HvlabApp", self.app)

    def on_resize(self) -> None:
        """Room was taken or given (a question above the prompt, say): what is newest stays in sight."""
        if self.follow:
            self.show(self.shown)

    def show(self, lines: list[Line], keep: int = 0) -> None:
        """Take over new content; the first `keep` rows are known to be unchanged."""
        before = len(self.shown)
        old = self.shown
        self.shown = lines
        if len(lines) != before:
            self._have_rows(len(lines), before)
        top = self.scroll_offset.y
        height = self.size.height
        if self.follow:
            # Set, not asked for: scroll_to does nothing before the layout has made room for a scroll bar.
            self.scroll_target_y = self.scroll_y = self.newest(max(0, len(lines) - height))
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

    def newest(self, last: int) -> int:
        """The row at the top while the newest is followed; by itself the one that leaves the last at the bottom."""
        return last

    def _have_rows(self, rows: int, before: int) -> None:
        """Say how tall the content is now. The screen is laid out anew only if the scroll bar comes or goes by that."""
        size, bar = Size(1, rows), self.show_vertical_scrollbar
        if rows < before or bar != (rows > self.size.height):
            self.virtual_size = size
            return
        self.set_reactive(Widget.virtual_size, size)
        if bar:
            self.vertical_scrollbar.window_virtual_size = rows

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows asked for; their ground is looked up once."""
        self._strips.begin(self.lab_app.palette, self.rich_style)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One row of what is in sight."""
        row = y + self.scroll_offset.y
        line = self.shown[row] if row < len(self.shown) else ()
        return self._strips.of(line, self.size.width, row == self.cursor_row and row < len(self.shown))
