"""Text with named styles: what every pane is made of before it becomes colours.

A Line is a row of (text, style name) runs. The modules that decide what is
shown (picture, story, decoding, lesson) produce Lines and know no terminal; a
Palette turns the names into colours. A Canvas is a grid one draws boxes and
rails on, and reads back as Lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Line = tuple[tuple[str, str], ...]
"""Runs of (text, style name); the empty style name is plain text."""

ROUND = "╭╮╰╯─│"
DASHED = "┌┐└┘╌┆"


def plain(line: Line) -> str:
    """A Line's text without its styles."""
    return "".join(text for text, _ in line)


def line(*runs: tuple[str, str]) -> Line:
    """A Line of these runs, empty ones left out."""
    return tuple(run for run in runs if run[0])


def fit(text: str, width: int) -> str:
    """The text cut to a width; an ellipsis says that something is missing."""
    if len(text) <= width:
        return text
    return text[: max(0, width - 1)] + "…" if width > 0 else ""


def squeeze(text: str, width: int) -> str:
    """The text cut to a width in its middle, for names that differ in their last letters."""
    if len(text) <= width or width < 8:
        return fit(text, width)
    tail = min(12, (width - 1) // 3)
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"


def beside(left: Line, right: Line, place: int) -> Line:
    """Two rows as one, the right one beginning at a column."""
    return line(*left, (" " * max(1, place - len(plain(left))), ""), *right) if right else left


def in_columns(cells: Sequence[Line], width: int, gap: int = 3) -> list[Line]:
    """Short pieces in as many even columns as a width has room for, read row by row."""
    widest = max((len(plain(cell)) for cell in cells), default=0)
    count = max(1, (width + gap) // (widest + gap))
    rows: list[Line] = []
    for start in range(0, len(cells), count):
        row = cells[start]
        for place, cell in enumerate(cells[start + 1 : start + count], 1):
            row = beside(row, cell, place * (widest + gap))
        rows.append(row)
    return rows


def wrap(text: str, width: int) -> list[str]:
    """Break a paragraph at spaces; a word longer than the width is cut, a path behind a folder's name."""
    width = max(1, width)
    rows: list[str] = []
    row = ""
    for word in text.split():
        while len(word) > width:
            start = f"{row} " if row else ""
            cut = word.rfind("\\", 0, max(0, width - len(start))) + 1
            if row and not cut:
                rows.append(row)
                row = ""
                continue
            cut = cut or width
            rows.append(start + word[:cut])
            row, word = "", word[cut:]
        if row and len(row) + 1 + len(word) > width:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}" if row else word
    if row or not rows:
        rows.append(row)
    return rows


def break_line(text: str, style: str, width: int) -> list[Line]:
    """A logical line in rows of a width: broken at spaces, and inside a word only where it is wider than a row."""
    text = text.expandtabs(8)
    rows: list[Line] = []
    while len(text) > width:
        end = text.rfind(" ", 0, width + 1)
        if not text[: max(0, end)].strip():  # nothing but an indent stands before it
            end = width
        rows.append(line((text[:end].rstrip(" "), style)))
        text = text[end:].lstrip(" ")
    if text or not rows:
        rows.append(line((text, style)))
    return rows


class Canvas:
    """A grid of characters with a style name each. What falls outside is not drawn."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._chars = [[" "] * width for _ in range(height)]
        self._styles = [[""] * width for _ in range(height)]

    def copy(self) -> Canvas:
        """A canvas with the same content, to draw moving things on."""
        twin = Canvas.__new__(Canvas)
        twin.width, twin.height = self.width, self.height
        twin._chars = [row[:] for row in self._chars]
        twin._styles = [row[:] for row in self._styles]
        return twin

    def put(self, x: int, y: int, text: str, style: str = "", width: int | None = None) -> None:
        """Write text at a place, cut to `width` cells if that is given."""
        if not 0 <= y < self.height:
            return
        if width is not None:
            text = fit(text, width)
        chars, styles = self._chars[y], self._styles[y]
        for offset, char in enumerate(text):
            if 0 <= x + offset < self.width:
                chars[x + offset] = char
                styles[x + offset] = style

    def tint(self, x: int, y: int, style: str, width: int = 1) -> None:
        """Change the style of cells and leave their characters."""
        if 0 <= y < self.height:
            for column in range(max(0, x), min(self.width, x + width)):
                self._styles[y][column] = style

    def at(self, x: int, y: int) -> str:
        """The character at a place."""
        return self._chars[y][x] if 0 <= y < self.height and 0 <= x < self.width else " "

    def style_at(self, x: int, y: int) -> str:
        """The style name at a place."""
        return self._styles[y][x] if 0 <= y < self.height and 0 <= x < self.width else ""

    def box(self, x: int, y: int, width: int, height: int, style: str, marks: str = ROUND) -> None:
        """A frame; its inside is left as it is."""
        if width < 2 or height < 2:
            return
        self.put(x, y, marks[0] + marks[4] * (width - 2) + marks[1], style)
        self.put(x, y + height - 1, marks[2] + marks[4] * (width - 2) + marks[3], style)
        for row in range(y + 1, y + height - 1):
            self.put(x, row, marks[5], style)
            self.put(x + width - 1, row, marks[5], style)

    def runs(self, x: int, y: int, parts: Iterable[tuple[str, str]], limit: int) -> int:
        """Write several runs one after the other, `limit` cells at most; returns where they end."""
        end = x + limit
        for text, style in parts:
            if x >= end:
                break
            text = fit(text, end - x)
            self.put(x, y, text, style)
            x += len(text)
        return x

    def lines(self) -> list[Line]:
        """The rows as Lines, neighbours of one style joined."""
        rows: list[Line] = []
        for chars, styles in zip(self._chars, self._styles, strict=True):
            runs: list[tuple[str, str]] = []
            start = 0
            for place in range(1, self.width + 1):
                if place == self.width or styles[place] != styles[start]:
                    runs.append(("".join(chars[start:place]), styles[start]))
                    start = place
            rows.append(tuple(runs))
        return rows
