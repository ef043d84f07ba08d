"""Expression mode: operators with PowerShell's precedence, and casts.

From loosest to tightest: logical; bitwise; comparison; ``+ -``; ``* / %``; ``-f``; ``..``; the comma; unary
operators and casts; members and indexes.
"""

from __future__ import annotations

import re

from hvlab.console.operands import OperandParser
from hvlab.console.scanner import DASHES, DOUBLE, SINGLE
from hvlab.console.source import Span
from hvlab.console.syntax import (
    ArrayLiteral,
    Binary,
    Cast,
    Constant,
    Node,
    Step,
    TypeLiteral,
    Unary,
)

_COMPARISONS = [
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "like",
    "notlike",
    "match",
    "notmatch",
    "contains",
    "notcontains",
    "in",
    "notin",
    "replace",
    "split",
]
PRECEDENCE: dict[str, int] = {
    **dict.fromkeys(("and", "or", "xor"), 1),
    **dict.fromkeys(("band", "bor", "bxor"), 2),
    **dict.fromkeys((*_COMPARISONS, "join", "is", "isnot", "as", "shl", "shr"), 3),
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "%": 5,
    "f": 6,
    "..": 7,
}
#: Dash operators as written -> (operator, case prefix).
WORD_OPERATORS: dict[str, tuple[str, str]] = {
    **{word: (word, "") for word in PRECEDENCE if word.isalpha()},
    **{prefix + word: (word, prefix) for prefix in "ci" for word in _COMPARISONS},
}
UNARY_WORDS = frozenset(("not", "bnot", "join", "split", "csplit", "isplit"))
_WORD = re.compile(r"[A-Za-z]+")
_TYPE = re.compile(r"\[\s*([A-Za-z_][\w.]*)\s*(\[\s*\])?\s*\]")
#: Characters that can begin an operand behind a cast.
_OPERAND_START = frozenset("$@([{0123456789.!+" + SINGLE + DOUBLE + DASHES)


