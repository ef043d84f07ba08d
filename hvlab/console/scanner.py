"""Characters into words, numbers, strings and variables.

PowerShell's tokens depend on where they stand (``1..3`` is a range in an expression and a word behind a
command), so there is no separate token pass: the parser asks this scanner for what it expects. Every piece
recognised is noted in ``tokens``; highlighting shows exactly these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from hvlab.console.errors import ParseError, left_out
from hvlab.console.source import Source, Span
from hvlab.console.syntax import Block, Constant, Expandable, Node, SubExpression, Variable

DASHES = "-–—―"
SINGLE = "'‘’‚‛"
DOUBLE = '"“”„'
BLANKS = " \t\r\f\v\u00a0\u3000\ufeff"
#: What ends an unquoted word behind a command.
WORD_END = frozenset(BLANKS + "\n{}();,|&<>")
ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
MULTIPLIERS = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50}
NUMBER = re.compile(
    r"(?:0x(?P<hex>[0-9a-f]+)|(?P<whole>[0-9]+)?(?P<fraction>\.[0-9]+)?(?P<exponent>e[+-]?[0-9]+)?)"
    r"(?P<suffix>[ld])?(?P<multiplier>kb|mb|gb|tb|pb)?",
    re.IGNORECASE | re.ASCII,
)
_VARIABLE = re.compile(r"(?:(?P<scope>[^\W]+):(?=[\w?]))?(?P<name>\w+)|(?P<special>[?^$])")
INT64_MAX = (1 << 63) - 1
MAX_DEPTH = 100


class Token(NamedTuple):
    """A piece of source by kind: keyword, command, parameter, word, number, string, variable, operator,
    punctuation, comment, type, member."""

    kind: str
    start: int
    end: int


def parse_number(text: str) -> int | float | None:
    """The value of a number as the language writes it; None when it is none. May be signed."""
    sign = 1
    body = text
    if body[:1] and body[0] in "+" + DASHES:
        sign = 1 if body[0] == "+" else -1
        body = body[1:]
    match = NUMBER.fullmatch(body)
    if match is None or (match["hex"] is None and match["whole"] is None and match["fraction"] is None):
        return None
    if (match["suffix"] or "").lower() == "d":
        return None
    value = _number_value(match)
    return None if value is None else sign * value


def _number_value(match: re.Match[str]) -> int | float | None:
    value: int | float
    if len(match[0]) > 320:
        return None
    if match["hex"] is not None:
        value = int(match["hex"], 16)
        if len(match["hex"]) <= 8 and value >= 1 << 31:
            value -= 1 << 32  # as in PowerShell, 0xFFFFFFFF is -1
        elif len(match["hex"]) <= 16 and value >= 1 << 63:
            value -= 1 << 64
    elif match["fraction"] is None and match["exponent"] is None:
        value = int(match["whole"])
    else:
        value = float((match["whole"] or "0") + (match["fraction"] or "") + (match["exponent"] or ""))
    if match["multiplier"]:
        value *= MULTIPLIERS[match["multiplier"].lower()]
    if isinstance(value, int) and not -INT64_MAX - 1 <= value <= INT64_MAX:
        return None
    if value in (float("inf"), float("-inf")):
        return None
    return value


class Scanner:
    """A reading position in a source. Subclasses know the grammar."""

    parse_block_until: Callable[[str], Block]  # the grammar's: statements up to a closing character

    def __init__(self, source: Source, start: int = 0) -> None:
        self.source = source
        self.text = source.text
        self.size = len(source.text)
        self.at = start
        self.depth = 0
        self.tokens: list[Token] = []

    # --- small steps ---------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.text[index] if index < self.size else ""

    def mark(self, kind: str, start: int, end: int | None = None) -> None:
        self.tokens.append(Token(kind, start, self.at if end is None else end))

    def fail(
        self,
        message: str,
        error_id: str = "UnexpectedToken",
        span: Span | None = None,
        *,
        incomplete: bool = False,
        explain: tuple[str, dict[str, object]] | None = None,
    ) -> ParseError:
        """An error, at the present place unless told. The caller raises it."""
        where = span or Span(self.at, min(self.size, self.at + 1))
        return ParseError(message, self.source, where, error_id, incomplete=incomplete, explain=explain)

    def unsupported(
        self, construct: str, start: int, end: int | None = None, substitute: str = ""
    ) -> ParseError:
        """The refusal by name: this is PowerShell, but not hvlab's."""
        line, column = self.source.line_column(start)
        return self.fail(
            f"`{construct}` is not part of hvlab's PowerShell (line {line}, column {column})"
            + (f"; {substitute}" if substitute else ""),
            "UnsupportedConstruct",
            Span(start, self.at if end is None else end),
            explain=left_out(construct, substitute),
        )

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(
                f"The text is nested more than {MAX_DEPTH} levels deep.",
                "NestingTooDeep",
                explain=("console.depth", {"limit": MAX_DEPTH}),
            )

    def leave(self) -> None:
        self.depth -= 1

    def skip(self, newlines: bool = False) -> None:
        """Pass over blanks, comments and continued line ends; over all line ends where ``newlines``."""
        text, size = self.text, self.size
        while self.at < size:
            char = text[self.at]
            if char in BLANKS or (newlines and char == "\n"):
                self.at += 1
            elif char == "`" and self._line_end(self.at + 1):
                self.at = self._line_end(self.at + 1)
            elif char == "#":
                start = self.at
                end = text.find("\n", start)
                self.at = size if end < 0 else end
                self.mark("comment", start)
            elif char == "<" and text.startswith("<#", self.at):
                start = self.at
                end = text.find("#>", start + 2)
                if end < 0:
                    raise self.fail(
                        "The terminator '#>' is missing from the multiline comment.",
                        "MissingTerminatorMultiLineComment",
                        Span(start, start + 2),
                        incomplete=True,
                    )
                self.at = end + 2
                self.mark("comment", start)
            else:
                return

    def _line_end(self, index: int) -> int:
        """The offset behind a line end at ``index``, or 0."""
        if self.text.startswith("\r\n", index):
            return index + 2
        if self.text.startswith("\n", index):
            return index + 1
        return 0

    # --- variables -----------------------------------------------------------------------------------------

    def variable(self, in_string: bool = False) -> Variable | None:
        """A variable at a ``$``; None when the ``$`` begins none (then it is a plain character)."""
        start = self.at
        if self.peek(1) == "{":
            end = self.text.find("}", start)
            if end < 0:
                raise self.fail(
                    "The variable reference '${' is missing the closing '}'.",
                    "MissingClosingBrace",
                    Span(start, start + 2),
                    incomplete=True,
                )
            inner = self.text[start + 2 : end]
            if not inner.strip():
                raise self.fail(
                    "Empty ${} variable reference.", "EmptyVariableReference", Span(start, end + 1)
                )
            self.at = end + 1
            self.mark("variable", start)
            scope, colon, name = inner.partition(":")
            return Variable(Span(start, self.at), name if colon else inner, scope.lower() if colon else "")
        match = _VARIABLE.match(self.text, start + 1)
        if match is None:
            return None
        if match["special"] and in_string and match["special"] != "?":
            return None
        self.at = match.end()
        if match["special"] is None and match["scope"] is None and self.peek() == ":" and self.peek(1) != ":":
            raise self.fail(
                "Variable reference is not valid. ':' was not followed by a valid variable name character. "
                "Consider using ${} to delimit the name.",
                "InvalidVariableReferenceWithDrive",
                Span(start, self.at + 1),
            )
        self.mark("variable", start)
        name = match["name"] or match["special"]
        return Variable(Span(start, self.at), name, (match["scope"] or "").lower())

    # --- strings -------------------------------------------------------------------------------------------

    def single_quoted(self) -> Constant:
        start = self.at
        self.at += 1
        parts: list[str] = []
        piece = self.at
        while True:
            if self.at >= self.size:
                raise self._unterminated("'", start)
            if self.text[self.at] in SINGLE:
                parts.append(self.text[piece : self.at])
                if self.peek(1) and self.peek(1) in SINGLE:
                    parts.append("'")
                    self.at += 2
                    piece = self.at
                    continue
                self.at += 1
                break
            self.at += 1
        self.mark("string", start)
        return Constant(Span(start, self.at), "".join(parts))

    def double_quoted(self) -> Node:
        start = self.at
        self.at += 1
        parts = self._expand(lambda: bool(self.peek()) and self.peek() in DOUBLE, '"', start, doubled=True)
        self.at += 1
        return self._string_node(parts, start)

    def here_string(self) -> Node:
        """At ``@'`` or ``@"``."""
        start = self.at
        quote = "'" if self.text[start + 1] in SINGLE else '"'
        quotes = SINGLE if quote == "'" else DOUBLE
        self.at += 2
        while self.peek() and self.peek() in BLANKS:
            self.at += 1
        if self.peek() != "\n":
            raise self.fail(
                "No characters are allowed after a here-string header but before the end of the line.",
                "UnexpectedCharactersAfterHereStringHeader",
                incomplete=self.at >= self.size,
            )
        self.at += 1
        body = self.at
        found = re.compile(rf"(?:^|\n)[{quotes}]@").search(self.text, body - 1)
        if found is None:
            raise self.fail(
                f"The string is missing the terminator: {quote}@.",
                "TerminatorExpectedAtEndOfString",
                Span(start, start + 2),
                incomplete=True,
            )
        if quote == "'":
            value = self.text[body : max(body, found.start())].removesuffix("\r")
            self.at = found.end()
            self.mark("string", start)
            return Constant(Span(start, self.at), value)

        def at_end() -> bool:
            return (
                self.peek() == "\n" and self.peek(1) != "" and self.peek(1) in DOUBLE and self.peek(2) == "@"
            ) or (self.at == body and self.peek() in DOUBLE and self.peek(1) == "@")

        parts = self._expand(at_end, '"@', start, doubled=False)
        self.at += 3 if self.peek() == "\n" else 2
        if parts and isinstance(parts[-1], str):
            parts[-1] = parts[-1].removesuffix("\r")
        return self._string_node(parts, start)

    def _string_node(self, parts: list[str | Node], start: int) -> Node:
        """Build the node; the string's own text is marked around what was expanded."""
        span = Span(start, self.at)
        inner = [part.span for part in parts if isinstance(part, Node)]
        position = start
        for piece in inner:
            if piece.start > position:
                self.mark("string", position, piece.start)
            position = piece.end
        if position < self.at:
            self.mark("string", position)
        if not inner:
            return Constant(span, "".join(part for part in parts if isinstance(part, str)))
        return Expandable(span, parts)

    def _expand(
        self, at_end: Callable[[], bool], terminator: str, start: int, *, doubled: bool
    ) -> list[str | Node]:
        """Read text with ``$`` and backtick up to the end; the end itself stays unread."""
        parts: list[str | Node] = []
        plain: list[str] = []
        while True:
            if self.at >= self.size:
                raise self._unterminated(terminator, start)
            char = self.text[self.at]
            if doubled and char in DOUBLE and self.peek(1) and self.peek(1) in DOUBLE:
                plain.append('"')
                self.at += 2
            elif at_end():
                break
            elif char == "`" and self.at + 1 < self.size:
                plain.append(self.escape())
            elif char == "$" and (part := self.expansion()) is not None:
                if plain:
                    parts.append("".join(plain))
                    plain = []
                parts.append(part)
            else:
                plain.append(char)
                self.at += 1
        if plain:
            parts.append("".join(plain))
        return parts

    def escape(self) -> str:
        """The character a backtick stands for; passes over both."""
        end = self._line_end(self.at + 1)
        if end:
            self.at = end
            return ""
        char = self.text[self.at + 1]
        self.at += 2
        return ESCAPES.get(char, char)

    def expansion(self) -> Node | None:
        """What a ``$`` in text stands for, or None for a plain dollar sign."""
        if self.peek(1) == "(":
            return self.sub_expression()
        return self.variable(in_string=True)

    def sub_expression(self) -> SubExpression:
        start = self.at
        self.at += 2
        self.mark("punctuation", start)
        self.enter()
        body = self.parse_block_until(")")
        self.leave()
        self.at += 1
        self.mark("punctuation", self.at - 1)
        return SubExpression(Span(start, self.at), body)

    def _unterminated(self, terminator: str, start: int) -> ParseError:
        return self.fail(
            f"The string is missing the terminator: {terminator}.",
            "TerminatorExpectedAtEndOfString",
            Span(start, self.size),
            incomplete=True,
        )

    # --- numbers -------------------------------------------------------------------------------------------

    def number(self) -> Constant | None:
        """A number of expression mode at the present place; None when what stands there is no number."""
        match = NUMBER.match(self.text, self.at)
        if match is None or (match["hex"] is None and match["whole"] is None and match["fraction"] is None):
            return None
        start, end = self.at, match.end()
        follow = self.text[end : end + 1]
        if follow.isalnum() or follow == "_":
            return None
        if (match["suffix"] or "").lower() == "d":
            raise self.unsupported("decimal literal", start, end, "write the number without the suffix d")
        value = _number_value(match)
        if value is None:
            raise self.fail(
                f"The numeric constant {match[0]} is not valid.", "BadNumericConstant", Span(start, end)
            )
        self.at = end
        self.mark("number", start)
        return Constant(Span(start, end), value, match[0])
