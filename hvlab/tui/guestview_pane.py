"""The guest's view: what the guest believes beside what is true, and the same system on the other path."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from hvlab.tui.acting_pane import ACTING, ActingPane
from hvlab.tui.canvas import Line
from hvlab.tui.view_pane import MOVING

if TYPE_CHECKING:
    from hvlab.kernel import World
    from hvlab.session.guestside import GuestSide
    from hvlab.session.managerview import Action
    from hvlab.session.session import Session
    from hvlab.text import Text


class GuestViewPane(ActingPane):
    """A machine of the lab, or one system in worlds of its own; those are shown while no guest is there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        *ACTING,
        Binding("n", "choose_guest(1)", "tui.keys.next_machine"),
        Binding("p", "choose_guest(-1)", "tui.keys.previous_machine"),
        Binding("s", "switch_path", "tui.keys.switch_path"),
    ]

    def __init__(self) -> None:
        super().__init__("guestview")
        self.machine = ""
        self.apart = ""
        """Which path of the system in a world of its own is looked at: synthetic, emulated; empty: the lab's guests."""

    def choice(self) -> Hashable:
        """The machine, the path, and the action under the bar."""
        return self.machine, self.apart, self.action

    def moves_with_time(self, world: World) -> bool:
        """Clocks and shares of processors do."""
        return not self.apart

    def _look(self, session: Session) -> GuestSide:
        from hvlab.session import guestside

        known = guestside.machines(session.world, session.host)
        if self.apart or not known:
            synthetic = self.apart != "emulated"
            return guestside.apart(session.platform.id, session.scenario.id, synthetic)
        name = self.machine if self.machine in known else known[0]
        return guestside.look(session.world, session.host, name)

    def actions(self, session: Session) -> Sequence[Action]:
        """What can be done with this guest."""
        from hvlab.session import guestside

        return guestside.actions(self._look(session))

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """Whose view it is, the application's call on top, and below what is believed beside what is true."""
        from hvlab.session import guestside
        from hvlab.tui import guestview_rows

        side = self._look(session)
        found = guestview_rows.head_rows(side, text, width)
        actions = guestside.actions(side)
        found += self.action_part(text("tui.guestview.actions"), actions, text, width, len(found))
        return found + guestview_rows.aspect_rows(side, text, width)

    def action_choose_guest(self, step: int) -> None:
        """Another machine, round the end."""
        from hvlab.session import guestside

        if self._session is None:
            return
        self.apart = ""
        known = guestside.machines(self._session.world, self._session.host)
        if known:
            place = known.index(self.machine) if self.machine in known else 0
            self.machine = known[(place + step) % len(known)]
        self.again()

    def action_switch_path(self) -> None:
        """The same system over the VMBus or over emulated devices."""
        if self._session is not None:
            synthetic = self._look(self._session).synthetic
            self.apart = "emulated" if synthetic else "synthetic"
            self.again()
