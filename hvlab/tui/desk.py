"""The lab on the screen: wires the runner, the trace's feed and the panes together.

The app owns the room and the keys; the desk owns what happens in a frame: let the
world go on, fetch what is new, hand it to each pane once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.console.asking import understood
from hvlab.course.companion import (
    BACK,
    FOLLOW,
    PART,
    Orders,
    announced,
    answered_together,
    arrive,
    ordered,
    voted,
)
from hvlab.course.teams import halted
from hvlab.session.hostview import look, other_hosts
from hvlab.session.session import ReplayMismatch, Session
from hvlab.session.task import Task
from hvlab.text import Text
from hvlab.tui.architecture import ArchitecturePane
from hvlab.tui.bars import StatusBar
from hvlab.tui.console_host import PaneHost
from hvlab.tui.console_pane import ASKING, ConsolePane
from hvlab.tui.event_list import EventList
from hvlab.tui.feed import Feed
from hvlab.tui.goals import Goals
from hvlab.tui.guest_pane import GuestPane
from hvlab.tui.guiding import Guide
from hvlab.tui.inspector import InspectorPane
from hvlab.tui.leading import Eye, machines_named
from hvlab.tui.lesson_pane import LessonPane, Note
from hvlab.tui.pacing import SPEEDS
from hvlab.tui.playing import Player
from hvlab.tui.returning import before
from hvlab.tui.runner import Runner
from hvlab.tui.scrubber import Scrubber
from hvlab.tui.standing import clock_runs, machine_runs, state
from hvlab.tui.view_pane import ViewPane
from hvlab.tui.views import Views

if TYPE_CHECKING:
    from hvlab.course.companion import Companion, Followed, Pushed
    from hvlab.course.shown import LessonView
    from hvlab.kernel.trace import TraceEvent
    from hvlab.tui.app import HvlabApp


LEAVE = ("exit", "quit", "logout", "bye")
ANSWER_KEY = "a"
"""The lesson's key for answering: who types it at the prompt means the same. No command has this name."""
READ_EVERY = 1.0
"""Seconds in which one has read what a command said while it is at work."""
RECORD_EVERY = 1.0
"""Seconds after which a clock that runs freely is written to the record at the latest."""


