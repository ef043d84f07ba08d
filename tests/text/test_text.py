"""Sentences: both languages say the same things with the same values."""

from __future__ import annotations

from string import Formatter

import pytest

from hvlab.text import LANGUAGES, Text, UnknownLanguage, pick_language


def placeholders(message: object) -> set[str]:
    forms = message.values() if isinstance(message, dict) else [message]
    return {name for form in forms for _, name, _, _ in Formatter().parse(str(form)) if name is not None}


def test_both_languages_have_the_same_messages_and_values() -> None:
    english, german = (Text(language)._messages for language in LANGUAGES)
    assert sorted(english) == sorted(german)
    assert english
    for name in english:
        assert placeholders(english[name]) == placeholders(german[name]), name


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
