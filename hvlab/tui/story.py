"""Trace events to rows one can read: sentences, and runs of machinery folded into one row each.

In the *story* depth an event that tells something has a row of its own; the
crossings that carry it (hypercalls, interrupts, end-of-message writes) lie inside
its row, and runs of port accesses, packets or disk accesses are one row with a
count. In the *all* depth every event is a row. No event is ever left out: it is in
exactly one row, and rows can be unfolded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from hvlab.kernel.trace import KINDS, Trace, TraceEvent
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit
from hvlab.tui.feed import machine_of
from hvlab.tui.units import bytes_text
from hvlab.vmbus import messages

LIFE = frozenset(
    ("CreatePartition", "MapGpaPages", "CreateVp", "FinalizePartition", "DeletePartition", "WithdrawMemory")
)
"""Hypercalls that tell the story of a partition; the others are machinery."""
ALONE = frozenset(
    (
        "command",
        "fault",
        "vm.state",
        "vm.drive",
        "process",
        "host.file",
        "partition",
        "vmbus.message",
        "vmbus.refused",
        "guest.phase",
        "guest.driver",
        "guest.workload",
    )
)
CAPTIONED = ("", "port", "packet", "disk", "beat")
"""Rows that may stand below the picture: those of their own, and these runs."""
LOUD = ("command", "guest.phase", "vm.state", "guest.workload")
UNFOLDED = 400
"""Events that an unfolded row shows at most."""
GLYPHS = {
    "command": "»",
    "fault": "✗",
    "vm.state": "■",
    "vm.drive": "□",
    "process": "□",
    "context.switch": "↔",
    "host.call": "↧",
    "copy": "≡",
    "host.file": "□",
    "partition": "▣",
    "hypercall": "↯",
    "exit": "▼",
    "intercept": "▼",
    "interrupt": "▴",
    "vp.run": "▪",
    "instruction": "›",
    "message.queued": "…",
    "vmbus.message": "▸",
    "vmbus.channel": "═",
    "vmbus.refused": "✗",
    "ring.packet": "◆",
    "device.command": "○",
    "disk.io": "●",
    "integration": "♥",
    "guest.phase": "★",
    "guest.driver": "⚙",
    "guest.io": "○",
    "guest.workload": "★",
    "net.frame": "≈",
    "net.change": "⇄",
    "guest.network": "≈",
    "guest.input": "⌨",
    "guest.clock": "◷",
    "guest.writers": "⏸",
    "licence": "§",
    "snapshot": "◈",
}


@dataclass
class Row:
    """A row of the list: its first event, the events in it, and, for a folded run, what is counted."""

    head: TraceEvent
    group: str = ""
    seqs: list[int] = field(default_factory=list)
    count: int = 0
    sectors: int = 0
    time: int = 0
    names: dict[str, int] = field(default_factory=dict)
    unfolded: bool = False

    @property
    def layer(self) -> str:
        """The layer whose colour it has."""
        return "hypervisor" if self.group in ("port", "exits") else KINDS[self.head.kind].layer

    @property
    def glyph(self) -> str:
        """Its mark."""
        return GLYPHS[self.head.kind] if self.group != "disk" else "●"


def group_of(event: TraceEvent) -> str:
    """What run an event belongs to in the story: a name, '' for a row of its own, '+' for the row before."""
    kind = event.kind
    if kind == "hypercall":
        name = event.get("name")
        if event.get("status") or name in LIFE:
            return ""
        return {"SignalEvent": "packet", "PostMessage": "+", "SetVpRegisters": "port"}.get(str(name), "calls")
    if kind in ALONE:
        return ""
    if kind == "interrupt":
        if event.get("reason") == "device line":
            return "disk"
        if event.get("sint") == 0:
            return "port"
        return "packet" if event.get("reason") == "event flag" else "+"
    if kind == "exit":
        return "+" if event.get("detail") == "HV_X64_MSR_EOM" or event.get("reason") == "hlt" else "exits"
    if kind == "vmbus.channel":
        return "+" if event.get("state") == "offered" else ""
    if kind == "integration":
        return "beat" if event.get("action") == "beat" else ""
    return {
        "intercept": "port",
        "ring.packet": "packet",
        "disk.io": "disk",
        "guest.io": "disk",
        "device.command": "disk",
        "message.queued": "+",
    }.get(kind, "")


COUNTED = {
    "port": "intercept",
    "packet": "ring.packet",
    "disk": "disk.io",
    "beat": "integration",
    "calls": "hypercall",
    "exits": "exit",
}
"""What the figure of a folded run counts; the other events in it carried these."""


class Story:
    """Rows that grow as events come in."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.every = False
        """The depth: every event a row."""
        self._open: dict[tuple[str, str], int] = {}

    def clear(self) -> None:
        """Begin anew."""
        self.rows.clear()
        self._open.clear()

    def add(self, events: Iterable[TraceEvent]) -> int:
        """Take in events; returns the first row that changed (or how many rows there are)."""
        first = len(self.rows)
        for event in events:
            first = min(first, self._add(event))
        return first

    def _add(self, event: TraceEvent) -> int:
        group = "" if self.every else group_of(event)
        if group == "+":
            if self.rows:
                self.rows[-1].seqs.append(event.seq)
                return len(self.rows) - 1
            group = ""
        if not group:
            self._open.clear()
            self.rows.append(Row(event, "", [event.seq], 1, time=event.time))
            return len(self.rows) - 1
        key = (group, machine_of(event) if group in ("disk", "beat", "exits") else "")
        place = self._open.get(key)
        if place is None:
            place = self._open[key] = len(self.rows)
            self.rows.append(Row(event, group, time=event.time))
        row = self.rows[place]
        row.seqs.append(event.seq)
        if event.kind == COUNTED[group]:
            row.count += 1
            row.sectors += int(event.get("sectors") or 0)
            name = str(event.get("operation") or event.get("reason") or event.get("name") or "")
            row.names[name] = row.names.get(name, 0) + 1
            if row.head.kind != event.kind:
                row.head = event
        return place

    # -- rows as lines ----------------------------------------------------------------------------

    def sentence(self, row: Row, text: Text) -> str:
        """What the row says."""
        return say_row(row, text)

    def is_caption(self, row: Row) -> bool:
        """Whether the row tells enough to stand below the picture."""
        return row.head.kind != "command" and row.group in CAPTIONED and (row.count > 0 or not row.group)

    def searched(self, row: Row, sentence: str) -> str:
        """All words of a row that a filter may ask for, in lower case."""
        names = " ".join(str(value) for value in row.head.fields.values() if isinstance(value, str))
        return f"{sentence} {row.head.kind} {names} {machine_of(row.head)}".lower()

    def lines(
        self, row: Row, sentence: str, trace: Trace, text: Text, width: int
    ) -> Iterator[tuple[int, Line]]:
        """The row's Line with its event, and those of the events inside it if it is unfolded."""
        fold = "▾" if row.unfolded else "▸" if row.group else " "
        yield row.seqs[0], _line(row.head, row.time, fold + row.glyph, sentence, row.layer, width)
        if row.unfolded:
            for seq in row.seqs[:UNFOLDED]:
                event = trace[seq]
                glyph = "  " + GLYPHS[event.kind]
                yield seq, _line(event, event.time, glyph, say(event, text), KINDS[event.kind].layer, width)


