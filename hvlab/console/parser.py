"""Statements: the top of the grammar, and ``parse_source``."""

from __future__ import annotations

import re
from collections.abc import Callable

from hvlab.console.commands import PARAMETER, CommandParser
from hvlab.console.errors import ParseError
from hvlab.console.source import Source, Span
from hvlab.console.syntax import (
    Block,
    For,
    ForEach,
    Function,
    If,
    Jump,
    Node,
    Switch,
    Try,
    While,
)

_KEYWORD = re.compile(r"[A-Za-z]+(?![\w-])")
_LABEL_NAME = re.compile(r"[A-Za-z_]\w*")
_LABEL = re.compile(r":([A-Za-z_]\w*)")
_FUNCTION_NAME = re.compile(r"[^\s(){};|&,'\"$]+")
_REFUSED = {
    "workflow": "write a function",
    "class": "use [pscustomobject]@{…}",
    "enum": "use strings, or a hashtable of numbers",
    "configuration": "write a function",
    "trap": "use try and catch",
    "using": "write the type's name in full",
    "data": "use a hashtable",
    "parallel": "use foreach: the lab does one thing after the other",
    "sequence": "write the statements one after the other",
    "inlinescript": "write the statements themselves",
    "dynamicparam": "use param( )",
    "define": "use a function",
    "from": "use foreach ($item in $items)",
    "var": "write $name = value",
}


