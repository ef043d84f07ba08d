"""What a console asks of the class that a learner has joined; `classroom` has one, `cli` brings them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hvlab.session.log import Entry
from hvlab.session.session import Session
from hvlab.text import Text

MARK = "class-push-"
"""A bookmark of this name and a number says that what was pushed has reached the lab: it is recorded before it acts."""


class Pushed(Protocol):
    """Something from the instructor; `kind` is message, command, pause or resume."""

    @property
    def number(self) -> int:
        """Its number in the class."""

    @property
    def kind(self) -> str:
        """What to do with it."""

    @property
    def text(self) -> str:
        """The message or the command."""


class Companion(Protocol):
    """The link to a class."""

    @property
    def paused(self) -> bool:
        """Whether the instructor wants everyone to look up from the keyboard."""

    def due(self) -> Pushed | None:
        """What came from the instructor and is the next to be done; None if nothing waits."""

    def wait(self) -> None:
        """Until something comes, or a moment has passed."""

    def news(self, text: Text) -> list[str]:
        """What is to be said of the connection since the last question."""


class Followed(Protocol):
    """Somebody else's lab, whose inputs come as they are given there."""

    @property
    def name(self) -> str:
        """Whose it is."""

    def more(self) -> Sequence[Entry]:
        """The inputs that have come since the last question, in order."""


def arrive(session: Session, pushed: Pushed) -> None:
    """Note in the record that something has reached the lab, so that it never does so again."""
    session.bookmark(f"{MARK}{pushed.number}")


def arrived(entries: Sequence[Entry]) -> int:
    """The number of the last thing pushed that a record knows of."""
    numbers = (entry.name.removeprefix(MARK) for entry in entries if entry.kind == "bookmark")
    return max((int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 10), default=0)
