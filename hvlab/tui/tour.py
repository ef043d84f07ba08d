"""A tour of the real screen in under a minute: each part is lit in turn, with one plain sentence.

It goes on by itself or by a key, and any other key ends it; a letter ends it and begins a command.
Where there is room for one pane only, each is brought to the stage while it is told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region
from textual.widget import Widget

from hvlab.tui.canvas import Line, line
from hvlab.tui.line_pane import LinePane
from hvlab.tui.markdown import flow, spans
from hvlab.tui.window import Window

if TYPE_CHECKING:
    from hvlab.tui.app import HvlabApp

STOPS = ("lesson", "console", "picture", "events", "status", "keys")
"""Ids of what is told of, in order."""
STAY = 9.0
"""Seconds at a stop: six of them take less than a minute."""
WIDTH = 58
TICK = 0.25


def beside(lit: Region, room: Region, width: int, height: int) -> Offset:
    """Where a box of that size stands so that it covers as little of the lit part as can be."""
    if lit.right + width + 2 <= room.width:
        return Offset(lit.right + 1, max(1, min(lit.y + 2, room.height - height - 1)))
    x = max(0, (room.width - width) // 2)
    above, below = lit.y - height, room.height - lit.bottom - height
    if below >= above:
        return Offset(x, max(1, min(lit.bottom, room.height - height)))
    return Offset(x, max(0, above))


class TourScreen(Window[str]):
    """Ends with the letter that was typed, or with an empty text. `runs`: goes on by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right,space,down,tab", "walk(1)", show=False),
        Binding("left,up,backspace,shift+tab", "walk(-1)", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, stops: Sequence[str], runs: bool = True) -> None:
        super().__init__()
        self.stops = stops
        self.place = 0
        self._runs = runs
        self._stayed = 0.0
        self._lit: Widget | None = None

    @property
    def lab_app(self) -> HvlabApp:
        """The app, by its own type."""
        return cast("HvlabApp", self.app)

    def compose(self) -> ComposeResult:
        """The box with the sentence."""
        yield LinePane(id="tour-box")

    def on_mount(self) -> None:
        """Begin."""
        self.lab_app.screen_stack[0].add_class("touring")
        self._arrive()
        if self._runs:
            self.set_interval(TICK, lambda: self.pass_time(TICK))

    def pass_time(self, seconds: float) -> None:
        """So long one has been looking; on to the next stop when that is enough."""
        self._stayed += seconds
        if self._stayed >= STAY:
            self.action_walk(1)

    def _arrive(self) -> None:
        self._stayed = 0.0
        name = self.stops[self.place]
        if name in ("lesson", "picture", "events"):
            self.lab_app.bring(name)
        self._light(self.lab_app.screen_stack[0].query_one(f"#{name}", Widget))
        self.lab_app.call_after_refresh(self._place_box)  # once the pane stands where it is brought to

    def _light(self, part: Widget | None) -> None:
        if self._lit is not None:
            self._lit.remove_class("lit")
        self._lit = part
        if part is not None:
            part.add_class("lit")

    def _place_box(self) -> None:
        if self._lit is None or not self.is_attached:
            return
        text, name = self.lab_app.text, self.stops[self.place]
        width = min(WIDTH, self.size.width - 2)
        head = f"{self.place + 1}/{len(self.stops)} · {text(f'tui.tour.name.{name}')}"
        last = self.place + 1 == len(self.stops)
        rows: list[Line] = [line((f" {head}", "title")), ()]
        rows += flow(spans(text(f"tui.tour.{name}")), width - 2, " ", " ")
        rows += [(), line((f" {text('tui.tour.last' if last else 'tui.tour.next')}", "dim"))]
        box = self.query_one(LinePane)
        box.styles.width, box.styles.height = width, len(rows) + 2
        place = beside(self._lit.region, Region(0, 0, *self.size), width, len(rows) + 2)
        box.styles.offset = (place.x, place.y)
        box.show(rows)

    def on_resize(self) -> None:
        """The room has changed."""
        self.lab_app.call_after_refresh(self._place_box)

    def action_walk(self, step: int) -> None:
        """The next stop, or the one before; after the last one the tour is over."""
        if self.place + step >= len(self.stops):
            self.end("")
        else:
            self.place = max(0, self.place + step)
            self._arrive()

    def action_leave(self) -> None:
        """Enough."""
        self.end("")

    def on_key(self, event: events.Key) -> None:
        """A letter is the beginning of a command."""
        if event.is_printable and event.character and event.key != "space":
            event.stop()
            event.prevent_default()
            self.end(event.character)

    def on_click(self) -> None:
        """A click goes on."""
        self.action_walk(1)

    def end(self, typed: str) -> None:
        """Put everything back and give the prompt its keys."""
        self._light(None)
        self.lab_app.screen_stack[0].remove_class("touring")
        self.dismiss(typed)
