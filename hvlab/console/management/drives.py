"""Get-PSDrive, Push-Location and Pop-Location: the host's volumes, and finding one's way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.convert import to_list, to_text
from hvlab.console.errors import CmdletError
from hvlab.console.management import hostfiles as host
from hvlab.console.management.hostfiles import MANAGEMENT
from hvlab.console.objects import Column, ObjectType
from hvlab.console.patterns import like
from hvlab.console.runtime import Runtime

GIGABYTE = 1 << 30
VISITED = "pwdstack"
"""The variable that keeps where one came from; the session goes back in time with it."""


def _gigabytes(size: int) -> str:
    return f"{size / GIGABYTE:.2f}"


DRIVE = ObjectType(
    "System.Management.Automation.PSDriveInfo",
    {
        "Name": lambda volume: volume.letter,
        "Used": lambda volume: volume.capacity - volume.free,
        "Free": lambda volume: volume.free,
        "Provider": lambda volume: "FileSystem",
        "Root": lambda volume: f"{volume.letter}:\\",
        "Description": lambda volume: volume.label,
    },
    columns=(
        "Name",
        Column(
            "Used (GB)",
            lambda drive: _gigabytes(drive.subject.capacity - drive.subject.free),
            None,
            "right",
        ),
        Column("Free (GB)", lambda drive: _gigabytes(drive.subject.free), None, "right"),
        "Provider",
        "Root",
    ),
    text_property="Name",
    key="Name",
)


def _drives(call: Call) -> Iterator[object]:
    volumes = host.files(call).volumes
    for name in call.args.Name or ["*"]:
        wanted = name.rstrip(":")
        found = [volume for volume in volumes if like(volume.letter, wanted)]
        if not found and "*" not in wanted:
            call.error(host.no_drive(wanted))
        for volume in found:
            yield DRIVE.of(volume)


def _stack(call: Call) -> list[object]:
    runtime = call.runner
    assert isinstance(runtime, Runtime)
    return to_list(runtime.globals.variables.get(VISITED))


def _go(call: Call, path: str, stack: list[object]) -> None:
    runtime = call.runner
    assert isinstance(runtime, Runtime)
    whole = host.full(call, path)
    entry = host.entry_at(call, whole)
    if entry is None or entry.size is not None:
        raise host.missing(whole)
    runtime.globals.variables["pwd"] = entry.path
    runtime.globals.variables[VISITED] = stack


def _push(call: Call) -> Iterable[object]:
    _go(call, call.args.Path or ".", [*_stack(call), host.location(call)])
    return []


def _pop(call: Call) -> Iterable[object]:
    stack = _stack(call)
    if not stack:
        raise CmdletError(
            "The location stack is empty.",
            "ItemNotFoundException",
            "ObjectNotFound",
            explain=("explain.no-way-back", {}),
        )
    _go(call, to_text(stack[-1]), stack[:-1])
    return []


CMDLETS = (
    Cmdlet(
        "Get-PSDrive",
        MANAGEMENT,
        (
            Parameter("Name", position=0, array=True, pipeline="property"),
            Parameter("PSProvider", hidden=True),
        ),
        _drives,
        aliases=("gdr",),
        read_only=True,
        summary_id="help.Get-PSDrive",
    ),
    Cmdlet(
        "Push-Location",
        MANAGEMENT,
        (Parameter("Path", position=0, pipeline="both", completer="path"),),
        _push,
        aliases=("pushd",),
        summary_id="help.Push-Location",
    ),
    Cmdlet("Pop-Location", MANAGEMENT, (), _pop, aliases=("popd",), summary_id="help.Pop-Location"),
)
