"""Asks the console for completions and for whether a text is finished.

The completer is the console's own, shared with `hvlab console`; here stands what
there is to choose from in this lab, and its answers become rows of the menu.
"""

from __future__ import annotations

from hvlab.console.completion import Completion, complete
from hvlab.console.errors import ParseError
from hvlab.session.choices import sources
from hvlab.session.session import Session
from hvlab.text import Text
from hvlab.tui.completion_menu import Choice


def is_incomplete(session: Session, source: str) -> bool:
    """Whether more text could still make this a program: the prompt then asks for another line."""
    try:
        session.parse(source)
    except ParseError as error:
        return error.incomplete
    return False


def completions(session: Session, source: str, cursor: int, text: Text) -> list[Choice]:
    """What may stand at the cursor, best first."""
    return [
        _choice(found, session, text) for found in complete(source, cursor, session.table, sources(session))
    ]


def _choice(found: Completion, session: Session, text: Text) -> Choice:
    detail = found.description
    if found.kind in ("cmdlet", "alias"):
        cmdlet = session.table.find(found.text)
        if cmdlet is not None and cmdlet.summary_id and text.has(cmdlet.summary_id):
            detail = text(cmdlet.summary_id)
    return Choice(found.text, found.text, detail, found.start, found.end, found.lab_only, found.kind)
