"""Backup: the conditions of a live one, the steps of the one under way, the guest's writers, and what was made."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from hvlab.tui.acting_pane import ACTING, ActingPane
from hvlab.tui.canvas import Line, line
from hvlab.tui.view_pane import MOVING

if TYPE_CHECKING:
    from hvlab.kernel import World
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.backupview import BackupsView
    from hvlab.session.managerview import Action
    from hvlab.session.session import Session
    from hvlab.text import Text

KEPT = 8
"""So many of the writers' latest events are listed."""


class BackupPane(ActingPane):
    """One machine's conditions, and all backups of the host."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVING,
        *ACTING,
        Binding("n", "choose_guest(1)", "tui.keys.next_machine"),
        Binding("p", "choose_guest(-1)", "tui.keys.previous_machine"),
    ]

    def __init__(self) -> None:
        super().__init__("backup")
        self.machine = ""
        self._writers: deque[int] = deque(maxlen=KEPT)

    def choice(self) -> Hashable:
        """The machine, and the action under the bar."""
        return self.machine, self.action

    def forget(self) -> None:
        """The writers have done nothing."""
        self._writers.clear()

    def note(self, seq: int, event: RawEvent) -> None:
        """Keep what the guests' writers do."""
        if event[1] == "guest.writers":
            self._writers.append(seq)

    def moves_with_time(self, world: World) -> bool:
        """A step that waits may be over without an event."""
        return True

    def _look(self, session: Session) -> BackupsView | None:
        from hvlab.session import backupview

        return backupview.look(session.world, session.host, self.machine)

    def actions(self, session: Session) -> Sequence[Action]:
        """What can be done with the machine."""
        view = self._look(session)
        return view.actions if view is not None else ()

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """Actions, what is under way, the conditions, the writers, what was made."""
        from hvlab.tui import backup_rows

        view = self._look(session)
        if view is None or not view.chosen:
            return [line((words, "dim")) for words in backup_rows.none_rows(text, width)]
        head = text("tui.backup.actions", name=view.chosen)
        found = self.action_part(head, view.actions, text, width, 0)
        found += backup_rows.under_way_rows(view, text, width)
        found += backup_rows.condition_rows(view, text, width)
        found += backup_rows.record_rows(view, text, width)
        return found + backup_rows.writer_rows(
            [session.world.trace[seq] for seq in self._writers], text, width
        )

    def action_choose_guest(self, step: int) -> None:
        """Another machine, round the end."""
        view = self._look(self._session) if self._session is not None else None
        if view is not None and view.machines:
            place = view.machines.index(view.chosen)
            self.machine = view.machines[(place + step) % len(view.machines)]
            self.again()
