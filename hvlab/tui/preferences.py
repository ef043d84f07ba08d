"""What a learner has arranged on the screen: kept in a file of their own, never part of a session.

`screen.json` holds the panes' sizes and which are closed, keys that were bound anew, the
colours, and whether the picture moves. What it says that nobody can use is left out and told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

SIZES = ("lesson", "picture", "console", "inspector")
"""Panes whose size can be set: columns of the lesson and the inspector, rows of the others."""
CLOSABLE = ("lesson", "picture", "events")


@dataclass
class Preferences:
    """`file`: where they are kept; None: nowhere."""

    file: Path | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    """An action's id, and the key that was bound to it anew, as Textual names it."""
    language: str = ""
    """The language chosen on the screen; empty: none was chosen yet."""
    theme: str = ""
    still: bool = False
    toured: bool = False
    """Whether the tour was taken, so that the bar need not offer it any more."""
    seen_offer: bool = True
    """Whether the lab has stood still at a first offer; False in a learner's own file until it has."""
    trouble: str = ""
    """Why the file could not be used, in one sentence; empty if it could."""

    def save(self) -> None:
        """Write them, all at once: a killed process leaves the old file or the new one."""
        if self.file is None:
            return
        held = {
            "sizes": dict(sorted(self.sizes.items())),
            "closed": sorted(self.closed),
            "keys": dict(sorted(self.keys.items())),
            "language": self.language,
            "theme": self.theme,
            "still": self.still,
            "toured": self.toured,
            "seen_offer": self.seen_offer,
        }
        fresh = self.file.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
            fresh.replace(self.file)
        except OSError:
            return  # a folder that cannot be written to must not end the lesson


def of_user() -> Preferences:
    """Those of whoever sits here; the usual ones, kept nowhere, where no folder can be had."""
    from hvlab import paths

    try:
        file = paths.user_data() / "screen.json"
    except OSError:
        return Preferences()
    found = load(file)
    if not file.exists():
        found.seen_offer = False
    return found


def load(file: Path) -> Preferences:
    """Those in a file; the usual ones where it says nothing, or nothing that can be used."""
    found = Preferences(file)
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return found
    except (OSError, ValueError) as error:
        found.trouble = f"{file}: {error}"
        return found
    if not isinstance(held, dict):
        found.trouble = f"{file}: an object {{…}} is wanted"
        return found
    sizes, closed, keys = (held.get(name) for name in ("sizes", "closed", "keys"))
    if isinstance(sizes, dict):
        found.sizes = {name: size for name, size in sizes.items() if name in SIZES and type(size) is int}
    if isinstance(closed, list):
        found.closed = {name for name in closed if name in CLOSABLE}
    if isinstance(keys, dict):
        found.keys = {str(name): key for name, key in keys.items() if isinstance(key, str) and key}
    found.language = str(held.get("language") or "")
    found.theme = str(held.get("theme") or "")
    found.still = held.get("still") is True
    found.seen_offer = held.get("seen_offer") is True
    found.toured = held.get("toured") is True
    return found
