"""A key that was pressed goes before the lab: until its letter is painted, the lab stands, but never for long.

The driver's own thread notes the key as soon as it was read, while the screen's thread may still be at work on
something else. From then on no slice of the lab and no frame begins, and a slice under way ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events
from textual.driver import Driver
from textual.message import Message

LIMIT = 0.04
"""Seconds for which the lab waits for a key at most: one may have no letter to be painted."""
AGAIN = 0.12
"""Seconds after which it waits for another one, if none was painted in between: a held key must not stop the lab."""


class Attention:
    """Whether a key is on its way to the screen."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._since: float | None = None
        self.last = timer()
        """When the last key was read."""

    def press(self) -> None:
        """A key was read. Called in whatever thread reads keys."""
        self.last = now = self._timer()
        if self._since is None or now - self._since > AGAIN:
            self._since = now

    def painted(self) -> None:
        """What the key changed is on the screen."""
        self._since = None

    def wanted(self) -> bool:
        """Whether the lab has to wait."""
        since = self._since
        return since is not None and self._timer() - since < LIMIT


def attentive(kind: type[Driver], press: Callable[[], None]) -> type[Driver]:
    """The driver of that kind, which calls `press` (in its own thread) as soon as it has read a key."""

    class Attentive(kind):  # type: ignore[misc, valid-type]
        def process_message(self, message: Message, *more: Any) -> None:
            if isinstance(message, (events.Key, events.Paste)):
                press()
            super().process_message(message, *more)

    return Attentive