class Desk:
    """Everything between a session and the panes."""

    def __init__(
        self, app: HvlabApp, session: Session, lesson: LessonView | None, timer: Callable[[], float]
    ) -> None:
        self.app = app
        self.session = session
        self._unwritten = self._unread = 0.0
        self.lesson = lesson
        self.goals = None if lesson is None else Goals(lesson, timer)
        self.host = PaneHost(app.text)
        session.shell.host = self.host
        self.runner = Runner(session, timer)
        self.feed = Feed(session.world, other_hosts(session.world, session.host))
        self.console = app.query_one(ConsolePane)
        self.picture = app.query_one(ArchitecturePane)
        self.events = app.query_one(EventList)
        self.inspector = app.query_one(InspectorPane)
        self.guest = app.query_one(GuestPane)
        self.lesson_pane = app.query_one(LessonPane)
        self.status = app.query_one(StatusBar)
        self.views = Views(app, session)
        self.scrubber = app.query_one(Scrubber)
        self.player = Player(session)
        self.guide = Guide()
        self._taken: list[TraceEvent] = []
        """What the panes have been told of since the last frame."""
        self.eye = Eye(self)
        self.told = ("stands", False)
        """The clock's state, and whether a command is under way, as the bars tell it."""
        self.sliced = False
        """Whether somebody calls `go_on` between the frames, at full speed."""
        self._still = False
        self._companion: Companion | None = None
        self._is_copy = False
        """Whether this lab is a copy of somebody else's, which nothing reaches."""
        self._halted = False
        self._orders: Orders | None = None
        """Of a group's lab: what is being done."""
        """Whether the instructor of a class has asked everybody to look up."""
        self._theirs = -1
        """How many inputs of this lab are those of the one that is followed; -1 when one goes one's own way."""
        self.host.ask = self.runner.ask
        self.host.settled = self.runner.settled
        self.runner.on_start = self._started
        self.runner.on_end = self._ended
        self.runner.on_crash = self._crashed

    @property
    def is_still(self) -> bool:
        """Whether nothing moved in the last frame."""
        return self._still

    @property
    def text(self) -> Text:
        """The sentences in the language of the screen."""
        return self.app.text

    def open(self) -> None:
        """The first look."""
        self.console.session = self.session
        self.console.prompt.powershell.palette = self.app.palette
        self.host.width = self.console.columns
        self.lesson_pane.lesson = self.lesson
        self.lesson_pane.redraw()
        self.events.attach(self.session.world.trace, self.text, self.session.prologue)
        self.guide.skip(self.session.world.trace)
        self.console.write(before(self.session, self.lesson, self.text))
        if self.lesson is not None:
            self.app.lay_out(self.lesson.panes())
        self.frame(0.0)
        self.picture.motion.clear()
        self.picture.draw()

    # -- frames ---------------------------------------------------------------------------------------

    def frame(self, seconds: float) -> None:
        """Let the world go on for a frame and show what came of it."""
        runner = self.runner
        motion = self.picture.motion
        if self.player.direction:
            self._play_on(seconds)
        self.eye.look(seconds)
        nothing_new = not self.host.fresh and len(self.session.world.trace) == self.feed.seq
        if self._still and nothing_new and not runner.moving and not motion.busy:
            return
        if not (self.sliced and runner.rushing):
            runner.frame(seconds)
        self._show(seconds)

    def go_on(self) -> None:
        """At full speed, between two frames: let the lab go on, and take in what happened. The next frame shows it."""
        self.runner.frame(0)
        if not self.runner.pacer.holds():
            self._take_in()

    def _show(self, seconds: float) -> None:
        """Show what came of the lab's going on."""
        runner, motion = self.runner, self.picture.motion
        self._unwritten += seconds
        if self._unwritten >= RECORD_EVERY:
            self._unwritten = 0.0
            self.session.log.flush()
        self._collect()
        motion.pace = runner.pacer.pace
        if not runner.paused:
            motion.advance(seconds)
        self.picture.draw()
        if self.goals is not None and runner.moving:
            told = self.goals.at_work(
                seconds, len(self.session.world.trace), self.text, packed=self.console.is_low
            )
            if told:
                self.console.write(told)
                self.lesson_pane.redraw()
        if runner.busy and not runner.paused:
            self._unread += seconds
            if self._unread >= READ_EVERY:
                self._unread = 0.0
                self.console.watched()
        self._tell()
        self._still = not runner.moving and not motion.busy

    def _play_on(self, seconds: float) -> None:
        """A frame of what is played; where it ends, the command that leads there stands in the console."""
        player, motion = self.player, self.picture.motion
        if self.runner.busy or self.runner.free:
            player.direction = 0
            return
        moved = player.frame(seconds, self.scrubber.known, self.runner.pacer.speed)
        if moved:
            self._collect()
            motion.clear()
            motion.feed(self.feed.here(list(self.session.world.trace)[-1:]))
            motion.advance(0.2)
            self.picture.draw()
        if not player.direction:
            self._arrived()
        self._tell()

    def _arrived(self) -> None:
        """Playing has ended: what it amounts to is a journey to this event."""
        self._still = False
        self.runner.submit(f"Move-Lab -Event {len(self.session.world.trace)}")

    def play(self, direction: int) -> None:
        """Play forwards or backwards, or stop."""
        if self.runner.busy or self.runner.question is not None or self._is_forbidden(""):
            return
        self.runner.free = False
        was = self.player.direction
        self.player.play(direction)
        if was and not self.player.direction:
            self._arrived()
        self._tell()

    def _collect(self) -> None:
        """Fetch output and new events, and hand them to the panes."""
        self.host.width = self.console.columns
        self.console.write(self.host.take())
        if self.runner.question is not None:
            if self.console.asking != "confirm":
                self.app.see_console()
            self.console.question("confirm")
        elif self.console.asking == "confirm":
            self.console.question("")
        else:
            self.console.stand()
        self.app.invite()
        self._take_in()
        new, self._taken = self._taken, []
        self.events.draw()
        if self.lesson is not None or self.app.narrates:
            self.console.write([(row, "dim") for row in self.guide.sentences(new, self.text)])
            if self.lesson is not None and self.guide.halts(new, self.app.preferences, self.runner):
                self.console.write([("‖ " + self.text("tui.guide.offer"), "accent")])
        world, host = self.session.world, self.session.host
        self.picture.update(world, host, self.feed.sums, self.events.caption, moved=bool(new))
        if self.host.guest_screen is not None:
            name, self.host.guest_screen = self.host.guest_screen, None
            self.show_guest(name)
        if self.app.screen_stack[0].has_class("guest"):
            self.guest.update(self.session.world, self.session.host)
        self.views.update()
        self.scrubber.update(self.session)

    def _take_in(self) -> None:
        """Hand what is new to the list and to the picture, which draw it later."""
        new = self.feed.poll()
        if self.feed.rewound:
            self._taken = []
            self.events.attach(self.session.world.trace, self.text, self.session.prologue)
            self.picture.motion.clear()
            self.inspector.redraw()
        self._taken += new
        self.events.take(new)
        self.picture.motion.feed(self.feed.here(new))

    def _tell(self) -> None:
        """The status bar; and the bar of keys, whose words say what a key does now."""
        clock, text = state(self.runner, self.player), self.app.text
        left = self._companion.left() if self._companion is not None else None
        machines = look(self.session.world, self.session.host).machines
        self.status.tell(
            clock_runs(clock, self.runner, self.host.activity, left, text), *machine_runs(machines, text)
        )
        if self.told != (clock, self.runner.busy):
            self.told = (clock, self.runner.busy)
            self.app.name_keys()

    # -- commands -------------------------------------------------------------------------------------

    def submit(self, text: str) -> None:
        """A command was entered."""
        if self.runner.question is not None and understood(text.strip()) is not None:
            self.console.write(
                [(ASKING["confirm"] + text, "accent")]
            )  # typed before one could see the question
            self.reply("confirm", text.strip())
            return
        self.player.direction = 0
        if text.strip().lower() in ("cls", "clear", "clear-host"):
            self.console.clear()
            return
        if text.strip().lower() in LEAVE:
            self.app.exit(0)
            return
        if self._companion is not None and (said := voted(self._companion, text, self.text)) is not None:
            self.console.write([(row, "accent") for row in said])
            return
        question = self.lesson.question() if self.lesson is not None else None
        if question is not None and question.is_open and text.strip().lower() == ANSWER_KEY:
            self.console.question("answer")
            self.app.invite()
            return
        if question is not None and question.is_meant(text):
            self.console.write([("? " + text.strip(), "accent")])
            self.reply("answer", text.strip())
            return
        if self._companion is not None and text.strip().lower() == BACK:
            self.console.write([(self._companion.back(self.text), "accent")])
            return
        if self._halted:
            self.console.write([(self.text("classroom.pushed.pause", text=""), "warn")])
            return
        if self._is_forbidden(text):
            return
        if self._companion is not None and self._companion.shared:
            if self.runner.busy:
                self.console.write([(self._at_work(), "warn")])
                return
            self._companion.order(text)  # it is done when it comes back, in its place among the others'
            return
        self.host.width = self.console.columns  # it may be typed before the first frame
        self.runner.submit(text)
        self._collect()

    @property
    def _is_shared(self) -> bool:
        """Whether this is a group's lab."""
        return self._companion is not None and self._companion.shared

    def _is_forbidden(self, command: str) -> bool:
        """Whether an exam forbids a command now, or anything; it is told why."""
        if self._companion is None:
            return False
        why = self._companion.forbids(command, self.session.table, self.text)
        if why:
            self.console.write([(why, "warn")])
        return bool(why)

    def _at_work(self) -> str:
        """Who of the group has given the command under way, and which it is."""
        order = self._orders.order if self._orders is not None else None
        by, command = (order.by, " ".join(order.text.split())) if order is not None else ("", "")
        return self.text(
            "classroom.team.busy", by=by or self.text("classroom.team.instructor"), command=command
        )

    def _end_order(self, pushed: Pushed) -> bool:
        """Let the group's last order end where the group wants it; False if that is not what was pushed."""
        if self._orders is None or pushed.kind != "order" or not halted(pushed.text):
            return False
        self.console.write([(row, "accent") for row in announced(pushed, self.text, self.console.columns)])
        self.runner.interrupt()
        self._orders.end(pushed)
        self.host.statement_done()
        self.host.take()  # what it printed has been seen
        arrive(self.session, pushed)
        self._still = False
        self._collect()
        self._refresh_lesson()
        self.lesson_pane.redraw()
        return True

    def attend(self, companion: Companion) -> None:
        """Do the next thing that the instructor of the class has sent, unless a command is under way."""
        if self._companion is None:
            self._companion = companion
        if (seconds := companion.left()) is not None:
            self.runner.free = self.runner.free and seconds > 0
            self._tell()
        self.console.write([(row, "dim") for row in companion.news(self.text)])
        if companion.shared and self._orders is None:
            self._orders = Orders(self.session)
        if self._orders is not None and self.runner.busy:
            if (end := companion.halting(self._orders.number)) is not None:
                self._end_order(end)
            return
        if self.runner.busy or (pushed := companion.due()) is None or self._end_order(pushed):
            return
        self._halted = companion.paused
        self.runner.free = self.runner.free and not self._halted
        if not self._is_copy:
            arrive(self.session, pushed)
        self.console.write([(row, "accent") for row in announced(pushed, self.text, self.console.columns)])
        if command := ordered(pushed):
            if self._orders is not None and pushed.kind == "order":
                self._orders.begin(pushed)
            self.host.width = self.console.columns
            self.runner.submit(command)
            self._collect()
        if pushed.kind == "follow" and companion.showing:
            self.app.open_lesson(FOLLOW)
        if pushed.kind == "lesson":
            self.app.open_lesson(PART + pushed.text)

    def begin_following(self, followed: Followed) -> None:
        """This lab is a copy of somebody else's, and goes on as theirs does."""
        self._is_copy = True
        self._theirs = len(self.session.log.entries)
        self.session.on_replayed = self.console.echo
        self.console.write([(self.text("tui.class.following", name=followed.name), "accent")])

    def keep_up(self, followed: Followed) -> None:
        """Do what was done there since the last look. Whoever does something of their own stays with it."""
        if followed.over:
            self.app.exit(0)
        if self._theirs < 0 or self.runner.busy:
            return
        if len(self.session.log.entries) != self._theirs:
            self._theirs = -1
            self.console.write([(self.text("tui.class.own_way", name=followed.name), "warn")])
            return
        added = followed.more()
        if not added:
            return
        try:
            self.session.replay(added)
        except ReplayMismatch as error:
            self._theirs = -1
            self.console.write([(str(error), "bad")])
            return
        self._theirs = len(self.session.log.entries)
        self.host.statement_done()
        self._still = False
        self._collect()
        self._refresh_lesson()
        self.lesson_pane.redraw()

    def _started(self, text: str) -> None:
        self.runner.paused = False
        self.host.activity = ""
        self.console.echo(text)
        self.events.note_command()
        self.lesson_pane.note_command(text)
        self.picture.follow(machines_named(text, self.picture.machines))

    def turned(self) -> None:
        """The lesson shows another page: the picture shows the machine that its commands are about, or its text."""
        if self.lesson is None:
            return
        commands = "\n".join(self.lesson_pane.commands())
        machines = self.picture.machines
        named = machines_named(commands, machines) or machines_named(self.lesson.body(), machines)
        if named:
            self.picture.follow(named)
            self._still = False

    def _ended(self, task: Task) -> None:
        self.host.statement_done()
        if not self.picture.motion.about:  # it may have made what it names
            machines = [machine.name for machine in look(self.session.world, self.session.host).machines]
            self.picture.follow(machines_named(task.text, machines))
        self.console.write(self.host.take())
        self._refresh_lesson()
        self.console.ended()
        self.lesson_pane.redraw()

    def _refresh_lesson(self) -> None:
        """Evaluate the goals; what has changed is told at the prompt, too."""
        if self.goals is not None:
            undone = bool(self.session.travel.timeline.ahead())
            self.console.write(self.goals.look(self.text, undone=undone, packed=self.console.is_low))

    def _crashed(self, error: Exception) -> None:
        words = self.text("tui.crash", error=f"{type(error).__name__}: {error}")
        self.console.write([(words, "bad")])

    def reply(self, kind: str, words: str) -> None:
        """The learner's answer: to a command that wants to be confirmed, or to the lesson."""
        if kind == "confirm":
            if (reply := understood(words)) is None:
                self.console.write([(self.text("repl.choices"), "dim")])
            else:
                self.runner.reply(reply)
            self._collect()
            return
        question = self.lesson.question() if self.lesson is not None else None
        if question is None or (not self._is_shared and self._is_forbidden("")):
            return
        unclear = question.unclear(words)
        if words.casefold() == ANSWER_KEY:  # it asks for the answer, here too
            unclear = unclear or self.how_to_answer()
        if unclear:
            self.console.write([(unclear, "warn")])
            self.console.question("answer")
            self.app.invite()
            return
        if self._companion is not None and answered_together(self._companion, question.id, words):
            return
        held = question.holds_back
        right, feedback = question.answer(words)
        said, *printed = feedback.splitlines() or [""]
        mark, style = ("· ", "accent") if question.guess else ("✓ ", "good") if right else ("✗ ", "warn")
        self.console.write([(mark + said, style)])
        self.console.write([(row, "") for row in printed])
        self._refresh_lesson()
        self.lesson_pane.note(Note(lambda: question.said(words, right), style, question.guess, question.id))
        if held:
            self.lesson_pane.go_on_reading()

    def how_to_answer(self) -> str:
        """One sentence on how the open question is answered."""
        question = self.lesson.question() if self.lesson is not None else None
        if question is None:
            return ""
        return self.text(f"course.unclear.{question.kind}", count=len(question.items or question.choices))

    def interrupt(self) -> None:
        """Ctrl+C."""
        if self._is_shared and self.runner.busy:
            if self._companion is not None and self._orders is not None:
                self._companion.halt(self._orders.number, self.session.world.now)
                self.console.write([("^C " + self.text("classroom.team.stopping"), "accent")])
        elif self.runner.interrupt():
            self.console.write([("^C", "accent")])
            self._collect()
        else:
            self.runner.free = False
            self.console.drop_line()
            self.app.invite()

    # -- the clock ------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Pause or go on; without a command, let the clock run or stand."""
        runner = self.runner
        if self._is_forbidden(""):
            return
        if self.player.direction:
            self.play(self.player.direction)
        elif runner.paused:
            runner.paused = False
            runner.free = runner.free or not runner.busy
        elif runner.busy:
            runner.paused = True
        else:
            runner.free = not runner.free
        self._tell()
        self.app.invite()

    def speed(self, step: int) -> None:
        """Change the speed, round the end."""
        self.set_speed((self.runner.pacer.speed + step) % len(SPEEDS))

    def set_speed(self, number: int) -> None:
        """A speed by its place in SPEEDS."""
        self.runner.set_speed(number)
        self._tell()

    def step(self) -> None:
        """Go to the next event and let its glyph rest on its way."""
        if self._is_shared and self._is_forbidden(""):
            return
        motion = self.picture.motion
        motion.clear()
        self.eye.lead()
        if self.runner.step():
            self._collect()
            motion.advance(0.25)
        self.picture.draw()
        self._tell()

    def finish(self) -> None:
        """The command under way, at once."""
        self.runner.finish()

    # -- views ----------------------------------------------------------------------------------------

    def open_view(self, name: str) -> None:
        """A view in the picture's and the events' place, with the keys."""
        self.views.open(name)
        self._still = False

    def next_view(self) -> None:
        """The view that was open last; if it is in sight, the next one."""
        self.open_view(self.views.following())

    def show_guest(self, name: str) -> None:
        """A guest's own screen in the picture's place."""
        self._still = False
        self.views.close()
        self.guest.open(name)
        self.guest.update(self.session.world, self.session.host)
        self.app.screen_stack[0].add_class("guest")
        if isinstance(self.app.focused, ViewPane):
            self.console.prompt.focus()  # the view that typed the command is behind the screen now

    def set_language(self, language: str) -> None:
        """Everything again in another language."""
        self.host.text = self.text
        self.session.text.speak(language)  # that of the help
        if self.lesson is not None:
            self.lesson.set_language(language)
        self.lesson_pane.redraw()
        self.events.retell(self.text)
        self.picture.invalidate()
        self.inspector.redraw()
        self.views.invalidate()
        self.scrubber.invalidate()
        self._tell()
