"""A lesson's Markdown as lines that can be read aloud: no drawing, nothing that only position tells."""

from __future__ import annotations

import re

from hvlab.text import Text

_MARKS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\([^)]*\)")
_ITEM = re.compile(r"\s*(?:[-*+]|(\d+)[.)])\s+(.*)")
_DRAWN = re.compile("[\u2500-\u259f]+")
"""Lines, boxes and blocks."""


def spoken(text: str) -> str:
    """A sentence without marks and without drawing."""
    plain = _MARKS.sub(lambda found: next(part for part in found.groups() if part is not None), text)
    return " ".join(_DRAWN.sub(" ", plain).split())


def read_page(source: str, text: Text) -> list[str]:
    """One line a heading, a paragraph, an item, a command or a row of a table."""
    lines: list[str] = []
    paragraph: list[str] = []
    header: list[str] = []
    code: str | None = None

    def close() -> None:
        if paragraph:
            lines.append(spoken(" ".join(paragraph)))
            paragraph.clear()

    for raw in source.splitlines():
        stripped = raw.strip()
        if stripped.startswith("```"):
            close()
            code = None if code is not None else stripped[3:].strip()
        elif code is not None:
            said = " ".join(_DRAWN.sub(" ", raw).split()) if _DRAWN.search(raw) else raw.rstrip()
            if said.strip():
                is_command = code in ("", "powershell", "ps1")
                lines.append(text("repl.command", command=said) if is_command else said)
        elif stripped.startswith("|"):
            close()
            cells = [spoken(cell) for cell in stripped.strip("|").split("|")]
            if not header:
                header = cells
            elif set(stripped) - set("|-: "):
                lines.append("; ".join(f"{name}: {cell}" for name, cell in zip(header, cells, strict=False)))
        else:
            header = []
            item = _ITEM.match(raw)
            if not stripped or (set(stripped) <= {"-", "*", "_"} and len(stripped) >= 3):
                close()
            elif stripped.startswith("#"):
                close()
                lines.append(text("repl.heading", title=spoken(stripped.lstrip("# "))))
            elif item is not None:
                close()
                paragraph.append(f"{item[1] + '.' if item[1] else '-'} {item[2]}")
            else:
                paragraph.append(stripped.lstrip("> ") if stripped.startswith(">") else stripped)
    close()
    return lines
