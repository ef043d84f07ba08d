"""The base of everything that lies over the panes for a while: it closes once, however often it is asked to."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

T = TypeVar("T")


class Window(ModalScreen[T]):
    """A window. Keys and clicks that were on their way when it closed find it closed; that is no error."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close, and hand over the result; nothing if it is closed already, or lies under another window."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()
