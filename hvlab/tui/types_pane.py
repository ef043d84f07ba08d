"""VMM types: one stream of instructions under a hypervisor and under a hosted monitor, one cursor for both."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from hvlab.tui.canvas import Line
from hvlab.tui.view_pane import ViewPane

if TYPE_CHECKING:
    from hvlab.session.session import Session
    from hvlab.session.typesview import Comparison
    from hvlab.text import Text


class TypesPane(ViewPane):
    """Nothing of it depends on the learner's world: both sides run in worlds of their own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "walk(-1)", "tui.keys.instruction_back"),
        Binding("down,j", "walk(1)", "tui.keys.instruction_on"),
        Binding("pageup", "walk(-8)", show=False),
        Binding("pagedown", "walk(8)", show=False),
        Binding("home", "walk(-1000)", show=False),
        Binding("end", "walk(1000)", show=False),
        Binding("w", "other_work", "tui.keys.other_work"),
        Binding("enter", "type_command", "tui.keys.count_them"),
    ]

    def __init__(self) -> None:
        super().__init__("types")
        self.number = 0
        """The instruction under the cursor."""
        self.operation = "write"
        self._first_row = 0
        """The row on the screen of the first instruction in sight."""
        self._first = 0
        self._listed = 0

    def choice(self) -> Hashable:
        """The instruction, and what the application does."""
        return self.number, self.operation

    def depends_on(self, session: Session) -> Hashable:
        """On the platform and the scenario only."""
        return session.platform.id, session.scenario.id

    def _compare(self, session: Session) -> Comparison:
        from hvlab.session.typesview import compare

        return compare(session.platform.id, session.scenario.id, self.operation)

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """The stacks, the instructions around the cursor, the sums."""
        from hvlab.tui import types_rows

        found = self._compare(session)
        self.number = max(0, min(self.number, len(found.stream) - 1))
        top = types_rows.stack_rows(found, self.number, text, width)
        below = types_rows.sum_rows(found, text, width, room=height - len(top) - 3)
        self._listed = max(3, height - len(top) - len(below))
        before = (self._listed - 1) // 2
        self._first = max(0, min(self.number - before, len(found.stream) - self._listed))
        self._first_row = len(top)
        self.cursor_row = len(top) + self.number - self._first
        listed = types_rows.stream_rows(found, self._first, self._listed, text, width)
        return top + listed + below

    def action_walk(self, step: int) -> None:
        """Another instruction."""
        self.number = max(0, self.number + step)
        self.again()
        self.refresh()

    def action_other_work(self) -> None:
        """A read instead of a write, or the other way round."""
        self.operation = "read" if self.operation == "write" else "write"
        self.again()
        self.refresh()

    def action_type_command(self) -> None:
        """Let the console count the same."""
        if self._session is not None:
            self.post_message(self.Command(self._compare(self._session).command, run=True))

    def on_click(self, event: events.Click) -> None:
        """An instruction is chosen."""
        place = self.row_under(event) - self._first_row
        if 0 <= place < self._listed:
            self.number = self._first + place
            self.again()
            self.refresh()
