"""Judges lines of a console against what Windows PowerShell makes of them: for the corpus and the language's page."""

from __future__ import annotations

from hvlab.console.errors import ErrorRecord
from hvlab.console.texthost import TextHost
from hvlab.session.session import Session
from tests.console.corpus_reader import Snippet


def run(first: str, lines: list[str]) -> tuple[list[str], tuple[ErrorRecord, ...]]:
    """What lines print in a lab that `first` prepared, blanks folded and blank lines left out; and the errors."""
    pieces: list[str] = []
    session = Session()
    assert session.run(first).ok
    host = TextHost(pieces.append, width=120)
    session.shell.host = host
    outcome = session.run("\n".join(lines))
    host.statement_done()
    return [fold(line) for line in "".join(pieces).splitlines() if line.strip()], outcome.errors


def fold(line: str) -> str:
    return " ".join(line.split())


def agrees(expected: list[str], found: list[str]) -> bool:
    """Line by line; an expected line that ends in three dots gives only the beginning."""
    return len(expected) == len(found) and all(
        line.startswith(fold(wanted[:-3])) if wanted.endswith("...") else line == fold(wanted)
        for wanted, line in zip(expected, found, strict=True)
    )


def complaint(snippet: Snippet, first: str) -> str:
    """What is wrong with hvlab's way of a snippet; nothing where it is as in Windows PowerShell."""
    found, errors = run(first, snippet.lines)
    if snippet.refused is not None:
        if not errors or f"`{snippet.refused}`" not in errors[-1].message:
            return f"refused by another name: {found}"
        if not errors[-1].message.partition("; ")[2]:
            return f"no substitute is named: {found}"
        found, errors = run(first, snippet.substitute)
        return "" if not errors and agrees(snippet.prints, found) else f"the substitute gives {found}"
    if snippet.error is not None:
        lines = errors[-1].render().splitlines() if errors else ["nothing"]
        if errors and errors[-1].parse:
            lines = lines[3:]  # the place comes first
        return "" if fold(lines[0]).startswith(fold(snippet.error)) else f"the error is {lines[0]}"
    if errors and not error_is_silent(snippet):
        return f"an error: {errors[0].message}"
    return "" if agrees(snippet.prints, found) else f"it prints {found}"


def error_is_silent(snippet: Snippet) -> bool:
    return any(word in "\n".join(snippet.lines) for word in ("SilentlyContinue", "-EA", "2>$null", "Ignore"))
