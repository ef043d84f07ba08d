"""Rows of the story as the event list draws them: time, mark, sentence."""

from __future__ import annotations

from collections.abc import Iterator

from hvlab.kernel.trace import KINDS, Trace, TraceEvent
from hvlab.session.sentences import say
from hvlab.session.story import Row
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit

LOUD = ("command", "guest.phase", "vm.state", "guest.workload")
UNFOLDED = 400
"""Events that an unfolded row shows at most."""
GLYPHS = {
    "command": "»",
    "fault": "✗",
    "vm.state": "■",
    "vm.drive": "□",
    "vm.setting": "□",
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
    "guest.file": "□",
    "guest.database": "□",
    "guest.workload": "★",
    "net.frame": "≈",
    "net.change": "⇄",
    "guest.network": "≈",
    "guest.input": "⌨",
    "guest.clock": "◷",
    "guest.writers": "‖",
    "licence": "§",
    "server": "▣",
    "wmi.event": "◎",
    "snapshot": "◈",
    "cluster": "⇄",
    "migration": "→",
    "transfer": "⇄",
}


def glyph_of(row: Row) -> str:
    """A row's mark."""
    return GLYPHS[row.head.kind] if row.group != "disk" else "●"


def story_lines(row: Row, sentence: str, trace: Trace, text: Text, width: int) -> Iterator[tuple[int, Line]]:
    """The row's Line with its event, and those of the events inside it if it is unfolded."""
    fold = "▾" if row.unfolded else "▸" if row.group else " "
    yield row.seqs[0], _line(row.head, row.time, fold + glyph_of(row), sentence, row.layer, width)
    if row.unfolded:
        for seq in row.seqs[:UNFOLDED]:
            event = trace[seq]
            glyph = "  " + GLYPHS[event.kind]
            yield seq, _line(event, event.time, glyph, say(event, text), KINDS[event.kind].layer, width)


def _line(head: TraceEvent, time: int, glyph: str, sentence: str, layer: str, width: int) -> Line:
    """Number, time, mark and sentence: the number is what questions ask for, and `Get-LabEvent` and `:why` take."""
    stamp = f"{f'#{head.seq}':>6} "
    if width >= 48:
        stamp += f"{time / 1e9:8.3f} " if width >= 60 else f"{time / 1e9:6.2f} "
    style = "bold" if head.kind in LOUD else "dim" if layer == "hypervisor" else ""
    room = width - len(stamp) - len(glyph) - 1
    return ((stamp, "faint"), (glyph + " ", f"{layer}+2"), (fit(sentence, room), style))
