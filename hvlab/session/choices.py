"""What there is to choose from in a session's lab, for completion: machines, files, variables, commands.

The names are gathered from the world at every key and compared with those of the key
before; only if they differ are they sorted again. So a change is never missed, whatever
made it: a command, an event, an undo. Machines may be thousands: they are gathered only
if the trace ends in another event than at the key before, for no machine comes, goes or
is renamed without an event; an undo takes events away, and another way makes new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple
from weakref import WeakKeyDictionary

from hvlab.console.completion import Candidates, Completion, complete
from hvlab.console.elsewhere import computers
from hvlab.host.disks import HostStorage
from hvlab.host.link import BusLink
from hvlab.host.networks import VirtualNetworks
from hvlab.host.vmms import Vmms
from hvlab.session.session import Session

Source = Callable[[], Iterable[str]]
_NAME = attrgetter("name")


class _Known(NamedTuple):
    """Names as they were found last, and the same in order."""

    mark: object
    names: list[str]
    ordered: Candidates


_sorted: WeakKeyDictionary[Session, dict[str, _Known]] = WeakKeyDictionary()


def sources(session: Session) -> Mapping[str, Source]:
    """The named sources that parameters refer to; each gives its names in order."""
    kept = _sorted.setdefault(session, {})
    events = session.world.trace.events
    last = events[-1] if events else None
    return {
        name: _in_order(name, source, kept, last if name == "vm" else None)
        for name, source in _gatherers(session).items()
    }


def _in_order(name: str, source: Source, kept: dict[str, _Known], mark: object) -> Source:
    """`mark` is what must have changed before the names can; None where nothing tells."""

    def gather() -> Candidates:
        known = kept.get(name)
        if known is not None and mark is not None and known.mark is mark:
            return known.ordered
        names = list(source())
        ordered = known.ordered if known is not None and known.names == names else Candidates(names)
        kept[name] = _Known(mark, names, ordered)
        return ordered

    return gather


def _gatherers(session: Session) -> dict[str, Source]:
    world, host = session.world, session.host
    return {
        "switch": lambda: [
            one.name for one in world.get(f"{host}/root/vmswitch", VirtualNetworks).switches.values()
        ],
        "nic": lambda: [nic.name for nic in world.get(f"{host}/root/vmswitch", VirtualNetworks).nics],
        "computer": lambda: computers(world),
        "server": lambda: computers(world),
        "vm": lambda: map(_NAME, world.get(f"{host}/root/vmms", Vmms).machines.values()),
        "path": world.get(f"{host}/root/storage", HostStorage).files.paths,
        "device": lambda: [
            key for link in world.components() if isinstance(link, BusLink) for key in link.services
        ],
        "variable": session.shell.variable_names,
        "cmdlet": lambda: [cmdlet.name for cmdlet in session.table],
        "help": lambda: [cmdlet.name for cmdlet in session.table],
    }


def completions(session: Session, source: str, cursor: int) -> list[Completion]:
    """What may stand at the cursor, best first; a command's description is its line of help."""
    found = complete(source, cursor, session.table, sources(session))
    if found and found[0].kind == "value":
        return found  # values are described by their parameter
    return [_described(session, choice) for choice in found]


def _described(session: Session, choice: Completion) -> Completion:
    if choice.kind not in ("cmdlet", "alias"):
        return choice
    cmdlet = session.table.find(choice.text)
    name = f"help.{cmdlet.name}" if cmdlet is not None else ""
    return choice._replace(description=session.text(name)) if session.text.has(name) else choice
