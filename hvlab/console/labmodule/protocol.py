"""Get-LabProtocol and Get-LabLayout: the protocols themselves, printed from the tables that the simulation runs on."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import hvlab.devices
import hvlab.hypervisor
import hvlab.network
import hvlab.storage
import hvlab.vmbus
from hvlab import catalog
from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.objects import ObjectType
from hvlab.console.patterns import like
from hvlab.kernel import Layout
from hvlab.vmbus import decisions, messages

MODULE = "Lab"
PACKAGES = (hvlab.vmbus, hvlab.devices, hvlab.hypervisor, hvlab.storage, hvlab.network)
"""Where structs that travel or are stored are laid out."""

_STATES = tuple(dict.fromkeys(row.state for row in decisions.rows()))


def since(kind: messages.MessageType) -> str:
    """The first version of the bus that knows a message; a plus where a feature must be agreed on as well."""
    return messages.VERSION_NAMES[kind.since] + ("+" if kind.option else "")


CELL = ObjectType(
    "Hvlab.ProtocolCell",
    {
        "Side": lambda row: row.side.capitalize(),
        "About": lambda row: row.about[0].upper() + row.about[1:],
        "Message": lambda row: row.message,
        "Number": lambda row: messages.BY_NAME[row.message].number,
        "Since": lambda row: since(messages.BY_NAME[row.message]),
        "State": lambda row: row.state,
        "Reaction": lambda row: row.reaction,
        "Basis": lambda row: "our reading" if row.ours else "reference",
    },
    columns=("Side", "About", "Message", "State", "Reaction", "Basis"),
    text_property="Message",
)


@dataclass(frozen=True)
class Struct:
    """A struct that the lab packs and parses: where it belongs, and its layout."""

    group: str
    layout: Layout
    number: int | None = None
    direction: str | None = None
    followed: bool = False


STRUCT = ObjectType(
    "Hvlab.Layout",
    {
        "Group": lambda item: item.group,
        "Name": lambda item: item.layout.name,
        "Number": lambda item: item.number,
        "Direction": lambda item: item.direction,
        "Size": lambda item: item.layout.size,
        "Reference": lambda item: catalog.layout_sizes().get(item.layout.name),
        "Variable": lambda item: item.followed,
        "Fields": lambda item: [f.name for f in item.layout.fields if not f.name.startswith("_")],
    },
    columns=("Group", "Name", "Number", "Direction", "Size", "Reference", "Variable"),
    text_property="Name",
)


@lru_cache(maxsize=1)
def structs() -> tuple[Struct, ...]:
    """Every message of the bus, then every other struct of the wire tables, package by package."""
    found = [
        Struct("vmbus.messages", kind.layout, kind.number, kind.direction, kind.followed)
        for kind in messages.TYPES.values()
    ]
    for package in PACKAGES:
        for module in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=_name):
            if module.name == messages.__name__:
                continue
            values = vars(importlib.import_module(module.name)).values()
            tables = [list(value.values()) for value in values if isinstance(value, dict)]
            members = [*values, *(member for table in tables for member in table)]
            group = module.name.removeprefix("hvlab.")
            known = {item.layout for item in found}
            layouts = [member for member in members if isinstance(member, Layout) and member not in known]
            found += [Struct(group, layout) for layout in dict.fromkeys(layouts)]
    return tuple(found)


def _name(module: pkgutil.ModuleInfo) -> str:
    return module.name


def _cells(call: Call) -> Iterator[object]:
    args = call.args
    for row in decisions.rows():
        if args.Message and not like(row.message, args.Message):
            continue
        if args.State and row.state.casefold() != args.State.casefold():
            continue
        if args.Side and row.side.casefold() != args.Side.casefold():
            continue
        if args.About and row.about.casefold() != args.About.casefold():
            continue
        yield CELL.of(row)


def _structs(call: Call) -> Iterator[object]:
    for item in structs():
        if not call.args.Name or like(item.layout.name, call.args.Name):
            yield STRUCT.of(item)


CMDLETS = (
    Cmdlet(
        "Get-LabProtocol",
        MODULE,
        (
            Parameter("Message", position=0),
            Parameter("State", values=_STATES),
            Parameter("Side", "enum", values=("Root", "Child")),
            Parameter("About", "enum", values=("Connection", "Channel", "GPADL")),
        ),
        _cells,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabProtocol",
    ),
    Cmdlet(
        "Get-LabLayout",
        MODULE,
        (Parameter("Name", position=0),),
        _structs,
        lab_only=True,
        read_only=True,
        summary_id="help.Get-LabLayout",
    ),
)
