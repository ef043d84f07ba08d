"""What there is to choose from in a session's lab, for completion: machines, files, variables, commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from hvlab.console.completion import Completion, complete
from hvlab.host.disks import HostStorage
from hvlab.host.link import BusLink
from hvlab.host.networks import VirtualNetworks
from hvlab.host.vmms import Vmms
from hvlab.session.session import Session


def sources(session: Session) -> Mapping[str, Callable[[], Iterable[str]]]:
    """The named sources that parameters refer to."""
    world, host = session.world, session.host
    return {
        "switch": lambda: [
            one.name for one in world.get(f"{host}/root/vmswitch", VirtualNetworks).switches.values()
        ],
        "nic": lambda: [nic.name for nic in world.get(f"{host}/root/vmswitch", VirtualNetworks).nics],
        "vm": lambda: [machine.name for machine in world.get(f"{host}/root/vmms", Vmms).machines.values()],
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
    return [_described(session, choice) for choice in found]


def _described(session: Session, choice: Completion) -> Completion:
    if choice.kind not in ("cmdlet", "alias"):
        return choice
    cmdlet = session.table.find(choice.text)
    name = f"help.{cmdlet.name}" if cmdlet is not None else ""
    return choice._replace(description=session.text(name)) if session.text.has(name) else choice
