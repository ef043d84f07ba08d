"""A Pygments lexer over our own tokens (``pygmentize -l hvlab``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
)

from hvlab.console.tokens import tokenize

KINDS: dict[str, Any] = {
    "keyword": Keyword,
    "command": Name.Function,
    "parameter": Name.Attribute,
    "word": String.Other,
    "number": Number,
    "string": String,
    "variable": Name.Variable,
    "operator": Operator,
    "punctuation": Punctuation,
    "comment": Comment,
    "type": Name.Class,
    "member": Name.Property,
    "error": Error,
}


class HvlabLexer(Lexer):  # type: ignore[misc]
    """hvlab's PowerShell."""

    name = "hvlab"
    aliases: ClassVar[list[str]] = ["hvlab"]
    filenames: ClassVar[list[str]] = []
    url = ""
    version_added = ""

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]:
        """Every character of the text once, in order."""
        at = 0
        for token in tokenize(text):
            if token.start > at:
                yield at, Text, text[at : token.start]
            yield token.start, KINDS[token.kind], text[token.start : token.end]
            at = token.end
        if at < len(text):
            yield at, Text, text[at:]
