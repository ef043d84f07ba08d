"""History: a line of time to walk, with something to do at each stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from hvlab.tui.acting_pane import ACTING, ActingPane
from hvlab.tui.canvas import Line

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.historyview import Landing
    from hvlab.session.managerview import Action
    from hvlab.session.session import Session
    from hvlab.text import Text

LANDINGS = 3
"""So many of the latest instructions are shown on their floors."""
HEAD = 1
"""Rows above the first stop in sight."""
BELOW = 9
"""Rows that what stands below the list of stops needs at least."""


class HistoryPane(ActingPane):
    """The stops, one of them chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "walk(-1)", "tui.keys.stop_back"),
        Binding("down,j", "walk(1)", "tui.keys.stop_on"),
        Binding("pageup", "scroll_view(-8)", show=False),
        Binding("pagedown", "scroll_view(8)", show=False),
        *ACTING,
    ]

    def __init__(self) -> None:
        super().__init__("history")
        self.number = 0
        """The stop that is chosen."""
        self._landings: deque[Landing] = deque(maxlen=LANDINGS)
        self._first = self._listed = 0

    def choice(self) -> Hashable:
        """The stop, and the action under the bar."""
        return self.number, self.action

    def forget(self) -> None:
        """No instruction has run."""
        self._landings.clear()

    def note(self, seq: int, event: RawEvent) -> None:
        """Keep the latest instructions."""
        if event[1] == "instruction":
            from hvlab.session.historyview import landing

            self._landings.append(landing(seq, event))

    def actions(self, session: Session) -> Sequence[Action]:
        """What can be done at the stop that is chosen."""
        from hvlab.catalog.history import stops
        from hvlab.session import historyview

        stop = stops()[self.number]
        image = session.scenario.images[0].path
        return historyview.actions(session.world, session.host, image, stop, self.lab_app.text.language)

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """The line of time, the stops around the one chosen, its actions and what was new."""
        from hvlab.catalog import history
        from hvlab.tui import history_rows

        stops = history.stops()
        stop = stops[self.number]
        self._listed = max(3, min(len(stops), height - HEAD - BELOW - (6 if stop.floors else 3)))
        self._first = max(0, min(self.number - self._listed // 2, len(stops) - self._listed))
        self.cursor_row = HEAD + self.number - self._first
        found = [history_rows.axis_row(stops, self.number, width)]
        found += history_rows.stop_rows(stops[self._first : self._first + self._listed], text, width)
        head = f"{stop.date}  {stop.title[text.language]}"
        found += self.action_part(head, self.actions(session), text, width, len(found))
        if stop.floors:
            found += history_rows.floor_rows(list(self._landings), text, width)
        return found + history_rows.text_rows(stop, text, width)

    def action_walk(self, step: int) -> None:
        """Another stop."""
        from hvlab.catalog.history import stops

        self.number = max(0, min(self.number + step, len(stops()) - 1))
        self.action = ""
        self.scroll_to(y=0, animate=False)
        self.again()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A stop is chosen; for an action the base is asked too, as Textual asks every class."""
        place = self.row_under(event) - HEAD
        if 0 <= place < self._listed:
            self.number = self._first + place
            self.action = ""
            self.again()
            self.refresh()
