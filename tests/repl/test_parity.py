"""The screen's console and `hvlab console` offer the same, in the same order, and colour the same."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.lexers import PygmentsLexer

from hvlab.console.highlight import HvlabLexer
from hvlab.console.history import History
from hvlab.repl.prompt import LabCompleter
from hvlab.repl.words import Desk
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from hvlab.tui import completing
from hvlab.tui.prompt import _load_lexer

LINES = (
    "",
    "Get-V",
    "get-v",
    "Start-VM ",
    "Start-VM w",
    "Start-VM 'we",
    'Start-VM "we',
    "Start-VM -",
    "Stop-VM web01 -T",
    "Wait-Lab web01 -For ",
    "Wait-L",
    "New-VM a -VHDPath C:\\Im",
    "Get-VM | Sort",
    "Get-VM | Where-Object { $_.State -e",
    "$ser",
    "foreach ($vm in Get-VM) { Stop-VM $v",
    "# a comment Get-V",
    "Get-Help Get-VMH",
    "gv",
)


@pytest.fixture(scope="module")
def lab() -> Session:
    session = Session()
    assert session.run("New-VM web01; New-VM 'web 02'; New-VM db01; $servers = 'web01', 'db01'").ok
    return session


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", LINES)
def test_both_offer_the_same_in_the_same_order_with_the_same_places(
    lab: Session, line: str, language: str
) -> None:
    screen = completing.completions(lab, line, len(line), Text(language))
    completer = LabCompleter(Desk(lab, Text(language), History()))
    prompt = list(completer.get_completions(Document(line), CompleteEvent()))
    assert [(choice.text, choice.start - len(line), choice.lab) for choice in screen] == [
        (choice.text, choice.start_position, choice.display_meta_text.startswith("[lab] "))
        for choice in prompt
    ]


def test_the_corpus_offers_something() -> None:
    session = Session()
    session.run("New-VM web01; $servers = 1")
    empty = [line for line in LINES if not completing.completions(session, line, len(line), Text("en"))]
    assert len(empty) <= 4


@pytest.mark.parametrize("line", [line for line in LINES if line])
def test_both_colour_a_line_by_the_same_tokens(line: str) -> None:
    lexer = _load_lexer()
    assert isinstance(lexer, HvlabLexer)
    screen = [(f"{token}", value) for _, token, value in lexer.get_tokens_unprocessed(line)]
    shown = PygmentsLexer(HvlabLexer).lex_document(Document(line))(0)
    prompt = [(part[0].removeprefix("class:pygments."), part[1]) for part in shown if part[1]]
    assert prompt == [(token.removeprefix("Token.").lower(), value) for token, value in screen if value]
