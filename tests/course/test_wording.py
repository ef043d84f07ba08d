"""The glossary and the pages: what is used, what one language lacks, what is stressed and unknown."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from hvlab.catalog import manual, terms
from hvlab.cli import cli
from hvlab.course import library, wording


def test_a_word_that_pages_use_in_one_language_they_use_in_the_other() -> None:
    assert wording.problems(library.course_lessons()) == []


def test_a_form_that_is_not_known_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = terms.places

    def without(text: str, language: str) -> tuple[terms.Place, ...]:
        return tuple(p for p in known(text, language) if (language, p.term) != ("de", "heartbeat"))

    monkeypatch.setattr(terms, "places", without)
    (problem,) = wording.problems(library.course_lessons())
    assert "'heartbeat'" in problem and "none in 'de'" in problem


def test_what_is_typed_and_headings_use_no_word() -> None:
    assert wording.prose(
        "## A partition\n\nSee `hypervisor`:\n\n```powershell\nGet-Help vmbus\n```\nroot"
    ).split() == [
        "See",
        ":",
        "root",
    ]


def test_the_author_s_table_tells_of_use_and_of_none() -> None:
    done = CliRunner().invoke(cli, ["lesson", "glossary"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert any(line.startswith("hypervisor ") and "first-child-partition and" in line for line in lines)
    (none,) = [line for line in lines if line.startswith("on no page: ")]
    listed = {line.split()[0] for line in lines if not line.startswith(("on no", "not linked", "in bold"))}
    silent = set(none.removeprefix("on no page: ").split(", "))
    everyday = {key for key, term in manual.glossary().items() if term.everyday}
    assert listed | silent | everyday == set(manual.glossary()) and not listed & silent
    assert any("not in the glossary: absent" in line for line in lines)


@pytest.mark.parametrize(("language", "title"), [("en", "# Glossary"), ("de", "# Glossar")])
def test_a_lesson_s_text_ends_with_its_glossary(language: str, title: str) -> None:
    done = CliRunner().invoke(cli, ["lesson", "text", "first-child-partition", "--lang", language])
    head, _, words = done.output.partition(f"\n{title}\n")
    assert done.exit_code == 0 and head and "- **VMBus**: " in words
