"""What a server is before Hyper-V: editions, updates, processors, and the entries of its event log, as data."""

from __future__ import annotations

import functools
from typing import Literal

import msgspec

from hvlab.catalog.loader import read

FOLDER = "servers"


class ServerTiming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long work on the server itself takes, in simulated ns: a teaching model."""

    install_role: int
    install_update: int


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An edition: on which processors it runs, whether it can have the role, and its limits."""

    name: str
    architectures: list[str]
    core: bool
    hyperv: bool
    sockets: int
    memory_gb: int
    source: str
    memory_per_vm_mb: int | None = None


class Update(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An update by its number."""

    title: str
    architecture: str = msgspec.field(name="for")
    restart: bool
    source: str
    limits: dict[str, int] = msgspec.field(default_factory=dict)
    """Limits of the platform that it raises."""


class ClientTools(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An update that brings the tools for managing Hyper-V to a client's system."""

    title: str
    system: str
    source: str


class ServerFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file windows-2008. `tools`: by number; `handout_tools`: the number that the handout gives for them."""

    timing: ServerTiming
    editions: dict[str, Edition]
    updates: dict[str, Update]
    tools: dict[str, ClientTools]
    handout_tools: str


class Processor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A processor; `virtualization` is the name of its extension, empty if it has none."""

    vendor: Literal["Intel", "AMD"]
    architecture: str
    virtualization: str
    execute_disable: bool
    cores: int
    year: int

    @property
    def virtualization_name(self) -> str:
        """What its extension is called, or would be if it had one."""
        return self.virtualization or ("Intel VT" if self.vendor == "Intel" else "AMD-V")

    @property
    def execute_disable_name(self) -> str:
        """What the maker calls it: AMD NX (No Execute), Intel XD (Execute Disable)."""
        return "XD" if self.vendor == "Intel" else "NX"


class _Processors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    processors: dict[str, Processor]


class LogEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of entry of the event log: its number, where it is written, and its text in each language."""

    id: int
    log: str
    source: str
    level: Literal["Information", "Warning", "Error"]
    text: dict[str, str]


class _LogEvents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    events: dict[str, LogEvent]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of an installation: on Core too or on the full one only, and what it takes."""

    name: str
    core: bool
    memory_mb: int
    disk_mb: int
    ports: list[str] = msgspec.field(default_factory=list)


class Bulletin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A security bulletin: the part that it mends, and whether the server restarts for it."""

    id: str
    part: str
    restart: bool


class Installations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the full installation and Server Core carry, and what was mended in a year."""

    parts: list[Part]
    bulletins: list[Bulletin]

    def parts_of(self, core: bool) -> list[Part]:
        """The parts of one of the two."""
        return [part for part in self.parts if part.core or not core]

    def bulletin(self, number: str) -> Bulletin | None:
        """The bulletin of that number."""
        return next((one for one in self.bulletins if one.id == number), None)

    def bulletins_of(self, core: bool) -> list[Bulletin]:
        """What one of the two needs: a part that is not there needs no mending."""
        names = {part.name for part in self.parts_of(core)}
        return [bulletin for bulletin in self.bulletins if bulletin.part in names]


@functools.cache
def installations() -> Installations:
    """The two installations. Raises BadCatalog."""
    return read(FOLDER, "installations", Installations)


@functools.cache
def server_facts() -> ServerFacts:
    """Editions, updates, durations. Raises BadCatalog."""
    return read(FOLDER, "windows-2008", ServerFacts)


@functools.cache
def processors() -> dict[str, Processor]:
    """The processors by name. Raises BadCatalog."""
    return read(FOLDER, "processors", _Processors).processors


@functools.cache
def log_events() -> dict[str, LogEvent]:
    """The entries of the event log by their keys. Raises BadCatalog."""
    return read(FOLDER, "events", _LogEvents).events
