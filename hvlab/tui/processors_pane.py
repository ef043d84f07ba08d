"""Processors: who ran where and when, how busy each processor was, and why guests left for the hypervisor."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from hvlab.tui.canvas import Line, line
from hvlab.tui.view_pane import ViewPane

if TYPE_CHECKING:
    from hvlab.kernel import World
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.schedule import Stretch
    from hvlab.session.session import Session
    from hvlab.text import Text

FIT = -1
LONGEST = 60 * 10**9
"""What the strip shows by itself, at most: the last minute (ns)."""


class ProcessorsPane(ViewPane):
    """Shows everything up to now until one zooms or goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "zoom(-1)", "tui.keys.zoom_in", key_display="+"),
        Binding("minus", "zoom(1)", "tui.keys.zoom_out", key_display="−"),
        Binding("left,h", "pan(-1)", "tui.keys.earlier"),
        Binding("right,l", "pan(1)", "tui.keys.later"),
        Binding("f,end", "fit", "tui.keys.fit"),
    ]

    def __init__(self) -> None:
        super().__init__("processors")
        self.span = FIT
        """Which of SPANS is shown."""
        self.end = FIT
        """Until when (ns); by itself until now."""
        self._stretches: list[Stretch] = []

    def choice(self) -> Hashable:
        """The part of time in sight."""
        return self.span, self.end

    def forget(self) -> None:
        """Nothing has run."""
        self._stretches.clear()

    def note(self, seq: int, event: RawEvent) -> None:
        """Keep each finished request."""
        if event[1] == "vp.run":
            from hvlab.session.schedule import stretch

            self._stretches.append(stretch(event))

    def moves_with_time(self, world: World) -> bool:
        """The strip ends now, unless one has gone back."""
        return self.end == FIT

    def window(self, now: int) -> tuple[int, int]:
        """Where the strip begins, and how long it is (ns)."""
        from hvlab.tui.processor_rows import SPANS

        end = now if self.end == FIT else self.end
        if self.span != FIT:
            return max(0, end - SPANS[self.span]), SPANS[self.span]
        span = next((span for span in SPANS if span >= min(end, LONGEST)), LONGEST)
        return max(0, end - span), span

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """Strip, processors, exits."""
        from hvlab.session import schedule
        from hvlab.tui.processor_rows import processor_rows

        world, host = session.world, session.host
        virtual = schedule.virtual(world, host)
        if not virtual:
            return [line((text("tui.processors.none"), "dim"))]
        window = self.window(world.now)
        stretches = [one for one in self._stretches if one.end > window[0]]
        stretches += schedule.under_way(world, host)
        logical = schedule.logical(world, host)
        return processor_rows(virtual, logical, stretches, window, world.now, text, width, height)

    def action_zoom(self, step: int) -> None:
        """A shorter or a longer time."""
        from hvlab.tui.processor_rows import SPANS

        if self._session is None:
            return
        _, span = self.window(self._session.world.now)
        place = SPANS.index(span) if span in SPANS else len(SPANS) - 1
        self.span = max(0, min(place + step, len(SPANS) - 1))
        self.again()

    def action_pan(self, step: int) -> None:
        """A quarter of the strip earlier or later; the end of time ends it."""
        if self._session is None:
            return
        now = self._session.world.now
        begin, span = self.window(now)
        end = begin + span + step * (span // 4)
        self.end = FIT if end >= now else max(span, end)
        self.again()

    def action_fit(self) -> None:
        """Everything up to now."""
        self.span = self.end = FIT
        self.again()
