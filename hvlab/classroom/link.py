"""A learner's link to the class, beside the console: it sends the log as it grows and takes what is pushed.

The learner never waits for it. Without a connection the work goes on, and the log catches up when there
is one again: the server says how many inputs it has, and gets the rest.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from hvlab.classroom.client import Address, Refusal, Talk, Unreachable
from hvlab.classroom.messages import (
    BATCH,
    Applied,
    Ask,
    Away,
    Back,
    Halt,
    Inputs,
    Join,
    Kept,
    Look,
    Push,
    Return,
    Stage,
    Turned,
    Vote,
    harmless,
)
from hvlab.console.cmdlets import CmdletTable
from hvlab.course import teams
from hvlab.course.companion import Part, arrived, pending_order, told_exam
from hvlab.course.exam import Terms, forbidden
from hvlab.course.polls import Ballot, read_ballot
from hvlab.course.teams import Team
from hvlab.session.log import Entry, LogWriter
from hvlab.text import Text

LISTEN = 0.1
"""Seconds between two looks at the log."""
LOOK = 1.0
"""Seconds between two looks at the lab that the instructor shows."""
AGAIN = (1.0, 2.0, 5.0, 10.0)
"""Seconds between attempts to connect."""
PASSING = ("too-fast", "too-many-tries", "database", "silent")
"""Refusals after which one tries again; after any other the link ends, and the work goes on without it."""
AWAY, OFF = "away", "classroom.link.off"
"""News: who of the group has no connection has changed; there is none to the class."""
ROOM = 512 << 10
"""About so many bytes of inputs a message."""


OWN = "session.jsonl"
"""The record of the work at the class's own lesson."""


class Enrolment(msgspec.Struct, frozen=True):
    """What is kept on the learner's machine of a class that was joined."""

    token: str
    name: str
    lesson: str
    digest: str
    seed: int
    record: str = OWN
    """The file beside it that holds the work."""
    team: int = 0
    """The group whose lab it is; 0: the learner works alone."""


def enrol(address: Address, name: str) -> Enrolment:
    """Join a class. Unreachable, Refusal."""
    talk = Talk(address)
    try:
        welcome = talk.greet(Join(address.code.secret, name))
    finally:
        talk.close()
    return Enrolment(welcome.token, welcome.name, welcome.lesson, welcome.digest, welcome.seed)


def enrol_by_key(address: Address, key: str) -> Enrolment:
    """Join by the key that a learning platform's launch has given. Unreachable, Refusal."""
    talk = Talk(address)
    try:
        welcome = talk.greet(Return(key))
    finally:
        talk.close()
    return Enrolment(key, welcome.name, welcome.lesson, welcome.digest, welcome.seed)


def remembered(file: Path) -> Enrolment | None:
    """The enrolment that a file keeps, if there is one."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Enrolment)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def remember(file: Path, enrolment: Enrolment) -> None:
    """Keep an enrolment in a file that is nobody else's. OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.encode(enrolment))


def remember_part(folder: Path, before: Enrolment, part: str) -> Enrolment:
    """Keep from now on the enrolment at a further lesson (a Part as JSON) in a class's folder. DecodeError, OSError."""
    given = msgspec.json.decode(part, type=Part)
    name = _file_name(given.lesson, given.team)
    earlier = remembered(folder / f"before-{name}.json")
    record = earlier.record if earlier is not None else f"{name}.jsonl"
    enrolment = Enrolment(
        given.token, before.name, given.lesson, given.digest, given.seed, record, given.team
    )
    remember(folder / f"before-{_file_name(before.lesson, before.team)}.json", before)
    remember(folder / "enrolment.json", enrolment)
    return enrolment


def _file_name(lesson: str, team: int) -> str:
    name = "".join(c for c in lesson if c.isalnum() or c in "-_")
    return f"{name}-group-{team}" if team else name


