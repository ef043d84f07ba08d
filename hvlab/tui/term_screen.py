"""A word of the glossary, explained in a box beside the place where the lesson's page uses it.

The page stays in sight under it. Arrows go to the page's other words, digits to what an entry names besides; Esc goes
back one entry, and from the first one to where one was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from hvlab.catalog import manual
from hvlab.tui.canvas import Line, line
from hvlab.tui.line_pane import LinePane
from hvlab.tui.markdown import flow
from hvlab.tui.window import Window

if TYPE_CHECKING:
    from hvlab.tui.app import HvlabApp
    from hvlab.tui.lesson_pane import LessonPane

WIDTH = 56


class TermScreen(Window[str]):
    """Ends with the command that is to be typed for a link that leads out of the glossary, or with an empty text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,down,n,g,tab,space", "walk(1)", show=False),
        Binding("left,up,p,shift+tab", "walk(-1)", show=False),
        Binding("escape,backspace", "back", show=False),
        Binding("enter,q", "leave", show=False),
    ]

    def __init__(self, pane: LessonPane, number: int) -> None:
        super().__init__()
        self._pane = pane
        self._number = number
        self._top = pane.scroll_offset.y
        self._followed: list[str] = []
        """The entries that were opened from the page's word, the one in sight last."""
        self._links: list[tuple[int, str]] = []
        """The rows of the box that lead on, and whereto."""

    @property
    def term(self) -> str:
        """The word that is explained."""
        return self._followed[-1] if self._followed else self._pane.terms()[self._number][0]

    def compose(self) -> ComposeResult:
        """The box."""
        yield LinePane(id="term-box")

    def on_mount(self) -> None:
        """Explain the first word."""
        self._arrive()

    def on_resize(self) -> None:
        """The page is laid out anew."""
        self.call_after_refresh(self._arrive)

    def _arrive(self) -> None:
        places = self._pane.terms()
        if not places or not self.is_attached:
            return
        self._number = min(self._number, len(places) - 1)
        text = cast("HvlabApp", self.app).text
        column = manual.LANGUAGES.index(text.language)
        width = min(WIDTH, self.size.width - 2)
        entry = manual.glossary()[self.term]
        count = "" if self._followed or len(places) == 1 else f"  {self._number + 1}/{len(places)}"
        others = f" · {', '.join(entry.also)}" if entry.also else ""
        rows: list[Line] = [line((f" {entry.names[column]}", "title"), (others + count, "dim")), ()]
        rows += flow([(entry.text[column], "")], width - 3, " ", " ")
        rows.append(())
        self._links = []
        for number, link in enumerate(entry.see[:9], 1):
            known = manual.glossary().get(link)
            shown = known.names[column] if known is not None else f"Get-Help {link}"
            self._links.append((len(rows), link))
            rows.append(line((f" {number} ", "key"), (shown, "" if known is not None else "code")))
        rows += [(), line((f" {text('tui.term.keys')}", "dim"))]
        self._place_box(rows, width, places[self._number][1])

    def _place_box(self, rows: list[Line], width: int, row: int) -> None:
        """The box stands under the word, or over it where there is more room."""
        pane, height = self._pane, len(rows) + 2
        top = pane.region.y + pane.gutter.top
        seen = range(pane.scroll_offset.y, pane.scroll_offset.y + pane.size.height)
        if row not in seen:
            pane.scroll_to(y=max(0, row - pane.size.height // 3), animate=False, immediate=True)
        at = top + row - pane.scroll_offset.y
        below = at + 1 if at + 1 + height <= self.size.height else max(0, at - height)
        x = max(0, min(pane.region.x + 1, self.size.width - width))
        box = self.query_one(LinePane)
        box.styles.width, box.styles.height = width, height
        box.styles.offset = (x, below)
        box.show(rows)

    def action_walk(self, by: int) -> None:
        """Another word of the page."""
        self._followed.clear()
        self._number = (self._number + by) % len(self._pane.terms())
        self._arrive()

    def action_back(self) -> None:
        """The entry from which this one was opened; from the first one back to the page as it was."""
        if not self._followed:
            self.action_leave()
            return
        self._followed.pop()
        self._arrive()

    def action_leave(self) -> None:
        """Back to where one was."""
        self._pane.scroll_to(y=self._top, animate=False, immediate=True)
        self.dismiss("")

    def follow(self, link: str) -> None:
        """Open what an entry names: another word here, a page of help in the console."""
        if link in manual.glossary():
            self._followed.append(link)
            self._arrive()
        else:
            self.dismiss(f"Get-Help {link}")

    def on_key(self, event: events.Key) -> None:
        """A digit opens what stands behind it."""
        if (event.character or "").isdigit():
            event.stop()
            number = int(event.character or 0)
            if 1 <= number <= len(self._links):
                self.follow(self._links[number - 1][1])

    def on_click(self, event: events.Click) -> None:
        """A click on a link opens it, one beside the box closes it."""
        box = self.query_one(LinePane)
        if not box.region.contains(event.screen_x, event.screen_y):
            self.action_leave()
            return
        row = event.screen_y - box.region.y - box.gutter.top
        for place, link in self._links:
            if place == row:
                self.follow(link)
                return
