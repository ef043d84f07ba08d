"""The prompt of `hvlab console`, on prompt_toolkit.

Language, completer, lexer and history are those of the screen's own console.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import is_searching
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History as ToolkitHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import clear
from prompt_toolkit.styles import Style

from hvlab.console.asking import CHOICES, Reply, understood
from hvlab.console.errors import ErrorRecord
from hvlab.console.formatting import between_words
from hvlab.console.highlight import HvlabLexer
from hvlab.console.history import History
from hvlab.console.texthost import TextHost
from hvlab.repl.driver import Driver
from hvlab.repl.plain import MORE, is_unfinished
from hvlab.repl.words import MARK, Desk
from hvlab.session.choices import completions
from hvlab.session.hostview import look
from hvlab.session.session import Session
from hvlab.session.units import clock_text
from hvlab.text import Text

PATIENCE = 0.4
"""Seconds after which a command that still waits is reported on, and between two reports."""
STYLE = Style.from_dict(
    {
        "pygments.keyword": "bold ansimagenta",
        "pygments.name.function": "bold",
        "pygments.name.attribute": "ansicyan",
        "pygments.name.variable": "ansigreen",
        "pygments.name.class": "ansicyan",
        "pygments.literal.string": "ansimagenta",
        "pygments.literal.string.other": "",
        "pygments.literal.number": "ansired",
        "pygments.comment": "italic ansibrightblack",
        "pygments.operator": "",
        "pygments.error": "underline ansired",
        "bottom-toolbar": "reverse",
        "completion-menu.meta.completion": "bg:ansibrightblack ansiwhite",
    }
)
"""Only the terminal's own colours, which its user has chosen to be legible."""


class LabCompleter(Completer):
    """The console's completion, and the words that begin with a colon, as prompt_toolkit wants them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What may stand at the cursor."""
        text, place = document.text, document.cursor_position
        if text.startswith(MARK) and " " not in text[:place]:
            for name in self._desk.words:
                if name.startswith(text[1:place].lower()):
                    yield Completion(
                        MARK + name, start_position=-place, display_meta=self._desk.describe(name)
                    )
            return
        for choice in completions(self._desk.session, text, place):
            mark = "[lab] " if choice.lab_only else ""
            yield Completion(
                choice.text, start_position=choice.start - place, display_meta=mark + choice.description
            )

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """All at once: they are ready sooner than a pause between two of them would take."""
        for choice in self.get_completions(document, complete_event):
            yield choice


class PromptHistory(ToolkitHistory):
    """The lab's history as prompt_toolkit wants it: the newest first, added to one by one."""

    def __init__(self, kept: History) -> None:
        super().__init__()
        self._kept = kept

    def load_history_strings(self) -> Iterable[str]:
        """The newest first."""
        return reversed(self._kept.entries())

    def store_string(self, string: str) -> None:
        """Keep a line."""
        self._kept.add(string)


