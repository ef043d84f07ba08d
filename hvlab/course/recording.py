"""Reads a recorded session as an author's work: what prepared the lab, and what was then done in it.

Only the present way counts: what was undone, or left for another branch, is no part of it; nor is what only
looked, failed without a trace, or answered a question of some other lesson. Where the author let the clock run
or stopped a command that waited, a script has to wait as long by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hvlab.course.cmdlets import ANSWERING
from hvlab.course.model import BadLesson
from hvlab.session.cmdlets import bookmarks
from hvlab.session.session import Session
from hvlab.session.timeline import Step

START = "start"
"""The bookmark that ends the start, if the author names no other place."""
ENDS = "# start.ps1 ends here, solution.ps1 begins"
SECOND = 1_000_000_000
MOST_NAMED = 12
"""So many steps are named to whoever named none that there is."""
WAITING = ("wait-lab", "start-sleep")


@dataclass(frozen=True)
class Work:
    """An author's work as two lists of statements. `stopped` are commands that were stopped and now run whole."""

    start: tuple[str, ...]
    done: tuple[str, ...]
    stopped: tuple[str, ...] = ()


def script_of(session: Session, until: str = "") -> str:
    """What was typed on the present way and changed the lab, as a script that says where the start ends. BadLesson."""
    work = work_of(session, until, waits=False)
    return as_script([*work.start, *([ENDS] if work.start else []), *work.done])


def as_script(statements: Sequence[str]) -> str:
    """Statements as a file has them."""
    return "".join(f"{statement.rstrip()}\n" for statement in statements)


def work_of(session: Session, until: str = "", *, waits: bool) -> Work:
    """The work of a session, parted where the start ends: after a step's number, or at a bookmark. BadLesson.

    Without `waits`, what only lets time pass is left out, but for what the author typed.
    """
    steps = session.travel.past()
    parted = _end_of_start(session, steps, until)
    start = tuple(_statements(session, [step for step in steps if step.last <= parted], waits))
    done = tuple(_statements(session, [step for step in steps if step.last > parted], waits))
    stopped = tuple(
        step.entry.text for step in steps if step.halt is not None and not _only_waits(step.entry.text)
    )
    return Work(start, done, stopped)


def _end_of_start(session: Session, steps: Sequence[Step], until: str) -> int:
    """The last node of the start; 0 for none. Without a bookmark, work in a lesson has that lesson's start."""
    found = bookmarks(session).get((until or START).casefold())
    if found is not None:
        name, event, node = found
        end = session.travel.end_of(node)
        if node and node not in [step.last for step in steps]:
            raise BadLesson(
                f"the bookmark {name!r} lies on a way that was left; set it on the present one "
                f"(New-LabBookmark {name}), or say after which step the start ends: --start-until NUMBER"
            )
        if end is not None and end.event != event:
            raise BadLesson(f"the bookmark {name!r} lies in the middle of a command; a start ends after one")
        return node
    if not until:
        return _start_of_lesson(session, steps)
    ends = {step.first: step.last for step in steps}
    if until.isdecimal() and int(until) in ends:
        return ends[int(until)]
    numbers = [str(number) for number in ends]
    if len(numbers) > MOST_NAMED:
        numbers[MOST_NAMED - 1 : -1] = ["..."]
    known = ", ".join(numbers) or "none"
    raise BadLesson(
        f"there is no bookmark and no step {until!r} on the present way; its steps are {known} (Get-LabStep lists them)"
    )


def _start_of_lesson(session: Session, steps: Sequence[Step]) -> int:
    """The last node of the start of the lesson that was worked in; 0 where it was none, or another edition of it."""
    from hvlab.course import library

    lesson = session.header.lesson
    if lesson is None or not library.is_known(lesson):
        return 0
    statements = session.parse(library.find(lesson, session.header.seed).start()).statements
    begun = steps[: len(statements)]
    if [step.entry.text for step in begun] != [statement.text for statement in statements]:
        return 0
    return begun[-1].last if begun else 0


def _statements(session: Session, steps: Sequence[Step], waits: bool) -> Iterator[str]:
    """The steps as statements of a script; moves of the clock that follow one another are one wait."""
    pause = 0
    for step, begun in zip(steps, _beginnings(session, steps), strict=True):
        entry = step.entry
        if entry.kind == "clock":
            pause += max(0, entry.to - begun)
        elif entry.kind == "command" and session.travel.is_step(step) and ANSWERING not in entry.text:
            if any(reply.kind == "confirm" and reply.text == "no" for reply in step.replies):
                continue  # it was not to be done after all
            if step.halt is not None and _only_waits(entry.text):
                pause += max(0, step.halt.to - begun)
                continue
            if waits and pause:
                yield _wait(pause)
            pause = 0
            yield entry.text.rstrip()
    if waits and pause:
        yield _wait(pause)


def _beginnings(session: Session, steps: Sequence[Step]) -> Iterator[int]:
    """The simulated time at which each step began."""
    for step in steps:
        end = session.travel.end_of(step.before)
        yield end.time if end is not None else 0


def _wait(nanoseconds: int) -> str:
    return f"Start-Sleep {-(-nanoseconds // SECOND)}"


def _only_waits(text: str) -> bool:
    return text.strip().casefold().startswith(WAITING)
