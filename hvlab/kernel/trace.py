"""The trace: everything that happened in the world, append-only, each event with its cause.

Kinds form a closed catalogue, KINDS. What an event of a kind carries, and in
which order it is written, stands there and nowhere else; each kind's one-line
explanation is the text `kind.<kind>` in the languages of the course.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

TRACE_FORMAT = 1
STRIDE = 256
"""So many events apart are the looks, at least, to which a trace that went back can be compared."""

RawEvent = tuple[int, str, int, str, str, "int | None", "int | None", "int | None", tuple[Any, ...]]
"""time, kind, cause, source, target, partition, vp, channel, own fields; its seq is its place plus one."""


@dataclass(frozen=True)
class Kind:
    """A kind of event: its name, the layer of the machine it belongs to, and its own fields in order."""

    name: str
    layer: str
    fields: tuple[str, ...]


def _catalogue(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


KINDS = _catalogue(
    # what a person does
    Kind("command", "console", ("text",)),
    Kind("fault", "console", ("action", "fault", "number", "detail")),
    # the management side of the root partition
    Kind("vm.state", "root", ("vm", "previous", "state")),
    Kind("process", "root", ("action", "process", "vm")),
    Kind("vm.drive", "root", ("vm", "action", "place", "path")),
    Kind("vm.setting", "root", ("vm", "setting", "value")),
    Kind("context.switch", "root", ("process",)),
    Kind("host.call", "root", ("name", "path", "amount")),
    Kind("copy", "root", ("what", "amount")),
    Kind("host.file", "root", ("action", "path", "size", "origin")),
    Kind("snapshot", "root", ("action", "name", "count")),
    Kind("transfer", "root", ("action", "vm", "folder")),
    Kind("cluster", "root", ("action", "object", "detail")),
    Kind("migration", "root", ("action", "vm", "round", "pages")),
    Kind("licence", "root", ("action", "number", "edition", "server")),
    Kind("server", "root", ("action", "detail")),
    Kind("wmi.event", "root", ("subscription", "event", "object")),
    # the hypervisor
    Kind("partition", "hypervisor", ("state",)),
    Kind(
        "hypercall",
        "hypervisor",
        ("name", "code", "status", "status_name", "input", "result", "count", "entries", "bytes"),
    ),
    Kind("instruction", "guest", ("text", "level", "way", "detail")),
    Kind("exit", "hypervisor", ("reason", "detail", "value")),
    Kind(
        "intercept",
        "hypervisor",
        ("name", "code", "port", "access", "size", "count", "value", "bytes"),
    ),
    Kind("interrupt", "hypervisor", ("reason", "sint", "vector", "number")),
    Kind("vp.run", "hypervisor", ("lp", "ran", "waited", "pieces")),
    Kind("message.queued", "hypervisor", ("sint", "waiting")),
    # the VMBus
    Kind("vmbus.message", "vmbus", ("name", "code", "direction", "bytes")),
    Kind("vmbus.channel", "vmbus", ("device", "state")),
    Kind("vmbus.refused", "vmbus", ("name", "reason")),
    Kind(
        "ring.packet",
        "vmbus",
        ("direction", "packet_type", "transaction", "ring_offset", "signal", "bytes"),
    ),
    # devices
    Kind("device.command", "device", ("device", "command", "lba", "sectors")),
    Kind("disk.io", "device", ("operation", "path", "lba", "sectors", "outcome", "grew")),
    Kind("net.frame", "device", ("action", "why", "entry", "out", "vlan", "protocol", "detail", "bytes")),
    Kind("net.change", "root", ("action", "object", "detail")),
    Kind("integration", "device", ("service", "action", "value")),
    # the guest
    Kind("guest.phase", "guest", ("phase", "detail")),
    Kind("guest.driver", "guest", ("driver", "state", "detail")),
    Kind("guest.io", "guest", ("action", "operation", "lba", "sectors", "route", "outcome")),
    Kind("guest.file", "guest", ("action", "name", "size", "outcome")),
    Kind("guest.database", "guest", ("action", "disk", "records", "outcome")),
    Kind("guest.input", "guest", ("device", "value")),
    Kind("guest.clock", "guest", ("action", "microseconds")),
    Kind("guest.writers", "guest", ("action", "count", "detail")),
    Kind("guest.network", "guest", ("adapter", "action", "detail", "outcome", "round_trip")),
    Kind(
        "guest.workload",
        "guest",
        ("action", "operation", "disk", "count", "bytes", "exits", "ring_out", "ring_back"),
    ),
)


class TraceEvent(msgspec.Struct, frozen=True, gc=False):
    """One event, as readers see it. At full speed the screen makes ten thousand of these a second."""

    seq: int
    time: int
    kind: str
    cause: int | None
    source: str
    target: str
    partition: int | None
    vp: int | None
    channel: int | None
    fields: dict[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """One of the kind's own fields."""
        return self.fields.get(name, default)

    def line(self) -> dict[str, Any]:
        """The event as the object that a trace file has for it: fixed order, bytes as hex."""
        row: dict[str, Any] = {
            "seq": self.seq,
            "time": self.time,
            "kind": self.kind,
            "cause": self.cause,
            "source": self.source,
            "target": self.target,
            "partition": self.partition,
            "vp": self.vp,
            "channel": self.channel,
        }
        for name, value in self.fields.items():
            row[name] = bytes(value).hex() if isinstance(value, (bytes, bytearray)) else value
        return row


