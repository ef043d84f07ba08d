"""Sentences: both languages say the same things with the same values."""

from __future__ import annotations

import tomllib
from string import Formatter

import pytest

from hvlab import paths
from hvlab.text import LANGUAGES, Text, UnknownLanguage, pick_language
from hvlab.text.catalog import _Catalogue, _flatten


def placeholders(message: object) -> set[str]:
    forms = message.values() if isinstance(message, dict) else [message]
    return {name for form in forms for _, name, _, _ in Formatter().parse(str(form)) if name is not None}


def test_both_languages_have_the_same_messages_and_values() -> None:
    english, german = (Text(language)._messages.all() for language in LANGUAGES)
    assert sorted(english) == sorted(german)
    assert english
    for name in english:
        assert placeholders(english[name]) == placeholders(german[name]), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_stands_in_two_files(language: str) -> None:
    homes: dict[str, str] = {}
    for path in sorted((paths.assets() / "locales" / language).glob("*.toml")):
        for name, _ in _flatten(tomllib.loads(path.read_text(encoding="utf-8")), ""):
            assert name not in homes, f"{name} stands in {homes[name]} and in {path.name}"
            homes[name] = path.name


def test_a_message_is_found_whichever_file_it_stands_in_and_whatever_was_asked_for_before() -> None:
    every = _Catalogue(paths.assets() / "locales" / "en").all()
    for name in sorted(every, reverse=True)[::40]:
        assert _Catalogue(paths.assets() / "locales" / "en").find(name) == every[name]
    asked = _Catalogue(paths.assets() / "locales" / "en")
    assert asked.find("tui.no.such") is None
    assert {name: asked.find(name) for name in every} == every
    assert asked.find("tui.no.such") is None
    assert asked.all() == every


def test_every_command_of_the_simulation_has_a_line_of_help() -> None:
    from hvlab.console.simulation import simulation_cmdlets

    text = Text("de")
    assert all(text.has(f"help.{cmdlet.name}") for cmdlet in simulation_cmdlets())


def test_the_language_is_asked_for_then_set_then_saved_then_the_systems(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HVLAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert pick_language(None) == "en"
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert pick_language(None) == "de"
    assert pick_language(None, saved="en") == "en"
    monkeypatch.setenv("HVLAB_LANG", "de")
    assert pick_language(None, saved="en") == "de"
    assert pick_language("en") == "en"
    with pytest.raises(UnknownLanguage):
        pick_language("fr")
