"""What may be answered to a command that asks whether to go on, and how long an answer holds.

Yes to All and No to All hold for one invocation of a command, however many objects it is given;
the command after it asks again. Every question is answered for itself all the same, so a record
holds as many answers as there were questions.
"""

from __future__ import annotations

from typing import NamedTuple

CHOICES = '[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is "Y"): '


class Reply(NamedTuple):
    """An answer; `every` if it is that to all further questions of the same invocation."""

    yes: bool
    every: bool = False


_WORDS = {
    "": Reply(True),
    **dict.fromkeys(("y", "yes", "j", "ja"), Reply(True)),
    **dict.fromkeys(("n", "no", "nein"), Reply(False)),
    **dict.fromkeys(("a", "yes to all"), Reply(True, every=True)),
    **dict.fromkeys(("l", "no to all"), Reply(False, every=True)),
}


def understood(line: str) -> Reply | None:
    """What a typed line answers; None if it is no answer (`?` too: that wants to know what may be typed)."""
    return _WORDS.get(" ".join(line.casefold().split()))


class Settled:
    """The answer that was given to all questions of one invocation."""

    def __init__(self) -> None:
        self._asker: object = None
        self._yes = False

    def answer(self, asker: object) -> bool | None:
        """What this invocation was answered once for all; None if it is to ask."""
        return self._yes if asker is not None and asker is self._asker else None

    def keep(self, asker: object, reply: Reply) -> bool:
        """Note a reply to this invocation; returns whether it is a yes."""
        self._asker, self._yes = (asker, reply.yes) if reply.every else (None, False)
        return reply.yes
