"""The corpus of everyday lines: what each prints, and what of them is refused with a way that works."""

from __future__ import annotations

import pytest

from tests.console.corpus_reader import Snippet, setting, snippets
from tests.console.judging import complaint

KNOWN_GAPS: frozenset[str] = frozenset(
    {
        "11-exchange: xml out and in",
    }
)
"""Snippets that hvlab does not run as Windows PowerShell does; a test fails when one of them runs after all."""


@pytest.mark.parametrize("snippet", snippets(), ids=lambda snippet: snippet.name)
def test_snippet(snippet: Snippet) -> None:
    wrong = complaint(snippet, setting(snippet.setting))
    if snippet.name in KNOWN_GAPS:
        assert wrong, "this one runs now: take it from the list of gaps"
    else:
        assert not wrong, wrong


def test_how_much_of_it_runs() -> None:
    count = len(snippets())
    refused = [snippet for snippet in snippets() if snippet.refused is not None]
    assert count >= 320 and len({snippet.name for snippet in snippets()}) == count
    assert (count - len(refused) - len(KNOWN_GAPS)) / count >= 0.95
