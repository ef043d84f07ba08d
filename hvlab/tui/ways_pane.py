"""Ways: what would have been. The present way beside one that was left by going back."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from hvlab.tui.acting_pane import ACTING, ActingPane
from hvlab.tui.canvas import Line
from hvlab.tui.view_pane import MOVING

if TYPE_CHECKING:
    from hvlab.session.managerview import Action
    from hvlab.session.session import Session
    from hvlab.text import Text


class WaysPane(ActingPane):
    """Two columns; n and p choose the way at the left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        *ACTING,
        Binding("n", "choose_way(1)", "tui.keys.next_way"),
        Binding("p", "choose_way(-1)", "tui.keys.previous_way"),
    ]

    def __init__(self) -> None:
        super().__init__("ways")
        self.number = 0
        """Which of the other ways."""

    def choice(self) -> Hashable:
        """The other way, and the action under the bar."""
        return self.number, self.action

    def actions(self, session: Session) -> Sequence[Action]:
        """Go the other way."""
        from hvlab.session import waysview

        ways = waysview.look(session, self.number)
        return ways.actions if ways is not None else ()

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """What both have done, the actions, the columns."""
        from hvlab.session import waysview
        from hvlab.tui import ways_rows

        ways = waysview.look(session, self.number)
        if ways is None:
            return ways_rows.none_rows(text, width)
        head = text("tui.ways.actions", number=ways.number + 1, count=ways.count)
        found = self.action_part(head, ways.actions, text, width, 0)
        return found + ways_rows.common_rows(ways, text, width) + ways_rows.column_rows(ways, text, width)

    def action_choose_way(self, step: int) -> None:
        """Another of the ways that were left."""
        self.number = max(0, self.number + step)
        self.again()
