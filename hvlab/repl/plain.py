"""`--plain`: the lab line by line, for screen readers, dumb terminals and pipes.

Nothing is drawn, coloured, moved or written twice: what was said stays said. What
changes in the lab is said in a sentence when it happens; what the screen shows beside
the console can be asked for (`words`). All of it is one stream, in order.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import TextIOWrapper, UnsupportedOperation

from hvlab.console.asking import CHOICES, Reply, understood
from hvlab.console.errors import ErrorRecord, ParseError
from hvlab.console.history import History
from hvlab.course.companion import (
    BACK,
    PART,
    Companion,
    Orders,
    Pushed,
    announced,
    answered_together,
    arrive,
    ordered,
    voted,
)
from hvlab.course.learning import Show
from hvlab.course.map import CourseMap
from hvlab.course.shown import LessonView
from hvlab.course.teams import halted
from hvlab.repl.driver import Driver
from hvlab.repl.spokenhost import SpokenHost
from hvlab.repl.telling import PATIENCE, Announcer
from hvlab.repl.words import Desk
from hvlab.session.session import Session
from hvlab.text import Text

ASKED = 10
"""So often one waits for the group's word, each time for a second at most."""
MORE = ">> "
WIDTH = 120
Read = Callable[[str], str | None]
"""Asks for a line by a prompt; None at the end of input."""
Explain = Callable[[ErrorRecord], str]


class PlainConsole:
    """The loop. `read` gives lines, `write` takes text; both know nothing of the lab."""

    def __init__(
        self,
        desk: Desk,
        read: Read,
        write: Callable[[str], None],
        explain: Explain,
        companion: Companion | None = None,
    ) -> None:
        self.desk = desk
        self._companion = companion
        self._orders = Orders(desk.session)
        self.failed = False
        """Whether a command has not succeeded."""
        self._read = read
        self._write = write
        self._announcer = Announcer(desk.session)
        self._driver = Driver(desk.session, self._watch, self._answer, pause=PATIENCE)
        desk.session.shell.host = SpokenHost(desk.session, write, WIDTH, explain, self._driver.ask)

    def run(self) -> None:
        """Read and run until the end of input, `exit`, or a word that opens another lesson."""
        desk = self.desk
        self._say([desk.text("repl.welcome_plain")])
        if desk.course is not None and desk.course.returning:
            self._say(desk.answers(":recap") or [])
            desk.course.returning = None
        if desk.lesson is not None:
            self._say(desk.answers(":lesson") or [])
        while not desk.wanted:
            try:
                self._class()
                if self.desk.wanted:
                    return
                source = self._statement()
                self._class()
            except KeyboardInterrupt:
                self._write("\n")
                continue
            if self.desk.wanted or source is None or source.strip().casefold() in ("exit", "quit"):
                return
            self.enter(source)

    def _class(self) -> None:
        """Do what the instructor has sent; while all are to look up, wait."""
        companion, text = self._companion, self.desk.text
        if companion is None:
            return
        while True:
            self._say(companion.news(text))
            pushed = companion.due()
            if pushed is None and not companion.paused:
                return
            if pushed is None:
                companion.wait()
                continue
            if pushed.kind == "order" and halted(pushed.text):
                self._end_order(pushed)
                continue
            arrive(self.desk.session, pushed)
            self._say(announced(pushed, text))
            if command := ordered(pushed):
                if pushed.kind == "order":
                    self._orders.begin(pushed)
                self._do(command)
                if pushed.kind == "order" and self._was_stopped():
                    self._stop_for_all(companion)
            if pushed.kind == "lesson":
                self.desk.wanted = PART + pushed.text
                return

    def _was_stopped(self) -> bool:
        entries = self.desk.session.log.entries
        return bool(entries) and entries[-1].kind == "stop"

    def _stop_for_all(self, companion: Companion) -> None:
        """Ctrl+C in a group's lab: the group is asked; if it does not stop, the command is done to its end here too."""
        self._say([self.desk.text("classroom.team.stopping")])
        companion.halt(self._orders.number, self.desk.session.world.now)
        for _ in range(ASKED):
            companion.wait()
            if (end := companion.halting(self._orders.number)) is not None:
                self._end_order(end)
                return
            if said := companion.news(self.desk.text):  # such as that it may not be stopped
                self._say(said)
                break
        self._orders.to_its_end()

    def _end_order(self, pushed: Pushed) -> None:
        self._say(announced(pushed, self.desk.text))
        self._orders.end(pushed)
        arrive(self.desk.session, pushed)

    def enter(self, source: str) -> None:
        """One whole input."""
        if (
            self._companion is not None
            and (vote := voted(self._companion, source, self.desk.text)) is not None
        ):
            self._say(vote)
            return
        if self._companion is not None and source.strip().lower() == BACK:
            self._say([self._companion.back(self.desk.text)])
            self._companion.wait()
            return
        if self._companion is not None and self._companion.shared and (question := self.desk.meant(source)):
            answered_together(self._companion, question, source.strip())
            self._companion.wait()
            self._class()
            return
        said = self.desk.answers(source)
        if said is not None:
            self._say(said)
            return
        if not source.strip():
            return
        if self._companion is not None and (
            why := self._companion.forbids(source, self.desk.session.table, self.desk.text)
        ):
            self._say([why])
            return
        if self._companion is not None and self._companion.shared:
            self._companion.order(source)
            self._companion.wait()
            self._class()
            return
        self.desk.history.add(source)
        self._do(source)

    def _do(self, source: str) -> None:
        """Run it."""
        self._announcer.begin()
        if not self._driver.run(source):
            self.failed = True
        self._news()
        self._say(self.desk.changes())

    def _statement(self) -> str | None:
        source = self._read(self.desk.session.shell.prompt)
        if source is None or source.lstrip().startswith(":"):
            return source
        while source.strip() and is_unfinished(self.desk.session, source):
            more = self._read(MORE)
            if more is None or not more.strip():
                break
            source += "\n" + more
        return source

    def _watch(self) -> None:
        self._news()
        self._say(self._announcer.patience(self.desk.text))

    def _news(self) -> None:
        self._say(self._announcer.news(self.desk.text))

    def _answer(self, caption: str, question: str) -> Reply | None:
        self._say([caption, question])
        try:
            while (line := self._read(CHOICES)) is not None:
                if reply := understood(line):
                    return reply
                self._say([self.desk.text("repl.choices")])
        except KeyboardInterrupt:
            self._write("\n")
        return None

    def _say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._write(f"{line}\n")


