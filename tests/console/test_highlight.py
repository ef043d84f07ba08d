"""Tokens and the Pygments lexer over them."""

from __future__ import annotations

from importlib.metadata import entry_points

from pygments.token import Token as PygmentsToken

from hvlab.console.highlight import HvlabLexer
from hvlab.console.tokens import tokenize


def kinds(text: str) -> list[tuple[str, str]]:
    return [(t.kind, text[t.start : t.end]) for t in tokenize(text)]


def test_a_line_in_its_parts() -> None:
    assert kinds('Get-VM -Name "a $x" web* | ? { $_.Mem -gt 1GB } # hi') == [
        ("command", "Get-VM"),
        ("parameter", "-Name"),
        ("string", '"a '),
        ("variable", "$x"),
        ("string", '"'),
        ("word", "web*"),
        ("operator", "|"),
        ("command", "?"),
        ("punctuation", "{"),
        ("variable", "$_"),
        ("punctuation", "."),
        ("member", "Mem"),
        ("operator", "-gt"),
        ("number", "1GB"),
        ("punctuation", "}"),
        ("comment", "# hi"),
    ]


def test_keywords_types_and_statements() -> None:
    assert kinds("if ([int]$x -eq 5) { return }") == [
        ("keyword", "if"),
        ("punctuation", "("),
        ("type", "[int]"),
        ("variable", "$x"),
        ("operator", "-eq"),
        ("number", "5"),
        ("punctuation", ")"),
        ("punctuation", "{"),
        ("keyword", "return"),
        ("punctuation", "}"),
    ]


def test_words_with_variables_are_cut() -> None:
    assert kinds("echo C:\\$n.vhd") == [
        ("command", "echo"),
        ("word", "C:\\"),
        ("variable", "$n"),
        ("word", ".vhd"),
    ]


def test_unfinished_text_keeps_its_colours() -> None:
    assert kinds("Get-VM | ? { $_ -eq 'x") == [
        ("command", "Get-VM"),
        ("operator", "|"),
        ("command", "?"),
        ("punctuation", "{"),
        ("variable", "$_"),
        ("operator", "-eq"),
        ("string", "'x"),
    ]


def test_reading_goes_on_behind_an_error() -> None:
    assert kinds("1 2\nGet-VM -Name x") == [
        ("number", "1"),
        ("error", "2"),
        ("command", "Get-VM"),
        ("parameter", "-Name"),
        ("word", "x"),
    ]


def test_the_lexer_loses_nothing() -> None:
    text = "Get-VM -Name 'x' | % { \"$($_.Name)\" } 1 ) } \n$y = @{a=1}\n"
    parts = list(HvlabLexer().get_tokens_unprocessed(text))
    assert "".join(value for _, _, value in parts) == text
    assert [index for index, _, _ in parts] == sorted({index for index, _, _ in parts})
    assert all(kind in PygmentsToken for _, kind, _ in parts)


def test_pygments_can_find_it() -> None:
    found = [e for e in entry_points(group="pygments.lexers") if e.name == "hvlab"]
    assert not found or found[0].load() is HvlabLexer
