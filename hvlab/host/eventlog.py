"""The event log of one host: what its parts wrote into it, in order.

An entry is data: its key in the catalogue of events, and the values that go into
the text. Its sentence is made outside the world, in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.host.machine import VirtualMachine
from hvlab.kernel import Component, World

CAPACITY = 4096
"""How many entries are kept; the oldest go first, as in a real log of limited size."""


@dataclass(frozen=True)
class LogEntry:
    """One entry. `time` in ns; `values` in the order of writing."""

    index: int
    time: int
    key: str
    values: tuple[tuple[str, str], ...]


class EventLog(Component):
    """All logs of one host; in which of them an entry stands, its key says."""

    STATE = ("entries", "next_index")

    def __init__(self) -> None:
        self.entries: list[LogEntry] = []
        self.next_index = 1

    def write(self, key: str, **values: str) -> None:
        """One entry more."""
        self.entries.append(LogEntry(self.next_index, self.world.now, key, tuple(values.items())))
        self.next_index += 1
        del self.entries[:-CAPACITY]

    def write_of(self, key: str, machine: VirtualMachine) -> None:
        """One entry more, about a virtual machine."""
        self.write(key, vm=machine.name, identifier=machine.identifier.upper())


def event_log(world: World, host: str) -> EventLog:
    """The event log of a host."""
    return world.get(f"{host}/eventlog", EventLog)
