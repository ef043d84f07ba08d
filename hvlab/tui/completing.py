"""Asks the console for completions and for whether a text is finished; falls back to names of cmdlets.

The completer itself is the console's and shared with `hvlab console`; here its
answers become rows of the menu.
"""

from __future__ import annotations

import re
from typing import Any

from hvlab.console.errors import ParseError
from hvlab.session.session import Session
from hvlab.tui.completion_menu import Choice

_WORD = re.compile(r"[\w-]*\Z")


def is_incomplete(session: Session, source: str) -> bool:
    """Whether more text could still make this a program: the prompt then asks for another line."""
    try:
        session.parse(source)
    except ParseError as error:
        return error.incomplete
    return False


def completions(session: Session, source: str, cursor: int, text: Any) -> list[Choice]:
    """What may stand at the cursor, best first."""
    match = _WORD.search(source[:cursor])
    start = match.start() if match else cursor
    return [
        Choice(
            cmdlet.name,
            cmdlet.name,
            text(cmdlet.summary_id) if cmdlet.summary_id and text.has(cmdlet.summary_id) else "",
            start,
            cursor,
            cmdlet.lab_only,
        )
        for cmdlet in session.table.starting(source[start:cursor])
    ]
