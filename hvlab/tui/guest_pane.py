"""A guest's own screen in the picture's place: a monitor whose content comes from the guest's state alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hvlab.tui.canvas import ROUND, Canvas
from hvlab.tui.line_pane import LinePane

if TYPE_CHECKING:
    from hvlab.kernel import World

COLUMNS = 64


def draw_monitor(rows: list[str], title: str, note: str, is_on: bool, width: int, height: int) -> Canvas:
    """A monitor with these rows on it, in the middle of a pane of that size."""
    canvas = Canvas(width, height)
    inner = min(COLUMNS, width - 4)
    frame = min(height, max(8, len(rows) + 4))
    left, top = (width - inner - 4) // 2, max(0, (height - frame) // 2)
    canvas.box(left, top, inner + 4, frame, "guest+1" if is_on else "faint", ROUND)
    canvas.put(left + 2, top, f" {title} ", "guest+3" if is_on else "dim", inner)
    canvas.put(left + 2, top + frame - 1, f" {note} ", "faint", inner)
    first = top + max(1, (frame - len(rows)) // 2) if len(rows) < 3 else top + 2
    for number, row in enumerate(rows[: frame - 2]):
        style = "" if is_on else "dim"
        if row.strip().startswith("["):
            style = "guest+3"
        canvas.put(left + 2, first + number, row, style, inner)
    return canvas


class GuestPane(LinePane, can_focus=True):
    """Shows one machine's screen; Escape gives the picture its place back."""

    def __init__(self) -> None:
        super().__init__(id="guest", classes="pane")
        self.machine = ""

    def open(self, name: str) -> None:
        """Look at this machine."""
        self.machine = name

    def update(self, world: World, host: str) -> None:
        """Draw what stands on the screen now."""
        from hvlab.guests.screen import guest_screen
        from hvlab.host.vmms import Vmms

        width, height = self.size
        if not width or not self.machine:
            return
        machine = world.get(f"{host}/root/vmms", Vmms).find(self.machine)
        text = self.lab_app.text
        self.border_title = f"vmconnect · {self.machine}"
        if machine is None:
            rows, is_on = [text("tui.guest.gone", name=self.machine)], False
        elif not world.has(f"{host}/{machine.name}"):
            rows, is_on = [text("tui.guest.off", name=machine.name), "", f"Start-VM {machine.name}"], False
        else:
            rows, is_on = guest_screen(world, host, machine.name), True
        canvas = draw_monitor(rows, self.machine, text("tui.guest.close"), is_on, width, height)
        self.show(canvas.lines())

    def on_resize(self) -> None:
        """The room has changed."""
        self.shown = []
        desk = self.lab_app.desk
        if desk is not None:
            self.update(desk.session.world, desk.session.host)
