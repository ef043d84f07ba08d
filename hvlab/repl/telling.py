"""What the plain console says of the lab: changes as they come, the present state, and single events."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.kernel.trace import TraceEvent
from hvlab.session import ringview
from hvlab.session.decode import decode, request_of
from hvlab.session.hostview import MachineView, look
from hvlab.session.sentences import say, word
from hvlab.session.session import Session
from hvlab.session.story import Row, Story
from hvlab.session.units import clock_text, pages_text
from hvlab.text import Text

TOLD = frozenset(
    (
        "fault",
        "guest.phase",
        "guest.workload",
        "licence",
        "server",
        "snapshot",
        "vm.drive",
        "vm.state",
        "vmbus.refused",
    )
)
"""Kinds of events that are announced when they happen; the others are there for whoever asks."""


PATIENCE = 10 * 10**9
"""After so much simulated time without a word (ns), a command that waits says that it goes on; after each
time twice as much, so that an hour is not four hundred lines."""


class Announcer:
    """Says what has changed since it was asked last."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._spoke = session.world.now
        self._patience = PATIENCE
        self._seen = 0
        self._last: object = None
        self._mark()

    def _mark(self) -> None:
        trace = self._session.world.trace
        self._seen = len(trace)
        self._last = trace.events[-1] if self._seen else None

    def news(self, text: Text) -> Iterator[str]:
        """A sentence a change; after a journey in time, only where one is now."""
        trace = self._session.world.trace
        seen, last = self._seen, self._last
        self._mark()
        if len(trace) < seen or (seen and trace.events[seen - 1] is not last):
            self._spoke = self._session.world.now
            yield text("repl.travelled", event=len(trace), time=clock_text(self._spoke))
            return
        for event in trace.since(seen):
            if event.kind in TOLD:
                self._spoke = event.time
                yield f"{event.time / 1e9:.3f} s: {say(event, text)}."

    def begin(self) -> None:
        """A command begins."""
        self._spoke, self._patience = self._session.world.now, PATIENCE

    def patience(self, text: Text) -> Iterator[str]:
        """A word from a command that still waits, if for long there was none."""
        now = self._session.world.now
        if now - self._spoke >= self._patience:
            self._spoke, self._patience = now, self._patience * 2
            yield text("repl.still_waiting", time=clock_text(now))


def state(session: Session, text: Text, name: str = "") -> Iterator[str]:
    """The picture in sentences; with a machine's name, that machine and its channels."""
    view = look(session.world, session.host)
    if not name:
        yield text(
            "repl.state.host",
            host=session.computer,
            count=view.processors,
            free=pages_text(view.free_pages, text),
            total=pages_text(view.pages, text),
            time=clock_text(session.world.now),
            events=len(session.world.trace),
        )
        if not view.launched:
            yield text("tui.picture.no_hypervisor")
        if not view.role:
            yield text("tui.picture.no_role")
        if not view.machines:
            yield text("repl.state.no_machine")
    for machine in view.machines:
        if not name or machine.name.casefold() == name.casefold():
            yield _machine(machine, text)
            if name:
                for channel in machine.channels:
                    yield text(
                        "repl.state.channel",
                        relid=channel.relid,
                        device=channel.device,
                        state=word(channel.state.lower(), text),
                        driver=channel.driver or text("repl.state.no_driver"),
                    )
    if name and all(machine.name.casefold() != name.casefold() for machine in view.machines):
        yield text("tui.guest.gone", name=name)


def _machine(machine: MachineView, text: Text) -> str:
    parts = [
        text(
            "repl.state.machine",
            name=machine.name,
            state=text(f"tui.state.{machine.state.lower()}"),
            memory=machine.memory >> 20,
        )
    ]
    if machine.partition:
        parts.append(text("repl.state.partition", partition=machine.partition))
    if machine.phase:
        phase = text(f"tui.phase.{machine.phase}")
        parts.append(text("repl.state.guest", system=machine.system or "?", phase=phase))
    if machine.vmbus:
        parts.append(text("repl.state.vmbus", version=machine.vmbus, count=len(machine.channels)))
    if machine.partition and machine.emulated_disk:
        parts.append(text("repl.state.emulated"))
    return " ".join(parts)


