"""The tokens of any text, broken or not: what highlighting shows.

They are the parser's own. Where the text is no program, the piece at fault becomes an ``error`` token and
reading goes on behind it.
"""

from __future__ import annotations

from hvlab.console.errors import ParseError
from hvlab.console.limits import deep_stack
from hvlab.console.parser import Parser
from hvlab.console.scanner import Token
from hvlab.console.source import Source

_MAX_ERRORS = 100  # after so many, the rest is plain


def tokenize(text: str) -> list[Token]:
    """Tokens in order, without overlaps. Never raises."""
    source = Source(text)
    found: list[Token] = []
    start = 0
    with deep_stack():
        for _ in range(_MAX_ERRORS):
            parser = Parser(source, start)
            try:
                parser.parse_block_until("")
            except ParseError as error:
                found += parser.tokens
                behind = max(error.span.end, start + 1)
                if error.incomplete:
                    if error.error_id.startswith("Terminator"):
                        found.append(Token("string", error.span.start, len(text)))
                    elif error.error_id.startswith("MissingTerminator"):
                        found.append(Token("comment", error.span.start, len(text)))
                    break
                found.append(Token("error", error.span.start, error.span.end))
                start = behind
                if start >= len(text):
                    break
            else:
                found += parser.tokens
                break
    return _flat(found, len(text))


def _flat(tokens: list[Token], size: int) -> list[Token]:
    """Without overlaps: what lies inside another token cuts it in pieces."""
    ordered = sorted(
        {t for t in tokens if t.start < min(t.end, size)}, key=lambda t: (t.start, -t.end, t.kind)
    )
    result: list[Token] = []
    open_tokens: list[Token] = []
    at = 0

    def upto(end: int) -> None:
        """Give out the innermost open token's text as far as ``end``."""
        nonlocal at
        while open_tokens:
            inner = open_tokens[-1]
            stop = min(inner.end, end)
            if stop > at:
                result.append(Token(inner.kind, at, stop))
                at = stop
            if inner.end > end:
                return
            open_tokens.pop()

    for token in ordered:
        upto(token.start)
        at = max(at, token.start)
        if token.end > at:
            open_tokens.append(token)
    upto(size)
    return result
