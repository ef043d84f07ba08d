"""The picture at rest: boxes, labels, figures and the rails on which things travel.

`build` is pure: a host's view and the sums of its trace in, a Scene out. Nothing
moves here; `picture_motion` puts what happened onto the Scene's rails and places.

    root partition    VMBus lanes    the machine in focus
    ─────────────── hypervisor ───────────────
    ──────────────── hardware ────────────────
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hvlab.session.sentences import EXITS, word
from hvlab.session.units import bytes_text, pages_text
from hvlab.text import Text
from hvlab.tui.canvas import DASHED, ROUND, Canvas, fit, wrap
from hvlab.tui.feed import Sums

if TYPE_CHECKING:
    from hvlab.session.hostview import ChannelView, HostView, MachineView

MINIMUM_WIDTH, MINIMUM_HEIGHT = 60, 11
STORAGE_ROWS = 2


@dataclass(frozen=True)
class Rail:
    """A path for glyphs: cells in forward direction (guest to root, or down into the machine), and its layer."""

    cells: tuple[tuple[int, int], ...]
    layer: str


@dataclass(frozen=True)
class Place:
    """Cells that light up when something happens there."""

    x: int
    y: int
    width: int
    layer: str


@dataclass
class Scene:
    """A finished picture without motion."""

    canvas: Canvas
    rails: dict[str, Rail] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)
    meters: dict[str, Place] = field(default_factory=dict)
    """Where the figure of a rail stands, to be replaced by its rate when there is more than one can follow."""

    def label(self, name: str, x: int, y: int, text: str, layer: str, width: int, style: str = "") -> None:
        """Write a label that lights up under this name."""
        text = fit(text, width)
        self.canvas.put(x, y, text, style or f"{layer}+1")
        self.places.setdefault(name, []).append(Place(x, y, len(text), layer))


@dataclass(frozen=True)
class _Plan:
    """Where the parts go: x of walls, y of rows."""

    width: int
    root: int
    child: int
    bottom: int
    hypervisor: int
    head: int
    services: int
    control: int
    storage: int
    disk: int
    child_bottom: int
    other_rows: int

    @property
    def others(self) -> int:
        return self.child_bottom + 1

    @property
    def child_width(self) -> int:
        return self.width - self.child

    @property
    def lane(self) -> tuple[int, int]:
        return self.root, self.child - 1


def _plan(width: int, height: int, machines: int) -> _Plan:
    root = max(24, width * 34 // 100)
    child_width = max(28, width * 41 // 100)
    spare = height - MINIMUM_HEIGHT

    def take(wish: int) -> int:
        nonlocal spare
        got = max(0, min(wish, spare))
        spare -= got
        return got

    other_rows = take(min(2, max(0, machines - 1)))
    foot = take(1 if other_rows else 0)  # the root's frame ends below the last row of the others, not on it
    if other_rows > 1 and not foot:
        other_rows = foot = 1
    gap = 1 + take(1)
    hardware = 1 + take(1)
    other_rows += take(max(0, machines - 1 - other_rows))
    after_head = take(1)
    before_disk = take(1)
    gap += take(1)
    hardware += take(1)
    after_head += take(1)
    head = 1
    services = head + 1 + after_head
    storage = services + 2
    disk = storage + STORAGE_ROWS + before_disk
    other_rows += take(max(0, spare))
    bottom = disk + 1 + other_rows + foot
    return _Plan(
        width=width,
        root=root,
        child=width - child_width,
        bottom=bottom,
        hypervisor=bottom + gap + 1,
        head=head,
        services=services,
        control=services + 1,
        storage=storage,
        disk=disk,
        child_bottom=disk + 1 if machines > 1 else bottom,
        other_rows=other_rows,
    )


def build(view: HostView, sums: Sums, width: int, height: int, focus: str, text: Text) -> Scene:
    """The scene for a size of at least MINIMUM_WIDTH x MINIMUM_HEIGHT cells."""
    scene = Scene(Canvas(width, height))
    plan = _plan(width, height, len(view.machines))
    machine = next((m for m in view.machines if m.name == focus), view.machines[0] if view.machines else None)
    _bands(scene, plan, view, sums, text)
    _root(scene, plan, view, machine, sums, text)
    if machine is None:
        _empty(scene, plan, view, text)
    else:
        _child(scene, plan, machine, sums, text, view.hosted)
        if not view.hosted:
            _lanes(scene, plan, machine, sums, text)
        _others(scene, plan, [m for m in view.machines if m is not machine], sums, text)
    return scene


# -- the two bands across the bottom ----------------------------------------------------------


def _disk_lane(plan: _Plan) -> int:
    """The column in which the root's way to the disk goes down through the hypervisor."""
    return plan.root - 4