class ExpressionParser(OperandParser):
    """The part of the grammar that deals with values. Statements are the subclass's."""

    # --- operators -----------------------------------------------------------------------------------------

    def expression(self, lowest: int = 0) -> Node:
        """An expression whose operators bind at least as tightly as ``lowest``."""
        self.enter()
        try:
            left = self.comma_list()
            while (found := self.binary_operator()) is not None:
                operator, case, end = found
                level = PRECEDENCE[operator]
                if level <= lowest:
                    break
                span = Span(self.at, end)
                self.at = end
                self.mark("operator", span.start)
                self.skip(newlines=True)
                if not self.starts_operand():
                    raise self.fail(
                        f"You must provide a value expression following the '{self.source.slice(span)}' "
                        "operator.",
                        "ExpectedValueExpression",
                        span,
                        incomplete=self.at >= self.size,
                    )
                right = self.expression(level)
                left = Binary(Span(left.span.start, right.span.end), operator, case, left, right, span)
            return left
        finally:
            self.leave()

    def binary_operator(self) -> tuple[str, str, int] | None:
        """(operator, case prefix, end) of the operator at the next place, which is left unread."""
        self.skip()
        char = self.peek()
        if char == "":
            return None
        if char in DASHES:
            word = _WORD.match(self.text, self.at + 1)
            if word is not None:
                known = WORD_OPERATORS.get(word[0].lower())
                if known is not None:
                    return (*known, word.end())
                return None
            if self.peek(1) in ("=",) or (self.peek(1) and self.peek(1) in DASHES):
                return None
            return "-", "", self.at + 1
        if char in "+*/%":
            if self.peek(1) == "=" or (char == "+" and self.peek(1) == "+"):
                return None
            return char, "", self.at + 1
        if char == "." and self.peek(1) == ".":
            return "..", "", self.at + 2
        return None

    def starts_operand(self) -> bool:
        char = self.peek()
        return bool(char) and (char in _OPERAND_START or char == ",")

    def comma_list(self) -> Node:
        start = self.at
        if self.peek() == ",":  # unary comma: a list of one
            self.at += 1
            self.mark("operator", start)
            self.skip(newlines=True)
            self.enter()
            item = self.comma_list_item()
            self.leave()
            return ArrayLiteral(Span(start, item.span.end), [item])
        first = self.comma_list_item()
        items = [first]
        while True:
            self.skip()
            if self.peek() != ",":
                break
            comma = self.at
            self.at += 1
            self.mark("operator", comma)
            self.skip(newlines=True)
            if not self.starts_operand():
                raise self.fail(
                    "Missing expression after ','.",
                    "MissingExpressionAfterToken",
                    Span(comma, comma + 1),
                    incomplete=self.at >= self.size,
                )
            items.append(self.comma_list_item())
        if len(items) == 1:
            return first
        return ArrayLiteral(Span(first.span.start, items[-1].span.end), items)

    def comma_list_item(self) -> Node:
        """An operand with its unary operators and casts."""
        self.enter()
        try:
            return self._unary()
        finally:
            self.leave()

    def _unary(self) -> Node:
        start = self.at
        char = self.peek()
        if char == ",":
            return self.comma_list()
        if char == "!":
            self.at += 1
            self.mark("operator", start)
            return self._unary_of("not", start)
        if char and char in DASHES:
            word = _WORD.match(self.text, self.at + 1)
            if word is not None:
                if word[0].lower() not in UNARY_WORDS:
                    raise self._unexpected()
                self.at = word.end()
                self.mark("operator", start)
                return self._unary_of(word[0].lower(), start)
            if self.peek(1) and self.peek(1) in DASHES:
                return self._prefix_step(-1)
            self.at += 1
            self.mark("operator", start)
            return self._unary_of("-", start)
        if char == "+":
            if self.peek(1) == "+":
                return self._prefix_step(1)
            self.at += 1
            self.mark("operator", start)
            return self._unary_of("+", start)
        if char == "[":
            return self._type_or_cast()
        return self.primary()

    def _unary_of(self, operator: str, start: int) -> Node:
        end = self.at
        self.skip(newlines=True)
        if not self.starts_operand():
            raise self.fail(
                f"Missing expression after unary operator '{self.text[start:end]}'.",
                "MissingExpressionAfterOperator",
                Span(start, end),
                incomplete=self.at >= self.size,
            )
        operand = self.comma_list_item()
        if operator == "-" and isinstance(operand, Constant) and operand.text is not None:
            value = operand.value
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return Constant(Span(start, operand.span.end), -value, "-" + operand.text)
        return Unary(Span(start, operand.span.end), operator, operand)

    def _prefix_step(self, delta: int) -> Node:
        start = self.at
        self.at += 2
        self.mark("operator", start)
        self.skip()
        target = self.comma_list_item()
        return Step(Span(start, target.span.end), target, delta, prefix=True)

    def _type_or_cast(self) -> Node:
        start = self.at
        match = _TYPE.match(self.text, start)
        if match is None:
            close = self.text.find("]", start)
            end = close + 1 if close >= 0 else min(self.size, start + 1)
            raise self.fail(
                "Missing type name after '['."
                if self.peek(1) in ("", "]")
                else f"Unable to find type {self.text[start:end]}.",
                "TypeNotFound",
                Span(start, end),
                incomplete=close < 0,
            )
        self.at = match.end()
        self.mark("type", start)
        name = match[1] + ("[]" if match[2] else "")
        literal = TypeLiteral(Span(start, self.at), name)
        if self.text.startswith("::", self.at):
            return self.postfix(literal)
        before = self.at
        self.skip()
        dash = self.peek() != "" and self.peek() in DASHES
        operator = (
            dash
            and (word := _WORD.match(self.text, self.at + 1)) is not None
            and (word[0].lower() not in UNARY_WORDS)
        )
        if self.starts_operand() and not operator and not self.text.startswith("..", self.at):
            operand = self.comma_list_item()
            return Cast(Span(start, operand.span.end), name, operand)
        self.at = before
        return self.postfix(literal)

    def argument_expression(self) -> Node:
        """An expression in which a comma separates arguments instead of building a list."""
        self.enter()
        try:
            left = self.comma_list_item()
            return self._climb_without_comma(left, 0)
        finally:
            self.leave()

    def _climb_without_comma(self, left: Node, lowest: int) -> Node:
        while (found := self.binary_operator()) is not None:
            operator, case, end = found
            level = PRECEDENCE[operator]
            if level <= lowest:
                break
            span = Span(self.at, end)
            self.at = end
            self.mark("operator", span.start)
            self.skip(newlines=True)
            self.enter()
            right = self._climb_without_comma(self.comma_list_item(), level)
            self.leave()
            left = Binary(Span(left.span.start, right.span.end), operator, case, left, right, span)
        return left
