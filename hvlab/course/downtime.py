"""How long machines, and servers that are being converted, did not answer: read from the trace.

A machine answers while it runs somewhere and the system in it is up. It does not while it boots, is saved, paused
or off, while its memory is written for a snapshot or a move, and while no host has it. A server of the machine
room stands still while a conversion reads it offline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hvlab.datacenter.sources import SourceServer, path_of
from hvlab.kernel import TraceEvent
from hvlab.session.session import Session

ANY = "*"
"""Stands for every machine that answers when the work begins."""
KINDS = {"vm.state", "guest.phase", "migration"}
STANDS_STILL = "standing still"
"""The action of a move in which the machine has stopped on one host and not yet begun on the other."""


@dataclass
class _Machine:
    """One machine, by its name: where it runs, and whether its system is up."""

    hosts: set[str] = field(default_factory=set)
    is_up: bool = False
    moves: bool = False

    @property
    def answers(self) -> bool:
        return bool(self.hosts) and self.is_up and not self.moves

    def take(self, event: TraceEvent) -> None:
        """Take notice of an event that concerns it."""
        if event.kind == "guest.phase":
            self.is_up = event.get("phase") == "running"
        elif event.kind == "migration":
            self.moves = self.moves or event.get("action") == STANDS_STILL
        else:
            host = event.source.partition("/")[0]
            if event.get("state") == "Running":
                self.hosts.add(host)
                self.moves = False
            else:
                self.hosts.discard(host)


def downtime(session: Session, names: Sequence[str]) -> int:
    """Simulated nanoseconds since the start in which these did not answer, after they once had; added up."""
    wanted = {name.casefold() for name in names}
    machines: dict[str, _Machine] = {}
    down: dict[str, int] = {}
    """Since when those that are counted, and have answered, do not."""
    total, begun = 0, False
    for event in session.world.trace.of_kinds(KINDS):
        if not begun and event.seq > session.prologue:
            begun = True
            if ANY in wanted:
                wanted |= {name for name, machine in machines.items() if machine.answers}
        name = _name(event)
        machine = machines.setdefault(name, _Machine())
        answered = machine.answers
        machine.take(event)
        if machine.answers:
            total += event.time - down.pop(name, event.time)
        elif answered and begun and name in wanted:
            down[name] = event.time
    total += sum(session.world.now - since for since in down.values())
    return total + sum(_stood(session, name) or 0 for name in wanted)


def unknown(session: Session, names: Sequence[str]) -> list[str]:
    """Which of these names belong to no machine that ever answered, and to no server of the machine room."""
    machines: dict[str, _Machine] = {}
    answered = {ANY}
    for event in session.world.trace.of_kinds(KINDS):
        machine = machines.setdefault(_name(event), _Machine())
        machine.take(event)
        if machine.answers:
            answered.add(_name(event))
    return [name for name in names if name.casefold() not in answered and _stood(session, name) is None]


def _name(event: TraceEvent) -> str:
    """The machine that an event is about."""
    return str(event.get("vm") or event.source.rpartition("/")[2]).casefold()


def _stood(session: Session, name: str) -> int | None:
    """How long a server of the machine room has stood still (no start converts one); None of anything else."""
    path = path_of(name.upper())
    return session.world.get(path, SourceServer).stood if session.world.has(path) else None
