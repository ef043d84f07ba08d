"""What spares a resumed session its past: the state that its log leads to, beside the log.

The log alone is the record. This file holds what a replay of the log's beginning comes to: some
checkpoints of the present way with their worlds and shells, and the trace. It is believed only if it is
whole (SHA-256), was made by this very hvlab (its code and its assets, by name, size and time of change),
and belongs to the beginning of this very log; otherwise the log is replayed as if there were no such
file. A grade knows nothing of it.

Nothing in it is run: classes are found by name among those of hvlab that hold data, and
functions are compiled from the text they were written in.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import hvlab
from hvlab import __version__, paths
from hvlab.kernel import Component, WorldState
from hvlab.kernel.queue import handler_name, handler_of
from hvlab.kernel.trace import KINDS, RawEvent
from hvlab.kernel.world import ComponentState
from hvlab.session.answered import Answers
from hvlab.session.encoding import BadState, Blobs, CannotKeep, Reader, Runs, Writer, class_name, class_of
from hvlab.session.log import Entry, Header, text_of
from hvlab.session.shellfile import ShellReader, ShellWriter
from hvlab.session.store import Unkept
from hvlab.session.tape import Tape
from hvlab.session.travel import Checkpoint, Place, uncollected
from hvlab.storage.content import FileSource
from hvlab.storage.spill import Spilled, SpillFile

if TYPE_CHECKING:
    from hvlab.session.session import Session

FORMAT = b"hvlab state 2\n"
MAXIMUM_FILE = 1 << 30
RUNS, RUNS_DRAFT = ".runs", ".runs.new"
MOST_IN_RUNS = 512 << 20
"""So many bytes of long runs are copied beside the log at most."""
PIECE = 1 << 20
WORTH_KEEPING = 25_000
"""So many trace events, some half second's work, make it worth while to write the file."""
MOST = 24
"""How many checkpoints a file holds; those between are made again when somebody goes there."""

Form = Any


def path_of(log: Path) -> Path:
    """The file beside a log."""
    return log.with_name(log.name + ".state")


