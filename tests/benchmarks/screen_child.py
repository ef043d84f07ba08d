"""What test_screen.py opens in a terminal: `python -m tests.benchmarks.screen_child MODE`.

`still`: the whole screen of a booted machine at thirty frames a second, its picture moving by recorded events, and
no simulation. `load`: the same screen while the machine writes as fast as the simulation can. `panes N`: N panes of
forty rows, five of which change thirty times a second. `quiet`: the screen, with nothing going on.
"""

from __future__ import annotations

import gc
import sys

import hvlab.tui  # noqa: F401 - before Textual, which reads what this sets

# isort: split
from textual.app import App, ComposeResult
from textual.containers import Horizontal

from hvlab.kernel.trace import TraceEvent
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import Line, line
from hvlab.tui.line_pane import LinePane
from hvlab.tui.palette import Palette
from tests.tui.conftest import CREATE

BOOT = f"{CREATE}; Start-VM web01; Wait-Lab web01"
WRITES = "while ($true) { Start-LabWorkload web01 -Operation Write -Count 50 | Out-Null }"
FULL_SPEED = 3
EVENTS_A_FRAME = 12


class Booted(HvlabApp):
    """The screen over a machine that is booted already."""

    def __init__(self) -> None:
        session = Session()
        assert session.run(BOOT).ok
        assert session.run("Start-LabWorkload web01 -Operation Write -Count 20").ok
        super().__init__(session)


class Still(Booted):
    """Each frame paints what a frame under load paints, of events that happened before; the clock stands."""

    at = 0
    resting = False
    recorded: list[TraceEvent] | None = None

    def action_pause(self) -> None:
        """F6: nothing moves, or goes on."""
        self.resting = not self.resting

    def frame(self, seconds: float = 1 / 30) -> None:
        """Show the next few events of the record once more."""
        if self.desk is None or self.resting:
            return
        desk = self.desk
        if self.recorded is None:
            self.recorded = list(desk.session.world.trace)
        events = self.recorded[self.at : self.at + EVENTS_A_FRAME]
        self.at = (self.at + EVENTS_A_FRAME) % len(self.recorded)
        desk.events.take(events)
        desk.events.draw()
        world, host = desk.session.world, desk.session.host
        desk.picture.motion.feed(events)
        desk.picture.update(world, host, desk.feed.sums, desk.events.caption, moved=True)
        desk.picture.motion.advance(seconds)
        desk.picture.draw()
        desk._tell()


class Loaded(Booted):
    """The machine writes and writes, as fast as it goes."""

    def _open(self) -> None:
        super()._open()
        assert self.desk is not None
        self.desk.set_speed(FULL_SPEED)
        self.desk.submit(WRITES)


class Pane(LinePane):
    """Forty rows; five of them change each frame."""

    DEFAULT_CSS = "Pane { width: 1fr; height: 40; }"

    def on_mount(self) -> None:
        """Begin."""
        self.count = 0
        self.set_interval(1 / 30, self.tick)
        self.rows: list[Line] = [line((f"row {number:2} rests", "dim")) for number in range(40)]

    def tick(self) -> None:
        """Five rows count on."""
        self.count += 1
        for row in range(0, 40, 8):
            self.rows[row] = line((f"row {row:2}", "vmbus+2"), (f" {self.count:8}", "vmbus+3"))
        self.show(self.rows)


class Panes(App[None]):
    """So many panes beside each other."""

    palette = Palette({})

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def compose(self) -> ComposeResult:
        """All in one row."""
        with Horizontal():
            for _ in range(self.number):
                yield Pane()


def main(mode: str, *rest: str) -> None:
    """Open what is asked for."""
    gc.disable()  # as `hvlab` itself does; the screen switches it on again
    if mode == "panes":
        Panes(int(rest[0])).run()
    else:
        {"still": Still, "load": Loaded, "quiet": Booted}[mode]().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
