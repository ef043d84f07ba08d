"""Pipelines, assignments and commands: command mode, where a bare word is text."""

from __future__ import annotations

import re

from hvlab.console.declarations import DeclarationParser
from hvlab.console.errors import ParseError
from hvlab.console.scanner import BLANKS, DASHES, DOUBLE, SINGLE, WORD_END, parse_number
from hvlab.console.source import Span
from hvlab.console.syntax import (
    ArrayLiteral,
    Assignment,
    BareWord,
    Cast,
    Command,
    Constant,
    Expandable,
    ExpressionElement,
    Index,
    Member,
    Node,
    ParameterArgument,
    Pipeline,
    Redirection,
    Splat,
    Variable,
)

MAX_STAGES = 100
_SPLAT = re.compile(r"@(\w+)")
PARAMETER = re.compile(rf"[{DASHES}]([A-Za-z_?][^\s{{}}()\[;,|&.:`'\"]*)(:?)")
_REDIRECTION = re.compile(r"([1-6*])?(>>|>)(?:&([12]))?")
_ASSIGN = re.compile(rf"[{DASHES}+*/%]?=")  # the dashes first: elsewhere they would make a range


class CommandParser(DeclarationParser):
    """The part of the grammar between expressions and statements."""

    # --- pipelines -----------------------------------------------------------------------------------------

    def pipeline_or_assignment(self) -> Node:
        start = self.at
        if not self._starts_expression():
            return self._pipeline(self._command())
        expression = self.expression()
        self.skip()
        match = _ASSIGN.match(self.text, self.at)
        if match is not None:
            return self._assignment(expression, match)
        element = ExpressionElement(expression.span, expression)
        self._redirections(element.redirections)
        element.span = Span(start, max(expression.span.end, self._last_end(element.redirections)))
        return self._pipeline(element)

    def _last_end(self, redirections: list[Redirection]) -> int:
        return redirections[-1].span.end if redirections else 0

    def _assignment(self, target: Node, match: re.Match[str]) -> Node:
        inner = target
        while isinstance(inner, Cast):
            inner = inner.operand
        targets = inner.items if isinstance(inner, ArrayLiteral) else [inner]
        if not all(isinstance(item, (Variable, Member, Index)) for item in targets):
            raise self.fail(
                "The assignment expression is not valid. The input to an assignment operator must be an "
                "object "
                "that is able to accept assignments, such as a variable or a property.",
                "InvalidLeftHandSide",
                target.span,
            )
        self.at = match.end()
        self.mark("operator", match.start())
        self.skip(newlines=True)
        if self.peek() in ("", ";", "}", ")", "|"):
            raise self.fail(
                f"You must provide a value expression following the '{match[0]}' operator.",
                "ExpectedValueExpression",
                Span(match.start(), match.end()),
                incomplete=self.at >= self.size,
            )
        operator = match[0] if match[0][0] not in DASHES else "-="
        value = self.pipeline_or_statement()
        return Assignment(Span(target.span.start, value.span.end), target, operator, value)

    def _starts_expression(self) -> bool:
        """Whether the next character puts the parser into expression mode."""
        char = self.peek()
        if char == "":
            return False
        if char in "$([{!," or char in SINGLE + DOUBLE:
            return True
        if char == "@":
            return True
        if char.isdigit() or (char == "." and self.peek(1).isdigit()):
            before, marks = self.at, len(self.tokens)
            found = self.number()
            self.at = before
            del self.tokens[marks:]
            return found is not None
        if char in DASHES or char == "+":
            after = self.peek(1)
            if after == "":
                return True
            if after.isalpha():
                match = PARAMETER.match(self.text, self.at)
                return match is not None and match[1].lower() in (
                    "not",
                    "bnot",
                    "join",
                    "split",
                    "csplit",
                    "isplit",
                )
            return True
        return False

    def _pipeline(self, first: Node) -> Node:
        elements = [first]
        while True:
            self.skip()
            if self.peek() != "|":
                break
            bar = self.at
            if self.peek(1) == "|":
                raise self.unsupported(
                    "||", self.at, self.at + 2, "write the first; then if (-not $?) { the second }"
                )
            self.at += 1
            self.mark("operator", bar)
            self.skip(newlines=True)
            char = self.peek()
            if char in ("", "|", ";", ")", "}"):
                raise self.fail(
                    "An empty pipe element is not allowed.",
                    "EmptyPipeElement",
                    Span(bar, bar + 1),
                    incomplete=char == "",
                )
            if self._starts_expression() and char not in "{":
                raise self._expression_in_pipe()
            if char == "{":
                raise self._expression_in_pipe()
            if len(elements) >= MAX_STAGES:
                raise self.fail(f"A pipeline may have at most {MAX_STAGES} elements.", "NestingTooDeep")
            elements.append(self._command())
        return Pipeline(Span(elements[0].span.start, elements[-1].span.end), elements)

    def _expression_in_pipe(self) -> ParseError:
        start = self.at
        end = start
        while end < self.size and self.text[end] not in BLANKS + "\n|;":
            end += 1
        return self.fail(
            "Expressions are only allowed as the first element of a pipeline.",
            "ExpressionsMustBeFirstInPipeline",
            Span(start, max(end, start + 1)),
        )

    # --- commands ------------------------------------------------------------------------------------------

    def _command(self) -> Command:
        start = self.at
        operator = ""
        if self.peek() == "&" or (
            self.peek() == "." and self.peek(1) in BLANKS + "\n(${;|)}<" + SINGLE + DOUBLE
        ):
            operator = self.peek()
            self.at += 1
            self.mark("operator", start)
            self.skip(newlines=True)
            if self.peek() in ("", ";", "|", ")", "}"):
                raise self.fail(
                    f"Missing expression after '{operator}' in pipeline element.",
                    "MissingExpression",
                    Span(start, start + 1),
                    incomplete=self.at >= self.size,
                )
        if operator and self._starts_expression():
            name: Node = self.primary()
        else:
            begin, marks = self.at, len(self.tokens)
            name = self._word()
            del self.tokens[marks:]
            self.mark("command", begin)
        node = Command(Span(start, self.at), name, [], [], operator)
        self._elements(node)
        last = max(
            name.span.end,
            node.elements[-1].span.end if node.elements else 0,
            self._last_end(node.redirections),
        )
        node.span = Span(start, last)
        return node

    def _elements(self, node: Command) -> None:
        only_arguments = False  # behind --
        while True:
            self.skip()
            char = self.peek()
            if char in ("", "\n", ";", "|", ")", "}", "&"):
                return
            if self._redirections(node.redirections):
                continue
            if char in "<":
                raise self.fail("The '<' operator is reserved for future use.", "RedirectionNotSupported")
            if self.text.startswith("--%", self.at):
                raise self.unsupported("--%", self.at, self.at + 3, "put the argument in quotation marks")
            if self.text.startswith("--", self.at) and (self.peek(2) == "" or self.peek(2) in WORD_END):
                self.mark("operator", self.at, self.at + 2)
                self.at += 2
                only_arguments = True
                continue
            match = None if only_arguments else PARAMETER.match(self.text, self.at)
            if match is not None:
                node.elements.append(self._parameter(match))
                continue
            match = _SPLAT.match(self.text, self.at)
            if match is not None:
                self.at = match.end()
                self.mark("variable", match.start())
                node.elements.append(Splat(Span(match.start(), match.end()), match[1]))
                continue
            node.elements.append(self._argument_list())

    def _parameter(self, match: re.Match[str]) -> Node:
        start = match.start()
        self.at = match.end()
        self.mark("parameter", start)
        if not match[2]:
            return ParameterArgument(Span(start, self.at), match[1])
        self.skip()
        if self.peek() in ("", "\n", ";", "|", ")", "}"):
            raise self.fail(
                f"Parameter '-{match[1]}:' needs an argument.",
                "ParameterRequiresArgument",
                Span(start, match.end()),
                incomplete=self.at >= self.size,
            )
        value = self._argument_list()
        return ParameterArgument(Span(start, value.span.end), match[1], value)

    def _argument_list(self) -> Node:
        first = self.command_argument()
        items = [first]
        while True:
            before = self.at
            self.skip()
            if self.peek() != ",":
                self.at = before
                break
            comma = self.at
            self.at += 1
            self.mark("operator", comma)
            self.skip(newlines=True)
            if self.peek() in ("", ";", "|", ")", "}", ","):
                raise self.fail(
                    "Missing argument in parameter list.",
                    "MissingArgument",
                    Span(comma, comma + 1),
                    incomplete=self.at >= self.size,
                )
            items.append(self.command_argument())
        if len(items) == 1:
            return first
        return ArrayLiteral(Span(first.span.start, items[-1].span.end), items)

    def command_argument(self) -> Node:
        """One argument of command mode."""
        self.enter()
        try:
            char = self.peek()
            if char == "$":
                if self.peek(1) == "(":
                    return self.postfix(self.sub_expression())
                return self._dollar_argument()
            if char in "({" or char in SINGLE + DOUBLE:
                return self.primary()
            if char == "@":
                after = self.peek(1)
                if after in ("(", "{") or (after and after in SINGLE + DOUBLE):
                    return self.primary()
                raise self._unexpected()
            if char == ",":
                raise self.fail("Missing argument in parameter list.", "MissingArgument")
            return self._word()
        finally:
            self.leave()

    def _dollar_argument(self) -> Node:
        """``$x`` with what hangs on it; ``$x/more`` is a word to be filled in."""
        before, marks = self.at, len(self.tokens)
        found = self.variable()
        after = self.peek()
        if found is not None and (after == "" or after in WORD_END or after in ".["):
            return self.postfix(found)
        self.at = before
        del self.tokens[marks:]
        return self._word()

    def _word(self) -> Node:
        """An unquoted word: a plain one, a number, or one with variables in it."""
        start = self.at
        parts: list[str | Node] = []
        plain: list[str] = []
        quoted = False
        while self.at < self.size:
            char = self.text[self.at]
            if char in WORD_END:
                break
            if char == "`" and self.at + 1 < self.size:
                if self._line_end(self.at + 1):
                    break
                plain.append(self.escape())
                quoted = True
            elif char in SINGLE:
                plain.append(str(self.single_quoted().value))
                quoted = True
            elif char in DOUBLE:
                inner = self.double_quoted()
                quoted = True
                if isinstance(inner, Expandable):
                    if plain:
                        parts.append("".join(plain))
                        plain = []
                    parts += inner.parts
                else:
                    plain.append(str(getattr(inner, "value", "")))
            elif char == "$" and (part := self.expansion()) is not None:
                if plain:
                    parts.append("".join(plain))
                    plain = []
                parts.append(part)
            else:
                plain.append(char)
                self.at += 1
        span = Span(start, self.at)
        if self.at == start:
            raise self._unexpected()
        if parts:
            if plain:
                parts.append("".join(plain))
            self.mark("word", start)
            return Expandable(span, parts, bare=True)
        text = "".join(plain)
        if not quoted and (value := parse_number(text)) is not None:
            self.mark("number", start)
            return Constant(span, value, text)
        self.mark("word", start)
        return BareWord(span, text)

    def _redirections(self, into: list[Redirection]) -> bool:
        """Read redirections at this place; whether there was one."""
        found = False
        while True:
            before = self.at
            self.skip()
            match = _REDIRECTION.match(self.text, self.at)
            if match is None or (match[1] and self.at > 0 and self.text[self.at - 1] not in BLANKS + ")}]"):
                self.at = before
                return found
            found = True
            start = self.at
            self.at = match.end()
            self.mark("operator", start)
            stream = match[1] or "1"
            if match[3]:
                into.append(Redirection(Span(start, self.at), stream, None))
                continue
            self.skip()
            if self.peek() in ("", "\n", ";", "|", ")", "}"):
                raise self.fail(
                    "Missing file specification after redirection operator.",
                    "MissingFileSpecification",
                    Span(start, match.end()),
                    incomplete=self.at >= self.size,
                )
            target = self.command_argument()
            into.append(Redirection(Span(start, target.span.end), stream, target, append=match[2] == ">>"))
