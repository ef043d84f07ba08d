"""Near misses: what somebody may have meant by a name that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LONGEST = 60
_WORDS = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{2,}(?![a-z])")


def distance(left: str, right: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap) from one to the other; beyond ``limit`` it is not worked out."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, char in enumerate(left, 1):
        current = [i]
        for j, other in enumerate(right, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, row = row, current
    return row[-1]


def nearest(name: str, known: Mapping[str, str]) -> str | None:
    """The closest of ``known`` (lower case to as shown), or None where nothing is near."""
    folded = name.lower()
    if not folded or len(folded) > LONGEST:
        return None
    limit = 1 if len(folded) < 5 else 2 if len(folded) < 10 else 3
    best: tuple[int, str] | None = None
    for candidate in sorted(known):
        found = distance(folded, candidate, limit)
        if found <= limit and (best is None or found < best[0]):
            best = (found, candidate)
    return None if best is None else known[best[1]]


_KIN = (
    ("new", "set", "add", "create", "register", "import"),
    ("restore", "switch", "select", "move", "undo", "use"),
    ("step", "wait", "resume", "continue", "run", "start"),
    ("remove", "delete", "clear", "disable", "dismount", "stop"),
    ("get", "show", "find", "read", "list", "test"),
)
"""Verbs that people take for each other; the first that a noun has is proposed."""


def related(name: str, known: Mapping[str, str]) -> str | None:
    """Of a noun that there is with a verb that there is, though not together: a kindred verb with that noun.

    ``known`` as in ``nearest``. Before that, the same verb with a longer noun (Restore-VM: Restore-VMSnapshot);
    None where the name looks mistyped, not misremembered.
    """
    verb, dash, noun = name[:LONGEST].lower().partition("-")
    verbs = {one.partition("-")[0] for one in known}
    if not dash or verb not in verbs.union(*_KIN) or not any(one.partition("-")[2] == noun for one in known):
        return None
    longer = sorted((len(one), one) for one in known if one.startswith(name.lower()) and noun != "lab")
    if longer:
        return known[longer[0][1]]
    for kin in _KIN:
        if verb in kin:
            return next((known[f"{other}-{noun}"] for other in kin if f"{other}-{noun}" in known), None)
    return None


def nearest_beginning(name: str, known: Mapping[str, str]) -> str | None:
    """The one of ``known`` (as in ``nearest``) that begins nearly so: Procesor, for ProcessorCount."""
    folded = name.lower()
    if not 4 <= len(folded) <= LONGEST:
        return None
    limit = 1 if len(folded) < 7 else 2
    found = [
        (distance(folded, one[: len(folded) + more], limit), len(one), one)
        for one in sorted(known)
        for more in (-1, 0, 1)
        if len(one) > len(folded)
    ]
    best = min(found, default=None)
    return None if best is None or best[0] > limit else known[best[2]]


def kindred(name: str, known: Iterable[str]) -> str | None:
    """The longest word of a command's noun that a known command has in its own noun: what to search by."""
    nouns = [candidate.rpartition("-")[2].lower() for candidate in known]
    words = sorted(_WORDS.findall(name[:LONGEST].rpartition("-")[2]), key=lambda word: (-len(word), word))
    return next((word for word in words if any(word.lower() in noun for noun in nouns)), None)
