"""Completion while typing: the work for one key, and from the key to the menu on prompt_toolkit.

The menus are driven by prompt_toolkit's own pipe input and dummy output, in one event
loop: a key is sent, and the loop runs until the menu holds its choices.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import AsyncGenerator, Callable, Iterable

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.output import DummyOutput

from hvlab.console.highlight import HvlabLexer
from hvlab.console.history import History
from hvlab.repl.prompt import LabCompleter
from hvlab.repl.words import Desk
from hvlab.session.choices import completions
from hvlab.session.session import Session
from hvlab.text import Text
from tests.benchmarks.measure import medians, seconds, show

pytestmark = pytest.mark.benchmark

MACHINES = 2_000
ROUNDS = 9
KEYS = 20
LINE = "Start-VM vm012"


@pytest.fixture(scope="module")
def crowded() -> Session:
    session = Session()
    assert session.run(
        f"foreach ($i in 1..{MACHINES}) {{ New-VM ('vm{{0:d4}}' -f $i) -MemoryStartupBytes 32MB | Out-Null }}"
    ).ok
    return session


@pytest.mark.parametrize("line", [LINE, "Start-VM vm01", "Start-VM "])
def test_the_work_for_one_key(crowded: Session, line: str) -> None:
    """Machines' names by the real source, in the order in which they were made: ten, a hundred, two hundred fit."""
    assert completions(crowded, line, len(line))

    def keys() -> None:
        for _ in range(100):
            completions(crowded, line, len(line))

    (taken,) = medians(ROUNDS, lambda: seconds(keys) / 100)
    show(f"completion among {MACHINES} machines, {line!r}: milliseconds", taken * 1e3, "<= 0.1")
    assert taken <= 0.0001


class Bisecting(Completer):
    """What a menu costs anyway: sorted names, found by bisection, all at once as ours."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        word = document.get_word_before_cursor(WORD=True)
        first = bisect_left(self._names, word)
        last = bisect_left(self._names, word + "\U0010ffff", first)
        return [Completion(name, -len(word), display_meta="Name") for name in self._names[first:last]]

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        for choice in self.get_completions(document, complete_event):
            yield choice


def key_to_menu(completer: Completer | None) -> Callable[[], float]:
    """Processor time from a key to its menu (or, without completer, to its echo) in a prompt of its own."""

    async def typed() -> float:
        with create_pipe_input() as keyboard:
            prompt: PromptSession[str] = PromptSession(
                input=keyboard,
                output=DummyOutput(),
                completer=completer,
                lexer=PygmentsLexer(HvlabLexer),
                complete_while_typing=completer is not None,
            )
            running = asyncio.ensure_future(prompt.prompt_async("PS C:\\> "))
            buffer = prompt.default_buffer
            shown = asyncio.Event()
            wanted = LINE

            def painted(_: object) -> None:
                state = buffer.complete_state
                if buffer.text == wanted and (completer is None or (state is not None and state.completions)):
                    shown.set()

            prompt.app.after_render += painted
            keyboard.send_text(LINE)
            await shown.wait()
            taken = 0.0
            for _ in range(KEYS):
                keyboard.send_text("\x7f")  # this closes the menu, and is not measured
                while buffer.text == LINE:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(
                    0.012
                )  # until it is painted: prompt_toolkit puts that off by 10 ms at most
                shown.clear()
                begin = time.process_time()
                keyboard.send_text(LINE[-1])
                await shown.wait()
                taken += time.process_time() - begin
            keyboard.send_text("\r")
            await running
            return taken / KEYS

    return lambda: asyncio.run(typed())


def test_from_the_key_to_the_menu(crowded: Session) -> None:
    ours = LabCompleter(Desk(crowded, Text("en"), History()))
    theirs = Bisecting(f"vm{number:04d}" for number in range(1, MACHINES + 1))
    lab, bisecting, echo = medians(ROUNDS, key_to_menu(ours), key_to_menu(theirs), key_to_menu(None))
    show("key to menu: times prompt_toolkit's with a bisecting completer", lab / bisecting, "<= 1.1")
    show("key to menu: times plain echo", lab / echo, "<= 2.2")
    assert lab / bisecting <= 1.1
    assert lab / echo <= 2.2
