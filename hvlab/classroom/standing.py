"""Where a learner is: found by replaying the inputs that the server keeps, in a world of the server's own.

Runs in a process of a pool, under limits, like a grade: what a learner's log does to it can
hurt nobody else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from hvlab.console.host import RecordingHost
from hvlab.course import grading, library, opening, teams
from hvlab.course.checks import PASS, Examiner
from hvlab.course.model import Lesson
from hvlab.session import log
from hvlab.session.log import Entry
from hvlab.session.session import ReplayMismatch, Session

MIRRORS = 200
"""Labs that a process keeps; one takes some 2 MB, a large one more."""
ONWARD = ("command", "clock", "answer", "hint", "bookmark")
"""Inputs that only add to what was done: after them a lab can be gone on with."""
ERROR = 300
"""The most characters that are kept of an error or a command."""


class Standing(msgspec.Struct, frozen=True):
    """`passed` are the ids of the checks that hold; `step` counts from 1; `refusal` is why nothing was found."""

    points: int = 0
    passed: list[str] = []
    step: int = 1
    goal: str = ""
    commands: int = 0
    hints: int = 0
    error: str = ""
    error_command: str = ""
    refusal: str = ""


def record(lesson: Lesson, entries: Sequence[Entry]) -> bytes:
    """A learner's session log: the header is the server's own, whatever the client believes."""
    header = log.new_header(lesson.scenario, lesson.platform, lesson.seed, lesson.id, lesson.digest)
    return log.text_of(header, entries)


class Mirror:
    """A learner's lab as the server knows it: what comes is done in it, instead of everything anew each time."""

    def __init__(self, lesson: Lesson, entries: list[Entry]) -> None:
        """Replays a log from its beginning. grading.BadSubmission."""
        self._lesson = lesson
        self._done = entries
        self._session = grading.replay_log(lesson, record(lesson, entries), lesson.id)

    def follow(self, entries: list[Entry]) -> bool:
        """Do what was added to the log; False if only a replay of all of it can tell. grading.BadSubmission."""
        known, added = entries[: len(self._done)], entries[len(self._done) :]
        if known != self._done or any(entry.kind not in ONWARD for entry in added):
            return False
        if any(entry.at > opening.MAXIMUM_EVENTS for entry in added):
            return False
        try:
            self._session.replay(added)
        except ReplayMismatch:
            return False
        self._done = entries
        return True

    @property
    def done(self) -> list[Entry]:
        """The inputs that were replayed."""
        return self._done

    def standing(self) -> Standing:
        """Where the learner is."""
        return _found(self._lesson, self._session, self._done)


_mirrors: OrderedDict[tuple[str, int], Mirror] = OrderedDict()
"""Of this process: the labs that were looked at last."""


def assess(folder: str, seed: int, lines: bytes, learner: int = 0, after: int = 0) -> bytes:
    """Replay a learner's inputs (a JSON array) on a lesson; the Standing as JSON.

    With the same `learner` again, only what was added is replayed where that is enough; then the inputs may begin
    `after` those that this process knows. Empty if it does not know just these.
    """
    key = (folder, learner)
    entries = msgspec.json.decode(lines, type=list[Entry])
    mirror = _mirrors.pop(key, None)
    if after:
        if mirror is None or len(mirror.done) != after:
            return b""
        entries = [*mirror.done, *entries]
    try:
        if mirror is None or not mirror.follow(entries):
            mirror = Mirror(library.find(folder, seed), entries)
        found = mirror.standing()
    except grading.BadSubmission as error:
        return msgspec.json.encode(Standing(refusal=str(error)[:ERROR]))
    except (MemoryError, RecursionError):
        return msgspec.json.encode(Standing(refusal="memory"))
    except Exception as error:  # a log may bring hvlab's own errors to light: they must not stop the class
        return msgspec.json.encode(Standing(refusal=type(error).__name__))
    if learner:
        _mirrors[key] = mirror
        if len(_mirrors) > MIRRORS:
            _mirrors.popitem(last=False)
    return msgspec.json.encode(found)


class Performed(msgspec.Struct, frozen=True):
    """What a group's lab recorded, and where the group is."""

    entries: list[Entry]
    standing: Standing


Item = tuple[str, int]
"""An order of a group's log: a command with -1, or no text and the simulated time at which the one before it ends."""
_groups: OrderedDict[tuple[str, int], Shared] = OrderedDict()
"""Of this process: groups' labs."""


class Shared:
    """A group's lab as the server knows it."""

    def __init__(self, lesson: Lesson) -> None:
        """At the lesson's start."""
        self.session = grading.open_session(lesson)
        self.done: list[Item] = []
        self.refusal = ""
        """Why the last command could not be done to its end."""
        self._before, self._text = 0, ""

    def do(self, item: Item, lesson: Lesson) -> None:
        """Do what was ordered."""
        text, to = item
        self.done.append(item)
        self.refusal = ""
        try:
            if to >= 0:
                teams.cut_short(self.session, self._before, self._text, to)
                return
            self._before, self._text = self.session.travel.timeline.head, text
            self.session.run(text)
        except grading.TooLong:
            self.refusal = str(grading.too_long(lesson.id))
        except (MemoryError, RecursionError):
            self.refusal = "memory"
        except Exception as error:  # commands may bring hvlab's own errors to light: the class goes on
            self.refusal = type(error).__name__


def perform(folder: str, seed: int, items: list[Item], lab: int) -> bytes:
    """Do the orders of a group's log in a lab of the server's own; Performed as JSON.

    With the same `lab` again, only what was added is done.
    """
    key = (folder, lab)
    lesson = library.find(folder, seed)
    shared = _groups.pop(key, None)
    try:
        if shared is None or items[: len(shared.done)] != shared.done:
            shared = Shared(lesson)
        for item in items[len(shared.done) :]:
            shared.do(item, lesson)
    except (MemoryError, RecursionError):
        return msgspec.json.encode(Performed([], Standing(refusal="memory")))
    shared.session.log.flush()
    entries = list(shared.session.log.entries)
    found = msgspec.structs.replace(_found(lesson, shared.session, entries), refusal=shared.refusal[:ERROR])
    _groups[key] = shared
    if len(_groups) > MIRRORS:
        _groups.popitem(last=False)
    return msgspec.json.encode(Performed(entries, found))


def _found(lesson: Lesson, session: Session, entries: list[Entry]) -> Standing:
    results = Examiner(lesson, session).results()
    passed = [result.check.id for result in results if result.verdict == PASS]
    steps = lesson.plan.step
    place = next(
        (n for n, step in enumerate(steps) if not set(step.goals) <= set(passed)),
        len(steps) - 1,
    )
    goal = next((name for name in steps[place].goals if name not in passed), "")
    host = session.shell.host
    error = command = ""
    if isinstance(host, RecordingHost) and host.errors:
        last = host.errors[-1]
        error, command = last.message, last.command
        if last.position is not None:
            command = last.position.source.line_text(last.position.line)
    return Standing(
        sum(result.points for result in results),
        passed,
        place + 1,
        goal,
        sum(1 for entry in entries if entry.kind == "command"),
        len(session.hints),
        error[:ERROR],
        command.strip()[:ERROR],
    )
