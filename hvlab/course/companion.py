"""What a console asks of the class that a learner has joined; `classroom` has one, `cli` brings them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hvlab.console.cmdlets import CmdletTable
from hvlab.course import polls, teams
from hvlab.course.cmdlets import ANSWERING
from hvlab.course.exam import Terms
from hvlab.course.polls import Ballot
from hvlab.course.teams import Order
from hvlab.session.log import Entry
from hvlab.session.session import Session
from hvlab.text import Text

MARK = "class-push-"
"""A bookmark of this name and a number says that what was pushed has reached the lab: it is recorded before it acts."""


FOLLOW = "class-follow"
"""What a screen ends with, in place of a lesson's id, when the lab that the instructor shows is to be shown."""


PART = "class-lesson "
"""The same, with a Part as JSON behind it, when the learner is given a further lesson."""


class Part(msgspec.Struct, frozen=True):
    """A further lesson that a learner is given in the course of a class, and the token of their work at it."""

    token: str
    lesson: str
    digest: str
    seed: int
    title: dict[str, str]
    team: int = 0
    """The group in whose lab they are to work at it; 0: alone."""


class Pushed(Protocol):
    """From the instructor; `kind` is message, command, pause, resume, lesson, follow, unfollow, poll, tally, exam or
    order."""

    @property
    def number(self) -> int:
        """Its number in the class."""

    @property
    def kind(self) -> str:
        """What to do with it."""

    @property
    def text(self) -> str:
        """The message or the command; as JSON a poll's ballot, a tally, an exam's terms, a lesson's Part, an Order."""


class Companion(Protocol):
    """The link to a class."""

    @property
    def paused(self) -> bool:
        """Whether the instructor wants everyone to look up from the keyboard."""

    @property
    def showing(self) -> bool:
        """Whether the instructor shows a lab that all are to follow."""

    @property
    def ballot(self) -> Ballot | None:
        """What is being voted on."""

    def vote(self, choice: int) -> bool:
        """Vote for a choice, from 1; False if there is no connection."""

    def forbids(self, command: str, table: CmdletTable, text: Text) -> str:
        """Why a command may not be given now; empty if it may. Only an exam forbids."""

    @property
    def shared(self) -> bool:
        """Whether this lab is a group's: commands are asked for (`order`), and done when they come back."""

    def order(self, command: str) -> None:
        """Ask for a command to be done in the group's lab. `forbids` says whether that makes sense."""

    def halt(self, number: int, to: int) -> None:
        """Ask for an order of the group's to end at a simulated time (ns), in every lab."""

    def halting(self, number: int) -> Pushed | None:
        """The order that ends the one of that number, if it is the next to be done."""

    def back(self, text: Text) -> str:
        """Ask to go on with the class's own lesson; what to say to it."""

    def left(self) -> int | None:
        """The seconds that are left of an exam; None where there is none."""

    def due(self) -> Pushed | None:
        """What came from the instructor and is the next to be done; None if nothing waits."""

    def wait(self) -> None:
        """Until something comes, or a moment has passed."""

    def news(self, text: Text) -> list[str]:
        """What is to be said of the connection since the last question."""


class Followed(Protocol):
    """Somebody else's lab, whose inputs come as they are given there."""

    @property
    def name(self) -> str:
        """Whose it is."""

    @property
    def over(self) -> bool:
        """Whether it is to be shown no more."""

    def more(self) -> Sequence[Entry]:
        """The inputs that have come since the last question, in order."""


def arrive(session: Session, pushed: Pushed) -> None:
    """Note in the record that something has reached the lab, so that it never does so again."""
    session.bookmark(f"{MARK}{pushed.number}")


def arrived(entries: Sequence[Entry]) -> int:
    """The number of the last thing pushed that a record knows of."""
    numbers = (entry.name.removeprefix(MARK) for entry in entries if entry.kind == "bookmark")
    return max((int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 10), default=0)


def pending_order(entries: Sequence[Entry]) -> int:
    """The number of what arrived last, if nothing was done after it was noted; else 0."""
    if not entries or entries[-1].kind != "bookmark" or not entries[-1].name.startswith(MARK):
        return 0
    return arrived(entries[-1:])


