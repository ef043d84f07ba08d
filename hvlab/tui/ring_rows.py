"""How rings and memory are drawn. Pure: Lines out, no widget."""

from __future__ import annotations

from collections import Counter

from hvlab.session.ringview import ChannelRings, MemoryView, RingView
from hvlab.session.sentences import word
from hvlab.session.units import bytes_text, pages_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, in_columns, line, wrap
from hvlab.tui.view_pane import heading, side_by_side

ROOT_STYLE, POOL_STYLE, FREE_STYLE = "root+3", "hypervisor+3", "faint"
OWNER_STYLES = ("guest+3", "vmbus+3", "device+3", "console+3")
OWNER_MARKS = "█▓▒░"
SIDE_BY_SIDE = 132
MEMORY_KEPT = 4
"""Rows that the bytes of the rings leave to the memory: its heading, the map, and two of who has what."""
COUNTED = 100
"""From so many columns on the map's legend counts pages, too."""
MOST_MAP = 6
"""Rows of the largest map of the machine's memory."""
MOST_BYTES = 6
"""Rows of bytes of one ring above the other: a usual packet."""
Packet = tuple[int, int, int, str]
"""The newest packet of a ring: its event's seq, where it starts, its length in bytes, its type."""


def bar(ring: RingView, packet: Packet | None, width: int) -> Line:
    """The ring as a strip: what waits, the newest packet, and where the two indices stand."""
    cells = [("·", "faint")] * width
    size = ring.size

    def cell(offset: int) -> int:
        return min(width - 1, offset % size * width // size)

    def paint(start: int, length: int, mark: str, style: str) -> None:
        first, count = cell(start), max(1, -(-length * width // size))
        for step in range(min(count, width)):
            cells[(first + step) % width] = (mark, style)

    if packet is not None:
        paint(packet[1], packet[2], "▒", "vmbus+1")
    if ring.used:
        paint(ring.read, ring.used, "█", "vmbus+3")
    read, write = cell(ring.read), cell(ring.write)
    cells[write] = ("W", "accent")
    cells[read] = ("R", "good") if read != write else ("↕", "accent")
    return line(("▐", "faint"), *cells, ("▌", "faint"))


def byte_rows(ring: RingView, packet: Packet | None, width: int, count: int) -> list[Line]:
    """The bytes around the indices, from the newest packet's start or the read index on."""
    per_row = 16 if width >= 6 + 16 * 3 + 2 + 16 else 8
    start = packet[1] if packet is not None and not ring.used else ring.read
    first = start // per_row * per_row
    rows = []
    for row in range(min(count, ring.size // per_row)):
        at = (first + row * per_row) % ring.size
        runs: list[tuple[str, str]] = [(f"{at:05x} ", "faint")]
        letters: list[tuple[str, str]] = []
        for offset in range(at, at + per_row):
            byte = ring.data[offset]
            style = _byte_style(ring, packet, offset)
            mark = ">" if offset == ring.read else " "
            mark = "^" if offset == ring.write else mark
            mark = "↕" if offset == ring.read == ring.write else mark
            runs.append((mark, "accent" if mark != " " else ""))
            runs.append((f"{byte:02x}", style))
            letters.append((chr(byte) if 32 <= byte < 127 else "·", style))
        rows.append(line(*runs, ("  ", ""), *letters))
    return rows


def _byte_style(ring: RingView, packet: Packet | None, offset: int) -> str:
    if ring.waits(offset):
        return "vmbus+3"
    if packet is not None and (offset - packet[1]) % ring.size < packet[2]:
        return "code"
    return "faint"


def ring_rows(ring: RingView, packet: Packet | None, text: Text, width: int, count: int) -> list[Line]:
    """One ring: its name, the strip, its figures, the newest packet, the bytes."""
    rows = [heading(text(f"tui.rings.{'out' if ring.direction == 'guest->host' else 'back'}"), width)]
    rows.append(bar(ring, packet, width - 2))
    if not ring.sound:
        rows.append(line((fit(text("tui.rings.corrupt"), width), "bad")))
    figures = [
        ("R", "good"), (f" {ring.read}  ", ""), ("W", "accent"), (f" {ring.write}  ", ""),
        (text("tui.rings.waits", count=ring.used), "vmbus+3" if ring.used else "dim"),
        ("  " + text("tui.rings.free", free=ring.free, size=ring.size), "dim"),
    ]  # fmt: skip
    mask = text(f"tui.rings.{'masked' if ring.mask else 'unmasked'}")
    if ring.pending:
        mask += "  " + text("tui.rings.pending", count=ring.pending)
    used = sum(len(words) for words, _ in figures)
    if used + 2 + len(mask) <= width:
        rows.append(line(*figures, ("  " + mask, "warn" if ring.pending else "dim")))
    else:
        rows += [line(*figures), line((fit(mask, width), "warn" if ring.pending else "dim"))]
    if packet is None:
        rows.append(line((text("tui.rings.no_packet"), "dim")))
    else:
        seq, offset, length, kind = packet
        words = text("tui.rings.newest", seq=seq, type=kind, count=length, offset=offset)
        rows.append(line((fit(words, width), "code")))
    return rows + byte_rows(ring, packet, width, count)


def channel_rows(
    view: ChannelRings, packets: dict[str, Packet], text: Text, width: int, height: int
) -> list[Line]:
    """Both rings of a channel, side by side where there is room."""
    if not view.rings:
        return [
            line((row, "dim"))
            for row in wrap(text("tui.rings.closed", state=word(view.state.lower(), text)), width)
        ]
    if width >= SIDE_BY_SIDE:
        half = width // 2 - 1
        count = max(4, min(12, height - 16))
        left, right = (ring_rows(ring, packets.get(ring.direction), text, half, count) for ring in view.rings)
        return side_by_side(left, right, half + 2, 0)
    said = [ring_rows(ring, packets.get(ring.direction), text, width, 0) for ring in view.rings]
    room = height - 1 - sum(len(rows) for rows in said) - MEMORY_KEPT
    count = max(1, min(MOST_BYTES, room // 2))
    return [
        row
        for ring, rows in zip(view.rings, said, strict=True)
        for row in (*rows, *byte_rows(ring, packets.get(ring.direction), width, count))
    ]


# -- memory -----------------------------------------------------------------------------------------


def _marks(view: MemoryView) -> dict[str, tuple[str, str]]:
    return {
        owner: (OWNER_MARKS[place // len(OWNER_STYLES) % 4], OWNER_STYLES[place % len(OWNER_STYLES)])
        for place, owner in enumerate(view.owners)
    }


def map_cells(view: MemoryView, width: int) -> list[tuple[str, str]]:
    """The machine's pages as a strip; a cell shows whoever has most of its pages."""
    marks = _marks(view)
    found: list[Counter[tuple[str, str]]] = [Counter() for _ in range(width)]
    for extent in view.extents:
        mark = ("·", FREE_STYLE)
        if extent.use != "free":
            mark = ("▚", POOL_STYLE) if extent.use == "pool" else marks[extent.owner]
        first = extent.first * width // view.pages
        last = min(width - 1, (extent.first + extent.count - 1) * width // view.pages)
        for cell in range(first, last + 1):
            begin, end = -(-cell * view.pages // width), -(-(cell + 1) * view.pages // width)
            found[cell][mark] += min(end, extent.first + extent.count) - max(begin, extent.first)
    cells = []
    for cell, counter in enumerate(found):
        pages = -(-(cell + 1) * view.pages // width) - -(-cell * view.pages // width)
        counter[("█", ROOT_STYLE)] += pages - sum(counter.values())
        cells.append(counter.most_common(1)[0][0])
    return cells


def map_rows(view: MemoryView, width: int, count: int) -> list[Line]:
    """The machine's pages, row after row."""
    room = width - 2
    cells = map_cells(view, room * count)
    return [
        line(("▐", "faint"), *cells[start : start + room], ("▌", "faint"))
        for start in range(0, room * count, room)
    ]


def memory_rows(view: MemoryView, text: Text, width: int, height: int) -> list[Line]:
    """Who owns which page, and where each guest's pages lie in the machine; a larger map where rows are left over."""
    head = heading(text("tui.rings.memory", size=bytes_text(view.pages << 12, text)), width)
    owners = _owner_rows(view, text, width)
    lying = _lying_rows(view, text, width)
    spare = height - len(owners) - len(lying) - 4  # two headings, and air before each
    return [head, *map_rows(view, width, max(1, min(MOST_MAP, spare))), *owners, *lying]


def _owner_rows(view: MemoryView, text: Text, width: int) -> list[Line]:
    """The map's legend: how much everybody has."""
    own = view.pages - view.free - sum(view.owned(o, u) for o in view.owners for u in ("memory", "pool"))
    marks = _marks(view)
    legend = [
        (("█", ROOT_STYLE), text("tui.rings.root"), own),
        *((marks[owner], owner, view.owned(owner, "memory")) for owner in view.owners),
        (
            ("▚", POOL_STYLE),
            text("tui.rings.pools"),
            sum(view.owned(owner, "pool") for owner in view.owners),
        ),
        (("·", FREE_STYLE), text("tui.rings.unused"), view.free),
    ]
    name = max(len(words) for _, words, _ in legend)
    cells = [
        line(
            mark,
            (f" {words.ljust(name)} ", ""),
            (f"{pages_text(count, text):>7}", "dim"),
            (f" {count:>8} {text('tui.rings.pages')}" if width >= COUNTED else "", "dim"),
        )
        for mark, words, count in legend
    ]
    told = wrap(text("tui.rings.touched", count=view.touched), width)
    return [*in_columns(cells, width, 2), *(line((row, "dim")) for row in told)]


def _lying_rows(view: MemoryView, text: Text, width: int) -> list[Line]:
    """Which of the machine's pages each guest's pages are."""
    marks = _marks(view)
    mapped = [extent for extent in view.extents if extent.use == "memory"]
    cells: list[Line] = []
    for extent in mapped:
        last, end = extent.guest + extent.count - 1, extent.first + extent.count - 1
        cells.append(
            line(
                marks[extent.owner],
                (f" {fit(extent.owner, 14).ljust(14)} ", ""),
                (f"{extent.guest:06x}–{last:06x}", "guest+3"),
                (" → ", "dim"),
                (f"{extent.first:06x}–{end:06x}", "hardware+3"),
                (f"  {extent.count} {text('tui.rings.pages')}", "dim"),
            )
        )
    if not mapped:
        cells.append(line((text("tui.rings.no_guest"), "dim")))
    return [heading(text("tui.rings.map"), width), *in_columns(cells, width)]
