"""Help keeps what it says: each cmdlet has a page, each example runs, each link leads somewhere, in both languages."""

from __future__ import annotations

import pytest

from hvlab.catalog import manual
from hvlab.console.formatting import FormatData
from hvlab.console.host import RecordingHost
from hvlab.session.session import Session
from hvlab.text import LANGUAGES

PAGES = manual.pages()


@pytest.fixture(scope="module")
def fresh() -> Session:
    return Session()


def test_every_cmdlet_has_a_page(fresh: Session) -> None:
    assert [cmdlet.name for cmdlet in fresh.table if cmdlet.name not in PAGES] == []
    assert [name for name in PAGES if fresh.table.find(name) is None] == []


def test_every_cmdlet_has_a_synopsis(fresh: Session) -> None:
    for language in LANGUAGES:
        texts = Session(language=language).text
        assert [c.name for c in fresh.table if not texts.has(c.summary_id or f"help.{c.name}")] == [], (
            language
        )


def test_every_parameter_has_a_sentence_and_none_is_left_over(fresh: Session) -> None:
    shown = {(c.name, p.name) for c in fresh.table for p in c.parameters if not p.hidden}
    assert sorted(pair for pair in shown if manual.parameter_sentence(*pair) is None) == []
    names = {name for _, name in shown}
    assert [p for p in manual.own_sentences() if p not in shown and (p[0] or p[1] not in names)] == []


def test_each_page_has_two_examples_in_two_languages() -> None:
    for name, page in PAGES.items():
        assert len(page.examples) >= 2, name
        for _, english, german in page.examples:
            assert english and german and english != german, name
        assert all(page.examples), name


@pytest.mark.parametrize("setup", sorted(manual.manual().setups))
def test_each_example_runs_in_the_state_that_the_page_names(setup: str) -> None:
    used = [(name, page) for name, page in PAGES.items() if page.setup == setup]
    assert used, "no page uses this state"
    failed = []
    for name, page in used:
        for code, _, _ in page.examples:
            assert name.lower() in code.lower(), f"an example of {name} does not show it: {code}"
            session = prepared(setup)
            outcome = session.run(code)
            if not outcome.ok:
                failed.append((code, [record.message for record in outcome.errors]))
    assert failed == []


def prepared(setup: str) -> Session:
    data = manual.manual()
    session = Session(scenario=data.scenarios.get(setup, "one-host"), exports=False)
    outcome = session.run(data.setups[setup])
    assert outcome.ok, outcome.errors
    return session


def test_every_link_to_a_cmdlet_leads_somewhere() -> None:
    linked = {link for page in PAGES.values() for link in page.see}
    assert [link for link in sorted(linked) if "-" in link and link[0].isupper() and link not in PAGES] == []


def shown(command: str, language: str) -> str:
    host = RecordingHost()
    assert Session(host=host, language=language).run(command).ok
    (page,) = host.objects
    assert isinstance(page, FormatData)
    return "\n".join(page.lines)


def test_a_page_shows_sentences_examples_and_links() -> None:
    page = shown("Get-Help New-VMSwitch -Full", "en")
    for part in (
        "who takes part beside",
        "Windows Server 2008 had no",
        "    PS> New-VMSwitch Inside",
        "Get-Help about_N",
    ):
        assert part in page, part
    page = shown("Get-Help New-VMSwitch -Examples", "de")
    assert "Windows Server 2008 hatte keine" in page and "Gäste, Host und das physische Netz." in page
    assert "Gibt die Namen" not in page
    assert "Gibt nur die Namen" in shown("Get-Help Get-ChildItem -Parameter Name", "de")


def test_a_word_of_the_glossary_is_explained_in_any_spelling() -> None:
    assert "HYPERCALL" in shown("Get-Help hyperCall", "en")
    assert "HERUNTERFAHRDIENST" in shown("Get-Help shutdown-service", "de")
    assert shown("Get-Help Herunterfahrdienst", "en") == shown("Get-Help shutdown-service", "en")
