"""The lab's own line under an error speaks the learner's language, down to what one writes instead."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from hvlab.catalog.language import language
from hvlab.cli import cli
from hvlab.console import invocation, parser, regexprogram
from hvlab.console.errors import ErrorRecord
from hvlab.console.explaining import explained, substitute_id
from hvlab.session.session import Session
from hvlab.text import Text
from tests.console.corpus_reader import snippets

SENTENCES = sorted({*invocation.ABSENT.values(), *parser._REFUSED.values(), *regexprogram._INSTEAD.values()})


def error(source: str) -> ErrorRecord:
    """What a script that is refused ends in."""
    return Session().run(source).errors[-1]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_substitute_is_there_in_both_languages(sentence: str) -> None:
    assert Text("en")(substitute_id(sentence)) == sentence
    assert Text("de")(substitute_id(sentence)) != sentence


REFUSED = [
    *(construct.code for group in language().groups for construct in group.constructs if construct.refused),
    *("\n".join(snippet.lines) for snippet in snippets() if snippet.refused is not None),
    "filter f { } ; New-Object Foo.Bar",
    "$x ?? 1",
    "'a' -replace '(?=b)', 'c'",
]


@pytest.mark.parametrize("source", REFUSED)
def test_a_refusal_is_german_for_who_reads_german(source: str) -> None:
    record = error(source)
    assert record.explain is not None
    sentence = record.explain[1].get("substitute", "")
    assert sentence == "" or Text("de").has(substitute_id(str(sentence)))
    line = explained(Text("de"), record)
    assert line.startswith("hvlab lässt `") and "` weg" in line
    assert not sentence or str(sentence) not in line


def test_the_line_under_a_refusal_does_not_say_again_what_the_refusal_says() -> None:
    record = error("1 | Out-GridView")
    assert record.message.startswith("`Out-GridView` is not part of hvlab's PowerShell")
    assert record.message.endswith("shows the same") and explained(Text("en"), record) == ""
    assert explained(Text("de"), record).startswith("hvlab lässt `Out-GridView` weg; ")


def test_the_language_may_stand_before_the_command() -> None:
    for arguments in (["--lang", "de", "run", "-"], ["run", "--lang", "de", "-"]):
        done = CliRunner().invoke(cli, arguments, input="Get-VM nobody")
        assert done.exit_code == 1 and "Hier gibt es keine Maschine" in done.output, arguments
    done = CliRunner().invoke(cli, ["--lang", "fr", "run", "-"], input="1")
    assert done.exit_code == 2 and "hvlab speaks en and de" in done.output
