"""Loads the catalogues and renders a message.

The catalogues are read by the standard library's TOML parser and filled in by
`str.format`; that is all there is to it, so no localization library is needed.
"""

from __future__ import annotations

import functools
import os
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from hvlab import paths

LANGUAGES = ("en", "de")


class UnknownLanguage(Exception):
    """A language that the course does not speak."""

    def __init__(self, name: str) -> None:
        super().__init__(f"hvlab speaks {' and '.join(LANGUAGES)}, not {name!r}")


def pick_language(asked: str | None, saved: str | None = None) -> str:
    """The language to speak: asked for, from HVLAB_LANG, saved, or the system's. Raises UnknownLanguage."""
    if asked is not None:
        if asked not in LANGUAGES:
            raise UnknownLanguage(asked)
        return asked
    system = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    for candidate in (os.environ.get("HVLAB_LANG"), saved, system):
        if candidate and candidate[:2].lower() in LANGUAGES:
            return candidate[:2].lower()
    return "en"


@functools.cache
def _load(language: str) -> Mapping[str, Any]:
    messages: dict[str, Any] = {}
    for path in sorted((paths.assets() / "locales" / language).glob("*.toml")):
        messages.update(_flatten(tomllib.loads(path.read_text(encoding="utf-8")), ""))
    return messages


def _flatten(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and not ("other" in value and "one" in value):
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value


class Text:
    """Renders messages in one language: `text("tui.pause")`, `text("grade.points", count=3)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._messages = _load(language)

    def __call__(self, message_id: str, /, **values: object) -> str:
        """The sentence of that id with its values filled in; KeyError if there is none."""
        message = self._messages[message_id]
        if isinstance(message, dict):
            message = message["one" if values.get("count") == 1 else "other"]
        return str(message).format(**values)

    def has(self, message_id: str) -> bool:
        """Whether there is such a message."""
        return message_id in self._messages

    def ids(self) -> list[str]:
        """All message ids."""
        return sorted(self._messages)
