"""What a cmdlet may ask of the session it runs in. The session implements this; the console only knows its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from hvlab.catalog import Platform, Scenario
from hvlab.kernel import World
from hvlab.storage.content import FileSource
from hvlab.text import Text

SECOND = 1_000_000_000
DEFAULT_WAIT = 600 * SECOND
"""How long a command waits at most, in simulated ns, unless it says otherwise."""


class BroughtIn(Protocol):
    """A real file that was brought in."""

    @property
    def name(self) -> str:
        """Its name at home."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def sha256(self) -> str:
        """The hash of its content."""

    @property
    def source(self) -> FileSource:
        """The content."""


class Lab(Protocol):
    """A world and the ways to let it go on."""

    @property
    def world(self) -> World:
        """The simulated world."""

    @property
    def platform(self) -> Platform:
        """Its virtualization platform."""

    @property
    def scenario(self) -> Scenario:
        """The situation it began with."""

    @property
    def text(self) -> Text:
        """The sentences in the learner's language."""

    @property
    def prologue(self) -> int:
        """The last event of what was prepared before the learner came, 0 if nothing was.

        Up to it, what was done by hand (kernel.trace.SETUP_KINDS) is shown to nobody who does not ask for it.
        """

    @property
    def host(self) -> str:
        """The path of the host that commands speak to."""

    @property
    def computer(self) -> str:
        """That host's computer name."""

    def wait(self, until: Callable[[], bool], limit: int = DEFAULT_WAIT) -> bool:
        """Let the world go on until the condition holds, at most `limit` ns; returns whether it holds."""

    def advance(self, nanoseconds: int) -> None:
        """Let simulated time pass."""

    def step(self, events: int) -> int:
        """Handle so many events; returns how many there were."""

    def bring(self, path: str) -> BroughtIn | None:
        """A real file's content, once and live only, recorded; None where nothing may be brought in. OSError."""

    def export(self, target: str, pieces: Iterator[tuple[int, bytes]], size: int) -> None:
        """Write bytes to a real file, once and live only; OSError if that fails. Empty pieces are zeros."""
