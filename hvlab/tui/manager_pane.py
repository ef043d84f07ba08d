"""The manager: virtual machines with their state, and what one can do with the one chosen.

An action does nothing itself: it types its command into the console, where one
sees what does it.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from hvlab.tui.acting_pane import ACTING, ActingPane
from hvlab.tui.canvas import Line, fit, line
from hvlab.tui.view_pane import heading

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.managerview import Action, MachineRow
    from hvlab.session.session import Session
    from hvlab.text import Text

CHANGING = frozenset(("command", "vm.state", "vm.setting", "vm.drive", "snapshot", "transfer", "fault"))
SECOND = 10**9
HEAD = 1
"""Rows above the first machine."""


class ManagerPane(ActingPane):
    """A list with a bar; below it the actions for the machine under the bar."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", "tui.keys.previous_machine"),
        Binding("down,j", "choose(1)", "tui.keys.next_machine"),
        *ACTING,
    ]

    def __init__(self) -> None:
        super().__init__("manager")
        self.machine = ""
        self._names: list[str] = []
        self._changes = 0

    def choice(self) -> Hashable:
        """The machine and the action under the bar."""
        return self.machine, self.action

    def note(self, seq: int, event: RawEvent) -> None:
        """Count what may change a machine's row or settings."""
        self._changes += event[1] in CHANGING

    def depends_on(self, session: Session) -> Hashable:
        """The figures in the list as they are written, and what changes settings: most events of a boot do neither."""
        from hvlab.session import managerview

        rows = managerview.machines(session.world, session.host)
        return self._changes, tuple(replace(row, uptime=row.uptime // SECOND) for row in rows)

    # -- what is chosen ---------------------------------------------------------------------------

    def _look(self, session: Session) -> tuple[list[MachineRow], MachineRow | None, list[Action]]:
        from hvlab.session import managerview

        rows = managerview.machines(session.world, session.host)
        chosen = next((row for row in rows if row.name == self.machine), rows[0] if rows else None)
        return rows, chosen, managerview.actions(chosen)

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """The list, then the actions."""
        from hvlab.tui.manager_rows import machine_row, title_row

        machines, chosen, actions = self._look(session)
        self._names = [row.name for row in machines]
        found = [title_row(text, width)]
        found += [machine_row(row, row is chosen, text, width) for row in machines]
        if not machines:
            found.append(line((text("tui.manager.no_machines"), "dim")))
        self.cursor_row = HEAD + machines.index(chosen) if chosen is not None else None
        if chosen is not None and chosen.failure:
            found.append(line((fit(chosen.failure, width), "bad")))
        name = chosen.name if chosen is not None else ""
        head = text("tui.manager.actions", name=name) if name else text("tui.manager.actions_none")
        found += self.action_part(head, actions, text, width, len(found))
        if chosen is None:
            return found
        from hvlab.session import managerview
        from hvlab.tui.manager_rows import detail_rows

        found.append(heading(text("tui.manager.made_of", name=chosen.name), width))
        return found + detail_rows(managerview.details(session.world, session.host, chosen.name), text, width)

    def actions(self, session: Session) -> list[Action]:
        """What can be done with the machine under the bar."""
        return self._look(session)[2]

    # -- doing ------------------------------------------------------------------------------------

    def action_choose(self, step: int) -> None:
        """Another machine."""
        if self._session is None or not self._names:
            return
        _, chosen, _ = self._look(self._session)
        place = self._names.index(chosen.name) if chosen is not None and chosen.name in self._names else 0
        self.machine = self._names[max(0, min(place + step, len(self._names) - 1))]
        self.again()
        self.scroll_to(y=max(0, (self.cursor_row or 0) - self.size.height + 4), animate=False)

    def on_click(self, event: events.Click) -> None:
        """A machine is chosen; for an action the base is asked too, as Textual asks every class."""
        place = self.row_under(event) - HEAD
        if 0 <= place < len(self._names):
            self.machine = self._names[place]
            self.again()
