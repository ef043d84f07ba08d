"""Random text and mutated scripts of the corpus: the shell answers each with output or errors, and never breaks.

What it holds to besides: every error points into its source, and every statement's span gives its own text back.
"""

from __future__ import annotations

import random
import re

import pytest

from hvlab.console.errors import ParseError
from tests.console.corpus_reader import snippets
from tests.console.support import shell

SAMPLE, ALL = 300, 100_000
STEPS = 20_000
_WORDS = re.compile(r"\w+|\s+|.", re.DOTALL)


def source(draw: random.Random, scripts: list[list[str]], words: list[str]) -> str:
    """Some characters, some words of the corpus, or a script of it with one to three words changed."""
    kind = draw.random()
    if kind < 0.1:
        ends = (0x7F, 0x7F, 0x2FFF)
        return "".join(chr(draw.randrange(32, draw.choice(ends))) for _ in range(draw.randrange(40)))
    if kind < 0.3:
        return "".join(draw.choice(words) for _ in range(draw.randrange(1, 25)))
    pieces = list(draw.choice(scripts))
    for _ in range(draw.randrange(1, 4)):
        if not pieces:
            break
        place, change = draw.randrange(len(pieces)), draw.randrange(4)
        if change == 0:
            del pieces[place]
        elif change == 1:
            pieces.insert(place, draw.choice(words))
        elif change == 2:
            pieces[place] = draw.choice(words)
        else:
            other = draw.randrange(len(pieces))
            pieces[place], pieces[other] = pieces[other], pieces[place]
    return "".join(pieces)


def check(text: str) -> None:
    """Parse and run one input with a small budget."""
    running, host, _ = shell(step_limit=STEPS)
    try:
        script = running.parse(text)
    except ParseError as error:
        assert 0 <= error.span.start <= error.span.end <= len(text), text
        assert error.line >= 1 and error.column >= 1, text
        return
    ends = 0
    for statement in script.statements:
        assert ends <= statement.span.start < statement.span.end <= len(text), text
        ends = statement.span.end
        again = running.parse(statement.text)
        assert len(again.statements) == 1 and type(again.statements[0].node) is type(statement.node), text
    outcome = running.run(text)
    assert outcome.exit_code is not None
    for record in host.errors:
        assert record.render() and record.message, text


def run(seed: int, count: int) -> None:
    """So many inputs of one seed."""
    draw = random.Random(seed)
    scripts = [_WORDS.findall("\n".join(snippet.lines)) for snippet in snippets()]
    words = [word for script in scripts for word in script]
    for _ in range(count):
        check(source(draw, scripts, words))


def test_a_sample_of_inputs() -> None:
    run(1, SAMPLE)


@pytest.mark.slow
def test_a_hundred_thousand_inputs() -> None:
    run(2, ALL)