class Parser(CommandParser):
    """The whole grammar over one source."""

    # --- blocks --------------------------------------------------------------------------------------------

    def parse_block_until(self, closing: str) -> Block:
        """Statements up to ``closing`` (left unread); the end of the text counts only for ''."""
        start = self.at
        statements = self.statements(closing)
        if closing and self.peek() != closing:
            raise self._missing_closing(closing, start)
        return Block(Span(start, self.at), statements)

    def _missing_closing(self, closing: str, start: int) -> ParseError:
        if closing == "}":
            message, error_id = (
                "Missing closing '}' in statement block or type definition.",
                "MissingEndCurlyBrace",
            )
        else:
            message, error_id = (
                "Missing closing ')' in subexpression.",
                "MissingEndParenthesisInSubexpression",
            )
        opener = max(0, start - 1)
        span = Span(opener, start) if self.at >= self.size else Span(self.at, self.at + 1)
        return self.fail(message, error_id, span, incomplete=self.at >= self.size)

    def statements(self, closing: str) -> list[Node]:
        found: list[Node] = []
        while True:
            self._separators()
            if self.at >= self.size or self.peek() == closing:
                return found
            if self.peek() in ")}":
                raise self.fail(
                    f"Unexpected token '{self.peek()}' in expression or statement.", "UnexpectedToken"
                )
            statement = self.statement()
            if statement is not None:
                found.append(statement)
            self._end_of_statement(closing, statement)

    def _separators(self) -> None:
        while True:
            self.skip(newlines=True)
            if self.peek() != ";":
                return
            self.at += 1
            self.mark("punctuation", self.at - 1)

    def _end_of_statement(self, closing: str, statement: Node | None) -> None:
        self.skip()
        char = self.peek()
        if char in ("", "\n", ";") or char == closing:
            return
        if isinstance(statement, (If, While, For, ForEach, Switch, Function, Try)):
            return  # a closing brace ends these
        if char == "&":
            if self.peek(1) == "&":
                raise self.unsupported(
                    "&&", self.at, self.at + 2, "write the first; then if ($?) { the second }"
                )
            raise self.fail(
                "The ampersand (&) character is not allowed. The & operator is reserved for future use; "
                "wrap an "
                'ampersand in double quotation marks ("&") to pass it as part of a string.',
                "AmpersandNotAllowed",
            )
        if self.text.startswith("||", self.at):
            raise self.unsupported(
                "||", self.at, self.at + 2, "write the first; then if (-not $?) { the second }"
            )
        if self.text.startswith("??", self.at):
            raise self.unsupported("??", self.at, self.at + 2, "use if ($null -eq $x) { … } else { $x }")
        if char == "?":
            raise self.unsupported("?", self.at, self.at + 1, "use if ( ) { … } else { … }")
        raise self._unexpected()

    def braces(self, after: str, start: int) -> Block:
        """A ``{ … }`` that a keyword requires."""
        self.skip(newlines=True)
        if self.peek() != "{":
            raise self.fail(
                f"Missing statement block after {after}.",
                "MissingStatementBlock",
                Span(start, self.at) if self.at >= self.size else Span(self.at, self.at + 1),
                incomplete=self.at >= self.size,
            )
        opened = self.at
        self.at += 1
        self.mark("punctuation", opened)
        self.enter()
        body = self.parse_block_until("}")
        self.leave()
        self.at += 1
        self.mark("punctuation", self.at - 1)
        return Block(Span(opened, self.at), body.statements)

    # --- statements ----------------------------------------------------------------------------------------

    def pipeline_or_statement(self) -> Node:
        """What stands in ``( )`` or behind ``=``: a pipeline, an assignment or a compound statement."""
        node = self.statement()
        if node is None:
            raise self._unexpected()
        return node

    def statement(self) -> Node | None:
        self.enter()
        try:
            match = _KEYWORD.match(self.text, self.at)
            if match is not None:
                word = match[0].lower()
                reader = self._keywords().get(word)
                if reader is not None:
                    start = self.at
                    self.at = match.end()
                    self.mark("keyword", start)
                    return reader(start)
                if word in _REFUSED:
                    raise self.unsupported(match[0], self.at, match.end(), _REFUSED[word])
            label = _LABEL.match(self.text, self.at)
            if label is not None:
                return self._labelled(label)
            return self.pipeline_or_assignment()
        finally:
            self.leave()

    def _labelled(self, label: re.Match[str]) -> Node:
        """``:name`` before a loop or a switch."""
        start = self.at
        self.at = label.end()
        self.mark("keyword", start)
        self.skip(newlines=True)
        node = self.statement()
        if not isinstance(node, (While, For, ForEach, Switch)):
            raise self.fail(
                f"Missing a loop after the label '{label[0]}'.",
                "MissingLoopAfterLabel",
                Span(start, label.end()),
            )
        node.label = label[1].lower()
        return node

    def _keywords(self) -> dict[str, Callable[[int], Node]]:
        return {
            "if": self._if,
            "while": self._while,
            "do": self._do,
            "for": self._for,
            "foreach": self._foreach,
            "switch": self._switch,
            "function": self._function,
            "filter": self._function,
            "try": self._try,
            "break": self._jump,
            "continue": self._jump,
            "return": self._jump,
            "throw": self._jump,
            "exit": self._jump,
            "else": self._stray,
            "elseif": self._stray,
            "catch": self._stray,
            "finally": self._stray,
            "until": self._stray,
            "in": self._stray,
            "param": self._stray,
            "begin": self._stray,
            "process": self._stray,
            "end": self._stray,
        }

    def _stray(self, start: int) -> Node:
        raise self.fail(
            f"Unexpected token '{self.text[start : self.at]}' in expression or statement.",
            "UnexpectedToken",
            Span(start, self.at),
        )

    def _condition(self, keyword: str, start: int) -> Node:
        """``( … )`` behind if, while and switch."""
        self.skip(newlines=True)
        if self.peek() != "(":
            raise self.fail(
                f"Missing '(' after '{keyword}' in {keyword} statement.",
                "MissingOpenParenthesisInIfStatement",
                Span(start, start + len(keyword)),
                incomplete=self.at >= self.size,
            )
        opened = self.at
        self.at += 1
        self.mark("punctuation", opened)
        self.skip(newlines=True)
        if self.peek() == ")":
            raise self.fail(
                f"Missing condition in {keyword} statement after '{keyword} ('.",
                "IfStatementMissingCondition",
                Span(opened, opened + 1),
            )
        self.enter()
        node = self.pipeline_or_statement()
        self.leave()
        self._close_parenthesis(f"after expression in '{keyword}' statement", opened)
        return node

    def _close_parenthesis(self, where: str, opened: int) -> None:
        self.skip(newlines=True)
        if self.peek() != ")":
            raise self.fail(
                f"Missing closing ')' {where}.",
                "MissingEndParenthesisAfterStatement",
                Span(opened, opened + 1) if self.at >= self.size else Span(self.at, self.at + 1),
                incomplete=self.at >= self.size,
            )
        self.at += 1
        self.mark("punctuation", self.at - 1)

    def _follows(self, word: str) -> bool:
        """Read a keyword if it comes next, over line ends too; else leave the place as it was."""
        before, marks = self.at, len(self.tokens)
        self.skip(newlines=True)
        match = _KEYWORD.match(self.text, self.at)
        if match is not None and match[0].lower() == word:
            self.at = match.end()
            self.mark("keyword", match.start())
            return True
        self.at = before
        del self.tokens[marks:]
        return False

    def _if(self, start: int) -> Node:
        clauses = [(self._condition("if", start), self.braces("if ( condition )", start))]
        otherwise = None
        while True:
            if self._follows("elseif"):
                begin = self.at - len("elseif")
                clauses.append((self._condition("elseif", begin), self.braces("elseif ( condition )", begin)))
            elif self._follows("else"):
                otherwise = self.braces("'else' keyword", self.at - len("else"))
                break
            else:
                break
        return If(Span(start, self.at), clauses, otherwise)

    def _while(self, start: int) -> Node:
        condition = self._condition("while", start)
        body = self.braces("while", start)
        return While(Span(start, self.at), condition, body)

    def _do(self, start: int) -> Node:
        body = self.braces("'do' keyword", start)
        for word, negate in (("while", False), ("until", True)):
            if self._follows(word):
                condition = self._condition(word, self.at - len(word))
                return While(Span(start, self.at), condition, body, test_first=False, negate=negate)
        raise self.fail(
            "Missing while or until keyword in do loop.",
            "MissingWhileOrUntilInDoWhile",
            Span(start, start + 2),
            incomplete=not self.text[self.at :].strip(),
        )

    def _for(self, start: int) -> Node:
        self.skip(newlines=True)
        if self.peek() != "(":
            raise self.fail(
                "Missing opening '(' after keyword 'for'.",
                "MissingOpenParenthesisAfterKeyword",
                Span(start, start + 3),
                incomplete=self.at >= self.size,
            )
        opened = self.at
        self.at += 1
        self.mark("punctuation", opened)
        parts: list[Node | None] = []
        for index in range(3):
            self.skip(newlines=True)
            parts.append(None if self.peek() in (";", ")", "") else self.pipeline_or_statement())
            self.skip(newlines=True)
            if index < 2:
                if self.peek() != ";":
                    parts += [None] * (2 - index)
                    break
                self.at += 1
                self.mark("punctuation", self.at - 1)
        self._close_parenthesis("after expression in 'for' statement", opened)
        body = self.braces("for", start)
        return For(Span(start, self.at), parts[0], parts[1], parts[2], body)

    def _foreach(self, start: int) -> Node:
        self.skip(newlines=True)
        option = PARAMETER.match(self.text, self.at)
        if option is not None:
            raise self.unsupported(
                f"foreach -{option[1]}", start, option.end(), "leave the option out: one after the other"
            )
        if self.peek() != "(":
            raise self.fail(
                "Missing opening '(' after keyword 'foreach'.",
                "MissingOpenParenthesisAfterKeyword",
                Span(start, start + 7),
                incomplete=self.at >= self.size,
            )
        opened = self.at
        self.at += 1
        self.mark("punctuation", opened)
        self.skip(newlines=True)
        variable = self.variable() if self.peek() == "$" and self.peek(1) != "(" else None
        if variable is None:
            raise self.fail(
                "Missing variable name after foreach.",
                "MissingVariableNameAfterForeach",
                Span(opened, opened + 1),
                incomplete=self.at >= self.size,
            )
        if not self._follows("in"):
            raise self.fail(
                "Missing 'in' after variable in foreach loop.",
                "MissingInInForeach",
                variable.span,
                incomplete=self.at >= self.size,
            )
        self.skip(newlines=True)
        if self.peek() in (")", ""):
            raise self.fail(
                "Missing expression after 'in' in foreach loop.",
                "MissingForeachExpression",
                Span(self.at - 1, self.at),
                incomplete=self.at >= self.size,
            )
        collection = self.pipeline_or_statement()
        self._close_parenthesis("after expression in 'foreach' statement", opened)
        body = self.braces("foreach", start)
        return ForEach(Span(start, self.at), variable, collection, body)

    def _switch(self, start: int) -> Node:
        mode, case_sensitive = "", False
        while True:
            self.skip(newlines=True)
            match = PARAMETER.match(self.text, self.at)
            if match is None:
                break
            option = match[1].lower()
            self.at = match.end()
            self.mark("parameter", match.start())
            if option in ("wildcard", "regex", "exact"):
                mode = "" if option == "exact" else option
            elif option == "casesensitive":
                case_sensitive = True
            else:
                raise self.unsupported(f"switch -{match[1]}", match.start())
        subject = self._condition("switch", start)
        self.skip(newlines=True)
        if self.peek() != "{":
            raise self.fail(
                "Missing statement block in switch statement.",
                "MissingCurlyBraceInSwitchStatement",
                Span(start, start + 6),
                incomplete=self.at >= self.size,
            )
        opened = self.at
        self.at += 1
        self.mark("punctuation", opened)
        clauses: list[tuple[Node, Block]] = []
        default: Block | None = None
        while True:
            self._separators()
            if self.peek() in ("}", ""):
                break
            match = _KEYWORD.match(self.text, self.at)
            if match is not None and match[0].lower() == "default":
                self.at = match.end()
                self.mark("keyword", match.start())
                default = self.braces("'default' keyword", match.start())
                continue
            begin = self.at
            label = self.command_argument()
            clauses.append((label, self.braces("switch clause", begin)))
        self.close_brace(opened)
        return Switch(Span(start, self.at), mode, case_sensitive, subject, clauses, default)

    def _function(self, start: int) -> Node:
        self.skip(newlines=True)
        match = _FUNCTION_NAME.match(self.text, self.at)
        if match is None:
            raise self.fail(
                "Missing name after function keyword.",
                "MissingNameAfterKeyword",
                Span(start, start + 8),
                incomplete=self.at >= self.size,
            )
        self.at = match.end()
        self.mark("command", match.start())
        self.skip(newlines=True)
        declared = None
        if self.peek() == "(":
            declared = self.parameter_list()[0]
            self.skip(newlines=True)
        if self.peek() != "{":
            raise self.fail(
                "Missing function body in function declaration.",
                "MissingFunctionBody",
                Span(start, match.end()),
                incomplete=self.at >= self.size,
            )
        literal = self.block_literal()
        if declared is not None:
            literal.body.parameters = declared
        body = literal.body
        if self.text[start : start + 6].lower() == "filter" and body.process is None:
            body.process, body.end = body.end, Block(Span(self.at, self.at), [])
        return Function(Span(start, self.at), match[0], literal.body)

    def _try(self, start: int) -> Node:
        body = self.braces("'try' keyword", start)
        catches: list[tuple[list[str], Block]] = []
        final: Block | None = None
        while self._follows("catch"):
            begin = self.at - len("catch")
            types: list[str] = []
            self.skip(newlines=True)
            while self.peek() == "[":
                close = self.text.find("]", self.at)
                if close < 0:
                    raise self.fail(
                        "Missing ']' after type name.", "EndSquareBracketExpected", incomplete=True
                    )
                types.append(self.text[self.at + 1 : close].strip())
                opened = self.at
                self.at = close + 1
                self.mark("type", opened)
                self.skip(newlines=True)
                if self.peek() == ",":
                    self.at += 1
                    self.skip(newlines=True)
            catches.append((types, self.braces("'catch' keyword", begin)))
        if self._follows("finally"):
            final = self.braces("'finally' keyword", self.at - len("finally"))
        if not catches and final is None:
            raise self.fail(
                "The Try statement is missing its Catch or Finally block.",
                "MissingCatchOrFinally",
                Span(start, start + 3),
                incomplete=not self.text[self.at :].strip(),
            )
        return Try(Span(start, self.at), body, catches, final)

    def _jump(self, start: int) -> Node:
        kind = self.text[start : self.at].lower()
        self.skip()
        value: Node | None = None
        if self.peek() not in ("", "\n", ";", "}", ")", "|", "&"):
            if kind in ("break", "continue"):
                name = _LABEL_NAME.match(self.text, self.at)
                if name is None:
                    raise self.unsupported(
                        f"{kind} with an expression", self.at, self.at + 1, "name the label itself"
                    )
                self.at = name.end()
                self.mark("keyword", name.start())
                return Jump(Span(start, self.at), kind, None, name[0].lower())
            value = self.pipeline_or_statement()
        return Jump(Span(start, self.at), kind, value)


def parse_source(source: Source) -> tuple[Block, Parser]:
    """The statements of a source, and the parser with its tokens. Raises ParseError."""
    parser = Parser(source)
    block = parser.parse_block_until("")
    return block, parser
