"""Help keeps what it says: each cmdlet has a page, each example runs, each link leads somewhere, in both languages."""

from __future__ import annotations

import pytest

from hvlab import paths
from hvlab.catalog import manual
from hvlab.console.formatting import Formatter
from hvlab.console.help import CatalogHelp
from hvlab.console.host import RecordingHost
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text

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
    session = Session(
        scenario=data.scenarios.get(setup, "one-host"),
        platform=data.platforms.get(setup, "ws2008"),
        exports=False,
    )
    outcome = session.run(data.setups[setup])
    assert outcome.ok, outcome.errors
    return session


def test_every_link_leads_somewhere_and_every_term_is_used() -> None:
    terms = manual.glossary()
    linked = [link for page in PAGES.values() for link in page.see]
    linked += [link for term in terms.values() for link in term.see]
    for language in LANGUAGES:
        texts = CatalogHelp(Text(language))
        assert sorted({link for link in linked if not leads(texts, link)}) == [], language
    assert [key for key in terms if key not in linked and not leads_to_others(key)] == []


def leads(texts: CatalogHelp, link: str) -> bool:
    return link in PAGES or link in manual.glossary() or bool(texts.article(link))


def leads_to_others(key: str) -> bool:
    """A term that nothing links to is of use still if it leads to a topic or a cmdlet itself."""
    return any(link in PAGES or link.startswith("about_") for link in manual.glossary()[key].see)


def test_the_glossary_has_its_terms_in_both_languages() -> None:
    terms = manual.glossary()
    assert len(terms) >= 80
    for key, term in terms.items():
        assert all(term.names) and all(term.text) and term.source and term.see, key
        assert term.text[0] != term.text[1], key
    for wanted in ("VSP", "avhd", "POSE", "GPADL", "Kernelmodus", "relid"):
        assert manual.term_id(wanted), wanted


TOPICS = sorted(path.stem for path in (paths.assets() / "help" / "en").glob("about_*.txt"))
SCENARIOS = {
    "about_Clusters": "two-nodes",
    "about_Consolidation": "consolidation",
    "about_Moving": "machine-room",
    "about_Old_Disks": "two-products",
    "about_Recovery": "two-sites",
    "about_TestLab": "test-lab",
}
"""Topics whose examples need another lab; their text says so."""
HEADING = {"en": "TRY", "de": "ZUM AUSPROBIEREN"}


def tries(topic: str, language: str) -> list[str]:
    text = (paths.assets() / "help" / language / f"{topic}.txt").read_text(encoding="utf-8")
    lines = text.splitlines()
    if HEADING[language] not in lines:
        return []
    found = []
    begun = lines.index(HEADING[language])
    first = next(number for number in range(begun, len(lines)) if lines[number].startswith("  "))
    for line in lines[first:]:
        if not line.startswith("  "):
            break
        found.append(line.strip())
    return found


@pytest.mark.parametrize("topic", TOPICS)
def test_what_a_topic_proposes_runs_line_by_line(topic: str) -> None:
    lines = tries(topic, "en")
    assert tries(topic, "de") == lines
    session = Session(scenario=SCENARIOS.get(topic, "one-host"), exports=False)
    for line in lines:
        outcome = session.run(line)
        assert outcome.ok or "-ErrorAction SilentlyContinue" in line, (line, outcome.errors)


def test_the_topics_of_the_field_are_there_and_short() -> None:
    asked = [
        "VMBus",
        "Partitions",
        "Hypercalls",
        "SynIC",
        "VSP_VSC",
        "Emulated_Devices",
        "Disks",
        "Snapshots",
        "Scheduler",
        "Time_Travel",
    ]
    for name in [*asked, "Checks", "Lessons", "Platforms", "Faults", "VMM_Types", "Language"]:
        assert len(tries(f"about_{name}", "en")) >= 3, name
        for language in LANGUAGES:
            path = paths.assets() / "help" / language / f"about_{name}.txt"
            prose = path.read_text(encoding="utf-8").partition(HEADING[language])[0]
            assert 60 <= len(prose.split()) <= 300, (name, language)
            assert max(map(len, prose.splitlines())) <= 80


def shown(command: str, language: str) -> str:
    host = RecordingHost()
    assert Session(host=host, language=language).run(command).ok
    (page,) = host.objects
    return "\n".join(Formatter().feed(page))


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


def test_the_glossary_and_the_topics_can_be_listed() -> None:
    host = RecordingHost()
    assert Session(host=host, language="de").run("Get-Help glossary | ForEach-Object Synopsis").ok
    assert "Ringpuffer" in host.objects and len(host.objects) == len(manual.glossary())
    host = RecordingHost()
    assert Session(host=host, language="de").run("Get-Help about_* | ForEach-Object Synopsis").ok
    assert "FESTPLATTEN" in host.objects
