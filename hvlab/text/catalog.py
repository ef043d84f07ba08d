"""Loads the catalogues and renders a message.

The catalogues are read by the standard library's TOML parser and filled in by
`str.format`; that is all there is to it, so no localization library is needed.
"""

from __future__ import annotations

import functools
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
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


class _Catalogue:
    """The messages of one language. A file is parsed when something that may stand in it is asked for.

    `tui.quit` is looked for in tui.toml first, then in each file that has a `quit` at all: the screen's
    first words wait for no more of the catalogue than they need.
    """

    def __init__(self, folder: Path) -> None:
        self._unread = {path.stem: path for path in sorted(folder.glob("*.toml"))}
        self._sources: dict[str, str] = {}
        self._messages: dict[str, Any] = {}

    def find(self, message_id: str) -> Any:
        """The message of that id; None if there is none."""
        if message_id not in self._messages:
            first, _, rest = message_id.partition(".")
            last = rest.rpartition(".")[2]
            for name in sorted(self._unread, key=lambda name: name != first):
                if last in self._source(name):
                    self._read(name)
                    if message_id in self._messages:
                        break
            else:
                self._messages[message_id] = None
        return self._messages[message_id]

    def all(self) -> Mapping[str, Any]:
        """Every message by its id."""
        for name in list(self._unread):
            self._read(name)
        return {name: message for name, message in self._messages.items() if message is not None}

    def _source(self, name: str) -> str:
        if name not in self._sources:
            self._sources[name] = self._unread[name].read_text(encoding="utf-8")
        return self._sources[name]

    def _read(self, name: str) -> None:
        source = self._source(name)
        del self._unread[name], self._sources[name]
        self._messages.update(_flatten(tomllib.loads(source), ""))


@functools.cache
def _load(language: str) -> _Catalogue:
    return _Catalogue(paths.assets() / "locales" / language)


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
        self.speak(language)

    def speak(self, language: str) -> None:
        """Go on in this language, wherever this Text is used."""
        self.language = language
        self._messages = _load(language)

    def __call__(self, message_id: str, /, **values: object) -> str:
        """The sentence of that id with its values filled in; KeyError if there is none."""
        message = self._messages.find(message_id)
        if message is None:
            raise KeyError(message_id)
        if isinstance(message, dict):
            message = message["one" if values.get("count") == 1 else "other"]
        return str(message).format(**values)

    def decimal(self, value: float, places: int) -> str:
        """A number with so many decimal places, with the language's own mark before them."""
        written = f"{value:.{places}f}"
        return written.replace(".", ",") if self.language == "de" else written

    def has(self, message_id: str) -> bool:
        """Whether there is such a message."""
        return self._messages.find(message_id) is not None

    def ids(self) -> list[str]:
        """All message ids."""
        return sorted(self._messages.all())
