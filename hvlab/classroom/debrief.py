"""After the class, on one page: which checks were reached, and the commonest errors with the moments of the replays."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from hvlab.classroom.messages import harmless
from hvlab.console.host import RecordingHost
from hvlab.course import grading, library
from hvlab.session.log import Entry
from hvlab.session.session import ReplayMismatch
from hvlab.text import Text

MOST, EACH = 8, 4
"""Errors on the page, and learners named for each."""
LENGTH = 160


class Slip(msgspec.Struct, frozen=True):
    """An error: its kind, what it said, the command, and after how many events of the lab that was given."""

    kind: str
    message: str
    command: str
    event: int


class Common(msgspec.Struct, frozen=True):
    """An error that was made, how often, by how many, and where: (learner, command, event)."""

    message: str
    times: int
    learners: int
    places: list[tuple[str, str, int]]


class Reached(msgspec.Struct, frozen=True):
    """A check, and for how many it holds."""

    title: str
    passed: int


class Debrief(msgspec.Struct, frozen=True):
    """The page."""

    lesson: str
    learners: int
    reached: list[Reached]
    errors: list[Common]


def slips(folder: str, seed: int, lines: bytes) -> bytes:
    """The errors of a learner's log (a JSON array of inputs), as JSON: list[Slip]; as far as it can be replayed."""
    try:
        return msgspec.json.encode(_slips(folder, seed, msgspec.json.decode(lines, type=list[Entry])))
    except Exception:  # whatever a log brings to light: it must not stop the page
        return b"[]"


def _slips(folder: str, seed: int, entries: list[Entry]) -> list[Slip]:
    session = grading.open_session(library.find(folder, seed))
    host = session.shell.host
    assert isinstance(host, RecordingHost)
    given: list[tuple[int, int, str]] = []
    begun = len(session.log.entries)
    session.on_replayed = lambda text: given.append((len(host.errors), len(session.world.trace), text))
    with suppress(ReplayMismatch):  # what came before it was done
        session.replay(entries[begun:])
    found = []
    ends = [errors for errors, _, _ in given[1:]] + [len(host.errors)]
    for (first, event, text), end in zip(given, ends, strict=True):
        for error in host.errors[first:end]:
            kind = f"{error.error_id} {error.activity or error.command}"
            command = " ".join(text.split())
            found.append(Slip(kind, harmless(error.message, LENGTH), harmless(command, LENGTH), event))
    return found


def commonest(found: Sequence[tuple[str, Sequence[Slip]]]) -> list[Common]:
    """The errors that most learners made, those first; of each the learners who made it, in their order."""
    kinds: dict[str, list[tuple[str, Slip]]] = {}
    for name, made in found:
        for slip in made:
            kinds.setdefault(slip.kind, []).append((name, slip))
    common = []
    for made_by in kinds.values():
        first = dict(reversed(made_by))
        names = list(dict.fromkeys(name for name, _ in made_by))
        places = [(name, first[name].command, first[name].event) for name in names[:EACH]]
        common.append(Common(made_by[0][1].message, len(made_by), len(names), places))
    return sorted(common, key=lambda one: (-one.learners, -one.times, one.message))[:MOST]


def as_page(page: Debrief, text: Text, place: str) -> list[str]:
    """The page in lines; each learner's moment with the commands that lead there."""
    said = [f"# {text('classroom.debrief.title', lesson=page.lesson, count=page.learners)}", ""]
    said += [f"## {text('classroom.debrief.reached')}", ""]
    said += [f"- {one.passed}/{page.learners}  {one.title}" for one in page.reached]
    said += ["", f"## {text('classroom.debrief.errors')}", ""]
    if not page.errors:
        said.append(text("classroom.debrief.none"))
    for number, one in enumerate(page.errors, 1):
        counted = text("classroom.debrief.counted", times=one.times, learners=one.learners)
        said.append(f"{number}. {one.message} ({counted})")
        said += [f"   - {name}: `{command}` ({event})" for name, command, event in one.places]
    if page.errors:
        name, _, event = page.errors[0].places[0]
        shell = f"hvlab class log {place} '{name}' > log.jsonl; hvlab replay log.jsonl --to {event}"
        said += ["", text("classroom.debrief.how", command=shell)]
    return said
