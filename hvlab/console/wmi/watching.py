"""Event queries of WMI: subscriptions that look at a class's instances again and again, in simulated time.

A subscription polls every WITHIN seconds: it compares the instances with those that it saw the time before, and makes
an event of each that has come, gone or changed and for which the query's condition holds. What comes and goes between
two looks it never sees. All of this is data of the world: going back in time takes the events back, and a replay
makes them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.console.lab import Lab
from hvlab.console.wmi import finding, wql
from hvlab.console.wmi.model import Instance
from hvlab.console.wmi.wql import MISSING, EventQuery
from hvlab.kernel import Component, World, handler

WATCHER = "wmi"
"""The component's path; it is there from the first subscription on."""
CREATION, DELETION, CHANGE = (
    "__InstanceCreationEvent",
    "__InstanceDeletionEvent",
    "__InstanceModificationEvent",
)
OPERATION = "__InstanceOperationEvent"
EVENT_CLASSES = (CREATION, DELETION, CHANGE, OPERATION)
MOST_EVENTS = 10_000
"""Events that wait to be fetched; a subscription makes none beyond them."""

Values = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Seen:
    """An instance as a look saw it: its path, the classes that it is of, and its properties in their order."""

    path: str
    kind: str
    derivation: tuple[str, ...]
    values: Values

    def read(self, name: str) -> object:
        """A property by its name in small letters; MISSING if there is none."""
        if name == "__class":
            return self.kind
        if name == "__derivation":
            return list(self.derivation)
        if name in ("__path", "__relpath"):
            return self.path
        return next((value for known, value in self.values if known.casefold() == name), MISSING)


@dataclass(frozen=True)
class Occurrence:
    """An event: of which subscription, when (ns), which kind, and the instance as it is and as it was."""

    number: int
    subscription: int
    source: str
    time: int
    kind: str
    target: Seen
    previous: Seen | None = None


@dataclass
class Subscription:
    """An event query at work. `action`: the text of the block that is run for each event (None: events wait)."""

    number: int
    source: str
    host: str
    computer: str
    platform: str
    namespace: str
    query: str
    message: str
    action: str | None = None
    known: dict[str, Seen] = field(default_factory=dict)


class HostOfWorld:
    """A host as the classes of WMI read it, of a world alone: there is no session at a look."""

    def __init__(self, world: World, host: str, computer: str, platform: str) -> None:
        self.world, self.host, self.computer = world, host, computer
        self.platform: Platform = catalog.platform(platform)


@lru_cache(maxsize=64)
def parsed(query: str) -> EventQuery:
    """An event query of a text. BadQuery."""
    found = wql.parse(query)
    if not isinstance(found, EventQuery):
        raise wql.BadQuery("this is no event query", 0)
    return found


def _unchanging(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _seen(one: Instance) -> Seen:
    values = tuple((name, _unchanging(one.read(name))) for name in one.kind.properties)
    return Seen(one.path, one.kind.name, one.kind.bases, values)


class Watcher(Component):
    """All subscriptions, and the events that wait for somebody."""

    STATE = ("subscriptions", "events", "to_do", "next_subscription", "next_event")

    def __init__(self) -> None:
        self.subscriptions: dict[int, Subscription] = {}
        self.events: list[Occurrence] = []
        self.to_do: list[Occurrence] = []
        """Events whose subscription has an action that was not run yet."""
        self.next_subscription = 1
        self.next_event = 1

    def subscribe(self, one: Subscription) -> None:
        """Begin to look."""
        one.number = self.next_subscription
        self.next_subscription += 1
        one.known = self._look(one)
        self.subscriptions[one.number] = one
        self.after(parsed(one.query).within, Watcher.on_look, one.number)

    def _look(self, one: Subscription) -> dict[str, Seen]:
        lab = cast(Lab, HostOfWorld(self.world, one.host, one.computer, one.platform))
        found = finding.instances(lab, one.namespace, parsed(one.query).target)
        return {seen.path: seen for seen in map(_seen, found)}

    @handler
    def on_look(self, number: int) -> int | None:
        """Compare with what was there the last time."""
        one = self.subscriptions.get(number)
        if one is None:
            return None
        before, one.known = one.known, self._look(one)
        for kind, target, previous in _differences(before, one.known):
            self._happened(one, kind, target, previous)
        return parsed(one.query).within

    def _happened(self, one: Subscription, kind: str, target: Seen, previous: Seen | None) -> None:
        query = parsed(one.query)
        if query.event not in (OPERATION.casefold(), kind.casefold()):
            return
        if not query.holds(lambda name: _read(kind, target, previous, name)):
            return
        waiting = self.events if one.action is None else self.to_do
        if len(waiting) >= MOST_EVENTS:
            return
        self.world.emit(
            "wmi.event", self.name, f"{one.host}/root/vmms", None, None, None, one.source, kind, target.path
        )
        waiting.append(
            Occurrence(self.next_event, one.number, one.source, self.world.now, kind, target, previous)
        )
        self.next_event += 1


def _differences(before: dict[str, Seen], after: dict[str, Seen]) -> Iterator[tuple[str, Seen, Seen | None]]:
    for path, seen in before.items():
        if path not in after:
            yield DELETION, seen, None
    for path, seen in after.items():
        if path not in before:
            yield CREATION, seen, None
        elif before[path] != seen:
            yield CHANGE, seen, before[path]


def _read(kind: str, target: Seen, previous: Seen | None, name: str) -> object:
    """A property of an event: its class, TargetInstance.X, PreviousInstance.X."""
    first, _, rest = name.casefold().partition(".")
    if first == "__class":
        return kind
    if first not in ("targetinstance", "previousinstance"):
        return MISSING
    seen = target if first == "targetinstance" else previous
    if seen is None:
        return None
    return seen.read(rest) if rest else seen.path


def watcher_of(world: World) -> Watcher | None:
    """The world's subscriptions, if anybody has made one."""
    return world.get(WATCHER, Watcher) if world.has(WATCHER) else None
