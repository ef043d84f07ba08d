"""The base of views in which something can be done: a row of actions, each of which types its command."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.binding import Binding

from hvlab.tui.canvas import Line, line, wrap
from hvlab.tui.view_pane import ViewPane, heading

if TYPE_CHECKING:
    from hvlab.session.managerview import Action
    from hvlab.session.session import Session
    from hvlab.text import Text

ACTING = (
    Binding("left,h", "choose_action(-1)", "tui.keys.previous_action"),
    Binding("right,l", "choose_action(1)", "tui.keys.next_action"),
    Binding("enter", "manage", "tui.keys.manage"),
)


class ActingPane(ViewPane):
    """A view with actions: its pure model says which there are, `action_part` draws them."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.action = ""
        self._spans: list[tuple[int, int, int, str]] = []
        """Where each action stands: row, first and last column, name."""

    def actions(self, session: Session) -> Sequence[Action]:
        """What can be done now."""
        raise NotImplementedError

    def choice(self) -> Hashable:
        """The action under the bar."""
        return self.action

    def _current(self, actions: Sequence[Action]) -> str:
        names = [action.name for action in actions]
        return self.action if self.action in names else names[0]

    def action_part(
        self, head: str, actions: Sequence[Action], text: Text, width: int, above: int
    ) -> list[Line]:
        """The heading, the actions and the command of the one under the bar, to stand `above` rows down."""
        from hvlab.tui.manager_rows import action_rows

        if not actions:
            return []
        current = self._current(actions)
        lines, spans = action_rows(actions, current, text, width, f"tui.{self.id}.action")
        self._spans = [(row + above + 1, first, last, action) for row, first, last, action in spans]
        shown = next(action for action in actions if action.name == current)
        if shown.view:
            types = text("tui.keys.opens") + " "
            command = text(f"tui.pane.{shown.view}")
        else:
            types = text("tui.manager.types") + " "
            command = shown.command
        first, *more = wrap(command, max(1, width - len(types)))
        rest = [line((" " * len(types), ""), (row, "code")) for row in more]
        return [heading(head, width), *lines, line((types, "dim"), (first, "code")), *rest]

    def action_choose_action(self, step: int) -> None:
        """Another action, round the end."""
        if self._session is None:
            return
        actions = self.actions(self._session)
        if not actions:
            return
        names = [action.name for action in actions]
        self.action = names[(names.index(self._current(actions)) + step) % len(names)]
        self.again()
        self._show_action()

    def _show_action(self) -> None:
        """Bring the row of the action under the bar into sight."""
        rows = [row for row, _, _, name in self._spans if name == self.action and row in self._rows_of]
        place = self._rows_of.index(rows[0]) if rows else 0
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if rows and not top < place < top + height - 1:
            self.scroll_to(y=max(0, place - 1), animate=False)

    def action_manage(self) -> None:
        """Type the command of the action under the bar."""
        if self._session is None:
            return
        actions = self.actions(self._session)
        if not actions:
            return
        current = self._current(actions)
        action = next(action for action in actions if action.name == current)
        if action.view:
            self.lab_app.action_pane(action.view)
        else:
            self.post_message(self.Command(action.command, run=action.run))

    def on_click(self, event: events.Click) -> None:
        """An action that is clicked is done."""
        row = self.row_under(event)
        column = event.x - self.gutter.left
        for at, first, last, name in self._spans:
            if at == row and first <= column < last:
                self.action = name
                self.again()
                self.action_manage()
                return
