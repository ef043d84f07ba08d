"""Whether a task that is to be done alone is more than what was shown before with other names and numbers.

A statement's `shape` is its text with every name and number left open. Of what the lesson showed and helped with
before the task, each statement is written anew with the names and numbers of the task's own solution: the next of
that solution with the same shape, and all the rest with the names that this puts in each other's place. The order
stays that of what was shown: to bring known commands into a new order is a transfer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hvlab.course.cmdlets import ANSWERING

_TOKEN = re.compile(
    r"""
    '(?:[^']|'')*' | "[^"]*"         # strings
    | \$[\w:]+ | -[A-Za-z]\w*         # variables, parameters and operators
    | \d[\d.]*(?:KB|MB|GB|TB)?\b      # numbers
    | [\w\\:./$*]+(?:-[\w\\.]+)*      # words, among them commands and paths
    | \S""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d.]*(KB|MB|GB|TB)?|[0-9A-F]{12}", re.IGNORECASE)
_COMMAND = re.compile(r"[A-Z][A-Za-z]+-[A-Z]\w+")
_NAMING = ("-name", "-vmname", "-switchname", "-snapshotname", "-node", "-server", "-computername", "-source")
"""What comes after these is a name, whatever it looks like."""
_NAME, _COUNT = "<name>", "<number>"


def tokens(statement: str) -> list[str]:
    """The words, strings, numbers and signs of a statement; spaces do not count."""
    return _TOKEN.findall(statement)


def _is_name(token: str, before: str) -> bool:
    """Whether a word names something of one lab: options of a command have a capital and no digit."""
    if before.casefold() in _NAMING:
        return True
    if token[0] in "$-" or _COMMAND.fullmatch(token):
        return False
    bare = token.strip("'\"")
    if not re.fullmatch(r"[\w\\:./$*-]+", bare) or not re.search(r"\w", bare):
        return False
    return bare[0].islower() or any(c.isdigit() or c in "\\:." for c in bare)


def _opened(statement: str) -> tuple[tuple[str, ...], list[str]]:
    """A statement's shape, and what stood in its open places."""
    shape: list[str] = []
    filled: list[str] = []
    before = ""
    for token in tokens(statement):
        if _NUMBER.fullmatch(token):
            shape.append(_COUNT)
            filled.append(token)
        elif _is_name(token, before):
            shape.append(_NAME)
            filled.append(token)
        else:
            shape.append(token.casefold())
        before = token
    return tuple(shape), filled


def shape(statement: str) -> tuple[str, ...]:
    """A statement with its names and numbers left open."""
    return _opened(statement)[0]


def rewritten(shown: Sequence[str], task: Sequence[str], text: str) -> list[str]:
    """The statements that were shown before a task, with the numbers of its solution and the names of its text.

    A name that the text does not say has to be thought of. Answers are left out: what they say is known only to
    who has understood.
    """
    wanted: dict[tuple[str, ...], list[str]] = {}
    for statement in task:
        if ANSWERING not in statement:
            wanted.setdefault(shape(statement), []).append(statement)
    places: dict[str, str] = {}
    for statement in shown:
        form, filled = _opened(statement)
        for mine in wanted.get(form, [])[:1]:
            places |= {
                a: b for a, b in zip(filled, _opened(mine)[1], strict=True) if a != b and _is_said(b, text)
            }
    found: list[str] = []
    used: dict[tuple[str, ...], int] = {}
    for statement in shown:
        if ANSWERING in statement:
            continue
        form = shape(statement)
        same, number = wanted.get(form, []), used.get(form, 0)
        used[form] = number + 1
        mine = same[number] if number < len(same) else ""
        said = mine and all(_is_said(word, text) for word in _opened(mine)[1])
        found.append(mine if said else _renamed(statement, places))
    return found


def _is_said(filled: str, text: str) -> bool:
    """Whether a task's text says what stands in an open place; any number may be thought of."""
    bare = re.escape(filled.strip("'\""))
    return bool(_NUMBER.fullmatch(filled) or re.search(rf"(?<!\w){bare}(?!\w)", text))


def _renamed(statement: str, places: dict[str, str]) -> str:
    return _TOKEN.sub(lambda found: places.get(found[0], found[0]), statement)
