"""The scrubber: all of the lab's time as a strip. Where one lets go, the command that goes there is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from hvlab.tui.line_pane import LinePane
from hvlab.tui.redrawn import Redrawn
from hvlab.tui.view_pane import ViewPane

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.session import Session
    from hvlab.session.timeview import Known


class Scrubber(Redrawn, LinePane, can_focus=True):
    """Wishes are moved by keys and by the mouse; nothing happens until Enter, or until the button is let go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "scrub(-1)", "tui.keys.scrub_back"),
        Binding("right,l", "scrub(1)", "tui.keys.scrub_on"),
        Binding("comma,up", "scrub_event(-1)", "tui.keys.event_back", key_display=", ↑"),
        Binding("full_stop,down", "scrub_event(1)", "tui.keys.event_on", key_display=". ↓"),
        Binding("pageup,p", "scrub_mark(-1)", "tui.keys.mark_back"),
        Binding("pagedown,n", "scrub_mark(1)", "tui.keys.mark_on"),
        Binding("m", "scrub_message(1)", "tui.keys.message_on"),
        Binding("M", "scrub_message(-1)", "tui.keys.message_back"),
        Binding("home", "scrub_to(0)", "tui.keys.scrub_first"),
        Binding("end", "scrub_to(-1)", "tui.keys.scrub_last"),
        Binding("enter", "scrub_go", "tui.keys.scrub_go"),
        Binding("space", "play(1)", "tui.keys.play"),
        Binding("r", "play(-1)", "tui.keys.play_back"),
        Binding("b", "bookmark", "tui.keys.bookmark"),
        Binding("backspace,delete", "scrub_forget", "tui.keys.scrub_forget"),
    ]

    def __init__(self) -> None:
        super().__init__(id="time", classes="pane")
        self.wish: int | None = None
        """After how many events one wants to stand; None: no wish."""
        self.dragging = False
        self._known: Known | None = None

    @property
    def known(self) -> Sequence[RawEvent]:
        """The events of the present way, those ahead too."""
        return self._known.events if self._known is not None else ()

    def action_play(self, direction: int) -> None:
        """Let time go by, forwards or backwards."""
        self.lab_app.action_play(direction)

    # -- drawing ------------------------------------------------------------------------------------

    def update(self, session: Session) -> None:
        """Look at the lab, and draw if that changes anything."""
        from hvlab.session.timeview import Known

        self._session = session
        width = self.size.width
        if not self.display or width < 1:
            return
        if self._known is None:
            self._known = Known()
        self._known.follow(session)
        world = session.world
        counts = len(world.trace), len(self._known.times), len(session.log.entries)
        state = (*counts, world.now, self.wish, width, self.lab_app.text.language)
        if state != self._shown_for:
            self._shown_for = state
            self._draw(session, self._known, width)

    def _draw(self, session: Session, known: Known, width: int) -> None:
        from hvlab.session.timeview import marks
        from hvlab.tui.scrubber_rows import Strip, strip_rows

        text = self.lab_app.text
        self.border_title = text("tui.pane.time")
        wish = (self.wish, known.time_of(self.wish)) if self.wish is not None else None
        span = self._span(session, known)
        strip = Strip(
            known.density(width, span),
            span,
            session.world.now,
            len(session.world.trace),
            len(known.times),
            wish,
        )
        self.show(strip_rows(strip, marks(session, known), text, width))

    def _span(self, session: Session, known: Known) -> int:
        return max(1, session.world.now, known.times[-1] if known.times else 1)

    # -- wishing ------------------------------------------------------------------------------------

    def _place(self) -> int:
        if self.wish is not None:
            return self.wish
        return len(self._session.world.trace) if self._session is not None else 0

    def _want(self, event: int) -> None:
        if self._known is not None:
            self.wish = max(0, min(event, len(self._known.times)))
            self.again()

    def _want_column(self, column: int) -> None:
        if self._known is not None and self._session is not None:
            span = self._span(self._session, self._known)
            column = max(0, min(column, self.size.width - 1))
            self._want(self._known.event_at(span * (column + 1) // self.size.width))

    def action_scrub(self, step: int) -> None:
        """A column earlier or later."""
        from hvlab.tui.scrubber_rows import Strip

        if self._known is None or self._session is None:
            return
        span = self._span(self._session, self._known)
        strip = Strip([0] * self.size.width, span, 0, 0, 0, None)
        before = self._place()
        column = strip.cell(self._known.time_of(before))
        while 0 <= column + step < self.size.width:
            column += step
            self._want_column(column)
            if self.wish != before:
                return
        self._want(0 if step < 0 else len(self._known.times))

    def action_scrub_event(self, step: int) -> None:
        """An event earlier or later."""
        self._want(self._place() + step)

    def action_scrub_mark(self, step: int) -> None:
        """The command's end or the bookmark before or after."""
        from hvlab.session.timeview import marks

        if self._known is None or self._session is None:
            return
        here = self._place()
        places = sorted({mark.event for mark in marks(self._session, self._known)})
        found = [p for p in places if p > here] if step > 0 else [p for p in reversed(places) if p < here]
        self._want(found[0] if found else (0 if step < 0 else len(self._known.times)))

    def action_scrub_message(self, step: int) -> None:
        """After the message on the VMBus that comes next, or came before."""
        here, events = self._place(), self.known
        ahead = range(here, len(events)) if step > 0 else range(min(here, len(events)) - 2, -1, -1)
        end = len(events) if step > 0 else 0
        self._want(next((place + 1 for place in ahead if events[place][1] == "vmbus.message"), end))

    def action_scrub_to(self, event: int) -> None:
        """The beginning or the end."""
        if self._known is not None:
            self._want(event if event >= 0 else len(self._known.times))

    def action_scrub_forget(self) -> None:
        """No wish any more."""
        self.wish, self.dragging = None, False
        self.again()

    def action_scrub_go(self) -> None:
        """Type the command that goes there."""
        if self.wish is not None:
            wish, self.wish = self.wish, None
            self.again()
            self.post_message(ViewPane.Command(f"Move-Lab -Event {wish}", run=True))

    def action_bookmark(self) -> None:
        """Begin a command that sets a bookmark here; its name is the learner's."""
        self.post_message(ViewPane.Command("New-LabBookmark ", run=False))

    # -- the mouse ------------------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A wish where the button goes down."""
        if event.y >= self.gutter.top:
            self.dragging = True
            self.capture_mouse()
            self._want_column(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The wish follows the mouse while the button is held."""
        if self.dragging:
            self._want_column(event.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Letting go is going there."""
        if self.dragging:
            self.dragging = False
            self.release_mouse()
            self.action_scrub_go()
