"""What is on the screen as text or as a picture (SVG): all of it, or one pane."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment, Segments

if TYPE_CHECKING:
    from textual.app import App
    from textual.strip import Strip
    from textual.widget import Widget


def strips_of(app: App[object], pane: Widget | None = None) -> list[Strip]:
    """The rows in sight, in colours; a pane's with its border and nothing that lies beside it."""
    # The compositor is Textual's own name for what App.export_screenshot reads, too.
    rows = app.screen._compositor.render_strips()
    if pane is None:
        return rows
    region = pane.region
    return [row.crop(region.x, region.right) for row in rows[region.y : region.bottom]]


def as_text(app: App[object], pane: Widget | None = None) -> str:
    """The rows as plain text, without blanks at their ends."""
    rows = ("".join(segment.text for segment in strip) for strip in strips_of(app, pane))
    return "\n".join(row.rstrip() for row in rows).rstrip("\n") + "\n"


def as_svg(app: App[object], pane: Widget | None = None, title: str = "hvlab") -> str:
    """The rows as a picture that any browser shows."""
    rows = strips_of(app, pane)
    width = max((row.cell_length for row in rows), default=1)
    console = Console(
        width=width, height=len(rows), file=StringIO(), force_terminal=True, color_system="truecolor",
        record=True, legacy_windows=False, safe_box=False,
    )  # fmt: skip
    segments: list[Segment] = []
    for row in rows:
        segments += [*row, Segment.line()]
    console.print(Segments(segments), end="")
    return console.export_svg(title=title)


def save(app: App[object], pane: Widget | None, folder: Path, name: str, kind: str) -> Path:
    """Write it as `svg` or `txt` under a name that is still free; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (file := folder / f"{name}-{number}.{kind}").exists():
        number += 1
    file.write_text((as_svg if kind == "svg" else as_text)(app, pane), encoding="utf-8", newline="\n")
    return file
