"""Reads the corpus (tests/console/corpus/README.md says how it is written)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"


@dataclass
class Snippet:
    """Everyday lines, and what Windows PowerShell makes of them or what hvlab refuses of them."""

    name: str
    setting: str
    lines: list[str] = field(default_factory=list)
    prints: list[str] = field(default_factory=list)
    error: str | None = None
    refused: str | None = None
    substitute: list[str] = field(default_factory=list)


@cache
def snippets() -> tuple[Snippet, ...]:
    """All of them, in the order of the files."""
    found: list[Snippet] = []
    for path in sorted(FOLDER.glob("*.ps1")):
        setting = "empty"
        for line in path.read_text(encoding="utf-8").splitlines():
            marker, rest = line[:3], line[3:]
            if line.startswith("#setting "):
                setting = line.split()[1]
            elif marker == "#: ":
                found.append(Snippet(f"{path.stem}: {rest}", setting))
            elif marker == "#> ":
                found[-1].prints.append(rest)
            elif marker == "#x ":
                found[-1].error = rest
            elif marker == "#! ":
                found[-1].refused = rest
            elif marker == "#= ":
                found[-1].substitute.append(rest)
            else:
                found[-1].lines.append(line)
    return tuple(found)


@cache
def setting(name: str) -> str:
    """The script that makes a setting."""
    return (FOLDER / "settings" / f"{name}.ps1").read_text(encoding="utf-8")
