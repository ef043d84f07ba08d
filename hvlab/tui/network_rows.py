"""How networks are drawn: switches, tables of addresses, frames, who has reached whom. Pure: Lines out, no widget."""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.session.networkview import FrameView, NetworkView, Reached, SwitchView
from hvlab.session.sentences import word
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, in_columns, line, squeeze
from hvlab.tui.view_pane import WIDE, heading, side_by_side

MILLISECOND, SECOND = 10**6, 10**9
OK, NOT_ASKED = "ok", "·"
LEAST_CELL = 11
"""Columns of an answer to a ping, with the gap behind it."""
SWITCHES = 88
"""Columns of the switches where the rest stands beside them."""


def switch_rows(switch: SwitchView, now: int, text: Text, width: int) -> list[Line]:
    """A switch: its ports, and the addresses it has learned."""
    if switch.kind:
        kind = text(f"tui.network.kind.{switch.kind.lower()}")
        head = text("tui.network.switch", name=switch.name, kind=kind)
    else:
        head = text("tui.network.physical")
    rows = [heading(head, width)]
    if switch.notes:
        rows.append(line((fit(switch.notes.replace("\n", " "), width), "dim")))
    name = max(16, min(34, width - 54))
    titles = f"   {text('tui.network.port').ljust(name)} {text('tui.network.vlan'):<7}"
    figures = f"{text('tui.network.in'):>6} {text('tui.network.out'):>6} {text('tui.network.dropped'):>9}"
    rows.append(line((fit(titles + figures, width), "faint")))
    for port in switch.ports:
        cable = ("●", "good") if port.linked else ("○", "warn")
        row = [
            (f"{port.number:>2} ", "faint"),
            (squeeze(port.name, name).ljust(name), "device+3" if port.linked else "dim"),
            (f" {fit(port.vlan, 7).ljust(7)}", "dim"),
            (f"{port.frames_in:>6} {port.frames_out:>6} ", ""),
            (f"{port.dropped:>9} ", "warn" if port.dropped else "dim"),
            cable,
        ]
        if width - name >= 54:
            row.append((f" {port.mac}", "faint"))
        rows.append(line(*row))
    if not switch.ports:
        rows.append(line((text("tui.network.no_ports"), "dim")))
    names = {port.number: port.name for port in switch.ports}
    learned: list[Line] = []
    for entry in switch.table:
        where = names.get(entry.port, str(entry.port))
        age = text("tui.network.age", seconds=(now - entry.seen) // SECOND)
        vlan = f"  VLAN {entry.vlan}" if entry.vlan else ""
        words = f"   {entry.mac} → {where}{vlan}  {age}"
        learned.append(line((fit(words, width), "code")))
    rows += in_columns(learned, width, 1)
    if not switch.table:
        rows.append(line((f"   {text('tui.network.learned_nothing')}", "dim")))
    return rows


def frame_rows(frames: Sequence[FrameView], text: Text, width: int) -> list[Line]:
    """The latest frames, newest first: where each came in, and what became of it."""
    rows = [heading(text("tui.network.frames"), width)]
    styles = {"forward": "good", "flood": "accent", "drop": "bad"}
    for frame in reversed(frames):
        action = text(f"tui.network.action.{frame.action}")
        rest = word(frame.why, text) if frame.why else frame.out
        head = f"{frame.time / SECOND:11.6f} "
        way = f"{frame.switch or text('tui.network.wire')}: {frame.entry} "
        left = max(0, width - len(head) - len(way) - len(action) - 3)
        rows.append(
            line(
                (head, "faint"),
                (fit(way, max(0, width - len(head))), "dim"),
                (fit(f"{action} ", max(0, width - len(head) - len(way))), styles.get(frame.action, "")),
                (fit(f"{rest}  {word(frame.protocol, text)} {word(frame.detail, text)}", left), "device+3"),
            )
        )
    if not frames:
        rows.append(line((text("tui.network.no_frames"), "dim")))
    return rows


def _cell(reached: Reached | None, text: Text) -> tuple[str, str]:
    if reached is None:
        return NOT_ASKED, "faint"
    if not reached.outcome:
        return "…", "accent"
    if reached.outcome == OK:
        return f"{text.decimal(reached.took / MILLISECOND, 2)} ms", "good"
    name = f"tui.network.outcome.{reached.outcome.replace(' ', '_')}"
    return (text(name) if text.has(name) else reached.outcome), "bad"


def ping_rows(view: NetworkView, text: Text, width: int) -> list[Line]:
    """Who has reached whom: askers downwards, asked across; a dot where nobody has tried."""
    rows = [heading(text("tui.network.pings"), width)]
    targets = list(dict.fromkeys([name for name, _ in view.stations] + [target for _, target in view.pings]))
    if not view.pings:
        rows.append(line((fit(text("tui.network.no_pings"), width), "dim")))
    first = min(14, max([len(name) for name in view.askers], default=4) + 1)
    column = max(LEAST_CELL, min(13, (width - first) // max(1, len(targets))))
    fitting = max(1, (width - first) // column)
    for start in range(0, len(targets), fitting):
        part = targets[start : start + fitting]
        rows.append(
            line((" " * first, ""), *((fit(name, column - 1).ljust(column), "device+3") for name in part))
        )
        for asker in view.askers:
            cells = [_cell(view.pings.get((asker, target)), text) for target in part]
            rows.append(
                line(
                    (fit(asker, first - 1).ljust(first), "device+3"),
                    *((fit(words, column - 1).ljust(column), style) for words, style in cells),
                )
            )
    addresses: list[str] = []
    for name, address in view.stations:
        words = f"{name} {address}"
        if addresses and len(addresses[-1]) + 2 + len(words) <= width:
            addresses[-1] += f"  {words}"
        else:
            addresses.append(words)
    return rows + [line((fit(words, width), "dim")) for words in addresses]


def network_rows(
    view: NetworkView, frames: Sequence[FrameView], now: int, text: Text, width: int, height: int
) -> list[Line]:
    """The whole view: who reaches whom comes first, since it fits on the smallest screen."""
    wide = width >= WIDE
    column = SWITCHES if wide else width
    switches = [row for switch in view.switches for row in switch_rows(switch, now, text, column)]
    if not wide:
        return ping_rows(view, text, width) + switches + frame_rows(frames, text, width)
    rest = width - SWITCHES - 2
    return side_by_side(
        switches, ping_rows(view, text, rest) + frame_rows(frames, text, rest), SWITCHES + 2, height
    )
