"""A step's page as a learner reads it: what belongs to an experiment comes after the guess at its outcome."""

from __future__ import annotations

import re

_WORDS = re.compile(r"\w+")
_TELLING = 3
"""Words that an answer must have at least to be recognised in a text: a number or a name proves nothing."""
_COMMANDS = ("", "powershell", "ps1")
"""What may stand behind the fence that opens commands; a drawing has another word there."""


def before_guess(body: str) -> str:
    """What may be read before the guess: the page as far as its first commands; all of it where there are none."""
    inside = False
    lines = body.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("```"):
            if not inside and line[3:].strip() in _COMMANDS:
                return "\n".join(lines[:number]).rstrip()
            inside = not inside
    return body


def gives_away(text: str, answer: str) -> bool:
    """Whether a text holds an answer of some words, word by word, whatever its marks and capitals."""
    said, meant = ([word.casefold() for word in _WORDS.findall(part)] for part in (text, answer))
    return len(meant) >= _TELLING and f" {' '.join(meant)} " in f" {' '.join(said)} "
