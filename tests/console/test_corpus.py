"""The corpus of everyday lines: what each prints, and what of them is refused with a way that works."""

from __future__ import annotations

import pytest

from hvlab.console.errors import ErrorRecord
from hvlab.console.texthost import TextHost
from hvlab.session.session import Session
from tests.console.corpus_reader import Snippet, setting, snippets

KNOWN_GAPS: frozenset[str] = frozenset(
    {
        "11-exchange: xml out and in",
    }
)
"""Snippets that hvlab does not run as Windows PowerShell does; a test fails when one of them runs after all."""


def run(snippet: Snippet, lines: list[str]) -> tuple[list[str], tuple[ErrorRecord, ...]]:
    """The lines that are printed, blanks folded and blank lines left out, and the errors."""
    pieces: list[str] = []
    session = Session()
    assert session.run(setting(snippet.setting)).ok
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


def complaint(snippet: Snippet) -> str:
    """What is wrong with hvlab's way of a snippet; nothing where it is as in Windows PowerShell."""
    found, errors = run(snippet, snippet.lines)
    if snippet.refused is not None:
        if not errors or f"`{snippet.refused}`" not in errors[-1].message:
            return f"refused by another name: {found}"
        if not errors[-1].message.partition("; ")[2]:
            return f"no substitute is named: {found}"
        found, errors = run(snippet, snippet.substitute)
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


@pytest.mark.parametrize("snippet", snippets(), ids=lambda snippet: snippet.name)
def test_snippet(snippet: Snippet) -> None:
    wrong = complaint(snippet)
    if snippet.name in KNOWN_GAPS:
        assert wrong, "this one runs now: take it from the list of gaps"
    else:
        assert not wrong, wrong


def test_how_much_of_it_runs() -> None:
    count = len(snippets())
    refused = [snippet for snippet in snippets() if snippet.refused is not None]
    assert count >= 320 and len({snippet.name for snippet in snippets()}) == count
    assert (count - len(refused) - len(KNOWN_GAPS)) / count >= 0.95
