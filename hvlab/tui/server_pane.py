"""The server: firmware, role and restarts, whether a hypervisor runs below its system, event log, remote client."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from hvlab.tui.acting_pane import ACTING, ActingPane
from hvlab.tui.canvas import Line
from hvlab.tui.view_pane import MOVING

if TYPE_CHECKING:
    from hvlab.session.managerview import Action
    from hvlab.session.serverview import ServerView
    from hvlab.session.session import Session
    from hvlab.text import Text


class ServerPane(ActingPane):
    """One server at a time, at first the one that the console speaks to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        *ACTING,
        Binding("n", "choose_host(1)", "tui.keys.next_host"),
        Binding("p", "choose_host(-1)", "tui.keys.previous_host"),
    ]

    def __init__(self) -> None:
        super().__init__("server")
        self.host = ""
        """The path of the server that was chosen; empty: the console's."""

    def choice(self) -> Hashable:
        """The server, and the action under the bar."""
        return self.host, self.action

    def _look(self, session: Session) -> ServerView:
        from hvlab.session import serverview

        known = serverview.paths(session.world)
        host = self.host if self.host in known else session.host
        return serverview.look(session.world, host, session.host)

    def actions(self, session: Session) -> Sequence[Action]:
        """What can be done with the server."""
        return self._look(session).actions

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """What the server is, what it needs, what can be done, what was written, who looks in from outside."""
        from hvlab.tui import server_rows

        view = self._look(session)
        found = server_rows.state_rows(view, text, width)
        head = text("tui.server.actions")
        found += self.action_part(head, view.actions, text, width, len(found))
        found += server_rows.need_rows(view, text, width)
        found += server_rows.log_rows(view, text, width)
        return found + server_rows.client_rows(view, text, width)

    def action_choose_host(self, step: int) -> None:
        """Another server, round the end."""
        from hvlab.session import serverview

        if self._session is None:
            return
        known = serverview.paths(self._session.world)
        place = known.index(self.host if self.host in known else self._session.host)
        self.host = known[(place + step) % len(known)]
        self.action = ""
        self.again()
