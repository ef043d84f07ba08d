"""A session: a world, the shell that works on it, and the record of every input.

Commands run through `run` (headless: the world moves as far as a command waits,
at once) or through `begin`, which gives a task that a screen moves on in slices.
Both leave exactly the same world, because a command that waits stops at the same
event either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
            # A replay of a command that the learner stopped: the same events, then the same end.
            world.run(until=min(until, halt.to), limit=halt.at - world.processed, stop=stop)
            if not stop() and world.now < until and world.processed >= halt.at and world.now >= halt.to:
                raise Stopped
        world.cause = self._command

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
        self.log.append(Entry(self._world.processed, "command", text=statement.text))
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
        self.log.append(Entry(self._world.processed, "clock", to=self._world.now))

    def answer(self, question: str, text: str) -> None:
        """The learner answers a question of the lesson."""
        self.log.append(Entry(self._world.processed, "answer", name=question, text=text))
        self.answers[question] = text

    def take_hint(self, name: str) -> None:
        """The learner looks at a hint."""
        self.log.append(Entry(self._world.processed, "hint", name=name))
        self.hints.append(name)

    def note_stop(self) -> None:
        """The learner stops the command that waits."""
        self.log.append(Entry(self._world.processed, "stop", to=self._world.now))

    def close(self) -> None:
        """Close the log."""
        self.log.close()

    # -- replay ---------------------------------------------------------------------------------

    def apply(self, entry: Entry, following: Entry | None = None) -> Outcome | None:
        """Apply a recorded input at the moment it was given. ReplayMismatch if the world gets there otherwise.

        `following` is the log's next entry: if it says that the learner stopped this
        command, the command is stopped at that event again.
        """
        world = self._world
        if entry.kind == "stop":
            if world.processed != entry.at:
                raise ReplayMismatch(entry, world.processed)
            self.log.append(entry)
            return None
        if entry.kind == "clock":
            world.run(until=entry.to, limit=entry.at - world.processed)
            if world.processed == entry.at and world.now < entry.to:
                world.run(until=entry.to)
            if world.processed != entry.at:
                raise ReplayMismatch(entry, world.processed)
            self.log.append(entry)
            return None
        if world.processed != entry.at:
            raise ReplayMismatch(entry, world.processed)
        if entry.kind == "answer":
            self.answer(entry.name, entry.text)
            return None
        if entry.kind == "hint":
            self.take_hint(entry.name)
            return None
        self._halt = following if following is not None and following.kind == "stop" else None
        try:
            return self.run(entry.text)
        except Stopped:
            return None
        finally:
            self._halt = None


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
