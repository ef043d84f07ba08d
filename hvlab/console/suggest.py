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


def kindred(name: str, known: Iterable[str]) -> str | None:
    """The longest word of a command's noun that a known command has in its own noun: what to search by."""
    nouns = [candidate.rpartition("-")[2].lower() for candidate in known]
    words = sorted(_WORDS.findall(name[:LONGEST].rpartition("-")[2]), key=lambda word: (-len(word), word))
    return next((word for word in words if any(word.lower() in noun for noun in nouns)), None)
