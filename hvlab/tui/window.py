"""The base of what lies over the panes for a while, and a list for it: both stand keys that come at any time."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen
from textual.widgets import OptionList

T = TypeVar("T")


class Window(ModalScreen[T]):
    """A window. Keys and clicks that were on their way when it closed find it closed; that is no error."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close, and hand over the result; nothing if it is closed already, or lies under another window."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()


class Choices(OptionList):
    """A list to choose from. In a window too small for it there is no page to turn."""

    def _move_page(self, direction: int) -> None:
        if self.scrollable_content_region:
            super()._move_page(direction)  # type: ignore[arg-type]
