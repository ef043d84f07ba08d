"""Regular expressions in linear time: the common part of .NET's, run without backtracking.

Supported: literals, ``.``, classes ``[a-z] [^…]``, ``\\d \\w \\s \\D \\W \\S``, anchors
``^ $ \\A \\Z \\z \\b \\B``, groups ``( ) (?: ) (?<name> )``, ``|``, ``* + ? {n} {n,} {n,m}`` and their
lazy forms, ``(?i)`` at the start. Refused by name: look-around, back references, atomic and conditional
groups, Unicode categories, other inline options. The machine follows all ways at once, so no pattern can
make it slow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from hvlab.console.errors import CmdletError, fault, unsupported

MAX_PROGRAM = 2_000
MAX_GROUPS = 50
MAX_NESTING = 50

CHAR, ANY, SET, SPLIT, JUMP, SAVE, ASSERT, DONE = range(8)
_SETS = {"d": "0-9", "w": "\\w", "s": "\\s"}


@dataclass(frozen=True)
class _Set:
    """A character class. ``kinds`` are letters of shorthand classes, upper case for their opposites."""

    singles: frozenset[str]
    ranges: tuple[tuple[str, str], ...]
    kinds: str
    negated: bool

    def has(self, char: str) -> bool:
        found = (
            char in self.singles
            or any(low <= char <= high for low, high in self.ranges)
            or any(_is_kind(kind, char) for kind in self.kinds)
        )
        return found is not self.negated


def _is_kind(kind: str, char: str) -> bool:
    lower = kind.lower()
    if lower == "d":
        found = char.isdecimal()
    elif lower == "w":
        found = char.isalnum() or char == "_"
    else:
        found = char.isspace()
    return found is (kind == lower)


# One instruction: (operation, argument, other argument)
_Instruction = tuple[int, object, object]
_Program = list[_Instruction]
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


class _Compiler:
    def __init__(self, pattern: str, ignore_case: bool) -> None:
        self.pattern = pattern
        self.ignore_case = ignore_case
        self.at = 0
        self.groups = 0
        self.names: dict[str, int] = {}
        self.depth = 0

    def bad(self, reason: str) -> CmdletError:
        return fault(f'parsing "{self.pattern}" - {reason}', "InvalidRegularExpression", "InvalidOperation")

    def refuse(self, construct: str) -> CmdletError:
        return unsupported(f"{construct} in a regular expression")

    def compile(self) -> _Program:
        if self.pattern.startswith("(?i)"):
            self.ignore_case = True
            self.at = 4
        body = self.alternatives()
        if self.at < len(self.pattern):
            raise self.bad("Too many )'s.")
        return self.checked([(SAVE, 0, None), *body, (SAVE, 1, None), (DONE, None, None)])

    def checked(self, program: _Program) -> _Program:
        if len(program) > MAX_PROGRAM:
            raise self.bad(f"The pattern is too large (more than {MAX_PROGRAM} steps).")
        return program

    def alternatives(self) -> _Program:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.bad("The pattern is nested too deeply.")
        branches = [self.sequence()]
        while self.at < len(self.pattern) and self.pattern[self.at] == "|":
            self.at += 1
            branches.append(self.sequence())
        self.depth -= 1
        program = branches.pop()
        for branch in reversed(branches):
            program = self.checked(
                [(SPLIT, 1, len(branch) + 2), *branch, (JUMP, len(program) + 1, None), *program]
            )
        return program

    def sequence(self) -> _Program:
        program: _Program = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            program += self.repeated()
            self.checked(program)
        return program

    def repeated(self) -> _Program:
        start = self.at
        piece = self.atom()
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            low, high = 0, -1
            if char == "*":
                self.at += 1
            elif char == "+":
                low = 1
                self.at += 1
            elif char == "?":
                high = 1
                self.at += 1
            elif char == "{" and (counts := self.counts()) is not None:
                low, high = counts
            else:
                return piece
            if piece and piece[0][0] == ASSERT and len(piece) == 1:
                raise self.bad("Quantifier {x,y} following nothing.")
            lazy = self.pattern[self.at : self.at + 1] == "?"
            self.at += lazy
            if self.pattern[self.at : self.at + 1] == "+":
                raise self.bad("Nested quantifier +.")
            piece = self.times(piece, low, high, lazy)
            if self.pattern[self.at : self.at + 1] in ("*", "+", "?"):
                raise self.bad(f"Nested quantifier {self.pattern[self.at]}.")
            if self.at == start:
                break
        return piece

    def counts(self) -> tuple[int, int] | None:
        end = self.pattern.find("}", self.at)
        body = self.pattern[self.at + 1 : end] if end > 0 else ""
        low, comma, high = body.partition(",")
        if not (low.isascii() and low.isdigit()) or not (high == "" or (high.isascii() and high.isdigit())):
            return None
        if len(low) > 4 or len(high) > 4:
            raise self.bad("The repetition count is too large.")
        self.at = end + 1
        first = int(low)
        last = first if not comma else (int(high) if high else -1)
        if last >= 0 and last < first:
            raise self.bad("Illegal {x,y} with x > y.")
        return first, last

    def times(self, piece: _Program, low: int, high: int, lazy: bool) -> _Program:
        if len(piece) * max(low, high, 1) > MAX_PROGRAM:
            raise self.bad(f"The pattern is too large (more than {MAX_PROGRAM} steps).")
        program: _Program = piece * low
        size = len(piece)
        if high < 0:
            enter, leave = 1, size + 2
            loop: _Program = [
                (SPLIT, leave, enter) if lazy else (SPLIT, enter, leave),
                *piece,
                (JUMP, -(size + 1), None),
            ]
            return self.checked(program + loop)
        for remaining in range(high - low, 0, -1):
            skip = remaining * (size + 1)
            program.append((SPLIT, skip, 1) if lazy else (SPLIT, 1, skip))
            program += piece
        return self.checked(program)

    def atom(self) -> _Program:
        char = self.pattern[self.at]
        if char == "(":
            return self.group()
        if char == "[":
            return [(SET, self.character_class(), None)]
        if char == "\\":
            return self.escaped()
        self.at += 1
        if char == ".":
            return [(ANY, None, None)]
        if char in "^$":
            return [(ASSERT, char, None)]
        if char in "*+?":
            raise self.bad(f"Quantifier {{x,y}} following nothing ({char}).")
        return self.literal(char)

    def literal(self, char: str) -> _Program:
        return [(CHAR, char.lower() if self.ignore_case else char, None)]

    def group(self) -> _Program:
        rest = self.pattern[self.at :]
        number: int | None = None
        if rest.startswith("(?:"):
            self.at += 3
        elif rest.startswith(("(?=", "(?!", "(?<=", "(?<!")):
            raise self.refuse("look-around")
        elif rest.startswith(("(?<", "(?'")):
            end = rest.find(">" if rest[2] == "<" else "'", 3)
            name = rest[3:end] if end > 0 else ""
            if not name.isidentifier():
                raise self.bad("Invalid group name: Group names must begin with a word character.")
            self.groups += 1
            number = self.groups
            self.names[name] = number
            self.at += end + 1
        elif rest.startswith("(?>"):
            raise self.refuse("atomic group")
        elif rest.startswith("(?"):
            raise self.refuse(rest[:4])
        else:
            self.groups += 1
            number = self.groups
            self.at += 1
        if self.groups > MAX_GROUPS:
            raise self.bad(f"More than {MAX_GROUPS} groups.")
        body = self.alternatives()
        if self.pattern[self.at : self.at + 1] != ")":
            raise self.bad("Not enough )'s.")
        self.at += 1
        if number is None:
            return body
        return [(SAVE, 2 * number, None), *body, (SAVE, 2 * number + 1, None)]

    def escaped(self) -> _Program:
        char = self.pattern[self.at + 1 : self.at + 2]
        if char == "":
            raise self.bad("Illegal \\ at end of pattern.")
        if char in "dwsDWS":
            self.at += 2
            return [(SET, _Set(frozenset(), (), char, False), None)]
        if char in "bBAZz":
            self.at += 2
            return [(ASSERT, char, None)]
        return self.literal(self.escaped_character())

    def escaped_character(self) -> str:
        """The character behind a backslash that stands for just one; passes over it."""
        char = self.pattern[self.at + 1 : self.at + 2]
        if char in ("x", "u"):
            size = 2 if char == "x" else 4
            digits = self.pattern[self.at + 2 : self.at + 2 + size]
            if len(digits) == size and all(digit in "0123456789abcdefABCDEF" for digit in digits):
                self.at += 2 + size
                return chr(int(digits, 16))
            raise self.bad("Insufficient hexadecimal digits.")
        if char.isdigit():
            raise self.refuse("back reference")
        if char in "pP":
            raise self.refuse("Unicode category")
        if char == "k":
            raise self.refuse("back reference")
        if char in _SIMPLE:
            self.at += 2
            return _SIMPLE[char]
        if char.isalpha():
            raise self.bad(f"Unrecognized escape sequence \\{char}.")
        self.at += 2
        return char

    def character_class(self) -> _Set:
        start = self.at
        self.at += 1
        negated = self.pattern[self.at : self.at + 1] == "^"
        self.at += negated
        singles: set[str] = set()
        ranges: list[tuple[str, str]] = []
        kinds = ""
        first = True
        while True:
            char = self.pattern[self.at : self.at + 1]
            if char == "":
                self.at = start
                raise self.bad("Unterminated [] set.")
            if char == "]" and not first:
                self.at += 1
                break
            first = False
            if char == "-" and self.pattern[self.at + 1 : self.at + 2] == "[":
                raise self.refuse("class subtraction")
            if char == "\\" and self.pattern[self.at + 1 : self.at + 2] in tuple("dwsDWS"):
                kinds += self.pattern[self.at + 1]
                self.at += 2
                continue
            low = self.class_character()
            if self.pattern[self.at : self.at + 1] == "-" and self.pattern[self.at + 1 : self.at + 2] not in (
                "]",
                "",
            ):
                self.at += 1
                high = self.class_character()
                if high < low:
                    raise self.bad("[x-y] range in reverse order.")
                ranges += self.folded_range(low, high)
            else:
                singles.add(low.lower() if self.ignore_case else low)
        return _Set(frozenset(singles), tuple(ranges), kinds, negated)

    def class_character(self) -> str:
        char = self.pattern[self.at]
        if char == "\\":
            if self.pattern[self.at + 1 : self.at + 2] == "b":
                self.at += 2
                return "\b"
            if self.at + 1 >= len(self.pattern):
                raise self.bad("Unterminated [] set.")
            return self.escaped_character()
        self.at += 1
        return char

    def folded_range(self, low: str, high: str) -> list[tuple[str, str]]:
        """The text is compared in lower case: a range of capitals must then hold the small letters."""
        if not self.ignore_case:
            return [(low, high)]
        found = [(low, high)]
        first, last = max(low, "A"), min(high, "Z")
        if first <= last:
            found.append((first.lower(), last.lower()))
        return found


Capture = list[int]


class Regex:
    """A compiled pattern."""

    def __init__(self, pattern: str, ignore_case: bool = True) -> None:
        compiler = _Compiler(pattern, ignore_case)
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
