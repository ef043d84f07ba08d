"""Operands: literals, brackets, script blocks and hashtables, and the members and indexes that follow."""

from __future__ import annotations

import re

from hvlab.console.scanner import BLANKS, DASHES, DOUBLE, SINGLE, Scanner
from hvlab.console.source import Span
from hvlab.console.syntax import (
    ArrayExpression,
    BlockBody,
    BlockLiteral,
    Constant,
    HashLiteral,
    Index,
    Invoke,
    Member,
    Node,
    Paren,
    Step,
    TypeLiteral,
    Variable,
)

_IDENTIFIER = re.compile(r"\w+")


class OperandParser(Scanner):
    """What an operator can stand between. Operators and statements are the subclasses'."""

    def expression(self, lowest: int = 0) -> Node:
        raise NotImplementedError

    def argument_expression(self) -> Node:
        raise NotImplementedError

    def comma_list_item(self) -> Node:
        raise NotImplementedError

    def starts_operand(self) -> bool:
        raise NotImplementedError

    def pipeline_or_statement(self) -> Node:
        raise NotImplementedError

    def block_body(self) -> BlockBody:
        raise NotImplementedError

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
