"""Where in an unfinished text the cursor stands: which command, which words before it, what was begun.

A small forward scan that understands brackets, quotes and comments and forgives everything else; the parser
is no help here, because what is being typed is not a program yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from hvlab.console.scanner import DASHES, DOUBLE, SINGLE


class Word(NamedTuple):
    """A finished word of the present command; a comma is a word of its own."""

    text: str
    quoted: bool

    @property
    def is_parameter(self) -> bool:
        return not self.quoted and len(self.text) > 1 and self.text[0] in DASHES and self.text[1].isalpha()


@dataclass(slots=True)
class Context:
    """The words of the command before the cursor, and the unfinished one, which begins at ``start``.

    ``quote`` is the quotation mark the unfinished word was begun with; ``partial`` is without it.
    """

    words: list[Word]
    partial: str
    start: int
    quote: str = ""

    @property
    def is_expression(self) -> bool:
        """Whether the statement began as an expression, where words are operators."""
        first = self.words[0] if self.words else None
        return first is not None and (first.quoted or first.text[:1] in "$([{0123456789+-!@" + DASHES)


@dataclass(slots=True)
class _Level:
    """One bracket's inside."""

    closing: str
    words: list[Word] = field(default_factory=list)
    hash: bool = False


def _finish(level: _Level, text: str, start: int, end: int, quoted: bool) -> None:
    if end > start:
        level.words.append(Word(text[start:end], quoted))


def context_at(text: str) -> Context | None:
    """The context at the end of ``text``; None inside a comment."""
    levels = [_Level("")]
    at, size = 0, len(text)
    start = 0  # of the word being read
    quoted = False
    while at < size:
        level = levels[-1]
        char = text[at]
        if char in SINGLE or char in DOUBLE:
            end = _string_end(text, at)
            if end < 0:
                inside = text[at + 1 :]
                return Context(level.words, inside, at + 1, "'" if char in SINGLE else '"')
            if at == start:
                level.words.append(Word(text[at + 1 : end - 1], True))
                start = at = end
            else:
                at = end
            continue
        if char == "#" and at == start:
            end = text.find("\n", at)
            if end < 0:
                return None
            start = at = end
            continue
        if text.startswith("<#", at):
            end = text.find("#>", at)
            if end < 0:
                return None
            start = at = end + 2
            continue
        if char == "`" and at + 1 < size:
            if text[at + 1] == "\n":
                _finish(level, text, start, at, quoted)
                start = at = at + 2
            else:
                at += 2
            continue
        if char in "{(":
            opener = text[start:at]
            levels.append(_Level("}" if char == "{" else ")", hash=char == "{" and opener.endswith("@")))
            if opener not in ("", "@", "$"):
                _finish(level, text, start, at, False)
            at += 1
            start = at
        elif char in "})":
            _finish(level, text, start, at, quoted)
            if len(levels) > 1:
                levels.pop()
                levels[-1].words.append(Word("$()", False))
            at += 1
            start = at
        elif char in ";|&\n":
            _finish(level, text, start, at, quoted)
            if char != "\n" or not _continues(text, at):
                level.words.clear()
            at += 1
            start = at
        elif char == ",":
            _finish(level, text, start, at, quoted)
            level.words.append(Word(",", False))
            at += 1
            start = at
        elif char == "=" and (
            level.hash
            or (level.words and level.words[0].text[:1] in "$[")
            or (not level.words and text[start : start + 1] == "$")
        ):
            level.words.clear()  # what follows is a statement of its own
            at += 1
            start = at
        elif char.isspace():
            _finish(level, text, start, at, quoted)
            at += 1
            start = at
        else:
            at += 1
    level = levels[-1]
    begun = text[start:]
    words = level.words
    if words and words[0].text.lower() in ("return", "throw", "in", "else", "try", "do"):
        words = words[1:]
    return Context(words, begun, start)


def _continues(text: str, at: int) -> bool:
    """Whether a line end does not end the command: behind a bar or a comma."""
    before = text[:at].rstrip(" \t\r")
    return before.endswith(("|", ","))


def _string_end(text: str, at: int) -> int:
    """The offset behind the string that begins at ``at``, or -1."""
    single = text[at] in SINGLE
    quotes = SINGLE if single else DOUBLE
    index = at + 1
    while index < len(text):
        if not single and text[index] == "`":
            index += 2
            continue
        if text[index] in quotes:
            if text[index + 1 : index + 2] and text[index + 1] in quotes:
                index += 2
                continue
            return index + 1
        index += 1
    return -1