class Patience:
    """One line that says how far a long wait has come; it is gone before anything else is written."""

    def __init__(self, write: Callable[[str], object], columns: Callable[[], int]) -> None:
        self._write = write
        self._columns = columns
        self._shown = 0
        self._next = 0.0

    def begin(self) -> None:
        """A command begins."""
        self._next = time.monotonic() + PATIENCE

    def tell(self, words: Callable[[], str]) -> None:
        """Show the words, if it is time to."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PATIENCE
            line = words()[: self._columns() - 1]
            self._write("\r" + line.ljust(self._shown))
            self._shown = len(line)

    def hide(self) -> None:
        """Take the line away."""
        if self._shown:
            self._write("\r" + " " * self._shown + "\r")
            self._shown = 0


def wrapped(words: str, columns: int) -> str:
    """An error or a warning broken between words; what points at a place in a line (``+ ~~~``) stays as it is."""
    rows: list[str] = []
    for line in words.split("\n"):
        rows += [line] if line.startswith("+ ") else between_words(line, columns - 1)
    return "\n".join(rows)


def toolbar_text(session: Session, text: Text, columns: int) -> str:
    """Clock, machines, breakpoints and how to leave, as far as there is room."""
    view = look(session.world, session.host)
    running = [machine for machine in view.machines if machine.partition]
    parts = [clock_text(session.world.now)]
    points = session.breakpoints.all
    if points:
        named = ", ".join(f"{point.number} {point.kind}".strip() for point in points)
        parts.append(text("repl.breakpoints", names=named))
    machines = [f"{machine.name} {text(f'tui.state.{machine.state.lower()}')}" for machine in view.machines]
    whole = ", ".join(machines)
    end = text("repl.leave")
    room = columns - sum(len(part) + 3 for part in (*parts, end)) - 2
    parts.append(
        whole
        if whole and len(whole) <= room
        else text("repl.machines", count=len(view.machines), running=len(running))
    )
    parts.append(end)
    return f" {' | '.join(parts)} "[:columns]


def run_console(session: Session, explain: Callable[[ErrorRecord], str], text: Text, history: History) -> int:
    """Read and run until the end of input or `exit`; returns the exit status."""
    desk = Desk(session, text, history)
    desk.on_clear = clear

    def columns() -> int:
        return max(20, prompt.app.output.get_size().columns)

    def show(words: str) -> None:
        sys.stdout.write(words)
        sys.stdout.flush()

    patience = Patience(show, columns)

    def write(words: str) -> None:
        patience.hide()
        show(words)

    def waiting() -> str:
        return desk.text("repl.waiting", time=clock_text(session.world.now), events=len(session.world.trace))

    driver = Driver(session, lambda: patience.tell(waiting), lambda c, q: _confirm(c, q, write, desk.text))
    host = TextHost(write, lambda words: write(wrapped(words, columns())), explain=explain, answer=driver.ask)
    session.shell.host = host
    prompt: PromptSession[str] = PromptSession(
        history=PromptHistory(history),
        completer=LabCompleter(desk),
        lexer=PygmentsLexer(HvlabLexer),
        style=STYLE,
        color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        multiline=True,
        key_bindings=_keys(session),
        bottom_toolbar=lambda: _toolbar(session, desk, columns()),
        prompt_continuation=_continuation,
        complete_while_typing=False,
        enable_history_search=True,
        reserve_space_for_menu=6,
    )
    print(desk.text("repl.welcome"))  # noqa: T201
    while True:
        try:
            line = prompt.prompt(session.shell.prompt)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        if line.strip().casefold() in ("exit", "quit"):
            return 0
        said = desk.answers(line)
        if said is not None:
            write(wrapped("".join(f"{row}\n" for row in said), columns()))
            continue
        if line.strip().casefold() in ("cls", "clear", "clear-host"):
            clear()
            continue
        host.width = columns()
        patience.begin()
        driver.run(line)
        patience.hide()


def _confirm(caption: str, question: str, write: Callable[[str], object], text: Text) -> Reply | None:
    """The answer; None after Ctrl+C or Ctrl+D."""
    write(f"{caption}\n{question}\n")
    while True:
        try:
            reply = understood(input(CHOICES))
        except (EOFError, KeyboardInterrupt):
            write("\n")
            return None
        if reply is not None:
            return reply
        write(text("repl.choices") + "\n")


def _toolbar(session: Session, desk: Desk, columns: int) -> StyleAndTextTuples:
    return [("", toolbar_text(session, desk.text, columns))]


def _continuation(width: int, line: int, wraps: int) -> str:
    """Before a further line of a statement, but not where one line only runs on."""
    return "" if wraps else MORE


def _keys(session: Session) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter", filter=~is_searching)
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        chosen = buffer.complete_state
        if chosen is not None and chosen.current_completion is not None:
            buffer.complete_state = None  # it stands in the line already
        elif not buffer.text.startswith(MARK) and is_unfinished(session, buffer.text):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    return keys
