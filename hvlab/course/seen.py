"""What a step wants looked at: commands that change nothing, so that no check can ask for them.

A look counts when it was made after the step's goals were reached: before that, there was nothing to be
seen. The trace holds every command that was given, so what is undone is unseen again.
"""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.console.errors import ParseError
from hvlab.console.looking import commands_in
from hvlab.course import pages
from hvlab.course.model import LANGUAGES, Lesson, Step
from hvlab.session.session import Session


def looks_of(lesson: Lesson, number: int, session: Session) -> list[str]:
    """The looks that a step asks for: those that it names.

    Where it names none and what becomes of a guess is told in it, the ones with which the commands of its page
    end: nobody should be told before they could see for themselves.
    """
    step = lesson.plan.step[number]
    if step.looks or not resolves_guess(lesson, number):
        return step.looks
    text = lesson.sections[LANGUAGES[0]][step.id]
    try:
        statements = [
            statement for block in pages.commands_in(text) for statement in session.parse(block).statements
        ]
    except ParseError:  # the linter says so; a pack that was never linted asks for no looks
        return []
    looks: list[str] = []
    while statements and session.shell.is_read_only(statements[-1]):
        looks[:0] = list(commands_in(statements.pop().node, session.table))[:1]
    return list(dict.fromkeys(looks)) if statements else []


def on_page(look: str, page: str, session: Session) -> str:
    """A look as the page's commands write it, with what it looks at; its own name where none of them makes it."""
    cmdlet = session.table.find(look)
    name = cmdlet.name if cmdlet is not None else look
    try:
        statements = [
            statement
            for block in pages.commands_in(page)
            for statement in session.parse(block).statements
            if name in commands_in(statement.node, session.table)
        ]
    except ParseError:
        return look
    return statements[-1].text.strip() if statements and "\n" not in statements[-1].text else look


def resolves_guess(lesson: Lesson, number: int) -> str:
    """The id of the guess that is answered by a step: its own, or that of a step without goals before it."""
    steps = lesson.plan.step
    asking = steps[number].question
    if not asking and number and not steps[number - 1].goals:
        asking = steps[number - 1].question
    question = lesson.question(asking) if asking else None
    return asking if question is not None and question.guess and question.correct else ""


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

    def missing(self, step: Step, looks: Sequence[str]) -> list[str]:
        """Which of the looks that a step asks for have not been made, in its order."""
        if not looks:
            return []
        since = max(self._session.prologue, self._since.get(step.id, 0))
        made: set[str] = set()
        for event in self._session.world.trace.of_kinds({"command"}, since):
            made |= self._calls(str(event.get("text")))
        table = self._session.table
        known = [(look, table.find(look)) for look in looks]
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