def _bands(scene: Scene, plan: _Plan, view: HostView, sums: Sums, text: Text) -> None:
    canvas, y = scene.canvas, plan.hypervisor
    canvas.put(0, y, " " * plan.width, "hypervisor~0")
    scene.places["hypervisor"] = [Place(0, y, plan.width, "hypervisor")]
    if not view.launched:
        canvas.put(1, y, text("tui.picture.no_hypervisor"), "hypervisor~1", plan.width - 2)
        _hardware(scene, plan, view, sums, text)
        return
    canvas.put(1, y, text("tui.picture.monitor" if view.hosted else "tui.picture.hypervisor"), "hypervisor~2")
    kinds = sums.kinds
    exits = f"▼ {sums.exits()} {text('tui.picture.exits')}"
    interrupts = f"▴ {kinds['interrupt']} {text('tui.picture.interrupts')}"
    if view.hosted:
        words = f"↔ {kinds['context.switch']} {text('tui.picture.switches')}   {exits}   {interrupts}"
        short = f"↔ {kinds['context.switch']}  ▼ {sums.exits()}  ▴ {kinds['interrupt']}"
    else:  # a hypercall is an exit, too: it is told as what it is of them
        calls = f"{text('tui.picture.of_these')} ↯ {kinds['hypercall']} {text('tui.picture.hypercalls')}"
        words = f"{exits}, {calls}   {interrupts}"
        short = f"▼ {sums.exits()} (↯ {kinds['hypercall']})  ▴ {kinds['interrupt']}"
    if (
        len(words) > plan.width - _disk_lane(plan) - 3
    ):  # the lane to the disk crosses here, and takes no digit away
        words = short
    canvas.put(plan.width - len(words) - 1, y, words, "hypervisor~1")
    _hardware(scene, plan, view, sums, text)


def _hardware(scene: Scene, plan: _Plan, view: HostView, sums: Sums, text: Text) -> None:
    canvas, top = scene.canvas, plan.hypervisor + 1
    for row in range(top, canvas.height):
        canvas.put(0, row, " " * plan.width, "hardware~0")
    disk = text(
        "tui.picture.disk_figures", count=sums.kinds["disk.io"], size=bytes_text(sums.bytes_moved, text)
    )
    memory = text(
        "tui.picture.memory_figures",
        used=pages_text(view.pages - view.free_pages, text),
        total=pages_text(view.pages, text),
    )
    processors = f"{'▪' * min(view.processors, 16)} {text('tui.picture.processors', count=view.processors)}"
    if canvas.height - top < 2:
        memory = f"{_meter(view, 8)} {pages_text(view.pages - view.free_pages, text)}/{pages_text(view.pages, text)}"
        x = canvas.runs(1, top, [(f"{'▪' * min(view.processors, 16)} CPU  ", "hardware~1")], plan.width)
        x = canvas.runs(x, top, [(memory, "hardware~1")], plan.width - x)
        disk = f"● {sums.kinds['disk.io']} · {bytes_text(sums.bytes_moved, text)}"
        x = max(x + 2, plan.root - 5)
        scene.label("disk", x, top, disk, "hardware", plan.width - x, "hardware~1")
        return
    canvas.put(1, top, text("tui.picture.hardware"), "hardware~2")
    canvas.put(1, top + 1, processors, "hardware~1", max(8, plan.root - 8))
    x = plan.root - 4
    scene.label("disk", x, top, f"● {disk}", "hardware", plan.width - x, "hardware~1")
    canvas.put(x, top + 1, f"{_meter(view, 16)} {memory}", "hardware~1", plan.width - x - 1)