@cache
def made_by() -> str:
    """A digest of the program that runs: another one may lead a log to another state."""
    hasher = hashlib.sha256(__version__.encode())
    for root in (Path(hvlab.__file__).parent, paths.assets()):
        for path in sorted(root.rglob("*")):
            if path.suffix in (".py", ".toml"):
                stat = path.stat()
                hasher.update(f"{path.relative_to(root)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return hasher.hexdigest()


def log_digest(header: Header, entries: Sequence[Entry]) -> str:
    """A digest of the beginning of a log."""
    return hashlib.sha256(text_of(header, entries)).hexdigest()


# -- writing ------------------------------------------------------------------------------------------


def write(session: Session, log: Path) -> bool:
    """Write the file beside the log; False if the state has no form for a file."""
    try:
        with uncollected():
            data = encoded(session, log)
    except (CannotKeep, OverflowError):  # an integer that MessagePack does not know, in the trace
        return False
    target = path_of(log)
    draft = target.with_name(target.name + ".new")
    draft.write_bytes(b"".join(data))
    os.replace(draft, target)
    return True


def encoded(session: Session, log: Path) -> list[bytes]:
    """The file's parts; long runs are in a file of their own then. CannotKeep."""
    travel = session.travel
    nodes = travel.timeline.nodes(travel.timeline.head)
    if travel.view is not None or session.breakpoints or travel.timeline.head not in (0, *travel.checkpoints):
        raise CannotKeep("the session stands where it cannot be kept")
    kept = _chosen([node for node in nodes if node in travel.checkpoints], travel.checkpoints)
    writer = _StateWriter(session)
    checkpoints = []
    for node in kept:
        with suppress(CannotKeep):  # a variable may hold what has no form: the others are kept
            checkpoints.append(writer.checkpoint(node, travel.checkpoints[node]))
    if not checkpoints:
        raise CannotKeep("no checkpoint has a form")
    count = len(session.log.entries)
    body = msgspec.msgpack.encode(
        {
            "made_by": made_by(),
            "count": count,
            "log": log_digest(session.header, session.log.entries),
            "trace": _trace_form(session.world.trace.events),
            "components": writer.components,
            "checkpoints": checkpoints,
            "ends": [[node, *_place(travel.ends[node])] for node in (0, *nodes) if node in travel.ends],
            "waits": [
                [node, [_place(place) for place in places]]
                for node, places in travel.waits.items()
                if node in nodes
            ],
            "vain": sorted(travel.vain.intersection(nodes)),
            "exported": session.exported,
            "runs": _keep_runs(log, writer.runs.all),
            "blobs": [[type(blob) is bytearray, bytes(blob)] for blob in writer.new_blobs()],
        }
    )
    return [FORMAT, hashlib.sha256(body).digest(), body]


def _keep_runs(log: Path, runs: list[Spilled]) -> Form:
    """Copy long runs into a file that is called by what is in it: its name, and each run's beginning and length.

    CannotKeep for more than it pays to copy at each keeping: a replay writes such a disk as fast.
    """
    if not runs:
        return ["", []]
    if sum(run.length for run in runs) > MOST_IN_RUNS:
        raise CannotKeep("long runs of too many bytes")
    draft = log.with_name(log.name + RUNS_DRAFT)
    hasher = hashlib.sha256()
    with draft.open("wb") as file:
        for run in runs:
            for begin in range(0, run.length, PIECE):
                piece = run.read(begin, min(PIECE, run.length - begin))
                hasher.update(piece)
                file.write(piece)
    target = log.with_name(f"{log.name}.state-{hasher.hexdigest()}{RUNS}")
    if target.exists():
        draft.unlink()
    else:
        os.replace(draft, target)
    _forget_runs(log, target)
    return [hasher.hexdigest(), [[run.first, run.length] for run in runs]]


def _forget_runs(log: Path, but: Path | None = None) -> None:
    """Take files of runs away that no state needs any more; one that is open may stay until next time."""
    for path in log.parent.glob(f"{glob.escape(log.name)}.state-*{RUNS}"):
        if path != but:
            with suppress(OSError):
                path.unlink()


def _read_runs(log: Path, form: Form) -> list[Spilled]:
    """The runs in the file beside the log. BadState, OSError if they are not those."""
    name, lengths = form
    if not lengths:
        return []
    path = log.with_name(f"{log.name}.state-{name}{RUNS}")
    file = path.open("rb")
    if path.stat().st_size != sum(length for _, length in lengths):
        raise BadState("the file of runs is not whole")
    if hashlib.file_digest(file, "sha256").hexdigest() != name:
        raise BadState("the file of runs is another")
    found, offset, whole = [], 0, SpillFile.over(file)
    for first, length in lengths:
        found.append(Spilled.at(first, whole, offset, length))
        offset += length
    return found


def _chosen(nodes: list[int], checkpoints: dict[int, Checkpoint]) -> list[int]:
    """So many checkpoints as a file holds, spread over the way; the last one is always among them."""
    if len(nodes) <= MOST:
        return nodes
    last = checkpoints[nodes[-1]].world.processed
    found: list[int] = []
    for node in nodes[:-1]:
        if checkpoints[node].world.processed * MOST >= (len(found) + 1) * last:
            found.append(node)
    return [*found, nodes[-1]]


def _place(place: Place) -> list[int]:
    return [place.processed, place.time, place.event]


def _trace_form(events: Sequence[RawEvent]) -> Form:
    """Events with each of their words once."""
    words: dict[str, int] = {}
    number = words.setdefault
    rows = [
        (time, number(kind, len(words)), cause, number(source, len(words)), number(target, len(words)), *rest)
        for time, kind, cause, source, target, *rest in events
    ]
    return [list(words), rows]


class _StateWriter:
    """Writes checkpoints; the components that they share are written once, and those of the beginning never."""

    def __init__(self, session: Session) -> None:
        self.components: list[Form] = []
        self.blobs = Blobs()
        self.runs = Runs()
        self._numbers: dict[int, int] = {}
        self._writer = Writer(blobs=self.blobs)
        self._shell = ShellWriter(self.blobs, session.shell.runtime)
        for number, component in enumerate(_beginning(session)):
            self._numbers[id(component)] = number
            self._writer.write(list(component.values))  # so that its blobs are known
        self._known = len(self.blobs.all)
        self._writer.runs = self.runs
        self._first = len(self._numbers)

    def new_blobs(self) -> list[bytes | bytearray]:
        """The byte strings that the beginning did not have."""
        return self.blobs.all[self._known :]

    def checkpoint(self, node: int, checkpoint: Checkpoint) -> Form:
        world = checkpoint.world
        return {
            "node": node,
            "world": [
                world.now,
                world.processed,
                world.sequence,
                [
                    [time, sequence, component, handler_name(number), self._writer.write(payload), cause]
                    for time, sequence, component, number, payload, cause in world.heap
                ],
                sorted(world.dead),
                world.streams,
                world.trace_length,
                [None if component is None else self._component(component) for component in world.components],
            ],
            "shell": self._shell.write(checkpoint.shell),
            "answers": [checkpoint.answers, checkpoint.answers.first],
            "exported": checkpoint.exported,
        }

    def _component(self, component: ComponentState) -> int:
        number = self._numbers.get(id(component))
        if number is None:
            number = self._numbers[id(component)] = self._first + len(self.components)
            values = [self._writer.write(value) for value in component.values]
            self.components.append([class_name(component.kind), component.name, values])
        return number


def _beginning(session: Session) -> Iterator[ComponentState]:
    """The components as they were before the first input: a new session has them too."""
    for component in session.travel.checkpoints[0].world.components:
        if component is not None:
            yield component


# -- reading ------------------------------------------------------------------------------------------


def read(session: Session, log: Path, entries: Sequence[Entry]) -> Kept | None:
    """What the file beside a log holds for a session that stands at its beginning; None if it is not to be had.

    A file that does not fit is taken away: it will never fit again.
    """
    path = path_of(log)
    try:
        if not path.is_file() or path.stat().st_size > MAXIMUM_FILE:
            return None
        with uncollected():
            return decoded(session, path.read_bytes(), entries, log)
    except FileNotFoundError:
        forget(log)  # the runs that belong to it are gone
        return None
    except OSError:
        return None
    except (BadState, msgspec.DecodeError, LookupError, ValueError, TypeError, AttributeError):
        forget(log)
        return None


def forget(log: Path) -> None:
    """Take the file away, and what belongs to it."""
    with suppress(OSError):
        path_of(log).unlink(missing_ok=True)
    _forget_runs(log)


class Kept:
    """What a file holds: checkpoints by their nodes, the trace, and where steps ended."""

    def __init__(self) -> None:
        self.checkpoints: dict[int, Checkpoint] = {}
        self.ends: dict[int, Place] = {}
        self.waits: dict[int, list[Place]] = {}
        self.vain: set[int] = set()
        self.exported: list[tuple[str, int]] = []


def decoded(session: Session, data: bytes, entries: Sequence[Entry], path: Path) -> Kept:
    """The content of a file for this session. BadState and other errors if it is none of its."""
    head, digest = FORMAT, data[len(FORMAT) : len(FORMAT) + 32]
    body = memoryview(data)[len(FORMAT) + 32 :]
    if not data.startswith(head) or hashlib.sha256(body).digest() != digest:
        raise BadState("the file is not whole")
    content = msgspec.msgpack.decode(body)
    count = content["count"]
    if content["made_by"] != made_by() or count > len(entries):
        raise BadState("made by another hvlab, or for another log")
    if content["log"] != log_digest(session.header, entries[:count]):
        raise BadState("made for another log")
    blobs = _StateWriter(session).blobs
    blobs.all += [bytearray(blob) if changing else blob for changing, blob in content["blobs"]]
    runs, source = _read_runs(path, content["runs"]), _brought_in(session, entries[:count])
    reader = Reader(blobs.all, runs=runs, source=source)
    shells = ShellReader(blobs.all, session.shell.runtime)
    components = list(_beginning(session))
    components += [_component(form, reader) for form in content["components"]]
    kept = Kept()
    events = _trace(content["trace"])
    tape = session.travel.checkpoints[0].tape
    for form in content["checkpoints"]:
        world = _world(form["world"], components, reader)
        tape = Tape(tape, events[: world.trace_length])
        shell = shells.read(form["shell"])
        kept.checkpoints[form["node"]] = Checkpoint(
            world, tape, shell, Answers(*form["answers"]), form["exported"]
        )
    kept.ends = {node: Place(*place) for node, *place in content["ends"]}
    kept.waits = {node: [Place(*place) for place in places] for node, places in content["waits"]}
    kept.vain = set(content["vain"])
    kept.exported = [(path, size) for path, size in content["exported"]]
    return kept


def _brought_in(session: Session, entries: Sequence[Entry]) -> Callable[[bytes], FileSource]:
    """Finds the files that a log's beginning brought in, in the session's store, by the hash of their bytes."""
    known = {entry.text: entry for entry in entries if entry.kind == "file"}

    def find(identity: bytes) -> FileSource:
        entry = known.get(identity.hex())
        if entry is None:
            raise BadState("a file that the log did not bring in")
        try:
            return session.store.find(entry.name, entry.to, entry.text).source
        except Unkept:
            raise BadState("a file that was brought in is gone") from None

    return find


def _component(form: Form, reader: Reader) -> ComponentState:
    kind = class_of(form[0])
    if not issubclass(kind, Component) or len(form[2]) != len(kind.STATE):
        raise BadState(f"{form[0]} is no such component")
    return ComponentState(kind, form[1], tuple(map(reader.read, form[2])))


def _world(form: Form, components: list[ComponentState], reader: Reader) -> WorldState:
    now, processed, sequence, heap, dead, streams, trace_length, numbers = form
    return WorldState(
        now=now,
        processed=processed,
        sequence=sequence,
        heap=[
            (time, number, component, handler_of(handler), reader.read(payload), cause)
            for time, number, component, handler, payload, cause in heap
        ],
        dead=frozenset(dead),
        streams=streams,
        trace_length=trace_length,
        components=[None if number is None else components[number] for number in numbers],
    )


def _trace(form: Form) -> list[RawEvent]:
    words, rows = form
    if not all(words[row[1]] in KINDS for row in rows[:1]):
        raise BadState("a trace of other kinds")
    return [
        (time, words[kind], cause, words[source], words[target], partition, vp, channel, tuple(own))
        for time, kind, cause, source, target, partition, vp, channel, own in rows
    ]
