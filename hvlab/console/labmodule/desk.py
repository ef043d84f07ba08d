"""Send-LabKey, Move-LabMouse and Get-LabConsole: a person at a guest's keyboard, mouse and screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import guest_of, vmms
from hvlab.console.hyperv.refusals import as_error
from hvlab.console.objects import Column, ObjectType
from hvlab.devices.input.keyboard import BREAK, E0
from hvlab.devices.input.mouse import EDGE
from hvlab.guests.desk import Desk
from hvlab.host.link import BusLink
from hvlab.host.machine import RUNNING, Refusal, VirtualMachine
from hvlab.host.services.console import KeyboardService, MouseService, VideoService
from hvlab.host.worker import Worker

MODULE = "Lab"
KEYS: dict[str, tuple[tuple[int, int], ...]] = {
    "CtrlAltDel": ((0x1D, 0), (0x38, 0), (0x53, E0)),
    "Enter": ((0x1C, 0),),
    "Escape": ((0x01, 0),),
    "Tab": ((0x0F, 0),),
    "Space": ((0x39, 0),),
}
"""Keys by name: make codes of scan code set 1, pressed one after the other and released in reverse."""
BUTTONS = {"None": 0, "Left": 1, "Right": 2, "Middle": 4}
EMULATED_SIZE = (800, 600)
"""What the emulated graphics adapter shows where there is no synthetic one (a teaching choice)."""

CONSOLE = ObjectType(
    "Hvlab.Console",
    {
        "VMName": lambda row: row[0].name,
        "Keyboard": lambda row: _kind(row[1], "keyboard", "Emulated"),
        "Mouse": lambda row: _kind(row[1], "mouse", "Captured"),
        "Video": lambda row: _kind(row[1], "video", "Emulated"),
        "Width": lambda row: _size(row[1])[0],
        "Height": lambda row: _size(row[1])[1],
        "Updates": lambda row: _updates(row[1]),
        "Keys": lambda row: row[2].keys,
        "PointerX": lambda row: row[2].x * (_size(row[1])[0] - 1) // EDGE,
        "PointerY": lambda row: row[2].y * (_size(row[1])[1] - 1) // EDGE,
        "Buttons": lambda row: row[2].buttons,
    },
    columns=(
        "VMName",
        "Keyboard",
        "Mouse",
        "Video",
        "Width",
        "Height",
        "Updates",
        "Keys",
        Column("X", "PointerX"),
        Column("Y", "PointerY"),
    ),
)


def _kind(link: BusLink, key: str, otherwise: str) -> str:
    return "Synthetic" if link.ready(key) else otherwise


def _video(link: BusLink) -> VideoService | None:
    service = link.services.get("video")
    return service if isinstance(service, VideoService) and link.ready("video") else None


def _size(link: BusLink) -> tuple[int, int]:
    video = _video(link)
    surface = video.surface if video is not None else None
    return (surface.width, surface.height) if surface is not None else EMULATED_SIZE


def _updates(link: BusLink) -> int:
    video = _video(link)
    return video.updates if video is not None else 0


def _running(call: Call) -> Iterator[tuple[VirtualMachine, BusLink]]:
    """The running machines among those asked for; an error for each other."""
    for machine in find_machines(call, call.args.VM):
        link = vmms(call.lab).link(machine.name)
        if machine.state != RUNNING or link is None:
            refusal = Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
            call.error(as_error(refusal))
        else:
            yield machine, link


def _press(call: Call) -> None:
    for machine, link in _running(call):
        press = _keyboard(call, machine, link)
        if press is None:
            call.error(as_error(Refusal("no-keyboard", name=machine.name)))
            continue
        for name in call.args.Key:
            chord = KEYS[_known(name)]
            for code, info in chord:
                press(code, info)
            for code, info in reversed(chord):
                press(code, info | BREAK)


def _keyboard(call: Call, machine: VirtualMachine, link: BusLink) -> Callable[[int, int], None] | None:
    """The synthetic keyboard if the guest listens to it, else the emulated one; None before a system is there."""
    service = link.services.get("keyboard")
    if isinstance(service, KeyboardService) and link.ready("keyboard"):
        return partial(service.press, link)
    guest = guest_of(call.lab, machine)
    if guest is None or guest.phase != "running":
        return None
    return call.lab.world.get(f"{link.host}/root/vmwp/{machine.name}", Worker).press


def _known(name: str) -> str:
    return next(key for key in KEYS if key.casefold() == name.casefold())


def _move(call: Call) -> None:
    args = call.args
    for machine, link in _running(call):
        mouse = link.services.get("mouse")
        if not isinstance(mouse, MouseService) or not link.ready("mouse"):
            call.error(as_error(Refusal("mouse-captured", name=machine.name)))
            continue
        width, height = _size(link)
        if width <= args.X or height <= args.Y:
            values: dict[str, str | int] = {"name": machine.name, "width": width, "height": height}
            call.error(as_error(Refusal("beyond-screen", **values)))
            continue
        x, y = (-(-place * EDGE // (size - 1)) for place, size in ((args.X, width), (args.Y, height)))
        mouse.move(link, BUTTONS[args.Button], x, y)


def _list(call: Call) -> Iterator[object]:
    names = call.args.VM or [machine.name for machine in vmms(call.lab).machines.values()]
    for machine in find_machines(call, names):
        link = vmms(call.lab).link(machine.name)
        guest = guest_of(call.lab, machine)
        if link is not None:
            yield CONSOLE.of((machine, link, guest.desk if guest is not None else Desk()))


_VM = Parameter(
    "VM", position=0, mandatory=True, array=True, completer="vm", pipeline="both", aliases=("VMName",)
)

CMDLETS = (
    Cmdlet(
        "Send-LabKey",
        MODULE,
        (_VM, Parameter("Key", position=1, mandatory=True, array=True, values=tuple(KEYS))),
        _press,
        lab_only=True,
        summary_id="help.Send-LabKey",
    ),
    Cmdlet(
        "Move-LabMouse",
        MODULE,
        (
            _VM,
            Parameter("X", "int", position=1, mandatory=True, minimum=0),
            Parameter("Y", "int", position=2, mandatory=True, minimum=0),
            Parameter("Button", "enum", values=tuple(BUTTONS), default="None"),
        ),
        _move,
        lab_only=True,
        summary_id="help.Move-LabMouse",
    ),
    Cmdlet(
        "Get-LabConsole",
        MODULE,
        (Parameter("VM", position=0, array=True, completer="vm", pipeline="both", aliases=("VMName",)),),
        _list,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabConsole",
    ),
)