def _line(head: TraceEvent, time: int, glyph: str, sentence: str, layer: str, width: int) -> Line:
    stamp = f"{time / 1e9:8.3f} " if width >= 60 else f"{time / 1e9:6.2f} "
    style = "bold" if head.kind in LOUD else "dim" if layer == "hypervisor" else ""
    room = width - len(stamp) - len(glyph) - 1
    return ((stamp, "faint"), (glyph + " ", f"{layer}+2"), (fit(sentence, room), style))


# -- sentences ------------------------------------------------------------------------------------


def who(path: str, text: Text) -> str:
    """A path of the trace as a person says it."""
    parts = path.split("/")[1:]
    if not parts:
        return path
    if parts[0] == "hypervisor":
        return text("tui.who.hypervisor")
    if parts[0] != "root":
        return parts[0]
    if len(parts) == 1:
        return text("tui.who.root")
    name = {
        "vmms": "VMMS",
        "storvsp": "storvsp",
        "vmbus": text("tui.who.root"),
        "storage": text("tui.who.disk"),
    }
    if parts[1] == "vmwp":
        return text("tui.who.worker")
    return name.get(parts[1], parts[1])


def say_row(row: Row, text: Text) -> str:
    """The sentence of a row."""
    if not row.group:
        return say(row.head, text)
    names = ", ".join(word(name, text) for name in row.names if name)
    return text(
        f"tui.group.{row.group}",
        vm=machine_of(row.head) or text("tui.who.root"),
        count=row.count,
        names=names,
        size=bytes_text(row.sectors * 512),
    )


