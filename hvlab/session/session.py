"""A session: a world, the shell that works on it, and the record of every input.

Commands run through `run` (headless: the world moves as far as a command waits,
at once) or through `begin`, which gives a task that a screen moves on in slices.
Both leave exactly the same world, because a command that waits stops at the same
event either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, Protocol

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.console.cmdlets import Cmdlet, CmdletTable
from hvlab.console.errors import CmdletError, ErrorRecord, ParseError
from hvlab.console.general import general_cmdlets
from hvlab.console.help import CatalogHelp
from hvlab.console.host import Host, RecordingHost
from hvlab.console.lab import DEFAULT_WAIT
from hvlab.console.shell import Outcome, Script, Shell, Statement
from hvlab.console.simulation import simulation_cmdlets
from hvlab.console.source import Position
from hvlab.console.wmi import actions
from hvlab.console.wmi.casts import CASTS
from hvlab.datacenter.build import HOST, build_world
from hvlab.kernel import World
from hvlab.kernel.queue import FOREVER, steady
from hvlab.session import statefile
from hvlab.session.answered import Answers
from hvlab.session.breakpoints import Breakpoints
from hvlab.session.cmdlets import SESSION_CMDLETS, TRAVELLING
from hvlab.session.log import Entry, Header, LogWriter, cut_torn_line, new_header, read
from hvlab.session.refusals import refusal
from hvlab.session.store import Brought, Store, Unkept, beside
from hvlab.session.timeline import ATTACHED, Step
from hvlab.session.travel import CannotGo, Travel
from hvlab.text import Text

UNREAD, REFUSED = "could not be read", "refused"
"""What the record says of a file that was to be brought in and was not."""


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
        resumed: Sequence[Entry] | None = None,
        lesson: str | None = None,
        lesson_digest: str | None = None,
        host: Host | None = None,
        exports: bool = True,
        cmdlets: Iterable[Cmdlet] = (),
        step_limit: int = 5_000_000,
        language: str = "en",
        store: Path | None = None,
    ) -> None:
        self.header: Header = new_header(scenario, platform, seed, lesson, lesson_digest)
        self.scenario = catalog.scenario(scenario)
        self._platform = catalog.platform(platform)
        self._world = build_world(scenario, platform, seed)
        self.log = LogWriter(self.header, log, resumed=resumed)
        self.text = Text(language)
        general = general_cmdlets(CatalogHelp(self.text))
        self.table = CmdletTable([*general, *simulation_cmdlets(), *SESSION_CMDLETS, *cmdlets])
        self.shell = Shell(self.table, self, host or RecordingHost(), step_limit=step_limit)
        self.shell.runtime.lab_casts.update(CASTS)
        self.shell.runtime.environment.update(
            computername=self.computer,
            username="Administrator",
            userdomain=self.computer,
            systemdrive="C:",
            systemroot="C:\\Windows",
            windir="C:\\Windows",
            number_of_processors=str(self.scenario.logical_processors),
        )
        self.mover: Mover = AtOnce()
        self.exports = exports
        folder = beside(log) if store is None and log is not None else store
        self.store = Store(folder)
        """The real files that were brought in; `store` is where a replay finds them."""
        self.exported: list[tuple[str, int]] = []
        self.answers = Answers()
        self.hints: list[str] = []
        self._command = 0
        self._halt: Entry | None = None
        self._replies: list[Entry] | None = None
        """In a replay: the answers that the command under way was given."""
        self.shell.runtime.confirm = self._confirm
        self.on_replayed: Callable[[str], object] = lambda text: None
        """Told of each command before a replay runs it."""
        self._recording = True
        self._alone = False
        self.asks = True
        """Whether a command that wants to be confirmed asks whoever is there; without, it goes on."""
        self._acting = False
        """Whether an action is at work: what comes meanwhile waits until it has ended."""
        self._travelling: Callable[[], object] | None = None
        """What a travelling command wants done as soon as it has ended."""
        self.breakpoints = Breakpoints(self)
        self.resumed = bool(resumed)
        """Whether a record is gone on with that somebody had begun."""
        if resumed is not None:
            self.log.entries.clear()
        self.travel = Travel(self)
        self._log_path = log
        self._kept_at = 0
        """How far the world was when its state was last put beside the log."""
        self._keeping = 0.0
        """How many seconds of processor time that took."""
        self._kept_time = process_time()
        self.log.closing = self._keep_at_the_end
        if resumed is not None:
            self.replay(resumed, None if log is None else statefile.read(self, log, resumed))

    @classmethod
    def recorded(cls, header: Header, **options: Any) -> Session:
        """A session in the lab that a record's header names, at its beginning. BadCatalog if there is none."""
        return cls(
            scenario=header.scenario,
            platform=header.platform,
            seed=header.seed,
            lesson=header.lesson,
            lesson_digest=header.lesson_digest,
            **options,
        )

    @classmethod
    def resume(cls, path: Path, **options: Any) -> Session:
        """Go on with the session that a file records; what a killed process began to write is cut off.

        Raises log.BadLog, ReplayMismatch, catalog.BadCatalog, OSError.
        """
        cut_torn_line(path)
        header, entries = read(path.read_bytes(), str(path))
        begin = partial(cls.recorded, header, log=path, resumed=entries, **options)
        try:
            return begin()
        except ReplayMismatch:
            if not statefile.path_of(path).exists():
                raise
            statefile.forget(path)  # the log is the record: what it says counts, and not where that file led
            return begin()

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
    def prologue(self) -> int:
        """The last event of the start script: nobody can go back before it. 0 without one."""
        end = self.travel.end_of(self.travel.floor) if self.travel.floor else None
        return end.event if end is not None else 0

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
            self._move_and_act(self._world.now + limit, until)
        return until()

    def advance(self, nanoseconds: int) -> None:
        """Let simulated time pass."""
        self._move_and_act(self._world.now + nanoseconds, _never)

    def step(self, events: int) -> int:
        """Handle so many events; returns how many there were."""
        before = self._world.processed
        target = before + events
        next_time = self._world.next_time()
        if next_time is not None and events > 0:
            self._move(FOREVER, lambda: self._world.processed >= target or self._world.next_time() is None)
        return self._world.processed - before

    def _move_and_act(self, until: int, stop: Callable[[], bool]) -> None:
        """Let the world go on, and run the actions of events (Register-WmiEvent) as these come."""
        pending = None if self._acting else actions.pending(self._world)
        if pending is None:
            self._move(until, stop)
            return
        while True:
            if not pending():
                self._move(until, lambda: pending() or stop())
            if not pending():
                return
            self._acting = True
            try:
                actions.run_pending(self.shell.runtime)
            finally:
                self._acting = False
            if stop() or self._world.now >= until:
                return

    def _move(self, until: int, stop: Callable[[], bool]) -> None:
        world = self._world
        halt = self._halt
        self.travel.wait_begins()
        if halt is not None:
            self._move_to(halt, until, stop)
        elif self.travel.quiet or not self._recording or not self.breakpoints:
            self.mover.move(world, until, stop)
        else:
            self.mover.move(world, until, self.breakpoints.or_before(stop))
            if self.breakpoints.hit is not None:
                self.note_stop()
                raise BreakpointHit
        self.travel.wait_ends()
        world.cause = self._command

    def at_once(self) -> Mover:
        """The mover that does not wait for anybody."""
        return AtOnce()

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
            yes = not self.asks or self.shell.host.confirm(caption, question)
        else:
            halt = self._halt
            if not self._replies and halt and (halt.at, halt.to) == (self._world.processed, self._world.now):
                raise Stopped  # the learner did not answer this question
            yes = self._reply("confirm").text == "yes"
        self._note("confirm", text="yes" if yes else "no")
        return yes

    def _reply(self, kind: str) -> Entry:
        """What the command under way was given in the record. ReplayMismatch if that was nothing of this kind."""
        if not self._replies or self._replies[0].kind != kind:
            raise ReplayMismatch(Entry(self._world.processed, kind), self._world.processed)
        return self._replies.pop(0)

    def bring(self, path: str) -> Brought | None:
        """Bring a real file in: an input, recorded by name, size and hash. None where nothing may be. OSError."""
        if self._replies is not None:
            found = self._brought(self._reply("file"))
        elif not self.exports:
            found = None
        else:
            try:
                found = self.store.take(Path(path))
            except OSError:
                self._note("file", text=UNREAD, name=Path(path).name)
                raise
        if found is None:
            self._note("file", text=REFUSED)
        else:
            self._note("file", text=found.sha256, name=found.name, to=found.size)
        return found

    def _brought(self, entry: Entry) -> Brought | None:
        """What the record brings in. OSError if it could not be read then, MissingFile."""
        if entry.text == REFUSED:
            return None
        if entry.text == UNREAD:
            self._note("file", text=UNREAD, name=entry.name)
            raise OSError(0, UNREAD)
        try:
            return self.store.find(entry.name, entry.to, entry.text)
        except Unkept:
            raise MissingFile(entry, self._world.processed) from None

    def _note(self, kind: str, *, text: str = "", name: str = "", to: int = 0) -> None:
        if not self._recording or self.travel.quiet:
            return
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
        """Run one statement: record it, note it in the trace, and let what it does be caused by it.

        What only moves within the session's past (Undo-Lab and its like) is no input of the
        lab; in the middle of a command, what only looks is none either.
        """
        if self.is_session_command(statement):
            return self._run_session_command(statement)
        if self.travel.view is not None and not self.travel.quiet:
            if self.shell.is_read_only(statement):
                return self.shell.run_statement(statement)
            self.travel.enter_branch()
        self._begin(len(self.log.entries) + 1)
        self._note("command", text=statement.text)
        begun = self._world.now
        self._command = self._world.emit(
            "command", "console", f"{HOST}/root/vmms", None, None, None, statement.text
        )
        self._world.cause = self._command
        self.breakpoints.begin()
        try:
            outcome = self.shell.run_statement(statement)
        except BreakpointHit:
            self.shell.host.statement_done()
            self.breakpoints.tell()
            return Outcome(1, (), 0, 0)
        else:
            if self._recording and not self.travel.quiet:
                self.breakpoints.tell_passed()
                if outcome.errors and (len(self._world.trace), self._world.now) == (self._command, begun):
                    self.travel.vain.add(len(self.log.entries))
            return outcome
        finally:
            self._command = 0
            self._world.cause = 0

    def _begin(self, node: int) -> None:
        """An input comes that will have this number in the log."""
        if self._recording:
            if not self.travel.quiet and len(self._world.trace) - self._kept_at >= statefile.WORTH_KEEPING:
                self._keep_state(10 * self._keeping)
            self.travel.begin(node)

    def _keep_state(self, work: float = 0.0) -> None:
        """Put the state beside the log, if so many seconds of work were done since the last time."""
        begun = process_time()
        if self._log_path is None or begun - self._kept_time < work:
            return
        self.travel.settle()
        with suppress(OSError):
            statefile.write(self, self._log_path)
        self._kept_at = len(self._world.trace)
        self._kept_time = process_time()
        self._keeping = self._kept_time - begun

    def _keep_at_the_end(self) -> None:
        """The log is being closed: where doing it all again would take long, the state is put beside it."""
        length = len(self._world.trace)
        if length >= statefile.WORTH_KEEPING and length - self._kept_at >= statefile.WORTH_KEEPING // 5:
            self._keep_state()
        self._log_path = None

    def is_session_command(self, statement: Statement) -> bool:
        """Whether a statement is one command of the session's own, and nothing else."""
        cmdlet = self.shell.only_command(statement)
        return cmdlet is not None and cmdlet in TRAVELLING

    def _run_session_command(self, statement: Statement) -> Outcome:
        if self.travel.quiet or not self._recording:
            raise ReplayMismatch(Entry(self._world.processed, "command"), self._world.processed)
        self._travelling = None
        self._alone = True
        try:
            outcome = self.shell.run_statement(statement)
            if self._travelling is None:
                return outcome
            try:
                shown = self._travelling()
            except (CannotGo, CmdletError) as error:
                return self._could_not(error if isinstance(error, CmdletError) else refusal(error), statement)
            if shown is not None:
                self.shell.host.output(shown)
                self.shell.host.statement_done()
            return outcome
        finally:
            self._alone = False
            self._travelling = None

    def _could_not(self, error: CmdletError, statement: Statement) -> Outcome:
        runtime = self.shell.runtime
        runtime.position = Position(statement.source, statement.span)
        record = runtime.make_record(error)
        runtime.record_error(record)
        self.shell.host.statement_done()
        return Outcome(1, (record,), 1)

    def after_this(self, act: Callable[[], object]) -> bool:
        """Have something done when the session's command under way has ended; False if it does not stand alone."""
        if self._alone:
            self._travelling = act
        return self._alone

    def only_looks(self, text: str) -> bool:
        """Whether a recorded command only looked at the lab, so that there is nothing to undo."""
        try:
            statements = self.shell.parse(text).statements
        except ParseError:
            return True
        return all(self.shell.is_read_only(statement) for statement in statements)

    def let_run(self, until: int, events: int = 1 << 62) -> int:
        """The learner lets the clock run to `until` ns, or over so many events; recorded as one input."""
        self.travel.enter_branch()
        self._begin(self.log.clock_number)
        before = self._world.now
        self.breakpoints.begin()
        stop = self.breakpoints.or_before(_never) if self.breakpoints else None
        handled = self._world.run(until=until, limit=events, stop=stop)
        if handled or self._world.now != before:
            self._record_clock()
        if self.breakpoints.hit is not None:
            self.breakpoints.tell()
        return handled

    def _record_clock(self) -> None:
        self._note("clock", to=self._world.now)

    def answer(self, question: str, text: str) -> None:
        """The learner answers a question of the lesson."""
        self.travel.enter_branch()
        self._begin(len(self.log.entries) + 1)
        self._note("answer", name=question, text=text)
        self.answers.give(question, text, len(self._world.trace))

    def take_hint(self, name: str) -> None:
        """The learner looks at a hint. What was seen stays seen, whatever is undone."""
        self._aside("hint", name=name)
        self.hints.append(name)

    def bookmark(self, name: str, *, remove: bool = False) -> None:
        """Give the present place a name, or take the name away."""
        self._aside("bookmark", name=name, text="remove" if remove else "", to=len(self._world.trace))

    def _aside(self, kind: str, *, text: str = "", name: str = "", to: int = 0) -> None:
        """Record what changes neither world nor shell: it lies after the present head, even while one looks back."""
        self.log.flush()
        at = (
            self._world.processed
            if self.travel.view is None
            else self.travel.ends[self.travel.timeline.head].processed
        )
        self.log.append(Entry(at, kind, text=text, name=name, to=to))

    def note_stop(self) -> None:
        """The learner stops the command that waits."""
        self._note("stop", to=self._world.now)

    def export_log(self, path: str, *, over: bool = False) -> None:
        """Write the record as one small text file that a colleague can open.

        OSError if that fails; FileExistsError if there is such a file and it is not to be written `over`.
        """
        self.log.flush()
        data = self.log.text()
        if self.exports:
            with Path(path).open("wb" if over else "xb") as file:
                file.write(data)
        self.exported.append((path, len(data)))

    def close(self) -> None:
        """Close the log and the files that were brought in."""
        self.log.close()
        self.store.close()

    # -- replay ---------------------------------------------------------------------------------

    def replay(self, entries: Sequence[Entry], kept: statefile.Kept | None = None) -> None:
        """Take over recorded inputs and do those that lie on the present way, each at the moment it was given.

        ReplayMismatch if the world gets there otherwise. What belongs to a command (its
        confirmations, its being stopped) is given to it again while it runs. What was undone
        is not done at all; hints count wherever they were taken. What is `kept` of the beginning
        of this very record is not done again.
        """
        begun = self.travel.timeline.nodes(self.travel.timeline.head)
        self.log.adopt(entries)
        timeline = self.travel.timeline
        nodes = timeline.nodes(timeline.head)
        if nodes[: len(begun)] != begun:
            raise ReplayMismatch(Entry(0, "rewind"), self._world.processed)
        self.hints += [entry.name for entry in entries if entry.kind == "hint"]
        self._recording = False
        try:
            steps = timeline.group(nodes[len(begun) :])
            done = self.travel.adopt(kept, steps) if kept is not None else 0
            self._kept_at = len(self._world.trace)
            for step in steps[done:]:
                self.travel.begin(step.first, step.before)
                if step.entry.kind == "command":
                    self.on_replayed(step.entry.text)
                self.perform(step)
                self.travel.arrive(step.last)
        finally:
            self._recording = True

    def perform(self, step: Step, partly: bool = False) -> tuple[int, bool]:
        """Do a recorded step; returns how many answers it took and whether it was stopped.

        ReplayMismatch if it does not take all of them, or is not stopped where it was, unless `partly`.
        """
        world, entry = self._world, step.entry
        if entry.kind in ATTACHED:
            raise ReplayMismatch(entry, world.processed)  # belongs to no command
        if entry.kind == "clock":
            world.run(until=entry.to, limit=entry.at - world.processed)
            if world.processed == entry.at:
                self._let_empty_time_pass(entry.to)
            if (world.processed, world.now) != (entry.at, entry.to):
                raise ReplayMismatch(entry, world.processed)
            return 0, False
        if world.processed != entry.at:
            raise ReplayMismatch(entry, world.processed)
        if entry.kind == "answer":
            self.answers.give(entry.name, entry.text, len(world.trace))
            return 0, False
        before = self._replies, self._halt
        self._replies, self._halt = list(step.replies), step.halt
        stopped = False
        start = len(world.trace) + 1, world.now  # with the event of the command itself
        try:
            if self.run(entry.text).errors and (len(world.trace), world.now) == start:
                self.travel.vain.add(step.first)
        except Stopped:
            stopped = True
        finally:
            left = self._replies
            self._replies, self._halt = before
        if not partly and (left or (step.halt is not None and world.processed != step.halt.at)):
            raise ReplayMismatch(step.halt or left[0], world.processed)
        return len(step.replies) - len(left), stopped


class Stopped(BaseException):
    """Raised inside a waiting command when the learner stops it."""


class BreakpointHit(Stopped):
    """Raised inside a waiting command when a breakpoint's condition holds."""


class ReplayMismatch(Exception):
    """A log does not fit the world it claims to come from."""

    def __init__(self, entry: Entry, processed: int) -> None:
        found = (
            f"the log applies an input after {entry.at} events, the replay stands at {processed}"
            if entry.at != processed
            else f"an input of the kind {entry.kind!r} ({entry.text[:40]!r}) cannot be applied where it stands"
        )
        super().__init__(f"{found}: the file was changed, or comes from another version")


class MissingFile(ReplayMismatch):
    """The content of a file that the record brings in is not there."""

    def __init__(self, entry: Entry, processed: int) -> None:
        super().__init__(entry, processed)
        self.args = (
            f"the record brings in the file {entry.name!r} ({entry.to} bytes, SHA-256 {entry.text}), and its content "
            "is not in the folder of files beside the record",
        )


@steady
def _never() -> bool:
    return False
