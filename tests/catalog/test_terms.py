"""Words of the glossary are found in running text, in the forms that each language gives them."""

from __future__ import annotations

import pytest

from hvlab.catalog import manual, terms


def found(text: str, language: str) -> list[tuple[str, str]]:
    return [(text[place.start : place.end], place.term) for place in terms.places(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two ring buffers, one VMBus.", [("ring buffers", "ring-buffer"), ("VMBus", "vmbus")]),
        (
            "Hypercalls\nof the root\npartition",
            [("Hypercalls", "hypercall"), ("root\npartition", "root-partition")],
        ),
        ("a step, its cause, a port", []),
        ("the VSCs, not VSCode nor Get-VSC", [("VSCs", "vsc")]),
        ("C:\\root\\exit.vhd", []),
        ("virtual machine monitor", [("virtual machine monitor", "vmm")]),
    ],
)
def test_english(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("der virtuellen Maschinen", [("virtuellen Maschinen", "virtual-machine")]),
        ("eines virtuellen Prozessors", [("virtuellen Prozessors", "virtual-processor")]),
        ("zwei Kanäle des VMBus", [("Kanäle", "channel"), ("VMBus", "vmbus")]),
        ("in Root-Partitionen", [("Root-Partitionen", "root-partition")]),
        ("Ihr Heartbeat, ihr Takt", [("Heartbeat", "heartbeat"), ("Takt", "heartbeat")]),
        ("Virtuelle Festplatte fester Größe", [("Virtuelle Festplatte", "vhd")]),
        ("Ringe, aber kein ringen", [("Ringe", "ring-buffer")]),
        ("der Taktik nach ein Kanaldeckel", []),
    ],
)  # fmt: skip
def test_german(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, "de") == expected


@pytest.mark.parametrize("language", manual.LANGUAGES)
def test_every_term_is_found_by_its_own_name(language: str) -> None:
    column = manual.LANGUAGES.index(language)
    for key, term in manual.glossary().items():
        names = [(term.names[column], key)]
        assert found(f"So, {term.names[column]}.", language) == ([] if term.everyday else names), key
