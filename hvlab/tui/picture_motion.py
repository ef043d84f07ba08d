"""What moves in the picture: each travelling glyph is one trace event, and nothing else ever moves.

`Motion.feed` takes new trace events, `advance` lets them travel, `paint` draws
them onto a Scene. When more come than can be shown one by one, a rail shows their
rate instead of glyphs: a figure counted from the events, never a made-up motion.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab.session.picturing import UNLIT, Move, move_of, places_of
from hvlab.session.sentences import machine_of
from hvlab.tui.canvas import Canvas, fit
from hvlab.tui.picture_scene import Scene

if TYPE_CHECKING:
    from hvlab.kernel.trace import TraceEvent

TRAVEL = 0.55
"""Seconds a glyph needs from one end of a lane to the other."""
COOLING = (0.45, 1.1, 2.2)
"""Ages in seconds at which a place that was touched grows cooler by one step."""
RATE_WINDOW = 1.0
RATE_SHOWN = 12
"""From this many events a second on, a rail shows its rate."""
GLYPHS_A_RAIL = 10
"""More than these on one rail are not drawn one by one; its rate stands there instead."""


TELLING = ("guest.phase", "vm.state", "guest.workload", "vmbus.message")
"""Kinds that say where the story goes on."""

LANES = frozenset("─┄│┆╌├┤┬┴┼╭╮╰╯╴")
"""What rails are drawn with."""


def is_free(canvas: Canvas, x: int, y: int) -> bool:
    """Whether a mark may stand there: on a line, or on a blank that does not part words. Text is never covered."""
    if canvas.at(x, y) in LANES:
        return True
    return all(canvas.at(place, y) in LANES or canvas.at(place, y) == " " for place in (x - 1, x, x + 1))


@dataclass
class Traveller:
    """An event on its way: `seq` is the event's."""

    seq: int
    move: Move
    start: float


class Motion:
    """The moving part of the picture. Time is the caller's, in seconds; it stands still while paused."""

    def __init__(self) -> None:
        self.now = 0.0
        self.travellers: list[Traveller] = []
        self.touched: dict[str, float] = {}
        self.recent: dict[str, deque[float]] = {}
        self.workers: dict[int, str] = {}
        """Partition number to machine, so that intercepts find their worker process."""
        self.focus = ""
        """The machine in which something happened last."""
        self.about: tuple[str, ...] = ()
        """The machines that the work is about now: what happens in others does not draw the eye. None: all are."""
        self.pace = 1.0
        self.still = False
        """Nothing travels: what was touched lights up where it is, and the figures count on."""

    @property
    def busy(self) -> bool:
        """Whether the next frame will look different from this one without new events."""
        if self.travellers:
            return True
        return bool(self.touched) or bool(self.recent)

    def feed(self, events: Iterable[TraceEvent]) -> None:
        """Take in what has happened since the last frame."""
        waiting: dict[tuple[str, bool], int] = {}
        live = Counter(traveller.move.rail for traveller in self.travellers)
        touched, now = self.touched, self.now
        for event in events:
            machine = machine_of(event)
            if machine and event.partition and event.partition > 1:
                self.workers[event.partition] = machine
            if machine and event.kind in TELLING and (not self.about or machine in self.about):
                self.focus = machine
            for name in places_of(event):
                touched[name] = now
            move = move_of(event, self.workers)
            if move is None:
                continue
            times = self.recent.get(move.rail)
            if times is None:
                times = self.recent[move.rail] = deque()
            times.append(now)
            place = (move.rail, move.forward)
            ahead = waiting.get(place, 0)
            waiting[place] = ahead + 1
            if live[move.rail] < GLYPHS_A_RAIL and not self.still:
                live[move.rail] += 1
                self.travellers.append(Traveller(event.seq, move, self.now + 0.09 * ahead / self.pace))

    def follow(self, machines: Sequence[str]) -> None:
        """The work is about these machines now; none: about whichever something happens to."""
        self.about = tuple(machines)
        if machines and self.focus not in machines:
            self.focus = machines[0]

    def advance(self, seconds: float) -> None:
        """Let time pass for everything that moves or cools."""
        self.now += seconds
        limit = TRAVEL / self.pace
        self.travellers = [t for t in self.travellers if self.now - t.start < limit]
        cold = COOLING[-1]
        self.touched = {name: at for name, at in self.touched.items() if self.now - at < cold}
        for rail in list(self.recent):
            times = self.recent[rail]
            while times and self.now - times[0] >= RATE_WINDOW:
                times.popleft()
            if not times:
                del self.recent[rail]

    def clear(self) -> None:
        """Forget everything that moves."""
        self.travellers.clear()
        self.touched.clear()
        self.recent.clear()

    def rate(self, rail: str) -> int:
        """Events on a rail in the last second."""
        return len(self.recent.get(rail, ()))

    def heat(self, name: str) -> int:
        """0 for a place that rests, up to 3 for one that something just happened to."""
        at = self.touched.get(name)
        if at is None:
            return 0
        age = self.now - at
        return sum(1 for limit in COOLING if age < limit)

    def paint(self, scene: Scene) -> Canvas:
        """The scene with everything that moves on it."""
        canvas = scene.canvas.copy()
        for name in self.touched:
            heat = self.heat(name)
            for place in scene.places.get(name, ()):
                if name in UNLIT:
                    continue
                mark = "~" if name == "disk" else "+"
                canvas.tint(place.x, place.y, f"{place.layer}{mark}{heat}", place.width)
        for rail, meter in scene.meters.items():
            rate = self.rate(rail)
            if rate >= RATE_SHOWN:
                heat = min(3, 1 + rate // 40)
                words = fit(f"{rate}/s", meter.width)
                canvas.put(meter.x, meter.y, " " * meter.width, "")
                x = meter.x if rail.startswith("calls") else meter.x + meter.width - len(words)
                canvas.put(x, meter.y, words, f"{meter.layer}+{heat}")
                for cell in scene.rails[rail].cells:
                    canvas.tint(*cell, f"{meter.layer}+{heat - 1}")
        for traveller in self.travellers:
            self._draw(canvas, scene, traveller)
        return canvas

    def _draw(self, canvas: Canvas, scene: Scene, traveller: Traveller) -> None:
        move = traveller.move
        rail = scene.rails.get(move.rail)
        age = self.now - traveller.start
        if rail is None or age < 0:
            return
        count = len(rail.cells)
        step = min(count - 1, int(age * self.pace / TRAVEL * count))
        x, y = rail.cells[step if move.forward else count - 1 - step]
        ground = scene.canvas.style_at(x, y)
        band, shaded, _ = ground.partition("~")
        if is_free(scene.canvas, x, y):
            canvas.put(x, y, move.glyph, f"{band}~3" if shaded else f"{move.layer}+3")