def announced(pushed: Pushed, text: Text, width: int = 100) -> list[str]:
    """What a learner is told when something has come; tables are `width` wide at most."""
    try:
        if pushed.kind == "poll":
            return polls.asked(polls.read_ballot(pushed.text), text)
        if pushed.kind == "tally":
            return polls.distribution(polls.read_tally(pushed.text), text, width)
        if pushed.kind == "lesson":
            title = msgspec.json.decode(pushed.text, type=Part).title[text.language]
            return [text("classroom.pushed.lesson", title=title)]
        if pushed.kind == "order":
            return told_order(msgspec.json.decode(pushed.text, type=Order), text)
        if pushed.kind == "exam":
            return told_exam(msgspec.json.decode(pushed.text, type=Terms), text)
    except (msgspec.DecodeError, KeyError, IndexError):  # from a server of another version
        return [text("classroom.refused.malformed")]
    return text(f"classroom.pushed.{pushed.kind}", text=pushed.text).splitlines()


def voted(companion: Companion, line: str, text: Text) -> list[str] | None:
    """What to say to a line that is a vote; None if it is none."""
    ballot, line = companion.ballot, line.strip()
    if ballot is None or not (line.isascii() and line.isdigit() and len(line) == 1):
        return None
    if not 1 <= int(line) <= len(ballot.choices):
        return None
    if not companion.vote(int(line)):
        return [text("course.poll.not_voted")]
    return [text("course.poll.voted", choice=ballot.choices[int(line) - 1][text.language])]


NEVER = 1 << 62
"""A simulated time that does not come."""


class Orders:
    """What a group's lab is doing: the last order, and from where it can be done again up to a moment."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.number, self._before = 0, 0
        self.order = Order("", "", "")

    def begin(self, pushed: Pushed) -> None:
        """An order is about to be done."""
        self.number, self._before = pushed.number, self._session.travel.timeline.head
        self.order = msgspec.json.decode(pushed.text, type=Order)

    def end(self, pushed: Pushed) -> bool:
        """Let the last order end where this one says; False if it is another kind of order, or of another time."""
        halt = msgspec.json.decode(pushed.text, type=Order)
        if not halt.halts:
            return False
        if halt.halts != self.number:
            self._find(halt.halts)
        teams.cut_short(self._session, self._before, self.order.text, halt.to)
        return True

    def to_its_end(self) -> None:
        """Do the last order again, after it was stopped here alone and the group did not want that."""
        teams.cut_short(self._session, self._before, self.order.text, NEVER)

    def _find(self, number: int) -> None:
        """The order was done before this process began: the record says from where, and what it was."""
        entries = self._session.log.entries
        marks = [place for place, one in enumerate(entries, 1) if one.name == f"{MARK}{number}"]
        mark = marks[-1] if marks else len(entries)
        given = [one.text for one in entries[mark:] if one.kind == "command"]
        self.number, self._before = number, self._session.travel.timeline.effective(mark)
        self.order = Order("", "", "\n".join(given))


BACK = "back"
"""The word with which a learner goes on with the class's own lesson."""


def ordered(pushed: Pushed) -> str:
    """The command that is to be done now, by the instructor's or the group's order; empty if it is none."""
    if pushed.kind == "command":
        return pushed.text
    if pushed.kind != "order":
        return ""
    try:
        return msgspec.json.decode(pushed.text, type=Order).text
    except msgspec.DecodeError:
        return ""


def answered_together(companion: Companion, question: str, words: str) -> bool:
    """Whether an answer to the lesson's question goes through the group, as the command that gives it."""
    if companion.shared:
        companion.order(f"{ANSWERING} {quoted(question)} {quoted(words)}")
    return companion.shared


def quoted(words: str) -> str:
    """Words as the console reads them literally."""
    return "'" + words.replace("'", "''") + "'"


def told_order(order: Order, text: Text) -> list[str]:
    """Who of the group gives a command, above it."""
    if order.halts:
        return [text("classroom.team.stopped", by=order.by)]
    if not order.role:
        return [text("classroom.pushed.command", text=order.text)]
    return [text("classroom.team.ordered", by=order.by, role=teams.title(order.role, text.language))]


def told_exam(terms: Terms, text: Text) -> list[str]:
    """What a learner is told of an exam."""
    if not terms.begun:
        said = [text("classroom.exam.waiting", minutes=terms.minutes)]
    elif terms.paused:
        return []  # the pause says so itself
    elif terms.ended:
        return [text("classroom.exam.over")]
    else:
        said = [text("classroom.exam.begun", minutes=terms.minutes)]
    if terms.allowed:
        said.append(text("classroom.exam.allowed", commands=", ".join(terms.allowed)))
    return said
