"""A session: a world, the shell that works on it, and the record of every input.

Commands run through `run` (headless: the world moves as far as a command waits,
at once) or through `begin`, which gives a task that a screen moves on in slices.
Both leave exactly the same world, because a command that waits stops at the same
event either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.console.cmdlets import Cmdlet, CmdletTable
from hvlab.console.errors import ErrorRecord, ParseError
from hvlab.console.general import general_cmdlets
from hvlab.console.help import CatalogHelp
from hvlab.console.host import Host, RecordingHost
from hvlab.console.lab import DEFAULT_WAIT
from hvlab.console.shell import Outcome, Script, Shell, Statement
from hvlab.console.simulation import simulation_cmdlets
from hvlab.datacenter.build import HOST, build_world
from hvlab.kernel import World
from hvlab.kernel.queue import FOREVER
from hvlab.session.log import Entry, Header, LogWriter, new_header
from hvlab.text import Text


class Mover(Protocol):
    """How the world goes on while a command waits."""

    def move(self, world: World, until: int, stop: Callable[[], bool]) -> None:
        """Run the world to time `until`, or to the first event after which `stop()` holds."""


class AtOnce:
    """Moves the world in one go."""

    def move(self, world: World, until: int, stop: Callable[[], bool]) -> None:
        """Run it."""
        world.run(until=until, stop=stop)


class Session:
    """One learner's work. `exports` allows Export-LabFile to write real files; `language` is that of the help."""

    def __init__(
        self,
        *,
        scenario: str = "one-host",
        platform: str = "ws2008",
        seed: int = 0,
        log: Path | None = None,
        lesson: str | None = None,
        lesson_digest: str | None = None,
        host: Host | None = None,
        exports: bool = True,
        cmdlets: Iterable[Cmdlet] = (),
        step_limit: int = 5_000_000,
        language: str = "en",
    ) -> None:
        self.header: Header = new_header(scenario, platform, seed, lesson, lesson_digest)
        self.scenario = catalog.scenario(scenario)
        self._platform = catalog.platform(platform)
        self._world = build_world(scenario, platform, seed)
        self.log = LogWriter(self.header, log)
        self.text = Text(language)
        general = general_cmdlets(CatalogHelp(self.text))
        self.table = CmdletTable([*general, *simulation_cmdlets(), *cmdlets])
        self.shell = Shell(self.table, self, host or RecordingHost(), step_limit=step_limit)
        self.mover: Mover = AtOnce()
        self.exports = exports
        self.exported: list[tuple[str, int]] = []
        self.answers: dict[str, str] = {}
        self.hints: list[str] = []
        self._command = 0
        self._halt: Entry | None = None
        self._replies: list[Entry] | None = None
        """In a replay: the answers that the command under way was given."""
        self.shell.runtime.confirm = self._confirm

    # -- what cmdlets may ask (console.lab.Lab) ------------------------------------------------

    @property
    def world(self) -> World:
        """The simulated world."""
        return self._world

    @property
    def platform(self) -> Platform:
        """Its virtualization platform."""
        return self._platform

    @property
    def host(self) -> str:
        """The path of the host that commands speak to."""
        return HOST

    @property
    def computer(self) -> str:
        """That host's computer name."""
        return self.scenario.host

    def wait(self, until: Callable[[], bool], limit: int = DEFAULT_WAIT) -> bool:
        """Let the world go on until the condition holds, at most `limit` ns; returns whether it holds."""
        if not until():
            self._move(self._world.now + limit, until)
        return until()

    def advance(self, nanoseconds: int) -> None:
        """Let simulated time pass."""
        self._move(self._world.now + nanoseconds, _never)

    def step(self, events: int) -> int:
        """Handle so many events; returns how many there were."""
        before = self._world.processed
        target = before + events
        next_time = self._world.next_time()
        if next_time is not None and events > 0:
            self._move(FOREVER, lambda: self._world.processed >= target or self._world.next_time() is None)
        return self._world.processed - before

    def _move(self, until: int, stop: Callable[[], bool]) -> None:
        world = self._world
        halt = self._halt
        if halt is None:
            self.mover.move(world, until, stop)
        else:
            self._move_to(halt, until, stop)
        world.cause = self._command

    def _move_to(self, halt: Entry, until: int, stop: Callable[[], bool]) -> None:
        """A replay of a command that the learner stopped: the same events, then the same moment, then the same end."""
        world = self._world
        held = False

        def holds() -> bool:
            nonlocal held
            held = stop()
            return held

        last = min(until, halt.to)
        world.run(until=last, limit=halt.at - world.processed, stop=holds)
        if not held and world.processed >= halt.at:
            self._let_empty_time_pass(last)
        if not held and world.now < until:
            raise Stopped

    def _let_empty_time_pass(self, until: int) -> None:
        """The clock moves on to a moment before which nothing happens; it stops short of what would."""
        following = self._world.next_time()
        if following is None or following > until:
            self._world.run(until=until)

    def export(self, target: str, pieces: Iterator[tuple[int, bytes]], size: int) -> None:
        """Write bytes to a real file, once and live only; OSError if that fails."""
        self.exported.append((target, size))
        if not self.exports:
            return
        with Path(target).open("wb") as file:
            for offset, data in pieces:
                if data:
                    file.seek(offset)
                    file.write(data)
            file.truncate(size)

    def _confirm(self, caption: str, question: str) -> bool:
        """A command asks whether to go on: the answer is an input, recorded like any other."""
        if self._replies is None:
            yes = self.shell.host.confirm(caption, question)
        elif self._replies:
            yes = self._replies.pop(0).text == "yes"
        else:
            raise ReplayMismatch(Entry(self._world.processed, "confirm"), self._world.processed)
        self._note("confirm", text="yes" if yes else "no")
        return yes

    def _note(self, kind: str, *, text: str = "", name: str = "", to: int = 0) -> None:
        self.log.append(Entry(self._world.processed, kind, text=text, name=name, to=to))

    # -- inputs ---------------------------------------------------------------------------------

    def parse(self, text: str) -> Script:
        """The statements of a source. ParseError."""
        return self.shell.parse(text)

    def run(self, text: str) -> Outcome:
        """Run a source, statement by statement, each recorded before it takes effect."""
        try:
            script = self.shell.parse(text)
        except ParseError:
            return self.shell.run(text)  # which reports it; nothing runs, nothing is recorded
        errors: list[ErrorRecord] = []
        exit_code = 0
        done = 0
        for statement in script.statements:
            outcome = self.run_statement(statement)
            done += 1
            errors += outcome.errors
            exit_code = max(exit_code, outcome.exit_code)
            if outcome.stopped_at is not None:
                return Outcome(done, tuple(errors), exit_code, done - 1)
        return Outcome(done, tuple(errors), exit_code)

    def run_statement(self, statement: Statement) -> Outcome:
        """Run one statement: record it, note it in the trace, and let what it does be caused by it."""
        self._note("command", text=statement.text)
        self._command = self._world.emit(
            "command", "console", f"{HOST}/root/vmms", None, None, None, statement.text
        )
        self._world.cause = self._command
        try:
            return self.shell.run_statement(statement)
        finally:
            self._command = 0
            self._world.cause = 0

    def let_run(self, until: int, events: int = 1 << 62) -> int:
        """The learner lets the clock run to `until` ns, or over so many events; recorded as one input."""
        before = self._world.now
        handled = self._world.run(until=until, limit=events)
        if handled or self._world.now != before:
            self._record_clock()
        return handled

    def _record_clock(self) -> None:
        self._note("clock", to=self._world.now)

    def answer(self, question: str, text: str) -> None:
        """The learner answers a question of the lesson."""
        self._note("answer", name=question, text=text)
        self.answers[question] = text

    def take_hint(self, name: str) -> None:
        """The learner looks at a hint."""
        self._note("hint", name=name)
        self.hints.append(name)

    def note_stop(self) -> None:
        """The learner stops the command that waits."""
        self._note("stop", to=self._world.now)

    def close(self) -> None:
        """Close the log."""
        self.log.close()

    # -- replay ---------------------------------------------------------------------------------

    def replay(self, entries: Sequence[Entry]) -> None:
        """Apply recorded inputs, each at the moment it was given.

        ReplayMismatch if the world gets there otherwise. What belongs to a command (its
        confirmations, its being stopped) is given to it again while it runs.
        """
        place = 0
        while place < len(entries):
            entry = entries[place]
            place += 1
            if entry.kind in ("confirm", "stop"):
                raise ReplayMismatch(entry, self._world.processed)  # belongs to no command
            replies: list[Entry] = []
            halt: Entry | None = None
            if entry.kind == "command":
                while place < len(entries) and entries[place].kind == "confirm":
                    replies.append(entries[place])
                    place += 1
                if place < len(entries) and entries[place].kind == "stop":
                    halt = entries[place]
                    place += 1
            self._apply(entry, replies, halt)

    def _apply(self, entry: Entry, replies: list[Entry], halt: Entry | None) -> None:
        world = self._world
        if entry.kind == "clock":
            world.run(until=entry.to, limit=entry.at - world.processed)
            if world.processed == entry.at:
                self._let_empty_time_pass(entry.to)
            if (world.processed, world.now) != (entry.at, entry.to):
                raise ReplayMismatch(entry, world.processed)
            self.log.append(entry)
            return
        if world.processed != entry.at:
            raise ReplayMismatch(entry, world.processed)
        if entry.kind == "answer":
            self.answer(entry.name, entry.text)
        elif entry.kind == "hint":
            self.take_hint(entry.name)
        else:
            self._replies, self._halt = replies, halt
            try:
                self.run(entry.text)
            except Stopped:
                self.note_stop()
                halt = None
            finally:
                self._replies = self._halt = None
            if replies or (halt is not None and world.processed != halt.at):
                raise ReplayMismatch(halt or replies[0], world.processed)
            if halt is not None:
                self.log.append(halt)


class Stopped(BaseException):
    """Raised inside a waiting command when the learner stops it."""


class ReplayMismatch(Exception):
    """A log does not fit the world it claims to come from."""

    def __init__(self, entry: Entry, processed: int) -> None:
        super().__init__(
            f"the log applies an input after {entry.at} events, the replay stands at {processed}: "
            "the file was changed, or comes from another version"
        )


def _never() -> bool:
    return False
