"""Regular expressions in linear time: the common part of .NET's, run without backtracking.

Supported: literals, ``.``, classes ``[a-z] [^…]``, ``\\d \\w \\s \\D \\W \\S``, anchors
``^ $ \\A \\Z \\z \\b \\B``, groups ``( ) (?: ) (?<name> )``, ``|``, ``* + ? {n} {n,} {n,m}`` and their
lazy forms, ``(?i)`` at the start. Refused by name: look-around, back references, atomic and conditional
groups, Unicode categories, other inline options. The machine follows all ways at once, so no pattern can
make it slow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from hvlab.console.regexprogram import ANY, ASSERT, CHAR, DONE, JUMP, SAVE, SPLIT, RegexCompiler

Capture = list[int]


class Regex:
    """A compiled pattern."""

    def __init__(self, pattern: str, ignore_case: bool = True) -> None:
        compiler = RegexCompiler(pattern, ignore_case)
        self.program = compiler.compile()
        self.ignore_case = compiler.ignore_case
        self.groups = compiler.groups
        self.names = compiler.names

    def search(
        self, text: str, start: int = 0, charge: Callable[[int], None] = lambda steps: None
    ) -> Capture | None:
        """Start and end of the leftmost match and of each group (-1 where a group took no part)."""
        subject = text.lower() if self.ignore_case else text
        if len(subject) != len(text):  # a few characters grow when folded
            subject = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        program = self.program
        size = len(subject)
        width = 2 * (self.groups + 1)
        empty: tuple[int, ...] = (-1,) * width
        current: list[tuple[int, tuple[int, ...]]] = []
        best: tuple[int, ...] | None = None
        work = 0
        for at in range(start, size + 1):
            if best is None:
                seen = {pc for pc, _ in current}
                self._follow(current, seen, 0, empty, at, subject)
            if not current:
                if best is not None:
                    break
                continue
            work += len(current) + 1
            if work > 2048:
                charge(work // 4)
                work = 0
            char = subject[at] if at < size else ""
            following: list[tuple[int, tuple[int, ...]]] = []
            seen = set()
            for pc, captures in current:
                operation, argument, _ = program[pc]
                if operation == DONE:
                    best = captures
                    break
                if char == "":
                    continue
                if operation == CHAR:
                    taken = char == argument
                elif operation == ANY:
                    taken = char != "\n"
                else:
                    taken = argument.has(char)  # type: ignore[attr-defined]
                if taken and pc + 1 not in seen:
                    self._follow(following, seen, pc + 1, captures, at + 1, subject)
            current = following
        charge(work // 4 + 1)
        return None if best is None else list(best)

    def _follow(
        self,
        into: list[tuple[int, tuple[int, ...]]],
        seen: set[int],
        pc: int,
        captures: tuple[int, ...],
        at: int,
        text: str,
    ) -> None:
        """Add the places reachable without reading a character, the preferred first."""
        program = self.program
        stack = [(pc, captures)]
        while stack:
            pc, captures = stack.pop()
            if pc in seen:
                continue
            seen.add(pc)
            operation, first, second = program[pc]
            if operation == JUMP:
                stack.append((pc + first, captures))  # type: ignore[operator]
            elif operation == SPLIT:
                stack.append((pc + second, captures))  # type: ignore[operator]
                stack.append((pc + first, captures))  # type: ignore[operator]
            elif operation == SAVE:
                slot: int = first  # type: ignore[assignment]
                stack.append((pc + 1, (*captures[:slot], at, *captures[slot + 1 :])))
            elif operation == ASSERT:
                if _holds(str(first), text, at):
                    stack.append((pc + 1, captures))
            else:
                into.append((pc, captures))

    def replace(self, text: str, replacement: str, charge: Callable[[int], None] = lambda steps: None) -> str:
        """Every match replaced; ``$1``, ``${name}``, ``$&``, ``$$`` in the replacement stand for groups."""
        parts: list[str] = []
        position = 0
        for found in self.matches(text, charge):
            parts.append(text[position : found[0]])
            parts.append(self._expand(replacement, found, text))
            position = found[1]
        parts.append(text[position:])
        return "".join(parts)

    def matches(self, text: str, charge: Callable[[int], None] = lambda steps: None) -> list[Capture]:
        found: list[Capture] = []
        at = 0
        while at <= len(text):
            match = self.search(text, at, charge)
            if match is None:
                break
            found.append(match)
            at = match[1] if match[1] > match[0] else match[1] + 1
        return found

    def _expand(self, replacement: str, found: Capture, text: str) -> str:
        if "$" not in replacement:
            return replacement
        parts: list[str] = []
        at = 0
        while at < len(replacement):
            char = replacement[at]
            after = replacement[at + 1 : at + 2]
            if char != "$" or after == "":
                parts.append(char)
                at += 1
                continue
            group: int | None = None
            end = at + 2
            if after == "$":
                parts.append("$")
                at = end
                continue
            if after == "&":
                group = 0
            elif after.isascii() and after.isdigit():
                while replacement[end : end + 1].isascii() and replacement[end : end + 1].isdigit():
                    end += 1
                number = int(replacement[at + 1 : end][:6])
                group = number if number <= self.groups else None
            elif after == "{" and (close := replacement.find("}", at)) > 0:
                name = replacement[at + 2 : close]
                end = close + 1
                group = self.names.get(name)
                if group is None and name.isascii() and name.isdigit() and int(name[:6]) <= self.groups:
                    group = int(name[:6])
            if group is None:
                parts.append(replacement[at:end])
            elif found[2 * group] >= 0:
                parts.append(text[found[2 * group] : found[2 * group + 1]])
            at = end
        return "".join(parts)


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")


def _holds(assertion: str, text: str, at: int) -> bool:
    if assertion in "^A":
        return at == 0
    if assertion == "z":
        return at == len(text)
    if assertion in "$Z":
        return at == len(text) or (at == len(text) - 1 and text[at] == "\n")
    boundary = _is_word(text, at - 1) is not _is_word(text, at)
    return boundary if assertion == "b" else not boundary


@lru_cache(maxsize=128)
def compile_regex(pattern: str, ignore_case: bool = True) -> Regex:
    """Raises CmdletError for a bad pattern or an unsupported construct."""
    return Regex(pattern, ignore_case)
