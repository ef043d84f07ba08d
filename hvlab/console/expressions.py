"""Expression mode: operators with PowerShell's precedence, and everything that can be an operand.

From loosest to tightest: logical; bitwise; comparison; ``+ -``; ``* / %``; ``-f``; ``..``; the comma; unary
operators and casts; members and indexes.
"""

from __future__ import annotations

import re

from hvlab.console.scanner import BLANKS, DASHES, DOUBLE, SINGLE, Scanner
from hvlab.console.source import Span
from hvlab.console.syntax import (
    ArrayExpression,
    ArrayLiteral,
    Binary,
    BlockBody,
    BlockLiteral,
    Cast,
    Constant,
    HashLiteral,
    Index,
    Invoke,
    Member,
    Node,
    Paren,
    Step,
    TypeLiteral,
    Unary,
    Variable,
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
    **dict.fromkeys((*_COMPARISONS, "join", "is", "isnot", "as"), 3),
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
REFUSED_WORDS = frozenset(("shl", "shr"))
_WORD = re.compile(r"[A-Za-z]+")
_IDENTIFIER = re.compile(r"\w+")
_TYPE = re.compile(r"\[\s*([A-Za-z_][\w.]*)\s*(\[\s*\])?\s*\]")
#: Characters that can begin an operand behind a cast.
_OPERAND_START = frozenset("$@([{0123456789.!+" + SINGLE + DOUBLE + DASHES)


class ExpressionParser(Scanner):
    """The part of the grammar that deals with values. Statements are the subclass's."""

    def pipeline_or_statement(self) -> Node:
        raise NotImplementedError

    def block_body(self) -> BlockBody:
        raise NotImplementedError

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
                if word[0].lower() in REFUSED_WORDS:
                    raise self.unsupported(f"-{word[0]}", self.at, word.end())
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

    # --- operands ------------------------------------------------------------------------------------------

    def primary(self) -> Node:
        return self.postfix(self._operand())

    def _operand(self) -> Node:
        char = self.peek()
        start = self.at
        if char == "$":
            if self.peek(1) == "(":
                return self.sub_expression()
            found = self.variable()
            if found is None:
                raise self._unexpected()
            return found
        if char == "":
            raise self.fail("An expression was expected.", "ExpectedExpression", incomplete=True)
        if char in SINGLE:
            return self.single_quoted()
        if char in DOUBLE:
            return self.double_quoted()
        if char.isdigit() or (char == "." and self.peek(1).isdigit()):
            number = self.number()
            if number is None:
                raise self._unexpected()
            return number
        if char == "(":
            return self._paren()
        if char == "{":
            return self.block_literal()
        if char == "@":
            after = self.peek(1)
            if after == "(":
                self.at += 2
                self.mark("punctuation", start)
                self.enter()
                body = self.parse_block_until(")")
                self.leave()
                self.at += 1
                self.mark("punctuation", self.at - 1)
                return ArrayExpression(Span(start, self.at), body)
            if after == "{":
                return self._hash()
            if after and after in SINGLE + DOUBLE:
                return self.here_string()
            if after.isalnum() or after == "_":
                word = _IDENTIFIER.match(self.text, self.at + 1)
                end = word.end() if word else self.at + 1
                name = self.text[start + 1 : end]
                raise self.fail(
                    f"The splatting operator '@' cannot be used to reference variables in an expression. "
                    f"'@{name}' can be used only as an argument to a command. To reference variables in an "
                    f"expression use '${name}'.",
                    "SplattingNotPermitted",
                    Span(start, end),
                )
        raise self._unexpected()

    def _paren(self) -> Node:
        start = self.at
        self.at += 1
        self.mark("punctuation", start)
        self.skip(newlines=True)
        if self.peek() == ")":
            raise self.fail(
                "An expression was expected after '('.", "ExpectedExpression", Span(start, start + 1)
            )
        self.enter()
        body = self.pipeline_or_statement()
        self.leave()
        self.skip(newlines=True)
        if self.peek() != ")":
            raise self.fail(
                "Missing closing ')' in expression.",
                "MissingEndParenthesisInExpression",
                Span(self.at, min(self.at + 1, self.size)) if self.at < self.size else Span(start, start + 1),
                incomplete=self.at >= self.size,
            )
        self.at += 1
        self.mark("punctuation", self.at - 1)
        return Paren(Span(start, self.at), body)

    def block_literal(self) -> BlockLiteral:
        start = self.at
        self.at += 1
        self.mark("punctuation", start)
        self.enter()
        body = self.block_body()
        self.leave()
        self.close_brace(start)
        return BlockLiteral(Span(start, self.at), body)

    def close_brace(self, opened: int) -> None:
        self.skip(newlines=True)
        if self.peek() != "}":
            raise self.fail(
                "Missing closing '}' in statement block or type definition.",
                "MissingEndCurlyBrace",
                Span(opened, opened + 1),
                incomplete=self.at >= self.size,
            )
        self.at += 1
        self.mark("punctuation", self.at - 1)

    def _hash(self) -> Node:
        start = self.at
        self.at += 2
        self.mark("punctuation", start)
        pairs: list[tuple[Node, Node]] = []
        self.enter()
        while True:
            self.skip(newlines=True)
            while self.peek() == ";":
                self.at += 1
                self.skip(newlines=True)
            if self.peek() in ("}", ""):
                break
            key = self._hash_key()
            self.skip()
            if self.peek() != "=":
                raise self.fail(
                    "Missing '=' operator after key in hash literal.",
                    "MissingEqualsInHashLiteral",
                    key.span,
                    incomplete=self.at >= self.size,
                )
            self.at += 1
            self.mark("operator", self.at - 1)
            self.skip(newlines=True)
            if self.peek() in ("", "}", ";"):
                raise self.fail(
                    "Missing statement after '=' in hash literal.",
                    "MissingStatementInHashLiteral",
                    Span(self.at - 1, self.at),
                    incomplete=self.at >= self.size,
                )
            pairs.append((key, self.pipeline_or_statement()))
            self.skip()
            if self.peek() not in (";", "\n", "}", ""):
                raise self.fail(
                    "The hash literal was incomplete.",
                    "IncompleteHashLiteral",
                    Span(self.at, self.at + 1),
                )
        self.leave()
        self.close_hash(start)
        return HashLiteral(Span(start, self.at), pairs)

    def close_hash(self, opened: int) -> None:
        if self.peek() != "}":
            raise self.fail(
                "The hash literal was incomplete.",
                "IncompleteHashLiteral",
                Span(opened, opened + 2),
                incomplete=True,
            )
        self.at += 1
        self.mark("punctuation", self.at - 1)

    def _hash_key(self) -> Node:
        match = _IDENTIFIER.match(self.text, self.at)
        if match is not None and not match[0][0].isdigit():
            self.at = match.end()
            self.mark("member", match.start())
            return Constant(Span(match.start(), match.end()), match[0])
        return self.comma_list_item()

    # --- members -------------------------------------------------------------------------------------------

    def postfix(self, node: Node) -> Node:
        """Members, calls, indexes and ++/-- that follow without a blank."""
        links = 0
        while True:
            links += 1
            if links > 200:
                raise self.fail("The expression has too many members in a row.", "NestingTooDeep")
            char = self.peek()
            if char == "." and self.peek(1) != "." and self._starts_member(self.at + 1):
                node = self._member(node, 1, static=False)
            elif char == ":" and self.peek(1) == ":" and isinstance(node, TypeLiteral):
                node = self._member(node, 2, static=True)
            elif char == "[" and not isinstance(node, TypeLiteral):
                node = self._index(node)
            elif char == "?" and self.peek(1) == "." and not isinstance(node, Constant):
                raise self.unsupported("?.", self.at, self.at + 2, "Windows PowerShell does not know it")
            elif char == "+" and self.peek(1) == "+" and isinstance(node, (Variable, Member, Index)):
                self.at += 2
                self.mark("operator", self.at - 2)
                return Step(Span(node.span.start, self.at), node, 1, prefix=False)
            elif (
                char != ""
                and char in DASHES
                and self.peek(1) != ""
                and self.peek(1) in DASHES
                and isinstance(node, (Variable, Member, Index))
            ):
                self.at += 2
                self.mark("operator", self.at - 2)
                return Step(Span(node.span.start, self.at), node, -1, prefix=False)
            else:
                return node

    def _starts_member(self, index: int) -> bool:
        char = self.text[index : index + 1]
        return char != "" and (char.isalpha() or char == "_" or char in "$(" or char in SINGLE + DOUBLE)

    def _member(self, target: Node, width: int, *, static: bool) -> Node:
        operator = self.at
        self.at += width
        self.mark("punctuation", operator)
        match = _IDENTIFIER.match(self.text, self.at)
        name: Node
        if match is not None:
            self.at = match.end()
            self.mark("member", match.start())
            name = Constant(Span(match.start(), match.end()), match[0])
        elif self.starts_operand():
            name = self._operand()
        else:
            raise self.fail(
                "Missing property name after reference operator.",
                "MissingPropertyName",
                Span(operator, self.at),
                incomplete=self.at >= self.size,
            )
        if self.peek() != "(":
            return Member(Span(target.span.start, name.span.end), target, name, static)
        opened = self.at
        self.at += 1
        self.mark("punctuation", opened)
        self.enter()
        arguments: list[Node] = []
        self.skip(newlines=True)
        while self.peek() not in (")", ""):
            arguments.append(self.argument_expression())
            self.skip(newlines=True)
            if self.peek() != ",":
                break
            self.at += 1
            self.mark("punctuation", self.at - 1)
            self.skip(newlines=True)
        self.leave()
        if self.peek() != ")":
            raise self.fail(
                "Missing ')' in method call.",
                "MissingEndParenthesisInMethodCall",
                Span(self.at, min(self.size, self.at + 1))
                if self.at < self.size
                else Span(opened, opened + 1),
                incomplete=self.at >= self.size,
            )
        self.at += 1
        self.mark("punctuation", self.at - 1)
        return Invoke(Span(target.span.start, self.at), target, name, arguments, static)

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

    def _index(self, target: Node) -> Node:
        opened = self.at
        self.at += 1
        self.mark("punctuation", opened)
        self.skip(newlines=True)
        if self.peek() in ("]", ""):
            raise self.fail(
                "Array index expression is missing or not valid.",
                "MissingArrayIndexExpression",
                Span(opened, opened + 1),
                incomplete=self.at >= self.size,
            )
        index = self.expression()
        self.skip(newlines=True)
        if self.peek() != "]":
            raise self.fail(
                "Missing ] at end of type token or index.",
                "MissingEndSquareBracket",
                Span(self.at, min(self.size, self.at + 1))
                if self.at < self.size
                else Span(opened, opened + 1),
                incomplete=self.at >= self.size,
            )
        self.at += 1
        self.mark("punctuation", self.at - 1)
        return Index(Span(target.span.start, self.at), target, index)

    def _unexpected(self) -> Exception:
        """The next token stands where it cannot."""
        start = self.at
        end = start
        stops = BLANKS + "\n;|)}]"
        while end < self.size and self.text[end] not in stops:
            end += 1
        end = max(end, start + 1)
        token = self.text[start : min(end, start + 60)]
        if start >= self.size:
            return self.fail("An expression was expected.", "ExpectedExpression", incomplete=True)
        if token == "\n":
            return self.fail(
                "Unexpected end of line in expression.", "UnexpectedToken", Span(start, start + 1)
            )
        return self.fail(
            f"Unexpected token '{token}' in expression or statement.", "UnexpectedToken", Span(start, end)
        )
