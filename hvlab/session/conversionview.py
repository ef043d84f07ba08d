"""Conversions as they run: the servers that can be converted, the steps of each conversion, and what came of it.

Read from the servers and from the trace: a conversion's steps are its `transfer` events. Times in ns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hvlab import catalog
from hvlab.catalog.managers import managers
from hvlab.console.completion import quoted
from hvlab.datacenter.conversion import PHYSICAL
from hvlab.datacenter.sources import SourceServer, path_of
from hvlab.host.vmms import Vmms
from hvlab.kernel.trace import RawEvent
from hvlab.session.managerview import Action
from hvlab.session.session import Session

LIVE = ("converting", "copied", "mended", "converted")
OFFLINE = ("converting_offline", "source_stopped", "copied", "source_started", "mended", "converted")
STEPS = frozenset((*LIVE, *OFFLINE))


@dataclass(frozen=True)
class SourceRow:
    """A server that can be converted; `stood`: how long it has stood still for conversions."""

    name: str
    kind: str
    system: str
    driver: str
    running: bool
    stood: int
    converted: bool
    """Whether a machine of this host came from it."""
    load: int
    """What its work takes of its processors, in per cent."""


@dataclass
class Progress:
    """A conversion: which of its steps the trace holds, with the number and the time of each."""

    source: str
    machine: str
    offline: bool
    steps: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def chain(self) -> tuple[str, ...]:
        """All steps of its kind, in their order."""
        return OFFLINE if self.offline else LIVE

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return "converted" in self.steps


class Followed:
    """Conversions, read event by event."""

    def __init__(self) -> None:
        self.conversions: list[Progress] = []

    def note(self, seq: int, event: RawEvent) -> None:
        """Take notice of an event; only those of conversions count."""
        if event[1] != "transfer" or not event[4].startswith("sources/"):
            return
        action, machine = str(event[8][0]), str(event[8][1])
        source = event[4].removeprefix("sources/")
        if action in ("converting", "converting_offline"):
            self.conversions.append(Progress(source, machine, action != "converting"))
        if action in STEPS and self.conversions:
            self.conversions[-1].steps[action] = seq, event[0]


def sources(session: Session) -> list[SourceRow]:
    """The servers of the scenario, as they stand now."""
    world = session.world
    made = _notes(session)
    found = []
    for plan in session.scenario.sources:
        one = world.get(path_of(plan.name), SourceServer)
        system = catalog.guest(plan.guest).name
        came = f"{plan.name} ({plan.kind})" in made
        found.append(
            SourceRow(
                plan.name, plan.kind, system, plan.driver or "ide", one.running, one.stood, came, one.load
            )
        )
    return found


def _notes(session: Session) -> set[str]:
    service = _service(session)
    return {machine.notes for machine in service.machines.values()} if service is not None else set()


def _service(session: Session) -> Vmms | None:
    path = f"{session.host}/root/vmms"
    return session.world.get(path, Vmms) if session.world.has(path) else None


def actions(session: Session, chosen: SourceRow) -> Sequence[Action]:
    """What can be done with a server: convert it in the way that the newest manager for this host allows, and look."""
    service = _service(session)
    if service is None:
        return ()
    versions = [one for one in managers().versions if service.platform.id in one.hosts]
    letter = service.storage.files.volumes[-1].letter
    source, target = quoted(chosen.name), f"{letter}:\\"
    found = []
    if versions and not chosen.converted:
        newest = versions[-1]
        guest = next(plan.guest for plan in session.scenario.sources if plan.name == chosen.name)
        version = f" -Version {newest.id}"
        if chosen.kind != PHYSICAL:
            found.append(Action("v2v", f"New-LabV2V {source} {target}{version}"))
        else:
            offline = " -Offline" if guest in newest.offline else ""
            found.append(Action("p2v", f"New-LabP2V {source} {target}{version}{offline}"))
    found.append(Action("source", f"Get-LabSourceServer {source} | Format-List"))
    found.append(Action("versions", "Get-LabManager"))
    return found
