"""German as it is written: its own quotation marks, one word for one idea, no English words of the trace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hvlab import paths
from hvlab.kernel.trace import KINDS
from hvlab.session.sentences import say
from hvlab.session.session import Session
from hvlab.text import Text
from hvlab.tui.canvas import plain
from hvlab.tui.inspection import meaning

PAGES = sorted([*paths.lessons().glob("*/*/de.md"), *paths.lessons().glob("*/*/notes.de.md")])
TEXTS = sorted(
    [
        *(paths.assets() / "help" / "de").glob("*.txt"),
        *(paths.assets() / "locales" / "de").glob("*.toml"),
        *PAGES,
    ]
)
ONE_WORD = {
    "Arbeitsprozess": r"[Ww]orker-?[Pp]rozess",
    "Host": r"\bWirts?\b",
    "Root-Partition": r"Elternpartition|Stammpartition|Wurzelpartition",
    "Child-Partition": r"Kind-?[Pp]artition",
    "Snapshot": r"Schnappschuss|Momentaufnahme",
}
"""The word that is used, and others for the same idea."""


def prose(page: Path) -> str:
    """A page without its commands and drawings."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`]*`", "", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_german_pages_use_german_quotation_marks_in_pairs(page: Path) -> None:
    text = prose(page)
    assert '"' not in text
    assert text.count("„") == text.count("“")


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_one_idea_has_one_word(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if file.name == "keys.toml":  # other words by which an action is found
        text = text.partition("[tui.find]")[0]
    for word, others in ONE_WORD.items():
        assert not re.search(others, text), f"it is called {word}"


def test_events_are_told_without_english_words() -> None:
    session = Session()
    session.run("New-VM web01; Start-VM web01; Stop-VM web01 -TurnOff")
    session.run("New-VMSwitch Inside -SwitchType Internal")
    said = {
        say(event, Text("de")) for event in session.world.trace if event.kind in ("partition", "net.change")
    }
    assert "Partition 2 ist aktiv" in said and "Partition 2 ist gelöscht" in said
    assert any("Switch angelegt" in sentence for sentence in said)


def test_fields_of_events_are_named_and_filled_in_german() -> None:
    session = Session()
    session.run(
        r"New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd; New-VMSwitch Inside -SwitchType Internal"
    )
    session.run("Start-VM web01; Wait-Lab web01; Start-LabWorkload web01 -Operation Write -Count 1")
    session.run(
        "Invoke-LabInstruction web01 'MOV CR3, EAX' -User; Add-LabFault RootCrash; New-Item D:\\x -ItemType Directory"
    )
    text, trace = Text("de"), session.world.trace
    rows = {plain(row) for event in trace for row in meaning(trace, event, text, 60)}
    assert any(row.startswith("Vorgang") and row.endswith(" Beginn") for row in rows)
    assert any(row.startswith("Näheres") and row.endswith(" #GP: nur auf Ebene 0") for row in rows)
    assert any(row.startswith("Richtung") and row.endswith(" vom Gast zum Root") for row in rows)
    said = [say(event, text) for event in trace]
    assert not [sentence for sentence in said if "(RootCrash, )" in sentence], "nothing stands in brackets"
    for name in {name for kind in KINDS.values() for name in kind.fields}:
        assert text.has(f"tui.field.{name}"), name
