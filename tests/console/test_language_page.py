"""The language's page: every construct prints what Windows PowerShell prints, or is refused with a way that works."""

from __future__ import annotations

import pytest

from hvlab.catalog.language import Construct, language
from hvlab.console.texthost import TextHost
from hvlab.session.session import Session
from tests.console.corpus_reader import Snippet
from tests.console.judging import complaint

CONSTRUCTS = [construct for group in language().groups for construct in group.constructs]


def snippet(construct: Construct) -> Snippet:
    prints, refused = construct.prints.splitlines(), construct.refused or None
    return Snippet(construct.en, "", construct.code.splitlines(), prints, None, refused, [construct.instead])


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda construct: construct.en)
def test_a_construct_does_what_the_page_says(construct: Construct) -> None:
    assert complaint(snippet(construct), language().first) == ""


def test_a_wrong_page_would_be_noticed() -> None:
    wrong = Construct(en="sum", de="Summe", code="1 + 1", prints="3")
    assert complaint(snippet(wrong), language().first) == "it prints ['2']"


def test_every_name_is_there_once_in_each_language() -> None:
    for names in ([c.en for c in CONSTRUCTS], [c.de for c in CONSTRUCTS]):
        assert len(set(names)) == len(names)
    assert all(bool(construct.refused) == bool(construct.instead) for construct in CONSTRUCTS)


def test_the_page_can_be_asked_for() -> None:
    pieces: list[str] = []
    session = Session()
    session.shell.host = TextHost(pieces.append, width=120)
    assert session.run("(Get-LabLanguage).Count; (Get-LabLanguage -Name *split*).Prints").ok
    assert "".join(pieces).split() == [str(len(CONSTRUCTS)), "a", "b", "c", "x", "y", "b-c"]
    refused = session.run("Get-LabLanguage nonsense")
    assert refused.errors[0].category == "ObjectNotFound"
