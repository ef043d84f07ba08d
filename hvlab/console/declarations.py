"""Script block bodies: ``param( )`` with its attributes, and begin/process/end."""

from __future__ import annotations

import re

from hvlab.console.expressions import ExpressionParser
from hvlab.console.source import Span
from hvlab.console.syntax import (
    BareWord,
    Block,
    BlockBody,
    Constant,
    Node,
    ParameterDeclaration,
    Unary,
    Variable,
)
from hvlab.console.validation import KNOWN

_WORD = re.compile(r"[A-Za-z]+(?![\w-])")
_ATTRIBUTE = re.compile(r"\[\s*([A-Za-z_][\w.]*)\s*\(")
_TYPE = re.compile(r"\[\s*([A-Za-z_][\w.]*(?:\[\s*\])?)\s*\]")
_NAME = re.compile(r"\w+")


class DeclarationParser(ExpressionParser):
    """Reads what stands at the head of a script block."""

    def braces(self, after: str, start: int) -> Block:
        raise NotImplementedError

    def block_body(self, closing: str = "}") -> BlockBody:
        """The inside of ``{ }``, up to the closing brace, which is left unread; '' for a script's whole text."""
        parameters: list[ParameterDeclaration] | None = None
        advanced = should_process = False
        while True:
            self.skip(newlines=True)
            match = _ATTRIBUTE.match(self.text, self.at)
            if match is None or match[1].lower() not in ("cmdletbinding", "outputtype"):
                break
            before = self.at
            self.at = match.end()
            options = self._options()
            self.skip(newlines=True)
            if self.peek() != ")":
                raise self.fail("Missing ')' in attribute.", "MissingEndParenthesisInExpression")
            self._end_attribute(before)
            if match[1].lower() == "cmdletbinding":
                advanced = True
                should_process = should_process or bool(options.get("supportsshouldprocess"))
        word = self._word_here()
        if word == "param":
            start = self.at
            self.at += len(word)
            self.mark("keyword", start)
            self.skip(newlines=True)
            if self.peek() != "(":
                raise self.fail(
                    "Missing '(' after keyword 'param'.",
                    "MissingOpenParenthesisAfterKeyword",
                    Span(start, start + 5),
                    incomplete=self.at >= self.size,
                )
            parameters, seen = self.parameter_list()
            advanced = advanced or seen
        blocks: dict[str, Block] = {}
        while True:
            before, marks = self.at, len(self.tokens)
            self.skip(newlines=True)
            word = self._word_here()
            if word not in ("begin", "process", "end", "dynamicparam"):
                if not blocks:
                    self.at = before
                    del self.tokens[marks:]
                break
            start = self.at
            if word == "dynamicparam":
                raise self.unsupported(word, start, start + len(word), "use param( )")
            self.at += len(word)
            self.mark("keyword", start)
            blocks[word] = self.braces(f"'{word}' keyword", start)
            if self.at < self.size and self.peek() == ";":
                self.at += 1
        if blocks:
            empty = Block(Span(self.at, self.at), [])
            body = BlockBody(
                parameters, blocks.get("begin"), blocks.get("process"), blocks.get("end", empty), advanced
            )
        else:
            body = BlockBody(parameters, None, None, self.parse_block_until(closing), advanced)
        body.should_process = should_process
        return body

    def _options(self) -> dict[str, object]:
        """``Name = value, Name`` in the parentheses of [CmdletBinding( )] and [OutputType( )], by lower-case name."""
        found: dict[str, object] = {}
        while True:
            self.skip(newlines=True)
            match = _NAME.match(self.text, self.at)
            if match is None:
                if self.peek() in (")", ""):
                    return found
                self.comma_list_item()  # [OutputType([string])]: what is said there changes nothing
            else:
                self.at = match.end()
                self.mark("member", match.start())
                self.skip(newlines=True)
                value: object = True
                if self.peek() == "=":
                    self.at += 1
                    self.skip(newlines=True)
                    value = self._constant_value(self.comma_list_item(), match.start())
                found[match[0].lower()] = value
            self.skip(newlines=True)
            if self.peek() != ",":
                return found
            self.at += 1

    def _word_here(self) -> str:
        match = _WORD.match(self.text, self.at)
        return match[0].lower() if match else ""

    def _end_attribute(self, start: int) -> None:
        self.at += 1
        self.skip(newlines=True)
        if self.peek() != "]":
            raise self.fail(
                "Missing ] at end of attribute or type literal.",
                "EndSquareBracketExpectedAtEndOfAttribute",
                Span(start, min(self.size, start + 1)),
                incomplete=self.at >= self.size,
            )
        self.at += 1
        self.mark("type", start)

    def parameter_list(self) -> tuple[list[ParameterDeclaration], bool]:
        """At the ``(`` of ``param(…)`` or of ``function f(…)``; and whether [Parameter()] was seen."""
        opened = self.at
        self.at += 1
        self.mark("punctuation", opened)
        found: list[ParameterDeclaration] = []
        advanced = False
        while True:
            self.skip(newlines=True)
            if self.peek() == ")" and not found:
                break
            declaration, seen = self._declaration()
            advanced = advanced or seen
            found.append(declaration)
            self.skip(newlines=True)
            if self.peek() != ",":
                break
            self.at += 1
            self.mark("punctuation", self.at - 1)
        if self.peek() != ")":
            raise self.fail(
                "Missing ')' in function parameter list.",
                "MissingEndParenthesisInFunctionParameterList",
                Span(opened, opened + 1) if self.at >= self.size else Span(self.at, self.at + 1),
                incomplete=self.at >= self.size,
            )
        self.at += 1
        self.mark("punctuation", self.at - 1)
        return found, advanced

    def _declaration(self) -> tuple[ParameterDeclaration, bool]:
        start = self.at
        result = ParameterDeclaration(Span(start, start), "")
        advanced = False
        while self.peek() == "[":
            attribute = _ATTRIBUTE.match(self.text, self.at)
            if attribute is not None:
                advanced = self._attribute(attribute, result) or advanced
            else:
                match = _TYPE.match(self.text, self.at)
                if match is None:
                    raise self.fail("Missing type name after '['.", "MissingTypename")
                self.at = match.end()
                self.mark("type", match.start())
                result.type = "".join(match[1].split())
            self.skip(newlines=True)
        variable = self.variable() if self.peek() == "$" and self.peek(1) != "(" else None
        if not isinstance(variable, Variable):
            raise self.fail(
                "Missing parameter name in the parameter list.",
                "MissingExpressionAfterToken",
                incomplete=self.at >= self.size,
            )
        result.name = variable.name
        self.skip(newlines=True)
        if self.peek() == "=":
            self.at += 1
            self.mark("operator", self.at - 1)
            self.skip(newlines=True)
            result.default = self.argument_expression()
        result.span = Span(start, self.at)
        return result, advanced

    def _attribute(self, match: re.Match[str], result: ParameterDeclaration) -> bool:
        name = match[1].lower()
        start = self.at
        self.at = match.end()
        if name == "parameter":
            self._parameter_attribute(result)
        elif name in ("validateset", "alias"):
            values = self._constants(match[1], start)
            if name == "validateset":
                result.values = values
            else:
                result.aliases = values
        elif name in KNOWN:
            bounds = self._values()
            if len(bounds) != KNOWN[name]:
                raise self.fail(
                    f'Cannot find an overload for "{match[1]}" and the argument count: "{len(bounds)}".',
                    "BadAttributeArgument",
                    Span(start, self.at),
                )
            result.checks = [*result.checks, (name, bounds)]
        else:
            raise self.unsupported(f"[{match[1]}()]", start, match.end(), "check the value with if and throw")
        self.skip(newlines=True)
        if self.peek() != ")":
            raise self.fail("Missing ')' in attribute.", "MissingEndParenthesisInExpression")
        self._end_attribute(start)
        return name == "parameter"

    def _parameter_attribute(self, result: ParameterDeclaration) -> None:
        while True:
            self.skip(newlines=True)
            match = _NAME.match(self.text, self.at)
            if match is None:
                return
            option = match[0].lower()
            self.at = match.end()
            self.mark("member", match.start())
            self.skip(newlines=True)
            value: object = True
            if self.peek() == "=":
                self.at += 1
                self.skip(newlines=True)
                value = self._constant_value(self.comma_list_item(), match.start())
            if option == "mandatory":
                result.mandatory = bool(value)
            elif option == "position" and isinstance(value, int):
                result.position = value
            elif option == "valuefrompipeline":
                result.by_value = bool(value)
            elif option == "valuefrompipelinebypropertyname":
                result.by_property = bool(value)
            elif option not in ("helpmessage", "parametersetname", "valuefromremainingarguments"):
                raise self.unsupported(
                    f"[Parameter({match[0]})]", match.start(), match.end(), "leave the option out"
                )
            self.skip(newlines=True)
            if self.peek() != ",":
                return
            self.at += 1

    def _constant_value(self, node: Node, start: int) -> object:
        if isinstance(node, Constant):
            return node.value
        if isinstance(node, BareWord):
            return node.value
        if isinstance(node, Variable) and node.name.lower() in ("true", "false"):
            return node.name.lower() == "true"
        if isinstance(node, Unary) and isinstance(node.operand, Constant) and node.operator == "-":
            number = node.operand.value
            if isinstance(number, (int, float)):
                return -number
        raise self.fail("Attribute argument must be a constant.", "BadAttributeArgument", node.span)

    def _constants(self, name: str, start: int) -> list[str]:
        return [str(value) for value in self._values()]

    def _values(self) -> list[object]:
        """Constants up to the closing parenthesis."""
        values: list[object] = []
        while True:
            self.skip(newlines=True)
            if self.peek() in (")", ""):
                return values
            values.append(self._constant_value(self.comma_list_item(), self.at))
            self.skip(newlines=True)
            if self.peek() != ",":
                return values
            self.at += 1
