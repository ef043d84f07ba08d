"""How disks, snapshots and open files are drawn. Pure: Lines out, no widget."""

from __future__ import annotations

from hvlab.session.storageview import DiskView, StorageView
from hvlab.session.units import bytes_text, clock_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, wrap
from hvlab.tui.view_pane import WIDE, heading, side_by_side

SHADES = " ▁▂▃▄▅▆▇█"
LEAST_STRIP = 24
"""A strip that would be shorter leaves the names of those who need the disk to the next row."""
MOST_TALL = 3
"""Rows of the largest map of one disk's blocks."""


def name_of(path: str, room: int) -> str:
    """A file's name without its folder, an identifier in its middle shortened."""
    name = path.rpartition("\\")[2]
    if len(name) > room and "_{" in name:
        stem, _, rest = name.partition("_{")
        identifier, _, extension = rest.partition("}")
        name = f"{stem}_{{{identifier[:4]}…}}{extension}"
    return fit(name, room)


def block_strip(disk: DiskView, width: int) -> list[tuple[str, str]]:
    """Which parts of a disk lie in its file: the fuller a cell the more of its blocks do."""
    if not disk.block_count:
        return [("█", "device+3")] * width
    width = min(width, disk.block_count)
    filled = [0] * width
    for block in disk.present:
        filled[block * width // disk.block_count] += 1
    cells = []
    for cell, count in enumerate(filled):
        most = -(-(cell + 1) * disk.block_count // width) - -(-cell * disk.block_count // width)
        level = -(-count * (len(SHADES) - 1) // max(1, most))
        cells.append((SHADES[min(level, 8)], "device+3") if count else ("·", "faint"))
    return cells


def _uses(disk: DiskView) -> list[tuple[str, str]]:
    """Who needs a disk: machines it is plugged into, snapshots."""
    return [
        *((f"▸ {where}  ", "good") for where in disk.plugged),
        *((f"◇ {which}  ", "accent") for which in disk.frozen),
    ]


def _blocks(disk: DiskView, text: Text) -> str:
    if not disk.block_count:
        return ""
    return text("tui.storage.blocks", count=len(disk.present), total=disk.block_count)


def disk_rows(disk: DiskView, text: Text, width: int, strip: int, tall: int) -> list[Line]:
    """A disk: its name under its parent's, what it is, its blocks in `tall` rows of a strip, and who needs it."""
    indent = "  " * (disk.depth - 1) + "└ " if disk.depth else ""
    room = max(16, min(44, width - 40))
    name = (indent + name_of(disk.path, room - len(indent))).ljust(room)
    if disk.problem:
        known = (
            disk.problem
        )  # of a format's reasons those of its parent are told apart; errors are class names
        if not known.startswith("parent-"):
            known = "damaged" if known.islower() else "unreadable"
        reason = text(f"tui.storage.problem.{known}")
        return [line((name, "bad"), (f" {text('tui.storage.broken', reason=reason)}", "bad"))]
    kind = text(f"tui.storage.kind.{disk.kind.lower()}")
    sizes = text("tui.storage.sizes", size=bytes_text(disk.size, text), file=bytes_text(disk.file_size, text))
    rows = [line((name, "device+3"), (f" {kind}", "bold"), (f"  {sizes}", "dim"))]
    cells = block_strip(disk, strip * tall)
    uses, blocks = _uses(disk), _blocks(disk, text)
    row: Line = line(("  ", ""), *cells[:strip], (f"  {blocks}" if blocks else "", "dim"))
    used = 4 + strip + len(blocks)
    if uses and used + 2 + sum(len(words) for words, _ in uses) <= width:
        rows.append(line(*row, ("  ", ""), *uses))
        uses = []
    else:
        rows.append(row)
    rows += [line(("  ", ""), *cells[start : start + strip]) for start in range(strip, len(cells), strip)]
    return rows + [line(("  ", ""), (fit(words, width - 2), style)) for words, style in uses]


def all_disk_rows(view: StorageView, text: Text, width: int, height: int) -> list[Line]:
    """The disks. All strips begin in one column and are equally long, so that a child's blocks lie under its parent's;
    they are several rows tall where the pane is."""
    if not view.disks:
        return [line((text("tui.storage.no_disks"), "dim"))]
    tails = [
        len(_blocks(disk, text)) + sum(len(words) for words, _ in _uses(disk)) + 6 for disk in view.disks
    ]
    strip = width - max(tails)
    if strip < LEAST_STRIP:
        strip = max(8, width - max(len(_blocks(disk, text)) for disk in view.disks) - 4)
    flat = [row for disk in view.disks for row in disk_rows(disk, text, width, strip, 1)]
    tall = 1 + max(0, min(MOST_TALL - 1, (height - len(flat) - 2) // len(view.disks)))
    rows = [row for disk in view.disks for row in disk_rows(disk, text, width, strip, tall)]
    if len(rows) + 2 <= height and any(disk.block_count for disk in view.disks):
        rows.append(line((fit(text("tui.storage.legend"), width), "dim")))
    return rows


def volume_rows(view: StorageView, text: Text, width: int) -> list[Line]:
    """How full each volume is, and where new files go."""
    rows: list[Line] = []
    room = max(8, width - 44)
    for volume in view.volumes:
        full = room * (volume.capacity - volume.free) // max(1, volume.capacity)
        free = text(
            "tui.storage.free", free=bytes_text(volume.free, text), size=bytes_text(volume.capacity, text)
        )
        rows.append(
            line(
                (f"{volume.letter}: {fit(volume.label, 8).ljust(8)} ", "hardware+3"),
                ("█" * full, "hardware+3"),
                ("·" * (room - full), "faint"),
                (f" {free}", "dim"),
            )
        )
    if view.new_disks:
        places = text("tui.storage.places", disks=view.new_disks, machines=view.new_machines)
        rows += [line((words, "dim")) for words in wrap(places, width)]
    return rows


def storage_rows(view: StorageView, text: Text, width: int, height: int) -> list[Line]:
    """The whole view; in a wide pane the disks stand at the left, all else at the right."""
    wide = width >= WIDE
    place = width * 3 // 5 if wide else 0
    rest = width - place
    others = [heading(text("tui.storage.snapshots"), rest), *snapshot_rows(view, text, rest)]
    others += [heading(text("tui.storage.open"), rest), *open_rows(view, text, rest)]
    others += [heading(text("tui.storage.volumes"), rest), *volume_rows(view, text, rest)]
    column = place - 2 if wide else width
    room = height if wide else height - len(others) - 4
    disks = [heading(text("tui.storage.disks"), column), *all_disk_rows(view, text, column, room)]
    return side_by_side(disks, others, place, height) if wide else disks + others


def snapshot_rows(view: StorageView, text: Text, width: int) -> list[Line]:
    """Each machine's tree of snapshots, and where the present stands in it."""
    rows: list[Line] = []
    machine = ""
    for snapshot in view.snapshots:
        if snapshot.machine != machine:
            machine = snapshot.machine
            rows.append(line((fit(machine, width), "bold")))
        indent = "  " * (snapshot.depth + 1)
        kept = text(f"tui.storage.{'with_memory' if snapshot.with_memory else 'without_memory'}")
        words = f"{indent}◇ {snapshot.name}"
        rows.append(
            line(
                (words, "accent"),
                (fit(f"  {clock_text(snapshot.created)}  {kept}", width - len(words)), "dim"),
            )
        )
        if snapshot.is_base:
            rows.append(line((f"{indent}  ▸ {text('tui.storage.now')}", "good")))
    if not rows:
        rows.append(line((text("tui.storage.no_snapshots"), "dim")))
    return rows


def open_rows(view: StorageView, text: Text, width: int) -> list[Line]:
    """Who holds which file open, and who waits for the disk."""
    rows: list[Line] = []
    name = max(16, min(44, width - 40))
    for file in view.open_files:
        how = text(f"tui.storage.{'writes' if file.writes else 'reads'}")
        rows.append(
            line(
                (name_of(file.path, name).ljust(name), "device+3"),
                (f" {file.machine}", "good"),
                (f" {file.place}  {how}", "dim"),
            )
        )
    if not rows:
        rows.append(line((text("tui.storage.nothing_open"), "dim")))
    for user, count in view.under_way:
        rows.append(line((text("tui.storage.waits", user=user, count=count), "warn")))
    if view.stalled:
        rows.append(line((text("tui.storage.stalled", count=view.stalled), "bad")))
    return rows
