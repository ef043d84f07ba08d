"""What a step wants looked at: commands that change nothing, so that no check can ask for them.

A look counts when it was made after the step's goals were reached: before that, there was nothing to be
seen. The trace holds every command that was given, so what is undone is unseen again.
"""

from __future__ import annotations

from hvlab.console.errors import ParseError
from hvlab.console.looking import commands_in
from hvlab.course.model import Step
from hvlab.session.session import Session


class Seen:
    """Which looks were made in a session. `note` is told of every evaluation of the goals."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._since: dict[str, int] = {}
        """By step: the last event at which its goals were known not to be reached."""
        self._named: dict[str, frozenset[str]] = {}
        """By a command's text: the cmdlets it calls."""

    def note(self, step: Step, reached: bool) -> None:
        """The step's goals were evaluated just now."""
        length = len(self._session.world.trace)
        if not reached or self._since.get(step.id, 0) > length:
            self._since[step.id] = length

    def missing(self, step: Step) -> list[str]:
        """The looks that a step asks for and that have not been made, in its order."""
        if not step.looks:
            return []
        since = max(self._session.prologue, self._since.get(step.id, 0))
        made: set[str] = set()
        for event in self._session.world.trace.of_kinds({"command"}, since):
            made |= self._calls(str(event.get("text")))
        table = self._session.table
        known = [(look, table.find(look)) for look in step.looks]
        return [look for look, cmdlet in known if cmdlet is None or cmdlet.name not in made]

    def _calls(self, text: str) -> frozenset[str]:
        if text not in self._named:
            session = self._session
            try:
                statements = session.parse(text).statements
            except ParseError:
                statements = ()
            self._named[text] = frozenset(
                name for statement in statements for name in commands_in(statement.node, session.table)
            )
        return self._named[text]
