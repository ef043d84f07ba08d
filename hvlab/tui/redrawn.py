"""What panes that show a session's lab have in common: they draw when that changes anything, or when asked to."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from textual.widget import Widget

    from hvlab.session.session import Session
    from hvlab.tui.canvas import Line


class Redrawn:
    """A pane's second base. `update` looks at the lab and draws if `_shown_for` says something else now."""

    shown: list[Line]
    _session: Session | None = None
    _shown_for: Hashable = None

    def update(self, session: Session) -> None:
        """Look at the lab, and draw if that changes anything."""
        raise NotImplementedError

    def again(self) -> None:
        """Draw with what the learner has chosen now."""
        if self._session is not None:
            self.update(self._session)

    def invalidate(self) -> None:
        """Draw everything anew."""
        self._shown_for = None
        self.shown = []
        self.again()
        cast("Widget", self).refresh()

    def on_resize(self) -> None:
        """The room has changed."""
        self.again()
