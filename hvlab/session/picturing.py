"""Which element of the picture stands for an event of the trace: what travels, what lights up, which figure counts it.

The screen draws from these functions and `Get-LabPicture` lists what they say, so the table is the picture's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hvlab.session.sentences import EXITS, machine_of

if TYPE_CHECKING:
    from hvlab.kernel.trace import TraceEvent
    from hvlab.text import Text


class Move(NamedTuple):
    """How an event moves: on which rail, in which direction, as which glyph."""

    rail: str
    forward: bool
    glyph: str
    layer: str


def _bus_message(event: TraceEvent, machine: str) -> Move:
    up = event.get("direction") == "guest->host"
    return Move(f"control:{machine}", up, "◂" if up else "▸", "vmbus")


def _packet(event: TraceEvent, machine: str) -> Move:
    return Move(f"channel:{machine}:{event.channel}", event.get("direction") == "guest->host", "◆", "vmbus")


def _caller(event: TraceEvent, machine: str) -> str:
    return f"calls:{machine or 'root'}"


def _interrupt(event: TraceEvent, machine: str) -> Move:
    return Move(f"calls:{machine or 'root'}", False, "▴", "hypervisor")


MOVES: dict[str, Callable[[TraceEvent, str], Move]] = {
    "vmbus.message": _bus_message,
    "ring.packet": _packet,
    "hypercall": lambda event, machine: Move(_caller(event, machine), True, "↯", "hypervisor"),
    "exit": lambda event, machine: Move(_caller(event, machine), True, "▼", "hypervisor"),
    "intercept": lambda event, machine: Move(_caller(event, machine), True, "▼", "hypervisor"),
    "interrupt": _interrupt,
    "disk.io": lambda event, _: Move("disk", event.get("operation") == "write", "●", "device"),
}
"""Kinds whose events travel. All others only light the places they concern."""
UNLIT = ("hypervisor",)
"""Places that do not light up: a band as wide as the picture would flicker; its glyphs are enough."""


def move_of(event: TraceEvent, workers: Mapping[int, str]) -> Move | None:
    """How an event travels. An intercept's interrupt goes to the worker process of its partition."""
    make = MOVES.get(event.kind)
    if make is None:
        return None
    machine = machine_of(event)
    if event.kind == "interrupt" and not machine and event.get("sint") == 0:
        worker = workers.get(int(event.get("number") or 0))
        if worker is not None:
            return Move(f"worker:{worker}", True, "▲", "hypervisor")
    return make(event, machine)


def places_of(event: TraceEvent) -> tuple[str, ...]:
    """The names of the places that an event concerns."""
    driver = str(event.get("driver")) if event.kind == "guest.driver" else ""
    return _places(event.kind, event.source, event.target, machine_of(event), event.channel, driver)


@lru_cache(maxsize=4096)
def _places(
    kind: str, source: str, target: str, machine: str, channel: int | None, driver: str
) -> tuple[str, ...]:
    found = [_place(path, machine, channel) for path in (source, target)]
    if kind == "vmbus.channel":
        found.append(f"channel:{machine}:{channel}")
    elif kind == "guest.driver":
        found.append(f"ic:{machine}" if ":" not in driver else f"guest:{machine}")
    elif kind in ("disk.io", "device.command"):
        found.append("driver")
    return tuple(name for name in found if name)


def _place(path: str, machine: str, channel: int | None) -> str:
    parts = path.split("/")[1:]
    if not parts:
        return ""
    if parts[0] == "hypervisor":
        return "hypervisor"
    if parts[0] == "root":
        if len(parts) == 1:
            return "root"
        return {"vmwp": f"vmwp:{machine}", "storage": "disk", "vmbus": "vmbus"}.get(parts[1], parts[1])
    if len(parts) == 1:
        return f"guest:{machine}"
    if parts[1] == "storvsc":
        return f"storvsc:{machine}:{channel}"
    return {"vmbus": f"vmbus:{machine}", "atapi": f"ide:{machine}", "ic": f"ic:{machine}"}.get(parts[1], "")


