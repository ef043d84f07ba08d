"""A lesson's Markdown as lines that can be read aloud: no drawing, nothing that only position tells."""

from __future__ import annotations

import re

from hvlab.text import Text

_MARKS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\([^)]*\)")
_ITEM = re.compile(r"\s*(?:[-*+]|(\d+)[.)])\s+(.*)")
_DRAWN = re.compile("[\u2500-\u259f]+")
"""Lines, boxes and blocks."""
_EDGE = re.compile(r"\+[-=]{3,}|[-=]{3,}\+|[-=]{3,}>|<[-=]{3,}")
"""A corner of a box or an arrow, drawn with ordinary characters."""
_INSTEAD = re.compile(r'\balt="([^"]*)"')
"""The sentence that an author gives for a picture: ```text alt="..."."""


def is_picture(lines: list[str]) -> bool:
    """Whether a block is drawn rather than written: lines or corners in at least two of its rows."""
    edges = sum(1 for line in lines if _DRAWN.search(line) or _EDGE.search(line))
    return edges >= 2


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
    block: list[str] = []

    def close() -> None:
        if paragraph:
            lines.append(spoken(" ".join(paragraph)))
            paragraph.clear()

    for raw in source.splitlines():
        stripped = raw.strip()
        if stripped.startswith("```"):
            close()
            if code is None:
                code = stripped[3:].strip()
            else:
                lines += _read_block(code, block, text)
                code, block = None, []
        elif code is not None:
            block.append(raw)
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


def _read_block(info: str, block: list[str], text: Text) -> list[str]:
    """A block of code: commands, or what a computer wrote, or in place of a picture a sentence."""
    instead = _INSTEAD.search(info)
    if instead is not None:
        return [spoken(instead[1])]
    if is_picture(block):
        return [text("repl.picture")]
    said = [" ".join(_DRAWN.sub(" ", raw).split()) if _DRAWN.search(raw) else raw.rstrip() for raw in block]
    is_command = info in ("", "powershell", "ps1")
    return [text("repl.command", command=line) if is_command else line for line in said if line.strip()]
