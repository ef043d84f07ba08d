"""The prompt of `hvlab console`, on prompt_toolkit: one language, one completer, one lexer with the screen.

A command that waits lets the simulation run at once; there is nothing to watch
here but what is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer

from hvlab.console.errors import ErrorRecord, ParseError
from hvlab.console.highlight import HvlabLexer
from hvlab.console.texthost import TextHost
from hvlab.session.choices import completions
from hvlab.session.session import Session

PROMPT = "PS C:\\> "


class LabCompleter(Completer):
    """The console's completion as prompt_toolkit wants it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What may stand at the cursor."""
        for choice in completions(self._session, document.text, document.cursor_position):
            mark = "[lab] " if choice.lab_only else ""
            yield Completion(
                choice.text,
                start_position=choice.start - document.cursor_position,
                display_meta=mark + choice.description,
            )


def run_console(session: Session, explain: Callable[[ErrorRecord], str]) -> int:
    """Read and run until the end of input or `exit`; returns the exit status."""

    def write(text: str) -> None:
        sys.stdout.write(text)

    session.shell.host = TextHost(write, write, explain=explain)
    keys = KeyBindings()

    @keys.add("enter")
    def _enter(event: KeyPressEvent) -> None:
        if _unfinished(session, event.current_buffer.text):
            event.current_buffer.insert_text("\n")
        else:
            event.current_buffer.validate_and_handle()

    def toolbar() -> StyleAndTextTuples:
        world = session.world
        return [("", f" {world.now / 1e9:.3f} s   {len(world.trace)} events   Ctrl+D ends ")]

    prompt: PromptSession[str] = PromptSession(
        history=InMemoryHistory(),
        completer=LabCompleter(session),
        lexer=PygmentsLexer(HvlabLexer),
        multiline=True,
        key_bindings=keys,
        bottom_toolbar=toolbar,
        prompt_continuation=">> ",
        complete_while_typing=False,
    )
    while True:
        try:
            line = prompt.prompt(PROMPT)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        if line.strip().casefold() in ("exit", "quit"):
            return 0
        session.run(line)


def _unfinished(session: Session, text: str) -> bool:
    try:
        session.parse(text)
    except ParseError as error:
        return error.incomplete
    return False
