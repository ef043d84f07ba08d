"""How disks, snapshots and open files are drawn. Pure: Lines out, no widget."""

from __future__ import annotations

from hvlab.session.storageview import DiskView, StorageView
from hvlab.session.units import bytes_text, clock_text
from hvlab.text import Text
from hvlab.tui.canvas import Line, fit, line, plain, wrap
from hvlab.tui.view_pane import heading

SHADES = " ▁▂▃▄▅▆▇█"


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


def disk_rows(disk: DiskView, text: Text, width: int) -> list[Line]:
    """A disk: its name under its parent's, what it is, who needs it, and its blocks."""
    indent = "  " * (disk.depth - 1) + "└ " if disk.depth else ""
    room = max(16, min(44, width - 40))
    name = (indent + name_of(disk.path, room - len(indent))).ljust(room)
    if disk.problem:
        return [line((name, "bad"), (f" {text('tui.storage.broken', reason=disk.problem)}", "bad"))]
    kind = text(f"tui.storage.kind.{disk.kind.lower()}")
    sizes = text("tui.storage.sizes", size=bytes_text(disk.size, text), file=bytes_text(disk.file_size, text))
    rows = [line((name, "device+3"), (f" {kind}", "bold"), (f"  {sizes}", "dim"))]
    uses = [(f"▸ {where}  ", "good") for where in disk.plugged]
    uses += [(f"◇ {which}  ", "accent") for which in disk.frozen]
    blocks = text("tui.storage.blocks", count=len(disk.present), total=disk.block_count)
    inner = len(indent) + 2
    strip = max(8, min(40, width - inner - 50))
    row: Line = line(
        (" " * inner, ""),
        *block_strip(disk, strip),
        ("  " + blocks if disk.block_count else "", "dim"),
    )
    used = len(plain(row))
    if uses and used + 2 + sum(len(words) for words, _ in uses) <= width:
        rows.append(line(*row, ("  ", ""), *uses))
    else:
        rows.append(row)
        rows += [line((" " * inner, ""), (fit(words, width - inner), style)) for words, style in uses]
    return rows


def storage_rows(view: StorageView, text: Text, width: int) -> list[Line]:
    """The whole view."""
    rows = [heading(text("tui.storage.disks"), width)]
    for disk in view.disks:
        rows += disk_rows(disk, text, width)
    if not view.disks:
        rows.append(line((text("tui.storage.no_disks"), "dim")))
    rows.append(heading(text("tui.storage.snapshots"), width))
    rows += snapshot_rows(view, text, width)
    rows.append(heading(text("tui.storage.open"), width))
    rows += open_rows(view, text, width)
    rows.append(heading(text("tui.storage.volumes"), width))
    room = max(8, min(40, width - 44))
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
