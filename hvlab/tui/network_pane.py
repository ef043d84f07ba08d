"""Network: who has reached whom, switches with ports and tables, and the latest frames."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from hvlab.tui.canvas import Line, line
from hvlab.tui.view_pane import ViewPane

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.networkview import FrameView
    from hvlab.session.session import Session
    from hvlab.text import Text

KEPT = 60
"""So many of the latest frames are listed."""


class NetworkPane(ViewPane):
    """The networks that the host is on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("p", "ping_all", "tui.keys.ping_all")]

    def __init__(self) -> None:
        super().__init__("network")
        self._frames: deque[FrameView] = deque(maxlen=KEPT)

    def forget(self) -> None:
        """No frame has been seen."""
        self._frames.clear()

    def note(self, seq: int, event: RawEvent) -> None:
        """Keep the latest frames."""
        if event[1] == "net.frame":
            from hvlab.session.networkview import frame

            self._frames.append(frame(seq, event))

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """Pings, switches, frames."""
        from hvlab.session import networkview
        from hvlab.tui.network_rows import network_rows

        view = networkview.look(session.world, session.host)
        if view is None:
            return [line((text("tui.network.none"), "dim"))]
        return network_rows(view, self._frames, session.world.now, text, width, height)

    def action_ping_all(self) -> None:
        """Let everybody ping everybody: types the command."""
        self.post_message(self.Command("Test-LabNetwork", run=True))
