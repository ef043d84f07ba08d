"""Regular expressions into programs for the machine in ``regex``: the pattern's grammar and its refusals."""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.console.errors import CmdletError, fault, unsupported

MAX_PROGRAM = 2_000
MAX_GROUPS = 50
MAX_NESTING = 50

CHAR, ANY, SET, SPLIT, JUMP, SAVE, ASSERT, DONE = range(8)
_SETS = {"d": "0-9", "w": "\\w", "s": "\\s"}


@dataclass(frozen=True)
class CharacterSet:
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
Program = list[_Instruction]
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


_AROUND = "match more, and take the part with a group: $Matches[1]"
_INSTEAD = dict.fromkeys(("(?=", "(?!", "(?<=", "(?<!"), _AROUND)


class RegexCompiler:
    def __init__(self, pattern: str, ignore_case: bool) -> None:
        self.pattern = pattern
        self.ignore_case = ignore_case
        self.at = 0
        self.opened: list[str | None] = []
        """The groups that capture, in the order in which they open: their names, None where there is none."""
        self.groups = 0
        self.names: dict[str, int] = {}
        self.depth = 0

    def bad(self, reason: str) -> CmdletError:
        return fault(f'parsing "{self.pattern}" - {reason}', "InvalidRegularExpression", "InvalidOperation")

    def refuse(self, construct: str) -> CmdletError:
        return unsupported(construct, substitute=_INSTEAD.get(construct, "write the pattern without it"))

    def compile(self) -> Program:
        if self.pattern.startswith("(?i)"):
            self.ignore_case = True
            self.at = 4
        body = self.renumbered(self.alternatives())
        if self.at < len(self.pattern):
            raise self.bad("Too many )'s.")
        return self.checked([(SAVE, 0, None), *body, (SAVE, 1, None), (DONE, None, None)])

    def renumbered(self, body: Program) -> Program:
        """.NET numbers groups without a name first, then the named ones; a name used again is the same group."""
        unnamed = [number for number, name in enumerate(self.opened) if name is None]
        names = list(dict.fromkeys(name for name in self.opened if name is not None))
        place = {number: place for place, number in enumerate(unnamed, 1)}
        self.names = {name: place for place, name in enumerate(names, len(unnamed) + 1)}
        self.groups = len(unnamed) + len(names)
        for number, name in enumerate(self.opened):
            if name is not None:
                place[number] = self.names[name]
        moved: Program = []
        for step in body:
            operation, slot, _ = step
            if operation == SAVE and isinstance(slot, int):
                step = (SAVE, 2 * place[slot // 2] + slot % 2, None)
            moved.append(step)
        return moved

    def checked(self, program: Program) -> Program:
        if len(program) > MAX_PROGRAM:
            raise self.bad(f"The pattern is too large (more than {MAX_PROGRAM} steps).")
        return program

    def alternatives(self) -> Program:
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

    def sequence(self) -> Program:
        program: Program = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            program += self.repeated()
            self.checked(program)
        return program

    def repeated(self) -> Program:
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

    def times(self, piece: Program, low: int, high: int, lazy: bool) -> Program:
        if len(piece) * max(low, high, 1) > MAX_PROGRAM:
            raise self.bad(f"The pattern is too large (more than {MAX_PROGRAM} steps).")
        program: Program = piece * low
        size = len(piece)
        if high < 0:
            enter, leave = 1, size + 2
            loop: Program = [
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

    def atom(self) -> Program:
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

    def literal(self, char: str) -> Program:
        return [(CHAR, char.lower() if self.ignore_case else char, None)]

    def group(self) -> Program:
        rest = self.pattern[self.at :]
        number: int | None = None
        if rest.startswith("(?:"):
            self.at += 3
        elif rest.startswith(("(?=", "(?!", "(?<=", "(?<!")):
            raise self.refuse(next(sign for sign in ("(?<=", "(?<!", "(?=", "(?!") if rest.startswith(sign)))
        elif rest.startswith(("(?<", "(?'")):
            end = rest.find(">" if rest[2] == "<" else "'", 3)
            name = rest[3:end] if end > 0 else ""
            if not name.isidentifier():
                raise self.bad("Invalid group name: Group names must begin with a word character.")
            number = len(self.opened)
            self.opened.append(name)
            self.at += end + 1
        elif rest.startswith("(?>"):
            raise self.refuse("atomic group")
        elif rest.startswith("(?"):
            raise self.refuse(rest[:4])
        else:
            number = len(self.opened)
            self.opened.append(None)
            self.at += 1
        if len(self.opened) > MAX_GROUPS:
            raise self.bad(f"More than {MAX_GROUPS} groups.")
        body = self.alternatives()
        if self.pattern[self.at : self.at + 1] != ")":
            raise self.bad("Not enough )'s.")
        self.at += 1
        if number is None:
            return body
        return [(SAVE, 2 * number, None), *body, (SAVE, 2 * number + 1, None)]

    def escaped(self) -> Program:
        char = self.pattern[self.at + 1 : self.at + 2]
        if char == "":
            raise self.bad("Illegal \\ at end of pattern.")
        if char in "dwsDWS":
            self.at += 2
            return [(SET, CharacterSet(frozenset(), (), char, False), None)]
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

    def character_class(self) -> CharacterSet:
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
        return CharacterSet(frozenset(singles), tuple(ranges), kinds, negated)

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
