"""A lesson's Markdown to Lines: headings, paragraphs, lists, quotes, code, tables, rules.

One widget with drawn lines instead of a widget a paragraph: the first paint of a
lesson costs next to nothing, and scrolling repaints only what moves. `commands`
says which rows hold a command that one may click, the styles of runs which words the
glossary explains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hvlab.catalog import terms
from hvlab.tui.canvas import Line, fit, line, wrap

_INLINE = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\]]+\]\([^)]*\))")
_ITEM = re.compile(r"(\s*)([-*+]|\d+[.)])\s+(.*)")


@dataclass
class Page:
    """A page laid out for a width."""

    lines: list[Line] = field(default_factory=list)
    commands: dict[int, str] = field(default_factory=dict)
    """Row to the command written there."""

    def blank(self) -> None:
        """An empty row, but never two."""
        if self.lines and self.lines[-1]:
            self.lines.append(())


class Glossary:
    """Marks the words that the glossary explains, each where a page first uses it: its style ends in `:TERM`."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._met: set[str] = set()

    def runs(self, text: str, style: str) -> list[tuple[str, str]]:
        """A text in one style as runs, the words that were not met before marked."""
        found, at = [], 0
        for place in terms.places(text, self._language):
            if place.term not in self._met:
                self._met.add(place.term)
                found += [
                    (text[at : place.start], style),
                    (text[place.start : place.end], f"{style}:{place.term}"),
                ]
                at = place.end
        return [run for run in (*found, (text[at:], style)) if run[0]]


def term_of(style: str) -> str:
    """The word of the glossary that a run explains; empty for any other."""
    return style.partition(":")[2]


def spans(text: str, style: str = "", glossary: Glossary | None = None) -> list[tuple[str, str]]:
    """A paragraph's text with the styles of its inline marks, and the words of the glossary marked."""

    def words(said: str, shown: str) -> list[tuple[str, str]]:
        return glossary.runs(said, shown) if glossary is not None else [(said, shown)]

    found: list[tuple[str, str]] = []
    for part in _INLINE.split(text):
        if part.startswith("`"):
            found.append((part[1:-1], "code"))
        elif part.startswith("**"):
            found += words(part[2:-2], "bold")
        elif part.startswith("*") and len(part) > 2:
            found += words(part[1:-1], "italic")
        elif part.startswith("[") and "](" in part:
            found.append((part[1 : part.index("](")], "title"))
        elif part:
            found += words(part, style)
    return found


def flow(runs: list[tuple[str, str]], width: int, first: str = "", rest: str = "") -> list[Line]:
    """Break styled text at spaces; `first` and `rest` stand before the first row and the others."""
    words: list[list[tuple[str, str]]] = []
    glued = False
    for text, style in runs:
        pieces = re.split(r"(\s+)", text)
        for piece in pieces:
            if not piece:
                continue
            if piece.isspace():
                glued = False
            elif glued and words:
                words[-1].append((piece, style))
            else:
                words.append([(piece, style)])
                glued = True
    rows: list[Line] = []
    row: list[tuple[str, str]] = [(first, "dim")] if first else []
    used = len(first)
    fresh = True
    for word in words:
        size = sum(len(text) for text, _ in word)
        if not fresh and used + 1 + size > width:
            rows.append(_joined(row))
            row, used, fresh = ([(rest, "dim")] if rest else []), len(rest), True
        if not fresh:
            row.append((" ", word[0][1] if row[-1][1] == word[0][1] else ""))
            used += 1
        row += word
        used += size
        fresh = False
    rows.append(_joined(row))
    return rows


def _joined(row: list[tuple[str, str]]) -> Line:
    """Neighbouring runs of one style as one."""
    found: list[tuple[str, str]] = []
    for text, style in row:
        if found and found[-1][1] == style:
            found[-1] = (found[-1][0] + text, style)
        else:
            found.append((text, style))
    return tuple(found)


def lay_out(text: str, width: int, glossary: Glossary | None = None) -> Page:
    """Lay a page of Markdown out for a width; with a glossary its words are marked in paragraphs, quotes and lists."""
    page = Page()
    width = max(16, width)
    source = text.splitlines()
    paragraph: list[str] = []
    at = 0

    def close() -> None:
        if paragraph:
            page.lines += flow(spans(" ".join(paragraph), "", glossary), width)
            paragraph.clear()

    while at < len(source):
        raw = source[at]
        stripped = raw.strip()
        at += 1
        if stripped.startswith("```"):
            close()
            page.blank()
            is_command = stripped[3:].strip() in ("", "powershell", "ps1")
            while at < len(source) and not source[at].strip().startswith("```"):
                _code(page, source[at], width, is_command)
                at += 1
            at += 1
            page.blank()
        elif not stripped:
            close()
            page.blank()
        elif stripped.startswith("#"):
            close()
            page.blank()
            depth = len(stripped) - len(stripped.lstrip("#"))
            title = stripped.lstrip("# ")
            page.lines += flow([(title, "title" if depth < 3 else "bold")], width)
        elif set(stripped) <= {"-", "*", "_"} and len(stripped) >= 3:
            close()
            page.lines.append(line(("─" * width, "faint")))
        elif stripped.startswith(">"):
            close()
            quote = [stripped.lstrip("> ")]
            while at < len(source) and source[at].strip().startswith(">"):
                quote.append(source[at].strip().lstrip("> "))
                at += 1
            page.lines += flow(spans(" ".join(quote), "dim", glossary), width, "▎ ", "▎ ")
        elif stripped.startswith("|"):
            close()
            rows = [stripped]
            while at < len(source) and source[at].strip().startswith("|"):
                rows.append(source[at].strip())
                at += 1
            page.lines += _table(rows, width)
        elif (item := _ITEM.match(raw)) is not None:
            close()
            body = [item[3]]
            while at < len(source) and source[at].startswith("  ") and _ITEM.match(source[at]) is None:
                body.append(source[at].strip())
                at += 1
            mark = "• " if item[2] in "-*+" else f"{item[2]} "
            indent = " " * min(len(item[1]), 6)
            page.lines += flow(
                spans(" ".join(body), "", glossary), width, indent + mark, indent + " " * len(mark)
            )
        else:
            paragraph.append(stripped)
    close()
    while page.lines and not page.lines[-1]:
        page.lines.pop()
    return page


def _code(page: Page, text: str, width: int, is_command: bool) -> None:
    """A row of code; a long command goes on indented, and all its rows belong to it."""
    text = text.rstrip()
    room = width - 2
    rows = wrap(text, room - 2) if is_command and len(text) > room else [text]
    for number, row in enumerate(rows):
        if is_command and text:
            page.commands[len(page.lines)] = text
        words = ("  " if number else "") + row
        page.lines.append(line(("▏ ", "faint"), (fit(words, room), "code" if is_command else "")))


def _table(rows: list[str], width: int) -> list[Line]:
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    cells = [row for row in cells if not all(set(cell) <= {"-", ":"} for cell in row)]
    columns = max(len(row) for row in cells)
    cells = [row + [""] * (columns - len(row)) for row in cells]
    plain = [["".join(text for text, _ in spans(cell)) for cell in row] for row in cells]
    wide = [max(len(row[column]) for row in plain) for column in range(columns)]
    while sum(wide) + 2 * (columns - 1) > width and max(wide) > 4:
        wide[wide.index(max(wide))] -= 1
    found: list[Line] = []
    for number, row in enumerate(plain):
        style = "bold" if number == 0 else ""
        text = "  ".join(fit(cell, size).ljust(size) for cell, size in zip(row, wide, strict=True))
        found.append(line((text.rstrip(), style)))
    return found