def _meter(view: HostView, width: int) -> str:
    """Pages by owner: the root's own, machines', free."""
    root = view.pages - view.free_pages - view.child_pages
    first = round(width * root / view.pages)
    second = -(-width * view.child_pages // view.pages) if view.child_pages else 0
    second = min(second, width - first)
    return "█" * first + "▓" * second + "░" * (width - first - second)


# -- the root partition ------------------------------------------------------------------------


def _root(
    scene: Scene, plan: _Plan, view: HostView, machine: MachineView | None, sums: Sums, text: Text
) -> None:
    canvas, width = scene.canvas, plan.root
    canvas.box(0, 0, width, plan.bottom + 1, "root+0", ROUND)
    title = text("tui.picture.root" if view.launched and not view.hosted else "tui.picture.system")
    scene.label("root", 2, 0, f" {title} ", "root", width - 4, "root+3")
    if not view.role:
        canvas.put(4, plan.head, text("tui.picture.no_role"), "dim", width - 6)
        return
    if view.hosted:
        scene.label("vmms", 4, plan.head, "Virtual Server", "root", width - 6)
    else:
        scene.label("vmms", 4, plan.head, "VMMS", "root", 8)
        _hint(scene, 9, plan.head, text("tui.picture.vmms"), width - 10)
    process = "vssrvc" if view.hosted else "vmwp"
    if machine is not None and machine.has_worker:
        canvas.put(2, plan.services, "╭╴", "hypervisor+0")
        scene.label(f"vmwp:{machine.name}", 4, plan.services, f"{process} {machine.name}", "root", width - 12)
        up = [(2, y) for y in range(plan.hypervisor - 1, plan.services, -1)]
        for _, y in up:
            canvas.put(2, y, "│", "hypervisor+0")
        canvas.put(2, plan.bottom, "┼", "hypervisor+0")
        through = [(x, plan.hypervisor) for x in range(plan.child + 3, 1, -1)]
        scene.rails[f"worker:{machine.name}"] = Rail((*through, *up), "hypervisor")
    else:
        canvas.put(4, plan.services, process, "faint")
        _hint(scene, 5 + len(process), plan.services, text("tui.picture.vmwp"), width - 6 - len(process))
    if not view.hosted:
        scene.label("vmbus", 4, plan.control, "vmbus", "root", 8)
        scene.label("storvsp", 4, plan.storage, "storvsp", "root", 8)
    driver = text("tui.picture.disk_driver")
    scene.label("driver", 4, plan.disk, driver, "root", width - 10)
    x = _disk_lane(plan)
    canvas.put(5 + len(driver), plan.disk, "─" * (x - len(driver) - 5) + "╮", "device+0")
    cells = [(x, y) for y in range(plan.disk + 1, plan.hypervisor + 1)]
    for _, y in cells[:-1]:
        canvas.put(x, y, "│", "device+0")
    canvas.put(x, plan.bottom, "┼", "device+0")
    canvas.put(x, plan.hypervisor, "│", "hypervisor~1")
    scene.rails["disk"] = Rail(tuple(cells), "device")
    calls = [(7, y) for y in range(plan.bottom + 1, plan.hypervisor)]
    canvas.put(7, plan.bottom, "┬", "hypervisor+0")
    for _, y in calls:
        canvas.put(7, y, "│", "hypervisor+0")
    scene.rails["calls:root"] = Rail(tuple(calls), "hypervisor")
    if not view.launched or view.hosted:
        return
    exits = sum(sums.root[kind] for kind in EXITS)
    meter = Place(9, calls[-1][1], x - 10, "hypervisor")
    figures = f"▼ {exits} (↯ {sums.root['hypercall']})  ▴ {sums.root['interrupt']}"
    if len(figures) > meter.width:
        figures = f"▼ {exits}  ▴ {sums.root['interrupt']}"
    if len(figures) > meter.width:
        figures = f"▼{exits} ▴{sums.root['interrupt']}"
    canvas.put(meter.x, meter.y, figures, "dim", meter.width)
    scene.meters["calls:root"] = meter


def _hint(scene: Scene, x: int, y: int, words: str, room: int) -> None:
    """A word of explanation, where there is room for all of it."""
    if len(words) <= room:
        scene.canvas.put(x, y, words, "faint")


# -- the machine in focus ------------------------------------------------------------------------


def _empty(scene: Scene, plan: _Plan, view: HostView, text: Text) -> None:
    x, width = plan.child, plan.child_width
    scene.canvas.box(x, 0, width, plan.bottom + 1, "faint", DASHED)
    title = text("tui.picture.no_machine" if view.hosted else "tui.picture.no_child")
    scene.canvas.put(x + 2, 0, f" {title} ", "dim")
    hint = "no_child_hint" if view.launched else "no_launch_hint"
    rows = wrap(text("tui.picture.no_machine_hint" if view.hosted else f"tui.picture.{hint}"), width - 6)
    for number, row in enumerate(rows):
        scene.canvas.put(x + 3, plan.head + 1 + number, row, "dim", width - 5)
    command = "New-VM" if view.launched else "Test-LabServer"
    scene.canvas.put(x + 3, plan.head + 2 + len(rows), command, "code")


STANDING = ("Paused",)
"""States in which a guest stands where it was: its partition is there, its processors do not run."""


def _doing(machine: MachineView, text: Text) -> str:
    """How far the guest has come; while it stands still, or its partition is built or taken down, the state."""
    if machine.partition and machine.phase and machine.state not in STANDING:
        return text(f"tui.phase.{machine.phase}")
    return text(f"tui.state.{machine.state.lower()}")


def _child(
    scene: Scene, plan: _Plan, machine: MachineView, sums: Sums, text: Text, hosted: bool = False
) -> None:
    canvas, x, width = scene.canvas, plan.child, plan.child_width
    bottom = plan.child_bottom
    alive = machine.partition != 0
    canvas.box(x, 0, width, bottom + 1, "guest+0" if alive else "faint", ROUND if alive else DASHED)
    title = f" {machine.name} · {text(f'tui.state.{machine.state.lower()}')} "
    name = f"guest:{machine.name}"
    scene.label(name, x + 2, 0, title, "guest", width - 4, "guest+3" if alive else "dim")
    if not alive:
        canvas.put(x + 3, plan.head, text("tui.picture.off", memory=machine.memory >> 20), "dim", width - 5)
        if not hosted:
            yet = {"Starting": "no_partition_yet", "Saved": "no_partition_saved"}.get(
                machine.state, "no_partition"
            )
            canvas.put(x + 3, plan.services, text(f"tui.picture.{yet}"), "faint", width - 5)
        return
    phase = _doing(machine, text)
    head = f"{_short(machine.system)} · {phase}" if machine.system else phase
    scene.label(name, x + 3, plan.head, head, "guest", width - 5, "guest+2")
    if machine.emulated_disk:
        scene.label(
            f"ide:{machine.name}", x + 5, plan.disk, text("tui.picture.ide_emulated"), "device", width - 7
        )
        canvas.put(x + 3, plan.disk, "╭╴", "hypervisor+0")
        inner = plan.disk + 1
    else:
        canvas.put(x + 5, plan.disk, text("tui.picture.ide_unused"), "faint", width - 7)
        inner = bottom
    cells = [(x + 3, y) for y in range(inner, plan.hypervisor)]
    for _, y in cells:
        canvas.put(x + 3, y, "│", "hypervisor+0")
    canvas.put(x + 3, bottom, "┼" if machine.emulated_disk else "┬", "hypervisor+0")
    scene.rails[f"calls:{machine.name}"] = Rail(tuple(cells), "hypervisor")
    count = sums.machines
    calls = "" if hosted else f" (↯ {count[machine.name, 'hypercall']})"
    figures = f"▼ {sums.exits(machine.name)}{calls}  ▴ {count[machine.name, 'interrupt']}"
    meter = Place(x + 5, plan.hypervisor - 1, width - 6, "hypervisor")
    canvas.put(meter.x, meter.y, figures, "dim", meter.width)
    scene.meters[f"calls:{machine.name}"] = meter


def _short(system: str) -> str:
    for edition in (" Enterprise", " Standard"):
        system = system.removesuffix(edition)
    return system.replace("Windows Server", "WS").replace("Windows NT Server", "NT")


# -- the lanes between them ----------------------------------------------------------------------


def _lanes(scene: Scene, plan: _Plan, machine: MachineView, sums: Sums, text: Text) -> None:
    left, right = plan.lane
    title = f"VMBus {machine.vmbus}".strip()
    scene.canvas.put(
        left + (right - left + 1 - len(title)) // 2, 0, title, "vmbus+2" if machine.vmbus else "faint"
    )
    if machine.partition == 0:
        return
    name = machine.name
    if machine.vmbus or sums.machines[name, "vmbus.message"]:
        number = sums.machines[name, "vmbus.message"]
        _lane(scene, plan, f"control:{name}", plan.control, True, f"▸ {number}")
        driver = f"vmbus {machine.vmbus}" if machine.vmbus else "vmbus"
        scene.label(f"vmbus:{name}", plan.child + 3, plan.control, driver, "guest", plan.child_width - 5)
    storage = [channel for channel in machine.channels if channel.is_storage]
    services = [channel for channel in machine.channels if not channel.is_storage]
    for row, channel in enumerate(storage[:STORAGE_ROWS]):
        y = plan.storage + row
        _lane(
            scene, plan, f"channel:{name}:{channel.relid}", y, _open(channel), _packets(sums, name, [channel])
        )
        driver = " ".join(word(part, text) for part in channel.driver.split())
        label = f"storvsc {channel.device} {driver}"
        _driver(scene, plan, f"storvsc:{name}:{channel.relid}", y, label, _open(channel))
    if services:
        lit = any(_open(channel) for channel in services)
        rail = f"channel:{name}:{services[0].relid}"
        _lane(scene, plan, rail, plan.services, lit, _packets(sums, name, services))
        for channel in services[1:]:
            scene.rails[f"channel:{name}:{channel.relid}"] = scene.rails[rail]
        adapters = [channel.device for channel in services if channel.device.startswith("net:")]
        others = [channel.device for channel in services if not channel.device.startswith("net:")]
        # Two kinds share this lane: the network's client, and the integration components with the console's devices.
        parts = (("netvsc", adapters), ("IC", others))
        label = " · ".join(f"{kind} {', '.join(devices)}" for kind, devices in parts if devices)
        rows = wrap(label, plan.child_width - 5)
        if len(rows) > plan.services - plan.head:  # not so many rows above the lane are free
            rows = [label]
        for row, words in enumerate(rows, plan.services - len(rows) + 1):
            _driver(scene, plan, f"ic:{name}", row, words, lit)


def _open(channel: ChannelView) -> bool:
    return channel.state == "Open"


def _packets(sums: Sums, name: str, channels: list[ChannelView]) -> str:
    number = sum(sums.channels[name, channel.relid] for channel in channels)
    return f"◆ {number}" if number else ""


def _driver(scene: Scene, plan: _Plan, name: str, y: int, label: str, is_open: bool) -> None:
    style = "guest+1" if is_open else "faint"
    scene.label(name, plan.child + 3, y, label, "guest", plan.child_width - 5, style)


def _lane(
    scene: Scene, plan: _Plan, name: str, y: int, is_open: bool, figure: str, end: int | None = None
) -> None:
    """A lane; its figure ends before column `end`, by itself just before the root's frame."""
    left, right = plan.lane
    width = right - left + 1
    style = "vmbus+0" if is_open else "faint"
    scene.canvas.put(left, y, ("─" if is_open else "┄") * width, style)
    scene.canvas.put(left - 1, y, "├" if is_open else "│", style if is_open else "root+0")
    scene.canvas.put(plan.child, y, "┤" if is_open else "│", style if is_open else "guest+0")
    scene.rails[name] = Rail(tuple((x, y) for x in range(right, left - 1, -1)), "vmbus")
    scene.places.setdefault(name, []).append(Place(left, y, width, "vmbus"))
    room = 9 if end is None else max(6, len(figure))
    place = Place((left - 2 if end is None else end) - room, y, room, "vmbus")
    scene.canvas.put(place.x + place.width - len(figure), y, figure, "vmbus+1")
    scene.meters[name] = place


def _mark(machine: MachineView) -> str:
    """Filled while its partition runs, two bars while it stands, hollow without one."""
    if not machine.partition:
        return "▫"
    return "‖" if machine.state in STANDING else "▪"


# -- the other machines, a row each ----------------------------------------------------------------


def _others(scene: Scene, plan: _Plan, machines: list[MachineView], sums: Sums, text: Text) -> None:
    rows = plan.other_rows
    shown = machines if len(machines) <= rows else machines[: max(0, rows - 1)]
    for row, machine in enumerate(shown):
        y = plan.others + row
        alive = machine.partition != 0
        state = _doing(machine, text)
        name = f"guest:{machine.name}"
        style = "guest+1" if alive else "faint"
        scene.canvas.put(plan.child + 1, y, _mark(machine), style)
        # The line by which the machine in focus leaves for the hypervisor goes down between the two.
        label = f"{machine.name} · {state}"
        room = plan.child_width - 6
        if alive:
            room -= _other_exits(scene, plan, machine.name, y, sums)
        scene.label(name, plan.child + 5, y, label, "guest", room, style)
        if alive and y < plan.bottom:
            _other_lane(scene, plan, machine, y, sums)
    if rows and len(machines) > rows:
        more = text("tui.picture.more", count=len(machines) - len(shown))
        scene.canvas.put(plan.child + 5, plan.others + rows - 1, more, "dim", plan.child_width - 6)


def _other_exits(scene: Scene, plan: _Plan, name: str, y: int, sums: Sums) -> int:
    """The exits of a machine that is not in focus, at the right end of its row; returns the cells they take."""
    figures = f"▼ {sums.exits(name)}"
    width = max(len(figures), len("999/s"))
    meter = Place(plan.width - 1 - width, y, width, "hypervisor")
    scene.canvas.put(meter.x + width - len(figures), y, figures, "dim")
    scene.meters[f"calls:{name}"] = meter
    scene.rails[f"calls:{name}"] = Rail(((meter.x - 2, y),), "hypervisor")  # there is no room to travel
    return width + 3


def _other_lane(scene: Scene, plan: _Plan, machine: MachineView, y: int, sums: Sums) -> None:
    """Its worker process, and one lane for all of a machine's messages and packets."""
    name = machine.name
    packets = _packets(sums, name, list(machine.channels)) if machine.channels else ""
    x = _disk_lane(plan)
    if machine.channels:
        is_open = any(_open(channel) for channel in machine.channels)
        _lane(scene, plan, f"control:{name}", y, is_open, packets, x - 1)
        for channel in machine.channels:
            scene.rails[f"channel:{name}:{channel.relid}"] = scene.rails[f"control:{name}"]
    if machine.has_worker:
        scene.label(f"vmwp:{name}", 4, y, f"vmwp {name}", "root", x - 6 - max(6, len(packets)))
