"""Conversion: servers that become virtual machines, and the steps of each P2V or V2V as it runs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from hvlab.tui.acting_pane import ACTING, ActingPane
from hvlab.tui.canvas import Line
from hvlab.tui.view_pane import heading

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.conversionview import Followed, SourceRow
    from hvlab.session.managerview import Action
    from hvlab.session.session import Session
    from hvlab.text import Text

HEAD = 1
"""Rows above the first server."""


class ConversionPane(ActingPane):
    """A list with a bar; below it what can be done with the server under the bar, and the conversions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", "tui.keys.previous_server"),
        Binding("down,j", "choose(1)", "tui.keys.next_server"),
        Binding("pageup", "scroll_view(-8)", show=False),
        Binding("pagedown", "scroll_view(8)", show=False),
        *ACTING,
    ]

    def __init__(self) -> None:
        super().__init__("conversion")
        self.number = 0
        """The server under the bar."""
        self._followed: Followed | None = None

    def choice(self) -> Hashable:
        """The server, and the action under the bar."""
        return self.number, self.action

    def forget(self) -> None:
        """No conversion has been seen."""
        self._followed = None

    def note(self, seq: int, event: RawEvent) -> None:
        """Follow the conversions."""
        if event[1] == "transfer":
            self._conversions().note(seq, event)

    def _conversions(self) -> Followed:
        from hvlab.session.conversionview import Followed

        if self._followed is None:
            self._followed = Followed()
        return self._followed

    def _chosen(self, session: Session) -> SourceRow | None:
        from hvlab.session.conversionview import sources

        rows = sources(session)
        return rows[min(self.number, len(rows) - 1)] if rows else None

    def actions(self, session: Session) -> Sequence[Action]:
        """What can be done with the server under the bar."""
        from hvlab.session import conversionview

        chosen = self._chosen(session)
        return conversionview.actions(session, chosen) if chosen is not None else ()

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """The servers, the actions, the conversions."""
        from hvlab.session.conversionview import sources
        from hvlab.tui import conversion_rows

        servers = sources(session)
        if not servers:
            self.cursor_row = None
            return conversion_rows.none_rows(text, width)
        self.number = min(self.number, len(servers) - 1)
        self.cursor_row = HEAD + self.number
        found = [heading(text("tui.conversion.sources"), width)]
        found += conversion_rows.source_rows(servers, text, width)
        head = text("tui.conversion.actions", name=servers[self.number].name)
        found += self.action_part(head, self.actions(session), text, width, len(found))
        return found + conversion_rows.progress_rows(self._conversions().conversions, text, width)

    def action_choose(self, step: int) -> None:
        """Another server."""
        if self._session is not None:
            last = len(self._session.scenario.sources) - 1
            self.number = max(0, min(self.number + step, last))
            self.action = ""
            self.again()
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A server is chosen; for an action the base is asked too, as Textual asks every class."""
        place = self.row_under(event) - HEAD
        if self._session is not None and 0 <= place < len(self._session.scenario.sources):
            self.number = place
            self.action = ""
            self.again()
            self.refresh()