def is_unfinished(session: Session, source: str) -> bool:
    """Whether more text could still make this a program."""
    try:
        session.parse(source)
    except ParseError as error:
        return error.incomplete
    return False


def run_plain(
    session: Session,
    text: Text,
    history: History,
    explain: Explain,
    lesson: LessonView | None = None,
    course: CourseMap | None = None,
    companion: Companion | None = None,
) -> tuple[int, str]:
    """The exit status, and the lesson that is wanted next. From a pipe, a command that failed gives 1."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            with suppress(UnsupportedOperation):  # it was done before the lesson before this one
                stream.reconfigure(errors="replace")  # a terminal without umlauts is no reason to stop
    interactive = sys.stdin.isatty()

    def write(words: str) -> None:
        sys.stdout.write(words)
        sys.stdout.flush()

    def read(prompt: str) -> str | None:
        if interactive:
            write(prompt)
        elif prompt == CHOICES:
            write(f"{prompt}\n")  # a question is told whole, whoever answers it
        line = sys.stdin.readline()
        if not line:
            if interactive:
                write("\n")
            return None
        return line.rstrip("\r\n")

    console = PlainConsole(Desk(session, text, history, lesson, course), read, write, explain, companion)
    console.run()
    return (1 if console.failed and not interactive else 0), console.desk.wanted


def show_plain(history: History, explain: Explain, companion: Companion | None = None) -> Show:
    """What shows a lesson in plain lines, as `learn` wants it."""

    def show(
        session: Callable[[], Session],
        lesson: Callable[[Session], LessonView | None],
        language: str,
        *,
        first_page: str,
        course: CourseMap,
    ) -> tuple[int, str]:
        lab = session()
        return run_plain(lab, Text(language), history, explain, lesson(lab), course, companion)

    return show
