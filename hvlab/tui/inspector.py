"""The inspector: what the chosen event means, its fields, why it happened, and its bytes decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from hvlab.tui.line_pane import ScrollPane
from hvlab.tui.markdown import flow

if TYPE_CHECKING:
    from hvlab.kernel.trace import Trace, TraceEvent


class InspectorPane(ScrollPane):
    """Three views of one event; one key each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "view('meaning')", "tui.keys.meaning"),
        Binding("w", "view('why')", "tui.keys.why"),
        Binding("b", "view('bytes')", "tui.keys.bytes"),
        Binding("u", "cause", "tui.keys.cause"),
    ]

    class Jump(Message):
        """Another event should be chosen."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    def __init__(self) -> None:
        super().__init__(id="inspector", classes="pane")
        self.event: TraceEvent | None = None
        self.view = "meaning"
        self._trace: Trace | None = None

    def inspect(self, trace: Trace, seq: int) -> None:
        """Show this event."""
        self._trace = trace
        self.event = trace[seq] if 1 <= seq <= len(trace) else None
        self.scroll_to(y=0, animate=False, immediate=True)
        self.redraw()

    def action_view(self, name: str) -> None:
        """Meaning, why, or bytes; the same key again goes back to the meaning."""
        self.show_view("meaning" if name == self.view else name)

    def show_view(self, name: str) -> None:
        """Meaning, why, or bytes."""
        self.view = name
        self.scroll_to(y=0, animate=False, immediate=True)
        self.redraw()

    def action_cause(self) -> None:
        """Go to the event that led to this one."""
        if self.event is not None and self.event.cause:
            self.post_message(self.Jump(self.event.cause))

    def on_resize(self) -> None:
        """The room has changed."""
        self.redraw()

    def redraw(self) -> None:
        """Lay the view out anew."""
        text = self.lab_app.text
        width = max(20, self.scrollable_content_region.width - 2)
        name = f"{text.keys.of('inspector')} {text('tui.pane.inspector')}"
        self.border_title = f"{name} · {text(f'tui.view.{self.view}')}"
        self._drop_what_was_undone()
        if self.event is None or self._trace is None:
            rows = flow([(text("tui.inspector.empty"), "dim")], width)
        else:
            from hvlab.tui.inspection import VIEWS  # only once there is an event to look at

            rows = VIEWS[self.view](self._trace, self.event, text, width)
        self.show([((" ", ""), *row) for row in rows])
        self.refresh()

    def _drop_what_was_undone(self) -> None:
        """After a journey the event may not have happened, or another one in its place."""
        event, trace = self.event, self._trace
        if event is not None and (trace is None or event.seq > len(trace) or trace[event.seq] != event):
            self.event = None
