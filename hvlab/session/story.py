"""Trace events to rows one can read: sentences, and runs of machinery folded into one row each.

In the *story* depth an event that tells something has a row of its own; the
crossings that carry it (hypercalls, interrupts, end-of-message writes) lie inside
its row, and runs of port accesses, packets or disk accesses are one row with a
count. In the *all* depth every event is a row. No event is ever left out: it is in
exactly one row, and rows can be unfolded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hvlab.kernel.trace import KINDS, Setup, TraceEvent
from hvlab.session.sentences import machine_of, say, word
from hvlab.session.units import bytes_text
from hvlab.text import Text

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
        "vm.setting",
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


PREPARED = ("setup", "")
"""The run of what was done by hand before the learner came."""
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

    def __init__(self, prologue: int = 0) -> None:
        """Up to event `prologue` the lab was prepared: who did what to it by hand lies in one row, folded."""
        self._setup = Setup(prologue)
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
        if self._setup.holds(event):
            return self._prepare(event)
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

    def _prepare(self, event: TraceEvent) -> int:
        place = self._open.get(PREPARED)
        if place is None:
            place = len(self.rows)
            self.rows.append(Row(event, PREPARED[0], time=event.time))
        self._open.clear()
        self._open[PREPARED] = place
        self.rows[place].seqs.append(event.seq)
        self.rows[place].count += 1
        return place

    def sentence(self, row: Row, text: Text) -> str:
        """What the row says."""
        return say_row(row, text)

    def is_caption(self, row: Row) -> bool:
        """Whether the row tells enough to stand below the picture."""
        return row.head.kind != "command" and row.group in CAPTIONED and (row.count > 0 or not row.group)

    def searched(self, row: Row, sentence: str) -> str:
        """All words of a row that a filter may ask for, in lower case."""
        if row.group == PREPARED[0]:
            return sentence.lower()
        names = " ".join(str(value) for value in row.head.fields.values() if isinstance(value, str))
        return f"{sentence} {row.head.kind} {names} {machine_of(row.head)}".lower()


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
        size=bytes_text(row.sectors * 512, text),
    )