def figures_of(event: TraceEvent) -> tuple[str, ...]:
    """The figures that count an event: in the hypervisor's band, of who left for it, of a lane, of the disk."""
    machine = machine_of(event)
    if event.kind in EXITS:
        call = ("hypercalls", f"hypercalls:{machine or 'root'}") if event.kind == "hypercall" else ()
        return ("exits", f"exits:{machine or 'root'}", *call)
    if event.kind == "interrupt":
        return "interrupts", f"interrupts:{machine or 'root'}"
    if event.kind == "ring.packet":
        return (f"channel:{machine}:{event.channel}",)
    if event.kind == "vmbus.message":
        return (f"control:{machine}",)
    return ("disk",) if event.kind == "disk.io" else ()


@dataclass(frozen=True)
class Drawn:
    """An event beside what the picture shows for it. `lights` and `figures`: names as the screen knows them."""

    event: TraceEvent
    move: Move | None
    lights: tuple[str, ...]
    figures: tuple[str, ...]

    @property
    def is_drawn(self) -> bool:
        """Whether anything in the picture stands for it."""
        return bool(self.move or self.lights or self.figures)


def drawn(event: TraceEvent, workers: Mapping[int, str]) -> Drawn:
    """An event beside its elements."""
    lights = tuple(dict.fromkeys(name for name in places_of(event) if name not in UNLIT))
    return Drawn(event, move_of(event, workers), lights, figures_of(event))


def workers_of(events: Iterable[TraceEvent]) -> dict[int, str]:
    """Partition number to machine, so that intercepts find their worker process."""
    found: dict[int, str] = {}
    for event in events:
        if event.partition and event.partition > 1 and (machine := machine_of(event)):
            found[event.partition] = machine
    return found


def way_words(drawn: Drawn, text: Text) -> str:
    """The way that a glyph takes, in words; empty if none travels."""
    if drawn.move is None:
        return ""
    rail, _, rest = drawn.move.rail.partition(":")
    machine, _, number = rest.partition(":")
    first, last, lane = machine, text("session.picture.root"), ""
    if rail == "channel":
        lane = text("session.picture.channel", number=number)
    elif rail == "control":
        lane = text("session.picture.control")
    elif rail == "calls":
        first = text("session.picture.root") if machine == "root" else machine
        last = text("session.picture.hypervisor")
    elif rail == "worker":
        first, last = text("session.picture.hypervisor"), f"vmwp {machine}"
    else:
        first, last = text("session.picture.root"), text("session.picture.disk")
    if not drawn.move.forward:
        first, last = last, first
    return f"{lane}{first} → {last}"


NAMED = {"vmms": "VMMS", "vmbus": "vmbus", "storvsp": "storvsp"}
FIGURES = {"exits": "▼", "hypercalls": "↯", "interrupts": "▴", "channel": "◆", "control": "▸", "disk": "●"}


def light_words(name: str, text: Text) -> str:
    """A place that lights up, as the picture labels it."""
    kind, _, rest = name.partition(":")
    if kind in ("root", "disk", "driver"):
        return text(f"session.picture.{kind}")
    if kind == "guest":
        return rest
    machine, _, number = rest.partition(":")
    if kind in ("storvsc", "channel"):
        return f"{kind} {machine} {number}"
    if kind == "ide":
        return text("session.picture.ide", name=machine)
    label = "IC" if kind == "ic" else kind
    return f"{label} {machine}".rstrip() if rest else NAMED.get(kind, kind)


def figure_words(name: str, text: Text) -> str:
    """A figure, by the sign that stands before it, and whose it is."""
    kind, _, rest = name.partition(":")
    whose = rest.replace(":", " ") if rest else text("session.picture.all")
    if kind == "disk":
        whose = text("session.picture.disk")
    elif rest == "root":
        whose = text("session.picture.root")
    return f"{FIGURES[kind]} {whose}"


@dataclass(frozen=True)
class Element:
    """What the picture shows for an event, in words; `way` says why if that is nothing."""

    drawn: Drawn
    way: str
    lights: str
    counts: str

    @classmethod
    def of(cls, drawn: Drawn, text: Text) -> Element:
        """The words in a language."""
        why = "unlit" if any(name in UNLIT for name in places_of(drawn.event)) else "nothing"
        way = way_words(drawn, text) if drawn.is_drawn else text(f"session.picture.{why}")
        lights = ", ".join(light_words(name, text) for name in drawn.lights)
        return cls(drawn, way, lights, ", ".join(figure_words(name, text) for name in drawn.figures))
