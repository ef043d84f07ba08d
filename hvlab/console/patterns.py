"""Wildcards (``-like``, names with ``*``): a matcher whose work is bounded by pattern times text."""

from __future__ import annotations

from functools import lru_cache

from hvlab.console.errors import fault

_ANY = None  # stands for *
_Item = tuple[str, frozenset[str] | None, tuple[tuple[str, str], ...]]


@lru_cache(maxsize=256)
def _compile(pattern: str) -> tuple[_Item | None, ...]:
    """Items: None for ``*``; else (literal or "?", set members, set ranges), in lower case."""
    items: list[_Item | None] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            if not items or items[-1] is not None:
                items.append(None)
        elif char == "?":
            items.append(("?", None, ()))
        elif char == "`" and at + 1 < len(pattern):
            at += 1
            items.append((pattern[at], frozenset((pattern[at],)), ()))
        elif char == "[":
            end = pattern.find("]", at + 2)
            if end < 0:
                raise fault(
                    f"The specified wildcard character pattern is not valid: {pattern}",
                    "RuntimeException",
                    "NotSpecified",
                )
            body = pattern[at + 1 : end]
            single: set[str] = set()
            ranges: list[tuple[str, str]] = []
            index = 0
            while index < len(body):
                if index + 2 < len(body) and body[index + 1] == "-":
                    ranges.append((body[index], body[index + 2]))
                    index += 3
                else:
                    single.add(body[index])
                    index += 1
            items.append(("[", frozenset(single), tuple(ranges)))
            at = end
        else:
            items.append((char, frozenset((char,)), ()))
        at += 1
    return tuple(items)


def _matches(item: _Item, char: str) -> bool:
    _, members, ranges = item
    if members is None:
        return True
    return char in members or any(low <= char <= high for low, high in ranges)


def like(text: str, pattern: str, case_sensitive: bool = False) -> bool:
    """Whether the whole text fits the wildcard pattern."""
    if not case_sensitive:
        text, pattern = text.lower(), pattern.lower()
    parts = _parts(pattern)
    if parts is not None:
        return _stars_only(text, parts)
    items = _compile(pattern)
    at = index = 0
    star = restart = -1
    while at < len(text):
        if index < len(items):
            item = items[index]
            if item is None:
                star, restart = index, at
                index += 1
                continue
            if _matches(item, text[at]):
                at += 1
                index += 1
                continue
        if star < 0:
            return False
        restart += 1  # let the last star take one character more
        at, index = restart, star + 1
    while index < len(items) and items[index] is None:
        index += 1
    return index == len(items)


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[str, ...] | None:
    """What stands between the stars of a pattern that has no other signs."""
    return None if any(char in pattern for char in "?[`") else tuple(pattern.split("*"))


def _stars_only(text: str, parts: tuple[str, ...]) -> bool:
    """A pattern without other signs than stars: each part at the first place behind the one before."""
    if len(parts) == 1:
        return text == parts[0]
    first, *middle, last = parts
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def has_wildcard(text: str) -> bool:
    return any(char in text for char in "*?[")