def _line(seq: int, time: int, sentence: str, text: Text) -> str:
    return text("repl.event.line", event=seq, time=f"{time / 1e9:.3f}", sentence=sentence)


def _matches(story: Story, row: Row, sentence: str, words: list[str]) -> bool:
    searched = f"{story.searched(row, sentence)} {row.layer}"
    return all(word.lower() in searched for word in words)


def events(session: Session, text: Text, count: int, words: list[str], every: bool) -> Iterator[str]:
    """The newest rows of the story (or events) that hold all words."""
    story = Story(session.prologue)
    story.every = every
    story.add(session.world.trace)
    found: list[str] = []
    for row in reversed(story.rows):
        sentence = story.sentence(row, text)
        if (row.count or not row.group) and _matches(story, row, sentence, words):
            found.append(_line(row.seqs[0], row.time, sentence, text))
            if len(found) == count:
                break
    yield from reversed(found)
    if not found:
        yield text("repl.event.none")


def inside(session: Session, text: Text, seq: int, limit: int = 60) -> Iterator[str]:
    """The events that lie in the row of an event."""
    story = Story(session.prologue)
    story.add(session.world.trace)
    row = next(row for row in story.rows if seq in row.seqs)
    for number in row.seqs[:limit]:
        event = session.world.trace[number]
        yield _line(number, event.time, say(event, text), text)
    if len(row.seqs) > limit:
        yield text("repl.event.more", count=len(row.seqs) - limit)


def meaning(session: Session, text: Text, seq: int) -> Iterator[str]:
    """One event: what it is, its fields, and what led to it."""
    trace = session.world.trace
    event = trace[seq]
    yield _line(seq, event.time, say(event, text), text)
    yield f"{event.kind}: {text(f'kind.{event.kind}')}"
    yield from _fields(event, text)
    if event.cause:
        because = text("tui.inspector.because")
        yield f"{because}: {_line(event.cause, trace[event.cause].time, say(trace[event.cause], text), text)}"


def _fields(event: TraceEvent, text: Text) -> Iterator[str]:
    yield f"{text('tui.inspector.source')}: {event.source}"
    yield f"{text('tui.inspector.target')}: {event.target}"
    shown = {"partition": event.partition, "vp": event.vp, "channel": event.channel, **event.fields}
    for name, value in shown.items():
        if isinstance(value, (bytes, bytearray)):
            yield text("repl.event.bytes", count=len(value), event=event.seq)
        elif value not in (None, ""):
            yield f"{name}: {value}"


def why(session: Session, text: Text, seq: int) -> Iterator[str]:
    """From the first cause down to the event."""
    for event in reversed(session.world.trace.chain(seq)):
        yield _line(event.seq, event.time, say(event, text), text)


def fields_of_bytes(session: Session, text: Text, seq: int) -> Iterator[str]:
    """The bytes, struct by struct and field by field."""
    trace = session.world.trace
    sections = decode(trace[seq], request_of(trace, trace[seq]))
    if not sections:
        yield text("tui.inspector.no_bytes")
    for section in sections:
        yield text("repl.heading", title=section.name)
        for view in section.fields:
            raw = view.raw.hex(" ")
            yield text("repl.event.field", offset=view.offset, name=view.name, hex=raw, value=view.text)


def rings(session: Session, text: Text, name: str = "") -> Iterator[str]:
    """The rings of all open channels, or of one machine's, a sentence a ring; then whose pages are whose."""
    world, host = session.world, session.host
    for machine, relid in ringview.channels(world, host):
        view = ringview.look(world, host, machine, relid)
        if view is None or (name and machine.casefold() != name.casefold()):
            continue
        yield text("repl.rings.channel", vm=machine, relid=relid, device=view.device, state=view.state)
        for ring in view.rings:
            way = text(f"tui.rings.{'out' if ring.direction == ringview.DIRECTIONS[0] else 'back'}")
            values = {"way": way, "read": ring.read, "write": ring.write}
            yield text("repl.rings.ring", used=ring.used, size=ring.size, **values)
    memory = ringview.memory(world, host)
    for extent in memory.extents if memory is not None else ():
        if extent.use == "memory":
            values = {"vm": extent.owner, "count": extent.count, "guest": f"{extent.guest:x}"}
            yield text("repl.rings.pages", first=f"{extent.first:x}", **values)