def say(event: TraceEvent, text: Text) -> str:
    """One event in one sentence."""
    special = _SPECIAL.get(event.kind)
    message = special(event, text) if special is not None else f"tui.say.{event.kind}"
    if not text.has(message):
        message = f"tui.say.{event.kind}"
    data = event.get("bytes")
    values = {name: value for name, value in event.fields.items() if name != "bytes"}
    values.update(
        source=who(event.source, text),
        target=who(event.target, text),
        vm=machine_of(event) or text("tui.who.root"),
        channel=event.channel or "",
        partition=event.partition or "",
        size=len(data) if isinstance(data, (bytes, bytearray)) else 0,
        port=f"0x{event.get('port') or 0:x}",
        phase=text(f"tui.phase.{event.get('phase')}") if event.kind == "guest.phase" else "",
        state=_state(event, text),
        bytes=bytes_text(data) if isinstance(data, int) else "",
    )
    for name in _WORDS:
        if isinstance(values.get(name), str):
            values[name] = word(str(values[name]), text)
    if event.kind == "vp.run":
        values.update(ran=_milliseconds(event.get("ran")), waited=_milliseconds(event.get("waited")))
    if event.kind == "vmbus.message":
        values.update(_message_values(event))
    return text(message, **values)


def _milliseconds(nanoseconds: object) -> str:
    return f"{nanoseconds // 1_000_000} ms" if isinstance(nanoseconds, int) else str(nanoseconds)


_WORDS = ("operation", "outcome", "route", "action", "access", "reason", "state")
"""Fields whose values are plain words that each language says its own way."""


def word(value: str, text: Text) -> str:
    """A word of the trace in the language of the screen; names of the field stay as they are."""
    name = f"tui.word.{value.replace(' ', '_')}"
    return text(name) if text.has(name) else value


def _state(event: TraceEvent, text: Text) -> str:
    state = str(event.get("state") or "")
    if event.kind == "vm.state" and text.has(f"tui.state.{state.lower()}"):
        return text(f"tui.state.{state.lower()}")
    return state


def _message_values(event: TraceEvent) -> dict[str, object]:
    try:
        _, fields, _ = messages.parse(event.get("bytes"))
    except messages.BadMessage:
        return {"version": "?", "relid": "?", "result": "?"}
    version = fields.get("version", fields.get("selected_version", 0))
    return {
        "version": messages.VERSION_NAMES.get(version, f"0x{version:x}"),
        "relid": fields.get("channel_id", "?"),
        "result": fields.get("status", 0),
    }


def _by_name(prefix: str, value: str) -> Callable[[TraceEvent, Text], str]:
    return lambda event, text: f"tui.say.{prefix}.{event.get(value)}"


_SPECIAL: dict[str, Callable[[TraceEvent, Text], str]] = {
    "vmbus.message": _by_name("message", "name"),
    "hypercall": lambda event, text: (
        "tui.say.hypercall_failed" if event.get("status") else f"tui.say.call.{event.get('name')}"
    ),
    "process": _by_name("process", "action"),
    "vmbus.channel": _by_name("channel", "state"),
    "guest.workload": _by_name("workload", "action"),
    "integration": _by_name("integration", "action"),
    "partition": lambda event, text: (
        "tui.say.partition.root" if event.partition == 1 else "tui.say.partition"
    ),
    "interrupt": lambda event, text: (
        "tui.say.line" if event.get("reason") == "device line" else "tui.say.interrupt"
    ),
}
