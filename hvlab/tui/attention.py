"""A key that was pressed goes before the lab: until its letter is painted, the lab stands, but never for long.

The driver's own thread notes the key as soon as it was read, while the screen's thread may still be at work on
something else. From then on no slice of the lab and no frame begins, a slice under way ends, and panes that were
to be painted are painted after the key's letter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

LIMIT = 0.04
"""Seconds for which the lab waits for a key at most: one may have no letter to be painted."""
AGAIN = 0.12
"""Seconds after which it waits for another one, if none was painted in between: a held key must not stop the lab."""
WRITING = 0.001
"""Seconds that the thread which writes to the terminal has for itself when a letter has been painted."""
TYPING = 0.5
"""Seconds after a key in which the next one is to be expected."""


class Attention:
    """Whether a key is on its way to the screen."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._since: float | None = None
        self._handled = True
        self._until = 0.0
        self.last = timer() - TYPING
        """When the last key was read."""

    def press(self) -> None:
        """A key was read. Called in whatever thread reads keys."""
        self.last = now = self._timer()
        if self._since is None or now - self._since > AGAIN:
            self._handled = False
            self._since = now

    def handled(self) -> None:
        """What the key changes is known, and waits to be painted."""
        self._handled = True

    def painted(self) -> None:
        """What the key changed is on its way to the terminal."""
        if self._since is not None:
            self._since = None
            self._until = self._timer() + WRITING

    def wanted(self) -> bool:
        """Whether the lab has to wait."""
        since = self._since
        return self._timer() < (self._until if since is None else since + LIMIT)

    def is_typing(self) -> bool:
        """Whether more keys are to be expected."""
        return self._timer() - self.last < TYPING

    def comes(self) -> bool:
        """Whether painting has to wait, too: the key's own change is not there yet."""
        return not self._handled and self.wanted()


def attentive(kind: type[Driver], press: Callable[[], None]) -> type[Driver]:
    """The driver of that kind, which calls `press` (in its own thread) as soon as it has read a key."""

    class Attentive(kind):  # type: ignore[misc, valid-type]
        def process_message(self, message: Message, *more: Any) -> None:
            if isinstance(message, (events.Key, events.Paste)):
                press()
            super().process_message(message, *more)

    return Attentive


class AttentiveScreen(Screen[None]):
    """The screen of panes. `attention` is the app's, `first` the widget whose row is painted before all others."""

    attention: Attention | None = None
    first: Widget | None = None

    def _on_timer_update(self) -> None:
        # Textual's own names. Without this everything would be painted at once and together, and a letter some
        # milliseconds later.
        attention, dirty = self.attention, self._dirty_widgets
        if attention is None or not attention.wanted():
            super()._on_timer_update()
        elif not attention.comes():
            rest = {widget for widget in dirty if widget is not self.first} if self.first in dirty else set()
            dirty -= rest
            super()._on_timer_update()
            if rest:
                dirty |= rest
                self._update_timer.resume()
