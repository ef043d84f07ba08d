"""What the inspector says of an event: meaning, cause chain, bytes. Pure: Lines out, no widget."""

from __future__ import annotations

from hvlab.kernel.trace import KINDS, Trace, TraceEvent
from hvlab.session.decode import decode, hex_rows, request_of
from hvlab.session.sentences import field_name, field_value, say
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line
from hvlab.tui.markdown import flow
from hvlab.tui.story_lines import GLYPHS


def _head(event: TraceEvent, text: Text, width: int) -> list[Line]:
    layer = KINDS[event.kind].layer
    rows: list[Line] = [
        line(
            (GLYPHS[event.kind] + " ", f"{layer}+3"), (event.kind, f"{layer}+3"), (f"  #{event.seq}", "faint")
        )
    ]
    return [*rows, *flow([(say(event, text), "bold")], width)]


def meaning(trace: Trace, event: TraceEvent, text: Text, width: int) -> list[Line]:
    """What an event of this kind is, and what this one says."""
    rows = _head(event, text, width)
    if text.has(f"kind.{event.kind}"):
        rows += [(), *flow([(text(f"kind.{event.kind}"), "")], width)]
    rows.append(())
    pairs: list[tuple[str, str]] = [
        (text("tui.inspector.time"), f"{event.time / 1e9:.6f} s"),
        (text("tui.inspector.source"), event.source),
        (text("tui.inspector.target"), event.target),
    ]
    for name in ("partition", "vp", "channel"):
        value = getattr(event, name)
        if value is not None:
            pairs.append((field_name(name, text), str(value)))
    for name, value in event.fields.items():
        if isinstance(value, (bytes, bytearray)):
            pairs.append((field_name(name, text), text("tui.inspector.bytes_key", count=len(value))))
        elif value not in (None, ""):
            pairs.append((field_name(name, text), field_value(event, name, text)))
    label = min(15, max(len(name) for name, _ in pairs))
    for name, shown in pairs:
        rows += flow([(shown, "")], width, f"{fit(name, label).ljust(label)} ", " " * (label + 1))
    if event.cause:
        rows += [(), line((text("tui.inspector.because"), "dim"))]
        rows += flow([(say(trace[event.cause], text), "")], width, f"#{event.cause} ", "  ")
    return rows


def why(trace: Trace, event: TraceEvent, text: Text, width: int) -> list[Line]:
    """From the first cause down to the event."""
    chain = list(reversed(trace.chain(event.seq)))
    rows: list[Line] = [*_head(event, text, width), (), line((text("tui.inspector.chain"), "dim"))]
    for number, cause in enumerate(chain):
        layer = KINDS[cause.kind].layer
        last = number == len(chain) - 1
        mark = "└ " if last else "├ "
        rest = "  " if last else "│ "
        body = flow(
            [(GLYPHS[cause.kind] + " ", f"{layer}+3"), (say(cause, text), "bold" if last else "")],
            width,
            mark,
            rest,
        )
        rows += body
    return rows


def bytes_view(trace: Trace, event: TraceEvent, text: Text, width: int) -> list[Line]:
    """The bytes, struct by struct and field by field, then as they lie."""
    rows = _head(event, text, width)
    sections = decode(event, request_of(trace, event))
    if not sections:
        return [*rows, (), line((text("tui.inspector.no_bytes"), "dim"))]
    wide = width >= 44
    for section in sections:
        rows += [
            (),
            line((f"── {section.name} ", "title"), ("─" * max(0, width - len(section.name) - 4), "faint")),
        ]
        size = max((len(view.name) for view in section.fields), default=0)
        size = min(size, 18 if wide else 13)
        for view in section.fields:
            reserved = view.name.startswith("_")
            name = fit(view.name.lstrip("_"), size).ljust(size)
            parts = [(f"{view.offset:4d} ", "faint"), (name + " ", "faint" if reserved else "dim")]
            shown = view.text
            if wide and len(view.raw) <= 8:
                parts.append((fit(view.raw.hex(" "), 23).ljust(24) if width >= 62 else "", "faint"))
            used = sum(len(part) for part, _ in parts)
            parts.append((fit(shown, max(4, width - used)), "faint" if reserved else "code"))
            rows.append(line(*parts))
    data = bytes(event.get("bytes"))
    per_row = 16 if width >= 70 else 8
    rows += [(), line((f"── {text('tui.inspector.dump', count=len(data))} ", "title"))]
    for offset, hexed, shown in hex_rows(data, per_row):
        rows.append(line((f"{offset:4d} ", "faint"), (hexed.ljust(per_row * 3), "dim"), (shown, "code")))
    return rows


VIEWS = {"meaning": meaning, "why": why, "bytes": bytes_view}