class Link:
    """Runs in a thread of its own; the console asks it for what is due (course.companion.Companion)."""

    def __init__(self, address: Address, enrolment: Enrolment, waits: tuple[float, ...] = AGAIN) -> None:
        self._address, self._enrolment, self._waits = address, enrolment, waits
        self._log: LogWriter | None = None
        self._due: deque[Push] = deque()
        self._news: deque[str] = deque()
        self._end = threading.Event()
        self._stir = threading.Event()
        self._thread = threading.Thread(target=self._run, name="class", daemon=True)
        self._last = 0
        """The number of the last thing pushed that was taken in."""
        self.kept = 0
        """How many inputs the server has acknowledged."""
        self.paused = False
        self.ballot: Ballot | None = None
        """What is being voted on."""
        self._terms: Terms | None = None
        self._ahead = 0
        """By how many ms the server's clock is ahead of this process's own."""
        self._ended = False
        self.showing = False
        """Whether the instructor shows a lab that all are to follow."""
        self._watching = False
        self._stage_seed = 0
        self._stage: list[Entry] = []
        self._says: deque[Vote | Ask | Halt | Back] = deque()
        """What is to be said once, if there is a connection."""
        self.shared = bool(enrolment.team)
        self._team: Team | None = None
        self._away: Away | None = None
        self._turned: deque[Turned] = deque()
        self._connected = False

    # -- for the console --------------------------------------------------------------------------

    def begin(self, log: LogWriter) -> None:
        """Keep this log on the server from now on."""
        self._log = log
        self._last = arrived(log.entries)
        if self.shared and (number := pending_order(log.entries)):
            self._last = number - 1  # the process ended between the order's arrival and its being done
        self._thread.start()

    def due(self, kinds: Collection[str] = ()) -> Push | None:
        """What came from the instructor and is the next to be done; of some kinds only, or of any."""
        push = next((one for one in list(self._due) if not kinds or one.kind in kinds), None)
        if push is None:
            return None
        self._due.remove(push)
        if push.kind in ("pause", "resume"):
            self.paused = push.kind == "pause"
        if push.kind in ("poll", "tally"):
            with suppress(msgspec.DecodeError):
                self.ballot = read_ballot(push.text) if push.kind == "poll" else None
        return push

    def watch(self) -> tuple[int, list[Entry]] | None:
        """Begin to fetch what is done in the lab that the instructor shows; its seed and inputs so far, or None yet."""
        self._watching = True
        return (self._stage_seed, list(self._stage)) if self._stage else None

    def watched(self, after: int) -> list[Entry]:
        """Its inputs after a number, as far as they have come."""
        return self._stage[after:]

    def look_away(self) -> None:
        """Fetch no more of it."""
        self._watching = False

    def forbids(self, command: str, table: CmdletTable, text: Text) -> str:
        """Why a command may not be given now; empty if it may. Only an exam forbids."""
        if self.shared:
            return self._shared_forbids(command, table, text)
        terms = self._terms
        if terms is None:
            return ""
        if self._ended:
            return text("classroom.exam.no_link")
        state = terms.state(_own_time() + self._ahead)
        if state != "runs":
            return text(f"classroom.refused.exam-{state}")
        if not self._connected and terms.offline == "pause":
            return text("classroom.exam.offline")
        if name := forbidden(command, terms.allowed, table):
            return text("classroom.exam.forbidden", command=name, allowed=", ".join(terms.allowed))
        return ""

    def _shared_forbids(self, command: str, table: CmdletTable, text: Text) -> str:
        if not command:
            return text("classroom.team.no_time")
        if not self._connected or self._team is None:
            return text("classroom.team.no_link")
        if self._away is not None and self._away.lost == "pause" and self._away.names:
            return teams.told_missing(self._away.names, self._away.lost, text)
        why = teams.denied(command, self._team.role, table)
        return "" if why is None else teams.told_denied(why, self._team, text)

    def order(self, command: str) -> None:
        """Ask for a command to be done in the group's lab."""
        self._says.append(Ask(command))

    def halt(self, number: int, to: int) -> None:
        """Ask for an order of the group's to end at a simulated time (ns)."""
        self._says.append(Halt(number, to))

    def halting(self, number: int) -> Push | None:
        """The order that ends the one of that number, if it is the next to be done."""
        push = next(iter(list(self._due)), None)
        if push is None or push.kind != "order" or teams.halted(push.text) != number:
            return None
        self._due.remove(push)
        return push

    def back(self, text: Text) -> str:
        """Ask to go on with the class's own lesson; what to say to it."""
        if self._enrolment.record == OWN:
            return text("classroom.back.home")
        if not self._connected:
            return text("classroom.back.no_link")
        self._says.append(Back())
        return text("classroom.back.asked")

    def left(self) -> int | None:
        """The seconds that are left of an exam; None where there is none."""
        return None if self._terms is None else self._terms.left(_own_time() + self._ahead) // 1000

    def vote(self, choice: int) -> bool:
        """Vote; False if there is no connection, for a vote is for now."""
        if self.ballot is None or not self._connected:
            return False
        self._says.append(Vote(self.ballot.poll, self.ballot.round, choice))
        return True

    def wait(self) -> None:
        """Until something comes, or a second has passed."""
        self._stir.clear()
        if not self._due:
            self._stir.wait(1.0)

    def news(self, text: Text) -> list[str]:
        """What has become of the connection since the last question."""
        said = []
        while self._turned:
            turned = self._turned.popleft()
            why = f"classroom.refused.{turned.reason}"
            told = text(why) if text.has(why) else turned.reason
            said.append(f"{harmless(turned.text)}: {told}" if turned.text else told)
        while self._news:
            news = self._news.popleft()
            if news == AWAY:
                if self._away is not None:
                    said.append(teams.told_missing(self._away.names, self._away.lost, text))
                continue
            said.append(text("classroom.team.no_link" if self.shared and news == OFF else news))
            if news == "classroom.link.on" and self._team is not None:
                said += teams.told(self._team, text)
            if news == "classroom.link.on" and self._terms is not None:
                said += told_exam(self._terms, text)
        return said

    def close(self, patience: float = 5.0) -> bool:
        """Hang up when the server has all, or patience has ended; whether it has all."""
        if self._log is None:
            return True
        self._log.flush()
        if self._thread.is_alive():
            self._end.set()
            self._thread.join(patience)
        return self.kept >= self._log.written

    # -- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        failures = 0
        told = ""
        while True:
            try:
                talk = Talk(self._address)
                try:
                    welcome = talk.greet(Return(self._enrolment.token))
                    self.kept, self._terms = welcome.kept, welcome.exam
                    self._ahead = welcome.now - _own_time()
                    self._team = welcome.team
                    failures, told = 0, self._tell("classroom.link.on", told)
                    self._connected = True
                    self._converse(talk)
                    return
                finally:
                    self._connected = False
                    talk.close()
            except Unreachable:
                told = self._tell(OFF, told)
            except Refusal as refusal:
                if refusal.reason not in PASSING:
                    self._tell(f"classroom.refused.{refusal.reason}", "")
                    self._tell("classroom.link.ended", "")
                    self._ended = True
                    return
            if self._end.is_set():
                return
            self._end.wait(self._waits[min(failures, len(self._waits) - 1)])
            failures += 1

    def _tell(self, message: str, told: str) -> str:
        if message != told:
            self._news.append(message)
            self._stir.set()
        return message

    def _converse(self, talk: Talk) -> None:
        """Until the work has ended and the server has all of it."""
        log = self._log
        assert log is not None
        asked = 0
        applied = 0
        looked = 0.0
        while True:
            if self.shared:
                self.kept = log.written  # the group's log is the server's own
            if asked <= self.kept < log.written:
                lines = log.entries[self.kept : min(log.written, self.kept + BATCH)]
                size, count = 0, 0
                while count < len(lines) and (not count or size < ROOM):
                    size += len(lines[count].text) + 100
                    count += 1
                talk.say(Inputs(self.kept + 1, lines[:count]))
                asked = self.kept + count
            elif (now := arrived(log.entries[: self.kept])) > applied:
                talk.say(Applied(now))
                applied = now
            elif self._watching and time.monotonic() - looked > LOOK:
                talk.say(Look(len(self._stage)))
                looked = time.monotonic()
            elif self._says:
                talk.say(self._says.popleft())
            elif self._end.is_set() and self.kept >= log.written:
                return
            message = talk.hear(LISTEN)
            if isinstance(message, Kept):
                self.kept = message.count
            elif isinstance(message, Away):
                is_news = bool(message.names) if self._away is None else message.names != self._away.names
                self._away = message
                if is_news:
                    self._tell(AWAY, "")
            elif isinstance(message, Turned):
                self._turned.append(message)
                self._stir.set()
            elif isinstance(message, Stage):
                if message.first == len(self._stage) + 1:
                    self._stage_seed = message.seed
                    self._stage += message.lines
            elif isinstance(message, Push) and message.number > self._last:
                if message.kind in ("follow", "unfollow"):
                    self.showing = message.kind == "follow"
                    self._stage = []  # it may be another lab than before
                if message.kind == "exam":
                    with suppress(msgspec.DecodeError):
                        self._terms = msgspec.json.decode(message.text, type=Terms)
                self._last = message.number
                self._due.append(msgspec.structs.replace(message, text=_readable(message)))
                self._stir.set()


def _own_time() -> int:
    """ms of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


def _readable(push: Push) -> str:
    """A command keeps its lines; whatever could steer a terminal is gone from either. JSON is read with care later."""
    if push.kind in ("poll", "tally", "exam", "lesson", "order"):
        return push.text
    return "\n".join(harmless(line) for line in push.text.splitlines())
