"""How networks are drawn: switches, tables of addresses, frames, who has reached whom. Pure: Lines out, no widget."""

from __future__ import annotations

from collections.abc import Sequence

from hvlab.session.networkview import FrameView, NetworkView, Reached, SwitchView
from hvlab.session.sentences import word
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line
from hvlab.tui.view_pane import heading

MILLISECOND, SECOND = 10**6, 10**9
OK, NOT_ASKED = "ok", "·"


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
    titles = f"   {text('tui.network.port').ljust(name)} {text('tui.network.vlan'):<6}"
    figures = f"{text('tui.network.in'):>7} {text('tui.network.out'):>7} {text('tui.network.dropped'):>8}"
    rows.append(line((fit(titles + figures, width), "faint")))
    for port in switch.ports:
        cable = ("●", "good") if port.linked else ("○", "warn")
        row = [
            (f"{port.number:>2} ", "faint"),
            (fit(port.name, name).ljust(name), "device+3" if port.linked else "dim"),
            (f" {fit(port.vlan, 6).ljust(6)}", "dim"),
            (f"{port.frames_in:>7} {port.frames_out:>7} ", ""),
            (f"{port.dropped:>8} ", "warn" if port.dropped else "dim"),
            cable,
        ]
        if width - name >= 54:
            row.append((f" {port.mac}", "faint"))
        rows.append(line(*row))
    if not switch.ports:
        rows.append(line((text("tui.network.no_ports"), "dim")))
    names = {port.number: port.name for port in switch.ports}
    for entry in switch.table:
        where = names.get(entry.port, str(entry.port))
        age = text("tui.network.age", seconds=(now - entry.seen) // SECOND)
        vlan = f"  VLAN {entry.vlan}" if entry.vlan else ""
        words = f"   {entry.mac} → {where}{vlan}  {age}"
        rows.append(line((fit(words, width), "code")))
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
                (fit(f"{rest}  {frame.protocol} {frame.detail}", left), "device+3"),
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
    column = 13
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
    addresses = "  ".join(f"{name} {address}" for name, address in view.stations)
    if addresses:
        rows.append(line((fit(addresses, width), "dim")))
    return rows


def network_rows(
    view: NetworkView, frames: Sequence[FrameView], now: int, text: Text, width: int
) -> list[Line]:
    """The whole view."""
    rows: list[Line] = []
    for switch in view.switches:
        rows += switch_rows(switch, now, text, width)
    return rows + ping_rows(view, text, width) + frame_rows(frames, text, width)
