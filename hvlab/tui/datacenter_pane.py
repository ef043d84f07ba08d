"""The datacentre: servers with licences as POSE and VOSE boxes, the cluster, its votes, and who holds which disk."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from hvlab.tui.acting_pane import ACTING, ActingPane
from hvlab.tui.canvas import Line
from hvlab.tui.view_pane import MOVING

if TYPE_CHECKING:
    from hvlab.session.datacenterview import RoomView
    from hvlab.session.managerview import Action
    from hvlab.session.session import Session
    from hvlab.text import Text


class DatacenterPane(ActingPane):
    """All servers at once, one of them chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        *ACTING,
        Binding("n", "choose_host(1)", "tui.keys.next_host"),
        Binding("p", "choose_host(-1)", "tui.keys.previous_host"),
    ]

    def __init__(self) -> None:
        super().__init__("datacenter")
        self.host = ""
        """The name of the server that was chosen; empty: the first."""

    def choice(self) -> Hashable:
        """The server, and the action under the bar."""
        return self.host, self.action

    def _chosen(self, room: RoomView) -> str:
        names = [host.name for host in room.hosts]
        return self.host if self.host in names else names[0]

    def actions(self, session: Session) -> Sequence[Action]:
        """What can be done with the server that is chosen."""
        from hvlab.session import datacenterview

        room = datacenterview.look(session.world)
        return datacenterview.actions(room, self._chosen(room))

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """The servers, what can be done, the cluster, the disks."""
        from hvlab.session import datacenterview
        from hvlab.tui import datacenter_rows

        room = datacenterview.look(session.world)
        chosen = self._chosen(room)
        found = datacenter_rows.host_rows(room.hosts, chosen, text, width)
        actions = datacenterview.actions(room, chosen)
        head = text("tui.datacenter.actions", name=chosen)
        found += self.action_part(head, actions, text, width, len(found))
        found += datacenter_rows.cluster_rows(room, text, width)
        return found + datacenter_rows.disk_rows(room, text, width)

    def action_choose_host(self, step: int) -> None:
        """Another server, round the end."""
        from hvlab.session import datacenterview

        if self._session is None:
            return
        room = datacenterview.look(self._session.world)
        names = [host.name for host in room.hosts]
        self.host = names[(names.index(self._chosen(room)) + step) % len(names)]
        self.again()