SETUP_KINDS = frozenset(("command", "fault", "vm.setting", "vm.drive", "host.file", "net.change"))
"""What somebody who prepares a lab does in it by hand; whatever the world makes of it is not among these."""


class Setup:
    """Which events are the doing of whoever prepared a lab, up to event `prologue`; asked in their order.

    A fault that was made then is theirs as long as it lasts: to find it is what the lab is for.
    """

    def __init__(self, prologue: int) -> None:
        self._prologue = prologue
        self._faults: set[tuple[str, object]] = set()

    def holds(self, event: TraceEvent) -> bool:
        """Whether this event is shown to nobody who does not ask for it."""
        if event.kind != "fault":
            return event.seq <= self._prologue and event.kind in SETUP_KINDS
        fault = event.source, event.get("number")
        if event.seq <= self._prologue:
            self._faults.add(fault)
        return fault in self._faults


class Trace:
    """An append-only list of events; `seq` counts from 1."""

    def __init__(self) -> None:
        self.events: list[RawEvent] = []
        self._places: dict[str, list[int]] = {}
        """By kind, where its events stand in the list, as far as was looked at."""
        self._looked: list[tuple[int, RawEvent]] = []
        """How far one look after the other went, and the last event that it saw."""

    def __len__(self) -> int:
        return len(self.events)

    def __getitem__(self, seq: int) -> TraceEvent:
        """The event of that sequence number; IndexError if there is none."""
        if seq < 1:
            raise IndexError(seq)
        return self._view(seq, self.events[seq - 1])

    def __iter__(self) -> Iterator[TraceEvent]:
        return self.since(0)

    def since(self, seq: int) -> Iterator[TraceEvent]:
        """The events that came after event `seq`."""
        for number in range(seq, len(self.events)):
            yield self._view(number + 1, self.events[number])

    def of_kinds(self, kinds: Container[str], since: int = 0) -> Iterator[TraceEvent]:
        """Those of the events after event `since` that are of one of these kinds."""
        places = [found for kind, found in self._by_kind().items() if kind in kinds]
        numbers = places[0] if len(places) == 1 else sorted(chain.from_iterable(places))
        for number in numbers[bisect_left(numbers, since) :]:
            yield self._view(number + 1, self.events[number])

    def _by_kind(self) -> dict[str, list[int]]:
        """Where the events of each kind stand; what has come since the last look is looked at now.

        A world that goes back takes events off, and writes others in their place: each is an object of its own, so if
        the last one that a look has seen still stands where it stood, then so does all before it.
        """
        events, places, looks = self.events, self._places, self._looked
        gone = False
        while looks and (looks[-1][0] > len(events) or events[looks[-1][0] - 1] is not looks[-1][1]):
            looks.pop()
            gone = True
        looked = looks[-1][0] if looks else 0
        if gone:
            for known in places.values():
                del known[bisect_left(known, looked) :]
        if looked == len(events):
            return places
        for number in range(looked, len(events)):
            kind = events[number][1]
            if kind in places:
                places[kind].append(number)
            else:
                places[kind] = [number]
        if len(looks) > 1 and looked - looks[-2][0] < STRIDE:
            looks.pop()  # the next one is not far from the one before it
        looks.append((len(events), events[-1]))
        return places

    def _view(self, seq: int, raw: RawEvent) -> TraceEvent:
        time, kind, cause, source, target, partition, vp, channel, fields = raw
        named = dict(zip(KINDS[kind].fields, fields, strict=True))
        return TraceEvent(seq, time, kind, cause or None, source, target, partition, vp, channel, named)

    def chain(self, seq: int) -> list[TraceEvent]:
        """Why did this happen: the event, what led to it, and so on up to the first cause."""
        found = []
        number: int | None = seq
        while number:
            event = self[number]
            found.append(event)
            number = event.cause
        return found

    def lines(self, header: dict[str, Any]) -> Iterator[bytes]:
        """The lines of a trace file: the header, then one object an event; each ends with a newline."""
        encode = msgspec.json.encode
        yield encode({"format": TRACE_FORMAT, **header}) + b"\n"
        for event in self:
            yield encode(event.line()) + b"\n"

    def digest(self) -> str:
        """SHA-256 of the trace's lines without the header."""
        hasher = hashlib.sha256()
        for event in self:
            hasher.update(msgspec.json.encode(event.line()))
        return hasher.hexdigest()
